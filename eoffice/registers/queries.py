"""Reading the registers: books of an office, rows in the columns of forms 13 and 14."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from eoffice.actor import Desk
from eoffice.documents.models import Letter
from eoffice.documents.numbers import number_key
from eoffice.registers.models import Book, OfficeYear, RegisterEntry
from eoffice.registers.rules import EntryState, Series
from eoffice.thai_text import normalise

PAGE = 50


@dataclass(frozen=True)
class RegisterRow:
    """One row of a register with the public id of its letter (empty for reserved numbers)."""

    entry: RegisterEntry
    letter_public_id: str


def books_of(session: Session, desk: Desk) -> list[Book]:
    """The books of the desk's office, newest year first."""
    return list(
        session.scalars(
            select(Book)
            .where(Book.office_id == desk.office_id)
            .order_by(Book.year.desc(), Book.series)
        )
    )


def register_rows(
    session: Session,
    desk: Desk,
    *,
    series: str,
    year: int,
    words: str = "",
    after: int | None = None,
    limit: int | None = PAGE,
    newest_first: bool = False,
) -> list[RegisterRow]:
    """Rows of one register of the desk's office by number; ``after`` is the keyset."""
    query = (
        select(RegisterEntry, Letter.public_id)
        .join(Book, Book.id == RegisterEntry.book_id)
        .outerjoin(Letter, Letter.id == RegisterEntry.letter_id)
        .where(
            Book.office_id == desk.office_id,
            Book.group_key == 0,
            Book.series == Series(series).value,
            Book.year == year,
        )
    )
    if words.strip():
        query = query.where(_matches(words))
    if after is not None:
        query = query.where(
            RegisterEntry.number < after if newest_first else RegisterEntry.number > after
        )
    order = RegisterEntry.number.desc() if newest_first else RegisterEntry.number
    query = query.order_by(order)
    if limit is not None:
        query = query.limit(limit + 1)
    return [RegisterRow(entry, public_id or "") for entry, public_id in session.execute(query)]


def free_reserved(session: Session, desk: Desk, series: str, year: int) -> list[RegisterEntry]:
    """Reserved numbers of a book that no letter has taken yet."""
    return list(
        session.scalars(
            select(RegisterEntry)
            .join(Book, Book.id == RegisterEntry.book_id)
            .where(
                Book.office_id == desk.office_id,
                Book.series == series,
                Book.year == year,
                RegisterEntry.state == EntryState.RESERVED.value,
            )
            .order_by(RegisterEntry.number)
        )
    )


def next_number(session: Session, office_id: int, series: str, year: int) -> int:
    """The number that would be given next (only a forecast until it is taken)."""
    last = session.scalar(
        select(Book.last_no).where(
            Book.office_id == office_id,
            Book.group_key == 0,
            Book.series == series,
            Book.year == year,
        )
    )
    return (last or 0) + 1


def year_settings(session: Session, office_id: int, year: int) -> OfficeYear | None:
    """Numbering settings of an office in a year, the latest earlier ones where there are none."""
    return session.scalars(
        select(OfficeYear)
        .where(OfficeYear.office_id == office_id, OfficeYear.year <= year)
        .order_by(OfficeYear.year.desc())
        .limit(1)
    ).first()


def _matches(words: str):  # type: ignore[no-untyped-def]
    typed = [word for word in normalise(words).split() if word][:10]
    key = number_key(words)
    by_subject = and_(*(RegisterEntry.subject.icontains(w, autoescape=True) for w in typed))
    clauses = [by_subject, RegisterEntry.ref_no.contains(words.strip(), autoescape=True)]
    if key.isdigit():
        clauses.append(RegisterEntry.number == int(key[:9]))
    clauses.append(Letter.no_key.contains(key, autoescape=True))
    return or_(*clauses)
