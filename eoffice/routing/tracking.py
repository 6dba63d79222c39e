"""What became of a sent letter at each office: rows, sums by network, reminders and calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, exists, func, literal, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.routing.folders import ARRIVED
from eoffice.routing.list_rows import TrackRow, track_rows
from eoffice.routing.models import Delivery, PhoneConfirmation, Reminder
from eoffice.routing.queries import deliveries_of
from eoffice.routing.rules import DEAD_DELIVERIES, DeliveryState
from eoffice.users.models import Network, Office


@dataclass(frozen=True)
class NetworkSum:
    """How the live deliveries to the schools of one network stand; no network last."""

    public_id: str
    name: str
    live: int
    received: int

    @property
    def waiting(self) -> int:
        """Live deliveries that are not received."""
        return self.live - self.received


@dataclass(frozen=True)
class Tracking:
    """The rows asked for, sums by network, and how many of the rows' offices can be reminded."""

    rows: list[TrackRow]
    networks: list[NetworkSum]
    to_remind: int


def tracking(
    session: Session, actor: Actor, letter: Letter, *, state: str = "", network: str = ""
) -> Tracking:
    """The tracking of a letter: all rows for its sender, the own row for a receiver."""
    found = deliveries_of(session, actor, letter, state=state, network=network)
    is_own = actor.desk is not None and letter.office_id == actor.desk.office_id
    calls = _calls(session, letter) if is_own else {}
    reminded = _reminded(session, letter) if is_own else {}
    return Tracking(
        rows=track_rows(found, calls=calls, reminded=reminded),
        networks=_network_sums(session, letter) if is_own else [],
        to_remind=_to_remind(session, letter, network) if is_own else 0,
    )


def _calls(session: Session, letter: Letter) -> Mapping[int, list[PhoneConfirmation]]:
    found: dict[int, list[PhoneConfirmation]] = {}
    for call in session.scalars(
        select(PhoneConfirmation)
        .join(Delivery, Delivery.id == PhoneConfirmation.delivery_id)
        .where(Delivery.letter_id == letter.id)
        .order_by(PhoneConfirmation.id)
    ):
        found.setdefault(call.delivery_id, []).append(call)
    return found


def _reminded(session: Session, letter: Letter) -> dict[int, date]:
    rows = session.execute(
        select(Reminder.delivery_id, func.max(Reminder.reminded_on))
        .join(Delivery, Delivery.id == Reminder.delivery_id)
        .where(Delivery.letter_id == letter.id)
        .group_by(Reminder.delivery_id)
    )
    return {row[0]: row[1] for row in rows}


def _network_sums(session: Session, letter: Letter) -> list[NetworkSum]:
    done = (DeliveryState.RECEIVED.value, DeliveryState.DELIVERED.value)
    received = func.sum(case((Delivery.state.in_(done), 1), else_=0))
    rows = session.execute(
        select(Network.public_id, Network.name, func.count(), received)
        .select_from(Delivery)
        .join(Office, Office.id == Delivery.office_id)
        .outerjoin(Network, Network.id == Office.network_id)
        .where(
            Delivery.letter_id == letter.id,
            Delivery.state.not_in([dead.value for dead in DEAD_DELIVERIES]),
        )
        .group_by(Network.public_id, Network.name)
        .order_by(Network.name.is_(None), Network.name)
    )
    return [
        NetworkSum(public_id or "", name or "", live, got) for public_id, name, live, got in rows
    ]


def _to_remind(session: Session, letter: Letter, network: str) -> int:
    is_reminded = exists(
        select(literal(1)).where(
            Reminder.delivery_id == Delivery.id, Reminder.reminded_on == clock.today()
        )
    )
    query: Any = select(func.count()).where(
        Delivery.letter_id == letter.id, Delivery.state == ARRIVED, ~is_reminded
    )
    if network:
        query = query.where(Delivery.office_id.in_(offices_in(network)))
    return session.scalar(query) or 0


def offices_in(network: str) -> Any:
    """The offices of a network by its public id."""
    return select(Office.id).join(Network).where(Network.public_id == network)
