"""The files against their rows: present, of the size and bytes received, and no others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from eoffice.checks.rules import Defect, Found, Severity
from eoffice.checks.scope import PART, Scope, in_parts
from eoffice.documents.models import Attachment, Blob, CaseFile, Letter
from eoffice.documents.store import FileChanged, FileMissing
from eoffice.routing.models import Case

NEW = timedelta(hours=26)
KEPT = timedelta(hours=24)
SHARES = 100
"""Without ``--deep`` one hundredth of the files is read each day, another one every day."""


def files_are_whole(scope: Scope) -> Iterator[Found]:
    """C6 · Every stored file is there with its size and its SHA-256: all of them with ``--deep``,
    else those of the last day and a hundredth that changes daily (IA-04 k, l; IA-07)."""
    share = scope.now.toordinal() % SHARES
    for blobs in in_parts(scope.session, Blob):
        for blob in blobs:
            is_due = scope.is_deep or blob.created_at > scope.now - NEW
            defect = _file(scope, blob, is_due or int(blob.key[:8], 16) % SHARES == share)
            if defect is not None:
                yield Found(defect, f"file {blob.key}", _where(scope.session, blob.id))


def _file(scope: Scope, blob: Blob, is_read: bool) -> Defect | None:
    try:
        if is_read:
            scope.store.verify(blob.key, blob.sha256, blob.size)
        elif scope.store.path_of(blob.key).stat().st_size != blob.size:
            return Defect.FILE_CHANGED
    except FileChanged:
        return Defect.FILE_CHANGED
    except (FileMissing, OSError):
        return Defect.FILE_MISSING
    return None


def _where(session: Session, blob_id: int) -> str:
    rows = session.execute(
        select(Attachment.public_id, Letter.public_id)
        .join(Letter, Letter.id == Attachment.letter_id)
        .where(Attachment.blob_id == blob_id)
        .limit(5)
    )
    return ", ".join(f"attachment {attachment} of letter {letter}" for attachment, letter in rows)


def attachments_agree_with_files(scope: Scope) -> Iterator[Found]:
    """C6 · An attachment carries hash and size of the stored file it names."""
    wrong = (
        select(Attachment.public_id, Letter.public_id)
        .join(Blob, Blob.id == Attachment.blob_id)
        .join(Letter, Letter.id == Attachment.letter_id)
        .where(or_(Attachment.sha256 != Blob.sha256, Attachment.size != Blob.size))
    )
    for attachment, letter in scope.session.execute(wrong):
        yield Found(Defect.FILE_ROW_DIFFERS, f"attachment {attachment}", f"letter {letter}")
    reported = (
        select(CaseFile.public_id, Case.public_id)
        .join(Blob, Blob.id == CaseFile.blob_id)
        .join(Case, Case.id == CaseFile.case_id)
        .where(or_(CaseFile.sha256 != Blob.sha256, CaseFile.size != Blob.size))
    )
    for file, case in scope.session.execute(reported):
        yield Found(Defect.FILE_ROW_DIFFERS, f"case file {file}", f"case {case}")


def store_holds_nothing_else(scope: Scope) -> Iterator[Found]:
    """C7 · No file without a row older than a day, nothing that the store did not put there, no
    temporary file left for a day.

    The store writes under a temporary name and renames: a fresh file without a row may be an
    upload under way, unless it was never renamed.
    """
    pending: list[Path] = []
    for path in _walk(scope.store.folder):
        if path.parent == scope.store.temporary_folder:
            if _age(scope, path) > KEPT:
                yield Found(Defect.TEMPORARY_OLD, f"file {path.name}", "", Severity.WARNING)
            continue
        pending.append(path)
        if len(pending) == PART:
            yield from _unknown(scope, pending)
            pending = []
    yield from _unknown(scope, pending)


def _walk(folder: Path) -> Iterator[Path]:
    for base, _, names in os.walk(folder):
        for name in names:
            yield Path(base) / name


def _unknown(scope: Scope, paths: list[Path]) -> Iterator[Found]:
    names = [path.name for path in paths]
    known = set(scope.session.scalars(select(Blob.key).where(Blob.key.in_(names))))
    for path in paths:
        subject = f"file {path.relative_to(scope.store.folder)}"
        if not scope.store.exists(path.name) or scope.store.path_of(path.name) != path:
            yield Found(Defect.FILE_FOREIGN, subject)
        elif path.name not in known:
            yield from _without_row(scope, path, subject)


def _without_row(scope: Scope, path: Path, subject: str) -> Iterator[Found]:
    try:
        facts = path.stat()
    except FileNotFoundError:
        return
    is_old = _age(scope, path) > KEPT
    was_renamed = facts.st_ctime_ns != facts.st_mtime_ns
    severity = Severity.WARNING if was_renamed and not is_old else Severity.FINDING
    yield Found(Defect.FILE_WITHOUT_ROW, subject, f"{facts.st_size} bytes", severity)


def _age(scope: Scope, path: Path) -> timedelta:
    try:
        return scope.now - datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return timedelta(0)
