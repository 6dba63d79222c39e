"""Offices, networks, groups, posts and roles: added, changed and closed by who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.users.models import Group, Network, Office, Post, PostRole, Principal
from eoffice.users.rules import (
    CodeTaken,
    DatesReversed,
    GroupClosed,
    GroupNotFound,
    NameMissing,
    NameTaken,
    OfficeClosed,
    OfficeNotFound,
    PostClosed,
    RoleHeld,
    RoleMissing,
    RoleNotHeld,
    StaleOffice,
    StalePost,
)
from eoffice.users.services.divisions import close_group
from eoffice.users.services.organisation import (
    add_group,
    add_network,
    add_office,
    add_post,
    change_office,
    change_post,
    close_post,
    set_code,
    set_network,
)
from eoffice.users.services.roles import end_role, live_role, set_role
from eoffice.verbs import Verb

TODAY = clock.today()
DAY = timedelta(days=1)
SCHOOL = {"kind": "school", "code": "009", "name": "โรงเรียนบ้านตัวอย่างใหม่"}


def in_office(stage, verb, where, /, **details):
    """A verb on an office, to be done from a desk."""

    def done(session, actor, **more):
        office = session.get_one(Office, stage.world.offices[where])
        return verb(session, actor, office, **(details | more))

    return done


def on_post(stage, verb, name):
    """A verb on a post, to be done from a desk."""

    def done(session, actor, **details):
        return verb(session, actor, session.get_one(Post, stage.world.posts[name]), **details)

    return done


def on_role(stage, name, role):
    """End a live role of a post."""

    def done(session, actor, ends_on):
        post = session.get_one(Post, stage.world.posts[name])
        end_role(session, actor, live_role(session, post, role), ends_on=ends_on)

    return done


def office(stage, name):
    with stage.database.reading() as session:
        return session.get_one(Office, stage.world.offices[name])


def test_the_district_adds_an_office_with_its_registry(stage):
    with stage.leaves(Verb.ADD_OFFICE, "admin", "office", chain=0) as trace:
        added = stage.act(
            "admin", add_office, **(SCHOOL | {"name": " โรงเรียนใหม่ ", "phone": " 1 "})
        )
    assert (added.name, added.phone, trace["facts"]["code"]) == ("โรงเรียนใหม่", "1", "009")
    agency = stage.act("admin", add_office, kind="agency", code="X9", name="อำเภอ")
    with stage.database.reading() as session:
        registries = session.scalars(
            select(Principal.subject_id).where(Principal.kind == "registry")
        ).all()
    assert added.id in registries
    assert agency.id not in registries


def test_offices_have_names_and_codes_of_their_own_and_one_is_the_district(stage):
    stage.refuses(CodeTaken, "admin", add_office, **(SCHOOL | {"code": "001"}))
    stage.refuses(CodeTaken, "admin", add_office, **(SCHOOL | {"kind": "district"}))
    stage.refuses(NameMissing, "admin", add_office, **(SCHOOL | {"name": " "}))
    stage.refuses(NameMissing, "admin", add_office, **(SCHOOL | {"code": ""}))
    for desk in ("a_admin", "director", "auditor"):
        stage.refuses(RoleMissing, desk, add_office, **SCHOOL)


def test_an_offices_facts_are_changed_by_its_administrator_with_old_and_new(stage):
    school = office(stage, "school_a")
    facts = {"version": 1, "phone": "02", "all_staff_read": True}
    with stage.leaves(Verb.CHANGE_OFFICE, "a_admin", "office", chain=0) as trace:
        stage.act("a_admin", change_office, school.public_id, **facts)
    assert trace["facts"]["old"] == {"phone": "", "all_staff_read": False}
    stored = stage.row(school)
    assert (stored.phone, stored.all_staff_read, stored.version) == ("02", True, 2)
    args = (change_office, school.public_id)
    stage.refuses(StaleOffice, "a_admin", *args, version=1, phone="03")
    stage.refuses(NameMissing, "a_admin", *args, version=2, name="  ")
    stage.refuses(RoleMissing, "b_registrar", *args, version=2, phone="03")
    other = office(stage, "school_b")
    stage.refuses(RoleMissing, "a_admin", change_office, other.public_id, version=1, phone="03")
    stage.refuses(OfficeNotFound, "admin", change_office, "0" * 20, version=1)
    stage.act("admin", change_office, other.public_id, version=1, code="hidden", kind="agency")
    assert (stage.row(other).code, stage.row(other).kind) == ("002", "school")


def test_the_district_changes_a_code_and_nothing_else_changes_with_it(stage):
    before = office(stage, "school_a")
    with stage.leaves(Verb.CHANGE_CODE, "admin", "office", chain=0) as trace:
        stage.act("admin", in_office(stage, set_code, "school_a", code=" 90010001 "))
    assert (trace["facts"]["old"], trace["facts"]["new"]) == ("001", "90010001")
    stored = stage.row(before)
    assert (stored.code, stored.public_id, stored.name) == (
        "90010001",
        before.public_id,
        before.name,
    )
    stage.refuses(CodeTaken, "admin", in_office(stage, set_code, "school_a", code="002"))
    stage.refuses(NameMissing, "admin", in_office(stage, set_code, "school_a", code=" "))
    for desk in ("a_admin", "a_director", "registrar"):
        stage.refuses(RoleMissing, desk, in_office(stage, set_code, "school_a", code="7"))


def test_only_the_district_makes_networks_and_puts_schools_into_them(stage):
    stage.refuses(NameTaken, "admin", add_network, name=" ศูนย์เครือข่ายตัวอย่าง ")
    stage.refuses(NameMissing, "admin", add_network, name=" ")
    stage.refuses(RoleMissing, "a_admin", add_network, name="อื่น")
    with stage.leaves(Verb.ADD_NETWORK, "admin", "network", chain=0):
        added = stage.act("admin", add_network, name="เครือข่าย 2")
    moving = {"network_id": added.id}
    for school in ("school_a", "school_b"):
        stage.refuses(RoleMissing, "a_admin", in_office(stage, set_network, school, **moving))
    with stage.leaves(Verb.CHANGE_OFFICE, "admin", "office", chain=0):
        stage.act("admin", in_office(stage, set_network, "school_a", **moving))
    assert office(stage, "school_a").network_id == added.id
    with stage.database.reading() as session:
        assert len(session.scalars(select(Network)).all()) == 2


def test_groups_have_names_of_their_own_inside_their_office(stage):
    name = {"name": "กลุ่มนโยบายและแผน"}
    stage.refuses(NameTaken, "admin", in_office(stage, add_group, "district", **name))
    stage.refuses(NameMissing, "admin", in_office(stage, add_group, "district", name=" "))
    stage.refuses(RoleMissing, "a_admin", in_office(stage, add_group, "school_b", **name))
    with stage.leaves(Verb.ADD_GROUP, "a_admin", "group", chain=0):
        group = stage.act("a_admin", in_office(stage, add_group, "school_a", **name))
    with stage.database.reading() as session:
        query = select(Principal).where(Principal.kind == "group")
        assert group.id in {row.subject_id for row in session.scalars(query)}
    stage.make(stage.world.close, "school_b", "school_a", TODAY)
    stage.refuses(OfficeClosed, "admin", in_office(stage, add_group, "school_b", **name))


def test_a_post_exists_without_a_holder_and_carries_roles(stage):
    title = {"title": "ธุรการคนที่สอง"}
    with stage.leaves(Verb.ADD_POST, "a_admin", "post", chain=0) as trace:
        post = stage.act(
            "a_admin",
            in_office(stage, add_post, "school_a", **title),
            roles=("registrar", "officer"),
        )
    assert trace["facts"]["roles"] == ["officer", "registrar"]
    with stage.database.reading() as session:
        roles = session.scalars(select(PostRole.role).where(PostRole.post_id == post.id)).all()
    assert sorted(roles) == ["officer", "registrar"]
    stage.refuses(NameMissing, "a_admin", in_office(stage, add_post, "school_a", title=""))
    stage.refuses(RoleMissing, "a_admin", in_office(stage, add_post, "school_b", **title))
    for role in ("district_admin", "auditor"):
        given = {"roles": (role,), **title}
        stage.refuses(RoleMissing, "a_admin", in_office(stage, add_post, "school_a", **given))
    stage.make(stage.world.close, "school_b", "school_a", TODAY)
    stage.refuses(OfficeClosed, "admin", in_office(stage, add_post, "school_b", **title))


def changing(stage, name, group_id=None, **details):
    """Change a post of the cast, to be done from a desk."""

    def done(session, actor, **more):
        group = session.get_one(Group, group_id) if group_id else None
        post = session.get_one(Post, stage.world.posts[name])
        return change_post(session, actor, post, **({"group": group} | details | more))

    return done


def test_a_post_is_renamed_and_moved_to_another_group(stage):
    group = stage.act("a_admin", in_office(stage, add_group, "school_a", name="งานวิชาการ"))
    with stage.leaves(Verb.CHANGE_POST, "a_admin", "post", chain=0) as trace:
        stage.act(
            "a_admin", changing(stage, "a_teacher", group.id, version=1, title=" ครูชำนาญการ ")
        )
    assert trace["facts"]["old"] == {"title": "ครู", "group": ""}
    assert trace["facts"]["new"] == {"title": "ครูชำนาญการ", "group": "งานวิชาการ"}
    with stage.database.reading() as session:
        desk = stage.world.actor(session, "a_teacher").desk
        assert (desk.post_title, desk.group_id) == ("ครูชำนาญการ", group.id)


def test_with_its_group_a_post_takes_and_leaves_what_the_group_reads(stage):
    group = stage.act("a_admin", in_office(stage, add_group, "school_a", name="งานวิชาการ"))
    with stage.database.reading() as session:
        of_group = session.scalars(
            select(Principal.id).where(Principal.kind == "group", Principal.subject_id == group.id)
        ).one()

    def reads():
        with stage.database.reading() as session:
            return of_group in stage.world.actor(session, "a_teacher").principals

    assert not reads()
    stage.act("a_admin", changing(stage, "a_teacher", group.id, version=1, title="ครู"))
    assert reads()
    stage.act("a_admin", changing(stage, "a_teacher", version=2, title="ครู"))
    assert not reads()


def test_a_post_is_changed_in_its_office_by_its_administrator_alone(stage):
    given = {"version": 1, "title": "ครูใหม่"}
    stage.refuses(RoleMissing, "a_director", changing(stage, "a_teacher", **given))
    stage.refuses(RoleMissing, "a_admin", changing(stage, "b_director", **given))
    stage.refuses(StalePost, "a_admin", changing(stage, "a_teacher", **given | {"version": 2}))
    stage.refuses(NameMissing, "a_admin", changing(stage, "a_teacher", **given | {"title": " "}))
    foreign = stage.world.group_id
    stage.refuses(GroupNotFound, "a_admin", changing(stage, "a_teacher", foreign, **given))
    group = stage.act("a_admin", in_office(stage, add_group, "school_a", name="งานวิชาการ"))
    stage.act("a_admin", close_group, group.public_id, version=1)
    stage.refuses(GroupClosed, "a_admin", changing(stage, "a_teacher", group.id, **given))
    stage.act("a_admin", on_post(stage, close_post, "a_teacher"), closed_on=TODAY)
    stage.refuses(PostClosed, "a_admin", changing(stage, "a_teacher", **given))
    stage.make(stage.world.close, "school_b", "school_a", TODAY)
    stage.refuses(OfficeClosed, "admin", changing(stage, "b_director", **given))


def test_a_post_is_closed_once(stage):
    closing = on_post(stage, close_post, "a_teacher")
    stage.refuses(DatesReversed, "a_admin", closing, closed_on=TODAY - 9999 * DAY)
    stage.refuses(RoleMissing, "a_director", closing, closed_on=TODAY)
    with stage.leaves(Verb.CLOSE_POST, "a_admin", "post", chain=0):
        stage.act("a_admin", closing, closed_on=TODAY)
    stage.refuses(PostClosed, "a_admin", closing, closed_on=TODAY)
    stage.refuses(RoleMissing, "a_admin", on_post(stage, close_post, "admin"), closed_on=TODAY)


def test_a_role_is_given_by_an_order_for_a_time_and_ended(stage):
    giving = on_post(stage, set_role, "a_teacher")
    term = {"role": "registrar", "starts_on": TODAY, "ends_on": TODAY + 5 * DAY}
    with stage.leaves(Verb.SET_ROLE, "a_admin", "post_role", chain=0) as trace:
        stage.act("a_admin", giving, order_no="คำสั่งที่ 9/2569", **term)
    assert trace["facts"]["order_no"] == "คำสั่งที่ 9/2569"
    stage.refuses(RoleHeld, "a_admin", giving, **term)
    stage.refuses(RoleHeld, "a_admin", giving, role="registrar", starts_on=TODAY + 5 * DAY)
    stage.refuses(
        DatesReversed, "a_admin", giving, role="deputy", starts_on=TODAY, ends_on=TODAY - DAY
    )
    stage.act("a_admin", giving, role="registrar", starts_on=TODAY + 6 * DAY)
    ending = on_role(stage, "a_teacher", "registrar")
    stage.refuses(RoleNotHeld, "a_admin", ending, ends_on=TODAY + 5 * DAY)
    stage.refuses(RoleMissing, "b_registrar", ending, ends_on=TODAY)
    stage.act("a_admin", ending, ends_on=TODAY + DAY)
    with clock.travelling(clock.now() + 2 * DAY), stage.database.reading() as session:
        assert stage.world.actor(session, "a_teacher").desk.roles == {"officer"}
    stage.refuses(RoleNotHeld, "a_admin", on_role(stage, "a_teacher", "deputy"), ends_on=TODAY)


@pytest.mark.parametrize("role", ["district_admin", "auditor"])
def test_the_districts_administration_is_given_and_taken_by_itself_alone(stage, role):
    term = {"role": role, "starts_on": TODAY}
    stage.refuses(RoleMissing, "a_admin", on_post(stage, set_role, "a_teacher"), **term)
    stage.act("admin", on_post(stage, set_role, "a_teacher"), **term)
    stage.refuses(RoleMissing, "a_admin", on_role(stage, "a_teacher", role), ends_on=TODAY)
    other = {"role": "registrar", "starts_on": TODAY}
    stage.refuses(RoleMissing, "a_admin", on_post(stage, set_role, "a_teacher"), **other)
