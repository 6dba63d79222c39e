"""A group of an office, a network of schools: change, members, close."""

from __future__ import annotations

from flask import Response, render_template, request, url_for

from eoffice.users import divisions
from eoffice.users.auth import Act, act, actor, done, reading
from eoffice.users.forms.offices import GroupForm, NameForm
from eoffice.users.models import Group, Network, Office
from eoffice.users.routes.room import blueprint, save
from eoffice.users.services import divisions as services
from eoffice.verbs import Verb
from eoffice.web.fields import shown_version
from eoffice.web.guard import policy


@blueprint.get("/groups/<public_id>/edit", endpoint="edit_group")
@policy(Verb.CHANGE_GROUP, on="group")
def edit_group(public_id: str) -> str:
    """The form of a group."""
    group, office = divisions.load_group(reading(), actor(), public_id)
    form = GroupForm(formdata=None, obj=group)
    return _group_page(form, group, office, group.version)


@blueprint.post("/groups/<public_id>/edit", endpoint="change_group")
@policy(Verb.CHANGE_GROUP, kind="act", on="group")
def change_group(public_id: str) -> Response:
    """Change a group's name and place."""
    group, office = divisions.load_group(reading(), actor(), public_id)
    form, version = GroupForm(), shown_version()

    def write(a: Act) -> None:
        changed = services.change_group(
            a.session,
            a.actor,
            public_id,
            version=version,
            name=form.name.data or "",
            position=form.position.data or 0,
        )
        a.answer(_groups_of(office), f"บันทึก{changed.name}แล้ว")

    return save(form, lambda form: _group_page(form, group, office, version), write)


@blueprint.post("/groups/<public_id>/close", endpoint="close_group")
@policy(Verb.CLOSE_GROUP, kind="act", on="group")
def close_group(public_id: str) -> Response:
    """Close a group without posts."""
    _, office = divisions.load_group(reading(), actor(), public_id)
    with act() as a:
        group = services.close_group(a.session, a.actor, public_id, version=shown_version())
        a.answer(_groups_of(office), f"ยุบ{group.name}แล้ว")
    return done(a)


@blueprint.get("/networks/<public_id>", endpoint="network")
@policy(Verb.CHANGE_NETWORK, on="network")
def network(public_id: str) -> str:
    """A network: its name, its schools, closing."""
    found = divisions.load_network(reading(), actor(), public_id)
    return _network_page(NameForm(formdata=None, obj=found), found, found.version)


@blueprint.post("/networks/<public_id>", endpoint="change_network")
@policy(Verb.CHANGE_NETWORK, kind="act", on="network")
def change_network(public_id: str) -> Response:
    """Rename a network."""
    found = divisions.load_network(reading(), actor(), public_id)
    form, version = NameForm(), shown_version()

    def write(a: Act) -> None:
        services.change_network(
            a.session, a.actor, public_id, version=version, name=form.name.data or ""
        )
        a.answer(url_for("users.network", public_id=public_id), "บันทึกชื่อเครือข่ายแล้ว")

    return save(form, lambda form: _network_page(form, found, version), write)


@blueprint.post("/networks/<public_id>/members", endpoint="set_members")
@policy(Verb.CHANGE_NETWORK, kind="act", on="network")
def set_members(public_id: str) -> Response:
    """Say which schools are in a network."""
    divisions.load_network(reading(), actor(), public_id)
    with act() as a:
        offices = request.form.getlist("office")
        services.set_members(
            a.session, a.actor, public_id, version=shown_version(), offices=offices
        )
        target = url_for("users.network", public_id=public_id)
        a.answer(target, f"บันทึกโรงเรียนในเครือข่ายแล้ว {len(offices)} แห่ง")
    return done(a)


@blueprint.post("/networks/<public_id>/close", endpoint="close_network")
@policy(Verb.CLOSE_NETWORK, kind="act", on="network")
def close_network(public_id: str) -> Response:
    """Close a network without schools."""
    found = divisions.load_network(reading(), actor(), public_id)
    name = found.name
    with act() as a:
        services.close_network(a.session, a.actor, public_id, version=shown_version())
        a.answer(url_for("users.networks"), f"ยุบ{name}แล้ว")
    return done(a)


def _groups_of(office: Office) -> str:
    return url_for("users.office", public_id=office.public_id, _anchor="groups")


def _group_page(form: GroupForm, group: Group, office: Office, version: int) -> str:
    return render_template(
        "users/group.html", form=form, group=group, office=office, version=version
    )


def _network_page(form: NameForm, found: Network, version: int) -> str:
    schools = divisions.schools_with_networks(reading())
    return render_template(
        "users/network.html", form=form, network=found, schools=schools, version=version
    )
