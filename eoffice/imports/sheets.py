"""Reading an Excel table without trusting it: size, archive, markup, rows, formulas."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from eoffice.clock import BUDDHIST_OFFSET
from eoffice.documents.archives import Budget, open_archive, read_member
from eoffice.documents.refusals import FileRefused
from eoffice.documents.sniffing import sniff
from eoffice.imports.columns import Column, heading_key
from eoffice.imports.rules import (
    HEADER_WITHIN,
    MAX_COLUMNS,
    MAX_FILE_BYTES,
    MAX_ROWS,
    MAX_ROWS_LOOKED_AT,
    MAX_UNPACKED_BYTES,
    HeaderMissing,
    HeaderTwice,
    ImportTooLarge,
    NotAWorkbook,
    NothingToImport,
    Problem,
    TooManyRows,
)
from eoffice.thai import file_size, normalise

_MARKUP = re.compile(rb"<!(DOCTYPE|ENTITY)", re.I)
_ZEROS = re.compile(r"0{2,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
FORMULA = "ช่องนี้เป็นสูตร กรุณาวางเป็นค่า (คัดลอก แล้ววางแบบ “ค่า”)"
BROKEN = "ช่องนี้เป็นค่าผิดพลาดของ Excel ({value}) กรุณาพิมพ์ค่าที่ถูกต้อง"
LONG = "ข้อความยาวเกิน {limit} ตัวอักษร กรุณาย่อให้สั้นลง"
UNUSABLE = "มีอักขระที่ใช้ไม่ได้ กรุณาพิมพ์ใหม่เป็นข้อความธรรมดา"


@dataclass(frozen=True)
class Row:
    """One row below the headings: its number in Excel and its texts by column name."""

    number: int
    cells: dict[str, str]

    def get(self, name: str) -> str:
        """The text of a column, empty where there is none."""
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Table:
    """The rows of a file, what is wrong with single cells, and headings nobody knows."""

    rows: list[Row]
    problems: list[Problem]
    unknown: list[str]


def read_table(path: Path, columns: Sequence[Column]) -> Table:
    """The table in the first sheet of a workbook.

    Raises ``ImportTooLarge``, ``NotAWorkbook``, ``TooManyRows``, ``HeaderMissing``,
    ``HeaderTwice``, ``NothingToImport``. Formulas are never worked out and never trusted: a cell
    that holds one is a problem of its row.
    """
    content = _checked_content(path)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        cells = list(_rows(book.worksheets[0]))
    except (TooManyRows, NotAWorkbook):
        raise
    except Exception as error:  # a broken part can fail anywhere in the reader
        raise NotAWorkbook(reason="โครงสร้างภายในเสียหาย") from error
    return _table(cells, columns)


def _checked_content(path: Path) -> bytes:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ImportTooLarge(limit=file_size(MAX_FILE_BYTES))
    try:
        kind = sniff(path, path.name)
        if kind.code != "xlsx" or kind.is_encrypted:
            raise NotAWorkbook(reason="ไม่ใช่ตาราง Excel ชนิด .xlsx ที่ไม่มีรหัสผ่าน")
        content = path.read_bytes()
        file = io.BytesIO(content)
        archive = open_archive(file, Budget(unpacked=MAX_UNPACKED_BYTES))
        for member in archive.namelist():
            if _MARKUP.search(read_member(archive, member)):
                raise NotAWorkbook(reason="มีการอ้างอิงภายนอกในโครงสร้างไฟล์")
    except FileRefused as refusal:
        raise NotAWorkbook(reason=str(refusal)) from refusal
    return content


def _rows(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """Rows that hold anything, with their numbers; bounded whatever the sheet claims."""
    sheet.reset_dimensions()
    found = 0
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
        if number > MAX_ROWS_LOOKED_AT:
            raise TooManyRows(limit=MAX_ROWS)
        if any(cell.value not in (None, "") for cell in row):
            found += 1
            if found > MAX_ROWS + HEADER_WITHIN:
                raise TooManyRows(limit=MAX_ROWS)
            yield number, row


def _table(cells: list[tuple[int, Sequence[Any]]], columns: Sequence[Column]) -> Table:
    at, places, unknown = _header(cells, columns)
    known = {column.name: column for column in columns}
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, row in cells[at + 1 :]:
        texts: dict[str, str] = {}
        wrong_before = len(problems)
        for name, place in places.items():
            cell = row[place] if place < len(row) else None
            texts[name], wrong = _text(cell, known[name].limit)
            if wrong:
                problems.append(Problem(number, known[name].heading, wrong))
        if any(texts.values()) or len(problems) > wrong_before:
            rows.append(Row(number, texts))
    if not rows:
        raise NothingToImport
    if len(rows) > MAX_ROWS:
        raise TooManyRows(limit=MAX_ROWS)
    return Table(rows, problems, unknown)


def _header(
    cells: list[tuple[int, Sequence[Any]]], columns: Sequence[Column]
) -> tuple[int, dict[str, int], list[str]]:
    """The first row that names every required column: its place, and where the columns are."""
    best: list[str] | None = None
    for at, (_, row) in enumerate(cells[:HEADER_WITHIN]):
        places, unknown = _places(row, columns)
        missing = [c.heading for c in columns if c.is_required and c.name not in places]
        if not missing:
            return at, places, unknown
        if best is None or len(missing) < len(best):
            best = missing
    names = best or [column.heading for column in columns if column.is_required]
    raise HeaderMissing(columns=", ".join(names))


def _places(row: Sequence[Any], columns: Sequence[Column]) -> tuple[dict[str, int], list[str]]:
    places: dict[str, int] = {}
    unknown = []
    known = {key: column for column in reversed(columns) for key in column.spellings()}
    for place, cell in enumerate(row):
        heading = normalise(str(cell.value)).strip() if cell.value is not None else ""
        if not heading:
            continue
        column = known.get(heading_key(heading))
        if column is None:
            unknown.append(heading[:60])
        elif column.name in places:
            raise HeaderTwice(column=column.heading)
        else:
            places[column.name] = place
    return places, unknown


def _text(cell: Any, limit: int) -> tuple[str, str]:
    """What a person sees in a cell, and what is wrong with it."""
    value = cell.value if cell is not None else None
    if value is None:
        return "", ""
    if cell.data_type == "f":
        return "", FORMULA
    if cell.data_type == "e":
        return "", BROKEN.format(value=str(value)[:20])
    text = normalise(_shown(value, getattr(cell, "number_format", "") or "")).strip()
    text = " ".join(text.split())
    if _CONTROL.search(text):
        return "", UNUSABLE
    if len(text) > limit:
        return "", LONG.format(limit=limit)
    return text, ""


def _shown(value: object, number_format: str) -> str:
    if isinstance(value, datetime):
        return _iso(value.date())
    if isinstance(value, date):
        return _iso(value)
    if isinstance(value, (bool, time)):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and _ZEROS.fullmatch(number_format):
        return str(value).zfill(len(number_format))
    return str(value)


def _iso(day: date) -> str:
    """A date cell; people also type the Buddhist year, which Excel takes for a far future."""
    year = day.year - BUDDHIST_OFFSET if day.year >= 2400 else day.year
    return f"{year:04d}-{day.month:02d}-{day.day:02d}"
