"""The box: pieces, phrases, exclusions, numbers, dates, limits; and no input that hurts."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eoffice.search.query import MAX_CHARACTERS, MAX_LETTERS, MAX_PIECES, parse

BOX = st.text(alphabet=st.sampled_from('กขคงวศธพมทีุ่์ำเแไ๐๑๒019 abZ"-/.:–“”\t\n\x00\u200b'))


def wanted(typed: str) -> list[str]:
    """The texts of the wanted pieces."""
    return [piece.text for piece in parse(typed).wanted]


def test_words_phrases_and_exclusions_are_told_apart() -> None:
    query = parse('ข้อมูลนักเรียน DMC -รอบ "ปีการศึกษา 2569" -"ภาคเรียนที่ 1"')
    assert [piece.text for piece in query.wanted] == ["ข้อมูลนักเรียน", "DMC", "ปีการศึกษา 2569"]
    assert [piece.is_quoted for piece in query.wanted] == [False, False, True]
    assert [piece.text for piece in query.unwanted] == ["รอบ", "ภาคเรียนที่ 1"]
    assert query.words == ("ข้อมูล", "นักเรียน", "dmc", "ปีการศึกษา", "2569")


def test_an_exact_phrase_is_not_its_words_in_any_order() -> None:
    loose, exact = parse("นักเรียนครู").wanted[0], parse('"นักเรียนครู"').wanted[0]
    assert loose.all_of == ("นักเรียน", "ครู")
    assert exact.all_of == ()
    assert loose.grams == exact.grams


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ('"ไม่ปิด', ["ไม่ปิด"]),
        ("“ปิด แล้ว”", ["ปิด แล้ว"]),
        ("ก-ข", ["ก-ข"]),
        ("ก - ข", ["ก", "ข"]),
        ('"" - "-" ฯ ()', []),
        ('ครู"นักเรียน"', ["ครู", "นักเรียน"]),
        ("", []),
    ],
)
def test_odd_boxes(typed: str, texts: list[str]) -> None:
    assert wanted(typed) == texts


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("ศธ ๐๔๙๙๙/ว ๔๗๒", "ศธ04999/ว472"),
        ("ที่ ศธ 04999/ว472", "ศธ04999/ว472"),
        ("ศธ.04999.007 / 102", "ศธ04999007/102"),
        ("ว.472", "ว472"),
        ("เลขที่ 12/2569", "12/2569"),
        ("ศธ04999", "ศธ04999"),
        ("ศธ 04999/", "ศธ04999"),
    ],
)
def test_a_number_is_one_piece_however_it_is_spaced(typed: str, key: str) -> None:
    (piece,) = parse(typed).wanted
    assert piece.number
    assert (piece.number.key, piece.number.is_certain) == (key, True)


def test_digits_alone_may_be_a_number_or_a_word() -> None:
    (piece,) = parse("๔๗๒").wanted
    assert piece.number and (piece.number.key, piece.number.is_certain) == ("472", False)
    assert piece.words == ("472",)


def test_words_around_a_number_stay_words() -> None:
    query = parse("รายงาน ศธ 04999/ว 472 ประชุม")
    assert [piece.text for piece in query.wanted] == ["รายงาน", "ศธ 04999/ว 472", "ประชุม"]
    assert wanted("วันที่") == ["วันที่"]
    assert not any(piece.number for piece in parse("วิชาการ ว่า covid").wanted)


def test_a_date_filters_and_can_be_asked_for_as_text() -> None:
    query = parse("ประชุม 18 พ.ค. 2569")
    assert [piece.text for piece in query.wanted] == ["ประชุม"]
    assert (query.dates[0].first, query.dates[0].text) == (date(2026, 5, 18), "18 พ.ค. 2569")
    worded = query.with_dates_as_words()
    assert [piece.text for piece in worded.wanted] == ["ประชุม", "18 พ.ค. 2569"]
    assert worded.dates == ()
    assert parse('"18 พ.ค. 2569"').dates == ()


def test_what_lies_beyond_the_limits_is_left_out_and_said_so() -> None:
    assert parse("ก" * (MAX_CHARACTERS + 1)).is_cut
    assert not parse("ก" * MAX_CHARACTERS).is_cut
    many = parse(" ".join(f"ก{number}" for number in range(MAX_PIECES + 1)))
    assert many.is_cut and len(many.wanted) == MAX_PIECES
    assert len(parse("กข" * 200).wanted[0].grams) < MAX_LETTERS


@given(st.one_of(BOX, st.text()))
def test_no_box_raises_and_every_piece_can_be_asked(typed: str) -> None:
    query = parse(typed)
    for piece in (*query.wanted, *query.unwanted):
        assert piece.words or piece.grams or piece.number
        assert all(term and not set(term) & set(" |") for term in (*piece.words, *piece.grams))
        (piece.text + "".join(piece.words) + "".join(piece.grams)).encode()
    assert parse(typed) == query
    query.with_dates_as_words()


@pytest.mark.parametrize(
    "unit",
    ['"', "-", "1/", "ก ", "ว.", "พ.ค.-", "(", "่", "1", " ", "ศธ", "เเ", "ํา", "1-1 ", "ศธ.", "๑/ว"],
)
def test_a_hundred_thousand_characters_take_no_time(unit: str) -> None:
    started = time.perf_counter()
    parse((unit * 100_000)[:100_000])
    assert time.perf_counter() - started < 1
