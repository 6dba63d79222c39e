"""Security headers and the request id, on every answer.

The policy allows nothing but this site's own files and no inline code, so a letter's text can
never run. Pages are never stored by a browser, since desks share computers; static files are, for
a year, because a changed file has another address. A route may set a stricter policy of its own
(a download is a sandbox); it cannot loosen the other headers.
"""

from __future__ import annotations

import re
import secrets

from flask import Flask, Response, g, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"
REQUEST_ID = re.compile(r"[0-9a-zA-Z-]{8,64}", re.ASCII)
FOR_GOOD = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=300"
FIXED_PATHS = re.compile(r"/(?:fonts|vendor)/")


def install(app: Flask, *, trusts_proxy: bool = False) -> None:
    """Number every request and complete every answer."""

    @app.before_request
    def number_request() -> None:
        g.request_id = _request_id(trusts_proxy)

    @app.after_request
    def complete(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.update(ALWAYS)
        response.headers["X-Request-ID"] = request_id()
        response.headers["Cache-Control"] = _cache_control(response)
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = HSTS
        return response


def request_id() -> str:
    """The id of the request at hand: 128 random bits in hex, or what a trusted proxy gave."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(16)
    return str(g.request_id)


def forget_on_client(response: Response) -> Response:
    """At sign-out: tell the browser to drop what it stored for this site (shared computers).

    Cached style sheets and fonts stay, since pages are never cached; cookies are the session's own
    business.
    """
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def _request_id(trusts_proxy: bool) -> str:
    given = request.headers.get("X-Request-ID", "") if trusts_proxy else ""
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def _cache_control(response: Response) -> str:
    if request.endpoint != "static" or response.status_code not in (200, 206, 304):
        return "no-store"
    if "v" in request.args or FIXED_PATHS.search(request.path):
        return FOR_GOOD
    return FOR_A_WHILE
