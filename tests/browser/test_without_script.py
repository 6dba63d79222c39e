"""The main acts work where no script runs."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from PIL import Image

from eoffice import clock
from tests.browser.running import Running
from tests.browser.test_journeys import STATES, two_files

if TYPE_CHECKING:
    from playwright.sync_api import Page

At = Callable[..., "Page"]


def test_compose_propose_sign_number_send_receive_and_reject(
    sqlite_office: Running, at: At
) -> None:
    registrar = at(sqlite_office, "registrar", java_script_enabled=False)
    letter = _compose(registrar)
    director = at(sqlite_office, "director", 390, java_script_enabled=False)
    director.get_by_role("link", name="อ่านและลงนาม").click()
    director.fill("#sign-note", "เห็นชอบ")
    director.get_by_role("button", name="ลงนาม", exact=True).click()
    assert "ลงนามแล้ว" in director.inner_text("#messages")
    assert "เห็นชอบ" in director.inner_text("#endorsements")
    registrar.goto(letter)
    registrar.get_by_text("ออกเลขและส่ง", exact=True).click()
    registrar.get_by_role("button", name="ออกเลขและส่งถึง 2 แห่ง").click()
    assert "ออกเลข ศธ 04999/1 และส่งถึง 2 แห่งแล้ว" in registrar.inner_text("#messages")
    _receive(at(sqlite_office, "a_registrar", java_script_enabled=False))
    _reject(at(sqlite_office, "b_registrar", java_script_enabled=False))
    registrar.goto(letter + "/deliveries")
    shown = registrar.inner_text("table.list")
    assert f"เลขรับ 1/{clock.this_year()}" in shown and "ส่งผิดหน่วยงาน" in shown


def _compose(registrar: Page) -> str:
    """Names are sought and files sent by plain forms; a refusal keeps what was typed."""
    registrar.goto("/letters/new")
    registrar.fill("[name=body]", "ด้วยสำนักงานกำหนดจัดประชุม")
    registrar.get_by_role("button", name="เสนอลงนาม").click()
    assert "กรุณากรอกเรื่องของหนังสือ" in registrar.inner_text(".errors")
    assert registrar.input_value("[name=body]") == "ด้วยสำนักงานกำหนดจัดประชุม"
    registrar.fill("[name=subject]", "ขอเชิญประชุม")
    registrar.get_by_text("เลือกจากรายชื่อ").first.click()
    registrar.fill("[name=to_find]", "ใต้")
    registrar.get_by_role("button", name="ค้นชื่อ").first.click()
    assert registrar.locator("#to .names label").count() == 1
    registrar.locator("#to .names label").check()
    registrar.fill("[name=to_find]", "")
    registrar.get_by_role("button", name="ค้นชื่อ").first.click()
    registrar.locator("#to .names label", has_text="ตัวอย่างเหนือ").check()
    registrar.set_input_files("#files", two_files())
    registrar.get_by_role("button", name="ดูหนังสือ").click()
    assert registrar.inner_text(STATES) == "ร่าง"
    assert registrar.locator("#files ul.files > li").count() == 2
    registrar.get_by_text("เสนอลงนาม", exact=True).first.click()
    registrar.locator(".acts .ask button").click()
    assert registrar.inner_text(STATES) == "เสนอลงนาม"
    return registrar.url


def _receive(clerk: Page) -> None:
    clerk.goto("/inbox")
    clerk.locator("tbody .pick input").check()
    clerk.get_by_role("button", name="ลงรับที่เลือก").click()
    assert clerk.inner_text("h1") == "ผลการลงรับ"
    assert clerk.locator("table.list tbody tr").count() == 1


def _reject(clerk: Page) -> None:
    clerk.get_by_role("link", name="ขอเชิญประชุม").click()
    clerk.get_by_text("ตีกลับ", exact=True).first.click()
    clerk.fill("[name=reason]", "ส่งผิดหน่วยงาน")
    clerk.locator(".further-acts .ask button", has_text="ตีกลับ").click()
    assert "ตีกลับแล้ว" in clerk.inner_text("#messages")
    clerk.goto("/inbox")
    assert clerk.locator("table.list tbody tr").count() == 0


def test_an_emblem_is_chosen_by_a_button_with_a_thai_word(sqlite_office: Running, at: At) -> None:
    """The browser's own words for choosing a file are English in most: they are not shown."""
    buffer = io.BytesIO()
    Image.new("RGB", (700, 700), "navy").save(buffer, "PNG")
    page = at(sqlite_office, "a_admin", java_script_enabled=False)
    office = f"/offices/{sqlite_office.world.public['school_a']}"
    page.goto(office)
    field = page.get_by_label("เลือกภาพตรา")
    colour = "(node, part) => getComputedStyle(node, part).color"
    clear = "rgba(0, 0, 0, 0)"
    assert field.evaluate(f"node => ({colour})(node, null)") == clear
    assert field.evaluate(f"node => ({colour})(node, '::file-selector-button')") == clear
    word = page.locator(".file-button span").bounding_box()
    button = field.bounding_box()
    assert word is not None and button is not None
    assert page.inner_text(".file-button") == "เลือกไฟล์"
    assert button["x"] <= word["x"] and word["y"] + word["height"] <= button["y"] + 46
    chosen = {"name": "ตรา.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    field.set_input_files(chosen)  # type: ignore[arg-type]
    assert field.evaluate(f"node => ({colour})(node, null)") != clear  # the name of the file
    page.get_by_role("button", name="ตั้งตรา").click()
    assert page.get_by_alt_text("ตราของโรงเรียนบ้านตัวอย่างเหนือ").is_visible()
