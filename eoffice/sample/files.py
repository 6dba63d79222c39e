"""Files of the sample letters: the regulation's real PDFs, scans of its pages, Excel forms.

Every file goes through the file store and the decision what it is, as an upload does.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from random import Random

import pypdfium2
from openpyxl import Workbook

from eoffice.documents.services.attaching import StoredFile
from eoffice.documents.sniffing import sniff
from eoffice.documents.store import FileStore

REGULATION = "ระเบียบสำนักนายกรัฐมนตรีว่าด้วยงานสารบรรณ พ.ศ. 2526.pdf"
SECOND = "ระเบียบสำนักนายกรัฐมนตรีว่าด้วยงานสารบรรณ (ฉบับที่ 2) พ.ศ. 2548.pdf"
THIRD = "ระเบียบสำนักนายกรัฐมนตรีว่าด้วยงานสารบรรณ (ฉบับที่ 3) พ.ศ. 2560.pdf"
FOURTH = "ระเบียบสำนักนายกรัฐมนตรีว่าด้วยงานสารบรรณ (ฉบับที่ 4) พ.ศ. 2564.pdf"
LAW = {
    REGULATION: "regulation-2526.pdf",
    SECOND: "amendment-2-2548.pdf",
    THIRD: "amendment-3-2560.pdf",
    FOURTH: "amendment-4-2564.pdf",
}
SCANNED = {
    "สแกนหนังสือนำ.jpg": ("amendment-3-2560.pdf", 0),
    "สแกนหนังสือจังหวัด.jpg": ("amendment-2-2548.pdf", 0),
    "สแกนสิ่งที่ส่งมาด้วย.jpg": ("amendment-2-2548.pdf", 2),
    "สแกนคำร้อง.jpg": ("amendment-4-2564.pdf", 3),
}
SURVEY = "แบบสำรวจข้อมูลโรงเรียน.xlsx"
NAME_LIST = "แบบตอบรับรายชื่อผู้เข้าประชุม.xlsx"
BUDGET = "บัญชีจัดสรรงบประมาณ.xlsx"
REPORT = "แบบรายงานผลการดำเนินงาน.xlsx"
FORMS = {
    SURVEY: ("ที่", "รายการ", "ชาย", "หญิง", "รวม", "หมายเหตุ"),
    NAME_LIST: ("ที่", "ชื่อ-สกุล", "ตำแหน่ง", "โรงเรียน", "โทรศัพท์"),
    BUDGET: ("ที่", "โรงเรียน", "จำนวนนักเรียน", "จำนวนเงิน (บาท)"),
    REPORT: ("ที่", "กิจกรรม", "วันที่ดำเนินการ", "ผลการดำเนินงาน", "ปัญหา/อุปสรรค"),
}
SCAN_SCALE = 110 / 72
LIMIT = 50 << 20


class Folder:
    """Gives files by name, each stored once for an office."""

    def __init__(self, store: FileStore, random: Random) -> None:
        self._store, self._random = store, random
        self._stored: dict[tuple[int, str], StoredFile] = {}

    def take(self, office_id: int, name: str) -> StoredFile:
        """The stored file of a name for an office."""
        known = self._stored.get((office_id, name))
        if known is None:
            known = self._stored[office_id, name] = self._store_one(name)
        return known

    def discard(self) -> None:
        """Remove every file again: the act they were stored for did not happen."""
        for file in self._stored.values():
            self._store.delete(file.blob_key)
        self._stored.clear()

    def _store_one(self, name: str) -> StoredFile:
        with self._store.receive(io.BytesIO(self._content(name)), LIMIT) as temporary:
            kind = sniff(temporary.path, name)
            stored = temporary.keep()
        return StoredFile(
            blob_key=stored.blob_key,
            sha256=stored.sha256,
            size=stored.size,
            name=name,
            kind=kind.code,
            media_type=kind.media_type,
            is_encrypted=kind.is_encrypted,
        )

    def _content(self, name: str) -> bytes:
        makers: tuple[tuple[object, Callable[[], bytes]], ...] = (
            (LAW, lambda: law_text(LAW[name])),
            (SCANNED, lambda: scan(*SCANNED[name])),
            (FORMS, lambda: form(FORMS[name], self._random)),
        )
        return next(make() for names, make in makers if name in names)  # type: ignore[operator]


@cache
def law_text(file_name: str) -> bytes:
    """A PDF of the regulation, as it was published."""
    return (files("eoffice.sample") / "law" / file_name).read_bytes()


@cache
def scan(file_name: str, page: int) -> bytes:
    """A page as an office scanner gives it: a grey JPEG without text."""
    document = pypdfium2.PdfDocument(law_text(file_name))
    try:
        image = document[page].render(scale=SCAN_SCALE, grayscale=True).to_pil()
    finally:
        document.close()
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=70, dpi=(110, 110))
    return buffer.getvalue()


def form(header: tuple[str, ...], random: Random) -> bytes:
    """A small Excel form with a header row and some lines."""
    book = Workbook()
    sheet = book.active
    sheet.title = "แบบฟอร์ม"
    sheet.append(header)
    for number in range(1, 13):
        sheet.append([number, *("" for _ in header[2:]), random.randint(1, 400)])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
