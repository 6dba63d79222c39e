"""Groups of an office and networks of schools: changing, members, closing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.users.models import Group, Network, Office, Post
from eoffice.users.rules import (
    GroupClosed,
    GroupInUse,
    GroupNotFound,
    NameMissing,
    NameTaken,
    NetworkInUse,
    NetworkNotFound,
    OfficeKind,
    OfficeNotFound,
    StaleDivision,
)
from eoffice.users.services.organisation import require_admin
from eoffice.verbs import Verb


def change_group(
    session: Session, actor: Actor, public_id: str, *, version: int, name: str, position: int
) -> Group:
    """Change the name or the place of a group; old and new stand in the log.

    Raises ``GroupNotFound``, ``GroupClosed``, ``StaleDivision``, ``NameMissing``, ``NameTaken``.
    """
    group = _open_group(session, actor, Verb.CHANGE_GROUP, public_id, version)
    others = select(Group.id).where(Group.office_id == group.office_id, Group.id != group.id)
    name = _free_name(session, name, others.where(Group.name == name.strip()))
    old = {"name": group.name, "position": group.position}
    group.name, group.position, group.version = name, position, group.version + 1
    new = {"name": name, "position": position}
    record(session, actor, Verb.CHANGE_GROUP, group, chain=DISTRICT_CHAIN, old=old, new=new)
    return group


def close_group(session: Session, actor: Actor, public_id: str, *, version: int) -> Group:
    """Close a group from today on; its letters and its log stay. Raises ``GroupInUse`` and as
    ``change_group``."""
    group = _open_group(session, actor, Verb.CLOSE_GROUP, public_id, version)
    count = session.scalar(
        select(func.count()).where(
            Post.group_id == group.id,
            or_(Post.closed_on.is_(None), Post.closed_on > clock.today()),
        )
    )
    if count:
        raise GroupInUse(count=count)
    group.closed_on, group.version = clock.today(), group.version + 1
    record(session, actor, Verb.CLOSE_GROUP, group, chain=DISTRICT_CHAIN, name=group.name)
    return group


def change_network(
    session: Session, actor: Actor, public_id: str, *, version: int, name: str
) -> Network:
    """Rename a network. Raises ``NetworkNotFound``, ``StaleDivision``, ``NameMissing``,
    ``NameTaken``."""
    network = _network(session, actor, Verb.CHANGE_NETWORK, public_id, version)
    others = select(Network.id).where(Network.id != network.id, Network.name == name.strip())
    name = _free_name(session, name, others)
    old = network.name
    network.name, network.version = name, network.version + 1
    record(session, actor, Verb.CHANGE_NETWORK, network, chain=DISTRICT_CHAIN, old=old, new=name)
    return network


def set_members(
    session: Session, actor: Actor, public_id: str, *, version: int, offices: Iterable[str]
) -> Network:
    """Let exactly these schools (by public id) be in a network; one in another leaves that.

    Raises ``NetworkNotFound``, ``StaleDivision``, and ``OfficeNotFound`` when one of them is no
    open school: then nothing changes.
    """
    network = _network(session, actor, Verb.CHANGE_NETWORK, public_id, version)
    wanted = set(offices)
    schools = {
        office.public_id: office
        for office in session.scalars(
            select(Office)
            .where(
                Office.kind == OfficeKind.SCHOOL.value,
                or_(Office.closed_on.is_(None), Office.closed_on > clock.today()),
            )
            .order_by(Office.id)
            .with_for_update()
        )
    }
    if not wanted <= schools.keys():
        raise OfficeNotFound
    came = [o for key, o in schools.items() if key in wanted and o.network_id != network.id]
    went = [o for key, o in schools.items() if key not in wanted and o.network_id == network.id]
    for office in came:
        office.network_id = network.id
    for office in went:
        office.network_id = None
    network.version += 1
    record(
        session,
        actor,
        Verb.CHANGE_NETWORK,
        network,
        chain=DISTRICT_CHAIN,
        name=network.name,
        came=[office.name for office in came],
        went=[office.name for office in went],
    )
    return network


def close_network(session: Session, actor: Actor, public_id: str, *, version: int) -> None:
    """Close a network that has no schools: it is a list of recipients, not a register, so its row
    goes and the log says so. Raises ``NetworkInUse`` and as ``change_network``."""
    network = _network(session, actor, Verb.CLOSE_NETWORK, public_id, version)
    count = session.scalar(select(func.count()).where(Office.network_id == network.id))
    if count:
        raise NetworkInUse(count=count)
    session.delete(network)
    record(session, actor, Verb.CLOSE_NETWORK, network, chain=DISTRICT_CHAIN, name=network.name)


def _open_group(session: Session, actor: Actor, verb: Verb, public_id: str, version: int) -> Group:
    group = session.scalars(
        select(Group).where(Group.public_id == public_id).with_for_update()
    ).one_or_none()
    if group is None:
        raise GroupNotFound
    require_admin(actor, verb, group.office_id)
    if group.closed_on is not None:
        raise GroupClosed
    if group.version != version:
        raise StaleDivision
    return group


def _network(session: Session, actor: Actor, verb: Verb, public_id: str, version: int) -> Network:
    require_admin(actor, verb)
    network = session.scalars(
        select(Network).where(Network.public_id == public_id).with_for_update()
    ).one_or_none()
    if network is None:
        raise NetworkNotFound
    if network.version != version:
        raise StaleDivision
    return network


def _free_name(session: Session, name: str, taken: Any) -> str:
    name = name.strip()
    if not name:
        raise NameMissing
    if session.scalars(taken.limit(1)).first() is not None:
        raise NameTaken(name=name)
    return name
