"""What all pages share: the frame, the macros and the filters."""

from __future__ import annotations

import gzip
import re
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup
from werkzeug.test import TestResponse

from eoffice import clock
from eoffice.clock import BANGKOK
from eoffice.web import filters
from tests.web.frame_app import build

FORMS = re.compile(r"<form method=\"post\".*?</form>", re.DOTALL)
NOW = datetime(2026, 6, 9, 9, 20, tzinfo=BANGKOK)


@pytest.fixture
def app() -> Flask:
    return build()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def fixed_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def text_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


# ---- frame and macros ----


@pytest.mark.parametrize("path", ["/list", "/form", "/letter", "/gate", "/trouble/conflict"])
def test_pages_carry_no_inline_script_or_style(client: FlaskClient, path: str) -> None:
    page = text_of(client.get(path))
    assert '<html lang="th">' in page
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", page)
    assert not re.search(r"<script(?![^>]*\ssrc=\"/static/)", page)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("path", ["/list", "/waiting", "/form", "/letter"])
def test_every_form_carries_its_keys(client: FlaskClient, path: str) -> None:
    forms = FORMS.findall(text_of(client.get(path)))
    assert len(forms) >= 3
    for form in forms:
        assert 'name="csrf_token"' in form and 'name="_once"' in form
        is_frame = 'action="/desk"' in form or 'action="/sign-out"' in form
        assert is_frame or 'name="_desk" value="00000000000000000001"' in form
    keys = re.findall(r'name="_once" value="(\w+)"', "".join(forms))
    assert len(set(keys)) == len(keys)


def test_frame_without_a_person_has_no_desk(client: FlaskClient) -> None:
    page = text_of(client.get("/list?as=nobody"))
    assert "สลับโต๊ะ" not in page and "ออกจากระบบ" not in page and 'name="_desk"' not in page


def test_field_has_label_help_error_control_in_that_order(client: FlaskClient, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post("/form", data={"subject": "", "kind": "external", "urgency": "normal"})
    page = text_of(answer)
    assert answer.status_code == 422
    field = page[page.index('<label for="subject"') :]
    marks = ["ต้องกรอก", 'id="subject-h"', 'id="subject-e"', "<input"]
    assert [field.index(mark) for mark in marks] == sorted(field.index(mark) for mark in marks)
    assert 'aria-describedby="subject-h subject-e"' in field and 'aria-invalid="true"' in field
    assert '<a href="#subject">เขียนเรื่องของหนังสือ</a>' in page


def test_recipients_can_be_searched_without_a_script(client: FlaskClient, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    page = text_of(client.post("/form", data={"to_find": "ตัวอย่าง 11", "_do": "find"}))
    assert page.count('name="to_offices"') == 9  # 11 and 110 to 117
    assert "<details data-names open>" in page
    assert text_of(client.get("/form")).count('name="to_offices"') == 117


def test_chart_says_its_figures_in_words(client: FlaskClient) -> None:
    page = text_of(client.get("/letter"))
    assert 'aria-label="จำนวนครั้งที่เข้าใช้งาน สูงสุด 1,188 ครั้ง"' in page
    assert 'height="130.0"' in page and '<td class="num">1,188</td>' in page


def test_normal_urgency_has_no_chip_and_empty_facts_are_left_out(client: FlaskClient) -> None:
    assert 'data-urgency="normal"' not in text_of(client.get("/list"))
    page = text_of(client.get("/letter"))
    assert "<dt>ที่</dt>" in page and "<dt>หมายเหตุ</dt>" not in page


@pytest.mark.parametrize("path", ["/list", "/form", "/letter", "/gate"])
def test_page_weighs_at_most_60_kb_and_8_requests(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    parts = set(re.findall(r'(?:src|rel="stylesheet" href)="(/static/[^"]+)"', text_of(page)))
    parts = {part for part in parts if not part.endswith(".png")}
    weight = sum(len(gzip.compress(client.get(part).data)) for part in parts)
    fonts = 4  # two weights of Thai and Latin on a first visit
    assert weight + len(gzip.compress(page.data)) <= 60_000
    assert 1 + len(parts) + fonts <= 8 + (path == "/form")


# ---- filters ----


@pytest.mark.usefixtures("fixed_now")
@pytest.mark.parametrize(
    ("due", "kind", "words"),
    [
        (NOW - timedelta(days=4), "overdue", "เกินกำหนด 4 วัน"),
        (NOW - timedelta(hours=1), "overdue", "เกินกำหนดแล้ว"),
        (NOW + timedelta(hours=1), "soon", "วันนี้"),
        (NOW.date(), "soon", "วันนี้"),
        (NOW + timedelta(days=1), "soon", "พรุ่งนี้"),
        (date(2026, 6, 12), "soon", "อีก 3 วัน"),
        (date(2026, 6, 13), "", "อีก 4 วัน"),
        (datetime(2026, 6, 9, 18, 0, tzinfo=clock.UTC), "soon", "พรุ่งนี้"),
    ],
)
def test_due_dates_in_words(due: date, kind: str, words: str) -> None:
    assert (filters.due_kind(due), filters.due_words(due)) == (kind, words)


def test_dates_are_shown_in_bangkok() -> None:
    late = datetime(2026, 6, 8, 17, 30, tzinfo=clock.UTC)
    assert (
        filters.when(late) == '<time datetime="2026-06-09T00:30+07:00">9 มิ.ย. 2569 00.30 น.</time>'
    )
    assert filters.on(late) == '<time datetime="2026-06-09">9 มิ.ย. 2569</time>'
    assert filters.weekday_date(date(2026, 6, 9)) == "วันอังคารที่ 9 มิถุนายน 2569"


def test_filters_give_nothing_for_nothing(app: Flask) -> None:
    render = app.jinja_env.from_string
    for name in ("thdate", "thdatetime", "when", "relday", "filesize", "keep", "thaidigits"):
        assert render("{{ x|NAME }}{{ none|NAME }}".replace("NAME", name)).render() == ""
    assert (
        render("{{ 0|filesize }} {{ 1733|number }} {{ 2569|thaidigits }}").render()
        == "0 ไบต์ 1,733 ๒๕๖๙"
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("รายบุคคล (DMC) รอบที่ 1 ปีการศึกษา 2569", ["รายบุคคล", "รอบที่ 1", "ปีการศึกษา 2569"]),
        (
            "ศธ 04999/ว 1449 ลงวันที่ 8 มิ.ย. 2569 09.41 น.",
            ["ศธ 04999/ว 1449", "วันที่ 8 มิ.ย. 2569 09.41 น."],
        ),
        ("ศธ 04999.012/86 ภายใน 08.30 – 16.30 น.", ["ศธ 04999.012/86", "08.30 – 16.30 น."]),
        ("จาก 117 โรงเรียน ภาคเรียนที่ 1/2569", ["117 โรงเรียน", "ภาคเรียนที่ 1/2569"]),
        ("๒๓ โรงเรียน วันที่ ๑๐ มิถุนายน ๒๕๖๙", ["๒๓ โรงเรียน", "วันที่ ๑๐ มิถุนายน ๒๕๖๙"]),
        ("รร.บ้านตัวอย่าง 12 ขอความอนุเคราะห์", ["รร.บ้านตัวอย่าง 12"]),
        ("ขออนุญาตพานักเรียนไปทัศนศึกษา", []),
    ],
)
def test_keep_wraps_what_a_line_may_not_break(text: str, kept: list[str]) -> None:
    shown = str(filters.keep(text))
    assert re.findall('<span class="keep">(.*?)</span>', shown) == kept
    assert re.sub("</?span[^>]*>", "", shown) == text


def test_keep_escapes_text_and_leaves_tags_of_markup() -> None:
    assert filters.keep("<script>1 แห่ง</script>") == (
        '&lt;script&gt;<span class="keep">1 แห่ง</span>&lt;/script&gt;'
    )
    assert filters.keep(Markup('<a href="/x?หน้า 2">หน้า 2</a> &amp; b')) == (
        '<a href="/x?หน้า 2"><span class="keep">หน้า 2</span></a> &amp; b'
    )


def test_each_name_of_a_person_is_kept_whole_and_a_line_breaks_between_them() -> None:
    shown = str(filters.keep("โดย นางสาวมานี ครูธุรการ โรงเรียน"))
    assert shown == (
        'โดย <span class="keep">นางสาวมานี</span> <span class="keep">ครูธุรการ</span> โรงเรียน'
    )
    assert str(filters.keep("นายทะเบียนข้อมูลข่าวสารลับ ของเขต")) == "นายทะเบียนข้อมูลข่าวสารลับ ของเขต"
