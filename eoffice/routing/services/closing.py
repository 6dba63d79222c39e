"""An office closes: its successor goes on with what waits, and its books end.

Everything that was still on its way is settled in the one transaction that closes the office, so
that nothing waits at a desk that nobody has any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.documents.models import Letter, LetterRecipient
from eoffice.registers.models import Book, RegisterEntry
from eoffice.registers.rules import EntryState
from eoffice.routing.models import Case, Delivery, Task
from eoffice.routing.services.dispatching import ARRIVED, DEAD
from eoffice.routing.services.handing_over import (
    OPEN_CASES,
    OPEN_TASKS,
    UNFINISHED,
    Closing,
    cancel_unsent,
    end_books,
    is_unsent,
    move_cases,
    move_tasks,
    take_drafts_over,
)
from eoffice.routing.services.sending import count_one, settle
from eoffice.users.access import registry_principals, revoke
from eoffice.users.models import Office
from eoffice.users.services.closing import closing_pair, end_office
from eoffice.verbs import Verb


@dataclass(frozen=True)
class HandOver:
    """What closing an office would move or end now."""

    deliveries: int
    doubles: int
    cases: int
    tasks: int
    drafts: int
    unsent: int
    reserved: int
    books: int


def close_office(
    session: Session, actor: Actor, public_id: str, *, successor_public_id: str, closed_on: date
) -> Office:
    """Close an office; its successor gets the letters that are not received yet, the open cases
    and tasks and the drafts, and reads its registers on; its books end; one act.

    A letter that the successor has or wrote itself is not delivered twice: that delivery is
    rejected with the reason. Drafts are taken over, to be signed anew; a letter numbered but never
    sent is cancelled and its number burned, as are reserved numbers; each of these leaves its own
    trace. Raises ``OfficeClosed``, ``SuccessorMissing``, ``ClosingDateWrong``,
    ``SuccessorUnstaffed``.
    """
    office, successor = closing_pair(session, actor, public_id, successor_public_id, closed_on)
    act = Closing(session, actor, office, successor)
    moving = hand_over_of(session, office, successor)
    _reject_doubles(act)
    deliveries = _move_deliveries(act)
    cases = move_cases(act)
    cancel_unsent(act)
    take_drafts_over(act)
    move_tasks(act)
    end_books(act, closed_on)
    return end_office(
        session,
        actor,
        office,
        successor,
        closed_on=closed_on,
        handed_over=vars(moving) | {"delivery_ids": deliveries, "case_ids": cases},
    )


def hand_over_of(session: Session, office: Office, successor: Office | None) -> HandOver:
    """Count what would move: shown before the act, and kept in its trace."""

    def count(query: Any) -> int:
        return session.scalar(select(func.count()).select_from(query.subquery())) or 0

    arrived = select(Delivery.id).where(Delivery.office_id == office.id, Delivery.state == ARRIVED)
    doubles = count(arrived.where(_is_double(successor))) if successor is not None else 0
    letters = select(Letter.id).where(Letter.office_id == office.id, Letter.origin == "system")
    numbers = select(RegisterEntry.id).join(Book, Book.id == RegisterEntry.book_id)
    return HandOver(
        deliveries=count(arrived) - doubles,
        doubles=doubles,
        cases=count(
            select(Case.id).where(
                Case.office_id == office.id, Case.state.in_([s.value for s in OPEN_CASES])
            )
        ),
        tasks=count(
            select(Task.id).where(
                Task.office_id == office.id, Task.state.in_([s.value for s in OPEN_TASKS])
            )
        ),
        drafts=count(letters.where(Letter.state.in_([s.value for s in UNFINISHED]))),
        unsent=count(letters.where(is_unsent())),
        reserved=count(
            numbers.where(
                Book.office_id == office.id, RegisterEntry.state == EntryState.RESERVED.value
            )
        ),
        books=count(select(Book.id).where(Book.office_id == office.id, Book.closed_at.is_(None))),
    )


def _reject_doubles(act: Closing) -> None:
    """The successor has these letters already: the second delivery ends, the sender is told."""
    doubles = act.session.execute(
        select(Delivery, Letter)
        .join(Letter, Letter.id == Delivery.letter_id)
        .where(
            Delivery.office_id == act.office.id,
            Delivery.state == ARRIVED,
            _is_double(act.successor),
        )
        .order_by(Delivery.id)
    ).all()
    for delivery, letter in doubles:
        settle(act.session, act.actor, delivery, Verb.REJECT, reason=act.reason)
        revoke(act.session, "letter", letter.id, registry_principals([act.office.id]))
        record(
            act.session,
            act.actor,
            Verb.REJECT,
            delivery,
            text=act.reason,
            number=letter.letter_no,
            subject=letter.subject,
        )
    if doubles:
        count_one(act.session, act.office.id, ARRIVED, -len(doubles))


def _move_deliveries(act: Closing) -> list[int]:
    """Letters not received yet become the successor's; returns the deliveries that moved."""
    moved = act.session.execute(
        update(Delivery)
        .where(Delivery.office_id == act.office.id, Delivery.state == ARRIVED)
        .values(
            office_id=act.successor.id,
            version=Delivery.version + 1,
            reason=f"เดิมส่งถึง{act.office.name}",
        )
        .returning(Delivery.id, Delivery.letter_id)
        .execution_options(synchronize_session=False)
    ).all()
    if moved:
        letters = [letter_id for _, letter_id in moved]
        _move_recipients(act, letters)
        act.let_successor_read("letter", letters)
        count_one(act.session, act.office.id, ARRIVED, -len(moved))
        count_one(act.session, act.successor.id, ARRIVED, len(moved))
    return sorted(delivery_id for delivery_id, _ in moved)


def _move_recipients(act: Closing, letters: list[int]) -> None:
    """The recipient of a moved letter is the successor now, so that nobody sends it once more."""
    session, of_letters = act.session, LetterRecipient.letter_id.in_(letters)
    known = select(LetterRecipient.letter_id).where(
        of_letters, LetterRecipient.office_id == act.successor.id
    )
    own = LetterRecipient.office_id == act.office.id
    already = list(session.scalars(known))
    session.execute(delete(LetterRecipient).where(own, LetterRecipient.letter_id.in_(already)))
    session.execute(
        update(LetterRecipient)
        .where(own, of_letters)
        .values(office_id=act.successor.id)
        .execution_options(synchronize_session=False)
    )


def _is_double(successor: Office) -> ColumnElement[bool]:
    """The successor wrote the letter, or has it itself by a live delivery."""
    other, written = aliased(Delivery), aliased(Letter)
    wrote = select(literal(1)).where(
        written.id == Delivery.letter_id, written.office_id == successor.id
    )
    has = select(literal(1)).where(
        other.letter_id == Delivery.letter_id,
        other.office_id == successor.id,
        other.state.not_in(DEAD),
    )
    return or_(exists(wrote), exists(has))
