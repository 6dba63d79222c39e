"""The register row, the case and the duplicate warning of a receipt (ข้อ 37–38)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.numbers import number_key
from eoffice.registers.models import RegisterEntry
from eoffice.registers.rules import Series
from eoffice.registers.services.numbering import enter, take_number
from eoffice.routing.models import Case, Delivery
from eoffice.routing.rules import (
    CaseState,
    DeliveryState,
    PossibleDuplicate,
)
from eoffice.users.access import ensure_principal, grant
from eoffice.users.models import Office
from eoffice.users.rules import PrincipalKind
from eoffice.verbs import Verb


def register(
    session: Session, actor: Actor, desk: Desk, letter: Letter, *, remark: str = ""
) -> tuple[RegisterEntry, str]:
    """The row of form 13 under the office's next number, and how the number is written."""
    sender = session.get(Office, letter.office_id) if letter.office_id else None
    taken = take_number(session, desk.office_id, Series.RECEIVE, clock.this_year())
    entry = enter(
        session,
        actor,
        taken,
        letter_id=letter.id,
        ref_no=letter.letter_no,
        ref_date=letter.letter_date,
        from_text=sender.name if sender else letter.sender_text,
        to_text=letter.addressee.removeprefix("เรียน").strip() or desk.office_name,
        subject=letter.subject,
        remark=remark,
    )
    return entry, f"{taken.number}/{taken.year}"


def open_case(
    session: Session,
    desk: Desk,
    letter: Letter,
    delivery: Delivery,
    entry: RegisterEntry,
    verb: Verb,
) -> Case:
    """Open the receiving office's case and let its registry read it."""
    case = Case(
        office_id=desk.office_id,
        letter_id=letter.id,
        delivery_id=delivery.id,
        entry_id=entry.id,
        state=CaseState.REGISTERED.value,
        opened_at=clock.now(),
    )
    session.add(case)
    session.flush()
    registry = ensure_principal(session, PrincipalKind.REGISTRY, desk.office_id)
    grant(session, "case", case.id, [registry], verb)
    return case


def refuse_duplicate(
    session: Session, desk: Desk, number: str, day: date | None, sender: str
) -> None:
    """Raises ``PossibleDuplicate`` when the office has received this number and date already."""
    key = number_key(number)
    if not key:
        return
    query = (
        select(Delivery.receive_no)
        .join(Letter, Letter.id == Delivery.letter_id)
        .where(
            Delivery.office_id == desk.office_id,
            Delivery.state == DeliveryState.RECEIVED.value,
            Letter.no_key == key,
        )
    )
    if day is not None:
        query = query.where(Letter.letter_date == day)
    receive_no = session.scalars(query.limit(1)).first()
    if receive_no is not None:
        raise PossibleDuplicate(number=number, sender=sender, receive_no=receive_no)
