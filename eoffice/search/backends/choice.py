"""Which engine a system uses: ``EOFFICE_SEARCH``, or what suits the database."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from sqlalchemy import Engine

from eoffice.search.backends import Backend, UnknownBackend

NAMES = ("whoosh", "tantivy", "postgres")


def open_backend(name: str, storage: Path, engine: Engine | None = None) -> Backend:
    """The engine of this name; without one, postgres on PostgreSQL and whoosh elsewhere.

    Raises ``UnknownBackend`` for another name, for tantivy where it is not installed and for
    postgres on another database. Engines are imported only when they are chosen.
    """
    is_postgres = engine is not None and engine.dialect.name == "postgresql"
    chosen = name or ("postgres" if is_postgres else "whoosh")
    root = storage / "search" / chosen
    if chosen == "whoosh":
        from eoffice.search.backends.whoosh import WhooshBackend

        return WhooshBackend(root)
    if chosen == "tantivy":
        if importlib.util.find_spec("tantivy") is None:
            raise UnknownBackend("tantivy is not installed: install the extra eoffice[tantivy]")
        from eoffice.search.backends.tantivy import TantivyBackend

        return TantivyBackend(root)
    if chosen == "postgres":
        if engine is None or not is_postgres:
            raise UnknownBackend("the search engine postgres needs a PostgreSQL database")
        from eoffice.search.backends.postgres import PostgresBackend

        return PostgresBackend(engine)
    raise UnknownBackend(f"EOFFICE_SEARCH: {chosen!r} is none of {', '.join(NAMES)}")
