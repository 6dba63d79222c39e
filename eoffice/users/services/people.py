"""People and how they hold posts."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.users.access import ensure_principal
from eoffice.users.models import Holding, Office, Person, Post
from eoffice.users.refusals import ScopeOfFullPower, ScopePart, ScopeUnknown
from eoffice.users.rules import (
    HoldingEnded,
    HoldingKind,
    HoldingNotFound,
    NameMissing,
    OrderNumberMissing,
    PersonNotFound,
    PostClosed,
    PostNotFound,
    PostOccupied,
    PrincipalKind,
    Role,
    ServesElsewhere,
    StalePerson,
    check_period,
)
from eoffice.users.services.organisation import require_admin, require_open, require_post_right
from eoffice.verbs import Verb

_CODE = re.compile(r"[a-z_]{1,20}")
PERSON_FIELDS = ("prefix", "rank", "academic_title", "first_name", "last_name", "email", "phone")


def add_person(session: Session, actor: Actor, **facts: str) -> Person:
    """Add a person and the principal of the person. Raises ``NameMissing``."""
    require_admin(actor, Verb.ADD_PERSON)
    person = Person(**{name: facts.get(name, "").strip() for name in PERSON_FIELDS})
    if not person.first_name or not person.last_name:
        raise NameMissing
    session.add(person)
    session.flush()
    ensure_principal(session, PrincipalKind.PERSON, person.id)
    record(session, actor, Verb.ADD_PERSON, person, chain=DISTRICT_CHAIN, name=person.full_name)
    return person


def change_person(
    session: Session, actor: Actor, person: Person, *, version: int | None = None, **facts: str
) -> Person:
    """Change a person's facts; old and new names stand in the log. Raises ``NameMissing``,
    ``StalePerson`` and what ``require_person`` raises."""
    require_person(session, actor, Verb.CHANGE_PERSON, person)
    if version is not None and person.version != version:
        raise StalePerson
    old = {name: getattr(person, name) for name in facts if name in PERSON_FIELDS}
    for name in old:
        setattr(person, name, facts[name].strip())
    if not person.first_name or not person.last_name:
        raise NameMissing
    person.version += 1
    record(session, actor, Verb.CHANGE_PERSON, person, chain=DISTRICT_CHAIN, old=old, new=facts)
    return person


def assign_post(
    session: Session,
    actor: Actor,
    person: Person,
    post: Post,
    *,
    kind: str = HoldingKind.SUBSTANTIVE.value,
    starts_on: date | None = None,
    ends_on: date | None = None,
    order_no: str = "",
    scope: str = "",
    parts: Collection[str] = (),
    letter_kinds: Collection[str] = (),
    is_main: bool = False,
) -> Holding:
    """Let a person hold a post: substantive, or acting by an order (App. 3, พ.ร.บ. 2546 ม.54).

    One substantive holder at a time, acting periods do not overlap (``PostOccupied``); an acting
    holding names order and last day (``OrderNumberMissing``); dates are inclusive Bangkok days.
    A delegation may be limited to parts of the work and kinds of letters (``ScopeOfFullPower``).
    The district alone fills its administration (``RoleMissing``, ``PostClosed``, ``OfficeClosed``).
    """
    require_admin(actor, Verb.ASSIGN_POST, post.office_id)
    require_post_right(session, actor, post)
    require_open(session.get_one(Office, post.office_id))
    starts_on = starts_on or clock.today()
    scope_parts, scope_kinds = _codes(kind, parts, set(ScopePart)), _codes(kind, letter_kinds)
    _check_holding(session, post, kind, starts_on, ends_on, order_no)
    holding = Holding(
        person_id=person.id,
        post_id=post.id,
        kind=HoldingKind(kind).value,
        starts_on=starts_on,
        ends_on=ends_on,
        order_no=order_no.strip(),
        scope=scope.strip(),
        scope_parts=scope_parts,
        scope_kinds=scope_kinds,
        is_main=is_main,
    )
    session.add(holding)
    session.flush()
    _record_assignment(session, actor, holding, person.full_name, post.title)
    return holding


def _record_assignment(
    session: Session, actor: Actor, holding: Holding, person: str, post: str
) -> None:
    record(
        session,
        actor,
        Verb.ASSIGN_POST,
        holding,
        chain=DISTRICT_CHAIN,
        person=person,
        post=post,
        kind=holding.kind,
        starts_on=holding.starts_on,
        ends_on=holding.ends_on,
        order_no=holding.order_no,
        parts=holding.scope_parts,
        letter_kinds=holding.scope_kinds,
    )


def _codes(kind: str, codes: Collection[str], known: Collection[str] = ()) -> str:
    """The codes of a limit as they are kept; raises ``ScopeOfFullPower``, ``ScopeUnknown``."""
    if codes and kind != HoldingKind.DELEGATED.value:
        raise ScopeOfFullPower
    if not all(_CODE.fullmatch(code) and code in (known or codes) for code in codes):
        raise ScopeUnknown
    return " ".join(sorted(codes))


def _check_holding(
    session: Session, post: Post, kind: str, starts_on: date, ends_on: date | None, order_no: str
) -> None:
    check_period(starts_on, ends_on)
    is_acting = HoldingKind(kind) is not HoldingKind.SUBSTANTIVE
    if is_acting and (not order_no.strip() or ends_on is None):
        raise OrderNumberMissing
    if post.closed_on is not None and post.closed_on <= starts_on:
        raise PostClosed
    _refuse_overlap(session, post, is_acting, starts_on, ends_on)


def end_holding(session: Session, actor: Actor, holding: Holding, *, ends_on: date) -> None:
    """End a holding on a day (inclusive). Queue and drafts stay with the post.

    An end that is set is only brought forward (``HoldingEnded``): to go on longer is a new
    appointment by a new order.
    """
    post = session.get_one(Post, holding.post_id)
    require_admin(actor, Verb.END_HOLDING, post.office_id)
    require_post_right(session, actor, post)
    if holding.ends_on is not None and holding.ends_on <= ends_on:
        raise HoldingEnded
    check_period(holding.starts_on, ends_on)
    holding.ends_on = ends_on
    person = session.get_one(Person, holding.person_id)
    record(
        session,
        actor,
        Verb.END_HOLDING,
        holding,
        chain=DISTRICT_CHAIN,
        person=person.full_name,
        post=post.title,
        ends_on=ends_on,
    )


def require_person(session: Session, actor: Actor, verb: Verb, person: Person) -> None:
    """The right to administer a person and the person's account.

    A district administrator any person; an office's administrator who serves in that office and
    nowhere else, and holds no post of the district's administration: one office's administrator
    never opens the door to another. Raises ``PersonNotFound``, ``ServesElsewhere``,
    ``RoleMissing``.
    """
    require_admin(actor, verb)
    if actor.desk is None or actor.has_role(Role.DISTRICT_ADMIN):
        return
    posts = posts_of_person(session, person.id)
    offices = {post.office_id for post in posts}
    if actor.desk.office_id not in offices:
        raise PersonNotFound
    if len(offices) > 1:
        raise ServesElsewhere(name=person.full_name)
    for post in posts:
        require_post_right(session, actor, post)


def posts_of_person(session: Session, person_id: int) -> list[Post]:
    """The posts that tie a person to offices: those held today or later; when there is none, the
    last one that was held, so that whoever left last is still found by the old office."""
    held = (
        select(Post)
        .join(Holding, Holding.post_id == Post.id)
        .join(Office, Office.id == Post.office_id)
        .where(Holding.person_id == person_id)
    )
    today = clock.today()
    live = held.where(
        or_(Holding.ends_on.is_(None), Holding.ends_on >= today),
        or_(Office.closed_on.is_(None), Office.closed_on > today),
    )
    found = list(session.scalars(live.distinct()))
    return found or list(session.scalars(held.order_by(Holding.id.desc()).limit(1)))


def holding_of(session: Session, public_id: str) -> tuple[Holding, Post, Person]:
    """The holding with a public id, locked, its post and person. Raises ``HoldingNotFound``."""
    row = session.execute(
        select(Holding, Post, Person)
        .join(Post, Post.id == Holding.post_id)
        .join(Person, Person.id == Holding.person_id)
        .where(Holding.public_id == public_id)
        .with_for_update(of=Holding)
    ).one_or_none()
    if row is None:
        raise HoldingNotFound
    return row[0], row[1], row[2]


def person_of(session: Session, public_id: str) -> Person:
    """The person with a public id. Raises ``PersonNotFound``."""
    person = session.scalars(select(Person).where(Person.public_id == public_id)).one_or_none()
    if person is None:
        raise PersonNotFound
    return person


def post_of(session: Session, public_id: str) -> Post:
    """The post with a public id, locked for writing. Raises ``PostNotFound``."""
    post = session.scalars(
        select(Post).where(Post.public_id == public_id).with_for_update()
    ).one_or_none()
    if post is None:
        raise PostNotFound
    return post


def _refuse_overlap(
    session: Session, post: Post, is_acting: bool, starts_on: date, ends_on: date | None
) -> None:
    substantive = HoldingKind.SUBSTANTIVE.value
    same_kind = Holding.kind != substantive if is_acting else Holding.kind == substantive
    overlapping = select(Holding.id).where(
        Holding.post_id == post.id,
        same_kind,
        or_(Holding.ends_on.is_(None), Holding.ends_on >= starts_on),
    )
    if ends_on is not None:
        overlapping = overlapping.where(Holding.starts_on <= ends_on)
    if session.scalars(overlapping.limit(1)).first() is not None:
        raise PostOccupied
