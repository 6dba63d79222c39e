"""The per-person activity register: counted from the log, each letter once per person and act."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import openpyxl
import pytest

from eoffice import clock
from eoffice.activity.periods import Period, PeriodKind, PeriodWrong, fiscal_year, period_of
from eoffice.activity.queries import letters_behind, may_see_office, may_see_person, register_lines
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.activity.workbook import register_workbook
from eoffice.routing.services.sending import recall, remind
from eoffice.verbs import Verb
from tests.stage import Stage


def this_month() -> Period:
    """The month of today."""
    return period_of("month")


def figures(stage: Stage, name: str, office: str) -> dict[str, int]:
    """One person's figures in one office this month."""
    with stage.database.reading() as session:
        person = stage.world.actor(session, name).person_id
        office_id = stage.world.offices[office]
        lines = register_lines(session, this_month(), office_id=office_id)
        return next(line.letters for line in lines if line.person_id == person)


def test_fiscal_year_runs_from_october() -> None:
    """ปีงบประมาณ 2570 is 1 Oct 2569 – 30 Sep 2570."""
    assert (fiscal_year(2570).first, fiscal_year(2570).last) == (
        date(2026, 10, 1),
        date(2027, 9, 30),
    )


@pytest.mark.parametrize("first,last", [("", ""), ("2 ม.ค. 2569", "1 ม.ค. 2569"), ("x", "y")])
def test_custom_period_is_understood_or_refused(first: str, last: str) -> None:
    """A period that makes no sense is refused with advice."""
    with pytest.raises(PeriodWrong):
        period_of(PeriodKind.CUSTOM.value, first=first, last=last)


def test_days_are_those_of_bangkok() -> None:
    """A period ends with the last instant of its last Bangkok day."""
    day = Period(PeriodKind.CUSTOM, date(2026, 1, 1), date(2026, 1, 1))
    assert day.begins_at == datetime(2025, 12, 31, 17, tzinfo=UTC)
    assert day.ends_at == datetime(2026, 1, 1, 17, tzinfo=UTC)


def test_a_letter_counts_once_per_person_and_act(stage: Stage) -> None:
    """Two sends of one letter (the second after a recall) are one letter sent."""
    letter = stage.make(stage.world.sent_letter, to=("school_a", "school_b"))
    before = figures(stage, "registrar", "district")
    stage.act("registrar", remind, letter.public_id)
    with stage.database.reading() as session:
        version = session.get_one(type(letter), letter.id).version
    stage.act("registrar", recall, letter.public_id, version=version, reason="ผิดฉบับ")
    after = figures(stage, "registrar", "district")
    assert before["sent"] == after["sent"] == 1
    assert after["recalled"] == 1
    assert "recalled" not in before


def test_received_and_registered_letters_count_by_letter(stage: Stage) -> None:
    """Deliveries count as the letter they bring; paper counts apart."""
    stage.make(stage.world.received_letter)
    stage.make(stage.world.outside_letter, by="a_registrar")
    found = figures(stage, "a_registrar", "school_a")
    assert (found["received"], found["registered"]) == (1, 1)


def test_sign_ins_count_and_reloads_do_not(stage: Stage) -> None:
    """A sign-in is one successful sign-in; days are counted once."""
    with stage.database.transaction() as session:
        actor = stage.world.actor(session, "a_teacher")
        for _ in range(3):
            record(session, actor, Verb.SIGN_IN, None, chain=DISTRICT_CHAIN, follow=False)
        record(session, actor, Verb.SIGN_IN_FAILED, None, chain=DISTRICT_CHAIN, follow=False)
    with stage.database.reading() as session:
        (line,) = register_lines(session, this_month(), person_id=actor.person_id)
    assert (line.sign_ins, line.days_used) == (3, 1)
    assert line.last_used is not None and line.last_used <= clock.now()


def test_who_may_see_whom(stage: Stage) -> None:
    """A person sees the own line, a head the office, the district all."""
    with stage.database.reading() as session:
        world, period = stage.world, this_month()
        school_a, school_b = world.offices["school_a"], world.offices["school_b"]
        teacher = world.actor(session, "a_teacher")
        assert may_see_person(session, teacher, teacher.person_id or 0, period)
        assert not may_see_office(teacher, school_a)
        assert may_see_office(world.actor(session, "a_director"), school_a)
        assert not may_see_office(world.actor(session, "a_director"), school_b)
        assert not may_see_person(
            session, world.actor(session, "b_director"), teacher.person_id or 0, period
        )
        assert may_see_office(world.actor(session, "director"), school_b)


def test_letters_behind_a_figure_are_those_the_reader_may_see(stage: Stage) -> None:
    """The district's head counts a school's letters but reads only those sent to the district."""
    stage.make(stage.world.outside_letter, by="a_registrar")
    with stage.database.reading() as session:
        person = stage.world.actor(session, "a_registrar").person_id or 0
        director = stage.world.actor(session, "director")
        assert letters_behind(session, director, this_month(), person, "registered") == ([], 1)
        own = stage.world.actor(session, "a_director")
        letters, total = letters_behind(session, own, this_month(), person, "registered")
        assert (len(letters), total) == (1, 1)


def test_the_workbook_holds_text_never_formulas(stage: Stage) -> None:
    """A name that begins with = stays a text."""
    with stage.database.reading() as session:
        (line,) = register_lines(
            session, this_month(), person_id=stage.world.actor(session, "a_teacher").person_id
        )
    line.name = "=1+1"
    data = register_workbook("โรงเรียนบ้านตัวอย่าง", this_month(), [line])
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    cell = sheet["B5"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
