"""Words and steps of deliveries, cases and tasks."""

from __future__ import annotations

from eoffice.errors import Conflict, Invalid, NotAllowed, NotFound
from eoffice.thai import LabelledEnum
from eoffice.verbs import Verb


class DeliveryState(LabelledEnum):
    """States of a letter on its way to one office (domain.md §11)."""

    ARRIVED = "arrived", "ถึงปลายทาง"
    RECEIVED = "received", "ลงรับแล้ว"
    REJECTED = "rejected", "ตีกลับ"
    RECALLED = "recalled", "ดึงกลับ"
    SENT = "sent", "ส่งแล้ว"
    DELIVERED = "delivered", "ถึงผู้รับแล้ว"
    FAILED = "failed", "ส่งไม่สำเร็จ"
    VOIDED = "voided", "ยกเลิกการลงทะเบียน"


class Channel(LabelledEnum):
    """How a letter travels; ``paper`` and ``email_in`` are letters registered from outside."""

    SYSTEM = "system", "ในระบบ"
    POST = "post", "ไปรษณีย์"
    EMAIL = "email", "อีเมล"
    HAND = "hand", "นำส่งด้วยตนเอง"


class CaseState(LabelledEnum):
    """States of a receiving office's own handling."""

    REGISTERED = "registered", "ลงรับแล้ว รอเสนอ"
    ROUTED = "routed", "ส่งกลุ่มแล้ว"
    PROPOSED = "proposed", "เสนอแล้ว"
    ORDERED = "ordered", "สั่งการแล้ว"
    DONE = "done", "เสร็จสิ้น"
    FILED = "filed", "เก็บเข้าแฟ้มแล้ว"
    VOIDED = "voided", "ยกเลิกการลงทะเบียน"


class TaskKind(LabelledEnum):
    """What a post is asked to do."""

    APPROVE = "approve", "เห็นชอบ"
    SIGN = "sign", "ลงนาม"
    ORDER = "order", "สั่งการ"
    ACT = "act", "ดำเนินการ"
    FOR_INFORMATION = "for_information", "เพื่อทราบ"
    OPINION = "opinion", "ให้ความเห็น"


class TaskState(LabelledEnum):
    """States of one post's to-do."""

    OPEN = "open", "รอดำเนินการ"
    ACKNOWLEDGED = "acknowledged", "รับทราบแล้ว"
    IN_PROGRESS = "in_progress", "กำลังดำเนินการ"
    REPORTED = "reported", "รายงานผลแล้ว"
    DONE = "done", "เสร็จสิ้น"
    SENT_BACK = "sent_back", "ส่งคืน"
    WITHDRAWN = "withdrawn", "ดึงกลับ"
    SKIPPED = "skipped", "ข้ามลำดับ พ้นเวลา"


DEAD_DELIVERIES = (
    DeliveryState.REJECTED,
    DeliveryState.RECALLED,
    DeliveryState.FAILED,
    DeliveryState.VOIDED,
)
"""After these, sending again is a new row; all other rows of a pair are live."""

_D = DeliveryState
DELIVERY_STEPS: dict[tuple[Verb, DeliveryState], DeliveryState] = {
    (Verb.RECEIVE, _D.ARRIVED): _D.RECEIVED,
    (Verb.REJECT, _D.ARRIVED): _D.REJECTED,
    (Verb.RECALL, _D.ARRIVED): _D.RECALLED,
    (Verb.REMIND, _D.ARRIVED): _D.ARRIVED,
    (Verb.CONFIRM_BY_PHONE, _D.ARRIVED): _D.ARRIVED,
    (Verb.OPEN, _D.ARRIVED): _D.ARRIVED,
    (Verb.RECORD_DELIVERED, _D.SENT): _D.DELIVERED,
    (Verb.RECORD_FAILED, _D.SENT): _D.FAILED,
    (Verb.VOID, _D.RECEIVED): _D.VOIDED,
}
"""The step table of the delivery; what is not here is a Conflict."""

_C = CaseState
OPEN_CASES = (_C.REGISTERED, _C.ROUTED, _C.PROPOSED, _C.ORDERED)
CASE_STEPS: dict[tuple[Verb, CaseState], CaseState] = {
    (Verb.ROUTE, _C.REGISTERED): _C.ROUTED,
    (Verb.HOLD, _C.REGISTERED): _C.REGISTERED,
    (Verb.HOLD, _C.ROUTED): _C.ROUTED,
    (Verb.PROPOSE_CASE, _C.REGISTERED): _C.PROPOSED,
    (Verb.PROPOSE_CASE, _C.ROUTED): _C.PROPOSED,
    (Verb.AGREE, _C.PROPOSED): _C.PROPOSED,
    (Verb.PASS_UP, _C.PROPOSED): _C.PROPOSED,
    (Verb.CONSULT, _C.PROPOSED): _C.PROPOSED,
    (Verb.CONSULT, _C.ORDERED): _C.ORDERED,
    **{(Verb.GIVE_ORDER, state): _C.ORDERED for state in OPEN_CASES},
    (Verb.FORWARD, _C.REGISTERED): _C.REGISTERED,
    (Verb.FORWARD, _C.ROUTED): _C.ROUTED,
    (Verb.FORWARD, _C.ORDERED): _C.ORDERED,
    (Verb.ACKNOWLEDGE, _C.ORDERED): _C.DONE,
    (Verb.SEND_BACK_CASE, _C.REGISTERED): _C.REGISTERED,
    (Verb.SEND_BACK_CASE, _C.ROUTED): _C.REGISTERED,
    (Verb.SEND_BACK_CASE, _C.PROPOSED): _C.REGISTERED,
    (Verb.SEND_BACK_CASE, _C.ORDERED): _C.ORDERED,
    **{(Verb.CLOSE_CASE, state): _C.DONE for state in OPEN_CASES},
    (Verb.FILE_AWAY, _C.DONE): _C.FILED,
    (Verb.REOPEN, _C.DONE): _C.REGISTERED,
    (Verb.REOPEN, _C.FILED): _C.REGISTERED,
    **{(Verb.VOID, state): _C.VOIDED for state in (*OPEN_CASES, _C.DONE)},
}
"""The step table of the case. ``acknowledge`` moves it only when the last person informed has
acknowledged; what is sent back from one approver to the one before stays where it is."""

_T = TaskState
UNSETTLED = (_T.OPEN, _T.ACKNOWLEDGED, _T.IN_PROGRESS)
WAITING = tuple(state.value for state in UNSETTLED)
"""The same as they are stored."""
TASK_STEPS: dict[tuple[Verb, TaskState], TaskState] = {
    (Verb.SIGN, _T.OPEN): _T.DONE,
    (Verb.SEND_BACK, _T.OPEN): _T.SENT_BACK,
    (Verb.WITHDRAW, _T.OPEN): _T.WITHDRAWN,
    (Verb.CANCEL, _T.OPEN): _T.WITHDRAWN,
    (Verb.AGREE, _T.OPEN): _T.DONE,
    (Verb.OPEN_NEXT_LEVEL, _T.OPEN): _T.OPEN,
    (Verb.SKIP_LEVEL, _T.OPEN): _T.SKIPPED,
    (Verb.PASS_UP, _T.OPEN): _T.DONE,
    (Verb.GIVE_ORDER, _T.OPEN): _T.DONE,
    (Verb.GIVE_OPINION, _T.OPEN): _T.DONE,
    (Verb.ACKNOWLEDGE, _T.OPEN): _T.ACKNOWLEDGED,
    **{(Verb.PROPOSE_CASE, state): _T.DONE for state in UNSETTLED},
    **{(Verb.FORWARD, state): _T.DONE for state in UNSETTLED},
    **{(Verb.NOTE_PROGRESS, state): _T.IN_PROGRESS for state in UNSETTLED},
    **{(Verb.REMIND_TASK, state): state for state in UNSETTLED},
    **{(Verb.REPORT, state): _T.REPORTED for state in UNSETTLED},
    (Verb.RETURN_REPORT, _T.REPORTED): _T.IN_PROGRESS,
    **{(Verb.SEND_BACK_CASE, state): _T.SENT_BACK for state in UNSETTLED},
    **{(Verb.CLOSE_CASE, state): _T.WITHDRAWN for state in UNSETTLED},
    (Verb.CLOSE_CASE, _T.REPORTED): _T.DONE,
    **{(Verb.VOID, state): _T.WITHDRAWN for state in (*UNSETTLED, _T.REPORTED)},
}
"""The step table of the task; for information it ends at ``acknowledged``."""


class DeliveryNotFound(NotFound):
    """Absent, or not visible to this person: the same answer."""

    message = "ไม่พบรายการส่งนี้ อาจถูกดึงกลับ หรือโต๊ะของท่านไม่มีสิทธิเห็น"


class CaseNotFound(NotFound):
    """Absent, or of another office: the same answer."""

    message = "ไม่พบเรื่องนี้ในหน่วยงานของท่าน"


class AlreadyReceived(Conflict):
    """One delivery is received once; the second clerk is told who did it and when."""

    message = "หนังสือฉบับนี้ลงรับแล้วโดย {person} เมื่อ {at} เลขรับ {number}"


class DeliveryMoved(Conflict):
    """The delivery is in a state that does not allow the verb."""

    message = "รายการนี้เปลี่ยนสถานะเป็น “{state}” แล้ว จึง{verb}ไม่ได้ กรุณาเปิดหน้านี้ใหม่"


class NoRecipients(Invalid):
    """A letter is sent to at least one office."""

    message = "ยังไม่ได้เลือกผู้รับ กรุณาเลือกอย่างน้อยหนึ่งหน่วยงาน"


class ChannelUnknown(Invalid):
    """A letter goes to an agency by post, by e-mail or by hand."""

    message = "กรุณาเลือกวิธีส่งถึง{office} เป็นไปรษณีย์ อีเมล หรือนำส่งด้วยตนเอง"


class RecipientsRefused(Invalid):
    """Orders and announcements have no recipients of their own; they are sent as enclosures."""

    message = "{kind}ไม่มีผู้รับโดยตรง ถ้าต้องการแจ้งหน่วยงานให้ทำหนังสือนำส่งแล้วแนบไป"


class OwnOffice(Invalid):
    """A letter is not delivered to its own issuer."""

    message = "เลือกหน่วยงานของท่านเองเป็นผู้รับไม่ได้ กรุณานำออกจากรายชื่อผู้รับ"


class RecipientsChanged(Conflict):
    """Recipients are those shown at confirmation (assurance CO-06)."""

    message = "รายชื่อผู้รับเปลี่ยนไปหลังจากที่ท่านเปิดหน้านี้ กรุณาตรวจสอบจำนวนผู้รับแล้วยืนยันอีกครั้ง"


class NoSigner(Conflict):
    """The office has no post that may sign today."""

    message = "หน่วยงานนี้ยังไม่มีตำแหน่งผู้อำนวยการในระบบ กรุณาแจ้งผู้ดูแลระบบของหน่วยงาน"


class DocumentChanged(Conflict):
    """The bytes signed are the bytes shown (assurance CO-04)."""

    message = "เอกสารเปลี่ยนไปหลังจากที่ท่านเปิดหน้านี้ กรุณาอ่านฉบับล่าสุดแล้วลงนามอีกครั้ง"


class SignerNameMissing(Invalid):
    """A letter signed on paper names who signed and in which position."""

    message = "กรุณากรอกชื่อและตำแหน่งของผู้ลงนามในกระดาษ"


class AlreadyReminded(Conflict):
    """At most one reminder a day for each delivery."""

    message = "วันนี้เตือนหน่วยงานที่ยังไม่ลงรับครบแล้ว เตือนได้อีกครั้งในวันพรุ่งนี้"


class NobodyConfirmed(Invalid):
    """A confirmation by telephone names who gave it (App. 7 §5.5)."""

    message = "กรุณากรอกชื่อหรือตำแหน่งของผู้ที่ยืนยันทางโทรศัพท์"


class ConfirmedInFuture(Invalid):
    """A call that is noted has taken place."""

    message = "เวลาที่ยืนยันยังมาไม่ถึง กรุณาตรวจสอบวันที่และเวลา"


class NothingToRecall(Conflict):
    """Only deliveries that are not yet received can be recalled."""

    message = "ทุกหน่วยงานลงรับหนังสือฉบับนี้แล้ว จึงดึงกลับไม่ได้ ถ้าจำเป็นให้ส่งหนังสือยกเลิก"


class PossibleDuplicate(Conflict):
    """A letter with the same sender, number and date is registered already; confirm to go on."""

    message = (
        "อาจลงรับซ้ำ: มีหนังสือที่ {number} จาก {sender} เลขรับ {receive_no} อยู่แล้ว "
        "ถ้าเป็นคนละฉบับให้ทำเครื่องหมายยืนยันแล้วลงรับอีกครั้ง"
    )


class SenderMissing(Invalid):
    """A letter from outside names its sender."""

    message = "กรุณากรอกชื่อหน่วยงานหรือบุคคลผู้ส่งหนังสือ"


class ListNotFound(NotFound):
    """No such recipient list in this office."""

    message = "ไม่พบกลุ่มผู้รับนี้"


class ListNameTaken(Conflict):
    """Names of recipient lists are unique within an office."""

    message = "มีกลุ่มผู้รับชื่อ “{name}” อยู่แล้ว กรุณาใช้ชื่ออื่น"


class SuccessorUnstaffed(Conflict):
    """Open work is handed to a post: the successor has a registrar or a director."""

    message = (
        "{office} ยังไม่มีตำแหน่งสารบรรณหรือผู้อำนวยการที่จะรับงานค้าง "
        "กรุณาเพิ่มตำแหน่งในหน่วยงานนั้นก่อน แล้วยุบเลิกอีกครั้ง"
    )


class NotTheSigner(NotAllowed):
    """Only the post that the letter was proposed to signs or sends it back."""

    message = "หนังสือนี้เสนอต่อตำแหน่งอื่น จึงลงนามหรือส่งคืนจากโต๊ะนี้ไม่ได้"


class NotTheApprover(NotAllowed):
    """Only a post that was asked and has not agreed yet agrees to a draft."""

    message = "หนังสือนี้ไม่ได้รอความเห็นชอบจากโต๊ะของท่าน"


class NotReceiver(NotAllowed):
    """A delivery is handled from a desk of the receiving office."""

    message = "หนังสือนี้ส่งถึง{office} กรุณาสลับไปโต๊ะของหน่วยงานนั้นก่อนลงรับหรือตีกลับ"


class TaskNotFound(NotFound):
    """Absent, or on a case that is not visible: the same answer."""

    message = "ไม่พบงานนี้ในหน่วยงานของท่าน"


class CaseMoved(Conflict):
    """The case is in a state that does not allow the verb (see ``CASE_STEPS``)."""

    message = "เรื่องนี้อยู่ในสถานะ “{state}” จึง{verb}ไม่ได้ กรุณาเปิดหน้านี้ใหม่เพื่อดูสถานะล่าสุด"


class TaskMoved(Conflict):
    """The task is in a state that does not allow the verb (see ``TASK_STEPS``)."""

    message = "งานนี้อยู่ในสถานะ “{state}” จึง{verb}ไม่ได้ กรุณาเปิดหน้านี้ใหม่เพื่อดูสถานะล่าสุด"


class NotYourTurn(NotAllowed):
    """The matter does not wait at this desk."""

    message = "เรื่องนี้ไม่ได้รออยู่ที่โต๊ะของท่าน จึง{verb}ไม่ได้"


class NotYourTask(NotAllowed):
    """A task is done from the desk of its post."""

    message = "งานนี้มอบหมายให้ตำแหน่งอื่น จึงทำจากโต๊ะนี้ไม่ได้"


class ApproverMissing(Invalid):
    """A matter is proposed to another post of the office that agrees or orders."""

    message = "กรุณาเลือกผู้บังคับบัญชาในหน่วยงานที่จะเสนอเรื่องนี้"


class AssigneeUnknown(Invalid):
    """Work is given to open posts of the own office."""

    message = "กรุณาเลือกผู้รับมอบหมายจากรายชื่อของหน่วยงาน"


class OrderEmpty(Invalid):
    """An order says something or names somebody."""

    message = "กรุณาแตะหรือพิมพ์ข้อสั่งการ หรือเลือกผู้รับมอบหมาย"


class OpinionEmpty(Invalid):
    """An opinion, a note of progress and a report have words or files."""

    message = "กรุณาพิมพ์ข้อความ หรือแนบไฟล์ประกอบ"


class DueInPast(Invalid):
    """A due time lies ahead."""

    message = "กำหนดเวลา {at} ผ่านไปแล้ว กรุณากำหนดเวลาใหม่"


class WorkUnfinished(Conflict):
    """Only a head closes a case on which somebody has not reported yet."""

    message = "ยังมีผู้รับผิดชอบที่ยังไม่รายงานผล ให้ผู้สั่งการเป็นผู้ปิดเรื่อง หรือรอรายงานให้ครบ"


class NothingToHandOver(Conflict):
    """Only work that waits can be handed to somebody else."""

    message = "ไม่มีงานดำเนินการที่ค้างอยู่ที่โต๊ะนี้"


class NoSchoolChosen(Invalid):
    """A check of the box names at least one office."""

    message = "กรุณาเลือกหน่วยงานที่ตรวจกล่องแล้วอย่างน้อยหนึ่งแห่ง"


class TooManyPhrases(Invalid):
    """A phone shows a handful of phrases."""

    message = "ตั้งข้อความที่ใช้บ่อยได้ไม่เกิน {limit} ข้อความ"


USUAL_PHRASES = (
    "ทราบ",
    "ทราบ ดำเนินการ",
    "มอบผู้เกี่ยวข้องดำเนินการ",
    "แจ้งผู้เกี่ยวข้องทราบ",
    "อนุญาต",
    "อนุมัติ",
    "เก็บรวมเรื่อง",
)
"""What heads write most; everybody sets their own."""
