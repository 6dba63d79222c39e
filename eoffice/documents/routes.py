"""The one download route (right type, safe headers, Thai names, RFC 6266), and reading by pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from flask import Blueprint, Flask, Response, render_template, request
from werkzeug.datastructures import Range

from eoffice.documents import page_images
from eoffice.documents.download import content_disposition
from eoffice.documents.intake import store_of
from eoffice.documents.models import Blob
from eoffice.documents.queries import load_visible, load_visible_attachment, page_of
from eoffice.documents.rules import PageNotFound
from eoffice.documents.store import FileChanged, FileMissing, FileStore
from eoffice.users.auth import LOADERS, actor, reading, settings
from eoffice.verbs import Verb
from eoffice.web.guard import policy

blueprint = Blueprint("documents", __name__, template_folder="templates")
CHUNK = 256 << 10
DOWNLOAD_POLICY = "sandbox; default-src 'none'"


@blueprint.get("/files/<public_id>")
@policy(Verb.DOWNLOAD, kind="file", on="attachment")
def download(public_id: str) -> Response:
    """The original bytes of a file, as a download only; checked before the first byte leaves."""
    attachment, _letter, blob = load_visible_attachment(reading(), actor(), public_id)
    store = store_of(settings().storage)
    _verify(store, blob)
    start, length, status = _wanted(request.range, blob.size)
    response = Response(
        _chunks(store.open(blob.key, start, length)), status, mimetype=attachment.media_type
    )
    response.headers["Content-Disposition"] = content_disposition(attachment.name)
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.headers["Accept-Ranges"] = "bytes"
    response.content_length = length
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
    storage, px = settings().storage, page_images.SHOWN_PX
    if request.args.get("size") == "small":
        px = page_images.THUMB_PX
    path = page_images.picture(storage, blob.key, number, px)
    if path is None:
        if not page_images.is_pictured(attachment.kind) or page_images.cannot_be_shown(
            storage, blob.key, number, px
        ):
            raise PageNotFound
        page_images.ask(storage, blob.key, attachment.kind, (number,), px)
        return Response(status=202, headers={"Retry-After": "1"}, mimetype="image/webp")
    response = Response(path.read_bytes(), mimetype="image/webp")
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.headers["Content-Disposition"] = content_disposition(
        f"{attachment.name}-{number}.webp", inline=True
    )
    return response


def register(app: Flask) -> None:
    """Add the download route, and say how a letter and a file are loaded."""
    LOADERS.update(letter=load_visible, attachment=load_visible_attachment)
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
