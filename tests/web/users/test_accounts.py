"""People and accounts at their pages: codes shown once, sessions ended, nobody of other offices."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.actor import SYSTEM
from eoffice.users.accounts import Account, AccountCode, SignInSession
from eoffice.users.models import Holding, Office, Person, Post
from eoffice.users.services.accounts import add_account
from eoffice.users.services.organisation import add_post
from eoffice.users.services.people import add_person, assign_post
from eoffice.verbs import Verb
from tests.plugins.web import Browser, location, on_sqlite, said
from tests.world import PASSWORD

CODE = re.compile(r"data-code>([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})<")
NEW_PERSON = {"first_name": "อารี", "last_name": "มาใหม่", "kind": "substantive"}


def person_id(stage, name):
    with stage.database.reading() as session:
        return session.get_one(Person, stage.world.people[name]).public_id


def account_id(stage, name):
    with stage.database.reading() as session:
        found = select(Account.public_id).where(Account.person_id == stage.world.people[name])
        return session.scalars(found).one()


def verbs_since(stage, last):
    with stage.database.reading() as session:
        rows = select(Activity.verb).where(Activity.id > last).order_by(Activity.id)
        return list(session.scalars(rows))


def last_activity(stage):
    with stage.database.reading() as session:
        return session.scalar(select(func.max(Activity.id)))


def empty_post(stage, office="school_a", roles=("officer",)):
    def make(session):
        row = session.get_one(Office, stage.world.offices[office])
        return add_post(session, SYSTEM, row, title="ครู", roles=roles).public_id

    return stage.make(make)


def test_a_new_person_comes_with_post_account_and_a_code_shown_once(stage, client, app):
    admin, office, post = client("a_admin"), stage.world.public["school_a"], empty_post(stage)
    page, last = f"/offices/{office}/people/new", last_activity(stage)
    form = admin.form(page, "/people/new").to_dict()
    sent = form | NEW_PERSON | {"post": post, "username": "aree.m"}
    answer = admin.post(page, **sent)
    assert answer.status_code == 200, said(answer)
    code = CODE.search(answer.text)[1]
    assert "aree.m" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert verbs_since(stage, last) == ["add_person", "assign_post", "add_person", "issue_code"]
    with stage.database.reading() as session:
        person = session.scalars(select(Person).where(Person.last_name == "มาใหม่")).one()
        stored = session.scalars(select(AccountCode.code_hash)).all()
        logged = "".join(session.scalars(select(Activity.facts)))
    assert code not in logged
    assert code.replace("-", "") not in "".join(stored) + logged
    before = stage.everything()
    again = admin.post(page, **sent)
    assert location(again) == f"/people/{person.public_id}"
    assert code not in again.text
    assert code not in admin.page(location(again))
    assert stage.everything() == before
    newcomer = Browser(app)
    answer = newcomer.submit(
        "/activate", "/activate", username="aree.m", code=code, password=PASSWORD, again=PASSWORD
    )
    assert location(answer) == "/sign-in"
    answer = newcomer.submit(
        "/activate", "/activate", username="aree.m", code=code, password=PASSWORD, again=PASSWORD
    )
    assert answer.status_code == 422
    assert newcomer.sign_in("aree.m", PASSWORD).status_code == 303


def test_a_later_code_ends_the_earlier_one_and_all_sessions_on_use(stage, client, app):
    teacher, admin = client("a_teacher"), client("a_admin")
    page, account = f"/people/{person_id(stage, 'a_teacher')}", account_id(stage, "a_teacher")
    codes = []
    for _ in range(2):
        with stage.leaves(Verb.ISSUE_CODE, "a_admin", "account", chain=0) as trace:
            answer = admin.submit(page, f"/accounts/{account}/code")
        assert answer.status_code == 200
        codes.append(CODE.search(answer.text)[1])
        assert trace["facts"]["kind"] == "reset"
    new = {"username": "a.teacher", "password": "ดวงจันทร์เหนือสวนยาง", "again": "ดวงจันทร์เหนือสวนยาง"}
    other = Browser(app)
    assert other.submit("/activate", "/activate", code=codes[0], **new).status_code == 422
    assert teacher.is_signed_in()
    assert location(other.submit("/activate", "/activate", code=codes[1].lower(), **new))
    assert not teacher.is_signed_in()


def test_the_answer_of_a_code_is_not_shown_by_its_form_again(stage, client):
    admin, page = client("a_admin"), f"/people/{person_id(stage, 'a_teacher')}"
    url = f"/accounts/{account_id(stage, 'a_teacher')}/code"
    fields = admin.form(page, url).to_dict()
    code = CODE.search(admin.post(url, **fields).text)[1]
    again = admin.post(url, **fields)
    assert location(again) == page
    assert code not in again.text + admin.page(page)
    assert admin.get(url).status_code == 405


def test_disabling_ends_sessions_at_once_and_enabling_lets_in_again(stage, client, app):
    teacher, admin = client("a_teacher"), client("a_admin")
    page, account = f"/people/{person_id(stage, 'a_teacher')}", account_id(stage, "a_teacher")
    admin.submit(page, f"/accounts/{account}/code")
    assert teacher.is_signed_in()
    assert location(admin.submit(page, f"/accounts/{account}/disable")) == page
    assert not teacher.is_signed_in()
    assert Browser(app).sign_in("a.teacher", PASSWORD).status_code == 401
    with stage.database.reading() as session:
        live = select(func.count()).where(SignInSession.ended_at.is_(None))
        row = session.get_one(Person, stage.world.people["a_teacher"])
        account_row = session.scalars(select(Account).where(Account.person_id == row.id)).one()
        assert session.scalar(live.where(SignInSession.account_id == account_row.id)) == 0
        codes = select(AccountCode).where(AccountCode.ended_at.is_(None))
        assert session.scalars(codes).all() == []
    shown = admin.page(page)
    assert f"/accounts/{account}/code" not in shown
    assert admin.post(f"/accounts/{account}/code").status_code == 409
    assert location(admin.submit(page, f"/accounts/{account}/enable")) == page
    assert location(Browser(app).sign_in("a.teacher", PASSWORD))


@on_sqlite
def test_nobody_locks_the_own_account(stage, client, nothing_written):
    admin = client("a_admin")
    url = f"/accounts/{account_id(stage, 'a_admin')}/disable"
    assert url not in admin.page(f"/people/{person_id(stage, 'a_admin')}")
    with nothing_written():
        answer = admin.post(url)
        assert answer.status_code == 409
        assert "บัญชีของตนเอง" in said(answer)


@on_sqlite
def test_who_serves_elsewhere_too_is_the_districts_to_administer(stage, client, nothing_written):
    """``a_registrar`` is also registrar of school C: A's administrator does not get in there."""
    admin, person = client("a_admin"), person_id(stage, "a_registrar")
    account, district = account_id(stage, "a_registrar"), client("admin")
    assert "มานี" in admin.page(f"/people/{person}")
    with nothing_written():
        for url, fields in (
            (f"/accounts/{account}/code", {}),
            (f"/accounts/{account}/disable", {}),
            (f"/people/{person}/edit", {"version": "1", "first_name": "ก", "last_name": "ข"}),
        ):
            answer = admin.post(url, **fields)
            assert answer.status_code == 403, said(answer)
            assert "ผู้ดูแลระบบเขตพื้นที่" in said(answer)
    assert district.post(f"/accounts/{account}/code").status_code == 200


@on_sqlite
def test_an_office_administrator_never_becomes_the_districts(stage, client, nothing_written):
    """An office administrator of the district office neither fills nor opens its administration."""

    def make(session):
        office = session.get_one(Office, stage.world.offices["district"])
        post = add_post(session, SYSTEM, office, title="ผู้ดูแล", roles=("office_admin",))
        person = add_person(session, SYSTEM, first_name="ดูแล", last_name="สำนักงาน")
        add_account(session, SYSTEM, person, username="office.admin")
        stage.world.people["d_admin"] = person.id
        holding = assign_post(session, SYSTEM, person, post, is_main=True)
        stage.world.holdings["d_admin"] = holding.id
        district = session.get_one(Post, stage.world.posts["admin"])
        held = session.scalars(select(Holding).where(Holding.post_id == district.id)).one()
        return post.public_id, person.public_id, district.public_id, held.public_id

    own_post, me, district_post, holding = stage.make(make)
    office_admin = client("d_admin")
    appointed = {"person": me, "kind": "acting_for", "order_no": "1", "ends_on": "31/12/2580"}
    with nothing_written():
        for url, fields in (
            (f"/posts/{own_post}/roles", {"role": "district_admin"}),
            (f"/posts/{district_post}/assign", appointed),
            (f"/posts/{district_post}/roles", {"role": "registrar"}),
            (f"/posts/{district_post}/roles/district_admin/end", {}),
            (f"/posts/{district_post}/close", {}),
            (f"/holdings/{holding}/end", {}),
            (f"/accounts/{account_id(stage, 'admin')}/code", {}),
            (f"/accounts/{account_id(stage, 'admin')}/disable", {}),
            (f"/accounts/{account_id(stage, 'auditor')}/code", {}),
        ):
            answer = office_admin.post(url, **fields)
            assert answer.status_code in (403, 422), f"{url}: {said(answer)}"
    assert "district_admin" not in office_admin.page(f"/posts/{own_post}")


@pytest.mark.parametrize("typed", ["1103700123456", "ab", "ชื่อไทย", "a b", "a.teacher"])
@on_sqlite
def test_a_username_that_cannot_be_used_is_said_on_the_form(stage, client, nothing_written, typed):
    admin, office, post = client("a_admin"), stage.world.public["school_a"], empty_post(stage)
    sent = NEW_PERSON | {"post": post, "username": typed}
    with nothing_written():
        answer = admin.post(f"/offices/{office}/people/new", **sent)
        assert answer.status_code in (409, 422)
        assert "มาใหม่" in answer.text
        assert "ชื่อผู้ใช้" in said(answer)


@on_sqlite
def test_a_person_has_one_account_and_a_post_of_the_own_office(stage, client, nothing_written):
    admin, office = client("a_admin"), stage.world.public["school_a"]
    page = f"/people/{person_id(stage, 'a_teacher')}"
    foreign = empty_post(stage, "school_b")
    with nothing_written():
        assert admin.post(f"{page}/account", username="second.name").status_code == 409
        sent = NEW_PERSON | {"post": foreign}
        assert admin.post(f"/offices/{office}/people/new", **sent).status_code in (404, 422)


@on_sqlite
def test_lists_show_the_own_people_and_whoever_left_last(stage, client):
    admin = client("a_admin")
    shown = admin.page("/people")
    assert "นางสมศรี" in shown and "นางสาวมานี" in shown
    assert "โรงเรียนอื่น" not in shown
    for name in ("b_registrar", "registrar", "director", "visitor"):
        assert person_id(stage, name) not in shown
        assert admin.get(f"/people/{person_id(stage, name)}").status_code == 404
    with stage.database.reading() as session:
        holding = session.get_one(Holding, stage.world.holdings["a_teacher"]).public_id
    yesterday = clock.today().replace(year=clock.today().year - 1).isoformat()
    admin.post(f"/holdings/{holding}/end", ends_on=yesterday)
    assert "นางสมศรี" in admin.page("/people?q=สมศรี")
    assert "ไม่มีตำแหน่งขณะนี้" in admin.page("/people?q=สมศรี")
    assert "ไม่พบบุคลากร" in admin.page("/people?q=นอก")
    assert "นายนอก" in client("admin").page("/people?q=นอก")


def test_the_district_pages_through_its_people_by_name(stage, client):
    def many(session):
        for number in range(60):
            add_person(session, SYSTEM, first_name="ก้าวหน้า", last_name=f"คนที่{number:02}")

    stage.make(many)
    district = client("admin")
    seen, url = [], "/people?q=ก้าวหน้า"
    while url:
        page = district.page(url)
        seen += re.findall(r"คนที่(\d\d)", page)
        found = re.search(r'href="([^"]+after=[^"]+)"[^>]*rel="next"', page)
        url = found[1].replace("&amp;", "&") if found else ""
    assert seen == [f"{number:02}" for number in range(60)]
