"""Terms as PostgreSQL keeps and asks them: literals of ``tsvector`` and ``tsquery``.

One vector holds every channel, told apart by the first character of a lexeme: words as they are,
``~`` grams, ``#`` whole numbers, ``=`` partial numbers, ``@`` tags. PostgreSQL keeps 16,383
positions and 256 of one lexeme: the grams of a text with more are kept once more in overlapping
parts, and a phrase that is not found in the whole is looked for in these.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eoffice.search.backends import Request
from eoffice.search.documents import Prepared
from eoffice.search.query import Piece

GRAM, WHOLE, PARTIAL, TAG = "~", "#", "=", "@"

MAX_POSITION, MOST_OF_ONE = 16_383, 256
PART, OVERLAP = 4_000, 256
"""Grams of a part, and how many of them stand in the part before it, too."""
MAX_BYTES = 1_000_000
"""PostgreSQL refuses a vector of 1 MiB."""


def vector(terms: Prepared, tags: Iterable[str]) -> str:
    """The literal of a document's vector, its positions thinned out until it fits."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(terms.words):
        places[word].append(at % MAX_POSITION + 1)
    for at, gram in enumerate(terms.grams):
        places[GRAM + gram].append(at % MAX_POSITION + 1)
    plain = [WHOLE + each for each in terms.numbers.whole]
    plain += [PARTIAL + each for each in terms.numbers.partial]
    plain += [TAG + each for each in tags]
    parts = [quoted(term) for term in plain]
    room = MAX_BYTES - sum(_size(term, 0) for term in plain)
    most = _most(places, room)
    for term, each in places.items():
        room -= _size(term, min(len(each), most))
        if room < 0:
            break
        parts.append(f"{quoted(term)}:{_listed(each[:most])}")
    return " ".join(parts)


def parts(terms: Prepared) -> list[str]:
    """The literals of a long text's grams in parts, which keep every position; none of a text whose
    vector keeps them all."""
    grams = [GRAM + gram for gram in terms.grams]
    counted = Counter(grams)
    size = sum(_size(gram, count) for gram, count in counted.items())
    is_whole = max(counted.values(), default=0) <= MOST_OF_ONE and size < MAX_BYTES // 2
    if is_whole and len(grams) <= MAX_POSITION:
        return []
    starts = range(0, len(grams), PART - OVERLAP)
    return [_part(grams[start : start + PART]) for start in starts]


def _part(grams: Sequence[str]) -> str:
    places: dict[str, list[int]] = defaultdict(list)
    for at, gram in enumerate(grams, start=1):
        places[gram].append(at)
    listed = ((gram, _listed(each[:MOST_OF_ONE])) for gram, each in places.items())
    return " ".join(f"{quoted(gram)}:{at}" for gram, at in listed)


def _most(places: Mapping[str, list[int]], room: int) -> int:
    """How many positions of a lexeme may be kept so that the whole fits; at least one."""
    most = MOST_OF_ONE
    while most > 1 and sum(_size(term, min(len(p), most)) for term, p in places.items()) > room:
        most //= 2
    return most


def _size(term: str, positions: int) -> int:
    """The bytes of a lexeme, its entry and its positions, rounded up."""
    return len(term.encode()) + 8 + 2 * positions


@dataclass(frozen=True)
class Asked:
    """What is asked: a ``tsquery`` that the index answers (empty when it is nothing), in which a
    phrase is only its grams, and the pieces with phrases that are looked at again: the piece as it
    is, its phrase, and whether it is wanted."""

    query: str
    pieces: tuple[tuple[str, str, bool], ...] = ()


def strict(request: Request) -> Asked:
    """All that is wanted, unwanted and filtered."""
    wanted = request.query.wanted
    return _asked(request, [each for piece in wanted if (each := _loose(piece))], wanted)


def near(request: Request, terms: Sequence[str]) -> Asked:
    """Any of these terms, within the same bounds."""
    return _asked(request, [_any(quoted(term) for term in terms)], ())


def _asked(request: Request, clauses: list[str], wanted: Sequence[Piece]) -> Asked:
    unwanted = request.query.unwanted
    plain = [piece for piece in unwanted if not _phrase(piece)]
    clauses = clauses + [
        _any(quoted(TAG + tag) for tag in group) for group in request.filters.tags()
    ]
    clauses += ["!" + each for piece in plain if (each := piece_query(piece))]
    checked = [(piece, True) for piece in wanted] + [(piece, False) for piece in unwanted]
    return Asked(
        " & ".join(clauses),
        tuple(
            (piece_query(piece), phrase, is_wanted)
            for piece, is_wanted in checked
            if (phrase := _phrase(piece))
        ),
    )


def piece_query(piece: Piece) -> str:
    """The number, or all the words, or the phrase of grams."""
    return _piece(piece, " <-> ")


def _loose(piece: Piece) -> str:
    return _piece(piece, " & ")


def _phrase(piece: Piece) -> str:
    """The phrase alone; empty where there is none."""
    grams = [quoted(GRAM + gram) for gram in piece.grams]
    return " <-> ".join(grams) if len(grams) > 1 else ""


def _piece(piece: Piece, between: str) -> str:
    ways = []
    if piece.number:
        ways.append(quoted(WHOLE + piece.number.key))
        if piece.number.is_certain:
            ways.append(quoted(PARTIAL + piece.number.key))
    if piece.all_of:
        ways.append("(" + " & ".join(quoted(word) for word in dict.fromkeys(piece.all_of)) + ")")
    if piece.grams:
        ways.append("(" + between.join(quoted(GRAM + gram) for gram in piece.grams) + ")")
    return _any(ways)


def quoted(term: str) -> str:
    """A lexeme as both literals want it."""
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _any(ways: Iterable[str]) -> str:
    joined = list(ways)
    return "(" + " | ".join(joined) + ")" if joined else ""


def _listed(places: Iterable[int]) -> str:
    return ",".join(str(place) for place in sorted(set(places)))
