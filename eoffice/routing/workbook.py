"""Tracking as an Excel file: every text cell is written as text, never a formula."""

from __future__ import annotations

import io
from datetime import datetime

import xlsxwriter

from eoffice import clock
from eoffice.documents.models import Letter
from eoffice.routing.list_rows import TrackRow

DATE_FORMAT = "[$-107041E]d mmm yyyy hh:mm"
HEADINGS = (
    *("ลำดับที่", "หน่วยงาน", "เครือข่าย", "ทาง", "สถานะ", "ถึงปลายทาง", "เปิดอ่านครั้งแรก"),
    *("ลงรับหรือสิ้นสุดเมื่อ", "เลขรับ", "ผู้ดำเนินการ", "เตือนล่าสุด", "หมายเหตุ"),
)
WIDTHS = (8, 34, 22, 14, 16, 18, 18, 18, 10, 26, 14, 44)


def tracking_workbook(letter: Letter, rows: list[TrackRow]) -> bytes:
    """One row an office, as filtered on the page."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("ติดตามการรับ")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    moment = book.add_format({"num_format": DATE_FORMAT, "align": "left"})
    title = book.add_format({"bold": True})
    sheet.write_string(0, 0, f"ติดตามการรับหนังสือที่ {letter.letter_no}", title)
    sheet.write_string(1, 0, letter.subject)
    for column, heading in enumerate(HEADINGS):
        sheet.write_string(3, column, heading, bold)
        sheet.set_column(column, column, WIDTHS[column])
    for at, row in enumerate(rows, start=4):
        sheet.write_number(at, 0, at - 3)
        for column, text in _texts(row).items():
            sheet.write_string(at, column, text)
        for column, instant in _instants(row).items():
            if instant is not None:
                local = clock.local(instant).replace(tzinfo=None)
                sheet.write_datetime(at, column, local, moment)
    sheet.freeze_panes(4, 2)
    sheet.autofilter(3, 0, max(len(rows) + 3, 4), len(HEADINGS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    book.close()
    return buffer.getvalue()


def _texts(row: TrackRow) -> dict[int, str]:
    note = " · ".join(filter(None, (row.reason, row.phone)))
    return {
        1: row.office + (" (สำเนา)" if row.is_copy else ""),
        2: row.network,
        3: row.channel,
        4: row.state_label,
        8: row.receive_no,
        9: row.settled_by,
        10: row.reminded,
        11: note,
    }


def _instants(row: TrackRow) -> dict[int, datetime | None]:
    return {5: row.arrived_at, 6: row.opened_at, 7: row.settled_at}
