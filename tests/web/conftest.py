"""One district for all tests of this process that only look: nothing may change it."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator

import pytest

from eoffice.config import Settings
from eoffice.db import Database, sqlite3
from tests.plugins.world import Templates
from tests.stage import Stage
from tests.web.district import District, build_district


@pytest.fixture(scope="session")
def district(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """The scene on SQLite with its application and people."""
    folder = tmp_path_factory.mktemp("district")
    template = templates.of("sqlite")
    shutil.copyfile(template.source, folder / "district.sqlite3")
    settings = Settings(
        storage=folder,
        database_url=f"sqlite:///{folder / 'district.sqlite3'}",
        secret_key="for tests only, as long as a real one is",
        is_testing=True,
    )
    database = Database(settings)
    yield build_district(settings, Stage(database, copy.deepcopy(template.world)))
    database.dispose()


@pytest.fixture
def commits(district: District) -> Iterator[Callable[[], int]]:
    """A number that moves whenever any connection has committed a change to the SQLite file."""
    connection = sqlite3.connect(district.stage.database.url.database, isolation_level=None)
    yield lambda: int(connection.execute("PRAGMA data_version").fetchone()[0])
    connection.close()
