"""Restoring: the same letters, numbers, files and history, or nothing at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from eoffice import migrate
from eoffice.activity.models import Activity
from eoffice.activity.seals import make_seal, read_seals
from eoffice.activity.services import record
from eoffice.actor import SYSTEM
from eoffice.backups import restoring
from eoffice.backups.command import restore as command
from eoffice.backups.recovery_keys import make_recovery_key, read_secret
from eoffice.backups.restoring import restore
from eoffice.backups.rows import dumped, tables_of
from eoffice.backups.rules import (
    BackupDamaged,
    ForeignBackup,
    KeyNeeded,
    OtherSchema,
    PlaceNotEmpty,
    WrongKey,
)
from eoffice.backups.services import back_up
from eoffice.checks.rules import Severity
from eoffice.checks.services import run_checks
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.intake import store_of
from eoffice.documents.store import FileStore
from eoffice.errors import EofficeError
from eoffice.verbs import Verb
from tests.unit.backups.conftest import NewPlace

CHANGED_BY_RESTORE = {"activity", "chain_heads", "jobs", "settings", "sign_in_sessions"}


@pytest.fixture
def made(database: Database, settings: Settings, tmp_path: Path) -> Path:
    """A backup of the busy week."""
    return back_up(database, settings, tmp_path / "one", is_noted=False).path


def is_untouched(place: Settings) -> bool:
    """Whether nothing was left in a place."""
    if place.storage.exists():
        return False
    if place.database_url:
        database = Database(place)
        with database.engine.connect() as connection:
            found = migrate.revision_of(connection)
            tables = tables_of(connection)
        database.dispose()
        return not found and not tables
    return True


def contents(database: Database) -> dict[str, list[Any]]:
    """Every row of every table in the neutral form of a backup."""
    with database.snapshot() as session:
        connection = session.connection()
        return {t.name: [part for part, _ in dumped(connection, t)] for t in tables_of(connection)}


def findings(place: Settings) -> Iterator[str]:
    """What ``check --deep`` finds at a place."""
    database = Database(place)
    report = run_checks(database, place, is_deep=True)
    database.dispose()
    yield from (reason for _, reason in report.not_run)
    yield from (r.line for r in report.results if r.found.severity is Severity.FINDING)


@pytest.mark.parametrize("on", ["sqlite", "postgresql"])
def test_everything_comes_back_on_either_database(
    database: Database,
    settings: Settings,
    store: FileStore,
    made: Path,
    new_place: NewPlace,
    on: str,
    request: pytest.FixtureRequest,
) -> None:
    if on == "postgresql":
        request.getfixturevalue("postgres")
    place = new_place(on)
    restored = restore(made, place)
    assert restored.missing == ()
    assert list(findings(place)) == []
    other = Database(place)
    before, after = contents(database), contents(other)
    other.dispose()
    assert set(before) == set(after)
    for table in set(before) - CHANGED_BY_RESTORE:
        assert before[table] == after[table], table
    theirs = store_of(place.storage)
    assert sorted(theirs.keys()) == sorted(store.keys())
    for key in sorted(store.keys()):
        assert theirs.path_of(key).read_bytes() == store.path_of(key).read_bytes()
    assert place.storage.stat().st_mode & 0o777 == 0o700


def test_the_copy_begins_anew(made: Path, new_place: NewPlace) -> None:
    place = new_place()
    restore(made, place)
    database = Database(place)
    with database.reading() as session:
        settings = dict(list(session.execute(text("SELECT name, value FROM settings"))))
        live = session.scalar(text("SELECT count(*) FROM sign_in_sessions WHERE ended_at IS NULL"))
        last = session.query(Activity).order_by(Activity.id.desc()).first()
    database.dispose()
    assert len(settings["instance_id"]) == 32
    assert "numbering_locked" in settings
    assert live == 0
    assert last is not None and last.verb == Verb.RESTORE.value


def test_new_rows_get_new_ids(made: Path, new_place: NewPlace) -> None:
    place = new_place()
    restore(made, place)
    database = Database(place)
    with database.transaction() as session:
        session.execute(
            text("INSERT INTO networks (public_id, name, version) VALUES ('x', 'ใหม่', 1)")
        )
        record(session, SYSTEM, Verb.SET_UP, None)
    database.dispose()


def test_guards_stand_again(made: Path, new_place: NewPlace) -> None:
    place = new_place()
    restore(made, place)
    database = Database(place)
    for statement in ("DELETE FROM activity", "UPDATE activity SET verb = 'x'"):
        with pytest.raises(Exception, match="append-only"), database.transaction() as session:
            session.execute(text(statement))
    with pytest.raises(Exception, match=r"(?i)foreign key"), database.transaction() as session:
        session.execute(text("UPDATE deliveries SET office_id = 4711 WHERE id = 1"))
    database.dispose()


def test_seals_kept_elsewhere_tell_what_is_missing(
    database: Database, settings: Settings, made: Path, new_place: NewPlace, tmp_path: Path
) -> None:
    with database.transaction() as session:
        record(session, SYSTEM, Verb.SET_UP, None)
    make_seal(database, settings, [tmp_path / "elsewhere"])
    place = new_place()
    restored = restore(made, place, seals=read_seals(tmp_path / "elsewhere"))
    assert [found.defect.value for found in restored.missing] == ["tail_missing"]
    assert restored.missing[0].subject.startswith("chain 0 seq ")
    assert list(findings(place)) == []


@pytest.mark.parametrize("damage", ["truncated", "flipped", "longer"])
def test_a_damaged_backup_writes_nothing(made: Path, new_place: NewPlace, damage: str) -> None:
    whole = made.read_bytes()
    middle = len(whole) // 2
    made.write_bytes(
        {
            "truncated": whole[:-100],
            "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "longer": whole + b"more",
        }[damage]
    )
    place = new_place()
    with pytest.raises(BackupDamaged):
        restore(made, place)
    assert is_untouched(place)


def test_a_wrong_or_missing_key_writes_nothing(
    database: Database, settings: Settings, new_place: NewPlace, tmp_path: Path
) -> None:
    public = make_recovery_key(tmp_path / "key")
    make_recovery_key(tmp_path / "other")
    locked = replace(settings, backup_recovery_key=public)
    path = back_up(database, locked, tmp_path / "one").path
    place = new_place()
    with pytest.raises(KeyNeeded):
        restore(path, place)
    with pytest.raises(WrongKey):
        restore(path, place, secret=read_secret(tmp_path / "other"))
    assert is_untouched(place)
    restore(path, place, secret=read_secret(tmp_path / "key"))
    assert list(findings(place)) == []


def test_another_schema_writes_nothing(
    made: Path, new_place: NewPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = new_place()
    monkeypatch.setattr(migrate, "head", lambda: "20991231_0000")
    with pytest.raises(OtherSchema, match="20991231_0000"):
        restore(made, place)
    assert is_untouched(place)


def test_a_backup_of_another_district_writes_nothing(made: Path, new_place: NewPlace) -> None:
    place = new_place()
    with pytest.raises(ForeignBackup):
        restore(made, place, known_installations=["f" * 64])
    assert is_untouched(place)


def test_a_place_that_is_not_empty_is_refused(
    made: Path, settings: Settings, new_place: NewPlace
) -> None:
    with pytest.raises(PlaceNotEmpty):
        restore(made, settings)
    place = new_place()
    place.storage.mkdir()
    (place.storage / "something").touch()
    with pytest.raises(PlaceNotEmpty):
        restore(made, place)
    occupied = replace(new_place(), database_url=settings.resolved_database_url)
    with pytest.raises(PlaceNotEmpty):
        restore(made, occupied)


@pytest.mark.parametrize("step", ["_load", "_write_seals", "_begin_again", "_rebuild_search"])
def test_a_failure_on_the_way_leaves_nothing(
    made: Path, new_place: NewPlace, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    place = new_place()
    work = getattr(restoring, step)

    def fail(*given: Any) -> None:
        work(*given)
        raise EofficeError(step)

    monkeypatch.setattr(restoring, step, fail)
    with pytest.raises(EofficeError, match=step):
        restore(made, place)
    assert is_untouched(place)
    monkeypatch.undo()
    restore(made, place)
    assert list(findings(place)) == []


def test_the_command(
    settings: Settings, made: Path, new_place: NewPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "from_environment", lambda: settings)
    place = new_place()
    words = [str(made), "--into", place.database_url or str(place.storage)]
    if place.database_url:
        elsewhere = replace(settings, storage=place.storage, database_url=place.database_url)
        monkeypatch.setattr(Settings, "from_environment", lambda: elsewhere)
    done = CliRunner().invoke(command, words)
    assert done.exit_code == 0, done.output
    assert "ล็อก" in done.output
    assert list(findings(place)) == []
    again = CliRunner().invoke(command, words)
    assert isinstance(again.exception, PlaceNotEmpty)
