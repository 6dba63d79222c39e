"""The blueprint of the room, and how its forms are read."""

from __future__ import annotations

from flask import Blueprint, request

from eoffice.routing.forms import version_of

blueprint = Blueprint("routing", __name__, template_folder="../templates")


def shown_version() -> int:
    """The version the submitted page showed."""
    return version_of(request.form.get("version", ""))


def typed(name: str) -> str:
    """A text field of the submitted form."""
    return request.form.get(name, "")


def keyset(name: str = "before") -> int | None:
    """The keyset of a list's address, none at its beginning or when it is no number."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
