"""``eoffice extract``: what search would read in one file, through the same limited child."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from eoffice.documents.reading import (
    CannotBeRead,
    FileText,
    better_page,
    read_text,
    recognise_page,
    sniff_limited,
)
from eoffice.errors import EofficeError, Invalid

_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_DOUBTS = {
    "few_letters": "แทบไม่มีข้อความ",
    "odd_characters": "ข้อความมีอักขระผิดปกติ",
    "wrong_mapping": "ฟอนต์บันทึกตัวอักษรผิด",
    "unknown_words": "ข้อความอ่านไม่เป็นคำ",
}


class PagesNotUnderstood(Invalid):
    """Pages are written as numbers and ranges, such as 1-3,7."""

    message = "อ่านเลขหน้า “{typed}” ไม่เข้าใจ กรุณาระบุเช่น 1-3 หรือ 1-3,7"


def extract_file(path: Path, pages: Iterable[int] | None = None) -> dict[str, Any]:
    """The text of a file: ``{"text", "pages": [{"page", "method", "confidence", "text"}],
    "warnings"}``.

    Pages whose text layer cannot be believed are recognised. Raises the ``FileRefused`` or the
    ``CannotBeRead`` of the file; a single page that cannot be recognised is a warning.
    """
    kind = sniff_limited(path, path.name)
    if kind.is_encrypted:
        raise CannotBeRead("password")
    found = read_text(path, kind.code, pages)
    warnings = list(found.warnings)
    read = [_best_page(path, kind.code, page, found, warnings) for page in found.pages]
    text = "\n\n".join(page["text"] for page in read if page["text"])
    return {"text": text, "pages": read, "warnings": warnings}


def page_numbers(typed: str) -> list[int]:
    """The pages of ``1-3,7``; raises ``PagesNotUnderstood``."""
    numbers: set[int] = set()
    for part in typed.split(","):
        match = _RANGE.fullmatch(part.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last:
            raise PagesNotUnderstood(typed=typed[:40])
        numbers.update(range(first, last + 1))
    return sorted(numbers)


def _best_page(
    path: Path, kind: str, layer: dict[str, Any], found: FileText, warnings: list[str]
) -> dict[str, Any]:
    doubt = found.doubts.get(layer["page"])
    if doubt is None:
        return layer
    try:
        return better_page(layer, recognise_page(path, kind, layer["page"]), doubt)
    except CannotBeRead as failure:
        warnings.append(f"หน้า {layer['page']}: {_DOUBTS[doubt]} และรู้จำตัวอักษรไม่ได้ ({failure})")
        return layer


@click.command("extract")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--pages", "pages", help="เฉพาะหน้าเหล่านี้ เช่น 1-3,7")
@click.option("--json", "as_json", is_flag=True, help="พิมพ์เป็น JSON")
def extract(file: Path, pages: str | None, as_json: bool) -> None:
    """พิมพ์ข้อความของไฟล์ตามที่ระบบจะใช้ค้นหา"""
    try:
        result = extract_file(file, page_numbers(pages) if pages else None)
    except EofficeError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for warning in result["warnings"]:
        click.echo(warning, err=True)
    click.echo(result["text"])
