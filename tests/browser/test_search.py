"""A clerk of the district looks for a letter of two years ago, of which three words are left."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from pypdf import PdfReader, PdfWriter

from eoffice import clock
from eoffice.documents.intake import store_of
from tests.browser.running import Running
from tests.browser.scene import LAW
from tests.world import stored_file

if TYPE_CHECKING:
    from playwright.sync_api import Page

At = Callable[..., "Page"]
THREE_WORDS = "แบบแถลงการณ์ ตามระเบียบข้อ ส่วนราชการ"
"""They stand on a scanned page only (แบบที่ 8 of the regulation)."""


def scanned() -> bytes:
    """A page with a text layer, then one that is a picture."""
    book, writer = PdfReader(LAW / "regulation-2526.pdf"), PdfWriter()
    for number in (12, 39):
        writer.add_page(book.pages[number - 1])
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_an_old_letter_is_found_by_three_words_of_a_scan(sqlite_office: Running, at: At) -> None:
    today = clock.today()
    old = date(today.year - 2, today.month, 1)
    with sqlite_office.database.transaction() as session:
        file = stored_file("สแกน.pdf", scanned(), store_of(sqlite_office.settings.storage))
        letter = sqlite_office.world.outside_letter(
            session, subject="ส่งตัวอย่างแบบหนังสือ", letter_date=old, files=(file,)
        ).letter
        for number in range(12):
            sqlite_office.world.sent_letter(session, subject=f"การประชุมครั้งที่ {number}")
    sqlite_office.work()
    page = at(sqlite_office, "registrar")
    page.keyboard.press("/")
    expect(page).to_have_url(f"{sqlite_office.url}/search")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(THREE_WORDS)
    page.keyboard.press("Enter")
    hits = page.locator("#results > ul.list").first.locator("li")
    expect(hits).to_have_count(1)
    expect(hits.first).to_contain_text(letter.subject)
    expect(hits.first).to_contain_text("อ่านจากภาพ (OCR)")
    found = hits.first.get_by_role("link", name="สแกน.pdf หน้า 2")
    with page.expect_response(re.compile("size=small")):
        found.hover()
    sqlite_office.work()
    page.wait_for_selector(".peek img")
    page.wait_for_function("document.querySelector('.peek img').naturalHeight === 320")
    page.locator("#q").hover()
    expect(page.locator(".peek")).to_have_count(0)
    found.click()
    picture = page.locator("img[data-picture]")
    expect(picture).to_be_visible()
    page.wait_for_function("document.querySelector('img[data-picture]').naturalWidth > 600")
    expect(page.locator(".read-page mark").first).to_be_visible()
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile("/pages/1"))


def test_the_query_lives_in_the_address_and_is_kept(sqlite_office: Running, at: At) -> None:
    with sqlite_office.database.transaction() as session:
        world = sqlite_office.world
        world.sent_letter(session, subject="อบรมการเงินโรงเรียน")
        world.sent_letter(session, "a_registrar", subject="ผลอบรมการเงิน", to=("district",))
    sqlite_office.work()
    page = at(sqlite_office, "registrar", 390)
    page.goto("/search?q=อบรมการเงิน")
    expect(page.locator("#results > ul.list").first.locator("li")).to_have_count(2)
    page.get_by_text("กรองผล").click()
    page.get_by_label("หนังสือเข้า", exact=True).check()
    page.get_by_role("button", name="ใช้ตัวกรอง").click()
    expect(page.locator("#results > ul.list").first.locator("li")).to_have_count(1)
    assert "dir=in" in page.url
    page.get_by_label("บันทึกคำค้นนี้ในชื่อ").fill("การเงินเข้า")
    page.get_by_role("button", name="บันทึกคำค้น").click()
    page.goto("/search")
    page.get_by_role("link", name="การเงินเข้า").click()
    expect(page.locator("#results > ul.list").first.locator("li")).to_have_count(1)
