"""How an office numbers in a year; numbering after a restore."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from eoffice.actor import SYSTEM
from eoffice.db import new_public_id
from eoffice.registers.models import Book, OfficeYear, RegisterEntry
from eoffice.registers.rules import (
    EntryNotFound,
    FirstNumberWrong,
    GapTooWide,
    LastNumberTooLow,
    NumberingFixed,
    NumberingLocked,
    NumberingNotLocked,
    PrefixWrong,
    StaleNumbering,
)
from eoffice.registers.services.numbering import reserve_number
from eoffice.registers.services.settings import (
    confirm_numbering,
    lock_numbering,
    numbering_is_locked,
    set_numbering,
)
from eoffice.users.models import Office
from eoffice.users.rules import NoDesk, RoleMissing
from eoffice.verbs import Verb


def do_set(session, actor, office="school_a", stage=None, **details):
    given = {"year": stage.world.year, "prefix": "ศธ 04999.001"} | details
    row = session.get_one(Office, stage.world.offices[office])
    return set_numbering(session, actor, row, **given)


def book(stage, series, office="district"):
    with stage.database.reading() as session:
        return session.scalars(
            select(Book).where(Book.series == series, Book.office_id == stage.world.offices[office])
        ).one_or_none()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_of_two_who_set_a_year_at_once_the_later_is_told(stage):
    def act(session):
        do_set(session, stage.world.actor(session, "a_registrar"), stage=stage, version=1)

    with ThreadPoolExecutor(1) as pool:
        with stage.database.transaction() as session:
            act(session)
            later = pool.submit(stage.make, act)
        with pytest.raises(StaleNumbering):
            later.result(30)


def test_the_offices_registrar_sets_its_numbering_with_its_trace(stage):
    with stage.leaves(Verb.SET_NUMBERING, "a_registrar", "office", chain=0) as trace:
        stage.act(
            "a_registrar",
            do_set,
            stage=stage,
            prefix=" ศธ  ๐๔๙๙๙.๐๐๗ ",
            circular_series="shared",
            numbers_announcements=True,
            first_numbers={"send": 41},
        )
    assert trace["facts"]["prefix"] == "ศธ 04999.007"
    key = (stage.world.offices["school_a"], stage.world.year)
    with stage.database.reading() as session:
        row = session.get_one(OfficeYear, key)
    assert (row.prefix, row.circular_series) == ("ศธ 04999.007", "shared")
    letter = stage.make(stage.world.numbered_letter, "a_registrar")
    assert letter.letter_no == "ศธ 04999.007/41"


@pytest.mark.parametrize(
    ("desk", "error"),
    [
        ("b_registrar", RoleMissing),
        ("registrar", RoleMissing),
        ("a_director", RoleMissing),
        ("a_teacher", RoleMissing),
        ("visitor", NoDesk),
    ],
)
def test_nobody_else_sets_it(stage, desk, error):
    stage.refuses(error, desk, do_set, stage=stage)


@pytest.mark.parametrize("desk", ["a_admin", "admin"])
def test_the_administrators_set_it_too(stage, desk):
    stage.act(desk, do_set, stage=stage, prefix="ศธ 04999.009")


def test_prefixes_are_letters_a_space_and_digits(stage):
    for prefix in ("ศธ04999", "ศธ 4", "SO 04999", "ศธ 04999/1", "ศธ 04999 .1", "ศ 04999", "04999"):
        stage.refuses(PrefixWrong, "a_registrar", do_set, stage=stage, prefix=prefix)
    for prefix in ("ศธ 04999", "ศธ 04999.0123", "ศธ 04999(สพ)", "ศธภ 12", ""):
        stage.act("a_registrar", do_set, stage=stage, prefix=prefix)


def test_a_first_number_is_one_or_more_and_moves_until_a_number_is_given(stage):
    for first in (0, -1):
        stage.refuses(
            FirstNumberWrong, "a_registrar", do_set, stage=stage, first_numbers={"receive": first}
        )
    for first in (1200, 5, 100):
        stage.act("a_registrar", do_set, stage=stage, first_numbers={"receive": first})
    done = stage.make(stage.world.outside_letter, "a_registrar")
    assert done.entry.number == 100
    stage.refuses(
        NumberingFixed, "a_registrar", do_set, stage=stage, first_numbers={"receive": 101}
    )
    stage.act("a_registrar", do_set, stage=stage, first_numbers={"receive": 100})
    assert stage.make(stage.world.outside_letter, "a_registrar").entry.number == 101


def test_prefix_and_circular_mode_are_fixed_by_the_first_letter_of_the_year(stage):
    stage.make(stage.world.outside_letter, "a_registrar")
    stage.act("a_registrar", do_set, stage=stage, prefix="ศธ 04999.111")
    stage.make(stage.world.numbered_letter, "a_registrar", is_circular=True)
    stage.refuses(NumberingFixed, "a_registrar", do_set, stage=stage, prefix="ศธ 04999.112")
    same = {"prefix": "ศธ 04999.111"}
    stage.refuses(
        NumberingFixed, "a_registrar", do_set, stage=stage, circular_series="shared", **same
    )
    stage.act("a_registrar", do_set, stage=stage, numbers_announcements=True, **same)
    stage.act("a_registrar", do_set, stage=stage, year=stage.world.year + 1, prefix="ศธ 04999.112")


def test_a_later_year_is_settled_apart(stage):
    later = stage.world.year + 1
    stage.act(
        "a_registrar",
        do_set,
        stage=stage,
        year=later,
        circular_series="shared",
        first_numbers={"send": 7},
    )
    assert book(stage, "send", "school_a").year == later
    assert stage.make(stage.world.numbered_letter, "a_registrar").letter_no.endswith("/1")


def test_after_a_restore_the_gap_is_burned_and_numbering_goes_on_behind_it(stage):
    for _ in range(2):
        stage.make(stage.world.numbered_letter)
    sent = book(stage, "send")
    stage.make(lock_numbering, "restored")
    stage.make(lock_numbering, "restored twice")
    with stage.database.reading() as session:
        assert numbering_is_locked(session)
    given = {"last_numbers": {sent.public_id: 5}, "remark": "ตามทะเบียนกระดาษ"}
    stage.refuses(RoleMissing, "registrar", confirm_numbering, **given)
    stage.refuses(RoleMissing, "a_admin", confirm_numbering, **given)
    stage.refuses(
        EntryNotFound, "admin", confirm_numbering, last_numbers={new_public_id(): 1}, remark=""
    )
    with stage.leaves(
        Verb.CONFIRM_NUMBERING, "admin", "", chain=0, text="ตามทะเบียนกระดาษ"
    ) as trace:
        stage.act("admin", confirm_numbering, **given)
    assert trace["facts"]["burned"] == {sent.public_id: [3, 4, 5]}
    with stage.database.reading() as session:
        assert not numbering_is_locked(session)
        rows = session.execute(
            select(RegisterEntry.number, RegisterEntry.state, RegisterEntry.reason)
            .where(RegisterEntry.book_id == sent.id)
            .order_by(RegisterEntry.number)
        ).all()
    assert [tuple(row) for row in rows[2:]] == [
        (number, "cancelled", "ตามทะเบียนกระดาษ") for number in (3, 4, 5)
    ]
    assert stage.make(stage.world.numbered_letter).letter_no == "ศธ 04999/6"


def test_a_confirmed_number_is_neither_behind_the_book_nor_far_ahead_of_it(stage):
    for _ in range(3):
        stage.make(stage.world.numbered_letter)
    sent = book(stage, "send")
    stage.refuses(
        NumberingNotLocked, "admin", confirm_numbering, last_numbers={sent.public_id: 3}, remark=""
    )
    stage.make(lock_numbering, "restored")
    for last, fact in ((2, LastNumberTooLow), (9_999, GapTooWide)):
        refused = stage.refuses(
            fact, "admin", confirm_numbering, last_numbers={sent.public_id: last}, remark=""
        )
        assert "ทะเบียนหนังสือส่ง" in str(refused)
    stage.act("admin", confirm_numbering, last_numbers={sent.public_id: 3}, remark="")
    assert stage.make(stage.world.numbered_letter).letter_no == "ศธ 04999/4"


def test_a_book_that_the_restored_data_lacks_is_begun_behind_its_last_number(stage):
    stage.make(lock_numbering, "restored")
    office = stage.world.public["school_b"]
    key = f"{office}/send/{stage.world.year}"
    unused = f"{office}/order/{stage.world.year}"
    for wrong in (f"{new_public_id()}/send/2569", f"{office}/nothing/2569", f"{office}/send/x"):
        stage.refuses(EntryNotFound, "admin", confirm_numbering, last_numbers={wrong: 1}, remark="")
    with stage.leaves(Verb.CONFIRM_NUMBERING, "admin", "", chain=0) as trace:
        stage.act("admin", confirm_numbering, last_numbers={key: 2, unused: 0}, remark="")
    begun = book(stage, "send", "school_b")
    assert (begun.first_no, begun.last_no) == (1, 2)
    assert trace["facts"]["burned"] == {begun.public_id: [1, 2]}
    assert stage.make(stage.world.numbered_letter, "b_registrar").letter_no == "ศธ 04999.002/3"
    with stage.database.reading() as session:
        held = select(Book.series).where(Book.office_id == stage.world.offices["school_b"])
        assert set(session.scalars(held)) == {"send"}


def test_until_then_the_system_itself_gives_no_number(stage):
    stage.make(lock_numbering, "restored")
    stage.refuses(NumberingLocked, "registrar", reserve_number, series="order", reason="ก")
    stage.make(confirm_numbering, SYSTEM, last_numbers={}, remark="")
    stage.act("registrar", reserve_number, series="order", reason="ก")
