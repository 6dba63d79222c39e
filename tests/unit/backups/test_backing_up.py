"""Writing a backup: one whole file or none, nothing replaced, nothing readable without the key."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from eoffice import migrate
from eoffice.activity.seals import folder_of, read_seals
from eoffice.backups import migrate_command, services
from eoffice.backups.archive import read_archive
from eoffice.backups.command import backup
from eoffice.backups.envelope import Sealing
from eoffice.backups.recovery_keys import make_recovery_key, read_secret
from eoffice.backups.rules import BackupExists, BackupFull
from eoffice.backups.services import back_up, back_up_before_migration
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.housekeeping import files_stay, sweep
from eoffice.documents.store import FileStore


def test_a_backup_is_read_back_and_noted(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    made = back_up(database, settings, tmp_path / "one")
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.contents.files == 5
    assert made.contents.damaged == []
    with database.reading() as session:
        newest = "SELECT verb, facts FROM activity ORDER BY id DESC LIMIT 1"
        verb, facts = session.execute(text(newest)).one()
    assert verb == "back_up"
    assert json.loads(facts)["sha256"] == made.digest
    assert read_seals(folder_of(settings))[-1].line in made.contents.seals
    assert list(tmp_path.glob(".*.part")) == []


def test_nothing_is_replaced(database: Database, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("last week's")
    with pytest.raises(BackupExists):
        back_up(database, settings, tmp_path / "one")
    assert (tmp_path / "one").read_text() == "last week's"


def test_a_file_that_appears_meanwhile_is_not_replaced(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = Sealing.finish

    def appear(sealing: Sealing) -> str:
        (tmp_path / "one").write_text("another's")
        return finish(sealing)

    monkeypatch.setattr(Sealing, "finish", appear)
    with pytest.raises(BackupExists):
        back_up(database, settings, tmp_path / "one")
    assert (tmp_path / "one").read_text() == "another's"


def test_a_full_disk_leaves_the_old_one(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(database, settings, tmp_path / "old")
    before = (tmp_path / "old").read_bytes()

    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Sealing, "finish", full)
    with pytest.raises(BackupFull):
        back_up(database, settings, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["old"]
    assert (tmp_path / "old").read_bytes() == before


KILLED = """
import os, signal, sys
from pathlib import Path
from eoffice.backups import migrate_command, services
from eoffice.backups.envelope import Sealing
from eoffice.config import Settings
from eoffice.db import Database
settings = Settings.from_environment()
Sealing.finish = lambda self: os.kill(os.getpid(), signal.SIGKILL)
services.back_up(Database(settings), settings, Path(sys.argv[1]))
"""


def test_a_killed_backup_leaves_the_old_one(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    environment = {
        "EOFFICE_STORAGE": str(settings.storage),
        "DATABASE_URL": settings.resolved_database_url,
    }
    command = [sys.executable, "-c", KILLED, str(tmp_path / "new")]
    done = subprocess.run(command, env=environment, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "new").exists()
    assert len(list(tmp_path.glob(".new.*.part"))) == 1
    back_up(database, settings, tmp_path / "new")
    assert list(tmp_path.glob(".new.*.part")) == []


def test_a_damaged_file_is_named_and_the_rest_is_kept(
    database: Database, settings: Settings, store: FileStore, tmp_path: Path
) -> None:
    damaged, gone = sorted(store.keys())[:2]
    content = store.path_of(damaged).read_bytes()
    store.path_of(damaged).write_bytes(content[:-1] + b"?")
    store.path_of(gone).unlink()
    made = back_up(database, settings, tmp_path / "one")
    assert sorted(made.contents.damaged) == [damaged, gone]
    assert made.contents.files == 4


def test_with_a_recovery_key_nothing_is_readable(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    public = make_recovery_key(tmp_path / "key")
    locked = replace(settings, backup_recovery_key=public)
    made = back_up(database, locked, tmp_path / "one")
    assert made.is_encrypted
    content = made.path.read_bytes()
    for planted in ("ขอเชิญประชุม", "%PDF-1.4", "$argon2", "ศธ 04999", "letters", "sqlite"):
        assert planted.encode() not in content
    assert read_archive(made.path, read_secret(tmp_path / "key")).rows == made.contents.rows


def test_files_are_not_swept_during_a_backup(
    database: Database, settings: Settings, store: FileStore
) -> None:
    orphan = store.path_of("0" * 32)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"old")
    os.utime(orphan, (0, 0))
    with files_stay(settings.storage):
        assert sweep(database, settings.storage) == 0
        assert orphan.exists()
    assert sweep(database, settings.storage) == 1
    assert not orphan.exists()


def test_before_a_migration(settings: Settings) -> None:
    made = back_up_before_migration(settings, "20200101_0000")
    assert made is not None
    assert made.parent == settings.storage / "backups"
    assert read_archive(made).rows > 100


def test_a_migration_of_an_older_schema_is_backed_up_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "from_environment", lambda: settings)
    monkeypatch.setattr(migrate_command, "head", lambda: "20991231_0000")
    done = CliRunner().invoke(migrate_command.migrate)
    assert done.exit_code == 0, done.output
    assert len(list((settings.storage / "backups").iterdir())) == 1


def test_an_empty_database_needs_no_backup_before_a_migration(tmp_path: Path) -> None:
    settings = Settings(storage=tmp_path / "fresh")
    migrate.upgrade(settings)
    assert back_up_before_migration(settings, migrate.head()) is None


def test_the_commands(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "key"
    run = CliRunner().invoke
    public = run(backup, ["key", str(key)]).output.split("EOFFICE_BACKUP_RECOVERY_KEY=")[1].strip()
    locked = replace(settings, backup_recovery_key=public)
    monkeypatch.setattr(Settings, "from_environment", lambda: locked)
    file = str(tmp_path / "one")
    assert run(backup, [file]).exit_code == 0
    outside = run(backup, ["verify", file])
    assert outside.exit_code == 0 and "--key" in outside.output
    inside = run(backup, ["verify", file, "--key", str(key)])
    assert inside.exit_code == 0 and "5 ไฟล์" in inside.output
    again = run(backup, [file])
    assert isinstance(again.exception, BackupExists)
    assert services.INSTANCE == "instance_id"
