"""A busy week without mischief is clean, and the command says so."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from eoffice.checks.command import check
from eoffice.checks.services import CHECKS
from eoffice.config import Settings
from tests.unit.checks.conftest import Scene


def test_a_busy_week_is_clean(scene: Scene) -> None:
    assert scene.look() == []


def test_every_check_says_which_invariant_it_guards() -> None:
    for invariant, function in CHECKS:
        assert invariant.value in (function.__doc__ or ""), function.__name__


def test_the_command_answers_machines(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "from_environment", lambda: settings)
    answer = CliRunner().invoke(check, ["--deep", "--json"])
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.stdout)
    assert said["clean"] and said["findings"] == [] and said["checks"] == len(CHECKS)


def test_a_finding_makes_exit_status_1(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.tamper("UPDATE folder_counts SET count = count + 1")
    monkeypatch.setattr(Settings, "from_environment", lambda: scene.settings)
    answer = CliRunner().invoke(check, [])
    assert answer.exit_code == 1
    assert "C9" in answer.output


def test_a_warning_does_not(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.tamper("UPDATE holdings SET ends_on = starts_on WHERE ends_on IS NULL")
    monkeypatch.setattr(Settings, "from_environment", lambda: scene.settings)
    answer = CliRunner().invoke(check, ["--json"])
    assert answer.exit_code == 0, answer.output
    assert {row["defect"] for row in json.loads(answer.stdout)["warnings"]} >= {
        "no_registrar",
        "no_head",
        "account_without_post",
    }


def test_what_cannot_be_checked_is_exit_status_2(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Settings(storage=settings.storage / "nowhere" / "at all")
    monkeypatch.setattr(Settings, "from_environment", lambda: nowhere)
    answer = CliRunner().invoke(check, [])
    assert answer.exit_code == 2
    assert "C1" in answer.output


def test_the_checks_change_no_file(scene: Scene) -> None:
    def seen() -> dict[str, int]:
        files = [path for path in scene.settings.storage.rglob("*") if path.is_file()]
        return {
            str(p): p.stat().st_mtime_ns for p in files if not p.name.endswith(("-shm", "-wal"))
        }

    scene.database.dispose()
    before = seen()
    scene.look()
    assert seen() == before
