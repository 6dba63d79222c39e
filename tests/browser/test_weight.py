"""A page that names every school stays light, whatever the schools are called."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from eoffice.users.models import Office
from tests.browser.running import Running
from tests.browser.test_pages import FETCHED, HEAVIEST, MOST_REQUESTS

if TYPE_CHECKING:
    from playwright.sync_api import Page

LETTERS, VOWELS, LONGEST = "กขคงจชซญณดตถทธนบปผพฟมยรลวศษสหอฮ", "ะาิีึืุูเแโไ่้", 60


def long_name(chance: random.Random) -> str:
    """A name of sixty letters that has nothing in common with another: the worst to compress."""
    name = "โรงเรียน"
    while len(name) < LONGEST:
        name += chance.choice(LETTERS) + chance.choice(VOWELS)
    return name[:LONGEST]


@pytest.fixture
def long_named(district: Running) -> Running:
    """The whole district, every school with a long name and no short one."""
    chance = random.Random(4)
    with district.database.transaction() as session:
        schools = list(session.scalars(select(Office).where(Office.kind == "school")))
        for school in schools:
            school.name, school.short_name = long_name(chance), ""
        assert len(schools) == 117
        assert len({school.name for school in schools}) == 117
    return district


def test_pages_that_name_117_schools_are_light(
    long_named: Running, at: Callable[..., Page]
) -> None:
    with long_named.database.transaction() as session:
        world = long_named.world
        draft = world.draft_letter(session, to=tuple(world.offices)[1:3]).public_id
        every = tuple(name for name in world.offices if name.startswith("school_"))
        sent = world.sent_letter(session, to=every).public_id
    page = at(long_named, "registrar")
    client = long_named.app.test_client()
    heavy: dict[str, int] = {}
    for url in (
        "/letters/new",
        f"/letters/{draft}/edit",
        f"/letters/{draft}/recipients",
        f"/letters/{sent}/deliveries",
        "/recipient-lists/new",
    ):
        page.goto(url)  # fills the caches
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200, url
        html = answer.text()
        parts = re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js)[^"]*)"', html)
        assert len(parts) >= 2
        weight = len(gzip.compress(html.encode()))
        weight += sum(len(gzip.compress(client.get(part).data)) for part in parts)
        if weight > HEAVIEST:
            heavy[url] = weight
        assert 1 + len(page.evaluate(FETCHED)) <= MOST_REQUESTS, url
    assert heavy == {}
