"""The one indexer: applies the outbox to the index in batches, then forgets the rows.

Rows are deleted after the index has committed, so that a killed indexer loses nothing and does at
most a batch again. A document that an engine refuses is tried by itself and parked after
``MAX_TRIES``; it never holds up what comes after it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from eoffice.db import Database, writer_lock
from eoffice.documents.models import Attachment, CaseFile
from eoffice.outbox import SearchOutbox
from eoffice.routing.models import Case, Endorsement, Task
from eoffice.search.archive import cases_of_letters, documents_of, readers_of
from eoffice.search.backends import AccessChange, Backend, Change, Removal
from eoffice.search.documents import DocumentKind, key_of, object_of

log = logging.getLogger(__name__)
BATCH = 200
"""Outbox rows of one commit of the index."""

MAX_TRIES = 5
IDLE_S = 0.5
LOCK_WAIT_S = 3600.0
ADVISORY_LOCK = 0x0E0FF1CE


@dataclass
class _Wanted:
    """What the rows of a batch ask for: whole documents by key, and changes of access."""

    keys: set[int] = field(default_factory=set)
    access: set[int] = field(default_factory=set)


@contextlib.contextmanager
def indexing(database: Database, storage: Path) -> Iterator[None]:
    """Be the only one that writes the index: a lock file, on PostgreSQL an advisory lock."""
    storage.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.ExitStack() as held:
        if database.is_sqlite:
            held.enter_context(writer_lock(storage / "indexer.lock", LOCK_WAIT_S))
        else:
            connection = held.enter_context(database.engine.connect())
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("SET lock_timeout = 0")
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
            held.callback(connection.invalidate)
        yield


def index_batch(database: Database, backend: Backend) -> int:
    """Apply the oldest rows of the outbox; returns how many rows were dealt with."""
    with database.reading() as session:
        rows = list(
            session.scalars(
                select(SearchOutbox)
                .where(SearchOutbox.tries < MAX_TRIES)
                .order_by(SearchOutbox.tries, SearchOutbox.id)
                .limit(BATCH)
            )
        )
        if not rows:
            return 0
        changes = _changes(session, rows)
    try:
        if changes:
            backend.apply(changes)
    except Exception:
        if len(rows) == 1:
            raise
        log.exception("a batch of the search index failed; its rows are applied one by one")
        return sum(_one(database, backend, row) for row in rows)
    forget(database, [row.id for row in rows])
    return len(rows)


def drain(database: Database, storage: Path, backend: Backend) -> int:
    """Apply everything that waits, as the only indexer; returns how many rows."""
    count = 0
    with indexing(database, storage):
        while done := index_batch(database, backend):
            count += done
    return count


def work(database: Database, storage: Path, backend: Backend, stop: threading.Event) -> None:
    """Apply the outbox as it fills, until told to stop."""
    while not stop.is_set():
        try:
            if not _waits(database) or not drain(database, storage, backend):
                stop.wait(IDLE_S)
        except Exception:
            log.exception("the search index could not be written; it is tried again")
            stop.wait(IDLE_S * 10)


def _waits(database: Database) -> bool:
    with database.reading() as session:
        query = select(SearchOutbox.id).where(SearchOutbox.tries < MAX_TRIES).limit(1)
        return session.scalar(query) is not None


def _one(database: Database, backend: Backend, row: SearchOutbox) -> int:
    try:
        with database.reading() as session:
            changes = _changes(session, [row])
        if changes:
            backend.apply(changes)
    except Exception as error:
        log.exception("%s %s cannot be indexed", row.object_kind, row.object_id)
        with database.transaction() as session:
            session.execute(
                update(SearchOutbox)
                .where(SearchOutbox.id == row.id)
                .values(tries=SearchOutbox.tries + 1, last_error=repr(error)[:500])
            )
    else:
        forget(database, [row.id])
    return 1


def forget(database: Database, ids: Sequence[int]) -> None:
    """Delete rows of the outbox that the index holds by now."""
    with database.transaction() as session:
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            session.execute(delete(SearchOutbox).where(SearchOutbox.id.in_(part)))


def waiting_keys(session: Session) -> set[int]:
    """The keys of all documents that the outbox still asks for."""
    wanted = _wanted(session, list(session.scalars(select(SearchOutbox))))
    return wanted.keys | wanted.access


def _changes(session: Session, rows: Sequence[SearchOutbox]) -> list[Change]:
    """What the rows ask for, each document once; whole documents make changes of access void."""
    wanted = _wanted(session, rows)
    documents = documents_of(session, sorted(wanted.keys))
    gone = wanted.keys - {document.key for document in documents}
    changes: list[Change] = [Removal(*object_of(key)) for key in sorted(gone)]
    changes += _access_changes(session, sorted(wanted.access - wanted.keys))
    return [*changes, *documents]


def _access_changes(session: Session, keys: Sequence[int]) -> Iterator[AccessChange]:
    for kind in DocumentKind:
        ids = [object_of(key)[1] for key in keys if object_of(key)[0] is kind]
        readers = readers_of(session, kind, ids) if ids else {}
        for object_id in ids:
            yield AccessChange(kind, object_id, readers[object_id])


def _wanted(session: Session, rows: Sequence[SearchOutbox]) -> _Wanted:
    ids: dict[str, set[int]] = {}
    for row in rows:
        ids.setdefault(row.object_kind, set()).add(row.object_id)
    letters = ids.get("letter", set()) | _attached_to(session, ids.get("attachment", set()))
    cases = ids.get("case", set()) | set(cases_of_letters(session, sorted(letters)))
    cases |= _touched_cases(session, ids)
    wanted = _Wanted()
    wanted.keys |= {key_of(DocumentKind.LETTER, each) for each in letters}
    wanted.keys |= {key_of(DocumentKind.CASE, each) for each in cases}
    wanted.access |= {key_of(DocumentKind.LETTER, e) for e in ids.get("letter_access", set())}
    wanted.access |= {key_of(DocumentKind.CASE, e) for e in ids.get("case_access", set())}
    return wanted


def _attached_to(session: Session, attachments: set[int]) -> set[int]:
    query = select(Attachment.letter_id).where(Attachment.id.in_(attachments))
    return set(session.scalars(query)) if attachments else set()


def _touched_cases(session: Session, ids: dict[str, set[int]]) -> set[int]:
    """The cases of deliveries, tasks and endorsements that an act was about."""
    found: set[int] = set()
    for kind, column, condition in (
        ("delivery", Case.id, Case.delivery_id),
        ("task", Task.case_id, Task.id),
        ("endorsement", Endorsement.case_id, Endorsement.id),
        ("case_file", CaseFile.case_id, CaseFile.id),
    ):
        if touched := ids.get(kind):
            rows = session.scalars(select(column).where(condition.in_(touched)))
            found |= {case_id for case_id in rows if case_id is not None}
    return found
