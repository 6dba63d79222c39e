"""The board of a clerk of several schools: what waits, registering across, the check."""

from __future__ import annotations

from flask import Response, render_template, request, url_for

from eoffice.errors import Invalid
from eoffice.routing.board import board, registrar_desks
from eoffice.routing.inbox import inbox
from eoffice.routing.list_rows import inbox_rows
from eoffice.routing.routes.room import blueprint
from eoffice.routing.services.several_schools import check_inboxes, receive_across
from eoffice.users.auth import act, desk_actor, done, reading
from eoffice.users.permissions import require
from eoffice.verbs import Verb
from eoffice.web.guard import policy

MOST_AT_ONCE = 100


@blueprint.get("/board", endpoint="board")
@policy(Verb.CHECK_INBOX)
def board_page() -> str:
    """School by school what waits, and below the letters of all of them, to register at once."""
    me, _ = desk_actor()
    require(me, Verb.CHECK_INBOX)
    desks = registrar_desks(me)
    rows = inbox(reading(), me, desks, limit=MOST_AT_ONCE)[:MOST_AT_ONCE]
    names = {desk.office_id: desk.office_name for desk in desks}
    return render_template(
        "routing/board.html",
        rows=board(reading(), me),
        letters=inbox_rows(rows, url_for, offices=names),
    )


@blueprint.post("/board/receive", endpoint="receive_across")
@policy(Verb.RECEIVE, kind="act", on="delivery")
def receive_many_across() -> Response:
    """ลงรับ letters of several schools, each under its own number."""
    picked = request.form.getlist("picked")
    if not 0 < len(picked) <= MOST_AT_ONCE:
        raise Invalid(f"กรุณาเลือกหนังสืออย่างน้อย 1 ฉบับ และไม่เกิน {MOST_AT_ONCE} ฉบับ")
    with act() as a:
        found = receive_across(a.session, a.actor, picked)
        said = ", ".join(f"{desk.office_name} {one.receive_no}" for one, desk in found[:20])
        a.answer(url_for("routing.board"), f"ลงรับแล้ว {len(found)} ฉบับ: {said}")
    return done(a)


@blueprint.post("/board/check", endpoint="check_inboxes")
@policy(Verb.CHECK_INBOX, kind="act", on="office")
def check() -> Response:
    """ตรวจกล่องแล้ว at the chosen schools."""
    with act() as a:
        found = check_inboxes(a.session, a.actor, request.form.getlist("office"))
        a.answer(url_for("routing.board"), f"บันทึกการตรวจกล่องแล้ว {len(found)} แห่ง")
    return done(a)
