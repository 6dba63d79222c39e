"""Every page is usable by everybody, fits every screen, and is light."""

from __future__ import annotations

import copy
import gzip
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import pytest

from eoffice import clock
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.intake import store_of
from eoffice.web.guard import route_table
from tests.browser import scene as pictures
from tests.browser.accessibility import violations_on
from tests.browser.places import places
from tests.browser.running import Running, running
from tests.plugins.world import Templates
from tests.web.matrix import LISTS, ROWS, Row
from tests.web.scene import Scene, Thing, build_scene

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROLES = ("a_registrar", "director", "admin")
"""Each with other pages; together they open every page there is."""
WIDTHS = (320, 390, 768, 1366)
PHONE = 390
MOST_THINGS = 5
HEAVIEST = 60_000
MOST_REQUESTS = 8
DOORS = ("/sign-in", "/activate")
WIDER = "document.documentElement.scrollWidth - innerWidth"
OPEN_ALL = "document.querySelectorAll('main details').forEach(one => { one.open = true; })"
LOW = """() => [...document.querySelectorAll(
    'button, a.button, select, summary, .views a, .menu a, .places a, input')]
  .filter(node => node.offsetParent)
  .filter(node => !node.matches('[type=hidden], [type=checkbox], [type=radio], .unseen'))
  .filter(node => node.getBoundingClientRect().height < 43.5)
  .map(node => node.outerHTML.slice(0, 90))"""
STANDING = """() => [...new Set([...document.body.querySelectorAll('*')].map(node => {
  const name = one => `${one.tagName}.${one.getAttribute('class') || ''}`;
  const counts = one => /^(aria-|role|type|disabled|hidden)/.test(one);
  const marks = node.getAttributeNames().filter(counts);
  return `${name(node.parentElement)}>${name(node)}[${marks}]`;
}))].sort().join(' ')"""
FETCHED = """() => performance.getEntriesByType('resource')
  .filter(one => one.transferSize > 0).map(one => one.name)"""
IN_PATHS = {
    "<path>": "incoming",
    "<int:year>": str(clock.this_year()),
    "<int:number>": "1",
    "<act_code>": "sent",
}


@dataclass(frozen=True)
class Office:
    """The served district, with the things of its scene."""

    running: Running
    scene: Scene
    made: dict[str, str]

    def pages_of(self, role: str) -> dict[str, str]:
        """Address → rule of the pages that a person is tried on: every rule, with each thing of
        its kind that the person may read."""
        rules = _page_rules(self.running)
        found = {url: url for url in LISTS if "/suggestions" not in url}  # no page of its own
        for rule, row in rules.items():
            url = rule
            for part, value in IN_PATHS.items():
                url = url.replace(part, value)
            if "<public_id>" not in rule:
                found[url] = rule
                continue
            for thing in self._things(row.on, role)[:MOST_THINGS]:
                found[url.replace("<public_id>", thing.public_id)] = rule
        mine = self.made if role in ("a_registrar", "director") else {}
        found |= {f"/letters/{public_id}": "/letters/<public_id>" for public_id in mine.values()}
        return found

    def _things(self, kind: str, role: str) -> list[Thing]:
        things = self.scene.things.values()
        return [thing for thing in things if thing.kind == kind and role in thing.readers]


def _page_rules(served: Running) -> dict[str, Row]:
    pages = {str(row["rule"]) for row in route_table(served.app) if row["kind"] == "page"}
    rows = {row.rule: row for row in ROWS if row.method == "GET" and row.rule in pages}
    assert rows.keys() == pages
    return rows


@pytest.fixture(scope="module")
def office(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The scene of the walls, and beside it letters with the longest subjects and names."""
    folder = tmp_path_factory.mktemp("pages")
    template = templates.of("sqlite")
    shutil.copyfile(template.source, folder / "pages.sqlite3")
    settings = Settings(
        storage=folder,
        database_url=f"sqlite:///{folder / 'pages.sqlite3'}",
        secret_key="for tests only, as long as a real one is",
        is_testing=True,
    )
    database = Database(settings)
    world = copy.deepcopy(template.world)
    with database.transaction() as session:
        scene = build_scene(session, world, store_of(folder))
        pictures.add_long_named_school(session, world)
    with database.transaction() as session:
        made = pictures.draw(session, world, store_of(folder))
    with running(settings, database, world) as served:
        yield Office(served, scene, made)
    database.dispose()


@pytest.fixture(scope="module")
def looks() -> Looks:
    """What somebody has looked at, for all roles together."""
    return Looks()


@pytest.fixture
def person(page_at: Callable[..., Page], office: Office) -> Callable[..., Page]:
    """`person(role, width)`: a page signed in, which fails the test on any trouble in it."""

    def signed_in(role: str, width: int = 1366) -> Page:
        page = page_at(width, base_url=office.running.url)
        return office.running.sign_in(page, role)

    return signed_in


@dataclass
class Looks:
    """What was looked at: rules on a desk, and on a phone each role's rules by what stands on
    them, so that a second letter that looks like the first one is not asked about again."""

    rules: set[str] = field(default_factory=set)
    kinds: set[tuple[str, str, str]] = field(default_factory=set)

    def is_new_rule(self, rule: str) -> bool:
        """Whether nobody has seen the rule; notes that somebody has."""
        is_new = rule not in self.rules
        self.rules.add(rule)
        return is_new

    def is_new_kind(self, role: str, rule: str, page: Page) -> bool:
        """Whether a role has not seen such a page at this rule; notes that it has."""
        kind = (role, rule, page.evaluate(STANDING))
        is_new = kind not in self.kinds
        self.kinds.add(kind)
        return is_new


@pytest.mark.parametrize("role", ROLES)
def test_pages_are_usable_by_everybody_and_fit_every_screen(
    person: Callable[..., Page], office: Office, role: str, looks: Looks
) -> None:
    page = person(role)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    found: dict[str, list[str]] = {}
    refused: set[str] = set()
    for url, rule in office.pages_of(role).items():
        answer = page.goto(url)
        assert answer is not None and answer.status in (200, 403, 404), url
        shown = rule if answer.status == 200 else f"refused with {answer.status}"
        if shown in refused:
            continue
        if answer.status != 200:
            refused.add(shown)
        if problems := _look(page, looks, role, shown):
            found[url] = problems
    assert found == {}
    assert troubles == []


def test_the_doors_are_usable_by_everybody(
    page_at: Callable[..., Page], office: Office, looks: Looks
) -> None:
    page = page_at(1366, base_url=office.running.url)
    for url in DOORS:
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200, url
        assert _look(page, looks, "", url) == []


def _look(page: Page, looks: Looks, role: str, rule: str) -> list[str]:
    """Widths and targets, then the rules of access on a phone with everything unfolded, of each
    kind of page that a role meets; of a page that nobody has seen yet on a desk, too."""
    problems = violations_on(page) if looks.is_new_rule(rule) else []
    is_new_kind = looks.is_new_kind(role, rule, page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if (over := page.evaluate(WIDER)) > 0:
            problems.append(f"{over} px wider than {width}")
        if width == PHONE:
            problems += [f"low: {node}" for node in page.evaluate(LOW)]
            if is_new_kind:
                page.evaluate(OPEN_ALL)
                problems += violations_on(page)
    return problems


def test_somebody_sees_every_page(
    person: Callable[..., Page], office: Office, looks: Looks
) -> None:
    """A new page that none of the three roles opens is named here."""
    opened = {rule for rule in looks.rules if not rule.startswith("refused")}
    for role in ROLES:
        page = person(role)
        for url, rule in office.pages_of(role).items():
            if rule not in opened and page.request.get(url).status == 200:
                opened.add(rule)
    assert set(_page_rules(office.running)) - opened == set()


def test_a_picture_is_taken_of_every_page(office: Office) -> None:
    """`make screenshots` goes to every rule that somebody can open."""
    with office.running.database.reading() as session:
        taken = places(session, office.running.world, office.made)
    addresses = office.running.app.url_map.bind("localhost")
    urls = {url.partition("?")[0] for pages in taken.values() for url in pages.values()}
    rules = {addresses.match(url, return_rule=True)[0].rule for url in urls}
    assert set(_page_rules(office.running)) - rules == set()


@pytest.mark.parametrize("role", ["a_registrar", "director"])
def test_a_page_is_light(person: Callable[..., Page], office: Office, role: str) -> None:
    """At most 60 kB compressed with fonts cached, and at most 8 requests with caches warm."""
    page = person(role)
    client = office.running.app.test_client()
    weighed = cache(lambda path: len(gzip.compress(client.get(path).data)))
    for url in office.pages_of(role):
        answer = page.goto(url)
        if answer is None or answer.status != 200:
            continue
        html = answer.text()
        parts = re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js)[^"]*)"', html)
        weight = len(gzip.compress(html.encode()))
        weight += sum(weighed(part) for part in parts)
        assert weight <= HEAVIEST, (url, weight)
        assert 1 + len(page.evaluate(FETCHED)) <= MOST_REQUESTS, url
