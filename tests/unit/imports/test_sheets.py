"""Excel tables are read without trusting them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import Workbook

from eoffice.errors import Invalid
from eoffice.imports import rules
from eoffice.imports.columns import OFFICES, PEOPLE
from eoffice.imports.sheets import read_table
from tests.unit.imports.workbooks import with_part, workbook

HEADER = ("รหัสหน่วยงาน", "ชื่อหน่วยงาน")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.xlsx"


@pytest.mark.parametrize(
    "header",
    [
        ("รหัสหน่วยงาน", "ชื่อหน่วยงาน"),
        ("รหัส", "ชื่อ"),
        ("code", "NAME"),
        ("รหัส หน่วยงาน *", "ชื่อหน่วยงาน:"),
        ("รหัสโรงเรียน", "โรงเรียน"),
    ],
)
def test_headings_are_known_by_their_synonyms(path: Path, header: tuple[str, ...]) -> None:
    table = read_table(workbook(path, header, ("001", "โรงเรียน ก")), OFFICES)
    assert [(row.number, row.get("code"), row.get("name")) for row in table.rows] == [
        (2, "001", "โรงเรียน ก")
    ]
    assert table.problems == []


def test_header_may_follow_a_title_and_columns_stand_in_any_order(path: Path) -> None:
    rows = [("บัญชีโรงเรียน",), (), ("ลำดับ", "ชื่อ", "รหัส"), (1, "ก", "001"), (), (2, "ข", "002")]
    table = read_table(workbook(path, *rows), OFFICES)
    assert [(row.number, row.get("code")) for row in table.rows] == [(4, "001"), (6, "002")]
    assert table.unknown == ["ลำดับ"]


def test_missing_heading_is_named(path: Path) -> None:
    with pytest.raises(rules.HeaderMissing, match="ชื่อหน่วยงาน"):
        read_table(workbook(path, ("รหัส", "ที่อยู่"), ("001", "ก")), OFFICES)


def test_heading_twice_is_refused(path: Path) -> None:
    with pytest.raises(rules.HeaderTwice, match="รหัสหน่วยงาน"):
        read_table(workbook(path, ("รหัส", "รหัสหน่วยงาน", "ชื่อ"), ("1", "2", "3")), OFFICES)


def test_header_alone_is_nothing(path: Path) -> None:
    with pytest.raises(rules.NothingToImport):
        read_table(workbook(path, HEADER, ("", "  ")), OFFICES)


def test_formulas_and_errors_are_problems_of_their_row(path: Path) -> None:
    rows = [HEADER, ("001", "=A1"), ("002", "#REF!"), ("003", "ก")]
    table = read_table(workbook(path, *rows), OFFICES)
    assert [(p.row, p.column) for p in table.problems] == [(2, "ชื่อหน่วยงาน"), (3, "ชื่อหน่วยงาน")]
    assert "สูตร" in table.problems[0].what
    assert table.rows[0].get("name") == ""


def test_a_text_that_looks_like_a_formula_is_a_text(path: Path) -> None:
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(("001", "ก"))
    book.active["B2"].value = "=1+1"
    book.active["B2"].data_type = "s"
    book.save(path)
    assert read_table(path, OFFICES).rows[0].get("name") == "=1+1"


def test_numbers_dates_and_spaces_become_what_people_see(path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(("ชื่อ", "นามสกุล", "ชื่อผู้ใช้", "รหัสหน่วยงาน", "ตำแหน่ง", "ตั้งแต่วันที่", "ถึงวันที่"))
    late = dt.datetime(2569, 10, 1)
    sheet.append((" มานี ", "ดี  มาก", "manee", 7, "ครู", dt.date(2026, 5, 18), late))
    sheet["D2"].number_format = "000"
    book.save(path)
    row = read_table(path, PEOPLE).rows[0]
    assert row.cells | {"title": ""} == row.cells | {
        "first_name": "มานี",
        "last_name": "ดี มาก",
        "office": "007",
        "starts_on": "2026-05-18",
        "ends_on": "2026-10-01",
        "title": "",
    }


def test_too_long_and_unusable_texts_are_problems(path: Path) -> None:
    table = read_table(workbook(path, HEADER, ("0" * 21, "ก" * 201)), OFFICES)
    assert [p.column for p in table.problems] == ["รหัสหน่วยงาน", "ชื่อหน่วยงาน"]
    assert "200" in table.problems[1].what


def test_rows_are_limited(path: Path) -> None:
    rows = [(f"{n:04d}", "ก") for n in range(rules.MAX_ROWS + 1)]
    with pytest.raises(rules.TooManyRows):
        read_table(workbook(path, HEADER, *rows), OFFICES)


def test_a_row_far_below_is_not_overlooked(path: Path) -> None:
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(("001", "ก"))
    book.active.cell(rules.MAX_ROWS_LOOKED_AT + 5, 1).value = "002"
    book.save(path)
    with pytest.raises(rules.TooManyRows):
        read_table(path, OFFICES)


def test_file_is_limited(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + bytes(rules.MAX_FILE_BYTES))
    with pytest.raises(rules.ImportTooLarge) as refusal:
        read_table(path, OFFICES)
    assert refusal.value.status == 413


@pytest.mark.parametrize("content", [b"", b"code,name\n1,2\n", b"%PDF-1.7\n", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(rules.NotAWorkbook):
        read_table(path, OFFICES)


def test_macros_are_refused(path: Path) -> None:
    workbook(path, HEADER, ("001", "ก"))
    with pytest.raises(rules.NotAWorkbook, match="มาโคร"):
        read_table(with_part(path, "xl/vbaProject.bin", b"x"), OFFICES)


def test_bombs_are_refused(path: Path) -> None:
    workbook(path, HEADER, ("001", "ก"))
    with pytest.raises(rules.NotAWorkbook):
        read_table(with_part(path, "xl/media/a.bin", bytes(60 << 20)), OFFICES)


def test_entities_are_refused(path: Path) -> None:
    workbook(path, HEADER, ("001", "ก"))
    sheet = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'
    with pytest.raises(rules.NotAWorkbook):
        read_table(with_part(path, "xl/worksheets/sheet1.xml", sheet), OFFICES)


def test_a_broken_sheet_is_refused(path: Path) -> None:
    workbook(path, HEADER, ("001", "ก"))
    with pytest.raises(rules.NotAWorkbook):
        read_table(with_part(path, "xl/worksheets/sheet1.xml", b"<worksheet"), OFFICES)


def test_every_refusal_of_a_file_is_the_senders_to_mend() -> None:
    for name in ("NotAWorkbook", "ImportTooLarge", "TooManyRows", "HeaderMissing", "RowsRefused"):
        assert issubclass(getattr(rules, name), Invalid)
