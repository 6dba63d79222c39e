"""The board of a clerk of several schools: what waits at each, and whether its box is checked.

The box is looked into at least twice each working day, before and after noon (App. 6 §4.1.2):
a registration counts as a look, and so does saying that the box was checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.queries import visible_to
from eoffice.documents.rules import LetterState
from eoffice.routing.ended import in_states
from eoffice.routing.folders import ARRIVED, arrived_at, folder_counts
from eoffice.routing.models import Case, Delivery, InboxCheck, Task
from eoffice.routing.queries import visible_cases
from eoffice.routing.rules import UNSETTLED, CaseState, DeliveryState
from eoffice.users.rules import Role

SOON = timedelta(days=3)
NOON = timedelta(hours=12)


@dataclass(frozen=True)
class BoardRow:
    """One school: how much waits, and whether its box was looked into today."""

    desk: Desk
    arrived: int
    to_propose: int
    to_send: int
    due_soon: int
    morning: bool
    afternoon: bool

    @property
    def waits(self) -> bool:
        """Whether anything waits there at all."""
        return bool(self.arrived or self.to_propose or self.to_send or self.due_soon)


def registrar_desks(actor: Actor) -> list[Desk]:
    """The desks at which a person registers letters today, one an office, in order."""
    found: dict[int, Desk] = {}
    for desk in actor.desks:
        if Role.REGISTRAR in desk.roles:
            found.setdefault(desk.office_id, desk)
    return list(found.values())


def board(session: Session, actor: Actor) -> list[BoardRow]:
    """The board of today; a person sees the offices of the own desks only."""
    desks = registrar_desks(actor)
    offices = [desk.office_id for desk in desks]
    arrived = folder_counts(session, offices)
    to_propose = _cases(session, actor, offices)
    to_send = _letters(session, actor, offices)
    due = _due(session, offices)
    morning, afternoon = checked_halves(session, offices, clock.today())
    return [
        BoardRow(
            desk,
            arrived_at(arrived, desk.office_id),
            to_propose.get(desk.office_id, 0),
            to_send.get(desk.office_id, 0),
            due.get(desk.office_id, 0),
            desk.office_id in morning,
            desk.office_id in afternoon,
        )
        for desk in desks
    ]


def checked_halves(
    session: Session, offices: Iterable[int], day: date
) -> tuple[set[int], set[int]]:
    """The offices whose box was looked into before and after noon of a Bangkok day."""
    begins = clock.start_of_day(day)
    noon, ends = begins + NOON, clock.end_of_day(day)
    return (
        _checked(session, list(offices), begins, noon),
        _checked(session, list(offices), noon, ends),
    )


def _checked(session: Session, offices: list[int], since: datetime, until: datetime) -> set[int]:
    said = select(InboxCheck.office_id).where(
        InboxCheck.office_id.in_(offices), InboxCheck.at >= since, InboxCheck.at < until
    )
    received = select(Delivery.office_id).where(
        Delivery.office_id.in_(offices),
        Delivery.state == DeliveryState.RECEIVED.value,
        Delivery.settled_at >= since,
        Delivery.settled_at < until,
    )
    return set(session.scalars(said)) | set(session.scalars(received.distinct()))


def _cases(session: Session, actor: Actor, offices: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(Case.office_id, func.count())
        .where(
            Case.office_id.in_(offices),
            Case.state == CaseState.REGISTERED.value,
            visible_cases(actor),
        )
        .group_by(Case.office_id)
    )
    return {row[0]: row[1] for row in rows}


def _letters(session: Session, actor: Actor, offices: list[int]) -> dict[int, int]:
    states = (LetterState.SIGNED.value, LetterState.NUMBERED.value)
    rows = session.execute(
        select(Letter.office_id, func.count())
        .where(Letter.office_id.in_(offices), in_states(states), visible_to(actor))
        .group_by(Letter.office_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def _due(session: Session, offices: list[int]) -> dict[int, int]:
    """Work of the office that is due soon or overdue: tasks, and letters not received yet."""
    until = clock.now() + SOON
    tasks = session.execute(
        select(Task.office_id, func.count(func.distinct(Task.case_id)))
        .where(
            Task.office_id.in_(offices),
            Task.due_at <= until,
            Task.state.in_([state.value for state in UNSETTLED]),
        )
        .group_by(Task.office_id)
    )
    letters = session.execute(
        select(Delivery.office_id, func.count())
        .join(Letter, Letter.id == Delivery.letter_id)
        .where(
            Delivery.office_id.in_(offices),
            Delivery.state == ARRIVED,
            Letter.deliver_by <= until,
        )
        .group_by(Delivery.office_id)
    )
    found: dict[int, int] = {}
    for office_id, count in [*tasks, *letters]:
        found[office_id] = found.get(office_id, 0) + count
    return found
