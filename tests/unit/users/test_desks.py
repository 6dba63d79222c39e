"""Desks: holdings valid on a Bangkok day; acting words; who is the actor."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.users.desks import (
    actor_of,
    desks_of,
    own_title,
    position_words,
    post_with_role,
    signature_of,
)
from eoffice.users.models import Holding, Office, Person, Post, PostRole
from eoffice.users.services.people import assign_post, end_holding

LAST_DAY = clock.today() + timedelta(days=30)


def desks(stage, name, day=None):
    """(office, title) of a person's desks."""
    with stage.database.reading() as session:
        found = desks_of(session, stage.world.people[name], day)
        return [(desk.office_id, desk.post_title, desk.is_acting) for desk in found]


def holding(session, stage, name):
    return session.get_one(Holding, stage.world.holdings[name])


def test_the_main_desk_comes_first_and_the_chosen_one_is_used(stage):
    world = stage.world
    titles = ["ครูและงานสารบรรณ", "ธุรการโรงเรียน"]
    assert [title for _, title, _ in desks(stage, "a_registrar")] == titles
    with stage.database.reading() as session:
        person = world.people["a_registrar"]
        assert actor_of(session, person).desk.office_id == world.offices["school_a"]
        chosen = actor_of(session, person, holding_id=world.holdings["c_registrar"])
        assert chosen.desk.office_id == world.offices["school_c"]
        foreign = actor_of(session, person, holding_id=world.holdings["b_registrar"])
        assert foreign.desk.office_id == world.offices["school_a"]


def test_one_post_may_carry_two_roles(stage):
    with stage.database.reading() as session:
        desk = stage.world.actor(session, "a_registrar").desk
        officer = stage.world.actor(session, "officer").desk
    assert desk.roles == {"registrar", "officer"}
    assert (desk.group_id, desk.group_name) == (None, None)
    assert officer.group_id == stage.world.group_id


def test_an_acting_desk_ends_by_itself_at_midnight_in_bangkok(stage):
    midnight = clock.end_of_day(LAST_DAY)
    for at, count in (
        (midnight - timedelta(microseconds=1), 2),
        (midnight, 1),
        (datetime.combine(LAST_DAY, datetime.min.time(), UTC), 2),
    ):
        with clock.travelling(at):
            assert len(desks(stage, "deputy")) == count
    assert len(desks(stage, "deputy", LAST_DAY)) == 2
    assert len(desks(stage, "deputy", clock.today() - timedelta(days=8))) == 1


def test_after_the_last_day_the_chosen_acting_desk_is_gone(stage):
    with clock.travelling(clock.end_of_day(LAST_DAY)), stage.database.reading() as session:
        actor = stage.world.actor(session, "acting_director")
    assert not actor.desk.is_acting
    assert not actor.has_role("director")


def test_who_left_has_no_desk_from_the_next_day_on(stage):
    def ended(session):
        end_holding(session, SYSTEM, holding(session, stage, "b_registrar"), ends_on=clock.today())

    stage.make(ended)
    assert len(desks(stage, "b_registrar")) == 1
    assert desks(stage, "b_registrar", clock.today() + timedelta(days=1)) == []
    with clock.travelling(clock.now() + timedelta(days=1)), stage.database.reading() as session:
        actor = stage.world.actor(session, "b_registrar")
    assert (actor.desk, actor.has_role("registrar")) == (None, False)
    assert len(actor.principals) == 1


def test_closed_posts_and_offices_give_no_desk(stage):
    stage.make(stage.world.close, "school_b", "school_a", clock.today())

    def closed(session):
        session.get_one(Post, stage.world.posts["officer"]).closed_on = clock.today()

    stage.make(closed)
    assert desks(stage, "b_registrar") == desks(stage, "officer") == []
    yesterday = clock.today() - timedelta(days=1)
    assert len(desks(stage, "b_registrar", yesterday)) == 1


def test_a_role_is_carried_between_its_dates_only(stage):
    today = clock.today()

    def dated(session):
        role = session.scalars(
            select(PostRole).where(PostRole.post_id == stage.world.posts["officer"])
        ).one()
        role.ends_on = today

    stage.make(dated)
    with stage.database.reading() as session:
        person = stage.world.people["officer"]
        assert desks_of(session, person, today)[0].roles == {"officer"}
        assert desks_of(session, person, today + timedelta(days=1))[0].roles == set()


def test_the_signers_post_is_the_open_one_with_the_role_today(stage):
    world = stage.world
    district = world.offices["district"]
    with stage.database.reading() as session:
        assert post_with_role(session, district, "director").id == world.posts["director"]
        assert post_with_role(session, district, "classified_registrar") is None
        before = date(clock.today().year - 2, 1, 1)
        assert post_with_role(session, district, "director", before) is None

    def closed(session):
        session.get_one(Post, world.posts["director"]).closed_on = clock.today()

    stage.make(closed)
    with stage.database.reading() as session:
        assert post_with_role(session, district, "director") is None


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("acting_for", "รักษาราชการแทน"),
        ("delegated", "ปฏิบัติราชการแทน"),
        ("in_charge", "รักษาการในตำแหน่ง"),
    ],
)
def test_acting_words_stand_between_own_title_and_the_position(stage, kind, words):
    def acting(session):
        post = session.get_one(Post, stage.world.posts["a_director"])
        person = session.get_one(Person, stage.world.people["a_teacher"])
        row = assign_post(
            session,
            SYSTEM,
            person,
            post,
            kind=kind,
            order_no="คำสั่งที่ 3/2569",
            ends_on=clock.today(),
        )
        actor = actor_of(session, person.id, holding_id=row.id)
        return signature_of(actor), own_title(actor), position_words(actor.desk)

    signed, own, alone = stage.make(acting)
    assert signed == ("นางสมศรี ครูผู้สอน", f"ครู {words}ผู้อำนวยการโรงเรียน")
    assert (own, alone) == ("ครู", f"{words}ผู้อำนวยการโรงเรียน")


def test_a_person_without_a_desk_reads_only_as_a_person(stage):
    with stage.database.reading() as session:
        actor = stage.world.actor(session, "visitor", request_id="r", address="::1")
    assert (actor.desk, actor.desks) == (None, ())
    assert signature_of(actor) == ("นายไร้ ตำแหน่ง", "")
    assert (actor.request_id, actor.address) == ("r", "::1")


def test_another_desk_of_the_same_person_keeps_the_principals(stage):
    with stage.database.reading() as session:
        actor = stage.world.actor(session, "a_registrar")
    other = actor.at(actor.desks[1])
    assert other.desk.office_id == stage.world.offices["school_c"]
    assert other.principals == actor.principals


def test_a_short_name_is_shown_where_there_is_one(stage):
    def named(session):
        session.get_one(Office, stage.world.offices["school_a"]).short_name = "บ้านเหนือ"

    stage.make(named)
    with stage.database.reading() as session:
        assert stage.world.actor(session, "a_registrar").desk.office_name == "บ้านเหนือ"
