"""Reserved and cancelled numbers: held for a letter, taken once, burned when they are not used."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from eoffice import clock
from eoffice.db import new_public_id
from eoffice.documents.rules import ReasonMissing
from eoffice.registers.models import Book, OfficeYear, RegisterEntry
from eoffice.registers.queries import (
    free_reserved,
)
from eoffice.registers.rules import (
    AnnouncementsNotNumbered,
    CheckMissing,
    EntryNotFound,
    EntryUsed,
    InsertionRefused,
    NumberingLocked,
    PrefixMissing,
    ReservedByOther,
    SeriesNotUsed,
    wanted_number,
)
from eoffice.registers.services.numbering import (
    cancel_number,
    issue_number,
    reserve_number,
)
from eoffice.registers.services.settings import lock_numbering
from eoffice.users.rules import RoleMissing
from eoffice.verbs import Verb


def entries(stage, series="send", office="district"):
    """(number, state) of a book in order."""
    with stage.database.reading() as session:
        rows = session.execute(
            select(RegisterEntry.number, RegisterEntry.state)
            .join(Book, Book.id == RegisterEntry.book_id)
            .where(Book.series == series, Book.office_id == stage.world.offices[office])
            .order_by(RegisterEntry.number)
        )
        return [(number, state) for number, state in rows]


def number(stage, **details):
    return stage.make(stage.world.numbered_letter, **details).letter_no


REASON = "จองไว้สำหรับคำสั่งด่วน"


def reserved(world, session):
    return reserve_number(session, world.actor(session, "registrar"), series="send", reason=REASON)[
        0
    ]


def cancelled(world, session):
    entry = reserved(world, session)
    return cancel_number(session, world.actor(session, "registrar"), entry.public_id, reason="ไม่ใช้")


def test_a_reserved_number_keeps_its_day_and_waits_for_its_letter(stage):
    with stage.leaves(Verb.RESERVE_NUMBER, "registrar", "register_entry", text=REASON) as trace:
        held = stage.act("registrar", reserve_number, series="send", count=2, reason=REASON)
    assert trace["facts"]["numbers"] == [1, 2]
    assert number(stage) == "ศธ 04999/3"
    tomorrow = clock.now() + timedelta(days=1)
    with clock.travelling(tomorrow):
        letter = stage.make(stage.world.signed_letter)
        stage.act(
            "registrar",
            issue_number,
            letter.public_id,
            version=letter.version,
            reserved=held[1].public_id,
        )
    letter = stage.row(letter)
    assert (letter.letter_no, letter.letter_date) == ("ศธ 04999/2", clock.today())
    assert letter.numbered_at == tomorrow
    entry = stage.row(held[1])
    assert (entry.state, entry.letter_id, entry.issued_at) == ("issued", letter.id, tomorrow)
    assert (entry.remark, entry.entered_on) == (REASON, clock.today())
    assert entries(stage) == [(1, "reserved"), (2, "issued"), (3, "issued")]
    free = stage.ask("registrar", lambda s, a: free_reserved(s, a.desk, "send", stage.world.year))
    assert [row.number for row in free] == [1]


def test_a_reserved_number_is_taken_once_in_its_own_series_and_office(stage):
    held = stage.act("registrar", reserve_number, series="send", reason=REASON)[0]
    order = stage.make(stage.world.signed_letter, kind="order")
    school = stage.make(stage.world.signed_letter, "a_registrar")
    first = stage.make(stage.world.signed_letter)
    second = stage.make(stage.world.signed_letter)

    def refuses(error, letter, desk="registrar", key=held.public_id):
        return stage.refuses(
            error, desk, issue_number, letter.public_id, version=letter.version, reserved=key
        )

    refuses(ReservedByOther, order)
    refuses(EntryNotFound, school, "a_registrar")
    refuses(EntryNotFound, first, key=new_public_id())
    stage.act(
        "registrar",
        issue_number,
        first.public_id,
        version=first.version,
        reserved=held.public_id,
    )
    refuses(EntryUsed, second)


def test_how_many_numbers_are_reserved_at_once_is_limited_and_reasoned(stage):
    for count in (0, 51):
        stage.refuses(
            CheckMissing, "registrar", reserve_number, series="send", count=count, reason=REASON
        )
    stage.refuses(ReasonMissing, "registrar", reserve_number, series="send", reason=" ")
    stage.refuses(EntryNotFound, "registrar", reserve_number, series="receive", reason=REASON)
    stage.refuses(RoleMissing, "officer", reserve_number, series="send", reason=REASON)
    held = stage.act("registrar", reserve_number, series="send", count=50, reason=REASON)
    assert [entry.number for entry in held] == list(range(1, 51))


def test_a_reserved_number_that_is_not_used_is_cancelled_and_burned(stage):
    entry = stage.make(lambda session: reserved(stage.world, session))
    args = ("registrar", cancel_number, entry.public_id)
    stage.refuses(ReasonMissing, *args, reason="")
    stage.refuses(EntryNotFound, "a_registrar", cancel_number, entry.public_id, reason="ก")
    stage.refuses(RoleMissing, "director", cancel_number, entry.public_id, reason="ก")
    stage.refuses(EntryNotFound, "registrar", cancel_number, new_public_id(), reason="ก")
    with stage.leaves(Verb.CANCEL_NUMBER, "registrar", "register_entry", text="ไม่ใช้") as trace:
        stage.act(*args, reason="ไม่ใช้")
    assert (trace["facts"]["number"], trace["facts"]["series"]) == (1, "send")
    assert (stage.row(entry).state, stage.row(entry).reason) == ("cancelled", "ไม่ใช้")
    stage.refuses(EntryUsed, *args, reason="อีกครั้ง")
    letter = stage.make(stage.world.signed_letter)
    stage.refuses(
        EntryUsed,
        "registrar",
        issue_number,
        letter.public_id,
        version=letter.version,
        reserved=entry.public_id,
    )
    assert number(stage) == "ศธ 04999/2"


def test_an_issued_number_is_cancelled_with_its_letter_only(stage):
    letter = stage.make(stage.world.numbered_letter)
    with stage.database.reading() as session:
        entry = session.get_one(RegisterEntry, letter.entry_id)
    stage.refuses(EntryUsed, "registrar", cancel_number, entry.public_id, reason="ก")


def test_while_numbering_is_locked_no_number_is_given(stage):
    held = stage.make(lambda session: reserved(stage.world, session))
    letter = stage.make(stage.world.signed_letter)
    stage.make(lock_numbering, "restored")
    given = {"version": letter.version}
    stage.refuses(NumberingLocked, "registrar", issue_number, letter.public_id, **given)
    stage.refuses(
        NumberingLocked,
        "registrar",
        issue_number,
        letter.public_id,
        reserved=held.public_id,
        **given,
    )
    stage.refuses(NumberingLocked, "registrar", reserve_number, series="order", reason="ก")


def test_the_database_itself_keeps_registers_and_books(stage):
    stage.make(stage.world.numbered_letter)
    stage.make(lambda session: cancelled(stage.world, session))
    refused = [
        ("UPDATE register_entries SET number = 9 WHERE number = 1", "fixed"),
        (
            "UPDATE register_entries SET entered_at = '2020-01-01 00:00:00' WHERE number = 1",
            "fixed",
        ),
        ("UPDATE register_entries SET subject = 'other' WHERE number = 1", "fixed"),
        ("UPDATE register_entries SET ref_no = 'other' WHERE number = 1", "fixed"),
        ("UPDATE register_entries SET state = 'reserved' WHERE number = 1", "fixed"),
        ("UPDATE register_entries SET state = 'issued' WHERE number = 2", "fixed"),
        ("UPDATE register_entries SET reason = 'other' WHERE number = 2", "fixed"),
        ("DELETE FROM register_entries WHERE number = 2", "not deleted"),
        ("UPDATE books SET last_no = 1", "forward"),
        ("UPDATE books SET first_no = 2", "forward"),
        ("DELETE FROM books", "not deleted"),
    ]
    before = stage.everything()
    for statement, message in refused:
        with (
            stage.database.transaction() as session,
            pytest.raises(DBAPIError, match=message),
            session.begin_nested(),
        ):
            session.execute(text(statement))
    assert stage.everything() == before


def settle(stage, office="district", **changes):
    """Change an office's numbering of this year."""

    def changed(session):
        row = session.get_one(OfficeYear, (stage.world.offices[office], stage.world.year))
        for name, value in changes.items():
            setattr(row, name, value)

    stage.make(changed)


def test_an_asked_for_number_is_the_next_or_an_insertion(stage):
    stage.make(stage.world.numbered_letter)
    given = {"series": "send", "reason": REASON}
    for other in (1, 3, 45):
        stage.refuses(InsertionRefused, "registrar", reserve_number, wanted_no=other, **given)
    held = stage.act("registrar", reserve_number, wanted_no=2, count=2, **given)
    assert [entry.number for entry in held] == [2, 3]


@pytest.mark.parametrize("typed", ["45.1", "45 ก", "45/1", "๔๕.๑", "-1", "1e3", "ก", "12345678"])
def test_a_number_in_between_cannot_even_be_typed(typed):
    with pytest.raises(InsertionRefused):
        wanted_number(typed)


def test_a_number_is_typed_in_thai_or_arabic_digits():
    assert [wanted_number(typed) for typed in ("", " ", "45", "๔๕")] == [None, None, 45, 45]


def test_numbers_are_reserved_only_where_the_office_numbers(stage):
    settle(stage, circular_series="shared")
    stage.refuses(SeriesNotUsed, "registrar", reserve_number, series="circular", reason=REASON)
    stage.refuses(
        AnnouncementsNotNumbered, "registrar", reserve_number, series="announcement", reason=REASON
    )
    settle(stage, prefix="")
    stage.refuses(PrefixMissing, "registrar", reserve_number, series="send", reason=REASON)
    assert stage.act("registrar", reserve_number, series="order", reason=REASON)[0].number == 1
