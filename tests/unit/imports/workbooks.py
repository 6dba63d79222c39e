"""Workbooks as offices make them, written for one test."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

OFFICES = ("รหัส", "ชื่อโรงเรียน", "ประเภท", "เครือข่าย", "รหัสหนังสือ", "เลขรับเริ่มต้น", "อีเมล")
PEOPLE = (
    "คำนำหน้า",
    "ชื่อ",
    "นามสกุล",
    "ชื่อผู้ใช้",
    "รหัสหน่วยงาน",
    "ตำแหน่ง",
    "บทบาท",
    "การดำรงตำแหน่ง",
    "ตั้งแต่วันที่",
    "ถึงวันที่",
    "เลขที่คำสั่ง",
)
LISTS = ("ชื่อกลุ่มผู้รับ", "รหัสโรงเรียน")


def workbook(path: Path, *rows: Sequence[object]) -> Path:
    """Write the rows into the first sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def with_part(path: Path, name: str, content: bytes) -> Path:
    """The same workbook with one part replaced or added."""
    parts = {}
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, old in (parts | {name: content}).items():
            archive.writestr(each, content if each == name else old)
    path.write_bytes(buffer.getvalue())
    return path
