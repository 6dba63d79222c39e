"""People and how they hold posts: appointments, acting, overlaps; whom an administrator reaches."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eoffice import clock
from eoffice.routing.queries import signing_queue
from eoffice.users.models import Holding, Person, Post, PostRole
from eoffice.users.rules import (
    DatesReversed,
    HoldingEnded,
    NameMissing,
    NoDesk,
    OfficeClosed,
    OrderNumberMissing,
    PersonNotFound,
    PostClosed,
    PostNotFound,
    PostOccupied,
    RoleMissing,
    ServesElsewhere,
    StalePerson,
)
from eoffice.users.services.people import (
    add_person,
    assign_post,
    change_person,
    end_holding,
    person_of,
    post_of,
)
from eoffice.verbs import Verb

TODAY = clock.today()
DAY = timedelta(days=1)
ORDER = {"order_no": "คำสั่งที่ 5/2569", "kind": "acting_for"}


def get(stage, table, key):
    with stage.database.reading() as session:
        return session.get_one(table, key)


def person(stage, name):
    return get(stage, Person, stage.world.people[name])


def post(stage, name):
    return get(stage, Post, stage.world.posts[name])


def do_assign(session, actor, who, where, **details):
    """Assign by objects of this session."""
    found = session.get_one(Person, who.id), session.get_one(Post, where.id)
    return assign_post(session, actor, *found, **details)


def do_change(session, actor, who, **facts):
    return change_person(session, actor, session.get_one(Person, who.id), **facts)


def do_end(session, actor, holding_id, ends_on):
    end_holding(session, actor, session.get_one(Holding, holding_id), ends_on=ends_on)


def test_a_person_is_added_with_a_name_that_stands_under_signatures(stage):
    with stage.leaves(Verb.ADD_PERSON, "admin", "person", chain=0) as trace:
        added = stage.act(
            "admin", add_person, prefix="นาย", rank=" ว่าที่ ร.ต. ", first_name=" เอก ", last_name="ดี"
        )
    assert trace["facts"]["name"] == added.full_name == "ว่าที่ ร.ต. นายเอก ดี"
    with stage.database.reading() as session:
        assert person_of(session, added.public_id).id == added.id
        with pytest.raises(PersonNotFound):
            person_of(session, "0" * 20)


@pytest.mark.parametrize("facts", [{"first_name": "เอก"}, {"first_name": " ", "last_name": "ดี"}])
def test_a_person_has_two_names(stage, facts):
    stage.refuses(NameMissing, "admin", add_person, **facts)


def test_who_administers_nothing_adds_and_changes_nobody(stage):
    facts = {"first_name": "เอก", "last_name": "ดี"}
    for desk, error in (("registrar", RoleMissing), ("auditor", RoleMissing), ("visitor", NoDesk)):
        stage.refuses(error, desk, add_person, **facts)
        stage.refuses(error, desk, do_change, person(stage, "a_teacher"), first_name="อื่น")


def test_changing_a_person_keeps_the_old_facts_in_the_log(stage):
    teacher = person(stage, "a_teacher")
    with stage.leaves(Verb.CHANGE_PERSON, "a_admin", "person", chain=0) as trace:
        stage.act("a_admin", do_change, teacher, last_name="นามใหม่", version=1)
    assert trace["facts"]["old"] == {"last_name": "ครูผู้สอน"}
    assert stage.row(teacher).full_name == "นางสมศรี นามใหม่"
    stage.refuses(StalePerson, "a_admin", do_change, teacher, last_name="ข", version=1)
    stage.refuses(NameMissing, "a_admin", do_change, teacher, last_name=" ", version=2)


def test_an_offices_administrator_reaches_only_those_who_serve_there_alone(stage):
    facts = {"phone": "02"}
    stage.refuses(PersonNotFound, "a_admin", do_change, person(stage, "b_registrar"), **facts)
    stage.refuses(PersonNotFound, "a_admin", do_change, person(stage, "director"), **facts)
    stage.refuses(PersonNotFound, "a_admin", do_change, person(stage, "visitor"), **facts)
    stage.refuses(ServesElsewhere, "a_admin", do_change, person(stage, "a_registrar"), **facts)
    for name in ("b_registrar", "a_registrar", "visitor"):
        stage.act("admin", do_change, person(stage, name), **facts)


def test_a_post_is_filled_with_its_trace(stage):
    stage.act("a_admin", do_end, stage.world.holdings["a_teacher"], TODAY - DAY)
    newcomer, seat = person(stage, "visitor"), post(stage, "a_teacher")
    with stage.leaves(Verb.ASSIGN_POST, "a_admin", "holding", chain=0) as trace:
        held = stage.act("a_admin", do_assign, newcomer, seat)
    assert (held.kind, held.starts_on, held.ends_on) == ("substantive", TODAY, None)
    assert trace["facts"]["person"] == "นายไร้ ตำแหน่ง"
    assert trace["facts"]["post"] == "ครู"


def test_a_post_has_one_holder_and_one_acting_at_a_time(stage):
    newcomer, seat = person(stage, "visitor"), post(stage, "director")
    args = ("admin", do_assign, newcomer, seat)
    stage.refuses(PostOccupied, *args)
    acting = get(stage, Holding, stage.world.holdings["acting_director"])
    for starts_on, ends_on in (
        (acting.starts_on - DAY, acting.starts_on),
        (acting.ends_on, acting.ends_on + DAY),
        (acting.starts_on + DAY, acting.ends_on - DAY),
        (acting.starts_on - DAY, acting.ends_on + DAY),
    ):
        stage.refuses(PostOccupied, *args, starts_on=starts_on, ends_on=ends_on, **ORDER)
    later = acting.ends_on + DAY
    stage.act(*args, starts_on=later, ends_on=later, **ORDER)
    stage.act("admin", do_end, stage.world.holdings["director"], TODAY)
    stage.act(*args, starts_on=TODAY + DAY)


def test_an_acting_holding_names_its_order_and_its_last_day(stage):
    newcomer, seat = person(stage, "visitor"), post(stage, "a_director")
    for details in (
        {"kind": "acting_for", "order_no": " ", "ends_on": TODAY},
        {"kind": "delegated", "order_no": "คำสั่งที่ 5/2569"},
        {"kind": "in_charge"},
    ):
        stage.refuses(OrderNumberMissing, "a_admin", do_assign, newcomer, seat, **details)
    dates = {"starts_on": TODAY, "ends_on": TODAY - DAY}
    stage.refuses(DatesReversed, "a_admin", do_assign, newcomer, seat, **dates, **ORDER)


def test_nobody_is_appointed_to_a_closed_post_or_office(stage):
    def closed(session):
        session.get_one(Post, stage.world.posts["a_teacher"]).closed_on = TODAY

    stage.make(closed)
    newcomer = person(stage, "visitor")
    stage.refuses(PostClosed, "a_admin", do_assign, newcomer, post(stage, "a_teacher"))
    stage.make(stage.world.close, "school_b", "school_a", TODAY)
    stage.refuses(OfficeClosed, "admin", do_assign, newcomer, post(stage, "b_registrar"))


def test_an_administrator_appoints_in_the_own_office_and_nobody_to_the_districts_administration(
    stage,
):
    newcomer = person(stage, "visitor")
    ends = {"ends_on": TODAY, **ORDER}
    for where in ("b_director", "director", "admin"):
        stage.refuses(RoleMissing, "a_admin", do_assign, newcomer, post(stage, where), **ends)
    stage.act("a_admin", do_assign, newcomer, post(stage, "a_director"), **ends)
    own_admin = stage.make(_district_office_admin, stage)
    for where in ("admin", "auditor"):
        stage.refuses(RoleMissing, own_admin, do_assign, newcomer, post(stage, where), **ends)
        stage.refuses(RoleMissing, own_admin, do_end, stage.world.holdings[where], TODAY)
    stage.act(own_admin, do_assign, newcomer, post(stage, "head"), **ends)


def _district_office_admin(session, stage):
    """The district's officer becomes administrator of the district office (not of the district)."""
    post_id = stage.world.posts["officer"]
    session.add(PostRole(post_id=post_id, role="office_admin", starts_on=TODAY))
    return "officer"


def test_a_holding_is_ended_once_and_never_prolonged(stage):
    held = stage.world.holdings["a_teacher"]
    stage.refuses(RoleMissing, "a_director", do_end, held, TODAY)
    stage.refuses(DatesReversed, "a_admin", do_end, held, TODAY - 9999 * DAY)
    with stage.leaves(Verb.END_HOLDING, "a_admin", "holding", chain=0) as trace:
        stage.act("a_admin", do_end, held, TODAY + 5 * DAY)
    assert trace["facts"]["person"] == "นางสมศรี ครูผู้สอน"
    stage.refuses(HoldingEnded, "a_admin", do_end, held, TODAY + 5 * DAY)
    stage.refuses(HoldingEnded, "a_admin", do_end, held, TODAY + 6 * DAY)
    stage.act("a_admin", do_end, held, TODAY)


def test_a_post_is_found_by_its_public_id(stage):
    seat = post(stage, "a_teacher")
    with stage.database.transaction() as session:
        assert post_of(session, seat.public_id).id == seat.id
        with pytest.raises(PostNotFound):
            post_of(session, "0" * 20)


def test_what_a_post_was_proposed_waits_for_its_next_holder(stage):
    letter = stage.make(stage.world.proposed_letter, "a_registrar")
    stage.act("a_admin", do_end, stage.world.holdings["a_director"], TODAY - DAY)
    held = stage.act("a_admin", do_assign, person(stage, "visitor"), post(stage, "a_director"))
    stage.world.holdings["visitor"] = held.id
    rows = stage.ask("visitor", lambda session, actor: signing_queue(session, actor, actor.desk))
    assert [row.id for _, row in rows] == [letter.id]
