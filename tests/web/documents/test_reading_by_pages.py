"""Reading a file by its pages: pictures made by the worker, text beside them, nothing written."""

from __future__ import annotations

import io
from dataclasses import replace

import lxml.html
import pytest
from PIL import Image
from sqlalchemy import select

from eoffice.documents import page_images
from eoffice.documents.intake import store_of
from eoffice.documents.models import Attachment, Blob
from eoffice.worker import Shop, run_all
from tests.plugins.web import on_sqlite
from tests.unit.documents.made_files import docx, text_pdf
from tests.world import stored_file

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def sent(stage, settings):
    """``sent(name, content)``: the address of the pages of a file that school A got."""

    def made(name, content, **kind):
        file = replace(stored_file(name, content, store_of(settings.storage)), **kind)
        letter = stage.make(stage.world.sent_letter, files=(file,), subject="ส่งเอกสาร")
        with stage.database.reading() as session:
            query = select(Attachment.public_id).where(Attachment.letter_id == letter.id)
            return letter, f"/files/{session.scalars(query).one()}/pages"

    return made


@pytest.fixture
def work(stage, settings):
    """Lets the worker do what waits."""
    return lambda: run_all(Shop(stage.database, settings))


def blob_key(stage):
    with stage.database.reading() as session:
        return session.scalars(select(Blob.key)).one()


def test_the_first_pages_are_ready_and_others_are_made_when_asked(
    stage, client, settings, sent, work
):
    _, pages = sent("ยาว.pdf", text_pdf(*(f"Page number {n} of the book" for n in range(1, 7))))
    work()
    person = client("a_director")
    before = stage.everything()
    first = person.get(f"{pages}/1/picture")
    assert (first.status_code, first.mimetype) == (200, "image/webp")
    assert max(Image.open(io.BytesIO(first.data)).size) <= page_images.SHOWN_PX
    assert first.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert first.headers["Cache-Control"] == "no-store"
    small = person.get(f"{pages}/1/picture?size=small")
    assert max(Image.open(io.BytesIO(small.data)).size) <= page_images.THUMB_PX
    later = person.get(f"{pages}/6/picture")
    assert (later.status_code, later.data, later.headers["Retry-After"]) == (202, b"", "1")
    assert page_images.make_wanted(settings.storage) == 1
    assert person.get(f"{pages}/6/picture").status_code == 200
    assert stage.everything() == before


@on_sqlite
def test_a_page_shows_its_text_and_the_way_on(client, sent, work):
    letter, pages = sent("ยาว.pdf", text_pdf(*(f"Chapter {n} begins here" for n in range(1, 4))))
    work()
    person = client("a_registrar")
    page = person.page(f"{pages}/2?q=Chapter")
    assert "หน้า 2 ของ ยาว.pdf" in page
    assert 'aria-current="page" aria-label="หน้า 2"' in page
    assert "<mark>Chapter</mark> 2 begins here" in page
    assert f'href="{pages}/1?q=Chapter"' in page
    assert f'href="{pages}/3?q=Chapter"' in page
    assert f"/letters/{letter.public_id}" in page
    assert person.get(f"{pages}/4").status_code == 404
    assert person.get(f"{pages}/0").status_code == 404


@on_sqlite
def test_before_the_worker_read_it_the_first_page_is_known(client, sent):
    _, pages = sent("ใหม่.pdf", text_pdf("Fresh"))
    person = client("a_registrar")
    assert "ภาพหน้า 1 ของ ใหม่.pdf" in person.page(f"{pages}/1")
    assert person.get(f"{pages}/1/picture").status_code == 202


@on_sqlite
def test_an_office_file_is_read_as_text(client, sent, work):
    _, pages = sent("รายชื่อ.docx", docx("รายชื่อผู้เข้าอบรม"), kind="docx", media_type=DOCX)
    work()
    person = client("a_registrar")
    assert "รายชื่อผู้เข้าอบรม" in person.page(f"{pages}/1")
    assert person.get(f"{pages}/1/picture").status_code == 404


@on_sqlite
def test_a_broken_file_says_so_and_stays_downloadable(client, sent, work):
    _, pages = sent("เสีย.pdf", b"%PDF-1.4 broken")
    work()
    person = client("a_registrar")
    assert person.page(f"{pages}/1").count("ดาวน์โหลด") >= 1
    assert person.get(f"{pages}/1/picture").status_code == 404
    assert person.get(pages.removesuffix("/pages")).status_code == 200


@on_sqlite
@pytest.mark.parametrize("name", ["b_registrar", "a_teacher", "admin", "visitor"])
def test_who_may_not_read_the_letter_sees_no_page_of_it(client, sent, work, name):
    _, pages = sent("ลับตา.pdf", text_pdf("Nothing for you"))
    work()
    person = client(name)
    absent = "/files/" + "0" * 20 + "/pages"
    for tail in ("/1", "/1/picture", "/1/picture?size=small"):
        answer = person.get(pages + tail)
        assert (answer.status_code, answer.data) == (404, person.get(absent + tail).data)


@on_sqlite
def test_pictures_go_with_their_file(stage, settings, sent, work):
    sent("ลบ.pdf", text_pdf("Gone soon"))
    work()
    key = blob_key(stage)
    assert page_images.picture(settings.storage, key, 1)
    page_images.sweep(settings.storage, {key})
    assert page_images.picture(settings.storage, key, 1)
    page_images.sweep(settings.storage, set())
    assert page_images.picture(settings.storage, key, 1) is None


@on_sqlite
def test_what_is_no_question_makes_no_picture(settings):
    folder = settings.storage / "derived" / "wanted"
    folder.mkdir(parents=True)
    for name in ("../../etc", "x.pdf.1.1600", "0" * 32 + ".exe.1.1600", "0" * 32 + ".pdf.1.99"):
        (folder / name.replace("/", "_")).touch()
    (folder / f"{'0' * 32}.pdf.1.1600").touch()
    page_images.make_wanted(settings.storage)
    assert list(folder.iterdir()) == []
    assert list((settings.storage / "derived").glob("??/*/*.webp")) == []


@on_sqlite
def test_the_letter_page_shows_the_first_pages(stage, settings, client):
    store = store_of(settings.storage)
    file = stored_file("หนังสือนำ.pdf", text_pdf("One", "Two"), store)
    letter = stage.make(stage.world.sent_letter, files=(file,), body="")
    run_all(Shop(stage.database, settings))
    page = client("a_director").page(f"/letters/{letter.public_id}")
    assert page.count("data-picture") == 2
    assert "pictures.js" in page


def test_a_letter_has_the_first_page_of_its_main_file_as_a_thumbnail(
    stage, client, sent, work, settings
):
    letter, pages = sent("หนังสือนำ.pdf", text_pdf("One", "Two"))
    url = f"/letters/{letter.public_id}/picture"
    person = client("a_director")
    before = stage.everything()
    waiting = person.get(url)
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (202, "1")
    assert page_images.make_wanted(settings.storage) == 1
    small = person.get(url)
    assert (small.status_code, small.mimetype) == (200, "image/webp")
    assert max(Image.open(io.BytesIO(small.data)).size) == page_images.THUMB_PX
    assert small.data == person.get(f"{pages}/1/picture?size=small").data
    assert small.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert small.headers["Cache-Control"] == "no-store"
    assert stage.everything() == before


@on_sqlite
def test_a_letter_without_pages_has_no_thumbnail(stage, client, sent):
    letter, _ = sent("รายชื่อ.docx", docx("รายชื่อ"), kind="docx", media_type=DOCX)
    bare = stage.make(stage.world.sent_letter)
    for each in (letter, bare):
        person = client("a_director")
        assert person.get(f"/letters/{each.public_id}/picture").status_code == 404


@on_sqlite
@pytest.mark.parametrize("name", ["b_registrar", "a_teacher", "admin", "visitor"])
def test_who_may_not_read_the_letter_gets_no_thumbnail(client, sent, work, name):
    letter, _ = sent("ลับตา.pdf", text_pdf("Nothing for you"))
    work()
    person = client(name)
    answer = person.get(f"/letters/{letter.public_id}/picture")
    absent = person.get(f"/letters/{'0' * 20}/picture")
    assert (answer.status_code, answer.data) == (404, absent.data)


@on_sqlite
def test_few_files_stand_in_their_list_with_a_thumbnail(stage, settings, client):
    store = store_of(settings.storage)
    words = "Enough words that nobody need recognise them on a picture of the page"
    pdfs = [stored_file(f"{n}.pdf", text_pdf(f"{words} {n}"), store) for n in range(6)]
    for body, first in (("ข้อความ", 0), ("", 1)):
        letter = stage.make(stage.world.sent_letter, files=tuple(pdfs), body=body)
        run_all(Shop(stage.database, settings))
        page = client("a_director").page(f"/letters/{letter.public_id}")
        listed = lxml.html.fromstring(page).xpath("//*[@id='files']//li")
        seen = [index for index, row in enumerate(listed) if row.xpath(".//img")]
        assert seen == [first, first + 1]
        for row in listed[first : first + 2]:
            source = row.xpath(".//img/@src")[0]
            assert client("a_director").get(source).status_code in (200, 202)
