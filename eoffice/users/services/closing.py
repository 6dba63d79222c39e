"""Closing an office: what the users room knows of it; the routing room hands the work over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.users.models import Office
from eoffice.users.rules import ClosingDateWrong, OfficeClosed, OfficeKind, SuccessorMissing
from eoffice.users.services.organisation import office_of, require_admin
from eoffice.verbs import Verb


def closing_pair(
    session: Session, actor: Actor, public_id: str, successor_public_id: str, closed_on: date
) -> tuple[Office, Office]:
    """The office that closes and its successor, both locked and fit for it.

    Raises ``OfficeNotFound``, ``OfficeClosed``, ``SuccessorMissing``, ``ClosingDateWrong``.
    """
    require_admin(actor, Verb.CLOSE_OFFICE)
    office = office_of(session, public_id)
    if office.closed_on is not None:
        raise OfficeClosed(office=office.display_name)
    successor = session.scalars(
        select(Office).where(Office.public_id == successor_public_id).with_for_update()
    ).one_or_none()
    if successor is None or successor.id == office.id or successor.closed_on is not None:
        raise SuccessorMissing
    if OfficeKind.AGENCY.value in (office.kind, successor.kind) and office.kind != successor.kind:
        raise SuccessorMissing
    if not office.opened_on <= closed_on <= clock.today():
        raise ClosingDateWrong
    return office, successor


def end_office(
    session: Session,
    actor: Actor,
    office: Office,
    successor: Office,
    *,
    closed_on: date,
    handed_over: Mapping[str, object],
) -> Office:
    """Close an office for good, whose work is handed over: the last step of the routing room's
    ``close_office``, in its transaction. The successor's registry reads on."""
    require_admin(actor, Verb.CLOSE_OFFICE)
    office.closed_on = closed_on
    office.successor_id = successor.id
    office.version += 1
    record(
        session,
        actor,
        Verb.CLOSE_OFFICE,
        office,
        chain=DISTRICT_CHAIN,
        name=office.name,
        successor=successor.name,
        closed_on=closed_on,
        handed_over=dict(handed_over),
    )
    return office
