"""The case inside the office: its page, its lists, and the verbs that move it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from flask import Response, render_template, request, url_for

from eoffice import clock
from eoffice.errors import Invalid
from eoffice.routing.case_page import case_page, next_waiting, notes_of
from eoffice.routing.case_queries import approvers, cases, seats
from eoffice.routing.case_rows import case_list_rows, queue_rows
from eoffice.routing.forms import clock_time_of, day_of
from eoffice.routing.queries import PAGE, load_visible_case
from eoffice.routing.routes.room import blueprint, does, keyset, typed
from eoffice.routing.rules import CaseState
from eoffice.routing.services import casework, ordering
from eoffice.routing.services.ordering import Order
from eoffice.routing.services.phrases import phrases_of, set_phrases
from eoffice.users.auth import Act, act, actor, desk_actor, done, reading
from eoffice.users.permissions import may
from eoffice.verbs import Verb
from eoffice.web.fields import shown_version
from eoffice.web.guard import policy

MOST_AT_ONCE = 100
LISTED = tuple(state for state in CaseState if state is not CaseState.VOIDED)


@blueprint.get("/cases", endpoint="cases")
@policy(on="case")
def case_list() -> str:
    """The office's cases by state; those put aside stand in a list of their own."""
    me, own_desk = desk_actor()
    wanted = request.args.get("state", "")
    state = wanted if wanted in {s.value for s in LISTED} else CaseState.REGISTERED.value
    is_held = wanted == "held"
    rows = cases(reading(), me, own_desk, state=state, is_held=is_held, before=keyset())
    return render_template(
        "routing/cases.html",
        rows=case_list_rows(rows[:PAGE], url_for),
        next_key=rows[PAGE - 1].case.id if len(rows) > PAGE else None,
        states=LISTED,
        state="held" if is_held else state,
        can_propose=may(me, Verb.PROPOSE_CASE) and (is_held or state == CaseState.REGISTERED.value),
        approvers=approvers(reading(), own_desk),
    )


@blueprint.get("/queue", endpoint="queue")
@policy(on="case")
def queue_page() -> str:
    """What waits for this post, to be taken one after the other on a phone."""
    me, own_desk = desk_actor()
    rows = queue_rows(reading(), me, own_desk, url_for)
    people = seats(reading(), own_desk.office_id) if rows else []
    colleagues = [seat for seat in people if seat.post.id != own_desk.post_id]
    return render_template("routing/queue.html", rows=rows, colleagues=colleagues)


@blueprint.get("/cases/<public_id>", endpoint="case")
@policy(Verb.READ, on="case")
def show(public_id: str) -> str:
    """One case: the letter, what is asked of whom, what was endorsed, what can be done."""
    case, letter = load_visible_case(reading(), actor(), public_id)
    return render_template(
        "routing/case.html", own=case_page(reading(), actor(), case, letter), today=clock.today()
    )


@blueprint.get("/cases/<public_id>/sheet", endpoint="case_sheet")
@policy(Verb.READ, on="case")
def sheet(public_id: str) -> str:
    """The endorsement sheet, to print."""
    case, letter = load_visible_case(reading(), actor(), public_id)
    return render_template(
        "routing/case_sheet.html",
        own=case_page(reading(), actor(), case, letter),
        notes=notes_of(reading(), actor(), case),
    )


@blueprint.post("/cases/<public_id>/route", endpoint="route_case")
@policy(Verb.ROUTE, kind="act", on="case")
def route(public_id: str) -> Response:
    """ส่งกลุ่ม."""
    return does(
        casework.route,
        public_id,
        _stay,
        "ส่งกลุ่มแล้ว",
        group_public_id=typed("group"),
        note=typed("note"),
    )


@blueprint.post("/cases/<public_id>/hold", endpoint="hold_case")
@policy(Verb.HOLD, kind="act", on="case")
def hold(public_id: str) -> Response:
    """พักรอเสนอ."""
    with act() as a:
        casework.hold(a.session, a.actor, public_id, version=shown_version())
        a.answer(url_for("routing.cases", state="held"), "พักรอเสนอไว้แล้ว")
    return done(a)


@blueprint.post("/cases/<public_id>/propose", endpoint="propose_case")
@policy(Verb.PROPOSE_CASE, kind="act", on="case")
def propose(public_id: str) -> Response:
    """เสนอ with a summary and an opinion."""
    return does(
        casework.propose_case,
        public_id,
        _stay,
        "เสนอแล้ว",
        to=typed("to"),
        summary=typed("summary"),
        opinion=_words("opinion"),
    )


@blueprint.post("/queue/propose", endpoint="propose_cases")
@policy(Verb.PROPOSE_CASE, kind="act", on="case")
def propose_many() -> Response:
    """Propose several cases at once, all or none."""
    picked = list(dict.fromkeys(request.form.getlist("picked")))
    if not 0 < len(picked) <= MOST_AT_ONCE:
        raise Invalid(f"กรุณาเลือกเรื่องอย่างน้อย 1 เรื่อง และไม่เกิน {MOST_AT_ONCE} เรื่อง")
    with act() as a:
        casework.propose_many(a.session, a.actor, picked, to=typed("to"), opinion=typed("opinion"))
        a.answer(url_for("routing.cases"), f"เสนอแล้ว {len(picked)} เรื่อง")
    return done(a)


@blueprint.post("/cases/<public_id>/agree", endpoint="agree_case")
@policy(Verb.AGREE, kind="act", on="case")
def agree(public_id: str) -> Response:
    """เห็นชอบ and up to the next level."""
    return _pass_on(public_id, Verb.AGREE, "เห็นชอบและเสนอต่อแล้ว")


@blueprint.post("/cases/<public_id>/pass-up", endpoint="pass_up_case")
@policy(Verb.PASS_UP, kind="act", on="case")
def pass_up(public_id: str) -> Response:
    """ผ่านเรื่อง to the next level."""
    return _pass_on(public_id, Verb.PASS_UP, "ผ่านเรื่องแล้ว")


@blueprint.post("/cases/<public_id>/consult", endpoint="consult_on_case")
@policy(Verb.CONSULT, kind="act", on="case")
def consult(public_id: str) -> Response:
    """ขอความเห็น."""
    return does(
        ordering.consult,
        public_id,
        _stay,
        "ขอความเห็นแล้ว เรื่องยังอยู่ที่โต๊ะนี้",
        to=typed("to"),
        question=typed("question"),
    )


@blueprint.post("/cases/<public_id>/order", endpoint="give_order")
@policy(Verb.GIVE_ORDER, kind="act", on="case")
def give_order(public_id: str) -> Response:
    """สั่งการ with assignees; then the next case that waits."""
    order = Order(
        text=_words("text"),
        responsible=request.form.getlist("responsible"),
        informed=request.form.getlist("informed"),
        due_at=_due(),
    )
    with act() as a:
        ordering.give_order(a.session, a.actor, public_id, order, version=shown_version())
        _go_on(a, public_id, "สั่งการแล้ว")
    return done(a)


@blueprint.post("/cases/<public_id>/forward", endpoint="forward_case")
@policy(Verb.FORWARD, kind="act", on="case")
def forward(public_id: str) -> Response:
    """ส่งต่อ to another post."""
    return does(ordering.forward, public_id, _stay, "ส่งต่อแล้ว", to=typed("to"), note=typed("note"))


@blueprint.post("/cases/<public_id>/send-back", endpoint="send_back_case")
@policy(Verb.SEND_BACK_CASE, kind="act", on="case")
def send_back(public_id: str) -> Response:
    """ส่งคืน one step with a reason."""
    return does(
        casework.send_back_case, public_id, _go_on, "ส่งคืนแล้ว ผู้ส่งจะเห็นเหตุผล", reason=typed("reason")
    )


@blueprint.post("/cases/<public_id>/file", endpoint="file_away")
@policy(Verb.FILE_AWAY, kind="act", on="case")
def file_away(public_id: str) -> Response:
    """เก็บเข้าแฟ้ม."""
    return does(casework.file_away, public_id, _stay, "เก็บเข้าแฟ้มแล้ว", folder=typed("folder"))


@blueprint.post("/cases/<public_id>/reopen", endpoint="reopen_case")
@policy(Verb.REOPEN, kind="act", on="case")
def reopen(public_id: str) -> Response:
    """เปิดเรื่องอีกครั้ง with a reason."""
    return does(casework.reopen, public_id, _stay, "เปิดเรื่องอีกครั้งแล้ว", reason=typed("reason"))


@blueprint.get("/phrases", endpoint="phrases")
@policy(Verb.SET_PHRASES)
def phrases() -> str:
    """One's own frequent phrases, one a line."""
    return render_template("routing/phrases.html", phrases=phrases_of(reading(), actor()))


@blueprint.post("/phrases", endpoint="set_phrases")
@policy(Verb.SET_PHRASES, kind="act")
def keep_phrases() -> Response:
    """Keep one's own frequent phrases."""
    with act() as a:
        set_phrases(a.session, a.actor, typed("phrases").splitlines())
        a.answer(url_for("routing.phrases"), "บันทึกข้อความที่ใช้บ่อยแล้ว")
    return done(a)


def _pass_on(public_id: str, verb: Verb, said: str) -> Response:
    with act() as a:
        casework.pass_on(
            a.session,
            a.actor,
            public_id,
            verb,
            version=shown_version(),
            to=typed("to"),
            text=_words("text"),
        )
        _go_on(a, public_id, said)
    return done(a)


def _stay(a: Act, public_id: str, said: str) -> None:
    a.answer(url_for("routing.case", public_id=public_id), said)


def _go_on(a: Act, public_id: str, said: str) -> None:
    """On to the next case that waits at this desk, or to the empty queue."""
    key = next_waiting(a.session, a.actor, public_id)
    a.answer(
        url_for("routing.case", public_id=key) if key else url_for("routing.queue"),
        f"{said} เรื่องถัดไปอยู่ในหน้านี้" if key else said,
    )


def _words(name: str) -> str:
    """The tapped phrases and what was typed, as one text."""
    parts = [*request.form.getlist("phrase"), typed(name)]
    return "\n".join(part.strip() for part in parts if part.strip())


def _due() -> datetime | None:
    """The due time typed into a form; a day alone means the end of office hours."""
    day: Any = day_of(typed("due_on"))
    if day is None:
        return None
    at = clock_time_of(typed("due_time")) or time(16, 30)
    return datetime.combine(day, at, clock.BANGKOK).astimezone(UTC)
