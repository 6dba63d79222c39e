"""Evaluation of a request over the postings of a Whoosh reader.

Whoosh keeps the postings; matching is done here with sets of document numbers. Its own query tree
gives wrong answers where visibility is concerned (``filter=``, ``Require`` and time limits), and
sets are quicker: the rarest term comes first and the rest is looked up for what is left.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching import FilterMatcher, Matcher
from whoosh.reading import IndexReader, TermNotFound

from eoffice.search.backends import (
    GRAM_WEIGHT,
    K1,
    PARTIAL_NUMBER,
    WHOLE_NUMBER,
    B,
    Order,
    Request,
)
from eoffice.search.backends.whoosh_schema import FACTS
from eoffice.search.query import Piece, Query

GRAMS_RANKED_UP_TO = 2_000
"""With more hits than this the words alone rank: a common word needs no finer order."""

CANDIDATES = 1_500
MAX_RANKING_TERMS = 40
_SKIP = 16

Term = tuple[str, str]
Facts = tuple[int, int, int, int, int, bytes]


@dataclass(slots=True)
class Found:
    """A document that matched, with the facts that hits are merged, sorted and counted by."""

    letter_id: int
    day: int
    year: int
    office: int
    kind: bytes
    score: float


class Leaves:
    """A reader taken apart into its segments, with the statistics of the whole."""

    def __init__(self, reader: IndexReader, known: dict[str, list[Facts]] | None = None) -> None:
        self.reader = reader
        known = {} if known is None else known
        leaves = [(reader, 0)] if reader.is_atomic() else reader.leaf_readers()
        self.leaves = [Leaf(leaf, self, known) for leaf, _ in leaves if leaf.doc_count_all()]
        self.documents = max(reader.doc_count_all(), 1)
        self.mean_length = max(sum(sum(leaf.lengths) for leaf in self.leaves) / self.documents, 1)

    def frequency(self, term: Term) -> int:
        """In how many documents a term occurs."""
        return int(self.reader.doc_frequency(*term))

    def inverse_frequency(self, term: Term) -> float:
        """The weight of a term: the rarer, the heavier."""
        count = self.frequency(term)
        return math.log(1 + (self.documents - count + 0.5) / (count + 0.5))

    def match(self, request: Request) -> list[Found]:
        """All documents that match strictly and may be seen."""
        return [found for leaf in self.leaves for found in leaf.match(request)]

    def near(self, request: Request) -> list[Found]:
        """Documents that share rare terms with the query, scored by all of its terms."""
        terms = self.ranking_terms(request.query)
        essential: list[Term] = []
        total = 0
        for term in terms:
            if essential and total + self.frequency(term) > CANDIDATES:
                break
            essential.append(term)
            total += self.frequency(term)
        return [found for leaf in self.leaves for found in leaf.near(request, essential, terms)]

    def ranking_terms(self, query: Query) -> list[Term]:
        """The terms of a query that exist, rarest first."""
        terms: list[Term] = [("w", word) for word in query.words]
        terms += [("g", gram) for gram in query.grams]
        known = [(self.frequency(term), term) for term in terms]
        return [term for count, term in sorted(known) if count][:MAX_RANKING_TERMS]


class Leaf:
    """One segment: document numbers, sets of them, scores."""

    def __init__(self, reader: IndexReader, whole: Leaves, known: dict[str, list[Facts]]) -> None:
        self.reader = reader
        self.whole = whole
        self.name = name = reader.segment().segment_id()
        if name not in known:  # a segment never changes, only which of its documents are deleted
            known[name] = [FACTS.unpack(each) for each in reader.column_reader("facts")]
        self.facts = known[name]
        self.deleted = frozenset(reader.segment().deleted_docs())
        self.lengths = array("I", (each[4] for each in self.facts))
        self._visible: dict[frozenset[int], frozenset[int]] = {}

    def match(self, request: Request) -> list[Found]:
        """The documents of this segment that match strictly."""
        docs = self._allowed(request)
        for piece in sorted(request.query.wanted, key=self._rarity):
            if not docs:
                return []
            docs = self._piece(piece, docs)
        is_ranked = request.order is Order.RELEVANCE
        return self._found(docs, self._scores(request.query, docs) if is_ranked else {}, request)

    def near(self, request: Request, essential: list[Term], terms: list[Term]) -> list[Found]:
        """The documents of this segment that have one of the essential terms."""
        allowed = self._allowed(request)
        docs: set[int] = set()
        for term in essential:
            docs |= self._within(term, allowed)
        return self._found(docs, self._sum(terms, docs), request)

    def _allowed(self, request: Request) -> set[int]:
        """The documents that these principals see, that pass the filters, without what is
        unwanted."""
        docs = set(self._seen_by(request.principals))
        for group in request.filters.tags():
            docs &= self._union(("tags", tag) for tag in group)
        for piece in request.query.unwanted:
            docs -= self._piece(piece, docs)
        return docs

    def _seen_by(self, principals: frozenset[int]) -> frozenset[int]:
        if principals not in self._visible:
            if len(self._visible) >= 16:
                self._visible.clear()
            terms = (("vis", str(each)) for each in principals)
            self._visible[principals] = frozenset(self._union(terms))
        return self._visible[principals]

    def _union(self, terms: Iterable[Term]) -> set[int]:
        docs: set[int] = set()
        for term in terms:
            for ids, _ in self._blocks(term):
                docs.update(ids)
        return docs - self.deleted

    def _piece(self, piece: Piece, docs: set[int]) -> set[int]:
        """Those of ``docs`` that bear the number, have all the words, or have the phrase."""
        found: set[int] = set()
        if piece.number:
            fields = ("n", "p") if piece.number.is_certain else ("n",)
            found |= docs & self._union((name, piece.number.key) for name in fields)
        if piece.all_of:
            found |= self._all_of([("w", word) for word in piece.all_of], docs)
        if piece.grams:
            found |= self._phrase(piece.grams, docs - found)  # reading positions is dear
        return found

    def _all_of(self, terms: Sequence[Term], docs: set[int]) -> set[int]:
        for term in sorted(set(terms), key=self._frequency):
            docs = self._within(term, docs)
            if not docs:
                break
        return docs

    def _phrase(self, grams: Sequence[str], docs: set[int]) -> set[int]:
        terms: list[Term] = [("g", gram) for gram in grams]
        docs = self._all_of(terms, docs)
        if len(terms) == 1 or not docs:
            return docs
        read = self.reader.schema["g"].format.decode_positions
        starts: dict[int, set[int]] = {}
        order = sorted(range(len(terms)), key=lambda at: self._frequency(terms[at]))
        for turn, at in enumerate(order):
            here: dict[int, set[int]] = {}
            for doc, matcher in self._visit(terms[at], sorted(starts if turn else docs)):
                places = {place - at for place in read(matcher.value())}
                if kept := (places & starts[doc] if turn else places):
                    here[doc] = kept
            starts = here
        return set(starts)

    def _within(self, term: Term, docs: set[int]) -> set[int]:
        """Those of ``docs`` that have the term."""
        count = self._frequency(term)
        if not count or not docs:
            return set()
        if len(docs) * _SKIP < count:
            return {doc for doc, _ in self._visit(term, sorted(docs))}
        return {doc for ids, _ in self._blocks(term) for doc in ids if doc in docs}

    def _blocks(
        self, term: Term, docs: Sequence[int] | None = None
    ) -> Iterator[tuple[Sequence[int], Sequence[float]]]:
        """The postings of a term block by block, deleted documents included; with ``docs`` (in
        order) only blocks that may hold one of them.

        Reads the arrays of the pinned release's matcher: one call a block, not three a posting.
        """
        matcher = self._postings(term)
        while isinstance(matcher, FilterMatcher):
            matcher = matcher.child
        if not isinstance(matcher, W3LeafMatcher):
            while matcher is not None and matcher.is_active():
                yield (matcher.id(),), (matcher.weight(),)
                matcher.next()
            return
        before = -1
        while matcher.is_active():
            last = matcher.block_max_id()
            at = bisect_right(docs, before) if docs is not None else 0
            if docs is None or (at < len(docs) and docs[at] <= last):
                matcher.id(), matcher.weight()
                yield matcher._ids, matcher._weights
            before = last
            matcher._next_block()

    def _visit(self, term: Term, docs: Sequence[int]) -> Iterator[tuple[int, Matcher]]:
        """The postings of a term at the given documents, in ascending order."""
        matcher = self._postings(term)
        if matcher is None:
            return
        for doc in docs:
            if not matcher.is_active():
                return
            matcher.skip_to(doc)
            if matcher.is_active() and matcher.id() == doc:
                yield doc, matcher

    def _scores(self, query: Query, docs: set[int]) -> dict[int, float]:
        terms: list[Term] = [("w", word) for word in query.words]
        if len(docs) <= GRAMS_RANKED_UP_TO:
            terms += [("g", gram) for gram in query.grams]
        scores = self._sum(terms, docs)
        for piece in query.wanted:
            for name, worth in (("p", PARTIAL_NUMBER), ("n", WHOLE_NUMBER)):
                if piece.number and (name == "n" or piece.number.is_certain):
                    for doc in docs & self._union([(name, piece.number.key)]):
                        scores[doc] = scores.get(doc, 0.0) + worth
        return scores

    def _sum(self, terms: Sequence[Term], docs: set[int]) -> dict[int, float]:
        """BM25 of the documents, words + grams."""
        scores = dict.fromkeys(docs, 0.0)
        ordered = sorted(docs)
        slope = K1 * B / self.whole.mean_length
        norms = {doc: K1 * (1 - B) + slope * self.lengths[doc] for doc in ordered}
        for term in terms:
            worth = self.whole.inverse_frequency(term) * (K1 + 1)
            worth *= GRAM_WEIGHT if term[0] == "g" else 1.0
            for ids, counts in self._blocks(term, ordered):
                for doc, count in zip(ids, counts, strict=True):
                    if doc in norms:
                        scores[doc] += worth * count / (count + norms[doc])
        return scores

    def _found(
        self, docs: Iterable[int], scores: dict[int, float], request: Request
    ) -> list[Found]:
        days = [(first.toordinal(), last.toordinal()) for first, last in request.days()]
        found = []
        for doc in docs:
            letter_id, day, year, office, _, kind = self.facts[doc]
            if days and not any(first <= day <= last for first, last in days):
                continue
            found.append(Found(letter_id, day, year, office, kind, scores.get(doc, 0.0)))
        return found

    def _postings(self, term: Term) -> Matcher | None:
        try:
            return self.reader.postings(*term)
        except TermNotFound:
            return None

    def _frequency(self, term: Term) -> int:
        return int(self.reader.doc_frequency(*term))

    def _rarity(self, piece: Piece) -> int:
        counts = [self._frequency(("g", gram)) for gram in piece.grams]
        counts += [self._frequency(("w", word)) for word in piece.words]
        return min(counts, default=0)
