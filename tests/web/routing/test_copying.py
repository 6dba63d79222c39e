"""A new letter from an earlier one, and the subjects an office writes about most."""

from __future__ import annotations

import json

from sqlalchemy import select

from eoffice.activity.models import Activity
from eoffice.documents.intake import store_of
from eoffice.documents.models import Blob, Letter, LetterRecipient
from eoffice.documents.queries import files_with_blobs, load_visible
from eoffice.registers.services.numbering import issue_number
from eoffice.routing.services.approving import propose
from eoffice.routing.services.sending import send
from tests.plugins.web import location, on_sqlite, said, upload
from tests.unit.documents.made_files import text_pdf

BODY = "ด้วยสำนักงานเขตพื้นที่จะจัดประชุม"


def _letter(stage, url: str) -> Letter:
    public_id = url.removeprefix("/letters/").partition("/")[0]
    with stage.database.reading() as session:
        return session.scalars(select(Letter).where(Letter.public_id == public_id)).one()


def _recipients(stage, letter: Letter) -> set[int]:
    with stage.database.reading() as session:
        of_letter = LetterRecipient.letter_id == letter.id
        return set(session.scalars(select(LetterRecipient.office_id).where(of_letter)))


def _files(stage, letter: Letter) -> list[tuple[str, bool, Blob]]:
    with stage.database.reading() as session:
        return [(f.name, f.is_main, blob) for f, blob in files_with_blobs(session, letter.id)]


def _with_file(stage, client) -> str:
    """A draft of the officer with a file, a text and recipients."""
    answer = client("officer").submit(
        "/letters/new",
        "/letters/new",
        subject="ขอเชิญประชุม",
        body=BODY,
        urgency="urgent",
        to_groups="all",
        remark="จำไว้",
        files=[upload(text_pdf("Cover"), "หนังสือนำ.pdf"), upload(text_pdf("Two"), "แนบ.pdf")],
    )
    return location(answer)


def test_an_own_letter_is_copied_with_text_recipients_and_files(stage, client):
    source_url = _with_file(stage, client)
    source = _letter(stage, source_url)
    officer = client("officer")
    answer = officer.submit(source_url, "/copy")
    assert location(answer).endswith("/edit")
    made = _letter(stage, location(answer))
    assert made.public_id != source.public_id
    assert (made.state, made.subject, made.body, made.urgency, made.remark) == (
        ("draft", "ขอเชิญประชุม", BODY, "urgent", "จำไว้")
    )
    assert (made.letter_no, made.deliver_by) == ("", None)
    assert _recipients(stage, made) == _recipients(stage, source) != set()
    copied, original = _files(stage, made), _files(stage, source)
    assert [(name, is_main, blob.id) for name, is_main, blob in copied] == [
        (name, is_main, blob.id) for name, is_main, blob in original
    ]
    with stage.database.reading() as session:
        rows = session.scalars(
            select(Activity)
            .where(Activity.object_id == made.id, Activity.object_kind == "letter")
            .order_by(Activity.id)
        ).all()
    assert [row.verb for row in rows] == ["draft", "attach", "address"]
    assert json.loads(rows[0].facts)["copied_from"] == source.public_id
    assert _letter(stage, source_url).version == source.version


def test_a_letter_of_another_office_is_copied_without_its_recipients(stage, client, settings):
    url = _with_file(stage, client)
    source = _letter(stage, url)
    world = stage.world
    stage.make(lambda session: _sent(session, world, source.public_id))
    clerk = client("a_registrar")
    made = _letter(stage, location(clerk.submit(url.removesuffix("/edit"), "/copy")))
    assert made.office_id == world.offices["school_a"]
    assert (made.body, made.remark) == (BODY, "")
    assert _recipients(stage, made) == set()
    (name, is_main, blob), _ = _files(stage, made)
    assert (name, is_main) == ("หนังสือนำ.pdf", True)
    assert blob.office_id == world.offices["school_a"]
    original = _files(stage, source)[0][2]
    assert blob.key != original.key
    assert blob.sha256 == original.sha256
    store_of(settings.storage).verify(blob.key, blob.sha256, blob.size)


def _sent(session, world, public_id):
    writer, registrar = world.actor(session, "officer"), world.actor(session, "registrar")
    letter = load_visible(session, writer, public_id)
    propose(session, writer, public_id, version=letter.version)
    world.sign(session, letter)
    issue_number(session, registrar, public_id, version=letter.version)
    send(session, registrar, public_id, version=letter.version)
    return letter


@on_sqlite
def test_who_does_not_see_a_letter_copies_nothing(stage, client, stranger, nothing_written):
    url = _with_file(stage, client).removesuffix("/edit") + "/copy"
    officer, outsider, admin = client("officer"), client("b_registrar"), client("admin")
    with nothing_written():
        assert stranger.post(url).location == "/sign-in"
        assert outsider.post(url).status_code == 404
        assert admin.post(url).status_code == 404
        assert officer.get(url).status_code == 405


@on_sqlite
def test_one_click_makes_one_copy(stage, client, nothing_written):
    page = _with_file(stage, client)
    officer = client("officer")
    form = officer.form(page.removesuffix("/edit"), "/copy").to_dict()
    url = page.removesuffix("/edit") + "/copy"
    first = location(officer.post(url, **form))
    with nothing_written():
        assert location(officer.post(url, **form)) == first


@on_sqlite
def test_frequent_subjects_are_of_the_own_office_and_fill_the_field(stage, client, nothing_written):
    for subject in ("รายงานประจำเดือน", "รายงานประจำเดือน", "เชิญประชุม"):
        stage.make(stage.world.draft_letter, "officer", subject=subject)
    stage.make(stage.world.draft_letter, "b_registrar", subject="เรื่องของโรงเรียนอื่น")
    officer = client("officer")
    page = officer.page("/letters/new")
    assert 0 < page.index('value="รายงานประจำเดือน"') < page.index('value="เชิญประชุม"')
    assert "เรื่องของโรงเรียนอื่น" not in page
    typed = officer.form("/letters/new", "/letters/new").to_dict()
    with nothing_written():
        answer = officer.post("/letters/new", **typed | {"body": BODY, "_subject": "เชิญประชุม"})
    assert answer.status_code == 200
    assert BODY in said(answer)
    assert "เชิญประชุม</textarea>" in answer.text
