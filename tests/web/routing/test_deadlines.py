"""Due times: reminders before, at and after; what is overdue by group and by person."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.notifications.models import Notification
from eoffice.routing.deadlines import due_tasks, loads
from eoffice.routing.services import reporting
from eoffice.users.models import Principal
from eoffice.worker import Shop, run_all
from tests.casework import made, ordered, task_of
from tests.plugins.web import said

DUE = clock.now().replace(microsecond=0) + timedelta(days=3)


def reminders(stage):
    with stage.database.reading() as session:
        rows = session.scalars(select(Activity).where(Activity.verb == "remind_task")).all()
        return [json.loads(row.facts)["part"] for row in rows]


def work_at(stage, settings, at):
    with clock.travelling(at):
        run_all(Shop(stage.database, settings))


def test_reminders_come_before_at_and_after_the_due_time_and_once_each(stage, settings):
    made(stage, ordered, ("a_teacher",), ("a_registrar",), DUE)
    work_at(stage, settings, DUE - timedelta(days=1, seconds=1))
    assert reminders(stage) == []
    for at, expected in (
        (DUE - timedelta(days=1), ["before"]),
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
    work_at(stage, settings, DUE - timedelta(days=1))
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
