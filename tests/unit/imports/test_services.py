"""One import is one act: whole or nothing, with its trace, its codes in one file for the owner."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from eoffice import schema
from eoffice.activity.models import Activity
from eoffice.activity.services import record
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.errors import NotAllowed
from eoffice.imports import rules, services
from eoffice.imports.columns import ImportKind
from tests.unit.imports.taking import Taking
from tests.unit.imports.workbooks import OFFICES, PEOPLE, workbook
from tests.world import World

SCHOOL = ("901", "โรงเรียนบ้านใหม่")
CLERK = ("นาง", "มานี", "ตัวอย่างดี", "manee.t", "002", "ธุรการเพิ่ม", "ธุรการโรงเรียน")


def rows_of_every_table(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in schema.metadata.tables.items()
        }


def imports(taking: Taking) -> list[Activity]:
    with taking.database.reading() as session:
        return list(session.scalars(select(Activity).where(Activity.verb == "import")))


@pytest.mark.parametrize("rows", [(SCHOOL,), (SCHOOL, ("902", ""), ("903", "ก", "โรงแรม"))])
def test_a_dry_run_tells_everything_and_stores_nothing(taking: Taking, rows: Any) -> None:
    before = rows_of_every_table(taking.database)
    report = taking.take(ImportKind.OFFICES, OFFICES, *rows, dry_run=True)
    assert rows_of_every_table(taking.database) == before
    assert not report.is_stored
    assert [change.row for change in report.changes] == [2]
    assert [problem.row for problem in report.problems] == list(range(3, 2 + len(rows)))


def test_a_dry_run_of_people_gives_no_codes(taking: Taking) -> None:
    report = taking.take(ImportKind.PEOPLE, PEOPLE, CLERK, dry_run=True)
    assert report.codes == []
    assert list(taking.folder.glob("*codes*")) == []


def test_with_a_bad_row_nothing_is_stored(taking: Taking) -> None:
    before = rows_of_every_table(taking.database)
    with pytest.raises(rules.RowsRefused):
        taking.take(ImportKind.OFFICES, OFFICES, SCHOOL, ("902", "=A1"))
    assert rows_of_every_table(taking.database) == before


def test_an_import_leaves_its_trace(taking: Taking) -> None:
    taking.take(ImportKind.OFFICES, OFFICES, SCHOOL)
    (row,) = imports(taking)
    content = (taking.folder / "offices1.xlsx").read_bytes()
    assert row.chain == 0
    assert json.loads(row.files) == [hashlib.sha256(content).hexdigest()]
    facts = json.loads(row.facts)
    assert (facts["name"], facts["kind"], facts["added"]) == ("offices1.xlsx", "offices", 1)


def test_codes_go_into_a_workbook_for_the_owner_only(taking: Taking) -> None:
    (code,) = taking.take(ImportKind.PEOPLE, PEOPLE, CLERK).codes
    path = taking.folder / "people1-activation-codes.xlsx"
    assert path.stat().st_mode & 0o777 == 0o600
    rows = list(load_workbook(path).active.values)
    assert rows[1][2:4] == ("manee.t", code.code)
    assert len(rows) == 2


def test_codes_in_csv_are_no_formulas(taking: Taking) -> None:
    path = taking.folder / "codes.csv"
    row = ("-", *CLERK[1:])
    (code,) = taking.take(ImportKind.PEOPLE, PEOPLE, row, codes_path=path).codes
    assert path.stat().st_mode & 0o777 == 0o600
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[1][1:4] == ["'-มานี ตัวอย่างดี", "manee.t", code.code]


def test_codes_never_replace_a_file_and_then_nothing_is_stored(taking: Taking) -> None:
    path = taking.folder / "codes.csv"
    path.write_text("old", encoding="utf-8")
    before = rows_of_every_table(taking.database)
    with pytest.raises(rules.CodesFileExists):
        taking.take(ImportKind.PEOPLE, PEOPLE, CLERK, codes_path=path)
    assert path.read_text(encoding="utf-8") == "old"
    assert rows_of_every_table(taking.database) == before


def test_codes_of_an_act_that_failed_are_removed(
    taking: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = taking.folder / "codes.csv"

    def broken(*given: Any) -> None:
        services_write(*given)
        assert path.exists()
        raise_after.append(True)

    services_write, raise_after = services.write_codes, []
    monkeypatch.setattr(services, "write_codes", broken)
    monkeypatch.setattr(Database, "transaction", _failing_at_commit(Database.transaction))
    with pytest.raises(OSError, match="disk"):
        taking.take(ImportKind.PEOPLE, PEOPLE, CLERK, codes_path=path)
    assert raise_after == [True]
    assert not path.exists()


def _failing_at_commit(transaction: Any) -> Any:
    @contextlib.contextmanager
    def failing(self: Database) -> Any:
        with transaction(self) as session:
            yield session
            raise OSError("disk")

    return failing


def test_codes_are_xlsx_or_csv(taking: Taking) -> None:
    with pytest.raises(rules.CodesFileKind):
        taking.take(ImportKind.PEOPLE, PEOPLE, CLERK, codes_path=taking.folder / "codes.txt")


def test_only_the_district_administrator_imports(taking: Taking, world: World) -> None:
    path = workbook(taking.folder / "a.xlsx", OFFICES, SCHOOL)
    for name, is_allowed in (("admin", True), ("a_admin", False), ("registrar", False)):
        with taking.database.reading() as session:
            actor = world.actor(session, name)
        kind = ImportKind.OFFICES
        if is_allowed:
            given = (taking.database, taking.settings, actor, kind, path)
            assert services.import_file(*given).is_stored
            assert imports(taking)[-1].person_id == actor.person_id
        else:
            with pytest.raises(NotAllowed):
                services.import_file(taking.database, taking.settings, actor, kind, path)


def test_before_the_set_up_nothing_is_imported(tmp_path: Path) -> None:
    settings = Settings(storage=tmp_path)
    database = Database(settings)
    schema.create_all(database.engine)
    with pytest.raises(rules.DistrictMissing):
        Taking(database, settings, tmp_path).take(ImportKind.OFFICES, OFFICES, SCHOOL)
    database.dispose()


def test_an_import_waits_for_its_turn_like_any_act(taking: Taking, world: World) -> None:
    """After an import the chain goes on: the next act follows it without a gap."""
    taking.take(ImportKind.OFFICES, OFFICES, SCHOOL)
    with taking.database.transaction() as session:
        admin = world.actor(session, "admin")
        record(session, admin, services.Verb.IMPORT, None, chain=0)
    rows = imports(taking)
    assert [row.seq for row in rows] == [rows[0].seq, rows[0].seq + 1]
    assert rows[1].previous == rows[0].hash
