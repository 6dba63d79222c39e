"""The sample is made whole or not at all, from the seed, also across New Year."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eoffice import clock, schema
from eoffice.checks.services import run_checks
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.models import Letter
from eoffice.documents.store import FileStore
from eoffice.migrate import upgrade
from eoffice.registers.models import OfficeYear
from eoffice.sample import building
from eoffice.sample.accounts import FILE_NAME
from eoffice.sample.building import DistrictExists, SchoolsOutOfRange, build
from eoffice.users.models import Office, Person
from tests.unit.sample.conftest import Made


def fresh(storage: Path) -> tuple[Database, Settings]:
    settings = Settings(storage=storage, is_testing=True)
    upgrade(settings)
    return Database(settings), settings


def test_a_district_is_never_built_over(made: Made) -> None:
    kept = made.summary.accounts_file.read_bytes()
    with pytest.raises(DistrictExists):
        build(made.database, made.settings, schools=5)
    assert made.summary.accounts_file.read_bytes() == kept


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, settings = fresh(tmp_path)

    def failing(_session: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(building, "_counts", failing)
    with pytest.raises(OSError, match="the disk is full"):
        build(database, settings, schools=5)
    with database.reading() as session:
        for name, table in schema.metadata.tables.items():
            assert session.scalar(select(func.count()).select_from(table)) == 0, name
    assert list(FileStore(tmp_path / "files").keys()) == []
    assert not (tmp_path / FILE_NAME).exists()
    database.dispose()


@pytest.mark.parametrize("schools", [0, 4, 401])
def test_the_number_of_schools_is_bounded(tmp_path: Path, schools: int) -> None:
    with pytest.raises(SchoolsOutOfRange):
        build(Database(Settings(storage=tmp_path)), Settings(storage=tmp_path), schools=schools)


def contents(database: Database) -> tuple[list[str], list[str], list[str]]:
    with database.reading() as session:
        return (
            [person.full_name for person in session.scalars(select(Person).order_by(Person.id))],
            list(session.scalars(select(Office.name).order_by(Office.id))),
            [
                f"{row.letter_no} {row.subject} {row.state} {row.created_at}"
                for row in session.scalars(select(Letter).order_by(Letter.id))
            ],
        )


@pytest.mark.long
def test_the_same_seed_makes_the_same_district(tmp_path: Path) -> None:
    at = clock.now()
    made = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        database, settings = fresh(tmp_path / name)
        with clock.travelling(at):
            build(database, settings, schools=5, seed=seed)
        made.append(contents(database))
        database.dispose()
    assert made[0] == made[1]
    assert made[0][0] != made[2][0]


@pytest.mark.long
@pytest.mark.parametrize("day", [(2027, 1, 4), (2027, 1, 15), (2027, 5, 2)])
def test_it_can_be_made_on_any_day(tmp_path: Path, day: tuple[int, int, int]) -> None:
    database, settings = fresh(tmp_path)
    at = dt.datetime(*day, 0, 10, tzinfo=clock.BANGKOK)
    with clock.travelling(at):
        build(database, settings, schools=5)
        report = run_checks(database, settings, is_deep=True)
    assert not report.has_findings, report.results
    with database.reading() as session:
        years = set(session.scalars(select(OfficeYear.year)))
    assert 2570 in years
    database.dispose()


@pytest.mark.long
def test_the_whole_district_is_made_within_a_minute(tmp_path: Path) -> None:
    database, settings = fresh(tmp_path)
    began = time.process_time()  # other work on the machine is not the sample's
    summary = build(database, settings)
    seconds = time.process_time() - began
    with database.reading() as session:
        schools = session.scalar(select(func.count()).where(Office.kind == "school"))
    assert schools == 117
    assert summary.received > 500
    assert seconds < 60
    assert not run_checks(database, settings, is_deep=True).has_findings
    database.dispose()
