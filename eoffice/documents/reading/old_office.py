"""The text of old binary office files: Word through antiword, Excel, PowerPoint."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import olefile
import xlrd

from eoffice.documents.reading.markup import MAX_LETTERS
from eoffice.documents.reading.unreadable import Unreadable

_TEXT_CHARS, _TEXT_BYTES = 0x0FA0, 0x0FA8
_CONTAINER = 0x0F


def read_doc(path: Path) -> list[str]:
    """A Word 97 file as one page; raises ``Unreadable`` (``no_reader`` without antiword)."""
    antiword = shutil.which("antiword")
    if antiword is None:
        raise Unreadable("no_reader", "antiword")
    done = subprocess.run(
        [antiword, "-m", "UTF-8.txt", "-w", "0", str(path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise Unreadable("broken", done.stderr.decode("utf-8", "replace")[:200])
    return [done.stdout.decode("utf-8", "replace")]


def read_xls(path: Path) -> list[str]:
    """An Excel file, one page a sheet; raises ``Unreadable``."""
    try:
        with open(os.devnull, "w", encoding="utf-8") as silence:
            book = xlrd.open_workbook(str(path), logfile=silence, on_demand=True)
            return [_sheet_text(book, book.sheet_by_index(at)) for at in range(book.nsheets)]
    except xlrd.XLRDError as error:
        is_locked = "encrypted" in str(error).lower()
        raise Unreadable("password" if is_locked else "broken", str(error)[:200]) from None


def read_ppt(path: Path) -> list[str]:
    """A PowerPoint 97 file as one page: the text records of its main stream, in their order."""
    with olefile.OleFileIO(str(path)) as file, file.openstream("PowerPoint Document") as stream:
        content = stream.read()
    parts, at = [], 0
    while at + 8 <= len(content):
        version, kind, length = struct.unpack_from("<HHI", content, at)
        at += 8
        if version & _CONTAINER == _CONTAINER:
            continue
        body = content[at : at + length]
        if kind == _TEXT_CHARS:
            parts.append(body.decode("utf-16-le", "replace"))
        elif kind == _TEXT_BYTES:
            parts.append(body.decode("latin-1"))
        at += length
    return ["\n".join(parts).replace("\r", "\n").replace("\x0b", "\n")]


def _sheet_text(book: xlrd.book.Book, sheet: xlrd.sheet.Sheet) -> str:
    lines, length = [sheet.name], 0
    for row in range(sheet.nrows):
        cells = [_cell_text(book, cell) for cell in sheet.row(row)]
        lines.append("\t".join(cells))
        length += len(lines[-1])
        if length > MAX_LETTERS:
            break
    return "\n".join(lines) + "\n"


def _cell_text(book: xlrd.book.Book, cell: xlrd.sheet.Cell) -> str:
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return f"{cell.value:.15g}"
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            day: datetime = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return f"{cell.value:.15g}"
        return f"{day:%Y-%m-%d}"
    return str(cell.value) if cell.ctype == xlrd.XL_CELL_TEXT else ""


OLD_READERS: dict[str, Callable[[Path], list[str]]] = {
    "doc": read_doc,
    "xls": read_xls,
    "ppt": read_ppt,
}
