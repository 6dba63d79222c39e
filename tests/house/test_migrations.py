"""Migrations make exactly the tables of the models, forwards and back, on both databases."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from eoffice import migrate, schema
from eoffice.activity.services import record
from eoffice.actor import SYSTEM
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.search import tables as search_tables
from eoffice.verbs import Verb
from tests import postgres as cluster

REVISIONS = [
    script.revision for script in ScriptDirectory(str(migrate.scripts())).walk_revisions()
][::-1]
REMAKE = "run `python migrations/freeze.py` (before the first release) or write a revision"


@pytest.fixture
def empty(backend: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings of an empty place on each database."""
    name = f"test_{secrets.token_hex(6)}"
    url = ""
    if backend == "postgresql":
        cluster.create_database(name)
        url = cluster.postgres_url(name)
    yield Settings(storage=tmp_path / "storage", database_url=url)
    if url:
        cluster.drop_database(name)


def made_by_models(settings: Settings, tmp_path: Path) -> Settings:
    """The same place beside it, made by ``create_all``."""
    url = settings.database_url
    storage = tmp_path / "models"
    storage.mkdir()
    if url:
        name = f"{make_url(url).database}_models"
        cluster.create_database(name)
        url = cluster.postgres_url(name)
    other = Settings(storage=storage, database_url=url)
    database = Database(other)
    schema.create_all(database.engine)
    with database.engine.begin() as connection:
        search_tables.create(connection)
    database.dispose()
    return other


def described(settings: Settings) -> list[str]:
    """Every object of a database as the database itself writes it down."""
    if settings.database_url:
        return dumped(settings.database_url)
    database = Database(settings)
    with database.reading() as session:
        rows = session.execute(
            text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'")
        )
        found = sorted(in_fixed_order(row[0]) for row in rows)
    database.dispose()
    return found


def in_fixed_order(statement: str) -> str:
    """A statement with its constraints sorted, which come in no order of their own."""
    lines = [" ".join(line.split()).rstrip(",") for line in statement.splitlines()]
    constraints = sorted(line for line in lines if line.startswith("CONSTRAINT "))
    return ", ".join([line for line in lines if line and line not in constraints] + constraints)


def dumped(url: str) -> list[str]:
    """``pg_dump -s`` without what Alembic keeps for itself, in order."""
    parsed = make_url(url)
    programs = shutil.which("pg_dump") or str(cluster.programs() / "pg_dump")
    given = ["-s", "--no-owner", "-T", "alembic_version", "-U", str(parsed.username)]
    given += ["-h", str(parsed.query["host"]), "-p", str(parsed.query["port"])]
    done = subprocess.run(
        [programs, *given, str(parsed.database)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = re.sub(r"\\(un)?restrict .*", "", done.stdout)
    return sorted(" ".join(part.split()) for part in lines.split(";") if part.strip())


def test_upgrade_from_nothing_equals_the_models(empty: Settings, tmp_path: Path) -> None:
    migrate.upgrade(empty)
    other = made_by_models(empty, tmp_path)
    migrated, modelled = described(empty), described(other)
    if other.database_url:
        cluster.drop_database(str(make_url(other.database_url).database))
    assert len(migrated) > 60
    differing = sorted(set(migrated) ^ set(modelled))
    assert not differing, "\n".join([REMAKE, *differing])
    assert migrated == modelled, REMAKE


def test_autogenerate_sees_no_difference(empty: Settings) -> None:
    migrate.upgrade(empty)
    engine = create_engine(empty.resolved_database_url)
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_name": lambda name, *_: not is_of_search(name)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, schema.metadata) == [], REMAKE
    engine.dispose()


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_goes_down_and_up_again(empty: Settings, revision: str) -> None:
    migrate.upgrade(empty, revision)
    there = described(empty)
    migrate.downgrade(empty, "base" if revision == REVISIONS[0] else "-1")
    assert described(empty) != there
    migrate.upgrade(empty, revision)
    assert described(empty) == there
    migrate.upgrade(empty)
    assert migrate.current(empty) == migrate.head()


def test_an_upgrade_again_changes_nothing(empty: Settings) -> None:
    migrate.upgrade(empty)
    before = described(empty)
    migrate.upgrade(empty)
    assert described(empty) == before


def test_a_log_with_acts_is_never_dropped(empty: Settings) -> None:
    migrate.upgrade(empty)
    database = Database(empty)
    with database.transaction() as session:
        record(session, SYSTEM, Verb.SET_UP, None)
    with pytest.raises(RuntimeError, match="holds acts"):
        migrate.downgrade(empty, "base")
    migrate.require_current(database)
    database.dispose()


def test_a_migration_that_fails_leaves_the_old_schema(
    empty: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copied = tmp_path / "scripts"
    shutil.copytree(migrate.scripts(), copied)
    frozen = next((copied / "versions").glob(f"*first_tables.{backend_of(empty)}.sql"))
    frozen.write_text(frozen.read_text() + "\nCREATE TABLE jobs (id INTEGER);\n")
    monkeypatch.setattr(migrate, "scripts", lambda: copied)
    with pytest.raises(DBAPIError, match="jobs"):
        migrate.upgrade(empty)
    assert described(empty) == [] or all("CREATE TABLE" not in text for text in described(empty))
    monkeypatch.undo()
    migrate.upgrade(empty)
    assert migrate.current(empty) == migrate.head()


def is_of_search(name: str | None) -> bool:
    """Whether a table is one of the search engine's, which have a metadata of their own."""
    return name in search_tables.search_metadata.tables


def backend_of(settings: Settings) -> str:
    """sqlite or postgresql."""
    return "postgresql" if settings.database_url else "sqlite"


def test_other_schemas_are_refused(empty: Settings) -> None:
    if not empty.database_url:
        empty.storage.mkdir()
    database = Database(empty)
    with pytest.raises(migrate.SchemaMissing):
        migrate.require_current(database)
    migrate.upgrade(empty)
    migrate.require_current(database)
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '20991231_0000'"))
    with pytest.raises(migrate.SchemaNewer, match="20991231_0000"):
        migrate.require_current(database)
    with pytest.raises(migrate.SchemaNewer):
        migrate.upgrade(empty)
    database.dispose()


def test_an_older_schema_is_refused(empty: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate.upgrade(empty)
    monkeypatch.setattr(migrate, "head", lambda: "20301231_0000")
    database = Database(empty)
    with pytest.raises(migrate.SchemaOlder, match="eoffice migrate"):
        migrate.require_current(database)
    database.dispose()


def test_the_application_role_changes_no_history(postgres_database: str, tmp_path: Path) -> None:
    role = f"app_{secrets.token_hex(4)}"
    owner = create_engine(postgres_database)
    with owner.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN PASSWORD 'pw-{role}'")
    url = make_url(postgres_database).set(username=role)
    settings = Settings(
        storage=tmp_path,
        database_url=url.render_as_string(hide_password=False),
        migration_database_url=postgres_database,
        app_role=role,
    )
    migrate.upgrade(settings)
    database = Database(settings)
    migrate.require_current(database)
    with database.transaction() as session:
        record(session, SYSTEM, Verb.SET_UP, None, text="ติดตั้ง")
    for statement in (
        "UPDATE activity SET verb = 'x'",
        "DELETE FROM activity",
        "TRUNCATE activity_text",
        "DROP TABLE activity",
        "ALTER TABLE activity DISABLE TRIGGER ALL",
        "DELETE FROM register_entries",
        "DELETE FROM letters",
        "TRUNCATE books",
        "UPDATE alembic_version SET version_num = 'x'",
        "CREATE TABLE mine (id integer)",
    ):
        with (
            pytest.raises(DBAPIError, match=r"permission denied|must be owner"),
            database.transaction() as session,
        ):
            session.execute(text(statement))
    database.dispose()
    with owner.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {role}")
        connection.exec_driver_sql(f"DROP ROLE {role}")
    owner.dispose()


def test_a_role_that_does_not_exist_is_named(postgres_database: str, tmp_path: Path) -> None:
    settings = Settings(storage=tmp_path, database_url=postgres_database, app_role="nobody_here")
    with pytest.raises(migrate.AppRoleMissing, match="nobody_here"):
        migrate.upgrade(settings)
