"""The blueprint of the room, and how its forms are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, request

from eoffice.routing.folders import Folders, folder_counts
from eoffice.users.auth import Act, act, actor, done, reading
from eoffice.web.fields import shown_version

Then = Callable[[Act, str, str], None]
"""Says where an act's answer leads, from the subject's public id and the sentence to show."""

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


def does(
    service: Callable[..., Any], public_id: str, then: Then, said: str, **given: Any
) -> Response:
    """One verb on one subject in the version that the page showed, and what is said of it."""
    with act() as a:
        service(a.session, a.actor, public_id, version=shown_version(), **given)
        then(a, public_id, said)
    return done(a)
