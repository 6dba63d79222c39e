"""The embedded engine for archives beyond some 30,000 letters: Tantivy, an optional extra.

One process writes (the indexer) and keeps its writer open; readers in other processes reload when
a commit has changed the index's list of segments.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import tantivy
from tantivy import DocAddress, FieldType, Occur
from tantivy import Query as Clause

from eoffice.search.analysis import ANALYSIS_VERSION
from eoffice.search.backends import (
    COUNT_LIMIT,
    GRAM_WEIGHT,
    PARTIAL_NUMBER,
    WHOLE_NUMBER,
    Backend,
    Change,
    Hit,
    Hits,
    Order,
    Rebuild,
    Request,
    Stamp,
    Status,
)
from eoffice.search.backends.generations import Folders
from eoffice.search.backends.tantivy_index import SCHEMA, TantivyIndex
from eoffice.search.query import Piece


class _TantivyRebuild(TantivyIndex, Rebuild):
    def __init__(self, folders: Folders, number: int) -> None:
        super().__init__(folders.path(number))
        self._folders, self._number = folders, number

    def switch(self) -> None:
        self.close()
        self._folders.switch(self._number)

    def discard(self) -> None:
        self.close()
        self._folders.remove(self._number)


class TantivyBackend(Backend):
    """Search in Tantivy index folders under ``root``."""

    name: ClassVar[str] = "tantivy"

    def __init__(self, root: Path) -> None:
        self.folders = Folders(root)
        self._lock = threading.Lock()
        self._open: tuple[int, TantivyIndex] | None = None

    def apply(self, changes: Sequence[Change]) -> None:
        if changes:
            if not self.folders.current():
                self.folders.switch(self.folders.begin())
            if current := self._current():
                current.apply(changes)

    def stamps(self) -> Iterator[Stamp]:
        current = self._current()
        return current.stamps() if current else iter(())

    def rebuild(self) -> Rebuild:
        return _TantivyRebuild(self.folders, self.folders.begin())

    def status(self) -> Status:
        number, current = self.folders.current(), self._current()
        return Status(
            self.name,
            number,
            current.searcher().num_docs if current else 0,
            self.folders.size_bytes(number) if number else 0,
            self.folders.analysis_version(number) if number else ANALYSIS_VERSION,
            self.folders.is_building(),
        )

    def close(self) -> None:
        with self._lock:
            if self._open:
                self._open[1].close()
            self._open = None

    def _current(self) -> TantivyIndex | None:
        with self._lock:
            number = self.folders.current()
            if not number:
                return None
            if not self._open or self._open[0] != number:
                if self._open:
                    self._open[1].close()
                self._open = number, TantivyIndex(self.folders.path(number))
            return self._open[1]

    def _match(self, request: Request, *, with_facets: bool) -> Hits:
        current = self._current()
        if current is None:
            return Hits()
        searcher, clause = current.searcher(), _strict(request)
        cases = _Cases(searcher, clause)
        end = request.offset + request.limit
        order = request.order
        if order is Order.RELEVANCE and not request.query.wanted:
            order = Order.NEWEST
        skipped = 0 if cases.count else request.offset  # merging needs what comes before
        wanted = min(end, COUNT_LIMIT) - skipped + cases.count
        hits, count = _search(searcher, clause, order, wanted, skipped)
        total = count - cases.count + len(cases.alone)
        page = _merged(searcher, hits, order)[request.offset - skipped : end - skipped]
        found = Hits(min(total, COUNT_LIMIT), total > COUNT_LIMIT, tuple(page))
        return _with_counts(found, searcher, clause, cases) if with_facets else found

    def _near(self, request: Request, limit: int) -> list[Hit]:
        current = self._current()
        if current is None:
            return []
        searcher = current.searcher()
        terms = [(Occur.Should, _term("w", word)) for word in request.query.words]
        terms += [
            (Occur.Should, Clause.boost_query(_term("g", gram), GRAM_WEIGHT))
            for gram in request.query.grams
        ]
        if not terms:
            return []
        clause = Clause.boolean_query(
            [(Occur.Must, Clause.boolean_query(terms)), *_bounds(request)]
        )
        hits, _ = _search(searcher, clause, Order.RELEVANCE, limit * 2)
        return _merged(searcher, hits, Order.RELEVANCE)[:limit]


class _Cases:
    """The cases that match, and the letters found through them alone."""

    def __init__(self, searcher: tantivy.Searcher, clause: Clause) -> None:
        is_case = _both(clause, Clause.term_query(SCHEMA, "is_case", 1))
        has_cases = searcher.doc_freq("is_case", 1) > 0
        self.count = _count(searcher.search(is_case, limit=1)) if has_cases else 0
        self.alone: dict[int, DocAddress] = {}
        if not self.count:
            return
        found = searcher.search(is_case, limit=min(self.count, COUNT_LIMIT), count=False)
        addresses = [address for _, address in found.hits]
        self.alone = dict(zip(_numbers(searcher, "letter", addresses), addresses, strict=True))
        letters = _both(
            clause,
            Clause.term_query(SCHEMA, "is_case", 0),
            Clause.term_set_query(SCHEMA, "letter", list(self.alone)),
        )
        twice = searcher.search(letters, limit=len(self.alone), count=False)
        for letter in _numbers(searcher, "letter", [address for _, address in twice.hits]):
            self.alone.pop(letter, None)


def _strict(request: Request) -> Clause:
    """Every piece, within the bounds."""
    clauses = [(Occur.Must, _piece(piece)) for piece in request.query.wanted]
    return Clause.boolean_query([*clauses, *_bounds(request)])


def _bounds(request: Request) -> list[tuple[Occur, Clause]]:
    """What every hit must be, whatever is asked: visible, within the filters, not unwanted."""
    groups = [[_term("vis", str(each)) for each in sorted(request.principals)]]
    groups += [[_term("tags", tag) for tag in group] for group in request.filters.tags()]
    if request.days():
        groups.append([_between(first, last) for first, last in request.days()])
    bounds = [(Occur.Must, Clause.const_score_query(_any(group), 0.0)) for group in groups]
    return bounds + [(Occur.MustNot, _piece(piece)) for piece in request.query.unwanted]


def _piece(piece: Piece) -> Clause:
    """The number, or all the words, or the phrase of grams."""
    ways: list[Clause] = []
    if piece.number:
        ways.append(Clause.const_score_query(_term("n", piece.number.key), WHOLE_NUMBER))
        if piece.number.is_certain:
            ways.append(Clause.const_score_query(_term("p", piece.number.key), PARTIAL_NUMBER))
    if piece.all_of:
        ways.append(_both(*(_term("w", word) for word in piece.all_of)))
    if piece.grams:
        whole = (
            Clause.phrase_query(SCHEMA, "g", list(piece.grams))
            if len(piece.grams) > 1
            else _term("g", piece.grams[0])
        )
        ways.append(Clause.boost_query(whole, GRAM_WEIGHT))
    return _any(ways)


def _term(field: str, text: str) -> Clause:
    return Clause.term_query(SCHEMA, field, text, "freq" if field in "wg" else "basic")


def _any(clauses: Sequence[Clause]) -> Clause:
    if len(clauses) == 1:
        return clauses[0]
    return Clause.boolean_query([(Occur.Should, clause) for clause in clauses])


def _both(*clauses: Clause) -> Clause:
    return Clause.boolean_query([(Occur.Must, clause) for clause in clauses])


def _between(first: date, last: date) -> Clause:
    return Clause.range_query(
        SCHEMA, "day", FieldType.Unsigned, first.toordinal(), last.toordinal()
    )


def _search(
    searcher: tantivy.Searcher, clause: Clause, order: Order, limit: int, offset: int = 0
) -> tuple[list[tuple[Any, DocAddress]], int]:
    if limit <= 0:
        found = searcher.search(clause, limit=1)
        return [], _count(found)
    if order is Order.RELEVANCE:
        found = searcher.search(clause, limit=limit, offset=offset)
    else:
        way = tantivy.Order.Desc if order is Order.NEWEST else tantivy.Order.Asc
        found = searcher.search(
            clause, limit=limit, offset=offset, order_by_field="sort", order=way
        )
    return found.hits, _count(found)


def _count(found: tantivy.SearchResult) -> int:
    return int(getattr(found, "count", None) or 0)  # not in the library's types


def _merged(
    searcher: tantivy.Searcher, hits: Sequence[tuple[Any, DocAddress]], order: Order
) -> list[Hit]:
    """One hit a letter, at its best place."""
    letters = _numbers(searcher, "letter", [address for _, address in hits])
    best: dict[int, float] = {}
    for letter, (score, _) in zip(letters, hits, strict=True):
        best.setdefault(letter, float(score) if order is Order.RELEVANCE else 0.0)
    return [Hit(letter, score) for letter, score in best.items()]


def _numbers(searcher: tantivy.Searcher, field: str, addresses: list[DocAddress]) -> list[int]:
    return [int(each or 0) for each in searcher.fast_field_values(field, addresses)]


def _with_counts(hits: Hits, searcher: tantivy.Searcher, clause: Clause, cases: _Cases) -> Hits:
    """Counts of letters; those found through cases alone are added one by one."""
    letters = _both(clause, Clause.term_query(SCHEMA, "is_case", 0)) if cases.count else clause
    names = ("year", "kind", "office")
    wanted = {name: {"terms": {"field": name, "size": 1_000}} for name in names}
    counted = searcher.aggregate(letters, wanted)
    counts = {
        name: Counter({each["key"]: each["doc_count"] for each in counted[name]["buckets"]})
        for name in names
    }
    for address in cases.alone.values():
        document = searcher.doc(address)
        for name in names:
            value = document.get_first(name)
            if value is not None:
                counts[name][value] += 1
    return replace(
        hits,
        years={int(each): count for each, count in counts["year"].items()},
        kinds={str(each): count for each, count in counts["kind"].items() if each},
        from_offices={int(each): count for each, count in counts["office"].items()},
    )
