"""Terms as PostgreSQL keeps and asks them: literals of ``tsvector`` and ``tsquery``.

One vector holds every channel, told apart by the first character of a lexeme: words as they are,
``~`` grams, ``#`` whole numbers, ``=`` partial numbers, ``@`` tags. PostgreSQL keeps 16,383
positions and 256 of one lexeme; positions of longer texts begin again at 1, so that their phrases
are still found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from eoffice.search.backends import Request
from eoffice.search.documents import Prepared
from eoffice.search.query import Piece

GRAM, WHOLE, PARTIAL, TAG = "~", "#", "=", "@"

MAX_POSITION = 16_383
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


def _most(places: Mapping[str, list[int]], room: int) -> int:
    """How many positions of a lexeme may be kept so that the whole fits; at least one."""
    most = 256
    while most > 1 and sum(_size(term, min(len(p), most)) for term, p in places.items()) > room:
        most //= 2
    return most


def _size(term: str, positions: int) -> int:
    """The bytes of a lexeme, its entry and its positions, rounded up."""
    return len(term.encode()) + 8 + 2 * positions


def strict(request: Request) -> str:
    """The ``tsquery`` of all that is wanted, unwanted and filtered; empty when that is nothing."""
    clauses = [each for piece in request.query.wanted if (each := piece_query(piece))]
    return " & ".join(clauses + _bounds(request))


def near(request: Request, terms: Sequence[str]) -> str:
    """The ``tsquery`` of any of these terms, within the same bounds."""
    return " & ".join([_any(quoted(term) for term in terms), *_bounds(request)])


def piece_query(piece: Piece) -> str:
    """The number, or all the words, or the phrase of grams."""
    ways = []
    if piece.number:
        ways.append(quoted(WHOLE + piece.number.key))
        if piece.number.is_certain:
            ways.append(quoted(PARTIAL + piece.number.key))
    if piece.all_of:
        ways.append("(" + " & ".join(quoted(word) for word in dict.fromkeys(piece.all_of)) + ")")
    if piece.grams:
        ways.append("(" + " <-> ".join(quoted(GRAM + gram) for gram in piece.grams) + ")")
    return _any(ways)


def quoted(term: str) -> str:
    """A lexeme as both literals want it."""
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _bounds(request: Request) -> list[str]:
    clauses = [_any(quoted(TAG + tag) for tag in group) for group in request.filters.tags()]
    clauses += ["!" + each for piece in request.query.unwanted if (each := piece_query(piece))]
    return clauses


def _any(ways: Iterable[str]) -> str:
    joined = list(ways)
    return "(" + " | ".join(joined) + ")" if joined else ""


def _listed(places: Iterable[int]) -> str:
    return ",".join(str(place) for place in sorted(set(places)))
