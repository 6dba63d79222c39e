"""Acting is always from one chosen desk: switching, forms begun elsewhere, rights that end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.documents import intake
from eoffice.users.models import Holding, Person, Post
from eoffice.users.services.people import assign_post, end_holding
from tests.plugins.web import location, on_sqlite, said, upload
from tests.unit.documents.made_files import text_pdf

FORM = {"kind": "external", "subject": "ขอเชิญประชุม", "urgency": "normal", "secrecy": "normal"}


def holding_of(stage, desk: str) -> str:
    with stage.database.reading() as session:
        return stage.world.holding_public_id(session, desk)


def end_today(stage, desk: str) -> None:
    """Let a holding end yesterday, so that it is no desk from now on."""

    def end(session):
        holding = session.get_one(Holding, stage.world.holdings[desk])
        holding.ends_on = clock.today() - timedelta(days=1)

    stage.make(end)


def test_the_switch_changes_whose_inbox_is_shown(stage, client):
    stage.make(stage.world.sent_letter, to=("school_c",), subject="ถึงโรงเรียนกลาง")
    clerk = client("a_registrar")
    assert "ถึงโรงเรียนกลาง" not in clerk.page("/inbox")
    answer = clerk.submit("/", "/desk", desk=holding_of(stage, "c_registrar"))
    assert location(answer) == "/"
    assert "ปฏิบัติงานในนามโรงเรียนบ้านตัวอย่างกลาง" in said(clerk.get("/"))
    assert "ถึงโรงเรียนกลาง" in clerk.page("/inbox")


@on_sqlite
@pytest.mark.parametrize("desk", ["b_registrar", "registrar", "acting_director"])
def test_nobody_sits_at_a_desk_of_another(stage, client, desk):
    clerk = client("a_registrar")
    for wanted in (holding_of(stage, desk), "0" * 20, ""):
        assert clerk.post("/desk", desk=wanted).status_code == 403
    assert "โรงเรียนบ้านตัวอย่างเหนือ" in said(clerk.get("/"))


@on_sqlite
def test_a_form_begun_at_another_desk_is_refused_by_name(stage, client, nothing_written):
    clerk = client("a_registrar")
    form = clerk.form("/letters/new", "/letters/new").to_dict() | FORM
    location(clerk.submit("/", "/desk", desk=holding_of(stage, "c_registrar")))
    referer = {"Referer": "http://localhost/letters/new"}
    form["body"] = "ข้อความที่พิมพ์ไว้ในนามโรงเรียนเหนือ"
    with nothing_written():
        answer = clerk.post("/letters/new", **form, headers=referer)
    assert answer.status_code == 409
    for word in ("โรงเรียนบ้านตัวอย่างเหนือ", "โรงเรียนบ้านตัวอย่างกลาง", "สลับโต๊ะ", form["body"]):
        assert word in said(answer)
    location(clerk.submit("/", "/desk", desk=holding_of(stage, "a_registrar")))
    assert location(clerk.post("/letters/new", **form))


@on_sqlite
def test_desks_of_strangers_are_not_named(stage, client, nothing_written):
    clerk = client("a_registrar")
    with nothing_written():
        answer = clerk.post("/letters/new", **FORM | {"_desk": holding_of(stage, "b_registrar")})
    assert answer.status_code == 409
    assert "โรงเรียนบ้านตัวอย่างใต้" not in said(answer)


def test_acting_ends_at_midnight_without_a_new_sign_in(stage, client):
    letter = stage.make(stage.world.proposed_letter)
    last_day = stage.make(
        lambda session: session.get_one(Holding, stage.world.holdings["acting_director"]).ends_on
    )
    midnight = clock.end_of_day(last_day)
    page = f"/letters/{letter.public_id}"
    with clock.travelling(midnight - timedelta(minutes=10)):
        deputy = client("acting_director")
        form = deputy.form(page, "/sign").to_dict()
    with clock.travelling(midnight + timedelta(minutes=1)):
        answer = deputy.post(f"{page}/sign", **form)
        assert answer.status_code == 409
        assert deputy.post(f"{page}/sign", **form | {"_desk": None}).status_code == 409
        own = holding_of(stage, "deputy")
        refused = deputy.post(f"{page}/sign", **form | {"_desk": own})
        assert refused.status_code == 403
    assert stage.row(letter).state == "proposed"


def test_acting_signs_in_the_name_of_the_post(stage, client):
    letter = stage.make(stage.world.proposed_letter)
    deputy = client("acting_director")
    location(deputy.submit(f"/letters/{letter.public_id}", "/sign"))
    signed = stage.row(letter)
    assert signed.signer_name == "นางปิติ ตัวอย่าง"
    assert "รักษาราชการแทน" in signed.signer_position


@on_sqlite
def test_a_post_taken_away_is_no_desk_at_the_next_request(stage, client, nothing_written):
    clerk = client("b_registrar")
    form = clerk.form("/letters/new", "/letters/new").to_dict() | FORM
    end_today(stage, "b_registrar")
    with nothing_written():
        answer = clerk.post("/letters/new", **form)
        assert answer.status_code == 403
        assert "ไม่มีตำแหน่ง" in said(answer)
        assert clerk.get("/inbox").status_code == 403
    assert clerk.get("/").status_code == 200


@on_sqlite
def test_a_post_given_is_a_desk_at_the_next_request(stage, client):
    visitor = client("visitor")
    assert visitor.get("/inbox").status_code == 403

    def give(session):
        person = session.get_one(Person, stage.world.people["visitor"])
        post = session.get_one(Post, stage.world.posts["b_registrar"])
        end_holding(
            session,
            SYSTEM,
            session.get_one(Holding, stage.world.holdings["b_registrar"]),
            ends_on=clock.today() - timedelta(days=1),
        )
        assign_post(session, SYSTEM, person, post, starts_on=clock.today())

    stage.make(give)
    assert visitor.get("/inbox").status_code == 200


@on_sqlite
def test_a_right_that_ends_during_a_long_upload_is_gone_at_the_commit(stage, client, monkeypatch):
    clerk = client("b_registrar")
    form = clerk.form("/letters/new", "/letters/new").to_dict() | FORM
    take = intake.take_in

    def slowly(*args, **details):
        end_today(stage, "b_registrar")
        return take(*args, **details)

    monkeypatch.setattr(intake, "take_in", slowly)
    before = stage.everything()
    answer = clerk.post("/letters/new", **form, files=upload(text_pdf("One page"), "หนังสือ.pdf"))
    after = stage.everything()
    assert answer.status_code == 403
    assert {table for table in after if after[table] != before[table]} == {"holdings"}


@on_sqlite
def test_a_combined_inbox_is_for_reading_only(stage, client):
    stage.make(stage.world.sent_letter, to=("school_c",), subject="ถึงโรงเรียนกลาง")
    clerk = client("a_registrar")
    page = clerk.page("/inbox?desks=all")
    assert "ถึงโรงเรียนกลาง" in page
    assert "/receive" not in page


@on_sqlite
def test_what_waits_is_counted_for_those_who_see_it(stage, client):
    stage.make(stage.world.sent_letter, to=("school_a",))
    for desk in ("a_registrar", "a_director"):
        assert "รอลงรับ 1" in said(client(desk).get("/inbox")), desk
    shown = said(client("a_teacher").get("/inbox"))
    assert "รอลงรับ" in shown
    assert "รอลงรับ 1" not in shown
