"""Confirming by telephone: the page that asks whom and when, and the note."""

from __future__ import annotations

from flask import Response, render_template, url_for

from eoffice.documents.models import Letter
from eoffice.errors import EofficeError
from eoffice.routing.forms import PhoneForm
from eoffice.routing.models import Delivery
from eoffice.routing.routes.room import blueprint
from eoffice.routing.services.following import confirm_by_phone, own_delivery_to_follow
from eoffice.users.auth import act, actor, done, reading
from eoffice.users.models import Office
from eoffice.verbs import Verb
from eoffice.web.guard import policy


@blueprint.get("/deliveries/<public_id>/phone", endpoint="phone")
@policy(Verb.CONFIRM_BY_PHONE, on="delivery")
def phone(public_id: str) -> str:
    """Ask who confirmed, and when."""
    found = own_delivery_to_follow(reading(), actor(), public_id)
    return _page(PhoneForm(formdata=None), *found)


@blueprint.post("/deliveries/<public_id>/phone", endpoint="confirm_by_phone")
@policy(Verb.CONFIRM_BY_PHONE, kind="act", on="delivery")
def note_call(public_id: str) -> Response:
    """Note the call; what was typed stays on the page when it is refused."""
    form = PhoneForm()
    found = own_delivery_to_follow(reading(), actor(), public_id)
    if not form.validate():
        return Response(_page(form, *found), 422)
    target = url_for("routing.tracking", public_id=found[1].public_id)
    try:
        with act() as a:
            confirm_by_phone(
                a.session,
                a.actor,
                public_id,
                with_whom=form.with_whom.data or "",
                confirmed_at=form.confirmed_at,
                note=form.note.data or "",
            )
            a.answer(target, "บันทึกการยืนยันทางโทรศัพท์แล้ว")
    except EofficeError as refusal:
        return _refused(form, public_id, refusal)
    return done(a)


def _refused(form: PhoneForm, public_id: str, refusal: EofficeError) -> Response:
    if refusal.status not in (409, 422):
        raise refusal
    form.form_errors.append(str(refusal))
    found = own_delivery_to_follow(reading(), actor(), public_id)
    return Response(_page(form, *found), refusal.status)


def _page(form: PhoneForm, delivery: Delivery, letter: Letter) -> str:
    office = reading().get_one(Office, delivery.office_id)
    return render_template(
        "routing/phone.html", form=form, delivery=delivery, letter=letter, office=office
    )
