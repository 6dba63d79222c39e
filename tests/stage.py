"""One test's world, its database, and the questions every verb is asked.

stage.act("registrar", propose, letter.public_id, version=1)      one act in one transaction
stage.refuses(WrongState, "registrar", propose, …)                it raises and changes nothing
with stage.leaves(Verb.PROPOSE, "registrar", letter): …           exactly one trace, and one job
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eoffice import schema
from eoffice.activity.models import Activity, ActivityText
from eoffice.activity.rules import GENESIS, HASHED, chain_hash, salted_hash
from eoffice.db import Database
from eoffice.errors import EofficeError
from eoffice.jobs import Job
from eoffice.verbs import Verb
from tests.world import World

Result = TypeVar("Result")
Row = TypeVar("Row")
DISTRICT_CHAIN = 0


@dataclass
class Stage:
    """A copy of the world and its database."""

    database: Database
    world: World

    def act(self, desk: str, verb: Callable[..., Result], *args: Any, **details: Any) -> Result:
        """Do a service function from a desk, in a transaction of its own."""
        with self.database.transaction() as session:
            return verb(session, self.world.actor(session, desk), *args, **details)

    def make(self, builder: Callable[..., Result], *args: Any, **details: Any) -> Result:
        """Call one of the world's builders in a transaction of its own."""
        with self.database.transaction() as session:
            return builder(session, *args, **details)

    def ask(self, desk: str, query: Callable[..., Result], *args: Any, **details: Any) -> Result:
        """Call a query as the person of a desk."""
        with self.database.reading() as session:
            return query(session, self.world.actor(session, desk), *args, **details)

    def row(self, subject: Row) -> Row:
        """The row as it is stored now."""
        with self.database.reading() as session:
            return session.get_one(type(subject), subject.id)  # type: ignore[attr-defined]

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table but the marks, which say nothing that the others do not."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        with self.database.reading() as session:
            for table in schema.metadata.sorted_tables:
                if table.name == "marks":
                    continue
                keys = list(table.primary_key.columns)
                rows = session.execute(select(table).order_by(*keys))
                found[table.name] = [tuple(row) for row in rows]
        return found

    def refuses(
        self, error: type[EofficeError], desk: str, verb: Callable[..., Any], *args: Any, **kw: Any
    ) -> EofficeError:
        """The act raises exactly this fact and changes no row of any table."""
        before = self.everything()
        with pytest.raises(error) as raised:
            self.act(desk, verb, *args, **kw)
        assert type(raised.value) is error
        assert str(raised.value)
        assert self.everything() == before
        return raised.value

    @contextmanager
    def leaves(
        self, verb: Verb, desk: str, kind: str, *, chain: int | None = None, text: str = ""
    ) -> Iterator[dict[str, Any]]:
        """Exactly one activity row of this verb by this desk and one job that follows it.

        Yields a dictionary that holds the row (``row``) and its facts (``facts``) afterwards.
        """
        seen: dict[str, Any] = {}
        last = self._last(Activity), self._last(Job)
        yield seen
        with self.database.reading() as session:
            row = session.scalars(select(Activity).where(Activity.id > last[0])).one()
            follow = session.scalars(
                select(Job).where(Job.id > last[1], Job.kind == "follow")
            ).one()
            assert follow.facts == {"activity": row.id, "verb": verb.value}
            actor = self.world.actor(session, desk)
            assert actor.desk is not None
            assert (row.verb, row.object_kind) == (verb.value, kind)
            assert row.person_id == self.world.people[desk]
            assert (row.post_id, row.office_id) == (actor.desk.post_id, actor.desk.office_id)
            assert (row.holding_kind, row.order_no) == (actor.desk.kind, actor.desk.order_no)
            assert row.chain == (actor.desk.office_id if chain is None else chain)
            facts = json.loads(row.facts)
            assert facts["actor"] == actor.name
            self._check_text(session, row, text)
            seen.update(row=row, facts=facts)
            assert_chains_whole(session)

    def _check_text(self, session: Session, row: Activity, text: str) -> None:
        stored = session.get(ActivityText, row.id)
        assert (stored.text if stored else "") == text
        assert text not in row.facts or not text
        if stored is not None:
            assert row.text_hash == salted_hash(text, stored.salt)

    def _last(self, table: type[Activity] | type[Job]) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.max(table.id))) or 0


def assert_chains_whole(session: Session) -> None:
    """Every chain runs 1…n and each hash follows from the row before."""
    previous: dict[int, tuple[int, str]] = {}
    for row in session.scalars(select(Activity).order_by(Activity.chain, Activity.seq)):
        seq, last = previous.get(row.chain, (0, GENESIS))
        assert (row.seq, row.previous) == (seq + 1, last)
        assert row.hash == chain_hash(last, {name: getattr(row, name) for name in HASHED})
        previous[row.chain] = row.seq, row.hash
