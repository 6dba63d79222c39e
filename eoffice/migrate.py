"""The schema's revision: bring a database to this program's, refuse to work on another one.

Alembic's scripts lie in ``migrations/`` beside the package in a checkout and inside it in a wheel.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, make_url, text

from eoffice.config import Settings
from eoffice.db import Database
from eoffice.errors import EofficeError

NEVER_DELETED = frozenset(
    "accounts access books cases chain_heads deliveries letters offices people posts "
    "register_entries tasks".split()
)
"""Tables from which the application's own role deletes nothing."""


class SchemaMissing(EofficeError):
    """The database holds none of our tables."""

    status = 503
    message = "ฐานข้อมูลนี้ยังไม่ได้ติดตั้งระบบ กรุณาสั่ง eoffice init ก่อนเริ่มใช้งาน"


class SchemaOlder(EofficeError):
    """The database waits for a migration."""

    status = 503
    message = (
        "ฐานข้อมูลเป็นรุ่น {found} เก่ากว่าโปรแกรม (รุ่น {wanted}) "
        "กรุณาสั่ง eoffice migrate ระบบจะสำรองข้อมูลให้ก่อน แล้วจึงเริ่มใช้งานอีกครั้ง"
    )


class SchemaNewer(EofficeError):
    """A newer program has migrated this database; an older one must not write to it."""

    status = 503
    message = (
        "ฐานข้อมูลเป็นรุ่น {found} ซึ่งโปรแกรมรุ่นนี้ ({wanted}) ไม่รู้จัก กรุณาใช้โปรแกรมรุ่นล่าสุด "
        "หรือกู้คืนจากชุดสำรองที่ทำไว้ก่อนปรับรุ่น"
    )


class AppRoleMissing(EofficeError):
    """The least-privilege role is made by the database's administrator, not by us."""

    message = "ยังไม่มีบทบาท {role} ในฐานข้อมูล กรุณาให้ผู้ดูแลฐานข้อมูลสร้างด้วย CREATE ROLE ก่อน"


def scripts() -> Path:
    """The folder of Alembic's scripts, in a checkout or in a wheel."""
    package = Path(__file__).resolve().parent
    for folder in (package / "migrations", package.parent / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise FileNotFoundError("the migrations folder is missing from this installation")


def owner_url(settings: Settings) -> str:
    """The URL under which the schema is changed: the owner's where it is set."""
    return settings.migration_database_url or settings.resolved_database_url


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Bring the database to a revision (the newest), in one transaction, and give the
    application's role its rights. A fresh SQLite database is made 0600 in a folder 0700.

    Raises ``SchemaNewer`` for a database that a newer program has migrated.
    """
    url = owner_url(settings)
    make_place(url)
    found = current(settings)
    if found and found not in _known():
        raise SchemaNewer(found=found, wanted=head())
    command.upgrade(_config(url), revision)
    if settings.app_role:
        with _opened(settings) as engine, engine.begin() as connection:
            grant_rights(connection, settings.app_role)


def downgrade(settings: Settings, revision: str) -> None:
    """Take the schema back to a revision; never over tables that hold acts."""
    command.downgrade(_config(owner_url(settings)), revision)


def stamp(settings: Settings) -> None:
    """Note that tables made from the models themselves are those of this program's revision."""
    command.stamp(_config(owner_url(settings)), "head")


def current(settings: Settings) -> str:
    """The revision of a database, empty for one that holds none of our tables."""
    with _opened(settings) as engine, engine.connect() as connection:
        return revision_of(connection)


@functools.cache
def head() -> str:
    """The revision this program works with."""
    return ScriptDirectory(str(scripts())).get_current_head() or ""


def require_current(database: Database) -> None:
    """Refuse to work on a schema other than this program's own.

    Raises ``SchemaMissing``, ``SchemaOlder`` or ``SchemaNewer`` (assurance DU-12, MG-03).
    """
    with database.engine.connect() as connection:
        found = revision_of(connection)
    if not found:
        raise SchemaMissing
    if found not in _known():
        raise SchemaNewer(found=found, wanted=head())
    if found != head():
        raise SchemaOlder(found=found, wanted=head())


def grant_rights(connection: Connection, role: str) -> None:
    """Give the application's PostgreSQL role what it needs and no more: it owns nothing, changes
    no append-only row, truncates nothing (assurance IA-06). Raises ``AppRoleMissing``."""
    if connection.dialect.name != "postgresql":
        return
    exists = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    if connection.execute(exists, {"role": role}).first() is None:
        raise AppRoleMissing(role=role)
    quoted = connection.dialect.identifier_preparer.quote(role)
    run = connection.exec_driver_sql
    schema = connection.dialect.identifier_preparer.quote(
        run("SELECT current_schema()").scalar_one()
    )
    run(f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {quoted}")
    run(f"GRANT USAGE ON SCHEMA {schema} TO {quoted}")
    run(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {quoted}")
    run(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted}")
    append_only = append_only_tables(connection)
    for table in inspect(connection).get_table_names():
        rights = _rights(table, append_only)
        run(f"GRANT {rights} ON {schema}.{table} TO {quoted}")


def append_only_tables(connection: Connection) -> set[str]:
    """The tables that triggers guard against every change and against TRUNCATE (PostgreSQL)."""
    rows = connection.exec_driver_sql(
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE t.tgname = c.relname || '_no_truncate' AND c.relnamespace = "
        "current_schema()::regnamespace"
    )
    return set(rows.scalars())


def expected_triggers(dialect: str) -> dict[str, str]:
    """Name → statement of the triggers that the frozen statements of all revisions leave."""
    found: dict[str, str] = {}
    for path in sorted((scripts() / "versions").glob(f"*.{dialect}.sql")):
        for statement in path.read_text(encoding="utf-8").split(";\n\n"):
            words = statement.split()
            if words[:2] == ["CREATE", "TRIGGER"]:
                found[words[2]] = " ".join(words).removesuffix(";")
            elif words[:2] == ["DROP", "TRIGGER"]:
                found.pop(words[2], None)
    return found


def _rights(table: str, append_only: set[str]) -> str:
    if table == "alembic_version":
        return "SELECT"
    if table in append_only:
        return "SELECT, INSERT"
    return "SELECT, INSERT, UPDATE" + ("" if table in NEVER_DELETED else ", DELETE")


def revision_of(connection: Connection) -> str:
    """The revision noted in a database, empty where there is none."""
    if "alembic_version" not in inspect(connection).get_table_names():
        return ""
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return str(row[0]) if row else ""


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory(str(scripts())).walk_revisions())


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.attributes["url"] = url
    return config


@contextlib.contextmanager
def _opened(settings: Settings) -> Iterator[Engine]:
    database = Database(replace(settings, database_url=owner_url(settings)))
    try:
        yield database.engine
    finally:
        database.dispose()


def make_place(url: str) -> None:
    """Make the folder and file of an SQLite database, closed to others."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return
    path = Path(parsed.database)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
