"""Restoring: everything is verified before anything is written, and only into an empty place."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection, Table, inspect, text, update
from sqlalchemy.orm import Session

from eoffice import clock, migrate
from eoffice.activity.seal_checks import Contradiction, compare_with_seals
from eoffice.activity.seal_keys import note_public_keys
from eoffice.activity.seals import Seal, folder_of, installation_of
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import SYSTEM
from eoffice.backups.archive import Contents, Sink, Taker, read_archive
from eoffice.backups.rows import load, tables_of
from eoffice.backups.rules import ForeignBackup, OtherSchema, PlaceNotEmpty
from eoffice.backups.services import FULL, INSTANCE
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.intake import store_of
from eoffice.documents.store import StorageFull
from eoffice.registers.services.settings import lock_numbering
from eoffice.schema import metadata
from eoffice.search import services as search
from eoffice.thai import thai_datetime
from eoffice.users.accounts import SignInSession
from eoffice.users.models import Setting
from eoffice.verbs import Verb

log = logging.getLogger(__name__)
UNFINISHED = "restore.unfinished"
IGNORED = frozenset({"README.md", ".gitignore", "lost+found"})


@dataclass(frozen=True)
class Restored:
    """What a restore did, and what the seals at hand say is missing from it."""

    contents: Contents
    made_at: datetime
    missing: tuple[Contradiction, ...]
    is_search_rebuilt: bool


def restore(
    path: Path,
    target: Settings,
    *,
    secret: X25519PrivateKey | None = None,
    seals: Sequence[Seal] = (),
    known_installations: Collection[str] = (),
) -> Restored:
    """Restore a backup into an empty storage folder and an empty database.

    First the whole file is read and verified; then tables, files and seals are written. The copy
    gets a new instance id, every session is ended, and nothing is numbered until an administrator
    has confirmed where each register stands (BK-03). A failure removes what was written. Raises
    ``PlaceNotEmpty``, ``ForeignBackup``, ``OtherSchema`` and what ``read_archive`` raises.
    """
    require_empty(target)
    contents = read_archive(path, secret, taker=_Gate(known_installations))
    with _cleared_on_failure(target):
        migrate.upgrade(target)
        database = Database(replace(target, database_url=migrate.owner_url(target)))
        try:
            _load(database, target, path, secret)
            _write_seals(target, contents)
            missing = _begin_again(database, contents, seals)
            is_rebuilt = _rebuild_search(database, target)
        finally:
            database.dispose()
    (target.storage / UNFINISHED).unlink()
    made_at = datetime.fromisoformat(contents.about["made_at"])
    return Restored(contents, made_at, missing, is_rebuilt)


def require_empty(target: Settings) -> None:
    """Raises ``PlaceNotEmpty`` where the storage folder or the database holds anything."""
    if target.storage.exists():
        found = {path.name for path in target.storage.iterdir()}
        if found - IGNORED:
            raise PlaceNotEmpty(place=target.storage)
    if target.database_url:
        database = Database(replace(target, database_url=migrate.owner_url(target)))
        try:
            if database.is_sqlite and not Path(database.url.database or "").exists():
                return
            if inspect(database.engine).get_table_names():
                raise PlaceNotEmpty(place=database.url.database)
        finally:
            database.dispose()


class _Gate(Taker):
    """Refuses a backup of another schema or installation at its first member."""

    def __init__(self, known_installations: Collection[str]) -> None:
        self._known = known_installations

    def about(self, about: dict[str, Any]) -> None:
        if about["schema"] != migrate.head():
            raise OtherSchema(found=about["schema"], wanted=migrate.head())
        if self._known and about["installation"] not in self._known:
            raise ForeignBackup


class _Writer(Taker):
    """Writes rows into the tables and files into the store."""

    def __init__(self, connection: Connection, storage: Path) -> None:
        self._connection = connection
        self._tables: dict[str, Table] = {found.name: found for found in tables_of(connection)}
        self._store = store_of(storage)
        self.folders: set[Path] = set()

    def rows(self, table: str, columns: list[str], rows: Iterator[list[Any]]) -> int:
        return load(self._connection, self._tables[table], columns, rows)

    def file(self, key: str, size: int) -> Sink:
        path = self._store.path_of(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folders |= {path.parent, path.parent.parent, self._store.folder}
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return _Synced(handle)


class _Synced(Sink):
    """A file that is synced when it is closed."""

    def __init__(self, handle: int) -> None:
        self._file = os.fdopen(handle, "wb")

    def write(self, piece: bytes) -> object:
        """Write."""
        return self._file.write(piece)

    def close(self) -> None:
        """Sync and close."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def _load(
    database: Database, target: Settings, path: Path, secret: X25519PrivateKey | None
) -> None:
    store_of(target.storage).folder.mkdir(mode=0o700, exist_ok=True)
    with _unguarded(database) as connection:
        writer = _Writer(connection, target.storage)
        read_archive(path, secret, taker=writer)
    for folder in sorted(writer.folders):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(handle)
        os.close(handle)


@contextlib.contextmanager
def _unguarded(database: Database) -> Iterator[Connection]:
    """One transaction in which tables that refer to each other can be filled one by one; every
    reference is tested before the commit. Triggers stay: none of them forbids an insert."""
    engine = database.engine.execution_options(writes=True)
    with engine.connect() as connection:
        if database.is_sqlite:
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=0")
        with connection.begin():
            constraints = [] if database.is_sqlite else _drop_references(connection)
            yield connection
            if database.is_sqlite:
                broken = connection.execute(text("PRAGMA foreign_key_check")).first()
                if broken is not None:
                    raise ValueError(f"a row refers to a row that is not there: {broken}")
            for statement in constraints:
                connection.exec_driver_sql(statement)
            if not database.is_sqlite:
                _set_sequences(connection)
    database.engine.dispose()


def _drop_references(connection: Connection) -> list[str]:
    """Drop every foreign key; returns the statements that add them again, tested."""
    rows = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
    ).all()
    for table, name, _ in rows:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} {words}" for table, name, words in rows]


def _set_sequences(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        names = {"table": table.name, "column": column.name}
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), names)
        if sequence:
            highest = f"SELECT max({column.name}) FROM {table.name}"  # noqa: S608 - own names
            connection.exec_driver_sql(
                f"SELECT setval('{sequence}', coalesce(({highest}), 1), ({highest}) IS NOT NULL)"
            )


def _write_seals(target: Settings, contents: Contents) -> None:
    note_public_keys(target, contents.about["public_keys"])
    folder = folder_of(target)
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "from-backup.jsonl").write_text(contents.seals, encoding="utf-8")


def _begin_again(
    database: Database, contents: Contents, seals: Sequence[Seal]
) -> tuple[Contradiction, ...]:
    about = contents.about
    with database.transaction() as session:
        missing = compare_with_seals(session, seals, ()).contradictions
        made_at = datetime.fromisoformat(about["made_at"])
        lock_numbering(session, f"กู้คืนจากชุดสำรองเมื่อ {thai_datetime(made_at)}")
        _new_instance(session)
        session.execute(
            update(SignInSession)
            .where(SignInSession.ended_at.is_(None))
            .values(ended_at=clock.now())
        )
        record(
            session,
            SYSTEM,
            Verb.RESTORE,
            None,
            chain=DISTRICT_CHAIN,
            made_at=about["made_at"],
            program=about["program"],
            from_instance=about["instance"],
            rows=contents.rows,
            file_count=contents.files,
            damaged=contents.damaged,
            missing=[f"{found.defect.value} {found.subject}" for found in missing],
        )
    return missing


def _new_instance(session: Session) -> None:
    row = session.get(Setting, INSTANCE)
    if row is None:
        session.add(Setting(name=INSTANCE, value=secrets.token_hex(16)))
    else:
        row.value = secrets.token_hex(16)


def _rebuild_search(database: Database, target: Settings) -> bool:
    """Make the search index anew, which is no part of a backup; letters do not wait for it."""
    try:
        search.rebuild(database, target)
    except Exception:
        log.exception("the search index was not made; run: eoffice search rebuild")
        return False
    return True


@contextlib.contextmanager
def _cleared_on_failure(target: Settings) -> Iterator[None]:
    """Mark the place as unfinished; remove everything that was written when anything fails."""
    existed = target.storage.exists()
    target.storage.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.storage.chmod(0o700)
    (target.storage / UNFINISHED).touch(mode=0o600)
    try:
        yield
    except BaseException as error:
        _clear(target, existed)
        if isinstance(error, OSError) and error.errno in FULL:
            raise StorageFull from error
        raise


def _clear(target: Settings, existed: bool) -> None:
    for path in target.storage.iterdir():
        if path.name in IGNORED:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if not existed:
        target.storage.rmdir()
    if target.database_url:
        _drop_everything(target)


def _drop_everything(target: Settings) -> None:
    """Empty the database again that was empty before."""
    database = Database(replace(target, database_url=migrate.owner_url(target)))
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=1")
        tail = "" if database.is_sqlite else " CASCADE"
        for name in inspect(connection).get_table_names():
            connection.exec_driver_sql(f"DROP TABLE {name}{tail}")
        if not database.is_sqlite:
            functions = connection.exec_driver_sql(
                "SELECT oid::regprocedure::text FROM pg_proc "
                "WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'"
            )
            for name in functions.scalars().all():
                connection.exec_driver_sql(f"DROP FUNCTION {name}")
    database.dispose()


def installation_at(settings: Settings) -> str:
    """The installation that the settings name, empty where there is none (nothing is made)."""
    database = Database(settings)
    try:
        if database.is_sqlite and not Path(database.url.database or "").exists():
            return ""
        with database.snapshot() as session:
            if "activity" not in inspect(session.connection()).get_table_names():
                return ""
            return installation_of(session)
    finally:
        database.dispose()
