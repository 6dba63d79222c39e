"""Recipient lists of the desk's office at their pages."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eoffice.db import new_public_id
from eoffice.routing.models import RecipientList, RecipientListMember
from eoffice.routing.services.addressing import set_recipient_list
from eoffice.verbs import Verb
from tests.plugins.web import location, on_sqlite, said


@pytest.fixture
def kept(stage):
    """A list of school A with two offices."""
    offices = [stage.world.public["district"], stage.world.public["school_b"]]
    return stage.act("a_registrar", set_recipient_list, name="กลุ่มนำร่อง", offices=offices)


def members(stage, name):
    with stage.database.reading() as session:
        rows = session.scalars(
            select(RecipientListMember.office_id)
            .join(RecipientList, RecipientList.id == RecipientListMember.list_id)
            .where(RecipientList.name == name)
        )
        return set(rows)


def test_a_list_is_made_once_and_offered_to_writers(stage, client):
    registrar = client("a_registrar")
    shown = registrar.form("/recipient-lists/new", "/recipient-lists/new").to_dict()
    sent = shown | {"name": "โรงเรียนขยายโอกาส", "to_offices": [stage.world.public["school_c"]]}
    with stage.leaves(Verb.SET_RECIPIENT_LIST, "a_registrar", "recipient_list"):
        answer = registrar.post("/recipient-lists/new", **sent)
        assert location(answer) == "/recipient-lists"
    before = stage.everything()
    assert location(registrar.post("/recipient-lists/new", **sent)) == location(answer)
    assert stage.everything() == before
    assert members(stage, "โรงเรียนขยายโอกาส") == {stage.world.offices["school_c"]}
    assert "โรงเรียนขยายโอกาส" in registrar.page("/letters/new")
    assert "โรงเรียนขยายโอกาส" not in client("b_registrar").page("/letters/new")


def test_a_list_is_changed_and_removed(stage, client, kept):
    registrar, page = client("a_registrar"), f"/recipient-lists/{kept.public_id}"
    assert "กลุ่มนำร่อง" in registrar.page(page)
    only = stage.world.public["school_c"]
    answer = registrar.submit(page, page, name="กลุ่มนำร่อง 2", to_offices=[only])
    assert location(answer)
    assert members(stage, "กลุ่มนำร่อง 2") == {stage.world.offices["school_c"]}
    with stage.leaves(Verb.SET_RECIPIENT_LIST, "a_registrar", "recipient_list") as trace:
        assert location(registrar.submit(page, f"{page}/delete"))
    assert trace["facts"]["is_removed"]
    assert registrar.get(page).status_code == 404


@on_sqlite
def test_names_are_unique_and_offices_real(stage, client, kept, nothing_written):
    registrar = client("a_registrar")
    with nothing_written():
        taken = registrar.post("/recipient-lists/new", name="กลุ่มนำร่อง")
        assert taken.status_code == 409
        assert "มีกลุ่มผู้รับชื่อ" in said(taken)
        assert registrar.post("/recipient-lists/new", name=" ").status_code == 422
        absent = registrar.post("/recipient-lists/new", name="ใหม่", to_offices=new_public_id())
        assert absent.status_code == 404
        found = registrar.post(
            "/recipient-lists/new", name="ใหม่", _do="find", to_find="ใต้", to_offices=[]
        )
        assert found.status_code == 200
        assert "บ้านตัวอย่างใต้" in found.text
        assert "บ้านตัวอย่างกลาง" not in said(found).partition("หน่วยงานในกลุ่ม")[2]


@on_sqlite
def test_lists_belong_to_their_office_and_its_keepers(stage, client, kept, nothing_written):
    page = f"/recipient-lists/{kept.public_id}"
    hidden_from = {desk: client(desk) for desk in ("b_registrar", "registrar", "a_teacher")}
    admin, teacher = client("a_admin"), hidden_from["a_teacher"]
    with nothing_written():
        for person in hidden_from.values():
            assert person.get(page).status_code == 404
            assert person.post(page, name="ยึด").status_code == 404
            assert person.post(f"{page}/delete").status_code == 404
        for url in ("/recipient-lists", "/recipient-lists/new"):
            assert teacher.get(url).status_code == 403
        assert teacher.post("/recipient-lists/new", name="ของครู").status_code == 403
    assert "กลุ่มนำร่อง" in admin.page("/recipient-lists")
    assert "กลุ่มนำร่อง" not in hidden_from["b_registrar"].page("/recipient-lists")
