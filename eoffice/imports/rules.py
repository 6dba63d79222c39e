"""Refusals of the imports: what is wrong with a file, and with each row of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from eoffice.errors import Conflict, Invalid

MAX_FILE_BYTES = 5 << 20
MAX_UNPACKED_BYTES = 40 << 20
MAX_ROWS = 2_000
MAX_ROWS_LOOKED_AT = 20_000
MAX_COLUMNS = 60
HEADER_WITHIN = 10


class NotAWorkbook(Invalid):
    """An import is an .xlsx workbook without macros, whole and of ordinary size."""

    message = "อ่านไฟล์นี้ไม่ได้: {reason} กรุณาบันทึกจาก Excel เป็นชนิด .xlsx แล้วนำเข้าใหม่"


class ImportTooLarge(Invalid):
    """An import has at most 5 MB."""

    status = 413
    message = "ไฟล์นำเข้าใหญ่เกิน {limit} กรุณาแบ่งเป็นหลายไฟล์"


class TooManyRows(Invalid):
    """An import has at most 2,000 rows, empty ones between them not counted."""

    message = "ไฟล์มีเกิน {limit} แถว กรุณาลบแถวว่างท้ายตาราง หรือแบ่งเป็นหลายไฟล์"


class HeaderMissing(Invalid):
    """The first rows of the first sheet hold the headings that the import needs."""

    message = (
        "ไม่พบหัวตารางที่จำเป็น: {columns} กรุณาตั้งชื่อหัวคอลัมน์ในแถวแรกให้ตรงกับแบบ "
        "(สร้างแบบได้ด้วยคำสั่ง eoffice import template)"
    )


class HeaderTwice(Invalid):
    """No two columns mean the same."""

    message = "หัวตาราง “{column}” มีมากกว่าหนึ่งคอลัมน์ กรุณาเหลือไว้คอลัมน์เดียว"


class NothingToImport(Invalid):
    """A file holds at least one row below its headings."""

    message = "ไม่พบข้อมูลใต้หัวตาราง กรุณากรอกอย่างน้อยหนึ่งแถว"


class DistrictMissing(Conflict):
    """Before anything is imported the district is set up."""

    message = "ยังไม่ได้ติดตั้งเขตพื้นที่ กรุณาสั่ง eoffice init ก่อนนำเข้าข้อมูล"


class CodesFileExists(Conflict):
    """Codes are never written over an older file."""

    message = "มีไฟล์ {path} อยู่แล้ว กรุณาย้ายไฟล์เดิม หรือระบุชื่อไฟล์อื่นด้วย --codes"


class CodesFileKind(Invalid):
    """Codes are written as .xlsx or .csv."""

    message = "ไฟล์รหัสเปิดใช้ต้องลงท้ายด้วย .xlsx หรือ .csv กรุณาระบุ --codes ใหม่"


class FileExists(Conflict):
    """A template is never written over an existing file."""

    message = "มีไฟล์ {path} อยู่แล้ว กรุณาใช้ชื่ออื่น"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row: its number in Excel, the column, the sentence."""

    row: int
    column: str
    what: str

    def __str__(self) -> str:
        where = f"แถว {self.row}" + (f" ช่อง “{self.column}”" if self.column else "")
        return f"{where}: {self.what}"


@dataclass(frozen=True)
class Change:
    """What a row does: added, changed, or nothing because it is so already."""

    row: int
    kind: str
    what: str

    def __str__(self) -> str:
        return f"แถว {self.row}: {self.kind} {self.what}"


ADDED, CHANGED, SAME = "เพิ่ม", "แก้ไข", "คงเดิม"


@dataclass(frozen=True)
class IssuedCode:
    """A fresh activation code, for the file that goes to the administrator."""

    office: str
    name: str
    username: str
    code: str
    until: str


@dataclass
class Report:
    """What an import did or would do. With a problem nothing is stored."""

    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    codes: list[IssuedCode] = field(default_factory=list)
    is_stored: bool = False

    def count(self, kind: str) -> int:
        """How many changes of a kind."""
        return sum(change.kind == kind for change in self.changes)


class RowsRefused(Invalid):
    """Nothing is stored while any row is wrong; every wrong row is named."""

    message = "พบแถวที่ต้องแก้ไข {count} รายการ ยังไม่ได้บันทึกข้อมูลใด ๆ กรุณาแก้ไขแล้วนำเข้าใหม่"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(None, count=len(problems))
        self.problems = list(problems)
