"""A busy week without mischief is clean."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from eoffice.checks.command import check
from eoffice.checks.services import CHECKS, run_checks
from eoffice.config import Settings
from eoffice.db import Database
from tests.unit.checks.conftest import Look


def test_a_busy_week_is_clean(look: Look) -> None:
    assert look() == []


def test_every_check_says_which_invariant_it_guards() -> None:
    for invariant, function in CHECKS:
        assert (function.__doc__ or "").startswith(invariant.value) or invariant.value in (
            function.__doc__ or ""
        )


def test_the_command_answers_machines(
    busy: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "from_environment", lambda: settings)
    answer = CliRunner().invoke(check, ["--deep", "--json"])
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.stdout)
    assert said["clean"] and said["findings"] == [] and said["checks"] == len(CHECKS)


def test_a_database_without_tables_cannot_be_checked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    empty = Settings(storage=settings.storage / "elsewhere")
    empty.storage.mkdir()
    monkeypatch.setattr(Settings, "from_environment", lambda: empty)
    answer = CliRunner().invoke(check, [])
    assert answer.exit_code in (1, 2)
    assert "eoffice init" in answer.output


def test_the_checks_write_nothing(busy: Database, settings: Settings) -> None:
    before = {p: p.stat().st_mtime_ns for p in settings.storage.rglob("*") if p.is_file()}
    run_checks(busy, settings, is_deep=True)
    after = {p: p.stat().st_mtime_ns for p in settings.storage.rglob("*") if p.is_file()}
    ours = [path for path in after if path.suffix not in (".sqlite3-shm", ".sqlite3-wal")]
    assert [p for p in ours if before.get(p) != after[p]] == []
