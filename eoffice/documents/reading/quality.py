"""Whether the text layer of a page can be believed, and mending of wrong Thai mappings.

Two mappings are so common that they are undone rather than recognised again, whenever the
dictionary then knows the words: fonts that write า as ำ (``กำร``, with the real ำ as space and ำ),
and fonts that lose the circle of ำ (``จัดท า``).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import nlpo3

from eoffice.thai_text import SPACES, compose, normalise

MIN_LETTERS = 50
MAX_ODD_SHARE = 0.02
MIN_COVERAGE = 0.85
MENDED_COVERAGE = 0.90
"""A mended page must be known better than an untouched one: mending guesses."""

_DICTIONARY = Path(__file__).parents[2] / "search" / "data" / "words_th.txt"
_THAI_RUN = re.compile("[ก-ฺเ-๎]{1,2000}")
_MIN_THAI = 30
_ODD_CATEGORIES = frozenset(("Cc", "Co", "Cn", "Cs"))
_LINE_ENDS = frozenset("\n\r\t\f")
_SPACED_AM = re.compile(f"[{SPACES}]+ำ")
_SPACED_AA = re.compile(f"[{SPACES}]+า")
_HELD = "\ue000"
_FEW = 3
_TIE = 0.002


@dataclass(frozen=True)
class Judgement:
    """A page's text as it should be used, and why it cannot be believed, if so.

    ``doubt`` is empty, ``few_letters``, ``odd_characters``, ``wrong_mapping`` or ``unknown_words``.
    """

    text: str
    doubt: str
    is_mended: bool = False


def judge(raw: str) -> Judgement:
    """Mend the text of a page where the dictionary confirms it, and judge it."""
    plain = compose(raw)
    if _writes_am_for_aa(plain):
        mended = compose(_SPACED_AM.sub(_HELD, raw).replace("ำ", "า").replace(_HELD, "ำ"))
        if not doubt_of(mended) and coverage(mended) >= MENDED_COVERAGE:
            return Judgement(mended, "", is_mended=True)
    elif _loses_circles(raw):
        mended = compose(_SPACED_AA.sub("ำ", raw))
        if coverage(mended) >= coverage(plain) - _TIE:
            return Judgement(mended, doubt_of(mended), is_mended=True)
    return Judgement(plain, doubt_of(plain))


def doubt_of(text: str) -> str:
    """Why a composed text cannot be believed; empty when it can."""
    if letter_count(text) < MIN_LETTERS:
        return "few_letters"
    odd = sum(
        unicodedata.category(each) in _ODD_CATEGORIES or each == "\ufffd"
        for each in text
        if each not in _LINE_ENDS
    )
    if odd > MAX_ODD_SHARE * len(text):
        return "odd_characters"
    if _writes_am_for_aa(text):
        return "wrong_mapping"
    return "unknown_words" if coverage(text) < MIN_COVERAGE else ""


def coverage(text: str) -> float:
    """The share of Thai letters that stand in words of the dictionary; 1 for too little Thai."""
    known = letters = 0
    for run in _THAI_RUN.findall(normalise(text)):
        letters += len(run)
        for word in nlpo3.segment(run, _dictionary()):
            if len(word) > 1 and word in _words():
                known += len(word)
    return known / letters if letters >= _MIN_THAI else 1.0


def letter_count(text: str) -> int:
    """How many letters and digits of any script the text has."""
    return sum(map(str.isalnum, text))


def _writes_am_for_aa(text: str) -> bool:
    """Thai has eight า for each ำ; dictionaries alone do not notice, กำ and รำ being words."""
    return text.count("ำ") > max(_FEW, text.count("า"))


def _loses_circles(raw: str) -> bool:
    return "ำ" not in raw and "ํ" not in raw and len(_SPACED_AA.findall(raw)) >= _FEW


@functools.cache
def _words() -> frozenset[str]:
    return frozenset(map(normalise, _DICTIONARY.read_text("utf-8").split("\n")))


@functools.cache
def _dictionary() -> str:
    nlpo3.load_dict(str(_DICTIONARY), "words_th")
    return "words_th"
