"""Addresses of static files: a changed file gets a new address, an unchanged one stays cached.

Fonts and vendored files never change under their name (``static/vendor/HASHES`` is checked by the
tests), so their addresses stay plain and the style sheet can name the fonts by a relative path.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, url_for

STATIC = Path(__file__).parent / "static"
FIXED = ("fonts/", "vendor/")
"""Folders whose files keep their bytes as long as they keep their name."""


def install(app: Flask) -> None:
    """Offer ``asset`` to the templates."""
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """The address of a static file, with the first letters of its SHA-256 unless it is fixed."""
    if name.startswith(FIXED):
        return url_for("static", filename=name)
    return url_for("static", filename=name, v=_version(name))


@lru_cache
def _version(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
