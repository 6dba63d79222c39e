"""Where a text matches a query, for the reader: the same for every engine.

The text is shown as it was written; matching happens on its folded form, with a map back to the
original. A mark begins and ends between clusters, so that no letter is torn. Everything is escaped
and only our own ``<mark>`` is added.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, islice

from markupsafe import Markup, escape

from eoffice.search.analysis import letters_of
from eoffice.search.documents import Field
from eoffice.search.query import Piece, Query
from eoffice.thai import clusters, fold, normalise
from eoffice.thai_text import MARKS

MAX_TEXT = 40_000
"""Characters of one passage that are looked at."""

SNIPPET = 160
"""Characters of a snippet, about two lines."""

MAX_NEEDLES = 64
MOST_MARKED = 6
"""Passages of a letter with a match that are compared; a book may have hundreds of pages."""

READ_ANYWAY = 2
"""Passages that are read for single words where the query stands in none."""

_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_SPACES = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LATER = f"[{MARKS}ะาำ\uf700-\uf71a\u0300-\u036f]"
_UNIT = re.compile(
    f"(?:เเ|.)[{_INVISIBLE}]*+(?:[{_SPACES}]{{0,16}}+{_LATER}[{_INVISIBLE}]*+)*+", re.DOTALL
)

_NO_LETTER = re.compile(r"[^\w\u0e00-\u0e7f]+|_")
_RUN_OF_SPACE = re.compile(r"\s+")
_END = "\0"
_MARK, _UNMARK = Markup("<mark>"), Markup("</mark>")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a letter that a match may be shown in, and where it stands."""

    field: Field
    text: str
    name: str = ""
    page: int = 0
    is_recognised: bool = False
    """Whether the text was read from a picture of the page (OCR)."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A cut of a passage around its best match, marked and safe to show."""

    passage: Passage
    html: Markup
    matches: int


class Folded:
    """A text in its folded clusters, each knowing where in the original it stands.

    Where they stand is worked out for what is found only: most of a text is never marked.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._units: list[str] = _UNIT.findall(text)
        self._folded = [_folded(unit) for unit in self._units]
        self._clusters = clusters("".join(self._folded))
        self.letters = [each for each in self._clusters if each[0].isalnum()]

    def spans_of(self, needles: Iterable[Sequence[str]]) -> list[Span]:
        """Where the needles (runs of folded clusters) stand in the original, merged, in order."""
        run = _run(self.letters)
        found = [
            (self._at(first)[0], self._at(last - 1)[1])
            for needle in needles
            for first, last in _runs_of(needle, run)
        ]
        return _united(found)

    @property
    def spans(self) -> list[Span]:
        """Where each of the letters stands."""
        return [self._at(number) for number in range(len(self.letters))]

    def _at(self, number: int) -> Span:
        starts, in_folded, in_text = self._ends
        first = bisect_right(in_folded, starts[number])
        last = bisect_right(in_folded, starts[number] + len(self.letters[number]) - 1)
        return (in_text[first - 1] if first else 0), in_text[last]

    @cached_property
    def _ends(self) -> tuple[list[int], list[int], list[int]]:
        """Where the letters begin in the folded text; where the units end in it and in the text."""
        ends = accumulate(map(len, self._clusters))
        starts = [
            end - len(each)
            for each, end in zip(self._clusters, ends, strict=True)
            if each[0].isalnum()
        ]
        lengths = [list(accumulate(map(len, each))) for each in (self._folded, self._units)]
        return starts, lengths[0], lengths[1]


def _run(letters: Sequence[str]) -> str:
    """Letters as one text in which a run of them is found as a whole, never a part of one."""
    return _END + _END.join(letters) + _END


def _runs_of(needle: Sequence[str], run: str) -> list[Span]:
    """The first letter and the one after the last of every stretch covered by a needle."""
    key, number, before = _run(needle), 0, 0
    found: list[Span] = []
    at = run.find(key) if needle else -1
    while at >= 0:
        number += run.count(_END, before, at)
        if found and number < found[-1][1]:
            found[-1] = found[-1][0], number + len(needle)
        else:
            found.append((number, number + len(needle)))
        before, at = at, run.find(key, at + 1)
    return found


@lru_cache(maxsize=20_000)
def _folded(unit: str) -> str:
    return fold(unit)


def needles_of(query: Query) -> list[list[str]]:
    """What is marked: every piece as it was typed, and its words of two clusters and more.

    A phrase in quotation marks is marked only as a whole.
    """
    needles: dict[tuple[str, ...], None] = {}
    for piece in query.wanted:
        for needle in _of_piece(piece):
            if needle:
                needles[tuple(needle)] = None
    return [list(each) for each in needles][:MAX_NEEDLES]


def marked(text: str, query: Query) -> Markup:
    """The whole text, escaped, its matches in ``<mark>``: for subjects and numbers."""
    return _marked(text, Folded(text[:MAX_TEXT]).spans_of(needles_of(query)))


def snippets(passages: Iterable[Passage], query: Query, limit: int = 2) -> list[Snippet]:
    """The passages that match best, each cut around its best match; whole pieces come first.

    Where nothing of the query stands as typed, passages are looked for in which it stands but for
    tone marks and spaces; where there are none, the first few are read for single words. However
    many pages a letter has, only the likeliest are marked and compared.
    """
    needles = needles_of(query)
    if not needles:
        return []
    known = list(passages)
    likely = _likely(known, query) or _likely_when_folded(known, query) or known[:READ_ANYWAY]
    marked_ones = (snippet for each in likely if (snippet := _snippet(each, needles)))
    found = list(islice(marked_ones, MOST_MARKED))
    found.sort(key=lambda each: -each[0])
    return [snippet for _, snippet in found[:limit]]


def excerpt(text: str, length: int = SNIPPET) -> Markup:
    """The beginning of a text, escaped: for a hit whose text says nothing of the query."""
    return _cut(text, [], (0, 0), length)


def _of_piece(piece: Piece) -> Iterator[list[str]]:
    yield letters_of(piece.text)
    if not piece.is_quoted:
        for word in piece.words:
            letters = letters_of(word)
            if len(letters) > 1 or word.isascii() or piece.text == word:
                yield letters


def _likely(passages: list[Passage], query: Query) -> list[Passage]:
    """Those in which pieces stand as they were typed, but for digits and case."""
    pieces = [piece.text.lower() for piece in query.wanted]
    return _likeliest(passages, pieces, lambda text: normalise(text).lower())


def _likely_when_folded(passages: list[Passage], query: Query) -> list[Passage]:
    pieces = ["".join(letters_of(piece.text)) for piece in query.wanted]
    return _likeliest(passages, [piece for piece in pieces if piece], _solid)


def _likeliest(
    passages: list[Passage], pieces: list[str], plain: Callable[[str], str]
) -> list[Passage]:
    """Those with a piece: most different pieces first, then the earlier ones."""
    weights: list[tuple[int, int]] = []
    for place, passage in enumerate(passages):
        text = plain(passage.text[:MAX_TEXT])
        if count := sum(piece in text for piece in pieces):
            weights.append((-count, place))
    return [passages[place] for _, place in sorted(weights)]


def _solid(text: str) -> str:
    """The folded text without what carries no letter."""
    return _NO_LETTER.sub("", fold(text))


def _snippet(passage: Passage, needles: list[list[str]]) -> tuple[float, Snippet] | None:
    text = passage.text[:MAX_TEXT]
    spans = Folded(text).spans_of(needles)
    if not spans:
        return None
    worth, best = _densest(spans)
    html = _cut(text, spans, best, SNIPPET)
    return worth, Snippet(passage, html, len(spans))


def _densest(spans: list[Span]) -> tuple[float, Span]:
    """The stretch of a snippet's length with the most marked letters."""
    starts = [start for start, _ in spans]
    best, worth = spans[0], 0.0
    for index, (start, end) in enumerate(spans):
        last = bisect_right(starts, start + SNIPPET) - 1
        inside = spans[index : last + 1]
        covered = sum(min(e, start + SNIPPET) - s for s, e in inside)
        if covered > worth:
            worth, best = float(covered), (start, max(end, inside[-1][1]))
    return worth, best


def _cut(text: str, spans: list[Span], around: Span, length: int) -> Markup:
    """A cut of about ``length`` characters around a stretch, ends between clusters."""
    spare = max(0, length - (around[1] - around[0]))
    start = max(0, around[0] - spare // 3)
    end = min(len(text), max(start + length, around[0] + 1))
    start, end = _between_units(text, start, end)
    inside = [(max(s, start), min(e, end)) for s, e in spans if e > start and s < end]
    shown = [(s - start, e - start) for s, e in inside]
    before = "…" if start > 0 else ""
    after = "…" if end < len(text) else ""
    return before + _marked(text[start:end], shown) + after


def _between_units(text: str, start: int, end: int) -> Span:
    """The smallest range over both ends that tears no cluster."""
    margin = 64
    low = max(0, start - margin)
    at = low
    ends = [low]
    for cluster in clusters(text[low : end + margin]):
        at += len(cluster)
        ends.append(at)
    first = max((each for each in ends if each <= start), default=start)
    last = min((each for each in ends if each >= end), default=end)
    return (first if start - first < margin else start), (last if last - end < margin else end)


def _marked(text: str, spans: list[Span]) -> Markup:
    """The text on one line with its spans marked."""
    parts: list[Markup] = []
    at = 0
    for start, end in spans:
        parts += [_escaped(text[at:start]), _MARK, _escaped(text[start:end]), _UNMARK]
        at = end
    parts.append(_escaped(text[at:]))
    return Markup("").join(parts)


def _escaped(text: str) -> Markup:
    return escape(_RUN_OF_SPACE.sub(" ", text))


def _united(spans: list[Span]) -> list[Span]:
    """Overlapping and touching spans as one, in order."""
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united
