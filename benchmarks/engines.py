"""Engines for measuring: an empty one of each kind in a place of its own."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

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
    url = os.environ.get(DATABASE)
    if not url:
        raise SystemExit(f"set {DATABASE} to an empty PostgreSQL database to measure postgres")
    engine = create_engine(url)
    with engine.begin() as connection:
        tables.drop(connection)
        tables.create(connection)
    yield open_backend(name, Path(), engine)
    with engine.begin() as connection:
        tables.drop(connection)
    engine.dispose()


def add_backend_argument(parser: argparse.ArgumentParser) -> None:
    """The option that names the engine."""
    parser.add_argument("--backend", choices=NAMES, default="whoosh")
