"""The acts on one's own task: acknowledge, progress, report with files, opinion."""

from __future__ import annotations

from flask import Response, request, url_for

from eoffice.documents.intake import store_of, taken_in
from eoffice.routing.case_queries import load_visible_task
from eoffice.routing.routes.room import blueprint, does, typed
from eoffice.routing.services import ordering, reporting
from eoffice.users.auth import Act, act, actor, done, file_limits, reading, settings
from eoffice.verbs import Verb
from eoffice.web.fields import shown_version
from eoffice.web.guard import policy


@blueprint.post("/tasks/<public_id>/acknowledge")
@policy(Verb.ACKNOWLEDGE, kind="act", on="task")
def acknowledge(public_id: str) -> Response:
    """รับทราบ."""
    return does(reporting.acknowledge, public_id, _to_case, "รับทราบแล้ว")


@blueprint.post("/tasks/<public_id>/progress", endpoint="note_progress")
@policy(Verb.NOTE_PROGRESS, kind="act", on="task")
def note_progress(public_id: str) -> Response:
    """บันทึกความคืบหน้า."""
    return does(
        reporting.note_progress, public_id, _to_case, "บันทึกความคืบหน้าแล้ว", text=typed("text")
    )


@blueprint.post("/tasks/<public_id>/report", endpoint="report_task")
@policy(Verb.REPORT, kind="act", on="task")
def report(public_id: str) -> Response:
    """รายงานผล with files."""
    load_visible_task(reading(), actor(), public_id)
    uploads = request.files.getlist("files")
    store, limits = store_of(settings().storage), file_limits()
    with taken_in(store, uploads, max_bytes=limits.largest) as stored, act() as a:
        reporting.report(
            a.session,
            a.actor,
            public_id,
            version=shown_version(),
            text=typed("text"),
            files=stored,
            file_limit=limits.files,
        )
        _to_case(a, public_id, "รายงานผลแล้ว")
    return done(a)


@blueprint.post("/tasks/<public_id>/return", endpoint="return_report")
@policy(Verb.RETURN_REPORT, kind="act", on="task")
def return_report(public_id: str) -> Response:
    """ส่งรายงานคืน with a reason."""
    return does(
        reporting.return_report, public_id, _to_case, "ส่งรายงานคืนแล้ว", reason=typed("reason")
    )


@blueprint.post("/tasks/<public_id>/opinion", endpoint="give_opinion")
@policy(Verb.GIVE_OPINION, kind="act", on="task")
def give_opinion(public_id: str) -> Response:
    """ให้ความเห็น."""
    return does(reporting.give_opinion, public_id, _to_case, "ให้ความเห็นแล้ว", text=typed("text"))


@blueprint.post("/queue/hand-over", endpoint="hand_over")
@policy(Verb.FORWARD, kind="act")
def hand_over() -> Response:
    """Hand everything one still has to do to a colleague before an absence."""
    with act() as a:
        count = ordering.hand_over(a.session, a.actor, to=typed("to"), note=typed("note"))
        a.answer(url_for("routing.queue"), f"ส่งต่องานแล้ว {count} เรื่อง")
    return done(a)


def _to_case(a: Act, public_id: str, said: str) -> None:
    _, case, _ = load_visible_task(a.session, a.actor, public_id)
    a.answer(url_for("routing.case", public_id=case.public_id), said)
