"""Pages of the bell: what was told, opening it, all seen, and which kinds are wanted."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, render_template, request, url_for

from eoffice.notifications import services
from eoffice.notifications.bell_rows import bell_rows, target_of
from eoffice.notifications.queries import (
    PAGE,
    bells,
    letter_of,
    load_notification,
    muted_kinds,
    unread_count,
)
from eoffice.notifications.rules import ALWAYS, OPTIONAL
from eoffice.users.auth import LOADERS, act, actor, done, reading
from eoffice.users.frame import ring
from eoffice.verbs import Verb
from eoffice.web.guard import policy

blueprint = Blueprint("notifications", __name__, template_folder="templates")


@blueprint.get("/notifications", endpoint="bells")
@policy(Verb.READ, on="notification")
def bells_page() -> str:
    """What was told, newest first."""
    unread_only = request.args.get("unread") == "1"
    before = request.args.get("before", "")[:40]
    rows = bells(reading(), actor(), before=before, unread_only=unread_only)
    return render_template(
        "notifications/bells.html",
        rows=bell_rows(rows[:PAGE], actor()),
        newest=rows[0].notification.public_id if rows and not before else "",
        next_key=rows[PAGE - 1].notification.public_id if len(rows) > PAGE else "",
        unread_only=unread_only,
    )


@blueprint.post("/notifications/<public_id>/open", endpoint="open_bell")
@policy(Verb.READ, kind="act", on="notification")
def open_bell(public_id: str) -> Response:
    """Mark one as read, and go to what it is about."""
    with act(needs_desk=False) as a:
        found = services.open_notification(a.session, a.actor, public_id)
        a.answer(target_of(found, letter_of(a.session, a.actor, found), url_for))
    return done(a)


@blueprint.post("/notifications/seen", endpoint="see_all")
@policy(Verb.READ, kind="act", on="notification")
def see_all() -> Response:
    """Everything up to the newest that was shown is read."""
    with act(needs_desk=False) as a:
        services.see_all(a.session, a.actor, request.form.get("upto", ""))
        a.answer(url_for("notifications.bells"), "อ่านการแจ้งเตือนทั้งหมดแล้ว")
    return done(a)


@blueprint.get("/notifications/settings", endpoint="wishes")
@policy(Verb.SET_BELLS)
def wishes() -> str:
    """Which kinds a person wants to be told."""
    return render_template(
        "notifications/wishes.html",
        kinds=OPTIONAL,
        always=sorted(ALWAYS),
        muted=muted_kinds(reading(), actor()),
    )


@blueprint.post("/notifications/settings", endpoint="set_wishes")
@policy(Verb.SET_BELLS, kind="act")
def set_wishes() -> Response:
    """Keep which kinds a person wants."""
    with act(needs_desk=False) as a:
        services.set_bells(a.session, a.actor, wanted=request.form.getlist("kind"))
        a.answer(url_for("notifications.bells"), "บันทึกการแจ้งเตือนที่ต้องการแล้ว")
    return done(a)


def register(app: Flask) -> None:
    """Add the room's pages, and the bell to the frame of every page."""
    app.register_blueprint(blueprint)
    LOADERS["notification"] = load_notification
    ring("notifications.bells", lambda me: unread_count(reading(), me))
