"""What was received together: the rows of the result page and of its slips, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.documents.queries import visible_to
from eoffice.routing.models import Delivery
from eoffice.routing.queries import load_visible_delivery
from eoffice.routing.rules import DeliveryNotFound, DeliveryState
from eoffice.users.models import Office

MOST_AT_ONCE = 200
MOST_KEYS = 60
"""More are named in an address by the first and the last: received by one person in one act, their
numbers follow each other without a gap."""

Received = tuple[Delivery, Letter, Office]


def address_of(found: Sequence[Delivery]) -> dict[str, str]:
    """How an address names deliveries received in one act."""
    if len(found) <= MOST_KEYS:
        return {"keys": ".".join(delivery.public_id for delivery in found)}
    return {"first": found[0].public_id, "last": found[-1].public_id}


def received_together(session: Session, actor: Actor, address: Mapping[str, str]) -> list[Received]:
    """The deliveries an address names, by their numbers; none without a name.

    Raises ``DeliveryNotFound`` when one of them is absent or not for this person.
    """
    if address.get("first"):
        return _between(session, actor, address["first"], address.get("last", ""))
    keys = list(dict.fromkeys(key for key in address.get("keys", "").split(".") if key))
    keys = keys[:MOST_AT_ONCE]
    if not keys:
        return []
    rows = _rows(session, actor, Delivery.public_id.in_(keys))
    if len(rows) != len(keys):
        raise DeliveryNotFound
    return rows


def _between(session: Session, actor: Actor, first_id: str, last_id: str) -> list[Received]:
    first, _ = load_visible_delivery(session, actor, first_id)
    last, _ = load_visible_delivery(session, actor, last_id)
    if first.entry_id is None or last.entry_id is None or first.office_id != last.office_id:
        raise DeliveryNotFound
    return _rows(
        session,
        actor,
        (Delivery.office_id == first.office_id)
        & (Delivery.state == DeliveryState.RECEIVED.value)
        & (Delivery.settled_by == first.settled_by)
        & Delivery.entry_id.between(first.entry_id, last.entry_id),
    )


def _rows(session: Session, actor: Actor, wanted: ColumnElement[bool]) -> list[Received]:
    offices = [desk.office_id for desk in actor.desks]
    rows = session.execute(
        select(Delivery, Letter, Office)
        .join(Letter, Letter.id == Delivery.letter_id)
        .join(Office, Office.id == Delivery.office_id)
        .where(
            wanted,
            visible_to(actor),
            or_(Delivery.office_id.in_(offices), Letter.office_id.in_(offices)),
        )
        .order_by(Delivery.entry_id, Delivery.id)
        .limit(MOST_AT_ONCE)
    )
    return [(delivery, letter, office) for delivery, letter, office in rows]
