"""A small sample district, made once a database and read by all tests of this folder."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from eoffice.config import Settings
from eoffice.db import Database
from eoffice.migrate import upgrade
from eoffice.sample.accounts import Record, read_record
from eoffice.sample.building import Summary, build, district_of
from tests import postgres as cluster

SCHOOLS = 6


@dataclass
class Made:
    """The sample: its database and storage, what was made, what it remembers."""

    database: Database
    settings: Settings
    summary: Summary

    def reading(self) -> Session:
        """A session for queries."""
        return self.database.reading()

    @property
    def record(self) -> Record:
        """The file of accounts and letters."""
        with self.reading() as session:
            district = district_of(session)
            assert district is not None
            return read_record(self.settings.storage, district.public_id)


@pytest.fixture(
    scope="package", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """A sample of six schools on each database; nobody changes it."""
    storage, url, name = tmp_path_factory.mktemp("sample"), "", f"sample_{secrets.token_hex(6)}"
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
        cluster.create_database(name)
        url = cluster.postgres_url(name)
    settings = Settings(storage=storage, database_url=url, is_testing=True)
    upgrade(settings)
    database = Database(settings)
    yield Made(database, settings, build(database, settings, schools=SCHOOLS))
    database.dispose()
    if url:
        cluster.drop_database(name)
