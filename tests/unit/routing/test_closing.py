"""An office closes: its successor goes on with what waits, its books end, one act."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.actor import SYSTEM
from eoffice.checks.services import run_checks
from eoffice.documents.models import LetterRecipient
from eoffice.documents.queries import load_visible
from eoffice.registers.models import Book, RegisterEntry
from eoffice.registers.queries import book_of, readable_office, readable_offices, register_rows
from eoffice.registers.rules import BookClosed, Series
from eoffice.registers.services.numbering import issue_number, reserve_number, take_number
from eoffice.routing.inbox import inbox
from eoffice.routing.models import Case, Delivery, FolderCount, Task
from eoffice.routing.rules import SuccessorUnstaffed
from eoffice.routing.services.approving import propose
from eoffice.routing.services.closing import close_office, hand_over_of
from eoffice.routing.services.receiving import receive, reply
from eoffice.routing.services.sending import send
from eoffice.users.desks import desks_of
from eoffice.users.models import Office, Post
from eoffice.users.rules import (
    ClosingDateWrong,
    OfficeClosed,
    OfficeNotFound,
    RoleMissing,
    SuccessorMissing,
)
from eoffice.users.services.organisation import close_post
from eoffice.verbs import Verb


def close(session, actor, stage=None, office="school_a", successor="school_b", **details):
    given = {"closed_on": clock.today()} | details
    public = stage.world.public
    return close_office(
        session, actor, public[office], successor_public_id=public[successor], **given
    )


def delivery_of(stage, letter, office):
    with stage.database.reading() as session:
        return session.scalars(
            select(Delivery)
            .where(
                Delivery.letter_id == letter.id, Delivery.office_id == stage.world.offices[office]
            )
            .order_by(Delivery.id.desc())
        ).first()


def arrived(stage, office):
    with stage.database.reading() as session:
        row = session.get(FolderCount, (stage.world.offices[office], "arrived"))
        return row.count if row else 0


def test_an_empty_office_closes_with_exactly_its_trace(stage):
    with stage.leaves(Verb.CLOSE_OFFICE, "admin", "office", chain=0) as trace:
        office = stage.act("admin", close, stage=stage)
    stored = stage.row(office)
    assert stored.closed_on == clock.today()
    assert stored.successor_id == stage.world.offices["school_b"]
    assert trace["facts"]["successor"] == "โรงเรียนบ้านตัวอย่างใต้"
    assert trace["facts"]["handed_over"]["deliveries"] == 0
    with stage.database.reading() as session:
        assert desks_of(session, stage.world.people["a_director"]) == ()
        own = desks_of(session, stage.world.people["a_registrar"])
        assert [desk.office_id for desk in own] == [stage.world.offices["school_c"]]


def test_it_is_refused_without_the_right_a_successor_or_a_day(stage):
    tomorrow = clock.today() + timedelta(days=1)
    for desk in ("a_admin", "a_director", "registrar", "auditor"):
        stage.refuses(RoleMissing, desk, close, stage=stage)
    stage.refuses(SuccessorMissing, "admin", close, stage=stage, successor="school_a")
    stage.refuses(SuccessorMissing, "admin", close, stage=stage, successor="agency")
    stage.refuses(ClosingDateWrong, "admin", close, stage=stage, closed_on=tomorrow)
    long_ago = clock.today() - timedelta(days=9_000)
    stage.refuses(ClosingDateWrong, "admin", close, stage=stage, closed_on=long_ago)
    stage.world.public["nobody"] = "0" * 20
    stage.refuses(OfficeNotFound, "admin", close, stage=stage, office="nobody")
    stage.refuses(SuccessorMissing, "admin", close, stage=stage, successor="nobody")
    stage.act("admin", close, stage=stage)
    stage.refuses(OfficeClosed, "admin", close, stage=stage)
    stage.refuses(SuccessorMissing, "admin", close, stage=stage, office="school_c",
                  successor="school_a")  # fmt: skip


def test_a_letter_not_received_yet_is_the_successors_to_receive(stage):
    letter = stage.make(stage.world.sent_letter, to=("school_a",))
    assert (arrived(stage, "school_a"), arrived(stage, "school_b")) == (1, 0)
    stage.act("admin", close, stage=stage)
    assert (arrived(stage, "school_a"), arrived(stage, "school_b")) == (0, 1)
    delivery = delivery_of(stage, letter, "school_b")
    assert (delivery.state, delivery.version) == ("arrived", 2)
    assert delivery.reason == "เดิมส่งถึงโรงเรียนบ้านตัวอย่างเหนือ"
    shown = stage.ask("b_registrar", lambda s, a: inbox(s, a, list(a.desks)))
    assert [row.letter.id for row in shown] == [letter.id]
    stage.act("b_registrar", receive, delivery.public_id)
    assert stage.row(delivery).receive_no.startswith("1/")
    with stage.database.reading() as session:
        wanted = select(LetterRecipient.office_id).where(LetterRecipient.letter_id == letter.id)
        assert session.scalars(wanted).all() == [stage.world.offices["school_b"]]


def test_what_the_successor_has_already_is_not_delivered_twice(stage):
    """A circular to both, and a letter that the successor itself wrote."""
    both = stage.make(stage.world.sent_letter, to=("school_a", "school_b"))
    own = stage.make(stage.world.sent_letter, "b_registrar", to=("school_a",))
    stage.act("admin", close, stage=stage)
    for letter in (both, own):
        ended = delivery_of(stage, letter, "school_a")
        assert (ended.state, ended.settled_by_name) == ("rejected", "นายดูแล ระบบ")
        assert "ยุบเลิก" in ended.reason
    assert delivery_of(stage, both, "school_b").state == "arrived"
    assert delivery_of(stage, own, "school_b") is None
    assert (arrived(stage, "school_a"), arrived(stage, "school_b")) == (0, 1)
    with stage.database.reading() as session:
        told = select(Activity).where(Activity.verb == Verb.REJECT.value)
        assert len(session.scalars(told).all()) == 2


def test_received_letters_stay_where_they_were_and_open_cases_go_on(stage):
    open_one = stage.make(stage.world.received_letter)
    done = stage.make(stage.world.outside_letter, "a_registrar")
    stage.make(lambda session: setattr(session.get_one(Case, done.case.id), "state", "done"))
    stage.act("admin", close, stage=stage)
    moved, kept = stage.row(open_one.case), stage.row(done.case)
    assert (moved.office_id, moved.version) == (stage.world.offices["school_b"], 2)
    assert kept.office_id == stage.world.offices["school_a"]
    assert stage.row(open_one.delivery).office_id == stage.world.offices["school_a"]
    assert stage.row(open_one.delivery).state == "received"
    draft = stage.act("b_registrar", reply, moved.public_id)
    assert draft.answers_case_id == moved.id


def test_drafts_are_taken_over_to_be_signed_anew(stage):
    world = stage.world
    letters = {
        "draft": stage.make(world.draft_letter, "a_registrar", to=("district",)),
        "proposed": stage.make(world.proposed_letter, "a_registrar", to=("school_b", "district")),
        "signed": stage.make(world.signed_letter, "a_registrar", to=("district",)),
    }
    stage.act("admin", close, stage=stage)
    for letter in map(stage.row, letters.values()):
        assert (letter.state, letter.office_id) == ("draft", world.offices["school_b"])
        assert letter.owner_post_id == world.posts["b_registrar"]
        assert (letter.signer_name, letter.signed_at, letter.signed_hash) == ("", None, "")
    with stage.database.reading() as session:
        states = session.scalars(select(Task.state).order_by(Task.id)).all()
        assert set(states) <= {"withdrawn", "done"}
        wanted = select(LetterRecipient.office_id).where(
            LetterRecipient.letter_id == letters["proposed"].id
        )
        assert session.scalars(wanted).all() == [world.offices["district"]]
    draft = stage.row(letters["signed"])
    stage.act("b_registrar", propose, draft.public_id, version=draft.version)
    signed = stage.make(world.sign, stage.row(draft))
    numbered = stage.act("b_registrar", issue_number, signed.public_id, version=signed.version)
    assert numbered.letter_no == "ศธ 04999.002/1"
    stage.act("b_registrar", send, numbered.public_id, version=numbered.version)


def test_numbers_that_nobody_sent_or_took_are_burned_and_orders_stay(stage):
    world = stage.world
    unsent = stage.make(world.numbered_letter, "a_registrar", to=("district",))
    order = stage.make(world.numbered_letter, "a_registrar", kind="order")
    memo = stage.make(world.numbered_letter, "a_registrar", kind="memo")
    held = stage.act("a_registrar", reserve_number, series="send", reason="รอหนังสือ")[0]
    stage.act("admin", close, stage=stage)
    assert stage.row(unsent).state == "cancelled"
    assert (stage.row(order).state, stage.row(memo).state) == ("numbered", "numbered")
    with stage.database.reading() as session:
        rows = session.scalars(select(RegisterEntry).order_by(RegisterEntry.id)).all()
    burned = {row.id for row in rows if row.state == "cancelled"}
    assert burned == {unsent.entry_id, held.id}
    assert all("ยุบเลิก" in row.reason for row in rows if row.id in burned)


def test_books_end_with_a_remark_and_are_read_on_by_the_successor(stage):
    letter = stage.make(stage.world.sent_letter, "a_registrar", to=("district",))
    office_id = stage.world.offices["school_a"]
    hidden = stage.ask("b_registrar", readable_offices)
    assert [office.id for office in hidden] == [stage.world.offices["school_b"]]
    stage.act("admin", close, stage=stage)
    with stage.database.reading() as session:
        books = session.scalars(select(Book).where(Book.office_id == office_id)).all()
    assert books
    for book in books:
        assert book.closed_at is not None
        assert "โรงเรียนบ้านตัวอย่างเหนือ ยุบเลิก" in book.closing_remark
        assert "โรงเรียนบ้านตัวอย่างใต้" in book.closing_remark
    with pytest.raises(BookClosed), stage.database.transaction() as session:
        take_number(session, office_id, Series.SEND, stage.world.year)

    def rows(session, actor):
        office = readable_office(session, actor, stage.world.public["school_a"])
        return register_rows(session, actor, book_of(session, office, "send", stage.world.year))

    shown = stage.ask("b_registrar", rows)
    assert [(row.entry.number, row.letter_public_id) for row in shown] == [(1, letter.public_id)]
    stage.refuses(OfficeNotFound, "c_registrar", rows)
    assert stage.ask("b_director", load_visible, letter.public_id).id == letter.id


def test_nothing_is_sent_to_it_any_more(stage):
    waiting = stage.make(stage.world.numbered_letter, to=("school_a", "school_c"))
    stage.act("admin", close, stage=stage)
    refused = stage.refuses(
        OfficeClosed, "registrar", send, waiting.public_id, version=waiting.version
    )
    assert "หน่วยงานที่รับช่วงต่อ" in str(refused)
    circular = stage.make(stage.world.sent_letter, to=("network",))
    with stage.database.reading() as session:
        there = select(Delivery.office_id).where(Delivery.letter_id == circular.id)
        assert session.scalars(there).all() == [stage.world.offices["school_b"]]


def test_a_successor_without_anybody_gets_no_work(stage):
    def empty(session):
        for name in ("b_registrar", "b_director"):
            post = session.get_one(Post, stage.world.posts[name])
            close_post(session, SYSTEM, post, closed_on=clock.today())

    stage.make(empty)
    stage.make(stage.world.draft_letter, "a_registrar")
    refused = stage.refuses(SuccessorUnstaffed, "admin", close, stage=stage)
    assert "โรงเรียนบ้านตัวอย่างใต้" in str(refused)
    stage.act("admin", close, stage=stage, successor="school_c")


def test_what_is_announced_is_what_happens(stage):
    world = stage.world
    stage.make(world.sent_letter, to=("school_a",))
    stage.make(world.sent_letter, to=("school_a", "school_b"))
    stage.make(world.received_letter)
    stage.make(world.draft_letter, "a_registrar")
    stage.make(world.numbered_letter, "a_registrar", to=("district",))
    stage.act("a_registrar", reserve_number, series="order", count=2, reason="รอคำสั่ง")

    def announced(session, actor):
        offices = [session.get_one(Office, world.offices[n]) for n in ("school_a", "school_b")]
        return vars(hand_over_of(session, *offices))

    expected = stage.ask("admin", announced)
    assert expected == {
        "deliveries": 1,
        "doubles": 1,
        "cases": 1,
        "tasks": 0,
        "drafts": 1,
        "unsent": 1,
        "reserved": 2,
        "books": 3,
    }
    stage.act("admin", close, stage=stage)
    assert not any(stage.ask("admin", announced).values())
    with stage.database.reading() as session:
        row = session.scalars(
            select(Activity).where(Activity.verb == Verb.CLOSE_OFFICE.value)
        ).one()
    assert all(f'"{name}":{count}' in row.facts for name, count in expected.items())


def test_open_tasks_go_to_the_successors_head_or_registry(stage):
    """Tasks on cases come with later rules; what stands open is handed on by the old post."""
    case = stage.make(stage.world.received_letter).case
    world = stage.world

    def add(session):
        for name in ("a_director", "a_teacher"):
            session.add(
                Task(
                    kind="act",
                    case_id=case.id,
                    office_id=world.offices["school_a"],
                    post_id=world.posts[name],
                    created_at=clock.now(),
                )
            )

    stage.make(add)
    stage.act("admin", close, stage=stage)
    with stage.database.reading() as session:
        tasks = session.scalars(select(Task).order_by(Task.id)).all()
        found = [(task.post_id, task.office_id, task.state) for task in tasks[-2:]]
    office = world.offices["school_b"]
    assert found == [
        (world.posts["b_director"], office, "open"),
        (world.posts["b_registrar"], office, "open"),
    ]


def test_the_log_explains_everything_that_moved_or_ended(stage, settings):
    """``eoffice check`` finds nothing that it did not find before."""
    world = stage.world
    stage.make(world.sent_letter, to=("school_a",))
    stage.make(world.sent_letter, to=("school_a", "school_b"))
    stage.make(world.received_letter)
    stage.make(world.outside_letter, "a_registrar")
    for make in (world.draft_letter, world.proposed_letter, world.signed_letter):
        stage.make(make, "a_registrar", to=("district", "school_b"))
    stage.make(world.numbered_letter, "a_registrar", to=("district",))
    stage.make(world.numbered_letter, "a_registrar", kind="order")
    stage.act("a_registrar", reserve_number, series="send", reason="รอหนังสือ")

    def found():
        report = run_checks(stage.database, settings)
        assert not report.not_run
        return {result.line for result in report.results}

    before = found()
    stage.act("admin", close, stage=stage)
    assert found() - before == set()
