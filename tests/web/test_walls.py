"""Walls: nobody of another office learns that a thing exists, by any route, method or header.

Every route stands in the matrix. Whoever may not read a thing gets the very answer of an id that
does not exist, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from eoffice.config import Settings
from eoffice.db import new_public_id
from eoffice.users.models import Office
from eoffice.web.guard import route_table
from tests.stage import Stage
from tests.web.district import District, address, build_district
from tests.web.matrix import CARRIED, LISTS, OWN, PUBLIC, ROWS, SENT, Row
from tests.web.scene import DISABLED, OUTSIDERS, PERSONS, Thing

ABOUT = [row for row in ROWS if row.on not in (PUBLIC, OWN, CARRIED, "session")]
"""Rows about a thing of the scene; sessions are asked in users/test_sessions.py."""
DOWNLOADS: tuple[dict[str, str], ...] = (
    {"Range": "bytes=0-3"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"},
)
"""Headers under which a file might be answered in another way."""
VARIES = ("Date", "X-Request-ID")


def test_the_probe_for_changes_sees_them(district: District, commits: Callable[[], int]) -> None:
    before = commits()
    assert commits() == before
    with district.stage.database.transaction() as session:
        row = session.get_one(Office, district.stage.world.offices["agency"])
        row.phone = f"{row.phone}0"
    assert commits() != before


def test_every_route_has_its_row_and_every_row_its_route(district: District) -> None:
    routes = {
        (method, str(row["rule"]))
        for row in route_table(district.app)
        for method in set(row["methods"]) - {"HEAD"}  # type: ignore[call-overload]
    }
    rows = {(row.method, row.rule) for row in ROWS}
    assert routes - rows == set(), "routes without a row in tests/web/matrix.py"
    assert rows - routes == set(), "rows of tests/web/matrix.py without a route"
    assert len(rows) == len(ROWS)


def test_the_explicit_list_of_what_strangers_may_open(district: District) -> None:
    public = {str(row["rule"]) for row in route_table(district.app) if row["kind"] == "public"}
    assert public == {row.rule for row in ROWS if row.on == PUBLIC}
    assert public == {"/activate", "/healthz", "/readyz", "/sign-in", "/static/<path:filename>"}


def test_rows_are_about_what_their_routes_declare(district: District) -> None:
    declared = {
        (method, row["rule"]): row["object_kind"]
        for row in route_table(district.app)
        for method in row["methods"]  # type: ignore[attr-defined]
    }
    assert {str(row): declared[row.method, row.rule] for row in ABOUT} == {
        str(row): row.on for row in ABOUT
    }


@pytest.mark.parametrize("row", ABOUT, ids=str)
def test_hidden_is_absent(district: District, row: Row, commits: Callable[[], int]) -> None:
    before = commits()
    things = _things(district, row)
    asked = 0
    for name in PERSONS if row.method == "GET" else OUTSIDERS:
        absent = district.ask(row, name, new_public_id())
        assert absent.status_code == 404, f"{name} {row}: {absent.status}"
        for label, thing in things.items():
            if name not in thing.readers:
                answer = district.ask(row, name, thing.public_id, thing.version)
                _same(answer, absent, f"{name} {row} {label}")
                asked += 1
    assert asked
    assert commits() == before


@pytest.mark.parametrize("row", [r for r in ABOUT if r.method == "GET"], ids=str)
def test_no_header_opens_a_wall_and_readers_find_the_door(
    district: District, row: Row, commits: Callable[[], int]
) -> None:
    before = commits()
    things = dict(list(_things(district, row).items())[::3])
    for name in ("registrar", "a_teacher", "b_registrar", "c_director"):
        absent = district.ask(row, name, new_public_id(), method="HEAD")
        assert (absent.status_code, absent.data) == (404, b"")
        for label, thing in things.items():
            about = f"{name} {row} {label}"
            if name in thing.readers:
                found = district.ask(row, name, thing.public_id).status_code
                assert found in (200, 202), about  # 202: a picture that is being made
                continue
            answer = district.ask(row, name, thing.public_id, method="HEAD")
            _same(answer, absent, about)
    for headers in DOWNLOADS:
        for label, thing in things.items():
            if "b_registrar" not in thing.readers:
                answer = district.ask(row, "b_registrar", thing.public_id, headers=headers)
                assert answer.status_code == 404, f"{label} {headers}"
    assert commits() == before


@pytest.mark.parametrize("name", ["anonymous", DISABLED])
def test_who_is_not_signed_in_is_sent_to_sign_in(
    district: District, name: str, commits: Callable[[], int]
) -> None:
    before = commits()
    for row in ROWS:
        if row.on == PUBLIC:
            continue
        things = list(_things(district, row).values())[:2]
        for thing in things or [Thing(row.on, "f" * 20, frozenset())]:
            answer = district.ask(row, name, thing.public_id, thing.version)
            assert answer.status_code == 302, f"{row}: {answer.status}"
            assert answer.location.partition("?")[0] == "/sign-in"
            absent = district.ask(row, name, "0" * 20)
            assert answer.data.replace(thing.public_id.encode(), b"0" * 20) == absent.data
    assert commits() == before


@pytest.mark.parametrize("row", [r for r in ROWS if r.on == CARRIED], ids=str)
def test_one_foreign_thing_among_many_is_an_absent_one(
    district: District, row: Row, commits: Callable[[], int]
) -> None:
    before = commits()
    things = _things(district, row)
    for name in OUTSIDERS:
        absent = district.ask(row, name, new_public_id())
        assert absent.status_code in (403, 404), f"{name} {row}: {absent.status}"
        for label, thing in things.items():
            if name not in thing.readers and absent.status_code == 404:
                _same(district.ask(row, name, thing.public_id), absent, f"{name} {row} {label}")
    assert commits() == before


@pytest.mark.parametrize("name", OUTSIDERS)
def test_no_list_shows_a_hidden_thing(district: District, name: str) -> None:
    browser = district.person(name)
    opened = 0
    for url in LISTS:
        answer = browser.get(url)
        assert answer.status_code in (200, 302, 403), f"{url}: {answer.status}"
        opened += answer.status_code == 200
        for label, thing in district.scene.hidden_from(name).items():
            shown = [mark for mark in thing.marks if mark in answer.text]
            assert not shown, f"{url} shows {label} to {name}"
    assert opened >= 2


@pytest.mark.parametrize("name", ["registrar", "a_director", "b_registrar", "c_director"])
def test_no_page_of_a_visible_letter_shows_a_hidden_thing(district: District, name: str) -> None:
    scene, browser = district.scene, district.person(name)
    for letter in (*SENT, "a_to_district", "a_rejected", "d_numbered"):
        seen = scene.things[letter]
        if name not in seen.readers:
            continue
        for page in ("", "/deliveries", "/recipients"):
            text_of = browser.page(f"/letters/{seen.public_id}{page}")
            for label, thing in scene.hidden_from(name).items():
                shown = [mark for mark in thing.marks if mark in text_of]
                assert not shown, f"{letter}{page} shows {label} to {name}"


def test_a_school_sees_its_own_delivery_of_a_circular_only(district: District) -> None:
    url = f"/letters/{district.scene.things['circular'].public_id}/deliveries"
    own = district.person("b_registrar").page(url)
    assert "บ้านตัวอย่างใต้" in own
    assert "บ้านตัวอย่างเหนือ" not in own
    assert "บ้านตัวอย่างกลาง" not in own
    every = district.person("registrar").page(url)
    assert "บ้านตัวอย่างเหนือ" in every
    assert "บ้านตัวอย่างกลาง" in every


@pytest.mark.parametrize("row", [r for r in ROWS if r.on != PUBLIC], ids=str)
def test_no_other_method_is_answered(
    district: District, row: Row, commits: Callable[[], int]
) -> None:
    allowed = {other.method for other in ROWS if other.rule == row.rule}
    url = address(row, district.scene.things["circular"].public_id)
    before = commits()
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - allowed:
        browser = district.person("registrar")
        answer = browser.open(url, method, data=browser.hidden())
        assert answer.status_code == 405, f"{method} {url}: {answer.status}"
    assert commits() == before


@pytest.mark.postgres
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_the_walls_stand_on_postgresql(settings: Settings, stage: Stage) -> None:
    district = build_district(settings, stage)
    before = stage.everything()
    for row in ABOUT:
        for name in ("b_registrar", "registrar", "a_teacher"):
            absent = district.ask(row, name, new_public_id())
            assert absent.status_code == 404, f"{name} {row}: {absent.status}"
            for label, thing in _things(district, row).items():
                if name not in thing.readers and label.startswith(("a_to", "circ", "case", "out")):
                    answer = district.ask(row, name, thing.public_id, thing.version)
                    _same(answer, absent, f"{name} {row} {label}")
    assert stage.everything() == before


def _things(district: District, row: Row) -> dict[str, Thing]:
    scene = district.scene
    kind = "delivery" if row.on == CARRIED else row.on
    return {name: scene.things[name] for name in row.things or scene.of(kind)}


def _same(answer: TestResponse, absent: TestResponse, about: str) -> None:
    assert answer.status == absent.status, f"{about}: {answer.status}"
    assert answer.data == absent.data, about
    for response in (answer, absent):
        for name in VARIES:
            response.headers.pop(name, None)
    assert dict(answer.headers) == dict(absent.headers), about
