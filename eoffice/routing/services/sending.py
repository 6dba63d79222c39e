"""Between offices: send, recall, remind; what became of a letter to an external agency.

Fan-out is a bulk insert: 3, 117 or 30,000 recipients take the same number of statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor, Desk
from eoffice.db import UtcDateTime
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import ReasonMissing
from eoffice.documents.services.attaching import StoredFile, files_hash, keep_proof
from eoffice.documents.services.drafting import check_text, require_office
from eoffice.documents.services.steps import advance, require_step
from eoffice.registers.models import RegisterEntry
from eoffice.registers.rules import EntryState
from eoffice.registers.services.numbering import note_action
from eoffice.routing.models import Case, Delivery, FolderCount, Reminder
from eoffice.routing.rules import (
    DELIVERY_STEPS,
    AlreadyReminded,
    DeliveryMoved,
    DeliveryNotFound,
    DeliveryState,
    NoRecipients,
    NothingToRecall,
)
from eoffice.routing.services.approving import has_recipients_by_kind
from eoffice.routing.services.dispatching import (
    ARRIVED,
    count_arrivals,
    deliver,
    give_access,
    is_sqlite,
    refuse_closed,
)
from eoffice.routing.tracking import offices_in
from eoffice.thai import thai_date
from eoffice.users.access import registry_principals, revoke
from eoffice.users.permissions import require
from eoffice.verbs import Verb


def send(session: Session, actor: Actor, public_id: str, *, version: int) -> int:
    """Send a numbered letter to its recipients; returns to how many offices it went.

    A sent letter goes again to recipients without a live delivery (added later, rejected,
    recalled, failed). Inside the system a delivery is born ``arrived`` at the commit. Raises
    ``NoRecipients``, ``OfficeClosed``, ``WrongState``, ``StaleVersion``.
    """
    desk = require(actor, Verb.SEND)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.SEND)
    if not has_recipients_by_kind(letter):
        raise NoRecipients
    refuse_closed(session, letter)
    is_first = letter.sent_at is None
    advance(session, letter, Verb.SEND, version=version, sent_at=letter.sent_at or clock.now())
    last_id = 0 if is_first else _last_delivery(session, letter)
    count = deliver(session, letter)
    if count == 0:
        raise NoRecipients
    count_arrivals(session, letter, after=last_id)
    give_access(session, letter)
    noted = _note_answer(session, letter) if is_first else {}
    record(
        session,
        actor,
        Verb.SEND,
        letter,
        files=files_hash(session, letter.id),
        number=letter.letter_no,
        to=letter.to_text,
        count=count,
        subject=letter.subject,
        noted=noted,
    )
    return count


def recall(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    version: int,
    reason: str,
    deliveries: Sequence[str] = (),
) -> int:
    """Recall a letter from offices that have not received it (all, or the chosen deliveries).

    Access of those registries ends at once. Raises ``ReasonMissing``, ``NothingToRecall``, and
    ``DeliveryNotFound`` when one of the chosen is not of this letter: then none is recalled.
    """
    desk = require(actor, Verb.RECALL)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.RECALL)
    reason = check_text("เหตุผล", reason, 500)
    if not reason:
        raise ReasonMissing
    advance(session, letter, Verb.RECALL, version=version)
    wanted = and_(Delivery.letter_id == letter.id, Delivery.state == ARRIVED)
    if deliveries:
        _require_chosen(session, letter, deliveries)
        wanted = and_(wanted, Delivery.public_id.in_(list(deliveries)))
    offices = _recalled(session, actor, wanted, reason)
    if not offices:
        raise NothingToRecall
    revoke(session, "letter", letter.id, registry_principals(offices))
    move_counts(session, offices, ARRIVED, -1)
    record(
        session,
        actor,
        Verb.RECALL,
        letter,
        text=reason,
        number=letter.letter_no,
        offices=sorted(offices),
    )
    return len(offices)


def _recalled(
    session: Session, actor: Actor, wanted: ColumnElement[bool], reason: str
) -> list[int]:
    changed = session.execute(
        update(Delivery)
        .where(wanted)
        .values(
            state=DeliveryState.RECALLED.value,
            version=Delivery.version + 1,
            reason=reason,
            settled_at=clock.now(),
            settled_by=actor.person_id,
            settled_by_name=actor.name,
        )
        .returning(Delivery.office_id)
        .execution_options(synchronize_session=False)
    )
    return list(changed.scalars())


def remind(session: Session, actor: Actor, public_id: str, *, network: str = "") -> int:
    """Remind the registries that have not received a letter, or those of one network (by its
    public id); at most once a day each.

    Returns how many were reminded now; raises ``AlreadyReminded`` when none is left today.
    """
    desk = require(actor, Verb.REMIND)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.REMIND)
    at = clock.now()
    insert_into = sqlite.insert if is_sqlite(session) else postgresql.insert
    due = select(Delivery.id, literal(clock.today()), literal(at, UtcDateTime)).where(
        Delivery.letter_id == letter.id, Delivery.state == ARRIVED
    )
    if network:
        due = due.where(Delivery.office_id.in_(offices_in(network)))
    reminded = list(
        session.scalars(
            insert_into(Reminder)
            .from_select(["delivery_id", "reminded_on", "reminded_at"], due)
            .on_conflict_do_nothing()
            .returning(Reminder.delivery_id)
        )
    )
    if not reminded:
        raise AlreadyReminded
    record(
        session,
        actor,
        Verb.REMIND,
        letter,
        number=letter.letter_no,
        deliveries=sorted(reminded),
        subject=letter.subject,
    )
    return len(reminded)


def record_delivered(
    session: Session,
    actor: Actor,
    delivery_id: str,
    *,
    delivered_on: date,
    delivered_to: str = "",
    proof: str = "",
    file: StoredFile | None = None,
) -> Delivery:
    """The sender's registrar notes that a letter reached an external agency; the proof is a text
    (a parcel's number), a file (a scanned receipt) or both."""
    delivery, letter = _own_outgoing(session, actor, delivery_id, Verb.RECORD_DELIVERED)
    settle(
        session,
        actor,
        delivery,
        Verb.RECORD_DELIVERED,
        delivered_on=delivered_on,
        delivered_to=check_text("ผู้รับ", delivered_to, 200),
        proof=check_text("หลักฐาน", proof, 300),
    )
    kept = _proven(session, actor, letter, delivery, file)
    record(
        session,
        actor,
        Verb.RECORD_DELIVERED,
        delivery,
        number=letter.letter_no,
        on=delivered_on,
        to=delivered_to,
        proof=proof,
        **kept,
    )
    return delivery


def record_failed(
    session: Session,
    actor: Actor,
    delivery_id: str,
    *,
    reason: str,
    file: StoredFile | None = None,
) -> Delivery:
    """The sender's registrar notes that a letter did not reach an external agency, with a file as
    proof where there is one; sending again is a new row. Raises ``ReasonMissing``."""
    delivery, letter = _own_outgoing(session, actor, delivery_id, Verb.RECORD_FAILED)
    reason = check_text("เหตุผล", reason, 500)
    if not reason:
        raise ReasonMissing
    settle(session, actor, delivery, Verb.RECORD_FAILED, reason=reason)
    kept = _proven(session, actor, letter, delivery, file)
    record(
        session, actor, Verb.RECORD_FAILED, delivery, text=reason, number=letter.letter_no, **kept
    )
    return delivery


def _proven(
    session: Session, actor: Actor, letter: Letter, delivery: Delivery, file: StoredFile | None
) -> dict[str, Any]:
    """What the log says of the proof that was kept, nothing without a file."""
    if file is None:
        return {}
    keep_proof(session, actor, letter.office_id or 0, delivery.id, file)
    return {"files": [file.sha256], "proof_name": file.name}


def settle(session: Session, actor: Actor, delivery: Delivery, verb: Verb, **changes: Any) -> None:
    """Move a delivery by a verb with a compare-and-set on state and version.

    Raises ``DeliveryMoved`` (409) when the state does not allow it or a race was lost.
    """
    state = DeliveryState(delivery.state)
    target = DELIVERY_STEPS.get((verb, state))
    if target is None:
        raise DeliveryMoved(state=state.label, verb=verb.label)
    changed = session.execute(
        update(Delivery)
        .where(
            Delivery.id == delivery.id,
            Delivery.state == delivery.state,
            Delivery.version == delivery.version,
        )
        .values(
            state=target.value,
            version=delivery.version + 1,
            settled_at=clock.now(),
            settled_by=actor.person_id,
            settled_by_name=actor.name,
            **changes,
        )
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        session.refresh(delivery)
        raise DeliveryMoved(state=DeliveryState(delivery.state).label, verb=verb.label)
    session.refresh(delivery)


def move_counts(session: Session, office_ids: Sequence[int], folder: str, step: int) -> None:
    """Move the folder counts of offices by a step, in the act's own transaction."""
    counts = FolderCount.office_id.in_(list(office_ids)), FolderCount.folder == folder
    # Locked in the order in which a sending locks them: two acts never wait for each other.
    session.execute(
        select(FolderCount.office_id)
        .where(*counts)
        .order_by(FolderCount.office_id)
        .with_for_update()
    ).all()
    session.execute(
        update(FolderCount)
        .where(*counts)
        .values(count=FolderCount.count + step, version=FolderCount.version + 1)
        .execution_options(synchronize_session=False)
    )


def count_one(session: Session, office_id: int, folder: str, step: int) -> None:
    """Move one folder count of one office, making its row when it is missing."""
    insert_into = sqlite.insert if is_sqlite(session) else postgresql.insert
    session.execute(
        insert_into(FolderCount)
        .values(office_id=office_id, folder=folder, count=max(step, 0), version=1)
        .on_conflict_do_update(
            index_elements=["office_id", "folder"],
            set_={"count": FolderCount.count + step, "version": FolderCount.version + 1},
        )
    )


def _last_delivery(session: Session, letter: Letter) -> int:
    """The newest delivery of a letter so far: it is locked, newer ones are this act's."""
    newest = select(func.max(Delivery.id)).where(Delivery.letter_id == letter.id)
    return session.scalar(newest) or 0


def _note_answer(session: Session, letter: Letter) -> dict[str, str]:
    """Write การปฏิบัติ in both registers where a letter answers another; the words by row id.

    A row that was cancelled meanwhile (a wrong registration, voided) stays as it is.
    """
    answered = session.get(Case, letter.answers_case_id) if letter.answers_case_id else None
    if answered is None or letter.letter_date is None:
        return {}
    received = session.get_one(RegisterEntry, answered.entry_id)
    words: dict[int, str] = {}
    if received.state != EntryState.CANCELLED.value:
        sent_on = thai_date(letter.letter_date)
        words[received.id] = f"ตอบตามหนังสือที่ {letter.letter_no} ลงวันที่ {sent_on}"
    if letter.entry_id is not None:
        words[letter.entry_id] = f"ตอบหนังสือเลขรับ {received.number} ที่ {received.ref_no}"
    for entry_id, text in words.items():
        note_action(session, entry_id, text)
    return {str(entry_id): text for entry_id, text in words.items()}


def _own_outgoing(
    session: Session, actor: Actor, public_id: str, verb: Verb
) -> tuple[Delivery, Letter]:
    desk: Desk = require(actor, verb)
    row = session.execute(
        select(Delivery, Letter)
        .join(Letter, Letter.id == Delivery.letter_id)
        .where(Delivery.public_id == public_id, Letter.office_id == desk.office_id)
        .with_for_update(of=Delivery)
    ).one_or_none()
    if row is None:
        raise DeliveryNotFound
    load_visible(session, actor, row[1].public_id)
    return row[0], row[1]


def _require_chosen(session: Session, letter: Letter, chosen: Sequence[str]) -> None:
    known = session.scalar(
        select(func.count()).where(
            Delivery.letter_id == letter.id, Delivery.public_id.in_(list(chosen))
        )
    )
    if known != len(set(chosen)):
        raise DeliveryNotFound
