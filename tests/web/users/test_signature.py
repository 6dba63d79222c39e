"""A person's signature: drawn anew, shown where one signs, and fixed by the act of signing."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image

from eoffice import clock
from eoffice.documents.housekeeping import sweep
from eoffice.verbs import Verb
from tests.casework import made, proposed
from tests.plugins.web import location, said, stored_files, upload
from tests.web.users.test_emblem import SECRET, _picture

URL = "/account/signature"
BLUE, RED = (10, 20, 200, 90), (200, 0, 0, 255)


def give(page, colour=BLUE, kind="PNG", size=(600, 300)):
    content = _picture(size, kind, colour)
    return page.post(URL, signature=upload(content, "ลายมือชื่อ.png"))


def colour_of(answer):
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    return Image.open(io.BytesIO(answer.data)).convert("RGBA").getpixel((5, 5))


def sign(stage, client, desk="a_director", by="a_registrar"):
    """A letter that the director of school A signs on its page."""
    letter = stage.make(lambda session: stage.world.proposed_letter(session, by))
    page = f"/letters/{letter.public_id}"
    assert location(client(desk).submit(page, "/sign", note="ลงนามแล้ว")) == page
    return page


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_person_sets_the_own_picture_and_sees_it(stage, client, settings, kind):
    page = client("a_director")
    assert page.get(URL).status_code == 404
    with stage.leaves(Verb.SET_SIGNATURE, "a_director", "person") as seen:
        assert location(give(page, kind=kind, size=(1800, 600))) == "/account#signature"
    assert (seen["facts"]["width"], seen["facts"]["height"]) == (900, 300)
    shown = page.get(URL)
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert SECRET.encode() not in shown.data
    drawn = Image.open(io.BytesIO(shown.data))
    assert (drawn.format, drawn.size, drawn.info) == ("PNG", (900, 300), {})
    assert "ลายมือชื่อของ" in page.page("/account")
    assert len(stored_files(settings)) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (_picture((199, 300)), "200"),
        (_picture((300, 59)), "60"),
        (_picture((600, 300), "GIF"), "PNG หรือ JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "PNG หรือ JPEG"),
        (_picture((600, 300))[:200], "ไฟล์เสียหาย"),
        (b"\xff\xd8\xff" + b"x" * 300, "ไฟล์เสียหาย"),
    ],
    ids=["narrow", "low", "gif", "svg", "cut", "no-picture"],
)
def test_what_is_no_signature_is_refused_and_not_kept(
    client, settings, nothing_written, content, words
):
    page = client("a_director")
    with nothing_written():
        answer = page.post(URL, signature=upload(content, "a.png"))
        assert answer.status_code == 422
        assert words in said(answer)
        assert page.post(URL).status_code == 422
        assert page.post(f"{URL}/remove").status_code == 409
    assert stored_files(settings) == []


def test_it_needs_a_desk(client, nothing_written):
    page = client("visitor")
    with nothing_written():
        assert give(page).status_code == 403


def test_a_letter_keeps_the_picture_of_its_day(stage, client, settings):
    director = client("a_director")
    location(give(director))
    letter = sign(stage, client)
    picture = f"{letter}/signature"
    assert picture in director.page(letter)
    before = colour_of(director.get(picture))
    location(give(director, RED))
    assert colour_of(director.get(URL)) != before
    assert colour_of(director.get(picture)) == before
    with stage.leaves(Verb.SET_SIGNATURE, "a_director", "person") as seen:
        location(director.submit("/account", f"{URL}/remove"))
    assert seen["facts"]["removed"] is True
    assert director.get(URL).status_code == 404
    with clock.travelling(clock.now() + timedelta(days=3)):
        sweep(stage.database, settings.storage)
        assert colour_of(client("a_director").get(picture)) == before


def test_without_a_picture_the_typed_name_stands_alone(stage, client):
    letter = sign(stage, client)
    page = client("a_director")
    assert "นายเพชร ผู้บริหาร" in said(page.get(letter))
    assert 'class="signature"' not in page.page(letter)
    assert page.get(f"{letter}/signature").status_code == 404


def test_what_is_sent_back_is_signed_anew(stage, client):
    director, registrar = client("a_director"), client("a_registrar")
    location(give(director))
    letter = sign(stage, client)
    location(registrar.submit(letter, "/send-back", reason="แก้ไข"))
    assert director.get(f"{letter}/signature").status_code == 404


def test_an_endorsement_shows_it_on_the_case_and_its_sheet_inside_the_office(stage, client):
    director = client("a_director")
    location(give(director))
    case = made(stage, proposed)
    page = f"/cases/{case.public_id}"
    location(director.submit(page, "/order", text="ทราบ"))
    text = director.page(page)
    start = text.index("/endorsements/")
    picture = text[start : text.index('"', start)]
    assert picture in director.page(f"{page}/sheet")
    colour_of(director.get(picture))
    colour_of(client("a_registrar").get(picture))
    hidden = client("b_director").get(picture)
    absent = client("b_director").get("/endorsements/nothing/signature")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.data.count(b"/nothing/") == 0
