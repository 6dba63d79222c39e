"""What one post does with its task: acknowledge, note progress, report, give an opinion."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.documents.rules import ReasonMissing
from eoffice.documents.services.attaching import StoredFile, add_case_files
from eoffice.documents.services.drafting import check_text
from eoffice.routing.case_queries import load_visible_task
from eoffice.routing.models import Case, Task
from eoffice.routing.rules import (
    WAITING,
    CaseState,
    NotYourTask,
    OpinionEmpty,
    TaskKind,
    TaskMoved,
    TaskState,
)
from eoffice.routing.services.case_steps import (
    NOTE_LIMIT,
    endorse_case,
    load_own_task,
    move_case,
    require_task_step,
    settle_task,
)
from eoffice.users.permissions import require
from eoffice.verbs import Verb


def acknowledge(session: Session, actor: Actor, public_id: str, *, version: int) -> Task:
    """รับทราบ: the assignee has read it. A case for information ends with the last of them."""
    verb = Verb.ACKNOWLEDGE
    task, case, letter, _ = load_own_task(session, actor, public_id, verb, version)
    if task.kind not in (TaskKind.ACT.value, TaskKind.FOR_INFORMATION.value):
        raise TaskMoved(state=TaskKind(task.kind).label, verb=verb.label)
    settle_task(session, actor, task, verb)
    ends_case = case.state == CaseState.ORDERED.value and not _has_open_work(session, case)
    if ends_case:
        move_case(session, case, verb, closed_at=clock.now())
    record(session, actor, verb, task, subject=letter.subject, ends_case=ends_case)
    return task


def note_progress(
    session: Session, actor: Actor, public_id: str, *, version: int, text: str
) -> Task:
    """บันทึกความคืบหน้า: the work has begun; what was done so far. Raises ``OpinionEmpty``."""
    verb = Verb.NOTE_PROGRESS
    task, case, letter, desk = load_own_task(session, actor, public_id, verb, version)
    _require_work(task, verb)
    text = check_text("ความคืบหน้า", text, NOTE_LIMIT)
    if not text:
        raise OpinionEmpty
    settle_task(session, actor, task, verb)
    endorse_case(session, actor, desk, case, verb, text, task)
    record(session, actor, verb, task, text=text, subject=letter.subject)
    return task


def report(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    version: int,
    text: str,
    files: Sequence[StoredFile] = (),
    file_limit: int = 30,
) -> Task:
    """รายงานผล: what was done, with files; it waits for who gave the order to close the case.

    Raises ``OpinionEmpty``, ``TooManyFiles``.
    """
    verb = Verb.REPORT
    task, case, letter, desk = load_own_task(session, actor, public_id, verb, version)
    _require_work(task, verb)
    text = check_text("รายงานผล", text, NOTE_LIMIT)
    if not text and not files:
        raise OpinionEmpty
    settle_task(session, actor, task, verb)
    note = endorse_case(session, actor, desk, case, verb, text, task)
    added = add_case_files(
        session,
        actor,
        files,
        case_id=case.id,
        endorsement_id=note.id,
        office_id=case.office_id,
        limit=file_limit,
    )
    record(
        session,
        actor,
        verb,
        task,
        text=text,
        files=[file.sha256 for file in added],
        names=[file.name for file in added],
        subject=letter.subject,
    )
    return task


def return_report(
    session: Session, actor: Actor, public_id: str, *, version: int, reason: str
) -> Task:
    """ส่งรายงานคืน: who gave the work asks for more; the task is under way again.

    Done from the desk that gave the work. Raises ``NotYourTask``, ``ReasonMissing``.
    """
    verb = Verb.RETURN_REPORT
    desk = require(actor, verb)
    task, case, letter = load_visible_task(session, actor, public_id, for_update=True)
    if task.from_post_id != desk.post_id or case.office_id != desk.office_id:
        raise NotYourTask
    require_task_step(task, verb, version)
    reason = check_text("เหตุผล", reason, NOTE_LIMIT)
    if not reason:
        raise ReasonMissing
    settle_task(session, actor, task, verb)
    endorse_case(session, actor, desk, case, verb, reason, task)
    record(session, actor, verb, task, text=reason, tasks=[task.id], subject=letter.subject)
    return task


def give_opinion(
    session: Session, actor: Actor, public_id: str, *, version: int, text: str
) -> Task:
    """ให้ความเห็น: the side opinion that was asked for. Raises ``OpinionEmpty``."""
    verb = Verb.GIVE_OPINION
    task, case, letter, desk = load_own_task(session, actor, public_id, verb, version)
    if task.kind != TaskKind.OPINION.value:
        raise TaskMoved(state=TaskKind(task.kind).label, verb=verb.label)
    text = check_text("ความเห็น", text, NOTE_LIMIT)
    if not text:
        raise OpinionEmpty
    settle_task(session, actor, task, verb)
    endorse_case(session, actor, desk, case, verb, text, task)
    record(session, actor, verb, task, text=text, subject=letter.subject)
    return task


def _require_work(task: Task, verb: Verb) -> None:
    if task.kind != TaskKind.ACT.value:
        raise TaskMoved(state=TaskKind(task.kind).label, verb=verb.label)


def _has_open_work(session: Session, case: Case) -> bool:
    """Whether anybody still has to acknowledge, to do, to decide, or to be checked."""
    work = (*WAITING, TaskState.REPORTED.value)
    query = select(Task.id).where(
        Task.case_id == case.id,
        or_(
            and_(Task.kind != TaskKind.FOR_INFORMATION.value, Task.state.in_(work)),
            Task.state == TaskState.OPEN.value,
        ),
    )
    return session.scalars(query.limit(1)).first() is not None
