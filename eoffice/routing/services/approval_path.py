"""The path of a draft: who agrees before it is signed, as each office sets it for its letters.

Levels follow one another; the posts of one level are asked at the same time, and all of them or
any one agrees. Letters ด่วนที่สุด may have a path of their own. Without a path a draft goes
straight to the signer. Memos take the same road (ข้อ 12) and end with the decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import LetterKind, Urgency
from eoffice.documents.services.drafting import check_text, require_office
from eoffice.documents.services.steps import advance, require_step
from eoffice.routing.case_queries import Seat, seats
from eoffice.routing.models import ApprovalStep, Task
from eoffice.routing.rules import (
    AssigneeUnknown,
    DocumentChanged,
    NotTheApprover,
    TaskKind,
    TaskState,
)
from eoffice.routing.services.endorsing import NOTE_LIMIT, document_hash, endorse
from eoffice.users.access import ensure_principal, grant
from eoffice.users.models import Post
from eoffice.users.permissions import require
from eoffice.users.rules import PrincipalKind
from eoffice.verbs import Verb

MOST_LEVELS = 4


@dataclass(frozen=True)
class Level:
    """One level of a path: its posts, and whether any one of them is enough."""

    posts: Sequence[int]
    is_any: bool = False


def path_of(session: Session, office_id: int, kind: str, *, is_short: bool = False) -> list[Level]:
    """The path that an office set for a kind of letters (empty for every kind), as it is kept."""
    rows = session.scalars(
        select(ApprovalStep)
        .where(
            ApprovalStep.office_id == office_id,
            ApprovalStep.kind == kind,
            ApprovalStep.is_short.is_(is_short),
        )
        .order_by(ApprovalStep.position, ApprovalStep.id)
    )
    found: dict[int, list[ApprovalStep]] = {}
    for row in rows:
        found.setdefault(row.position, []).append(row)
    return [Level([row.post_id for row in level], level[0].is_any) for level in found.values()]


def levels_of(session: Session, office_id: int) -> list[Seat]:
    """The posts of an office that may stand on a path: those that agree or decide."""
    return [seat for seat in seats(session, office_id) if seat.level]


def path_for(session: Session, letter: Letter, signer_id: int) -> list[Level]:
    """The levels a draft passes before its signer: the short path for ด่วนที่สุด where there is
    one, the path of its kind, else the one of every kind; who drafts or signs is no level."""
    office_id = letter.office_id or 0
    wanted = [(letter.kind, False), ("", False)]
    if letter.urgency == Urgency.MOST_URGENT.value:
        wanted = [(letter.kind, True), ("", True), *wanted]
    path = next(
        (
            found
            for kind, is_short in wanted
            if (found := path_of(session, office_id, kind, is_short=is_short))
        ),
        [],
    )
    open_posts = {seat.post.id for seat in seats(session, office_id)}
    kept = open_posts - {signer_id, letter.owner_post_id or 0}
    levels = [Level([post for post in level.posts if post in kept], level.is_any) for level in path]
    return [level for level in levels if level.posts]


def ask_level(
    session: Session, desk: Desk, letter: Letter, signer: Post, position: int, verb: Verb, note: str
) -> list[Task]:
    """Ask the level at a position, the signer after the last; the same act lets them read."""
    levels = path_for(session, letter, signer.id)
    is_last = position >= len(levels)
    posts = [signer.id] if is_last else levels[position].posts
    made = [
        Task(
            kind=(TaskKind.SIGN if is_last else TaskKind.APPROVE).value,
            letter_id=letter.id,
            office_id=desk.office_id,
            post_id=post_id,
            from_post_id=desk.post_id,
            level=position,
            state=TaskState.OPEN.value,
            note=note,
            created_at=clock.now(),
        )
        for post_id in posts
    ]
    session.add_all(made)
    session.flush()
    principals = [ensure_principal(session, PrincipalKind.POST, post_id) for post_id in posts]
    grant(session, "letter", letter.id, principals, verb)
    return made


def agree(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    shown_hash: str,
    note: str = "",
    signer: Post,
) -> Letter:
    """เห็นชอบ: a level agrees to what it was shown; the last of a level asks the next one.

    Who agreed last is kept as who checked the letter (ข้อ 30 ¶2). Raises ``DocumentChanged``,
    ``NotTheApprover`` for a desk that was not asked or has agreed already.
    """
    desk = require(actor, Verb.AGREE)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.AGREE)
    task = _asked(session, letter, desk)
    if document_hash(session, letter) != shown_hash:
        raise DocumentChanged
    note = check_text("ความเห็น", note, NOTE_LIMIT)
    advance(session, letter, Verb.AGREE, checked_by=actor.person_id)
    _settle(task, actor, TaskState.DONE)
    is_enough = path_for(session, letter, signer.id)
    is_any = task.level < len(is_enough) and is_enough[task.level].is_any
    others = _open_approvals(session, letter)
    if is_any:
        for other in others:
            _settle(other, actor, TaskState.WITHDRAWN)
        others = []
    session.flush()
    if not others:
        ask_level(session, desk, letter, signer, task.level + 1, Verb.AGREE, note)
    endorse(session, actor, desk, letter, Verb.AGREE, note or Verb.AGREE.label, task)
    record(
        session,
        actor,
        Verb.AGREE,
        letter,
        text=note,
        document=shown_hash,
        is_level_done=not others,
        subject=letter.subject,
    )
    return letter


def set_path(
    session: Session,
    actor: Actor,
    levels: Sequence[tuple[Sequence[str], bool]],
    *,
    kind: str = "",
    is_short: bool = False,
) -> int:
    """Set the office's path for a kind of letters; no level at all takes the path away.

    ``levels`` are the public ids of posts with whether any one of them is enough; a post stands on
    a path once. Raises ``AssigneeUnknown``.
    """
    desk = require(actor, Verb.SET_PATH)
    kind = LetterKind(kind).value if kind else ""
    known = {seat.post.public_id: seat.post for seat in levels_of(session, desk.office_id)}
    named = [key for posts, _ in levels for key in posts]
    if not set(named) <= set(known) or len(named) != len(set(named)):
        raise AssigneeUnknown
    session.execute(
        delete(ApprovalStep).where(
            ApprovalStep.office_id == desk.office_id,
            ApprovalStep.kind == kind,
            ApprovalStep.is_short.is_(is_short),
        )
    )
    kept = [(posts, is_any) for posts, is_any in levels if posts]
    session.add_all(
        ApprovalStep(
            office_id=desk.office_id,
            kind=kind,
            is_short=is_short,
            position=position,
            post_id=known[key].id,
            is_any=is_any,
        )
        for position, (posts, is_any) in enumerate(kept)
        for key in posts
    )
    titles = [[known[key].title for key in posts] for posts, _ in kept]
    record(session, actor, Verb.SET_PATH, None, kind=kind, is_short=is_short, levels=titles)
    return len(kept)


def _asked(session: Session, letter: Letter, desk: Desk) -> Task:
    task = session.scalars(
        select(Task)
        .where(
            Task.letter_id == letter.id,
            Task.post_id == desk.post_id,
            Task.kind == TaskKind.APPROVE.value,
            Task.state == TaskState.OPEN.value,
        )
        .with_for_update()
    ).first()
    if task is None:
        raise NotTheApprover
    return task


def _open_approvals(session: Session, letter: Letter) -> list[Task]:
    return list(
        session.scalars(
            select(Task).where(
                Task.letter_id == letter.id,
                Task.kind == TaskKind.APPROVE.value,
                Task.state == TaskState.OPEN.value,
            )
        )
    )


def _settle(task: Task, actor: Actor, state: TaskState) -> None:
    task.state, task.version = state.value, task.version + 1
    task.settled_at, task.settled_by = clock.now(), actor.person_id
