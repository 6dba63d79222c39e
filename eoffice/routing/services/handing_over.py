"""What an office that closes hands to its successor: cases, tasks, drafts; how its books end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    delete,
    exists,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from eoffice import clock, outbox
from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.documents.models import Letter, LetterRecipient
from eoffice.documents.rules import LetterState, Origin
from eoffice.documents.services.steps import advance
from eoffice.registers.models import Book, RegisterEntry
from eoffice.registers.rules import EntryState
from eoffice.registers.services.numbering import burn
from eoffice.routing.models import Case, Task
from eoffice.routing.rules import CaseState, SuccessorUnstaffed, TaskState
from eoffice.routing.services.approving import settle_tasks
from eoffice.thai import thai_date
from eoffice.users.access import ensure_principal, grant
from eoffice.users.desks import post_with_role
from eoffice.users.models import Office, Post, PostRole
from eoffice.users.rules import PrincipalKind, Role
from eoffice.verbs import Verb

OPEN_CASES = (CaseState.REGISTERED, CaseState.ROUTED, CaseState.PROPOSED, CaseState.ORDERED)
OPEN_TASKS = (TaskState.OPEN, TaskState.ACKNOWLEDGED, TaskState.IN_PROGRESS, TaskState.REPORTED)
UNFINISHED = (LetterState.DRAFT, LetterState.PROPOSED, LetterState.SIGNED)
UNSIGNED: dict[str, Any] = {
    "signer_post_id": None,
    "signature_id": None,
    "signed_by": None,
    "signed_at": None,
    "signed_hash": "",
    "signer_name": "",
    "signer_position": "",
    "is_signed_on_paper": False,
}
"""A draft as it is before anybody signs it."""


@dataclass(frozen=True)
class Closing:
    """The office that closes, who goes on, and where at the successor work is handed to."""

    session: Session
    actor: Actor
    office: Office
    successor: Office

    @property
    def reason(self) -> str:
        """What stands beside everything that ends with the office."""
        return f"{self.office.name} ยุบเลิก หน่วยงานที่รับช่วงคือ{self.successor.name}"

    @property
    def registry(self) -> Post:
        """The successor's post for drafts and clerks' work. Raises ``SuccessorUnstaffed``."""
        return self._post(Role.REGISTRAR, Role.DIRECTOR)

    @property
    def head(self) -> Post:
        """The successor's post for what waits for the head. Raises ``SuccessorUnstaffed``."""
        return self._post(Role.DIRECTOR, Role.REGISTRAR)

    def let_successor_read(self, kind: str, ids: Iterable[int]) -> None:
        """Give the successor's registry access to letters or cases."""
        registry = ensure_principal(self.session, PrincipalKind.REGISTRY, self.successor.id)
        for object_id in sorted(set(ids)):
            grant(self.session, kind, object_id, [registry], Verb.CLOSE_OFFICE)
            outbox.note(self.session, kind, object_id)

    def _post(self, *roles: Role) -> Post:
        for role in roles:
            post = post_with_role(self.session, self.successor.id, role.value)
            if post is not None:
                return post
        raise SuccessorUnstaffed(office=self.successor.display_name)


def is_unsent() -> ColumnElement[bool]:
    """Numbered for recipients it has not reached; orders and the like are complete by a number."""
    return and_(
        Letter.state == LetterState.NUMBERED.value,
        exists(select(literal(1)).where(LetterRecipient.letter_id == Letter.id)),
    )


def move_cases(act: Closing) -> list[int]:
    """Open cases go on at the successor; groups do not exist there, so they are routed anew."""
    states = [state.value for state in OPEN_CASES]
    routed = (Case.state == CaseState.ROUTED.value, CaseState.REGISTERED.value)
    moved = act.session.execute(
        update(Case)
        .where(Case.office_id == act.office.id, Case.state.in_(states))
        .values(
            office_id=act.successor.id,
            group_id=None,
            version=Case.version + 1,
            state=case(routed, else_=Case.state),
        )
        .returning(Case.id, Case.letter_id)
        .execution_options(synchronize_session=False)
    ).all()
    act.let_successor_read("case", [case_id for case_id, _ in moved])
    act.let_successor_read("letter", [letter_id for _, letter_id in moved])
    return sorted(case_id for case_id, _ in moved)


def cancel_unsent(act: Closing) -> None:
    """A letter with a number of the closed office that nobody sent is cancelled, number burned."""
    for letter in _own_letters(act, is_unsent()):
        advance(act.session, letter, Verb.CANCEL, cancelled_at=clock.now())
        if letter.entry_id is not None:
            burn(act.session, act.session.get_one(RegisterEntry, letter.entry_id), act.reason)
        record(
            act.session,
            act.actor,
            Verb.CANCEL,
            letter,
            text=act.reason,
            number=letter.letter_no,
            subject=letter.subject,
        )


def take_drafts_over(act: Closing) -> None:
    """Drafts become the successor's; proposed and signed ones are drafts again, since its own
    head signs for it."""
    states = [state.value for state in UNFINISHED]
    for letter in _own_letters(act, Letter.state.in_(states)):
        _back_to_draft(act, letter)
        advance(
            act.session,
            letter,
            Verb.TAKE_OVER,
            office_id=act.successor.id,
            owner_post_id=act.registry.id,
            owner_group_id=None,
        )
        act.session.execute(
            delete(LetterRecipient).where(
                LetterRecipient.letter_id == letter.id,
                LetterRecipient.office_id == act.successor.id,
            )
        )
        owner = ensure_principal(act.session, PrincipalKind.POST, act.registry.id)
        grant(act.session, "letter", letter.id, [owner], Verb.CLOSE_OFFICE)
        act.let_successor_read("letter", [letter.id])
        record(act.session, act.actor, Verb.TAKE_OVER, letter, subject=letter.subject)


def _back_to_draft(act: Closing, letter: Letter) -> None:
    verb = {
        LetterState.PROPOSED.value: Verb.WITHDRAW,
        LetterState.SIGNED.value: Verb.SEND_BACK,
    }.get(letter.state)
    if verb is None:
        return
    advance(act.session, letter, verb, **UNSIGNED)
    settle_tasks(act.session, act.actor, letter, TaskState.WITHDRAWN)
    text = act.reason if verb is Verb.SEND_BACK else ""
    record(act.session, act.actor, verb, letter, text=text, subject=letter.subject)


def _own_letters(act: Closing, which: ColumnElement[bool]) -> Sequence[Letter]:
    own = Letter.office_id == act.office.id, Letter.origin == Origin.SYSTEM.value
    query = select(Letter).where(*own, which).order_by(Letter.id).with_for_update()
    return act.session.scalars(query).all()


def move_tasks(act: Closing) -> None:
    """Open tasks on cases go to the successor's head or registry, by what the old post was."""
    heads = set(
        act.session.scalars(
            select(PostRole.post_id)
            .join(Post, Post.id == PostRole.post_id)
            .where(Post.office_id == act.office.id, PostRole.role == Role.DIRECTOR.value)
        )
    )
    states = [state.value for state in OPEN_TASKS]
    tasks = act.session.scalars(
        select(Task)
        .where(Task.office_id == act.office.id, Task.state.in_(states))
        .order_by(Task.id)
        .with_for_update()
    )
    for task in tasks.all():
        seat = act.head if task.post_id in heads else act.registry
        task.office_id, task.post_id, task.version = act.successor.id, seat.id, task.version + 1
        holder = ensure_principal(act.session, PrincipalKind.POST, seat.id)
        kind = "case" if task.case_id is not None else "letter"
        grant(act.session, kind, task.case_id or task.letter_id or 0, [holder], Verb.CLOSE_OFFICE)
    act.session.flush()


def end_books(act: Closing, closed_on: date) -> None:
    """Reserved numbers are burned, and every book ends with a closing remark (ข้อ 38, 43)."""
    reserved = act.session.execute(
        select(RegisterEntry, Book)
        .join(Book, Book.id == RegisterEntry.book_id)
        .where(Book.office_id == act.office.id, RegisterEntry.state == EntryState.RESERVED.value)
        .order_by(RegisterEntry.id)
        .with_for_update(of=RegisterEntry)
    )
    for entry, book in reserved.all():
        burn(act.session, entry, act.reason)
        record(
            act.session,
            act.actor,
            Verb.CANCEL_NUMBER,
            entry,
            text=act.reason,
            series=book.series,
            number=entry.number,
        )
    act.session.execute(
        update(Book)
        .where(Book.office_id == act.office.id, Book.closed_at.is_(None))
        .values(
            closed_at=clock.now(),
            closing_remark=f"ปิดทะเบียน {act.reason} ตั้งแต่วันที่ {thai_date(closed_on)}",
        )
        .execution_options(synchronize_session=False)
    )
