"""Words and steps of the letter: kinds, urgency, secrecy, states; what each state allows."""

from __future__ import annotations

from eoffice.errors import Conflict, Invalid, NotAllowed, NotFound
from eoffice.thai import LabelledEnum
from eoffice.verbs import Verb


class LetterKind(LabelledEnum):
    """Kinds of letters in use (ข้อ 10–27)."""

    EXTERNAL = "external", "หนังสือภายนอก"
    MEMO = "memo", "หนังสือภายใน (บันทึกข้อความ)"
    ORDER = "order", "คำสั่ง"
    ANNOUNCEMENT = "announcement", "ประกาศ"
    OTHER = "other", "หนังสืออื่น"


class Origin(LabelledEnum):
    """How a letter entered the system."""

    SYSTEM = "system", "ในระบบ"
    PAPER = "paper", "กระดาษ"
    EMAIL = "email", "อีเมล"


class LetterState(LabelledEnum):
    """States of a letter (domain.md §11)."""

    DRAFT = "draft", "ร่าง"
    PROPOSED = "proposed", "เสนอลงนาม"
    SIGNED = "signed", "ลงนามแล้ว"
    NUMBERED = "numbered", "ออกเลขแล้ว"
    SENT = "sent", "ส่งแล้ว"
    CLOSED = "closed", "ปิดเรื่องแล้ว"
    CANCELLED = "cancelled", "ยกเลิก"


class Urgency(LabelledEnum):
    """ชั้นความเร็ว (ข้อ 28)."""

    NORMAL = "normal", "ปกติ"
    URGENT = "urgent", "ด่วน"
    VERY_URGENT = "very_urgent", "ด่วนมาก"
    MOST_URGENT = "most_urgent", "ด่วนที่สุด"

    @property
    def rank(self) -> int:
        """0 for normal to 3 for most urgent."""
        return list(Urgency).index(self)


class Secrecy(LabelledEnum):
    """ชั้นความลับ; ลับที่สุด never enters the system (ข้อ 29)."""

    NORMAL = "normal", "ปกติ"
    CONFIDENTIAL = "confidential", "ลับ"
    SECRET = "secret", "ลับมาก"
    TOP_SECRET = "top_secret", "ลับที่สุด"


class Part(LabelledEnum):
    """How a recipient is named on a letter."""

    TO = "to", "เรียน"
    CC = "cc", "สำเนาส่ง"


FROZEN_STATES = (LetterState.NUMBERED, LetterState.SENT, LetterState.CLOSED)
"""From here on number, date, subject and files are fixed (ข้อ 9.6)."""

KINDS_WITHOUT_RECIPIENTS = frozenset({LetterKind.ORDER, LetterKind.ANNOUNCEMENT})

_S = LetterState
LETTER_STEPS: dict[tuple[Verb, LetterState], LetterState] = {
    (Verb.EDIT, _S.DRAFT): _S.DRAFT,
    (Verb.ATTACH, _S.DRAFT): _S.DRAFT,
    (Verb.DETACH, _S.DRAFT): _S.DRAFT,
    (Verb.ARRANGE, _S.DRAFT): _S.DRAFT,
    (Verb.TAKE_OVER, _S.DRAFT): _S.DRAFT,
    (Verb.ADDRESS, _S.DRAFT): _S.DRAFT,
    (Verb.ADDRESS, _S.SIGNED): _S.SIGNED,
    (Verb.ADDRESS, _S.NUMBERED): _S.NUMBERED,
    (Verb.PROPOSE, _S.DRAFT): _S.PROPOSED,
    (Verb.AGREE, _S.PROPOSED): _S.PROPOSED,
    (Verb.WITHDRAW, _S.PROPOSED): _S.DRAFT,
    (Verb.SEND_BACK, _S.PROPOSED): _S.DRAFT,
    (Verb.SEND_BACK, _S.SIGNED): _S.DRAFT,
    (Verb.SIGN, _S.PROPOSED): _S.SIGNED,
    (Verb.SIGN_ON_PAPER, _S.DRAFT): _S.SIGNED,
    (Verb.ISSUE_NUMBER, _S.SIGNED): _S.NUMBERED,
    (Verb.SEND, _S.NUMBERED): _S.SENT,
    (Verb.SEND, _S.SENT): _S.SENT,
    (Verb.CANCEL, _S.DRAFT): _S.CANCELLED,
    (Verb.CANCEL, _S.PROPOSED): _S.CANCELLED,
    (Verb.CANCEL, _S.SIGNED): _S.CANCELLED,
    (Verb.CANCEL, _S.NUMBERED): _S.CANCELLED,
    (Verb.CLOSE_LETTER, _S.SENT): _S.CLOSED,
    (Verb.ADDRESS, _S.SENT): _S.SENT,
    (Verb.RECALL, _S.SENT): _S.SENT,
    (Verb.REMIND, _S.SENT): _S.SENT,
}
"""The step table of the letter: (verb, state) → next state; what is not here is a Conflict."""


class LetterNotFound(NotFound):
    """Absent, or not visible to this person: the same answer."""

    message = "ไม่พบหนังสือฉบับนี้ อาจถูกดึงกลับ หรือโต๊ะของท่านไม่มีสิทธิเห็น"


class NoEmblem(Conflict):
    """What is not there cannot be taken away."""

    message = "หน่วยงานนี้ยังไม่มีตรา หรือนำออกไปแล้ว"


class EmblemMissing(Invalid):
    """The form of the emblem brings a picture."""

    message = "กรุณาเลือกภาพตราเป็นไฟล์ PNG"


class EmblemNotFound(NotFound):
    """An office without an emblem, or one that this desk does not administer."""

    message = "ไม่พบตราของหน่วยงานนี้"


class NoSignature(Conflict):
    """What is not there cannot be taken away."""

    message = "ท่านยังไม่ได้ตั้งภาพลายมือชื่อ หรือนำออกไปแล้ว"


class SignatureMissing(Invalid):
    """The form of the signature brings a picture."""

    message = "กรุณาเลือกภาพลายมือชื่อเป็นไฟล์ PNG หรือ JPEG"


class SignatureNotFound(NotFound):
    """Nothing was signed here with a picture, or it is not visible: the same answer."""

    message = "ไม่พบภาพลายมือชื่อนี้"


class AttachmentNotFound(NotFound):
    """Absent, or on a letter that is not visible."""

    message = "ไม่พบไฟล์นี้ อาจถูกนำออกจากร่างแล้ว หรือโต๊ะของท่านไม่มีสิทธิเห็น"


class PageNotFound(NotFound):
    """A file has no page of this number, or none that can be shown."""

    message = "ไม่มีหน้านี้ หรือแสดงเป็นภาพไม่ได้ ดาวน์โหลดไฟล์เพื่ออ่านได้"


class WrongState(Conflict):
    """The letter's state does not allow the verb (see ``LETTER_STEPS``)."""

    message = "หนังสือนี้อยู่ในสถานะ “{state}” จึง{verb}ไม่ได้ กรุณาเปิดหน้านี้ใหม่เพื่อดูสถานะล่าสุด"


class StaleVersion(Conflict):
    """Somebody changed the subject after this page was shown."""

    message = "มีผู้แก้ไขเรื่องนี้หลังจากที่ท่านเปิดหน้านี้ กรุณาเปิดหน้านี้ใหม่ ตรวจสอบ แล้วทำรายการอีกครั้ง"


class NotYourOffice(NotAllowed):
    """Acts on a letter are done from a desk of the office that owns it."""

    message = "หนังสือนี้เป็นของ{office} กรุณาสลับไปโต๊ะของหน่วยงานนั้นก่อนทำรายการ"


class NotYourDraft(NotAllowed):
    """A draft belongs to its post; the office's registrar can take it over."""

    message = "ร่างนี้เป็นของตำแหน่งอื่น ให้สารบรรณกลางรับช่วงร่างก่อนจึงแก้ไขได้"


class SubjectMissing(Invalid):
    """Every letter has a subject; without one the clerk writes a summary (ข้อ 38.7)."""

    message = "กรุณากรอกเรื่องของหนังสือ ถ้าหนังสือไม่มีเรื่องให้สรุปใจความสั้น ๆ"


class TooLong(Invalid):
    """A text field is longer than its limit."""

    message = "{field}ยาวเกินไป ใช้ได้ไม่เกิน {limit} ตัวอักษร"


class UnusableText(Invalid):
    """A text holds control characters that cannot be stored or shown."""

    message = "{field}มีอักขระที่ใช้ไม่ได้ กรุณาพิมพ์ใหม่หรือวางเป็นข้อความธรรมดา"


class NothingToSign(Invalid):
    """A letter that goes to be signed carries at least one file, or a text."""

    message = "หนังสือยังไม่มีไฟล์หรือข้อความ กรุณาแนบไฟล์หนังสือ หรือพิมพ์ข้อความก่อนเสนอ"


class TooManyFiles(Invalid):
    """A letter carries a limited number of files."""

    message = "แนบไฟล์ได้ไม่เกิน {limit} ไฟล์ต่อหนังสือหนึ่งฉบับ กรุณารวมไฟล์หรือแนบเท่าที่จำเป็น"


class ReasonMissing(Invalid):
    """The act needs a reason that others will read."""

    message = "กรุณากรอกเหตุผล เพื่อให้ผู้เกี่ยวข้องทราบและตรวจสอบย้อนหลังได้"


class TopSecretRefused(Invalid):
    """ลับที่สุด must never enter the system (ข้อ 29, App. 7 §3.6)."""

    message = (
        "หนังสือชั้น “ลับที่สุด” ห้ามส่ง รับ หรือเก็บด้วยระบบอิเล็กทรอนิกส์ (ข้อ 29) "
        "กรุณาดำเนินการด้วยกระดาษ และนำไฟล์ออกจากเครื่องของท่าน"
    )


class ClassifiedRefused(Invalid):
    """ลับ and ลับมาก are refused until the rules for them exist here."""

    message = "ระบบยังไม่รับหนังสือชั้น “{secrecy}” กรุณาดำเนินการด้วยกระดาษตามระเบียบว่าด้วยการรักษาความลับ"


class DateRunsBack(Invalid):
    """A date before the previous number's date needs a reason (assurance IA-03)."""

    message = "วันที่ {date} มาก่อนวันที่ของเลขก่อนหน้า หรือไม่ใช่วันนี้ ถ้าต้องการใช้วันที่นี้กรุณากรอกเหตุผล"
