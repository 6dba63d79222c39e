"""Reading the registers: books of an office, rows in the columns of forms 13 and 14."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.numbers import number_key
from eoffice.documents.queries import visible_to
from eoffice.registers.models import Book, OfficeYear, RegisterEntry
from eoffice.registers.rules import (
    PATHS,
    CircularSeries,
    EntryNotFound,
    EntryState,
    Series,
    book_key,
)
from eoffice.routing.models import Case, Endorsement, Task
from eoffice.thai_text import normalise, to_arabic_digits
from eoffice.users.models import Group, Holding, Office, Person, Post
from eoffice.users.permissions import may, require
from eoffice.users.rules import HoldingKind, OfficeKind, OfficeNotFound
from eoffice.verbs import Verb

PAGE = 50
GIVEN_AWAY = ("withdrawn", "sent_back")
_NUMBER = re.compile(r"([0-9]{1,9})(?:/[0-9]{4})?")


@dataclass(frozen=True)
class RegisterRow:
    """One row of a register with the public id of its letter where this person may read that."""

    entry: RegisterEntry
    letter_public_id: str
    urgency: str
    entered_by: str
    is_outgoing: bool
    acting: Sequence[str] = ()

    @property
    def acts(self) -> list[str]:
        """การปฏิบัติ: the group that took the letter and who acts (ข้อ 39), then what was done."""
        return [*self.acting, *self.entry.action_taken.splitlines()]

    @property
    def is_cancelled(self) -> bool:
        """Whether the number is burned."""
        return self.entry.state == EntryState.CANCELLED.value

    @property
    def is_reserved(self) -> bool:
        """Whether the number waits for its letter."""
        return self.entry.state == EntryState.RESERVED.value

    @property
    def late_at(self) -> datetime | None:
        """The real time of numbering where the letter's day is another one (ข้อ 89/3)."""
        issued = self.entry.issued_at
        day = self.entry.ref_date if self.is_outgoing else None
        if issued is None or clock.day_of(issued) == (day or self.entry.entered_on):
            return None
        return issued


@dataclass(frozen=True)
class BookRow:
    """A book with how its numbers stand."""

    book: Book
    reserved: int
    cancelled: int

    @property
    def label(self) -> str:
        """What the register is called."""
        return Series(self.book.series).label

    @property
    def path(self) -> str:
        """How the register is called in an address."""
        return PATHS[Series(self.book.series)]

    @property
    def has_begun(self) -> bool:
        """Whether a number was given."""
        return self.book.last_no >= self.book.first_no


def readable_offices(session: Session, actor: Actor) -> list[Office]:
    """Whose registers the desk reads: its own office's, then those of closed ones it succeeds.

    Raises ``RoleMissing`` for a desk that reads no registers.
    """
    desk = require(actor, Verb.READ_REGISTER)
    found = [session.get_one(Office, desk.office_id)]
    frontier = [desk.office_id]
    while frontier:
        query = select(Office).where(
            Office.successor_id.in_(frontier), Office.closed_on <= clock.today()
        )
        older = [o for o in session.scalars(query.order_by(Office.code)) if o not in found]
        found += older
        frontier = [office.id for office in older]
    return found


def readable_office(session: Session, actor: Actor, public_id: str = "") -> Office:
    """One of these offices, the own one if none is named. Raises ``OfficeNotFound``."""
    offices = readable_offices(session, actor)
    for office in offices:
        if not public_id or office.public_id == public_id:
            return office
    raise OfficeNotFound


def books_of(session: Session, office: Office) -> list[BookRow]:
    """The books of an office, newest year first, with their reserved and cancelled numbers."""

    def count(state: EntryState) -> Any:
        return (
            select(func.count(RegisterEntry.id))
            .where(RegisterEntry.book_id == Book.id, RegisterEntry.state == state.value)
            .correlate(Book)
            .scalar_subquery()
        )

    rows = session.execute(
        select(Book, count(EntryState.RESERVED), count(EntryState.CANCELLED))
        .where(Book.office_id == office.id, Book.group_key == 0)
        .order_by(Book.year.desc(), Book.id)
    )
    found = [BookRow(book, reserved, cancelled) for book, reserved, cancelled in rows]
    shelf = {series.value: place for place, series in enumerate(PATHS)}
    return sorted(found, key=lambda row: (-row.book.year, shelf[row.book.series]))


def book_of(session: Session, office: Office, series: str, year: int) -> Book | None:
    """A book of an office, none before its first number."""
    return session.scalars(
        select(Book).where(
            Book.office_id == office.id,
            Book.group_key == 0,
            Book.series == Series(series).value,
            Book.year == year,
        )
    ).one_or_none()


def register_rows(
    session: Session,
    actor: Actor,
    book: Book,
    *,
    words: str = "",
    since: date | None = None,
    until: date | None = None,
    before: int | None = None,
    limit: int | None = PAGE,
) -> list[RegisterRow]:
    """Rows of a register: newest first by pages (``before`` is the keyset, one row more tells of
    the next page), or all of a period in order of number where ``limit`` is none."""
    is_visible = case((visible_to(actor), Letter.public_id), else_="")
    urgency = case((visible_to(actor), Letter.urgency), else_="")
    query = (
        select(RegisterEntry, is_visible, urgency, Person)
        .outerjoin(Letter, Letter.id == RegisterEntry.letter_id)
        .outerjoin(Person, Person.id == RegisterEntry.entered_by)
        .where(RegisterEntry.book_id == book.id)
    )
    if words.strip():
        query = query.where(_matches(words))
    if since is not None:
        query = query.where(RegisterEntry.entered_on >= since)
    if until is not None:
        query = query.where(RegisterEntry.entered_on <= until)
    if before is not None:
        query = query.where(RegisterEntry.number < before)
    query = query.order_by(RegisterEntry.number if limit is None else RegisterEntry.number.desc())
    if limit is not None:
        query = query.limit(limit + 1)
    is_outgoing = book.series != Series.RECEIVE.value
    rows = session.execute(query).all()
    acting = {} if is_outgoing else acting_on(session, [row[0].id for row in rows])
    return [
        RegisterRow(
            entry,
            public_id or "",
            urgent or "",
            person.full_name if person else "",
            is_outgoing=is_outgoing,
            acting=acting.get(entry.id, ()),
        )
        for entry, public_id, urgent, person in rows
    ]


def acting_on(session: Session, entry_ids: Sequence[int]) -> dict[int, list[str]]:
    """The group that took each registered letter, then who acts on it, in words.

    Who reported stands by the name of that day, else today's holder of the post, else the post.
    """
    groups = select(Case.entry_id, Group.name).join(Group, Group.id == Case.group_id)
    groups = groups.where(Case.entry_id.in_(entry_ids))
    found = {entry_id: [name] for entry_id, name in session.execute(groups)}
    names: dict[int, dict[str, None]] = {}
    for entry_id, title, reporter, holder in session.execute(_people(entry_ids)):
        names.setdefault(entry_id, {})[reporter or (holder.full_name if holder else title)] = None
    for entry_id, people in names.items():
        found.setdefault(entry_id, []).append(f"ผู้ปฏิบัติ {', '.join(people)}")
    return found


def _people(entry_ids: Sequence[int]) -> Select[int, str, str, Person]:
    today, report = clock.today(), Endorsement.verb == Verb.REPORT.value
    is_holding = and_(
        Holding.post_id == Task.post_id,
        Holding.kind == HoldingKind.SUBSTANTIVE.value,
        Holding.starts_on <= today,
        or_(Holding.ends_on.is_(None), Holding.ends_on >= today),
    )
    return (
        select(Case.entry_id, Post.title, Endorsement.name, Person)
        .join(Task, Task.case_id == Case.id)
        .join(Post, Post.id == Task.post_id)
        .outerjoin(Endorsement, and_(Endorsement.task_id == Task.id, report))
        .outerjoin(Holding, is_holding)
        .outerjoin(Person, Person.id == Holding.person_id)
        .where(Case.entry_id.in_(entry_ids), Task.kind == "act", Task.state.not_in(GIVEN_AWAY))
        .order_by(Task.id)
    )


def years_of(session: Session, office: Office, series: str) -> list[int]:
    """The years in which an office has a book of a series, newest first, with this year."""
    years = session.scalars(
        select(Book.year).where(
            Book.office_id == office.id, Book.group_key == 0, Book.series == series
        )
    )
    return sorted({*years, clock.this_year()}, reverse=True)


def load_entry(session: Session, actor: Actor, public_id: str) -> tuple[RegisterEntry, Book]:
    """A register row of the desk's office, for a desk that reads its registers. Anything else
    raises ``EntryNotFound`` (404)."""
    office_id = actor.desk.office_id if actor.desk and may(actor, Verb.READ_REGISTER) else None
    row = session.execute(
        select(RegisterEntry, Book)
        .join(Book, Book.id == RegisterEntry.book_id)
        .where(RegisterEntry.public_id == public_id, Book.office_id == office_id)
    ).one_or_none()
    if row is None:
        raise EntryNotFound
    return row[0], row[1]


def reserved_rows(session: Session, desk: Desk) -> list[tuple[RegisterEntry, Book]]:
    """Reserved numbers of the desk's office that no letter has taken yet, oldest first."""
    rows = session.execute(
        select(RegisterEntry, Book)
        .join(Book, Book.id == RegisterEntry.book_id)
        .where(
            Book.office_id == desk.office_id,
            RegisterEntry.state == EntryState.RESERVED.value,
        )
        .order_by(Book.year, Book.series, RegisterEntry.number)
    )
    return [(row[0], row[1]) for row in rows]


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


def _matches(words: str) -> ColumnElement[bool]:
    """Rows by their number, the letter's number in any spelling, or every word in the subject."""
    typed = [word for word in normalise(words).split() if word][:10]
    key = number_key(words)
    clauses = [RegisterEntry.ref_no.contains(words.strip(), autoescape=True)]
    if typed:
        subject = RegisterEntry.subject
        clauses.append(and_(*(subject.icontains(word, autoescape=True) for word in typed)))
    number = _NUMBER.fullmatch(to_arabic_digits(words.strip()))
    if number is not None:
        clauses.append(RegisterEntry.number == int(number[1]))
    if key:
        clauses.append(Letter.no_key.contains(key, autoescape=True))
    return or_(*clauses)


@dataclass(frozen=True)
class StandingBook:
    """A book as the restored data has it, or one that this data does not have yet."""

    key: str
    office: str
    series: str
    year: int
    last_no: int

    @property
    def name(self) -> str:
        """How the book is called in a sentence."""
        return f"{Series(self.series).label} ปี {self.year} ของ{self.office}"


def standing_books(session: Session) -> list[StandingBook]:
    """The open books of this year and the last of every open office, office by office; the
    books in which it numbers and which the restored data lacks are among them."""
    this_year = clock.this_year()
    offices = session.scalars(
        select(Office)
        .where(
            Office.kind != OfficeKind.AGENCY.value,
            or_(Office.closed_on.is_(None), Office.closed_on > clock.today()),
        )
        .order_by(Office.kind, Office.code)
    ).all()
    known: dict[tuple[int, int, str], Book] = {
        (book.office_id, book.year, book.series): book
        for book in session.scalars(
            select(Book).where(
                Book.group_key == 0, Book.year >= this_year - 1, Book.closed_at.is_(None)
            )
        )
    }
    found = []
    for office in offices:
        for series in Series:
            for year in (this_year - 1, this_year):
                book = known.get((office.id, year, series.value))
                is_due = year == this_year and numbers_in(session, office.id, series)
                if book is not None or is_due:
                    found.append(_standing(office, series, year, book))
    return found


def numbers_in(session: Session, office_id: int, series: Series) -> bool:
    """Whether an office numbers in a series this year."""
    settings = year_settings(session, office_id, clock.this_year())
    if series is Series.CIRCULAR:
        return settings is None or settings.circular_series == CircularSeries.OWN.value
    if series is Series.ANNOUNCEMENT:
        return settings is not None and settings.numbers_announcements
    return True


def _standing(office: Office, series: Series, year: int, book: Book | None) -> StandingBook:
    key = book.public_id if book else book_key(office.public_id, series.value, year)
    last = book.last_no if book else 0
    return StandingBook(key, office.display_name, series.value, year, last)
