"""The office's list of signing authority: who beside the head signs which kinds of letters.

Who may sign is set by the head, in writing and for matters of that post only (App. 3 §1–2): each
line names a post, a kind of letters, the order and its dates. The head is told of every new line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.documents.rules import LetterKind
from eoffice.documents.services.drafting import check_text
from eoffice.routing.case_queries import LEVEL, seats
from eoffice.routing.models import SigningAuthority
from eoffice.routing.refusals import (
    AuthorityEnded,
    AuthorityHeld,
    AuthorityHow,
    AuthorityOrderMissing,
    AuthorityPostUnfit,
)
from eoffice.routing.signers import kind_words, load_line
from eoffice.users.models import Post
from eoffice.users.permissions import require
from eoffice.users.rules import Role, check_period
from eoffice.verbs import Verb


@dataclass(frozen=True)
class Delegation:
    """A line of the list as it is typed; ``post`` is a public id, an empty ``kind`` every kind."""

    post: str
    how: str
    order_no: str
    kind: str = ""
    matters: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


def set_authority(session: Session, actor: Actor, wanted: Delegation) -> SigningAuthority:
    """Add a line to the list of the desk's office.

    Raises ``AuthorityPostUnfit``, ``AuthorityOrderMissing``, ``AuthorityHeld``, ``DatesReversed``.
    """
    desk = require(actor, Verb.SET_AUTHORITY)
    post = _deputy_of(session, desk.office_id, wanted.post)
    order_no = check_text("เลขที่คำสั่ง", wanted.order_no, 80)
    if not order_no:
        raise AuthorityOrderMissing
    starts_on = wanted.starts_on or clock.today()
    check_period(starts_on, wanted.ends_on)
    kind = LetterKind(wanted.kind).value if wanted.kind else ""
    _refuse_overlap(session, post, kind, starts_on, wanted.ends_on)
    line = SigningAuthority(
        office_id=desk.office_id,
        post_id=post.id,
        kind=kind,
        how=AuthorityHow(wanted.how).value,
        matters=check_text("เรื่องที่มอบ", wanted.matters, 500),
        order_no=order_no,
        starts_on=starts_on,
        ends_on=wanted.ends_on,
    )
    session.add(line)
    session.flush()
    record(
        session,
        actor,
        Verb.SET_AUTHORITY,
        line,
        post=post.title,
        kind=kind_words(kind),
        how=line.how,
        matters=line.matters,
        order_no=order_no,
        starts_on=starts_on,
        ends_on=wanted.ends_on,
    )
    return line


def end_authority(
    session: Session, actor: Actor, public_id: str, *, ends_on: date
) -> SigningAuthority:
    """End a line on a day (inclusive); an end that is set is only brought forward.

    Raises ``AuthorityNotFound``, ``AuthorityEnded``, ``DatesReversed``.
    """
    line = load_line(session, actor, public_id, for_update=True)
    require(actor, Verb.END_AUTHORITY)
    if line.ends_on is not None and line.ends_on <= ends_on:
        raise AuthorityEnded
    check_period(line.starts_on, ends_on)
    line.ends_on = ends_on
    post = session.get_one(Post, line.post_id)
    record(session, actor, Verb.END_AUTHORITY, line, post=post.title, ends_on=ends_on)
    return line


def _deputy_of(session: Session, office_id: int, public_id: str) -> Post:
    highest = LEVEL[Role.DIRECTOR.value]
    for seat in seats(session, office_id):
        if seat.post.public_id == public_id and 0 < seat.level < highest:
            return seat.post
    raise AuthorityPostUnfit


def _refuse_overlap(
    session: Session, post: Post, kind: str, starts_on: date, ends_on: date | None
) -> None:
    overlapping = select(SigningAuthority.id).where(
        SigningAuthority.post_id == post.id,
        SigningAuthority.kind == kind,
        or_(SigningAuthority.ends_on.is_(None), SigningAuthority.ends_on >= starts_on),
    )
    if ends_on is not None:
        overlapping = overlapping.where(SigningAuthority.starts_on <= ends_on)
    if session.scalars(overlapping.limit(1)).first() is not None:
        raise AuthorityHeld
