"""Visibility is data: principals, grants, revocations, and the one predicate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible, visible_to
from eoffice.documents.rules import LetterNotFound
from eoffice.users.access import (
    accessible,
    ensure_principal,
    grant,
    principals_of,
    registry_principals,
    revoke,
)
from eoffice.users.models import Access, Office, Principal
from eoffice.users.rules import PrincipalKind
from eoffice.verbs import Verb


def kinds(stage, name):
    """What a person reads through: (kind, subject) pairs."""
    with stage.database.reading() as session:
        actor = stage.world.actor(session, name)
        rows = session.scalars(select(Principal).where(Principal.id.in_(actor.principals)))
        return {(row.kind, row.subject_id) for row in rows}


def sees(stage, name, letter):
    try:
        return stage.ask(name, load_visible, letter.public_id).id == letter.id
    except LetterNotFound:
        return False


def change_office(stage, name, **facts):
    def change(session):
        office = session.get_one(Office, stage.world.offices[name])
        for key, value in facts.items():
            setattr(office, key, value)

    stage.make(change)


def test_registrar_director_and_deputy_read_through_the_registry(stage):
    world = stage.world
    registry = ("registry", world.offices["district"])
    for name in ("registrar", "director", "deputy"):
        assert registry in kinds(stage, name)
    for name in ("head", "clerk", "officer", "admin", "auditor", "a_director"):
        assert registry not in kinds(stage, name)


def test_post_group_and_person_are_principals_of_every_desk(stage):
    world = stage.world
    assert kinds(stage, "officer") == {
        ("group", world.group_id),
        ("post", world.posts["officer"]),
        ("person", world.people["officer"]),
    }
    assert kinds(stage, "a_registrar") == {
        ("registry", world.offices["school_a"]),
        ("registry", world.offices["school_c"]),
        ("post", world.posts["a_registrar"]),
        ("post", world.posts["c_registrar"]),
        ("person", world.people["a_registrar"]),
    }
    assert kinds(stage, "visitor") == {("person", world.people["visitor"])}


def test_an_office_may_let_all_its_staff_read_but_not_its_administrators(stage):
    letter = stage.make(stage.world.sent_letter)
    assert not sees(stage, "a_teacher", letter)
    change_office(stage, "school_a", all_staff_read=True)
    assert sees(stage, "a_teacher", letter)
    for name in ("a_admin", "officer", "b_registrar", "visitor"):
        assert not sees(stage, name, letter)
    change_office(stage, "school_a", all_staff_read=False)
    assert not sees(stage, "a_teacher", letter)


def test_the_successor_of_a_closed_office_reads_on_from_the_day_of_closing(stage):
    letter = stage.make(stage.world.sent_letter, to=("school_b",))
    tomorrow = clock.today() + timedelta(days=1)
    stage.make(stage.world.close, "school_b", "school_a", tomorrow)
    assert not sees(stage, "a_director", letter)
    with clock.travelling(clock.now() + timedelta(days=1)):
        assert sees(stage, "a_director", letter)
        assert not sees(stage, "a_teacher", letter)
        assert not sees(stage, "c_director", letter)
        stage.make(stage.world.close, "school_a", "school_c", tomorrow)
        assert sees(stage, "c_director", letter)


def test_successors_in_a_circle_are_followed_once(stage):
    for name, successor in (("school_a", "school_b"), ("school_b", "school_a")):
        stage.make(stage.world.close, name, successor, clock.today())
    with stage.database.reading() as session:
        desk = stage.world.actor(session, "c_director").desk
        found = principals_of(session, stage.world.people["c_director"], [desk])
    assert len(found) == 3


def test_a_grant_holds_until_it_is_revoked_and_may_come_again(stage):
    letter = stage.make(stage.world.draft_letter)
    registry = registry_principals([stage.world.offices["school_b"]])

    def give(session):
        principal = session.scalars(registry).one()
        for _ in range(2):
            grant(session, "letter", letter.id, [principal, principal], Verb.SEND)

    for _ in range(2):
        assert not sees(stage, "b_registrar", letter)
        stage.make(give)
        assert sees(stage, "b_registrar", letter)
        stage.make(revoke, "letter", letter.id, registry)
    assert not sees(stage, "b_registrar", letter)
    with stage.database.reading() as session:
        rows = session.scalars(
            select(Access).where(Access.object_id == letter.id, Access.act == "send")
        ).all()
    assert len(rows) == 2
    assert all(row.ends_at is not None for row in rows)


def test_revoking_one_office_leaves_the_others_and_other_letters(stage):
    letter = stage.make(stage.world.sent_letter, to=("school_a", "school_b"))
    other = stage.make(stage.world.sent_letter, to=("school_b",))
    only_b = registry_principals([stage.world.offices["school_b"]])
    stage.make(revoke, "letter", letter.id, only_b)
    assert not sees(stage, "b_director", letter)
    assert sees(stage, "b_director", other)
    assert sees(stage, "a_director", letter)


def test_access_begins_and_ends_at_an_instant(stage):
    letter = stage.make(stage.world.draft_letter)
    start = clock.now() + timedelta(days=1)
    registry = registry_principals([stage.world.offices["school_b"]])
    with clock.travelling(start):
        stage.make(lambda s: grant(s, "letter", letter.id, s.scalars(registry).all(), Verb.SEND))
    with clock.travelling(start + timedelta(hours=1)):
        stage.make(revoke, "letter", letter.id, registry)
    for seconds, expected in ((-1, False), (0, True), (3599, True), (3600, False)):
        with clock.travelling(start + timedelta(seconds=seconds)):
            assert sees(stage, "b_registrar", letter) is expected


def test_a_right_to_a_case_is_none_to_the_letter_of_the_same_number(stage):
    letter = stage.make(stage.world.draft_letter)
    registry = registry_principals([stage.world.offices["school_b"]])
    stage.make(lambda s: grant(s, "case", letter.id, s.scalars(registry).all(), Verb.RECEIVE))
    assert not sees(stage, "b_registrar", letter)


def test_nobody_sees_nothing(stage):
    stage.make(stage.world.sent_letter)
    with stage.database.reading() as session:
        count = select(func.count()).select_from(Letter)
        assert session.scalar(count.where(accessible(SYSTEM, "letter", Letter.id))) == 0
        assert session.scalar(count.where(visible_to(SYSTEM))) == 0


def test_a_principal_is_made_once(stage):
    def twice(session):
        kind = PrincipalKind.PERSON
        person = stage.world.people["officer"]
        return {ensure_principal(session, kind, person) for _ in range(2)}

    assert len(stage.make(twice)) == 1


def test_access_that_ends_before_it_begins_is_refused_by_the_database(stage):
    letter = stage.make(stage.world.draft_letter)

    def wrong(session):
        row = session.scalars(select(Access).where(Access.object_id == letter.id).limit(1)).one()
        row.ends_at = row.since - timedelta(seconds=1)
        session.flush()

    with pytest.raises(Exception, match="dates"):
        stage.make(wrong)
