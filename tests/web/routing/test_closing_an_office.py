"""Closing an office at its page: first what will happen, then the act of the district."""

from __future__ import annotations

from eoffice import clock
from eoffice.thai import thai_date
from eoffice.verbs import Verb
from tests.plugins.web import location, on_sqlite, said


def page_of(stage, office="school_a", successor="school_b"):
    chosen = f"?successor={stage.world.public[successor]}" if successor else ""
    return f"/offices/{stage.world.public[office]}/close{chosen}"


def test_it_shows_what_will_move_and_then_does_it_once(stage, client):
    stage.make(stage.world.sent_letter, to=("school_a",))
    stage.make(stage.world.received_letter)
    admin, page = client("admin"), page_of(stage)
    shown = said(admin.get(page))
    assert "หนังสือที่ยังไม่ลงรับ 1 ฉบับ เรื่องที่ค้าง 1 เรื่อง" in shown
    assert "รายการนี้ย้อนกลับไม่ได้" in shown
    url = page.partition("?")[0]
    sent = admin.hidden() | {
        "successor": stage.world.public["school_b"],
        "closed_on": thai_date(clock.today()),
    }
    with stage.leaves(Verb.CLOSE_OFFICE, "admin", "office", chain=0):
        answer = admin.post(url, **sent)
        assert location(answer) == f"/offices/{stage.world.public['school_a']}"
    before = stage.everything()
    assert location(admin.post(url, **sent)) == location(answer)
    assert stage.everything() == before
    closed = admin.page(location(answer))
    assert "โรงเรียนบ้านตัวอย่างใต้" in closed
    assert "ยุบเลิกแล้ว" in closed
    assert "เพิ่มบุคลากร" not in closed
    assert "โรงเรียนบ้านตัวอย่างเหนือ" in admin.page("/offices?closed=1")
    assert "โรงเรียนบ้านตัวอย่างเหนือ" not in admin.page("/offices?kind=school")
    again = admin.post(url, **sent | admin.hidden())
    assert again.status_code == 409
    assert admin.get(page).status_code == 409


@on_sqlite
def test_it_is_the_districts_to_do(stage, client, stranger, nothing_written):
    people = {desk: client(desk) for desk in ("a_admin", "a_director", "registrar", "auditor")}
    url, sent = page_of(stage, successor=""), {"successor": stage.world.public["school_b"]}
    with nothing_written():
        for desk, person in people.items():
            status = 403 if desk == "a_admin" else 404
            assert person.post(url, **sent).status_code == status, desk
            assert person.get(url).status_code == status, desk
        assert stranger.post(url, **sent).location == "/sign-in"


@on_sqlite
def test_a_wrong_successor_or_day_is_said_on_the_form(stage, client, nothing_written):
    admin, url = client("admin"), page_of(stage, successor="")
    given = {"successor": stage.world.public["school_b"]}
    with nothing_written():
        for typed in (
            {"successor": ""},
            {"successor": stage.world.public["school_a"]},
            {"successor": stage.world.public["agency"]},
            given | {"closed_on": "1 ม.ค. 2599"},
            given | {"closed_on": "วันไหนก็ได้"},
        ):
            answer = admin.post(url, **typed)
            assert answer.status_code == 422, said(answer)
            assert "ยังยุบเลิกไม่ได้" in said(answer)


def test_the_successor_reads_the_closed_registers(stage, client):
    stage.make(stage.world.received_letter, subject="ขอข้อมูลนักเรียนยากจน")
    old = stage.world.public["school_a"]
    register = f"/registers/incoming/{stage.world.year}?office={old}"
    successor = client("b_registrar")
    assert successor.get(register).status_code == 404
    sent = {"successor": stage.world.public["school_b"]}
    assert client("admin").post(page_of(stage, successor=""), **sent).status_code == 303
    shown = successor.page(register)
    assert "ขอข้อมูลนักเรียนยากจน" in shown
    assert "ปิดทะเบียน" in shown and "ยุบเลิก" in shown
    assert "โรงเรียนบ้านตัวอย่างเหนือ" in successor.page("/books")
    printed = successor.page(f"{register}&print=1")
    assert "ปิดทะเบียน โรงเรียนบ้านตัวอย่างเหนือ ยุบเลิก" in printed
    assert client("c_director").get(register).status_code == 404
