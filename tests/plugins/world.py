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
from tests import postgres as cluster
from tests.world import World, build_world

BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@dataclass(frozen=True)
class Template:
    """A built world: where to copy it from, and its ids."""

    source: str
    world: World


class Templates:
    """The worlds built so far by this process, one a backend."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.built: dict[str, Template] = {}

    def of(self, backend: str) -> Template:
        """The template of a backend, built by the first test that asks."""
        if backend not in self.built:
            self.built[backend] = self._build(backend)
        return self.built[backend]

    def _build(self, backend: str) -> Template:
        name = f"world_{secrets.token_hex(6)}"
        if backend == "postgresql":
            cluster.create_database(name)
            url = cluster.postgres_url(name)
        else:
            name = str(self.folder / name)
            url = f"sqlite:///{name}"
        database = Database(Settings(storage=self.folder, database_url=url))
        schema.metadata.create_all(database.engine)
        with database.transaction() as session:
            world = build_world(session)
        database.dispose()
        return Template(name, world)


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
def settings(backend: str, templates: Templates, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a copy of the world: its own database and its own storage folder."""
    template = templates.of(backend)
    storage = tmp_path / "storage"
    storage.mkdir(mode=0o700)
    name = f"test_{secrets.token_hex(6)}"
    url = ""
    if backend == "postgresql":
        cluster.create_database(name, template=template.source)
        url = cluster.postgres_url(name)
    else:
        shutil.copyfile(template.source, storage / "eoffice.sqlite3")
    yield Settings(
        storage=storage,
        database_url=url,
        secret_key="for tests only, as long as a real one is",
        is_testing=True,
    )
    if url:
        cluster.drop_database(name)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The database of this test's own copy of the world."""
    opened = Database(settings)
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
