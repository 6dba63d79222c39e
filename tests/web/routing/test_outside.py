"""Registering a letter from outside: paper or e-mail with its scan, duplicates asked about."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from eoffice.activity.models import Activity
from eoffice.documents.models import Attachment, Letter
from eoffice.routing.models import Case, Delivery
from eoffice.verbs import Verb
from tests.plugins.web import location, on_sqlite, said, stored_files, upload
from tests.unit.documents.made_files import text_pdf

URL = "/letters/outside/new"
SCAN = text_pdf("Scan")
FORM = {
    "origin": "paper",
    "sender": "องค์การบริหารส่วนตำบลตัวอย่าง",
    "letter_no": "ตย ๗๒๐๐๑/๑๕",
    "letter_date": "10 พ.ย. 2569",
    "subject": "ขอใช้สถานที่จัดกิจกรรม",
    "urgency": "urgent",
    "secrecy": "normal",
}


def test_a_paper_letter_gets_the_next_number_its_scan_and_a_case(stage, client):
    clerk = client("a_registrar")
    with stage.leaves(Verb.REGISTER_OUTSIDE, "a_registrar", "delivery") as trace:
        answer = clerk.submit(URL, URL, **FORM, files=upload(SCAN, "สแกน.pdf"))
    page = clerk.get(location(answer))
    assert f"เลขรับ 1/{stage.world.year}" in said(page)
    with stage.database.reading() as session:
        letter = session.scalars(select(Letter)).one()
        delivery = session.scalars(select(Delivery)).one()
        assert session.scalars(select(Attachment.name)).all() == ["สแกน.pdf"]
        assert session.scalars(select(Case.delivery_id)).one() == delivery.id
    assert (letter.origin, letter.state, letter.office_id) == ("paper", "sent", None)
    assert (delivery.state, delivery.receive_no) == ("received", f"1/{stage.world.year}")
    assert trace["facts"]["sender"] == FORM["sender"]


def test_a_possible_duplicate_is_asked_about_and_nothing_typed_is_lost(
    stage, client, nothing_written
):
    clerk = client("a_registrar")
    location(clerk.submit(URL, URL, **FORM))
    form = clerk.form(URL, URL).to_dict() | FORM | {"letter_no": "ตย 72001/15", "remark": "มาอีกฉบับ"}
    with nothing_written():
        answer = clerk.post(URL, **form)
    assert answer.status_code == 409
    assert "อาจลงรับซ้ำ" in said(answer)
    assert f"1/{stage.world.year}" in said(answer)
    assert "มาอีกฉบับ" in answer.text
    assert "is_confirmed" in answer.text
    confirmed = clerk.post(URL, **form | {"is_confirmed": "y"})
    assert f"เลขรับ 2/{stage.world.year}" in said(clerk.get(location(confirmed)))


@on_sqlite
@pytest.mark.parametrize(
    "other",
    [{"letter_no": "ตย 72001/16"}, {"letter_date": "11 พ.ย. 2569"}, {"letter_no": ""}],
    ids=str,
)
def test_another_number_or_day_is_another_letter(client, other):
    clerk = client("a_registrar")
    location(clerk.submit(URL, URL, **FORM))
    assert location(clerk.submit(URL, URL, **FORM | other))


@on_sqlite
def test_the_same_letter_at_another_school_is_no_duplicate(client):
    assert location(client("a_registrar").submit(URL, URL, **FORM))
    assert location(client("b_registrar").submit(URL, URL, **FORM))


@on_sqlite
def test_one_click_is_one_number(stage, client, nothing_written):
    clerk = client("a_registrar")
    form = clerk.form(URL, URL).to_dict() | FORM
    first = location(clerk.post(URL, **form))
    with nothing_written():
        assert location(clerk.post(URL, **form)) == first


@on_sqlite
@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": " "},
        {"subject": ""},
        {"origin": "system"},
        {"origin": "fax"},
        {"letter_date": "30 ก.พ. 2569"},
        {"secrecy": "confidential"},
        {"sender": "ก" * 301},
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_nothing_is_kept(client, nothing_written, settings, wrong):
    clerk = client("a_registrar")
    form = clerk.form(URL, URL).to_dict() | FORM | {"remark": "จดไว้ก่อน"} | wrong
    with nothing_written():
        answer = clerk.post(URL, **form, files=upload(SCAN, "สแกน.pdf"))
    assert answer.status_code == 422
    assert "จดไว้ก่อน" in answer.text
    assert stored_files(settings) == []


@on_sqlite
def test_top_secret_is_refused_with_one_line_in_the_log(stage, client, settings):
    clerk = client("a_registrar")
    before = stage.everything()
    answer = clerk.submit(
        URL, URL, **FORM | {"secrecy": "top_secret"}, files=upload(SCAN, "สแกน.pdf")
    )
    after = stage.everything()
    assert answer.status_code == 422
    assert "กระดาษ" in said(answer)
    assert stored_files(settings) == []
    changed = {table for table in after if after[table] != before[table]}
    assert changed == {"activity", "chain_heads", "jobs"}
    assert len(after["activity"]) == len(before["activity"]) + 1
    with stage.database.reading() as session:
        row = session.scalars(select(Activity).order_by(Activity.id.desc()).limit(1)).one()
    assert row.verb == Verb.REFUSE_TOP_SECRET.value
    assert FORM["subject"] not in row.facts


@on_sqlite
def test_only_a_registrar_registers(client, stranger, nothing_written):
    people = [client(name) for name in ("a_director", "a_teacher", "a_admin", "visitor")]
    with nothing_written():
        assert stranger.post(URL, **FORM).location == "/sign-in"
        assert stranger.get(URL).status_code == 302
        for person in people:
            assert person.get(URL).status_code == 403
            assert person.post(URL, **FORM).status_code == 403


@on_sqlite
def test_the_number_and_the_office_are_the_servers(stage, client):
    forged = {
        "receive_no": "999/2569",
        "number": "999",
        "office_id": str(stage.world.offices["school_b"]),
        "state": "arrived",
        "settled_by_name": "ปลอม",
        "arrived_at": "2001-01-01",
    }
    location(client("a_registrar").submit(URL, URL, **FORM | forged))
    with stage.database.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        assert session.scalar(select(func.count()).select_from(Letter)) == 1
    assert delivery.receive_no == f"1/{stage.world.year}"
    assert delivery.office_id == stage.world.offices["school_a"]
    assert delivery.settled_by_name == "นางสาวมานี ครูธุรการ"
    assert delivery.arrived_at is not None
    assert delivery.arrived_at.year > 2001
