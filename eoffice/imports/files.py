"""Files that an import writes: the template to fill in, and the activation codes."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from eoffice.errors import EofficeError
from eoffice.imports.columns import COLUMNS, ImportKind
from eoffice.imports.rules import (
    CodesFileExists,
    CodesFileKind,
    FileExists,
    IssuedCode,
    NotAWorkbook,
)
from eoffice.users.rules import HoldingKind, Role

CODE_HEADINGS = ("หน่วยงาน", "ชื่อ-สกุล", "ชื่อผู้ใช้", "รหัสเปิดใช้", "ใช้ได้ถึง")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NOTES = (
    "กรอกข้อมูลในแผ่นแรก หนึ่งแถวต่อหนึ่งรายการ ลบแถวตัวอย่างก่อนนำเข้า",
    "หัวตารางที่มีเครื่องหมาย * ต้องกรอก ช่องที่เว้นว่างจะไม่ลบข้อมูลเดิม",
    "รหัสหน่วยงานที่ขึ้นต้นด้วยศูนย์ให้ตั้งช่องเป็นชนิดข้อความ",
    "วันที่พิมพ์ได้ทั้ง พ.ศ. และ ค.ศ. เช่น 18 พ.ค. 2569 หรือ 18/5/2569",
    "ห้ามใช้สูตร ให้วางเป็นค่า",
    "นำเข้าซ้ำได้ ระบบปรับปรุงรายการเดิมตามรหัสหน่วยงานหรือชื่อผู้ใช้ ไม่เพิ่มซ้ำ",
)


def write_template(kind: ImportKind, path: Path) -> None:
    """Write an example workbook for an import. Raises ``FileExists``, ``NotAWorkbook``."""
    if path.suffix.lower() != ".xlsx":
        raise NotAWorkbook(reason="ชื่อไฟล์ต้องลงท้ายด้วย .xlsx")
    book = Workbook()
    sheet = book.active
    sheet.title = "ข้อมูล"
    columns = COLUMNS[kind]
    _append(sheet, [c.heading + (" *" if c.is_required else "") for c in columns])
    for number in range(len(columns[0].samples)):
        _append(sheet, [column.samples[number] for column in columns])
    notes = book.create_sheet("คำอธิบาย")
    for line in (*NOTES, *_words(kind)):
        _append(notes, [line])
    notes.column_dimensions["A"].width = 110
    _dress(sheet, len(columns))
    _write_new(path, _saved(book), FileExists(path=path), mode=0o644)


def check_codes_kind(path: Path) -> None:
    """Refuse a kind of file for the codes before anything is done. Raises ``CodesFileKind``."""
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise CodesFileKind


def write_codes(path: Path, codes: Sequence[IssuedCode]) -> None:
    """Write activation codes for the owner's eyes only (0600), never over another file.

    Raises ``CodesFileExists``.
    """
    rows = [(code.office, code.name, code.username, code.code, code.until) for code in codes]
    content = _csv(rows) if path.suffix.lower() == ".csv" else _xlsx(rows)
    _write_new(path, content, CodesFileExists(path=path), mode=0o600)


def _words(kind: ImportKind) -> list[str]:
    if kind is not ImportKind.PEOPLE:
        return []
    return [
        "บทบาท (ใส่ได้หลายบทบาท คั่นด้วยจุลภาค): " + ", ".join(role.label for role in Role),
        "การดำรงตำแหน่ง: " + ", ".join(holding.label for holding in HoldingKind),
        "รักษาราชการแทน ปฏิบัติราชการแทน และรักษาการ ต้องมีเลขที่คำสั่งและวันสิ้นสุด",
        "ผู้ที่ทำหลายตำแหน่งหรือหลายโรงเรียนให้กรอกหลายแถวด้วยชื่อผู้ใช้เดียวกัน แถวแรกเป็นตำแหน่งหลัก",
    ]


def _append(sheet: Any, values: Sequence[str]) -> None:
    """A row of texts; nothing in it is ever taken for a formula."""
    row = sheet.max_row + 1 if sheet.cell(1, 1).value is not None else 1
    for place, value in enumerate(values, 1):
        cell = sheet.cell(row, place)
        cell.value = value
        cell.data_type = "s"
        cell.number_format = "@"


def _dress(sheet: Any, columns: int) -> None:
    for place in range(1, columns + 1):
        sheet.cell(1, place).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = 22
    sheet.freeze_panes = "A2"


def _xlsx(rows: Sequence[tuple[str, ...]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "รหัสเปิดใช้"
    for row in (CODE_HEADINGS, *rows):
        _append(sheet, row)
    _dress(sheet, len(CODE_HEADINGS))
    return _saved(book)


def _csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in (CODE_HEADINGS, *rows):
        writer.writerow([f"'{v}" if v.startswith(_FORMULA_STARTS) else v for v in row])
    return text.getvalue().encode("utf-8-sig")


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_new(path: Path, content: bytes, taken: EofficeError, *, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise taken from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
