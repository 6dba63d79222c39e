"""Fixtures over the run's PostgreSQL server; the first process of the run cleans up behind it."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests import postgres as cluster
from tests.requirements import require

PREFIX = "eoffice-tests-"
made = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's shared folder; a worker of the same run inherits its name."""
    if hasattr(config, "workerinput"):
        return
    _sweep()
    # Not under pytest's own folders: another account must be able to pass through.
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)
    config.stash[made] = folder
    os.environ[cluster.FOLDER] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server once every worker is gone, and remove what it wrote."""
    folder = config.stash.get(made, None)
    if folder is not None:
        _remove(folder)


def _remove(folder: Path) -> None:
    # The server may have died by itself, and another run may be sweeping at this moment.
    with suppress(cluster.Unavailable, OSError):
        cluster.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove what own runs left behind that were killed before they could clean up."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        process = folder.name.removeprefix(PREFIX).partition("-")[0]
        with suppress(OSError):
            if folder.lstat().st_uid == os.geteuid() and process.isdigit() and _ended(int(process)):
                _remove(folder)


def _ended(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


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
