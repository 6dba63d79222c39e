"""The paths of an office's drafts, and who may sign for it today."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, url_for

from eoffice.documents.rules import LetterKind
from eoffice.routing.case_queries import groups_of
from eoffice.routing.routes.room import blueprint, typed
from eoffice.routing.services.approval_path import (
    EVERY_GROUP,
    MOST_LEVELS,
    MOST_SKIP_HOURS,
    AskedLevel,
    group_on_path,
    levels_of,
    path_of,
    set_path,
)
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
    office_id = own_desk.office_id
    group = group_on_path(reading(), office_id, request.args.get("group", ""))
    group_id = group.id if group else EVERY_GROUP
    path = path_of(reading(), office_id, kind, group_id=group_id, is_short=is_short)
    return _page(
        office_id,
        kind=kind,
        group=group,
        is_short=is_short,
        levels=[path[at] if at < len(path) else None for at in range(MOST_LEVELS)],
    )


def _page(office_id: int, **shown: Any) -> str:
    return render_template(
        "routing/paths.html",
        kinds=list(LetterKind),
        groups=groups_of(reading(), office_id),
        most_hours=MOST_SKIP_HOURS,
        seats=levels_of(reading(), office_id),
        signers=signers_today(reading(), office_id),
        **shown,
    )


@blueprint.post("/paths", endpoint="set_path")
@policy(Verb.SET_PATH, kind="act")
def keep_path() -> Response:
    """Keep the path of one kind of letters."""
    kind, is_short, group = _kind(typed("kind")), typed("short") == "1", typed("group")
    levels = [_level(at) for at in range(MOST_LEVELS)]
    with act() as a:
        set_path(a.session, a.actor, levels, kind=kind, group=group, is_short=is_short)
        shown: dict[str, Any] = {"kind": kind, "group": group, "short": "1" if is_short else ""}
        target = url_for("routing.paths", **{name: text for name, text in shown.items() if text})
        a.answer(target, "บันทึกทางเดินหนังสือแล้ว")
    return done(a)


def _level(at: int) -> AskedLevel:
    hours = typed(f"hours_{at}").strip()
    wanted = int(hours) if hours.isdecimal() and len(hours) < 5 else 0
    return AskedLevel(
        request.form.getlist(f"level_{at}"), typed(f"any_{at}") == "1", wanted if hours else None
    )


def _kind(wanted: str) -> str:
    return wanted if wanted in {kind.value for kind in LetterKind} else ""
