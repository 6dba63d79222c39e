"""The one writer of the activity log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eoffice import clock, jobs
from eoffice.activity.models import Activity, ActivityText, ChainHead
from eoffice.activity.rules import GENESIS, canonical_json, chain_hash, new_salt, salted_hash
from eoffice.actor import Actor
from eoffice.verbs import Verb

DISTRICT_CHAIN = 0


class Subject(Protocol):
    """What an act is about: a stored row that names its kind."""

    object_kind: str

    @property
    def id(self) -> int: ...  # noqa: D102


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
) -> Activity:
    """Add one activity row to the acting office's chain, and one follow-up job.

    The last line of every verb, in the verb's own transaction: if that rolls back, nothing
    happened. ``text`` is free text (reasons, notes): it stands apart under a salted hash.
    ``files`` are SHA-256 of the files involved. A clock that runs back is marked ``is_late``
    and takes the previous row's instant, so that times along a chain never fall.
    """
    session.flush()
    desk = actor.desk
    head = _locked_head(session, _chain(actor, chain))
    at, is_late = _instant(head)
    salt = new_salt() if text else ""
    columns: dict[str, Any] = {
        "chain": head.chain,
        "seq": head.last_seq + 1,
        "at": at,
        "is_late": is_late,
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
        "facts": canonical_json({"actor": actor.name} | facts),
        "files": canonical_json(list(files)),
        "text_hash": salted_hash(text, salt) if text else "",
    }
    row = Activity(**columns, previous=head.last_hash, hash=chain_hash(head.last_hash, columns))
    session.add(row)
    session.flush()
    if text:
        session.add(ActivityText(activity_id=row.id, salt=salt, text=text))
    head.last_seq, head.last_hash, head.last_at = row.seq, row.hash, at
    if follow:
        jobs.enqueue(session, "follow", {"activity": row.id, "verb": verb.value})
    session.flush()
    return row


def _chain(actor: Actor, chain: int | None) -> int:
    if chain is not None:
        return chain
    return actor.desk.office_id if actor.desk else DISTRICT_CHAIN


def _locked_head(session: Session, chain: int) -> ChainHead:
    head = _head(session, chain)
    if head is not None:
        return head
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    session.execute(
        insert(ChainHead)
        .values(chain=chain, last_seq=0, last_hash=GENESIS, last_at=None)
        .on_conflict_do_nothing()
    )
    head = _head(session, chain)
    assert head is not None  # noqa: S101 - inserted just now, or by the act we waited for
    return head


def _head(session: Session, chain: int) -> ChainHead | None:
    return session.scalars(
        select(ChainHead)
        .where(ChainHead.chain == chain)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _instant(head: ChainHead) -> tuple[datetime, bool]:
    at = clock.now()
    if head.last_at is not None and at < head.last_at:
        return head.last_at, True
    return at, False
