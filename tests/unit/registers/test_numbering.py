"""Numbers: issued, reserved, cancelled; series, prefixes, dates that run back, the year's end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.documents.rules import DateRunsBack
from eoffice.registers.models import Book, OfficeYear, RegisterEntry
from eoffice.registers.queries import (
    book_of,
    books_of,
    next_number,
    readable_office,
    register_rows,
)
from eoffice.registers.rules import (
    AnnouncementsNotNumbered,
    BookClosed,
    PrefixMissing,
)
from eoffice.registers.services.numbering import (
    issue_number,
)
from eoffice.verbs import Verb
from tests.acts import Act, EveryAct

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


def send_book(session, actor):
    """The send register of this year of the desk's office."""
    office = readable_office(session, actor)
    return book_of(session, office, "send", clock.this_year())


def test_a_number_fixes_the_letter_and_stands_in_the_register(stage):
    letter = stage.make(stage.world.signed_letter, to=("school_a",), subject="แจ้งเวียน")
    with stage.leaves(Verb.ISSUE_NUMBER, "registrar", "letter") as trace:
        stage.act("registrar", issue_number, letter.public_id, version=letter.version)
    letter = stage.row(letter)
    assert (letter.letter_no, letter.no_key) == ("ศธ 04999/1", "ศธ04999/1")
    assert letter.letter_date == clock.today()
    row = stage.ask("registrar", lambda s, a: register_rows(s, a, send_book(s, a)))[0]
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


def test_a_closed_book_gives_no_more_numbers(stage):
    number(stage, kind="order")

    def closed(session):
        book = session.scalars(select(Book).where(Book.series == "order")).one()
        book.closed_at = clock.now()

    stage.make(closed)
    letter = stage.make(stage.world.signed_letter, kind="order")
    stage.refuses(BookClosed, "registrar", issue_number, letter.public_id, version=letter.version)


def test_the_register_is_read_by_words_number_and_page(stage):
    for subject in ("ประชุมครู", "อบรมครู", "ประชุมผู้บริหาร"):
        number(stage, subject=subject)

    def found(**filters):
        def rows(session, actor):
            book = send_book(session, actor)
            return [row.entry.number for row in register_rows(session, actor, book, **filters)]

        return stage.ask("registrar", rows)

    assert found() == [3, 2, 1]
    assert found(limit=None) == [1, 2, 3]
    assert found(words="ประชุม") == [3, 1]
    assert found(words="ครู อบรม") == [2]
    assert found(words="ศธ 04999/3") == [3]
    assert found(words="๒") == [2]
    assert found(words="3/2569") == [3]
    assert found(words="3.1") == []
    assert found(before=3, limit=1) == [2, 1]
    yesterday = clock.today() - timedelta(days=1)
    assert found(until=yesterday) == []
    assert found(since=yesterday, until=clock.today()) == [3, 2, 1]
    shelf = stage.ask("b_registrar", lambda s, a: books_of(s, readable_office(s, a)))
    assert shelf == []
    assert stage.ask("b_registrar", send_book) is None
    with stage.database.reading() as session:
        office_id = stage.world.offices["district"]
        assert next_number(session, office_id, "send", stage.world.year) == 4
        assert next_number(session, office_id, "order", stage.world.year) == 1
