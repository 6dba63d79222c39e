"""Slips and stamped copies at their addresses: who may have them, when, and what they say."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from eoffice.documents.intake import store_of
from eoffice.documents.models import Attachment, Blob
from eoffice.routing.models import Delivery
from eoffice.thai import thai_date
from eoffice.thai_text import to_thai_digits
from tests.plugins.web import location, on_sqlite, said
from tests.unit.documents.made_files import text_pdf
from tests.unit.printing.test_typesetting import squeezed, text_of
from tests.world import stored_file

FILE = text_pdf("Main page", "Second page")


def _received(stage, settings, content: bytes = FILE):
    file = stored_file("หนังสือนำ.pdf", content, store_of(settings.storage))
    return stage.make(stage.world.received_letter, files=(file,))


def test_a_slip_says_what_was_received_when_and_by_whom(stage, client, settings):
    received = _received(stage, settings)
    answer = client("a_registrar").get(f"/deliveries/{received.delivery.public_id}/slip.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    found = text_of(answer.data)
    delivery = stage.row(received.delivery)
    for words in (
        to_thai_digits(f"ที่{received.letter.letter_no}"),
        "ถึงโรงเรียนบ้านตัวอย่างเหนือ",
        to_thai_digits(f"เรื่อง{received.letter.subject}"),
        to_thai_digits(f"รับวันที่{thai_date(delivery.settled_at)}"),
        f"ผู้รับ{delivery.settled_by_name}",
        to_thai_digits(f"เลขรับ{delivery.receive_no}"),
    ):
        assert squeezed(words) in found, words


def test_the_first_page_is_stamped_and_the_original_stays(stage, client, settings):
    received = _received(stage, settings)
    with stage.database.reading() as session:
        blob = session.scalars(select(Blob).join(Attachment, Attachment.blob_id == Blob.id)).one()
    path = store_of(settings.storage).path_of(blob.key)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    answer = client("a_registrar").get(f"/deliveries/{received.delivery.public_id}/stamped.pdf")
    found = text_of(answer.data)
    assert "Mainpage" in found and "Secondpage" not in found
    assert squeezed(to_thai_digits(f"เลขรับ{received.delivery.receive_no}")) in found
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    with stage.database.reading() as session:
        assert len(session.scalars(select(Attachment)).all()) == 1


@on_sqlite
def test_where_the_page_cannot_be_stamped_a_cover_page_is(stage, client, settings):
    received = _received(stage, settings, b"%PDF-1.4 broken")
    clerk = client("a_registrar")
    answer = clerk.get(f"/deliveries/{received.delivery.public_id}/stamped.pdf")
    found = text_of(answer.data)
    assert "ใบนำหนังสือรับ" in found
    assert squeezed(to_thai_digits(received.letter.subject)) in found
    assert squeezed("หนังสือนำ.pdf") in found
    paper = stage.make(stage.world.outside_letter, "a_registrar")
    found = text_of(clerk.get(f"/deliveries/{paper.delivery.public_id}/stamped.pdf").data)
    assert squeezed(to_thai_digits(f"เลขรับ{paper.delivery.receive_no}")) in found


@on_sqlite
def test_before_it_is_received_there_is_nothing_to_print(stage, client):
    letter = stage.make(stage.world.sent_letter)
    with stage.database.reading() as session:
        delivery = stage.world.delivery(session, letter).public_id
    clerk = client("a_registrar")
    for paper in ("slip", "stamped"):
        answer = clerk.get(f"/deliveries/{delivery}/{paper}.pdf")
        assert answer.status_code == 409
        assert "ลงรับก่อน" in said(answer)
    assert "ใบรับหนังสือ" not in clerk.page(f"/letters/{letter.public_id}")


@on_sqlite
def test_papers_are_for_those_who_see_the_delivery(
    stage, client, stranger, settings, nothing_written
):
    received = _received(stage, settings)
    people = {name: client(name) for name in ("registrar", "b_registrar", "admin")}
    with nothing_written():
        for paper in ("slip", "stamped"):
            url = f"/deliveries/{received.delivery.public_id}/{paper}.pdf"
            assert stranger.get(url).status_code == 302
            assert people["registrar"].get(url).status_code == 200
            for name in ("b_registrar", "admin"):
                assert people[name].get(url).status_code == 404, name


def test_letters_received_together_get_their_slips_together(stage, client):
    def sent(session):
        for number in range(3):
            stage.world.sent_letter(session, subject=f"เรื่องที่ {number}")

    stage.make(sent)
    clerk = client("a_registrar")
    with stage.database.reading() as session:
        keys = list(session.scalars(select(Delivery.public_id)))
    page = location(clerk.submit("/inbox", "/inbox/receive", picked=keys))
    shown = clerk.page(page)
    assert "ใบรับทั้งหมด" in shown
    link = page.replace("/inbox/received?", "/inbox/received/slips.pdf?")
    assert link.replace("&", "&amp;") in shown
    found = text_of(clerk.get(link).data)
    places = [found.index(to_thai_digits(f"เรื่องเรื่องที่{number}")) for number in range(3)]
    assert places == sorted(places)
    outsider = client("b_registrar")
    assert outsider.get(link).status_code == 404
    assert outsider.get(page).status_code == 404


@on_sqlite
def test_more_than_an_address_holds_are_named_by_first_and_last(stage, client):
    def sent(session):
        for number in range(62):
            stage.world.sent_letter(session, subject=f"ฉบับที่ {number} จบ")

    stage.make(sent)
    clerk = client("a_registrar")
    with stage.database.reading() as session:
        keys = list(session.scalars(select(Delivery.public_id)))
    page = location(clerk.submit("/inbox", "/inbox/receive", picked=keys))
    assert "first=" in page
    shown = clerk.page(page)
    assert shown.count("<tr><td") == 62
    found = text_of(clerk.get(page.replace("/received?", "/received/slips.pdf?")).data)
    assert all(to_thai_digits(f"ฉบับที่{number}จบ") in found for number in range(62))
    assert client("b_registrar").get(page).status_code == 404
