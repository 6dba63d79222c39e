"""A busy week on each database, with the schema's revision noted, and how to look at it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from eoffice import migrate
from eoffice.checks.rules import Severity
from eoffice.checks.services import run_checks
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.intake import store_of
from eoffice.documents.store import FileStore
from tests.busy_week import fill
from tests.world import World

Look = Callable[[], list[str]]


@pytest.fixture
def store(settings: Settings) -> FileStore:
    """The file store of the test's own world."""
    return store_of(settings.storage)


@pytest.fixture
def busy(database: Database, settings: Settings, world: World, store: FileStore) -> Database:
    """The world after a busy week."""
    migrate.stamp(settings)
    with database.transaction() as session:
        fill(session, world, store)
    return database


@pytest.fixture
def look(busy: Database, settings: Settings) -> Look:
    """What ``check --deep`` finds now, a line each; a check that cannot run fails the test."""

    def lines() -> list[str]:
        report = run_checks(busy, settings, is_deep=True)
        assert report.not_run == []
        return [r.line for r in report.results if r.found.severity is Severity.FINDING]

    return lines


@pytest.fixture
def tamper(busy: Database) -> Callable[..., None]:
    """Change the database behind the application's back, as its owner can: triggers off, foreign
    keys off, triggers back."""

    def run(*statements: str, **values: object) -> None:
        if busy.is_sqlite:
            _on_sqlite(busy, statements, values)
        else:
            with busy.transaction() as session:
                session.execute(text("SET LOCAL session_replication_role = replica"))
                for statement in statements:
                    session.execute(text(statement), values)

    return run


def _on_sqlite(database: Database, statements: tuple[str, ...], values: dict[str, object]) -> None:
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("ROLLBACK") if raw.in_transaction else None
        triggers = raw.execute(
            "SELECT name, sql FROM sqlite_master WHERE type='trigger'"
        ).fetchall()
        raw.execute("PRAGMA foreign_keys=0")
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            raw.execute(statement, {k: v for k, v in values.items() if f":{k}" in statement})
        for _, sql in triggers:
            raw.execute(sql)
        raw.execute("PRAGMA foreign_keys=1")
    database.engine.dispose()
