"""Telling posts what a case asks of them; who is told may read the case, by the same act."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from eoffice.activity.models import Activity
from eoffice.notifications.services import tell_principals, tell_signer
from eoffice.routing.models import Case, Task
from eoffice.users.models import Principal
from eoffice.users.rules import PrincipalKind


def tell_task_posts(session: Session, activity: Activity) -> None:
    """Something is asked of posts: those of the tasks that the act names."""
    wanted = json.loads(activity.facts).get("tasks", [])
    _tell(session, activity, Task.post_id, wanted)


def tell_next_level(session: Session, activity: Activity) -> None:
    """A level agreed: the posts that a case or a draft waits for now."""
    if activity.object_kind == "letter":
        tell_signer(session, activity)
    else:
        tell_task_posts(session, activity)


def tell_task_giver(session: Session, activity: Activity) -> None:
    """A task was reported on, answered or its last acknowledgement came: the post that gave it."""
    _tell(session, activity, Task.from_post_id, [activity.object_id])


def _tell(session: Session, activity: Activity, post: Any, tasks: list[int | None]) -> None:
    rows = (
        select(Principal.id, func.min(Case.letter_id).label("letter_id"))
        .join(
            Task,
            and_(Principal.kind == PrincipalKind.POST.value, Principal.subject_id == post),
        )
        .join(Case, Case.id == Task.case_id)
        .where(Task.id.in_(tasks))
        .group_by(Principal.id)
    )
    tell_principals(session, activity, rows)
