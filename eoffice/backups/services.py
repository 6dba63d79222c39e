"""Backing up: seal, snapshot, files, manifest, read back, act; one file or none."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, column, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eoffice import clock, migrate
from eoffice.activity.rules import canonical_json
from eoffice.activity.seal_keys import known_public_keys, load_or_make_key, public_keys_path
from eoffice.activity.seals import folder_of, installation_of, make_seal, read_seals
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import SYSTEM
from eoffice.backups.archive import ABOUT, FILES, SEALS, ArchiveWriter, Contents, read_archive
from eoffice.backups.envelope import Sealing
from eoffice.backups.rows import dumped, tables_of
from eoffice.backups.rules import FORMAT, BackupExists, BackupFull
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.housekeeping import files_stay
from eoffice.documents.intake import store_of
from eoffice.documents.store import FileMissing, FileStore
from eoffice.verbs import Verb

INSTANCE = "instance_id"
ENTRY = 16 + 32
_BLOBS = table("blobs", column("id"), column("key"), column("sha256"))
_SETTINGS = table("settings", column("name"), column("value"))
FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class Made:
    """A backup that has been written and read back."""

    path: Path
    size: int
    digest: str
    is_encrypted: bool
    contents: Contents


def back_up(database: Database, settings: Settings, path: Path, *, is_noted: bool = True) -> Made:
    """Write a backup to a new file and read it back; the act is noted in the log.

    Runs beside the application: the tables come from one snapshot, files are never changed and are
    not swept meanwhile. Written under another name, synced and put in place at the end: killed or
    without room it leaves what was there. A damaged file does not hinder the rest; it is named in
    ``contents.damaged``. Raises ``BackupExists``, ``BackupFull``, ``KeyUnreadable``.
    """
    if path.exists():
        raise BackupExists(path=path)
    make_seal(database, settings)
    with _place(path) as (file, part), files_stay(settings.storage):
        sealing = Sealing(file, clock.now().isoformat(), settings.backup_recovery_key)
        _write(database, settings, sealing)
        digest = sealing.finish()
        file.flush()
        os.fsync(file.fileno())
        contents = read_archive(part, file_key=sealing.file_key)
    is_encrypted = bool(settings.backup_recovery_key)
    made = Made(path, path.stat().st_size, digest, is_encrypted, contents)
    if is_noted:
        _note(database, made)
    return made


def back_up_before_migration(settings: Settings, revision: str) -> Path | None:
    """The automatic backup before a change of the schema; none for a database without acts."""
    database = Database(settings)
    try:
        with database.snapshot() as session:
            if not installation_of(session):
                return None
        folder = settings.storage / "backups"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = f"{clock.local(clock.now()):%Y%m%d-%H%M%S}"
        path = folder / f"before-{revision}-{stamp}.eobackup"
        back_up(database, settings, path, is_noted=False)
        return path
    finally:
        database.dispose()


@contextlib.contextmanager
def _place(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file of another name beside the target, put in place when all went well."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _remove_leftovers(path)
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file, part
            os.link(part, path)
        _sync_folder(path.parent)
    except FileExistsError:
        raise BackupExists(path=path) from None
    except OSError as error:
        if error.errno in FULL:
            raise BackupFull from error
        raise
    finally:
        part.unlink(missing_ok=True)


def _remove_leftovers(path: Path) -> None:
    """Remove what a killed backup to the same name left; one under way holds its lock."""
    for part in path.parent.glob(f".{path.name}.*.part"):
        with part.open("rb") as file, contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(database: Database, settings: Settings, sealing: Sealing) -> None:
    key = load_or_make_key(settings)
    writer = ArchiveWriter(sealing)
    with tempfile.TemporaryFile() as listed:
        with database.snapshot() as session:
            connection = session.connection()
            tables = tables_of(connection)
            columns = {found.name: [c.name for c in found.columns] for found in tables}
            writer.add(ABOUT, canonical_json(_about(session, settings, columns)).encode())
            seals = "".join(f"{seal.line}\n" for seal in read_seals(folder_of(settings)))
            writer.add(SEALS, seals.encode())
            for found in tables:
                for number, (part, count) in enumerate(dumped(connection, found), 1):
                    writer.add_rows(found.name, number, part, count)
            _list_files(connection, listed)
        listed.seek(0)
        damaged = _write_files(writer, store_of(settings.storage), listed)
    writer.finish(key, {"damaged": damaged})


def _about(session: Session, settings: Settings, columns: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "program": version("eoffice"),
        "schema": migrate.revision_of(session.connection()),
        "database": session.get_bind().dialect.name,
        "made_at": clock.now(),
        "installation": installation_of(session),
        "instance": instance_of(session),
        "public_keys": known_public_keys(public_keys_path(settings)),
        "tables": columns,
    }


def instance_of(session: Session) -> str:
    """What tells this running copy from another restored from the same backup."""
    found = select(_SETTINGS.c.value).where(_SETTINGS.c.name == INSTANCE)
    return session.scalar(found) or ""


def _list_files(connection: Connection, listed: BinaryIO) -> None:
    """The files of the snapshot, on disk: there may be more than fit in memory."""
    rows = connection.execute(
        select(_BLOBS.c.key, _BLOBS.c.sha256)
        .order_by(_BLOBS.c.id)
        .execution_options(yield_per=1_000)
    )
    for key, sha256 in rows:
        listed.write(bytes.fromhex(key) + bytes.fromhex(sha256))


def _write_files(writer: ArchiveWriter, store: FileStore, listed: BinaryIO) -> list[str]:
    damaged: list[str] = []
    while entry := listed.read(ENTRY):
        key, sha256 = entry[:16].hex(), entry[16:].hex()
        try:
            with store.open(key) as file:
                size = os.fstat(file.fileno()).st_size
                if writer.add_stream(FILES + key, file, size) != sha256:
                    damaged.append(key)
        except FileMissing:
            damaged.append(key)
    return damaged


def _note(database: Database, made: Made) -> None:
    with contextlib.suppress(DBAPIError), database.transaction() as session:
        record(
            session,
            SYSTEM,
            Verb.BACK_UP,
            None,
            chain=DISTRICT_CHAIN,
            name=made.path.name,
            size=made.size,
            sha256=made.digest,
            is_encrypted=made.is_encrypted,
            rows=made.contents.rows,
            file_count=made.contents.files,
            damaged=made.contents.damaged,
        )
