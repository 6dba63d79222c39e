"""The registers of a year at their pages: columns of their forms, find, pages, print, walls."""

from __future__ import annotations

import io
from datetime import timedelta

import lxml.html
import pytest
from openpyxl import load_workbook

from eoffice import clock
from eoffice.documents.models import Letter
from eoffice.registers.services.numbering import cancel_number, issue_number, reserve_number
from eoffice.routing.models import Case
from eoffice.routing.services.approving import propose
from eoffice.routing.services.casework import close_case
from eoffice.routing.services.ordering import forward
from eoffice.routing.services.receiving import void
from eoffice.routing.services.sending import send
from eoffice.thai import thai_date, thai_datetime
from tests.casework import key, made, ordered, reported, routed
from tests.plugins.web import on_sqlite, said

FORM_13 = ["เลขทะเบียนรับ", "ที่", "ลงวันที่", "จาก", "ถึง", "เรื่อง", "การปฏิบัติ", "หมายเหตุ"]
FORM_14 = ["เลขทะเบียนส่ง", *FORM_13[1:]]
ORDERS = [
    *("เลขทะเบียน", "ปี", "ที่คำสั่ง", "เรื่อง", "สั่ง ณ วันที่", "หมายเหตุ", "ผู้ลงทะเบียน"),
    *("วันลงทะเบียน", "เอกสาร"),
]


def table(page):
    """Heads and rows of the register on a page."""
    found = lxml.html.fromstring(page).xpath("//table[contains(@class, 'book')]")[0]
    heads = ["".join(head.itertext()).strip() for head in found.xpath(".//thead/tr[last()]/th")]
    rows = [
        [" ".join("".join(cell.itertext()).split()) for cell in row]
        for row in found.xpath(".//tbody/tr[not(@class='day')]")
    ]
    return heads, rows


def days(page):
    found = lxml.html.fromstring(page).xpath("//tr[@class='day']")
    return [" ".join("".join(row.itertext()).split()) for row in found]


def day_line(day):
    number, month, year = thai_date(day, long=True).split()
    return f"วันที่ {number} เดือน {month} พ.ศ. {year}"


def test_form_13_has_its_columns_and_the_facts_of_the_letter(stage, client):
    received = stage.make(
        stage.world.received_letter,
        subject="แจ้งโอนเงินอุดหนุน",
        addressee="เรียน ผอ.รร.",
        urgency="urgent",
    )
    page = client("a_registrar").page(f"/registers/incoming/{stage.world.year}")
    heads, rows = table(page)
    assert heads == FORM_13
    number, letter_no, day, sender, to, subject, acted, remark = rows[0]
    assert (number, letter_no) == ("1", received.letter.letter_no)
    assert (day, sender) == (thai_date(clock.today()), "สพป.ตัวอย่าง เขต 2")
    assert (to, subject, acted) == ("ผอ.รร.", "แจ้งโอนเงินอุดหนุน", "")
    assert remark.endswith("น. ด่วน")
    assert days(page) == [day_line(clock.today())]
    assert "แบบที่ 13" in page
    assert f"/letters/{received.letter.public_id}" in page


def test_form_14_and_the_answer_in_both_registers(stage, client):
    received = stage.make(stage.world.received_letter)
    world = stage.world

    def answer(session):
        letter = world.draft_letter(session, "a_registrar", to=("district",))
        letter.answers_case_id = received.case.id
        session.flush()
        return letter

    letter = stage.make(answer)
    signed = stage.make(lambda session: world.sign(session, _proposed(session, world, letter)))
    numbered = stage.act("a_registrar", issue_number, signed.public_id, version=signed.version)
    stage.act("a_registrar", send, numbered.public_id, version=numbered.version)
    registrar = client("a_registrar")
    heads, rows = table(registrar.page(f"/registers/outgoing/{world.year}"))
    assert heads == FORM_14
    assert rows[0][:3] == ["1", "ศธ 04999.001/1", thai_date(clock.today())]
    assert rows[0][6] == f"ตอบหนังสือเลขรับ 1 ที่ {received.letter.letter_no}"
    _, rows = table(registrar.page(f"/registers/incoming/{world.year}"))
    assert rows[0][6].startswith("ตอบตามหนังสือที่ ศธ 04999.001/1 ลงวันที่")


def _proposed(session, world, letter):
    actor = world.actor(session, "a_registrar")
    propose(session, actor, letter.public_id, version=session.get_one(Letter, letter.id).version)
    return session.get_one(Letter, letter.id)


def test_orders_stand_in_the_columns_of_their_register(stage, client):
    order = stage.make(stage.world.numbered_letter, kind="order", subject="แต่งตั้งคณะกรรมการ")
    page = client("registrar").page(f"/registers/orders/{stage.world.year}")
    heads, rows = table(page)
    today = thai_date(clock.today())
    assert heads == ORDERS
    assert rows[0][:5] == ["1", str(stage.world.year), order.letter_no, "แต่งตั้งคณะกรรมการ", today]
    assert rows[0][6:] == ["นางสาวใจดี สารบรรณ", today, "เปิด"]


def test_reserved_and_cancelled_numbers_say_so_in_words(stage, client):
    held = stage.act("registrar", reserve_number, series="send", count=2, reason="รอหนังสือแผน")
    stage.act("registrar", cancel_number, held[0].public_id, reason="ไม่ใช้แล้ว")
    wrong = stage.make(stage.world.outside_letter, "a_registrar")
    stage.act("a_registrar", void, wrong.delivery.public_id, reason="ลงรับซ้ำ")
    page = client("registrar").page(f"/registers/outgoing/{stage.world.year}")
    _, rows = table(page)
    assert rows[0][0] == "2"
    assert "จองเลขแล้ว (รอหนังสือ)" in rows[0][5]
    assert "รอหนังสือแผน" in rows[0][7]
    assert rows[1][0] == "1"
    assert rows[1][7].startswith("ยกเลิก ไม่ใช้แล้ว")
    assert lxml.html.fromstring(page).xpath("//tr[@class='void']")
    _, rows = table(client("a_registrar").page("/registers/incoming"))
    assert rows[0][7].startswith("ยกเลิก ลงรับซ้ำ")


def test_a_late_date_stands_beside_the_real_time(stage, client):
    signed = stage.make(stage.world.signed_letter)
    yesterday = clock.today() - timedelta(days=1)
    letter = stage.act(
        "registrar",
        issue_number,
        signed.public_id,
        version=signed.version,
        letter_date=yesterday,
        reason="ลงนามเมื่อวาน",
    )
    _, rows = table(client("registrar").page("/registers/outgoing"))
    assert rows[0][2] == thai_date(yesterday)
    assert f"ออกเลขจริง {thai_datetime(letter.numbered_at)}" in rows[0][7]
    assert "ลงนามเมื่อวาน" in rows[0][7]
    received = stage.make(stage.world.received_letter, by="registrar")
    _, rows = table(client("a_registrar").page("/registers/incoming"))
    assert received.entry.number == 1
    assert "ออกเลขจริง" not in rows[0][7]


def test_it_is_found_by_number_or_words_and_turned_by_pages(stage, client):
    for number in range(1, 53):
        stage.make(stage.world.outside_letter, "a_registrar", subject=f"ขอใช้สนามครั้งที่ {number}")
    registrar, url = client("a_registrar"), f"/registers/incoming/{stage.world.year}"
    first = registrar.page(url)
    _, rows = table(first)
    assert [row[0] for row in rows] == [str(number) for number in range(52, 2, -1)]
    older = lxml.html.fromstring(first).xpath("//a[@rel='next']/@href")[0]
    assert [row[0] for row in table(registrar.page(older))[1]] == ["2", "1"]
    for words in ("7", "๗", "ครั้งที่ 7", "7/2569"):
        rows = table(registrar.page(f"{url}?q={words}"))[1]
        assert "7" in [row[0] for row in rows], words
    assert table(registrar.page(f"{url}?q=52/2569"))[1][0][0] == "52"
    assert "ไม่พบรายการ" in registrar.page(f"{url}?q=45.1")
    assert "ไม่พบรายการ" in registrar.page(f"{url}?from=1 ม.ค. 2500&to=2 ม.ค. 2500")
    refused = registrar.get(f"{url}?from=วันไหนดี")
    assert refused.status_code == 422
    assert "ไม่เข้าใจ" in said(refused)


def test_the_print_has_the_whole_period_in_thai_digits_with_its_head(stage, client):
    for number in range(1, 56):
        stage.make(stage.world.outside_letter, "a_registrar", subject=f"ขอข้อมูล {number}")
    url = f"/registers/incoming/{stage.world.year}?print=1"
    page = client("a_registrar").page(url)
    heads, rows = table(page)
    assert heads == FORM_13
    assert len(rows) == 55
    assert [row[0] for row in rows[:3]] == ["๑", "๒", "๓"]
    assert rows[54][5] == "ขอข้อมูล ๕๕"
    shown = lxml.html.fromstring(page)
    assert "prints-wide" in shown.xpath("//body/@class")[0]
    head = " ".join(shown.xpath("//tr[@class='form-head']")[0].text_content().split())
    assert head.startswith("โรงเรียนบ้านตัวอย่างเหนือ")
    for words in ("แบบที่ ๑๓", "ทะเบียนหนังสือรับ", "เดือน", "พ.ศ. ๒๕"):
        assert words in head
    today = thai_date(clock.today())
    tomorrow = thai_date(clock.today() + timedelta(days=1))
    browser = client("a_registrar")
    assert len(table(browser.page(f"{url}&from={today}&to={today}"))[1]) == 55
    assert "ไม่มีรายการในช่วงวันที่นี้" in browser.page(f"{url}&from={tomorrow}")


@on_sqlite
def test_who_may_read_registers_and_nobody_else(stage, client, stranger):
    stage.make(stage.world.received_letter, subject="หนังสือของโรงเรียน ก")
    url = f"/registers/incoming/{stage.world.year}"
    for desk in ("a_registrar", "a_director"):
        assert "หนังสือของโรงเรียน ก" in client(desk).page(url)
        assert 'href="/registers/incoming"' in client(desk).page("/account")
    for desk in ("a_teacher", "a_admin", "admin", "auditor", "clerk", "head", "visitor"):
        assert client(desk).get(url).status_code == 403, desk
        assert client(desk).get("/books").status_code == 403, desk
        assert 'href="/registers/' not in client(desk).page("/account"), desk
    for desk in ("b_registrar", "registrar", "c_registrar"):
        assert "หนังสือของโรงเรียน ก" not in client(desk).page(url), desk
    assert stranger.get(url).status_code == 302
    own = stage.world.public["school_a"]
    assert client("b_registrar").get(f"{url}?office={own}").status_code == 404


@pytest.mark.parametrize("path", ["secrets", "incoming/x", "incoming/12", "incoming/25690"])
@on_sqlite
def test_registers_that_do_not_exist(stage, client, path):
    assert client("registrar").get(f"/registers/{path}").status_code == 404


@on_sqlite
def test_books_show_how_their_numbers_stand(stage, client):
    stage.make(stage.world.numbered_letter)
    held = stage.act("registrar", reserve_number, series="send", count=3, reason="รอ")
    stage.act("registrar", cancel_number, held[0].public_id, reason="ไม่ใช้")
    shown = said(client("registrar").get("/books"))
    assert "ทะเบียนหนังสือส่ง1421ใช้อยู่" in shown.replace(" ", "")


def test_form_13_says_which_group_and_who_acts(stage, client):
    """ข้อ 39: the receive register names the unit that took the letter."""
    case = made(stage, routed)
    year = stage.world.year
    acted = "การปฏิบัติ"

    def row(desk):
        heads, rows = table(client(desk).page(f"/registers/incoming/{year}"))
        return rows[0][heads.index(acted)]

    assert row("registrar") == "กลุ่มนโยบายและแผน"
    version = stage.row(case).version
    to = key(stage, "officer")
    stage.act("clerk", forward, case.public_id, version=version, to=to)
    assert row("registrar") == "กลุ่มนโยบายและแผนผู้ปฏิบัติ นายสมคิด วิเคราะห์"
    made(stage, ordered, ("a_teacher", "a_registrar"))
    assert row("a_registrar") == "ผู้ปฏิบัติ นางสมศรี ครูผู้สอน, นางสาวมานี ครูธุรการ"
    done = made(stage, reported)
    closing = stage.make(lambda session: session.get_one(Case, done.case_id))
    stage.act("a_director", close_case, closing.public_id, version=closing.version)
    assert row("a_registrar") == "ผู้ปฏิบัติ นางสมศรี ครูผู้สอน"
    book = client("registrar").get(f"/registers/incoming/{year}.xlsx")
    cells = [cell.value for line in load_workbook(io.BytesIO(book.data)).active for cell in line]
    assert "กลุ่มนโยบายและแผน\nผู้ปฏิบัติ นายสมคิด วิเคราะห์" in cells
