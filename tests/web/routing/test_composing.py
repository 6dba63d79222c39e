"""Writing a letter at its page: fields, recipients, files, and what a form may not carry."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from eoffice.activity.models import Activity
from eoffice.documents.models import Attachment, Letter, LetterRecipient
from eoffice.documents.queries import attachments_of
from eoffice.verbs import Verb
from tests.plugins.web import location, on_sqlite, said, stored_files, upload
from tests.unit.documents.made_files import docx, picture, text_pdf

NEW = "/letters/new"
FORM = {"kind": "external", "subject": "ขอเชิญประชุมผู้บริหาร", "urgency": "urgent", "secrecy": "normal"}


def letter_at(stage, url: str) -> Letter:
    """The stored letter that an answer led to."""
    public_id = url.removeprefix("/letters/").partition("/")[0]
    with stage.database.reading() as session:
        return session.scalars(select(Letter).where(Letter.public_id == public_id)).one()


def files_of(stage, letter: Letter) -> list[Attachment]:
    """Its files, the main one first."""
    with stage.database.reading() as session:
        return attachments_of(session, letter.id)


def count(stage, table) -> int:
    """How many rows a table has."""
    with stage.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_letter_with_recipients_and_several_files_in_one_form(stage, client):
    officer = client("officer")
    files = [
        upload(text_pdf("Cover letter"), "หนังสือนำ.pdf"),
        upload(docx("แบบตอบรับ"), "แบบตอบรับ ๑.docx"),
        upload(picture("แผนที่"), "แผนที่.png"),
    ]
    answer = officer.submit(
        NEW,
        NEW,
        **FORM,
        to_groups="all",
        body="ด้วยสำนักงานเขตพื้นที่จะจัดประชุม",
        deliver_on="18 ธ.ค. 2569",
        deliver_time="16.30",
        _do="read",
        files=files,
    )
    letter = letter_at(stage, location(answer))
    assert (letter.state, letter.subject, letter.urgency) == ("draft", FORM["subject"], "urgent")
    assert letter.owner_post_id == stage.world.posts["officer"]
    assert letter.deliver_by is not None
    names = [file.name for file in files_of(stage, letter)]
    assert names == ["หนังสือนำ.pdf", "แบบตอบรับ ๑.docx", "แผนที่.png"]
    assert [file.is_main for file in files_of(stage, letter)] == [True, False, False]
    assert count(stage, LetterRecipient) == 3
    page = officer.page(location(answer))
    for name in names:
        assert name in page
    with stage.database.reading() as session:
        verbs = list(session.scalars(select(Activity.verb).where(Activity.chain != 0)))
    assert sorted(set(verbs)) == ["address", "attach", "draft"]


@on_sqlite
def test_an_empty_upload_is_no_file(stage, client):
    answer = client("officer").submit(NEW, NEW, **FORM, files=upload(b"", ""))
    assert files_of(stage, letter_at(stage, location(answer))) == []


@on_sqlite
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"subject": ""}, "กรุณากรอกเรื่องของหนังสือ"),
        ({"subject": "ก" * 1001}, ""),
        ({"kind": "decree"}, ""),
        ({"urgency": "tomorrow"}, ""),
        ({"secrecy": "confidential"}, "กระดาษ"),
        ({"secrecy": "secret"}, "กระดาษ"),
        ({"deliver_on": "32 ธ.ค. 2569"}, ""),
        ({"deliver_on": "18 ธ.ค. 2569", "deliver_time": "บ่ายสาม"}, "16.30"),
        ({"deliver_on": "18 ธ.ค. 2569", "deliver_time": "1².30"}, "16.30"),
        ({"to_offices": ["0" * 20]}, ""),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    stage, client, nothing_written, wrong, says
):
    officer = client("officer")
    typed = {"body": "ข้อความที่พิมพ์ไว้นาน " * 20, "contact": "งานแผน โทร. 0 2000 0000"}
    fields = officer.form(NEW, NEW).to_dict() | FORM | typed | wrong
    with nothing_written():
        answer = officer.post(NEW, **fields, headers={"Referer": f"http://localhost{NEW}"})
        assert answer.status_code in (404, 422), said(answer)
        assert says in said(answer)
        if answer.status_code == 422:
            for text in typed.values():
                assert text.strip() in answer.text


@on_sqlite
def test_top_secret_leaves_one_line_in_the_log_and_nothing_else(stage, client):
    officer = client("officer")
    officer.token()
    before = stage.everything()
    answer = officer.submit(
        NEW, NEW, **FORM | {"secrecy": "top_secret"}, files=upload(text_pdf("Top secret"), "ลับ.pdf")
    )
    assert answer.status_code == 422
    assert "กระดาษ" in said(answer)
    assert FORM["subject"] in answer.text
    after = stage.everything()
    changed = {table for table in after if after[table] != before[table]}
    assert changed == {"activity", "chain_heads", "jobs"}
    with stage.database.reading() as session:
        row = session.scalars(select(Activity).order_by(Activity.id.desc()).limit(1)).one()
    assert len(after["activity"]) == len(before["activity"]) + 1
    assert (row.verb, row.object_id) == (Verb.REFUSE_TOP_SECRET.value, None)
    assert FORM["subject"] not in row.facts


@on_sqlite
def test_top_secret_keeps_no_byte_of_the_file(stage, client, settings):
    refused = client("officer").submit(
        NEW, NEW, **FORM | {"secrecy": "top_secret"}, files=upload(text_pdf("Top secret"), "ลับ.pdf")
    )
    assert refused.status_code == 422
    assert stored_files(settings) == []


@on_sqlite
def test_only_the_fields_of_the_form_count(stage, client):
    officer = client("officer")
    forged = {
        "id": "7",
        "public_id": "f" * 20,
        "office_id": str(stage.world.offices["school_b"]),
        "number": "1",
        "letter_no": "ศธ 04999/1",
        "letter_date": "1 มกราคม 2569",
        "state": "sent",
        "origin": "paper",
        "author_id": "1",
        "drafted_by": "1",
        "owner_post_id": str(stage.world.posts["director"]),
        "acting_for": "director",
        "is_admin": "1",
        "signed_at": "2026-01-01",
        "signer_name": "ปลอม",
        "created_at": "2001-01-01",
        "sent_at": "2001-01-01",
    }
    letter = letter_at(stage, location(officer.submit(NEW, NEW, **FORM | forged)))
    world = stage.world
    assert letter.public_id != "f" * 20
    assert (letter.state, letter.origin, letter.letter_no) == ("draft", "system", "")
    assert (letter.letter_date, letter.sent_at, letter.signer_name) == (None, None, "")
    assert letter.office_id == world.offices["district"]
    assert letter.owner_post_id == world.posts["officer"]
    assert letter.drafted_by == world.people["officer"]
    assert letter.created_at.year > 2001


@on_sqlite
def test_doubled_and_listed_parameters_are_read_once(stage, client):
    officer = client("officer")
    answer = officer.submit(
        NEW, NEW, **FORM | {"subject": ["เรื่องแรก", "เรื่องที่สอง"], "subject[]": "x", "kind[]": "memo"}
    )
    letter = letter_at(stage, location(answer))
    assert (letter.subject, letter.kind) == ("เรื่องแรก", "external")


@on_sqlite
def test_a_channel_that_does_not_exist_is_refused(stage, client, nothing_written):
    agency = stage.world.public["agency"]
    officer = client("officer")
    fields = FORM | {"to_offices": agency, f"channel-{agency}": "pigeon"}
    officer.token()
    with nothing_written():
        assert officer.post(NEW, **fields).status_code in (404, 422)


@on_sqlite
def test_who_may_not_write_is_told_so(client, nothing_written):
    admin, visitor = client("admin"), client("visitor")
    with nothing_written():
        assert admin.post(NEW, **FORM).status_code == 403
        assert visitor.post(NEW, **FORM).status_code == 403
        assert visitor.get(NEW).status_code == 403


@on_sqlite
def test_looking_for_a_name_stores_nothing(client, nothing_written):
    officer = client("officer")
    fields = officer.form(NEW, NEW).to_dict() | FORM | {"_do": "find", "to_find": "ใต้"}
    with nothing_written():
        answer = officer.post(NEW, **fields)
    assert answer.status_code == 200
    assert "โรงเรียนบ้านตัวอย่างใต้" in said(answer)
    assert FORM["subject"] in answer.text


def _draft(stage, by="officer", **details):
    letter = stage.make(stage.world.draft_letter, by, **details)
    return letter, f"/letters/{letter.public_id}/edit"


def test_editing_saves_the_fields_and_recipients(stage, client):
    letter, url = _draft(stage, to=("school_a",))
    officer = client("officer")
    answer = officer.submit(
        url, "/edit", subject="เรื่องใหม่", to_offices=[stage.world.public["school_b"]], _do="stay"
    )
    assert location(answer) == url
    letter = stage.row(letter)
    assert letter.subject == "เรื่องใหม่"
    with stage.database.reading() as session:
        offices = list(session.scalars(select(LetterRecipient.office_id)))
    assert offices == [stage.world.offices["school_b"]]
    assert "บันทึกร่างแล้ว" in said(officer.get(url))


@on_sqlite
def test_an_edit_of_a_stale_page_loses_no_word(stage, client, nothing_written):
    letter, url = _draft(stage)
    first, second = client("officer"), client("officer")
    stale = second.form(url, "/edit").to_dict()
    assert location(first.submit(url, "/edit", subject="คนแรก"))
    with nothing_written():
        answer = second.post(url, **stale | {"subject": "คนที่สอง", "body": "ข้อความของคนที่สอง"})
    assert answer.status_code == 409
    assert "แก้ไขเรื่องนี้หลังจากที่ท่านเปิดหน้านี้" in said(answer)
    for word in ("คนที่สอง", "ข้อความของคนที่สอง"):
        assert word in answer.text
    assert stage.row(letter).subject == "คนแรก"
    again = second.post(url, **stale | {"subject": "คนที่สอง", "_once": None})
    assert again.status_code in (400, 409)


@on_sqlite
def test_nobody_else_edits_a_draft(stage, client, stranger, nothing_written):
    _, url = _draft(stage)
    people = {name: client(name) for name in ("registrar", "director", "b_registrar")}
    with nothing_written():
        assert stranger.post(url, version="1", **FORM).location == "/sign-in"
        for name, status in (("registrar", 403), ("director", 403), ("b_registrar", 404)):
            assert people[name].post(url, version="1", **FORM).status_code == status, name


@on_sqlite
def test_a_proposed_letter_is_edited_no_more(stage, client, nothing_written):
    letter = stage.make(stage.world.proposed_letter, "officer")
    officer = client("officer")
    fields = FORM | {"version": str(letter.version), "body": "แก้หลังเสนอ"}
    with nothing_written():
        answer = officer.post(f"/letters/{letter.public_id}/edit", **fields)
    assert answer.status_code == 409
    assert "เสนอลงนาม" in said(answer)


@on_sqlite
def test_top_secret_is_refused_in_an_edit_too(stage, client):
    letter, url = _draft(stage)
    officer = client("officer")
    rows = count(stage, Activity)
    answer = officer.submit(url, "/edit", secrecy="top_secret", subject="ลับมากที่สุด")
    assert answer.status_code == 422
    assert "กระดาษ" in said(answer)
    assert stage.row(letter).version == letter.version
    assert count(stage, Activity) == rows + 1


def test_a_reply_cites_addresses_and_answers(stage, client):
    received = stage.make(stage.world.received_letter)
    clerk = client("a_registrar")
    page = f"/letters/{received.letter.public_id}"
    answer = clerk.submit(page, "/reply")
    target = location(answer)
    assert target.endswith("/edit")
    form = clerk.page(target)
    assert received.letter.letter_no in form
    assert received.letter.subject in form
    letter = letter_at(stage, target)
    assert letter.answers_case_id == received.case.id
    assert letter.office_id == stage.world.offices["school_a"]
    with stage.database.reading() as session:
        rows = session.scalars(select(Activity.facts).where(Activity.verb == "draft")).all()
        offices = list(session.scalars(select(LetterRecipient.office_id).where(
            LetterRecipient.letter_id == letter.id)))  # fmt: skip
    assert json.loads(rows[-1])["subject"] == received.letter.subject
    assert offices == [stage.world.offices["district"]]


@on_sqlite
def test_one_click_on_reply_begins_one_letter(stage, client, nothing_written):
    received = stage.make(stage.world.received_letter)
    clerk, outsider = client("a_registrar"), client("b_registrar")
    url = f"/cases/{received.case.public_id}/reply"
    form = clerk.form(f"/letters/{received.letter.public_id}", "/reply").to_dict()
    first = location(clerk.post(url, **form))
    with nothing_written():
        assert location(clerk.post(url, **form)) == first
        assert outsider.post(url).status_code == 404
        assert clerk.get(url).status_code == 405
