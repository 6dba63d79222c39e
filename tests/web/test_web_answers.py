"""What the shared pages add to every answer: headers, error pages, static addresses."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eoffice.web import assets
from eoffice.web.headers import forget_on_client
from tests.web.frame_app import WEB, build


@pytest.fixture
def app() -> Flask:
    return build()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def text_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


# ---- headers ----


@pytest.mark.parametrize("path", ["/list", "/gate", "/absent", "/trouble/crash", "/static/app.css"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"])
    assert "Strict-Transport-Security" not in headers


def test_only_static_files_may_be_stored(client: FlaskClient) -> None:
    assert client.get("/list").headers["Cache-Control"] == "no-store"
    assert client.get("/static/absent.css").headers["Cache-Control"] == "no-store"
    assert "immutable" not in client.get("/static/app.css").headers["Cache-Control"]
    page = text_of(client.get("/list"))
    for part in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert "immutable" in client.get(part).headers["Cache-Control"], part


def test_hsts_only_over_tls(client: FlaskClient) -> None:
    answer = client.get("/list", base_url="https://localhost")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_request_id_is_taken_only_from_a_trusted_proxy() -> None:
    given = {"X-Request-ID": "abcdef-123456"}
    assert (
        build().test_client().get("/list", headers=given).headers["X-Request-ID"] != "abcdef-123456"
    )
    trusting = build(TRUSTS_PROXY=True).test_client()
    assert trusting.get("/list", headers=given).headers["X-Request-ID"] == "abcdef-123456"
    for bad in ("short", "x" * 65, "ก" * 10, "abc def-12345", "abcdefgh;x=1"):
        answer = trusting.get("/list", headers={"X-Request-ID": bad.encode().decode("latin-1")})
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_sign_out_tells_the_browser_to_forget(app: Flask) -> None:
    with app.test_request_context():
        answer = forget_on_client(app.make_response("bye"))
    assert answer.headers["Clear-Site-Data"] == '"storage"'


# ---- error pages ----

STATUS = {
    "invalid": 422,
    "not-allowed": 403,
    "hidden": 404,
    "conflict": 409,
    "crash": 500,
    "full": 507,
    "busy": 503,
}


@pytest.mark.parametrize("name", STATUS)
@pytest.mark.parametrize("accept", ["text/html", "application/json", "htmx"])
def test_trouble_says_what_to_do_and_nothing_more(
    client: FlaskClient, name: str, accept: str
) -> None:
    headers = {"HX-Request": "true"} if accept == "htmx" else {"Accept": accept}
    answer = client.get(f"/trouble/{name}", headers=headers)
    shown = text_of(answer)
    assert answer.status_code == STATUS[name]
    assert not re.search(r"Traceback|/srv|secret|RuntimeError|Werkzeug|Flask|\.py|มีอยู่จริง", shown)
    assert (answer.headers["X-Request-ID"] in shown) is (
        name != "hidden" or accept == "application/json"
    )
    if accept == "application/json":
        assert set(answer.get_json()) == {"error", "request_id"}
    elif accept == "htmx":
        assert "<html" not in shown and answer.headers["HX-Retarget"] == "#messages"
    else:
        assert "<html" in shown and "ไปที่โต๊ะทำงาน" in shown


def test_refusal_shows_its_own_sentence(client: FlaskClient) -> None:
    assert "แก้ เรื่อง ก่อน" in text_of(client.get("/trouble/invalid"))


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/json;q=0.9"])
def test_absent_and_hidden_give_the_same_bytes(client: FlaskClient, accept: str) -> None:
    absent = client.get("/absent", headers={"Accept": accept, "Referer": "http://localhost/list"})
    hidden = client.get("/trouble/hidden", headers={"Accept": accept})
    assert absent.status_code == hidden.status_code == 404
    assert absent.data == hidden.data


def test_wrong_method_names_the_right_one(client: FlaskClient) -> None:
    answer = client.delete("/letter", headers={"X-CSRFToken": _token(client)})
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]


def test_stale_form_gives_back_the_typed_words(client: FlaskClient) -> None:
    typed = {
        "body": "ด้วยโรงเรียน\nจะจัดประชุม <b>",
        "password": "รหัส ลับ",
        "_once": "a b",
        "version": "3",
    }
    own = {"Referer": "http://localhost/form?x=1"}
    page = text_of(client.post("/form", data=typed, headers=own))
    assert "จะจัดประชุม &lt;b&gt;" in page and "รหัส ลับ" not in page and "a b" not in page
    assert 'href="/form?x=1"' in page
    foreign = client.post("/form", data=typed, headers={"Referer": "https://evil.example/form"})
    assert foreign.status_code == 400 and "จะจัดประชุม" not in text_of(foreign)
    assert "evil" not in text_of(foreign)


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example"])
def test_way_back_stays_on_this_site(client: FlaskClient, path: str) -> None:
    answer = client.post("/form", headers={"Referer": f"http://localhost{path}"})
    assert not re.search(r'href="/[/\\]', text_of(answer))


def test_too_large_a_request_is_413(client: FlaskClient) -> None:
    data = {"csrf_token": "x", "body": "ก" * 2_000_000}
    answer = client.post("/form", data=data)
    assert answer.status_code == 413 and "ใหญ่เกินกำหนด" in text_of(answer)


def test_dates_are_understood(client: FlaskClient) -> None:
    told = client.get("/dates/understood?text=19/6/69").get_json()
    assert told == {"understood": "วันศุกร์ที่ 19 มิถุนายน 2569", "date": "2026-06-19"}
    assert "อ่านวันที่" in client.get("/dates/understood?text=99/99/99").get_json()["error"]


# ---- static files ----


def test_vendored_files_are_those_that_were_pinned() -> None:
    static = WEB / "static"
    listed = dict(
        reversed(line.split()) for line in (static / "vendor" / "HASHES").read_text().splitlines()
    )
    found = {
        str(path.relative_to(static))
        for folder in ("vendor", "fonts")
        for path in (static / folder).iterdir()
        if path.name != "HASHES"
    }
    assert found == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((static / name).read_bytes()).hexdigest() == digest, name


def test_changed_file_gets_another_address(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    address = assets.asset
    with app.test_request_context():
        before = address("app.css")
        monkeypatch.setattr(assets, "STATIC", tmp_path)
        (tmp_path / "app.css").write_text("a {}")
        assets._version.cache_clear()
        assert address("app.css") != before
        assert address("fonts/plex-looped-thai-400.woff2").endswith(".woff2")
    assets._version.cache_clear()


def test_sheet_and_scripts_ask_nobody_else() -> None:
    for path in (WEB / "static").glob("app.*"):
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|eval\(|new Function", text), path.name
    assert not re.search("[ก-๛]", (WEB / "static" / "app.js").read_text("utf-8"))


def _token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text_of(client.get("/form")))
    assert found is not None
    return found.group(1)
