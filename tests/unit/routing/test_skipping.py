"""A level that is late may be skipped, and a group's own path wins over its office's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import LetterNotFound, WrongState
from eoffice.notifications.models import Notification
from eoffice.routing.models import Task
from eoffice.routing.path_progress import path_progress
from eoffice.routing.refusals import SkipHoursWrong
from eoffice.routing.rules import NotTheApprover
from eoffice.routing.services.agreeing import agree
from eoffice.routing.services.approval_path import AskedLevel, set_path
from eoffice.routing.services.approving import propose, send_back, sign
from eoffice.routing.working_days import after_working_hours
from eoffice.users.models import Group
from eoffice.users.rules import GroupNotFound
from eoffice.worker import Shop, run_all
from tests.casework import key
from tests.unit.routing.test_approval_path import asked, do_agree, proposed, set_levels, shown

FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=clock.BANGKOK)
MONDAY = datetime(2026, 11, 30, 16, 0, tzinfo=clock.BANGKOK)
"""24 working hours after Friday 16.00."""


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with clock.travelling(FRIDAY):
        yield


def path_with_hours(stage, *, hours=24, **details):
    """Head (may be skipped), then deputy, then the director."""
    levels = [
        AskedLevel([key(stage, "head")], skip_hours=hours),
        AskedLevel([key(stage, "deputy")], skip_hours=hours),
    ]
    return stage.act("registrar", set_path, levels, **details)


def work_at(stage, settings, at):
    with clock.travelling(at):
        run_all(Shop(stage.database, settings))


def acts(stage, verb):
    with stage.database.reading() as session:
        rows = session.scalars(
            select(Activity).where(Activity.verb == verb).order_by(Activity.id)
        ).all()
        return [(row.person_id, json.loads(row.facts)) for row in rows]


def lines(stage, letter):
    with stage.database.reading() as session:
        found = path_progress(session, session.get_one(type(letter), letter.id))
    return [(line.text, line.is_waiting) for line in found]


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        (FRIDAY, 8, datetime(2026, 11, 28, tzinfo=clock.BANGKOK)),
        (FRIDAY, 24, MONDAY),
        (FRIDAY - timedelta(hours=2), 4, FRIDAY + timedelta(hours=2)),
        (datetime(2026, 11, 28, 9, tzinfo=clock.BANGKOK), 1, MONDAY.replace(hour=1)),
        # 5–7 December 2569 (Saturday to Monday): วันพ่อแห่งชาติ and its day in lieu
        (
            datetime(2026, 12, 4, 12, tzinfo=clock.BANGKOK),
            24,
            datetime(2026, 12, 8, 12, tzinfo=clock.BANGKOK),
        ),
    ],
)
def test_working_hours_leave_days_off_out(stage, at, hours, expected):
    with stage.database.reading() as session:
        assert after_working_hours(session, at.astimezone(clock.BANGKOK), hours) == expected


def test_before_its_time_a_level_cannot_be_skipped(stage, settings):
    path_with_hours(stage)
    letter = proposed(stage)
    work_at(stage, settings, MONDAY - timedelta(seconds=1))
    assert asked(stage, letter) == [("head", "approve", "open")]
    given = {"shown_hash": shown(stage, letter)}
    stage.refuses(NotTheApprover, "deputy", agree, letter.public_id, **given)
    assert acts(stage, "open_next_level") == []


def test_after_its_time_the_next_level_acts_and_the_skip_is_recorded(stage, settings):
    path_with_hours(stage)
    letter = proposed(stage)
    work_at(stage, settings, MONDAY)
    assert asked(stage, letter) == [("head", "approve", "open"), ("deputy", "approve", "open")]
    ((nobody, opened),) = acts(stage, "open_next_level")
    assert nobody is None
    assert opened["late"] == ["ผู้อำนวยการกลุ่มนโยบายและแผน"]
    with stage.database.reading() as session:
        kinds = session.scalars(select(Notification.kind)).all()
        assert "open_next_level" in kinds
    with clock.travelling(MONDAY + timedelta(hours=1)):
        do_agree(stage, "deputy", letter, note="เห็นชอบ")
    assert asked(stage, letter) == [
        ("head", "approve", "skipped"),
        ("deputy", "approve", "done"),
        ("director", "sign", "open"),
    ]
    ((by, skipped),) = acts(stage, "skip_level")
    assert by == stage.world.people["deputy"]
    assert skipped["late"] == ["ผู้อำนวยการกลุ่มนโยบายและแผน"]
    assert datetime.fromisoformat(skipped["since"]) == MONDAY
    with stage.database.reading() as session:
        task = session.scalars(select(Task).where(Task.state == "skipped")).one()
        assert task.settled_by == stage.world.people["deputy"]
        assert task.settled_at == MONDAY + timedelta(hours=1)
    assert lines(stage, letter)[0][0].startswith("ข้ามลำดับ พ้นเวลา โดย นาง")
    given = {"shown_hash": shown(stage, letter)}
    stage.refuses(NotTheApprover, "head", agree, letter.public_id, **given)


def test_the_late_level_may_still_agree_until_the_next_one_acts(stage, settings):
    path_with_hours(stage)
    letter = proposed(stage)
    work_at(stage, settings, MONDAY)
    with clock.travelling(MONDAY):
        do_agree(stage, "head", letter)
    assert asked(stage, letter) == [("head", "approve", "done"), ("deputy", "approve", "open")]
    with clock.travelling(MONDAY):
        do_agree(stage, "deputy", letter)
    assert asked(stage, letter)[-1] == ("director", "sign", "open")
    assert acts(stage, "skip_level") == []


def test_level_after_level_is_late_and_the_signer_signs_over_all_of_them(stage, settings):
    path_with_hours(stage)
    letter = proposed(stage)
    work_at(stage, settings, MONDAY)
    work_at(stage, settings, MONDAY + timedelta(hours=24))
    assert [row[0] for row in asked(stage, letter)] == ["head", "deputy", "director"]
    with clock.travelling(MONDAY + timedelta(hours=25)):
        details = {"version": stage.row(letter).version, "shown_hash": shown(stage, letter)}
        stage.act("director", sign, letter.public_id, **details)
    assert [row[2] for row in asked(stage, letter)] == ["skipped", "skipped", "done"]
    ((by, skipped),) = acts(stage, "skip_level")
    assert by == stage.world.people["director"]
    assert len(skipped["late"]) == 2


def test_a_round_that_was_sent_back_is_late_no_more(stage, settings):
    path_with_hours(stage)
    letter = proposed(stage)
    version = stage.row(letter).version
    stage.act("head", send_back, letter.public_id, version=version, reason="แก้ไข")
    with clock.travelling(FRIDAY + timedelta(hours=1)):
        stage.act("officer", propose, letter.public_id, version=version + 1)
    work_at(stage, settings, MONDAY)
    open_ones = [row for row in asked(stage, letter) if row[2] == "open"]
    assert open_ones == [("head", "approve", "open")]
    assert lines(stage, letter) == [("รอเห็นชอบ", True)]
    work_at(stage, settings, MONDAY + timedelta(hours=1))
    assert asked(stage, letter)[-1] == ("deputy", "approve", "open")


def test_the_next_level_may_send_a_late_draft_back(stage, settings):
    path_with_hours(stage)
    letter = proposed(stage)
    work_at(stage, settings, MONDAY)
    version = stage.row(letter).version
    with clock.travelling(MONDAY):
        stage.act("deputy", send_back, letter.public_id, version=version, reason="แก้ไข")
    assert {row[2] for row in asked(stage, letter)} == {"sent_back"}
    given = {"shown_hash": shown(stage, letter)}
    stage.refuses(WrongState, "head", agree, letter.public_id, **given)


def test_a_level_without_hours_is_never_skipped(stage, settings):
    set_levels(stage, ("head",), ("deputy",))
    letter = proposed(stage)
    work_at(stage, settings, MONDAY + timedelta(days=60))
    assert asked(stage, letter) == [("head", "approve", "open")]


@pytest.mark.parametrize("hours", [0, -1, 241])
def test_hours_are_a_sensible_number(stage, hours):
    levels = [AskedLevel([key(stage, "head")], skip_hours=hours)]
    stage.refuses(SkipHoursWrong, "registrar", set_path, levels)


def test_the_own_path_of_a_group_wins_and_its_absence_falls_back(stage):
    with stage.database.reading() as session:
        group = session.get_one(Group, stage.world.group_id).public_id
    set_levels(stage, ("head",))
    set_levels(stage, ("deputy",), group=group)
    set_levels(stage, ("director",), group=group, kind="memo")

    def first(by, **details):
        made = stage.make(lambda s: stage.world.proposed_letter(s, by, **details))
        return asked(stage, made)[0][0]

    assert first("officer") == "deputy"
    assert first("registrar") == "head"
    assert first("officer", kind="memo") == "director"
    assert first("registrar", kind="memo") == "head"
    set_levels(stage, group=group)
    assert first("officer") == "head"
    set_levels(stage, ("director",), is_short=True)
    assert first("officer", urgency="most_urgent") == "director"


def test_a_path_is_of_a_group_of_the_own_office(stage):
    levels = [AskedLevel([key(stage, "a_director")])]
    with stage.database.reading() as session:
        group = session.get_one(Group, stage.world.group_id).public_id
    stage.refuses(GroupNotFound, "a_registrar", set_path, levels, group=group)


def test_who_is_asked_by_the_clock_alone_reads_the_draft_by_it(stage, settings):
    """The next level below the head's registry: a second head of group reads nothing before."""
    levels = [
        AskedLevel([key(stage, "deputy")], skip_hours=24),
        AskedLevel([key(stage, "head")]),
    ]
    stage.act("registrar", set_path, levels)
    letter = stage.make(lambda session: stage.world.proposed_letter(session, "registrar"))
    stage.refuses(LetterNotFound, "head", load_visible, letter.public_id)
    work_at(stage, settings, MONDAY)
    with clock.travelling(MONDAY):
        assert stage.ask("head", load_visible, letter.public_id).id == letter.id
