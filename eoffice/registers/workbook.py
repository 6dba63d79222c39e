"""A register of a year as an Excel file, in the columns of its form (แบบที่ 13 และ 14).

Every text cell is written as text, never a formula.
"""

from __future__ import annotations

import io

import xlsxwriter

from eoffice import clock
from eoffice.registers.queries import RegisterRow
from eoffice.registers.rules import Series
from eoffice.thai import thai_date, thai_datetime

DAY_FORMAT = "[$-107041E]d mmm yyyy"
WIDTHS = (10, 22, 13, 28, 28, 50, 34, 34, 13)
ORDERS = (Series.ORDER, Series.ANNOUNCEMENT)


def register_workbook(
    office: str, series: Series, year: int, rows: list[RegisterRow], *, form_name: str = ""
) -> bytes:
    """All rows of a register in order of number; cancelled and reserved numbers say so."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(series.label[:31])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": DAY_FORMAT, "valign": "top", "align": "left"})
    title = " ".join(filter(None, (series.label, form_name, f"พ.ศ. {year}")))
    sheet.write_string(0, 0, title, book.add_format({"bold": True}))
    sheet.write_string(1, 0, office)
    for column, heading in enumerate(_headings(series)):
        sheet.write_string(3, column, heading, bold)
        sheet.set_column(column, column, WIDTHS[column])
    for at, row in enumerate(rows, start=4):
        entry = row.entry
        sheet.write_number(at, 0, entry.number, cell)
        for column, text in _texts(row).items():
            sheet.write_string(at, column, text, cell)
        for column, date in ((2, entry.ref_date), (8, entry.entered_on)):
            if date is not None:
                sheet.write_datetime(at, column, date, day)
    sheet.freeze_panes(4, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    book.close()
    return buffer.getvalue()


def _headings(series: Series) -> tuple[str, ...]:
    side = "รับ" if series is Series.RECEIVE else "ส่ง"
    number = "เลขทะเบียน" if series in ORDERS else f"เลขทะเบียน{side}"
    return (
        *(number, "ที่", "ลงวันที่", "จาก", "ถึง", "เรื่อง"),
        *("การปฏิบัติ", "หมายเหตุ", "วันลงทะเบียน"),
    )


def _texts(row: RegisterRow) -> dict[int, str]:
    entry = row.entry
    subject = "จองเลขแล้ว (รอหนังสือ)" if row.is_reserved else entry.subject
    return {
        1: entry.ref_no,
        3: entry.from_text,
        4: entry.to_text,
        5: subject,
        6: "\n".join(row.acts),
        7: _remark(row),
    }


def _remark(row: RegisterRow) -> str:
    entry = row.entry
    if row.is_cancelled:
        at = thai_datetime(entry.cancelled_at) if entry.cancelled_at else ""
        return " ".join(filter(None, ("ยกเลิก", entry.reason, at)))
    late = f"ออกเลขจริง {thai_datetime(row.late_at)} {entry.reason}" if row.late_at else ""
    return " · ".join(filter(None, (late.strip(), entry.remark)))


def file_name(office: str, series: Series, year: int) -> str:
    """The name under which the file is downloaded."""
    return f"{series.label} {office} {year} ณ {thai_date(clock.today())}.xlsx"
