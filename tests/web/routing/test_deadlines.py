"""Due times: reminders before, at and after; what is overdue by group and by person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.notifications.models import Notification
from eoffice.routing.deadlines import due_tasks, loads
from eoffice.routing.services import reporting
from eoffice.routing.working_days import holidays, is_working_day, working_day_before
from eoffice.users.models import Principal
from eoffice.worker import Shop, run_all
from tests.casework import made, ordered, task_of
from tests.plugins.web import location, said

DUE = datetime(2026, 12, 8, 16, 30, tzinfo=clock.BANGKOK)
"""A Tuesday after a long weekend: Saturday to Monday are วันพ่อแห่งชาติ and its day in lieu."""
BEFORE = datetime(2026, 12, 4, 16, 30, tzinfo=clock.BANGKOK)


def reminders(stage):
    with stage.database.reading() as session:
        rows = session.scalars(select(Activity).where(Activity.verb == "remind_task")).all()
        return [json.loads(row.facts)["part"] for row in rows]


def work_at(stage, settings, at):
    with clock.travelling(at):
        run_all(Shop(stage.database, settings))


@pytest.fixture(autouse=True)
def _early_in_december() -> Iterator[None]:
    with clock.travelling(datetime(2026, 12, 1, 9, tzinfo=clock.BANGKOK)):
        yield


def test_reminders_come_before_at_and_after_the_due_time_and_once_each(stage, settings):
    made(stage, ordered, ("a_teacher",), ("a_registrar",), DUE)
    work_at(stage, settings, BEFORE - timedelta(seconds=1))
    assert reminders(stage) == []
    for at, expected in (
        (BEFORE, ["before"]),
        (DUE - timedelta(seconds=1), ["before"]),
        (DUE, ["before", "at"]),
        (DUE + timedelta(days=1), ["before", "at", "after"]),
        (DUE + timedelta(days=9), ["before", "at", "after"]),
    ):
        work_at(stage, settings, at)
        assert reminders(stage) == expected
    with stage.database.reading() as session:
        told = session.scalars(
            select(Principal.subject_id)
            .join(Notification, Notification.principal_id == Principal.id)
            .where(Notification.kind == "remind_task", Principal.kind == "post")
        ).all()
    assert list(told) == [stage.world.posts["a_teacher"]] * 3


def test_who_has_reported_is_reminded_no_more(stage, settings):
    case = made(stage, ordered, ("a_teacher",), (), DUE)
    task = stage.make(lambda session: task_of(stage.world, session, case, "a_teacher"))
    work_at(stage, settings, BEFORE)
    details = {"version": task.version, "text": "เสร็จแล้ว"}
    stage.act("a_teacher", reporting.report, task.public_id, **details)
    work_at(stage, settings, DUE + timedelta(days=2))
    assert reminders(stage) == ["before"]


def test_what_is_overdue_is_counted_by_person_and_seen_by_who_may_read_it(stage, client):
    late = made(stage, ordered, ("a_teacher",), (), DUE)
    made(stage, ordered, ("a_registrar",), ())
    with clock.travelling(DUE + timedelta(hours=1)):
        rows = stage.ask("a_director", lambda s, a: due_tasks(s, a, a.desk))
        assert [(row.case.id == late.id, row.is_overdue) for row in rows] == [
            (True, True),
            (False, False),
        ]
        assert [(load.name, load.waiting, load.overdue) for load in loads(rows)] == [
            ("นางสมศรี ครูผู้สอน", 1, 1),
            ("นางสาวมานี ครูธุรการ", 1, 0),
        ]
        only = stage.ask("a_director", lambda s, a: due_tasks(s, a, a.desk, is_overdue=True))
        assert [row.case.id for row in only] == [late.id]
        own = stage.ask("a_teacher", lambda s, a: due_tasks(s, a, a.desk))
        assert [row.case.id for row in own] == [late.id]
        assert stage.ask("b_director", lambda s, a: due_tasks(s, a, a.desk)) == []
        assert stage.ask("registrar", lambda s, a: due_tasks(s, a, a.desk)) == []
    words = said(client("a_director").get("/due"))
    assert "นางสมศรี ครูผู้สอน" in words
    assert late.public_id in client("a_director").page("/due")
    assert late.public_id not in client("registrar").page("/due")


def test_the_calendar_starts_with_the_public_holidays_and_the_district_changes_it(stage, client):
    with stage.database.reading() as session:
        found = holidays(session, 2026)
        assert len(found) == 22
        assert found[date(2026, 3, 3)] == "วันมาฆบูชา"
        assert not is_working_day(session, date(2026, 12, 7))
        assert working_day_before(session, date(2026, 12, 8)) == date(2026, 12, 4)
        assert working_day_before(session, date(2027, 1, 4)) == date(2026, 12, 30)
    admin = client("admin", at=None)
    answer = admin.post("/calendar", day="13 พ.ค. 2570", name="วันพืชมงคล")
    assert location(answer) == "/calendar?year=2570"
    assert "วันพืชมงคล" in client("a_teacher").page("/calendar?year=2570")
    admin.post("/calendar", day="2027-05-13", name="")
    admin.post("/calendar", day="10 ธ.ค. 2569", name="")
    with stage.database.reading() as session:
        assert date(2027, 5, 13) not in holidays(session, 2027)
        assert is_working_day(session, date(2026, 12, 10))
    assert client("registrar").post("/calendar", day="1 ธ.ค. 2569", name="x").status_code == 403
    assert admin.post("/calendar", day="", name="x").status_code == 422
