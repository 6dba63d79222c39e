"""Kinds of notifications, whom they interest, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from eoffice.errors import Conflict, Invalid, NotFound
from eoffice.thai import LabelledEnum
from eoffice.users.rules import HoldingKind, Role
from eoffice.verbs import Verb

SHOWN_AT_MOST = 99
DUE_WITHIN = timedelta(hours=24)
"""A deadline is near when less than this is left."""
SETTLING = timedelta(hours=1)
"""A letter that just arrived has its own bell: its deadline rings no earlier than this."""
KEPT = timedelta(days=180)


class Kind(LabelledEnum):
    """What a notification is about; where an act causes it, the code is that of the verb."""

    SEND = "send", "หนังสือเข้าใหม่"
    ANSWER = "answer", "ได้รับหนังสือตอบ"
    REMIND = "remind", "เตือนให้ลงรับ"
    RECALL = "recall", "ผู้ส่งดึงหนังสือกลับ"
    REJECT = "reject", "หนังสือถูกตีกลับ"
    DUE_SOON = "due_soon", "ใกล้กำหนด ยังไม่ลงรับ"
    PROPOSE = "propose", "รอลงนาม"
    SIGN = "sign", "ลงนามแล้ว"
    SEND_BACK = "send_back", "ส่งคืนแก้ไข"
    GRANT = "grant", "มอบสิทธิ์ในหน่วยงาน"
    CHANGED = "changed", "เปลี่ยนแปลงในหน่วยงาน"


ARRIVALS = (Kind.SEND, Kind.ANSWER, Kind.REMIND, Kind.DUE_SOON)
"""What receiving or rejecting settles."""
ALWAYS = frozenset({Kind.GRANT, Kind.CHANGED})
"""Nobody can turn these off: the head is told of every grant (assurance B10), and of what changes
the words under a signature or the name by which the office is known."""
OPTIONAL = tuple(kind for kind in Kind if kind not in ALWAYS)


class NotificationNotFound(NotFound):
    """A notification is told to its principals only, and while its letter is visible."""

    message = "ไม่พบการแจ้งเตือนนี้ อาจเป็นเรื่องที่ท่านไม่เห็นแล้ว กรุณากลับไปที่รายการแจ้งเตือน"


ANNOUNCEMENT_LIMIT = 500


class AnnouncementNotFound(NotFound):
    """No such announcement, or one that this person does not administer."""

    message = "ไม่พบประกาศนี้ กรุณากลับไปที่รายการประกาศ"


class AnnouncementEmpty(Invalid):
    """An announcement says something, in at most 500 letters."""

    message = "กรุณาพิมพ์ข้อความประกาศ ไม่เกิน {limit} ตัวอักษร"


class AnnouncementPast(Invalid):
    """An announcement is shown today or later."""

    message = "วันสิ้นสุดของประกาศผ่านไปแล้ว กรุณาเลือกวันนี้หรือวันหลังจากนี้"


class AnnouncementEnded(Conflict):
    """An announcement ends once."""

    message = "ประกาศนี้สิ้นสุดแล้ว"


def kind_label(code: str) -> str:
    """The words of a kind; of an act that has no kind of its own, the verb's."""
    return Kind(code).label if code in set(Kind) else Verb(code).label


def grant_words(verb: str, facts: Mapping[str, Any]) -> str:
    """What was granted or changed, in a sentence, from the facts of the log (its names then)."""
    match verb:
        case Verb.ASSIGN_POST:
            said = f"แต่งตั้ง{facts.get('person', '')} ดำรงตำแหน่ง{facts.get('post', '')}"
            kind = str(facts.get("kind", ""))
            if kind and kind != HoldingKind.SUBSTANTIVE.value:
                said += f" ({HoldingKind(kind).label})"
        case Verb.SET_ROLE if facts.get("starts_on"):
            role = Role(str(facts.get("role", "")))
            said = f"มอบหน้าที่{role.label} แก่ตำแหน่ง{facts.get('post', '')}"
        case Verb.ADD_POST:
            roles = ", ".join(Role(str(role)).label for role in facts.get("roles", []))
            said = f"เพิ่มตำแหน่ง{facts.get('title', '')} พร้อมหน้าที่ {roles}"
        case Verb.SET_AUTHORITY:
            said = f"มอบอำนาจลงนาม{facts.get('kind', '')} แก่ตำแหน่ง{facts.get('post', '')}"
        case Verb.ISSUE_CODE:
            said = f"ออกรหัสครั้งเดียวให้บัญชีของ{facts.get('person', '')}"
        case Verb.CHANGE_POST:
            return _change_words(facts["old"], facts["new"])
        case Verb.CHANGE_CODE:
            return f"เปลี่ยนรหัสของ{facts['office']} จาก {facts['old']} เป็น {facts['new']}"
        case _:
            said = Verb(verb).label
    order = facts.get("order_no", "")
    return f"{said} ตาม{order}" if order and "คำสั่ง" in order else said


def _change_words(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """A post renamed, moved, or both."""
    said = []
    if old["title"] != new["title"]:
        said.append(f"เปลี่ยนชื่อตำแหน่ง{old['title']} เป็น{new['title']}")
    if old["group"] != new["group"]:
        said.append(f"ย้ายตำแหน่ง{new['title']} ไป{new['group'] or 'อยู่นอกกลุ่ม'}")
    return " และ".join(said) or f"แก้ไขตำแหน่ง{new['title']}"
