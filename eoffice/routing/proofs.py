"""Reading what proves the fate of letters outside the system: for the sending office only."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.actor import Actor
from eoffice.documents.models import Blob, Letter, Proof
from eoffice.documents.queries import visible_to
from eoffice.routing.models import Delivery
from eoffice.routing.rules import DeliveryNotFound


def proofs_of(session: Session, actor: Actor, letter: Letter) -> dict[str, str]:
    """Names of the proofs of a letter's deliveries by delivery; for the sending office only."""
    if letter.office_id not in {desk.office_id for desk in actor.desks}:
        return {}
    rows = session.execute(
        select(Delivery.public_id, Proof.name)
        .join(Proof, Proof.delivery_id == Delivery.id)
        .where(Delivery.letter_id == letter.id)
    )
    return {row[0]: row[1] for row in rows}


def load_proof(session: Session, actor: Actor, public_id: str) -> tuple[Proof, Blob]:
    """The proof of a delivery, for its sending office. Raises ``DeliveryNotFound`` (404)."""
    row = session.execute(
        select(Proof, Blob)
        .join(Blob, Blob.id == Proof.blob_id)
        .join(Delivery, Delivery.id == Proof.delivery_id)
        .join(Letter, Letter.id == Delivery.letter_id)
        .where(
            Delivery.public_id == public_id,
            visible_to(actor),
            Letter.office_id.in_([desk.office_id for desk in actor.desks]),
        )
    ).one_or_none()
    if row is None:
        raise DeliveryNotFound
    return row[0], row[1]
