"""How many actions the daily tasks take, with the mouse and by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from eoffice import clock
from tests.browser.running import Running
from tests.browser.steps import Hand, Keyboard, Steps
from tests.browser.test_journeys import two_files

if TYPE_CHECKING:
    from playwright.sync_api import Page

At = Callable[..., "Page"]
both_hands = pytest.mark.parametrize("hand", [Hand, Keyboard])


def arrived(office: Running, count: int) -> list[str]:
    """So many letters wait at school A, in the order of their arrival; every third is urgent."""
    with office.database.transaction() as session:
        return [
            office.world.sent_letter(
                session,
                subject=f"หนังสือลำดับที่ {number}",
                urgency="urgent" if number % 3 == 0 else "normal",
            ).letter_no
            for number in range(1, count + 1)
        ]


@both_hands
def test_a_letter_is_received_from_the_desk(
    sqlite_office: Running, at: At, hand: type[Hand]
) -> None:
    arrived(sqlite_office, 2)
    page = at(sqlite_office, "a_registrar")
    clerk = hand(page, Steps(f"ลงรับจากโต๊ะทำงาน, {hand.__name__}"))
    if hand is Keyboard:
        clerk.key("j")
        clerk.key("r")
    else:
        clerk.press(page.locator("table.list tbody tr").first.get_by_role("button", name="ลงรับ"))
    expect(page.locator("#messages")).to_contain_text(f"เลขรับ 1/{clock.this_year()}")
    assert page.locator("table.w-desk").first.locator("tbody tr").count() == 1
    clerk.steps.report(2)


@both_hands
def test_thirty_letters_are_received_in_bulk(
    sqlite_office: Running, at: At, hand: type[Hand]
) -> None:
    numbers = arrived(sqlite_office, 30)
    page = at(sqlite_office, "a_registrar")
    clerk = hand(page, Steps(f"ลงรับ 30 ฉบับ, {hand.__name__}"))
    clerk.press(page.locator(".across a", has_text="รอลงรับ"))
    page.wait_for_url("**/inbox")
    clerk.press(page.locator("[data-pick-all]"))
    if hand is Keyboard:
        clerk.key("r")
    else:
        clerk.press(page.get_by_role("button", name="ลงรับ 30 ฉบับ"))
    expect(page.locator("h1")).to_have_text("ผลการลงรับ")
    year = clock.this_year()
    given = page.locator("table.list td.from").all_inner_texts()
    assert [text.strip() for text in given] == [f"{n}/{year}" for n in range(1, 31)]
    shown = page.locator("table.list td.no .keep").all_inner_texts()
    assert shown == numbers  # numbered in the order of arrival, not of urgency
    clerk.steps.report(6)


@both_hands
def test_a_circular_is_composed_signed_and_sent(
    sqlite_office: Running, at: At, hand: type[Hand]
) -> None:
    steps = Steps(f"หนังสือเวียนตั้งแต่ร่างจนส่ง, {hand.__name__}")
    page = at(sqlite_office, "registrar")
    registrar = hand(page, steps)
    registrar.press(page.locator("main").get_by_role("link", name="ร่างหนังสือ"))
    page.wait_for_url("**/letters/new")
    registrar.write(page.locator("[name=subject]"), "ขอเชิญประชุมผู้บริหารสถานศึกษา")
    registrar.press(page.get_by_label("ทุกโรงเรียน (3)"))
    registrar.press(page.get_by_label("เป็นหนังสือเวียน"))
    registrar.choose(page.locator("#files"), two_files())
    registrar.press(page.get_by_role("button", name="เสนอลงนาม"))
    expect(page.locator("#messages")).to_contain_text("เสนอลงนามแล้ว")
    _sign(hand(at(sqlite_office, "director"), steps))
    page.goto("/")  # where the registrar begins the next morning
    registrar.press(page.get_by_role("link", name="ออกเลข", exact=False).last)
    registrar.press(page.get_by_text("ออกเลขและส่ง", exact=True))
    registrar.press(page.get_by_role("button", name="ออกเลขและส่งถึง 3 แห่ง"))
    expect(page.locator("#messages")).to_contain_text("ออกเลข ศธ 04999/ว 1 และส่งถึง 3 แห่งแล้ว")
    steps.report(12)


def _sign(director: Hand) -> None:
    page = director.page
    director.press(page.get_by_role("link", name="อ่านและลงนาม"))
    director.press(page.get_by_role("button", name="ลงนาม", exact=True))
    expect(page.locator("#messages")).to_contain_text("ลงนามแล้ว")
