"""Work with a due time and work that lies: by office, group and person (ข้อ 50), and reminders."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eoffice import clock, jobs
from eoffice.activity.services import record
from eoffice.actor import SYSTEM, Actor, Desk
from eoffice.documents.models import Letter
from eoffice.routing.case_queries import holders_of
from eoffice.routing.models import Case, Delivery, Task
from eoffice.routing.queries import visible_cases
from eoffice.routing.rules import TASK_STEPS, UNSETTLED, CaseState, TaskKind, TaskState
from eoffice.routing.working_days import working_day_after, working_day_before
from eoffice.users.models import Group, Post
from eoffice.verbs import Verb

JOB = "remind_task"
MOST = 300


@dataclass(frozen=True)
class DueRow:
    """A task that waits, with whose it is."""

    task: Task
    case: Case
    letter: Letter
    receive_no: str
    post: str
    holder: str
    group: str

    @property
    def is_overdue(self) -> bool:
        """Whether its due time has gone by."""
        return self.task.due_at is not None and self.task.due_at <= clock.now()

    @property
    def label(self) -> str:
        """What is asked."""
        return TaskKind(self.task.kind).label


@dataclass(frozen=True)
class Load:
    """How much waits at a group or person, and how much of it is overdue."""

    name: str
    waiting: int
    overdue: int


def due_tasks(
    session: Session, actor: Actor, desk: Desk, *, is_overdue: bool = False
) -> list[DueRow]:
    """Unsettled tasks on cases of the desk's office that the person may read; the longest overdue
    first, then what is due next, then what has no due time, oldest first."""
    waits = [state.value for state in UNSETTLED]
    done = (CaseState.DONE.value, CaseState.FILED.value, CaseState.VOIDED.value)
    query = (
        select(Task, Case, Letter, Delivery.receive_no, Post, func.coalesce(Group.name, ""))
        .join(Case, Case.id == Task.case_id)
        .join(Letter, Letter.id == Case.letter_id)
        .join(Delivery, Delivery.id == Case.delivery_id)
        .join(Post, Post.id == Task.post_id)
        .outerjoin(Group, Group.id == Post.group_id)
        .where(
            Case.office_id == desk.office_id,
            Case.state.not_in(done),
            Task.state.in_(waits),
            visible_cases(actor),
        )
        .order_by(Task.due_at.is_(None), Task.due_at, Task.id)
        .limit(MOST)
    )
    if is_overdue:
        query = query.where(Task.due_at <= clock.now())
    rows = session.execute(query).all()
    waiting = [row for row in rows if not _is_only_informed(row[0])]
    holders = holders_of(session, {row[0].post_id for row in waiting})
    return [
        DueRow(task, case, letter, no, post.title, holders.get(post.id, ""), group)
        for task, case, letter, no, post, group in waiting
    ]


def loads(rows: list[DueRow], *, by_group: bool = False) -> list[Load]:
    """How much waits and is overdue, by group or by person, the most overdue first."""
    found: dict[str, list[DueRow]] = {}
    for row in rows:
        found.setdefault(row.group if by_group else row.holder or row.post, []).append(row)
    counted = [
        Load(name, len(own), sum(row.is_overdue for row in own)) for name, own in found.items()
    ]
    return sorted(counted, key=lambda load: (-load.overdue, -load.waiting, load.name))


def ask_reminders(session: Session, task: Task) -> None:
    """Write the jobs that remind of a due time, those that still lie ahead: at the time of day of
    the due time on the working day before, then, and on the working day after."""
    if task.due_at is None:
        return
    day = clock.day_of(task.due_at)
    times = (
        ("before", task.due_at + (working_day_before(session, day) - day)),
        ("at", task.due_at),
        ("after", task.due_at + (working_day_after(session, day) - day)),
    )
    for part, at in times:
        if at > clock.now():
            jobs.enqueue(session, JOB, {"task": task.id, "part": part}, run_at=at)


def remind_task(session: Session, task_id: int, part: str) -> bool:
    """Remind the post of a task that is still to be done; tells whether it was.

    Each reminder leaves one trace in the chain of the office, and bells follow from it.
    """
    task = session.get(Task, task_id)
    if task is None or task.due_at is None or _is_only_informed(task):
        return False
    if (Verb.REMIND_TASK, TaskState(task.state)) not in TASK_STEPS:
        return False
    record(
        session,
        SYSTEM,
        Verb.REMIND_TASK,
        task,
        chain=task.office_id,
        part=part,
        due=task.due_at.isoformat(),
        tasks=[task.id],
    )
    return True


def _is_only_informed(task: Task) -> bool:
    informed = task.kind == TaskKind.FOR_INFORMATION.value
    return informed and task.state != TaskState.OPEN.value
