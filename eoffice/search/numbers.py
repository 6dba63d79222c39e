"""Letter numbers: one canonical key for every way of writing a number, and its edge-grams.

``ที่ ศธ ๐๔๙๙๙/ว ๔๗๒``, ``ศธ.04999 / ว.472`` and ``ศธ04999/ว472`` are one key, ``ศธ04999/ว472``; a
dotted school number ``ศธ 04999.007/102`` is ``ศธ04999007/102``. Whoever remembers a part of it
types that part: ``ว472``, ``472``, ``04999/ว4``. Numbers never go through the analyser of words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from eoffice.thai import normalise

MAX_KEY = 40
"""Longest canonical key in characters; what is longer is cut there."""

_PREFIX = re.compile(r"\s*(?:ที่|เลขที่|เลขรับที่|เลขรับ|ลำดับที่)(?=[\s.:]*[ก-ฮA-Za-z0-9])[\s.:]*")
_SLASHES = str.maketrans({"\\": "/", "\uff0f": "/", "\u2044": "/", "\u2215": "/"})
_DROPPED = re.compile(r"[^0-9a-z\u0e01-\u0e2e/]+")
_DOUBLE_SLASH = re.compile(r"/{2,}")
_OF_YEAR = re.compile(r"[0-9]+/2[456][0-9]{2}")  # order 12/2569: the year alone is no number
_PART = re.compile(r"[0-9]+|[a-z]+|[\u0e01-\u0e2e]+")

_CODE = r"(?:(?:[ก-ฮ]{1,4}\.\s?){1,3}|[ก-ฮ]{2}\s{0,2}|[ก-ฮ]{1,4})?"
_OWNER = r"\d{1,12}(?:[.\-]\d{1,6}){0,3}"
_RUNNING = r"(?:[ก-ฮ]{1,2}\s{0,2}\.?\s{0,2})?\d{1,9}"  # ว of a circular, ล of a secret series
_START = r"(?<![\u0e01-\u0e4e0-9A-Za-z])"
_LEAD = r"(?:(?:เลขที่|เลขรับที่|เลขรับ|ที่)\s{0,3})?"
_TYPED = re.compile(
    _START
    + _LEAD
    + "(?P<number>"
    + rf"{_CODE}{_OWNER}\s{{0,3}}/\s{{0,3}}(?:{_RUNNING}|ว(?![\u0e01-\u0e4e]))?"  # ศธ 04999/ว 472
    + r"|ว\s{0,2}\.?\s{0,2}\d{1,9}"  # ว 472
    + r"|[ก-ฮ]{2}\s{0,2}\.?\s{0,2}\d{4,12}(?:[.\-]\d{1,6}){0,3}"  # ศธ 04999
    + r")(?![0-9A-Za-z\u0e01-\u0e4e/])"
)
_ONLY_DIGITS = re.compile(r"\d{1,12}")


@dataclass(frozen=True, slots=True)
class NumberKeys:
    """What the index keeps of a document's numbers: whole ends, and beginnings of them."""

    whole: tuple[str, ...]
    partial: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A number in a query: its key, and whether its form alone says that it is one."""

    key: str
    is_certain: bool
    end: int


def canonical(number: str) -> str:
    """The key of a letter number: normalised, without ที่, spaces, dots and dashes, lower case.

    Empty when nothing of a number is left.
    """
    text = normalise(number[: MAX_KEY * 8]).translate(_SLASHES).lower()
    if prefix := _PREFIX.match(text):
        text = text[prefix.end() :]
    key = _DOUBLE_SLASH.sub("/", _DROPPED.sub("", text)).lstrip("/")[:MAX_KEY]
    return key if any(character.isdigit() for character in key) else ""


def keys_of(numbers: Iterable[str]) -> NumberKeys:
    """The terms under which numbers are found: from every part of the key to its end (whole), and
    the beginnings of those (partial)."""
    whole: dict[str, None] = {}
    partial: dict[str, None] = {}
    for number in numbers:
        key = canonical(number)
        for start in _starts(number, key):
            tail = key[start:]
            if not any(character.isdigit() for character in tail):
                continue
            whole[tail] = None
            for end in range(1, len(tail)):
                if any(character.isdigit() for character in tail[:end]):
                    partial[tail[:end].rstrip("/")] = None
    return NumberKeys(tuple(whole), tuple(each for each in partial if each not in whole))


def typed_at(text: str, start: int) -> TypedNumber | None:
    """The number that begins at ``start`` of a normalised query, or None.

    ``ศธ 04999/ว 472``, ``ว 472``, ``12/2569`` and ``ศธ 04999`` are certain; digits alone may as
    well be a word.
    """
    if match := _TYPED.match(text, start):
        key = canonical(match["number"]).rstrip("/")
        if key:
            return TypedNumber(key, True, match.end())
    return None


def bare_number(word: str) -> TypedNumber | None:
    """A word of digits alone, which may be a running number or a word of the text."""
    if match := _ONLY_DIGITS.fullmatch(word):
        return TypedNumber(match[0], False, match.end())
    return None


def _starts(number: str, key: str) -> list[int]:
    """Where the parts of the key begin: agency, owner, running number, dotted school number."""
    if _OF_YEAR.fullmatch(key):
        return [0]
    starts = {match.start() for match in _PART.finditer(key)}
    dotted = normalise(number[: MAX_KEY * 8])
    for match in re.finditer(r"(?<=[0-9][.\-])[0-9]", dotted):
        tail = canonical(dotted[match.start() :])
        if tail and key.endswith(tail):
            starts.add(len(key) - len(tail))
    return sorted(starts)[:8]
