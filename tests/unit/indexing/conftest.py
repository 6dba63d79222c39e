"""Fixtures of the tests that index real letters: the engine that goes with each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from eoffice.config import Settings
from eoffice.db import Database
from tests.searching import Searching
from tests.stage import Stage


@pytest.fixture
def searching(stage: Stage, database: Database, settings: Settings) -> Iterator[Searching]:
    """The world with its index."""
    made = Searching(stage, database, settings)
    yield made
    made.index.close()


@pytest.fixture
def runner():
    """Calls a command as the terminal would."""
    return CliRunner().invoke
