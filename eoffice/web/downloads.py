"""Answers that a browser saves or shows as a picture and never runs."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

DOWNLOAD_POLICY = "sandbox; default-src 'none'"


def as_picture(body: Iterable[bytes], length: int) -> Response:
    """A PNG that a page shows, in a sandbox should somebody open it by itself."""
    response = Response(body, mimetype="image/png")
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.content_length = length
    return response


def as_download(
    body: bytes | Iterable[bytes],
    *,
    disposition: str,
    media_type: str,
    length: int,
    status: int = 200,
) -> Response:
    """Bytes under a name (``disposition`` as documents/download.py writes it), in a sandbox."""
    response = Response(body, status, mimetype=media_type)
    response.headers["Content-Disposition"] = disposition
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.content_length = length
    return response
