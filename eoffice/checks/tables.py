"""The database itself: its pages and references, its schema, its guards, its rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, and_, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from eoffice import migrate
from eoffice.checks.rules import Defect, Found, Severity
from eoffice.checks.scope import Scope
from eoffice.db import sqlite_version
from eoffice.schema import metadata

NAMED = 5
MENDED_SQLITE = (3, 51, 3)
"""From here on SQLite is without the WAL-reset bug (assurance §6.5)."""


def database_is_sound(scope: Scope) -> Iterator[Found]:
    """C8 · The database's own pages and indexes are sound (SQLite: quick_check, with ``--deep``
    integrity_check)."""
    if not scope.database.is_sqlite:
        return
    pragma = "integrity_check" if scope.is_deep else "quick_check"
    try:
        rows = scope.session.execute(text(f"PRAGMA {pragma}(20)")).scalars().all()
    except OperationalError:
        raise
    except DatabaseError as error:
        rows = [str(error.orig)]
    for line in rows:
        if line != "ok":
            yield Found(Defect.DATABASE_BROKEN, "database", str(line)[:200])


def references_hold(scope: Scope) -> Iterator[Found]:
    """C8 · No row refers to a row that is not there."""
    if scope.database.is_sqlite:
        for table, row, parent, _ in scope.session.execute(text("PRAGMA foreign_key_check")):
            yield Found(Defect.REFERENCE_BROKEN, f"{table} row {row}", f"to {parent}")
        return
    if scope.is_deep:
        for table in metadata.sorted_tables:
            yield from _broken(scope, table)


def _broken(scope: Scope, table: Table) -> Iterator[Found]:
    for constraint in table.foreign_key_constraints:
        parent = constraint.referred_table.alias("parent")
        pairs = [(element.parent, parent.c[element.column.name]) for element in constraint.elements]
        own: Any = next(iter(table.primary_key))
        query = (
            select(own)
            .outerjoin(parent, and_(*(child == there for child, there in pairs)))
            .where(and_(*(child.is_not(None) for child, _ in pairs)), pairs[0][1].is_(None))
            .limit(NAMED)
        )
        for key in scope.session.scalars(query):
            yield Found(Defect.REFERENCE_BROKEN, f"{table.name} row {key}", f"to {parent.name}")


def schema_is_current(scope: Scope) -> Iterator[Found]:
    """C19 · The schema is this program's."""
    try:
        migrate.require_current(scope.database)
    except (migrate.SchemaMissing, migrate.SchemaOlder, migrate.SchemaNewer) as refusal:
        yield Found(Defect.SCHEMA_DIFFERS, "database", str(refusal))


def guards_stand(scope: Scope) -> Iterator[Found]:
    """C19 · Every trigger that guards history, numbers and letters is there and switched on."""
    dialect = scope.session.get_bind().dialect.name
    wanted = migrate.expected_triggers(dialect)
    if dialect == "sqlite":
        rows = scope.session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type='trigger'")
        )
        there = {name: " ".join(sql.split()) for name, sql in rows}
    else:
        rows = scope.session.execute(
            text(
                "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
                "AND c.relnamespace = current_schema()::regnamespace"
            )
        )
        there = {row[0]: wanted.get(row[0], "") for row in rows}
    for name, statement in wanted.items():
        if there.get(name) != statement:
            yield Found(Defect.TRIGGER_MISSING, f"trigger {name}")


def rights_are_narrow(scope: Scope) -> Iterator[Found]:
    """C19 · The application's role can neither change nor empty an append-only table (IA-06)."""
    role = scope.settings.app_role
    if scope.database.is_sqlite or not role:
        return
    for table in sorted(migrate.append_only_tables(scope.session.connection())):
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            asked = text("SELECT has_table_privilege(:role, :table, :right)")
            given = {"role": role, "table": table, "right": right}
            if scope.session.scalar(asked, given):
                yield Found(Defect.RIGHTS_TOO_WIDE, f"role {role}", f"{right} on {table}")


def libraries_are_mended(scope: Scope) -> Iterator[Found]:
    """C19 · SQLite is without the WAL-reset bug."""
    if scope.database.is_sqlite and sqlite_version() < MENDED_SQLITE:
        found = ".".join(map(str, sqlite_version()))
        yield Found(Defect.LIBRARY_OLD, f"SQLite {found}", "", Severity.WARNING)
