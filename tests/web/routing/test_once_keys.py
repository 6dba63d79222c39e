"""One form is one effect and one answer, however often and however simultaneously it is sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.documents.models import Letter
from eoffice.registers.models import RegisterEntry
from eoffice.users.accounts import OnceKey
from tests.plugins.web import Browser, location, on_sqlite, said

NEW = "/letters/new"
FORM = {"kind": "external", "subject": "ขอเชิญประชุม", "urgency": "normal", "secrecy": "normal"}


@pytest.fixture
def arrived(stage):
    letter = stage.make(stage.world.sent_letter)
    return stage.make(stage.world.delivery, letter)


def count(stage, table) -> int:
    with stage.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def letter_of(session, delivery) -> Letter:
    return session.get_one(Letter, delivery.letter_id)


def another_window(person: Browser) -> Browser:
    """The same browser's next window: the same cookies, the same token."""
    cookie = person.client.get_cookie("eoffice")
    window = Browser(person.app, desk=person.desk)
    window.client.set_cookie("eoffice", cookie.value)
    return window


@on_sqlite
@pytest.mark.parametrize("times", [2, 10])
def test_the_same_form_again_is_the_same_answer(stage, client, times):
    officer = client("officer")
    form = officer.form(NEW, NEW).to_dict() | FORM
    answers = {location(officer.post(NEW, **form)) for _ in range(times)}
    assert len(answers) == 1
    assert (count(stage, Letter), count(stage, OnceKey)) == (1, 1)


def test_ten_simultaneous_clicks_are_one_receipt(stage, client, arrived):
    clerk = client("a_registrar")
    url = f"/deliveries/{arrived.public_id}/receive"
    page = f"/letters/{stage.make(letter_of, arrived).public_id}"
    form = clerk.form(page, url).to_dict()
    windows = [another_window(clerk) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda window: window.post(url, **form), windows))
    assert len({location(answer) for answer in answers}) == 1
    with stage.database.reading() as session:
        receipts = session.scalars(select(Activity).where(Activity.verb == "receive")).all()
    assert len(receipts) == 1
    assert stage.row(arrived).receive_no == f"1/{stage.world.year}"


def test_ten_simultaneous_forms_are_one_receipt_and_nine_conflicts(stage, client, arrived):
    clerk = client("a_registrar")
    url = f"/deliveries/{arrived.public_id}/receive"
    token = clerk.token()
    windows = [another_window(clerk) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda window: window.post(url, csrf_token=token), windows))
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 9
    assert count(stage, RegisterEntry) == 2, "one of sending, one of receiving"


@on_sqlite
def test_a_refused_form_may_be_sent_again(stage, client):
    officer = client("officer")
    form = officer.form(NEW, NEW).to_dict() | FORM
    assert officer.post(NEW, **form | {"subject": ""}).status_code == 422
    assert count(stage, OnceKey) == 0
    assert location(officer.post(NEW, **form))


@on_sqlite
def test_a_key_of_another_form_does_nothing_and_says_so(stage, client, arrived, nothing_written):
    clerk = client("a_registrar")
    form = clerk.form(NEW, NEW).to_dict() | FORM
    location(clerk.post(NEW, **form))
    with nothing_written():
        answer = clerk.post(f"/deliveries/{arrived.public_id}/receive", _once=form["_once"])
    assert answer.status_code == 409
    assert "ยังไม่ได้บันทึก" in said(answer)


@on_sqlite
def test_keys_are_a_persons_own(stage, client):
    first, second = client("officer"), client("registrar")
    key = {"_once": "b" * 32}
    one = location(first.post(NEW, **FORM | key))
    two = location(second.post(NEW, **FORM | key))
    assert one != two
    assert count(stage, Letter) == 2


@on_sqlite
def test_a_replay_of_the_next_day_is_still_the_same_answer(client, stage):
    officer = client("officer")
    form = officer.form(NEW, NEW).to_dict() | FORM
    first = location(officer.post(NEW, **form))
    with clock.travelling(clock.now() + timedelta(hours=20)):
        later = client("officer")
        again = later.post(NEW, **form | {"csrf_token": later.token()})
    assert location(again) == first
    assert count(stage, Letter) == 1


@on_sqlite
def test_the_key_may_come_in_a_header(client, stage):
    officer = client("officer")
    header = {"Idempotency-Key": "c" * 32}
    first = officer.post(NEW, **FORM | {"_once": None}, headers=header)
    again = officer.post(NEW, **FORM | {"_once": None}, headers=header)
    assert location(first) == location(again)
    assert count(stage, Letter) == 1
