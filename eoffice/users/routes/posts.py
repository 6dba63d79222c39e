"""Posts, their roles, and who holds them: add, give, assign, end."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.users import directory
from eoffice.users.auth import Act, act, actor, done, reading
from eoffice.users.directory import CHOICES, is_district_admin
from eoffice.users.forms.offices import (
    ChangePostForm,
    PostForm,
    RoleForm,
    group_choices,
    role_choices,
)
from eoffice.users.forms.people import AssignForm
from eoffice.users.models import Group, Holding, Office, Post
from eoffice.users.routes.room import blueprint, save, typed_day, words
from eoffice.users.rules import GroupNotFound, Role
from eoffice.users.services import organisation, people, roles
from eoffice.verbs import Verb
from eoffice.web.fields import shown_version
from eoffice.web.guard import policy


@blueprint.get("/offices/<public_id>/posts/new", endpoint="new_post")
@policy(Verb.ADD_POST, on="office")
def new_post(public_id: str) -> str:
    """An empty form for a new seat."""
    office = directory.load_office(reading(), actor(), public_id, Verb.ADD_POST)
    return _new_page(_post_form(office), office)


@blueprint.post("/offices/<public_id>/posts/new", endpoint="add_post")
@policy(Verb.ADD_POST, kind="act", on="office")
def add_post(public_id: str) -> Response:
    """Add a seat with its roles."""
    office = directory.load_office(reading(), actor(), public_id, Verb.ADD_POST)
    form = _post_form(office)

    def write(a: Act) -> None:
        post = organisation.add_post(
            a.session,
            a.actor,
            organisation.office_of(a.session, public_id),
            title=form.title.data or "",
            roles=tuple(form.roles.data or ()),
            group_id=_group_id(a.session, office, form.group.data),
            order_no=form.order_no.data or "",
            starts_on=form.starts_on.day,
        )
        a.answer(url_for("users.post", public_id=post.public_id), f"เพิ่มตำแหน่ง{post.title}แล้ว")

    return save(form, lambda form: _new_page(form, office), write)


@blueprint.get("/posts/<public_id>")
@policy(Verb.ADD_POST, on="post")
def post(public_id: str) -> str:
    """A seat: its roles, who is at it now and who was."""
    found, office = directory.load_post(reading(), actor(), public_id)
    return _post_page(_role_form(), found, office)


@blueprint.get("/posts/<public_id>/edit", endpoint="edit_post")
@policy(Verb.CHANGE_POST, on="post")
def edit_post(public_id: str) -> str:
    """The form of a seat's title and group."""
    found, office = directory.load_post(reading(), actor(), public_id)
    form = _change_form(office)
    group = reading().get(Group, found.group_id) if found.group_id else None
    form.title.process_data(found.title)
    form.group.process_data(group.public_id if group else "")
    return _edit_page(form, found, office, found.version)


@blueprint.post("/posts/<public_id>/edit", endpoint="change_post")
@policy(Verb.CHANGE_POST, kind="act", on="post")
def change_post(public_id: str) -> Response:
    """Rename a seat, or move it to another group of its office."""
    found, office = directory.load_post(reading(), actor(), public_id)
    form, version = _change_form(office), shown_version()

    def write(a: Act) -> None:
        row = people.post_of(a.session, public_id)
        group_id = _group_id(a.session, office, form.group.data)
        group = a.session.get(Group, group_id) if group_id else None
        title = form.title.data or ""
        organisation.change_post(a.session, a.actor, row, version=version, title=title, group=group)
        a.answer(url_for("users.post", public_id=public_id), f"บันทึกตำแหน่ง{row.title}แล้ว")

    return save(form, lambda form: _edit_page(form, found, office, version), write)


@blueprint.post("/posts/<public_id>/roles", endpoint="set_role")
@policy(Verb.SET_ROLE, kind="act", on="post")
def set_role(public_id: str) -> Response:
    """Give a seat a role."""
    found, office = directory.load_post(reading(), actor(), public_id)
    form = _role_form()

    def write(a: Act) -> None:
        row = roles.set_role(
            a.session,
            a.actor,
            people.post_of(a.session, public_id),
            role=form.role.data,
            starts_on=form.starts_on.day or clock.today(),
            ends_on=form.ends_on.day,
            order_no=form.order_no.data or "",
        )
        a.answer(url_for("users.post", public_id=public_id), f"กำหนดหน้าที่{Role(row.role).label}แล้ว")

    return save(form, lambda form: _post_page(form, found, office), write)


@blueprint.post("/posts/<public_id>/roles/<role>/end", endpoint="end_role")
@policy(Verb.SET_ROLE, kind="act", on="post")
def end_role(public_id: str, role: str) -> Response:
    """End a role of a seat; its last day is the one given, today when none is."""
    directory.load_post(reading(), actor(), public_id)
    ends_on = typed_day("ends_on")
    with act() as a:
        row = roles.live_role(a.session, people.post_of(a.session, public_id), role)
        roles.end_role(a.session, a.actor, row, ends_on=ends_on)
        a.answer(url_for("users.post", public_id=public_id), "บันทึกวันสิ้นสุดหน้าที่แล้ว")
    return done(a)


@blueprint.post("/posts/<public_id>/close", endpoint="close_post")
@policy(Verb.CLOSE_POST, kind="act", on="post")
def close_post(public_id: str) -> Response:
    """Close a seat."""
    _, office = directory.load_post(reading(), actor(), public_id)
    closed_on = typed_day("closed_on")
    with act() as a:
        row = people.post_of(a.session, public_id)
        organisation.close_post(a.session, a.actor, row, closed_on=closed_on)
        a.answer(url_for("users.office", public_id=office.public_id), f"ยุบตำแหน่ง{row.title}แล้ว")
    return done(a)


@blueprint.get("/posts/<public_id>/assign")
@policy(Verb.ASSIGN_POST, on="post")
def assign(public_id: str) -> str:
    """Find a person for a seat."""
    found, office = directory.load_post(reading(), actor(), public_id)
    return _assign_page(AssignForm(), found, office)


@blueprint.post("/posts/<public_id>/assign", endpoint="assign_post")
@policy(Verb.ASSIGN_POST, kind="act", on="post")
def assign_post(public_id: str) -> Response:
    """Let a person hold a seat."""
    found, office = directory.load_post(reading(), actor(), public_id)
    form = AssignForm()

    def write(a: Act) -> None:
        person = directory.load_person(a.session, a.actor, form.person.data or "")
        people.assign_post(
            a.session,
            a.actor,
            person,
            people.post_of(a.session, public_id),
            is_main=bool(form.is_main.data),
            **form.holding(),
        )
        a.answer(url_for("users.post", public_id=public_id), f"แต่งตั้ง{person.full_name}แล้ว")

    return save(form, lambda form: _assign_page(form, found, office), write)


@blueprint.post("/holdings/<public_id>/end", endpoint="end_holding")
@policy(Verb.END_HOLDING, kind="act", on="holding")
def end_holding(public_id: str) -> Response:
    """End a holding; its last day is the one given, today when none is."""
    _, post = directory.load_holding(reading(), actor(), public_id)
    ends_on = typed_day("ends_on")
    with act() as a:
        holding, _, person = people.holding_of(a.session, public_id)
        people.end_holding(a.session, a.actor, holding, ends_on=ends_on)
        said = f"บันทึกวันสุดท้ายของ{person.full_name}แล้ว"
        a.answer(url_for("users.post", public_id=post.public_id), said)
    return done(a)


def _post_form(office: Office) -> PostForm:
    form = PostForm()
    form.group.choices = group_choices(directory.groups_of(reading(), office))
    form.roles.choices = role_choices(is_district=is_district_admin(actor()))
    return form


def _role_form() -> RoleForm:
    form = RoleForm()
    form.role.choices = role_choices(is_district=is_district_admin(actor()))
    return form


def _group_id(session: Session, office: Office, public_id: str | None) -> int | None:
    if not public_id:
        return None
    found = session.scalars(
        select(Group.id).where(Group.public_id == public_id, Group.office_id == office.id)
    ).one_or_none()
    if found is None:
        raise GroupNotFound
    return found


def _change_form(office: Office) -> ChangePostForm:
    form = ChangePostForm()
    form.group.choices = group_choices(directory.groups_of(reading(), office))
    return form


def _edit_page(form: ChangePostForm, found: Post, office: Office, version: int) -> str:
    return render_template(
        "users/post_edit.html", form=form, post=found, office=office, version=version
    )


def _new_page(form: PostForm, office: Office) -> str:
    return render_template("users/post_form.html", form=form, office=office)


def _post_page(form: RoleForm, found: Post, office: Office) -> str:
    seats = directory.seats_of(reading(), Holding.post_id == found.id, with_past=True)
    group = reading().get(Group, found.group_id) if found.group_id else None
    return render_template(
        "users/post.html",
        form=form,
        post=found,
        office=office,
        group=group,
        roles=directory.roles_of(reading(), found),
        role_labels=dict(Role.choices()),
        seats=[seat for seat in seats if not seat.is_over],
        past=[seat for seat in seats if seat.is_over],
    )


def _assign_page(form: AssignForm, found: Post, office: Office) -> str:
    typed = request.form.get("q", "")[:200] or words()
    rows = directory.people_page(reading(), actor(), words=typed, limit=CHOICES) if typed else []
    return render_template(
        "users/assign.html",
        form=form,
        post=found,
        office=office,
        words=typed,
        rows=rows[:CHOICES],
        has_more=len(rows) > CHOICES,
    )
