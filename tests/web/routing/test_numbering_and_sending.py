"""Giving numbers and sending at the letter's page: reserved numbers, dates, sending again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.registers.services.numbering import reserve_number
from eoffice.routing.models import Reminder
from eoffice.routing.services.approving import withdraw
from eoffice.routing.services.receiving import reject
from eoffice.thai import thai_date
from tests.plugins.web import location, on_sqlite, said
from tests.world import stored_file


@pytest.fixture
def signed(stage):
    return stage.make(stage.world.signed_letter, to=("school_a", "school_b"))


def verbs(stage) -> list[str]:
    with stage.database.reading() as session:
        return list(session.scalars(select(Activity.verb).order_by(Activity.id)))


def test_number_and_sending_are_one_act(stage, client, signed):
    registrar, page = client("registrar"), f"/letters/{signed.public_id}"
    before = len(verbs(stage))
    answer = registrar.submit(page, "/issue-number", and_send="1")
    assert location(answer) == page
    letter = stage.row(signed)
    assert (letter.state, letter.letter_no) == ("sent", "ศธ 04999/1")
    assert verbs(stage)[before:] == ["issue_number", "send"]
    assert f"ออกเลข {letter.letter_no} และส่งถึง 2 แห่งแล้ว" in said(registrar.get(page))


@on_sqlite
def test_a_sending_that_fails_uses_no_number(stage, client, nothing_written):
    letter = stage.make(stage.world.signed_letter)
    registrar, page = client("registrar"), f"/letters/{letter.public_id}"
    form = registrar.form(page, "/issue-number").to_dict()
    with nothing_written():
        answer = registrar.post(f"{page}/issue-number", **form | {"and_send": "1"})
    assert answer.status_code == 422
    assert "ยังไม่ได้เลือกผู้รับ" in said(answer)
    assert location(registrar.post(f"{page}/issue-number", **form))
    assert stage.row(letter).letter_no == "ศธ 04999/1"


@on_sqlite
def test_a_reserved_number_is_offered_taken_once_and_keeps_its_day(stage, client, nothing_written):
    entry = stage.act("registrar", reserve_number, series="send", count=1, reason="รอคำสั่ง")[0]
    first, second = (stage.make(stage.world.signed_letter) for _ in range(2))
    registrar = client("registrar")
    with clock.travelling(clock.now() + timedelta(days=1)):
        registrar = client("registrar")
        page = f"/letters/{first.public_id}"
        assert "จองวันที่" in registrar.page(page)
        location(registrar.submit(page, "/issue-number", reserved=entry.public_id))
        letter = stage.row(first)
        assert letter.letter_no == "ศธ 04999/1"
        assert letter.letter_date == entry.entered_on
        assert letter.numbered_at > entry.entered_at
        with nothing_written():
            again = registrar.post(
                f"/letters/{second.public_id}/issue-number",
                version=str(second.version),
                reserved=entry.public_id,
            )
        assert again.status_code in (404, 409)


@on_sqlite
def test_a_number_reserved_by_another_office_is_absent(stage, client, nothing_written):
    foreign = stage.act("a_registrar", reserve_number, series="send", count=1, reason="จอง")[0]
    letter = stage.make(stage.world.signed_letter)
    registrar = client("registrar")
    url = f"/letters/{letter.public_id}/issue-number"
    version = str(letter.version)
    with nothing_written():
        hidden = registrar.post(url, version=version, reserved=foreign.public_id)
        absent = registrar.post(url, version=version, reserved="0" * 20)
    assert hidden.status_code == absent.status_code
    assert said(hidden).split("รหัสสำหรับ")[0] == said(absent).split("รหัสสำหรับ")[0]
    assert hidden.status_code in (404, 409, 422)


@on_sqlite
def test_a_date_that_runs_back_wants_a_reason(stage, client, signed, nothing_written):
    registrar = client("registrar")
    url = f"/letters/{signed.public_id}/issue-number"
    yesterday = clock.today() - timedelta(days=1)
    form = {"version": str(signed.version), "letter_date": thai_date(yesterday)}
    with nothing_written():
        answer = registrar.post(url, **form)
        assert answer.status_code == 422
        assert "กรุณากรอกเหตุผล" in said(answer)
        assert registrar.post(url, **form | {"letter_date": "เมื่อวาน"}).status_code == 422
    location(registrar.post(url, **form | {"reason": "ลงนามเมื่อวานหลังเลิกงาน"}))
    assert stage.row(signed).letter_date == yesterday


@on_sqlite
def test_the_number_is_the_servers(stage, client, signed):
    registrar = client("registrar")
    forged = {"number": "45.1", "letter_no": "ศธ 04999/45.1", "entry_id": "1", "no_key": "x"}
    url = f"/letters/{signed.public_id}/issue-number"
    location(registrar.post(url, version=str(signed.version), **forged))
    assert stage.row(signed).letter_no == "ศธ 04999/1"


@on_sqlite
def test_a_rejected_letter_goes_again_only_to_who_rejected_it(stage, client):
    letter = stage.make(stage.world.sent_letter, to=("school_a", "school_b"))
    delivery = stage.make(stage.world.delivery, letter, "school_b")
    stage.act("b_registrar", reject, delivery.public_id, reason="แนบไม่ครบ")
    registrar, page = client("registrar"), f"/letters/{letter.public_id}"
    assert "แนบไม่ครบ" in registrar.page(f"{page}/deliveries")
    location(registrar.submit(page, "/send"))
    assert "ส่งถึง 1 แห่งแล้ว" in said(registrar.get(page))
    assert "ขอเชิญประชุม" in client("b_registrar").page("/inbox")


def test_reminding_is_once_a_day_each(stage, client, nothing_written):
    letter = stage.make(stage.world.sent_letter, to=("school_a", "school_b"))
    page = f"/letters/{letter.public_id}"
    registrar = client("registrar")
    location(registrar.submit(page, "/remind"))
    with nothing_written():
        answer = registrar.post(f"{page}/remind")
    assert answer.status_code == 409
    assert "พรุ่งนี้" in said(answer)
    with clock.travelling(clock.now() + timedelta(days=1)):
        tomorrow = client("registrar")
        location(tomorrow.post(f"{page}/remind"))
    with stage.database.reading() as session:
        assert len(session.scalars(select(Reminder.delivery_id)).all()) == 4


@on_sqlite
def test_recalling_chosen_deliveries_recalls_no_other(stage, client):
    letter = stage.make(stage.world.sent_letter, to=("school_a", "school_b"))
    first, second = (
        stage.make(stage.world.delivery, letter, office) for office in ("school_a", "school_b")
    )
    registrar = client("registrar")
    url = f"/letters/{letter.public_id}/recall"
    fields = {"version": str(letter.version), "reason": "ส่งผิด", "picked": first.public_id}
    location(registrar.post(url, **fields))
    assert (stage.row(first).state, stage.row(second).state) == ("recalled", "arrived")


@on_sqlite
def test_one_foreign_delivery_among_the_chosen_recalls_nothing(stage, client, nothing_written):
    letter = stage.make(stage.world.sent_letter, to=("school_a",))
    other = stage.make(stage.world.sent_letter, "a_registrar", to=("school_b",))
    own = stage.make(stage.world.delivery, letter, "school_a")
    foreign = stage.make(stage.world.delivery, other, "school_b")
    registrar = client("registrar")
    fields = {"version": str(letter.version), "reason": "ส่งผิด"}
    url = f"/letters/{letter.public_id}/recall"
    with nothing_written():
        answer = registrar.post(url, **fields, picked=[own.public_id, foreign.public_id])
        absent = registrar.post(url, **fields, picked=[own.public_id, "0" * 20])
    assert (answer.status_code, absent.status_code) == (404, 404)
    assert answer.data == absent.data


@on_sqlite
def test_what_is_signed_is_what_was_shown(stage, client, nothing_written):
    letter = stage.make(stage.world.proposed_letter, "officer", to=("school_a",))
    director, page = client("director"), f"/letters/{letter.public_id}"
    form = director.form(page, "/sign").to_dict()
    stage.act("officer", withdraw, letter.public_id, version=letter.version)
    officer = client("officer")
    location(officer.submit(f"{page}/edit", "/edit", body="ข้อความที่เปลี่ยน"))
    location(officer.submit(page, "/propose"))
    now = stage.row(letter).version
    with nothing_written():
        assert director.post(f"{page}/sign", **form).status_code == 409
        changed = director.post(f"{page}/sign", **form | {"version": str(now), "_once": "d" * 32})
    assert changed.status_code == 409
    assert "เอกสารเปลี่ยนไป" in said(changed)


@on_sqlite
def test_a_letter_without_text_or_file_is_not_proposed(stage, client, nothing_written):
    empty = stage.make(stage.world.draft_letter, body="")
    filed = stage.make(stage.world.draft_letter, body="", files=(stored_file(),))
    registrar = client("registrar")
    with nothing_written():
        answer = registrar.post(f"/letters/{empty.public_id}/propose", version=str(empty.version))
    assert answer.status_code == 422
    assert "ยังไม่มีไฟล์หรือข้อความ" in said(answer)
    assert location(registrar.submit(f"/letters/{filed.public_id}", "/propose"))
