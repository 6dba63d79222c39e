"""Writing a letter: it saves itself, takes files by dropping, and loses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlalchemy import select, update

from eoffice import clock
from eoffice.documents.models import Letter
from eoffice.documents.queries import attachments_of, load_visible
from eoffice.documents.services.drafting import LetterFields, edit
from eoffice.users.accounts import SignInSession
from tests.browser.running import Running
from tests.browser.test_journeys import two_files

if TYPE_CHECKING:
    from playwright.sync_api import Page

At = Callable[..., "Page"]
EDIT = re.compile(r"/letters/\w+/edit$")
FILES = "section#files ul.files:not(.going) li"
DROP = """names => {
  const data = new DataTransfer();
  names.forEach(name => data.items.add(new File(['%PDF-1.4\\n' + name + '\\n%%EOF'], name, {type: 'application/pdf'})));
  for (const type of ['dragover', 'drop'])
    document.querySelector('main').dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""  # noqa: E501 - a script of its own
KEPT = "Object.keys(sessionStorage).filter(name => name.startsWith('keep:'))"


def stored(office: Running) -> Letter:
    """The only letter."""
    with office.database.reading() as session:
        return session.scalars(select(Letter)).one()


def saved(page: Page) -> None:
    """Wait until the page says that the draft is kept."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.clock.run_for(20_000)
    expect(page.locator("[data-saved-note]")).to_contain_text("บันทึกร่างแล้ว")


def begun(office: Running, at: At, subject: str = "ขอเชิญประชุม") -> Page:
    """A new letter of the officer that has saved itself once."""
    page = at(office, "officer")
    page.clock.install()
    page.goto("/letters/new")
    page.fill("[name=subject]", subject)
    saved(page)
    return page


def test_a_new_letter_saves_itself_and_goes_on_as_a_draft(sqlite_office: Running, at: At) -> None:
    page = begun(sqlite_office, at)
    expect(page).to_have_url(EDIT)
    expect(page.locator("h1")).to_have_text("แก้ไขร่าง")
    page.get_by_label("ทุกโรงเรียน (3)").check()
    page.fill("[name=body]", "ข้อความที่พิมพ์ต่อ")
    saved(page)
    letter = stored(sqlite_office)
    assert (letter.subject, letter.body, letter.to_text) == (
        ("ขอเชิญประชุม", "ข้อความที่พิมพ์ต่อ", "ทุกโรงเรียน")
    )
    page.get_by_role("button", name="เสนอลงนาม").click()
    expect(page.locator("#messages")).to_contain_text("เสนอลงนามแล้ว")
    assert page.evaluate(KEPT) == []
    assert stored(sqlite_office).state == "proposed"


def test_files_dropped_before_the_subject_wait_for_it(sqlite_office: Running, at: At) -> None:
    page = at(sqlite_office, "officer")
    page.goto("/letters/new")
    page.set_input_files("#files", two_files())
    held = page.locator("[data-first-files] ul li")
    expect(held).to_have_count(2)
    held.nth(1).get_by_role("button").click()
    expect(held).to_have_count(1)
    page.set_input_files("#files", two_files())
    expect(held).to_have_count(2)
    expect(page.locator("#messages")).to_contain_text("กรอกเรื่องก่อน")
    page.fill("[name=subject]", "ขอเชิญประชุม")
    page.press("[name=subject]", "Tab")
    expect(page.locator(FILES)).to_have_count(2)
    expect(page).to_have_url(EDIT)
    page.get_by_role("button", name="ใช้เป็นไฟล์หลัก สิ่งที่ส่งมาด้วย 1.pdf").click()
    expect(page.locator(FILES).first).to_contain_text("สิ่งที่ส่งมาด้วย 1.pdf")
    letter = stored(sqlite_office)
    with sqlite_office.database.reading() as session:
        assert [file.name for file in attachments_of(session, letter.id)] == [
            "สิ่งที่ส่งมาด้วย 1.pdf",
            "หนังสือนำ.pdf",
        ]


def test_several_files_are_dropped_onto_the_page(sqlite_office: Running, at: At) -> None:
    page = at(sqlite_office, "officer")
    page.goto("/letters/new")
    page.fill("[name=subject]", "ขอเชิญประชุม")
    page.evaluate(DROP, ["หนึ่ง.pdf", "สอง.pdf"])
    expect(page.locator(FILES)).to_have_count(2)
    page.evaluate(DROP, ["สาม.pdf"])
    expect(page.locator(FILES)).to_have_count(3)
    page.get_by_role("button", name="เสนอลงนาม").click()
    expect(page.locator("#messages")).to_contain_text("เสนอลงนามแล้ว")


def test_an_ended_session_loses_nothing(sqlite_office: Running, at: At) -> None:
    page = begun(sqlite_office, at)
    expect(page).to_have_url(EDIT)
    address = page.url
    page.fill("[name=body]", "พิมพ์ก่อนหมดเวลา")
    with sqlite_office.database.transaction() as session:
        session.execute(update(SignInSession).values(ended_at=clock.now()))
    page.clock.run_for(20_000)
    expect(page.locator("#messages")).to_contain_text("หมดเวลาเข้าใช้งาน")
    assert page.evaluate(KEPT)
    page.locator("#messages a").click()
    sqlite_office.sign_in(page, "officer")
    page.get_by_role("link", name="เปิดทำต่อ").click()
    expect(page).to_have_url(address)
    expect(page.locator("[name=body]")).to_have_value("พิมพ์ก่อนหมดเวลา")
    saved(page)
    assert stored(sqlite_office).body == "พิมพ์ก่อนหมดเวลา"
    assert page.evaluate(KEPT) == []


def test_a_lost_connection_loses_nothing(sqlite_office: Running, at: At) -> None:
    page = begun(sqlite_office, at)
    page.context.set_offline(True)
    page.fill("[name=body]", "พิมพ์ขณะเน็ตหลุด")
    page.clock.run_for(20_000)
    expect(page.locator("[data-saved-note]")).to_contain_text("ยังไม่ได้บันทึก")
    page.context.set_offline(False)
    saved(page)
    assert stored(sqlite_office).body == "พิมพ์ขณะเน็ตหลุด"


def test_a_stale_draft_says_so_and_gives_the_text_back(sqlite_office: Running, at: At) -> None:
    page = begun(sqlite_office, at)
    letter = stored(sqlite_office)
    with sqlite_office.database.transaction() as session:
        writer = sqlite_office.world.actor(session, "officer")
        now = load_visible(session, writer, letter.public_id)
        fields = LetterFields(subject="แก้จากเครื่องอื่น")
        edit(session, writer, letter.public_id, fields, version=now.version)
    page.fill("[name=body]", "พิมพ์ในเครื่องนี้")
    page.clock.run_for(20_000)
    expect(page.locator("[data-saved-note]")).to_contain_text("มีผู้แก้ไขเรื่องนี้")
    assert stored(sqlite_office).body == ""
    page.reload()
    expect(page.locator("[name=subject]")).to_have_value("แก้จากเครื่องอื่น")
    expect(page.locator("[name=body]")).to_have_value("")
    page.get_by_role("button", name="นำข้อความที่พิมพ์ค้างไว้กลับมา").click()
    expect(page.locator("[name=body]")).to_have_value("พิมพ์ในเครื่องนี้")


def test_nothing_of_a_classified_letter_is_kept_in_the_tab(sqlite_office: Running, at: At) -> None:
    page = at(sqlite_office, "officer")
    page.goto("/letters/new")
    page.fill("[name=body]", "ข้อความธรรมดา")
    assert page.evaluate(KEPT)
    page.locator("summary", has_text="กำหนดส่ง อ้างถึง").click()
    page.select_option("[name=secrecy]", "confidential")
    assert page.evaluate(KEPT) == []
    page.fill("[name=body]", "ข้อความลับ")
    assert page.evaluate(KEPT) == []


def test_an_agency_is_chosen_with_its_channel(sqlite_office: Running, at: At) -> None:
    page = begun(sqlite_office, at)
    agency = "องค์การบริหารส่วนตำบล"
    combo = page.locator("#to-combo")
    combo.fill(agency[:8])
    combo.press("Enter")
    channel = page.locator("#to .channels .channel:visible")
    expect(channel).to_have_count(1)
    channel.locator("select").select_option("hand")
    expect(page.locator(".act-bar")).to_contain_text("ผู้รับ 1 แห่ง")
    saved(page)
    page.reload()
    expect(page.locator("#to .channels .channel:visible select")).to_have_value("hand")


def test_a_frequent_subject_fills_the_field(sqlite_office: Running, at: At) -> None:
    begun(sqlite_office, at, "รายงานประจำเดือน")
    page = at(sqlite_office, "officer")
    page.goto("/letters/new")
    page.locator("summary", has_text="เรื่องที่ใช้บ่อย").click()
    page.get_by_role("button", name="รายงานประจำเดือน").click()
    expect(page.locator("[name=subject]")).to_have_value("รายงานประจำเดือน")
    expect(page).to_have_url(re.compile("/letters/new$"))
