"""The words on the papers, as the forms of the regulation have them."""

from __future__ import annotations

from eoffice.documents.models import Letter
from eoffice.documents.rules import Urgency
from eoffice.thai import thai_date

TITLES = {"slips": "ใบรับหนังสือ", "stamp": "ตรารับหนังสือ", "cover": "ใบนำหนังสือรับ"}
STAMP_LINES = (("receive_no", "เลขรับ"), ("day", "วันที่"), ("time", "เวลา"))
COVER_FACTS = (
    ("urgency", "ชั้นความเร็ว"),
    ("number", "ที่"),
    ("day", "ลงวันที่"),
    ("sender", "จาก"),
    ("subject", "เรื่อง"),
)
FILE_NAMES = {"slips": "ใบรับหนังสือ", "stamped": "ตรารับ"}


def cover_value(name: str, letter: Letter, sender: str) -> str:
    """What stands beside a label of the cover page, empty where there is nothing to say."""
    match name:
        case "urgency":
            urgency = Urgency(letter.urgency)
            return "" if urgency is Urgency.NORMAL else urgency.label
        case "number":
            return letter.letter_no
        case "day":
            return thai_date(letter.letter_date) if letter.letter_date else ""
        case "sender":
            return sender
    return letter.subject
