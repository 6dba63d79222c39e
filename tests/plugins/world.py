"""The small district on a database of each test's own: built once per backend, then copied.

Append-only tables refuse cleaning, so nothing is ever rolled back or emptied between tests: SQLite
is copied as a file, PostgreSQL with CREATE DATABASE … TEMPLATE.
"""

from __future__ import annotations

import copy
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from eoffice import schema
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.search import tables as search_tables
from tests import postgres as cluster
from tests.stage import Stage
from tests.world import World, build_world

BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@dataclass(frozen=True)
class Template:
    """A built world: where to copy it from, and its ids."""

    source: str
    world: World


class Templates:
    """The worlds built so far by this process, one a backend, and one database for the copies.

    The copy of each test lies where that of the test before lay: engine and compiled statements
    stay warm, which is half of the time of a short test.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.copy_name = f"test_{secrets.token_hex(6)}"
        self.built: dict[str, Template] = {}
        self.databases: dict[str, Database] = {}

    def of(self, backend: str) -> Template:
        """The template of a backend, built by the first test that asks."""
        if backend not in self.built:
            self.built[backend] = self._build(backend)
        return self.built[backend]

    def copy(self, backend: str) -> str:
        """A fresh copy of the world; returns its URL."""
        source = self.of(backend).source
        if backend == "postgresql":
            cluster.drop_database(self.copy_name)
            cluster.create_database(self.copy_name, template=source)
        else:
            for leftover in self.folder.glob(f"{self.copy_name}*"):
                leftover.unlink()
            shutil.copyfile(source, self.folder / self.copy_name)
        return self._url(backend, self.copy_name)

    def database(self, settings: Settings, backend: str) -> Database:
        """The one database of a backend in this process."""
        if backend not in self.databases:
            self.databases[backend] = Database(settings)
        return self.databases[backend]

    def _build(self, backend: str) -> Template:
        name = f"world_{secrets.token_hex(6)}"
        if backend == "postgresql":
            cluster.create_database(name)
        url = self._url(backend, name)
        database = Database(Settings(storage=self.folder, database_url=url))
        schema.create_all(database.engine)
        with database.engine.begin() as connection:
            search_tables.create(connection)
        with database.transaction() as session:
            world = build_world(session)
        database.dispose()
        source = name if backend == "postgresql" else str(self.folder / name)
        return Template(source, world)

    def _url(self, backend: str, name: str) -> str:
        if backend == "postgresql":
            return cluster.postgres_url(name)
        return f"sqlite:///{self.folder / name}"


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """The built worlds of this process."""
    return Templates(tmp_path_factory.mktemp("worlds"))


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each test that asks runs on both databases; PostgreSQL is started or left out with a word."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    return str(request.param)


@pytest.fixture
def settings(backend: str, templates: Templates, tmp_path: Path) -> Settings:
    """Settings of a fresh copy of the world, with a storage folder of this test's own."""
    storage = tmp_path / "storage"
    storage.mkdir(mode=0o700)
    return Settings(
        storage=storage,
        database_url=templates.copy(backend),
        secret_key="for tests only, as long as a real one is",
        is_testing=True,
    )


@pytest.fixture
def database(settings: Settings, backend: str, templates: Templates) -> Iterator[Database]:
    """The database of this test's own copy of the world."""
    opened = templates.database(settings, backend)
    yield opened
    opened.dispose()


@pytest.fixture
def world(backend: str, templates: Templates) -> World:
    """The ids and builders of the world that ``database`` holds."""
    return copy.deepcopy(templates.of(backend).world)


@pytest.fixture
def session_factory(database: Database) -> Callable[[], Session]:
    """Fresh reading sessions, closed by the test."""
    return database.reading


@pytest.fixture
def stage(database: Database, world: World) -> Stage:
    """The world and its database, with the questions every verb is asked."""
    return Stage(database, world)
