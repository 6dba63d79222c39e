"""Words of the registers: series of numbers, states of an entry, how a number is written."""

from __future__ import annotations

import re

from eoffice.documents.rules import LetterKind
from eoffice.errors import Conflict, Invalid, NotAllowed, NotFound
from eoffice.thai import LabelledEnum
from eoffice.thai_text import to_arabic_digits


class Series(LabelledEnum):
    """Series of numbers; each runs over one calendar year of one office (ข้อ 38.2, 43.1.2)."""

    RECEIVE = "receive", "ทะเบียนหนังสือรับ"
    SEND = "send", "ทะเบียนหนังสือส่ง"
    CIRCULAR = "circular", "ทะเบียนหนังสือเวียน"
    ORDER = "order", "ทะเบียนคำสั่ง"
    ANNOUNCEMENT = "announcement", "ทะเบียนประกาศ"


class EntryState(LabelledEnum):
    """What became of a number; cancelled numbers are burned and stay in the register."""

    ISSUED = "issued", "ออกเลขแล้ว"
    RESERVED = "reserved", "จองเลขแล้ว (รอหนังสือ)"
    CANCELLED = "cancelled", "ยกเลิก"


class CircularSeries(LabelledEnum):
    """Two legal ways to number circulars (ข้อ 32)."""

    OWN = "own", "ใช้ ว และเลขชุดของตนเอง เริ่มจาก 1"
    SHARED = "shared", "ใช้ ว กับเลขหนังสือส่งตามปกติ"


class NumberingLocked(Conflict):
    """After a restore nothing is numbered until the administrator confirms where it stands."""

    message = (
        "ระบบเพิ่งกู้คืนจากข้อมูลสำรอง ยังออกเลขและลงรับไม่ได้จนกว่าผู้ดูแลระบบเขตพื้นที่จะยืนยันเลขล่าสุดของแต่ละทะเบียน"
    )


class BookClosed(Conflict):
    """A closed book gives no more numbers."""

    message = "ทะเบียนของปีนี้ปิดแล้ว ออกเลขเพิ่มไม่ได้ กรุณาใช้ทะเบียนของปีปัจจุบัน"


class PrefixMissing(Conflict):
    """Letter numbers need the office's prefix of the year (ข้อ 33, App. 1)."""

    message = "ยังไม่ได้ตั้งรหัสหนังสือของหน่วยงานสำหรับปี {year} กรุณาแจ้งผู้ดูแลระบบของหน่วยงาน"


class AnnouncementsNotNumbered(Conflict):
    """The regulation gives announcements no number (ข้อ 20); an office may switch it on."""

    message = "หน่วยงานนี้ไม่ออกเลขประกาศ ประกาศที่ลงนามแล้วถือว่าเสร็จสิ้น"


class StaleNumbering(Conflict):
    """Somebody set the year's numbering after this page was shown."""

    message = "มีผู้แก้ไขการออกเลขของปี {year} หลังจากที่ท่านเปิดหน้านี้ กรุณาเปิดหน้านี้ใหม่ ตรวจสอบ แล้วบันทึกอีกครั้ง"


class NumberingFixed(Conflict):
    """Prefix, circular mode and first number are fixed once the year's first number is given."""

    message = "ปี {year} ออกเลขไปแล้ว จึงเปลี่ยนเลขเริ่มต้นหรือวิธีออกเลขหนังสือเวียนไม่ได้จนขึ้นปีใหม่"


class InsertionRefused(Invalid):
    """Numbers in between ("45.1", "45 ก") are refused (แทรกเลข)."""

    message = "ระบบไม่รับการแทรกเลข เช่น 45.1 หรือ 45 ก กรุณาใช้เลขที่จองไว้ หรือออกเลขถัดไปโดยระบุเหตุผล"


class SeriesNotUsed(Conflict):
    """An office that numbers circulars with its send series has no book of circulars (ข้อ 32)."""

    message = "ปีนี้หนังสือเวียนใช้เลขร่วมกับทะเบียนหนังสือส่ง กรุณาจองเลขในทะเบียนหนังสือส่ง"


class NumberingNotLocked(Conflict):
    """Where the books stand is confirmed only after a restore."""

    message = "ขณะนี้ไม่มีการกู้คืนข้อมูลที่รอยืนยันเลขทะเบียน จึงไม่ต้องยืนยัน"


class LastNumberTooLow(Invalid):
    """A number that the restored book has given cannot be taken back."""

    message = "{book} มีเลข {last} อยู่แล้วในข้อมูลที่กู้คืน เลขล่าสุดต้องไม่น้อยกว่านี้"


class GapTooWide(Invalid):
    """A gap of more than some thousand numbers is a slip of the hand: burned numbers stay."""

    message = "{book} ต้องยกเลิก {count} เลข ซึ่งมากผิดปกติ กรุณาตรวจสอบเลขล่าสุดอีกครั้ง"


class FirstNumberWrong(Invalid):
    """A first number is 1 or more."""

    message = "เลขเริ่มต้นต้องเป็นจำนวนเต็มตั้งแต่ 1 ขึ้นไป"


class PrefixWrong(Invalid):
    """A prefix is two Thai letters, a space and the owner's number (App. 1)."""

    message = "รหัสหนังสือต้องเป็นอักษรไทย 2 ตัว เว้นวรรค ตามด้วยเลขรหัส เช่น ศธ 04999 หรือ ศธ 04999.012"


class EntryNotFound(NotFound):
    """No such register entry, or of an office one may not see."""

    message = "ไม่พบรายการในทะเบียนนี้"


class EntryUsed(Conflict):
    """Only a reserved number that is still free can be taken or cancelled here."""

    message = "เลขนี้ใช้หรือยกเลิกไปแล้ว กรุณาเลือกเลขที่จองไว้เลขอื่น"


class ReservedByOther(NotAllowed):
    """A reserved number is taken for the series and office it was reserved in."""

    message = "เลขที่จองไว้นี้ไม่ใช่ของทะเบียนเดียวกับหนังสือฉบับนี้ กรุณาเลือกเลขอื่น"


class CheckMissing(Invalid):
    """How many numbers to reserve at once is limited."""

    message = "จองเลขได้ครั้งละ 1 ถึง 50 เลข"


NUMBER_TYPED = re.compile(r"[0-9]{1,7}")
WIDEST_GAP = 3_000


def wanted_number(typed: str) -> int | None:
    """The number that was asked for, none where the field is empty.

    "45.1", "45 ก", "45/1" and the like would stand between two numbers: ``InsertionRefused``.
    """
    text = to_arabic_digits(typed.strip())
    if not text:
        return None
    if not NUMBER_TYPED.fullmatch(text):
        raise InsertionRefused
    return int(text)


SERIES_OF_KIND = {
    LetterKind.EXTERNAL: Series.SEND,
    LetterKind.MEMO: Series.SEND,
    LetterKind.OTHER: Series.SEND,
    LetterKind.ORDER: Series.ORDER,
    LetterKind.ANNOUNCEMENT: Series.ANNOUNCEMENT,
}
PATHS = {
    Series.RECEIVE: "incoming",
    Series.SEND: "outgoing",
    Series.CIRCULAR: "circulars",
    Series.ORDER: "orders",
    Series.ANNOUNCEMENT: "announcements",
}
"""How each register is called in an address, in the order in which they are shown."""
OUTGOING_SERIES = (Series.SEND, Series.CIRCULAR, Series.ORDER, Series.ANNOUNCEMENT)


def book_key(office_public_id: str, series: str, year: int) -> str:
    """How a book is named that the restored data does not have."""
    return f"{office_public_id}/{series}/{year}"


def book_series(kind: str, *, is_circular: bool, has_own_circulars: bool) -> Series:
    """The series a letter of a kind is numbered in; circulars by the office's choice (ข้อ 32)."""
    series = SERIES_OF_KIND[LetterKind(kind)]
    if series is Series.SEND and is_circular and has_own_circulars:
        return Series.CIRCULAR
    return series


def written_number(series: str, number: int, *, prefix: str, year: int, is_circular: bool) -> str:
    """How a number stands on the letter: ``ศธ 04999/ว 45``, ``45/2569`` for orders (ข้อ 16.2)."""
    if series in (Series.ORDER, Series.ANNOUNCEMENT, Series.RECEIVE):
        return f"{number}/{year}"
    mark = "ว " if is_circular else ""
    return f"{prefix}/{mark}{number}"
