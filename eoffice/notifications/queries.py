"""Reading one's own bells: told to one's principals, wanted, and of what one may see now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from eoffice.activity.models import Activity
from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.documents.queries import visible_to, visible_to_given
from eoffice.documents.rules import Secrecy
from eoffice.given import given, one_of
from eoffice.notifications.models import (
    Notification,
    NotificationMute,
    NotificationRead,
    NotificationSeen,
)
from eoffice.notifications.rules import (
    SHOWN_AT_MOST,
    Kind,
    NotificationNotFound,
)
from eoffice.users.access import given_by
from eoffice.users.models import Office, Principal
from eoffice.users.rules import PrincipalKind, Role

PAGE = 50


@dataclass(frozen=True)
class Bell:
    """A notification with its letter as far as the reader may see it now.

    ``letter`` is none for grants, and for a recalled letter that is hidden again: then ``number``
    and ``office`` (whose act it was) are all that is told. ``told_to`` is the principal.
    """

    notification: Notification
    letter: Letter | None
    number: str
    office: str
    told_to: tuple[str, int]
    facts: dict[str, Any]
    verb: str
    is_unread: bool

    @property
    def at(self) -> datetime:
        """When it was told."""
        return self.notification.at


def bells(
    session: Session,
    actor: Actor,
    *,
    before: str = "",
    unread_only: bool = False,
    limit: int = PAGE,
) -> list[Bell]:
    """A person's notifications, newest first; ``before`` is the public id of the last one shown.
    One statement; up to ``limit + 1`` rows."""
    office = func.coalesce(func.nullif(Office.short_name, ""), Office.name, Letter.sender_text, "")
    shown = select(
        Notification, Letter, visible_to_given(), office, Principal, Activity, _is_unread()
    )
    query = (
        _own(shown)
        .join(Principal, Principal.id == Notification.principal_id)
        .outerjoin(Activity, Activity.id == Notification.activity_id)
        .outerjoin(Office, Office.id == func.coalesce(Activity.office_id, Letter.office_id))
        .order_by(Notification.id.desc())
        .limit(limit + 1)
    )
    if before:
        last = select(Notification.id).where(Notification.public_id == before).scalar_subquery()
        query = query.where(Notification.id < last)
    if unread_only:
        query = query.where(_is_unread())
    return [_bell(*row) for row in session.execute(query, asked_by(actor))]


def unread_of_letter(session: Session, actor: Actor, letter_id: int) -> list[int]:
    """What a person was told of a letter and has not read."""
    query = _own(select(Notification.id)).where(Notification.letter_id == letter_id, _is_unread())
    return list(session.scalars(query, asked_by(actor)))


def load_notification(session: Session, actor: Actor, public_id: str) -> Notification:
    """One of the own notifications; anything else raises ``NotificationNotFound`` (404)."""
    query = _own(select(Notification)).where(Notification.public_id == public_id)
    found = session.scalars(query, asked_by(actor)).one_or_none()
    if found is None:
        raise NotificationNotFound
    return found


def muted_kinds(session: Session, actor: Actor) -> set[str]:
    """The kinds that a person does not want."""
    rows = select(NotificationMute.kind).where(NotificationMute.person_id == actor.person_id)
    return set(session.scalars(rows))


def letter_of(session: Session, actor: Actor, notification: Notification) -> Letter | None:
    """The letter of a notification if it is visible now."""
    return session.scalars(
        select(Letter).where(Letter.id == notification.letter_id, visible_to(actor))
    ).one_or_none()


def _own(query: Any) -> Any:
    """Told to the person, of a kind that is wanted, and not of what is hidden now.

    Of a recalled letter the registry that had it is told the number, which it knew, and no more;
    of a classified one nothing. Who asks comes with the values.
    """
    is_muted = exists(
        select(literal(1)).where(
            NotificationMute.person_id == _PERSON, NotificationMute.kind == Notification.kind
        )
    )
    is_told_of_recall = and_(
        Notification.kind == Kind.RECALL.value, Letter.secrecy == Secrecy.NORMAL.value
    )
    return query.outerjoin(Letter, Letter.id == Notification.letter_id).where(
        Notification.principal_id.in_(_ears()),
        ~is_muted,
        or_(Notification.letter_id.is_(None), visible_to_given(), is_told_of_recall),
    )


def _ears() -> Select[Any]:
    """The principals through which a person is told: as registrar the registry, and post, group
    and person. Who reads along with a registry is not called by its bell."""
    return select(Principal.id).where(
        one_of(Principal.id, "principals"),
        or_(
            Principal.kind != PrincipalKind.REGISTRY.value,
            one_of(Principal.subject_id, "registries"),
        ),
    )


def _is_unread() -> ColumnElement[bool]:
    last = select(NotificationSeen.last_id).where(NotificationSeen.person_id == _PERSON)
    is_read = exists(
        select(literal(1)).where(
            NotificationRead.person_id == _PERSON,
            NotificationRead.notification_id == Notification.id,
        )
    )
    return and_(
        Notification.settled_at.is_(None),
        Notification.id > func.coalesce(last.scalar_subquery(), 0),
        ~is_read,
    )


def asked_by(actor: Actor) -> dict[str, Any]:
    """Who asks: the values of every query about the own notifications."""
    registries = [desk.office_id for desk in actor.desks if Role.REGISTRAR in desk.roles]
    return given_by(actor) | {"person": actor.person_id, "registries": registries}


_PERSON = given("person", BigInteger())
UNREAD = select(func.count()).select_from(
    _own(select(literal(1)).select_from(Notification))
    .where(_is_unread())
    .limit(SHOWN_AT_MOST + 1)
    .subquery()
)
"""How many notifications a person has not read, counted up to one more than is shown; none for who
has no principals. Asked by every page and poll, with the values of ``asked_by``."""


def _bell(
    notification: Notification,
    letter: Letter | None,
    is_visible: bool,
    office: str,
    principal: Principal,
    activity: Activity | None,
    is_unread: bool,
) -> Bell:
    return Bell(
        notification=notification,
        letter=letter if is_visible else None,
        number=letter.letter_no if letter is not None else "",
        office=office,
        told_to=(principal.kind, principal.subject_id),
        facts=json.loads(activity.facts) if activity is not None else {},
        verb=activity.verb if activity is not None else "",
        is_unread=bool(is_unread),
    )
