"""Marks: what is kept of the organisation is never older than the organisation."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from benchmarks.stage import counted
from eoffice.clock import today
from eoffice.marks import ANNOUNCEMENTS, ORGANISATION, Kept, Mark
from eoffice.schema import metadata
from eoffice.users.desks import actor_of
from eoffice.users.models import Holding, Person, Post, PostRole

MARKED = {
    ORGANISATION: ("offices", "groups", "posts", "post_roles", "people", "holdings", "principals"),
    ANNOUNCEMENTS: ("announcements",),
}


def mark(stage, name=ORGANISATION):
    with stage.database.reading() as session:
        return session.scalar(select(Mark.value).where(Mark.name == name))


def kept(stage, name):
    """A person's actor as a request makes it: with the mark of its own transaction."""
    with stage.database.reading() as session:
        seen = session.scalar(select(Mark.value).where(Mark.name == ORGANISATION))
        return actor_of(session, stage.world.people[name], mark=seen)


def fresh(stage, name):
    with stage.database.reading() as session:
        return actor_of(session, stage.world.people[name])


@pytest.mark.parametrize("table", MARKED[ORGANISATION])
def test_every_change_of_the_organisation_moves_the_mark(stage, table):
    before = mark(stage)
    column = next(iter(metadata.tables[table].primary_key.columns)).name
    with stage.database.transaction() as session:
        session.execute(text(f"UPDATE {table} SET {column} = {column}"))
    assert mark(stage) not in (None, before)


def test_a_change_that_is_taken_back_leaves_the_mark(stage):
    before = mark(stage)
    with pytest.raises(ZeroDivisionError), stage.database.transaction() as session:
        session.execute(update(Person).values(first_name="อื่น"))
        raise ZeroDivisionError
    assert mark(stage) == before


def test_letters_and_sign_ins_move_no_mark(stage):
    before = mark(stage)
    stage.make(stage.world.sent_letter)
    assert mark(stage) == before


def test_what_is_kept_equals_what_is_stored_after_each_kind_of_change(stage):
    name = "a_registrar"
    assert kept(stage, name) == fresh(stage, name)
    with stage.database.reading() as session:
        post = session.get_one(Holding, stage.world.holdings[name]).post_id
    yesterday = today() - timedelta(days=1)
    changes = (
        update(PostRole).where(PostRole.post_id == post).values(ends_on=yesterday),
        update(Post).where(Post.id == post).values(title="ชื่อใหม่"),
        update(Person).where(Person.id == stage.world.people[name]).values(last_name="ใหม่"),
        update(Post).where(Post.id == post).values(closed_on=today()),
    )
    for change in changes:
        before = kept(stage, name)
        with stage.database.transaction() as session:
            session.execute(change.execution_options(synchronize_session=False))
        assert kept(stage, name) == fresh(stage, name) != before


def test_nothing_is_asked_twice_under_one_mark_and_the_least_used_goes_first():
    asked = []

    def make(value):
        def ask():
            asked.append(value)
            return value

        return ask

    known = Kept(most=2)
    for key in (1, 2, 1, 3, 1, 2):
        assert known.get("m", key, make(key)) == key
    assert asked == [1, 2, 3, 2]
    assert known.get("n", 1, make(10)) == 10
    assert known.get(None, 1, make(11)) == 11
    assert known.get(None, 1, make(12)) == 12


def test_every_table_that_desks_and_principals_are_read_from_moves_the_mark(stage):
    with stage.database.reading() as session, counted(stage.database.engine) as statements:
        actor_of(session, stage.world.people["acting_director"])
    read = {name for each in statements for name in re.findall(r"(?:FROM|JOIN) (\w+)", each)}
    assert {"holdings", "principals"} <= read <= {*MARKED[ORGANISATION], "json_each"}
