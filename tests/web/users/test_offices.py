"""Offices, groups and networks at their pages, for the district's and an office's administrator."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from eoffice.users.models import Group, Network, Office
from eoffice.verbs import Verb
from tests.plugins.web import location, on_sqlite, said
from tests.world import big_world

NEW_OFFICE = {
    "kind": "school",
    "code": "104",
    "name": "โรงเรียนบ้านตัวอย่าง 104",
    "short_name": "รร.บ้านตัวอย่าง 104",
    "saraban_email": "saraban_104@school.example",
}


def test_the_district_adds_a_school_to_its_network(stage, client):
    admin = client("admin")
    network = stage.world.public["network"]
    fields = admin.form("/offices/new", "/offices/new").to_dict()
    sent = fields | NEW_OFFICE | {"network": network}
    with stage.leaves(Verb.ADD_OFFICE, "admin", "office", chain=0):
        answer = admin.post("/offices/new", **sent)
    with stage.database.reading() as session:
        office = session.scalars(select(Office).where(Office.code == "104")).one()
    assert location(answer) == f"/offices/{office.public_id}"
    assert office.network_id == stage.world.network_id
    assert "รร.บ้านตัวอย่าง 104" in admin.page(location(answer))
    assert "104" in admin.page(f"/offices?q=ตัวอย่าง 104&network={network}")
    before = stage.everything()
    assert location(admin.post("/offices/new", **sent)) == location(answer)
    assert stage.everything() == before


@pytest.mark.parametrize(
    ("typed", "status", "said_back"),
    [
        ({"code": "001"}, 409, "มีหน่วยงานอื่นใช้แล้ว"),
        ({"name": ""}, 422, "กรุณากรอกชื่อ"),
        ({"code": " "}, 422, ""),
        ({"kind": "district"}, 422, ""),
        ({"network": "0" * 20}, 422, ""),
        ({"saraban_email": "ไม่ใช่อีเมล"}, 422, "อีเมลต้องอยู่ในรูป"),
        ({"name": "ก" * 201}, 422, ""),
        ({"address": "ก\x00ข"}, 422, "อักขระที่มองไม่เห็น"),
    ],
)
@on_sqlite
def test_a_wrong_office_is_refused_and_nothing_typed_is_lost(
    stage, client, nothing_written, typed, status, said_back
):
    admin = client("admin")
    with nothing_written():
        answer = admin.post("/offices/new", **NEW_OFFICE | typed)
        assert answer.status_code == status, said(answer)
        assert said_back in said(answer)
        assert "saraban_104" in answer.text or "saraban_email" in typed


@on_sqlite
def test_others_than_the_district_add_no_offices_and_no_networks(stage, client, nothing_written):
    people = [client(desk) for desk in ("a_admin", "a_registrar", "auditor", "visitor")]
    with nothing_written():
        for person in people:
            assert person.post("/offices/new", **NEW_OFFICE).status_code == 403
            assert person.post("/networks", name="เครือข่ายใหม่").status_code == 403
            for url in ("/offices/new", "/networks"):
                assert person.get(url).status_code == 403


@on_sqlite
def test_an_office_administrator_is_led_to_the_own_office(stage, client):
    admin, own = client("a_admin"), stage.world.public["school_a"]
    assert admin.get("/offices").headers["Location"] == f"/offices/{own}"
    page = admin.page(f"/offices/{own}")
    assert "โรงเรียนบ้านตัวอย่างเหนือ" in page
    assert "ยุบเลิกหน่วยงานนี้" not in page
    assert admin.get(f"/offices/{own}/close").status_code == 403
    for name in ("district", "school_b", "agency"):
        for path in ("", "/edit", "/close", "/posts/new", "/people/new"):
            answer = admin.get(f"/offices/{stage.world.public[name]}{path}")
            assert answer.status_code == 404, f"{name}{path}"


@on_sqlite
def test_who_administers_nothing_finds_nothing(stage, client):
    for desk in ("a_teacher", "registrar", "director", "auditor"):
        person = client(desk)
        shown = person.page("/account")
        for url in ("/offices", "/people", "/networks"):
            assert f'href="{url}"' not in shown
            assert person.get(url).status_code == 403
    shown = client("a_admin").page("/account")
    assert 'href="/offices"' in shown and 'href="/people"' in shown
    assert 'href="/networks"' not in shown
    assert 'href="/registers/' not in shown


def test_changing_facts_keeps_the_rest_and_refuses_a_stale_page(stage, client):
    admin, office = client("a_admin"), stage.world.public["school_a"]
    page = f"/offices/{office}/edit"
    stale = admin.form(page, "/edit").to_dict()
    assert location(admin.submit(page, "/edit", phone="0 7400 1111", all_staff_read="y"))
    with stage.database.reading() as session:
        row = session.get_one(Office, stage.world.offices["school_a"])
        assert (row.phone, row.all_staff_read) == ("0 7400 1111", True)
        assert row.network_id == stage.world.network_id
        assert row.name == "โรงเรียนบ้านตัวอย่างเหนือ"
    answer = admin.post(page, **stale | {"phone": "0 7400 2222"})
    assert answer.status_code == 409
    assert "เปิดหน้านี้ใหม่" in said(answer)
    assert "0 7400 2222" in answer.text


def test_only_the_district_moves_a_school_to_another_network(stage, client):
    page = f"/offices/{stage.world.public['school_a']}/edit"
    answer = client("a_admin").submit(page, "/edit", network="")
    assert location(answer)
    with stage.database.reading() as session:
        row = session.get_one(Office, stage.world.offices["school_a"])
        assert row.network_id == stage.world.network_id
    assert location(client("admin").submit(page, "/edit", network=""))
    with stage.database.reading() as session:
        assert session.get_one(Office, stage.world.offices["school_a"]).network_id is None


@on_sqlite
def test_letting_all_staff_read_gives_an_administrator_nothing_to_read(stage, client):
    """C: administrators read no letters by role, not even through the switch they can turn."""
    letter = stage.make(stage.world.received_letter).letter
    admin, teacher = client("a_admin"), client("a_teacher")
    page = f"/offices/{stage.world.public['school_a']}/edit"
    assert teacher.get(f"/letters/{letter.public_id}").status_code == 404
    assert location(admin.submit(page, "/edit", all_staff_read="y"))
    assert teacher.get(f"/letters/{letter.public_id}").status_code == 200
    for desk in ("a_admin", "admin"):
        person = client(desk)
        assert person.get(f"/letters/{letter.public_id}").status_code == 404
        assert letter.subject not in person.page("/inbox")
        for url in ("/registers/incoming", "/registers/outgoing", "/books"):
            assert person.get(url).status_code == 403


def test_networks_are_added_once(stage, client):
    admin = client("admin")
    with stage.leaves(Verb.ADD_NETWORK, "admin", "network", chain=0):
        assert location(admin.submit("/networks", "/networks", name=" เครือข่ายชายทะเล "))
    with stage.database.reading() as session:
        names = session.scalars(select(Network.name)).all()
    assert "เครือข่ายชายทะเล" in names
    answer = admin.submit("/networks", "/networks", name="เครือข่ายชายทะเล")
    assert answer.status_code == 409
    assert "มีชื่อ" in said(answer)
    assert "เครือข่ายชายทะเล" in admin.page("/offices")


def test_groups_stand_in_the_order_in_which_they_were_added(stage, client):
    admin, office = client("a_admin"), stage.world.public["school_a"]
    for name in ("งานวิชาการ", "งานบุคคล"):
        assert location(admin.submit(f"/offices/{office}", "/groups", name=name))
    with stage.database.reading() as session:
        own = select(Group).where(Group.office_id == stage.world.offices["school_a"])
        found = session.scalars(own.order_by(Group.position)).all()
    assert [(row.name, row.position) for row in found] == [("งานวิชาการ", 1), ("งานบุคคล", 2)]
    assert client("a_admin").submit(f"/offices/{office}", "/groups", name=" ").status_code == 422


def test_the_district_pages_through_its_offices_by_code(stage, client):
    stage.make(big_world, stage.world, 60)
    seen, url = [], "/offices?kind=school"
    while url:
        page = client("admin").page(url)
        seen += re.findall(r'data-label="รหัส">(\d+)<', page)
        found = re.search(r'href="([^"]+after=[^"]+)"[^>]*rel="next"', page)
        url = found[1].replace("&amp;", "&") if found else ""
    assert seen == [f"{number:03}" for number in range(1, 64)]


def test_the_district_changes_a_code_on_the_page_of_facts(stage, client, nothing_written):
    admin, office = client("admin"), stage.world.public["school_a"]
    page = f"/offices/{office}/edit"
    with nothing_written():
        taken = admin.submit(page, "/edit", code="002", phone="0 7400 3333")
        assert (taken.status_code, "0 7400 3333" in taken.text) == (409, True)
        empty = admin.submit(page, "/edit", code=" ")
        assert (empty.status_code, "กรุณากรอกรหัสหน่วยงาน" in said(empty)) == (422, True)
    assert location(admin.submit(page, "/edit", code="90010001"))
    assert "รหัส 90010001" in said(admin.get(f"/offices/{office}"))


@on_sqlite
def test_an_office_administrator_is_shown_no_code_and_sets_none(stage, client):
    admin, office = client("a_admin"), stage.world.public["school_a"]
    assert "code" not in admin.form(f"/offices/{office}/edit", "/edit").to_dict()
    assert location(admin.submit(f"/offices/{office}/edit", "/edit", code="90010001"))
    with stage.database.reading() as session:
        assert session.get_one(Office, stage.world.offices["school_a"]).code == "001"
