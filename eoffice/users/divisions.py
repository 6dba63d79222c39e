"""Reading groups and networks for those who administer them; to all others they are absent."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.actor import Actor
from eoffice.users.directory import load_office
from eoffice.users.models import Group, Network, Office
from eoffice.users.permissions import may
from eoffice.users.queries import open_offices
from eoffice.users.rules import GroupNotFound, NetworkNotFound, OfficeKind, OfficeNotFound
from eoffice.verbs import Verb


def load_group(session: Session, actor: Actor, public_id: str) -> tuple[Group, Office]:
    """A group of an office this desk administers. Raises ``GroupNotFound``."""
    row = session.execute(
        select(Group, Office.public_id)
        .join(Office, Office.id == Group.office_id)
        .where(Group.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise GroupNotFound
    try:
        return row[0], load_office(session, actor, row[1])
    except OfficeNotFound:
        raise GroupNotFound from None


def load_network(session: Session, actor: Actor, public_id: str) -> Network:
    """A network, for the district's administrator. Raises ``NetworkNotFound``."""
    row = session.scalars(select(Network).where(Network.public_id == public_id)).one_or_none()
    if row is None or not may(actor, Verb.CHANGE_NETWORK):
        raise NetworkNotFound
    return row


def schools_with_networks(session: Session) -> list[tuple[Office, str]]:
    """Open schools by code with the name of the network each is in."""
    names = {row.id: row.name for row in session.scalars(select(Network))}
    schools = open_offices(session, (OfficeKind.SCHOOL.value,))
    return [(school, names.get(school.network_id or 0, "")) for school in schools]
