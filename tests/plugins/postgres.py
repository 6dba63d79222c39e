"""Fixtures over the run's PostgreSQL server; the first process of the run cleans up behind it."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres as cluster
from tests.requirements import require

made = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's shared folder; a worker of the same run inherits its name."""
    if hasattr(config, "workerinput"):
        return
    # Not under pytest's own folders: another account must be able to pass through.
    folder = Path(tempfile.mkdtemp(prefix="eoffice-tests-"))
    folder.chmod(0o711)
    config.stash[made] = folder
    os.environ[cluster.FOLDER] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server once every worker is gone, and remove what it wrote."""
    folder = config.stash.get(made, None)
    if folder is not None:
        cluster.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> cluster.Server:
    """The running server; the test is left out where the machine cannot run one."""
    try:
        return cluster.server()
    except cluster.Unavailable as reason:
        require("postgres", False, str(reason))
        raise


@pytest.fixture
def postgres_database(postgres: cluster.Server) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    name = f"test_{secrets.token_hex(6)}"
    cluster.create_database(name)
    yield cluster.postgres_url(name)
    cluster.drop_database(name)
