"""Thai as it should have been written: repair of text from PDFs and keyboards, and folding.

``normalise`` repairs the defects that Thai text layers really carry, ``fold`` removes what
writers get wrong (tone marks, ็ ์ ํ, ำ/า, ใ/ไ) so that search forgives it, ``clusters`` cuts text
into what a reader sees as one letter. All three take time linear in the length of the text: no
pattern here can look at a run of characters more than a fixed number of times.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LOWER_VOWELS = "\u0e38\u0e39"
UPPER_MARKS = "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e47\u0e4d"
TONES = "\u0e48\u0e49\u0e4a\u0e4b"
SILENCERS = "\u0e4c\u0e4e"
MARKS = "\u0e3a" + LOWER_VOWELS + UPPER_MARKS + TONES + SILENCERS
"""All Thai marks, in the order in which they follow a consonant."""

NIKHAHIT, SARA_AA, SARA_AM = "\u0e4d", "\u0e32", "\u0e33"
SPACES = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"

_RANK = {
    mark: rank
    for rank, marks in enumerate(("\u0e3a", LOWER_VOWELS, UPPER_MARKS, TONES, SILENCERS))
    for mark in marks
}
_GLYPHS = (  # U+F700–F71A: positioned Thai glyphs of old fonts, kept by the PDFs made with them
    "\u0e10\u0e34\u0e35\u0e36\u0e37\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e48\u0e49\u0e4a\u0e4b\u0e4c"
    "\u0e0d\u0e31\u0e4d\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e38\u0e39\u0e3a"
)
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
_REPLACED: dict[int, str | None] = {0xF700 + at: glyph for at, glyph in enumerate(_GLYPHS)}
_REPLACED |= {ord(character): None for character in _INVISIBLE}
_ODD = re.compile(f"[\uf700-\uf71a{_INVISIBLE}]")

_BETWEEN_MARKS = re.compile(f"[^{MARKS}]+")
_STRAY_SPACE = re.compile(f"(?<![{SPACES}])[{SPACES}]++(?=[{MARKS}\u0e30\u0e32\u0e33])")
_SPLIT_AM = re.compile(f"(?<![{MARKS}])[{MARKS}]++[{SARA_AA}{SARA_AM}]")
_LATE_MARKS = re.compile(f"{SARA_AM}[{SARA_AM}{MARKS}]++")
_RUN = re.compile(f"[{MARKS}]{{2,}}+")

THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙"
_TO_ARABIC = str.maketrans(THAI_DIGITS, "0123456789")
_TO_THAI = str.maketrans("0123456789", THAI_DIGITS)
_HAS_THAI_DIGIT = re.compile("[๐-๙]")

_FOLDED: dict[int, str | None] = {ord(mark): None for mark in TONES + "\u0e47\u0e4c" + NIKHAHIT}
_FOLDED |= {ord(SARA_AM): SARA_AA, ord("ใ"): "ไ"}

_CLUSTER = re.compile(f"[เ-ไ]?[ก-ฮ][{MARKS}]*[ะาำๅ]?|\\d+|[^\\W\\d_\u0e00-\u0e7f]+|.", re.DOTALL)
_LETTER = re.compile(
    f"[เ-ไ]?[ก-ฮ][{MARKS}]*[ะาำๅ]?|.[{MARKS}\u0300-\u036f\u20d0-\u20ff\ufe0f]*", re.DOTALL
)


def to_thai_digits(text: str) -> str:
    """The text with 0–9 written ๐–๙, as on official paper."""
    return text.translate(_TO_THAI)


def to_arabic_digits(text: str) -> str:
    """The text with ๐–๙ written 0–9, as on screen and in the index."""
    return text.translate(_TO_ARABIC) if _HAS_THAI_DIGIT.search(text) else text


def compose(text: str) -> str:
    """The text with its Thai repaired and composed, digits as they were.

    Repairs: NFC (kept apart on both sides of a Thai mark); glyphs U+F700–F71A; invisible
    characters; space before a mark, ะ, า or ำ; เเ for แ; ํ and า apart; marks after ำ; marks in
    the wrong order or twice. Never raises, is idempotent and never makes the text longer than
    NFC does.
    """
    if _ODD.search(text):
        text = text.translate(_REPLACED)
    if not unicodedata.is_normalized("NFC", text):
        text = _BETWEEN_MARKS.sub(_nfc, text)
    text = _STRAY_SPACE.sub("", text).replace("เเ", "แ")
    if NIKHAHIT in text:
        text = _SPLIT_AM.sub(_join_am, text)
    text = _LATE_MARKS.sub(_marks_first, text)
    return _RUN.sub(_in_order, text)


def normalise(text: str) -> str:
    """The text as it is indexed and compared: composed, with Arabic digits."""
    return to_arabic_digits(compose(text))


def fold(text: str) -> str:
    """The normalised text without what writers get wrong: no tone marks, ็, ์, ํ; ำ is า, ใ is ไ.

    Latin letters are lower case. Idempotent; ``fold(normalise(text)) == fold(text)``.
    """
    return compose(normalise(text).translate(_FOLDED).lower())


def clusters(text: str) -> list[str]:
    """The text cut into Thai character clusters; digits and Latin words stay whole.

    Nothing is lost: the clusters joined are the text.
    """
    return _CLUSTER.findall(text)


def fits_clusters(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` begins and ends between clusters, so that it may be marked.

    Takes time up to ``end``: to mark many hits in a long text, walk ``clusters`` once instead.
    """
    ends = {0}
    for match in _CLUSTER.finditer(text):
        ends.add(match.end())
        if match.end() >= end:
            break
    return start in ends and end in ends


def cut(text: str, max_bytes: int) -> str:
    """The longest beginning of the text of at most ``max_bytes`` UTF-8 bytes and whole letters."""
    size = end = 0
    for match in _LETTER.finditer(text):
        size += len(match[0].encode("utf-8", "surrogatepass"))
        if size > max_bytes:
            break
        end = match.end()
    return text[:end]


def _nfc(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", match[0])


def _join_am(match: re.Match[str]) -> str:
    whole = match[0]
    return whole[:-1].replace(NIKHAHIT, "") + SARA_AM if NIKHAHIT in whole else whole


def _marks_first(match: re.Match[str]) -> str:
    marks = match[0].replace(SARA_AM, "").replace(NIKHAHIT, "")
    return marks + SARA_AM


def _sorted_marks(run: str) -> str:
    return "".join(sorted(dict.fromkeys(run), key=_RANK.__getitem__))


_sorted_pair = lru_cache(maxsize=len(MARKS) ** 2)(_sorted_marks)


def _in_order(match: re.Match[str]) -> str:
    run = match[0]
    return _sorted_pair(run) if len(run) == 2 else _sorted_marks(run)
