"""Headers of every answer, foreign hosts, forwarded headers, health and readiness."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event

from eoffice import clock, jobs
from eoffice.activity.models import ChainHead
from eoffice.jobs import Job
from tests.plugins.web import SECURE_HOST, Browser, location, on_sqlite
from tests.web.district import District, address
from tests.web.matrix import PUBLIC, ROWS
from tests.world import PASSWORD

GETS = [row for row in ROWS if row.method == "GET"]
FORWARDED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "444",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=203.0.113.9;host=evil.example;proto=https",
    "X-Original-URL": "/account",
    "X-HTTP-Method-Override": "DELETE",
}


@pytest.mark.parametrize("row", GETS, ids=str)
def test_every_answer_carries_the_closed_headers(district: District, row) -> None:
    things = [district.scene.things[name] for name in row.things or district.scene.of(row.on)]
    for name, thing_id in (
        ("registrar", things[0].public_id if things else "0" * 20),
        ("b_registrar", "0" * 20),
        ("anonymous", "0" * 20),
    ):
        answer = district.ask(row, name, thing_id)
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        if answer.mimetype == "text/html":
            for part in ("frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"):
                assert part in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert re.fullmatch(r"[0-9a-f]{32}", headers["X-Request-ID"])
        assert headers["Cache-Control"] == "no-store" or row.rule.startswith("/static/")
        assert "Strict-Transport-Security" not in headers
        assert "Access-Control-Allow-Origin" not in headers
        assert not re.search(r"\d+\.\d+", headers.get("Server", ""))


def test_every_request_has_an_id_of_its_own(district: District) -> None:
    browser = district.person("registrar")
    ids = {browser.get("/inbox").headers["X-Request-ID"] for _ in range(5)}
    given = browser.get("/inbox", headers={"X-Request-ID": "a" * 32}).headers["X-Request-ID"]
    assert len(ids) == 5
    assert given != "a" * 32


def test_no_answer_tells_a_path_a_version_or_a_trace(district: District) -> None:
    for url in ("/nope", "/letters/x", "/static/../config.py", "/inbox?before=x", "/.git/config",
                "/.env", "/files/../../etc/passwd", "/static/%2e%2e/config.py", "/eoffice.sqlite3",
                "/%00", "/letters/%00%ff", "/" + "a" * 5_000):  # fmt: skip
        for name in ("anonymous", "registrar"):
            answer = district.person(name).get(url)
            assert answer.status_code in (200, 302, 400, 404, 414), f"{url} {answer.status}"
            assert answer.status_code != 200 or url.startswith("/inbox")
            for word in ("Traceback", "sqlalchemy", "SELECT ", "/eoffice/", "Werkzeug"):
                assert word not in answer.text, url


def test_tls_adds_strict_transport(make_app: Callable) -> None:
    browser = Browser(make_app(is_secure=True), base=SECURE_HOST)
    answer = browser.get("/sign-in")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@on_sqlite
def test_a_foreign_host_gets_nothing(make_app: Callable, nothing_written) -> None:
    browser = Browser(make_app(trusted_hosts="eoffice.example.go.th localhost"))
    with nothing_written():
        for host in ("evil.example", "localhost.evil.example", "evil.example:80", "[::1]", ""):
            answer = browser.get("/sign-in", headers={"Host": host})
            assert answer.status_code == 400, host
            assert host not in answer.text or not host
    assert browser.get("/sign-in").status_code == 200
    assert browser.get("/sign-in", headers={"Host": "eoffice.example.go.th"}).status_code == 200


@on_sqlite
def test_forwarded_headers_of_strangers_change_nothing(client: Callable, settings, app) -> None:
    plain, forged = client("a_registrar"), client("a_registrar", headers=FORWARDED)
    assert forged.get("/sign-in").status_code == plain.get("/sign-in").status_code
    answer = forged.get("/inbox")
    assert answer.status_code == 200
    assert "evil.example" not in answer.text
    assert "Strict-Transport-Security" not in answer.headers
    assert location(forged.post("/account/sessions/end")) == "/account"


@on_sqlite
def test_the_access_log_is_json_lines_whatever_is_sent(make_app: Callable, settings) -> None:
    browser = Browser(make_app())
    hostile = {"User-Agent": 'x\x1b[31m\\"' + "ก".encode().decode("latin-1") + "y" * 100_000}
    browser.get("/nope%0d%0aSet-Cookie:%20x?q=secret-words", headers=hostile | FORWARDED)
    browser.sign_in("a.registrar", PASSWORD)
    browser.get("/inbox")
    text = next((settings.storage / "logs").glob("access-*.jsonl")).read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert "\x1b" not in text
    assert "secret-words" not in text
    assert max(map(len, text.splitlines())) < 3_000
    assert lines[0]["status"] == 404
    assert lines[0]["address"] == "127.0.0.1"
    assert (lines[-1]["path"], lines[-1]["status"]) == ("/inbox", 200)
    assert lines[-1]["person"] is not None
    assert lines[0]["person"] is None
    assert lines[-1]["request"] != lines[-2]["request"]


@on_sqlite
def test_health_touches_nothing(stage, stranger: Browser, nothing_written) -> None:
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    with nothing_written():
        event.listen(stage.database.engine, "before_cursor_execute", note)
        answer = stranger.get("/healthz")
        event.remove(stage.database.engine, "before_cursor_execute", note)
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})
    assert asked == []


def test_ready_when_all_is_well(stage, stranger: Browser) -> None:
    stage.make(jobs.fall_due_now)  # the world may have been built long ago
    answer = stranger.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ready"})


@on_sqlite
def test_readiness_says_why_not_as_codes(stage, stranger: Browser, set_settings, settings) -> None:
    def trouble(session) -> None:
        long_ago = clock.now() - timedelta(hours=1)
        session.add(Job(kind="x", state="waiting", run_at=long_ago, created_at=long_ago))
        session.add(Job(kind="x", state="parked", run_at=long_ago, created_at=long_ago))
        head = session.get(ChainHead, 0)
        head.last_at = clock.now() + timedelta(days=1)

    stage.make(trouble)
    set_settings(storage=settings.storage / "gone")
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["reasons"] == ["storage", "clock", "jobs", "parked_jobs"]
    assert str(settings.storage) not in answer.text


@on_sqlite
def test_a_database_that_is_away_is_said_in_one_word(stage, stranger, monkeypatch) -> None:
    def away(*_arguments, **_details):
        raise OSError("the database is away")

    monkeypatch.setattr(stage.database, "transaction", away)
    answer = stranger.get("/readyz")
    assert (answer.status_code, answer.get_json()["reasons"]) == (503, ["database"])


def test_public_pages_need_no_session_and_set_none_they_do_not_need(district: District) -> None:
    for row in GETS:
        if row.on == PUBLIC and not row.rule.startswith(("/sign-in", "/activate", "/static")):
            answer = Browser(district.app).get(address(row, ""))
            assert "Set-Cookie" not in answer.headers
