"""Answers that a browser saves and never runs."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

DOWNLOAD_POLICY = "sandbox; default-src 'none'"


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
