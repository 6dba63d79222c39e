"""Pages of the bell: what was told, opening it, all seen, and which kinds are wanted; and the
announcements to everybody."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, render_template, request, url_for

from eoffice import clock
from eoffice.errors import EofficeError
from eoffice.marks import ANNOUNCEMENTS
from eoffice.notifications import announcements, services
from eoffice.notifications.bell_rows import bell_rows, target_of
from eoffice.notifications.forms import AnnouncementForm
from eoffice.notifications.queries import (
    PAGE,
    UNREAD,
    asked_by,
    bells,
    letter_of,
    load_notification,
    muted_kinds,
)
from eoffice.notifications.rules import ALWAYS, OPTIONAL
from eoffice.users.auth import LOADERS, act, actor, done, kept_under, reading
from eoffice.users.frame import Counted, Entry, offer, post_notices, ring, unread_words
from eoffice.users.permissions import may, require
from eoffice.verbs import Verb
from eoffice.web.guard import policy, safe_next

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


@blueprint.post("/letters/<public_id>/read", endpoint="read_letter")
@policy(Verb.READ, kind="act", on="letter")
def read_letter(public_id: str) -> Response:
    """What one was told of a letter is read (sent by the letter's page itself, which is told how
    much is still unread)."""
    with act(needs_desk=False) as a:
        services.read_letter(a.session, a.actor, public_id)
        a.answer(url_for("routing.letter", public_id=public_id))
    if "HX-Request" not in request.headers:
        return done(a)
    return Response(status=204, headers={"X-Unread": unread_words(actor())})


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


@blueprint.get("/announcements", endpoint="announcements")
@policy(Verb.ANNOUNCE)
def announcements_page() -> str:
    """What was announced, and a form for more."""
    require(actor(), Verb.ANNOUNCE)
    return _announcements(AnnouncementForm(formdata=None))


@blueprint.post("/announcements", endpoint="announce")
@policy(Verb.ANNOUNCE, kind="act")
def announce() -> Response:
    """Announce something to everybody."""
    require(actor(), Verb.ANNOUNCE)
    form = AnnouncementForm()
    if not form.validate():
        return Response(_announcements(form), 422)
    try:
        with act() as a:
            announcements.announce(a.session, a.actor, **form.facts())
            a.answer(url_for("notifications.announcements"), "ประกาศแล้ว ทุกคนเห็นที่ด้านบนของทุกหน้า")
    except EofficeError as refusal:
        if refusal.status != 422:
            raise
        form.form_errors.append(str(refusal))
        return Response(_announcements(form), 422)
    return done(a)


@blueprint.post("/announcements/<public_id>/end", endpoint="end_announcement")
@policy(Verb.END_ANNOUNCEMENT, kind="act", on="announcement")
def end_announcement(public_id: str) -> Response:
    """Take an announcement off every page."""
    with act() as a:
        announcements.end_announcement(a.session, a.actor, public_id)
        a.answer(url_for("notifications.announcements"), "สิ้นสุดประกาศแล้ว")
    return done(a)


@blueprint.post("/announcements/<public_id>/dismiss", endpoint="dismiss")
@policy(Verb.READ, kind="act")
def dismiss(public_id: str) -> Response:
    """Put an announcement away, and stay where one was."""
    with act(needs_desk=False) as a:
        announcements.dismiss(a.session, a.actor, public_id)
        a.answer(safe_next(request.form.get("next", "")) or url_for("routing.desk"))
    return done(a)


def _announcements(form: AnnouncementForm) -> str:
    return render_template(
        "notifications/announcements.html",
        form=form,
        rows=announcements.all_announcements(reading()),
        today=clock.today(),
    )


def register(app: Flask) -> None:
    """Add the room's pages, and the bell to the frame of every page."""
    app.register_blueprint(blueprint)
    LOADERS["notification"] = load_notification
    LOADERS["announcement"] = announcements.load_announcement
    post_notices(lambda me: announcements.notices(reading(), me, kept_under(ANNOUNCEMENTS)))
    offer(
        Entry(
            "notifications.announcements",
            "ประกาศระบบ",
            is_offered=lambda me: may(me, Verb.ANNOUNCE),
            order=68,
        )
    )
    ring("notifications.bells", Counted(UNREAD.scalar_subquery(), asked_by))
