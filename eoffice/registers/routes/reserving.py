"""Reserving numbers for letters that come later, and cancelling what is not used (จองเลข)."""

from __future__ import annotations

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from eoffice import clock
from eoffice.errors import EofficeError, Invalid
from eoffice.registers.forms import ReasonForm, ReserveForm
from eoffice.registers.queries import load_entry, next_number, numbers_in, reserved_rows
from eoffice.registers.routes.room import blueprint
from eoffice.registers.rules import OUTGOING_SERIES, Series, wanted_number
from eoffice.registers.services import numbering
from eoffice.users.auth import act, actor, desk_actor, done, reading
from eoffice.users.permissions import require
from eoffice.verbs import Verb
from eoffice.web.guard import policy

SHOWN_ON_FORM = (409, 422)


@blueprint.get("/registers/reserve", endpoint="reserve")
@policy(Verb.RESERVE_NUMBER, on="book")
def reserve() -> str:
    """What is reserved, and a form to reserve more."""
    require(actor(), Verb.RESERVE_NUMBER)
    return _page(ReserveForm())


@blueprint.post("/registers/reserve", endpoint="reserve_number")
@policy(Verb.RESERVE_NUMBER, kind="act", on="book")
def reserve_number() -> ResponseReturnValue:
    """Reserve the next numbers; another number than the next is refused with advice."""
    require(actor(), Verb.RESERVE_NUMBER)
    form = ReserveForm()
    form.series.choices = _series()
    if not form.validate():
        return _page(form), 422
    try:
        return _reserve(form)
    except EofficeError as refusal:
        if refusal.status not in SHOWN_ON_FORM:
            raise
        form.form_errors.append(str(refusal))
        return _page(form), refusal.status


@blueprint.post("/registers/entries/<public_id>/cancel", endpoint="cancel_number")
@policy(Verb.CANCEL_NUMBER, kind="act", on="register_entry")
def cancel_number(public_id: str) -> Response:
    """Cancel a reserved number that is not used; it is burned."""
    load_entry(reading(), actor(), public_id)
    form = ReasonForm()
    if not form.validate():
        raise Invalid(str(next(iter(form.errors.values()))[0]))
    with act() as a:
        entry = numbering.cancel_number(
            a.session, a.actor, public_id, reason=form.reason.data or ""
        )
        said = f"ยกเลิกเลข {entry.number} แล้ว เลขนี้จะไม่ใช้อีก"
        a.answer(url_for("registers.reserve"), said)
    return done(a)


def _reserve(form: ReserveForm) -> Response:
    with act() as a:
        entries = numbering.reserve_number(
            a.session,
            a.actor,
            series=form.series.data,
            count=form.count.data or 0,
            reason=form.reason.data or "",
            wanted_no=wanted_number(form.wanted_no.data or ""),
        )
        first, last = entries[0].number, entries[-1].number
        numbers = str(first) if first == last else f"{first} ถึง {last}"
        a.answer(url_for("registers.reserve"), f"จองเลข {numbers} แล้ว ลงวันที่จองเป็นวันนี้")
    return done(a)


def _page(form: ReserveForm) -> str:
    _, desk = desk_actor()
    form.series.choices = _series()
    return render_template(
        "registers/reserve.html",
        form=form,
        reserved=reserved_rows(reading(), desk),
        labels=dict(Series.choices()),
        nexts=[
            (Series(value), next_number(reading(), desk.office_id, value, clock.this_year()))
            for value, _ in form.series.choices
        ],
    )


def _series() -> list[tuple[str, str]]:
    """The outgoing series in which the desk's office numbers this year."""
    _, desk = desk_actor()
    office_id = desk.office_id
    return [(s.value, s.label) for s in OUTGOING_SERIES if numbers_in(reading(), office_id, s)]
