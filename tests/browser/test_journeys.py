"""A circular from the first word to the district's count of receipts, as its people do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlalchemy import select

from eoffice import clock
from eoffice.registers.models import RegisterEntry
from eoffice.routing.models import Delivery
from tests.browser.running import Running
from tests.browser.scene import LAW, SUBJECT_200

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

At = Callable[..., "Page"]
SCHOOLS_OF_THE_CLERK = (
    ("โรงเรียนบ้านตัวอย่างเหนือ", 1),
    ("โรงเรียนบ้านตัวอย่างกลาง", 3),
    ("โรงเรียนบ้านตัวอย่าง 4", 6),
)
"""Each with the number it gives next; two have registered paper letters already."""
STATES = "main .panel.first .chip[data-state]"


def two_files() -> list[FilePayload]:
    """The amendment of 2560 and an enclosure."""
    return [
        {
            "name": shown,
            "mimeType": "application/pdf",
            "buffer": (LAW / name).read_bytes(),
        }
        for name, shown in (
            ("amendment-3-2560.pdf", "หนังสือนำ.pdf"),
            ("amendment-2-2548.pdf", "สิ่งที่ส่งมาด้วย 1.pdf"),
        )
    ]


def row_of(page: Page, subject: str) -> object:
    """The row of a letter in the list at hand."""
    return page.locator("table.list tr", has_text=subject[:40])


def test_a_circular_to_117_schools_is_received_answered_and_counted(
    district: Running, at: At
) -> None:
    year = clock.this_year()
    registrar = at(district, "registrar")
    letter = _draft_and_propose(registrar)
    _sign_on_a_phone(district, at)
    number = _number_and_send(registrar, letter)
    assert number == "ศธ 04999/ว 1"
    clerk = at(district, "a_registrar")
    for school, next_no in SCHOOLS_OF_THE_CLERK:
        _receive_at(clerk, school, number, f"{next_no}/{year}")
    _reply(district, at, clerk, number)
    _district_counts(registrar, letter, number, year)
    _stored(district, year)


def _draft_and_propose(registrar: Page) -> str:
    registrar.get_by_role("link", name="ร่างหนังสือ").first.click()
    registrar.get_by_label("เรื่อง", exact=False).first.fill(SUBJECT_200)
    registrar.get_by_label("ทุกโรงเรียน (117)").check()
    registrar.get_by_label("เป็นหนังสือเวียน").check()
    registrar.set_input_files("#files", two_files())
    assert registrar.inner_text(".act-bar b") == "ผู้รับ 117 แห่ง"
    registrar.get_by_role("button", name="เสนอลงนาม").click()
    expect(registrar.locator("#messages")).to_contain_text("เสนอลงนามแล้ว")
    assert registrar.inner_text(STATES) == "เสนอลงนาม"
    assert registrar.locator("#files ul.files > li").count() == 2
    assert "หนังสือนำ.pdf ไฟล์หลัก" in registrar.inner_text("#files")
    return registrar.url


def _sign_on_a_phone(district: Running, at: At) -> None:
    district.work()
    director = at(district, "director", 390)
    assert row_of(director, SUBJECT_200).locator(".state").inner_text() == "รอลงนาม"
    director.get_by_role("link", name="อ่านและลงนาม").click()
    bar = director.locator(".acts")
    sign = director.get_by_role("button", name="ลงนาม", exact=True)
    for _ in range(2):  # at the top of the page and at its end: the bar stays
        box = bar.bounding_box()
        assert box is not None and abs(box["y"] + box["height"] - 844) < 1
        assert sign.bounding_box()["height"] >= 44
        director.evaluate("scrollTo(0, document.body.scrollHeight)")
    places = [
        director.locator(name).bounding_box()["y"]
        for name in ("section[aria-label=เอกสาร]", "#acts")
    ]
    assert places[0] < places[1]
    assert "จะส่งถึง 117 แห่ง" in bar.inner_text()
    sign.click()
    expect(director.locator("#messages")).to_contain_text("ลงนามแล้ว")
    assert director.inner_text(STATES) == "ลงนามแล้ว"


def _number_and_send(registrar: Page, letter: str) -> str:
    registrar.goto("/")
    row = row_of(registrar, SUBJECT_200)
    assert row.locator(".state").inner_text() == "รอออกเลข"
    row.get_by_role("link", name="ออกเลข").click()
    registrar.wait_for_url(letter)
    registrar.get_by_text("ออกเลขและส่ง", exact=True).click()
    asked = registrar.locator(".acts .ask p").first.inner_text()
    assert asked == "ออกเลข ศธ 04999/ว 1 และส่งถึง 117 แห่ง"
    registrar.get_by_role("button", name="ออกเลขและส่งถึง 117 แห่ง").click()
    expect(registrar.locator("#messages")).to_contain_text("ออกเลข ศธ 04999/ว 1 และส่งถึง 117 แห่งแล้ว")
    assert registrar.inner_text(STATES) == "ส่งแล้ว"
    assert "ลงรับแล้ว 0 จาก 117 แห่ง" in registrar.inner_text("#deliveries")
    return registrar.inner_text("dl.facts dd").strip()


def _receive_at(clerk: Page, school: str, number: str, receive_no: str) -> None:
    clerk.goto("/")
    current = clerk.inner_text(".desk summary b")
    if current != school:
        clerk.click(".desk summary")
        clerk.locator(".desks button", has_text=school).first.click()
        expect(clerk.locator("#messages")).to_contain_text(f"ปฏิบัติงานในนาม{school}")
    row = row_of(clerk, SUBJECT_200)
    assert number in row.inner_text()
    row.get_by_role("button", name="ลงรับ").click()
    expect(clerk.locator("#messages")).to_contain_text(f"ลงรับแล้ว เลขรับ {receive_no}")
    assert row.count() == 0
    clerk.goto("/inbox?state=received")
    assert f"เลขรับ {receive_no}" in row_of(clerk, SUBJECT_200).inner_text()
    clerk.goto("/registers/incoming")
    entry = clerk.locator(".register tbody tr", has_text=number)
    assert entry.locator("td, th").first.inner_text().strip().startswith(receive_no.split("/")[0])


def _reply(district: Running, at: At, clerk: Page, number: str) -> None:
    clerk.click(".desk summary")
    clerk.locator(".desks button", has_text=SCHOOLS_OF_THE_CLERK[0][0]).first.click()
    clerk.goto("/inbox?state=received")
    row_of(clerk, SUBJECT_200).locator("a").click()
    clerk.get_by_role("button", name="ตอบกลับ").click()
    clerk.wait_for_url("**/edit")
    assert number in clerk.input_value("[name=cite_1-number]")
    assert clerk.inner_text(".act-bar b") == "ผู้รับ 1 แห่ง"
    clerk.get_by_label("ข้อความ", exact=False).fill("โรงเรียนได้ยืนยันข้อมูลแล้ว")
    clerk.get_by_role("button", name="เสนอลงนาม").click()
    expect(clerk.locator("#messages")).to_contain_text("เสนอลงนามแล้ว")
    answer = clerk.url
    head = at(district, "a_director", 390)
    head.get_by_role("link", name="อ่านและลงนาม").click()
    head.get_by_role("button", name="ลงนาม", exact=True).click()
    expect(head.locator("#messages")).to_contain_text("ลงนามแล้ว")
    clerk.goto(answer)
    clerk.get_by_text("ออกเลขและส่ง", exact=True).click()
    clerk.get_by_role("button", name="ออกเลขและส่งถึง 1 แห่ง").click()
    expect(clerk.locator("#messages")).to_contain_text("ออกเลข ศธ 04999.001/1 และส่งถึง 1 แห่งแล้ว")
    district.work()


def _district_counts(registrar: Page, letter: str, number: str, year: int) -> None:
    registrar.goto(letter)
    assert "ลงรับแล้ว 3 จาก 117 แห่ง" in registrar.inner_text("#deliveries")
    registrar.get_by_role("link", name="ดูรายหน่วยงาน 117 แห่ง").click()
    registrar.get_by_role("link", name=re.compile("ลงรับแล้ว 3")).click()
    expect(registrar.locator("table.list tbody tr")).to_have_count(3)
    shown = registrar.inner_text("table.list tbody")
    for school, next_no in SCHOOLS_OF_THE_CLERK:
        assert school in shown and f"เลขรับ {next_no}/{year}" in shown
    registrar.goto("/")
    row = row_of(registrar, SUBJECT_200)
    assert "ศธ 04999.001/1" in row.inner_text()
    row.get_by_role("link").first.click()
    assert f"อ้างถึง {number}" in registrar.inner_text(".panel.first")
    registrar.goto("/outbox?waiting=1")
    assert "ลงรับ 3/117" in row_of(registrar, SUBJECT_200).inner_text()


def _stored(district: Running, year: int) -> None:
    """What the pages said is what the books hold."""
    with district.database.reading() as session:
        received = session.execute(
            select(Delivery.receive_no, RegisterEntry.number)
            .join(RegisterEntry, RegisterEntry.id == Delivery.entry_id)
            .where(Delivery.state == "received", Delivery.channel == "system")
            .order_by(RegisterEntry.number)
        ).all()
    assert [tuple(row) for row in received] == [(f"{n}/{year}", n) for n in (1, 3, 6)]


def test_the_round_trip_on_postgresql(postgres_office: Running, at: At) -> None:
    """Draft, sign, number and send, receive: once through the browser on the other database."""
    registrar = at(postgres_office, "registrar")
    registrar.goto("/letters/new")
    registrar.fill("[name=subject]", "ขอเชิญประชุม")
    registrar.fill("[name=body]", "ด้วยกำหนดจัดประชุม")
    registrar.get_by_label("ทุกโรงเรียน (3)").check()
    registrar.get_by_role("button", name="เสนอลงนาม").click()
    registrar.wait_for_url(re.compile("/letters/[0-9a-f]{20}$"))
    director = at(postgres_office, "director", 390)
    director.get_by_role("link", name="อ่านและลงนาม").click()
    director.get_by_role("button", name="ลงนาม", exact=True).click()
    expect(director.locator("#messages")).to_contain_text("ลงนามแล้ว")
    registrar.reload()
    registrar.get_by_text("ออกเลขและส่ง", exact=True).click()
    registrar.get_by_role("button", name="ออกเลขและส่งถึง 3 แห่ง").click()
    expect(registrar.locator("#messages")).to_contain_text("ส่งถึง 3 แห่งแล้ว")
    clerk = at(postgres_office, "a_registrar")
    clerk.get_by_role("button", name="ลงรับ").click()
    expect(clerk.locator("#messages")).to_contain_text(f"เลขรับ 1/{clock.this_year()}")
    registrar.reload()
    assert "ลงรับแล้ว 1 จาก 3 แห่ง" in registrar.inner_text("#deliveries")
