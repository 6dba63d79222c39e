"""Signing in: uniform answers, throttles that lock nobody out, where it leads, and the cookie."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import argon2
import pytest
from sqlalchemy import func, select, update

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.actor import SYSTEM
from eoffice.users.accounts import Account, SignInAttempt, SignInSession
from eoffice.users.services import accounts
from eoffice.verbs import Verb
from tests.plugins.web import SECURE_HOST, Browser, location, on_sqlite, said
from tests.world import PASSWORD

HOSTILE_NEXT = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "HTTPS://evil.example",
    "%2f%2fevil.example",
    "javascript:alert(1)",
    "\tjavascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nX-Injected: 1",
    " //evil.example",
    "／／evil.example",
    "/\u2028/evil.example",
    "http:///evil.example",
    "//localhost@evil.example",
    "evil.example",
    "data:text/html,x",
]


def account_of(stage, name: str) -> Account:
    with stage.database.reading() as session:
        return session.scalars(
            select(Account).where(Account.person_id == stage.world.people[name])
        ).one()


def change_account(stage, name: str, **values) -> None:
    account = account_of(stage, name)
    stage.make(
        lambda session: session.execute(
            update(Account).where(Account.id == account.id).values(**values)
        )
    )


def body_without_tokens(answer) -> str:
    return re.sub(r'value="[^"]*"', "", answer.text)


def test_the_right_name_and_password_open_the_desk(stage, stranger):
    answer = stranger.sign_in("A.Registrar ", PASSWORD)
    assert location(answer) == "/"
    assert "โรงเรียนบ้านตัวอย่างเหนือ" in said(stranger.get("/"))
    with stage.database.reading() as session:
        row = session.scalars(select(Activity).order_by(Activity.id.desc()).limit(1)).one()
    assert (row.verb, row.chain) == (Verb.SIGN_IN.value, 0)
    assert row.person_id == stage.world.people["a_registrar"]


def test_every_refusal_is_the_same_answer(stage, app):
    change_account(stage, "b_director", disabled_at=clock.now())
    change_account(stage, "c_director", password_hash="")
    cases = [
        ("a.registrar", "wrong-password-here"),
        ("nobody.at.all", PASSWORD),
        ("b.director", PASSWORD),
        ("c.director", PASSWORD),
    ]
    answers = [Browser(app).sign_in(*case) for case in cases]
    assert {answer.status_code for answer in answers} == {401}
    assert len({body_without_tokens(answer) for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1
    with stage.database.reading() as session:
        failed = session.scalars(select(Activity).where(Activity.verb == "sign_in_failed")).all()
        assert session.scalar(select(func.count()).select_from(SignInSession)) == 0
    assert len(failed) == len(cases)
    for row in failed:
        assert (row.person_id, row.object_id) == (None, None)
        for name, _ in cases:
            assert name not in row.facts


@on_sqlite
def test_every_refusal_costs_one_verification_of_the_same_price(stage, app, monkeypatch):
    verified = []
    verify = argon2.PasswordHasher.verify

    def counting(self, stored, password):
        verified.append(argon2.extract_parameters(stored))
        return verify(self, stored, password)

    real = accounts.hasher().hash(PASSWORD)
    change_account(stage, "a_registrar", password_hash=real)
    monkeypatch.setattr(argon2.PasswordHasher, "verify", counting)
    for case in (("a.registrar", "wrong-password"), ("nobody.at.all", "wrong-password")):
        assert Browser(app).sign_in(*case).status_code == 401
    assert len(verified) == 2
    assert verified[0] == verified[1]


@on_sqlite
def test_wrong_passwords_are_throttled_here_but_the_owner_gets_in_elsewhere(app):
    attacker = Browser(app, address="198.51.100.7")
    for _ in range(accounts.MAX_PER_NAME):
        assert attacker.sign_in("a.registrar", "wrong-password").status_code == 401
    throttled = attacker.sign_in("a.registrar", PASSWORD)
    assert throttled.status_code == 429
    assert "รอ" in said(throttled)
    assert location(attacker.sign_in("b.registrar", PASSWORD))
    owner = Browser(app, address="192.0.2.20")
    assert location(owner.sign_in("a.registrar", PASSWORD)) == "/"


@on_sqlite
def test_unknown_names_are_throttled_alike(app):
    attacker = Browser(app, address="198.51.100.7")
    for _ in range(accounts.MAX_PER_NAME):
        assert attacker.sign_in("nobody.at.all", "wrong-password").status_code == 401
    assert attacker.sign_in("nobody.at.all", "wrong-password").status_code == 429


@on_sqlite
def test_the_throttle_opens_again_by_itself(app):
    start = clock.now()
    browser = Browser(app, address="198.51.100.7", at=start)
    for _ in range(accounts.MAX_PER_NAME):
        browser.sign_in("a.registrar", "wrong-password")
    browser.at = start + accounts.WINDOW - timedelta(seconds=1)
    assert browser.sign_in("a.registrar", PASSWORD).status_code == 429
    browser.at = start + accounts.WINDOW + timedelta(seconds=1)
    assert location(browser.sign_in("a.registrar", PASSWORD)) == "/"


@on_sqlite
@pytest.mark.parametrize(
    ("rows", "address", "status"),
    [
        (accounts.MAX_PER_ADDRESS, "198.51.100.7", 429),
        (accounts.MAX_PER_ADDRESS, "192.0.2.20", 303),
        (accounts.MAX_IN_ALL, "192.0.2.20", 429),
    ],
)
def test_one_address_and_all_together_are_throttled(stage, app, rows, address, status):
    def fail(session):
        session.add_all(
            SignInAttempt(
                name_hash=f"{n:064}", address="198.51.100.7", at=clock.now(), succeeded=False
            )
            for n in range(rows)
        )

    stage.make(fail)
    answer = Browser(app, address=address).sign_in("a.registrar", PASSWORD)
    assert answer.status_code == status


@on_sqlite
def test_forwarded_addresses_of_strangers_do_not_loosen_the_throttle(app):
    for n in range(accounts.MAX_PER_NAME):
        attacker = Browser(
            app, address="198.51.100.7", headers={"X-Forwarded-For": f"203.0.113.{n}"}
        )
        assert attacker.sign_in("a.registrar", "wrong-password").status_code == 401
    last = Browser(app, address="198.51.100.7", headers={"X-Forwarded-For": "203.0.113.99"})
    assert last.sign_in("a.registrar", PASSWORD).status_code == 429


@on_sqlite
def test_behind_a_configured_proxy_its_word_counts(stage, make_app):
    behind = make_app(trusted_proxies=1)
    headers = {"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https"}
    browser = Browser(behind, address="10.0.0.1", headers=headers)
    browser.headers["Referer"] = "https://localhost/"
    assert location(browser.sign_in("a.registrar", PASSWORD))
    with stage.database.reading() as session:
        assert session.scalars(select(SignInSession.address)).one() == "203.0.113.5"


@on_sqlite
@pytest.mark.parametrize("target", HOSTILE_NEXT, ids=ascii)
def test_the_way_on_stays_on_the_site(stranger, target):
    assert stranger.get("/sign-in", query_string={"next": target}).status_code == 200
    answer = stranger.sign_in("a.registrar", PASSWORD, next=target)
    leads_to = urlsplit(urljoin("http://localhost/sign-in", location(answer)))
    assert (leads_to.scheme, leads_to.netloc) == ("http", "localhost")
    assert "X-Injected" not in answer.headers
    assert not answer.headers["Location"].startswith(("//", "/\\"))


@on_sqlite
def test_the_way_on_is_the_page_that_was_asked_for(stranger):
    asked = stranger.get("/inbox?state=received")
    assert asked.location == "/sign-in?next=/inbox?state%3Dreceived"
    form = stranger.form(asked.location, "/sign-in").to_dict()
    answer = stranger.post("/sign-in", **form | {"username": "a.registrar", "password": PASSWORD})
    assert location(answer) == "/inbox?state=received"


@on_sqlite
def test_a_fragment_is_told_to_go_to_the_whole_page(stranger):
    answer = stranger.get("/inbox", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"
    assert answer.data == b""


@on_sqlite
@pytest.mark.parametrize(
    ("is_secure", "name", "base"),
    [(False, "eoffice", "http://localhost"), (True, "__Host-eoffice", SECURE_HOST)],
)
def test_the_cookie_is_closed(make_app, is_secure, name, base):
    browser = Browser(make_app(is_secure=is_secure), base=base)
    answer = browser.sign_in("a.registrar", PASSWORD)
    assert location(answer)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert ("secure" in parts) is is_secure
    assert not any(part.startswith("domain=") for part in parts)


@on_sqlite
def test_a_planted_cookie_is_not_kept(stage, app, client):
    planted = client("b_registrar")
    before = planted.client.get_cookie("eoffice").value
    victim = Browser(app)
    victim.client.set_cookie("eoffice", before)
    assert location(victim.sign_in("a.registrar", PASSWORD))
    assert victim.client.get_cookie("eoffice").value != before
    assert "โรงเรียนบ้านตัวอย่างเหนือ" in said(victim.get("/"))
    with stage.database.reading() as session:
        hashes = set(session.scalars(select(SignInSession.token_hash)))
    assert len(hashes) == 2
    assert not any(token in victim.client.get_cookie("eoffice").value for token in hashes)


@on_sqlite
@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("", PASSWORD),
        ("a.registrar", ""),
        ("ก" * 100_000, PASSWORD),
        ("a.registrar", "x" * 100_000),
        ("a.registrar' OR 1=1 --", "x"),
    ],
    ids=["no name", "no password", "long name", "long password", "sql"],
)
def test_odd_names_and_passwords_are_refused_with_words(stranger, username, password):
    answer = stranger.sign_in(username, password)
    assert answer.status_code in (401, 422)
    assert "เข้าสู่ระบบยังไม่ได้" in said(answer)


@on_sqlite
def test_passwords_and_names_are_in_no_log(stage, make_app, settings):
    browser = Browser(make_app())
    browser.sign_in("secret.username", "planted-password-123")
    browser.sign_in("a.registrar", PASSWORD)
    text = "".join(path.read_text() for path in (settings.storage / "logs").glob("*"))
    assert '"path": "/sign-in"' in text
    for planted in ("planted-password-123", "secret.username", PASSWORD, "a.registrar"):
        assert planted not in text


@on_sqlite
def test_a_disabled_person_is_out_at_once_and_stays_out(stage, client, app):
    clerk = client("a_registrar")
    assert clerk.get("/inbox").status_code == 200
    account = account_of(stage, "a_registrar")
    stage.make(
        lambda session: accounts.disable_account(
            session, SYSTEM, session.get_one(Account, account.id)
        )
    )
    assert clerk.get("/inbox").location.startswith("/sign-in")
    assert Browser(app).sign_in("a.registrar", PASSWORD).status_code == 401
    stage.make(
        lambda session: accounts.enable_account(
            session, SYSTEM, session.get_one(Account, account.id)
        )
    )
    assert clerk.get("/inbox").location.startswith("/sign-in")
    assert location(Browser(app).sign_in("a.registrar", PASSWORD)) == "/"
