"""Terms of texts, keys of numbers, dates in the box."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eoffice.search.analysis import BREAK, MAX_TERM, analyse, letters_of, words_of
from eoffice.search.dates import date_at
from eoffice.search.documents import (
    MAX_TEXT,
    DocumentKind,
    Field,
    FieldText,
    IndexDocument,
    Prepared,
    key_of,
    object_of,
    prepare,
)
from eoffice.search.numbers import MAX_KEY, canonical, keys_of
from eoffice.thai import normalise
from tests.unit.search.engines import letter

THAI = st.text(alphabet=st.sampled_from("กขครนสวเแไะาำิีุูั็่้์ ๑๒3a\nๆฯ"), max_size=60)


def test_words_are_the_dictionarys_and_runs_stay_whole() -> None:
    terms = analyse("แจ้งโรงเรียน DMC ๒๕๖๙ covid-19")
    assert terms.words == ("แจ้ง", "โรงเรียน", "dmc", "2569", "covid", "19")


def test_grams_are_neighbouring_clusters_of_the_folded_text() -> None:
    assert letters_of("ผู้บริหาร น้ำใจ") == ["ผู", "บ", "ริ", "หา", "ร", "นา", "ไจ"]
    assert analyse("ผู้บริ").grams == ("ผูบ", "บริ")
    assert analyse("1 23").grams != analyse("12 3").grams


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ผู้บริหาร", "ผูบริหาร"),
        ("น\u0e4d\u0e49\u0e32ใจ", "น้ำใจ"),
        ("ข้อมูล\nนักเรียน", "ข้อมูลนักเรียน"),
        ("ที\uf70e", "ที่"),
        ("โรง\u200bเรี ยน", "โรงเรียน"),
        ("ปี ๒๕๖๙", "ปี 2569"),
    ],
)
def test_texts_that_read_alike_have_the_same_grams(one: str, other: str) -> None:
    assert analyse(one).grams == analyse(other).grams


@given(THAI, THAI, THAI)
def test_a_text_is_found_inside_a_longer_one(before: str, text: str, after: str) -> None:
    inner = letters_of(text)
    whole = letters_of(f"{before}. {text} .{after}")
    assert any(whole[at : at + len(inner)] == inner for at in range(len(whole) + 1))


@given(st.text())
def test_any_text_gives_short_clean_terms(text: str) -> None:
    terms = analyse(text)
    for term in (*terms.words, *terms.grams):
        assert term and BREAK not in term and not any(letter.isspace() for letter in term)
        assert len(term) <= 2 * MAX_TERM + 1
        term.encode()


def test_long_runs_are_cut_alike_everywhere() -> None:
    (word,) = words_of("a" * 1000)
    assert len(word) == MAX_TERM
    assert list(words_of("๑" * 1000)) == ["1" * MAX_TERM]


@pytest.mark.parametrize(
    "spelling",
    [
        "ศธ 04999/ว 472",
        "ที่ ศธ ๐๔๙๙๙/ว ๔๗๒",
        "ศธ.04999/ว.472",
        "ศธ04999 / ว472",
        "เลขที่ ศธ 04999/ว-472",
        "ศธ\u200b 04999\uff0fว 472",
    ],
)
def test_every_spelling_of_a_number_has_one_key(spelling: str) -> None:
    assert canonical(spelling) == "ศธ04999/ว472"


def test_parts_of_a_number_are_whole_ends_and_partial_beginnings() -> None:
    keys = keys_of(["ศธ 04999/ว 472"])
    assert set(keys.whole) == {"ศธ04999/ว472", "04999/ว472", "ว472", "472"}
    assert {"ศธ04999", "ว4", "ว47", "04999/ว4"} <= set(keys.partial)
    assert not set(keys.whole) & set(keys.partial)
    assert "007/102" in keys_of(["ศธ 04999.007/102"]).whole


def test_the_year_of_an_order_is_no_number() -> None:
    assert keys_of(["12/2569"]).whole == ("12/2569",)


@given(st.lists(st.text(max_size=200), max_size=3))
def test_keys_of_any_numbers_are_bounded(numbers: list[str]) -> None:
    keys = keys_of(numbers)
    assert all(0 < len(key) <= MAX_KEY for key in keys.whole)
    assert len(keys.whole) + len(keys.partial) <= len(numbers) * 8 * MAX_KEY
    assert all(canonical(key) == key for key in keys.whole)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("18 พ.ค. 2569", (2026, 5, 18), (2026, 5, 18)),
        ("๑๘ พฤษภาคม พ.ศ. ๒๕๖๙", (2026, 5, 18), (2026, 5, 18)),
        ("ลงวันที่ 18 พ.ค. 69", (2026, 5, 18), (2026, 5, 18)),
        ("18 พค. 69", (2026, 5, 18), (2026, 5, 18)),
        ("18/5/2569", (2026, 5, 18), (2026, 5, 18)),
        ("18-5-69", (2026, 5, 18), (2026, 5, 18)),
        ("18.5.2026", (2026, 5, 18), (2026, 5, 18)),
        ("2026-05-18", (2026, 5, 18), (2026, 5, 18)),
        ("1-15 พ.ค. 2569", (2026, 5, 1), (2026, 5, 15)),
        ("พ.ค. 2569", (2026, 5, 1), (2026, 5, 31)),
        ("เดือนกุมภาพันธ์ 2567", (2024, 2, 1), (2024, 2, 29)),
        ("พ.ค.-มิ.ย. 69", (2026, 5, 1), (2026, 6, 30)),
        ("1 พ.ค. 2569 ถึง 15 มิ.ย. 2569", (2026, 5, 1), (2026, 6, 15)),
        ("ม.ค. 2568 - มี.ค. 2569", (2025, 1, 1), (2026, 3, 31)),
        ("ปี 2569", (2026, 1, 1), (2026, 12, 31)),
        ("พ.ศ. 2569", (2026, 1, 1), (2026, 12, 31)),
        ("ค.ศ. 2026", (2026, 1, 1), (2026, 12, 31)),
    ],
)
def test_dates_as_people_write_them(
    typed: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    found = date_at(normalise(typed), 0)
    assert found
    days, end = found
    assert (days.first, days.last) == (date(*first), date(*last))
    assert end == len(typed)


@pytest.mark.parametrize(
    "typed",
    ["2569", "31 ก.พ. 2569", "18 พ.ค.", "ปีการศึกษา 2569", "ปีงบประมาณ 2569", "1/2569", "ที่ประชุม",
     "ประจำเดือน พ.ค. 2569", "18 พ.ค. 25699", "45 พ.ค. 2569", "เดือน", "13/13/2569", "ปี 25"],
)  # fmt: skip
def test_what_is_no_date_stays_words(typed: str) -> None:
    assert date_at(typed, 0) is None


def test_the_subject_counts_three_times() -> None:
    terms = prepare(letter(1, "อุทกภัย", body="ประชุม"))
    assert (terms.words.count("อุทกภัย"), terms.words.count("ประชุม")) == (3, 1)


def test_no_phrase_runs_from_one_field_into_the_next_but_from_page_to_page() -> None:
    terms = prepare(letter(1, "กขค", body="งจฉ", pages=["ชซฌ", "ญฎฏ"]))
    assert "คง" not in terms.grams
    assert "ฌญ" in terms.grams


def test_terms_are_packed_and_unpacked_alike() -> None:
    terms = prepare(letter(1, "ประชุม ครั้งที่ ๑", letter_no="ศธ 04999/ว 472", body="ก\nข"))
    assert Prepared.unpacked(terms.packed()) == terms
    empty = prepare(letter(2))
    assert Prepared.unpacked(empty.packed()) == empty


def test_text_beyond_the_limit_is_left_out() -> None:
    texts = (FieldText(Field.BODY, "ก " * MAX_TEXT), FieldText(Field.REPORT, "อุทกภัย"))
    terms = prepare(IndexDocument(DocumentKind.CASE, 1, 1, 1, (1,), texts))
    assert len(terms.words) == MAX_TEXT // 2
    assert "อุทกภัย" not in terms.words


@given(st.sampled_from(DocumentKind), st.integers(min_value=0, max_value=1 << 50))
def test_keys_tell_kind_and_id(kind: DocumentKind, number: int) -> None:
    assert object_of(key_of(kind, number)) == (kind, number)
