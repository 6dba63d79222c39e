"""Files of a draft at its page: several in one upload, their order, taking out, and refusals."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eoffice.documents.intake import store_of
from eoffice.documents.models import Attachment, Letter
from eoffice.documents.queries import attachments_of
from eoffice.verbs import Verb
from tests.plugins.web import location, on_sqlite, said, stored_files, upload
from tests.unit.documents.made_files import docx, text_pdf
from tests.world import stored_file

PDF = text_pdf("One page")
THAI_255 = "ก" * 83 + "ข.pdf"
"""A name of 256 bytes: one letter more than the store keeps."""
REFUSED = [
    (b"", "ว่าง.pdf", 422, "ว่างเปล่า"),
    (b"MZ\x90\x00" + b"\x00" * 200, "หนังสือ.pdf", 422, ""),
    (b"MZ\x90\x00" + b"\x00" * 200, "setup.exe", 422, ""),
    (b"<html><script>alert(1)</script></html>", "หนังสือ.pdf", 422, ""),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "ตรา.svg", 422, ""),
    (docx("x"), "หนังสือ.pdf", 422, "Word"),
    (PDF, "หนังสือ", 422, "นามสกุล"),
]


@pytest.fixture
def draft(stage):
    return stage.make(stage.world.draft_letter, "officer")


def with_files(stage, settings, *names: str) -> Letter:
    """A draft with small files of these names."""
    store = store_of(settings.storage)
    files = tuple(stored_file(name, f"%PDF-1.4 {name}".encode(), store) for name in names)
    return stage.make(stage.world.draft_letter, "officer", files=files)


def names_of(stage, letter: Letter) -> list[str]:
    with stage.database.reading() as session:
        return [file.name for file in attachments_of(session, letter.id)]


def ids_of(stage, letter: Letter) -> list[str]:
    with stage.database.reading() as session:
        return [file.public_id for file in attachments_of(session, letter.id)]


def test_several_files_in_one_upload_keep_their_order(stage, client, draft):
    officer, url = client("officer"), f"/letters/{draft.public_id}/edit"
    files = [upload(PDF, "หนังสือนำ.pdf"), upload(docx("แบบ"), "แบบตอบรับ.docx")]
    with stage.leaves(Verb.ATTACH, "officer", "letter") as trace:
        answer = officer.submit(url, "/files", files=files)
    assert location(answer) == f"{url}#files"
    assert names_of(stage, draft) == ["หนังสือนำ.pdf", "แบบตอบรับ.docx"]
    assert trace["facts"]["names"] == names_of(stage, draft)
    assert "แนบแล้ว 2 ไฟล์" in said(officer.get(url))


@on_sqlite
def test_one_upload_sent_twice_is_stored_once(stage, client, draft, settings):
    officer, url = client("officer"), f"/letters/{draft.public_id}/files"
    once = {"_once": "a" * 32}
    first = officer.post(url, **once, files=upload(PDF, "หนังสือ.pdf"))
    again = officer.post(url, **once, files=upload(PDF, "หนังสือ.pdf"))
    assert location(first) == location(again)
    assert names_of(stage, draft) == ["หนังสือ.pdf"]
    assert len(stored_files(settings)) == 1


@on_sqlite
def test_order_main_file_and_taking_out(stage, client, settings):
    letter = with_files(stage, settings, "หนึ่ง.pdf", "สอง.pdf", "สาม.pdf")
    officer, page = client("officer"), f"/letters/{letter.public_id}/edit"
    one, two, three = ids_of(stage, letter)
    base = f"/letters/{letter.public_id}/files"
    assert location(officer.post(f"{base}/{three}/main")) == f"{page}#files"
    assert names_of(stage, letter) == ["สาม.pdf", "หนึ่ง.pdf", "สอง.pdf"]
    location(officer.post(f"{base}/{two}/up"))
    assert names_of(stage, letter) == ["สาม.pdf", "สอง.pdf", "หนึ่ง.pdf"]
    location(officer.post(f"{base}/{two}/down"))
    assert names_of(stage, letter) == ["สาม.pdf", "หนึ่ง.pdf", "สอง.pdf"]
    location(officer.post(f"{base}/{three}/remove"))
    assert names_of(stage, letter) == ["หนึ่ง.pdf", "สอง.pdf"]
    with stage.database.reading() as session:
        rows = session.scalars(select(Attachment).order_by(Attachment.position))
        assert [row.is_main for row in rows] == [True, False]
    assert one == ids_of(stage, letter)[0]


@on_sqlite
def test_unknown_files_and_steps_are_absent(stage, client, settings, nothing_written):
    letter = with_files(stage, settings, "หนึ่ง.pdf", "สอง.pdf")
    other = with_files(stage, settings, "อื่น.pdf")
    officer = client("officer")
    own, foreign = ids_of(stage, letter)[1], ids_of(stage, other)[0]
    base = f"/letters/{letter.public_id}/files"
    with nothing_written():
        for path in (f"{own}/sideways", f"{foreign}/up", f"{'0' * 20}/main", f"{foreign}/remove"):
            assert officer.post(f"{base}/{path}").status_code == 404, path


@on_sqlite
def test_only_its_post_touches_the_files_of_a_draft(
    stage, client, stranger, settings, nothing_written
):
    letter = with_files(stage, settings, "หนึ่ง.pdf", "สอง.pdf")
    people = {name: client(name) for name in ("registrar", "director", "b_registrar")}
    base = f"/letters/{letter.public_id}/files"
    file = ids_of(stage, letter)[1]
    before = stored_files(settings)
    with nothing_written():
        for path in ("", f"/{file}/main", f"/{file}/remove"):
            for name, status in (("registrar", 403), ("director", 403), ("b_registrar", 404)):
                answer = people[name].post(base + path, files=upload(PDF, "แทรก.pdf"))
                assert answer.status_code == status, (name, path)
            assert stranger.post(base + path).location == "/sign-in"
    assert stored_files(settings) == before


@on_sqlite
@pytest.mark.parametrize("state", ["proposed_letter", "numbered_letter", "sent_letter"])
def test_files_are_fixed_once_the_letter_is_proposed(stage, client, nothing_written, state):
    file = stored_file()
    letter = stage.make(getattr(stage.world, state), "officer", files=(file,))
    officer = client("officer")
    base = f"/letters/{letter.public_id}/files"
    with nothing_written():
        assert officer.post(f"{base}/{ids_of(stage, letter)[0]}/remove").status_code == 409
        assert officer.post(base, files=upload(PDF, "แทรก.pdf")).status_code == 409


@on_sqlite
@pytest.mark.parametrize(("content", "name", "status", "says"), REFUSED, ids=lambda v: repr(v)[:24])
def test_what_is_no_document_is_refused_and_nothing_is_kept(
    client, draft, settings, nothing_written, content, name, status, says
):
    officer = client("officer")
    good = upload(PDF, "ดี.pdf")
    with nothing_written():
        answer = officer.post(
            f"/letters/{draft.public_id}/files", files=[good, upload(content, name)]
        )
    assert answer.status_code == status
    assert says in said(answer)
    assert stored_files(settings) == []


@on_sqlite
def test_the_limit_is_met_and_one_byte_more_is_refused(
    stage, client, draft, settings, set_settings, nothing_written
):
    set_settings(max_file_bytes=len(PDF))
    officer, url = client("officer"), f"/letters/{draft.public_id}/files"
    assert location(officer.post(url, files=upload(PDF, "พอดี.pdf")))
    kept = stored_files(settings)
    with nothing_written():
        answer = officer.post(url, files=upload(PDF + b"\n", "เกิน.pdf"))
    assert answer.status_code == 413
    assert "ใหญ่เกินกำหนด" in said(answer)
    assert stored_files(settings) == kept


@on_sqlite
def test_a_request_beyond_the_limit_is_refused_before_its_body_is_read(
    stage, client, make_app, draft, nothing_written
):
    officer = client("officer", at=make_app(max_request_bytes=4_000))
    officer.token()
    with nothing_written():
        answer = officer.post(
            f"/letters/{draft.public_id}/files", files=upload(PDF + b"\n" * 8_000, "ใหญ่.pdf")
        )
    assert answer.status_code == 413
    assert "ใหญ่เกินกำหนด" in said(answer)


@on_sqlite
def test_a_letter_has_a_limited_number_of_files(
    stage, client, settings, set_settings, nothing_written
):
    letter = with_files(stage, settings, "หนึ่ง.pdf", "สอง.pdf")
    set_settings(max_files_per_letter=2)
    officer, kept = client("officer"), stored_files(settings)
    with nothing_written():
        answer = officer.post(f"/letters/{letter.public_id}/files", files=upload(PDF, "สาม.pdf"))
    assert answer.status_code == 422
    assert "ไม่เกิน 2 ไฟล์" in said(answer)
    assert stored_files(settings) == kept


@on_sqlite
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (THAI_255, "ก" * 83 + ".pdf"),
        ("../../etc/หนังสือ.pdf", "หนังสือ.pdf"),
        ("หนังสือ\u202efdp.pdf", "หนังสือfdp.pdf"),
        ("คำสั่ง 'ด่วน'; ๑.pdf", None),
    ],
)
def test_awkward_names_are_kept_readable(stage, client, draft, given, kept):
    officer = client("officer")
    answer = officer.post(f"/letters/{draft.public_id}/files", files=upload(PDF, given))
    assert location(answer)
    name = names_of(stage, draft)[0]
    assert kept is None or name == kept
    assert len(name.encode()) <= 255
    page = officer.get(f"/letters/{draft.public_id}")
    assert page.status_code == 200
    assert name in said(page)
    file = officer.get(f"/files/{ids_of(stage, draft)[0]}")
    assert file.data == PDF
    assert "\n" not in file.headers["Content-Disposition"]
