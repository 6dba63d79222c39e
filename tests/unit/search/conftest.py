"""Fixtures of the search tests: every engine, empty."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from eoffice.search import tables
from eoffice.search.backends import Backend
from eoffice.search.backends.choice import NAMES, open_backend
from tests import postgres as cluster


@pytest.fixture(scope="session")
def search_database(postgres: object) -> Iterator[str]:
    """The URL of one database for all search tests of this process."""
    name = f"search_{secrets.token_hex(6)}"
    cluster.create_database(name)
    yield cluster.postgres_url(name)
    cluster.drop_database(name)


@pytest.fixture(params=NAMES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Backend]]:
    """Opens the engine on the same place each time, as another process would."""
    made: list[Backend] = []
    engine = None
    if request.param == "tantivy":
        pytest.importorskip("tantivy")
    if request.param == "postgres":
        engine = create_engine(request.getfixturevalue("search_database"))
        with engine.begin() as connection:
            tables.drop(connection)
            tables.create(connection)

    def opening() -> Backend:
        made.append(open_backend(request.param, tmp_path, engine))
        return made[-1]

    yield opening
    for backend in made:
        backend.close()
    if engine is not None:
        engine.dispose()


@pytest.fixture
def backend(opened: Callable[[], Backend]) -> Backend:
    """An empty engine."""
    return opened()
