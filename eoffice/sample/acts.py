"""The acts of the sample: each one is what a page does, by the same services and the same roles."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from eoffice import clock
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible
from eoffice.documents.services.attaching import attach
from eoffice.documents.services.drafting import LetterFields, draft
from eoffice.registers.models import Book, RegisterEntry
from eoffice.registers.services.numbering import issue_number
from eoffice.routing.models import Delivery
from eoffice.routing.services import approving, receiving, sending
from eoffice.routing.services.addressing import Addressing, address
from eoffice.routing.services.endorsing import document_hash
from eoffice.sample.cast import Seat
from eoffice.sample.scene import Scene


def write(
    scene: Scene, seat: Seat, fields: LetterFields, to: Addressing | None, names: Sequence[str]
) -> str:
    """Draft a letter with its files and its recipients; returns its public id."""
    actor = scene.actor(seat)
    letter = draft(scene.session, actor, fields)
    if names:
        stored = [scene.folder.take(letter.office_id or 0, name) for name in names]
        attach(scene.session, actor, letter.public_id, stored, version=letter.version)
    if to is not None and not to.is_empty:
        address(scene.session, actor, letter.public_id, to, version=letter.version)
    return letter.public_id


def propose(scene: Scene, seat: Seat, public_id: str, note: str = "") -> None:
    """Propose a draft to the director."""
    actor = scene.actor(seat)
    letter = load_visible(scene.session, actor, public_id)
    approving.propose(scene.session, actor, public_id, version=letter.version, note=note)
    scene.follow()


def sign(scene: Scene, seat: Seat, public_id: str, note: str = "") -> None:
    """Read what is shown and sign it."""
    actor = scene.actor(seat)
    letter = load_visible(scene.session, actor, public_id)
    shown = document_hash(scene.session, letter)
    approving.sign(
        scene.session, actor, public_id, version=letter.version, shown_hash=shown, note=note
    )
    scene.follow()


def send_back(scene: Scene, seat: Seat, public_id: str, reason: str) -> None:
    """The signer sends a letter back to its drafter."""
    actor = scene.actor(seat)
    letter = load_visible(scene.session, actor, public_id)
    approving.send_back(scene.session, actor, public_id, version=letter.version, reason=reason)
    scene.follow()


def number(scene: Scene, seat: Seat, public_id: str, reserved: str = "") -> None:
    """Give the letter its number, or the reserved one of this year."""
    actor = scene.actor(seat)
    letter = load_visible(scene.session, actor, public_id)
    issue_number(
        scene.session, actor, public_id, version=letter.version, reserved=_usable(scene, reserved)
    )


def send(scene: Scene, seat: Seat, public_id: str) -> None:
    """Send a numbered letter."""
    actor = scene.actor(seat)
    letter = load_visible(scene.session, actor, public_id)
    sending.send(scene.session, actor, public_id, version=letter.version)
    scene.follow()


def cancel(scene: Scene, seat: Seat, public_id: str, reason: str) -> None:
    """Cancel a letter before it is sent; its number is burned."""
    actor = scene.actor(seat)
    letter = load_visible(scene.session, actor, public_id)
    approving.cancel(scene.session, actor, public_id, version=letter.version, reason=reason)


def recall(scene: Scene, seat: Seat, public_id: str, reason: str) -> None:
    """Recall a letter from those who have not received it."""
    actor = scene.actor(seat)
    letter = load_visible(scene.session, actor, public_id)
    sending.recall(scene.session, actor, public_id, version=letter.version, reason=reason)
    scene.follow()


def remind(scene: Scene, seat: Seat, public_id: str) -> None:
    """Remind those who have not received a letter, if any are left."""
    if arrived(scene, public_id):
        sending.remind(scene.session, scene.actor(seat), public_id)
        scene.follow()


def receive(scene: Scene, seat: Seat, delivery_id: str) -> None:
    """Open an arrived letter and register it; nothing when it is gone meanwhile."""
    if _state(scene, delivery_id) != "arrived":
        return
    actor = scene.actor(seat)
    receiving.open_delivery(scene.session, actor, delivery_id)
    receiving.receive(scene.session, actor, delivery_id)


def reject(scene: Scene, seat: Seat, delivery_id: str, reason: str) -> None:
    """Open an arrived letter and send it back."""
    actor = scene.actor(seat)
    receiving.open_delivery(scene.session, actor, delivery_id)
    receiving.reject(scene.session, actor, delivery_id, reason=reason)
    scene.follow()


def arrived(scene: Scene, public_id: str) -> list[tuple[str, int]]:
    """Deliveries of a letter that wait for their receiver: public id and office."""
    rows = scene.session.execute(
        select(Delivery.public_id, Delivery.office_id)
        .join(Letter, Letter.id == Delivery.letter_id)
        .where(Letter.public_id == public_id, Delivery.state == "arrived")
        .order_by(Delivery.id)
    )
    return [(row[0], row[1]) for row in rows]


def deliveries(scene: Scene, public_id: str) -> list[str]:
    """Public ids of all deliveries of a letter."""
    return list(
        scene.session.scalars(
            select(Delivery.public_id)
            .join(Letter, Letter.id == Delivery.letter_id)
            .where(Letter.public_id == public_id)
            .order_by(Delivery.id)
        )
    )


def _state(scene: Scene, delivery_id: str) -> str | None:
    return scene.session.scalar(select(Delivery.state).where(Delivery.public_id == delivery_id))


def _usable(scene: Scene, reserved: str) -> str:
    """A number reserved before New Year is of no use after it."""
    year = scene.session.scalar(
        select(Book.year)
        .join(RegisterEntry, RegisterEntry.book_id == Book.id)
        .where(RegisterEntry.public_id == reserved)
    )
    return reserved if year == clock.this_year() else ""
