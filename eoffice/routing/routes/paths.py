"""The paths of an office's drafts, and who may sign for it today."""

from __future__ import annotations

from flask import Response, render_template, request, url_for

from eoffice.documents.rules import LetterKind
from eoffice.routing.routes.room import blueprint, typed
from eoffice.routing.services.approval_path import MOST_LEVELS, levels_of, path_of, set_path
from eoffice.routing.signers import signers_today
from eoffice.users.auth import act, desk_actor, done, reading
from eoffice.users.permissions import require
from eoffice.verbs import Verb
from eoffice.web.guard import policy


@blueprint.get("/paths", endpoint="paths")
@policy(Verb.SET_PATH)
def paths() -> str:
    """The path of one kind of letters, to be set level by level; who may sign stands beside it."""
    me, own_desk = desk_actor()
    require(me, Verb.SET_PATH)
    kind, is_short = _kind(request.args.get("kind", "")), request.args.get("short") == "1"
    path = path_of(reading(), own_desk.office_id, kind, is_short=is_short)
    return render_template(
        "routing/paths.html",
        kinds=list(LetterKind),
        kind=kind,
        is_short=is_short,
        levels=[path[at] if at < len(path) else None for at in range(MOST_LEVELS)],
        seats=levels_of(reading(), own_desk.office_id),
        signers=signers_today(reading(), own_desk.office_id),
    )


@blueprint.post("/paths", endpoint="set_path")
@policy(Verb.SET_PATH, kind="act")
def keep_path() -> Response:
    """Keep the path of one kind of letters."""
    kind, is_short = _kind(typed("kind")), typed("short") == "1"
    levels = [
        (request.form.getlist(f"level_{at}"), typed(f"any_{at}") == "1")
        for at in range(MOST_LEVELS)
    ]
    with act() as a:
        set_path(a.session, a.actor, levels, kind=kind, is_short=is_short)
        a.answer(
            url_for("routing.paths", kind=kind or None, short="1" if is_short else None),
            "บันทึกทางเดินหนังสือแล้ว",
        )
    return done(a)


def _kind(wanted: str) -> str:
    return wanted if wanted in {kind.value for kind in LetterKind} else ""
