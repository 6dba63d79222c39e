"""Closing an office: first what will move and end, then the act."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eoffice import clock
from eoffice.errors import EofficeError
from eoffice.routing.forms import ClosingForm
from eoffice.routing.routes.room import blueprint
from eoffice.routing.services import closing as services
from eoffice.users.auth import act, actor, done, reading
from eoffice.users.directory import load_office
from eoffice.users.models import Office
from eoffice.users.queries import open_offices
from eoffice.users.rules import OfficeClosed, OfficeKind
from eoffice.verbs import Verb
from eoffice.web.guard import policy

SHOWN_ON_FORM = (409, 422)


@blueprint.get("/offices/<public_id>/close", endpoint="closing")
@policy(Verb.CLOSE_OFFICE, on="office")
def closing(public_id: str) -> str:
    """Choose the successor; what would move is shown before anything does."""
    office = _open_office(public_id)
    form = _form(office)
    form.successor.process_data(request.args.get("successor", ""))
    form.closed_on.process_data(clock.today())
    return _page(form, office)


@blueprint.post("/offices/<public_id>/close", endpoint="close_office")
@policy(Verb.CLOSE_OFFICE, kind="act", on="office")
def close_office(public_id: str) -> ResponseReturnValue:
    """Close the office; its successor goes on."""
    office = load_office(reading(), actor(), public_id, Verb.CLOSE_OFFICE)
    form = _form(office)
    if not form.validate():
        return _page(form, office), 422
    try:
        return _close(form, office)
    except EofficeError as refusal:
        if refusal.status not in SHOWN_ON_FORM or isinstance(refusal, OfficeClosed):
            raise
        form.form_errors.append(str(refusal))
        return _page(form, office), refusal.status


def _close(form: ClosingForm, office: Office) -> Response:
    with act() as a:
        services.close_office(
            a.session,
            a.actor,
            office.public_id,
            successor_public_id=form.successor.data,
            closed_on=form.closed_on.day or clock.today(),
        )
        a.answer(url_for("users.office", public_id=office.public_id), f"ยุบเลิก{office.name}แล้ว")
    return done(a)


def _open_office(public_id: str) -> Office:
    office = load_office(reading(), actor(), public_id, Verb.CLOSE_OFFICE)
    if office.closed_on is not None:
        raise OfficeClosed(office=office.display_name)
    return office


def _form(office: Office) -> ClosingForm:
    form = ClosingForm()
    form.successor.choices = [
        ("", "เลือกหน่วยงาน"),
        *((other.public_id, other.name) for other in _candidates(office)),
    ]
    return form


def _candidates(office: Office) -> list[Office]:
    is_agency = office.kind == OfficeKind.AGENCY.value
    return [
        other
        for other in open_offices(reading())
        if other.id != office.id and (other.kind == OfficeKind.AGENCY.value) == is_agency
    ]


def _page(form: ClosingForm, office: Office) -> str:
    chosen = [o for o in _candidates(office) if o.public_id == form.successor.data]
    successor = chosen[0] if chosen else None
    return render_template(
        "routing/closing.html",
        form=form,
        office=office,
        successor=successor,
        moving=services.hand_over_of(reading(), office, successor) if successor else None,
    )
