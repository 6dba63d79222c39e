"""Two acts at once: exactly one wins where only one may, and both sides tell the same story.

Every race runs many rounds with random offsets; the acts start together behind a barrier.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, select

from eoffice.activity.services import record
from eoffice.actor import SYSTEM
from eoffice.documents.models import Attachment, Blob, Letter
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import LetterNotFound
from eoffice.documents.services.attaching import attach
from eoffice.documents.services.drafting import LetterFields, edit
from eoffice.errors import EofficeError
from eoffice.registers.models import Book, RegisterEntry
from eoffice.registers.services.numbering import issue_number
from eoffice.routing.inbox import inbox
from eoffice.routing.models import Case, Delivery, FolderCount
from eoffice.routing.queries import delivery_counts
from eoffice.routing.rules import PossibleDuplicate
from eoffice.routing.services.addressing import Addressing, address
from eoffice.routing.services.approving import (
    cancel,
    document_hash,
    propose,
    send_back,
    sign,
    withdraw,
)
from eoffice.routing.services.receiving import OutsideLetter, receive, register_outside, reject
from eoffice.routing.services.sending import recall, send
from eoffice.users.models import PostRole
from eoffice.verbs import Verb
from tests.stage import Stage, assert_chains_whole
from tests.world import big_world, stored_file

ROUNDS = pytest.mark.parametrize("rounds", [8, pytest.param(250, marks=pytest.mark.long)])
REFUSED = {403, 404, 409}


@dataclass
class Outcome:
    """What became of one of the acts of a race."""

    name: str
    result: Any = None
    error: BaseException | None = None


def race(stage: Stage, *acts: tuple[str, str, Callable[..., Any], dict]) -> dict[str, Outcome]:
    """Do acts (name, desk, verb(session, actor, …), details) at once; returns what became of them.

    Whoever loses is told so by an error of the product with the right status, never by a crash.
    """
    start = threading.Barrier(len(acts))
    outcomes = {name: Outcome(name) for name, *_ in acts}

    def run(name: str, desk: str, verb: Callable[..., Any], details: dict) -> None:
        spin = random.random() * 300
        start.wait(20)
        for _ in range(int(spin)):
            pass
        try:
            outcomes[name].result = stage.act(desk, verb, **details)
        except BaseException as error:
            outcomes[name].error = error

    threads = [threading.Thread(target=run, args=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for outcome in outcomes.values():
        if outcome.error is not None and not isinstance(outcome.error, EofficeError):
            raise outcome.error
        assert outcome.error is None or outcome.error.status in REFUSED, outcome
    return outcomes


def winners(outcomes: dict[str, Outcome]) -> set[str]:
    return {outcome.name for outcome in outcomes.values() if outcome.error is None}


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """School A has a second clerk: its teacher is a registrar too."""

    def second_clerk(session):
        post_id = stage.world.posts["a_teacher"]
        role = session.scalars(select(PostRole).where(PostRole.post_id == post_id)).one()
        session.add(PostRole(post_id=post_id, role="registrar", starts_on=role.starts_on))

    stage.make(second_clerk)
    return stage


def check_counts(stage: Stage) -> None:
    """The kept counts are the real ones, and every chain is whole."""
    with stage.database.reading() as session:
        arrived = select(Delivery.office_id).where(Delivery.state == "arrived")
        real = Counter(session.scalars(arrived))
        kept = {
            row.office_id: row.count
            for row in session.scalars(select(FolderCount).where(FolderCount.count != 0))
        }
        assert_chains_whole(session)
    assert kept == real


def check_books(stage: Stage) -> None:
    """Every book holds its numbers without gap."""
    with stage.database.reading() as session:
        for book in session.scalars(select(Book)):
            numbers = session.scalars(
                select(RegisterEntry.number)
                .where(RegisterEntry.book_id == book.id)
                .order_by(RegisterEntry.number)
            ).all()
            assert numbers == list(range(book.first_no, book.last_no + 1))


@ROUNDS
def test_recall_receive_and_reject_have_one_winner(stage: Stage, rounds: int) -> None:
    ends = {"recall": "recalled", "receive": "received", "reject": "rejected"}
    for _ in range(rounds):
        letter = stage.make(stage.world.sent_letter)
        own = stage.make(stage.world.delivery, letter)
        of_letter = {"public_id": letter.public_id, "version": letter.version, "reason": "ผิด"}
        of_delivery = {"public_id": own.public_id}
        acts = [
            ("recall", "registrar", recall, of_letter),
            ("receive", "a_registrar", receive, of_delivery),
            ("reject", "a_teacher", reject, of_delivery | {"reason": "ผิดโรงเรียน"}),
        ]
        random.shuffle(acts)
        won = winners(race(stage, *acts))
        assert len(won) == 1
        state = ends[won.pop()]
        assert stage.row(own).state == state
        _check_both_sides(stage, letter, own, state)
    check_counts(stage)
    check_books(stage)


def _check_both_sides(stage: Stage, letter: Letter, own: Delivery, state: str) -> None:
    assert stage.ask("registrar", delivery_counts, letter) == {state: 1}
    waiting = stage.ask("a_director", lambda s, a: inbox(s, a, [a.desk]))
    assert own.id not in {row.delivery.id for row in waiting}
    with stage.database.reading() as session:
        cases = session.scalar(
            select(func.count()).select_from(Case).where(Case.delivery_id == own.id)
        )
    assert cases == (state == "received")
    if state == "received":
        stage.ask("a_director", load_visible, letter.public_id)
        return
    with pytest.raises(LetterNotFound):
        stage.ask("a_director", load_visible, letter.public_id)


@ROUNDS
def test_two_clerks_receive_once(stage: Stage, rounds: int) -> None:
    for number in range(1, rounds + 1):
        letter = stage.make(stage.world.sent_letter)
        own = stage.make(stage.world.delivery, letter)
        details = {"public_id": own.public_id}
        outcomes = race(
            stage,
            ("one", "a_registrar", receive, details),
            ("other", "a_teacher", receive, details),
        )
        won = winners(outcomes)
        assert len(won) == 1
        stored = stage.row(own)
        assert stored.receive_no == f"{number}/{stage.world.year}"
        lost = next(outcome for outcome in outcomes.values() if outcome.error)
        assert lost.error.status == 409
        assert stored.receive_no in str(lost.error)
    check_counts(stage)
    check_books(stage)


def do_sign(session, actor, public_id, version, shown_hash):
    return sign(session, actor, public_id, version=version, shown_hash=shown_hash)


@ROUNDS
def test_a_letter_has_one_decision(stage: Stage, rounds: int) -> None:
    """Director, acting director, sending back and withdrawing with an edit at once."""

    def withdraw_and_edit(session, actor, public_id, version):
        letter = withdraw(session, actor, public_id, version=version)
        fields = LetterFields(subject="เปลี่ยนแล้ว", body="อื่น")
        edit(session, actor, public_id, fields, version=letter.version)

    for _ in range(rounds):
        letter = stage.make(stage.world.proposed_letter)
        shown = stage.make(lambda s, key=letter.id: document_hash(s, s.get_one(Letter, key)))
        of = {"public_id": letter.public_id, "version": letter.version}
        acts = [
            ("director", "director", do_sign, of | {"shown_hash": shown}),
            ("acting", "acting_director", do_sign, of | {"shown_hash": shown}),
            ("back", "director", send_back, of | {"reason": "แก้"}),
            ("edit", "registrar", withdraw_and_edit, of),
        ]
        random.shuffle(acts)
        won = winners(race(stage, *acts))
        assert len(won) == 1
        stored = stage.row(letter)
        names = {"director": "นายมานะ ตัวอย่าง", "acting": "นางปิติ ตัวอย่าง"}
        winner = won.pop()
        assert stored.signer_name == names.get(winner, "")
        assert stored.state == ("signed" if winner in names else "draft")
        assert stored.signed_hash == (shown if winner in names else "")
        assert (stored.subject == letter.subject) == (winner != "edit")


@ROUNDS
def test_what_is_signed_is_what_was_shown_while_others_edit(stage: Stage, rounds: int) -> None:
    for _ in range(rounds):
        letter = stage.make(stage.world.draft_letter)
        of = {"public_id": letter.public_id, "version": letter.version}
        new = LetterFields(subject="เปลี่ยนแล้ว", body="อื่น")
        won = winners(
            race(
                stage,
                ("propose", "registrar", propose, of),
                ("edit", "registrar", edit, of | {"fields": new}),
                ("attach", "registrar", attach, of | {"stored": [stored_file()]}),
            )
        )
        assert len(won) == 1


@ROUNDS
def test_a_number_is_given_or_the_letter_cancelled(stage: Stage, rounds: int) -> None:
    for _ in range(rounds):
        letter = stage.make(stage.world.signed_letter)
        of = {"public_id": letter.public_id, "version": letter.version}
        outcomes = race(
            stage,
            ("one", "registrar", issue_number, of),
            ("other", "registrar", issue_number, of),
            ("cancel", "registrar", cancel, of | {"reason": "เลิก"}),
        )
        assert len(winners(outcomes)) == 1
    check_books(stage)


@ROUNDS
def test_circulars_and_receipts_of_the_same_offices_never_block_each_other(
    stage: Stage, rounds: int
) -> None:
    stage.make(lambda session: big_world(session, stage.world, 12))
    for _ in range(max(2, rounds // 8)):
        letters = [_circular(stage) for _ in range(3)]
        acts = [
            (f"send {n}", "registrar", send, {"public_id": one.public_id, "version": one.version})
            for n, one in enumerate(letters)
        ]
        older = stage.make(stage.world.sent_letter, to=("school_a", "school_b", "network"))
        for school, desk in (("school_a", "a_registrar"), ("school_b", "b_registrar")):
            own = stage.make(stage.world.delivery, older, school)
            acts.append((school, desk, receive, {"public_id": own.public_id}))
        outside = OutsideLetter(sender="อบต.ตัวอย่าง", subject="ทั่วไป")
        acts.append(("outside", "a_teacher", register_outside, {"outside": outside}))
        acts.append(("recall", "registrar", recall, _recalling(stage)))
        assert winners(race(stage, *acts)) == {name for name, *_ in acts}
    check_counts(stage)
    check_books(stage)


def _circular(stage: Stage) -> Letter:
    letter = stage.make(stage.world.numbered_letter, is_circular=True)
    choice = Addressing(all_schools=True)
    stage.act("registrar", address, letter.public_id, choice, version=letter.version)
    return stage.row(letter)


def _recalling(stage: Stage) -> dict[str, Any]:
    letter = _circular(stage)
    stage.act("registrar", send, letter.public_id, version=letter.version)
    return {"public_id": letter.public_id, "version": letter.version + 1, "reason": "ผิด"}


@ROUNDS
def test_a_rejection_during_a_second_sending_is_counted_right(stage: Stage, rounds: int) -> None:
    more = stage.world.addressing(to=("school_a", "school_b"))
    for _ in range(rounds):
        letter = stage.make(stage.world.sent_letter)
        stage.act("registrar", address, letter.public_id, more, version=letter.version)
        own = stage.make(stage.world.delivery, letter)
        of = {"public_id": letter.public_id, "version": letter.version + 1}
        outcomes = race(
            stage,
            ("send", "registrar", send, of),
            ("reject", "a_registrar", reject, {"public_id": own.public_id, "reason": "ผิด"}),
        )
        assert winners(outcomes) == {"send", "reject"}
        check_counts(stage)


def test_a_rejection_in_the_middle_of_a_second_sending_is_counted_right(
    stage: Stage, backend: str
) -> None:
    """The unluckiest moment: after the new arrivals are counted, before they are delivered."""
    letter = stage.make(stage.world.sent_letter)
    more = stage.world.addressing(to=("school_a", "school_b"))
    stage.act("registrar", address, letter.public_id, more, version=letter.version)
    own = stage.make(stage.world.delivery, letter)
    rejecting = partial(stage.act, "a_registrar", reject, own.public_id, reason="ผิด")

    def between(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO deliveries") and stage.row(own).state == "arrived":
            rejecting()

    if backend == "postgresql":
        event.listen(stage.database.engine, "before_cursor_execute", between)
    stage.act("registrar", send, letter.public_id, version=letter.version + 1)
    if backend == "sqlite":
        rejecting()
    else:
        event.remove(stage.database.engine, "before_cursor_execute", between)
    assert stage.row(own).state == "rejected"
    check_counts(stage)


@ROUNDS
def test_one_file_uploaded_twice_at_once_is_stored_once(stage: Stage, rounds: int) -> None:
    for number in range(rounds):
        drafts = [stage.make(stage.world.draft_letter) for _ in range(3)]
        content = number.to_bytes(4, "big")
        acts = [
            (
                str(n),
                "registrar",
                attach,
                {
                    "public_id": draft.public_id,
                    "stored": [stored_file(content=content)],
                    "version": draft.version,
                },
            )
            for n, draft in enumerate(drafts)
        ]
        assert len(winners(race(stage, *acts))) == 3
    with stage.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Blob)) == rounds
        assert session.scalar(select(func.count()).select_from(Attachment)) == rounds * 3


def test_the_system_and_a_person_write_the_same_chain_in_turn(stage: Stage) -> None:
    def note(session, actor):
        record(session, SYSTEM, Verb.BACK_UP, None)
        record(session, actor, Verb.READ, None)

    for _ in range(5):
        acts = [(str(n), desk, note, {}) for n, desk in enumerate(["registrar", "director"] * 2)]
        assert len(winners(race(stage, *acts))) == 4
    with stage.database.reading() as session:
        assert_chains_whole(session)


@ROUNDS
def test_the_same_paper_letter_is_registered_once(stage: Stage, rounds: int) -> None:
    """Two registrations of one letter at once: one is told that it is there already."""
    for number in range(rounds):
        paper = OutsideLetter(
            sender="องค์การบริหารส่วนตำบลตัวอย่าง",
            subject="ขอใช้สถานที่",
            letter_no=f"ตย 72001/{100 + number}",
        )
        done = race(
            stage,
            ("first", "a_registrar", register_outside, {"outside": paper}),
            ("second", "a_registrar", register_outside, {"outside": paper}),
        )
        errors = [type(each.error) for each in done.values() if each.error is not None]
        assert errors == [PossibleDuplicate]
    with stage.database.reading() as session:
        numbers = session.scalars(
            select(RegisterEntry.number)
            .join(Book, Book.id == RegisterEntry.book_id)
            .where(Book.series == "receive", Book.office_id == stage.world.offices["school_a"])
        ).all()
    assert sorted(numbers) == list(range(min(numbers), min(numbers) + rounds))
