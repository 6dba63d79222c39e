"""Setting the path of drafts at its page, and agreeing on a letter's page."""

from __future__ import annotations

from datetime import timedelta

from eoffice import clock
from eoffice.users.models import Group
from eoffice.verbs import Verb
from eoffice.worker import Shop, run_all
from tests.casework import key
from tests.plugins.web import location, said


def set_path(stage, client, *desks, **fields):
    levels = {f"level_{at}": key(stage, desk) for at, desk in enumerate(desks)}
    return client("registrar").submit("/paths", "/paths", **levels | fields)


def test_the_registrar_sets_the_path_and_sees_who_signs_today(stage, client):
    answer = set_path(stage, client, "head", "deputy")
    assert location(answer) == "/paths"
    page = client("registrar").page("/paths")
    assert page.count("checked") >= 2
    words = said(client("registrar").get("/paths"))
    assert "รักษาราชการแทน คำสั่งที่ 12/2569" in words
    assert "ดำรงตำแหน่ง" in words
    assert client("director").get("/paths").status_code == 403
    assert client("a_registrar").get("/paths").text.count("ผู้อำนวยการกลุ่มนโยบายและแผน") == 0


def test_a_level_agrees_on_the_letters_page_and_the_next_finds_it(stage, client):
    set_path(stage, client, "head")
    letter = stage.make(lambda session: stage.world.proposed_letter(session, "officer"))
    head = client("head")
    page = f"/letters/{letter.public_id}"
    assert letter.public_id in head.page("/queue")
    assert client("director").get(page).status_code == 200
    with stage.leaves(Verb.AGREE, "head", "letter", text="เห็นควรลงนาม"):
        answer = head.submit(page, "/agree", note="เห็นควรลงนาม")
    assert location(answer) == "/queue"
    again = head.post(f"{page}/agree", shown="x" * 64)
    assert again.status_code == 403
    director = client("director")
    assert "เห็นควรลงนาม" in director.page(page)
    assert location(director.submit(page, "/sign")) == page


def test_nobody_else_agrees(stage, client, stranger):
    set_path(stage, client, "head")
    letter = stage.make(lambda session: stage.world.proposed_letter(session, "officer"))
    url = f"/letters/{letter.public_id}/agree"
    assert client("deputy").post(url, shown="x").status_code == 403
    assert client("registrar").post(url, shown="x").status_code == 403
    assert client("b_director").post(url, shown="x").status_code == 404
    assert stranger.post(url, shown="x").status_code == 302
    changed = client("head").post(url, shown="0" * 64)
    assert changed.status_code == 409
    assert "เอกสารเปลี่ยนไป" in said(changed)


def test_hours_and_a_groups_own_path_are_set_at_the_page(stage, client, nothing_written):
    registrar, other = client("registrar"), client("a_registrar")
    with stage.database.reading() as session:
        group = session.get_one(Group, stage.world.group_id).public_id
    own = f"/paths?group={group}"
    fields = {"level_0": key(stage, "head"), "hours_0": "24"}
    with stage.leaves(Verb.SET_PATH, "registrar", "") as seen:
        assert location(registrar.submit(own, "/paths", **fields)) == own
    assert seen["facts"]["group"] == "กลุ่มนโยบายและแผน"
    assert seen["facts"]["skip_hours"] == [24]
    assert 'value="24"' in registrar.page(own)
    assert "checked" not in registrar.page("/paths").split('type="radio"')[0]
    with nothing_written():
        for wrong in ("0", "241", "สอง", "-3"):
            answer = registrar.submit(own, "/paths", **fields | {"hours_0": wrong})
            assert answer.status_code == 422
            assert "ชั่วโมง" in said(answer)
        assert registrar.get("/paths?group=nowhere").status_code == 404
        assert registrar.post("/paths", **fields | {"group": "nowhere"}).status_code == 404
        assert other.get(own).status_code == 404
        assert other.post("/paths", group=group).status_code == 404


def test_the_letters_page_shows_how_far_the_draft_has_come(stage, client, settings):
    head = {"level_0": key(stage, "head"), "hours_0": "24"}
    fields = head | {"level_1": key(stage, "deputy")}
    location(client("registrar").submit("/paths", "/paths", **fields))
    letter = stage.make(lambda session: stage.world.proposed_letter(session, "officer"))
    page = f"/letters/{letter.public_id}"
    with clock.travelling(clock.now() + timedelta(days=20)):
        run_all(Shop(stage.database, settings))
        deputy = client("deputy")
        assert said(deputy.get(page)).count("รอเห็นชอบ") == 2
        location(deputy.submit(page, "/agree"))
        words = said(client("officer").get(page))
    assert "ข้ามลำดับ พ้นเวลา โดย นางปิติ ตัวอย่าง" in words
    assert "ข้ามลำดับที่พ้นเวลา" in words
    assert "รอลงนาม" in words
