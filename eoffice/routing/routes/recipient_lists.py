"""Recipient lists of the desk's office: list, add, change, remove."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eoffice.errors import EofficeError
from eoffice.routing.forms import RecipientListForm
from eoffice.routing.models import RecipientList
from eoffice.routing.queries import load_recipient_list
from eoffice.routing.queries import recipient_lists as lists_of
from eoffice.routing.recipients import groups_and_offices
from eoffice.routing.routes.room import blueprint, typed
from eoffice.routing.services import addressing
from eoffice.routing.services.addressing import Addressing
from eoffice.users.auth import act, actor, desk_actor, done, reading
from eoffice.users.permissions import require
from eoffice.verbs import Verb
from eoffice.web.guard import policy

SHOWN_ON_FORM = (409, 422)


@blueprint.get("/recipient-lists")
@policy(Verb.SET_RECIPIENT_LIST, on="recipient_list")
def recipient_lists() -> str:
    """The lists of the desk's office with how many offices are on each."""
    me, desk = desk_actor()
    require(me, Verb.SET_RECIPIENT_LIST)
    return render_template("routing/recipient_lists.html", lists=lists_of(reading(), desk))


@blueprint.get("/recipient-lists/new", endpoint="new_recipient_list")
@policy(Verb.SET_RECIPIENT_LIST)
def new_recipient_list() -> str:
    """An empty list."""
    require(actor(), Verb.SET_RECIPIENT_LIST)
    return _page(RecipientListForm(), None, [])


@blueprint.post("/recipient-lists/new", endpoint="add_recipient_list")
@policy(Verb.SET_RECIPIENT_LIST, kind="act", on="recipient_list")
def add_recipient_list() -> ResponseReturnValue:
    """Make a list."""
    require(actor(), Verb.SET_RECIPIENT_LIST)
    return _save(None)


@blueprint.get("/recipient-lists/<public_id>")
@policy(Verb.SET_RECIPIENT_LIST, on="recipient_list")
def recipient_list(public_id: str) -> str:
    """A list with its offices."""
    row, members = load_recipient_list(reading(), actor(), public_id)
    form = RecipientListForm()
    form.name.process_data(row.name)
    return _page(form, row, members)


@blueprint.post("/recipient-lists/<public_id>", endpoint="set_recipient_list")
@policy(Verb.SET_RECIPIENT_LIST, kind="act", on="recipient_list")
def set_recipient_list(public_id: str) -> ResponseReturnValue:
    """Change a list; letters already addressed by it keep their recipients."""
    row, _ = load_recipient_list(reading(), actor(), public_id)
    return _save(row)


@blueprint.post("/recipient-lists/<public_id>/delete", endpoint="delete_recipient_list")
@policy(Verb.SET_RECIPIENT_LIST, kind="act", on="recipient_list")
def delete_recipient_list(public_id: str) -> Response:
    """Remove a list."""
    with act() as a:
        addressing.delete_recipient_list(a.session, a.actor, public_id)
        a.answer(url_for("routing.recipient_lists"), "ลบกลุ่มผู้รับแล้ว หนังสือที่ส่งไปแล้วไม่เปลี่ยนแปลง")
    return done(a)


def _save(row: RecipientList | None) -> ResponseReturnValue:
    form, members = RecipientListForm(), request.form.getlist("to_offices")
    if typed("_do") == "find":
        return _page(form, row, members)
    if not form.validate():
        return _page(form, row, members), 422
    try:
        with act() as a:
            saved = addressing.set_recipient_list(
                a.session,
                a.actor,
                name=form.name.data or "",
                offices=members,
                public_id=row.public_id if row else "",
            )
            a.answer(url_for("routing.recipient_lists"), f"บันทึกกลุ่มผู้รับ{saved.name}แล้ว")
    except EofficeError as refusal:
        if refusal.status not in SHOWN_ON_FORM:
            raise
        form.form_errors.append(str(refusal))
        return _page(form, row, members), refusal.status
    return done(a)


def _page(form: RecipientListForm, row: RecipientList | None, members: list[str]) -> str:
    _, desk = desk_actor()
    _, offices = groups_and_offices(reading(), desk, Addressing(offices=tuple(members)))
    return render_template(
        "routing/recipient_list.html",
        form=form,
        row=row,
        offices=offices,
        count=len(members),
        find_text=typed("to_find") if typed("_do") == "find" else "",
    )
