"""Reserving numbers at the page, cancelling them, and insertion refused with advice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eoffice.db import new_public_id
from eoffice.registers.models import OfficeYear, RegisterEntry
from eoffice.registers.services.numbering import reserve_number
from eoffice.registers.services.settings import lock_numbering
from eoffice.verbs import Verb
from tests.plugins.web import location, on_sqlite, said

PAGE = "/registers/reserve"
GIVEN = {"series": "send", "count": "1", "reason": "รอหนังสือจากกลุ่มแผน"}


def numbers(stage):
    with stage.database.reading() as session:
        return [row.number for row in session.scalars(select(RegisterEntry))]


@pytest.fixture
def held(stage):
    return stage.act("registrar", reserve_number, series="send", reason="รอหนังสือ")[0]


def test_numbers_are_reserved_once_and_listed(stage, client):
    registrar = client("registrar")
    sent = registrar.form(PAGE, PAGE).to_dict() | GIVEN | {"count": "๓", "wanted_no": "๑"}
    with stage.leaves(
        Verb.RESERVE_NUMBER, "registrar", "register_entry", text=GIVEN["reason"]
    ) as trace:
        assert location(registrar.post(PAGE, **sent)) == PAGE
    assert trace["facts"]["numbers"] == [1, 2, 3]
    before = stage.everything()
    assert location(registrar.post(PAGE, **sent)) == PAGE
    assert stage.everything() == before
    shown = said(registrar.get(PAGE))
    assert "เลขที่จองไว้ 3 เลข" in shown
    assert GIVEN["reason"] in shown
    assert 'href="/registers/reserve"' in registrar.page("/account")


@pytest.mark.parametrize("typed", ["45.1", "45 ก", "45/1", "๔๕.๑", "2", "7"])
@on_sqlite
def test_a_number_in_between_is_refused_with_advice(stage, client, nothing_written, held, typed):
    registrar = client("registrar")
    expected = held.number + 1
    if typed == str(expected):
        assert location(registrar.post(PAGE, **GIVEN, wanted_no=typed))
        return
    with nothing_written():
        answer = registrar.post(PAGE, **GIVEN, wanted_no=typed)
        assert answer.status_code == 422
        assert "ระบบไม่รับการแทรกเลข" in said(answer)
        assert "เลขที่จองไว้" in said(answer)
        assert typed in answer.text
        assert GIVEN["reason"] in answer.text


@pytest.mark.parametrize(
    ("typed", "said_back"),
    [
        ({"reason": " "}, "เหตุผล"),
        ({"reason": ""}, "กรุณากรอกเหตุผล"),
        ({"count": "0"}, "ครั้งละ 1 ถึง 50"),
        ({"count": "51"}, "ครั้งละ 1 ถึง 50"),
        ({"count": "สาม"}, "จำนวนเต็ม"),
        ({"series": "receive"}, ""),
        ({"series": "announcement"}, ""),
    ],
)
@on_sqlite
def test_a_wrong_form_takes_no_number(stage, client, nothing_written, typed, said_back):
    registrar = client("registrar")
    with nothing_written():
        answer = registrar.post(PAGE, **GIVEN | typed)
        assert answer.status_code == 422
        assert said_back in said(answer)


@on_sqlite
def test_series_are_offered_as_the_office_numbers(stage, client):
    def share(session):
        row = session.get_one(OfficeYear, (stage.world.offices["district"], stage.world.year))
        row.circular_series, row.numbers_announcements = "shared", True

    assert 'value="circular"' in client("registrar").page(PAGE)
    stage.make(share)
    shown = client("registrar").page(PAGE)
    assert 'value="circular"' not in shown
    assert 'value="announcement"' in shown
    register = client("registrar").page(f"/registers/circulars/{stage.world.year}")
    assert "หนังสือเวียนใช้ ว กับเลขหนังสือส่ง" in register


def test_a_reserved_number_is_cancelled_once_with_a_reason(stage, client, held):
    registrar, url = client("registrar"), f"/registers/entries/{held.public_id}/cancel"
    sent = registrar.form(PAGE, url).to_dict() | {"reason": "ไม่มีหนังสือแล้ว"}
    with stage.leaves(Verb.CANCEL_NUMBER, "registrar", "register_entry", text="ไม่มีหนังสือแล้ว"):
        assert location(registrar.post(url, **sent)) == PAGE
    assert stage.row(held).state == "cancelled"
    assert location(registrar.post(url, **sent)) == PAGE
    before = stage.everything()
    answer = registrar.post(url, reason="อีกครั้ง")
    assert answer.status_code == 409
    assert stage.everything() == before
    assert location(registrar.post(PAGE, **GIVEN))
    assert sorted(numbers(stage)) == [1, 2]


@on_sqlite
def test_others_neither_reserve_nor_cancel(stage, client, stranger, held, nothing_written):
    url = f"/registers/entries/{held.public_id}/cancel"
    hidden_from = {d: client(d) for d in ("b_registrar", "a_registrar", "officer", "admin")}
    director, registrar = client("director"), client("registrar")
    with nothing_written():
        for desk, person in hidden_from.items():
            answer = person.post(url, reason="ทดสอบ")
            assert answer.status_code == 404, desk
            absent = person.post(f"/registers/entries/{new_public_id()}/cancel", reason="ก")
            assert answer.data == absent.data
        assert director.post(url, reason="ทดสอบ").status_code == 403
        assert registrar.post(url, reason=" ").status_code == 422
        assert registrar.post(url).status_code == 422
        assert registrar.get(url).status_code == 405
        for person in (director, hidden_from["officer"], hidden_from["admin"]):
            assert person.get(PAGE).status_code == 403
            assert person.post(PAGE, **GIVEN).status_code == 403
        assert stranger.post(PAGE, **GIVEN).location == "/sign-in"
        assert registrar.post(PAGE, **GIVEN, _once=None).status_code == 400
        other = registrar.post(PAGE, **GIVEN | {"_desk": hidden_from["a_registrar"].desk})
        assert other.status_code == 409


@on_sqlite
def test_after_a_restore_no_number_is_reserved(stage, client, nothing_written):
    stage.make(lock_numbering, "restored")
    registrar = client("registrar")
    with nothing_written():
        answer = registrar.post(PAGE, **GIVEN)
        assert answer.status_code == 409
        assert "กู้คืน" in said(answer)
        assert GIVEN["reason"] in answer.text
