"""The embedded default: Whoosh 2.7.4, good up to about 30,000 letters.

One process writes (the indexer), any number read. The folder holds pickles, so only the service's
own user may write it. A generation is a Whoosh index in a folder of its own.
"""

from __future__ import annotations

import heapq
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

with warnings.catch_warnings():  # it was written for an older Python
    warnings.simplefilter("ignore")
    import whoosh.codec.whoosh3  # noqa: F401 - loaded by name later
    from whoosh import index
    from whoosh.reading import IndexReader
    from whoosh.writing import IndexWriter

from eoffice.search.analysis import ANALYSIS_VERSION
from eoffice.search.backends import (
    COUNT_LIMIT,
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
from eoffice.search.backends.whoosh_match import Facts, Found, Leaves
from eoffice.search.backends.whoosh_schema import Kept, facts_of, schema
from eoffice.search.documents import IndexDocument, Prepared, prepare

LOCK_WAIT = 30.0
"""Seconds that a writer waits for the one before it."""

MEMORY_MB = 128


class _WhooshIndex(Generation):
    """One generation's index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._index = index.open_dir(folder) if index.exists_in(folder) else None

    def apply(self, changes: Sequence[Change]) -> None:
        """One commit for all changes; a failure leaves the index as it was."""
        if self._index is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._index = index.create_in(self.folder, schema())
        writer = self._index.writer(timeout=LOCK_WAIT, limitmb=MEMORY_MB)
        try:
            reader = writer.reader()
            for change in last_of_each(changes):
                self._one(writer, reader, change)
            reader.close()
        except BaseException:
            writer.cancel()
            raise
        writer.commit()

    def stamps(self) -> Iterator[Stamp]:
        if self._index is None:
            return
        with self._index.reader() as reader:
            for _, stored in reader.iter_docs():
                kept = stored["kept"]
                yield Stamp(kept.key, kept.version, kept.principals)

    def reader(self) -> IndexReader | None:
        """A new reader of what is committed; None before the first commit."""
        return self._index.reader() if self._index is not None else None

    def edition(self) -> int:
        """Which commit a new reader would see."""
        return self._index.latest_generation() if self._index is not None else -1

    def _one(self, writer: IndexWriter, reader: IndexReader, change: Change) -> None:
        key = str(change.key)
        if isinstance(change, Removal):
            writer.delete_by_term("key", key)
        elif isinstance(change, IndexDocument):
            writer.delete_by_term("key", key)
            terms = prepare(change)
            facts = facts_of(change, terms)
            self._add(
                writer,
                terms,
                Kept(
                    change.key,
                    change.version,
                    change.principals,
                    facts,
                    tags_of(change.facets),
                    terms.packed(),
                ),
            )
        elif isinstance(change, AccessChange):
            for number in _numbers(reader, key):
                kept: Kept = reader.stored_fields(number)["kept"]
                writer.delete_by_term("key", key)
                fresh = kept._replace(principals=tuple(sorted(set(change.principals))))
                self._add(writer, Prepared.unpacked(kept.terms), fresh)

    def _add(self, writer: IndexWriter, terms: Prepared, kept: Kept) -> None:
        writer.add_document(
            key=[str(kept.key)],
            w=terms.words or None,
            g=terms.grams or None,
            n=terms.numbers.whole or None,
            p=terms.numbers.partial or None,
            vis=[str(each) for each in kept.principals] or None,
            tags=kept.tags,
            facts=kept.facts,
            kept=kept,
        )


class _WhooshRebuild(_WhooshIndex, Rebuild):
    def __init__(self, folders: Folders, number: int) -> None:
        super().__init__(folders.path(number))
        self._folders, self._number = folders, number
        if self._index is None:
            self._index = index.create_in(self.folder, schema())

    def switch(self) -> None:
        self._folders.switch(self._number)

    def discard(self) -> None:
        self._folders.remove(self._number)


class WhooshBackend(Backend):
    """Search in Whoosh index folders under ``root``."""

    name: ClassVar[str] = "whoosh"

    def __init__(self, root: Path) -> None:
        self.folders = Folders(root)
        self._local = threading.local()
        self._facts: dict[str, list[Facts]] = {}

    def apply(self, changes: Sequence[Change]) -> None:
        if changes:
            if not self.folders.current():
                self.folders.switch(self.folders.begin())
            self._current().apply(changes)

    def stamps(self) -> Iterator[Stamp]:
        return self._current().stamps()

    def rebuild(self) -> Rebuild:
        return _WhooshRebuild(self.folders, self.folders.begin())

    def status(self) -> Status:
        number = self.folders.current()
        reader = self._current().reader() if number else None
        count = reader.doc_count() if reader else 0
        if reader:
            reader.close()
        return Status(
            self.name,
            number,
            count,
            self.folders.size_bytes(number) if number else 0,
            self.folders.analysis_version(number) if number else ANALYSIS_VERSION,
            self.folders.is_building(),
        )

    def close(self) -> None:
        with suppress(AttributeError):
            self._local.leaves.reader.close()
        self._local = threading.local()

    def _match(self, request: Request, *, with_facets: bool) -> Hits:
        leaves = self._leaves()
        found = list(_by_letter(leaves.match(request))) if leaves else []
        total = min(len(found), COUNT_LIMIT)
        end = min(request.offset + request.limit, total)
        page = heapq.nsmallest(end, found, key=_order(request.order))[request.offset :]
        hits = Hits(
            total, len(found) > COUNT_LIMIT, tuple(Hit(each.letter_id, each.score) for each in page)
        )
        return _with_counts(hits, found) if with_facets else hits

    def _near(self, request: Request, limit: int) -> list[Hit]:
        leaves = self._leaves()
        found = _by_letter(leaves.near(request)) if leaves else []
        best = heapq.nsmallest(limit, found, key=_order(Order.RELEVANCE))
        return [Hit(each.letter_id, each.score) for each in best]

    def _current(self) -> _WhooshIndex:
        return _WhooshIndex(self.folders.path(self.folders.current()))

    def _leaves(self) -> Leaves | None:
        """This thread's reader of the newest commit (readers share file positions)."""
        number = self.folders.current()
        local = self._local
        if number and getattr(local, "number", None) != number:
            local.index, local.number, local.edition = self._current(), number, -2
        if not number:
            return None
        edition = local.index.edition()
        if edition == -1:
            local.index, edition = self._current(), local.index.edition()
        if local.edition != edition:
            reader = local.index.reader()
            if reader is None:
                return None
            local.leaves, local.edition = Leaves(reader, self._facts), edition
            names = {leaf.name for leaf in local.leaves.leaves}
            for name in self._facts.keys() - names:
                self._facts.pop(name, None)
        leaves: Leaves = local.leaves
        return leaves


def _numbers(reader: IndexReader, key: str) -> list[int]:
    """The document numbers of a key: one, or none."""
    return list(reader.postings("key", key).all_ids()) if ("key", key) in reader else []


def _by_letter(found: Iterable[Found]) -> Collection[Found]:
    """One entry a letter, with the best score of its documents."""
    letters: dict[int, Found] = {}
    for each in found:
        before = letters.get(each.letter_id)
        if before is None:
            letters[each.letter_id] = each
        elif each.score > before.score:
            letters[each.letter_id] = replace(before, score=each.score)
    return letters.values()


def _order(order: Order) -> Callable[[Found], tuple[float, ...]]:
    if order is Order.NEWEST:
        return lambda each: (-each.day, -each.letter_id)
    if order is Order.OLDEST:
        return lambda each: (each.day or 1 << 30, each.letter_id)
    return lambda each: (-each.score, -each.day, -each.letter_id)


def _with_counts(hits: Hits, found: Sequence[Found]) -> Hits:
    return replace(
        hits,
        years=dict(Counter(each.year for each in found if each.year)),
        kinds=_named(Counter(each.kind for each in found)),
        from_offices=dict(Counter(each.office for each in found if each.office >= 0)),
    )


def _named(counts: Counter[bytes]) -> dict[str, int]:
    names = {kind.rstrip(b"\0").decode(): count for kind, count in counts.items()}
    return {name: count for name, count in names.items() if name}
