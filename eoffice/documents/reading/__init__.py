"""Reading the contents of files: always in a child process of limited means.

Nothing here is parsed in the process that answers people. ``run_limited`` runs a task,
``sniff_limited`` tells what a file is, ``CannotBeRead`` says why a file could not be read.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eoffice.documents.kinds import KINDS, Kind
from eoffice.documents.reading.process import CannotBeRead, run_limited

__all__ = [
    "CannotBeRead",
    "FileText",
    "Page",
    "better_page",
    "can_recognise",
    "missing_readers",
    "read_text",
    "recognise_page",
    "run_limited",
    "sniff_limited",
]

Page = dict[str, Any]
"""``{"page", "method": "text" or "ocr", "confidence", "text"}``; text layers have no confidence."""

RECOGNISE_TIMEOUT_S, RECOGNISE_CPU_S = 60, 60


@dataclass(frozen=True)
class FileText:
    """What the text layer of a file says.

    ``doubts`` names, by page number, why a page has to be recognised instead: ``few_letters``,
    ``odd_characters``, ``wrong_mapping`` or ``unknown_words``.
    """

    pages: list[Page]
    page_count: int
    doubts: dict[int, str]
    warnings: list[str]


def sniff_limited(path: Path, declared_name: str) -> Kind:
    """The kind of a file by its content, found in the child process.

    Raises the ``FileRefused`` that names the fact, or ``CannotBeRead`` when the file breaks the
    limits even of being looked at.
    """
    answer = run_limited("sniff", path, timeout_s=15, cpu_s=10, declared_name=declared_name)
    return replace(KINDS[answer["code"]], is_encrypted=answer["is_encrypted"])


def read_text(path: Path, kind: str, pages: Iterable[int] | None = None) -> FileText:
    """The text of a file of this kind (its code), page by page; raises ``CannotBeRead``."""
    wanted = None if pages is None else sorted(set(pages))
    answer = run_limited("text", path, kind=kind, pages=wanted)
    doubts = {int(page): doubt for page, doubt in answer["doubts"].items()}
    return FileText(answer["pages"], answer["page_count"], doubts, answer["warnings"])


def recognise_page(path: Path, kind: str, page: int) -> Page:
    """One page recognised (OCR), within a minute and 1 GiB; raises ``CannotBeRead``."""
    answer = run_limited(
        "ocr", path, timeout_s=RECOGNISE_TIMEOUT_S, cpu_s=RECOGNISE_CPU_S, kind=kind, page=page
    )
    return {name: answer[name] for name in ("page", "method", "confidence", "text")}


def can_recognise() -> bool:
    """Whether this machine has a program that reads text from pictures (OCR)."""
    return shutil.which("tesseract") is not None or (
        importlib.util.find_spec("tesserocr") is not None
    )


def missing_readers() -> list[str]:
    """What this machine cannot read for want of a program, in sentences for ``eoffice check``."""
    missing = []
    if not can_recognise():
        missing.append("ไม่มีโปรแกรมรู้จำตัวอักษร (tesseract หรือ tesserocr): ค้นเนื้อหาเอกสารสแกนไม่ได้")
    if shutil.which("antiword") is None:
        missing.append("ไม่มีโปรแกรม antiword: ค้นเนื้อหาไฟล์ .doc ไม่ได้")
    return missing


def better_page(layer: Page, recognised: Page, doubt: str) -> Page:
    """Which of two readings of a page is kept.

    A layer of few letters was only short, not wrong: it stays unless recognition finds more.
    """
    if doubt == "few_letters" and _letters(recognised) <= _letters(layer):
        return layer
    return recognised if recognised["text"] else layer


def _letters(page: Page) -> int:
    return sum(map(str.isalnum, page["text"]))
