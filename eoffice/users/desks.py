"""From an account to an actor: today's desks, the one in use, and the principals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor, Desk
from eoffice.given import one_of
from eoffice.marks import Kept
from eoffice.users.access import principals_of
from eoffice.users.models import Group, Holding, Office, Person, Post, PostRole
from eoffice.users.rules import HoldingKind

_KEPT = Kept()
_DAY = bindparam("day", type_=Date)
_DESKS = (
    select(
        Holding.id,
        Holding.public_id,
        Holding.kind,
        Holding.order_no,
        Holding.ends_on,
        Holding.scope,
        Holding.scope_parts,
        Holding.scope_kinds,
        Post.id.label("post_id"),
        Post.title,
        Post.group_id,
        Office.id.label("office_id"),
        Office.public_id.label("office_public_id"),
        Office.kind.label("office_kind"),
        Office.name,
        Office.short_name,
        Group.name.label("group_name"),
    )
    .join(Post, Post.id == Holding.post_id)
    .join(Office, Office.id == Post.office_id)
    .outerjoin(Group, Group.id == Post.group_id)
    .where(
        Holding.person_id == bindparam("person_id"),
        Holding.starts_on <= _DAY,
        (Holding.ends_on.is_(None)) | (Holding.ends_on >= _DAY),
        (Post.closed_on.is_(None)) | (Post.closed_on > _DAY),
        (Office.closed_on.is_(None)) | (Office.closed_on > _DAY),
    )
    .order_by(Holding.is_main.desc(), Office.kind, Office.code, Holding.id)
)
_ROLES = select(PostRole.post_id, PostRole.role).where(
    one_of(PostRole.post_id, "posts"),
    PostRole.starts_on <= _DAY,
    (PostRole.ends_on.is_(None)) | (PostRole.ends_on >= _DAY),
)
"""Asked by every request: made once, so that only their values change."""


def desks_of(session: Session, person_id: int, day: date | None = None) -> tuple[Desk, ...]:
    """The desks of a person on a Bangkok day: holdings valid that day, main one first.

    An acting holding ends by itself at midnight: it is simply no desk the next day (dates are
    inclusive). Closed posts and offices give no desk.
    """
    day = day or clock.today()
    rows = session.execute(_DESKS, {"person_id": person_id, "day": day}).all()
    roles = _roles(session, [row.post_id for row in rows], day)
    return tuple(_desk(row, roles.get(row.post_id, frozenset())) for row in rows)


def actor_of(
    session: Session,
    person_id: int,
    *,
    holding_id: int | None = None,
    mark: str | None = None,
    **facts: Any,
) -> Actor:
    """The actor of a person now: at the wanted desk where it is valid today, else at the first.

    ``facts`` are session, account, request id and address. With the ``mark`` of the organisation,
    read in the same transaction, desks and principals are those kept under it.
    """
    found = _KEPT.get(mark, (person_id, clock.today()), lambda: _unseated(session, person_id))
    chosen = next((desk for desk in found.desks if desk.holding_id == holding_id), None)
    return replace(found, desk=chosen or next(iter(found.desks), None), **facts)


def _unseated(session: Session, person_id: int) -> Actor:
    person = session.get_one(Person, person_id)
    desks = desks_of(session, person_id)
    principals = principals_of(session, person_id, desks)
    return Actor(person_id, person.full_name, desks=desks, principals=principals)


def post_with_role(
    session: Session, office_id: int, role: str, day: date | None = None
) -> Post | None:
    """The first open post of an office that carries a role today."""
    day = day or clock.today()
    return session.scalars(
        select(Post)
        .join(PostRole, PostRole.post_id == Post.id)
        .where(
            Post.office_id == office_id,
            PostRole.role == role,
            PostRole.starts_on <= day,
            (PostRole.ends_on.is_(None)) | (PostRole.ends_on >= day),
            (Post.closed_on.is_(None)) | (Post.closed_on > day),
        )
        .order_by(Post.id)
        .limit(1)
    ).first()


def position_words(desk: Desk, person_title: str = "") -> str:
    """Position as it stands under a signature; acting: the acting words and the owner's position.

    App. 3 §4: own position first, then the acting words with the position acted for.
    """
    if desk.kind == HoldingKind.SUBSTANTIVE.value:
        return desk.post_title
    acting = f"{HoldingKind(desk.kind).label}{desk.post_title}"
    return f"{person_title} {acting}".strip()


def own_title(actor: Actor) -> str:
    """The title of a person's own (substantive) post, for acting signatures; empty without one."""
    for desk in actor.desks:
        if desk.kind == HoldingKind.SUBSTANTIVE.value:
            return desk.post_title
    return ""


def signature_of(actor: Actor) -> tuple[str, str]:
    """Name and position as copied at signing; never looked up later."""
    if actor.desk is None:
        return actor.name, ""
    return actor.name, position_words(actor.desk, own_title(actor))


def _roles(session: Session, post_ids: list[int], day: date) -> dict[int, frozenset[str]]:
    if not post_ids:
        return {}
    found: dict[int, set[str]] = {}
    for post_id, role in session.execute(_ROLES, {"posts": post_ids, "day": day}):
        found.setdefault(post_id, set()).add(role)
    return {post_id: frozenset(roles) for post_id, roles in found.items()}


def _desk(row: Any, roles: frozenset[str]) -> Desk:
    return Desk(
        holding_id=row.id,
        public_id=row.public_id,
        kind=row.kind,
        order_no=row.order_no,
        ends_on=row.ends_on,
        post_id=row.post_id,
        post_title=row.title,
        office_id=row.office_id,
        office_public_id=row.office_public_id,
        office_kind=row.office_kind,
        office_name=row.short_name or row.name,
        group_id=row.group_id,
        group_name=row.group_name,
        roles=roles,
        is_acting=row.kind != HoldingKind.SUBSTANTIVE.value,
        scope=row.scope,
        parts=frozenset(row.scope_parts.split()),
        letter_kinds=frozenset(row.scope_kinds.split()),
    )
