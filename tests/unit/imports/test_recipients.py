"""Recipient lists from Excel: exactly the members that the file names."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eoffice.imports.columns import ImportKind
from eoffice.imports.rules import RowsRefused
from eoffice.routing.models import RecipientList, RecipientListMember
from eoffice.users.models import Office
from tests.unit.imports.taking import Taking
from tests.unit.imports.workbooks import LISTS

KIND = ImportKind.RECIPIENTS


def members(taking: Taking, name: str, owner: str = "D") -> list[str]:
    with taking.database.reading() as session:
        own = select(Office.id).where(Office.code == owner).scalar_subquery()
        query = (
            select(Office.code)
            .join(RecipientListMember, RecipientListMember.office_id == Office.id)
            .join(RecipientList, RecipientList.id == RecipientListMember.list_id)
            .where(RecipientList.name == name, RecipientList.office_id == own)
        )
        return sorted(session.scalars(query))


def test_one_row_or_many_make_one_list(taking: Taking) -> None:
    report = taking.take(KIND, LISTS, ("แกนนำ", "001, 002"), ("แกนนำ", "003"), ("อื่น", "001;X01"))
    assert members(taking, "แกนนำ") == ["001", "002", "003"]
    assert members(taking, "อื่น") == ["001", "X01"]
    assert [change.row for change in report.changes] == [2, 4]


def test_again_nothing_and_other_members_replace(taking: Taking) -> None:
    taking.take(KIND, LISTS, ("แกนนำ", "001 002"))
    assert [c.kind for c in taking.take(KIND, LISTS, ("แกนนำ", "002 001")).changes] == ["คงเดิม"]
    (change,) = taking.take(KIND, LISTS, ("แกนนำ", "002 003")).changes
    assert "เพิ่ม 1 นำออก 1" in change.what
    assert members(taking, "แกนนำ") == ["002", "003"]


def test_a_school_owns_lists_of_its_own(taking: Taking) -> None:
    header = ("เจ้าของ", *LISTS)
    taking.take(KIND, header, ("001", "เพื่อนบ้าน", "002"), ("", "เพื่อนบ้าน", "003"))
    assert members(taking, "เพื่อนบ้าน", "001") == ["002"]
    assert members(taking, "เพื่อนบ้าน") == ["003"]


BAD = {
    "unknown office": (("", "แกนนำ", "777"), "รหัสหน่วยงาน", "777"),
    "no name": (("", "", "001"), "กลุ่มผู้รับ", "ยังไม่ได้กรอก"),
    "no members": (("", "แกนนำ", ""), "รหัสหน่วยงาน", "ยังไม่ได้กรอก"),
    "itself": (("001", "แกนนำ", "001"), "รหัสหน่วยงาน", "ตนเอง"),
    "unknown owner": (("777", "แกนนำ", "001"), "รหัสหน่วยงานเจ้าของ", "777"),
    "agency owns": (("X01", "แกนนำ", "001"), "รหัสหน่วยงานเจ้าของ", "ภายนอก"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_is_named_and_nothing_is_stored(taking: Taking, case: str) -> None:
    row, column, words = BAD[case]
    with pytest.raises(RowsRefused) as refusal:
        taking.take(KIND, ("เจ้าของ", *LISTS), ("", "ดี", "001"), row)
    (problem,) = refusal.value.problems
    assert (problem.row, problem.column) == (3, column)
    assert words in problem.what
    assert members(taking, "ดี") == []
