"""Registering a letter from outside: paper or e-mail, with its scan."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from eoffice.documents.intake import store_of, taken_in
from eoffice.documents.kinds import ACCEPT
from eoffice.documents.rules import TopSecretRefused
from eoffice.errors import EofficeError
from eoffice.routing.forms import OutsideForm
from eoffice.routing.routes.room import blueprint
from eoffice.routing.rules import PossibleDuplicate
from eoffice.routing.services.receiving import register_outside
from eoffice.users.auth import act, actor, desk_actor, done, file_limits, note_refusal, settings
from eoffice.users.permissions import require
from eoffice.verbs import Verb
from eoffice.web.guard import policy

SHOWN_ON_FORM = (409, 413, 422)


@blueprint.get("/letters/outside/new", endpoint="outside")
@policy(Verb.REGISTER_OUTSIDE)
def outside_page() -> str:
    """An empty form; for registrars."""
    me, _ = desk_actor()
    require(me, Verb.REGISTER_OUTSIDE)
    return _page(OutsideForm())


@blueprint.post("/letters/outside/new", endpoint="register_outside")
@policy(Verb.REGISTER_OUTSIDE, kind="act", on="letter")
def register() -> ResponseReturnValue:
    """Register on receipt; a possible duplicate is asked about, nothing typed is lost."""
    form = OutsideForm()
    if not form.validate():
        return _page(form), 422
    try:
        return _save(form)
    except EofficeError as refusal:
        if isinstance(refusal, TopSecretRefused):
            note_refusal(actor(), Verb.REFUSE_TOP_SECRET, route=request.endpoint)
        if refusal.status not in SHOWN_ON_FORM:
            raise
        form.form_errors.append(str(refusal))
        return _page(form, is_duplicate=isinstance(refusal, PossibleDuplicate)), refusal.status


def _save(form: OutsideForm) -> ResponseReturnValue:
    limits = file_limits()
    taken = taken_in(
        store_of(settings().storage),
        request.files.getlist("files"),
        max_bytes=limits.largest,
    )
    with taken as stored, act() as under_way:
        letter, delivery, _ = register_outside(
            under_way.session,
            under_way.actor,
            form.outside(stored),
            is_confirmed=bool(form.is_confirmed.data),
            file_limit=limits.files,
        )
        under_way.answer(
            url_for("routing.letter", public_id=letter.public_id),
            f"ลงรับแล้ว เลขรับ {delivery.receive_no}",
        )
    return done(under_way)


def _page(form: OutsideForm, *, is_duplicate: bool = False) -> str:
    return render_template(
        "routing/outside.html",
        form=form,
        is_duplicate=is_duplicate or bool(form.is_confirmed.data),
        limit_mb=file_limits().megabytes,
        accept=ACCEPT,
    )
