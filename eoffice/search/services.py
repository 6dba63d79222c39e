"""The index of an installation: opening its engine, making it anew, comparing it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from eoffice.config import Settings
from eoffice.db import Database
from eoffice.outbox import SearchOutbox
from eoffice.search import indexer, rebuilding
from eoffice.search.analysis import ANALYSIS_VERSION
from eoffice.search.archive import LetterArchive
from eoffice.search.backends import Backend, Status
from eoffice.search.backends.choice import open_backend
from eoffice.search.rebuilding import Differences, Progress


@dataclass(frozen=True)
class IndexState:
    """The index in figures, with what still waits to be applied to it."""

    status: Status
    waiting: int
    parked: int

    @property
    def is_outdated(self) -> bool:
        """Whether the index was made with another analysis and has to be made anew."""
        return self.status.generation > 0 and self.status.analysis_version != ANALYSIS_VERSION


def backend_of(database: Database, settings: Settings) -> Backend:
    """The engine that the settings choose. Raises ``UnknownBackend``."""
    return open_backend(settings.search, settings.storage, database.engine)


def index_folder(settings: Settings) -> Path:
    """Where an embedded index and the indexer's lock lie."""
    return settings.storage / "search"


def rebuild(database: Database, settings: Settings, progress: Progress | None = None) -> int:
    """Make the index anew while the old one answers, then switch; returns how many documents."""
    backend = backend_of(database, settings)
    try:
        last_round = _last_round(database, settings)
        rebuilding.rebuild(backend, LetterArchive(database), last_round, progress)
        return backend.status().documents
    finally:
        backend.close()


@contextlib.contextmanager
def _last_round(database: Database, settings: Settings) -> Iterator[None]:
    """Hold the indexer back; what waited before the last comparison is then in the new index."""
    with indexer.indexing(database, index_folder(settings)):
        with database.reading() as session:
            waiting = list(session.scalars(select(SearchOutbox.id)))
        yield
        indexer.forget(database, waiting)


def differences(database: Database, settings: Settings) -> Differences:
    """What the index lacks or holds wrongly, after everything that waits has been applied."""
    backend = backend_of(database, settings)
    try:
        indexer.drain(database, index_folder(settings), backend)
        return rebuilding.compare(backend, LetterArchive(database))
    finally:
        backend.close()


def state(database: Database, settings: Settings) -> IndexState:
    """How the index stands."""
    backend = backend_of(database, settings)
    try:
        status = backend.status()
    finally:
        backend.close()
    with database.reading() as session:
        parked = SearchOutbox.tries >= indexer.MAX_TRIES
        waiting = session.scalar(select(func.count()).select_from(SearchOutbox).where(~parked))
        stuck = session.scalar(select(func.count()).select_from(SearchOutbox).where(parked))
    return IndexState(status, waiting or 0, stuck or 0)
