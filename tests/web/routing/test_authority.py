"""The page of signing authority, and a letter that a deputy signs by it."""

from __future__ import annotations

from datetime import timedelta

from eoffice import clock
from eoffice.routing.services.authority import Delegation, set_authority
from eoffice.verbs import Verb
from tests.casework import key
from tests.plugins.web import location, said

PAGE = "/signing-authority"
ORDER = "คำสั่ง สพป. ที่ 40/2569"


def line(stage, desk="deputy", **fields):
    given = {"post": key(stage, desk), "kind": "memo", "how": "delegated", "order_no": ORDER}
    return given | fields


def test_the_registrar_adds_and_ends_a_line(stage, client):
    page = client("registrar")
    with stage.leaves(Verb.SET_AUTHORITY, "registrar", "signing_authority") as seen:
        assert location(page.submit(PAGE, PAGE, **line(stage))) == PAGE
    assert seen["facts"]["post"] == "รองผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา"
    words = said(page.get(PAGE))
    assert ORDER in words
    assert "ปฏิบัติราชการแทนหัวหน้าหน่วยงาน" in words
    again = page.submit(PAGE, PAGE, **line(stage))
    assert again.status_code == 409
    assert "อยู่แล้ว" in said(again)
    with stage.leaves(Verb.END_AUTHORITY, "registrar", "signing_authority"):
        location(page.submit(PAGE, "/end"))
    with clock.travelling(clock.now() + timedelta(days=1)):
        assert "รายการที่สิ้นสุดแล้ว 1 รายการ" in said(client("registrar").get(PAGE))


def test_what_is_wrong_stays_on_the_form(stage, client, nothing_written):
    page = client("director")
    with nothing_written():
        answer = page.submit(PAGE, PAGE, **line(stage, order_no=""))
        assert answer.status_code == 422
        assert "เลขที่คำสั่ง" in said(answer)
        other = page.submit(PAGE, PAGE, **line(stage, "officer"))
        assert other.status_code == 422
        late = page.submit(
            PAGE, PAGE, **line(stage, starts_on="2 ธ.ค. 2569", ends_on="1 ธ.ค. 2569")
        )
        assert late.status_code == 422
        assert page.post(f"{PAGE}/nothing/end").status_code == 404


def test_only_those_who_administer_it_come_here(stage, client, stranger, nothing_written):
    given = Delegation(post=key(stage, "deputy"), how="delegated", order_no=ORDER)
    made = stage.act("registrar", set_authority, given)
    people = {name: client(name) for name in ("officer", "head", "deputy", "auditor", "a_director")}
    fields = line(stage)
    with nothing_written():
        for name in ("officer", "head", "deputy", "auditor"):
            assert people[name].get(PAGE).status_code == 403
            assert people[name].post(PAGE, **fields).status_code == 403
            assert people[name].post(f"{PAGE}/{made.public_id}/end").status_code == 404
        assert ORDER not in people["a_director"].page(PAGE)
        assert people["a_director"].post(f"{PAGE}/{made.public_id}/end").status_code == 404
        assert stranger.get(PAGE).status_code == 302


def test_a_draft_goes_to_the_chosen_signer_who_signs_in_the_right_words(stage, client):
    client("registrar").submit(PAGE, PAGE, **line(stage, kind=""))
    letter = stage.make(lambda session: stage.world.draft_letter(session, "officer"))
    page = f"/letters/{letter.public_id}"
    officer = client("officer")
    assert "ผู้ลงนาม" in officer.page(page)
    answer = officer.submit(page, "/propose", signer=key(stage, "deputy"))
    assert location(answer) == page
    deputy = client("deputy")
    assert letter.public_id in deputy.page("/queue")
    assert letter.public_id in deputy.page("/signing")
    words = said(deputy.get(page))
    assert "ปฏิบัติราชการแทนผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา" in words
    assert '/sign"' not in client("director").page(page)
    assert location(deputy.submit(page, "/sign")) == page
    assert stage.row(letter).signer_position.endswith("ปฏิบัติราชการแทนผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา")


def test_an_office_without_a_list_asks_nobody_to_choose(stage, client):
    letter = stage.make(lambda session: stage.world.draft_letter(session, "officer"))
    assert "propose-signer" not in client("officer").page(f"/letters/{letter.public_id}")
    assert 'name="signer"' not in client("officer").page("/letters/new")


def test_a_new_letter_is_proposed_to_the_chosen_signer_at_once(stage, client):
    client("registrar").submit(PAGE, PAGE, **line(stage))
    officer, form = client("officer"), "/letters/new"
    assert "เฉพาะหนังสือภายใน" in said(officer.get(form))
    typed = {"subject": "ขออนุมัติ", "body": "ด้วย", "_do": "propose", "signer": key(stage, "deputy")}
    refused = officer.submit(form, form, **typed, kind="external")
    assert refused.status_code == 422
    assert "ไม่มีอำนาจลงนามหนังสือชนิดนี้" in said(refused)
    assert f'value="{key(stage, "deputy")}" selected' in refused.text
    page = location(officer.submit(form, form, **typed, kind="memo"))
    assert page in client("deputy").page("/signing")
    assert page not in client("director").page("/signing")
