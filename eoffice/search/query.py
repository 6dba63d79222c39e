"""One box, read by hand in one pass: words, "exact phrase", -without, numbers and dates.

The reader never raises and never looks at a character more than a fixed number of times, so that
no input can hold a server (assurance IN-08). Everything beyond the limits is left out and said so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from eoffice.search.analysis import letters_of, pairs, words_of
from eoffice.search.dates import DateRange, date_at
from eoffice.search.numbers import TypedNumber, bare_number, typed_at
from eoffice.thai import normalise

MAX_CHARACTERS = 500
"""What is read of the box; the rest is left out."""

MAX_PIECES = 24
MAX_LETTERS = 80
"""Clusters of one piece."""

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r'[^\s"]+')
_MINUS = "-−–"


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing asked for: a word or words written together, a quoted phrase or a number."""

    text: str
    words: tuple[str, ...]
    grams: tuple[str, ...]
    is_quoted: bool = False
    number: TypedNumber | None = None

    @property
    def is_loose(self) -> bool:
        """Whether what is nearly the same is welcome too: not for a phrase or a number found."""
        return not self.is_quoted and not (self.number and self.number.is_certain)

    @property
    def all_of(self) -> tuple[str, ...]:
        """The words that together are a match, in any order; none for an exact phrase."""
        return () if self.is_quoted and self.grams else self.words


@dataclass(frozen=True, slots=True)
class Query:
    """What the box asks: every wanted piece, none of the unwanted, dated in one of the ranges."""

    typed: str = ""
    wanted: tuple[Piece, ...] = ()
    unwanted: tuple[Piece, ...] = ()
    dates: tuple[DateRange, ...] = ()
    is_cut: bool = False
    """Whether something of the box lay beyond the limits and was left out."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is asked."""
        return not (self.wanted or self.unwanted or self.dates)

    @property
    def words(self) -> tuple[str, ...]:
        """All wanted words, each once, in the order of the box."""
        return tuple(dict.fromkeys(word for piece in self.wanted for word in piece.words))

    @property
    def grams(self) -> tuple[str, ...]:
        """All wanted grams, each once, in the order of the box."""
        return tuple(dict.fromkeys(gram for piece in self.wanted for gram in piece.grams))

    def with_dates_as_words(self) -> Query:
        """The same query with its dates asked for as text: for a date that no letter bears."""
        pieces = (_piece(days.text, is_quoted=True) for days in self.dates)
        wanted = (*self.wanted, *(piece for piece in pieces if piece))
        return replace(self, wanted=wanted, dates=())


def parse(typed: str) -> Query:
    """Read the box. Never raises; what no term can be made of is as if it were not there."""
    text = _UNREADABLE.sub(" ", typed[:MAX_CHARACTERS])
    text = _SPACE.sub(" ", normalise(text).translate(_QUOTES)).strip()
    wanted: list[Piece] = []
    unwanted: list[Piece] = []
    dates: list[DateRange] = []
    is_cut = len(typed) > MAX_CHARACTERS
    at = 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        if len(wanted) + len(unwanted) + len(dates) >= MAX_PIECES:
            is_cut = True
            break
        is_unwanted = text[at] in _MINUS and at + 1 < len(text) and text[at + 1] != " "
        thing, at = _next(text, at + is_unwanted, is_unwanted)
        if isinstance(thing, DateRange):
            dates.append(thing)
        elif thing:
            (unwanted if is_unwanted else wanted).append(thing)
    return Query(typed, tuple(wanted), tuple(unwanted), tuple(dates), is_cut)


def _next(text: str, at: int, is_unwanted: bool) -> tuple[Piece | DateRange | None, int]:
    """The thing that begins at ``at``, and where to read on (always further than ``at``)."""
    if text[at] == '"':
        end = text.find('"', at + 1)
        if end > at:
            return _piece(text[at + 1 : end], is_quoted=True), end + 1
        return None, at + 1
    if not is_unwanted and (found := date_at(text, at)):
        return found
    if number := typed_at(text, at):
        return _piece(text[at : number.end], number=number), number.end
    match = _WORD.match(text, at)
    if match is None:
        return None, at + 1
    return _piece(match[0], number=bare_number(match[0])), match.end()


def _piece(
    text: str, *, is_quoted: bool = False, number: TypedNumber | None = None
) -> Piece | None:
    letters = letters_of(text)[:MAX_LETTERS]
    words = tuple(words_of(text))[:MAX_LETTERS]
    if not words and not letters and number is None:
        return None
    return Piece(text, words, tuple(pairs(letters)), is_quoted, number)
