"""The scope of acting by delegation: its parts, and what is refused outside it.

รักษาราชการแทน and รักษาการในตำแหน่ง carry the full power of the post; ปฏิบัติราชการแทน is delegated
in writing for set matters (App. 3), so that its order may name parts of the work and kinds of
letters. What the order says in words stands beside it and is for people to judge.
"""

from __future__ import annotations

from eoffice.errors import Invalid, NotAllowed
from eoffice.thai import LabelledEnum


class ScopePart(LabelledEnum):
    """A part of a post's work that can be delegated by itself."""

    SIGN = "sign", "ลงนามหนังสือ"
    APPROVE = "approve", "เห็นชอบและเสนอต่อ"
    ORDER = "order", "สั่งการ มอบหมาย และปิดเรื่อง"
    REGISTRY = "registry", "งานสารบรรณ ลงรับ ออกเลข และส่ง"
    ADMINISTRATION = "administration", "ตั้งค่าและบุคลากรของหน่วยงาน"


class OutsideScope(NotAllowed):
    """The order by which the person acts does not delegate this."""

    message = (
        "“{verb}” อยู่นอกขอบเขตที่{order}มอบให้ปฏิบัติราชการแทน จึงทำจากโต๊ะนี้ไม่ได้ "
        "กรุณาให้ผู้ดำรงตำแหน่งหรือผู้รักษาราชการแทนเป็นผู้ทำ"
    )


class ScopeOfFullPower(Invalid):
    """Only a delegation is limited; the other ways to act carry the full power of the post."""

    message = (
        "จำกัดขอบเขตได้เฉพาะปฏิบัติราชการแทน ลักษณะอื่นมีอำนาจเต็มของตำแหน่ง กรุณานำขอบเขตออกหรือเปลี่ยนลักษณะ"
    )


class ScopeUnknown(Invalid):
    """Parts and kinds of letters are chosen from the lists."""

    message = "กรุณาเลือกขอบเขตจากรายการที่มีให้"
