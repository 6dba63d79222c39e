"""The path of a draft: who agrees before it is signed, as each office sets it for its letters.

Levels follow one another; the posts of one level are asked at the same time, and all of them or
any one agrees; a level may be skipped after some working hours. A group may have paths of its own,
and letters ด่วนที่สุด too. Without a path a draft goes straight to the signer. Memos take the same
road (ข้อ 12) and end with the decision. Which bosses a matter passes is each office's choice
(ข้อ 39 ¶3). How a draft goes up its path stands in ``agreeing``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.documents.rules import LetterKind, Urgency
from eoffice.routing.case_queries import Seat, groups_of, seats
from eoffice.routing.models import ApprovalStep
from eoffice.routing.refusals import SkipHoursWrong
from eoffice.routing.rules import AssigneeUnknown
from eoffice.users.models import Group
from eoffice.users.permissions import require
from eoffice.users.rules import GroupNotFound
from eoffice.verbs import Verb

MOST_LEVELS = 4
MOST_SKIP_HOURS = 240
EVERY_GROUP = 0


@dataclass(frozen=True)
class Level:
    """One level of a path: its posts, whether any one of them is enough, and after how many
    working hours the next level may act without it (none: never)."""

    posts: Sequence[int]
    is_any: bool = False
    skip_hours: int | None = None


@dataclass(frozen=True)
class AskedLevel:
    """A level as it is typed: public ids of posts."""

    posts: Sequence[str]
    is_any: bool = False
    skip_hours: int | None = None


def path_of(
    session: Session,
    office_id: int,
    kind: str,
    *,
    group_id: int = EVERY_GROUP,
    is_short: bool = False,
) -> list[Level]:
    """The path that an office set for a group (or for all of it) and a kind of letters (empty for
    every kind), as it is kept."""
    rows = session.scalars(
        select(ApprovalStep)
        .where(_which(office_id, group_id, kind, is_short=is_short))
        .order_by(ApprovalStep.position, ApprovalStep.id)
    )
    found: dict[int, list[ApprovalStep]] = {}
    for row in rows:
        found.setdefault(row.position, []).append(row)
    return [
        Level([row.post_id for row in level], level[0].is_any, level[0].skip_hours)
        for level in found.values()
    ]


def levels_of(session: Session, office_id: int) -> list[Seat]:
    """The posts of an office that may stand on a path: those that agree or decide."""
    return [seat for seat in seats(session, office_id) if seat.level]


def path_for(session: Session, letter: Letter, signer_id: int) -> list[Level]:
    """The levels a draft passes before its signer; who drafts or signs is no level.

    The short paths come first for ด่วนที่สุด; then the own path of the drafter's group, then the
    office's; in each the path of the kind, then the one of every kind.
    """
    office_id = letter.office_id or 0
    is_urgent = letter.urgency == Urgency.MOST_URGENT.value
    wanted: list[dict[str, Any]] = [
        {"kind": kind, "group_id": group_id, "is_short": is_short}
        for is_short in ((True, False) if is_urgent else (False,))
        for group_id in dict.fromkeys((letter.owner_group_id or EVERY_GROUP, EVERY_GROUP))
        for kind in (letter.kind, "")
    ]
    found = (path_of(session, office_id, **which) for which in wanted)
    path: list[Level] = next((levels for levels in found if levels), [])
    open_posts = {seat.post.id for seat in seats(session, office_id)}
    kept = open_posts - {signer_id, letter.owner_post_id or 0}
    levels = [
        Level([post for post in level.posts if post in kept], level.is_any, level.skip_hours)
        for level in path
    ]
    return [level for level in levels if level.posts]


def group_on_path(session: Session, office_id: int, public_id: str) -> Group | None:
    """An open group of the office, none for an empty id. Raises ``GroupNotFound``."""
    if not public_id:
        return None
    for group in groups_of(session, office_id):
        if group.public_id == public_id:
            return group
    raise GroupNotFound


def set_path(
    session: Session,
    actor: Actor,
    levels: Sequence[AskedLevel],
    *,
    kind: str = "",
    group: str = "",
    is_short: bool = False,
) -> int:
    """Set the path of the office, or of one of its groups, for a kind of letters; no level at all
    takes the path away, and the next one of ``path_for`` counts again.

    A post stands on a path once. Raises ``AssigneeUnknown``, ``GroupNotFound``,
    ``SkipHoursWrong``.
    """
    desk = require(actor, Verb.SET_PATH)
    kind = LetterKind(kind).value if kind else ""
    own_group = group_on_path(session, desk.office_id, group)
    group_id = own_group.id if own_group else EVERY_GROUP
    known = {seat.post.public_id: seat.post for seat in levels_of(session, desk.office_id)}
    kept = _checked(levels, set(known))
    session.execute(
        delete(ApprovalStep).where(_which(desk.office_id, group_id, kind, is_short=is_short))
    )
    session.add_all(
        ApprovalStep(
            office_id=desk.office_id,
            group_key=group_id,
            kind=kind,
            is_short=is_short,
            position=position,
            post_id=known[key].id,
            is_any=level.is_any,
            skip_hours=level.skip_hours,
        )
        for position, level in enumerate(kept)
        for key in level.posts
    )
    record(
        session,
        actor,
        Verb.SET_PATH,
        None,
        kind=kind,
        group=own_group.name if own_group else "",
        is_short=is_short,
        levels=[[known[key].title for key in level.posts] for level in kept],
        skip_hours=[level.skip_hours for level in kept],
    )
    return len(kept)


def _checked(levels: Sequence[AskedLevel], known: set[str]) -> list[AskedLevel]:
    named = [key for level in levels for key in level.posts]
    if not set(named) <= known or len(named) != len(set(named)):
        raise AssigneeUnknown
    kept = [level for level in levels if level.posts]
    for level in kept:
        if level.skip_hours is not None and not 1 <= level.skip_hours <= MOST_SKIP_HOURS:
            raise SkipHoursWrong(most=MOST_SKIP_HOURS)
    return kept


def _which(office_id: int, group_id: int, kind: str, *, is_short: bool) -> ColumnElement[bool]:
    return and_(
        ApprovalStep.office_id == office_id,
        ApprovalStep.group_key == group_id,
        ApprovalStep.kind == kind,
        ApprovalStep.is_short.is_(is_short),
    )
