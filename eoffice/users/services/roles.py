"""Roles of posts: given by an order, with dates, and ended."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.users.models import Post, PostRole
from eoffice.users.rules import PostClosed, Role, RoleHeld, RoleNotHeld, check_period
from eoffice.users.services.organisation import (
    check_role_grant,
    require_admin,
    require_post_right,
)
from eoffice.verbs import Verb


def set_role(
    session: Session,
    actor: Actor,
    post: Post,
    *,
    role: str,
    starts_on: date,
    ends_on: date | None = None,
    order_no: str = "",
) -> PostRole:
    """Give a post a role by an order, with dates (App. 6 §4.1.1). Raises ``DatesReversed``,
    ``RoleHeld``, ``PostClosed``."""
    require_admin(actor, Verb.SET_ROLE, post.office_id)
    require_post_right(session, actor, post)
    check_role_grant(actor, role)
    check_period(starts_on, ends_on)
    if post.closed_on is not None and post.closed_on <= starts_on:
        raise PostClosed
    _refuse_held(session, post, role, starts_on, ends_on)
    row = PostRole(
        post_id=post.id,
        role=Role(role).value,
        starts_on=starts_on,
        ends_on=ends_on,
        order_no=order_no,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor,
        Verb.SET_ROLE,
        row,
        chain=DISTRICT_CHAIN,
        post=post.title,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        order_no=order_no,
    )
    return row


def end_role(session: Session, actor: Actor, row: PostRole, *, ends_on: date) -> None:
    """End a role of a post on a day (inclusive). Raises ``RoleNotHeld``, ``DatesReversed``."""
    post = session.get_one(Post, row.post_id)
    require_admin(actor, Verb.SET_ROLE, post.office_id)
    check_role_grant(actor, row.role)
    if row.ends_on is not None and row.ends_on <= ends_on:
        raise RoleNotHeld
    check_period(row.starts_on, ends_on)
    row.ends_on = ends_on
    record(
        session,
        actor,
        Verb.SET_ROLE,
        row,
        chain=DISTRICT_CHAIN,
        post=post.title,
        role=row.role,
        ends_on=ends_on,
    )


def live_role(session: Session, post: Post, role: str) -> PostRole:
    """The role of a post that has not ended, locked. Raises ``RoleNotHeld``."""
    row = session.scalars(
        select(PostRole)
        .where(
            PostRole.post_id == post.id,
            PostRole.role == role,
            (PostRole.ends_on.is_(None)) | (PostRole.ends_on >= clock.today()),
        )
        .order_by(PostRole.starts_on, PostRole.id)
        .limit(1)
        .with_for_update()
    ).first()
    if row is None:
        raise RoleNotHeld
    return row


def _refuse_held(
    session: Session, post: Post, role: str, starts_on: date, ends_on: date | None
) -> None:
    held = select(PostRole.id).where(
        PostRole.post_id == post.id,
        PostRole.role == Role(role).value,
        (PostRole.ends_on.is_(None)) | (PostRole.ends_on >= starts_on),
    )
    if ends_on is not None:
        held = held.where(PostRole.starts_on <= ends_on)
    if session.scalars(held.limit(1)).first() is not None:
        raise RoleHeld(role=Role(role).label)
