"""What the tests of imports share."""

from __future__ import annotations

from pathlib import Path

import pytest

from eoffice.config import Settings
from eoffice.db import Database
from tests.unit.imports.taking import Taking


@pytest.fixture
def taking(database: Database, settings: Settings, tmp_path: Path) -> Taking:
    """Imports into a copy of the world, on both databases."""
    return Taking(database, settings, tmp_path)
