"""Papers to print as PDF: saved by the browser, never run in it."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request

from eoffice.documents.download import content_disposition
from eoffice.documents.intake import store_of
from eoffice.documents.models import Letter
from eoffice.documents.queries import files_with_blobs
from eoffice.documents.reading import CannotBeRead
from eoffice.printing.papers import cover_page, receive_slips, receive_stamp, stamped_copy
from eoffice.printing.words import FILE_NAMES
from eoffice.routing.received import Received, received_together
from eoffice.routing.rules import DeliveryNotFound
from eoffice.users.auth import actor, reading, settings
from eoffice.users.models import Office
from eoffice.verbs import Verb
from eoffice.web.downloads import as_download
from eoffice.web.guard import policy

blueprint = Blueprint("printing", __name__)


@blueprint.get("/deliveries/<public_id>/slip.pdf")
@policy(Verb.DOWNLOAD, kind="file", on="delivery")
def slip(public_id: str) -> Response:
    """ใบรับหนังสือ of one received letter."""
    rows = _one(public_id)
    return _paper(receive_slips(rows), FILE_NAMES["slips"], rows)


@blueprint.get("/inbox/received/slips.pdf")
@policy(Verb.DOWNLOAD, kind="file", on="delivery")
def slips() -> Response:
    """The slips of all letters that were received together."""
    rows = received_together(reading(), actor(), request.args)
    if not rows:
        raise DeliveryNotFound
    return _paper(receive_slips(rows), FILE_NAMES["slips"], rows)


@blueprint.get("/deliveries/<public_id>/stamped.pdf")
@policy(Verb.DOWNLOAD, kind="file", on="delivery")
def stamped(public_id: str) -> Response:
    """The main file's first page with the receive stamp, or a cover page where that cannot be."""
    rows = _one(public_id)
    return _paper(_stamped(rows[0]), FILE_NAMES["stamped"], rows)


def register(app: Flask) -> None:
    """Add the papers."""
    app.register_blueprint(blueprint)


def _one(public_id: str) -> list[Received]:
    rows = received_together(reading(), actor(), {"keys": public_id})
    if not rows:
        raise DeliveryNotFound
    return rows


def _stamped(row: Received) -> bytes:
    delivery, letter, office = row
    stamp = receive_stamp(delivery, office)
    files = files_with_blobs(reading(), letter.id)
    for main, blob in files[:1]:
        store = store_of(settings().storage)
        try:
            return stamped_copy(store, blob.key, main.kind, stamp)
        except CannotBeRead:
            break
    return cover_page(row, _sender(letter), [file for file, _ in files])


def _sender(letter: Letter) -> str:
    if letter.sender_text or letter.office_id is None:
        return letter.sender_text
    return reading().get_one(Office, letter.office_id).name


def _paper(content: bytes, name: str, rows: list[Received]) -> Response:
    numbers = rows[0][0].receive_no.replace("/", "-")
    name = f"{name} {numbers}" + (f" {len(rows)}" if len(rows) > 1 else "")
    return as_download(
        content,
        disposition=content_disposition(f"{name}.pdf"),
        media_type="application/pdf",
        length=len(content),
    )
