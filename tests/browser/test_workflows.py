"""The workflows of an office from beginning to end, each person at an own machine: heads on a
phone, clerks at a desk. Every one ends in a filed case and the right rows in both registers.

(a) district → schools up the levels; (b) school → district and its answer; (c) school → school;
(d) a paper letter through the levels of the district; (e) inside a school.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from eoffice import clock
from eoffice.routing.services.approval_path import AskedLevel, set_path
from tests.browser.running import Running
from tests.browser.steps import Hand, Steps
from tests.browser.test_journeys import STATES
from tests.casework import seat

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

At = Callable[..., "Page"]
PHONE = 390
LETTER = re.compile("/letters/[0-9a-f]{20}$")


def button(page: Page, name: str) -> Locator:
    """A button by its whole name."""
    return page.get_by_role("button", name=name, exact=True)


def told(page: Page, words: str) -> None:
    """The page says what was done."""
    expect(page.locator("#messages")).to_contain_text(words)


def propose(page: Page, subject: str, *, schools: str = "", office: str = "") -> str:
    """Write a letter to schools or one office and propose it; returns its address."""
    page.goto("/letters/new")
    page.fill("[name=subject]", subject)
    page.fill("[name=body]", "จึงเรียนมาเพื่อทราบ")
    if schools:
        page.get_by_label(schools).check()
        page.get_by_label("เป็นหนังสือเวียน").check()
    else:
        combo = page.locator("#to-combo")
        combo.fill(office)
        combo.press("Enter")
        expect(page.locator(".act-bar")).to_contain_text("ผู้รับ 1 แห่ง")
    button(page, "เสนอลงนาม").click()
    page.wait_for_url(LETTER)
    return page.url


def sign_on_a_phone(phone: Page) -> None:
    """The head reads and signs."""
    hand = Hand(phone, steps := Steps("read and sign on a phone"))
    phone.goto("/")
    hand.press(phone.get_by_role("link", name="อ่านและลงนาม").first)
    hand.press(button(phone, "ลงนาม"))
    told(phone, "ลงนามแล้ว")
    steps.report(most=2)


def number_and_send(registrar: Page, letter: str, count: int) -> str:
    """Issue the number and send; returns the number."""
    registrar.goto(letter)
    registrar.get_by_text("ออกเลขและส่ง", exact=True).click()
    button(registrar, f"ออกเลขและส่งถึง {count} แห่ง").click()
    told(registrar, f"และส่งถึง {count} แห่งแล้ว")
    return registrar.inner_text("dl.facts dd").strip()


def receive(clerk: Page, subject: str, receive_no: int = 1) -> str:
    """Receive from the desk; returns the address of the case."""
    clerk.goto("/")
    row = clerk.locator("table.list tr", has_text=subject)
    row.get_by_role("button", name="ลงรับ").click()
    told(clerk, f"ลงรับแล้ว เลขรับ {receive_no}/{clock.this_year()}")
    clerk.goto("/inbox?state=received")
    clerk.locator("table.list tr", has_text=subject).locator("a").first.click()
    clerk.get_by_role("link", name="เสนอ สั่งการ และติดตามเรื่อง").click()
    clerk.wait_for_url("**/cases/*")
    return clerk.url


def open_from_queue(page: Page, subject: str) -> None:
    """Open what waits at the desk."""
    page.goto("/queue")
    page.locator("table.list tr", has_text=subject).locator("td.do a").click()


def order_on_a_phone(phone: Page, subject: str, person: str) -> None:
    """From the queue at most four taps: open, a phrase, a person, สั่งการ."""
    phone.goto("/queue")
    hand = Hand(phone, steps := Steps("endorse and assign on a phone"))
    hand.press(phone.locator("table.list tr", has_text=subject).locator("td.do a"))
    hand.press(phone.get_by_label("ทราบ ดำเนินการ", exact=True))
    hand.press(phone.get_by_label(person, exact=True).first)
    hand.press(button(phone, "สั่งการ"))
    told(phone, "สั่งการแล้ว")
    steps.report(most=4)


def choose_above(page: Page, words: str) -> None:
    """Choose whom a matter is put before."""
    above = page.get_by_label("เสนอต่อ").first
    option = above.locator("option", has_text=words).first
    above.select_option(option.get_attribute("value"))


def do_and_report(page: Page, subject: str, words: str) -> None:
    """Who was given the work acknowledges and reports."""
    open_from_queue(page, subject)
    button(page, "รับทราบ").click()
    told(page, "รับทราบแล้ว")
    page.get_by_label("รายงานผล").fill(words)
    button(page, "รายงานผล").click()
    told(page, "รายงานผลแล้ว")


def close(page: Page, case: str) -> None:
    """Close a case whose work is done, or which needs none."""
    page.goto(case)
    button(page, "ปิดเรื่อง").click()
    page.goto(case)
    assert page.inner_text(STATES) == "เสร็จสิ้น"


def file_away(clerk: Page, case: str, folder: str = "งานทั่วไป") -> None:
    """Put a closed case into its folder."""
    clerk.goto(case)
    clerk.get_by_text("เก็บเข้าแฟ้ม", exact=True).first.click()
    clerk.get_by_label("แฟ้ม").fill(folder)
    button(clerk, "เก็บเข้าแฟ้ม").click()
    assert clerk.inner_text(STATES) == "เก็บเข้าแฟ้มแล้ว"


def entry(page: Page, register: str, subject: str) -> str:
    """The row of a letter in a register of the desk's office."""
    page.goto(f"/registers/{register}")
    row = page.locator("table.book tbody tr", has_text=subject)
    expect(row).to_have_count(1)
    return " ".join(row.inner_text().split())


def test_a_circular_goes_up_the_levels_and_out_to_the_schools(
    sqlite_office: Running, at: At
) -> None:
    """(a) The group writes, its head and the deputy agree, the director signs, schools receive."""
    subject, world = "แนวทางการจัดกิจกรรมวันเด็ก", sqlite_office.world
    with sqlite_office.database.transaction() as session:
        levels = [AskedLevel([seat(world, session, desk)]) for desk in ("head", "deputy")]
        set_path(session, world.actor(session, "registrar"), levels)
    letter = propose(at(sqlite_office, "officer"), subject, schools="ทุกโรงเรียน (3)")
    for desk in ("head", "deputy"):
        phone = at(sqlite_office, desk, PHONE)
        open_from_queue(phone, subject)
        button(phone, "เห็นชอบ").click()
        told(phone, "เห็นชอบแล้ว")
    sign_on_a_phone(at(sqlite_office, "director", PHONE))
    registrar = at(sqlite_office, "registrar")
    number = number_and_send(registrar, letter, 3)
    assert number == "ศธ 04999/ว 1"
    clerk = at(sqlite_office, "a_registrar")
    case = receive(clerk, subject)
    close(clerk, case)
    file_away(clerk, case)
    assert entry(clerk, "incoming", subject).startswith(f"1 {number}")
    registrar.goto(letter)
    assert "ลงรับแล้ว 1 จาก 3 แห่ง" in registrar.inner_text("#deliveries")
    path = registrar.inner_text("#path")
    assert path.index("ผู้อำนวยการกลุ่ม") < path.index("รองผู้อำนวยการ")
    assert number in entry(registrar, "circulars", subject)


def test_a_school_asks_the_district_which_answers(sqlite_office: Running, at: At) -> None:
    """(b) Both registers show which letter answers which."""
    asked = "ขอความอนุเคราะห์วิทยากร"
    clerk = at(sqlite_office, "a_registrar")
    letter = propose(clerk, asked, office="สพป.")
    sign_on_a_phone(at(sqlite_office, "a_director", PHONE))
    number = number_and_send(clerk, letter, 1)
    registrar = at(sqlite_office, "registrar")
    case = receive(registrar, asked)
    registrar.get_by_role("link", name="หน้าหนังสือ").click()
    button(registrar, "ตอบกลับ").click()
    registrar.wait_for_url("**/edit")
    assert number in registrar.input_value("[name=cite_1-number]")
    registrar.fill("[name=body]", "สำนักงานเขตพื้นที่ยินดีให้ความอนุเคราะห์")
    answered = registrar.input_value("[name=subject]")
    button(registrar, "เสนอลงนาม").click()
    registrar.wait_for_url(LETTER)
    reply = registrar.url
    sign_on_a_phone(at(sqlite_office, "director", PHONE))
    reply_no = number_and_send(registrar, reply, 1)
    close(registrar, case)
    file_away(registrar, case)
    row = entry(registrar, "incoming", asked)
    assert row.startswith(f"1 {number}") and reply_no in row
    assert f"ตอบหนังสือเลขรับ 1 ที่ {number}" in entry(registrar, "outgoing", answered)
    own = receive(clerk, answered)
    close(clerk, own)
    file_away(clerk, own)
    assert reply_no in entry(clerk, "incoming", answered)
    assert number in entry(clerk, "outgoing", asked)


def test_a_letter_from_school_to_school_passes_the_district_by(
    sqlite_office: Running, at: At
) -> None:
    """(c) The district is not on the way and sees nothing of it."""
    subject = "ขอยืมครุภัณฑ์"
    clerk = at(sqlite_office, "a_registrar")
    letter = propose(clerk, subject, office="ตัวอย่างใต้")
    sign_on_a_phone(at(sqlite_office, "a_director", PHONE))
    number = number_and_send(clerk, letter, 1)
    other = at(sqlite_office, "b_registrar", PHONE)
    case = receive(other, subject)
    close(other, case)
    file_away(other, case)
    assert entry(other, "incoming", subject).startswith(f"1 {number}")
    assert number in entry(clerk, "outgoing", subject)
    district = at(sqlite_office, "director")
    answer = district.goto(letter)
    assert answer is not None and answer.status == 404
    for page in ("/inbox", "/outbox", "/registers/incoming"):
        district.goto(page)
        assert subject not in district.inner_text("main")


def test_a_paper_letter_goes_through_the_levels_of_the_district(
    sqlite_office: Running, at: At
) -> None:
    """(d) Registered, given to its group, up to the director, done, reported, closed, filed."""
    subject = "ขอใช้สถานที่จัดการประชุม"
    registrar = at(sqlite_office, "registrar")
    registrar.goto("/letters/outside/new")
    registrar.fill("[name=sender]", "องค์การบริหารส่วนตำบลตัวอย่าง")
    registrar.fill("[name=letter_no]", "ตย 72001/15")
    registrar.fill("[name=subject]", subject)
    button(registrar, "ลงรับ").click()
    told(registrar, "ลงรับแล้ว")
    registrar.goto("/cases")
    registrar.locator("table.list tr", has_text=subject).locator("a").first.click()
    registrar.wait_for_url("**/cases/*")
    case = registrar.url
    registrar.get_by_text("ส่งกลุ่ม", exact=True).first.click()
    button(registrar, "ส่งกลุ่ม").click()
    clerk = at(sqlite_office, "clerk")
    clerk.goto(case)
    clerk.get_by_label("ความเห็น").fill("เห็นควรอนุญาต")
    choose_above(clerk, "ชูใจ")
    button(clerk, "เสนอ").click()
    for desk, above in (("head", "รองผู้อำนวยการ"), ("deputy", "ผู้อำนวยการสำนักงานเขต")):
        phone = at(sqlite_office, desk, PHONE)
        open_from_queue(phone, subject)
        if desk == "deputy":  # who may also order here; agreeing is folded beside it
            phone.get_by_text("เห็นชอบและเสนอต่อ", exact=True).click()
        choose_above(phone, above)
        button(phone, "เห็นชอบ").click()
        told(phone, "เห็นชอบและเสนอต่อแล้ว")
    director = at(sqlite_office, "director", PHONE)
    order_on_a_phone(director, subject, "นายสมคิด วิเคราะห์")
    do_and_report(at(sqlite_office, "officer", PHONE), subject, "จัดสถานที่แล้ว")
    close(director, case)
    file_away(registrar, case)
    row = entry(registrar, "incoming", subject)
    assert row.startswith("1 ตย 72001/15")
    assert "กลุ่มนโยบายและแผน ผู้ปฏิบัติ นายสมคิด วิเคราะห์" in row


def test_a_school_handles_a_letter_of_the_district(sqlite_office: Running, at: At) -> None:
    """(e) The clerk proposes, the head orders on a phone, the teacher reports, all is filed."""
    subject = "รายงานข้อมูลนักเรียน"
    with sqlite_office.database.transaction() as session:
        sent = sqlite_office.world.sent_letter(session, subject=subject)
        number = sent.letter_no
    clerk = at(sqlite_office, "a_registrar")
    case = receive(clerk, subject)
    clerk.get_by_label("ความเห็น").fill("เห็นควรมอบงานวิชาการ")
    button(clerk, "เสนอ").click()
    head = at(sqlite_office, "a_director", PHONE)
    order_on_a_phone(head, subject, "นางสมศรี ครูผู้สอน")
    do_and_report(at(sqlite_office, "a_teacher", PHONE), subject, "ส่งข้อมูลครบแล้ว")
    close(head, case)
    file_away(clerk, case, "งานวิชาการ")
    row = entry(clerk, "incoming", subject)
    assert row.startswith(f"1 {number}")
    assert "ผู้ปฏิบัติ นางสมศรี ครูผู้สอน" in row
    registrar = at(sqlite_office, "registrar")
    assert number in entry(registrar, "outgoing", subject)
