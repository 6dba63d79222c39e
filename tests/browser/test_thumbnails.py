"""Small pictures of the main file: in the list of a letter's files, and beside a row of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from eoffice.documents.intake import store_of
from tests.browser.running import Running
from tests.unit.documents.made_files import text_pdf
from tests.world import stored_file

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

DRAWN = "image => image.complete && image.naturalHeight"
FETCHED = """() => performance.getEntriesByType('resource')
  .filter(one => one.transferSize > 0 && one.name.includes('/picture')).length"""


@pytest.fixture
def letter(sqlite_office: Running) -> str:
    """A letter with two files that waits at school A, with another one without any."""
    office = sqlite_office
    store = store_of(office.settings.storage)
    files = [stored_file(name, text_pdf(name), store) for name in ("1.pdf", "2.pdf")]
    with office.database.transaction() as session:
        office.world.sent_letter(session, to=("school_a",), subject="ไม่มีไฟล์")
        made = office.world.sent_letter(
            session, to=("school_a",), subject="มีไฟล์", body="ข้อความ", files=tuple(files)
        )
        return f"/letters/{made.public_id}"


def drawn(page: Page, selector: str) -> int:
    """Wait for a picture, and return its natural height."""
    page.wait_for_selector(selector)
    page.wait_for_function(f"({DRAWN})(document.querySelector('{selector}'))")
    return int(page.locator(selector).first.evaluate("image => image.naturalHeight"))


def test_files_of_a_letter_stand_with_their_first_page_once_it_is_made(
    at: Callable[..., Page], sqlite_office: Running, letter: str
) -> None:
    page = at(sqlite_office, "a_director")
    page.goto(letter)
    assert page.locator("#files img").count() == 2
    sqlite_office.work()
    assert drawn(page, "#files img") == 320


def point_at(page: Page, place: Locator) -> None:
    """Move the pointer into the middle of a cell, over which the link of its row lies."""
    box = place.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_resting_on_the_files_of_a_row_shows_its_first_page_and_leaving_hides_it(
    at: Callable[..., Page], sqlite_office: Running, letter: str
) -> None:
    sqlite_office.work()
    page = at(sqlite_office, "a_registrar")
    page.goto("/inbox")
    assert page.evaluate(FETCHED) == 0
    row = page.locator("tbody tr", has=page.locator(f"a[href='{letter}']"))
    point_at(page, row.locator("td.subject"))
    point_at(page, row.locator("td.clip"))
    assert drawn(page, ".peek img") == 320
    page.locator(".peek").hover()
    assert page.locator(".peek").count() == 1
    page.locator("h1").hover()
    assert page.locator(".peek").count() == 0
    assert page.evaluate(FETCHED) == 1


def test_the_keyboard_shows_it_too_and_escape_hides_it(
    at: Callable[..., Page], sqlite_office: Running, letter: str
) -> None:
    sqlite_office.work()
    page = at(sqlite_office, "a_registrar")
    page.goto("/inbox")
    page.keyboard.press("KeyJ")
    if not page.locator(f"tr[aria-current] a[href='{letter}']").count():
        page.keyboard.press("KeyJ")
    assert drawn(page, ".peek img") == 320
    page.keyboard.press("Escape")
    assert page.locator(".peek").count() == 0
    assert page.url.endswith("/inbox")
