"""The registers against the log: every number once, dense, and as its act gave it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.models import Activity, ActivityText
from eoffice.activity.rules import canonical_json
from eoffice.checks.rules import Defect, Found
from eoffice.checks.scope import Act, Scope, acts_on, in_parts, read_json
from eoffice.documents.models import Letter
from eoffice.registers.models import Book, RegisterEntry
from eoffice.registers.rules import EntryState, Series
from eoffice.routing.models import Case, Delivery
from eoffice.routing.services.receiving import remark_of_origin
from eoffice.users.models import Office
from eoffice.verbs import Verb

NAMED_GAPS = 20
OVER_MIDNIGHT = timedelta(minutes=2)
GIVING = (Verb.ISSUE_NUMBER.value, Verb.RECEIVE.value, Verb.REGISTER_OUTSIDE.value)
BURNING = (Verb.CANCEL.value, Verb.VOID.value, Verb.CANCEL_NUMBER.value)


@dataclass
class Acts:
    """The acts that a part of the register rests on, by the id of the row."""

    of_entry: dict[int, list[Act]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))


def rows_follow_their_acts(scope: Scope) -> Iterator[Found]:
    """C1 · Every register row was given by one act and stands as the act wrote it: number, date,
    parties, subject, reason, การปฏิบัติ (ข้อ 38–39, 43, 47; IA-04 h)."""
    session = scope.session
    names = BookNames(session)
    reserved, burned = _reserved(session), _burned(session)
    for entries in in_parts(session, RegisterEntry):
        acts = _acts_of(session, entries)
        for entry in entries:
            given = reserved.pop(entry.public_id, None)
            is_burned = (names.public_id(entry.book_id), entry.number) in burned
            for text in _row(entry, acts, given, is_burned):
                yield Found(
                    text[0], names.of(entry.book_id, entry.number, entry.public_id), text[1]
                )
    for public_id, given in reserved.items():
        yield Found(Defect.ENTRY_LOST, names.of(given["book_id"], given["number"], public_id))


def _row(
    entry: RegisterEntry, acts: Acts, reserved: Mapping[str, Any] | None, is_burned: bool
) -> Iterator[tuple[Defect, str]]:
    own = acts.of_entry[entry.id]
    giving = [act for act in own if act.verb in GIVING]
    burning = [act for act in own if act.verb in BURNING]
    if entry.state != EntryState.RESERVED.value and giving:
        given: Mapping[str, Any] | None = giving[-1].facts.get("entry")
    else:
        given = reserved
    if given is None:
        if not is_burned:
            yield Defect.ENTRY_WITHOUT_ACT, entry.state
        elif entry.state != EntryState.CANCELLED.value or entry.letter_id is not None:
            yield Defect.ENTRY_STATE, entry.state
        return
    expected = dict(given) | {"to_text": _to_text(given, own)}
    if entry.state != EntryState.ISSUED.value or not giving:
        expected["state"] = _state(giving, burning)
    else:
        expected["state"] = EntryState.ISSUED.value
    stands = read_json(canonical_json(entry.as_given()))
    for name in [name for name, value in stands.items() if expected.get(name) != value]:
        yield Defect.ENTRY_DIFFERS, f"{name}: {stands[name]!r}, act says {expected.get(name)!r}"
    yield from _words(entry, giving, burning, acts.notes[entry.id])
    if entry.remark != _remark(giving, reserved):
        yield Defect.ENTRY_DIFFERS, "remark"


def _state(giving: Sequence[Act], burning: Sequence[Act]) -> str:
    if burning:
        return EntryState.CANCELLED.value
    return (EntryState.ISSUED if giving else EntryState.RESERVED).value


def _to_text(given: Mapping[str, Any], own: Sequence[Act]) -> str:
    """The words of ถึง: as given, then as addressed anew until the letter was first sent."""
    text = str(given["to_text"])
    is_given = False
    for act in own:
        if act.verb == Verb.SEND.value:
            break
        if is_given and act.verb == Verb.ADDRESS.value:
            text = str(act.facts["to"])
        is_given = is_given or act.verb == Verb.ISSUE_NUMBER.value
    return text


def _remark(giving: Sequence[Act], reserved: Mapping[str, Any] | None) -> str:
    """หมายเหตุ: why a number was reserved, or how a letter from outside came."""
    if reserved is not None:
        return str(reserved["remark"])
    outside = [act for act in giving if act.verb == Verb.REGISTER_OUTSIDE.value]
    return remark_of_origin(str(outside[-1].facts.get("origin"))) if outside else ""


def _words(
    entry: RegisterEntry, giving: Sequence[Act], burning: Sequence[Act], notes: Sequence[str]
) -> Iterator[tuple[Defect, str]]:
    reason = burning[-1].text if burning else (giving[-1].text if giving else "")
    if entry.reason != reason:
        yield Defect.ENTRY_DIFFERS, "reason"
    if entry.action_taken != "\n".join(dict.fromkeys(notes)):
        yield Defect.ENTRY_DIFFERS, "action_taken"


def _acts_of(session: Session, entries: Sequence[RegisterEntry]) -> Acts:
    """The acts on the letters, deliveries and rows behind a part of the register."""
    ids = [entry.id for entry in entries]
    acts = Acts()
    letters = session.execute(
        select(Letter.id, Letter.entry_id).where(
            Letter.id.in_({entry.letter_id for entry in entries if entry.letter_id})
        )
    )
    entry_of_letter = {letter_id: entry_id for letter_id, entry_id in letters if entry_id}
    for letter_id, found in acts_on(session, "letter", entry_of_letter).items():
        acts.of_entry[entry_of_letter[letter_id]] += found
    received = session.execute(
        select(Delivery.id, Delivery.entry_id).where(Delivery.entry_id.in_(ids))
    )
    entry_of_delivery = {row[0]: row[1] or 0 for row in received}
    for delivery_id, found in acts_on(session, "delivery", entry_of_delivery).items():
        acts.of_entry[entry_of_delivery[delivery_id]] += found
    for entry_id, found in acts_on(session, "register_entry", ids).items():
        acts.of_entry[entry_id] += found
    _note_answers(session, ids, acts)
    return acts


def _note_answers(session: Session, entry_ids: Sequence[int], acts: Acts) -> None:
    """Words of การปฏิบัติ: written by sending the letter itself, or the letter that answers it."""
    for entry_id in entry_ids:
        for act in acts.of_entry[entry_id]:
            _note(acts, entry_id, act)
    answers = session.execute(
        select(Letter.id, Delivery.entry_id)
        .join(Case, Case.id == Letter.answers_case_id)
        .join(Delivery, Delivery.id == Case.delivery_id)
        .where(Delivery.entry_id.in_(entry_ids))
        .order_by(Letter.sent_at, Letter.id)
    )
    answered = {row[0]: row[1] or 0 for row in answers}
    sent = acts_on(session, "letter", answered, [Verb.SEND.value])
    for act, entry_id in sorted(
        ((act, answered[letter_id]) for letter_id, found in sent.items() for act in found),
        key=lambda pair: pair[0].id,
    ):
        _note(acts, entry_id, act)


def _note(acts: Acts, entry_id: int, act: Act) -> None:
    text = act.facts.get("noted", {}).get(str(entry_id)) if act.verb == Verb.SEND.value else None
    if text:
        acts.notes[entry_id].append(text)


def _reserved(session: Session) -> dict[str, dict[str, Any]]:
    """Rows as reserving gave them, with the reason as their remark, by public id."""
    acts = session.execute(
        select(Activity.facts, ActivityText.text)
        .outerjoin(ActivityText, ActivityText.activity_id == Activity.id)
        .where(Activity.verb == Verb.RESERVE_NUMBER.value)
    )
    return {
        row["public_id"]: row | {"remark": reason or ""}
        for facts, reason in acts
        for row in read_json(facts).get("entries", ())
    }


def _burned(session: Session) -> set[tuple[str, int]]:
    """Numbers burned when an administrator confirmed the numbering after a restore."""
    acts = select(Activity.facts).where(Activity.verb == Verb.CONFIRM_NUMBERING.value)
    found = (read_json(facts).get("burned", {}) for facts in session.scalars(acts))
    return {(book, number) for burned in found for book in burned for number in burned[book]}


class BookNames:
    """How books and numbers are called in a report."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(
            select(Book.id, Book.public_id, Office.code, Book.series, Book.year).join(
                Office, Office.id == Book.office_id
            )
        )
        self._names = {row[0]: (row[1], f"{row[2]} {row[3]} {row[4]}") for row in rows}

    def public_id(self, book_id: int) -> str:
        """The book's public id."""
        return self._names.get(book_id, ("", ""))[0]

    def of(self, book_id: int, number: int, public_id: str = "") -> str:
        """A number of a book, with the row's public id."""
        book = self._names.get(book_id, ("", f"id {book_id}"))[1]
        return f"book {book} no. {number}" + (f" (entry {public_id})" if public_id else "")


def series_are_dense(scope: Scope) -> Iterator[Found]:
    """C2 · A book holds every number from its first to its last once, and its counter is the
    last (ข้อ 38.2, 43.1.2; P3)."""
    names = BookNames(scope.session)
    counted = (
        select(
            RegisterEntry.book_id,
            func.count().label("rows"),
            func.min(RegisterEntry.number).label("lowest"),
            func.max(RegisterEntry.number).label("highest"),
        )
        .group_by(RegisterEntry.book_id)
        .subquery()
    )
    rows = scope.session.execute(
        select(Book, counted.c.rows, counted.c.lowest, counted.c.highest).outerjoin(
            counted, counted.c.book_id == Book.id
        )
    )
    for book, count, lowest, highest in rows.all():
        wanted = book.last_no - book.first_no + 1
        if wanted == (count or 0) and (
            not count or (lowest, highest) == (book.first_no, book.last_no)
        ):
            continue
        if (highest or book.first_no - 1) != book.last_no:
            detail = f"counter {book.last_no}, highest row {highest}"
            yield Found(Defect.COUNTER_DIFFERS, names.of(book.id, book.last_no), detail)
        yield from _gaps(scope.session, book, names)


def _gaps(session: Session, book: Book, names: BookNames) -> Iterator[Found]:
    numbers = set(
        session.scalars(select(RegisterEntry.number).where(RegisterEntry.book_id == book.id))
    )
    missing = [n for n in range(book.first_no, book.last_no + 1) if n not in numbers]
    for number in missing[:NAMED_GAPS]:
        yield Found(Defect.NUMBER_MISSING, names.of(book.id, number))
    if len(missing) > NAMED_GAPS:
        yield Found(Defect.MORE, names.of(book.id, missing[-1]), str(len(missing) - NAMED_GAPS))


def times_do_not_run_back(scope: Scope) -> Iterator[Found]:
    """C3 · Along a series the times of registration do not run back unless the log marks that the
    clock did, and a letter of another day than that of its number says why (IA-03, DU-10).

    A letter on a reserved number keeps the reserved day, an act over midnight the day it began.
    """
    names = BookNames(scope.session)
    late = _late(scope.session)
    book_id, latest = 0, None
    for row in scope.session.execute(_times()):
        if row.book_id != book_id:
            book_id, latest = row.book_id, None
        subject = names.of(book_id, row.number, row.public_id)
        if latest is not None and row.entered_at < latest:
            marks = (*late.get(row.office_id, ()), *late.get(0, ()))
            if not any(row.entered_at <= at for at in marks):
                yield Found(Defect.TIME_RUNS_BACK, subject, row.entered_at.isoformat())
        latest = row.entered_at
        begun_on = clock.day_of(row.entered_at - OVER_MIDNIGHT)
        is_outgoing = row.series != Series.RECEIVE.value and row.ref_date is not None
        if is_outgoing and row.ref_date not in (row.entered_on, begun_on) and not row.reason:
            yield Found(Defect.DATE_WITHOUT_REASON, subject, str(row.ref_date))


def _times() -> Any:
    entry = RegisterEntry
    return (
        select(
            *(entry.book_id, entry.number, entry.public_id, entry.entered_at, entry.entered_on),
            *(entry.ref_date, entry.reason, Book.office_id, Book.series),
        )
        .join(Book, Book.id == entry.book_id)
        .order_by(entry.book_id, entry.number)
        .execution_options(yield_per=1_000)
    )


def _late(session: Session) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    marked = select(Activity.chain, Activity.at).where(Activity.is_late.is_(True))
    for chain, at in session.execute(marked):
        found[chain].append(at)
    return found
