"""A copy of a busy week on each database, and empty places to restore into."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eoffice.config import Settings
from tests import postgres as cluster
from tests.unit.checks.conftest import busy_weeks, database, settings, store

__all__ = ["busy_weeks", "database", "settings", "store"]

NewPlace = Callable[..., Settings]


@pytest.fixture
def new_place(backend: str, tmp_path: Path) -> Iterator[NewPlace]:
    """Makes empty places: a storage folder that is not there yet, an empty database."""
    made: list[str] = []

    def place(on: str = backend) -> Settings:
        name = f"test_{secrets.token_hex(6)}"
        url = ""
        if on == "postgresql":
            cluster.create_database(name)
            made.append(name)
            url = cluster.postgres_url(name)
        return Settings(storage=tmp_path / name, database_url=url, is_testing=True)

    yield place
    for name in made:
        cluster.drop_database(name)
