"""The one way a case and its tasks move: the step tables, guarded updates, notes and access."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from eoffice import clock
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.queries import current_signature
from eoffice.documents.rules import StaleVersion
from eoffice.routing.case_queries import load_visible_task
from eoffice.routing.deadlines import ask_reminders
from eoffice.routing.models import Case, Endorsement, Task
from eoffice.routing.queries import load_visible_case
from eoffice.routing.rules import (
    CASE_STEPS,
    TASK_STEPS,
    UNSETTLED,
    CaseMoved,
    CaseState,
    DueInPast,
    NotReceiver,
    NotYourTask,
    TaskKind,
    TaskMoved,
    TaskState,
)
from eoffice.thai import thai_datetime
from eoffice.users.access import ensure_principal, grant
from eoffice.users.desks import signature_of
from eoffice.users.models import Office, Post
from eoffice.users.permissions import require
from eoffice.users.rules import PrincipalKind
from eoffice.verbs import Verb

NOTE_LIMIT = 2_000


def load_own_case(
    session: Session, actor: Actor, public_id: str, verb: Verb, version: int | None
) -> tuple[Case, Letter, Desk]:
    """A case of the desk's own office, locked, in a state that allows the verb.

    Raises ``CaseNotFound``, ``NotReceiver``, ``CaseMoved``, ``StaleVersion`` and what ``require``
    raises. ``version`` is the one the page showed.
    """
    desk = require(actor, verb)
    case, letter = load_visible_case(session, actor, public_id, for_update=True)
    if case.office_id != desk.office_id:
        raise NotReceiver(office=session.get_one(Office, case.office_id).display_name)
    case_target(case, verb)
    if version is not None and case.version != version:
        raise StaleVersion
    return case, letter, desk


def load_own_task(
    session: Session, actor: Actor, public_id: str, verb: Verb, version: int
) -> tuple[Task, Case, Letter, Desk]:
    """A task of the desk's own post with its case, both locked; acting, the post acted for.

    Raises ``TaskNotFound``, ``NotYourTask``, ``TaskMoved``, ``StaleVersion``.
    """
    desk = require(actor, verb)
    task, case, letter = load_visible_task(session, actor, public_id, for_update=True)
    if task.post_id != desk.post_id:
        raise NotYourTask
    require_task_step(task, verb, version)
    return task, case, letter, desk


def require_task_step(task: Task, verb: Verb, version: int) -> None:
    """Raises ``TaskMoved`` for a wrong state and ``StaleVersion`` for a stale page."""
    if (verb, TaskState(task.state)) not in TASK_STEPS:
        raise TaskMoved(state=TaskState(task.state).label, verb=verb.label)
    if task.version != version:
        raise StaleVersion


def case_target(case: Case, verb: Verb) -> CaseState:
    """The state the verb leads to from here; raises ``CaseMoved`` (409)."""
    target = CASE_STEPS.get((verb, CaseState(case.state)))
    if target is None:
        raise CaseMoved(state=CaseState(case.state).label, verb=verb.label)
    return target


def move_case(session: Session, case: Case, verb: Verb, **changes: Any) -> None:
    """Move a case by a verb with a compare-and-set on state and version (``StaleVersion``)."""
    set_case(session, case, case_target(case, verb), **changes)


def set_case(session: Session, case: Case, state: CaseState, **changes: Any) -> None:
    """Write a case's next state and version, unless somebody was quicker (``StaleVersion``)."""
    values = {"state": state.value, "version": case.version + 1} | changes
    changed = session.execute(
        update(Case)
        .where(Case.id == case.id, Case.state == case.state, Case.version == case.version)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion
    for name, value in values.items():
        set_committed_value(case, name, value)


def settle_task(session: Session, actor: Actor, task: Task, verb: Verb) -> None:
    """Move a task by a verb; the ones that end note when and by whom."""
    target = TASK_STEPS.get((verb, TaskState(task.state)))
    if target is None:
        raise TaskMoved(state=TaskState(task.state).label, verb=verb.label)
    task.state, task.version = target.value, task.version + 1
    is_under_way = target in (TaskState.IN_PROGRESS,)
    task.settled_at = None if is_under_way else clock.now()
    task.settled_by = None if is_under_way else actor.person_id
    session.flush()


def settle_others(
    session: Session, actor: Actor, case: Case, verb: Verb, *which: ColumnElement[bool]
) -> None:
    """Move every task of a case that the verb can move, of those chosen."""
    for state, target in ((s, t) for (v, s), t in TASK_STEPS.items() if v is verb):
        session.execute(
            update(Task)
            .where(Task.case_id == case.id, Task.state == state.value, *which)
            .values(
                state=target.value,
                version=Task.version + 1,
                settled_at=clock.now(),
                settled_by=actor.person_id,
            )
            .execution_options(synchronize_session="fetch")
        )


def own_task(session: Session, case: Case, desk: Desk, *kinds: TaskKind) -> Task | None:
    """The unsettled task of the desk's post on a case, of the kinds asked for."""
    return session.scalars(
        select(Task)
        .where(
            Task.case_id == case.id,
            Task.post_id == desk.post_id,
            Task.kind.in_([kind.value for kind in kinds]),
            Task.state.in_([state.value for state in UNSETTLED]),
        )
        .order_by(Task.id.desc())
        .with_for_update()
    ).first()


def add_task(
    session: Session,
    desk: Desk,
    case: Case,
    post: Post,
    kind: TaskKind,
    verb: Verb,
    *,
    note: str = "",
    due_at: datetime | None = None,
) -> Task:
    """Give a post something to do on a case; the same act lets it read the case and its letter."""
    task = Task(
        kind=kind.value,
        case_id=case.id,
        office_id=case.office_id,
        post_id=post.id,
        from_post_id=desk.post_id,
        state=TaskState.OPEN.value,
        note=note,
        due_at=due_at,
        created_at=clock.now(),
    )
    session.add(task)
    session.flush()
    ask_reminders(session, task)
    let_read(session, case, [(PrincipalKind.POST, post.id)], verb)
    return task


def let_read(
    session: Session, case: Case, subjects: Iterable[tuple[PrincipalKind, int]], verb: Verb
) -> None:
    """Let groups or posts read a case and its letter."""
    principals = [ensure_principal(session, kind, subject) for kind, subject in subjects]
    grant(session, "case", case.id, principals, verb)
    grant(session, "letter", case.letter_id, principals, verb)


def endorse_case(
    session: Session,
    actor: Actor,
    desk: Desk,
    case: Case,
    verb: Verb,
    text: str,
    task: Task | None = None,
) -> Endorsement:
    """เกษียน on a case: name, position and acting words as they are now (ข้อ 26 ¶3, App. 3)."""
    name, position = signature_of(actor)
    row = Endorsement(
        case_id=case.id,
        task_id=task.id if task else None,
        office_id=desk.office_id,
        post_id=desk.post_id,
        person_id=actor.person_id,
        verb=verb.value,
        text=text,
        name=name,
        position=position,
        signature_id=current_signature(session, actor.person_id),
        at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def require_future(due_at: datetime | None) -> None:
    """Raises ``DueInPast`` for a due time that has gone by."""
    if due_at is not None and due_at <= clock.now():
        raise DueInPast(at=thai_datetime(due_at))
