"""A case on its way through the office: to a group, up the levels, one step back, to its end."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor, Desk
from eoffice.documents.rules import ReasonMissing
from eoffice.documents.services.drafting import check_text
from eoffice.routing.case_queries import approvers
from eoffice.routing.deadlines import ask_reminders
from eoffice.routing.models import Case, Task
from eoffice.routing.rules import (
    WAITING,
    ApproverMissing,
    CaseState,
    NotYourTurn,
    TaskKind,
    TaskState,
    WorkUnfinished,
)
from eoffice.routing.services.case_steps import (
    NOTE_LIMIT,
    add_task,
    endorse_case,
    let_read,
    load_own_case,
    move_case,
    own_task,
    set_case,
    settle_others,
    settle_task,
)
from eoffice.users.access import ensure_principal, revoke
from eoffice.users.models import Group, Post, Principal
from eoffice.users.rules import GroupNotFound, PrincipalKind, Role
from eoffice.verbs import Verb

GROUP_ROLES = frozenset({Role.GROUP_CLERK, Role.GROUP_HEAD})


def route(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    version: int,
    group_public_id: str,
    note: str = "",
) -> Case:
    """ส่งกลุ่ม: the central registry gives a case to a group, which may read it from now on.

    The register says which unit took it (ข้อ 39). Raises ``GroupNotFound``.
    """
    case, letter, desk = load_own_case(session, actor, public_id, Verb.ROUTE, version)
    group = session.scalars(
        select(Group).where(Group.public_id == group_public_id, Group.office_id == case.office_id)
    ).one_or_none()
    if group is None or (group.closed_on is not None and group.closed_on <= clock.today()):
        raise GroupNotFound
    note = check_text("บันทึก", note, NOTE_LIMIT)
    move_case(session, case, Verb.ROUTE, group_id=group.id, held_at=None)
    let_read(session, case, [(PrincipalKind.GROUP, group.id)], Verb.ROUTE)
    endorse_case(session, actor, desk, case, Verb.ROUTE, note or f"ส่ง{group.name}")
    record(session, actor, Verb.ROUTE, case, text=note, group=group.name, subject=letter.subject)
    return case


def hold(session: Session, actor: Actor, public_id: str, *, version: int) -> Case:
    """พักรอเสนอ: put a case aside for one proposal of several."""
    case, letter, desk = load_own_case(session, actor, public_id, Verb.HOLD, version)
    if Role.REGISTRAR not in desk.roles and not _is_in_group(case, desk):
        raise NotYourTurn(verb=Verb.HOLD.label)
    move_case(session, case, Verb.HOLD, held_at=clock.now())
    record(session, actor, Verb.HOLD, case, subject=letter.subject)
    return case


def propose_case(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    version: int | None,
    to: str,
    summary: str = "",
    opinion: str = "",
) -> Task:
    """เสนอ: put a case before a level above with a summary and an opinion ("เห็นควรมอบ…").

    Which levels it passes is the office's choice (ข้อ 39 ¶3). Raises ``ApproverMissing``,
    ``NotYourTurn``.
    """
    case, letter, desk = load_own_case(session, actor, public_id, Verb.PROPOSE_CASE, version)
    task = own_task(session, case, desk, TaskKind.ACT)
    if Role.REGISTRAR not in desk.roles and not _is_in_group(case, desk) and task is None:
        raise NotYourTurn(verb=Verb.PROPOSE_CASE.label)
    post = _approver(session, desk, to)
    text = _joined(
        check_text("สรุปเรื่อง", summary, NOTE_LIMIT), check_text("ความเห็น", opinion, NOTE_LIMIT)
    )
    move_case(session, case, Verb.PROPOSE_CASE, held_at=None)
    if task is not None:
        settle_task(session, actor, task, Verb.PROPOSE_CASE)
    made = add_task(session, desk, case, post, TaskKind.ORDER, Verb.PROPOSE_CASE, note=text)
    endorse_case(session, actor, desk, case, Verb.PROPOSE_CASE, text, made)
    record(
        session,
        actor,
        Verb.PROPOSE_CASE,
        case,
        text=text,
        to=post.title,
        tasks=[made.id],
        subject=letter.subject,
    )
    return made


def pass_on(
    session: Session,
    actor: Actor,
    public_id: str,
    verb: Verb,
    *,
    version: int,
    to: str,
    text: str = "",
) -> Task:
    """เห็นชอบ or ผ่านเรื่อง: the level that has the case agrees, or only passes it up one level.

    Raises ``NotYourTurn`` for a desk at which it does not wait, ``ApproverMissing``.
    """
    case, letter, desk = load_own_case(session, actor, public_id, verb, version)
    task = own_task(session, case, desk, TaskKind.ORDER)
    if task is None:
        raise NotYourTurn(verb=verb.label)
    post = _approver(session, desk, to)
    text = check_text("ความเห็น", text, NOTE_LIMIT)
    move_case(session, case, verb)
    settle_task(session, actor, task, verb)
    made = add_task(session, desk, case, post, TaskKind.ORDER, verb, note=text)
    endorse_case(session, actor, desk, case, verb, text or verb.label, task)
    record(
        session,
        actor,
        verb,
        case,
        text=text,
        to=post.title,
        tasks=[made.id],
        subject=letter.subject,
    )
    return made


def send_back_case(
    session: Session, actor: Actor, public_id: str, *, version: int, reason: str
) -> Case:
    """ส่งคืน: one step back with a reason, to whoever passed the case here.

    From a group to the central registry, from a level to the one before it or to who proposed it,
    from an assignee to who gave the work. Raises ``NotYourTurn``, ``ReasonMissing``.
    """
    verb = Verb.SEND_BACK_CASE
    case, letter, desk = load_own_case(session, actor, public_id, verb, version)
    kinds = (TaskKind.ORDER,) if case.state == CaseState.PROPOSED.value else (TaskKind.ACT,)
    task = own_task(session, case, desk, *kinds)
    if task is None and not (case.state == CaseState.ROUTED.value and _is_in_group(case, desk)):
        raise NotYourTurn(verb=verb.label)
    reason = check_text("เหตุผล", reason, NOTE_LIMIT)
    if not reason:
        raise ReasonMissing
    endorse_case(session, actor, desk, case, verb, reason, task)
    made = _step_back(session, actor, desk, case, task, reason)
    record(
        session,
        actor,
        verb,
        case,
        text=reason,
        tasks=[made.id] if made else [],
        subject=letter.subject,
    )
    return case


def close_case(session: Session, actor: Actor, public_id: str, *, version: int) -> Case:
    """ปิดเรื่อง: what was reported is accepted, what was not done is withdrawn.

    Only a head closes a case on which somebody has not reported (``WorkUnfinished``).
    """
    case, letter, desk = load_own_case(session, actor, public_id, Verb.CLOSE_CASE, version)
    if desk.roles.isdisjoint({Role.DIRECTOR, Role.DEPUTY}) and _is_unfinished(session, case):
        raise WorkUnfinished
    move_case(session, case, Verb.CLOSE_CASE, closed_at=clock.now(), held_at=None)
    is_work = Task.kind != TaskKind.FOR_INFORMATION.value
    settle_others(session, actor, case, Verb.CLOSE_CASE, is_work)
    record(session, actor, Verb.CLOSE_CASE, case, subject=letter.subject)
    return case


def file_away(
    session: Session, actor: Actor, public_id: str, *, version: int, folder: str = ""
) -> Case:
    """เก็บเข้าแฟ้ม: a closed case goes to a folder, by its owner or the registry (ข้อ 53)."""
    case, letter, desk = load_own_case(session, actor, public_id, Verb.FILE_AWAY, version)
    owns = _is_in_group(case, desk) or _has_worked_on(session, case, desk)
    if Role.REGISTRAR not in desk.roles and not owns:
        raise NotYourTurn(verb=Verb.FILE_AWAY.label)
    folder = check_text("แฟ้ม", folder, 80)
    move_case(session, case, Verb.FILE_AWAY, filed_at=clock.now(), folder=folder)
    record(session, actor, Verb.FILE_AWAY, case, folder=folder, subject=letter.subject)
    return case


def reopen(session: Session, actor: Actor, public_id: str, *, version: int, reason: str) -> Case:
    """เปิดเรื่องอีกครั้ง: a closed or filed case is handled anew, with a reason that stays."""
    case, letter, desk = load_own_case(session, actor, public_id, Verb.REOPEN, version)
    reason = check_text("เหตุผล", reason, NOTE_LIMIT)
    if not reason:
        raise ReasonMissing
    move_case(session, case, Verb.REOPEN, closed_at=None, filed_at=None, group_id=None)
    endorse_case(session, actor, desk, case, Verb.REOPEN, reason)
    record(session, actor, Verb.REOPEN, case, text=reason, subject=letter.subject)
    return case


def propose_many(
    session: Session,
    actor: Actor,
    public_ids: Sequence[str],
    *,
    to: str,
    opinion: str = "",
) -> list[Task]:
    """Propose several cases at once, each with its own task, endorsement and trace."""
    return [
        propose_case(session, actor, public_id, version=None, to=to, opinion=opinion)
        for public_id in public_ids
    ]


def _step_back(
    session: Session, actor: Actor, desk: Desk, case: Case, task: Task | None, reason: str
) -> Task | None:
    verb = Verb.SEND_BACK_CASE
    if task is None:
        group = ensure_principal(session, PrincipalKind.GROUP, case.group_id or 0)
        move_case(session, case, verb, group_id=None)
        for kind, object_id in (("case", case.id), ("letter", case.letter_id)):
            revoke(session, kind, object_id, select(Principal.id).where(Principal.id == group))
        return None
    giver = session.get_one(Post, task.from_post_id)
    before = _task_before(session, case, task)
    settle_task(session, actor, task, verb)
    if before is not None and before.kind == TaskKind.ORDER.value == task.kind:
        set_case(session, case, CaseState(case.state))
    else:
        move_case(session, case, verb)
    kind = TaskKind(before.kind) if before is not None else TaskKind.ACT
    if kind is TaskKind.ORDER and _waits_for_order(session, case):
        return None
    made = add_task(session, desk, case, giver, kind, verb, note=reason)
    if before is not None:
        made.from_post_id = before.from_post_id
        made.due_at = before.due_at
        session.flush()
        ask_reminders(session, made)
    return made


def _task_before(session: Session, case: Case, task: Task) -> Task | None:
    """What the giver of a task had on the case and passed on by giving it."""
    return session.scalars(
        select(Task)
        .where(
            Task.case_id == case.id,
            Task.post_id == task.from_post_id,
            Task.id < task.id,
            Task.state == TaskState.DONE.value,
            Task.kind.in_((TaskKind.ORDER.value, TaskKind.ACT.value)),
        )
        .order_by(Task.id.desc())
        .limit(1)
    ).first()


def _waits_for_order(session: Session, case: Case) -> bool:
    """Whether the case waits before a level already: one at a time."""
    query = select(Task.id).where(
        Task.case_id == case.id,
        Task.kind == TaskKind.ORDER.value,
        Task.state == TaskState.OPEN.value,
    )
    return session.scalars(query.limit(1)).first() is not None


def _approver(session: Session, desk: Desk, public_id: str) -> Post:
    for seat in approvers(session, desk):
        if seat.post.public_id == public_id:
            return seat.post
    raise ApproverMissing


def _is_in_group(case: Case, desk: Desk) -> bool:
    """Whether the desk keeps the group that has the case."""
    return (
        case.group_id is not None
        and case.group_id == desk.group_id
        and not desk.roles.isdisjoint(GROUP_ROLES)
    )


def _is_unfinished(session: Session, case: Case) -> bool:
    query = select(Task.id).where(
        Task.case_id == case.id, Task.kind == TaskKind.ACT.value, Task.state.in_(WAITING)
    )
    return session.scalars(query.limit(1)).first() is not None


def _has_worked_on(session: Session, case: Case, desk: Desk) -> bool:
    query = select(Task.id).where(
        Task.case_id == case.id, Task.kind == TaskKind.ACT.value, Task.post_id == desk.post_id
    )
    return session.scalars(query.limit(1)).first() is not None


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
