"""Around search: the index equals the database, and this machine reads what it should."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.checks.rules import Defect, Found, Severity
from eoffice.checks.scope import Scope
from eoffice.documents.reading import missing_readers
from eoffice.outbox import SearchOutbox
from eoffice.search import indexer, services
from eoffice.search.archive import LetterArchive
from eoffice.search.documents import object_of
from eoffice.search.rebuilding import Differences, compare


def index_agrees(scope: Scope) -> Iterator[Found]:
    """C11 · Every document of the index has the version and the readers that the database says,
    but for what still waits in the outbox; nothing is parked there."""
    parked = select(SearchOutbox).where(SearchOutbox.tries >= indexer.MAX_TRIES)
    for row in scope.session.scalars(parked):
        yield Found(Defect.INDEX_PARKED, f"{row.object_kind} {row.object_id}", row.last_error[:200])
    if not scope.is_deep:
        return
    waiting = _waiting(scope.session)
    found = _differences(scope)
    with scope.database.reading() as session:
        waiting |= _waiting(session)
    kinds = (("missing", found.missing), ("stale", found.stale), ("surplus", found.surplus))
    for what, keys in (*kinds, ("access", tuple(stamp.key for stamp in found.access))):
        for key in keys:
            if key not in waiting:
                kind, object_id = object_of(key)
                yield Found(Defect.INDEX_DIFFERS, f"{kind.value} {object_id}", what)


def files_can_be_read(scope: Scope) -> Iterator[Found]:
    """C11 · The programs that read scans and old files are there (a warning)."""
    for sentence in missing_readers():
        yield Found(Defect.READER_MISSING, "machine", sentence, Severity.WARNING)


def _waiting(session: Session) -> set[int]:
    return indexer.waiting_keys(session)


def _differences(scope: Scope) -> Differences:
    backend = services.backend_of(scope.database, scope.settings)
    try:
        return compare(backend, LetterArchive(scope.database))
    finally:
        backend.close()
