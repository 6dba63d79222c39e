"""Pages of the per-person activity register (ทะเบียนรายงานการปฏิบัติงานรายบุคคล)."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, render_template, request

from eoffice import clock
from eoffice.activity.periods import Period, PeriodKind, period_of
from eoffice.activity.queries import (
    ACTS,
    HEADS,
    OVERSEERS,
    RegisterLine,
    letters_behind,
    may_see_office,
    may_see_person,
    register_lines,
)
from eoffice.activity.workbook import register_workbook
from eoffice.actor import Actor
from eoffice.documents.download import content_disposition
from eoffice.users.auth import actor, reading
from eoffice.users.frame import Entry, offer
from eoffice.users.models import Office
from eoffice.users.queries import open_offices
from eoffice.users.rules import OfficeNotFound, PersonNotFound
from eoffice.users.services.people import person_of
from eoffice.web.guard import policy

blueprint = Blueprint("activity", __name__, template_folder="templates")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONTHS = range(1, 13)


@blueprint.get("/activity", endpoint="register")
@policy(on="person")
def register_page() -> str:
    """The own line, and the lines of an office for those who may see it."""
    me, period = actor(), _period()
    office = _office(me)
    return render_template(
        "activity/register.html",
        period=period,
        kinds=PeriodKind,
        months=MONTHS,
        years=range(clock.this_year() - 4, clock.this_year() + 2),
        acts=ACTS,
        own=register_lines(reading(), period, person_id=me.person_id),
        office=office,
        offices=_offices(me),
        lines=register_lines(reading(), period, office_id=office.id) if office else [],
    )


@blueprint.get("/activity.xlsx", endpoint="workbook")
@policy(kind="export", on="person")
def workbook() -> Response:
    """The same lines as an Excel file."""
    me, period = actor(), _period()
    office = _office(me)
    lines: list[RegisterLine] = register_lines(
        reading(),
        period,
        office_id=office.id if office else None,
        person_id=None if office else me.person_id,
    )
    title = office.name if office else me.name
    response = Response(register_workbook(title, period, lines), mimetype=XLSX)
    response.headers["Content-Disposition"] = content_disposition(
        f"รายงานการปฏิบัติงาน {title} {period.label}.xlsx"
    )
    return response


@blueprint.get("/activity/<public_id>/<act_code>", endpoint="letters")
@policy(on="person")
def letters_page(public_id: str, act_code: str) -> str:
    """The letters behind one figure, as far as the reader may see them."""
    me, period, session = actor(), _period(), reading()
    person = person_of(session, public_id)
    if act_code not in ACTS or not may_see_person(session, me, person.id, period):
        raise PersonNotFound
    letters, total = letters_behind(session, me, period, person.id, act_code)
    return render_template(
        "activity/letters.html",
        person=person,
        heading=ACTS[act_code][0],
        period=period,
        letters=letters,
        total=total,
    )


def register(app: Flask) -> None:
    """Add the room's pages and its place in the menu."""
    app.register_blueprint(blueprint)
    offer(
        Entry(
            "activity.register",
            "รายงานการปฏิบัติงาน",
            is_offered=lambda _: True,
            is_apart=True,
            order=70,
        )
    )


def _period() -> Period:
    wanted = request.args
    return period_of(
        wanted.get("kind", ""),
        year=wanted.get("year", ""),
        month=wanted.get("month", ""),
        first=wanted.get("first", ""),
        last=wanted.get("last", ""),
    )


def _offices(me: Actor) -> list[Office]:
    if me.desk is None:
        return []
    sees_all = any(
        not desk.roles.isdisjoint(OVERSEERS)
        or (desk.office_kind == "district" and not desk.roles.isdisjoint(HEADS))
        for desk in me.desks
    )
    offices = open_offices(reading(), ("district", "school"))
    return [o for o in offices if sees_all or may_see_office(me, o.id)]


def _office(me: Actor) -> Office | None:
    """The office whose lines are asked for; the desk's own when nothing is asked and it may."""
    wanted = request.args.get("office", "")
    if not wanted:
        own = me.desk is not None and may_see_office(me, me.desk.office_id)
        return reading().get(Office, me.desk.office_id) if me.desk and own else None
    found = [office for office in _offices(me) if office.public_id == wanted]
    if not found:
        raise OfficeNotFound
    return found[0]
