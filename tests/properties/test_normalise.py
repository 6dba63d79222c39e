"""The Thai normaliser under any text: repaired, stable, bounded, linear."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eoffice.thai_text import (
    MARKS,
    clusters,
    compose,
    cut,
    fits_clusters,
    fold,
    normalise,
    to_thai_digits,
)

CONSONANTS = "กขคงจชญฐดตนบปพมยรลวสหอ"
TONES = "่้๊๋"
UPPER_LOWER = "ัิีึืุู"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
GLYPHS = {
    "ิ": "\uf701", "ี": "\uf702", "ึ": "\uf703", "ื": "\uf704", "่": "\uf705\uf70a\uf713",
    "้": "\uf706\uf70b\uf714", "๊": "\uf707\uf70c\uf715", "๋": "\uf708\uf70d\uf716",
    "์": "\uf709\uf70e\uf717", "ั": "\uf710", "ํ": "\uf711", "็": "\uf712", "ุ": "\uf718",
    "ู": "\uf719", "ฐ": "\uf700", "ญ": "\uf70f",
}  # fmt: skip

GARBAGE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            CONSONANTS + MARKS + "ะาำๅเแโใไ ๑๒ab \t\u00a0\n\u0301\u0323\u0316\ufb2c\U0001d160İẞ"
            + ZERO_WIDTH + "".join(chr(code) for code in range(0xF700, 0xF71B))
        ),
    ),
    max_size=60,
)  # fmt: skip

SYLLABLES = st.builds(
    lambda lead, consonant, vowel, tone, final: lead + consonant + vowel + tone + final,
    st.sampled_from(["", "เ", "แ", "โ", "ใ", "ไ"]),
    st.sampled_from(CONSONANTS),
    st.sampled_from(["", *UPPER_LOWER]),
    st.sampled_from(["", *TONES]),
    st.sampled_from(["", "า", "ำ", "ะ", "น", "ง"]),
).filter(lambda syllable: "เเ" not in syllable)
CLEAN = st.lists(SYLLABLES, min_size=1, max_size=12).map("".join)


@given(GARBAGE)
def test_it_is_stable_and_bounded(text: str) -> None:
    for repair in (compose, normalise, fold):
        once = repair(text)
        assert repair(once) == once
        assert len(once) <= 3 * len(text)
    assert fold(normalise(text)) == fold(text)


@given(GARBAGE)
def test_no_defect_remains(text: str) -> None:
    result = normalise(text)
    assert not set(result) & set(ZERO_WIDTH)
    assert not any("\uf700" <= letter <= "\uf71a" for letter in result)
    assert "เเ" not in result
    assert not set(result) & set("๐๑๒๓๔๕๖๗๘๙")
    for one, following in pairwise(result):
        assert not (one in " \t\u00a0" and following in MARKS + "ะาำ")
        assert not (one in MARKS and one == following)
        assert not (one in "่้๊๋" and following in "ัิีึืฺุู็ํ")
        assert not (one == "ำ" and following in MARKS + "ำ")
    assert "ํา" not in result


@given(CLEAN)
def test_clean_thai_is_left_alone(text: str) -> None:
    assert normalise(text) == text


@given(CLEAN)
def test_split_sara_am_is_joined(text: str) -> None:
    for split in ("ํา", " ํา", "ํ า", "ํ\u200bา", "\uf711า", " ำ"):
        assert normalise(text.replace("ำ", split)) == text


@pytest.mark.parametrize("tone", TONES)
def test_sara_am_comes_after_its_tone(tone: str) -> None:
    for order in (f"น{tone}ํา", f"นํ{tone}า", f"นํา{tone}", f"นำ{tone}", f"น{tone} ำ"):
        assert normalise(order) == f"น{tone}ำ"


@given(CLEAN)
def test_lost_sara_am_is_forgiven(text: str) -> None:
    assert fold(text.replace("ำ", "า")) == fold(text)


@given(CLEAN, st.data())
def test_glyphs_of_old_fonts_become_letters(text: str, data: st.DataObject) -> None:
    broken = "".join(
        data.draw(st.sampled_from(letter + GLYPHS[letter])) if letter in GLYPHS else letter
        for letter in text
    )
    assert normalise(broken) == text


@given(CLEAN, st.data())
def test_doubled_and_disordered_marks_are_mended(text: str, data: st.DataObject) -> None:
    broken, run = "", ""
    for letter in text + "x":
        if letter in MARKS:
            run += letter * data.draw(st.integers(1, 3))
        else:
            broken += "".join(data.draw(st.permutations(run))) + letter
            run = ""
    assert normalise(broken[:-1]) == text


@given(CLEAN, st.data())
def test_invisible_letters_and_spaces_before_marks_vanish(text: str, data: st.DataObject) -> None:
    broken = ""
    for letter in text:
        gap = [*ZERO_WIDTH, ""] + ([" ", "\u00a0", "  "] if letter in MARKS + "ะาำ" else [])
        broken += data.draw(st.sampled_from(gap)) + letter
    assert normalise(broken) == text


@given(CLEAN)
def test_sara_ae_typed_as_two_is_one(text: str) -> None:
    assert normalise(text.replace("แ", "เเ")) == text


@given(st.integers(0, 10**12))
def test_thai_digits_are_indexed_as_arabic(number: int) -> None:
    assert normalise(to_thai_digits(str(number))) == str(number)


def test_folding_forgives_what_writers_get_wrong() -> None:
    assert fold("ให้น้ำเล็กสังข์ ABC") == "ไหนาเลกสังข abc"
    assert fold("สัมมนา") != fold("สามมนา")


@given(GARBAGE)
def test_clusters_lose_nothing_and_never_begin_with_a_mark_after_a_consonant(text: str) -> None:
    parts = clusters(text)
    assert "".join(parts) == text
    for one, following in pairwise(parts):
        assert not ("ก" <= one[0] <= "ฮ" and following[0] in MARKS)


def test_clusters_are_what_a_reader_sees() -> None:
    text = "ที่ ศธ04999/ว472 น้ำเงิน e-office"
    expected = ["ที่", " ", "ศ", "ธ", "04999", "/", "ว", "472", " ", "น้ำ", "เงิ", "น", " "]
    assert clusters(text) == [*expected, "e", "-", "office"]


@given(CLEAN, st.integers(0, 40), st.integers(0, 40))
def test_marked_parts_fit_clusters(text: str, start: int, end: int) -> None:
    ends = {0}
    for part in clusters(text):
        ends.add(max(ends) + len(part))
    start, end = sorted((start, end))
    assert fits_clusters(text, start, end) == (start in ends and end in ends)


@given(GARBAGE, st.integers(0, 80))
def test_cutting_keeps_whole_letters(text: str, max_bytes: int) -> None:
    short = cut(text, max_bytes)
    assert text.startswith(short)
    assert len(short.encode("utf-8", "surrogatepass")) <= max_bytes
    rest = text[len(short) :]
    assert not rest or not short or rest[0] not in MARKS


@pytest.mark.parametrize("letter", ["่", " ", "ำ", "ํ", "เ", "ก", "\u0301", "e\u0301", "ุ\u0323", "1"])
def test_any_run_takes_linear_time(letter: str) -> None:
    def seconds(count: int) -> float:
        best = []
        for _ in range(3):
            start = time.perf_counter()
            clusters(fold(letter * count))
            best.append(time.perf_counter() - start)
        return min(best)

    assert seconds(200_000) < 100 * seconds(10_000) + 0.05
