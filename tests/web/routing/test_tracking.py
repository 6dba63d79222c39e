"""Tracking a sent letter: who has received, by network; calls noted; the Excel files."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.db import new_public_id
from eoffice.documents.queries import load_visible
from eoffice.routing.models import PhoneConfirmation, Reminder
from eoffice.routing.rules import ConfirmedInFuture, DeliveryMoved, NobodyConfirmed
from eoffice.routing.services.approving import close_letter
from eoffice.routing.services.following import confirm_by_phone
from eoffice.routing.services.receiving import open_delivery, receive
from eoffice.users.models import Network, Office
from eoffice.users.rules import RoleMissing
from eoffice.users.services.organisation import add_network, set_network
from eoffice.verbs import Verb
from tests.plugins.web import location, said


@pytest.fixture
def circular(stage):
    """A letter to the three schools: A in a network of its own, received; B opened it."""

    def prepared(session):
        world = stage.world
        other = add_network(session, world.actor(session, "admin"), name="เครือข่ายอื่น")
        office = session.get_one(Office, world.offices["school_a"])
        set_network(session, world.actor(session, "admin"), office, other.id)
        letter = world.sent_letter(session, to=("school_a", "school_b", "school_c"))
        return letter, other.public_id

    letter, network = stage.make(prepared)
    deliveries = {
        name: stage.make(stage.world.delivery, letter, name).public_id
        for name in ("school_a", "school_b", "school_c")
    }
    stage.act("a_registrar", receive, deliveries["school_a"])
    stage.act("b_registrar", open_delivery, deliveries["school_b"])
    return letter, deliveries, network


def _url(letter, **query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/letters/{letter.public_id}/deliveries" + (f"?{asked}" if asked else "")


def test_the_page_sums_by_network_and_filters(stage, client, circular):
    letter, _, network = circular
    page = client("registrar")
    whole = said(page.get(_url(letter)))
    assert "เตือนที่ยังไม่ลงรับ 2 แห่ง" in whole
    assert "เครือข่ายอื่น (1/1)" in whole
    only = said(page.get(_url(letter, network=network)))
    assert "บ้านตัวอย่างเหนือ" in only
    assert "บ้านตัวอย่างใต้" not in only
    assert "ยืนยันทางโทรศัพท์" not in only


def test_reminding_a_network_reminds_no_other(stage, client, circular):
    letter, _, network = circular
    url = f"/letters/{letter.public_id}/remind"
    page = client("registrar")
    assert page.post(url, network=network).status_code == 409
    with stage.database.reading() as session:
        office = session.get_one(Office, stage.world.offices["school_b"])
        shared = session.get_one(Network, office.network_id).public_id
    stage.make(lambda session: _move_out(session, stage.world, "school_c"))
    answer = page.submit(_url(letter, network=shared), url)
    assert location(answer) == _url(letter, network=shared)
    assert _reminded(stage) == 1
    assert "วันนี้เตือนครบแล้ว" in said(page.get(_url(letter, network=shared)))
    assert location(page.submit(_url(letter), url)) == _url(letter)
    assert _reminded(stage) == 2
    assert page.post(url).status_code == 409


def _move_out(session, world, name):
    office = session.get_one(Office, world.offices[name])
    set_network(session, world.actor(session, "admin"), office, None)


def _reminded(stage):
    with stage.database.reading() as session:
        return len(session.scalars(select(Reminder)).all())


def test_a_call_is_noted_and_shown_with_its_trace(stage, client, circular):
    letter, deliveries, _ = circular
    url = f"/deliveries/{deliveries['school_b']}/phone"
    person = client("registrar")
    form = person.form(url, url).to_dict()
    called = {"with_whom": "นายนอก ธุรการโรงเรียน", "called_at": "00.05", "note": "จะลงรับบ่ายนี้"}
    with stage.leaves(Verb.CONFIRM_BY_PHONE, "registrar", "delivery") as seen:
        assert location(person.post(url, **form | called)) == _url(letter)
    assert seen["facts"]["with_whom"] == called["with_whom"]
    before = stage.everything()
    assert location(person.post(url, **form | called)) == _url(letter)
    assert stage.everything() == before
    page = said(person.get(_url(letter)))
    assert "กับนายนอก ธุรการโรงเรียน" in page
    assert "จะลงรับบ่ายนี้" in page
    assert "จะลงรับบ่ายนี้" not in said(client("b_registrar").get(_url(letter)))


def test_a_wrong_call_loses_nothing_typed(client, circular, nothing_written):
    _, deliveries, _ = circular
    url = f"/deliveries/{deliveries['school_b']}/phone"
    person = client("registrar")
    form = person.form(url, url).to_dict()
    with nothing_written():
        for wrong in ({"with_whom": ""}, {"called_at": "25.00"}, {"called_on": "วันนั้น"}):
            answer = person.post(url, **form | {"with_whom": "ครูเวร", "note": "ย้ำแล้ว"} | wrong)
            assert answer.status_code == 422
            assert "ย้ำแล้ว" in answer.text
        later = {"with_whom": "ครูเวร", "called_on": "31/12/2590"}
        assert person.post(url, **form | later).status_code == 422


def test_a_call_is_the_senders_and_of_what_waits(stage, client, circular, nothing_written):
    _, deliveries, _ = circular
    url = f"/deliveries/{deliveries['school_b']}/phone"
    done = f"/deliveries/{deliveries['school_a']}/phone"
    desks = ("b_registrar", "a_registrar", "a_teacher", "director", "registrar")
    people = {desk: client(desk) for desk in desks}
    with nothing_written():
        receiver = people["b_registrar"]
        absent = receiver.post(f"/deliveries/{new_public_id()}/phone", with_whom="ก")
        for desk in desks[:3]:
            hidden = people[desk].post(url, with_whom="ก")
            assert (hidden.status_code, desk) == (404, desk)
        assert receiver.post(url, with_whom="ก").data == absent.data
        assert people["director"].post(url, with_whom="ก").status_code == 403
        assert people["registrar"].post(done, with_whom="ก").status_code == 409
        assert "ไม่ได้รอลงรับแล้ว" in said(people["registrar"].get(done))


def test_the_service_refuses_the_same(stage, circular):
    _, deliveries, _ = circular
    b, a = deliveries["school_b"], deliveries["school_a"]
    stage.refuses(NobodyConfirmed, "registrar", confirm_by_phone, b, with_whom=" ")
    stage.refuses(DeliveryMoved, "registrar", confirm_by_phone, a, with_whom="ครู")
    stage.refuses(RoleMissing, "director", confirm_by_phone, b, with_whom="ครู")
    later = clock.now() + timedelta(minutes=5)
    stage.refuses(
        ConfirmedInFuture, "registrar", confirm_by_phone, b, with_whom="ครู", confirmed_at=later
    )


def test_a_noted_call_cannot_be_changed(stage, circular):
    _, deliveries, _ = circular
    stage.act("registrar", confirm_by_phone, deliveries["school_b"], with_whom="ครูเวร")
    with pytest.raises(Exception, match="append-only"), stage.database.transaction() as session:
        session.scalars(select(PhoneConfirmation)).one().with_whom = "อื่น"


def _sheet(answer):
    assert answer.status_code == 200
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    rows = openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True)
    return list(rows)


def test_tracking_goes_to_excel_as_filtered(stage, client, circular):
    letter, deliveries, network = circular
    stage.act("registrar", confirm_by_phone, deliveries["school_b"], with_whom="=1+1")
    rows = _sheet(client("registrar").get(f"/letters/{letter.public_id}/deliveries.xlsx"))
    assert rows[0][0] == f"ติดตามการรับหนังสือที่ {letter.letter_no}"
    assert [row[1] for row in rows[4:]] == [
        "โรงเรียนบ้านตัวอย่างเหนือ",
        "โรงเรียนบ้านตัวอย่างใต้",
        "โรงเรียนบ้านตัวอย่างกลาง",
    ]
    assert [row[4] for row in rows[4:]] == ["ลงรับแล้ว", "เปิดอ่านแล้ว", "ถึงปลายทาง"]
    assert rows[4][8] == f"1/{clock.this_year()}"
    assert "=1+1" in rows[5][11]
    url = f"/letters/{letter.public_id}/deliveries.xlsx?network={network}"
    assert len(_sheet(client("registrar").get(url))) == 5
    own = _sheet(client("b_registrar").get(f"/letters/{letter.public_id}/deliveries.xlsx"))
    assert [row[1] for row in own[4:]] == ["โรงเรียนบ้านตัวอย่างใต้"]
    assert "=1+1" not in str(own)
    assert client("a_teacher").get(url).status_code == 404


def test_a_closed_letter_is_still_tracked(stage, client, circular):
    letter, _, _ = circular
    with stage.database.transaction() as session:
        actor = stage.world.actor(session, "registrar")
        seen = load_visible(session, actor, letter.public_id)
        close_letter(session, actor, letter.public_id, version=seen.version)
    page = said(client("registrar").get(_url(letter)))
    assert "ลงรับแล้ว 1 จาก 3 แห่ง" in page


def test_a_register_goes_to_excel_whole(stage, client, circular):
    letter, _, _ = circular
    year = clock.this_year()
    rows = _sheet(client("registrar").get(f"/registers/outgoing/{year}.xlsx"))
    assert rows[3][:3] == ("เลขทะเบียนส่ง", "ที่", "ลงวันที่")
    assert rows[4][1] == letter.letter_no
    assert rows[4][5] == letter.subject
    incoming = _sheet(client("a_registrar").get(f"/registers/incoming/{year}.xlsx"))
    assert incoming[3][0] == "เลขทะเบียนรับ"
    assert incoming[4][0] == 1
    assert client("a_teacher").get(f"/registers/incoming/{year}.xlsx").status_code == 403
    assert client("registrar").get("/registers/outgoing/1999.xlsx").status_code == 404
    page = client("registrar").page(f"/registers/outgoing/{year}")
    assert f"/registers/outgoing/{year}.xlsx" in page
