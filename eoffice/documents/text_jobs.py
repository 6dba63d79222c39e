"""Reading the text of attachments for search, in the limited child process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.db import Database
from eoffice.documents.intake import store_of
from eoffice.documents.models import Attachment, Blob, ExtractedText
from eoffice.documents.reading import CannotBeRead, run_limited

Effect = Callable[[Session], None]


def read(database: Database, storage: Path, attachment_id: int) -> Effect:
    """Read one file's text; returns the effect that writes it. Harmless when done twice.

    A file that cannot be read (broken, hostile, locked by a password) is marked so: it stays
    downloadable and is found by everything but its text.
    """
    with database.reading() as session:
        row = session.execute(
            select(Attachment, Blob)
            .join(Blob, Blob.id == Attachment.blob_id)
            .where(Attachment.id == attachment_id)
        ).one_or_none()
    if row is None:
        return _nothing
    attachment, blob = row
    try:
        found = run_limited("text", store_of(storage).path_of(blob.key), kind=attachment.kind)
    except CannotBeRead as refusal:
        return _unreadable(attachment_id, refusal.reason)
    return _done(attachment_id, found)


def _nothing(_session: Session) -> None:
    """The file was taken off its draft meanwhile."""


def _unreadable(attachment_id: int, reason: str) -> Effect:
    def effect(session: Session) -> None:
        row = session.get(ExtractedText, attachment_id)
        if row is not None:
            row.state, row.reason, row.read_at = "unreadable", reason[:200], clock.now()

    return effect


def _done(attachment_id: int, found: dict[str, object]) -> Effect:
    def effect(session: Session) -> None:
        row = session.get(ExtractedText, attachment_id)
        if row is not None:
            pages = found.get("pages", [])
            row.state, row.read_at = "done", clock.now()
            row.pages = json.dumps(pages, ensure_ascii=False)
            count = found.get("page_count")
            row.page_count = count if isinstance(count, int) else None

    return effect
