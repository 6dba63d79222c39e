"""My desk: counters and what waits, urgent first."""

from __future__ import annotations

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eoffice.documents.rules import LetterState
from eoffice.routing.desk_counts import counters, desk_etag
from eoffice.routing.queries import PAGE, inbox, outbox, signing_queue
from eoffice.routing.routes.room import blueprint
from eoffice.users.auth import actor, reading
from eoffice.users.rules import Role
from eoffice.web.guard import policy

SHOWN = 12


@blueprint.get("/")
@policy()
def desk() -> ResponseReturnValue:
    """The first page: what waits for this desk."""
    me = actor()
    if me.desk is None:
        return render_template("routing/no_desk.html"), 200
    session = reading()
    etag = desk_etag(session, me)
    if request.if_none_match.contains(etag) and request.headers.get("HX-Request"):
        return "", 304
    is_registrar = Role.REGISTRAR in me.desk.roles
    waiting = inbox(session, me, [me.desk], limit=SHOWN) if is_registrar else []
    to_send = (LetterState.SIGNED.value, LetterState.NUMBERED.value)
    page = render_template(
        "routing/desk.html",
        counters=counters(session, me, url_for),
        waiting=waiting[:SHOWN],
        queue=signing_queue(session, me, me.desk, SHOWN),
        ready=outbox(session, me, me.desk, states=to_send, limit=SHOWN) if is_registrar else [],
        more=len(waiting) > SHOWN,
        page_size=PAGE,
    )
    response = make_response(page)
    response.set_etag(etag)
    return response
