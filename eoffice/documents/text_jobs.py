"""Reading the text of attachments for search, in the limited child process.

First the text layer of the whole file, then one job for each page that has to be recognised from
its picture (OCR): a long scan is found page by page, and no job takes longer than its lease.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock, jobs, outbox
from eoffice.db import Database
from eoffice.documents import page_images
from eoffice.documents.intake import store_of
from eoffice.documents.models import (
    Attachment,
    Blob,
    CaseFile,
    CaseFileText,
    ExtractedText,
)
from eoffice.documents.reading import (
    CannotBeRead,
    FileText,
    Page,
    better_page,
    can_recognise,
    read_text,
    recognise_page,
)

Effect = Callable[[Session], None]
INDEX_EVERY = 8
"""Recognised pages are indexed so many at a time, and the last ones at once."""


@dataclass(frozen=True)
class Source:
    """A kind of file that is read: its rows, and the rows of what was read in it."""

    kind: str
    files: type[Attachment] | type[CaseFile]
    texts: type[Any]


SOURCES = {
    source.kind: source
    for source in (
        Source("attachment", Attachment, ExtractedText),
        Source("case_file", CaseFile, CaseFileText),
    )
}


def source_of(facts: Mapping[str, Any]) -> tuple[Source, int]:
    """The file that a job names: ``{"attachment": id}`` or ``{"case_file": id}``."""
    kind = next(kind for kind in SOURCES if kind in facts)
    return SOURCES[kind], int(facts[kind])


def read(database: Database, storage: Path, source: Source, file_id: int) -> Effect:
    """Read one file's text layer; returns the effect that writes it. Harmless when done twice.

    Pages whose layer cannot be believed get a job of recognition each. A file that cannot be read
    (broken, hostile, locked by a password) is marked so: it stays downloadable and is found by
    everything but its text.
    """
    place = _place(database, storage, source, file_id)
    if place is None:
        return _nothing
    path, kind = place
    if source.files is Attachment:
        page_images.ask(storage, path.name, kind, range(1, page_images.FIRST_PAGES + 1))
        page_images.ask(storage, path.name, kind, (1,), page_images.THUMB_PX)
    try:
        return _done(source, file_id, read_text(path, kind))
    except CannotBeRead as refusal:
        return _unreadable(source, file_id, refusal.reason)


def recognise(
    database: Database, storage: Path, source: Source, file_id: int, number: int, doubt: str
) -> Effect:
    """Recognise one page (OCR) and keep the better of the two readings.

    A page that cannot be recognised inside its limits keeps its layer.
    """
    place = _place(database, storage, source, file_id)
    if place is None:
        return _nothing
    path, kind = place
    try:
        page: Page | None = recognise_page(path, kind, number)
    except CannotBeRead:
        page = None
    return _page_done(source, file_id, number, doubt, page)


def _place(
    database: Database, storage: Path, source: Source, file_id: int
) -> tuple[Path, str] | None:
    files = source.files
    with database.reading() as session:
        row = session.execute(
            select(files.kind, Blob.key)
            .join(Blob, Blob.id == files.blob_id)
            .where(files.id == file_id)
        ).one_or_none()
    return (store_of(storage).path_of(row.key), row.kind) if row is not None else None


def _nothing(_session: Session) -> None:
    """The file was taken off its draft meanwhile."""


def _unreadable(source: Source, file_id: int, reason: str) -> Effect:
    def effect(session: Session) -> None:
        row = session.get(source.texts, file_id)
        if row is not None:
            row.state, row.reason, row.read_at = "unreadable", reason[:200], clock.now()
            row.pages_waiting = 0

    return effect


def _done(source: Source, file_id: int, found: FileText) -> Effect:
    def effect(session: Session) -> None:
        row = session.get(source.texts, file_id)
        if row is None:
            return
        row.state, row.reason, row.read_at = "done", "", clock.now()
        row.page_count, row.pages = found.page_count, _json(found.pages)
        doubts = found.doubts if can_recognise() else {}
        row.pages_waiting = len(doubts)
        for number, doubt in sorted(doubts.items()):
            facts = {source.kind: file_id, "page": number, "doubt": doubt}
            jobs.enqueue(session, "recognise_page", facts)
        session.flush()
        outbox.note(session, source.kind, file_id)

    return effect


def _page_done(source: Source, file_id: int, number: int, doubt: str, page: Page | None) -> Effect:
    def effect(session: Session) -> None:
        row = session.get(source.texts, file_id, with_for_update=True)
        if row is None:
            return
        if page is not None:
            kept = [
                better_page(layer, page, doubt) if layer["page"] == number else layer
                for layer in json.loads(row.pages)
            ]
            row.pages = _json(kept)
        row.pages_waiting = max(0, row.pages_waiting - 1)
        if row.pages_waiting % INDEX_EVERY == 0:
            row.read_at = clock.now()
            outbox.note(session, source.kind, file_id)

    return effect


def _json(pages: list[Page]) -> str:
    return json.dumps(pages, ensure_ascii=False)
