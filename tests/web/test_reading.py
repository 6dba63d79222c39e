"""GET and HEAD change nothing: every route, every role, twice, and no row is different."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.district import District
from tests.web.matrix import LISTS, ROWS

GETS = [row for row in ROWS if row.method == "GET" and row.rule != "/readyz"]
"""``/readyz`` notes once a minute that it could write: that is its question."""
ODD = ("before=99999999999999999999", "before=-1", "before=0", "page=9", "desks=x", "office=0")
ROLES = ("registrar", "director", "officer", "admin", "a_registrar", "b_director", "visitor")


@pytest.mark.parametrize("name", ROLES)
def test_reading_changes_no_row(district: District, name: str, commits: Callable[[], int]) -> None:
    before, moved = district.stage.everything(), commits()
    opened = 0
    for row in GETS:
        things = [district.scene.things[key] for key in row.things or district.scene.of(row.on)]
        thing = next((t for t in things if name in t.readers), None)
        thing_id = thing.public_id if thing else "0" * 20
        for method in ("GET", "HEAD"):
            answer = district.ask(row, name, thing_id, method=method)
            assert answer.status_code < 500, f"{name} {method} {row}: {answer.status}"
            opened += answer.status_code == 200
        assert commits() == moved, f"{name} {row}"
    assert opened >= 10
    assert district.stage.everything() == before


def test_opening_a_letter_receives_nothing_even_for_its_registrar(district: District) -> None:
    delivery = district.scene.things["circular@school_c"]
    letter = district.scene.things["circular"]
    clerk = district.person("c_registrar")
    before = district.stage.everything()["deliveries"]
    for _ in range(2):
        assert clerk.get(f"/letters/{letter.public_id}").status_code == 200
        assert clerk.get(f"/letters/{letter.public_id}", headers={"HX-Request": "true"}).text
    assert district.stage.everything()["deliveries"] == before
    assert delivery.public_id in clerk.page(f"/letters/{letter.public_id}")


@pytest.mark.parametrize("url", sorted({url.partition("?")[0] for url in LISTS}))
def test_odd_filters_of_lists_are_answered(district: District, url: str) -> None:
    for odd in ODD:
        answer = district.person("a_registrar").get(f"{url}?{odd}")
        assert answer.status_code in (200, 302, 400, 403, 404, 422), f"{url} {odd}"
