"""From text to terms: two channels, made before any engine sees them.

``w`` words: Thai runs cut by the dictionary (newmm), Latin and digit runs whole.
``g`` grams: neighbouring pairs of the clusters of the folded text, which find a string inside a
compound and forgive wrong tone marks. A phrase of ``g`` terms in a row is a substring.
Both treat a query and a document alike, which is all that matching needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import nlpo3

from eoffice.thai import clusters, fold, normalise

ANALYSIS_VERSION = 1
"""Stored with every index generation; an index of another version has to be rebuilt."""

BREAK = "|"
"""Stands between fields, so that no phrase runs over their border; no term contains it."""

MAX_TERM = 48
"""Longest term in characters; longer runs are cut there, in documents and queries alike."""

DICTIONARY = Path(__file__).parent / "data" / "words_th.txt"

_RUN = re.compile(r"[\u0e01-\u0e4e]+|\d+|[^\W\d_\u0e00-\u0e7f]+")
_PIECE = re.compile(r"(?s).{1,4000}")
_SILENT = "\u0e2f\u0e3f"  # ฯ ฿


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one text, in the order of the text; a position is an index of the tuple."""

    words: tuple[str, ...]
    grams: tuple[str, ...]


@lru_cache(maxsize=1)
def _dictionary() -> str:
    outcome, is_loaded = nlpo3.load_dict(str(DICTIONARY), "eoffice")
    if not is_loaded:
        raise RuntimeError(outcome)
    return "eoffice"


def analyse(text: str) -> Terms:
    """Both channels of a text. Takes linear time and never raises, whatever the text."""
    return Terms(tuple(words_of(text)), tuple(pairs(letters_of(text))))


def words_of(text: str) -> Iterator[str]:
    """The ``w`` terms: dictionary words of Thai runs, Latin in lower case, digits Arabic."""
    name = _dictionary()
    for run in _RUN.findall(normalise(text).lower()):
        if not _is_thai(run):
            yield run[:MAX_TERM]
            continue
        for piece in _PIECE.findall(run):
            for word in nlpo3.segment(piece, name, safe=True):
                if word := word.strip(_SILENT)[:MAX_TERM]:
                    yield word


def letters_of(text: str) -> list[str]:
    """The clusters of the folded text that carry a letter or digit; Latin and digit runs whole.

    White space and punctuation are left out: a line break inside a sentence of a PDF and a space
    between two words must not hide what is searched.
    """
    return [
        cluster[:MAX_TERM]
        for cluster in clusters(fold(text))
        if cluster[0].isalnum() and cluster not in _SILENT
    ]


def pairs(letters: Iterable[str]) -> Iterator[str]:
    """The ``g`` terms: each cluster with the next one."""
    before = ""
    for letter in letters:
        if before:
            # digits after digits were two runs in the text: keep "1 23" apart from "12 3"
            is_apart = not (_is_thai(before) or _is_thai(letter))
            yield f"{before}_{letter}" if is_apart else before + letter
        before = letter


def _is_thai(run: str) -> bool:
    return "\u0e00" < run[0] < "\u0e4f"
