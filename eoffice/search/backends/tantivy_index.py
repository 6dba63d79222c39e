"""One generation of the Tantivy engine: its fields, its writer and its searcher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType
from tantivy import Query as Clause

from eoffice.search.backends import (
    AccessChange,
    Change,
    Generation,
    Removal,
    Stamp,
    last_of_each,
    tags_of,
)
from eoffice.search.backends.generations import Watched
from eoffice.search.documents import DocumentKind, IndexDocument, Prepared, object_of, prepare

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


SCHEMA = _schema()


class TantivyIndex(Generation):
    """One generation's index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.index = tantivy.Index(SCHEMA, path=str(folder), reuse=True)
        self._writer: tantivy.IndexWriter | None = None
        self._segments = Watched(folder / "meta.json")
        self._edition = b""

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
                SCHEMA, "key", FieldType.Unsigned, first, first + _STRIDE - 1
            )
            for _, address in searcher.search(clause, limit=_STRIDE, count=False).hits:
                key, kept, _ = _stored(searcher.doc(address))
                yield Stamp(key, kept["version"], tuple(kept["principals"]))

    def searcher(self) -> tantivy.Searcher:
        """A searcher of the newest commit."""
        edition = self._segments.content()
        if edition != self._edition:
            self.index.reload()
            self._edition = edition
        return self.index.searcher()

    def close(self) -> None:
        """Let go of the writer's lock."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _one(self, writer: tantivy.IndexWriter, searcher: tantivy.Searcher, change: Change) -> None:
        if isinstance(change, IndexDocument):
            kept = {
                "version": change.version,
                "principals": list(change.principals),
                "facts": _facts(change),
            }
            writer.delete_documents_by_query(_this(change.key))
            _add(writer, change.key, kept, prepare(change).packed())
        elif isinstance(change, Removal):
            writer.delete_documents_by_query(_this(change.key))
        elif isinstance(change, AccessChange):
            for _, address in searcher.search(_this(change.key), limit=1).hits:
                _, kept, terms = _stored(searcher.doc(address))
                kept["principals"] = sorted(set(change.principals))
                writer.delete_documents_by_query(_this(change.key))
                _add(writer, change.key, kept, terms)


def _this(key: int) -> Clause:
    return Clause.term_query(SCHEMA, "key", key)


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


def _stored(document: tantivy.Document) -> tuple[int, dict[str, Any], bytes]:
    """The key, what is kept and the packed terms of a document."""
    fields = document.to_dict()
    return int(fields["key"][0]), dict(fields["kept"][0]), bytes(fields["terms"][0])
