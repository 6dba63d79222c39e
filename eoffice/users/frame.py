"""What the frame of every page shows: who is here, at which desk, and where one can go.

Rooms add their entries to ``MENU`` when they register; each says from which desk it is offered and
how it counts what waits.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from flask import Flask, g, request, url_for
from sqlalchemy import ColumnElement, Select, select

from eoffice import clock
from eoffice.actor import Actor, Desk
from eoffice.given import Standing
from eoffice.marks import ORGANISATION, Kept
from eoffice.users.auth import kept_under, link, reading
from eoffice.users.queries import district
from eoffice.users.refusals import ScopePart
from eoffice.users.rules import HoldingKind


@dataclass(frozen=True)
class Entry:
    """A place in the menu: endpoint, label, when it is offered, and its count."""

    endpoint: str
    label: str
    arguments: tuple[tuple[str, str], ...] = ()
    is_offered: Callable[[Actor], bool] = lambda actor: actor.desk is not None
    count: Callable[[Actor], int] | None = None
    is_apart: bool = False
    key: str = ""
    place: str = ""
    order: int = 50


@dataclass(frozen=True)
class Shown:
    """An entry as the template reads it."""

    url: str
    label: str
    count: int
    is_current: bool
    is_apart: bool
    key: str
    icon: str


_NAMES = Kept(16)


@dataclass(frozen=True, eq=False)
class Counted:
    """A count as a column that can stand in another query, and its values for an actor."""

    column: ColumnElement[int]
    values: Callable[[Actor], dict[str, Any]]

    @cached_property
    def standing(self) -> Standing:
        """The count alone."""
        return Standing(select(self.column))


MENU: list[Entry] = []
WAITING: list[Callable[[Actor], dict[int, int]]] = []
BELL: dict[str, Counted] = {}
"""The endpoint of the bell's page with its count, from the room that has them."""
MOST_COUNTED = 99
NOTICES: list[Callable[[Actor], Iterable[Any]]] = []
"""What stands on top of every page until its reader puts it away."""


def install(app: Flask) -> None:
    """Give templates ``me``, ``menu``, ``places``, ``bell``, ``notices``, ``once``…"""
    app.context_processor(_context)
    app.jinja_env.globals["once"] = lambda: secrets.token_hex(16)
    app.jinja_env.globals["now"] = clock.now


def offer(*entries: Entry) -> None:
    """Add entries to the menu, once."""
    known = {(entry.endpoint, entry.arguments) for entry in MENU}
    MENU.extend(entry for entry in entries if (entry.endpoint, entry.arguments) not in known)
    MENU.sort(key=lambda entry: entry.order)


def ring(endpoint: str, count: Counted) -> None:
    """Put the bell of a room into the frame of every page."""
    BELL.clear()
    BELL[endpoint] = count


def post_notices(notices: Callable[[Actor], Iterable[Any]]) -> None:
    """Let a room say what stands on top of every page."""
    NOTICES[:] = [notices]


def unread_words(actor: Actor) -> str:
    """The number on the bell, empty when nothing is unread; asked once a request."""
    if "unread" not in g:
        connection = link()
        counted = [(each.standing, each.values(actor)) for each in BELL.values()]
        g.unread = sum(each.one(connection, values)[0] or 0 for each, values in counted)
    return f"{MOST_COUNTED}+" if g.unread > MOST_COUNTED else str(g.unread or "")


def unread_with(
    actor: Actor, statement: Select[Any, Any], values: dict[str, Any]
) -> tuple[Any, ...]:
    """The one row of a query, and with it the number on the bell: one question instead of two."""
    row = _with_bell(statement).one(link(), values | _heard(actor))
    own = len(row) - len(BELL)
    g.unread = sum(count or 0 for count in row[own:])
    return tuple(row[:own])


@lru_cache(maxsize=16)
def _with_bell(statement: Select[Any, Any]) -> Standing:
    return Standing(statement.add_columns(*(each.column for each in BELL.values())))


def _heard(actor: Actor) -> dict[str, Any]:
    return {name: value for each in BELL.values() for name, value in each.values(actor).items()}


def _bell(actor: Actor) -> dict[str, Any] | None:
    for endpoint in BELL:
        url = url_for(endpoint)
        is_current = request.path == url or request.path.startswith(f"{url}/")
        return {"url": url, "words": unread_words(actor), "is_current": is_current}
    return None


def _context() -> dict[str, Any]:
    actor: Actor | None = g.get("actor")
    if actor is None:
        nobody: dict[str, Any] = {"me": None, "menu": [], "places": [], "bell": None, "notices": []}
        return nobody | {"district_name": _district_name()}
    shown = [_shown(entry, actor) for entry in MENU if entry.is_offered(actor)]
    places = [_shown(entry, actor) for entry in MENU if entry.place and entry.is_offered(actor)]
    return {
        "me": _me(actor),
        "bell": _bell(actor),
        "notices": [notice for notices in NOTICES for notice in notices(actor)],
        "menu": shown,
        "places": places[:4],
        "district_name": _district_name(),
    }


def _shown(entry: Entry, actor: Actor) -> Shown:
    url = _url(request.script_root, entry.endpoint, entry.arguments)
    return Shown(
        url=url,
        label=entry.label,
        count=entry.count(actor) if entry.count else 0,
        is_current=request.path == url or (url != "/" and request.path.startswith(f"{url}/")),
        is_apart=entry.is_apart,
        key=entry.key,
        icon=entry.place,
    )


@lru_cache(maxsize=256)
def _url(_script_root: str, endpoint: str, arguments: tuple[tuple[str, str], ...]) -> str:
    """The address of a place, which is the same on every page below one root."""
    return url_for(endpoint, **dict(arguments))  # type: ignore[arg-type]


def _me(actor: Actor) -> dict[str, Any]:
    waiting: dict[int, int] = {}
    for counts in WAITING:
        waiting |= counts(actor)
    desks = [
        {
            "id": desk.public_id,
            "office_name": desk.office_name,
            "post_title": desk.post_title,
            "hue": desk.hue,
            "office_public_id": desk.office_public_id,
            "waiting": waiting.get(desk.office_id),
            "acting": _acting(desk),
        }
        for desk in actor.desks
    ]
    current = actor.desk.public_id if actor.desk else ""
    return {
        "name": actor.name,
        "public_id": f"p{actor.account_id}",
        "desk": next((desk for desk in desks if desk["id"] == current), None),
        "desks": desks,
    }


def _acting(desk: Desk) -> str:
    """How and by which order one sits at a post of another, and its scope; empty at one's own."""
    if not desk.is_acting:
        return ""
    parts = [part.label for part in ScopePart if part.value in desk.parts]
    words = (HoldingKind(desk.kind).label, desk.order_no, desk.scope, *parts)
    return " · ".join(word for word in words if word)


def _district_name() -> str:
    def ask() -> str:
        office = district(reading())
        return office.name if office else ""

    if "district_name" not in g:
        g.district_name = _NAMES.get(kept_under(ORGANISATION), "district", ask)
    return str(g.district_name)
