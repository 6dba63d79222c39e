"""Engines for measuring: an empty one of each kind in a place of its own."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from benchmarks.stage import Stage, stage
from eoffice.search import tables
from eoffice.search.backends import Backend
from eoffice.search.backends.choice import NAMES, open_backend

DATABASE = "EOFFICE_BENCHMARK_DATABASE_URL"


@contextmanager
def empty_backend(name: str) -> Iterator[Backend]:
    """An empty engine; its files or tables are removed at the end.

    The PostgreSQL engine is measured in the database that ``EOFFICE_BENCHMARK_DATABASE_URL``
    names, whose search tables are made anew: never an archive in use.
    """
    if name != "postgres":
        with tempfile.TemporaryDirectory() as folder:
            backend = open_backend(name, Path(folder))
            yield backend
            backend.close()
        return
    engine = create_engine(database_url())
    with engine.begin() as connection:
        tables.drop(connection)
        tables.create(connection)
    yield open_backend(name, Path(), engine)
    with engine.begin() as connection:
        tables.drop(connection)
    engine.dispose()


@contextmanager
def search_stage(name: str) -> Iterator[Stage]:
    """A district without schools whose letters this engine indexes."""
    url = database_url() if name == "postgres" else ""
    with stage(1, url, search=name) as staged:
        with staged.database.engine.begin() as connection:
            tables.drop(connection)
            tables.create(connection)
        yield staged


def database_url() -> str:
    """The address of the PostgreSQL database to measure in; ends the program without one."""
    url = os.environ.get(DATABASE)
    if not url:
        raise SystemExit(f"set {DATABASE} to an empty PostgreSQL database to measure postgres")
    return url


def add_backend_argument(parser: argparse.ArgumentParser) -> None:
    """The option that names the engine."""
    parser.add_argument("--backend", choices=NAMES, default="whoosh")
