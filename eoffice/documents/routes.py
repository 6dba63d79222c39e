"""The one download route (right type, safe headers, Thai names, RFC 6266), reading by pages, and an
office's emblem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from flask import Blueprint, Flask, Response, render_template, request, url_for
from werkzeug.datastructures import Range

from eoffice.documents import page_images
from eoffice.documents.download import content_disposition
from eoffice.documents.intake import emblem_taken_in, signature_taken_in, store_of
from eoffice.documents.models import Attachment, Blob
from eoffice.documents.queries import (
    current_signature,
    emblem_of,
    load_visible,
    load_visible_attachment,
    load_visible_case_file,
    load_visible_main_file,
    page_of,
    signature_blob,
)
from eoffice.documents.rules import EmblemMissing, EmblemNotFound, SignatureMissing
from eoffice.documents.services import emblems, signatures
from eoffice.documents.store import FileChanged, FileMissing, FileStore
from eoffice.routing.case_queries import load_visible_endorsement
from eoffice.users.auth import LOADERS, act, actor, desk_actor, done, reading, settings
from eoffice.users.directory import load_office
from eoffice.verbs import Verb
from eoffice.web.downloads import DOWNLOAD_POLICY, as_download, as_picture
from eoffice.web.guard import policy

blueprint = Blueprint("documents", __name__, template_folder="templates")
CHUNK = 256 << 10


@blueprint.get("/files/<public_id>")
@policy(Verb.DOWNLOAD, kind="file", on="attachment")
def download(public_id: str) -> Response:
    """The original bytes of a file, as a download only; checked before the first byte leaves."""
    attachment, _letter, blob = load_visible_attachment(reading(), actor(), public_id)
    return _answer(blob, attachment.name, attachment.media_type)


@blueprint.get("/case-files/<public_id>")
@policy(Verb.DOWNLOAD, kind="file", on="case_file")
def download_case_file(public_id: str) -> Response:
    """The original bytes of a file that somebody reported with."""
    file, blob = load_visible_case_file(reading(), actor(), public_id)
    return _answer(blob, file.name, file.media_type)


def _answer(blob: Blob, name: str, media_type: str) -> Response:
    store = store_of(settings().storage)
    _verify(store, blob)
    start, length, status = _wanted(request.range, blob.size)
    response = as_download(
        _chunks(store.open(blob.key, start, length)),
        disposition=content_disposition(name),
        media_type=media_type,
        length=length,
        status=status,
    )
    response.headers["Accept-Ranges"] = "bytes"
    if status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{blob.size}"
    return response


@blueprint.get("/files/<public_id>/pages/<int:number>", endpoint="page")
@policy(Verb.READ, on="attachment")
def page(public_id: str, number: int) -> str:
    """A page of a file as its picture, with the text that the system read in it."""
    attachment, letter, blob = load_visible_attachment(reading(), actor(), public_id)
    shown = page_of(reading(), attachment, number)
    near = [each for each in range(number - 1, number + 3) if 1 <= each <= shown.count]
    page_images.ask(settings().storage, blob.key, attachment.kind, near)
    return render_template(
        "documents/page.html",
        file=attachment,
        letter=letter,
        page=shown,
        words=request.args.get("q", "")[:200],
    )


@blueprint.get("/files/<public_id>/pages/<int:number>/picture", endpoint="picture")
@policy(Verb.READ, kind="file", on="attachment")
def picture(public_id: str, number: int) -> Response:
    """The picture of a page; 202 while the worker makes it, 404 where there is none."""
    attachment, _letter, blob = load_visible_attachment(reading(), actor(), public_id)
    is_small = request.args.get("size") == "small"
    px = page_images.THUMB_PX if is_small else page_images.SHOWN_PX
    return _picture(attachment, blob, number, px)


@blueprint.get("/letters/<public_id>/picture", endpoint="letter_picture")
@policy(Verb.READ, kind="file", on="letter")
def letter_picture(public_id: str) -> Response:
    """The first page of a letter's main file as a thumbnail, for lists; 202 while it is made."""
    attachment, blob = load_visible_main_file(reading(), actor(), public_id)
    return _picture(attachment, blob, 1, page_images.THUMB_PX)


def _picture(attachment: Attachment, blob: Blob, number: int, px: int) -> Response:
    path = page_images.find_or_ask(settings().storage, blob.key, attachment.kind, number, px)
    if path is None:
        return Response(status=202, headers={"Retry-After": "1"}, mimetype="image/webp")
    response = Response(path.read_bytes(), mimetype="image/webp")
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.headers["Content-Disposition"] = content_disposition(
        f"{attachment.name}-{number}.webp", inline=True
    )
    return response


@blueprint.get("/offices/<public_id>/emblem")
@policy(Verb.CHANGE_OFFICE, kind="file", on="office")
def emblem(public_id: str) -> Response:
    """An office's emblem, for the page of the office."""
    office = load_office(reading(), actor(), public_id)
    found = emblem_of(reading(), office.id)
    if found is None:
        raise EmblemNotFound
    return _stored_picture(found[1])


@blueprint.post("/offices/<public_id>/emblem", endpoint="set_emblem")
@policy(Verb.SET_EMBLEM, kind="act", on="office")
def set_emblem(public_id: str) -> Response:
    """Take in an emblem: PNG by its content, drawn anew in the limited child process."""
    load_office(reading(), actor(), public_id, Verb.SET_EMBLEM)
    upload = request.files.get("emblem")
    if upload is None or not upload.filename:
        raise EmblemMissing
    with emblem_taken_in(store_of(settings().storage), upload) as drawn, act() as a:
        emblems.set_emblem(a.session, a.actor, public_id, drawn)
        a.answer(url_for("users.office", public_id=public_id, _anchor="emblem"), "ตั้งตราแล้ว")
    return done(a)


@blueprint.post("/offices/<public_id>/emblem/remove", endpoint="remove_emblem")
@policy(Verb.SET_EMBLEM, kind="act", on="office")
def remove_emblem(public_id: str) -> Response:
    """Take an office's emblem away."""
    load_office(reading(), actor(), public_id, Verb.SET_EMBLEM)
    with act() as a:
        emblems.remove_emblem(a.session, a.actor, public_id)
        a.answer(url_for("users.office", public_id=public_id, _anchor="emblem"), "นำตราออกแล้ว")
    return done(a)


@blueprint.get("/account/signature")
@policy(Verb.SET_SIGNATURE, kind="file")
def signature() -> Response:
    """One's own picture of a signature, for one's account."""
    return _stored_picture(
        signature_blob(reading(), current_signature(reading(), actor().person_id))
    )


@blueprint.post("/account/signature", endpoint="set_signature")
@policy(Verb.SET_SIGNATURE, kind="act")
def set_signature() -> Response:
    """Take in a signature: PNG or JPEG by its content, drawn anew in the limited child process."""
    desk_actor()
    upload = request.files.get("signature")
    if upload is None or not upload.filename:
        raise SignatureMissing
    with signature_taken_in(store_of(settings().storage), upload) as drawn, act() as a:
        signatures.set_signature(a.session, a.actor, drawn)
        a.answer(url_for("users.account", _anchor="signature"), "ตั้งภาพลายมือชื่อแล้ว")
    return done(a)


@blueprint.post("/account/signature/remove", endpoint="remove_signature")
@policy(Verb.SET_SIGNATURE, kind="act")
def remove_signature() -> Response:
    """Sign with the typed name alone from now on."""
    with act() as a:
        signatures.remove_signature(a.session, a.actor)
        a.answer(url_for("users.account", _anchor="signature"), "นำภาพลายมือชื่อออกแล้ว")
    return done(a)


@blueprint.get("/letters/<public_id>/signature", endpoint="letter_signature")
@policy(Verb.READ, kind="file", on="letter")
def letter_signature(public_id: str) -> Response:
    """The signature of a letter as it was signed, for everybody who reads the letter."""
    letter = load_visible(reading(), actor(), public_id)
    return _stored_picture(signature_blob(reading(), letter.signature_id))


@blueprint.get("/endorsements/<public_id>/signature", endpoint="endorsement_signature")
@policy(Verb.READ, kind="file", on="endorsement")
def endorsement_signature(public_id: str) -> Response:
    """The signature of an endorsement as it was signed, for its readers."""
    found = load_visible_endorsement(reading(), actor(), public_id)
    return _stored_picture(signature_blob(reading(), found.signature_id))


def _stored_picture(blob: Blob) -> Response:
    store = store_of(settings().storage)
    _verify(store, blob)
    return as_picture(_chunks(store.open(blob.key)), blob.size)


def register(app: Flask) -> None:
    """Add the download route, and say how a letter and a file are loaded."""
    LOADERS.update(
        letter=load_visible,
        attachment=load_visible_attachment,
        case_file=load_visible_case_file,
    )
    app.register_blueprint(blueprint)


def _wanted(asked: Range | None, size: int) -> tuple[int, int, int]:
    """Start, length and status for a Range header (one range; others are answered whole)."""
    if asked is None or asked.units != "bytes":
        return 0, size, 200
    bounds = asked.range_for_length(size)
    if bounds is None:
        return 0, size, 200
    return bounds[0], bounds[1] - bounds[0], 206


def _verify(store: FileStore, blob: Blob) -> None:
    """Never wrong bytes under a right name: size and SHA-256 are those received (IA-07)."""
    try:
        store.verify(blob.key, blob.sha256, blob.size)
    except FileMissing:
        raise FileChanged(blob_key=blob.key) from None


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
