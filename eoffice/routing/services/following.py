"""Following up a sent letter: what the sender learned by telephone (App. 7 §5.5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.documents.services.drafting import check_text
from eoffice.routing.models import Delivery, PhoneConfirmation
from eoffice.routing.queries import load_visible_delivery
from eoffice.routing.rules import (
    DELIVERY_STEPS,
    ConfirmedInFuture,
    DeliveryMoved,
    DeliveryNotFound,
    DeliveryState,
    NobodyConfirmed,
)
from eoffice.users.permissions import require
from eoffice.verbs import Verb


def confirm_by_phone(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    with_whom: str,
    confirmed_at: datetime | None = None,
    note: str = "",
) -> PhoneConfirmation:
    """Note that the receiving office confirmed an arrived letter by telephone: who called, whom,
    when. It is no receipt: the letter is still to be registered there (App. 7 §5.5).

    Raises ``NobodyConfirmed``, ``ConfirmedInFuture``, ``DeliveryMoved`` once the letter is
    received, and ``DeliveryNotFound`` to all but the sending office.
    """
    delivery, letter = own_delivery_to_follow(session, actor, public_id, for_update=True)
    state = DeliveryState(delivery.state)
    if (Verb.CONFIRM_BY_PHONE, state) not in DELIVERY_STEPS:
        raise DeliveryMoved(state=state.label, verb=Verb.CONFIRM_BY_PHONE.label)
    whom = check_text("ผู้ยืนยัน", with_whom, 200)
    if not whom:
        raise NobodyConfirmed
    at = confirmed_at or clock.now()
    if at > clock.now():
        raise ConfirmedInFuture
    call = PhoneConfirmation(
        delivery_id=delivery.id,
        confirmed_at=at,
        with_whom=whom,
        note=check_text("หมายเหตุ", note, 300),
        noted_at=clock.now(),
        noted_by=actor.person_id,
        noted_by_name=actor.name,
    )
    session.add(call)
    record(
        session,
        actor,
        Verb.CONFIRM_BY_PHONE,
        delivery,
        number=letter.letter_no,
        with_whom=whom,
        confirmed_at=at,
        note=call.note,
    )
    return call


def own_delivery_to_follow(
    session: Session, actor: Actor, public_id: str, *, for_update: bool = False
) -> tuple[Delivery, Letter]:
    """A delivery of a letter of the desk's own office. Raises ``RoleMissing``, and
    ``DeliveryNotFound`` to all but the sending office."""
    delivery, letter = load_visible_delivery(session, actor, public_id, for_update=for_update)
    if actor.desk is None or letter.office_id != actor.desk.office_id:
        raise DeliveryNotFound
    require(actor, Verb.CONFIRM_BY_PHONE)
    return delivery, letter
