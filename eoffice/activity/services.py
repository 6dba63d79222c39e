"""The one writer of the activity log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eoffice import clock, jobs, outbox
from eoffice.activity.models import Activity, ActivityText, ChainHead
from eoffice.activity.rules import GENESIS, canonical_json, chain_hash, new_salt, salted_hash
from eoffice.actor import Actor
from eoffice.db import table_of
from eoffice.verbs import Verb

DISTRICT_CHAIN = 0
_heads = table_of(ChainHead)
HEAD = (
    select(_heads.c.chain, _heads.c.last_seq, _heads.c.last_hash, _heads.c.last_at)
    .where(_heads.c.chain == bindparam("of_chain"))
    .with_for_update()
)
MOVE_HEAD = update(_heads).where(_heads.c.chain == bindparam("of_chain"))
ADD_ROW = insert(table_of(Activity)).returning(Activity.id)
ADD_TEXT = insert(table_of(ActivityText))
"""Prepared once: these run in every act."""


class Subject(Protocol):
    """What an act is about: a stored row that names its kind."""

    object_kind: str

    @property
    def id(self) -> int: ...


def record(
    session: Session,
    actor: Actor,
    verb: Verb,
    subject: Subject | None,
    /,
    *,
    text: str = "",
    files: Sequence[str] = (),
    chain: int | None = None,
    follow: bool = True,
    **facts: Any,
) -> int:
    """Add one activity row to the acting office's chain, one follow-up job, and a row of the
    search outbox when the act is about something that is searched.

    The last line of every verb, in the verb's own transaction: if that rolls back, nothing
    happened. ``text`` is free text (reasons, notes): it stands apart under a salted hash.
    ``files`` are SHA-256 of the files involved. A clock that runs back is marked ``is_late``
    and takes the previous row's instant, so that times along a chain never fall. Returns the
    row's id.
    """
    session.flush()
    head = _locked_head(session, _chain(actor, chain))
    at, is_late = _instant(head.last_at)
    salt = new_salt() if text else ""
    columns = _who_and_what(actor, verb, subject) | {
        "chain": head.chain,
        "seq": head.last_seq + 1,
        "at": at,
        "is_late": is_late,
        "facts": canonical_json({"actor": actor.name} | facts),
        "files": canonical_json(list(files)),
        "text_hash": salted_hash(text, salt) if text else "",
    }
    digest = chain_hash(head.last_hash, columns)
    row_id = session.execute(
        ADD_ROW, columns | {"previous": head.last_hash, "hash": digest}
    ).scalar_one()
    if text:
        session.execute(ADD_TEXT, {"activity_id": row_id, "salt": salt, "text": text})
    moved = {"last_seq": columns["seq"], "last_hash": digest, "last_at": at}
    session.execute(MOVE_HEAD, moved | {"of_chain": head.chain})
    if subject is not None and subject.object_kind in outbox.INDEXED:
        outbox.note(session, subject.object_kind, subject.id)
    if follow:
        jobs.enqueue(session, "follow", {"activity": row_id, "verb": verb.value})
    return int(row_id)


def _who_and_what(actor: Actor, verb: Verb, subject: Subject | None) -> dict[str, Any]:
    desk = actor.desk
    return {
        "person_id": actor.person_id,
        "post_id": desk.post_id if desk else None,
        "holding_kind": desk.kind if desk else "",
        "order_no": desk.order_no if desk else "",
        "office_id": desk.office_id if desk else None,
        "session_id": actor.session_id,
        "request_id": actor.request_id,
        "verb": verb.value,
        "object_kind": subject.object_kind if subject is not None else "",
        "object_id": subject.id if subject is not None else None,
        "object_version": getattr(subject, "version", None),
    }


def _chain(actor: Actor, chain: int | None) -> int:
    if chain is not None:
        return chain
    return actor.desk.office_id if actor.desk else DISTRICT_CHAIN


def _locked_head(session: Session, chain: int) -> Row[Any, Any, Any, Any]:
    head = session.execute(HEAD, {"of_chain": chain}).one_or_none()
    if head is not None:
        return head
    dialect = session.get_bind().dialect.name
    insert_into = sqlite.insert if dialect == "sqlite" else postgresql.insert
    session.execute(
        insert_into(ChainHead)
        .values(chain=chain, last_seq=0, last_hash=GENESIS, last_at=None)
        .on_conflict_do_nothing()
    )
    return session.execute(HEAD, {"of_chain": chain}).one()


def _instant(last_at: datetime | None) -> tuple[datetime, bool]:
    at = clock.now()
    if last_at is not None and at < last_at:
        return last_at, True
    return at, False
