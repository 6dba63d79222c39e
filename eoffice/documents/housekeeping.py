"""Files without a row and temporary files: removed when they are older than a day."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, exists, literal, or_, select

from eoffice import clock
from eoffice.db import Database
from eoffice.documents import page_images
from eoffice.documents.intake import store_of
from eoffice.documents.models import Attachment, Blob, CaseFile, Emblem, Proof, Signature

KEPT = timedelta(hours=24)


@contextlib.contextmanager
def files_stay(storage: Path) -> Iterator[None]:
    """While this holds no file is swept: for a backup, whose list of files must stay true."""
    with _lock(storage) as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


@contextlib.contextmanager
def _lock(storage: Path) -> Iterator[int]:
    storage.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(storage / "sweep.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def sweep(database: Database, storage: Path) -> int:
    """Remove blobs that no file refers to for a day, and temporary files; tells how many.

    The row goes first, in a transaction that sees that nothing refers to it; the bytes after.
    Nothing is swept while ``files_stay`` holds.
    """
    with _lock(storage) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        return _sweep(database, storage)


def _sweep(database: Database, storage: Path) -> int:
    store = store_of(storage)
    limit = clock.now() - KEPT
    used = or_(
        *(
            exists(select(literal(1)).where(row.blob_id == Blob.id))
            for row in (Attachment, CaseFile, Emblem, Proof, Signature)
        )
    )
    with database.transaction() as session:
        session.execute(delete(Blob).where(Blob.created_at < limit, ~used))
    with database.reading() as session:
        known = set(session.scalars(select(Blob.key)))
    count = 0
    for key in list(store.keys()):
        if key not in known and store.stored_at(key) < limit:
            store.delete(key)
            count += 1
    page_images.sweep(storage, known)
    return count + store.sweep_temporary(KEPT)
