"""The shared pages in a browser: keys, picking, kept text, uploads, recipients, access, print."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import expect
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.browser.accessibility import violations_on
from tests.web.frame_app import build

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATHS = ("/list", "/waiting", "/form", "/letter", "/gate", "/trouble/conflict")
WIDER = "document.documentElement.scrollWidth - innerWidth"
LOW = """() => [...document.querySelectorAll(
    'button, a.button, select, summary, .views a, .menu a, .places a, input')]
  .filter(node => node.offsetParent)
  .filter(node => !node.matches('[type=hidden], [type=checkbox], [type=radio], .unseen'))
  .filter(node => node.getBoundingClientRect().height < 43.5)
  .map(node => node.outerHTML.slice(0, 90))"""


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing: a test's output is its result."""


@pytest.fixture
def app() -> Flask:
    return build()


@pytest.fixture
def base(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(page_at: Callable[..., Page], base: str) -> Page:
    return page_at(1366, base_url=base)


def picked(page: Page) -> int:
    return page.locator("tbody .pick input:checked").count()


@pytest.mark.parametrize("width", [320, 390, 768, 1366])
def test_pages_fit_and_are_usable_by_everybody(
    page_at: Callable[..., Page], base: str, width: int
) -> None:
    page = page_at(width, base_url=base)
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    for path in PATHS:
        page.goto(path)
        assert page.evaluate(WIDER) <= 0, path
        if width in (390, 1366):
            assert violations_on(page) == [], path
        if width == 390:
            assert page.evaluate(LOW) == [], path
    # the status of the error page and the picture that the sample letter lacks
    assert [said for said in troubles if "409" not in said and "404" not in said] == []


def test_the_desk_switch_and_the_menu_are_reached_without_a_mouse(page: Page) -> None:
    page.goto("/list")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "ข้ามไปยังเนื้อหา"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".desks button").first.is_visible()


def test_keys_move_pick_and_receive(page: Page, app: Flask) -> None:
    page.goto("/list")
    for key in ("KeyJ", "KeyJ", "KeyX", "KeyJ", "KeyX", "KeyK"):  # places, so any layout will do
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.closest('tr').sectionRowIndex") == 1
    assert picked(page) == 2
    assert page.inner_text("[data-counted]") == "ลงรับ 2 ฉบับ"
    page.keyboard.press("KeyR")
    page.wait_for_selector("#messages p")
    assert "ลงรับแล้ว 2 ฉบับ" in page.inner_text("#messages")
    assert [len(act["picked"]) for act in app.extensions["acts"] if act] == [2]


def test_r_receives_the_letter_at_hand_and_enter_opens_it(page: Page, app: Flask) -> None:
    page.goto("/list")
    page.keyboard.press("KeyJ")
    page.keyboard.press("KeyR")
    page.wait_for_selector("#messages p")
    assert app.extensions["acts"][-1] is None or len(app.extensions["acts"][-1]["picked"]) == 1
    page.keyboard.press("KeyJ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/letter")
    page.keyboard.press("KeyJ")
    page.wait_for_url("**/form")


def test_keys_are_letters_in_a_field_and_can_be_switched_off(page: Page) -> None:
    page.goto("/list")
    page.keyboard.press("Slash")
    page.keyboard.type("jk?")
    assert page.input_value("[data-search]") == "jk?"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Shift+Slash")
    page.uncheck("[data-keys-switch]")
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("KeyJ")
    assert page.locator("tr[aria-current]").count() == 0


def test_shift_picks_a_run_and_the_head_picks_all(page: Page) -> None:
    page.goto("/list")
    boxes = page.locator("tbody .pick input")
    boxes.nth(1).click()
    boxes.nth(5).click(modifiers=["Shift"])
    assert picked(page) == 5
    page.click("[data-pick-all]")
    assert picked(page) == boxes.count()
    page.click("[data-unpick]")
    expect(page.locator("[data-counted]")).to_be_disabled()
    assert picked(page) == 0


def test_filters_change_the_list_and_the_address(page: Page) -> None:
    page.goto("/list")
    page.fill("[data-search]", "ทัศนศึกษา 10")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q="))
    page.reload()
    assert page.locator("tbody tr").count() == 1


def test_hidden_columns_are_remembered(page: Page) -> None:
    page.goto("/list")
    page.click("details.columns summary")
    page.get_by_label("แนบ", exact=True).uncheck()
    page.reload()
    assert not page.locator("td.clip").first.is_visible()
    assert page.locator("td.subject").first.is_visible()


def test_a_form_is_sent_once(page: Page, app: Flask) -> None:
    page.goto("/form")
    page.fill("#subject", "ขออนุญาต")
    page.evaluate(
        "() => { for (let i = 0; i < 5; i++) document.querySelector('#letter .main-act').click(); }"
    )
    page.wait_for_selector("#messages p")
    assert len(app.extensions["acts"]) == 1


def test_typed_text_outlives_leaving_and_refusal_but_not_success(page: Page) -> None:
    page.goto("/form")
    page.fill("#body", "ข้อความที่พิมพ์ค้าง")
    page.goto("/list")
    page.goto("/form")
    assert page.input_value("#body") == "ข้อความที่พิมพ์ค้าง"
    page.focus("#body")
    page.keyboard.press("Control+Enter")  # no subject: refused
    page.wait_for_selector(".errors")
    page.goto("/form")
    assert page.input_value("#body") == "ข้อความที่พิมพ์ค้าง"
    page.fill("#subject", "ขออนุญาต")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#messages p")
    page.goto("/form")
    assert page.input_value("#body") == ""


def test_kept_text_is_for_its_person_only(page: Page) -> None:
    page.goto("/form")
    page.evaluate("sessionStorage.setItem('keep:somebody-else:letter', '{\"body\":\"ของคนอื่น\"}')")
    page.reload()
    assert page.input_value("#body") == ""
    kept = page.evaluate("Object.keys(sessionStorage).filter(name => name.startsWith('keep:'))")
    assert kept == []


def test_draft_saves_itself_while_writing(page: Page, app: Flask) -> None:
    page.clock.install()
    page.goto("/form")
    page.fill("#body", "ร่าง")
    with page.expect_response(lambda answer: answer.request.method == "POST") as saving:
        page.clock.run_for(6000)
    assert saving.value.status == 303
    expect(page.locator("[data-saved-note]")).to_contain_text("บันทึกร่างแล้ว")
    assert app.extensions["acts"][0]["_do"] == ["autosave"]
    assert page.input_value("#body") == "ร่าง"


def test_files_are_sent_one_by_one_and_refusals_named(page: Page, app: Flask) -> None:
    page.goto("/form")
    page.fill("#body", "พิมพ์ระหว่างส่งไฟล์")
    files = [("ก.pdf", 900_000), ("ข.exe", 10), ("ใหญ่.pdf", 2_200_000), ("ค.pdf", 700_000)]
    page.set_input_files(
        "#files-input",
        [{"name": n, "mimeType": "application/pdf", "buffer": b"x" * s} for n, s in files],
    )
    expect(page.locator("#files ul.files:not(.going) li")).to_have_count(2)
    assert [name for name, _ in app.extensions["stored"]] == ["ก.pdf", "ค.pdf"]
    expect(page.locator("#messages")).to_contain_text("แนบ ค.pdf แล้ว")
    told = page.inner_text("#messages")
    assert "แนบไฟล์ .exe ไม่ได้" in told and "ใหญ่.pdf ใหญ่เกิน 2 MB" in told
    assert page.input_value("#letter [name=version]") == "2"
    assert page.input_value("#body") == "พิมพ์ระหว่างส่งไฟล์"


def test_an_upload_can_be_stopped(page: Page, app: Flask) -> None:
    page.goto("/form")
    page.route("**/files", lambda route: None)  # never answered
    page.set_input_files(
        "#files-input", [{"name": "ก.pdf", "mimeType": "application/pdf", "buffer": b"x"}]
    )
    page.get_by_role("button", name="หยุด").click()
    expect(page.locator("#messages")).to_contain_text("หยุดส่ง ก.pdf แล้ว")
    assert page.locator(".going li").count() == 0 and app.extensions["stored"] == []
    page.unroute_all(behavior="ignoreErrors")


def test_recipients_by_typing_and_by_a_tap_are_counted_once(page: Page, app: Flask) -> None:
    page.goto("/form")
    page.get_by_label("เครือข่าย 1 (39)").check()
    page.fill("#to-combo", "ตัวอย่าง ๕")  # Thai digits, and number 5 before 50
    assert page.locator("[role=option]").first.inner_text().startswith("รร.บ้านตัวอย่าง 5\n")
    page.keyboard.press("Enter")
    page.fill("#to-combo", "ตัวอย่าง 4")  # in network 1 already
    page.keyboard.press("Enter")
    assert page.inner_text(".act-bar b") == "ผู้รับ 40 แห่ง"
    page.get_by_role("button", name="เอาออก เครือข่าย 1").click()
    assert page.inner_text(".act-bar b") == "ผู้รับ 1 แห่ง"
    page.fill("#subject", "ขออนุญาต")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#messages p")
    assert app.extensions["acts"][-1]["to_offices"] == [f"{5:020x}"]


def test_a_date_is_shown_as_it_was_understood(page: Page) -> None:
    page.goto("/form")
    page.fill("#due", "๑๙ มิย ๖๙")
    expect(page.locator("#due-u")).to_have_text("วันศุกร์ที่ 19 มิถุนายน 2569")


def test_polling_asks_with_the_etag_and_leaves_an_unchanged_page_alone(
    page: Page, app: Flask
) -> None:
    page.goto("/list")
    expect(page.locator("#news")).to_have_text("ข่าวใหม่")
    page.evaluate("document.querySelector('#news p').dataset.mark = 'old'")
    with page.expect_response(lambda answer: answer.status == 304):
        pass
    assert page.locator("#news p[data-mark=old]").count() == 1
    assert '"n2"' in app.extensions["acts"]


def test_main_acts_need_no_script(page_at: Callable[..., Page], base: str, app: Flask) -> None:
    page = page_at(1366, base_url=base, java_script_enabled=False)
    page.goto("/list")
    page.locator("tbody .pick input").nth(0).check()
    page.get_by_role("button", name="ลงรับ").click()
    assert "ลงรับแล้ว 1 ฉบับ" in page.inner_text("#messages")
    page.goto("/form")
    page.fill("#subject", "ขออนุญาต")
    page.get_by_text("เลือกจากรายชื่อ").click()
    page.get_by_label("รร.บ้านตัวอย่าง 12", exact=False).first.check()
    page.set_input_files(
        "#files-input", [{"name": "ก.pdf", "mimeType": "application/pdf", "buffer": b"x"}]
    )
    page.get_by_role("button", name="แนบ", exact=True).click()
    assert app.extensions["stored"] == [("ก.pdf", 1)]


def test_register_prints_on_a4_landscape_without_the_frame(page: Page) -> None:
    page.goto("/list")
    page.emulate_media(media="print")
    assert not page.locator(".left").is_visible() and not page.locator(".bulk").is_visible()
    assert page.inner_text(".print-head") == "โรงเรียนบ้านตัวอย่าง 12 · สพป.ตัวอย่าง เขต 2"
    assert "น.ส.พิมพ์ใจ" in page.inner_text(".print-foot")
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page.pdf(prefer_css_page_size=True))
    assert sizes and all(float(width) > float(height) for width, height in sizes)
