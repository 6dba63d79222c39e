"""The activity log: one row and one job an act, one chain an office, append-only."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from eoffice import clock
from eoffice.activity.models import Activity, ActivityText, ChainHead
from eoffice.activity.rules import (
    GENESIS,
    HASHED,
    canonical_json,
    chain_hash,
    new_salt,
    salted_hash,
)
from eoffice.activity.services import record
from eoffice.actor import SYSTEM
from eoffice.jobs import Job
from eoffice.verbs import Verb
from tests.stage import assert_chains_whole


def made(stage, act):
    """The row that an act added."""

    def found(session):
        act(session)
        return session.scalars(select(Activity).order_by(Activity.id.desc()).limit(1)).one()

    return stage.make(found)


def rows(stage, chain):
    with stage.database.reading() as session:
        query = select(Activity).where(Activity.chain == chain).order_by(Activity.seq)
        return list(session.scalars(query))


def test_a_row_says_who_what_where_when_and_by_which_order(stage):
    def act(session):
        actor = stage.world.actor(
            session, "acting_director", request_id="r-1", session_id=7, address="10.0.0.1"
        )
        letter = stage.world.draft_letter(session)
        return record(session, actor, Verb.READ, letter, files=["a" * 64], number="ศธ 1/2")

    row = made(stage, act)
    world = stage.world
    assert (row.person_id, row.post_id) == (world.people["deputy"], world.posts["director"])
    assert (row.office_id, row.chain) == (world.offices["district"],) * 2
    assert (row.holding_kind, row.order_no) == ("acting_for", "คำสั่งที่ 12/2569")
    assert (row.session_id, row.request_id, row.verb) == (7, "r-1", "read")
    assert (row.object_kind, row.object_version, row.is_late) == ("letter", 1, False)
    assert json.loads(row.facts) == {"actor": "นางปิติ ตัวอย่าง", "number": "ศธ 1/2"}
    assert json.loads(row.files) == ["a" * 64]


def test_each_office_has_its_chain_and_the_system_the_districts(stage):
    for desk in ("registrar", "a_registrar", "c_registrar", "b_registrar"):
        stage.make(stage.world.draft_letter, desk)
    before = len(rows(stage, 0))
    stage.make(lambda session: record(session, SYSTEM, Verb.BACK_UP, None))
    assert len(rows(stage, 0)) == before + 1
    for office in ("district", "school_a", "school_b", "school_c"):
        chain = rows(stage, stage.world.offices[office])
        assert [row.seq for row in chain] == list(range(1, len(chain) + 1))
        assert chain[0].previous == GENESIS
    with stage.database.reading() as session:
        assert_chains_whole(session)
        heads = {head.chain: head for head in session.scalars(select(ChainHead))}
    last = rows(stage, stage.world.offices["school_a"])[-1]
    head = heads[stage.world.offices["school_a"]]
    assert (head.last_seq, head.last_hash, head.last_at) == (last.seq, last.hash, last.at)


def test_free_text_stands_apart_under_a_salted_hash(stage):
    def act(session):
        actor = stage.world.actor(session, "registrar")
        return record(session, actor, Verb.READ, None, text="เหตุผลส่วนตัว")

    row, same = made(stage, act), made(stage, act)
    with stage.database.reading() as session:
        stored = session.get_one(ActivityText, row.id)
    assert stored.text == "เหตุผลส่วนตัว"
    assert row.text_hash == salted_hash(stored.text, stored.salt)
    assert row.text_hash != same.text_hash
    assert "เหตุผล" not in row.facts


def test_what_rolls_back_leaves_neither_row_nor_job(stage):
    before = stage.everything()
    with pytest.raises(RuntimeError), stage.database.transaction() as session:
        stage.world.draft_letter(session)
        raise RuntimeError
    assert stage.everything() == before
    letter = stage.make(stage.world.draft_letter)
    assert made(stage, lambda s: record(s, SYSTEM, Verb.READ, letter)).seq > 1


def test_a_follow_up_job_goes_with_the_row_unless_it_is_not_wanted(stage):
    with stage.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Job))
    row = made(stage, lambda session: record(session, SYSTEM, Verb.BACK_UP, None))
    stage.make(lambda session: record(session, SYSTEM, Verb.BACK_UP, None, follow=False))
    with stage.database.reading() as session:
        jobs = session.scalars(select(Job).order_by(Job.id).offset(before)).all()
    assert [(job.kind, job.facts) for job in jobs] == [
        ("follow", {"activity": row.id, "verb": "back_up"})
    ]


def test_a_clock_that_runs_back_is_noted_and_times_never_fall(stage):
    start = clock.now() + timedelta(days=1)
    found = []
    for seconds in (0, -3600, -3599, 5):
        with clock.travelling(start + timedelta(seconds=seconds)):
            found.append(made(stage, lambda session: record(session, SYSTEM, Verb.READ, None)))
    assert [row.is_late for row in found] == [False, True, True, False]
    assert [row.at - start for row in found] == [
        timedelta(),
        timedelta(),
        timedelta(),
        timedelta(seconds=5),
    ]
    with stage.database.reading() as session:
        assert_chains_whole(session)


@pytest.mark.parametrize("table", ["activity", "activity_text"])
def test_the_log_is_append_only_in_the_database(stage, backend, table):
    stage.make(lambda session: record(session, SYSTEM, Verb.READ, None, text="ข้อความ"))
    before = stage.everything()
    column = "facts" if table == "activity" else "text"
    statements = [f"UPDATE {table} SET {column} = 'other'", f"DELETE FROM {table}"]
    if backend == "postgresql":
        statements.append(f"TRUNCATE {table} CASCADE")
    for statement in statements:
        with (
            stage.database.transaction() as session,
            pytest.raises(DBAPIError, match=f"{table} is append-only"),
            session.begin_nested(),
        ):
            session.execute(text(statement))
    assert stage.everything() == before


def test_every_column_but_the_hashes_is_under_the_hash(stage):
    columns = {column.name for column in Activity.__table__.columns}
    assert columns - set(HASHED) == {"id", "previous", "hash"}
    row = made(stage, lambda session: record(session, SYSTEM, Verb.READ, None))
    values = {name: getattr(row, name) for name in HASHED}
    assert chain_hash(row.previous, values) == row.hash
    changed = {
        int: lambda value: value + 1,
        str: lambda value: value + "x",
        bool: lambda value: not value,
        type(None): lambda value: 1,
        type(row.at): lambda value: value + timedelta(microseconds=1),
    }
    for name, value in values.items():
        assert chain_hash(row.previous, values | {name: changed[type(value)](value)}) != row.hash
    assert chain_hash(GENESIS[:-1] + "1", values) != row.hash


def test_canonical_json_says_a_thing_in_one_way():
    assert canonical_json({"ข": 1, "ก": [date(2026, 1, 2), Verb.SEND]}) == (
        '{"ก":["2026-01-02","send"],"ข":1}'
    )
    at = clock.start_of_day(date(2026, 1, 2))
    assert (
        canonical_json(at)
        == canonical_json(clock.local(at))
        == ('"2026-01-01T17:00:00.000000+00:00"')
    )
    with pytest.raises(TypeError, match="canonical"):
        canonical_json({"x": object()})
    assert len({new_salt() for _ in range(100)}) == 100


def test_the_name_is_that_of_the_day_of_the_act(stage):
    def act(session):
        actor = stage.world.actor(session, "registrar")
        return record(session, replace(actor, name="ชื่อเดิม"), Verb.READ, None)

    assert json.loads(made(stage, act).facts)["actor"] == "ชื่อเดิม"


@pytest.mark.parametrize(
    "backend", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
@pytest.mark.parametrize(
    "table", ["letters", "attachments", "books", "register_entries", "deliveries", "cases", "tasks"]
)
def test_no_table_of_evidence_can_be_emptied_even_by_its_owner(database, table):
    with (
        pytest.raises(DBAPIError, match="append-only"),
        database.transaction() as session,
    ):
        session.execute(text(f"TRUNCATE {table} CASCADE"))
