"""Deliveries against the log, the register, the cases and the rows that give access."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import and_, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from eoffice.activity.models import Activity
from eoffice.checks.letters import file_hashes
from eoffice.checks.rules import Defect, Found
from eoffice.checks.scope import Act, Scope, acts_on, in_parts, read_json
from eoffice.documents.models import Letter, LetterRecipient
from eoffice.documents.rules import Origin
from eoffice.registers.models import Book, RegisterEntry
from eoffice.registers.rules import Series
from eoffice.routing.models import Case, Delivery, FolderCount
from eoffice.routing.rules import DELIVERY_STEPS, Channel, DeliveryState
from eoffice.users.models import Access, Principal
from eoffice.users.rules import PrincipalKind
from eoffice.verbs import Verb

STEP_VERBS = frozenset(verb for verb, _ in DELIVERY_STEPS)
ARRIVED, RECEIVED = DeliveryState.ARRIVED.value, DeliveryState.RECEIVED.value
REGISTERED = (RECEIVED, DeliveryState.VOIDED.value)
WITHDRAWN = (DeliveryState.RECALLED.value, DeliveryState.REJECTED.value)


def deliveries_follow_their_acts(scope: Scope) -> Iterator[Found]:
    """C4 · A delivery's state is the one its acts lead to; a recall is named by the letter's."""
    for rows in in_parts(scope.session, Delivery):
        acts = acts_on(scope.session, "delivery", [row.id for row in rows])
        letters = {row.letter_id for row in rows}
        recalls = acts_on(scope.session, "letter", letters, [Verb.RECALL.value])
        for row in rows:
            yield from _delivery(row, acts[row.id], recalls[row.letter_id])
    yield from _lost(scope.session)


def _delivery(row: Delivery, acts: Sequence[Act], recalls: Sequence[Act]) -> Iterator[Found]:
    name = f"delivery {row.public_id}"
    state = _first_state(row, acts)
    for act in acts:
        if act.verb in STEP_VERBS:
            target = DELIVERY_STEPS.get((Verb(act.verb), state))
            if target is None:
                yield Found(Defect.STEP_UNKNOWN, name, f"{act.verb} (activity {act.id})")
            state = target or state
    if state.value == ARRIVED and _is_recalled(row, recalls):
        state = DeliveryState.RECALLED
    if row.state != state.value:
        yield Found(Defect.STATE_DIFFERS, name, f"{row.state}, acts say {state.value}")
    opened = [act for act in acts if act.verb == Verb.OPEN.value]
    if (row.first_opened_at is not None) != bool(opened):
        yield Found(Defect.STATE_DIFFERS, name, "first_opened_at")


def _is_recalled(row: Delivery, recalls: Sequence[Act]) -> bool:
    """Whether a recall of the letter names this office and came after this sending; a row that was
    sent again afterwards is another row."""
    own = [act for act in recalls if row.office_id in act.facts.get("offices", ())]
    if row.state == DeliveryState.RECALLED.value:
        return any(act.at >= row.sent_at for act in own)
    return any(act.at > row.sent_at and not act.is_late for act in own)


def _first_state(row: Delivery, acts: Sequence[Act]) -> DeliveryState:
    if any(act.verb == Verb.REGISTER_OUTSIDE.value for act in acts):
        return DeliveryState.RECEIVED
    inside = row.channel == Channel.SYSTEM.value
    return DeliveryState.ARRIVED if inside else DeliveryState.SENT


def _lost(session: Session) -> Iterator[Found]:
    lost = (
        select(Activity.object_id)
        .outerjoin(Delivery, Delivery.id == Activity.object_id)
        .where(Activity.object_kind == "delivery", Delivery.id.is_(None))
        .distinct()
    )
    for delivery_id in session.scalars(lost):
        yield Found(Defect.OBJECT_LOST, f"delivery id {delivery_id}")


def received_letters_are_registered(scope: Scope) -> Iterator[Found]:
    """C10 · What is received has its number in the own receive book, its act and its case; what
    is not has none (ข้อ 37–38)."""
    moved = _moved_cases(scope.session)
    for rows in in_parts(scope.session, Delivery):
        ids = [row.id for row in rows]
        acts = acts_on(scope.session, "delivery", ids)
        books = _entries(scope.session, [row.entry_id for row in rows if row.entry_id])
        cases = _cases(scope.session, ids)
        for row in rows:
            if row.state in REGISTERED:
                yield from _receipt(row, acts[row.id], books)
                yield from _case(row, cases[row.id], moved)
            elif row.entry_id is not None or row.receive_no or cases[row.id]:
                yield Found(Defect.RECEIPT_DIFFERS, f"delivery {row.public_id}", row.state)
    yield from _twice_registered(scope.session)


def _entries(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    rows = session.execute(
        select(
            RegisterEntry.id,
            RegisterEntry.number,
            RegisterEntry.letter_id,
            Book.year,
            Book.series,
            Book.office_id,
        )
        .join(Book, Book.id == RegisterEntry.book_id)
        .where(RegisterEntry.id.in_(ids))
    )
    return {row.id: row for row in rows}


def _cases(session: Session, delivery_ids: Sequence[int]) -> dict[int, list[Case]]:
    found: dict[int, list[Case]] = defaultdict(list)
    for case in session.scalars(select(Case).where(Case.delivery_id.in_(delivery_ids))):
        found[case.delivery_id].append(case)
    return found


def _moved_cases(session: Session) -> set[int]:
    """Cases that went on at the successor of an office that closed."""
    acts = select(Activity.facts).where(Activity.verb == Verb.CLOSE_OFFICE.value)
    handed = (read_json(facts).get("handed_over", {}) for facts in session.scalars(acts))
    return {case_id for over in handed for case_id in over.get("case_ids", ())}


def _case(row: Delivery, cases: Sequence[Case], moved: set[int]) -> Iterator[Found]:
    whole = len(cases) == 1 and all(
        (case.entry_id, case.letter_id) == (row.entry_id, row.letter_id)
        and (case.office_id == row.office_id or case.id in moved)
        for case in cases
    )
    if not whole:
        yield Found(Defect.CASE_DIFFERS, f"delivery {row.public_id}", f"{len(cases)} cases")


def _receipt(row: Delivery, acts: Sequence[Act], entries: dict[int, Any]) -> Iterator[Found]:
    name = f"delivery {row.public_id}"
    entry = entries.get(row.entry_id or 0)
    receipts = [a for a in acts if a.verb in (Verb.RECEIVE.value, Verb.REGISTER_OUTSIDE.value)]
    if entry is None or len(receipts) != 1:
        yield Found(Defect.RECEIPT_DIFFERS, name, f"{len(receipts)} acts")
        return
    stands = (entry.letter_id, entry.series, entry.office_id)
    if stands != (row.letter_id, Series.RECEIVE.value, row.office_id):
        yield Found(Defect.RECEIPT_DIFFERS, name, f"entry {row.receive_no}")
    number = f"{entry.number}/{entry.year}"
    if not row.receive_no == number == receipts[0].facts.get("receive_no"):
        yield Found(Defect.RECEIPT_DIFFERS, name, f"{row.receive_no}, register says {number}")


def _twice_registered(session: Session) -> Iterator[Found]:
    shared = (
        select(Delivery.entry_id)
        .where(Delivery.entry_id.is_not(None))
        .group_by(Delivery.entry_id)
        .having(func.count() > 1)
    )
    rows = select(RegisterEntry.public_id).where(RegisterEntry.id.in_(shared))
    for public_id in session.scalars(rows):
        yield Found(Defect.RECEIPT_DIFFERS, f"entry {public_id}", "two deliveries")


def outside_letters_follow_their_acts(scope: Scope) -> Iterator[Found]:
    """C1, C6 · A letter from outside stands as its registrar wrote it down, with the same files."""
    outside = (Origin.PAPER.value, Origin.EMAIL.value)
    for rows in in_parts(scope.session, Letter):
        letters = {row.id: row for row in rows if row.origin in outside}
        deliveries = scope.session.execute(
            select(Delivery.id, Delivery.letter_id).where(Delivery.letter_id.in_(letters))
        )
        letter_of = {row[0]: row[1] for row in deliveries}
        found = acts_on(scope.session, "delivery", letter_of, [Verb.REGISTER_OUTSIDE.value])
        acts = {letter_of[key]: value[0] for key, value in found.items()}
        files = file_hashes(scope.session, letters)
        for letter_id, letter in letters.items():
            yield from _outside(letter, acts.get(letter_id), files[letter_id])


def _outside(letter: Letter, act: Act | None, files: list[str]) -> Iterator[Found]:
    name = f"letter {letter.public_id}"
    if act is None:
        yield Found(Defect.NO_HISTORY, name)
        return
    stands = {
        "number": letter.letter_no,
        "sender": letter.sender_text,
        "subject": letter.subject,
        "origin": letter.origin,
    }
    for field, value in stands.items():
        if act.facts.get(field) != value:
            yield Found(Defect.LETTER_DIFFERS, name, field)
    if files != act.files:
        yield Found(Defect.FILE_LIST_DIFFERS, name)


def letters_went_where_they_were_sent(scope: Scope) -> Iterator[Found]:
    """C9 · A letter has as many deliveries as its acts of sending say, and to nobody else than
    those it was addressed to last before that."""
    for rows in in_parts(scope.session, Letter):
        own = [row for row in rows if row.origin == Origin.SYSTEM.value]
        ids = [row.id for row in own]
        verbs = [Verb.SEND.value, Verb.ADDRESS.value]
        acts = acts_on(scope.session, "letter", ids, verbs)
        there = _offices(scope.session, Delivery, ids)
        wanted = _offices(scope.session, LetterRecipient, ids)
        for letter in own:
            said = acts[letter.id]
            sent = sum(act.facts.get("count", 0) for act in said if act.verb == Verb.SEND.value)
            count = sum(there[letter.id].values())
            name = f"letter {letter.public_id}"
            if sent != count:
                yield Found(Defect.DELIVERIES_DIFFER, name, f"{count}, acts say {sent}")
            elif said and said[-1].verb == Verb.SEND.value:
                once = [act for act in said if act.verb == Verb.SEND.value]
                missing = set(wanted[letter.id]) - set(there[letter.id])
                added = set(there[letter.id]) - set(wanted[letter.id]) if len(once) == 1 else set()
                if missing or added:
                    yield Found(Defect.RECIPIENTS_DIFFER, name, f"offices {missing | added}")


def _offices(
    session: Session, model: type[Delivery] | type[LetterRecipient], ids: Sequence[int]
) -> dict[int, Counter[int]]:
    found: dict[int, Counter[int]] = defaultdict(Counter)
    rows = session.execute(
        select(model.letter_id, model.office_id, func.count())
        .where(model.letter_id.in_(ids))
        .group_by(model.letter_id, model.office_id)
    )
    for letter_id, office_id, count in rows:
        found[letter_id][office_id] = count
    return found


def folder_counts_are_real(scope: Scope) -> Iterator[Found]:
    """C9 · The kept count of letters not yet received is the number of such deliveries, and each
    delivery is kept with the office that its letter is from."""
    wrong = (
        select(Delivery.public_id)
        .join(Letter, Letter.id == Delivery.letter_id)
        .where(Delivery.from_office_id.is_distinct_from(Letter.office_id))
    )
    for public_id in scope.session.scalars(wrong):
        yield Found(Defect.COUNT_DIFFERS, f"delivery {public_id}", "from_office_id")
    real = scope.session.execute(
        select(Delivery.office_id, func.count())
        .where(Delivery.state == ARRIVED)
        .group_by(Delivery.office_id)
    )
    counted = {row[0]: row[1] for row in real}
    kept = scope.session.execute(
        select(FolderCount.office_id, FolderCount.count).where(FolderCount.folder == ARRIVED)
    )
    stands = {row[0]: row[1] for row in kept}
    for office_id in sorted(set(counted) | set(stands)):
        there, wanted = stands.get(office_id, 0), counted.get(office_id, 0)
        if there != wanted:
            yield Found(Defect.COUNT_DIFFERS, f"office id {office_id}", f"{there}, is {wanted}")


def access_agrees_with_deliveries(scope: Scope) -> Iterator[Found]:
    """C10 · The registry of an office reads what arrived or was received there, and nothing that
    was recalled or rejected (unless it was sent again)."""
    session = scope.session
    live = _live_access()
    lacking = select(Delivery.public_id).where(
        Delivery.state.in_((ARRIVED, RECEIVED)), Delivery.channel == Channel.SYSTEM.value, ~live
    )
    for public_id in session.scalars(lacking):
        yield Found(Defect.ACCESS_MISSING, f"delivery {public_id}")
    again = aliased(Delivery)
    sent_again = exists(
        select(literal(1)).where(
            again.letter_id == Delivery.letter_id,
            again.office_id == Delivery.office_id,
            again.state.in_((ARRIVED, RECEIVED)),
        )
    )
    left = (
        select(Delivery.public_id)
        .join(Letter, Letter.id == Delivery.letter_id)
        .where(Delivery.state.in_(WITHDRAWN), ~sent_again, live)
        .where(Letter.office_id.is_distinct_from(Delivery.office_id))
    )
    for public_id in session.scalars(left):
        yield Found(Defect.ACCESS_LEFT, f"delivery {public_id}")


def _live_access() -> Any:
    return exists(
        select(literal(1))
        .select_from(Access)
        .join(
            Principal,
            and_(
                Principal.id == Access.principal_id,
                Principal.kind == PrincipalKind.REGISTRY.value,
            ),
        )
        .where(
            Access.object_kind == "letter",
            Access.object_id == Delivery.letter_id,
            Access.ends_at.is_(None),
            Principal.subject_id == Delivery.office_id,
        )
    )
