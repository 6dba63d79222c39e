"""Groups of an office and networks of schools: changing, members, closing, at their pages."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eoffice.actor import SYSTEM
from eoffice.users.models import Group, Network, Office
from eoffice.users.rules import GroupClosed, GroupInUse, NameMissing, NameTaken, StaleDivision
from eoffice.users.services.divisions import change_group, close_group, close_network, set_members
from eoffice.users.services.organisation import add_group, add_network, add_post
from eoffice.verbs import Verb
from tests.plugins.web import location, said
from tests.web.administration import AdminAct, EveryAdminAct

NAME = "กลุ่มงานวิชาการ 1"


def _group(world, session, office):
    office_id = world.offices[office]
    known = select(Group).where(Group.office_id == office_id, Group.name == NAME)
    found = session.scalars(known).one_or_none()
    return found or add_group(session, SYSTEM, session.get_one(Office, office_id), name=NAME)


ACTS = [
    AdminAct(
        Verb.CHANGE_GROUP,
        "/groups/{id}/edit",
        _group,
        "group",
        fields={"name": "กลุ่มบริหารวิชาการ", "position": "3"},
        is_versioned=True,
    ),
    AdminAct(
        Verb.CLOSE_GROUP,
        "/groups/{id}/close",
        _group,
        "group",
        page="/groups/{id}/edit",
        is_versioned=True,
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryAdminAct):
    """The questions of every act of administration."""


@pytest.fixture
def group(stage):
    """A group of school A."""
    return stage.make(lambda session: _group(stage.world, session, "school_a"))


def test_a_group_is_refused_for_a_reason(stage, group):
    def other(session):
        office = session.get_one(Office, stage.world.offices["school_a"])
        add_group(session, SYSTEM, office, name="กลุ่มอื่น")
        add_post(session, SYSTEM, office, title="หัวหน้ากลุ่ม", group_id=group.id)

    stage.make(other)
    given = {"version": 1, "position": 1}
    for fact, name in ((NameMissing, " "), (NameTaken, "กลุ่มอื่น")):
        stage.refuses(fact, "a_admin", change_group, group.public_id, name=name, **given)
    stage.refuses(StaleDivision, "a_admin", change_group, group.public_id, version=9, name="ก",
                  position=1)  # fmt: skip
    stage.refuses(GroupInUse, "a_admin", close_group, group.public_id, version=1)


def test_a_closed_group_is_offered_no_more(stage, client, group):
    page = client("a_admin")
    location(page.submit(f"/groups/{group.public_id}/edit", "/close"))
    office = stage.world.public["school_a"]
    assert f"/groups/{group.public_id}" not in page.page(f"/offices/{office}")
    assert "ยุบแล้ว" in said(page.get(f"/groups/{group.public_id}/edit"))
    stage.refuses(GroupClosed, "a_admin", close_group, group.public_id, version=2)


@pytest.fixture
def network(stage):
    """A network without schools."""
    return stage.make(lambda session: add_network(session, SYSTEM, name="เครือข่ายใหม่"))


def test_a_network_gets_exactly_the_schools_that_are_ticked(stage, client, network):
    page, url = client("admin"), f"/networks/{network.public_id}"
    form = page.form(url, "/members").to_dict()
    chosen = [stage.world.public["school_a"], stage.world.public["school_b"]]
    with stage.leaves(Verb.CHANGE_NETWORK, "admin", "network", chain=0) as seen:
        assert location(page.post(f"{url}/members", **form, office=chosen)) == url
    assert seen["facts"]["came"] == ["โรงเรียนบ้านตัวอย่างเหนือ", "โรงเรียนบ้านตัวอย่างใต้"]
    assert page.post(f"{url}/members", **form | {"_once": "0" * 32}).status_code == 409
    form = page.form(url, "/members")
    assert form.getlist("office") == chosen
    sent = form.to_dict() | {"office": chosen[1:]}
    location(page.post(f"{url}/members", **sent))
    assert page.form(url, "/members").getlist("office") == chosen[1:]


def test_a_network_is_renamed_and_closed_when_it_is_empty(stage, client, network, nothing_written):
    page, url = client("admin"), f"/networks/{network.public_id}"
    with stage.leaves(Verb.CHANGE_NETWORK, "admin", "network", chain=0):
        location(page.submit(url, url, name="เครือข่ายเหนือ"))
    stage.act(
        "admin",
        set_members,
        network.public_id,
        version=2,
        offices=[stage.world.public["school_a"]],
    )
    with nothing_written():
        answer = page.post(f"{url}/close", version="3")
        assert answer.status_code == 409
        assert "1 แห่ง" in said(answer)
    stage.act("admin", set_members, network.public_id, version=3, offices=[])
    with stage.leaves(Verb.CLOSE_NETWORK, "admin", "network", chain=0):
        assert location(page.submit(url, f"{url}/close")) == "/networks"
    assert page.get(url).status_code == 404
    with stage.database.reading() as session:
        assert session.get(Network, network.id) is None


def test_only_the_district_has_networks(stage, client, network, nothing_written):
    people = {desk: client(desk) for desk in ("a_admin", "registrar", "director", "b_registrar")}
    foreign = stage.world.public["agency"]
    admin = client("admin")
    with nothing_written():
        for desk, person in people.items():
            for path in ("", "/members", "/close"):
                answer = person.post(f"/networks/{network.public_id}{path}", version="1", name="ก")
                assert answer.status_code == 404, desk
        url = f"/networks/{network.public_id}/members"
        assert admin.post(url, version="1", office=foreign).status_code == 404
        assert admin.post(f"/networks/{network.public_id}", version="1", name="").status_code == 422
    stage.refuses(StaleDivision, "admin", close_network, network.public_id, version=7)
