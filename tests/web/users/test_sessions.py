"""Sessions: listed, ended one by one and all, dead after sign-out, idleness and their last hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.db import new_public_id
from eoffice.users.accounts import SignInSession
from tests.plugins.web import Browser, location, on_sqlite, said
from tests.web.matrix import ROWS
from tests.world import PASSWORD

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)


def sessions_of(stage) -> list[SignInSession]:
    """The sessions of everybody, oldest first."""
    with stage.database.reading() as session:
        return list(session.scalars(select(SignInSession).order_by(SignInSession.id)))


def is_out(person: Browser) -> bool:
    answer = person.get("/inbox")
    return answer.status_code == 302 and answer.location.startswith("/sign-in")


def test_signing_out_kills_the_cookie_and_tells_the_browser_to_forget(client, app):
    clerk = client("a_registrar")
    cookie = clerk.client.get_cookie("eoffice").value
    answer = clerk.submit("/", "/sign-out")
    assert location(answer) == "/sign-in"
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    thief = Browser(app)
    thief.client.set_cookie("eoffice", cookie)
    assert is_out(thief)
    assert is_out(clerk)
    assert "ออกจากระบบแล้ว" in said(clerk.get("/sign-in"))


def test_one_session_is_ended_from_the_list(stage, client):
    first, second = client("a_registrar"), client("a_registrar")
    page = first.page("/account")
    other = sessions_of(stage)[-1].public_id
    assert other in page
    location(first.submit("/account", f"{other}/end"))
    assert is_out(second)
    assert not is_out(first)


@on_sqlite
def test_all_other_sessions_are_ended(client):
    first, *others = (client("a_registrar") for _ in range(4))
    answer = first.submit("/account", "/account/sessions/end")
    assert "3 เครื่อง" in said(first.get(location(answer)))
    assert all(map(is_out, others))
    assert not is_out(first)


@on_sqlite
def test_a_session_of_somebody_else_is_absent(stage, client, nothing_written):
    victim = client("b_registrar")
    theirs = sessions_of(stage)[-1].public_id
    other = client("a_registrar")
    with nothing_written():
        hidden = other.post(f"/account/sessions/{theirs}/end")
        absent = other.post(f"/account/sessions/{new_public_id()}/end")
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    assert not is_out(victim)
    assert theirs not in other.page("/account")


@on_sqlite
def test_a_changed_password_ends_the_other_sessions(client, app):
    here, elsewhere = client("a_registrar"), client("a_registrar")
    new = "ประโยคใหม่ที่จำง่ายมาก"
    answer = here.submit("/account", "/account/password", current=PASSWORD, new=new, again=new)
    assert location(answer) == "/account"
    assert is_out(elsewhere)
    assert not is_out(here)
    assert Browser(app).sign_in("a.registrar", PASSWORD).status_code == 401
    assert location(Browser(app).sign_in("a.registrar", new)) == "/"


@on_sqlite
@pytest.mark.parametrize(
    ("current", "new", "again"),
    [
        ("wrong-password", "ประโยคใหม่ที่จำง่ายมาก", "ประโยคใหม่ที่จำง่ายมาก"),
        (PASSWORD, "ประโยคใหม่ที่จำง่ายมาก", "คนละประโยคกันเลยนะ"),
        (PASSWORD, "สั้น", "สั้น"),
        (PASSWORD, "1234567890123", "1234567890123"),
        (PASSWORD, "a.registrar-2569", "a.registrar-2569"),
        (PASSWORD, "มานีครูธุรการ", "มานีครูธุรการ"),
        (PASSWORD, "aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa"),
        (PASSWORD, "password123", "password123"),
        (PASSWORD, "", ""),
    ],
)
def test_a_password_that_may_not_be_is_refused(client, nothing_written, current, new, again):
    clerk, elsewhere = client("a_registrar"), client("a_registrar")
    clerk.token()
    with nothing_written():
        answer = clerk.submit(
            "/account", "/account/password", current=current, new=new, again=again
        )
    assert answer.status_code == 422
    assert "ยังเปลี่ยนรหัสผ่านไม่ได้" in said(answer)
    assert PASSWORD not in answer.text
    assert not is_out(elsewhere)


@on_sqlite
def test_sixty_four_thai_letters_are_a_password(client, app):
    new = "ความลับของฉันคือชอบกินข้าวเหนียวมะม่วงทุกวันตอนบ่ายสามโมงเย็นนะจ"[:64]
    assert len(new) == 64
    clerk = client("a_registrar")
    assert location(
        clerk.submit("/account", "/account/password", current=PASSWORD, new=new, again=new)
    )
    assert location(Browser(app).sign_in("a.registrar", new)) == "/"


@on_sqlite
def test_an_idle_session_ends_and_a_used_one_goes_on(app):
    start = clock.now()
    clerk = Browser(app, at=start)
    location(clerk.sign_in("a.registrar", PASSWORD))
    for minutes in (20, 40, 60):
        clerk.at = start + timedelta(minutes=minutes)
        assert not is_out(clerk)
    clerk.at = start + timedelta(minutes=60) + IDLE - timedelta(seconds=1)
    assert not is_out(clerk)
    clerk.at += IDLE + timedelta(seconds=1)
    assert is_out(clerk)


@on_sqlite
def test_no_session_outlives_its_last_hour(app):
    start = clock.now()
    clerk = Browser(app, at=start)
    location(clerk.sign_in("a.registrar", PASSWORD))
    step = timedelta(minutes=25)
    while clerk.at + step < start + ABSOLUTE:
        clerk.at += step
        assert not is_out(clerk), clerk.at - start
    clerk.at = start + ABSOLUTE + timedelta(seconds=1)
    assert is_out(clerk)


@on_sqlite
def test_the_clock_set_back_makes_no_session_immortal(app):
    start = clock.now()
    clerk = Browser(app, at=start)
    location(clerk.sign_in("a.registrar", PASSWORD))
    clerk.at = start - timedelta(hours=2)
    assert not is_out(clerk)
    clerk.at = start + ABSOLUTE + timedelta(seconds=1)
    assert is_out(clerk)


@on_sqlite
def test_a_form_sent_after_the_session_ended_writes_nothing(client, nothing_written):
    clerk = client("a_registrar")
    form = clerk.form("/letters/new", "/letters/new").to_dict() | {"subject": "ร่างไว้"}
    clerk.at = clock.now() + ABSOLUTE + timedelta(minutes=1)
    with nothing_written():
        answer = clerk.post("/letters/new", **form)
    assert answer.status_code == 302
    assert answer.location == "/sign-in"


@on_sqlite
@pytest.mark.parametrize(
    "how",
    [
        {"fields": {"csrf_token": None}},
        {"fields": {"csrf_token": "another"}},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
        {"headers": {"Sec-Fetch-Site": "same-site"}},
        {"headers": {"Origin": "https://evil.example"}},
        {"headers": {"Origin": "null"}},
        {"headers": {"Origin": "http://localhost.evil.example"}},
    ],
    ids=str,
)
def test_forged_requests_do_nothing_on_any_route(client, nothing_written, how):
    clerk, other = client("a_registrar"), client("b_registrar")
    fields = dict(how.get("fields", {}))
    if fields.get("csrf_token") == "another":
        fields["csrf_token"] = other.token()
    clerk.token()
    with nothing_written():
        for row in ROWS:
            if row.method == "POST":
                url = row.rule.replace("<public_id>", "0" * 20).replace("<int:year>", "2569")
                answer = clerk.post(url, **fields, headers=how.get("headers", {}))
                assert answer.status_code in (400, 403), f"{row} {answer.status}"


@on_sqlite
def test_a_form_sent_as_plain_text_does_nothing(client, nothing_written):
    clerk = client("a_registrar")
    hidden = clerk.hidden()
    body = "&".join(f"{name}={value}" for name, value in hidden.items())
    with nothing_written():
        answer = clerk.open("/account/sessions/end", "POST", data=body, content_type="text/plain")
    assert answer.status_code == 400


@on_sqlite
def test_the_same_origin_is_let_in(client):
    clerk = client("a_registrar")
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert location(clerk.post("/account/sessions/end", headers=headers)) == "/account"
