"""Offices from Excel: added, changed, left alone; bad rows are named."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from eoffice import clock
from eoffice.imports.columns import ImportKind
from eoffice.imports.rules import ADDED, CHANGED, SAME, RowsRefused
from eoffice.registers.models import Book, OfficeYear
from eoffice.users.models import Network, Office, Principal
from tests.unit.imports.taking import Taking
from tests.unit.imports.workbooks import OFFICES
from tests.world import World

KIND = ImportKind.OFFICES
NEW = ("901", "โรงเรียนบ้านใหม่", "โรงเรียน", "เครือข่ายใหม่", "ศธ 04999.901", 500, "a@school.example")


def office(taking: Taking, code: str) -> Office | None:
    with taking.database.reading() as session:
        return session.scalars(select(Office).where(Office.code == code)).one_or_none()


def test_a_new_school_comes_with_network_prefix_and_first_number(taking: Taking) -> None:
    report = taking.take(KIND, OFFICES, NEW)
    assert report.is_stored
    found = office(taking, "901")
    assert found is not None and found.saraban_email == "a@school.example"
    with taking.database.reading() as session:
        network = session.get_one(Network, found.network_id)
        year = session.get_one(OfficeYear, (found.id, clock.this_year()))
        book = session.scalars(select(Book).where(Book.office_id == found.id)).one()
        registries = session.scalar(
            select(func.count()).where(
                Principal.kind == "registry", Principal.subject_id == found.id
            )
        )
    assert network.name == "เครือข่ายใหม่"
    assert year.prefix == "ศธ 04999.901"
    assert (book.series, book.first_no, book.last_no) == ("receive", 500, 499)
    assert registries == 1


def test_the_same_file_again_changes_nothing(taking: Taking) -> None:
    taking.take(KIND, OFFICES, NEW)
    again = taking.take(KIND, OFFICES, NEW)
    assert [change.kind for change in again.changes] == [SAME]
    with taking.database.reading() as session:
        assert session.scalar(select(func.count()).where(Office.code == "901")) == 1


def test_an_empty_cell_leaves_what_is_there(taking: Taking) -> None:
    taking.take(KIND, OFFICES, NEW)
    report = taking.take(KIND, OFFICES, ("901", "โรงเรียนบ้านใหม่เปลี่ยนชื่อ"))
    assert [change.kind for change in report.changes] == [CHANGED]
    found = office(taking, "901")
    assert found is not None
    assert (found.name, found.saraban_email) == ("โรงเรียนบ้านใหม่เปลี่ยนชื่อ", "a@school.example")


def test_thai_digits_in_the_prefix_are_the_same_prefix(taking: Taking) -> None:
    taking.take(KIND, OFFICES, NEW)
    again = taking.take(KIND, OFFICES, (*NEW[:4], "ที่ ศธ  ๐๔๙๙๙.๙๐๑", "๕๐๐"))
    assert [change.kind for change in again.changes] == [SAME]


def test_a_school_moves_to_another_network(taking: Taking) -> None:
    taking.take(KIND, OFFICES, NEW)
    moved = (*NEW[:3], "เครือข่ายอื่น")
    assert {c.kind for c in taking.take(KIND, OFFICES, moved).changes} == {ADDED, CHANGED}
    found = office(taking, "901")
    with taking.database.reading() as session:
        assert found is not None
        assert session.get_one(Network, found.network_id).name == "เครือข่ายอื่น"


def test_an_agency_has_no_registry(taking: Taking) -> None:
    taking.take(KIND, OFFICES, ("E9", "หน่วยงานนอก", "หน่วยงานภายนอก"))
    found = office(taking, "E9")
    with taking.database.reading() as session:
        assert found is not None and found.kind == "agency"
        registry = (Principal.kind == "registry") & (Principal.subject_id == found.id)
        assert session.scalars(select(Principal).where(registry)).all() == []


BAD = {
    "no code": (("", "ก"), "รหัสหน่วยงาน", "ยังไม่ได้กรอก"),
    "no name": (("902", ""), "ชื่อหน่วยงาน", "ยังไม่ได้กรอก"),
    "kind": (("902", "ก", "โรงแรม"), "ประเภท", "โรงเรียน"),
    "second district": (("902", "ก", "สพป."), "ประเภท", "eoffice init"),
    "kind of another": (("D", "ก", "โรงเรียน"), "ประเภท", "สำนักงานเขต"),
    "prefix": (("902", "ก", "", "", "ABC 1"), "รหัสหนังสือ", "ศธ 04999"),
    "first number": (("902", "ก", "", "", "ศธ 04999.902", "สิบ"), "เลขรับเริ่มต้น", "จำนวนเต็ม"),
    "mail": (("902", "ก", "", "", "", "", "not mail"), "อีเมลสารบรรณกลาง", "อีเมล"),
    "agency numbers": (("902", "ก", "ภายนอก", "", "ศธ 04999"), "รหัสหนังสือ", "เว้นว่าง"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_is_named_and_nothing_is_stored(taking: Taking, case: str) -> None:
    row, column, words = BAD[case]
    with pytest.raises(RowsRefused) as refusal:
        taking.take(KIND, OFFICES, NEW, row)
    (problem,) = refusal.value.problems
    assert (problem.row, problem.column) == (3, column)
    assert words in problem.what
    assert office(taking, "901") is None
    assert office(taking, "902") is None


def test_a_code_twice_in_the_file_names_the_first_row(taking: Taking) -> None:
    with pytest.raises(RowsRefused) as refusal:
        taking.take(KIND, OFFICES, NEW, (), NEW)
    assert [(p.row, "แถว 2" in p.what) for p in refusal.value.problems] == [(4, True)]


def test_numbering_that_has_begun_is_not_moved(taking: Taking, world: World) -> None:
    with taking.database.transaction() as session:
        world.sent_letter(session, to=("school_a",))
    with pytest.raises(RowsRefused) as refusal:
        taking.take(KIND, OFFICES, ("D", "สพป.ตัวอย่าง เขต 2", "", "", "ศธ 04998"))
    (problem,) = refusal.value.problems
    assert problem.column == "รหัสหนังสือ"


def test_a_closed_office_is_not_changed(taking: Taking) -> None:
    taking.take(KIND, OFFICES, NEW)
    with taking.database.transaction() as session:
        closed = session.scalars(select(Office).where(Office.code == "901")).one()
        closed.opened_on, closed.closed_on = date(2020, 1, 1), date(2021, 1, 1)
    with pytest.raises(RowsRefused):
        taking.take(KIND, OFFICES, ("901", "ชื่ออื่น"))
