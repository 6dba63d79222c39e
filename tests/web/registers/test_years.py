"""How an office numbers in a year, and confirming after a restore, at their pages."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eoffice.registers.models import Book, OfficeYear, RegisterEntry
from eoffice.registers.services.settings import lock_numbering, numbering_is_locked
from eoffice.verbs import Verb
from tests.plugins.web import location, on_sqlite, said

CONFIRM = "/registers/confirm"
TYPED = {"prefix": "ศธ 04999.001", "circular_series": "own", "version": "1"}


def page_of(stage, office="school_a", year=0):
    return f"/offices/{stage.world.public[office]}/numbering/{stage.world.year + year}"


def settings_of(stage, office="school_a", year=0):
    with stage.database.reading() as session:
        return session.get(OfficeYear, (stage.world.offices[office], stage.world.year + year))


def book(stage, series, office="school_a"):
    with stage.database.reading() as session:
        own = Book.office_id == stage.world.offices[office]
        return session.scalars(select(Book).where(own, Book.series == series)).one_or_none()


@pytest.mark.parametrize("desk", ["a_registrar", "a_admin"])
def test_the_office_sets_its_year_before_the_first_number(stage, client, desk):
    person, page = client(desk), page_of(stage)
    sent = person.form(page, page).to_dict()
    sent |= {"prefix": "ศธ ๐๔๙๙๙.๐๑๑", "circular_series": "shared", "first_receive": "๕๐๑"}
    with stage.leaves(Verb.SET_NUMBERING, desk, "office", chain=0) as trace:
        assert location(person.post(page, **sent)) == page
    assert trace["facts"]["first_numbers"]["receive"] == 501
    row = settings_of(stage)
    assert (row.prefix, row.circular_series) == ("ศธ 04999.011", "shared")
    before = stage.everything()
    assert location(person.post(page, **sent)) == page
    assert stage.everything() == before
    assert stage.make(stage.world.outside_letter, "a_registrar").entry.number == 501
    assert "เริ่มแล้ว" in person.page(page)


def test_the_second_of_two_who_set_the_year_is_told_and_loses_nothing(
    stage, client, nothing_written
):
    page = page_of(stage)
    first, second = client("a_registrar"), client("a_admin")
    stale = second.form(page, page).to_dict() | {"prefix": "ศธ 04999.077"}
    assert location(first.submit(page, page, prefix="ศธ 04999.055")) == page
    with nothing_written():
        answer = second.post(page, **stale)
        assert answer.status_code == 409
        assert "หลังจากที่ท่านเปิดหน้านี้" in said(answer)
        assert 'value="ศธ 04999.077"' in answer.text
        assert second.post(page, **stale | {"version": None}).status_code == 422
    assert location(second.submit(page, page, prefix="ศธ 04999.077")) == page
    assert (settings_of(stage).prefix, settings_of(stage).version) == ("ศธ 04999.077", 3)


def test_what_a_number_has_settled_is_shown_and_not_changed(stage, client):
    stage.make(stage.world.numbered_letter, "a_registrar")
    registrar, page = client("a_registrar"), page_of(stage)
    shown = registrar.page(page)
    assert "กำหนดแล้วสำหรับปีนี้" in shown
    assert 'name="first_send"' not in shown
    assert 'type="radio"' not in shown
    before = stage.everything()
    for wrong in ({"prefix": "ศธ 04999.099"}, {"circular_series": "shared"}, {"first_send": "9"}):
        answer = registrar.post(page, **TYPED | wrong)
        assert answer.status_code == 409, said(answer)
        assert "ออกเลขไปแล้ว" in said(answer)
    assert stage.everything() == before
    assert location(registrar.submit(page, page, numbers_announcements="y"))
    assert settings_of(stage).numbers_announcements
    following = page_of(stage, year=1)
    assert location(registrar.submit(following, following, prefix="ศธ 04999.099"))
    assert settings_of(stage, year=1).prefix == "ศธ 04999.099"


@pytest.mark.parametrize(
    ("typed", "said_back"),
    [
        ({"prefix": "04999"}, "อักษรไทย 2 ตัว"),
        ({"first_order": "0"}, "ตั้งแต่ 1 ขึ้นไป"),
        ({"first_order": "45.1"}, "จำนวนเต็ม"),
        ({"circular_series": "other"}, ""),
    ],
)
@on_sqlite
def test_wrong_settings_are_said_and_kept(stage, client, nothing_written, typed, said_back):
    registrar = client("a_registrar")
    with nothing_written():
        answer = registrar.post(page_of(stage), **TYPED | typed)
        assert answer.status_code == 422
        assert said_back in said(answer)


@on_sqlite
def test_numbering_is_set_by_the_own_office_or_the_district(stage, client, nothing_written):
    people = {d: client(d) for d in ("a_teacher", "a_director", "b_registrar", "c_registrar")}
    registrar, admin = client("a_registrar"), client("admin")
    with nothing_written():
        for desk, person in people.items():
            assert person.get(page_of(stage)).status_code == 404, desk
            assert person.post(page_of(stage), **TYPED).status_code == 404, desk
        for year in (-1, 2, 900):
            assert registrar.get(page_of(stage, year=year)).status_code == 404
            assert registrar.post(page_of(stage, year=year), **TYPED).status_code == 404
        assert admin.get(page_of(stage, "agency")).status_code == 404
    assert location(admin.submit(page_of(stage), page_of(stage), prefix="ศธ 04999.001"))


def test_confirming_first_shows_what_will_be_burned(stage, client):
    for _ in range(2):
        stage.make(stage.world.numbered_letter)
    sent = book(stage, "send", "district")
    stage.make(lock_numbering, "restored")
    admin = client("admin")
    assert 'href="/registers/confirm"' in admin.page("/account")
    page = admin.page(CONFIRM)
    assert f'name="last-{sent.public_id}"' in page
    missing = f"last-{stage.world.public['school_b']}/send/{stage.world.year}"
    assert f'name="{missing}"' in page
    typed = {f"last-{sent.public_id}": "๕", missing: "2", "remark": "ตามทะเบียนที่พิมพ์ไว้"}
    before = stage.everything()
    shown = admin.post(CONFIRM, **typed)
    assert shown.status_code == 200
    assert stage.everything() == before
    words = said(shown)
    assert "เลข 3 ถึง 5 รวม 3 เลข" in words
    assert "เลข 1 ถึง 2 รวม 2 เลข" in words
    assert "จะถูกยกเลิกและไม่ออกอีก" in words
    fields = admin.hidden() | typed | {"_do": "confirm"}
    with stage.leaves(Verb.CONFIRM_NUMBERING, "admin", "", chain=0, text="ตามทะเบียนที่พิมพ์ไว้"):
        assert location(admin.post(CONFIRM, **fields)) == CONFIRM
    assert location(admin.post(CONFIRM, **fields)) == CONFIRM
    with stage.database.reading() as session:
        assert not numbering_is_locked(session)
        own = select(RegisterEntry.number).where(
            RegisterEntry.book_id == sent.id, RegisterEntry.state == "cancelled"
        )
        assert sorted(session.scalars(own)) == [3, 4, 5]
    assert stage.make(stage.world.numbered_letter).letter_no == "ศธ 04999/6"
    assert stage.make(stage.world.numbered_letter, "b_registrar").letter_no.endswith("/3")
    assert "ไม่มีการกู้คืนที่รอยืนยัน" in admin.page(CONFIRM)
    assert 'href="/registers/confirm"' not in admin.page("/account")
    assert admin.post(CONFIRM, **typed, _do="confirm").status_code == 409


@on_sqlite
def test_wrong_last_numbers_are_refused_and_kept(stage, client, nothing_written):
    for _ in range(3):
        stage.make(stage.world.numbered_letter)
    field = f"last-{book(stage, 'send', 'district').public_id}"
    stage.make(lock_numbering, "restored")
    admin = client("admin")
    with nothing_written():
        for typed, said_back in (
            ("2", "ต้องไม่น้อยกว่านี้"),
            ("45.1", "ระบบไม่รับการแทรกเลข"),
            ("9999", "มากผิดปกติ"),
        ):
            answer = admin.post(CONFIRM, **{field: typed}, _do="confirm")
            assert answer.status_code == 422
            assert said_back in said(answer)
            assert f'value="{typed}"' in answer.text


@on_sqlite
def test_only_the_district_confirms(stage, client, stranger, nothing_written):
    stage.make(lock_numbering, "restored")
    people = [client(desk) for desk in ("registrar", "director", "a_admin", "auditor", "visitor")]
    with nothing_written():
        for person in people:
            assert person.get(CONFIRM).status_code == 403
            assert person.post(CONFIRM, _do="confirm").status_code == 403
            assert 'href="/registers/confirm"' not in person.page("/account")
        assert stranger.post(CONFIRM, _do="confirm").location == "/sign-in"
