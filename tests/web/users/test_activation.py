"""Single-use codes: once, in time, the newest only, for their account only; who issues them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.users.accounts import Account, AccountCode, SignInAttempt
from eoffice.users.services import accounts
from tests.plugins.web import Browser, location, on_sqlite, said
from tests.world import PASSWORD

NEW = "ประโยคใหม่ที่จำง่ายมาก"


@pytest.fixture
def issue(stage):
    """``issue("a_teacher")``: a fresh code for the account of a person."""

    def make(name: str, **details: object) -> str:
        def build(session):
            account = session.scalars(
                select(Account).where(Account.person_id == stage.world.people[name])
            ).one()
            return accounts.issue_code(session, SYSTEM, account, **details)

        return stage.make(build)

    return make


def activate(browser: Browser, code: str, username: str = "a.teacher", **fields: str):
    given = {"username": username, "code": code, "password": NEW, "again": NEW} | fields
    return browser.submit("/activate", "/activate", **given)


def test_a_code_sets_the_password_once(issue, app, stranger):
    code = issue("a_teacher")
    answer = activate(stranger, f" {code[:4]}-{code[4:].lower()} ")
    assert location(answer) == "/sign-in"
    assert "ตั้งรหัสผ่านแล้ว" in said(stranger.get("/sign-in"))
    assert location(Browser(app).sign_in("a.teacher", NEW)) == "/"
    assert Browser(app).sign_in("a.teacher", PASSWORD).status_code == 401
    again = activate(stranger, code, password=PASSWORD, again=PASSWORD)
    assert again.status_code == 422
    assert location(Browser(app).sign_in("a.teacher", NEW)) == "/"


@on_sqlite
def test_a_code_ends_the_sessions_of_its_account(issue, client, stranger):
    signed_in = client("a_teacher")
    location(activate(stranger, issue("a_teacher", kind="reset")))
    assert signed_in.get("/inbox").location.startswith("/sign-in")


@on_sqlite
def test_a_code_ends_after_a_day(issue, app):
    code, start = issue("a_teacher"), clock.now()
    late = Browser(app, at=start + timedelta(hours=24, seconds=1))
    assert activate(late, code).status_code == 422
    in_time = Browser(app, at=start + timedelta(hours=23))
    assert location(activate(in_time, code)) == "/sign-in"


@on_sqlite
def test_a_newer_code_ends_the_older(issue, stranger):
    older, newer = issue("a_teacher"), issue("a_teacher")
    assert activate(stranger, older).status_code == 422
    assert location(activate(stranger, newer)) == "/sign-in"


@on_sqlite
def test_a_code_opens_no_other_account(stage, issue, stranger, app):
    code = issue("a_teacher")
    assert activate(stranger, code, username="b.director").status_code == 422
    assert location(Browser(app).sign_in("b.director", PASSWORD))
    assert location(activate(stranger, code))


@on_sqlite
def test_a_disabled_account_is_not_activated(stage, issue, stranger):
    code = issue("a_teacher")

    def disable(session):
        account = session.scalars(
            select(Account).where(Account.person_id == stage.world.people["a_teacher"])
        ).one()
        accounts.disable_account(session, SYSTEM, account)

    stage.make(disable)
    assert activate(stranger, code).status_code == 422


@on_sqlite
def test_refusals_are_alike_and_throttled(issue, app):
    issue("a_teacher")
    guesser = Browser(app, address="198.51.100.7")
    answers = [
        activate(guesser, "AAAA-BBBB-CCCC", username=name)
        for name in ("a.teacher", "nobody.at.all", "b.director")
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({said(answer) for answer in answers}) == 1
    for _ in range(accounts.MAX_PER_NAME - 1):
        assert activate(guesser, "AAAA-BBBB-CCCC").status_code == 422
    assert activate(guesser, "AAAA-BBBB-CCCC").status_code == 429


@on_sqlite
def test_who_waits_does_not_wait_longer_for_asking(stage, issue, app):
    code, start = issue("a_teacher"), clock.now()
    person = Browser(app, address="198.51.100.7", at=start)
    for _ in range(accounts.MAX_PER_NAME):
        activate(person, "AAAA-BBBB-CCCC")
    person.at = start + accounts.WINDOW - timedelta(minutes=1)
    assert activate(person, code).status_code == 429
    person.at = start + accounts.WINDOW + timedelta(seconds=1)
    assert location(activate(person, code)) == "/sign-in"
    with stage.database.reading() as session:
        counted = session.scalar(select(func.count()).select_from(SignInAttempt))
    assert counted == accounts.MAX_PER_NAME + 1


@on_sqlite
@pytest.mark.parametrize(
    "fields",
    [
        {"password": "สั้นไป", "again": "สั้นไป"},
        {"password": NEW, "again": "คนละอย่างกันเลย"},
        {"password": "a.teacher-1234", "again": "a.teacher-1234"},
        {"code": ""},
        {"username": ""},
        {"code": "x" * 100_000},
    ],
    ids=lambda fields: ascii(fields)[:40],
)
def test_a_refused_password_leaves_the_code_usable(issue, stranger, fields):
    code = issue("a_teacher")
    answer = activate(stranger, **{"code": code} | fields)
    assert answer.status_code == 422
    assert "ยังตั้งรหัสผ่านไม่ได้" in said(answer)
    assert location(activate(stranger, code)) == "/sign-in"


@on_sqlite
def test_codes_are_kept_as_hashes_only(stage, issue):
    code = issue("a_teacher")
    with stage.database.reading() as session:
        row = session.scalars(select(AccountCode)).one()
    assert row.code_hash == accounts.token_hash(code)
    assert not any(code in str(cell) for row in stage.everything().values() for cell in row)


def test_an_administrator_issues_a_code_that_is_shown_once(stage, client, app):
    admin = client("a_admin")
    with stage.database.reading() as session:
        account = session.scalars(
            select(Account).where(Account.person_id == stage.world.people["a_teacher"])
        ).one()
    url = f"/accounts/{account.public_id}/code"
    form = {"_once": "e" * 32}
    answer = admin.post(url, **form)
    assert answer.status_code == 200
    shown = re.search(r"(?:[A-Z2-9]{4}-){2}[A-Z2-9]{4}", answer.text)
    assert shown is not None
    again = admin.post(url, **form)
    assert shown[0] not in again.text
    assert admin.get(url).status_code == 405
    assert location(activate(Browser(app), shown[0])) == "/sign-in"


@on_sqlite
@pytest.mark.parametrize(
    ("name", "status"), [("a_teacher", 404), ("a_registrar", 404), ("b_director", 404)]
)
def test_nobody_else_issues_codes(stage, client, nothing_written, name, status):
    person = client(name)
    with stage.database.reading() as session:
        account = session.scalars(
            select(Account).where(Account.person_id == stage.world.people["a_director"])
        ).one()
    with nothing_written():
        for verb in ("code", "disable", "enable"):
            assert person.post(f"/accounts/{account.public_id}/{verb}").status_code == status
