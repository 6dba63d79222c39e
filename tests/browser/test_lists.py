"""Working in a list: what was picked outlives a lost connection and an ended session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from eoffice import clock
from eoffice.users.accounts import SignInSession
from tests.browser.accessibility import violations_on
from tests.browser.running import Running
from tests.world import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

At = Callable[..., "Page"]
BOXES = "tbody .pick input"
KEPT = """() => Object.entries(sessionStorage).filter(([name]) => name.includes(':picks:'))"""


@pytest.fixture
def inbox(sqlite_office: Running, at: At) -> Page:
    """Five letters wait at school A; its clerk has picked the second and the fourth."""
    with sqlite_office.database.transaction() as session:
        for number in range(5):
            sqlite_office.world.sent_letter(session, subject=f"หนังสือ {number}")
    page = at(sqlite_office, "a_registrar")
    page.goto("/inbox")
    for number in (1, 3):
        page.locator(BOXES).nth(number).check()
    return page


def picked(page: Page) -> list[str]:
    """The ids that are picked now."""
    return page.locator(f"{BOXES}:checked").evaluate_all("all => all.map(box => box.value)")


def test_picks_outlive_a_lost_connection_and_end_with_the_act(inbox: Page) -> None:
    chosen = picked(inbox)
    assert len(chosen) == 2
    inbox.context.set_offline(True)
    inbox.get_by_role("button", name="ลงรับ 2 ฉบับ").click()
    inbox.wait_for_url("chrome-error://**")
    inbox.context.set_offline(False)
    inbox.goto("/inbox")
    assert picked(inbox) == chosen
    expect(inbox.locator("#messages")).to_contain_text("นำที่เลือกค้างไว้กลับมาแล้ว 2 ฉบับ")
    inbox.get_by_role("button", name="ลงรับ 2 ฉบับ").click()
    expect(inbox.locator("#messages")).to_contain_text("ลงรับแล้ว 2 ฉบับ")
    assert inbox.evaluate(KEPT) == []
    inbox.goto("/inbox")
    assert picked(inbox) == []
    assert inbox.locator(BOXES).count() == 3


def test_picks_outlive_an_ended_session(inbox: Page, sqlite_office: Running) -> None:
    chosen = picked(inbox)
    with sqlite_office.database.transaction() as session:
        session.execute(update(SignInSession).values(ended_at=clock.now()))
    inbox.get_by_role("button", name="ลงรับ 2 ฉบับ").click()
    inbox.wait_for_url("**/sign-in**")
    inbox.fill("[name=username]", sqlite_office.world.username("a_registrar"))
    inbox.fill("[name=password]", PASSWORD)
    inbox.locator("main button").first.click()
    inbox.wait_for_url(lambda url: "sign-in" not in url)
    inbox.goto("/inbox")
    assert picked(inbox) == chosen
    kept = inbox.evaluate(KEPT)
    assert len(kept) == 1
    assert set(kept[0][1].split('"')) >= set(chosen)
    assert "หนังสือ" not in kept[0][1]


def test_what_is_unpicked_is_not_brought_back(inbox: Page) -> None:
    inbox.locator("[data-unpick]").click()
    expect(inbox.locator(f"{BOXES}:checked")).to_have_count(0)
    inbox.reload()
    assert picked(inbox) == []
    assert inbox.evaluate(KEPT) == []


def test_picks_that_a_filter_hides_are_there_again_without_it(inbox: Page) -> None:
    chosen = picked(inbox)
    inbox.fill("[data-search]", "หนังสือ 0")
    expect(inbox.locator("tbody tr")).to_have_count(1)
    inbox.fill("[data-search]", "")
    expect(inbox.locator("tbody tr")).to_have_count(5)
    assert picked(inbox) == chosen
    expect(inbox.get_by_role("button", name="ลงรับ 2 ฉบับ")).to_be_enabled()


def test_another_person_in_the_same_tab_finds_no_picks(inbox: Page) -> None:
    of_another = """() => {
      const [name] = Object.keys(sessionStorage).filter(one => one.includes(':picks:'));
      sessionStorage.setItem(name.replace(/keep:[^:]*/, 'keep:ผู้อื่น'), sessionStorage[name]);
      sessionStorage.removeItem(name);
    }"""
    inbox.evaluate(of_another)
    inbox.reload()
    assert picked(inbox) == []
    assert inbox.evaluate(KEPT) == []


def test_a_question_mark_opens_the_list_of_keys_and_gives_the_focus_back(inbox: Page) -> None:
    inbox.keyboard.press("KeyJ")
    inbox.keyboard.press("Shift+Slash")
    dialog = inbox.get_by_role("dialog", name="ปุ่มลัด")
    expect(dialog).to_be_visible()
    said = dialog.inner_text()
    for key in ("/", "j", "k", "Enter", "x", "r", "Ctrl", "?"):
        assert dialog.locator("kbd", has_text=key).count() >= 1, key
    assert "ลงรับฉบับนั้น หรือทุกฉบับที่เลือก" in said
    assert violations_on(inbox) == []
    inbox.keyboard.press("KeyJ")  # letters do nothing behind the dialog
    assert inbox.locator("tr[aria-current]").evaluate("row => row.sectionRowIndex") == 0
    inbox.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert inbox.evaluate("document.activeElement.closest('tr')?.sectionRowIndex") == 0
    inbox.keyboard.press("Shift+Slash")
    dialog.get_by_role("button", name="ปิด").click()
    expect(dialog).to_be_hidden()
    inbox.fill("[data-search]", "")
    inbox.locator("[data-search]").press("Shift+Slash")
    expect(dialog).to_be_hidden()


def test_opening_a_letter_lowers_the_bell_on_its_own_page(
    inbox: Page, sqlite_office: Running
) -> None:
    sqlite_office.work()
    inbox.goto("/inbox")
    expect(inbox.locator("[data-unread]")).to_have_text("5")
    inbox.locator("tbody .subject a").first.click()
    expect(inbox.locator("[data-unread]")).to_have_text("4")
    inbox.goto("/inbox")
    expect(inbox.locator("[data-unread]")).to_have_text("4")
