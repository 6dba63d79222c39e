"""A draft on its way up the path: levels agree, and one that is late may be skipped.

A level with ``skip_hours`` on the path is late from its ``skip_at`` on. The worker then asks the
next level too; the late one may still agree until the next level acts, and ends as skipped then.
Nobody's silence counts as consent: who went on without a level stands in the log.
"""

from __future__ import annotations

from sqlalchemy import exists, literal, select
from sqlalchemy.orm import Session

from eoffice import clock, jobs
from eoffice.activity.services import record
from eoffice.actor import SYSTEM, Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import LetterState
from eoffice.documents.services.drafting import check_text, require_office
from eoffice.documents.services.steps import advance, require_step
from eoffice.routing.models import Task
from eoffice.routing.rules import (
    DocumentChanged,
    NotTheApprover,
    TaskKind,
    TaskState,
)
from eoffice.routing.services.approval_path import path_for
from eoffice.routing.services.endorsing import NOTE_LIMIT, document_hash, endorse
from eoffice.routing.signers import signer_of
from eoffice.routing.working_days import after_working_hours
from eoffice.users.access import ensure_principal, grant
from eoffice.users.models import Post
from eoffice.users.permissions import require, require_kind
from eoffice.users.rules import PrincipalKind
from eoffice.verbs import Verb

JOB = "open_next_level"


def ask_level(
    session: Session,
    letter: Letter,
    signer: Post,
    position: int,
    verb: Verb,
    *,
    from_post_id: int | None,
    note: str = "",
) -> list[Task]:
    """Ask the level at a position, the signer after the last; the same act lets them read."""
    levels = path_for(session, letter, signer.id)
    is_last = position >= len(levels)
    posts = [signer.id] if is_last else levels[position].posts
    hours = None if is_last else levels[position].skip_hours
    skip_at = after_working_hours(session, clock.now(), hours) if hours else None
    made = [
        Task(
            kind=(TaskKind.SIGN if is_last else TaskKind.APPROVE).value,
            letter_id=letter.id,
            office_id=letter.office_id,
            post_id=post_id,
            from_post_id=from_post_id,
            level=position,
            state=TaskState.OPEN.value,
            note=note,
            skip_at=skip_at,
            created_at=clock.now(),
        )
        for post_id in posts
    ]
    session.add_all(made)
    session.flush()
    if skip_at is not None:
        jobs.enqueue(session, JOB, {"letter": letter.id, "level": position}, run_at=skip_at)
    principals = [ensure_principal(session, PrincipalKind.POST, post_id) for post_id in posts]
    grant(session, "letter", letter.id, principals, verb)
    return made


def agree(
    session: Session, actor: Actor, public_id: str, *, shown_hash: str, note: str = ""
) -> Letter:
    """เห็นชอบ: a level agrees to what it was shown; the last of a level asks the next one.

    Who agreed last is kept as who checked the letter (ข้อ 30 ¶2). Raises ``DocumentChanged``,
    ``NoSigner``, ``NotTheApprover`` for a desk that was not asked or has agreed already.
    """
    desk = require(actor, Verb.AGREE)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.AGREE)
    require_kind(desk, Verb.AGREE, letter.kind)
    task = _asked(session, letter, desk)
    if document_hash(session, letter) != shown_hash:
        raise DocumentChanged
    note = check_text("ความเห็น", note, NOTE_LIMIT)
    signer = signer_of(session, letter)
    advance(session, letter, Verb.AGREE, checked_by=actor.person_id)
    _settle(task, actor, TaskState.DONE)
    session.flush()
    skip_late(session, actor, letter, below=task.level)
    is_done = _is_level_done(session, actor, letter, task, signer)
    if is_done and not _is_next_asked(session, letter, task.level):
        above, giver = task.level + 1, desk.post_id
        ask_level(session, letter, signer, above, Verb.AGREE, from_post_id=giver, note=note)
    endorse(session, actor, desk, letter, Verb.AGREE, note or Verb.AGREE.label, task)
    record(
        session,
        actor,
        Verb.AGREE,
        letter,
        text=note,
        document=shown_hash,
        is_level_done=is_done,
        subject=letter.subject,
    )
    return letter


def open_next_level(session: Session, letter_id: int, level: int) -> bool:
    """Let the level above act on a draft too, when its level is late; tells whether it was.

    Done by the worker at the time that was set when the level was asked; a level that has agreed
    meanwhile, or is asked anew after the draft came back, is not late.
    """
    letter = session.scalars(
        select(Letter).where(Letter.id == letter_id).with_for_update()
    ).one_or_none()
    if letter is None or letter.state != LetterState.PROPOSED.value:
        return False
    late = [
        task
        for task in _open_approvals(session, letter, level)
        if task.skip_at is not None and task.skip_at <= clock.now()
    ]
    if not late or _is_next_asked(session, letter, level):
        return False
    signer = signer_of(session, letter)
    asked = ask_level(
        session,
        letter,
        signer,
        level + 1,
        Verb.OPEN_NEXT_LEVEL,
        from_post_id=late[0].from_post_id,
        note=late[0].note,
    )
    record(
        session,
        SYSTEM,
        Verb.OPEN_NEXT_LEVEL,
        letter,
        chain=letter.office_id,
        late=_titles(session, late),
        to=", ".join(_titles(session, asked)),
        subject=letter.subject,
    )
    return True


def skip_late(session: Session, actor: Actor, letter: Letter, *, below: int) -> None:
    """End the late levels below the one that acts now; who went on without them is recorded."""
    late = [task for task in _open_approvals(session, letter) if task.level < below]
    if not late:
        return
    for task in late:
        _settle(task, actor, TaskState.SKIPPED)
    session.flush()
    record(
        session,
        actor,
        Verb.SKIP_LEVEL,
        letter,
        late=_titles(session, late),
        since=late[0].skip_at.isoformat() if late[0].skip_at else "",
        subject=letter.subject,
    )


def _is_level_done(
    session: Session, actor: Actor, letter: Letter, task: Task, signer: Post
) -> bool:
    """Whether nobody else of the level is waited for; where any one is enough the others' tasks
    are withdrawn."""
    others = _open_approvals(session, letter, task.level)
    levels = path_for(session, letter, signer.id)
    if others and task.level < len(levels) and levels[task.level].is_any:
        for other in others:
            _settle(other, actor, TaskState.WITHDRAWN)
        session.flush()
        return True
    return not others


def _is_next_asked(session: Session, letter: Letter, level: int) -> bool:
    waiting = exists(
        select(literal(1)).where(
            Task.letter_id == letter.id,
            Task.state == TaskState.OPEN.value,
            Task.level > level,
        )
    )
    return bool(session.scalar(select(waiting)))


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


def _open_approvals(session: Session, letter: Letter, level: int | None = None) -> list[Task]:
    query = select(Task).where(
        Task.letter_id == letter.id,
        Task.kind == TaskKind.APPROVE.value,
        Task.state == TaskState.OPEN.value,
    )
    if level is not None:
        query = query.where(Task.level == level)
    return list(session.scalars(query.order_by(Task.level, Task.id)))


def _titles(session: Session, tasks: list[Task]) -> list[str]:
    return [session.get_one(Post, task.post_id).title for task in tasks]


def _settle(task: Task, actor: Actor, state: TaskState) -> None:
    task.state, task.version = state.value, task.version + 1
    task.settled_at, task.settled_by = clock.now(), actor.person_id
