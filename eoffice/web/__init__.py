"""What all pages share: filters, security headers, error pages, base templates, static files.

Nothing here knows a room or reads the database. ``install`` is called once by ``create_app``; what
the frame shows (``me``, ``menu``, ``places``, ``district_name``, ``once``) comes from a context
processor of the application.
"""

from __future__ import annotations

from flask import Flask

from eoffice.web import assets, dates, errors, filters, headers, limits

__all__ = ["install"]


def install(app: Flask, *, trusts_proxy: bool = False) -> None:
    """Give an application the shared filters, static addresses, headers and error pages.

    ``trusts_proxy``: the request id of a proxy in front may be taken over; only when one is set.
    """
    filters.install(app)
    assets.install(app)
    headers.install(app, trusts_proxy=trusts_proxy)
    limits.install(app)
    errors.install(app)
    dates.install(app)
