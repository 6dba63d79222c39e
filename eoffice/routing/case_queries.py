"""Reading cases and what they ask of posts; a case is seen in its own office only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.queries import visible_to
from eoffice.documents.rules import SignatureNotFound
from eoffice.routing.models import Case, Delivery, Endorsement, Task
from eoffice.routing.queries import PAGE, visible_cases
from eoffice.routing.rules import (
    WAITING,
    CaseState,
    TaskKind,
    TaskNotFound,
    TaskState,
)
from eoffice.users.models import Group, Holding, Office, Person, Post, PostRole
from eoffice.users.rules import NON_READERS, Role

LEVEL = {Role.GROUP_HEAD.value: 1, Role.DEPUTY.value: 2, Role.DIRECTOR.value: 3}
"""The levels a matter passes on its way up (domain.md §12 d)."""
RECENT = 8


@dataclass(frozen=True)
class Seat:
    """A post that work can be given to, with who sits there today."""

    post: Post
    holder: str
    group: str
    level: int

    @property
    def label(self) -> str:
        """The holder where there is one, else the title."""
        return self.holder or self.post.title


@dataclass(frozen=True)
class TaskRow:
    """A task with its case and letter, as a queue shows it."""

    task: Task
    case: Case
    letter: Letter
    receive_no: str
    sender: str


@dataclass(frozen=True)
class CaseRow:
    """A case with its letter, as a list of the office shows it."""

    case: Case
    letter: Letter
    receive_no: str
    sender: str
    group: str


def load_visible_task(
    session: Session, actor: Actor, public_id: str, *, for_update: bool = False
) -> tuple[Task, Case, Letter]:
    """A task on a case that the person may read; anything else is ``TaskNotFound`` (404).

    The case is locked before the task, as every act on a case does.
    """
    query = (
        select(Case, Letter)
        .join(Task, Task.case_id == Case.id)
        .join(Letter, Letter.id == Case.letter_id)
        .where(Task.public_id == public_id, visible_cases(actor))
    )
    if for_update:
        query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    row = session.execute(query).one_or_none()
    if row is None:
        raise TaskNotFound
    task = select(Task).where(Task.public_id == public_id)
    if for_update:
        task = task.with_for_update().execution_options(populate_existing=True)
    return session.scalars(task).one(), row[0], row[1]


def queue(
    session: Session, actor: Actor, desk: Desk, *, limit: int = PAGE, besides: int | None = None
) -> list[TaskRow]:
    """What waits for the desk's post on cases, urgent letters first, then what is due sooner.

    For information that was acknowledged no longer waits. ``besides`` leaves one case out.
    """
    waits = or_(
        Task.state == TaskState.OPEN.value,
        and_(Task.kind == TaskKind.ACT.value, Task.state.in_(WAITING)),
    )
    query = _with_letters(actor, Task.post_id == desk.post_id, waits)
    if besides is not None:
        query = query.where(Case.id != besides)
    return [TaskRow(*row) for row in session.execute(query.limit(limit))]


def reported_to(
    session: Session,
    actor: Actor,
    desk: Desk,
    *,
    limit: int = PAGE,
    besides: int | None = None,
    of: int | None = None,
) -> list[TaskRow]:
    """Cases that wait for the desk's post to be checked and closed; ``of`` asks for one case only,
    ``besides`` leaves one out."""
    query = _with_letters(actor, is_reported_to(desk.post_id))
    if of is not None:
        query = query.where(Case.id == of)
    if besides is not None:
        query = query.where(Case.id != besides)
    return [TaskRow(*row) for row in session.execute(query.limit(limit))]


def is_reported_to(post_id: Any) -> ColumnElement[bool]:
    """Of a task and its case: the post ordered it, everybody responsible has reported and nobody
    waits for another order. One task for each such case, the first that was reported."""
    other = aliased(Task)
    unfinished = exists(
        select(literal(1)).where(
            other.case_id == Task.case_id,
            or_(
                and_(other.kind == TaskKind.ACT.value, other.state.in_(WAITING)),
                and_(other.kind == TaskKind.ORDER.value, other.state == TaskState.OPEN.value),
                and_(other.state == TaskState.REPORTED.value, other.id < Task.id),
            ),
        )
    )
    return and_(
        Task.from_post_id == post_id,
        Task.state == TaskState.REPORTED.value,
        Case.state == CaseState.ORDERED.value,
        ~unfinished,
    )


def tasks_of(session: Session, case: Case) -> list[tuple[Task, str, str]]:
    """The tasks of a case with the title of their posts and today's holders, in order."""
    rows = session.execute(
        select(Task, Post.title)
        .join(Post, Post.id == Task.post_id)
        .where(Task.case_id == case.id)
        .order_by(Task.id)
    ).all()
    holders = holders_of(session, {task.post_id for task, _ in rows})
    return [(task, title, holders.get(task.post_id, "")) for task, title in rows]


def endorsements_on(session: Session, actor: Actor, case: Case) -> list[Endorsement]:
    """The endorsements of a case that the person may read."""
    return list(
        session.scalars(
            select(Endorsement)
            .join(Case, Case.id == Endorsement.case_id)
            .where(Endorsement.case_id == case.id, visible_cases(actor))
            .order_by(Endorsement.id)
        )
    )


def load_visible_endorsement(session: Session, actor: Actor, public_id: str) -> Endorsement:
    """An endorsement of one's own office on a letter or case that one may read.

    Anything else is ``SignatureNotFound`` (404): only its picture is asked for by itself.
    """
    offices = [desk.office_id for desk in actor.desks]
    row = session.scalars(
        select(Endorsement)
        .outerjoin(Letter, Letter.id == Endorsement.letter_id)
        .outerjoin(Case, Case.id == Endorsement.case_id)
        .where(
            Endorsement.public_id == public_id,
            Endorsement.office_id.in_(offices),
            or_(
                and_(Endorsement.letter_id.is_not(None), visible_to(actor)),
                and_(Endorsement.case_id.is_not(None), visible_cases(actor)),
            ),
        )
    ).one_or_none()
    if row is None:
        raise SignatureNotFound
    return row


def acts_on_case(session: Session, actor: Actor, case: Case) -> list[Activity]:
    """What was done to a case and its tasks, in order."""
    tasks = select(Task.id).where(Task.case_id == case.id)
    return list(
        session.scalars(
            select(Activity)
            .join(Case, Case.id == case.id)
            .where(
                visible_cases(actor),
                or_(
                    and_(Activity.object_kind == "case", Activity.object_id == case.id),
                    and_(Activity.object_kind == "task", Activity.object_id.in_(tasks)),
                    and_(
                        Activity.object_kind == "delivery",
                        Activity.object_id == case.delivery_id,
                        Activity.office_id == case.office_id,
                    ),
                ),
            )
            .order_by(Activity.at, Activity.id)
        )
    )


def cases(
    session: Session,
    actor: Actor,
    desk: Desk,
    *,
    state: str = CaseState.REGISTERED.value,
    is_held: bool = False,
    before: int | None = None,
    limit: int = PAGE,
) -> list[CaseRow]:
    """Cases of the desk's office in one state that the person may read, newest first."""
    query = (
        select(Case, Letter, Delivery.receive_no, _sender(), func.coalesce(Group.name, ""))
        .join(Letter, Letter.id == Case.letter_id)
        .join(Delivery, Delivery.id == Case.delivery_id)
        .outerjoin(Office, Office.id == Letter.office_id)
        .outerjoin(Group, Group.id == Case.group_id)
        .where(Case.office_id == desk.office_id, visible_cases(actor))
        .order_by(Case.id.desc())
        .limit(limit + 1)
    )
    query = query.where(Case.held_at.is_not(None) if is_held else Case.state == state)
    if before is not None:
        query = query.where(Case.id < before)
    return [CaseRow(*row) for row in session.execute(query)]


def seats(session: Session, office_id: int, day: date | None = None) -> list[Seat]:
    """Posts of an office that work can be given to today, with their holders, by title."""
    day = day or clock.today()
    rows = session.execute(
        select(Post, PostRole.role, func.coalesce(Group.name, ""))
        .join(PostRole, PostRole.post_id == Post.id)
        .outerjoin(Group, Group.id == Post.group_id)
        .where(
            Post.office_id == office_id,
            or_(Post.closed_on.is_(None), Post.closed_on > day),
            PostRole.role.not_in([role.value for role in NON_READERS]),
            PostRole.starts_on <= day,
            or_(PostRole.ends_on.is_(None), PostRole.ends_on >= day),
        )
        .order_by(Group.position, Post.title, Post.id)
    ).all()
    holders = holders_of(session, {row[0].id for row in rows}, day)
    levels: dict[int, int] = {}
    for post, role, _ in rows:
        levels[post.id] = max(levels.get(post.id, 0), LEVEL.get(role, 0))
    found = {
        post.id: Seat(post, holders.get(post.id, ""), group, levels[post.id])
        for post, _, group in rows
    }
    return list(found.values())


def approvers(session: Session, desk: Desk) -> list[Seat]:
    """Posts that a matter can be proposed to from here: the next level first, the own left out.

    Heads of other groups are no level of this desk's matters.
    """
    own = max((LEVEL.get(role, 0) for role in desk.roles), default=0)
    found = [
        seat
        for seat in seats(session, desk.office_id)
        if seat.level
        and seat.post.id != desk.post_id
        and (seat.level > 1 or seat.post.group_id == desk.group_id)
    ]
    return sorted(found, key=lambda seat: (seat.level <= own, _steps_up(seat, desk, own)))


def _steps_up(seat: Seat, desk: Desk, own: int) -> int:
    return -seat.level if desk.group_id is None and own == 0 else seat.level


def recent_assignees(session: Session, desk: Desk, limit: int = RECENT) -> list[int]:
    """Posts that the desk's post gave work to lately, the latest first."""
    rows = session.execute(
        select(Task.post_id, func.max(Task.id))
        .where(
            Task.from_post_id == desk.post_id,
            Task.case_id.is_not(None),
            Task.kind.in_((TaskKind.ACT.value, TaskKind.FOR_INFORMATION.value)),
        )
        .group_by(Task.post_id)
        .order_by(func.max(Task.id).desc())
        .limit(limit)
    )
    return [row[0] for row in rows]


def groups_of(session: Session, office_id: int) -> list[Group]:
    """The open groups of an office in their order."""
    return list(
        session.scalars(
            select(Group)
            .where(
                Group.office_id == office_id,
                or_(Group.closed_on.is_(None), Group.closed_on > clock.today()),
            )
            .order_by(Group.position, Group.name)
        )
    )


def holders_of(
    session: Session, post_ids: Sequence[int] | set[int], day: date | None = None
) -> dict[int, str]:
    """Who sits at posts today; who acts for an absent holder stands before the holder."""
    day = day or clock.today()
    rows = session.execute(
        select(Holding.post_id, Person)
        .join(Person, Person.id == Holding.person_id)
        .where(
            Holding.post_id.in_(list(post_ids)),
            Holding.starts_on <= day,
            or_(Holding.ends_on.is_(None), Holding.ends_on >= day),
        )
        .order_by(Holding.kind != "substantive", Holding.id)
    )
    return {post_id: person.full_name for post_id, person in rows}


def _with_letters(
    actor: Actor, *which: ColumnElement[bool]
) -> Select[Task, Case, Letter, str, str]:
    return (
        select(Task, Case, Letter, Delivery.receive_no, _sender())
        .join(Case, Case.id == Task.case_id)
        .join(Letter, Letter.id == Case.letter_id)
        .join(Delivery, Delivery.id == Case.delivery_id)
        .outerjoin(Office, Office.id == Letter.office_id)
        .where(visible_cases(actor), *which)
        .order_by(
            (Delivery.sort_key // (1 << 40)).desc(), Task.due_at.is_(None), Task.due_at, Task.id
        )
    )


def _sender() -> ColumnElement[str]:
    own_name = func.coalesce(func.nullif(Office.short_name, ""), Office.name)
    return func.coalesce(func.nullif(Letter.sender_text, ""), own_name, "")
