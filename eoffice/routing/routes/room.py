"""The blueprint of the room, and how its forms are read."""

from __future__ import annotations

from flask import Blueprint, g, request

from eoffice.routing.folders import Folders, folder_counts
from eoffice.users.auth import actor, reading

blueprint = Blueprint("routing", __name__, template_folder="../templates")


def folders() -> Folders:
    """The folder counts of the offices of one's desks; asked once for list, menu and desks."""
    if "folders" not in g:
        offices = sorted({desk.office_id for desk in actor().desks})
        g.folders = folder_counts(reading(), offices)
    known: Folders = g.folders
    return known


def typed(name: str) -> str:
    """A text field of the submitted form."""
    return request.form.get(name, "")


def keyset(name: str = "before") -> int | None:
    """The keyset of a list's address, none at its beginning or when it is no number."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
