"""The receiving office: open, receive under the own number, reject; letters from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eoffice import clock, outbox
from eoffice.activity.services import record
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.numbers import number_key
from eoffice.documents.rules import (
    LetterKind,
    LetterState,
    Origin,
    Part,
    ReasonMissing,
    Urgency,
)
from eoffice.documents.services.attaching import StoredFile, add_files, files_hash
from eoffice.documents.services.drafting import (
    CitationText,
    LetterFields,
    check_text,
    checked,
    draft,
)
from eoffice.registers.models import RegisterEntry
from eoffice.registers.services.numbering import burn
from eoffice.routing.models import Case, Delivery
from eoffice.routing.queries import load_visible_case, load_visible_delivery
from eoffice.routing.rules import (
    AlreadyReceived,
    Channel,
    DeliveryMoved,
    DeliveryState,
    NotReceiver,
    SenderMissing,
)
from eoffice.routing.services.addressing import Addressing, address
from eoffice.routing.services.case_steps import move_case, settle_others
from eoffice.routing.services.dispatching import ARRIVED, URGENCY_STEP
from eoffice.routing.services.registration import open_case, refuse_duplicate, register
from eoffice.routing.services.sending import count_one, settle
from eoffice.thai import thai_datetime
from eoffice.users.access import ensure_principal, grant, registry_principals, revoke
from eoffice.users.models import Office
from eoffice.users.permissions import require
from eoffice.users.rules import PrincipalKind
from eoffice.verbs import Verb


@dataclass(frozen=True)
class OutsideLetter:
    """A letter from outside the system, as the registrar reads it off paper or e-mail."""

    sender: str
    subject: str
    letter_no: str = ""
    letter_date: date | None = None
    origin: str = Origin.PAPER.value
    urgency: str = Urgency.NORMAL.value
    secrecy: str = "normal"
    addressee: str = ""
    remark: str = ""
    arrived_at: datetime | None = None
    agency: str = ""
    files: Sequence[StoredFile] = field(default_factory=tuple)


def open_delivery(session: Session, actor: Actor, public_id: str) -> Delivery:
    """Note the first opening of an arrived letter: a fact, not a state, and no receipt."""
    delivery, letter = load_visible_delivery(session, actor, public_id, for_update=True)
    desk = require(actor, Verb.OPEN)
    _require_receiver(session, delivery, desk)
    if delivery.first_opened_at is not None or delivery.state != ARRIVED:
        return delivery
    session.execute(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.first_opened_at.is_(None))
        .values(first_opened_at=clock.now(), first_opened_by=actor.person_id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(delivery)
    count_one(session, desk.office_id, ARRIVED, 0)
    record(session, actor, Verb.OPEN, delivery, number=letter.letter_no, subject=letter.subject)
    return delivery


def receive(session: Session, actor: Actor, public_id: str) -> tuple[Delivery, RegisterEntry]:
    """ลงรับ: register an arrived letter under the office's own receive number and open its case.

    One delivery is received once, whoever is first; the other is told who and when
    (``AlreadyReceived``). Number, register row, case, access, count and trace are one transaction
    (ข้อ 37–38, App. 6 §2).
    """
    desk = require(actor, Verb.RECEIVE)
    delivery, letter = load_visible_delivery(session, actor, public_id, for_update=True)
    _require_receiver(session, delivery, desk)
    if delivery.state == DeliveryState.RECEIVED.value:
        raise AlreadyReceived(
            person=delivery.settled_by_name,
            at=thai_datetime(delivery.settled_at or clock.now()),
            number=delivery.receive_no,
        )
    if delivery.state != ARRIVED:
        raise DeliveryMoved(state=DeliveryState(delivery.state).label, verb=Verb.RECEIVE.label)
    entry, receive_no = register(session, actor, desk, letter)
    settle(session, actor, delivery, Verb.RECEIVE, entry_id=entry.id, receive_no=receive_no)
    count_one(session, desk.office_id, ARRIVED, -1)
    open_case(session, desk, letter, delivery, entry, Verb.RECEIVE)
    record(
        session,
        actor,
        Verb.RECEIVE,
        delivery,
        files=files_hash(session, letter.id),
        receive_no=delivery.receive_no,
        number=letter.letter_no,
        sender=entry.from_text,
        subject=letter.subject,
        letter=letter.public_id,
        entry=entry.as_given(),
    )
    return delivery, entry


def reject(session: Session, actor: Actor, public_id: str, *, reason: str) -> Delivery:
    """ตีกลับ: refuse an arrived letter with a reason that the sender reads; access ends."""
    desk = require(actor, Verb.REJECT)
    delivery, letter = load_visible_delivery(session, actor, public_id, for_update=True)
    _require_receiver(session, delivery, desk)
    reason = check_text("เหตุผล", reason, 500)
    if not reason:
        raise ReasonMissing
    settle(session, actor, delivery, Verb.REJECT, reason=reason)
    count_one(session, desk.office_id, ARRIVED, -1)
    revoke(session, "letter", letter.id, registry_principals([desk.office_id]))
    record(
        session,
        actor,
        Verb.REJECT,
        delivery,
        text=reason,
        number=letter.letter_no,
        subject=letter.subject,
    )
    return delivery


def register_outside(
    session: Session,
    actor: Actor,
    outside: OutsideLetter,
    *,
    is_confirmed: bool = False,
    file_limit: int = 30,
) -> tuple[Letter, Delivery, RegisterEntry]:
    """Register a letter from outside the system on receipt: paper or e-mail, with its scan.

    Raises ``SenderMissing``, ``SubjectMissing``, ``TopSecretRefused``, and ``PossibleDuplicate``
    until the registrar confirms that it is another letter.
    """
    desk = require(actor, Verb.REGISTER_OUTSIDE)
    fields = _checked_fields(outside)
    sender = check_text("ผู้ส่ง", outside.sender, 300)
    if not sender:
        raise SenderMissing
    number = check_text("เลขที่หนังสือ", outside.letter_no, 80)
    if not is_confirmed:
        refuse_duplicate(session, desk, number, outside.letter_date, sender)
    letter = _outside_letter(actor, outside, fields, sender, number)
    session.add(letter)
    session.flush()
    add_files(session, actor, letter, outside.files, office_id=desk.office_id, limit=file_limit)
    letter.state = LetterState.SENT.value
    entry, receive_no = register(
        session, actor, desk, letter, remark=remark_of_origin(outside.origin)
    )
    if not is_confirmed:  # now that the book is this act's alone, what was registered meanwhile
        refuse_duplicate(session, desk, number, outside.letter_date, sender)
    delivery = _received_now(session, actor, desk, letter, outside, entry, receive_no)
    _let_registry_read(session, desk, letter)
    open_case(session, desk, letter, delivery, entry, Verb.REGISTER_OUTSIDE)
    record(
        session,
        actor,
        Verb.REGISTER_OUTSIDE,
        delivery,
        files=files_hash(session, letter.id),
        receive_no=delivery.receive_no,
        number=number,
        sender=sender,
        subject=letter.subject,
        origin=letter.origin,
        is_confirmed=is_confirmed,
        entry=entry.as_given(),
    )
    return letter, delivery, entry


def _let_registry_read(session: Session, desk: Desk, letter: Letter) -> None:
    registry = ensure_principal(session, PrincipalKind.REGISTRY, desk.office_id)
    grant(session, "letter", letter.id, [registry], Verb.REGISTER_OUTSIDE)
    outbox.note(session, "letter", letter.id)


def _checked_fields(outside: OutsideLetter) -> LetterFields:
    return checked(
        LetterFields(
            subject=outside.subject,
            kind=LetterKind.EXTERNAL.value,
            urgency=outside.urgency,
            secrecy=outside.secrecy,
            addressee=outside.addressee,
            remark=outside.remark,
        )
    )


def _outside_letter(
    actor: Actor, outside: OutsideLetter, fields: LetterFields, sender: str, number: str
) -> Letter:
    at = clock.now()
    return Letter(
        kind=fields.kind,
        origin=Origin(outside.origin).value,
        state=LetterState.DRAFT.value,
        sender_text=sender,
        subject=fields.subject,
        urgency=fields.urgency,
        addressee=fields.addressee,
        remark=fields.remark,
        letter_no=number,
        no_key=number_key(number),
        letter_date=outside.letter_date,
        drafted_by=actor.person_id,
        created_at=at,
        sent_at=at,
    )


def _received_now(
    session: Session,
    actor: Actor,
    desk: Desk,
    letter: Letter,
    outside: OutsideLetter,
    entry: RegisterEntry,
    receive_no: str,
) -> Delivery:
    at = clock.now()
    delivery = Delivery(
        letter_id=letter.id,
        office_id=desk.office_id,
        from_office_id=letter.office_id,
        part=Part.TO.value,
        channel=Channel.EMAIL.value if outside.origin == Origin.EMAIL else Channel.HAND.value,
        state=DeliveryState.RECEIVED.value,
        sent_at=at,
        arrived_at=min(outside.arrived_at or at, at),
        settled_at=at,
        settled_by=actor.person_id,
        settled_by_name=actor.name,
        entry_id=entry.id,
        receive_no=receive_no,
    )
    session.add(delivery)
    session.flush()
    delivery.sort_key = Urgency(letter.urgency).rank * URGENCY_STEP + delivery.id
    return delivery


def void(session: Session, actor: Actor, public_id: str, *, reason: str) -> Delivery:
    """Void a wrong registration of a letter from outside: its number is burned, with a reason.

    A letter sent inside the system is not voided; it is answered or forwarded.
    """
    desk = require(actor, Verb.VOID)
    delivery, letter = load_visible_delivery(session, actor, public_id, for_update=True)
    _require_receiver(session, delivery, desk)
    if letter.origin == Origin.SYSTEM.value:
        raise DeliveryMoved(state=DeliveryState(delivery.state).label, verb=Verb.VOID.label)
    reason = check_text("เหตุผล", reason, 500)
    if not reason:
        raise ReasonMissing
    settle(session, actor, delivery, Verb.VOID, reason=reason)
    burn(session, session.get_one(RegisterEntry, delivery.entry_id), reason)
    case = session.scalars(
        select(Case).where(Case.delivery_id == delivery.id).with_for_update()
    ).one()
    move_case(session, case, Verb.VOID)
    settle_others(session, actor, case, Verb.VOID)
    record(
        session,
        actor,
        Verb.VOID,
        delivery,
        text=reason,
        receive_no=delivery.receive_no,
        subject=letter.subject,
    )
    return delivery


def reply(session: Session, actor: Actor, case_public_id: str) -> Letter:
    """Begin a reply to a received letter: its number and date cited (ข้อ 11.6), its subject kept
    (ข้อ 11.4), its sender addressed; sending it writes การปฏิบัติ in both registers."""
    desk = require(actor, Verb.REPLY)
    case, received = load_visible_case(session, actor, case_public_id)
    _require_case_office(session, case, desk)
    sender = session.get(Office, received.office_id) if received.office_id else None
    name = sender.name if sender else received.sender_text
    letter = draft(
        session,
        actor,
        LetterFields(
            subject=received.subject,
            addressee=f"เรียน  {name}"[:300],
            closing="ขอแสดงความนับถือ",
            citations=(CitationText(received.letter_no, received.letter_date, name[:200]),),
        ),
        answers_case_id=case.id,
    )
    if sender is not None and sender.closed_on is None:
        address(
            session, actor, letter.public_id, Addressing(offices=(sender.public_id,)), version=None
        )
    return letter


def _require_receiver(session: Session, delivery: Delivery, desk: Desk) -> None:
    if delivery.office_id != desk.office_id:
        raise NotReceiver(office=session.get_one(Office, delivery.office_id).display_name)


def _require_case_office(session: Session, case: Case, desk: Desk) -> None:
    """A case is handled from a desk of its own office, also by a person who serves several."""
    if case.office_id != desk.office_id:
        raise NotReceiver(office=session.get_one(Office, case.office_id).display_name)


def remark_of_origin(origin: str) -> str:
    """What stands in หมายเหตุ of the receive register for a letter from outside (ข้อ 38)."""
    return "รับทางอีเมล" if origin == Origin.EMAIL.value else "เอกสารกระดาษ"
