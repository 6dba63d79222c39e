"""A stage with its search index: what people find, and whether the index equals the archive."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import func, select

from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.models import Letter
from eoffice.outbox import SearchOutbox
from eoffice.search import indexer
from eoffice.search.archive import LetterArchive
from eoffice.search.asked import Asked
from eoffice.search.backends import Backend
from eoffice.search.finding import Found, find
from eoffice.search.rebuilding import Differences, compare
from eoffice.search.services import backend_of, index_folder
from tests.stage import Stage


class Searching:
    """Searches as the people of a world."""

    def __init__(self, stage: Stage, database: Database, settings: Settings) -> None:
        self.stage, self.database, self.settings = stage, database, settings

    @cached_property
    def index(self) -> Backend:
        """The engine of the settings."""
        return backend_of(self.database, self.settings)

    def drain(self) -> int:
        """Apply everything that waits; returns how many rows."""
        return indexer.drain(self.database, index_folder(self.settings), self.index)

    def waiting(self) -> int:
        """How many rows of the outbox there are."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(SearchOutbox)) or 0

    def differences(self) -> Differences:
        """What the index holds otherwise than the database."""
        return compare(self.index, LetterArchive(self.database))

    def find(self, desk: str, q: str = "", **filters: object) -> Found:
        """Search as the person of a desk."""
        asked = Asked(q=q, **filters)  # type: ignore[arg-type]
        return self.stage.ask(desk, find, self.index, asked)

    def found(self, desk: str, q: str = "", **filters: object) -> list[str]:
        """The subjects of the exact hits."""
        return [each.letter.subject for each in self.find(desk, q, **filters).results]

    def subjects(self) -> dict[int, str]:
        """Every letter's subject."""
        with self.database.reading() as session:
            return {row[0]: row[1] for row in session.execute(select(Letter.id, Letter.subject))}
