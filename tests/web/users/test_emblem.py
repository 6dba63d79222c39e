"""An office's emblem: PNG by its content, large enough, drawn anew, kept as the office's file."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image, PngImagePlugin

from eoffice import clock
from eoffice.documents.housekeeping import sweep
from eoffice.verbs import Verb
from tests.plugins.web import location, said, stored_files, upload

SECRET = "ข้อความที่ซ่อนในไฟล์"


def _picture(size=(700, 640), kind="PNG", colour=(10, 20, 200, 90)):
    buffer = io.BytesIO()
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("Comment", SECRET)
    image = Image.new("RGBA", size, colour)
    if kind == "PNG":
        image.save(buffer, "PNG", pnginfo=notes)
    else:
        image.convert("RGB").save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def url(stage):
    """The address of school A's emblem."""
    return f"/offices/{stage.world.public['school_a']}/emblem"


def test_the_administrator_sets_it_and_sees_it(stage, client, settings, url):
    page = client("a_admin")
    office = url.removesuffix("/emblem")
    form = page.form(office, url).to_dict()
    content = _picture((2000, 1500))
    with stage.leaves(Verb.SET_EMBLEM, "a_admin", "office", chain=0) as seen:
        answer = page.post(url, **form | {"emblem": upload(content, "ตรา.png")})
        assert location(answer) == f"{office}#emblem"
    assert (seen["facts"]["width"], seen["facts"]["height"]) == (1200, 900)
    shown = page.get(url)
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert SECRET.encode() not in shown.data
    drawn = Image.open(io.BytesIO(shown.data))
    assert (drawn.format, drawn.size, drawn.info) == ("PNG", (1200, 900), {})
    assert "ตราของโรงเรียนบ้านตัวอย่างเหนือ" in page.page(office)
    assert len(stored_files(settings)) == 1


def test_another_takes_its_place_and_the_old_one_is_swept(stage, client, settings, url):
    page = client("a_admin")
    for colour in ((1, 2, 3, 255), (200, 0, 0, 255)):
        location(page.post(url, emblem=upload(_picture(colour=colour), "a.png")))
    with clock.travelling(clock.now() + timedelta(days=2)):
        sweep(stage.database, settings.storage)
        assert client("a_admin").get(url).status_code == 200
    assert len(stored_files(settings)) == 1


def test_removing_it_leaves_its_trace_and_is_done_once(stage, client, nothing_written, url):
    page = client("a_admin")
    location(page.post(url, emblem=upload(_picture(), "a.png")))
    with stage.leaves(Verb.SET_EMBLEM, "a_admin", "office", chain=0) as seen:
        location(page.submit(url.removesuffix("/emblem"), f"{url}/remove"))
    assert seen["facts"]["removed"] is True
    assert page.get(url).status_code == 404
    with nothing_written():
        assert page.post(f"{url}/remove").status_code == 409


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (_picture((599, 900)), "600"),
        (_picture(kind="JPEG"), "PNG เท่านั้น"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "PNG เท่านั้น"),
        (_picture()[:400], "ไฟล์เสียหาย"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 300, "ไฟล์เสียหาย"),
    ],
    ids=["small", "jpeg", "svg", "cut", "no-picture"],
)
def test_what_is_no_emblem_is_refused_and_not_kept(
    client, settings, nothing_written, url, content, words
):
    page = client("a_admin")
    with nothing_written():
        answer = page.post(url, emblem=upload(content, "ตรา.png"))
        assert answer.status_code == 422
        assert words in said(answer)
        assert page.post(url).status_code == 422
    assert stored_files(settings) == []


def test_it_is_the_offices_own_affair(stage, client, settings, nothing_written, url):
    desks = ("a_registrar", "a_director", "b_registrar", "registrar", "visitor")
    people = {desk: client(desk) for desk in desks}
    other = f"/offices/{stage.world.public['school_b']}/emblem"
    admin = client("a_admin")
    with nothing_written():
        for desk, person in people.items():
            assert person.get(url).status_code in (403, 404), desk
            answer = person.post(url, emblem=upload(_picture(), "a.png"))
            assert answer.status_code in (403, 404), desk
        assert admin.post(other, emblem=upload(_picture(), "a.png")).status_code == 404
        assert admin.post(f"{other}/remove").status_code == 404
    assert stored_files(settings) == []
    assert location(client("admin").post(other, emblem=upload(_picture(), "a.png")))
