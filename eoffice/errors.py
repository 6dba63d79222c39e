"""One base and four families of refusals; each refusal is a fact with its own Thai sentence.

A room derives from a family next to the rule it guards: the class name states the fact, the
docstring the rule, ``message`` tells the reader in Thai what to do next.
"""

from __future__ import annotations

from typing import ClassVar


class EofficeError(Exception):
    """An act that cannot be done, with the status of its answer and a sentence for the reader.

    ``facts`` are named values; a message that names them (``{limit}``) is filled in by ``str``.
    """

    status: ClassVar[int] = 500
    message: str = "ระบบทำรายการนี้ไม่สำเร็จ กรุณาลองใหม่ หากยังพบปัญหาให้แจ้งผู้ดูแลระบบ"

    def __init__(self, message: str | None = None, **facts: object) -> None:
        super().__init__(message)
        if message is not None:
            self.message = message
        self.facts = facts

    def __str__(self) -> str:
        return self.message.format(**self.facts) if self.facts else self.message


class Invalid(EofficeError):
    """What was given cannot be accepted as it is."""

    status = 422
    message = "ข้อมูลไม่ถูกต้อง กรุณาตรวจสอบและแก้ไขแล้วลองใหม่"


class NotAllowed(EofficeError):
    """The subject may be seen, but this desk may not do this to it."""

    status = 403
    message = "ตำแหน่งที่ใช้งานอยู่ไม่มีสิทธิ์ทำรายการนี้ กรุณาติดต่อผู้ดูแลระบบของหน่วยงาน"


class NotFound(EofficeError):
    """Absent or not to be seen: both give the same answer."""

    status = 404
    message = "ไม่พบรายการที่ต้องการ กรุณาตรวจสอบที่อยู่หรือกลับไปยังรายการ"


class Conflict(EofficeError):
    """The subject is in another state or version than the one the act was meant for."""

    status = 409
    message = "รายการนี้เปลี่ยนแปลงไปแล้ว กรุณาเปิดดูข้อมูลล่าสุดก่อนทำรายการอีกครั้ง"
