"""A letter inside a school, on desktop and phone, from its registration to its folder (journey e),
and up the levels of the district (journey d)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error, expect
from sqlalchemy import update

from eoffice.documents.models import Letter
from eoffice.routing.models import Case
from tests.browser.running import Running
from tests.browser.steps import Hand, Steps
from tests.browser.test_journeys import STATES, two_files
from tests.casework import at_district, proposed, registered

if TYPE_CHECKING:
    from playwright.sync_api import Page

At = Callable[..., "Page"]
KEPT = "Object.keys(sessionStorage).filter(name => name.startsWith('keep:'))"
NOTE = "มอบครูสมศรีดำเนินการ"


def make(office: Running, builder: Callable[..., Case]) -> str:
    """The address of a case made by a builder."""
    with office.database.transaction() as session:
        return f"/cases/{builder(office.world, session).public_id}"


def state(page: Page) -> str:
    """The state that the page of a case shows."""
    return page.inner_text(STATES)


def test_inside_a_school_from_the_clerk_to_the_folder(sqlite_office: Running, at: At) -> None:
    case = make(sqlite_office, registered)
    clerk = at(sqlite_office, "a_registrar")
    clerk.goto(case)
    clerk.get_by_label("ความเห็น").fill("เห็นควรมอบงานวิชาการดำเนินการ")
    clerk.get_by_role("button", name="เสนอ", exact=True).click()
    assert state(clerk) == "เสนอแล้ว"
    _order_on_a_phone(at(sqlite_office, "a_director", 390))
    teacher = at(sqlite_office, "a_teacher", 390)
    teacher.goto("/queue")
    teacher.locator("td.do a").click()
    teacher.get_by_role("button", name="รับทราบ", exact=True).click()
    expect(teacher.locator("#messages")).to_contain_text("รับทราบแล้ว")
    teacher.get_by_label("รายงานผล").fill("ส่งรายชื่อนักเรียนครบแล้ว")
    teacher.set_input_files("input[name=files]", two_files()[:1])
    teacher.get_by_role("button", name="รายงานผล", exact=True).click()
    expect(teacher.locator("#messages")).to_contain_text("รายงานผลแล้ว")
    director = at(sqlite_office, "a_director", 390)
    director.goto("/queue")
    director.locator("td.do a").click()
    assert "ส่งรายชื่อนักเรียนครบแล้ว" in director.inner_text("#endorsements")
    director.get_by_role("button", name="ปิดเรื่อง", exact=True).click()
    expect(director.locator("#messages")).to_contain_text("ปิดเรื่องแล้ว")
    assert director.url.endswith("/queue")
    director.goto(case)
    assert state(director) == "เสร็จสิ้น"
    clerk.goto(case)
    clerk.get_by_text("เก็บเข้าแฟ้ม", exact=True).first.click()
    clerk.get_by_label("แฟ้ม").fill("งานวิชาการ")
    clerk.get_by_role("button", name="เก็บเข้าแฟ้ม", exact=True).click()
    assert state(clerk) == "เก็บเข้าแฟ้มแล้ว"
    clerk.get_by_role("link", name="พิมพ์ใบเกษียน").click()
    assert clerk.locator(".endorsed > li").count() == 3


def _order_on_a_phone(phone: Page) -> None:
    """From the queue: open, a phrase, a person, สั่งการ."""
    phone.goto("/queue")
    hand = Hand(phone, steps := Steps("endorse and assign on a phone"))
    hand.press(phone.locator("td.do a"))
    hand.press(phone.get_by_label("ทราบ ดำเนินการ", exact=True))
    hand.press(phone.get_by_label("นางสมศรี ครูผู้สอน", exact=True).first)
    hand.press(phone.get_by_role("button", name="สั่งการ", exact=True))
    expect(phone.locator("#messages")).to_contain_text("สั่งการแล้ว")
    steps.report(most=4)


def test_an_unsent_order_survives_a_lost_connection(sqlite_office: Running, at: At) -> None:
    case = make(sqlite_office, proposed)
    phone = at(sqlite_office, "a_director", 390)
    phone.goto(case)
    phone.get_by_label("หรือพิมพ์ข้อสั่งการ").fill(NOTE)
    phone.context.set_offline(True)
    phone.get_by_role("button", name="สั่งการ", exact=True).click(no_wait_after=True)
    phone.wait_for_timeout(300)
    phone.context.set_offline(False)
    phone.goto(f"{sqlite_office.url}{case}")
    expect(phone.get_by_label("หรือพิมพ์ข้อสั่งการ")).to_have_value(NOTE)
    phone.get_by_role("button", name="สั่งการ", exact=True).click()
    expect(phone.locator("#messages")).to_contain_text("สั่งการแล้ว")
    phone.goto(f"{sqlite_office.url}{case}")
    assert NOTE in phone.inner_text("#endorsements")


def test_ticks_and_people_of_an_unsent_order_come_back_as_they_were(
    sqlite_office: Running, at: At
) -> None:
    """Phrases have spaces of their own, and people stand in folded lists."""
    case = make(sqlite_office, proposed)
    phone = at(sqlite_office, "a_director", 390)
    phone.goto(case)
    phone.get_by_label("ทราบ ดำเนินการ", exact=True).check()
    phone.get_by_text("แจ้งเพื่อทราบ", exact=False).first.click()
    phone.locator("input[name=informed]").last.check()
    ticked = (
        "[...document.querySelectorAll('#acts input:checked')].map(box => box.name + box.value)"
    )
    chosen = phone.evaluate(ticked)
    assert len(chosen) == 2
    phone.context.set_offline(True)
    with pytest.raises(Error):
        phone.reload()
    phone.context.set_offline(False)
    phone.goto(f"{sqlite_office.url}{case}")
    assert phone.evaluate(ticked) == chosen
    expect(phone.locator("input[name=informed]:checked")).to_be_visible()
    phone.get_by_role("button", name="สั่งการ", exact=True).click()
    expect(phone.locator("#messages")).to_contain_text("สั่งการแล้ว")
    phone.goto(f"{sqlite_office.url}{case}")
    assert "ทราบ ดำเนินการ" in phone.inner_text("#endorsements")
    assert phone.evaluate(KEPT) == []


def test_nothing_of_a_classified_case_is_kept_in_the_tab(sqlite_office: Running, at: At) -> None:
    case = make(sqlite_office, proposed)
    with sqlite_office.database.transaction() as session:
        session.execute(update(Letter).values(secrecy="confidential"))
    phone = at(sqlite_office, "a_director", 390)
    phone.goto(case)
    phone.get_by_label("หรือพิมพ์ข้อสั่งการ").fill(NOTE)
    phone.get_by_label("ทราบ ดำเนินการ", exact=True).check()
    assert phone.evaluate(KEPT) == []


@pytest.mark.parametrize("width", [390, 1366])
def test_up_the_levels_of_the_district(sqlite_office: Running, at: At, width: int) -> None:
    case = make(sqlite_office, at_district)
    registrar = at(sqlite_office, "registrar")
    registrar.goto(case)
    registrar.get_by_text("ส่งกลุ่ม", exact=True).first.click()
    registrar.get_by_role("button", name="ส่งกลุ่ม", exact=True).click()
    assert state(registrar) == "ส่งกลุ่มแล้ว"
    clerk = at(sqlite_office, "clerk")
    clerk.goto(case)
    clerk.get_by_role("button", name="เสนอ", exact=True).click()
    head = at(sqlite_office, "head", width)
    head.goto(case)
    head.get_by_role("button", name="เห็นชอบ", exact=True).click()
    expect(head.locator("#messages")).to_contain_text("เห็นชอบและเสนอต่อแล้ว")
    deputy = at(sqlite_office, "deputy", width)
    deputy.goto(case)
    assert state(deputy) == "เสนอแล้ว"
    assert "ผู้อำนวยการกลุ่มนโยบายและแผน" in deputy.inner_text("#endorsements")
