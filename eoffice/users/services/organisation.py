"""Offices, groups, networks and posts: adding, changing, closing."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.users.access import ensure_principal
from eoffice.users.models import Group, Network, Office, Post, PostRole
from eoffice.users.permissions import require
from eoffice.users.rules import (
    CodeTaken,
    GroupClosed,
    GroupNotFound,
    NameMissing,
    NameTaken,
    OfficeClosed,
    OfficeKind,
    OfficeNotFound,
    PostClosed,
    PrincipalKind,
    Role,
    RoleMissing,
    StaleOffice,
    StalePost,
    check_period,
)
from eoffice.verbs import Verb

RESERVED_ROLES = (Role.DISTRICT_ADMIN.value, Role.AUDITOR.value)
"""Given and taken by the district's administrator only."""
CHANGEABLE = ("name", "short_name", "address", "phone", "saraban_email", "all_staff_read")


def require_admin(actor: Actor, verb: Verb, office_id: int | None = None) -> None:
    """The right to administer: the system itself, a district administrator anywhere, an office's
    administrator in the own office. Raises ``NoDesk`` or ``RoleMissing``."""
    if actor.person_id is None:
        return
    desk = require(actor, verb)
    if Role.DISTRICT_ADMIN in desk.roles or office_id is None:
        return
    if desk.office_id != office_id:
        raise RoleMissing


def add_office(
    session: Session,
    actor: Actor,
    *,
    kind: str,
    code: str,
    name: str,
    short_name: str = "",
    network_id: int | None = None,
    opened_on: date | None = None,
    **details: str,
) -> Office:
    """Add an office and the principal of its registry. Raises ``NameMissing``, ``CodeTaken``."""
    require_admin(actor, Verb.ADD_OFFICE)
    if not name.strip() or not code.strip():
        raise NameMissing
    office = Office(
        kind=OfficeKind(kind).value,
        code=code.strip(),
        name=name.strip(),
        short_name=short_name.strip(),
        network_id=network_id,
        opened_on=opened_on or clock.today(),
        **{key: value.strip() for key, value in details.items()},
    )
    try:
        with session.begin_nested():
            session.add(office)
    except IntegrityError as error:
        raise CodeTaken(code=code) from error
    if office.kind != OfficeKind.AGENCY.value:
        ensure_principal(session, PrincipalKind.REGISTRY, office.id)
    record(session, actor, Verb.ADD_OFFICE, office, chain=DISTRICT_CHAIN, name=name, code=code)
    return office


def change_office(
    session: Session, actor: Actor, public_id: str, *, version: int, **changes: object
) -> Office:
    """Change the office's own facts; every changed field stands in the log with old and new."""
    office = office_of(session, public_id)
    require_admin(actor, Verb.CHANGE_OFFICE, office.id)
    if office.version != version:
        raise StaleOffice
    old = {name: getattr(office, name) for name in changes if name in CHANGEABLE}
    for name, value in changes.items():
        if name in CHANGEABLE:
            setattr(office, name, value.strip() if isinstance(value, str) else value)
    if not office.name:
        raise NameMissing
    office.version += 1
    record(session, actor, Verb.CHANGE_OFFICE, office, chain=DISTRICT_CHAIN, old=old, new=changes)
    return office


def set_network(session: Session, actor: Actor, office: Office, network_id: int | None) -> None:
    """Put a school into a network (or none): the district's administrator alone, as networks
    are."""
    require_admin(actor, Verb.ADD_NETWORK)
    office.network_id = network_id
    record(session, actor, Verb.CHANGE_OFFICE, office, chain=DISTRICT_CHAIN, network=network_id)


def set_code(session: Session, actor: Actor, office: Office, code: str) -> None:
    """Change the code by which imports know an office: the district's administrator alone.

    Letters, books, seals and the log know the office by itself, so that its history stays; the
    head is told. Raises ``NameMissing``, ``CodeTaken``.
    """
    require_admin(actor, Verb.CHANGE_CODE)
    old, code = office.code, code.strip()
    if not code:
        raise NameMissing
    try:
        with session.begin_nested():
            office.code = code
    except IntegrityError as error:
        raise CodeTaken(code=code) from error
    record(
        session,
        actor,
        Verb.CHANGE_CODE,
        office,
        chain=DISTRICT_CHAIN,
        office=office.name,
        old=old,
        new=code,
    )


def add_network(session: Session, actor: Actor, *, name: str) -> Network:
    """Add a network of schools. Raises ``NameMissing``, ``NameTaken``."""
    require_admin(actor, Verb.ADD_NETWORK)
    name = name.strip()
    if not name:
        raise NameMissing
    _refuse_taken(session, select(Network.id).where(Network.name == name), name)
    network = Network(name=name)
    session.add(network)
    session.flush()
    record(session, actor, Verb.ADD_NETWORK, network, chain=DISTRICT_CHAIN, name=network.name)
    return network


def add_group(
    session: Session, actor: Actor, office: Office, *, name: str, position: int = 0
) -> Group:
    """Add a group to an office, with its principal. Raises ``NameMissing``, ``NameTaken``,
    ``OfficeClosed``."""
    require_admin(actor, Verb.ADD_GROUP, office.id)
    require_open(office)
    name = name.strip()
    if not name:
        raise NameMissing
    known = select(Group.id).where(Group.office_id == office.id, Group.name == name)
    _refuse_taken(session, known, name)
    group = Group(office_id=office.id, name=name, position=position, opened_on=clock.today())
    session.add(group)
    session.flush()
    ensure_principal(session, PrincipalKind.GROUP, group.id)
    record(
        session, actor, Verb.ADD_GROUP, group, chain=DISTRICT_CHAIN, name=name, office=office.name
    )
    return group


def add_post(
    session: Session,
    actor: Actor,
    office: Office,
    *,
    title: str,
    roles: tuple[str, ...] = (),
    group_id: int | None = None,
    order_no: str = "",
    starts_on: date | None = None,
) -> Post:
    """Add a post (a seat that exists without a holder) with its roles and its principal.

    Raises ``NameMissing``, ``OfficeClosed``, and ``RoleMissing`` for a role that only the
    district's administrator gives.
    """
    require_admin(actor, Verb.ADD_POST, office.id)
    require_open(office)
    if not title.strip():
        raise NameMissing
    day = starts_on or clock.today()
    post = Post(office_id=office.id, group_id=group_id, title=title.strip(), opened_on=day)
    session.add(post)
    session.flush()
    ensure_principal(session, PrincipalKind.POST, post.id)
    for role in roles:
        check_role_grant(actor, role)
        session.add(
            PostRole(post_id=post.id, role=Role(role).value, order_no=order_no, starts_on=day)
        )
    record(
        session,
        actor,
        Verb.ADD_POST,
        post,
        chain=DISTRICT_CHAIN,
        title=post.title,
        office=office.name,
        roles=sorted(roles),
        order_no=order_no,
    )
    return post


def change_post(
    session: Session, actor: Actor, post: Post, *, version: int, title: str, group: Group | None
) -> Post:
    """Rename a post, or move it to another group of its office; old and new stand in the log.

    What was signed keeps the title of its day. With the group the post takes the group's letters
    and leaves those of the old one; to another office no post moves: letters, numbers and log are
    of an office. Raises ``PostClosed``, ``StalePost``, ``NameMissing``, ``GroupNotFound``,
    ``GroupClosed``, ``OfficeClosed``, and ``RoleMissing`` as ``close_post``.
    """
    require_admin(actor, Verb.CHANGE_POST, post.office_id)
    require_post_right(session, actor, post)
    require_open(session.get_one(Office, post.office_id))
    if post.closed_on is not None and post.closed_on <= clock.today():
        raise PostClosed
    if post.version != version:
        raise StalePost
    if not title.strip():
        raise NameMissing
    before = session.get(Group, post.group_id) if post.group_id else None
    _check_move(post, before, group)
    old = {"title": post.title, "group": before.name if before else ""}
    post.title, post.group_id = title.strip(), group.id if group else None
    post.version += 1
    new = {"title": post.title, "group": group.name if group else ""}
    record(session, actor, Verb.CHANGE_POST, post, chain=DISTRICT_CHAIN, old=old, new=new)
    return post


def _check_move(post: Post, before: Group | None, group: Group | None) -> None:
    if group is None or group is before:
        return
    if group.office_id != post.office_id:
        raise GroupNotFound
    if group.closed_on is not None:
        raise GroupClosed


def close_post(session: Session, actor: Actor, post: Post, *, closed_on: date) -> None:
    """Close a post: no new holding, its queue stays readable to the registry.

    Raises ``PostClosed``, ``DatesReversed``, and ``RoleMissing`` for a post of the district's
    administration.
    """
    require_admin(actor, Verb.CLOSE_POST, post.office_id)
    require_post_right(session, actor, post)
    if post.closed_on is not None:
        raise PostClosed
    check_period(post.opened_on, closed_on)
    post.closed_on = closed_on
    record(
        session, actor, Verb.CLOSE_POST, post, chain=DISTRICT_CHAIN, title=post.title, on=closed_on
    )


def require_open(office: Office) -> None:
    """Nothing is added to a closed office. Raises ``OfficeClosed``."""
    if office.closed_on is not None and office.closed_on <= clock.today():
        raise OfficeClosed(office=office.display_name)


def require_post_right(session: Session, actor: Actor, post: Post) -> None:
    """A post that carries the district's administration is changed and filled by the district's
    administrator only; else an office's administrator could become one. ``RoleMissing``."""
    if actor.person_id is None or actor.has_role(Role.DISTRICT_ADMIN):
        return
    held = session.scalars(
        select(PostRole.id).where(
            PostRole.post_id == post.id,
            PostRole.role.in_(RESERVED_ROLES),
            (PostRole.ends_on.is_(None)) | (PostRole.ends_on >= clock.today()),
        )
    ).first()
    if held is not None:
        raise RoleMissing


def office_of(session: Session, public_id: str) -> Office:
    """The office with a public id, locked for writing. Raises ``OfficeNotFound``."""
    office = session.scalars(
        select(Office).where(Office.public_id == public_id).with_for_update()
    ).one_or_none()
    if office is None:
        raise OfficeNotFound
    return office


def check_role_grant(actor: Actor, role: str) -> None:
    """Only the district's administrator gives the district's administration. ``RoleMissing``."""
    is_reserved = role in RESERVED_ROLES
    if is_reserved and actor.person_id is not None and not actor.has_role(Role.DISTRICT_ADMIN):
        raise RoleMissing


def _refuse_taken(session: Session, known: Select[Any], name: str) -> None:
    if session.scalars(known.limit(1)).first() is not None:
        raise NameTaken(name=name)
