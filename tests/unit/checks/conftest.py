"""A copy of a busy week on each database, ways to tamper with it, and how to look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from eoffice.checks import services
from eoffice.checks.rules import Invariant, Severity
from eoffice.checks.services import run_checks
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.intake import store_of
from eoffice.documents.store import FileStore
from tests.busy_week import BusyWeeks, drop
from tests.plugins.world import Templates


@pytest.fixture(scope="session")
def busy_weeks(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> BusyWeeks:
    """The weeks built so far."""
    return BusyWeeks(tmp_path_factory.mktemp("weeks"), templates)


@pytest.fixture
def settings(backend: str, busy_weeks: BusyWeeks, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a copy of the busy week."""
    made = busy_weeks.copied(backend, tmp_path / "storage")
    yield made
    drop(made)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The database of the copy."""
    opened = Database(settings)
    yield opened
    opened.dispose()


@pytest.fixture
def store(settings: Settings) -> FileStore:
    """The file store of the copy."""
    return store_of(settings.storage)


@pytest.fixture
def scene(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The copy, to tamper with and to look at."""
    return Scene(database, settings, monkeypatch)


class Scene:
    """A busy week that somebody may tamper with behind the application's back."""

    def __init__(
        self, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.database = database
        self.settings = settings
        self._patch = monkeypatch

    def ask(self, question: str, **values: object) -> Any:
        """One value, or one row, of a question in SQL."""
        with self.database.reading() as session:
            row = session.execute(text(question), values).first()
        assert row is not None, question
        return row[0] if len(row) == 1 else tuple(row)

    def look(self, *only: str) -> list[str]:
        """What ``check --deep`` finds now, a line each; ``only`` some of the invariants."""
        chosen = [pair for pair in services.CHECKS if not only or pair[0].value in only]
        with self._patch.context() as patch:
            patch.setattr(services, "CHECKS", tuple(chosen))
            report = run_checks(self.database, self.settings, is_deep=True)
        assert report.not_run == []
        return [r.line for r in report.results if r.found.severity is Severity.FINDING]

    def is_named(self, check: str, *subjects: object) -> bool:
        """Whether a check names each of the subjects."""
        lines = self.look(Invariant(check).value)
        return all(any(str(subject) in line for line in lines) for subject in subjects)

    def tamper(self, *statements: str, **values: object) -> None:
        """Change the database as its owner can: triggers and foreign keys off, then on again."""
        if self.database.is_sqlite:
            self._tamper_sqlite(statements, values)
            return
        with self.database.transaction() as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                session.execute(text(statement), values)

    def _tamper_sqlite(self, statements: tuple[str, ...], values: dict[str, object]) -> None:
        raw = self.database.engine.raw_connection()
        cursor = raw.cursor()
        triggers = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger'")
        guards = triggers.fetchall()
        cursor.execute("PRAGMA foreign_keys=0")
        for name, _ in guards:
            cursor.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            cursor.execute(statement, {k: v for k, v in values.items() if f":{k}" in statement})
        for _, sql in guards:
            cursor.execute(sql)
        raw.close()
        self.database.engine.dispose()

    def each_change(self, table: str, row_id: int, changes: list[str]) -> Iterator[str]:
        """Make each change to a row in turn; between two the row is as it was."""
        columns = self._columns(table)
        names = ", ".join(columns)
        self.tamper(f"CREATE TABLE kept_row AS SELECT * FROM {table} WHERE id = {row_id}")
        for change in changes:
            self.tamper(f"UPDATE {table} SET {change} WHERE id = {row_id}")
            yield change
            self.tamper(
                f"UPDATE {table} SET ({names}) = (SELECT {names} FROM kept_row) WHERE id = {row_id}"
            )
        self.tamper("DROP TABLE kept_row")

    def _columns(self, table: str) -> list[str]:
        with self.database.reading() as session:
            return list(session.execute(text(f"SELECT * FROM {table} LIMIT 0")).keys())
