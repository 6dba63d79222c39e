"""Pictures of every page at three widths: ``python -m tests.browser.screenshots [--out DIR]``.

A sample district on a database and storage of its own is served on a free port, each role signs in
by the form, and every page is taken whole. Pages are named ``role-page-width.png``.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from eoffice import schema
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.intake import store_of
from tests.browser import scene
from tests.browser.places import PRESSED, places
from tests.browser.running import Running, running
from tests.plugins.browser import FLAGS, NAMES
from tests.world import big_world, build_world

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

HEIGHTS = {390: 844, 768: 900, 1366: 900}
WIDTHS = tuple(HEIGHTS)
REFUSED = {"missing": 404, "forbidden": 403}


def take(browser: Browser, office: Running, made: dict[str, str], out: Path, only: str) -> int:
    """Take every picture whose name has ``only`` in it; returns how many."""
    count = 0
    with office.database.reading() as session:
        taken = places(session, office.world, made)
    for role, pages in taken.items():
        state = _signed_in(browser, office, role) if role else None
        for width in WIDTHS:
            context = _context(browser, width, state)
            page = context.new_page()
            for name, (path, button) in (_opened(pages) | _pressed(role)).items():
                picture = f"{role or 'nobody'}-{name}-{width}"
                if only not in picture:
                    continue
                page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
                answer = page.goto(office.url + path, wait_until="load")
                assert answer is not None, (role, path)
                assert answer.status == REFUSED.get(name, 200), (role, path, answer.status)
                if button:
                    page.locator(button).first.click()
                    page.wait_for_selector(".errors")
                _unfold(page, width)
                page.screenshot(path=out / f"{picture}.png", full_page=True)
                count += 1
            context.close()
    return count


def _unfold(page: Page, width: int) -> None:
    """Make the window as high as its page, so that bars at its foot stand at the foot."""
    high = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(high, HEIGHTS[width])})


def _opened(pages: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {name: (path, "") for name, path in pages.items()}


def _pressed(role: str) -> dict[str, tuple[str, str]]:
    """Forms that come back with errors; one role is enough."""
    return PRESSED if role == "registrar" else {}


def _signed_in(browser: Browser, office: Running, role: str) -> dict[str, object]:
    context = _context(browser, 1366)
    office.sign_in(context.new_page(), role)
    state = context.storage_state()
    context.close()
    return dict(state)


def _context(
    browser: Browser, width: int, state: dict[str, object] | None = None
) -> BrowserContext:
    return browser.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        locale="th-TH",
        timezone_id="Asia/Bangkok",
        storage_state=state,  # type: ignore[arg-type]
    )


def _office(folder: Path) -> Iterator[tuple[Running, dict[str, str]]]:
    settings = Settings(storage=folder, is_testing=True)
    database = Database(settings)
    schema.create_all(database.engine)
    with database.transaction() as session:
        world = big_world(session, build_world(session), 114)
        scene.seat(session, world, "four_registrar", "a_registrar", "school_004")
        scene.add_long_named_school(session, world)
    with database.transaction() as session:
        made = scene.draw(session, world, store_of(folder))
    with running(settings, database, world) as office:
        office.work()
        yield office, made
    database.dispose()


def main() -> None:
    """Take the pictures into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--only", default="", help="part of the name of the pictures")
    given = parser.parse_args()
    out = given.out
    out.mkdir(parents=True, exist_ok=True)
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise SystemExit(f"none of {', '.join(NAMES)} was found")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for office, made in _office(Path(folder)):
            print(take(browser, office, made, out, given.only), "pictures in", out)
        browser.close()


if __name__ == "__main__":
    main()
