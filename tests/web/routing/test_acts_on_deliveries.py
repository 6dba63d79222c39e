"""The acts on a delivery and on the case it opened: receiving, rejecting, what became of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.registers.models import RegisterEntry
from eoffice.routing.models import Case, Delivery
from eoffice.routing.services.casework import close_case
from eoffice.routing.services.receiving import receive, void
from eoffice.thai import thai_date
from eoffice.verbs import Verb
from tests.plugins.web import location, on_sqlite, said
from tests.web.acts import EveryWebAct, WebAct, make_ready

REASON = "ส่งผิดหน่วยงาน"


def _arrived(world, session):
    return world.delivery(session, world.sent_letter(session))


def _received(world, session):
    return world.received_letter(session).delivery


def _outgoing(world, session):
    return world.delivery(session, world.sent_letter(session, to=("agency",)), "agency")


def _from_outside(world, session):
    return world.outside_letter(session, "a_registrar").delivery


def _voided(world, session):
    delivery = _from_outside(world, session)
    return void(session, world.actor(session, "a_registrar"), delivery.public_id, reason=REASON)


def _closed_case(world, session):
    case = world.received_letter(session).case
    actor = world.actor(session, "a_registrar")
    return close_case(session, actor, case.public_id, version=case.version)


def _act(verb, path, prepare, **details):
    given = {
        "by": "a_registrar",
        "outsider": "b_registrar",
        "wrong_role": "a_director",
        "kind": "delivery",
        "is_versioned": False,
    }
    return WebAct(verb, f"/deliveries/{{id}}/{path}", prepare, **given | details)


ACTS = [
    _act(
        Verb.OPEN,
        "open",
        _arrived,
        by="a_director",
        outsider="b_director",
        wrong_role="",
        again=303,
    ),
    _act(Verb.RECEIVE, "receive", _arrived),
    _act(
        Verb.REJECT,
        "reject",
        _arrived,
        wrong_state=_received,
        fields={"reason": REASON},
        text=REASON,
        leads_to="/inbox",
        again=404,
    ),
    _act(
        Verb.VOID,
        "void",
        _from_outside,
        wrong_state=_received,
        fields={"reason": REASON},
        text=REASON,
        leads_to="/inbox?state=received",
    ),
    _act(
        Verb.RECORD_DELIVERED,
        "delivered",
        _outgoing,
        by="registrar",
        wrong_role="director",
        page="/letters/{letter}/deliveries",
        leads_to="/letters/{letter}/deliveries",
        fields={"delivered_to": "งานสารบรรณ", "proof": "EB 1234 5678 9 TH"},
    ),
    _act(
        Verb.RECORD_FAILED,
        "failed",
        _outgoing,
        by="registrar",
        wrong_role="director",
        page="/letters/{letter}/deliveries",
        leads_to="/letters/{letter}/deliveries",
        fields={"reason": "ที่อยู่ไม่ชัดเจน"},
        text="ที่อยู่ไม่ชัดเจน",
    ),
    WebAct(
        Verb.CLOSE_CASE,
        "/cases/{id}/close",
        lambda world, session: world.received_letter(session).case,
        by="a_registrar",
        outsider="b_registrar",
        wrong_state=_closed_case,
        kind="case",
        leads_to="/inbox?state=received",
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryWebAct):
    pass


def test_the_second_clerk_is_told_who_received_when_and_under_which_number(stage, client):
    ready = make_ready(stage, _arrived)
    first, second = client("a_registrar"), client("a_registrar")
    url = f"/deliveries/{ready.public_id}/receive"
    assert location(first.post(url)) == f"/letters/{ready.letter_id}"
    answer = second.post(url)
    assert answer.status_code == 409
    for word in ("นางสาวมานี ครูธุรการ", f"1/{stage.world.year}", str(stage.world.year)):
        assert word in said(answer)


def test_receiving_gives_the_next_number_opens_a_case_and_tells_the_sender(stage, client):
    ready = make_ready(stage, _arrived)
    answer = client("a_registrar").submit("/", f"{ready.public_id}/receive")
    assert location(answer) == "/"
    with stage.database.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        case = session.scalars(select(Case)).one()
        entry = session.get_one(RegisterEntry, delivery.entry_id)
    assert (delivery.state, delivery.receive_no) == ("received", f"1/{stage.world.year}")
    assert (case.delivery_id, case.entry_id, case.state) == (delivery.id, entry.id, "registered")
    tracking = client("registrar").page(f"/letters/{ready.letter_id}/deliveries")
    assert delivery.receive_no in tracking


@on_sqlite
def test_the_director_of_the_receiving_office_reads_but_does_not_receive(stage, client):
    make_ready(stage, _arrived)
    page = client("a_director").page("/inbox")
    assert "ขอเชิญประชุมผู้บริหารโรงเรียน" in page
    assert "/receive" not in page


@on_sqlite
def test_another_desk_of_the_same_person_is_told_where_to_go(stage, client, nothing_written):
    ready = make_ready(stage, _arrived)
    other_desk = client("c_registrar")
    with nothing_written():
        answer = other_desk.post(f"/deliveries/{ready.public_id}/receive")
    assert answer.status_code == 403
    assert "สลับไปโต๊ะของหน่วยงานนั้น" in said(answer)


@on_sqlite
def test_the_sender_may_not_receive_nor_the_receiver_record(stage, client, nothing_written):
    arrived = make_ready(stage, _arrived)
    registrar, clerk = client("registrar"), client("a_registrar")
    with nothing_written():
        assert registrar.post(f"/deliveries/{arrived.public_id}/receive").status_code == 403
        for path in ("delivered", "failed"):
            answer = clerk.post(f"/deliveries/{arrived.public_id}/{path}", reason="ไม่ถึง")
            assert answer.status_code == 404


@on_sqlite
@pytest.mark.parametrize("path", ["reject", "void", "failed"])
def test_a_reason_is_wanted_and_what_was_typed_stays(stage, client, nothing_written, path):
    prepare = {"reject": _arrived, "void": _from_outside, "failed": _outgoing}[path]
    ready = make_ready(stage, prepare)
    person = client("registrar" if path == "failed" else "a_registrar")
    url = f"/deliveries/{ready.public_id}/{path}"
    with nothing_written():
        answer = person.post(url, reason="  ")
        assert answer.status_code == 422
        assert "กรุณากรอกเหตุผล" in said(answer)
        long = "เหตุผลยาว " * 60
        answer = person.post(
            url, reason=long, headers={"Referer": f"http://localhost/letters/{ready.letter_id}"}
        )
        assert answer.status_code == 422
        assert long.strip() in answer.text


@on_sqlite
def test_a_day_of_delivery_is_understood_or_refused(stage, client, nothing_written):
    ready = make_ready(stage, _outgoing)
    person = client("registrar")
    url = f"/deliveries/{ready.public_id}/delivered"
    for wrong in ("เมื่อวาน", "31 ก.พ. 2569", "1/1/99999", "๙" * 400):
        with nothing_written():
            answer = person.post(url, delivered_on=wrong)
            assert answer.status_code == 422, wrong
    assert location(person.post(url, delivered_on=thai_date(clock.today())))
    with stage.database.reading() as session:
        assert session.scalars(select(Delivery)).one().delivered_on == clock.today()


@on_sqlite
def test_recalled_between_page_and_click(stage, client, nothing_written):
    ready = make_ready(stage, _arrived)
    clerk = client("a_registrar")
    form = clerk.form("/", f"{ready.public_id}/receive")
    registrar = client("registrar")
    letter = f"/letters/{ready.letter_id}"
    assert location(registrar.submit(letter, "/recall", reason="ส่งผิด")) == letter
    with nothing_written():
        answer = clerk.post(f"/deliveries/{ready.public_id}/receive", **form)
    assert answer.status_code == 404
    assert "ขอเชิญประชุม" not in clerk.page("/inbox")


@on_sqlite
def test_received_between_page_and_recall(stage, client, nothing_written):
    ready = make_ready(stage, _arrived)
    registrar = client("registrar")
    letter = f"/letters/{ready.letter_id}"
    form = registrar.form(letter, "/recall")
    stage.act("a_registrar", receive, ready.public_id)
    with nothing_written():
        answer = registrar.post(f"{letter}/recall", **form.to_dict() | {"reason": "ส่งผิด"})
    assert answer.status_code == 409
    assert "ลงรับหนังสือฉบับนี้แล้ว" in said(answer)
