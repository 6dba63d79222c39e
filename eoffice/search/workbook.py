"""Hits as an Excel file: every text cell is written as text, never as a formula."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime

import xlsxwriter

from eoffice.documents.rules import LetterKind, Urgency
from eoffice.search.asked import Asked
from eoffice.search.backends import COUNT_LIMIT
from eoffice.search.queries import SeenLetter

DATE_FORMAT = "[$-107041E]d mmm yyyy"
HEADINGS = ("ลำดับ", "ที่", "ลงวันที่", "จาก", "เรื่อง", "ชนิด", "ชั้นความเร็ว", "สถานะ", "เลขรับ")
WIDTHS = (7, 22, 13, 34, 60, 22, 12, 16, 14)


def results_workbook(
    asked: Asked,
    letters: Sequence[SeenLetter],
    is_capped: bool,
    state_of: Callable[[SeenLetter], tuple[str, str, str]],
) -> bytes:
    """One row a letter, in the order of the search, under the words that were searched."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet("ผลการค้นหา")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": DATE_FORMAT, "valign": "top"})
    sheet.write_string(0, 0, f"ผลการค้นหา {asked.q}".strip(), book.add_format({"bold": True}))
    note = f" (แสดง {COUNT_LIMIT} ฉบับแรก ผลยังมีอีก)" if is_capped else ""
    sheet.write_string(1, 0, f"พบ {len(letters)} ฉบับ{note}")
    for column, heading in enumerate(HEADINGS):
        sheet.write_string(3, column, heading, bold)
        sheet.set_column(column, column, WIDTHS[column])
    for row, letter in enumerate(letters, start=4):
        _write(sheet, row, row - 3, letter, state_of(letter)[1], wrapped, day)
    sheet.freeze_panes(4, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    book.close()
    return buffer.getvalue()


def _write(sheet, row: int, number: int, letter: SeenLetter, state: str, wrapped, day) -> None:  # type: ignore[no-untyped-def]
    sheet.write_number(row, 0, number, wrapped)
    if letter.dated_on is not None:
        at = datetime.combine(letter.dated_on, datetime.min.time())
        sheet.write_datetime(row, 2, at, day)
    delivery = letter.own_delivery
    texts = {
        1: letter.letter_no,
        3: letter.sender,
        4: letter.subject,
        5: LetterKind(letter.kind).label,
        6: Urgency(letter.urgency).label,
        7: state,
        8: delivery.receive_no if delivery is not None else "",
    }
    for column, text in texts.items():
        sheet.write_string(row, column, text, wrapped)
