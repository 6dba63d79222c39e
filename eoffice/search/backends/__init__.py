"""The interface of the search engines, and what they all do alike.

Visibility is a required clause of every engine query: a request names the principals of the person
who asks, and an empty list never reaches an engine. Words must all match (strict hits, counted
exactly up to ``COUNT_LIMIT``); when they find few, hits that share words or parts of words with
the query follow, marked as near.
"""

from __future__ import annotations

import abc
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar

from eoffice.search.documents import DocumentKind, Facets, IndexDocument, key_of
from eoffice.search.query import Query

COUNT_LIMIT = 10_000
"""Hits are counted exactly up to here and cannot be paged beyond."""

NEAR_BELOW = 10
"""With fewer strict hits than this, near ones follow."""

NEAR_LIMIT = 20
GRAM_WEIGHT = 0.5
"""BM25 of words + 0.5 × BM25 of grams.

Measured on the public set, R@10 clean / misspelt (three seeds): 0 × .984/.916, 0.3 × .987/.954,
0.5 × .984/.960, 0.7 × .984/.964; MRR@10 .944/.830, .947/.896, .949/.911, .950/.916.
"""

WHOLE_NUMBER, PARTIAL_NUMBER = 30.0, 10.0
"""Scores of a letter number that is the one typed, and of one that only begins so."""

K1, B = 1.2, 0.75


class UnknownBackend(ValueError):
    """``EOFFICE_SEARCH`` names an engine that does not exist or is not installed."""


class Order(enum.StrEnum):
    """How hits are sorted; equal ones by the newest date, then the newest letter."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits must be besides matching; an empty set filters nothing, several values are or."""

    years: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    from_offices: frozenset[int] = frozenset()
    to_offices: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    urgencies: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    has_attachment: bool | None = None
    dated_from: date | None = None
    dated_to: date | None = None

    def tags(self) -> list[list[str]]:
        """One group of tags for each filter in force: a hit bears one tag of every group."""
        if self == _NO_FILTERS:
            return []
        groups = [
            [f"y{each}" for each in sorted(self.years)],
            [f"k{each}" for each in sorted(self.kinds)],
            [f"f{each}" for each in sorted(self.from_offices)],
            [f"t{each}" for each in sorted(self.to_offices)],
            [f"g{each}" for each in sorted(self.groups)],
            [f"u{each}" for each in sorted(self.urgencies)],
            [f"s{each}" for each in sorted(self.states)],
            [] if self.has_attachment is None else [f"a{int(self.has_attachment)}"],
        ]
        return [group for group in groups if group]


_NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Request:
    """One search. ``principals`` are all that the person is today, and bound every answer."""

    query: Query
    principals: frozenset[int]
    filters: Filters = field(default_factory=Filters)
    order: Order = Order.RELEVANCE
    offset: int = 0
    limit: int = 20

    def days(self) -> list[tuple[date, date]]:
        """The days asked for, from the box and the filters; empty when any day will do."""
        first = self.filters.dated_from or date.min
        last = self.filters.dated_to or date.max
        if not self.query.dates:
            return [] if (first, last) == (date.min, date.max) else [(first, last)]
        ranges = [(max(first, each.first), min(last, each.last)) for each in self.query.dates]
        return [each for each in ranges if each[0] <= each[1]] or [(date.max, date.min)]


@dataclass(frozen=True, slots=True)
class Hit:
    """A letter that was found, through its own text, through a case's, or both."""

    letter_id: int
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of hits. ``total`` counts letters that match strictly, exactly up to the limit."""

    total: int = 0
    is_capped: bool = False
    hits: tuple[Hit, ...] = ()
    near: tuple[Hit, ...] = ()
    years: Mapping[int, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    from_offices: Mapping[int, int] = field(default_factory=dict)
    dates_as_words: bool = False
    """Whether the typed date was found as text, since no letter that matches bears it."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A document leaves the index."""

    kind: DocumentKind
    id: int

    @property
    def key(self) -> int:
        """The key of the document."""
        return key_of(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class AccessChange:
    """Other principals see the document from now on; its text is not cut again."""

    kind: DocumentKind
    id: int
    principals: tuple[int, ...]

    @property
    def key(self) -> int:
        """The key of the document."""
        return key_of(self.kind, self.id)


Change = IndexDocument | Removal | AccessChange


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the index says of one document; compared with the database by ``check``."""

    key: int
    version: int
    principals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """The current generation of an index."""

    backend: str
    generation: int
    documents: int
    size_bytes: int
    analysis_version: int
    is_building: bool


class Generation(abc.ABC):
    """A set of documents that is searched as a whole. Written by one process at a time."""

    @abc.abstractmethod
    def apply(self, changes: Sequence[Change]) -> None:
        """Apply the changes in their order and make them found, all or none.

        A document replaces the one with its key, so that the same change twice is one change. An
        access change of a document that is not there does nothing.
        """

    @abc.abstractmethod
    def stamps(self) -> Iterator[Stamp]:
        """The stamps of all documents, in any order."""


class Rebuild(Generation):
    """A generation that is being filled while the current one answers."""

    @abc.abstractmethod
    def switch(self) -> None:
        """Make this generation the current one, at once for every reader."""

    @abc.abstractmethod
    def discard(self) -> None:
        """Throw this generation away."""


class Backend(Generation):
    """A search engine with its current generation."""

    name: ClassVar[str]

    @abc.abstractmethod
    def rebuild(self) -> Rebuild:
        """Begin a new generation; one that was left unfinished is thrown away."""

    @abc.abstractmethod
    def status(self) -> Status:
        """The current generation in figures."""

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of files, locks and connections; the backend may be used again."""

    @abc.abstractmethod
    def _match(self, request: Request, *, with_facets: bool) -> Hits:
        """The strict hits of a request that has principals."""

    @abc.abstractmethod
    def _near(self, request: Request, limit: int) -> Sequence[Hit]:
        """The best letters that share words or grams with the query, within its filters."""

    def search(self, request: Request, *, with_facets: bool = True) -> Hits:
        """The hits that these principals may see; none without principals.

        A typed date that no match bears is looked for as text. Offsets beyond the end, negative
        ones and beyond ``COUNT_LIMIT`` give an empty page with the right total.
        """
        if not request.principals:
            return Hits()
        offset = min(max(request.offset, 0), COUNT_LIMIT)
        limit = min(max(request.limit, 0), COUNT_LIMIT - offset)
        if (offset, limit) != (request.offset, request.limit):
            request = replace(request, offset=offset, limit=limit)
        found, asked = self._strict(request, with_facets=with_facets)
        if not wants_near(asked, found.total):
            return found
        seen = {hit.letter_id for hit in found.hits}
        near = self._near(asked, NEAR_LIMIT + len(seen))
        if not (found.total or near) and asked.query.dates:
            near = self._near(_worded(asked), NEAR_LIMIT)
        rest = tuple(hit for hit in near if hit.letter_id not in seen)[:NEAR_LIMIT]
        return replace(found, near=rest)

    def _strict(self, request: Request, *, with_facets: bool) -> tuple[Hits, Request]:
        """The strict hits, and the request they answer: its dates as dates or as words."""
        found = self._match(request, with_facets=with_facets)
        if not found.total and request.query.dates:
            worded = _worded(request)
            as_words = self._match(worded, with_facets=with_facets)
            if as_words.total:
                return replace(as_words, dates_as_words=True), worded
        return found, request

    def best(self, request: Request, limit: int) -> list[Hit]:
        """The letters most like the query, strict or not: what suggestions are drawn from."""
        if not request.principals or not request.query.wanted:
            return []
        return list(self._near(request, limit))


def wants_near(request: Request, total: int) -> bool:
    """Whether so few strict hits are to be followed by near ones: on a first page that holds
    them all, unless all that is asked is phrases and certain numbers, and some were found."""
    is_whole = bool(request.limit) and not request.offset and total <= request.limit
    is_asked = any(total == 0 or piece.is_loose for piece in request.query.wanted)
    return total < NEAR_BELOW and is_whole and is_asked


def _worded(request: Request) -> Request:
    return replace(request, query=request.query.with_dates_as_words())


def tags_of(facets: Facets) -> list[str]:
    """The tags that ``Filters.tags`` asks for."""
    tags = [f"k{facets.kind}", f"u{facets.urgency}", f"a{int(facets.has_attachment)}"]
    tags += [f"y{facets.year}"] if facets.year else []
    tags += [] if facets.from_office is None else [f"f{facets.from_office}"]
    tags += [f"t{each}" for each in facets.to_offices]
    tags += [f"g{each}" for each in facets.groups]
    tags += [f"s{each}" for each in facets.states]
    return tags


def last_of_each(changes: Iterable[Change]) -> list[Change]:
    """The changes without those that a later one of the same document makes void.

    An access change after a new text is applied to it, so that every document comes once.
    """
    last: dict[int, Change] = {}
    for change in changes:
        before = last.pop(change.key, None)
        if isinstance(change, AccessChange) and isinstance(before, IndexDocument):
            change = replace(before, principals=tuple(sorted(set(change.principals))))
        elif isinstance(change, AccessChange) and isinstance(before, Removal):
            change = before
        last[change.key] = change
    return list(last.values())
