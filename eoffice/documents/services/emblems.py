"""The emblem of an office: set and taken away; printing uses it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.documents.models import Emblem
from eoffice.documents.rules import NoEmblem
from eoffice.documents.services.attaching import DrawnPicture, blob_of
from eoffice.users.services.organisation import office_of, require_admin, require_open
from eoffice.verbs import Verb


def set_emblem(session: Session, actor: Actor, office_id: str, drawn: DrawnPicture) -> Emblem:
    """Give an office an emblem, in the place of an older one. Raises ``OfficeNotFound``,
    ``OfficeClosed``, ``RoleMissing``."""
    office = office_of(session, office_id)
    require_admin(actor, Verb.SET_EMBLEM, office.id)
    require_open(office)
    blob = blob_of(session, office.id, drawn.file)
    row = session.merge(
        Emblem(
            office_id=office.id,
            blob_id=blob.id,
            width=drawn.width,
            height=drawn.height,
            set_at=clock.now(),
        )
    )
    record(
        session,
        actor,
        Verb.SET_EMBLEM,
        office,
        chain=DISTRICT_CHAIN,
        files=[blob.sha256],
        width=drawn.width,
        height=drawn.height,
    )
    return row


def remove_emblem(session: Session, actor: Actor, office_id: str) -> None:
    """Take an office's emblem away; its bytes are swept later. Raises ``NoEmblem``."""
    office = office_of(session, office_id)
    require_admin(actor, Verb.SET_EMBLEM, office.id)
    row = session.get(Emblem, office.id)
    if row is None:
        raise NoEmblem
    session.delete(row)
    record(session, actor, Verb.SET_EMBLEM, office, chain=DISTRICT_CHAIN, removed=True)
