"""The one download route: right type, safe headers, Thai names (RFC 6266)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from flask import Blueprint, Flask, Response, request
from werkzeug.datastructures import Range

from eoffice.documents.download import content_disposition
from eoffice.documents.intake import store_of
from eoffice.documents.models import Blob
from eoffice.documents.queries import load_visible, load_visible_attachment
from eoffice.documents.store import FileChanged, FileMissing, FileStore
from eoffice.users.auth import LOADERS, actor, reading, settings
from eoffice.verbs import Verb
from eoffice.web.downloads import as_download
from eoffice.web.guard import policy

blueprint = Blueprint("documents", __name__)
CHUNK = 256 << 10


@blueprint.get("/files/<public_id>")
@policy(Verb.DOWNLOAD, kind="file", on="attachment")
def download(public_id: str) -> Response:
    """The original bytes of a file, as a download only; checked before the first byte leaves."""
    attachment, _letter, blob = load_visible_attachment(reading(), actor(), public_id)
    store = store_of(settings().storage)
    _verify(store, blob)
    start, length, status = _wanted(request.range, blob.size)
    response = as_download(
        _chunks(store.open(blob.key, start, length)),
        disposition=content_disposition(attachment.name),
        media_type=attachment.media_type,
        length=length,
        status=status,
    )
    response.headers["Accept-Ranges"] = "bytes"
    if status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{blob.size}"
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
