"""The office's list of signing authority: read, add a line, end one (App. 3)."""

from __future__ import annotations

from flask import Response, render_template, url_for

from eoffice import clock
from eoffice.errors import EofficeError
from eoffice.routing.case_queries import LEVEL, seats
from eoffice.routing.forms import AuthorityForm, day_of
from eoffice.routing.refusals import AuthorityHow
from eoffice.routing.routes.room import blueprint, typed
from eoffice.routing.services.authority import end_authority, set_authority
from eoffice.routing.signers import kind_words, lines_of, signers_today
from eoffice.users.auth import act, actor, desk_actor, done, reading
from eoffice.users.permissions import require
from eoffice.users.rules import Role
from eoffice.verbs import Verb
from eoffice.web.guard import policy


@blueprint.get("/signing-authority", endpoint="authority")
@policy(Verb.SET_AUTHORITY)
def authority() -> str:
    """Who may sign today, the list with its orders, and a form for a new line."""
    require(actor(), Verb.SET_AUTHORITY)
    return _page(_form(), is_open=False)


@blueprint.post("/signing-authority", endpoint="set_authority")
@policy(Verb.SET_AUTHORITY, kind="act")
def add_line() -> Response:
    """Add a line; what was typed stays on the page when it is refused."""
    require(actor(), Verb.SET_AUTHORITY)
    form = _form()
    if not form.validate():
        return Response(_page(form), 422)
    try:
        with act() as a:
            set_authority(a.session, a.actor, form.delegation())
            a.answer(url_for("routing.authority"), "เพิ่มในรายการมอบอำนาจลงนามแล้ว")
    except EofficeError as refusal:
        if refusal.status not in (409, 422):
            raise
        form.form_errors.append(str(refusal))
        return Response(_page(form), refusal.status)
    return done(a)


@blueprint.post("/signing-authority/<public_id>/end", endpoint="end_authority")
@policy(Verb.END_AUTHORITY, kind="act", on="signing_authority")
def end_line(public_id: str) -> Response:
    """End a line; its last day is the one given, today when none is."""
    ends_on = day_of(typed("ends_on")) or clock.today()
    with act() as a:
        end_authority(a.session, a.actor, public_id, ends_on=ends_on)
        a.answer(url_for("routing.authority"), "บันทึกวันสุดท้ายของอำนาจลงนามแล้ว")
    return done(a)


def _form() -> AuthorityForm:
    _, desk = desk_actor()
    form = AuthorityForm()
    form.post.choices = [
        (seat.post.public_id, f"{seat.post.title} ({seat.holder})" if seat.holder else seat.label)
        for seat in seats(reading(), desk.office_id)
        if 0 < seat.level < LEVEL[Role.DIRECTOR.value]
    ]
    return form


def _page(form: AuthorityForm, *, is_open: bool = True) -> str:
    _, desk = desk_actor()
    today = clock.today()
    lines = lines_of(reading(), desk.office_id)
    return render_template(
        "routing/authority.html",
        form=form,
        is_open=is_open,
        today=today,
        signers=signers_today(reading(), desk.office_id),
        lines=[row for row in lines if row[0].ends_on is None or row[0].ends_on >= today],
        past=[row for row in lines if row[0].ends_on is not None and row[0].ends_on < today],
        how_words=dict(AuthorityHow.choices()),
        kind_words=kind_words,
    )
