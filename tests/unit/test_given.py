"""Statements that are written out once: the same rows as SQLAlchemy's, by the same indexes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import BigInteger, func, literal, select

from eoffice.db import UtcDateTime
from eoffice.given import Standing, given, one_of
from eoffice.users.accounts import SignInSession
from eoffice.users.models import Office, Principal

AT = datetime(2026, 11, 23, 1, 2, 3, 456, tzinfo=UTC)


@pytest.mark.parametrize("ids", [[], [1], [1, 2, 3], list(range(5_000))])
def test_one_of_a_list_is_what_in_is(stage, ids):
    counted = select(func.count(Office.id))
    with stage.database.reading() as session:
        wanted = session.scalar(counted.where(Office.id.in_(ids)))
        assert session.scalar(counted.where(one_of(Office.id, "ids")), {"ids": ids}) == wanted
        standing = Standing(counted.where(one_of(Office.id, "ids")))
        assert standing.one(session.connection(), {"ids": tuple(ids)}) == (wanted,)


def test_constants_are_written_out_and_given_values_are_not(stage):
    query = select(literal("it's ๑ % :x"), literal(3), given("other", BigInteger()))
    with stage.database.reading() as session:
        standing = Standing(query)
        for value in (7, -1):
            row = standing.one(session.connection(), {"other": value, "unused": 1})
            assert row == ("it's ๑ % :x", 3, value)


def test_values_are_converted_there_and_back(stage):
    moment = given("moment", UtcDateTime())
    query = select(moment.label("at")).where(moment > given("before", UtcDateTime()))
    with stage.database.reading() as session:
        standing, connection = Standing(query), session.connection()
        values = {"moment": AT, "before": AT - timedelta(microseconds=1)}
        assert standing.first(connection, values) == (AT,)
        assert standing.first(connection, values | {"before": AT}) is None


def test_a_row_is_what_the_models_say(stage, client):
    client("registrar")
    columns = (SignInSession.id, SignInSession.seen_at, SignInSession.ended_at)
    query = select(*columns).where(SignInSession.token_hash == given("token"))
    with stage.database.reading() as session:
        row = session.scalars(select(SignInSession)).first()
        found = Standing(query).one(session.connection(), {"token": row.token_hash})
    assert found == (row.id, row.seen_at, None)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_one_of_a_list_is_looked_up_in_the_index(stage):
    query = select(Principal.id).where(one_of(Principal.id, "ids"))
    with stage.database.reading() as session:
        text = str(query.compile(session.connection()))
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ("[1]",)).all()
    assert any("SEARCH principals" in row[-1] for row in plan)
