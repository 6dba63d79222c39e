"""The activity register as an Excel file: every text cell is written as text, never a formula."""

from __future__ import annotations

import io

import xlsxwriter

from eoffice import clock
from eoffice.activity.periods import Period
from eoffice.activity.queries import ACTS, RegisterLine

DATE_FORMAT = "[$-107041E]d mmm yyyy hh:mm"
HEADINGS = ("ที่", "ชื่อ-สกุล", "ตำแหน่ง", "เข้าใช้งาน (ครั้ง)", "เข้าใช้งาน (วัน)", "ใช้งานล่าสุด")


def register_workbook(title: str, period: Period, lines: list[RegisterLine]) -> bytes:
    """The register of an office for a period: one row a person, with a row of sums."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("รายงานการปฏิบัติงาน")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    moment = book.add_format({"num_format": DATE_FORMAT})
    sheet.write_string(
        0, 0, f"ทะเบียนรายงานการปฏิบัติงานรายบุคคล {title}", book.add_format({"bold": True})
    )
    sheet.write_string(1, 0, period.label)
    headings = (*HEADINGS, *(heading for heading, _ in ACTS.values()))
    for column, heading in enumerate(headings):
        sheet.write_string(3, column, heading, bold)
    for row, line in enumerate(lines, start=4):
        _write_line(sheet, row, row - 3, line, moment)
    last = len(lines) + 4
    sheet.write_string(last, 1, "รวม", bold)
    for column in (3, *range(6, len(headings))):
        values = [_figures(line)[column] for line in lines]
        sheet.write_number(last, column, sum(values), bold)
    sheet.set_column(1, 2, 30)
    sheet.set_column(5, 5, 18)
    sheet.freeze_panes(4, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    book.close()
    return buffer.getvalue()


def _write_line(sheet, row: int, number: int, line: RegisterLine, moment) -> None:  # type: ignore[no-untyped-def]
    sheet.write_number(row, 0, number)
    sheet.write_string(row, 1, line.name)
    sheet.write_string(row, 2, line.title)
    if line.last_used is not None:
        sheet.write_datetime(row, 5, clock.local(line.last_used).replace(tzinfo=None), moment)
    for column, value in _figures(line).items():
        sheet.write_number(row, column, value)


def _figures(line: RegisterLine) -> dict[int, int]:
    found = {3: line.sign_ins, 4: line.days_used}
    return found | {6 + at: line.letters.get(code, 0) for at, code in enumerate(ACTS)}
