"""Alembic's environment: one connection, one transaction, either the old schema or the new one.

``eoffice migrate`` hands over the URL; Alembic's own command line reads it from the settings.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from alembic import context
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool

from eoffice.config import Settings
from eoffice.db import sqlite3, writer_lock
from eoffice.schema import metadata
from eoffice.search.tables import search_metadata

POSTGRES_OPTIONS = "-c timezone=UTC -c lock_timeout=10000 -c statement_timeout=0"
ADVISORY_LOCK = 4_999_0001
"""Two upgrades of one PostgreSQL database take turns."""


def run() -> None:
    """Migrate; a failure, a kill or a full disk leaves the old schema as it was."""
    if context.is_offline_mode():
        raise SystemExit("migrations run on a database only (triggers differ between the two)")
    address = context.config.attributes.get("url")
    if address is None:
        settings = Settings.from_environment()
        address = settings.migration_database_url or settings.resolved_database_url
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        with writer_lock(Path(f"{url.database}.lock")):
            _migrate(_sqlite_engine(url))
    else:
        _migrate(create_engine(url, poolclass=NullPool, connect_args={"options": POSTGRES_OPTIONS}))


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            transactional_ddl=True,
            render_as_batch=True,
            compare_type=True,
            include_name=lambda name, *_: name not in search_metadata.tables,
        )
        with context.begin_transaction():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
            context.run_migrations()
            _refuse_broken_references(connection)
    engine.dispose()


def _refuse_broken_references(connection: Connection) -> None:
    """Foreign keys are off on SQLite while tables are rebuilt; here they are all looked at."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    if broken:
        raise RuntimeError(f"the migration left broken references: {broken}")


def _sqlite_engine(url: Any) -> Engine:
    engine = create_engine(url, module=sqlite3, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        with contextlib.closing(connection.cursor()) as cursor:
            for pragma in ("busy_timeout=10000", "synchronous=2", "foreign_keys=0"):
                cursor.execute(f"PRAGMA {pragma}").fetchall()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


run()
