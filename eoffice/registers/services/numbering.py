"""Numbers: one statement that takes the next one, and the verbs that issue, reserve, cancel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor, Desk
from eoffice.db import new_public_id
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import DateRunsBack, ReasonMissing
from eoffice.documents.services.attaching import files_hash
from eoffice.documents.services.drafting import check_text, require_office
from eoffice.documents.services.steps import require_step
from eoffice.registers.models import Book, OfficeYear, RegisterEntry
from eoffice.registers.rules import (
    OUTGOING_SERIES,
    AnnouncementsNotNumbered,
    BookClosed,
    CheckMissing,
    CircularSeries,
    EntryNotFound,
    EntryState,
    EntryUsed,
    InsertionRefused,
    NumberingLocked,
    PrefixMissing,
    ReservedByOther,
    Series,
    SeriesNotUsed,
    book_series,
)
from eoffice.registers.services.form_14 import columns_of_form_14, fix_number, take_reserved
from eoffice.thai import thai_date
from eoffice.users.models import Setting
from eoffice.users.permissions import require
from eoffice.verbs import Verb

MAX_RESERVED_AT_ONCE = 50
LOCK_SETTING = "numbering_locked"


@dataclass(frozen=True)
class Taken:
    """A number just taken from a book, and the instant at which it was taken."""

    book_id: int
    number: int
    year: int
    at: datetime


def take_number(session: Session, office_id: int, series: Series, year: int) -> Taken:
    """The next number of a book, in one statement on both databases, inside the act's own
    transaction: if that rolls back, the number was never taken (ข้อ 38.2, 43.1.2).

    An act that waited for its turn over midnight of the year's end still takes a number of the
    year in which it began, as the last of that year. Raises ``NumberingLocked`` after a restore
    and ``BookClosed``.
    """
    if session.get(Setting, LOCK_SETTING) is not None:
        raise NumberingLocked
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(Book)
        .values(
            public_id=new_public_id(),
            office_id=office_id,
            group_key=0,
            series=series.value,
            year=year,
            first_no=1,
            last_no=1,
        )
        .on_conflict_do_update(
            index_elements=["office_id", "group_key", "series", "year"],
            set_={"last_no": Book.last_no + 1},
            where=Book.closed_at.is_(None),
        )
        .returning(Book.id, Book.last_no)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise BookClosed
    at = min(clock.now(), _last_instant(year))
    return Taken(book_id=row[0], number=row[1], year=year, at=at)


def enter(
    session: Session,
    actor: Actor,
    taken: Taken,
    *,
    state: EntryState = EntryState.ISSUED,
    **columns: object,
) -> RegisterEntry:
    """Write the register's row for a number just taken, with its columns of form 13 or 14."""
    at = taken.at
    entry = RegisterEntry(
        book_id=taken.book_id,
        number=taken.number,
        state=state.value,
        entered_on=clock.day_of(at),
        entered_at=at,
        entered_by=actor.person_id,
        issued_at=at if state is EntryState.ISSUED else None,
        **columns,
    )
    session.add(entry)
    session.flush()
    return entry


def issue_number(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    version: int,
    reserved: str = "",
    letter_date: date | None = None,
    reason: str = "",
) -> Letter:
    """Give a signed letter its number; number, date, subject and files are fixed from here.

    ``reserved`` is a reserved entry of the same book: the letter takes its number and keeps its
    day as date, with the real time beside it. A date other than today, or before that of the
    previous number, needs a reason. Raises ``PrefixMissing``, ``AnnouncementsNotNumbered``,
    ``DateRunsBack``, ``ReservedByOther``, ``EntryUsed``.
    """
    desk = require(actor, Verb.ISSUE_NUMBER)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.ISSUE_NUMBER)
    reason = check_text("เหตุผล", reason, 500)
    settings = year_row(session, desk.office_id, clock.be_year(today := clock.today()))
    series = series_of(letter, settings)
    known = _reserved(session, reserved, desk, series, settings.year) if reserved else None
    day = known.entered_on if known else letter_date or today
    given: dict[str, Any] = {"ref_date": day, "reason": reason}
    if known is not None:
        given |= columns_of_form_14(letter, desk, settings, series, known.number)
        entry = take_reserved(session, known, given)
    else:
        _check_date(session, desk.office_id, series, today, day, reason)
        taken = take_number(session, desk.office_id, series, settings.year)
        given |= columns_of_form_14(letter, desk, settings, series, taken.number)
        entry = enter(session, actor, taken, **given)
    fix_number(session, letter, entry, day, version)
    record(
        session,
        actor,
        Verb.ISSUE_NUMBER,
        letter,
        text=reason,
        files=files_hash(session, letter.id),
        number=letter.letter_no,
        date=day,
        subject=letter.subject,
        reserved=known is not None,
        entry=entry.as_given(),
    )
    return letter


def reserve_number(
    session: Session,
    actor: Actor,
    *,
    series: str,
    count: int = 1,
    reason: str,
    wanted_no: int | None = None,
) -> list[RegisterEntry]:
    """Reserve the next numbers of an outgoing book for letters that come later (จองเลข).

    The day of reserving becomes the letter's date. ``wanted_no`` is the first number as the clerk
    expects it: any other than the next one would be an insertion. Raises ``ReasonMissing``,
    ``CheckMissing``, ``InsertionRefused``, ``SeriesNotUsed``, ``AnnouncementsNotNumbered``,
    ``PrefixMissing``.
    """
    desk = require(actor, Verb.RESERVE_NUMBER)
    reason = check_text("เหตุผล", reason, 500)
    wanted, year = _reservable(series, count, reason), clock.this_year()
    require_series(year_row(session, desk.office_id, year), wanted)
    entries = [
        enter(
            session,
            actor,
            take_number(session, desk.office_id, wanted, year),
            state=EntryState.RESERVED,
            holder_post_id=desk.post_id,
            remark=reason,
        )
        for _ in range(count)
    ]
    if wanted_no is not None and entries[0].number != wanted_no:
        raise InsertionRefused
    record(
        session,
        actor,
        Verb.RESERVE_NUMBER,
        entries[0],
        text=reason,
        series=wanted.value,
        numbers=[entry.number for entry in entries],
        entries=[entry.as_given() for entry in entries],
    )
    return entries


def cancel_number(session: Session, actor: Actor, public_id: str, *, reason: str) -> RegisterEntry:
    """Cancel a reserved number that is not used: it is burned and stays in the register."""
    desk = require(actor, Verb.CANCEL_NUMBER)
    reason = check_text("เหตุผล", reason, 500)
    if not reason:
        raise ReasonMissing
    entry, book = _own_entry(session, public_id, desk)
    if entry.state != EntryState.RESERVED.value:
        raise EntryUsed
    burn(session, entry, reason)
    record(
        session,
        actor,
        Verb.CANCEL_NUMBER,
        entry,
        text=reason,
        series=book.series,
        number=entry.number,
    )
    return entry


def burn(session: Session, entry: RegisterEntry, reason: str) -> None:
    """Mark a number cancelled for good; it is never given again."""
    entry.reason = reason
    entry.cancelled_at = clock.now()
    entry.state = EntryState.CANCELLED.value
    session.flush()


def note_action(session: Session, entry_id: int, text: str) -> None:
    """Add to การปฏิบัติ of a register row (ข้อ 39, 47); what stands there is not said twice."""
    entry = session.get_one(RegisterEntry, entry_id)
    if text not in entry.action_taken.split("\n"):
        entry.action_taken = f"{entry.action_taken}\n{text}".strip()
    session.flush()


def require_series(settings: OfficeYear, series: Series) -> None:
    """Whether an office numbers in a series this year. Raises ``SeriesNotUsed``,
    ``AnnouncementsNotNumbered``, ``PrefixMissing``."""
    if series is Series.CIRCULAR and settings.circular_series != CircularSeries.OWN.value:
        raise SeriesNotUsed
    if series is Series.ANNOUNCEMENT and not settings.numbers_announcements:
        raise AnnouncementsNotNumbered
    if series in (Series.SEND, Series.CIRCULAR) and not settings.prefix:
        raise PrefixMissing(year=settings.year)


def series_of(letter: Letter, settings: OfficeYear) -> Series:
    """The book a letter is numbered in. Raises ``AnnouncementsNotNumbered``, ``PrefixMissing``."""
    series = book_series(
        letter.kind,
        is_circular=letter.is_circular,
        has_own_circulars=settings.circular_series == CircularSeries.OWN.value,
    )
    require_series(settings, series)
    return series


def year_row(session: Session, office_id: int, year: int) -> OfficeYear:
    """The office's settings of a year; a new year begins with those of the year before."""
    row = session.get(OfficeYear, (office_id, year))
    if row is not None:
        return row
    last = session.scalars(
        select(OfficeYear)
        .where(OfficeYear.office_id == office_id, OfficeYear.year < year)
        .order_by(OfficeYear.year.desc())
        .limit(1)
    ).first()
    row = OfficeYear(
        office_id=office_id,
        year=year,
        prefix=last.prefix if last else "",
        circular_series=last.circular_series if last else CircularSeries.OWN.value,
        numbers_announcements=last.numbers_announcements if last else False,
    )
    session.add(row)
    session.flush()
    return row


def _last_instant(year: int) -> datetime:
    last_day = date(year - clock.BUDDHIST_OFFSET, 12, 31)
    return clock.end_of_day(last_day) - timedelta(microseconds=1)


def _check_date(
    session: Session, office_id: int, series: Series, today: date, day: date, reason: str
) -> None:
    previous = session.scalars(
        select(RegisterEntry.ref_date)
        .join(Book, Book.id == RegisterEntry.book_id)
        .where(
            Book.office_id == office_id,
            Book.series == series.value,
            Book.year == clock.be_year(today),
            RegisterEntry.ref_date.is_not(None),
        )
        .order_by(RegisterEntry.number.desc())
        .limit(1)
    ).first()
    runs_back = previous is not None and day < previous
    if (day != today or runs_back) and not reason:
        raise DateRunsBack(date=thai_date(day))


def _reservable(series: str, count: int, reason: str) -> Series:
    if not reason:
        raise ReasonMissing
    if not 1 <= count <= MAX_RESERVED_AT_ONCE:
        raise CheckMissing
    wanted = Series(series)
    if wanted not in OUTGOING_SERIES:
        raise EntryNotFound
    return wanted


def _own_entry(session: Session, public_id: str, desk: Desk) -> tuple[RegisterEntry, Book]:
    row = session.execute(
        select(RegisterEntry, Book)
        .join(Book, Book.id == RegisterEntry.book_id)
        .where(RegisterEntry.public_id == public_id, Book.office_id == desk.office_id)
        .with_for_update(of=RegisterEntry)
    ).one_or_none()
    if row is None:
        raise EntryNotFound
    return row[0], row[1]


def _reserved(
    session: Session, public_id: str, desk: Desk, series: Series, year: int
) -> RegisterEntry:
    if session.get(Setting, LOCK_SETTING) is not None:
        raise NumberingLocked
    entry, book = _own_entry(session, public_id, desk)
    if book.series != series.value or book.year != year:
        raise ReservedByOther
    if entry.state != EntryState.RESERVED.value:
        raise EntryUsed
    return entry
