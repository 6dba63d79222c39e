"""Offices and people: somebody registers, somebody signs, nobody acts twice over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, exists, literal, or_, select
from sqlalchemy.orm import aliased

from eoffice import clock
from eoffice.checks.rules import Defect, Found, Severity
from eoffice.checks.scope import Scope
from eoffice.users.accounts import Account
from eoffice.users.models import Holding, Office, Post, PostRole
from eoffice.users.rules import HoldingKind, OfficeKind, Role


def offices_have_registrar_and_head(scope: Scope) -> Iterator[Found]:
    """C15 · Each open office has somebody who registers and somebody who signs (a warning: posts
    stand empty in life)."""
    today = clock.today()
    offices = scope.session.execute(
        select(Office.id, Office.code, Office.name)
        .where(Office.kind != OfficeKind.AGENCY.value)
        .where(or_(Office.closed_on.is_(None), Office.closed_on > today))
        .order_by(Office.code)
    ).all()
    for role, defect in ((Role.REGISTRAR, Defect.NO_REGISTRAR), (Role.DIRECTOR, Defect.NO_HEAD)):
        staffed = set(
            scope.session.scalars(
                select(Post.office_id)
                .join(PostRole, PostRole.post_id == Post.id)
                .join(Holding, Holding.post_id == Post.id)
                .where(
                    PostRole.role == role.value,
                    _is_in_force(PostRole.starts_on, PostRole.ends_on, today),
                    _is_in_force(Holding.starts_on, Holding.ends_on, today),
                    or_(Post.closed_on.is_(None), Post.closed_on > today),
                )
            )
        )
        for office_id, code, name in offices:
            if office_id not in staffed:
                yield Found(defect, f"office {code}", name, Severity.WARNING)


def acting_periods_do_not_overlap(scope: Scope) -> Iterator[Found]:
    """C15 · One person acts in a post at a time, one holds it (App. 3)."""
    other = aliased(Holding)
    substantive = HoldingKind.SUBSTANTIVE.value
    twice = (
        select(Post.public_id, Post.title)
        .join(Holding, Holding.post_id == Post.id)
        .join(other, and_(other.post_id == Holding.post_id, other.id > Holding.id))
        .where(
            (Holding.kind == substantive) == (other.kind == substantive),
            or_(Holding.ends_on.is_(None), Holding.ends_on >= other.starts_on),
            or_(other.ends_on.is_(None), other.ends_on >= Holding.starts_on),
        )
        .distinct()
    )
    for public_id, title in scope.session.execute(twice):
        yield Found(Defect.ACTING_OVERLAPS, f"post {public_id}", title)


def active_accounts_have_a_post(scope: Scope) -> Iterator[Found]:
    """C15 · Who can sign in holds a post today (a warning: the account is to be disabled)."""
    holds = exists(
        select(literal(1)).where(
            Holding.person_id == Account.person_id,
            _is_in_force(Holding.starts_on, Holding.ends_on, clock.today()),
        )
    )
    idle = select(Account.username).where(
        Account.disabled_at.is_(None), Account.password_hash != "", ~holds
    )
    for username in scope.session.scalars(idle):
        yield Found(Defect.ACCOUNT_WITHOUT_POST, f"account {username}", "", Severity.WARNING)


def _is_in_force(starts_on: Any, ends_on: Any, day: Any) -> Any:
    return and_(starts_on <= day, or_(ends_on.is_(None), ends_on >= day))
