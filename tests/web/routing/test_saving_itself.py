"""A draft that saves itself: an edit like any other, and nothing where nothing changed."""

from __future__ import annotations

from sqlalchemy import select

from eoffice.activity.models import Activity
from eoffice.documents.models import LetterRecipient
from tests.plugins.web import location, said


def _verbs(stage, letter) -> list[str]:
    with stage.database.reading() as session:
        return list(
            session.scalars(
                select(Activity.verb)
                .where(Activity.object_id == letter.id, Activity.object_kind == "letter")
                .order_by(Activity.id)
            )
        )


def test_a_save_by_itself_leaves_a_trace_only_of_what_changed(stage, client):
    letter = stage.make(stage.world.draft_letter, "officer", to=("school_a",))
    url = f"/letters/{letter.public_id}/edit"
    officer = client("officer")
    before = _verbs(stage, letter)
    assert location(officer.submit(url, "/edit", body="ย่อหน้าแรก", _do="autosave")) == url
    first = stage.row(letter)
    assert first.body == "ย่อหน้าแรก"
    assert _verbs(stage, letter) == [*before, "edit"]
    assert location(officer.submit(url, "/edit", _do="autosave")) == url
    assert stage.row(letter).version == first.version
    assert _verbs(stage, letter) == [*before, "edit"]
    both = {"to_offices": [stage.world.public["school_a"], stage.world.public["school_b"]]}
    assert location(officer.submit(url, "/edit", _do="autosave", **both)) == url
    assert _verbs(stage, letter) == [*before, "edit", "address"]


def test_a_stale_save_by_itself_changes_nothing_and_says_so(stage, client, nothing_written):
    letter = stage.make(stage.world.draft_letter, "officer")
    url = f"/letters/{letter.public_id}/edit"
    officer = client("officer")
    stale = officer.form(url, "/edit").to_dict()
    assert location(officer.submit(url, "/edit", subject="แท็บอื่น"))
    with nothing_written():
        answer = officer.post(url, **stale | {"body": "พิมพ์ไว้นาน", "_do": "autosave"})
    assert answer.status_code == 409
    assert "แก้ไขเรื่องนี้หลังจากที่ท่านเปิดหน้านี้" in said(answer)
    assert "พิมพ์ไว้นาน" in answer.text
    assert "ดูร่างฉบับล่าสุดในแท็บใหม่" in said(answer)


def test_the_channel_of_an_agency_is_kept_for_recipients_and_copies(stage, client):
    world = stage.world
    agency = world.public["agency"]
    letter = stage.make(stage.world.draft_letter, "officer")
    url = f"/letters/{letter.public_id}/edit"
    officer = client("officer")
    officer.submit(url, "/edit", to_offices=[agency], **{f"channel-{agency}": "hand"})
    assert _channel(stage, letter) == ("to", "hand")
    page = officer.page(url)
    assert '<option value="hand" selected>นำส่งด้วยตนเอง' in page
    assert location(officer.submit(url, "/edit", body="แก้", _do="autosave")) == url
    assert _channel(stage, letter) == ("to", "hand")
    fields = officer.form(url, "/edit").to_dict()
    fields.pop("to_offices", None)
    officer.post(url, **fields | {"cc_offices": agency, f"cc_channel-{agency}": "email"})
    assert _channel(stage, letter) == ("cc", "email")


def test_the_count_of_recipients_stands_there_without_a_script(stage, client):
    letter = stage.make(stage.world.draft_letter, "officer", to=("school_a", "school_b"))
    page = client("officer").get(f"/letters/{letter.public_id}/edit")
    assert "ผู้รับ 2 แห่ง" in said(page)


def _channel(stage, letter) -> tuple[str, str]:
    with stage.database.reading() as session:
        row = session.scalars(
            select(LetterRecipient).where(LetterRecipient.letter_id == letter.id)
        ).one()
        return row.part, row.channel
