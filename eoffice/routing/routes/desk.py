"""My desk: counters and what waits, urgent first."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eoffice.actor import Actor, Desk
from eoffice.documents.rules import LetterState
from eoffice.routing.case_rows import queue_rows
from eoffice.routing.desk_counts import counters, desk_etag
from eoffice.routing.inbox import inbox
from eoffice.routing.list_rows import waiting_rows
from eoffice.routing.queries import outbox
from eoffice.routing.routes.room import blueprint, folders
from eoffice.users.auth import actor, reading
from eoffice.users.frame import unread_with, unread_words
from eoffice.users.rules import Role
from eoffice.web.guard import policy

SHOWN = 12
TO_SEND = (LetterState.SIGNED.value, LetterState.NUMBERED.value)


@blueprint.get("/")
@policy()
def desk() -> ResponseReturnValue:
    """The first page: what waits for this desk. A poll gets the living part only, or 304."""
    me = actor()
    if me.desk is None:
        return render_template("routing/no_desk.html"), 200
    state = desk_etag(me, partial(unread_with, me))
    unread = unread_words(me)
    etag = f"{state}-{unread}"
    is_poll = bool(request.headers.get("HX-Request"))
    if is_poll and request.if_none_match.contains(etag):
        return "", 304
    page = render_template(
        "routing/desk_live.html" if is_poll else "routing/desk.html",
        counters=counters(reading(), me, folders(), url_for),
        etag=etag,
        **_waiting(me, me.desk),
    )
    response = make_response(page)
    response.set_etag(etag)
    response.headers["X-Unread"] = unread
    return response


def _waiting(me: Actor, own_desk: Desk) -> dict[str, Any]:
    session = reading()
    is_registrar = me.has_role(Role.REGISTRAR.value)
    arrived = inbox(session, me, [own_desk], limit=SHOWN) if is_registrar else []
    queued = queue_rows(session, me, own_desk, url_for, SHOWN)
    to_send = (
        outbox(session, me, own_desk, states=TO_SEND, limit=SHOWN)[:SHOWN] if is_registrar else []
    )
    return {
        "rows": waiting_rows(me, arrived[:SHOWN], queued, to_send, url_for),
        "has_more": len(arrived) > SHOWN,
        "is_registrar": is_registrar,
    }
