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
    AccessChange,
    Backend,
    Change,
    Generation,
    Hit,
    Hits,
    Order,
    Rebuild,
    Removal,
    Request,
    Stamp,
    Status,
    last_of_each,
    tags_of,
)
from eoffice.search.backends.generations import Folders
from eoffice.search.documents import DocumentKind, IndexDocument, Prepared, object_of, prepare
from eoffice.search.query import Piece

HEAP_BYTES = 64_000_000
_DAY_SHIFT = 40
_STRIDE = 20_000


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("w", "n", "p", "vis", "tags"):
        option = "freq" if name == "w" else "basic"
        builder.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    builder.add_text_field("g", tokenizer_name="whitespace", index_option="position")
    builder.add_unsigned_field("key", stored=True, indexed=True, fast=True)
    builder.add_unsigned_field("letter", fast=True, indexed=True)
    builder.add_unsigned_field("is_case", indexed=True)
    builder.add_unsigned_field("sort", fast=True)
    builder.add_unsigned_field("day", fast=True, indexed=True)
    builder.add_unsigned_field("year", fast=True, stored=True)
    builder.add_integer_field("office", fast=True, stored=True)
    builder.add_text_field("kind", tokenizer_name="raw", fast=True, stored=True)
    builder.add_json_field("kept", stored=True)
    builder.add_bytes_field("terms", stored=True)
    return builder.build()


_SCHEMA = _schema()


class _TantivyIndex(Generation):
    """One generation's index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.index = tantivy.Index(_SCHEMA, path=str(folder), reuse=True)
        self._writer: tantivy.IndexWriter | None = None
        self._edition = 0

    def apply(self, changes: Sequence[Change]) -> None:
        """One commit for all changes; a failure takes them all back."""
        if self._writer is None:
            self._writer = self.index.writer(heap_size=HEAP_BYTES, num_threads=1)
        searcher = self.searcher()
        try:
            for change in last_of_each(changes):
                self._one(self._writer, searcher, change)
            self._writer.commit()
        except BaseException:
            self._writer.rollback()
            raise

    def stamps(self) -> Iterator[Stamp]:
        searcher = self.searcher()
        most = {"last": {"max": {"field": "key"}}}
        last = int(searcher.aggregate(Clause.all_query(), most)["last"]["value"] or -1)
        for first in range(0, last + 1, _STRIDE):
            clause = Clause.range_query(
                _SCHEMA, "key", FieldType.Unsigned, first, first + _STRIDE - 1
            )
            for _, address in searcher.search(clause, limit=_STRIDE, count=False).hits:
                document = searcher.doc(address)
                kept = document.get_first("kept")
                yield Stamp(document.get_first("key"), kept["version"], tuple(kept["principals"]))

    def searcher(self) -> tantivy.Searcher:
        """A searcher of the newest commit."""
        edition = (self.folder / "meta.json").stat().st_mtime_ns
        if edition != self._edition:
            self.index.reload()
            self._edition = edition
        return self.index.searcher()

    def close(self) -> None:
        """Let go of the writer's lock."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _one(
        self, writer: tantivy.IndexWriter, searcher: tantivy.Searcher, change: Change
    ) -> None:
        if isinstance(change, IndexDocument):
            kept = {
                "version": change.version,
                "principals": list(change.principals),
                "facts": _facts(change),
            }
            writer.delete_documents_by_term("key", change.key)
            _add(writer, change.key, kept, prepare(change).packed())
        elif isinstance(change, Removal):
            writer.delete_documents_by_term("key", change.key)
        elif isinstance(change, AccessChange):
            clause = Clause.term_query(_SCHEMA, "key", change.key)
            for _, address in searcher.search(clause, limit=1).hits:
                document = searcher.doc(address)
                kept = dict(document.get_first("kept"))
                kept["principals"] = sorted(set(change.principals))
                writer.delete_documents_by_term("key", change.key)
                _add(writer, change.key, kept, bytes(document.get_first("terms")))


class _TantivyRebuild(_TantivyIndex, Rebuild):
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
        self._open: tuple[int, _TantivyIndex] | None = None

    def apply(self, changes: Sequence[Change]) -> None:
        if changes:
            current = self._current(for_writing=True)
            assert current is not None
            current.apply(changes)

    def stamps(self) -> Iterator[Stamp]:
        current = self._current()
        return current.stamps() if current else iter(())

    def rebuild(self) -> Rebuild:
        return _TantivyRebuild(self.folders, self.folders.begin())

    def status(self) -> Status:
        number, current = self.folders.current(), self._current()
        return Status(
            self.name, number, current.searcher().num_docs if current else 0,
            self.folders.size_bytes(number) if number else 0,
            self.folders.analysis_version(number) if number else ANALYSIS_VERSION,
            self.folders.is_building(),
        )

    def close(self) -> None:
        with self._lock:
            if self._open:
                self._open[1].close()
            self._open = None

    def _current(self, *, for_writing: bool = False) -> _TantivyIndex | None:
        with self._lock:
            number = self.folders.current()
            if not number and for_writing:
                number = self.folders.begin()
                self.folders.switch(number)
            if not number:
                return None
            if not self._open or self._open[0] != number:
                if self._open:
                    self._open[1].close()
                self._open = number, _TantivyIndex(self.folders.path(number))
            return self._open[1]

    def _match(self, request: Request, *, with_facets: bool) -> Hits:
        current = self._current()
        if current is None:
            return Hits()
        searcher, clause = current.searcher(), _strict(request)
        cases = _Cases(searcher, clause)
        end = request.offset + request.limit
        hits, count = _search(searcher, clause, request.order, end + cases.count)
        total = count - cases.count + len(cases.alone)
        page = _merged(searcher, hits, request.order)[request.offset : min(end, COUNT_LIMIT)]
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
        clause = Clause.boolean_query([(Occur.Must, Clause.boolean_query(terms)), *_bounds(request)])
        hits, _ = _search(searcher, clause, Order.RELEVANCE, limit * 2)
        return _merged(searcher, hits, Order.RELEVANCE)[:limit]


class _Cases:
    """The cases that match, and the letters found through them alone."""

    def __init__(self, searcher: tantivy.Searcher, clause: Clause) -> None:
        is_case = _both(clause, Clause.term_query(_SCHEMA, "is_case", 1))
        self.count = int(searcher.search(is_case, limit=1).count or 0)
        self.alone: dict[int, DocAddress] = {}
        if not self.count:
            return
        found = searcher.search(is_case, limit=min(self.count, COUNT_LIMIT), count=False)
        addresses = [address for _, address in found.hits]
        self.alone = dict(zip(_numbers(searcher, "letter", addresses), addresses, strict=True))
        letters = _both(
            clause,
            Clause.term_query(_SCHEMA, "is_case", 0),
            Clause.term_set_query(_SCHEMA, "letter", list(self.alone)),
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
    bounds = [
        (Occur.Must, Clause.const_score_query(_any(group), 0.0)) for group in groups
    ]
    return bounds + [(Occur.MustNot, _piece(piece)) for piece in request.query.unwanted]


def _piece(piece: Piece) -> Clause:
    """The number, or all the words, or the phrase of grams."""
    ways: list[Clause] = []
    if piece.number:
        ways.append(Clause.const_score_query(_term("n", piece.number.key), WHOLE_NUMBER))
        if piece.number.is_certain:
            ways.append(Clause.const_score_query(_term("p", piece.number.key), PARTIAL_NUMBER))
    if piece.words:
        ways.append(_both(*(_term("w", word) for word in piece.words)))
    if piece.grams:
        whole = (
            Clause.phrase_query(_SCHEMA, "g", list(piece.grams))
            if len(piece.grams) > 1
            else _term("g", piece.grams[0])
        )
        ways.append(Clause.boost_query(whole, GRAM_WEIGHT))
    return _any(ways)


def _term(field: str, text: str) -> Clause:
    return Clause.term_query(_SCHEMA, field, text, "freq" if field in "wg" else "basic")


def _any(clauses: Sequence[Clause]) -> Clause:
    if len(clauses) == 1:
        return clauses[0]
    return Clause.boolean_query([(Occur.Should, clause) for clause in clauses])


def _both(*clauses: Clause) -> Clause:
    return Clause.boolean_query([(Occur.Must, clause) for clause in clauses])


def _between(first: date, last: date) -> Clause:
    return Clause.range_query(
        _SCHEMA, "day", FieldType.Unsigned, first.toordinal(), last.toordinal()
    )


def _search(
    searcher: tantivy.Searcher, clause: Clause, order: Order, limit: int
) -> tuple[list[tuple[Any, DocAddress]], int]:
    if limit <= 0:
        found = searcher.search(clause, limit=1)
        return [], int(found.count or 0)
    if order is Order.RELEVANCE:
        found = searcher.search(clause, limit=limit)
    else:
        way = tantivy.Order.Desc if order is Order.NEWEST else tantivy.Order.Asc
        found = searcher.search(clause, limit=limit, order_by_field="sort", order=way)
    return found.hits, int(found.count or 0)


def _merged(
    searcher: tantivy.Searcher, hits: Sequence[tuple[Any, DocAddress]], order: Order
) -> list[Hit]:
    """One hit a letter, at its best place."""
    letters = _numbers(searcher, "letter", [address for _, address in hits])
    best: dict[int, float] = {}
    for letter, (score, _) in zip(letters, hits, strict=True):
        best.setdefault(letter, float(score) if order is Order.RELEVANCE else 0.0)
    return [Hit(letter, score) for letter, score in best.items()]


def _numbers(
    searcher: tantivy.Searcher, field: str, addresses: list[DocAddress]
) -> list[int]:
    return [int(each or 0) for each in searcher.fast_field_values(field, addresses)]


def _with_counts(
    hits: Hits, searcher: tantivy.Searcher, clause: Clause, cases: _Cases
) -> Hits:
    """Counts of letters; those found through cases alone are added one by one."""
    letters = _both(clause, Clause.term_query(_SCHEMA, "is_case", 0)) if cases.count else clause
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


def _facts(document: IndexDocument) -> dict[str, Any]:
    facets = document.facets
    return {
        "letter": document.letter_id,
        "day": facets.dated_on.toordinal() if facets.dated_on else 0,
        "year": facets.year,
        "office": facets.from_office,
        "kind": facets.kind,
        "tags": tags_of(facets),
    }


def _add(writer: tantivy.IndexWriter, key: int, kept: dict[str, Any], packed: bytes) -> None:
    """Add a document from what is kept of it."""
    terms, facts = Prepared.unpacked(packed), kept["facts"]
    document = tantivy.Document()
    document.add_text("w", " ".join(terms.words))
    document.add_text("g", " ".join(terms.grams))
    document.add_text("n", " ".join(terms.numbers.whole))
    document.add_text("p", " ".join(terms.numbers.partial))
    document.add_text("vis", " ".join(str(each) for each in kept["principals"]))
    document.add_text("tags", " ".join(facts["tags"]))
    document.add_text("kind", facts["kind"])
    document.add_unsigned("key", key)
    document.add_unsigned("letter", facts["letter"])
    document.add_unsigned("is_case", int(object_of(key)[0] is DocumentKind.CASE))
    document.add_unsigned("day", facts["day"])
    document.add_unsigned("sort", (facts["day"] << _DAY_SHIFT) + facts["letter"])
    if facts["year"] is not None:
        document.add_unsigned("year", facts["year"])
    if facts["office"] is not None:
        document.add_integer("office", facts["office"])
    document.add_json("kept", kept)
    document.add_bytes("terms", packed)
    writer.add_document(document)
