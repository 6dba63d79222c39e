"""People: list, page, add with a post, change."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eoffice.users import directory
from eoffice.users.auth import Act, actor, reading
from eoffice.users.directory import PAGE
from eoffice.users.forms.people import NewPersonForm, PersonFacts, UsernameForm
from eoffice.users.models import Holding, Office, Person
from eoffice.users.permissions import require
from eoffice.users.routes.accounts import code_page
from eoffice.users.routes.room import blueprint, save, words
from eoffice.users.rules import PostNotFound
from eoffice.users.services import accounts
from eoffice.users.services import people as services
from eoffice.verbs import Verb
from eoffice.web.fields import shown_version
from eoffice.web.guard import policy


@blueprint.get("/people")
@policy(Verb.CHANGE_PERSON, on="person")
def people() -> str:
    """The people this desk administers, by name."""
    require(actor(), Verb.CHANGE_PERSON)
    rows = directory.people_page(
        reading(), actor(), words=words(), after=request.args.get("after", "")
    )
    return render_template(
        "users/people.html",
        rows=rows[:PAGE],
        has_more=len(rows) > PAGE,
        words=words(),
        is_district=directory.is_district_admin(actor()),
    )


@blueprint.get("/offices/<public_id>/people/new", endpoint="new_person")
@policy(Verb.ADD_PERSON, on="office")
def new_person(public_id: str) -> str:
    """An empty form: a person comes with a post."""
    office = directory.load_office(reading(), actor(), public_id, Verb.ADD_PERSON)
    form = _new_form(office)
    form.post.process_data(request.args.get("post", ""))
    return _new_page(form, office)


@blueprint.post("/offices/<public_id>/people/new", endpoint="add_person")
@policy(Verb.ADD_PERSON, kind="act", on="office")
def add_person(public_id: str) -> ResponseReturnValue:
    """Add a person at a post, with an account and its code where a username was typed."""
    office = directory.load_office(reading(), actor(), public_id, Verb.ADD_PERSON)
    form = _new_form(office)
    issued: list[str] = []

    def write(a: Act) -> None:
        person = _add(a, form, office)
        a.answer(url_for("users.person", public_id=person.public_id), f"เพิ่ม{person.full_name}แล้ว")
        if form.username.data:
            account = accounts.add_account(
                a.session, a.actor, person, username=form.username.data.strip()
            )
            issued[:] = [person.public_id, accounts.issue_code(a.session, a.actor, account)]

    answer = save(form, lambda form: _new_page(form, office), write)
    return code_page(*issued) if issued and answer.status_code == 303 else answer


@blueprint.get("/people/<public_id>")
@policy(Verb.CHANGE_PERSON, on="person")
def person(public_id: str) -> str:
    """A person: facts, posts, account."""
    found = directory.load_person(reading(), actor(), public_id)
    return person_page(UsernameForm(formdata=None), found)


@blueprint.get("/people/<public_id>/edit", endpoint="edit_person")
@policy(Verb.CHANGE_PERSON, on="person")
def edit_person(public_id: str) -> str:
    """The form of a person's facts."""
    found = directory.load_person(reading(), actor(), public_id)
    form = PersonFacts()
    form.show(found)
    return _edit_page(form, found, found.version)


@blueprint.post("/people/<public_id>/edit", endpoint="change_person")
@policy(Verb.CHANGE_PERSON, kind="act", on="person")
def change_person(public_id: str) -> Response:
    """Change a person's facts; signatures already given keep the name they had."""
    found = directory.load_person(reading(), actor(), public_id)
    form, version = PersonFacts(), shown_version()

    def write(a: Act) -> None:
        row = services.person_of(a.session, public_id)
        services.change_person(a.session, a.actor, row, version=version, **form.facts())
        a.answer(url_for("users.person", public_id=public_id), "บันทึกข้อมูลบุคลากรแล้ว")

    return save(form, lambda form: _edit_page(form, found, version), write)


@blueprint.post("/people/<public_id>/account", endpoint="add_account")
@policy(Verb.ADD_PERSON, kind="act", on="person")
def add_account(public_id: str) -> ResponseReturnValue:
    """Give a person an account; its code is shown once, on this answer."""
    found = directory.load_person(reading(), actor(), public_id)
    form, issued = UsernameForm(), list[str]()

    def write(a: Act) -> None:
        row = services.person_of(a.session, public_id)
        account = accounts.add_account(
            a.session, a.actor, row, username=(form.username.data or "").strip()
        )
        issued[:] = [public_id, accounts.issue_code(a.session, a.actor, account)]
        a.answer(url_for("users.person", public_id=public_id))

    answer = save(form, lambda form: person_page(form, found), write)
    return code_page(*issued) if issued and answer.status_code == 303 else answer


def person_page(form: UsernameForm, found: Person) -> str:
    """The page of a person, with the form of a missing account."""
    account = directory.account_of_person(reading(), found)
    seats = directory.seats_of(reading(), Holding.person_id == found.id, with_past=True)
    return render_template(
        "users/person.html",
        form=form,
        person=found,
        account=account,
        sessions=directory.live_sessions(reading(), account) if account else 0,
        seats=[seat for seat in seats if not seat.is_over],
        past=[seat for seat in seats if seat.is_over],
        is_self=found.id == actor().person_id,
    )


def _add(a: Act, form: NewPersonForm, office: Office) -> Person:
    post = services.post_of(a.session, form.post.data or "")
    if post.office_id != office.id:
        raise PostNotFound
    person = services.add_person(a.session, a.actor, **form.facts())
    services.assign_post(
        a.session,
        a.actor,
        person,
        post,
        is_main=True,
        **form.holding(),
    )
    return person


def _new_form(office: Office) -> NewPersonForm:
    form = NewPersonForm()
    rows = directory.posts_of(reading(), office)
    form.post.choices = [("", "เลือกตำแหน่ง"), *((r.post.public_id, r.post.title) for r in rows)]
    return form


def _new_page(form: NewPersonForm, office: Office) -> str:
    return render_template("users/person_new.html", form=form, office=office)


def _edit_page(form: PersonFacts, found: Person, version: int) -> str:
    return render_template("users/person_edit.html", form=form, person=found, version=version)
