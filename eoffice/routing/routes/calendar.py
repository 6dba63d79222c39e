"""The calendar of holidays: everybody reads it, the district changes it."""

from __future__ import annotations

from flask import Response, render_template, request, url_for

from eoffice import clock
from eoffice.errors import Invalid
from eoffice.routing.forms import day_of
from eoffice.routing.routes.room import blueprint, typed
from eoffice.routing.services.calendar_days import set_calendar_day
from eoffice.routing.working_days import holidays
from eoffice.users.auth import act, actor, done, reading
from eoffice.users.permissions import may
from eoffice.verbs import Verb
from eoffice.web.guard import policy


@blueprint.get("/calendar", endpoint="calendar")
@policy()
def calendar() -> str:
    """The holidays of a year."""
    wanted = request.args.get("year", "")
    is_year = wanted.isascii() and wanted.isdigit() and len(wanted) == 4 and int(wanted) > 2400
    year = int(wanted) if is_year else clock.this_year()
    return render_template(
        "routing/calendar.html",
        year=year,
        days=holidays(reading(), year - clock.BUDDHIST_OFFSET),
        can_set=may(actor(), Verb.SET_CALENDAR),
    )


@blueprint.post("/calendar", endpoint="set_calendar")
@policy(Verb.SET_CALENDAR, kind="act")
def keep_day() -> Response:
    """Add a holiday, or take one away by leaving its name empty."""
    day = day_of(typed("day"))
    if day is None:
        raise Invalid("กรุณากรอกวันที่")
    with act() as a:
        row = set_calendar_day(a.session, a.actor, day, typed("name"))
        said = "เพิ่มวันหยุดแล้ว" if row.name else "นำวันหยุดออกแล้ว"
        a.answer(url_for("routing.calendar", year=clock.be_year(day)), said)
    return done(a)
