"""Words and refusals of approval paths and of the list of signing authority."""

from __future__ import annotations

from eoffice.errors import Conflict, Invalid, NotAllowed, NotFound
from eoffice.thai import LabelledEnum

EVERY_KIND_WORDS = "หนังสือทุกชนิด"


class AuthorityHow(LabelledEnum):
    """By which words a post beside the head's signs (App. 3)."""

    DELEGATED = "delegated", "ปฏิบัติราชการแทนหัวหน้าหน่วยงาน"
    OWN = "own", "ลงนามในตำแหน่งของตน"


class NoAuthority(NotAllowed):
    """Posts beside the head's sign by the office's list of authority, on its days, and only the
    kinds of letters it names (App. 3 §1–2)."""

    message = (
        "ตำแหน่งนี้ไม่มีอำนาจลงนาม{kind}ตามรายการมอบอำนาจของหน่วยงานในวันนี้ กรุณาส่งคืนเพื่อเสนอผู้มีอำนาจลงนาม"
    )


class SignerUnknown(Invalid):
    """A draft is proposed to the head or to a post that may sign letters of its kind."""

    message = "ตำแหน่งที่เลือกไม่มีอำนาจลงนามหนังสือชนิดนี้ กรุณาเลือกผู้ลงนามจากรายชื่อ"


class AuthorityOrderMissing(Invalid):
    """Authority is delegated in writing: the line names its order (App. 3)."""

    message = "การมอบอำนาจลงนามต้องระบุเลขที่คำสั่ง"


class AuthorityPostUnfit(Invalid):
    """The list names deputies and heads of groups of the own office; the head needs no line."""

    message = "กรุณาเลือกตำแหน่งรองผู้อำนวยการหรือผู้อำนวยการกลุ่มของหน่วยงาน"


class AuthorityHeld(Conflict):
    """A post has the authority for a kind of letters once at a time."""

    message = "ตำแหน่งนี้มีอำนาจลงนามหนังสือชนิดนี้ในช่วงวันที่นี้อยู่แล้ว"


class AuthorityEnded(Conflict):
    """An end that is set is only brought forward; to go on is a new line by a new order."""

    message = "อำนาจลงนามนี้กำหนดวันสิ้นสุดที่มาถึงก่อนอยู่แล้ว"


class AuthorityNotFound(NotFound):
    """No such line in the list of this office."""

    message = "ไม่พบรายการมอบอำนาจลงนามนี้ในหน่วยงานของท่าน"


class SkipHoursWrong(Invalid):
    """A level may be skipped after a number of working hours."""

    message = "เวลาที่ให้ข้ามลำดับต้องเป็นจำนวนชั่วโมง 1 ถึง {most}"
