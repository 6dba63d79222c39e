"""Marks in texts as they were written: whole clusters, escaped, nothing but our own marks."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eoffice.search import highlight
from eoffice.search.documents import Field
from eoffice.search.highlight import (
    MOST_MARKED,
    SNIPPET,
    Folded,
    Passage,
    excerpt,
    marked,
    snippets,
)
from eoffice.search.query import parse
from eoffice.thai import clusters, fold

TEXT = "แก้ไขข้อมูลนักเรียนรายบุคคล รอบที่ ๑ ปีการศึกษา ๒๕๖๙ <b>ระบบ</b> DMC & อื่น ๆ"
ODD = st.text(
    alphabet=st.sampled_from("กขนรหสทเแไใาำะิีุู่้ํ์็ ๑2aB<>&\"'\n\u200b\uf70e\uf70a\u00a0é"),
    max_size=80,
)


@pytest.mark.parametrize(
    ("typed", "marks"),
    [
        ("ข้อมูลนักเรียน DMC", ["ข้อมูลนักเรียน", "DMC"]),
        ("ขอมูลนกเรียน", ["ข้อมูล", "เรียน"]),
        ('"ปีการศึกษา 2569"', ["ปีการศึกษา ๒๕๖๙"]),
        ('"ข้อมูล บุคคล"', []),
        ("บุคคล", ["บุคคล"]),
        ("b", ["b", "b"]),
        ("-ระบบ", []),
        ("ข้อมูล นักเรียน", ["ข้อมูลนักเรียน"]),
    ],
)
def test_what_is_marked(typed: str, marks: list[str]) -> None:
    shown = marked(TEXT, parse(typed))
    assert re.findall("<mark>(.*?)</mark>", shown) == marks
    assert html.unescape(re.sub("</?mark>", "", shown)) == TEXT


@pytest.mark.parametrize(
    ("text", "typed", "mark"),
    [
        ("ดื่มน\u0e4d\u0e49\u0e32ใจ", "น้ำใจ", "น\u0e4d\u0e49\u0e32ใจ"),
        ("ที\uf70eประชุม", "ที่ประชุม", "ที\uf70eประชุม"),
        ("โรง\u200bเรี ยนดี", "โรงเรียน", "โรง\u200bเรี ยน"),
        ("เเจ้งให้ทราบ", "แจ้ง", "เเจ้ง"),
        ("ประ\nชุม", "ประชุม", "ประ ชุม"),
    ],
)
def test_defects_of_the_text_do_not_hide_the_match(text: str, typed: str, mark: str) -> None:
    assert f"<mark>{mark}</mark>" in marked(text, parse(typed))


@given(ODD, ODD)
def test_marks_are_safe_and_tear_no_cluster(text: str, typed: str) -> None:
    shown = marked(text, parse(typed))
    plain = html.unescape(re.sub("</?mark>", "", shown))
    assert re.sub(r"\s+", " ", plain) == re.sub(r"\s+", " ", text)
    assert not re.search("[<>]", re.sub("</?mark>", "", shown))
    for part in re.findall("</?mark>", shown)[::2]:
        assert part == "<mark>"


@given(ODD)
def test_the_map_leads_back_to_the_original(text: str) -> None:
    folded = Folded(text)
    for letters, (start, end) in zip(folded.letters, folded.spans, strict=True):
        assert 0 <= start < end <= len(text)
        assert letters[-1] in fold(text[start:end])
    assert folded.spans == sorted(folded.spans)


def test_a_snippet_says_where_the_match_is() -> None:
    passages = [
        Passage(Field.BODY, "ราชการ " * 100),
        Passage(Field.FILE, "หน้าแรก", "คู่มือ.pdf", 1),
        Passage(Field.FILE, "ก " * 300 + "สถานศึกษาประสบอุทกภัย" + " ข" * 300, "คู่มือ.pdf", 2),
    ]
    (snippet,) = snippets(passages, parse("อุทกภัย"))
    assert (snippet.passage.name, snippet.passage.page, snippet.matches) == ("คู่มือ.pdf", 2, 1)
    assert snippet.html.startswith("…") and snippet.html.endswith("…")
    assert "<mark>อุทกภัย</mark>" in snippet.html
    assert len(snippet.html) < 2 * SNIPPET


def test_the_passage_with_more_of_the_query_comes_first() -> None:
    passages = [
        Passage(Field.BODY, "มีแต่นักเรียนเท่านั้น"),
        Passage(Field.FILE, "มีทั้งข้อมูลนักเรียนและ DMC", "ก.pdf", 4),
    ]
    found = snippets(passages, parse("ข้อมูลนักเรียน DMC"))
    assert found[0].passage.page == 4


def test_a_snippet_of_a_text_in_one_run_begins_and_ends_between_clusters() -> None:
    text = "เรื่องที่ผู้บริหารสั่งการ" * 60
    (snippet,) = snippets([Passage(Field.BODY, text)], parse('"สั่งการเรื่อง"'))
    shown = re.sub("</?mark>|…", "", snippet.html)
    assert shown in text
    cut = text.index(shown)
    ends = {0}
    for cluster in clusters(text):
        ends.add(max(ends) + len(cluster))
    assert {cut, cut + len(shown)} <= ends


def test_nothing_found_gives_no_snippet_and_an_excerpt_is_escaped() -> None:
    assert snippets([Passage(Field.BODY, TEXT)], parse("อุทกภัย")) == []
    assert snippets([Passage(Field.BODY, TEXT)], parse("-ระบบ")) == []
    assert excerpt("<b> " * 200).startswith("&lt;b&gt;")


def test_of_a_hundred_pages_only_the_likeliest_are_marked(monkeypatch) -> None:
    read: list[str] = []

    class Counted(highlight.Folded):
        def __init__(self, text: str) -> None:
            read.append(text)
            super().__init__(text)

    monkeypatch.setattr(highlight, "Folded", Counted)
    page = "คณะกรรมการพิจารณาแล้วเห็นว่าสถานศึกษาควรดำเนินการตามระเบียบ " * 40
    passages = [Passage(Field.FILE, page, "ระเบียบ.pdf", number) for number in range(1, 101)]
    passages.append(Passage(Field.FILE, page + "อุทกภัย", "ระเบียบ.pdf", 101))
    (snippet,) = snippets(passages, parse("อุทกภัย"))
    assert (snippet.passage.page, len(read)) == (101, 1)
    found = snippets(passages, parse("คณะกรรมการ อุทกภัย"))
    assert found[0].passage.page == 101
    assert len(read) == 1 + MOST_MARKED


def test_pages_on_which_it_is_part_of_another_cluster_hide_no_match() -> None:
    passages = [Passage(Field.FILE, "การผลิตสื่อการสอน", "ก.pdf", page) for page in range(1, 9)]
    passages.append(Passage(Field.FILE, "รายงาน ผล ของโครงการ", "ก.pdf", 9))
    (snippet,) = snippets(passages, parse("ผล"))
    assert snippet.passage.page == 9


def test_texts_that_hurt_take_no_time() -> None:
    query = parse("กก" * 40 + "ข")
    for unit in ("ก", "ก ", "่", " ", "\u200b", "<", "เเ", "ก\u200b่ "):
        started = time.perf_counter()
        marked((unit * 40_000)[:40_000], query)
        assert time.perf_counter() - started < 2, repr(unit)
    overlapping = parse(" ".join("ก" * length for length in range(1, 12)))
    started = time.perf_counter()
    marked("ก" * 40_000, overlapping)
    assert time.perf_counter() - started < 4
