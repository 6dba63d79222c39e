"""People from Excel: person, account, post, roles, holding; codes for those who are new."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.imports.columns import ImportKind
from eoffice.imports.rules import CHANGED, SAME, RowsRefused
from eoffice.thai import thai_date
from eoffice.users.accounts import Account, AccountCode
from eoffice.users.desks import desks_of
from eoffice.users.models import Group, Holding, Person, Post
from eoffice.users.services.accounts import activate, token_hash
from tests.unit.imports.taking import Taking
from tests.unit.imports.workbooks import PEOPLE

KIND = ImportKind.PEOPLE
CLERK = ("นาง", "มานี", "ตัวอย่างดี", "Manee.T", "002", "ธุรการเพิ่ม", "ธุรการโรงเรียน")
SECOND = ("นาง", "มานี", "ตัวอย่างดี", "manee.t", "003", "ธุรการเพิ่ม", "ธุรการโรงเรียน, ครู")


def person(taking: Taking, username: str = "manee.t") -> Person:
    with taking.database.reading() as session:
        return session.scalars(
            select(Person)
            .join(Account, Account.person_id == Person.id)
            .where(Account.username == username)
        ).one()


def desks(taking: Taking, username: str = "manee.t") -> list[tuple[str, str, frozenset[str], str]]:
    with taking.database.reading() as session:
        found = desks_of(session, person(taking, username).id)
    return [(d.office_name, d.post_title, d.roles, d.kind) for d in found]


def holdings(taking: Taking, username: str = "manee.t") -> list[Holding]:
    with taking.database.reading() as session:
        query = select(Holding).where(Holding.person_id == person(taking, username).id)
        return list(session.scalars(query.order_by(Holding.id)))


def test_one_person_at_two_schools_is_one_account_with_two_desks(taking: Taking) -> None:
    report = taking.take(KIND, PEOPLE, CLERK, SECOND)
    assert [(roles, kind) for _, _, roles, kind in desks(taking)] == [
        (frozenset({"registrar"}), "substantive"),
        (frozenset({"registrar", "officer"}), "substantive"),
    ]
    assert [holding.is_main for holding in holdings(taking)] == [True, False]
    assert [code.username for code in report.codes] == ["manee.t"]


def test_the_code_opens_the_account_once_and_is_stored_as_a_hash(taking: Taking) -> None:
    (code,) = taking.take(KIND, PEOPLE, CLERK).codes
    with taking.database.reading() as session:
        row = session.scalars(select(AccountCode)).all()[-1]
    assert row.code_hash == token_hash(code.code)
    assert row.expires_at - row.created_at == timedelta(hours=taking.settings.code_hours)
    with taking.database.transaction() as session:
        password = "seven-lanterns-41"
        activate(session, SYSTEM, username="manee.t", code=code.code, password=password, light=True)


def test_the_same_file_again_changes_nothing(taking: Taking) -> None:
    day = clock.today()
    acting = (
        *("นาย", "ปิติ", "สมมติวงศ์", "piti.s", "002", "ผู้อำนวยการโรงเรียน", "ผู้อำนวยการ"),
        *("รักษาราชการแทน", thai_date(day), thai_date(day + timedelta(days=9)), "12/2569"),
    )
    rows = (CLERK, SECOND, acting)
    taking.take(KIND, PEOPLE, *rows)
    before = (len(holdings(taking)), len(holdings(taking, "piti.s")))
    again = taking.take(KIND, PEOPLE, *rows)
    assert [change.kind for change in again.changes] == [SAME, SAME, SAME]
    assert again.codes == []
    assert (len(holdings(taking)), len(holdings(taking, "piti.s"))) == before == (2, 1)


def test_codes_are_renewed_when_asked_for_accounts_that_wait(taking: Taking) -> None:
    (first,) = taking.take(KIND, PEOPLE, CLERK).codes
    (second,) = taking.take(
        KIND, PEOPLE, CLERK, renews_codes=True, codes_path=taking.folder / "b.csv"
    ).codes
    assert first.code != second.code
    with taking.database.reading() as session:
        live = session.scalars(select(AccountCode).where(AccountCode.ended_at.is_(None))).all()
    assert [row.code_hash for row in live] == [token_hash(second.code)]


def test_acting_for_a_post_finds_the_post_that_is_there(taking: Taking) -> None:
    with taking.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Post))
    last = clock.today() + timedelta(days=30)
    row = (
        *("นาย", "ปิติ", "สมมติวงศ์", "piti.s", "002", "ผู้อำนวยการโรงเรียน", ""),
        *("รักษาการในตำแหน่ง", "", thai_date(last), "99/2569"),
    )
    taking.take(KIND, PEOPLE, PEOPLE_ROW_OF_A_TEACHER, row)
    with taking.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Post)) == (before or 0) + 1
    kinds = {kind: roles for _, _, roles, kind in desks(taking, "piti.s")}
    assert kinds["in_charge"] == frozenset({"director"})
    assert holdings(taking, "piti.s")[-1].ends_on == last


PEOPLE_ROW_OF_A_TEACHER = ("นาย", "ปิติ", "สมมติวงศ์", "piti.s", "002", "ครูใหม่", "ครู")


def test_two_teachers_with_one_title_have_two_posts(taking: Taking) -> None:
    other = ("นาย", "วีระ", "สมมติวงศ์", "wira.s", "002", "ครูใหม่", "ครู")
    taking.take(KIND, PEOPLE, PEOPLE_ROW_OF_A_TEACHER, other)
    first, second = holdings(taking, "piti.s")[0], holdings(taking, "wira.s")[0]
    assert first.post_id != second.post_id


def test_names_are_changed_by_username(taking: Taking) -> None:
    taking.take(KIND, PEOPLE, CLERK)
    report = taking.take(KIND, PEOPLE, ("นาง", "มานี", "สมมติสกุล", *CLERK[3:]))
    assert [change.kind for change in report.changes] == [CHANGED]
    assert person(taking).last_name == "สมมติสกุล"


def test_a_holding_ends_on_the_day_that_the_file_says(taking: Taking) -> None:
    taking.take(KIND, PEOPLE, CLERK)
    ended = (*CLERK, "", "", thai_date(clock.today()))
    assert [c.kind for c in taking.take(KIND, PEOPLE, ended).changes] == [CHANGED]
    assert [c.kind for c in taking.take(KIND, PEOPLE, ended).changes] == [SAME]
    assert [holding.ends_on for holding in holdings(taking)] == [clock.today()]


def test_a_new_group_is_added_and_said(taking: Taking) -> None:
    header = (*PEOPLE, "กลุ่ม")
    row = (*CLERK[:4], "D", "นักวิชาการ", "เจ้าหน้าที่ / ครู", "", "", "", "", "กลุ่มทดลอง")
    report = taking.take(KIND, header, row)
    assert any("กลุ่มทดลอง" in change.what for change in report.changes)
    with taking.database.reading() as session:
        group = session.scalars(select(Group).where(Group.name == "กลุ่มทดลอง")).one()
        post = session.scalars(select(Post).where(Post.title == "นักวิชาการ")).one()
    assert post.group_id == group.id


BAD = {
    "no office": ((*CLERK[:4], "", *CLERK[5:]), "รหัสหน่วยงาน", "ยังไม่ได้กรอก"),
    "unknown office": ((*CLERK[:4], "777", *CLERK[5:]), "รหัสหน่วยงาน", "777"),
    "agency": ((*CLERK[:4], "X01", *CLERK[5:]), "รหัสหน่วยงาน", "ภายนอก"),
    "no name": (("นาง", "", *CLERK[2:]), "ชื่อ", "ยังไม่ได้กรอก"),
    "citizen id": ((*CLERK[:3], "1234567890123", *CLERK[4:]), "ชื่อผู้ใช้", "ประชาชน"),
    "thai username": ((*CLERK[:3], "มานี", *CLERK[4:]), "ชื่อผู้ใช้", "อังกฤษ"),
    "role": ((*CLERK[:6], "ธุรการโรงเรียน, ราชา"), "บทบาท", "ราชา"),
    "district role at a school": ((*CLERK[:6], "ผู้ตรวจสอบ"), "บทบาท", "สำนักงานเขต"),
    "no role": (CLERK[:6], "", "บทบาท"),
    "kind": ((*CLERK, "ยืม"), "การดำรงตำแหน่ง", "รักษาราชการแทน"),
    "date": ((*CLERK, "", "31 ก.พ. 2569"), "ตั้งแต่วันที่", "31 ก.พ. 2569"),
    "no order": ((*CLERK, "รักษาราชการแทน", "", "1/1/2600"), "เลขที่คำสั่ง", "เลขที่คำสั่ง"),
    "dates": ((*CLERK, "", "2/1/2569", "1/1/2569"), "ถึงวันที่", "วันสิ้นสุด"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_is_named_and_nothing_is_stored(taking: Taking, case: str) -> None:
    row, column, words = BAD[case]
    good = ("นาย", "วีระ", "สมมติวงศ์", "wira.s", "002", "ครูใหม่", "ครู")
    with pytest.raises(RowsRefused) as refusal:
        taking.take(KIND, PEOPLE, good, row)
    assert [(p.row, p.column) for p in refusal.value.problems] == [(3, column)]
    assert words in refusal.value.problems[0].what
    with taking.database.reading() as session:
        names = session.scalars(select(Account.username).where(Account.username == "wira.s"))
        assert names.all() == []


def test_every_bad_cell_of_a_row_is_told_at_once(taking: Taking) -> None:
    row = ("นาย", "", "", "ก", "777", "", "ราชา", "ยืม", "x", "y")
    with pytest.raises(RowsRefused) as refusal:
        taking.take(KIND, PEOPLE, row)
    names = "ชื่อ นามสกุล ชื่อผู้ใช้ รหัสหน่วยงาน ตำแหน่ง บทบาท การดำรงตำแหน่ง ตั้งแต่วันที่ ถึงวันที่"
    assert {problem.column for problem in refusal.value.problems} == set(names.split())


def test_one_username_for_two_names_is_refused(taking: Taking) -> None:
    other = ("นาย", "ปิติ", "สมมติวงศ์", "MANEE.t", "002", "ครูใหม่", "ครู")
    with pytest.raises(RowsRefused) as refusal:
        taking.take(KIND, PEOPLE, CLERK, other)
    (problem,) = refusal.value.problems
    assert (problem.row, problem.column) == (3, "ชื่อผู้ใช้")
    assert "มานี ตัวอย่างดี" in problem.what


def test_acting_is_not_prolonged_without_a_new_order(taking: Taking) -> None:
    day = clock.today()
    row = (*CLERK, "รักษาราชการแทน", thai_date(day))
    taking.take(KIND, PEOPLE, (*row, thai_date(day + timedelta(days=5)), "5/2569"))
    with pytest.raises(RowsRefused, match="1 รายการ"):
        taking.take(KIND, PEOPLE, (*row, thai_date(day + timedelta(days=50)), "5/2569"))
