"""Who may sign for an office today: the holders of the head's post and those who act for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.users.models import Holding, Person, Post, PostRole
from eoffice.users.rules import HoldingKind, Role


@dataclass(frozen=True)
class Signer:
    """A person who may sign, at which post, how and by which order (App. 3 §1–4)."""

    name: str
    title: str
    how: str
    ends_on: date | None
    scope: str


def signers_today(session: Session, office_id: int, day: date | None = None) -> list[Signer]:
    """The list of signing authority of an office on a Bangkok day."""
    day = day or clock.today()
    rows = session.execute(
        select(Holding, Post, Person)
        .join(Post, Post.id == Holding.post_id)
        .join(PostRole, PostRole.post_id == Post.id)
        .join(Person, Person.id == Holding.person_id)
        .where(
            Post.office_id == office_id,
            PostRole.role == Role.DIRECTOR.value,
            PostRole.starts_on <= day,
            or_(PostRole.ends_on.is_(None), PostRole.ends_on >= day),
            or_(Post.closed_on.is_(None), Post.closed_on > day),
            Holding.starts_on <= day,
            or_(Holding.ends_on.is_(None), Holding.ends_on >= day),
        )
        .order_by(Holding.kind != HoldingKind.SUBSTANTIVE.value, Holding.starts_on, Holding.id)
    )
    return [
        Signer(
            person.full_name,
            post.title,
            " ".join(filter(None, (HoldingKind(holding.kind).label, holding.order_no))),
            holding.ends_on,
            holding.scope,
        )
        for holding, post, person in rows
    ]
