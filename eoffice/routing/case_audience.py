"""Which verbs a desk may do to a case and to its own tasks now: what the case's page offers.

Built from the permission table and the step tables that the services enforce, with the same rules
of whose turn it is; a verb shown here is refused only when something changed meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.actor import Actor, Desk
from eoffice.routing.models import Case, Task
from eoffice.routing.rules import (
    CASE_STEPS,
    TASK_STEPS,
    UNSETTLED,
    CaseState,
    TaskKind,
    TaskState,
)
from eoffice.users.permissions import may
from eoffice.users.rules import Role
from eoffice.verbs import Verb

ON_TASKS: dict[str, tuple[Verb, ...]] = {
    TaskKind.ACT.value: (Verb.ACKNOWLEDGE, Verb.NOTE_PROGRESS, Verb.REPORT),
    TaskKind.FOR_INFORMATION.value: (Verb.ACKNOWLEDGE,),
    TaskKind.OPINION.value: (Verb.GIVE_OPINION,),
    TaskKind.ORDER.value: (),
}
"""What the post of a task does with it, by its kind."""
WITH_ORDER_ONLY = frozenset({Verb.AGREE, Verb.PASS_UP})
NOT_OFFERED = frozenset({Verb.VOID, Verb.ACKNOWLEDGE})
"""Done to the delivery, and to the task."""


@dataclass(frozen=True)
class Offer:
    """What a desk may do: verbs on the case, and its own tasks with theirs."""

    verbs: frozenset[Verb] = frozenset()
    order: Task | None = None
    tasks: list[tuple[Task, frozenset[Verb]]] = field(default_factory=list)


def offer_on(session: Session, actor: Actor, case: Case) -> Offer:
    """The verbs the chosen desk may do to a case and its tasks; none from another office."""
    desk = actor.desk
    if desk is None or desk.office_id != case.office_id:
        return Offer()
    own = _own_tasks(session, case, desk)
    kinds = {task.kind for task in own if task.state in {state.value for state in UNSETTLED}}
    state = CaseState(case.state)
    found = {verb for verb, begins in CASE_STEPS if begins is state and may(actor, verb)}
    found -= NOT_OFFERED | _not_your_turn(session, case, desk, kinds)
    return Offer(
        frozenset(found),
        next((task for task in own if task.kind == TaskKind.ORDER.value), None),
        [(task, _task_verbs(actor, task)) for task in own if task.kind != TaskKind.ORDER.value],
    )


def _not_your_turn(session: Session, case: Case, desk: Desk, kinds: set[str]) -> set[Verb]:
    has_order = TaskKind.ORDER.value in kinds
    has_work = TaskKind.ACT.value in kinds
    is_registrar = Role.REGISTRAR in desk.roles
    in_group = _is_in_group(case, desk)
    state = CaseState(case.state)
    keeps = is_registrar or in_group
    gone: set[Verb] = set()
    if not has_order:
        gone |= WITH_ORDER_ONLY
        if Role.DIRECTOR not in desk.roles:
            gone.add(Verb.GIVE_ORDER)
    if not (has_order or has_work):
        gone.add(Verb.CONSULT)
    if not (keeps or has_work):
        gone.add(Verb.PROPOSE_CASE)
    if not keeps:
        gone.add(Verb.HOLD)
    if not has_work and (not keeps or state is CaseState.ORDERED):
        gone.add(Verb.FORWARD)
    may_return = has_order if state is CaseState.PROPOSED else has_work
    if not may_return and not (state is CaseState.ROUTED and in_group):
        gone.add(Verb.SEND_BACK_CASE)
    if not (keeps or _has_worked_on(session, case, desk)):
        gone.add(Verb.FILE_AWAY)
    return gone


def _task_verbs(actor: Actor, task: Task) -> frozenset[Verb]:
    state = TaskState(task.state)
    return frozenset(
        verb for verb in ON_TASKS[task.kind] if (verb, state) in TASK_STEPS and may(actor, verb)
    )


def _own_tasks(session: Session, case: Case, desk: Desk) -> list[Task]:
    return list(
        session.scalars(
            select(Task)
            .where(
                Task.case_id == case.id,
                Task.post_id == desk.post_id,
                Task.state.in_([state.value for state in UNSETTLED]),
            )
            .order_by(Task.id)
        )
    )


def _is_in_group(case: Case, desk: Desk) -> bool:
    keepers = {Role.GROUP_CLERK, Role.GROUP_HEAD}
    in_group = case.group_id is not None and case.group_id == desk.group_id
    return in_group and not desk.roles.isdisjoint(keepers)


def _has_worked_on(session: Session, case: Case, desk: Desk) -> bool:
    query = select(Task.id).where(
        Task.case_id == case.id, Task.kind == TaskKind.ACT.value, Task.post_id == desk.post_id
    )
    return session.scalars(query.limit(1)).first() is not None
