"""Letters without recipients that have reached their end, and lists that leave them out."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select

from eoffice.documents.models import Letter
from eoffice.documents.rules import KINDS_WITHOUT_RECIPIENTS, LetterKind, LetterState
from eoffice.registers.models import OfficeYear


def has_ended() -> ColumnElement[bool]:
    """Letters without recipients that have reached their end: orders and announcements at their
    number (announcements at the signature where the office numbers none), memos at the decision."""
    numbers_announcements = exists(
        select(literal(1)).where(
            OfficeYear.office_id == Letter.office_id, OfficeYear.numbers_announcements.is_(True)
        )
    )
    kinds = tuple(kind.value for kind in KINDS_WITHOUT_RECIPIENTS)
    return or_(
        and_(Letter.state == LetterState.NUMBERED.value, Letter.kind.in_(kinds)),
        and_(
            Letter.state == LetterState.SIGNED.value,
            Letter.kind == LetterKind.ANNOUNCEMENT.value,
            ~numbers_announcements,
        ),
        and_(
            Letter.state == LetterState.SIGNED.value,
            Letter.kind == LetterKind.MEMO.value,
            Letter.to_text == "",
        ),
    )


def in_states(states: tuple[str, ...]) -> ColumnElement[bool]:
    """Letters in some states; those that have ended stand with the sent ones."""
    if LetterState.SENT.value in states:
        return or_(Letter.state.in_(states), has_ended())
    return and_(Letter.state.in_(states), ~has_ended())
