"""Pictures of pages for reading on screen, made by the worker in the limited child process.

A picture is a derived file beside the store: asked for by an empty file in ``wanted``, so that
looking at a page writes no row, made once, removed with its original or after a month, and made
again when it is asked for. The original is never served for reading in a page.

Thumbnails stand in the list of a letter's files (the first two: each is a request, of the eight
that a page may make). In lists of letters they would be fifty, so that there one is shown when the
pointer rests on the files of a row or the keyboard on its subject (``pictures.js``).

    <storage>/derived/wanted/<blob key>.<kind>.<page>.<size>      asked for
    <storage>/derived/<2 letters>/<blob key>/<page>-<size>.webp   made
    <storage>/derived/<2 letters>/<blob key>/<page>-<size>.no     cannot be shown
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Collection, Iterable
from datetime import timedelta
from pathlib import Path

from eoffice import clock
from eoffice.documents.intake import store_of
from eoffice.documents.kinds import KINDS
from eoffice.documents.reading import CannotBeRead, run_limited
from eoffice.documents.rules import PageNotFound
from eoffice.documents.store import FileMissing

SHOWN_PX, THUMB_PX = 1600, 320
"""Longest side of a picture for reading, and of a thumbnail."""

FIRST_PAGES = 3
MOST_WANTED = 500
KEPT = timedelta(days=30)
_WANTED = re.compile(r"([0-9a-z]{16,64})\.([a-z]{2,5})\.(\d{1,5})\.(1600|320)")


def is_pictured(kind: str) -> bool:
    """Whether files of this kind have pages that can be shown as pictures."""
    return kind in KINDS and KINDS[kind].is_scannable


def picture(storage: Path, blob_key: str, page: int, px: int = SHOWN_PX) -> Path | None:
    """The picture of a page, none while it is not made."""
    path = _place(storage, blob_key, page, px).with_suffix(".webp")
    return path if path.is_file() else None


def cannot_be_shown(storage: Path, blob_key: str, page: int, px: int = SHOWN_PX) -> bool:
    """Whether it was tried and the page has no picture."""
    return _place(storage, blob_key, page, px).with_suffix(".no").is_file()


def ask(storage: Path, blob_key: str, kind: str, pages: Iterable[int], px: int = SHOWN_PX) -> None:
    """Ask the worker for the pictures of pages that are not made yet; asking twice is once."""
    if not is_pictured(kind):
        return
    folder = storage / "derived" / "wanted"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for page in pages:
        if picture(storage, blob_key, page, px) or cannot_be_shown(storage, blob_key, page, px):
            continue
        with contextlib.suppress(FileExistsError):
            os.close(os.open(folder / f"{blob_key}.{kind}.{page}.{px}", _NEW, 0o600))


def find_or_ask(storage: Path, blob_key: str, kind: str, page: int, px: int) -> Path | None:
    """The picture of a page; where there is none yet the worker is asked for it. Raises
    ``PageNotFound`` for what has no picture."""
    path = picture(storage, blob_key, page, px)
    if path is None:
        if not is_pictured(kind) or cannot_be_shown(storage, blob_key, page, px):
            raise PageNotFound
        ask(storage, blob_key, kind, (page,), px)
    return path


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def make_wanted(storage: Path) -> int:
    """Make the pictures that are asked for, the oldest question first; returns how many."""
    folder = storage / "derived" / "wanted"
    if not folder.is_dir():
        return 0
    asked = sorted(folder.iterdir(), key=_asked_at)[:MOST_WANTED]
    for question in asked:
        match = _WANTED.fullmatch(question.name)
        if match:
            _make(storage, match[1], match[2], int(match[3]), int(match[4]))
        question.unlink(missing_ok=True)
    return len(asked)


def sweep(storage: Path, known: Collection[str]) -> None:
    """Remove pictures of files that are gone, and those made a month ago."""
    folder = storage / "derived"
    limit = (clock.now() - KEPT).timestamp()
    for place in folder.glob("??/*"):
        if place.name not in known:
            shutil.rmtree(place, ignore_errors=True)
            continue
        for path in place.iterdir():
            if path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)


def _asked_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _place(storage: Path, blob_key: str, page: int, px: int) -> Path:
    return storage / "derived" / blob_key[:2] / blob_key / f"{page}-{px}"


def _make(storage: Path, blob_key: str, kind: str, page: int, px: int) -> None:
    place = _place(storage, blob_key, page, px)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        path = store_of(storage).path_of(blob_key)
        if not path.is_file():
            return
        made = run_limited("render", path, kind=kind, page=page, max_px=px)
    except FileMissing:
        return
    except CannotBeRead:
        place.with_suffix(".no").touch(mode=0o600)
        return
    fresh = place.with_suffix(".new")
    fresh.write_bytes(made["content"])
    fresh.chmod(0o600)
    fresh.replace(place.with_suffix(".webp"))
