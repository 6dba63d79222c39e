"""The letters before and after the one at hand, so that a reader need not go back to the list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.queries import visible_to
from eoffice.routing.folders import ARRIVED
from eoffice.routing.models import Delivery, Task
from eoffice.routing.rules import TaskState


def neighbours(session: Session, actor: Actor, delivery: Delivery | None) -> tuple[str, str]:
    """Public ids of the letters before and after among those that wait to be received, in the
    order of the inbox; empty at the ends, and for letters that did not come to the desk's office.
    """
    desk = actor.desk
    if desk is None or delivery is None or delivery.office_id != desk.office_id:
        return "", ""
    arrived = _arrived(actor, desk)
    before = arrived.where(Delivery.sort_key > delivery.sort_key).order_by(Delivery.sort_key)
    after = arrived.where(Delivery.sort_key < delivery.sort_key).order_by(Delivery.sort_key.desc())
    return _first(session, before), _first(session, after)


def others_to_sign(
    session: Session, actor: Actor, letter: Letter, limit: int = 3
) -> tuple[int, list[Letter]]:
    """How many other letters wait for the signature of the desk's post, and the first of them."""
    if actor.desk is None:
        return 0, []
    query = (
        select(Letter)
        .join(Task, Task.letter_id == Letter.id)
        .where(
            Task.post_id == actor.desk.post_id,
            Task.state == TaskState.OPEN.value,
            Letter.id != letter.id,
            visible_to(actor),
        )
        .order_by(Task.id)
    )
    found = list(session.scalars(query.limit(100)))
    return len(found), found[:limit]


def _arrived(actor: Actor, desk: Desk) -> Select[Any]:
    return (
        select(Letter.public_id)
        .join(Delivery, Delivery.letter_id == Letter.id)
        .where(Delivery.office_id == desk.office_id, Delivery.state == ARRIVED, visible_to(actor))
    )


def _first(session: Session, query: Select[Any]) -> str:
    return session.scalars(query.limit(1)).first() or ""
