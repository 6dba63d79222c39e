"""How far a draft has come on its path: each level asked in this round, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.documents.models import Letter
from eoffice.routing.models import Task
from eoffice.routing.rules import TaskKind, TaskState
from eoffice.users.models import Person, Post


@dataclass(frozen=True)
class PathLine:
    """One post that was asked, in the words of the page."""

    title: str
    by: str
    text: str
    at: datetime | None
    is_waiting: bool
    is_now: bool = False


def path_progress(session: Session, letter: Letter) -> list[PathLine]:
    """The posts asked since the draft was last proposed, in order; none where it has no path."""
    rows = session.execute(
        select(Task, Post.title, Person)
        .join(Post, Post.id == Task.post_id)
        .outerjoin(Person, Person.id == Task.settled_by)
        .where(Task.letter_id == letter.id)
        .order_by(Task.id)
    ).all()
    begins = _beginning([row[0] for row in rows])
    asked = [(task, title, person) for task, title, person in rows if task.id >= begins]
    if all(task.kind == TaskKind.SIGN.value for task, _, _ in asked):
        return []
    return [_line(task, title, person) for task, title, person in asked]


def _beginning(tasks: list[Task]) -> int:
    """The id of the first task of the last round: a round begins below where the one before came
    to, asks a post anew, or follows what was sent back."""
    begins, seen = 0, set[int]()
    for before, task in zip([None, *tasks], tasks, strict=False):
        came_back = before is not None and before.state == TaskState.SENT_BACK.value != task.state
        if before is None or task.level < before.level or task.post_id in seen or came_back:
            begins, seen = task.id, set()
        seen.add(task.post_id)
    return begins


def _line(task: Task, title: str, person: Person | None) -> PathLine:
    state = TaskState(task.state)
    is_waiting = state is TaskState.OPEN
    words = TaskKind(task.kind).label if state is TaskState.DONE else state.label
    if is_waiting:
        words = f"รอ{TaskKind(task.kind).label}"
    elif state is TaskState.SKIPPED and person is not None:
        words = f"{words} โดย {person.full_name}"
    by = person.full_name if person is not None and state is not TaskState.SKIPPED else ""
    return PathLine(title, by, words, task.settled_at, is_waiting)
