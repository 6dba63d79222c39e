"""``eoffice init``: an empty production system, once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.actor import SYSTEM
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.installing import GROUPS, init
from eoffice.registers.models import Book, OfficeYear
from eoffice.users.accounts import Account
from eoffice.users.desks import actor_of
from eoffice.users.models import Group, Office
from eoffice.users.services.accounts import activate

GIVEN = {
    "--name": "สพป.ตัวอย่าง เขต 9",
    "--short-name": "",
    "--code": "04999",
    "--prefix": "ศธ ๐๔๙๙๙",
    "--admin-prefix": "นาย",
    "--admin-first-name": "มานะ",
    "--admin-last-name": "ตัวอย่างดี",
    "--username": "Mana.T",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """An empty installation on each database."""
    url = ""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
    monkeypatch.setenv("EOFFICE_STORAGE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", url)
    return Settings(storage=tmp_path, database_url=url)


def run(*more: str, typed: str = "", without: tuple[str, ...] = (), **changed: str) -> Result:
    given = GIVEN | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    words = [word for pair in given.items() if pair[0] not in without for word in pair]
    return CliRunner().invoke(init, [*words, *more], input=typed)


def reading(place: Settings) -> Session:
    return Database(place).reading()


def test_the_first_administrator_comes_in_by_the_printed_code(place: Settings) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    code = next(line.split()[1] for line in result.output.splitlines() if "รหัสเปิดใช้ " in line)
    database = Database(place)
    with database.transaction() as session:
        account = activate(
            session, SYSTEM, username="mana.t", code=code, password="seven-lanterns-41", light=True
        )
        actor = actor_of(session, account.person_id)
    database.dispose()
    assert actor.name == "นายมานะ ตัวอย่างดี"
    assert actor.desk is not None and actor.desk.roles == {"district_admin"}


def test_it_makes_district_groups_and_numbering_with_their_trace(place: Settings) -> None:
    run("--circular", "shared", "--first-send", "1284", "--number-announcements")
    with reading(place) as session:
        district = session.scalars(select(Office)).one()
        year = session.get_one(OfficeYear, (district.id, clock.this_year()))
        book = session.scalars(select(Book)).one()
        names = list(session.scalars(select(Group.name).order_by(Group.position)))
        verbs = list(session.scalars(select(Activity.verb).order_by(Activity.id)))
        facts = json.loads(session.scalars(select(Activity.facts)).all()[-1])
    assert (district.kind, district.code) == ("district", "04999")
    assert (year.prefix, year.circular_series, year.numbers_announcements) == (
        "ศธ 04999",
        "shared",
        True,
    )
    assert (book.series, book.first_no) == ("send", 1284)
    assert names == list(GROUPS)
    assert verbs[-1] == "set_up" and facts["name"] == "สพป.ตัวอย่าง เขต 9"


def test_it_asks_for_what_was_not_given(place: Settings) -> None:
    result = run(without=("--name", "--username"), typed="สพป.ที่ถาม\nasked.one\n")
    assert result.exit_code == 0, result.output
    with reading(place) as session:
        assert session.scalars(select(Office.name)).one() == "สพป.ที่ถาม"
        assert session.scalars(select(Account.username)).one() == "asked.one"


def test_a_second_time_is_refused_and_changes_nothing(place: Settings) -> None:
    run("--no-groups")
    with reading(place) as session:
        before = session.scalars(select(Activity.hash)).all()
    result = run(name="สพป.อื่น", code="1", username="other")
    assert result.exit_code == 1
    assert "สพป.ตัวอย่าง เขต 9" in result.output
    with reading(place) as session:
        assert session.scalars(select(Activity.hash)).all() == before
        assert session.scalars(select(Group)).all() == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"prefix": "ABC"}, "รหัสหนังสือ"),
        ({"username": "1234567890123"}, "ชื่อผู้ใช้"),
        ({"admin_last_name": " "}, "กรอกชื่อ"),
    ],
)
def test_a_wrong_answer_leaves_an_empty_system(
    place: Settings, changed: dict[str, str], words: str
) -> None:
    result = run(**changed)
    assert result.exit_code == 1
    assert words in result.output
    with reading(place) as session:
        assert session.scalars(select(Office)).all() == []
        assert session.scalars(select(Activity)).all() == []
