"""Numbers: issued, reserved, cancelled; series, prefixes, dates that run back, the year's end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.db import new_public_id
from eoffice.documents.rules import DateRunsBack, ReasonMissing
from eoffice.registers.models import Book, OfficeYear, RegisterEntry
from eoffice.registers.queries import (
    books_of,
    free_reserved,
    next_number,
    register_rows,
    year_settings,
)
from eoffice.registers.rules import (
    AnnouncementsNotNumbered,
    BookClosed,
    CheckMissing,
    EntryNotFound,
    EntryUsed,
    NumberingLocked,
    PrefixMissing,
    ReservedByOther,
    Series,
)
from eoffice.registers.services.numbering import (
    cancel_number,
    enter,
    issue_number,
    reserve_number,
    take_number,
)
from eoffice.registers.services.settings import lock_numbering, set_numbering
from eoffice.routing.services.receiving import receive
from eoffice.users.models import Office
from eoffice.users.rules import RoleMissing
from eoffice.verbs import Verb
from tests.acts import Act, EveryAct

REASON = "จองไว้สำหรับคำสั่งด่วน"


def reserved(world, session):
    return reserve_number(session, world.actor(session, "registrar"), series="send", reason=REASON)[
        0
    ]


def cancelled(world, session):
    entry = reserved(world, session)
    return cancel_number(session, world.actor(session, "registrar"), entry.public_id, reason="ไม่ใช้")


ACTS = [
    Act(
        verb=Verb.ISSUE_NUMBER,
        prepare=lambda world, session: world.signed_letter(session),
        do=lambda session, actor, letter, version: issue_number(
            session, actor, letter, version=version
        ),
        by="registrar",
        wrong_role="director",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.proposed_letter(session),
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryAct):
    pass


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


def settle(stage, office="district", **changes):
    """Change an office's numbering of this year."""

    def changed(session):
        row = session.get_one(OfficeYear, (stage.world.offices[office], stage.world.year))
        for name, value in changes.items():
            setattr(row, name, value)

    stage.make(changed)


def number(stage, **details):
    return stage.make(stage.world.numbered_letter, **details).letter_no


def test_a_number_fixes_the_letter_and_stands_in_the_register(stage):
    letter = stage.make(stage.world.signed_letter, to=("school_a",), subject="แจ้งเวียน")
    with stage.leaves(Verb.ISSUE_NUMBER, "registrar", "letter") as trace:
        stage.act("registrar", issue_number, letter.public_id, version=letter.version)
    letter = stage.row(letter)
    assert (letter.letter_no, letter.no_key) == ("ศธ 04999/1", "ศธ04999/1")
    assert letter.letter_date == clock.today()
    row = stage.ask(
        "registrar", lambda s, a: register_rows(s, a.desk, series="send", year=stage.world.year)
    )[0]
    assert (row.entry.id, row.letter_public_id) == (letter.entry_id, letter.public_id)
    assert (row.entry.ref_no, row.entry.ref_date) == (letter.letter_no, letter.letter_date)
    assert (row.entry.subject, row.entry.to_text) == ("แจ้งเวียน", letter.to_text)
    assert trace["facts"]["number"] == letter.letter_no


def test_each_kind_has_its_series(stage):
    settle(stage, numbers_announcements=True)
    year = stage.world.year
    assert number(stage) == "ศธ 04999/1"
    assert number(stage, kind="memo") == "ศธ 04999/2"
    assert number(stage, kind="other") == "ศธ 04999/3"
    assert number(stage, kind="order") == f"1/{year}"
    assert number(stage, kind="announcement") == f"1/{year}"
    assert number(stage, is_circular=True) == "ศธ 04999/ว 1"
    assert number(stage) == "ศธ 04999/4"
    assert number(stage, by="a_registrar") == "ศธ 04999.001/1"


def test_circulars_may_share_the_series_of_letters(stage):
    settle(stage, circular_series="shared")
    numbers = [number(stage), number(stage, is_circular=True), number(stage)]
    assert numbers == ["ศธ 04999/1", "ศธ 04999/ว 2", "ศธ 04999/3"]
    assert entries(stage, "circular") == []


def test_announcements_are_numbered_only_where_the_office_wants_it(stage):
    letter = stage.make(stage.world.signed_letter, kind="announcement")
    refused = stage.refuses(
        AnnouncementsNotNumbered,
        "registrar",
        issue_number,
        letter.public_id,
        version=letter.version,
    )
    assert refused.status == 409


def test_without_a_prefix_no_letter_is_numbered(stage):
    settle(stage, prefix="")
    letter = stage.make(stage.world.signed_letter)
    args = (letter.public_id,)
    stage.refuses(PrefixMissing, "registrar", issue_number, *args, version=letter.version)
    circular = stage.make(stage.world.signed_letter, is_circular=True)
    stage.refuses(
        PrefixMissing, "registrar", issue_number, circular.public_id, version=circular.version
    )
    assert number(stage, kind="order").startswith("1/")


def test_a_refused_act_burns_no_number(stage):
    letter = stage.make(stage.world.signed_letter)
    stage.refuses(
        DateRunsBack,
        "registrar",
        issue_number,
        letter.public_id,
        version=letter.version,
        letter_date=clock.today() - timedelta(days=1),
    )
    with pytest.raises(RuntimeError), stage.database.transaction() as session:
        actor = stage.world.actor(session, "registrar")
        issue_number(session, actor, letter.public_id, version=letter.version)
        raise RuntimeError
    assert entries(stage) == []
    stage.act("registrar", issue_number, letter.public_id, version=letter.version)
    assert entries(stage) == [(1, "issued")]


def test_a_date_that_runs_back_needs_a_reason_that_stays(stage):
    number(stage)
    letter = stage.make(stage.world.signed_letter)
    yesterday = clock.today() - timedelta(days=1)
    given = {"version": letter.version, "letter_date": yesterday}
    refused = stage.refuses(
        DateRunsBack, "registrar", issue_number, letter.public_id, reason="  ", **given
    )
    assert refused.status == 422
    with stage.leaves(Verb.ISSUE_NUMBER, "registrar", "letter", text="ลงนามเมื่อวาน"):
        stage.act("registrar", issue_number, letter.public_id, reason="ลงนามเมื่อวาน", **given)
    letter = stage.row(letter)
    assert letter.letter_date == yesterday
    with stage.database.reading() as session:
        entry = session.get_one(RegisterEntry, letter.entry_id)
    assert (entry.ref_date, entry.reason) == (yesterday, "ลงนามเมื่อวาน")
    assert entry.entered_on == clock.today()


def test_a_date_before_the_previous_numbers_date_needs_a_reason_even_today(stage):
    letter = stage.make(stage.world.signed_letter)
    stage.act(
        "registrar",
        issue_number,
        letter.public_id,
        version=letter.version,
        letter_date=clock.today() + timedelta(days=2),
        reason="ลงวันที่ล่วงหน้าตามคำสั่ง",
    )
    later = stage.make(stage.world.signed_letter)
    args = (later.public_id,)
    stage.refuses(DateRunsBack, "registrar", issue_number, *args, version=later.version)


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


def test_a_closed_book_gives_no_more_numbers(stage):
    number(stage, kind="order")

    def closed(session):
        book = session.scalars(select(Book).where(Book.series == "order")).one()
        book.closed_at = clock.now()

    stage.make(closed)
    letter = stage.make(stage.world.signed_letter, kind="order")
    stage.refuses(BookClosed, "registrar", issue_number, letter.public_id, version=letter.version)


NEW_YEAR = datetime(2027, 1, 1, tzinfo=clock.BANGKOK).astimezone(UTC)


def test_the_year_changes_at_midnight_in_bangkok_whatever_the_host_says(stage):
    """31 Dec 23:59:59 Bangkok is 16:59:59 UTC; 1 Jan 06:59 Bangkok is still 31 Dec in UTC."""
    numbers = []
    for seconds in (-2, -1, 0, 1, 7 * 3600 - 60):
        with clock.travelling(NEW_YEAR + timedelta(seconds=seconds)):
            letter = stage.make(stage.world.sent_letter, kind="memo")
            delivery = stage.make(stage.world.delivery, letter)
            stage.act("a_registrar", receive, delivery.public_id)
            numbers.append((letter.letter_no, stage.row(delivery).receive_no))
            assert letter.letter_date == clock.today()
    assert [receive_no for _, receive_no in numbers] == [
        "1/2569",
        "2/2569",
        "1/2570",
        "2/2570",
        "3/2570",
    ]
    assert [int(no.split("/")[1]) for no, _ in numbers] == [1, 2, 1, 2, 3]
    assert clock.be_year(date(2026, 12, 31)) == 2569


def test_a_letter_begun_before_midnight_has_the_number_of_the_new_year_and_its_prefix(stage):
    with clock.travelling(NEW_YEAR - timedelta(minutes=1)):
        letter = stage.make(stage.world.signed_letter)
        office = stage.make(
            lambda session: session.get_one(Office, stage.world.offices["district"])
        )
        stage.make(set_numbering, SYSTEM, office, year=2570, prefix="ศธ 05000")
    with clock.travelling(NEW_YEAR + timedelta(minutes=1)):
        stage.act("registrar", issue_number, letter.public_id, version=letter.version)
    letter = stage.row(letter)
    assert (letter.letter_no, letter.letter_date) == ("ศธ 05000/1", date(2027, 1, 1))


def test_a_new_year_begins_with_the_settings_of_the_year_before(stage):
    settle(stage, circular_series="shared", numbers_announcements=True)
    with clock.travelling(NEW_YEAR + timedelta(days=1)):
        assert number(stage, is_circular=True) == "ศธ 04999/ว 1"
        assert number(stage) == "ศธ 04999/2"
    with stage.database.reading() as session:
        row = year_settings(session, stage.world.offices["district"], 2570)
        later = year_settings(session, stage.world.offices["district"], 2575)
    assert (row.year, row.prefix, row.numbers_announcements) == (2570, "ศธ 04999", True)
    assert later.year == 2570


def test_a_reserved_number_of_last_year_is_not_taken_this_year(stage):
    with clock.travelling(NEW_YEAR - timedelta(hours=1)):
        held = stage.make(lambda session: reserved(stage.world, session))
    with clock.travelling(NEW_YEAR + timedelta(hours=1)):
        letter = stage.make(stage.world.signed_letter)
        stage.refuses(
            ReservedByOther,
            "registrar",
            issue_number,
            letter.public_id,
            version=letter.version,
            reserved=held.public_id,
        )


def test_an_act_that_waited_over_midnight_is_the_last_of_the_old_year(stage):
    """It asked for its number in the old year: register, date and number stay of one year."""
    after_midnight = clock.travelling(NEW_YEAR + timedelta(seconds=3))
    with after_midnight, stage.database.transaction() as session:
        taken = take_number(session, stage.world.offices["school_b"], Series.RECEIVE, 2569)
        entry = enter(session, stage.world.actor(session, "b_registrar"), taken)
    assert (taken.number, taken.year) == (1, 2569)
    assert entry.entered_on == date(2026, 12, 31)
    assert entry.entered_at < NEW_YEAR


def test_the_register_is_read_by_words_number_and_page(stage):
    for subject in ("ประชุมครู", "อบรมครู", "ประชุมผู้บริหาร"):
        number(stage, subject=subject)

    def found(**filters):
        def rows(session, actor):
            given = {"series": "send", "year": stage.world.year} | filters
            return [row.entry.number for row in register_rows(session, actor.desk, **given)]

        return stage.ask("registrar", rows)

    assert found() == [1, 2, 3]
    assert found(newest_first=True) == [3, 2, 1]
    assert found(words="ประชุม") == [1, 3]
    assert found(words="ครู อบรม") == [2]
    assert found(words="ศธ 04999/3") == [3]
    assert found(words="๒") == [2]
    assert found(after=1, limit=1) == [2, 3]
    assert found(series="circular") == []
    assert stage.ask("b_registrar", lambda s, a: books_of(s, a.desk)) == []
    with stage.database.reading() as session:
        office_id = stage.world.offices["district"]
        assert next_number(session, office_id, "send", stage.world.year) == 4
        assert next_number(session, office_id, "order", stage.world.year) == 1


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
