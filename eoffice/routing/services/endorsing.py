"""What a signer is shown, as a fingerprint, and what is written beside it."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.rules import canonical_json
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.queries import current_signature
from eoffice.documents.services.attaching import files_hash
from eoffice.routing.models import Endorsement, Task
from eoffice.users.desks import signature_of
from eoffice.verbs import Verb

NOTE_LIMIT = 2_000


def document_hash(session: Session, letter: Letter) -> str:
    """The fingerprint of what a signer is shown: the files in order and the letter's own words."""
    shown = {
        "files": files_hash(session, letter.id),
        "kind": letter.kind,
        "subject": letter.subject,
        "addressee": letter.addressee,
        "body": letter.body,
        "closing": letter.closing,
        "urgency": letter.urgency,
        "is_circular": letter.is_circular,
        "to": letter.to_text,
    }
    return hashlib.sha256(canonical_json(shown).encode()).hexdigest()


def endorse(
    session: Session,
    actor: Actor,
    desk: Desk,
    letter: Letter,
    verb: Verb,
    text: str,
    task: Task | None = None,
) -> Endorsement:
    """Add an endorsement to a draft, with name and position as they are now (ข้อ 26 ¶3)."""
    name, position = signature_of(actor)
    row = Endorsement(
        letter_id=letter.id,
        task_id=task.id if task else None,
        office_id=desk.office_id,
        post_id=desk.post_id,
        person_id=actor.person_id,
        verb=verb.value,
        text=text,
        name=name,
        position=position,
        signature_id=current_signature(session, actor.person_id),
        at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row
