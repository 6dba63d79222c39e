"""Offices, groups and networks: list, page, add, change."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor
from eoffice.documents.queries import emblem_of
from eoffice.users import directory
from eoffice.users.auth import Act, act, actor, desk_actor, done, reading
from eoffice.users.directory import PAGE, is_district_admin
from eoffice.users.forms.offices import (
    ChangeOfficeForm,
    NameForm,
    NewOfficeForm,
    network_choices,
)
from eoffice.users.models import Network, Office
from eoffice.users.permissions import may, require
from eoffice.users.queries import networks_with_counts
from eoffice.users.routes.room import blueprint, require_valid, save, words
from eoffice.users.rules import NetworkNotFound, OfficeKind, Role
from eoffice.users.services import organisation
from eoffice.verbs import Verb
from eoffice.web.fields import shown_version
from eoffice.web.guard import policy


@blueprint.get("/offices")
@policy(Verb.CHANGE_OFFICE, on="office")
def offices() -> ResponseReturnValue:
    """The offices of the district; an office's administrator goes to the own one."""
    me, desk = desk_actor()
    require(me, Verb.CHANGE_OFFICE)
    if not is_district_admin(me):
        return redirect(url_for("users.office", public_id=desk.office_public_id))
    return _offices_page(me)


def _offices_page(me: Actor) -> str:
    kind, network = request.args.get("kind", ""), request.args.get("network", "")
    is_closed = request.args.get("closed") == "1"
    rows = directory.offices_page(
        reading(),
        me,
        words=words(),
        kind=kind if kind in list(OfficeKind) else "",
        network=network,
        is_closed=is_closed,
        after=request.args.get("after", ""),
    )
    return render_template(
        "users/offices.html",
        rows=rows[:PAGE],
        has_more=len(rows) > PAGE,
        words=words(),
        kind=kind,
        kinds=OfficeKind,
        network=network,
        networks=[row for row, _ in networks_with_counts(reading())],
        is_closed=is_closed,
    )


@blueprint.get("/offices/new", endpoint="new_office")
@policy(Verb.ADD_OFFICE)
def new_office() -> str:
    """An empty form; for district administrators."""
    require(actor(), Verb.ADD_OFFICE)
    return _new_page(NewOfficeForm())


@blueprint.post("/offices/new", endpoint="add_office")
@policy(Verb.ADD_OFFICE, kind="act", on="office")
def add_office() -> Response:
    """Add a school or an agency."""
    require(actor(), Verb.ADD_OFFICE)
    form = NewOfficeForm()
    form.network.choices = _networks()

    def write(a: Act) -> None:
        office = organisation.add_office(
            a.session,
            a.actor,
            kind=form.kind.data,
            code=form.code.data or "",
            network_id=_network_id(a.session, form.network.data),
            name=form.name.data or "",
            short_name=form.short_name.data or "",
            address=form.address.data or "",
            phone=form.phone.data or "",
            saraban_email=form.saraban_email.data or "",
        )
        a.answer(url_for("users.office", public_id=office.public_id), f"เพิ่ม{office.name}แล้ว")

    return save(form, _new_page, write)


@blueprint.get("/offices/<public_id>")
@policy(Verb.CHANGE_OFFICE, on="office")
def office(public_id: str) -> str:
    """An office: facts, groups, posts with their holders."""
    me = actor()
    found = directory.load_office(reading(), me, public_id)
    return render_template(
        "users/office.html",
        office=found,
        kind=OfficeKind(found.kind).label,
        network=reading().get(Network, found.network_id) if found.network_id else None,
        successor=directory.successor_of(reading(), found),
        groups=directory.groups_of(reading(), found),
        posts=directory.posts_of(reading(), found),
        roles=Role,
        this_year=clock.this_year(),
        group_form=NameForm(formdata=None),
        may_close=may(me, Verb.CLOSE_OFFICE) and found.closed_on is None,
        is_inside=found.kind != OfficeKind.AGENCY.value,
        emblem=emblem_of(reading(), found.id),
    )


@blueprint.get("/offices/<public_id>/edit", endpoint="edit_office")
@policy(Verb.CHANGE_OFFICE, on="office")
def edit_office(public_id: str) -> str:
    """The form of an office's own facts."""
    found = directory.load_office(reading(), actor(), public_id)
    form = ChangeOfficeForm()
    network = reading().get(Network, found.network_id) if found.network_id else None
    form.network.choices = _networks()
    form.show(found, network.public_id if network else "")
    return _edit_page(form, found, found.version)


@blueprint.post("/offices/<public_id>/edit", endpoint="change_office")
@policy(Verb.CHANGE_OFFICE, kind="act", on="office")
def change_office(public_id: str) -> Response:
    """Change an office's own facts; a district administrator also its code and network."""
    found = directory.load_office(reading(), actor(), public_id)
    form, version = ChangeOfficeForm(), shown_version()
    form.network.choices = _networks()

    def write(a: Act) -> None:
        changed = organisation.change_office(
            a.session,
            a.actor,
            public_id,
            version=version,
            all_staff_read=bool(form.all_staff_read.data),
            **form.facts(),
        )
        if is_district_admin(a.actor):
            _change_place(a, form, changed)
        a.answer(url_for("users.office", public_id=public_id), "บันทึกข้อมูลหน่วยงานแล้ว")

    return save(form, lambda form: _edit_page(form, found, version), write)


@blueprint.post("/offices/<public_id>/groups", endpoint="add_group")
@policy(Verb.ADD_GROUP, kind="act", on="office")
def add_group(public_id: str) -> Response:
    """Add a group to an office."""
    directory.load_office(reading(), actor(), public_id, Verb.ADD_GROUP)
    form = NameForm()
    require_valid(form)
    with act() as a:
        found = organisation.office_of(a.session, public_id)
        position = len(directory.groups_of(a.session, found)) + 1
        group = organisation.add_group(
            a.session, a.actor, found, name=form.name.data or "", position=position
        )
        target = url_for("users.office", public_id=public_id, _anchor="groups")
        a.answer(target, f"เพิ่ม{group.name}แล้ว")
    return done(a)


@blueprint.get("/networks")
@policy(Verb.ADD_NETWORK, on="network")
def networks() -> str:
    """The networks of schools with how many schools are in each."""
    require(actor(), Verb.ADD_NETWORK)
    return _networks_page(NameForm(formdata=None))


@blueprint.post("/networks", endpoint="add_network")
@policy(Verb.ADD_NETWORK, kind="act", on="network")
def add_network() -> Response:
    """Add a network."""
    require(actor(), Verb.ADD_NETWORK)

    def write(a: Act) -> None:
        network = organisation.add_network(a.session, a.actor, name=form.name.data or "")
        a.answer(url_for("users.networks"), f"เพิ่ม{network.name}แล้ว")

    form = NameForm()
    return save(form, _networks_page, write)


def _networks_page(form: NameForm) -> str:
    return render_template(
        "users/networks.html", form=form, networks=networks_with_counts(reading())
    )


def _new_page(form: NewOfficeForm) -> str:
    form.network.choices = _networks()
    return render_template("users/office_form.html", form=form, office=None, version=None)


def _edit_page(form: ChangeOfficeForm, found: Office, version: int) -> str:
    return render_template(
        "users/office_form.html",
        form=form,
        office=found,
        version=version,
        has_code=is_district_admin(actor()),
        has_network=is_district_admin(actor()) and found.kind == OfficeKind.SCHOOL.value,
        is_inside=found.kind != OfficeKind.AGENCY.value,
    )


def _change_place(a: Act, form: ChangeOfficeForm, office: Office) -> None:
    """What the district says of an office: its code, and of a school its network."""
    code = (form.code.data or office.code).strip()
    if code != office.code:
        organisation.set_code(a.session, a.actor, office, code)
    if office.kind == OfficeKind.SCHOOL.value:
        network_id = _network_id(a.session, form.network.data)
        if network_id != office.network_id:
            organisation.set_network(a.session, a.actor, office, network_id)


def _networks() -> list[tuple[str, str]]:
    return network_choices(network for network, _ in networks_with_counts(reading()))


def _network_id(session: Session, public_id: str | None) -> int | None:
    if not public_id:
        return None
    found = session.scalars(select(Network.id).where(Network.public_id == public_id)).one_or_none()
    if found is None:
        raise NetworkNotFound
    return found
