"""The picture of a person's signature: set and taken away by the person alone.

Signing by name in a system that knows who signs is enough (ข้อ 26 ¶3); the picture stands above it.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.documents.models import Signature
from eoffice.documents.rules import NoSignature
from eoffice.documents.services.attaching import DrawnPicture, blob_of
from eoffice.users.models import Person
from eoffice.users.permissions import require
from eoffice.verbs import Verb


def set_signature(session: Session, actor: Actor, drawn: DrawnPicture) -> Signature:
    """Sign with a picture from now on; what was signed before keeps the one of its day.

    Its bytes belong to the office of the desk in use.
    """
    desk = require(actor, Verb.SET_SIGNATURE)
    person = _person(session, actor)
    _end_current(session, person)
    blob = blob_of(session, desk.office_id, drawn.file)
    row = Signature(
        person_id=person.id,
        blob_id=blob.id,
        width=drawn.width,
        height=drawn.height,
        set_at=clock.now(),
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor,
        Verb.SET_SIGNATURE,
        person,
        files=[blob.sha256],
        width=drawn.width,
        height=drawn.height,
    )
    return row


def remove_signature(session: Session, actor: Actor) -> None:
    """Sign with the typed name alone from now on. Raises ``NoSignature``."""
    require(actor, Verb.SET_SIGNATURE)
    person = _person(session, actor)
    if not _end_current(session, person):
        raise NoSignature
    record(session, actor, Verb.SET_SIGNATURE, person, removed=True)


def _person(session: Session, actor: Actor) -> Person:
    return session.scalars(
        select(Person).where(Person.id == actor.person_id).with_for_update()
    ).one()


def _end_current(session: Session, person: Person) -> bool:
    row = session.scalars(
        select(Signature).where(Signature.person_id == person.id, Signature.ended_at.is_(None))
    ).one_or_none()
    if row is not None:
        row.ended_at = clock.now()
        session.flush()
    return row is not None
