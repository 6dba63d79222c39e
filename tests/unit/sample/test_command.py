"""``eoffice demo``: starts what exists, never overwrites, prints the matrix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.installing import Foundation, set_up
from eoffice.migrate import upgrade
from eoffice.sample.command import demo
from tests.unit.sample.conftest import SCHOOLS, Made


def run(monkeypatch: pytest.MonkeyPatch, settings: Settings, *arguments: str) -> Result:
    monkeypatch.setenv("EOFFICE_STORAGE", str(settings.storage))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    return CliRunner().invoke(demo, arguments)


@pytest.fixture
def matrix(made: Made, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    result = run(monkeypatch, made.settings, "--matrix")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def test_what_exists_is_not_made_again(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    with made.reading() as session:
        before = session.scalar(select(func.count()).select_from(Activity))
    result = run(monkeypatch, made.settings, "--no-serve", "--schools", "9", "--seed", "3")
    assert result.exit_code == 0
    assert "ใช้ข้อมูลเดิม" in result.output
    assert not any(login.password in result.output for login in made.summary.logins)
    with made.reading() as session:
        assert session.scalar(select(func.count()).select_from(Activity)) == before


PERSONS = """anonymous teacher_a teacher_a_unnamed clerk_a director_a acting_a_today
acting_a_yesterday acting_a_tomorrow clerk_ab clerk_b director_b group_clerk_g1 head_g1 head_g2
deputy director registrar classified_registrar admin_a district_admin auditor disabled moved
outsider clerk_pilot""".split()
LETTERS = """draft draft_a memo_a circular district_to_a a_to_b a_to_district b_to_a cancelled
recalled rejected proposed signed numbered outside voided to_agency""".split()


def test_the_matrix_names_persons_and_letters(matrix: dict[str, Any]) -> None:
    persons = {person["key"]: person for person in matrix["persons"]}
    assert set(PERSONS) <= set(persons)
    assert set(LETTERS) <= set(matrix["letters"])
    assert {login["key"] for login in matrix["logins"]} == set(persons) - {"anonymous"}
    assert matrix["schools"] == SCHOOLS
    assert persons["disabled"]["is_disabled"]


def test_the_matrix_says_which_desks_are_valid_today(matrix: dict[str, Any]) -> None:
    persons = {person["key"]: person for person in matrix["persons"]}

    def acting(key: str) -> list[bool]:
        return [desk["is_today"] for desk in persons[key]["desks"] if desk["kind"] == "acting_for"]

    assert matrix["today"] == clock.today().isoformat()
    assert acting("acting_a_yesterday") == [False]
    assert acting("acting_a_today") == [True]
    assert acting("acting_a_tomorrow") == [False]
    assert [desk["is_today"] for desk in persons["moved"]["desks"]].count(True) == 1
    assert len({desk["office"] for desk in persons["moved"]["desks"]}) == 2


def test_the_matrix_gives_public_ids_of_everything_on_a_letter(matrix: dict[str, Any]) -> None:
    circular = matrix["letters"]["circular"]
    assert len(circular["deliveries"]) == SCHOOLS
    assert len(circular["attachments"]) == 2
    assert circular["cases"]
    ids = [circular["public_id"]] + [
        row["public_id"]
        for name in ("deliveries", "attachments", "cases")
        for row in circular[name]
    ]
    assert len(set(ids)) == len(ids)
    assert all(len(public_id) == 20 for public_id in ids)


def test_a_real_system_is_never_served_as_a_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(storage=tmp_path)
    upgrade(settings)
    database = Database(settings)
    with database.transaction() as session:
        set_up(session, Foundation("สพป.จริง", "D", "ศธ 04999", "admin", "มานะ", "ตัวอย่างดี"))
    database.dispose()
    for arguments in (("--no-serve",), ("--matrix",), ()):
        result = run(monkeypatch, settings, *arguments)
        assert result.exit_code == 1
        assert "eoffice serve" in result.output


@pytest.mark.parametrize("schools", ["4", "401"])
def test_too_few_or_too_many_schools_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, schools: str
) -> None:
    settings = Settings(storage=tmp_path)
    result = run(monkeypatch, settings, "--no-serve", "--schools", schools)
    assert result.exit_code == 1
    assert "5 ถึง 400" in result.output
