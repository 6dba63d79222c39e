"""How an office numbers in a year: prefix, circulars, announcements, first numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.db import new_public_id
from eoffice.documents.services.drafting import check_text
from eoffice.registers.models import Book, OfficeYear
from eoffice.registers.rules import (
    WIDEST_GAP,
    CircularSeries,
    EntryNotFound,
    EntryState,
    FirstNumberWrong,
    GapTooWide,
    LastNumberTooLow,
    NumberingFixed,
    NumberingNotLocked,
    PrefixWrong,
    Series,
    StaleNumbering,
)
from eoffice.registers.services.numbering import LOCK_SETTING, Taken, burn, enter, year_row
from eoffice.thai_text import to_arabic_digits
from eoffice.users.models import Office, Setting
from eoffice.users.services.organisation import require_admin
from eoffice.verbs import Verb

_PREFIX = re.compile(r"[ก-ฮ]{2,4} \d{2,6}(\.\d{1,4})?(\([ก-ฮ]{1,4}\))?")


def set_numbering(
    session: Session,
    actor: Actor,
    office: Office,
    *,
    year: int,
    prefix: str,
    circular_series: str = CircularSeries.OWN.value,
    numbers_announcements: bool = False,
    first_numbers: Mapping[str, int] | None = None,
    version: int | None = None,
) -> OfficeYear:
    """Set an office's numbering of a year, before its first number is given (ข้อ 32, App. 1).

    ``first_numbers`` fixes where a series begins (an office that moves over in mid-year). Raises
    ``PrefixWrong``, ``FirstNumberWrong`` and ``NumberingFixed`` for what is settled already, and
    ``StaleNumbering`` when it was set after the page with this version was shown.
    """
    require_admin(actor, Verb.SET_NUMBERING, office.id)
    prefix = to_arabic_digits(" ".join(prefix.split()))
    if prefix and not _PREFIX.fullmatch(prefix):
        raise PrefixWrong
    row = _locked_row(session, office.id, year, version)
    begun = _begun(session, office.id, year)
    changed_mode = row.circular_series != CircularSeries(circular_series).value
    if changed_mode and begun & {Series.SEND.value, Series.CIRCULAR.value}:
        raise NumberingFixed(year=year)
    if row.prefix and row.prefix != prefix and begun & {"send", "circular"}:
        raise NumberingFixed(year=year)
    row.prefix = prefix
    row.circular_series = CircularSeries(circular_series).value
    row.numbers_announcements = numbers_announcements
    row.version += 1
    for series, first in (first_numbers or {}).items():
        _set_first(session, office.id, Series(series), year, first, begun)
    record(
        session,
        actor,
        Verb.SET_NUMBERING,
        office,
        chain=DISTRICT_CHAIN,
        year=year,
        prefix=prefix,
        circular_series=row.circular_series,
        numbers_announcements=numbers_announcements,
        first_numbers=dict(first_numbers or {}),
    )
    return row


def _locked_row(session: Session, office_id: int, year: int, version: int | None) -> OfficeYear:
    row = year_row(session, office_id, year)
    session.refresh(row, with_for_update=True)
    if version is not None and row.version != version:
        raise StaleNumbering(year=year)
    return row


def lock_numbering(session: Session, reason: str) -> None:
    """Lock all numbering until an administrator confirms where it stands (after a restore)."""
    if session.get(Setting, LOCK_SETTING) is None:
        session.add(Setting(name=LOCK_SETTING, value=reason))


def confirm_numbering(
    session: Session, actor: Actor, *, last_numbers: Mapping[str, int], remark: str
) -> None:
    """Say where each book really stood when the system was lost, and unlock numbering.

    ``last_numbers``: a book's public id (or the key of ``book_key`` where the restored data has no
    such book yet) → the last number given on paper or in the lost system. Numbers of the gap are
    burned and stay visible as cancelled; they are never given again. Raises
    ``NumberingNotLocked``, ``LastNumberTooLow``, ``GapTooWide``, ``EntryNotFound``.
    """
    require_admin(actor, Verb.CONFIRM_NUMBERING)
    lock = session.get(Setting, LOCK_SETTING)
    if lock is None:
        raise NumberingNotLocked
    remark = check_text("หมายเหตุ", remark, 500)
    burned: dict[str, list[int]] = {}
    for key, last in sorted(last_numbers.items()):
        book = _book_of(session, key, last)
        if book is not None:
            numbers = _burn_gap(session, actor, book, last, remark)
            if numbers:
                burned[book.public_id] = numbers
    session.delete(lock)
    record(
        session,
        actor,
        Verb.CONFIRM_NUMBERING,
        None,
        chain=DISTRICT_CHAIN,
        text=remark,
        burned=burned,
        last_numbers=dict(last_numbers),
    )


def gap_of(last_no: int, last: int, name: str) -> range:
    """The numbers to burn between the restored and the real last one. Raises
    ``LastNumberTooLow``, ``GapTooWide``."""
    if last < last_no:
        raise LastNumberTooLow(book=name, last=last_no)
    if last - last_no > WIDEST_GAP:
        raise GapTooWide(book=name, count=last - last_no)
    return range(last_no + 1, last + 1)


def _book_of(session: Session, key: str, last: int) -> Book | None:
    """The book of a key, locked; a missing one is begun when a number of it was given."""
    if "/" not in key:
        query = select(Book).where(Book.public_id == key).with_for_update()
        book = session.scalars(query).one_or_none()
        if book is None:
            raise EntryNotFound
        return book
    office_id, series, year = _parts(session, key)
    if last < 1:
        return None
    book = Book(public_id=new_public_id(), office_id=office_id, series=series, year=year, last_no=0)
    session.add(book)
    session.flush()
    return book


def _parts(session: Session, key: str) -> tuple[int, str, int]:
    public_id, series, year = key.split("/", 2)
    office_id = session.scalar(select(Office.id).where(Office.public_id == public_id))
    if office_id is None or series not in list(Series) or not year.isdigit():
        raise EntryNotFound
    known = session.scalars(
        select(Book.id).where(
            Book.office_id == office_id,
            Book.group_key == 0,
            Book.series == series,
            Book.year == int(year),
        )
    ).first()
    if known is not None:
        raise EntryNotFound
    return office_id, series, int(year)


def _burn_gap(session: Session, actor: Actor, book: Book, last: int, remark: str) -> list[int]:
    numbers = list(gap_of(book.last_no, last, Series(book.series).label))
    for number in numbers:
        taken = Taken(book.id, number, book.year, clock.now())
        entry = enter(session, actor, taken, state=EntryState.RESERVED)
        burn(session, entry, remark or "เลขที่ออกไปก่อนกู้คืนข้อมูล")
    if numbers:
        book.last_no = last
    session.flush()
    return numbers


def _begun(session: Session, office_id: int, year: int) -> set[str]:
    return set(
        session.scalars(
            select(Book.series).where(
                Book.office_id == office_id, Book.year == year, Book.last_no >= Book.first_no
            )
        )
    )


def _set_first(
    session: Session, office_id: int, series: Series, year: int, first: int, begun: set[str]
) -> None:
    if first < 1:
        raise FirstNumberWrong
    book = session.scalars(
        select(Book).where(
            Book.office_id == office_id,
            Book.group_key == 0,
            Book.series == series.value,
            Book.year == year,
        )
    ).one_or_none()
    if book is None:
        session.add(
            Book(
                public_id=new_public_id(),
                office_id=office_id,
                series=series.value,
                year=year,
                first_no=first,
                last_no=first - 1,
            )
        )
    elif book.first_no != first:
        if series.value in begun:
            raise NumberingFixed(year=year)
        session.execute(
            update(Book).where(Book.id == book.id).values(first_no=first, last_no=first - 1)
        )
    session.flush()


def numbering_is_locked(session: Session) -> bool:
    """Whether numbering waits for the administrator's confirmation after a restore."""
    return bool(
        session.scalar(
            select(func.count()).select_from(Setting).where(Setting.name == LOCK_SETTING)
        )
    )
