"""My desk: counters and what waits, urgent first."""

from __future__ import annotations

from functools import partial

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eoffice.marks import ORGANISATION
from eoffice.routing.desk_counts import desk_etag
from eoffice.routing.desk_page import desk_page
from eoffice.routing.routes.room import blueprint, folders
from eoffice.users.auth import actor, kept_under, reading
from eoffice.users.frame import unread_with, unread_words
from eoffice.web.guard import policy


@blueprint.get("/")
@policy()
def desk() -> ResponseReturnValue:
    """The first page: what waits for this desk. A poll gets the living part only, or 304."""
    me = actor()
    if me.desk is None:
        return render_template("routing/no_desk.html"), 200
    mark = kept_under(ORGANISATION) or ""
    state = desk_etag(me, partial(unread_with, me), mark)
    unread = unread_words(me)
    etag = f"{state}-{unread}"
    is_poll = bool(request.headers.get("HX-Request"))
    if is_poll and request.if_none_match.contains(etag):
        return "", 304
    template = "routing/desk_live.html" if is_poll else "routing/desk.html"
    page = desk_page(reading(), me, me.desk, folders(), url_for)
    response = make_response(render_template(template, shown=page, etag=etag))
    response.set_etag(etag)
    response.headers["X-Unread"] = unread
    return response
