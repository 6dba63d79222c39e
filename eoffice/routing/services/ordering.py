"""Orders and who is to do what: สั่งการ with assignees, ขอความเห็น, ส่งต่อ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.activity.services import record
from eoffice.actor import Actor, Desk
from eoffice.documents.services.drafting import check_text
from eoffice.routing.case_queries import seats
from eoffice.routing.models import Case, Task
from eoffice.routing.rules import (
    CASE_STEPS,
    UNSETTLED,
    AssigneeUnknown,
    CaseState,
    NothingToHandOver,
    NotYourTurn,
    OrderEmpty,
    TaskKind,
)
from eoffice.routing.services.case_steps import (
    NOTE_LIMIT,
    add_task,
    endorse_case,
    load_own_case,
    move_case,
    own_task,
    require_future,
    settle_others,
    settle_task,
)
from eoffice.thai import thai_datetime
from eoffice.users.models import Post
from eoffice.users.permissions import require
from eoffice.users.rules import Role
from eoffice.verbs import Verb


@dataclass(frozen=True)
class Order:
    """What a head orders: words, who is responsible, who is informed, until when."""

    text: str = ""
    responsible: Sequence[str] = ()
    informed: Sequence[str] = ()
    due_at: datetime | None = None


def give_order(
    session: Session, actor: Actor, public_id: str, order: Order, *, version: int
) -> Case:
    """สั่งการ: an order with its assignees; each of them may read case and letter from now on.

    The head may order at any time, a deputy what was put before the own post. What waited with
    other levels is withdrawn. Raises ``NotYourTurn``, ``OrderEmpty``, ``AssigneeUnknown``,
    ``DueInPast``.
    """
    verb = Verb.GIVE_ORDER
    case, letter, desk = load_own_case(session, actor, public_id, verb, version)
    task = own_task(session, case, desk, TaskKind.ORDER)
    if task is None and Role.DIRECTOR not in desk.roles:
        raise NotYourTurn(verb=verb.label)
    text = check_text("ข้อสั่งการ", order.text, NOTE_LIMIT)
    if not (text or order.responsible or order.informed):
        raise OrderEmpty
    require_future(order.due_at)
    responsible = assignees(session, desk, order.responsible)
    informed = [
        post for post in assignees(session, desk, order.informed) if post not in responsible
    ]
    move_case(session, case, verb, held_at=None)
    if task is not None:
        settle_task(session, actor, task, verb)
    withdrawn = Task.kind.in_((TaskKind.ORDER.value, TaskKind.OPINION.value))
    settle_others(session, actor, case, Verb.CLOSE_CASE, withdrawn)
    endorse_case(session, actor, desk, case, verb, text, task)
    made = [
        *_assigned(session, desk, case, responsible, TaskKind.ACT, text, order.due_at),
        *_assigned(session, desk, case, informed, TaskKind.FOR_INFORMATION, text, None),
    ]
    record(
        session,
        actor,
        verb,
        case,
        text=text,
        responsible=[post.title for post in responsible],
        informed=[post.title for post in informed],
        due=thai_datetime(order.due_at) if order.due_at else "",
        tasks=[one.id for one in made],
        subject=letter.subject,
    )
    return case


def consult(
    session: Session, actor: Actor, public_id: str, *, version: int, to: str, question: str = ""
) -> Task:
    """ขอความเห็น: a side opinion that comes back; the case stays where it is.

    Raises ``NotYourTurn``, ``AssigneeUnknown``.
    """
    case, letter, desk = load_own_case(session, actor, public_id, Verb.CONSULT, version)
    task = own_task(session, case, desk, TaskKind.ORDER, TaskKind.ACT)
    if task is None:
        raise NotYourTurn(verb=Verb.CONSULT.label)
    question = check_text("ข้อหารือ", question, NOTE_LIMIT)
    post = _one(assignees(session, desk, [to]))
    move_case(session, case, Verb.CONSULT)
    made = add_task(session, desk, case, post, TaskKind.OPINION, Verb.CONSULT, note=question)
    endorse_case(session, actor, desk, case, Verb.CONSULT, question or Verb.CONSULT.label, made)
    record(
        session,
        actor,
        Verb.CONSULT,
        case,
        text=question,
        to=post.title,
        tasks=[made.id],
        subject=letter.subject,
    )
    return made


def forward(
    session: Session, actor: Actor, public_id: str, *, version: int, to: str, note: str = ""
) -> Task:
    """ส่งต่อ: hand one's own work to another post, or, at the registry or in the group, give the
    case to the officer who prepares it. Raises ``NotYourTurn``, ``AssigneeUnknown``."""
    case, letter, desk = load_own_case(session, actor, public_id, Verb.FORWARD, version)
    task = own_task(session, case, desk, TaskKind.ACT)
    keeps = Role.REGISTRAR in desk.roles or (
        case.group_id is not None
        and case.group_id == desk.group_id
        and not desk.roles.isdisjoint({Role.GROUP_CLERK, Role.GROUP_HEAD})
    )
    if task is None and (not keeps or case.state == CaseState.ORDERED.value):
        raise NotYourTurn(verb=Verb.FORWARD.label)
    note = check_text("บันทึก", note, NOTE_LIMIT)
    post = _one(assignees(session, desk, [to]))
    move_case(session, case, Verb.FORWARD)
    if task is not None:
        settle_task(session, actor, task, Verb.FORWARD)
    due_at = task.due_at if task is not None else None
    made = add_task(session, desk, case, post, TaskKind.ACT, Verb.FORWARD, note=note, due_at=due_at)
    endorse_case(session, actor, desk, case, Verb.FORWARD, note or f"ส่ง{post.title}", made)
    record(
        session,
        actor,
        Verb.FORWARD,
        case,
        text=note,
        to=post.title,
        tasks=[made.id],
        subject=letter.subject,
    )
    return made


def hand_over(session: Session, actor: Actor, *, to: str, note: str = "") -> int:
    """ส่งต่อ everything that the desk's post still has to do, before an absence; tells how many.

    What waits to be decided stays with the post: for that somebody is appointed to act (App. 3).
    Raises ``AssigneeUnknown``, ``NothingToHandOver``.
    """
    desk = require(actor, Verb.FORWARD)
    found = session.execute(
        select(Case.public_id, Case.version)
        .join(Task, Task.case_id == Case.id)
        .where(
            Task.post_id == desk.post_id,
            Task.kind == TaskKind.ACT.value,
            Task.state.in_([state.value for state in UNSETTLED]),
            Case.state.in_([state for (verb, state) in CASE_STEPS if verb is Verb.FORWARD]),
        )
        .distinct()
        .order_by(Case.public_id)
    ).all()
    if not found:
        raise NothingToHandOver
    for public_id, version in found:
        forward(session, actor, public_id, version=version, to=to, note=note)
    return len(found)


def assignees(session: Session, desk: Desk, public_ids: Sequence[str]) -> list[Post]:
    """The posts of the desk's office by their public ids; raises ``AssigneeUnknown``."""
    known = {seat.post.public_id: seat.post for seat in seats(session, desk.office_id)}
    wanted = list(dict.fromkeys(public_id for public_id in public_ids if public_id))
    if not set(wanted) <= set(known):
        raise AssigneeUnknown
    return [known[public_id] for public_id in wanted]


def _one(posts: Sequence[Post]) -> Post:
    if len(posts) != 1:
        raise AssigneeUnknown
    return posts[0]


def _assigned(
    session: Session,
    desk: Desk,
    case: Case,
    posts: Sequence[Post],
    kind: TaskKind,
    note: str,
    due_at: datetime | None,
) -> list[Task]:
    """Tasks for posts that do not have the same one still to do."""
    busy = set(
        session.scalars(
            select(Task.post_id).where(
                Task.case_id == case.id,
                Task.kind == kind.value,
                Task.state.in_([state.value for state in UNSETTLED]),
            )
        )
    )
    return [
        add_task(session, desk, case, post, kind, Verb.GIVE_ORDER, note=note, due_at=due_at)
        for post in posts
        if post.id not in busy
    ]
