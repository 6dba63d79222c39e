"""The references: hand-written queries on bare Tantivy and bare SQLite FTS5, the same terms.

They ask what the engines ask (all words or the phrase of each piece, the number, the principals),
sort by BM25 or by date, and fetch the ids of one page; where the engines ask again for near hits,
they do. No merging and no counts by facet.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import tantivy
from tantivy import Occur, Query

from eoffice.search.backends import NEAR_LIMIT, Order, Request, wants_near
from eoffice.search.documents import IndexDocument, prepare
from eoffice.search.query import Piece


class Bare(Protocol):
    """A reference engine."""

    name: str

    def add(self, documents: Iterable[IndexDocument]) -> None:
        """Index the documents and commit."""
        ...

    def ask(self, request: Request) -> int:
        """Fetch one page; returns the number of matches."""
        ...

    def size_bytes(self) -> int:
        """What the index takes."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


class _InFolder:
    """A reference whose index is the files of one folder."""

    folder: Path

    def size_bytes(self) -> int:
        """The bytes of the files."""
        return sum(each.stat().st_size for each in self.folder.rglob("*") if each.is_file())

    def close(self) -> None:
        """Nothing: the folder is the caller's."""


class BareTantivy(_InFolder):
    """Tantivy with a field each for words, grams, numbers, principals and the day."""

    name = "bare_tantivy"

    def __init__(self, folder: Path) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("w", tokenizer_name="whitespace", index_option="freq")
        builder.add_text_field("g", tokenizer_name="whitespace", index_option="position")
        for name in ("n", "vis"):
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
        builder.add_unsigned_field("letter", fast=True)
        builder.add_unsigned_field("day", fast=True)
        self.schema = builder.build()
        folder.mkdir()
        self.folder = folder
        self.index = tantivy.Index(self.schema, path=str(folder))
        self.writer = self.index.writer(64_000_000, 1)

    def add(self, documents: Iterable[IndexDocument]) -> None:
        """Index the documents and commit."""
        for each in documents:
            terms = prepare(each)
            document = tantivy.Document()
            document.add_text("w", " ".join(terms.words))
            document.add_text("g", " ".join(terms.grams))
            document.add_text("n", " ".join(terms.numbers.whole + terms.numbers.partial))
            document.add_text("vis", " ".join(map(str, each.principals)))
            document.add_unsigned("letter", each.letter_id)
            day = each.facets.dated_on
            document.add_unsigned("day", day.toordinal() if day else 0)
            self.writer.add_document(document)
        self.writer.commit()
        self.index.reload()

    def ask(self, request: Request) -> int:
        """Fetch one page; returns the number of matches."""
        vis = [self._term("vis", str(each)) for each in request.principals]
        seen = [(Occur.Must, Query.const_score_query(_any_of(vis), 0.0))]
        clauses = [(Occur.Must, self._piece(piece)) for piece in request.query.wanted]
        by_day = None if request.order is Order.RELEVANCE else "day"
        total = self._page(seen + clauses, request.limit, request.offset, by_day)
        if wants_near(request, total):
            terms = [self._term("w", word) for word in request.query.words]
            terms += [self._term("g", gram) for gram in request.query.grams]
            self._page([*seen, (Occur.Must, _any_of(terms))], NEAR_LIMIT)
        return total

    def _page(
        self, clauses: list[tuple[Occur, Query]], limit: int, offset: int = 0, by: str | None = None
    ) -> int:
        searcher = self.index.searcher()
        found = searcher.search(
            Query.boolean_query(clauses), limit=limit, offset=offset, order_by_field=by
        )
        searcher.fast_field_values("letter", [address for _, address in found.hits])
        return int(getattr(found, "count", None) or 0)  # not in the library's types

    def _piece(self, piece: Piece) -> Query:
        ways = [self._term("n", piece.number.key)] if piece.number else []
        if piece.all_of:
            words = [(Occur.Must, self._term("w", word)) for word in piece.all_of]
            ways.append(Query.boolean_query(words))
        if len(piece.grams) > 1:
            ways.append(Query.phrase_query(self.schema, "g", list(piece.grams)))
        elif piece.grams:
            ways.append(self._term("g", piece.grams[0]))
        return _any_of(ways)

    def _term(self, field: str, term: str) -> Query:
        return Query.term_query(self.schema, field, term, "freq")


def _any_of(ways: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, way) for way in ways])


class BareFts5(_InFolder):
    """One FTS5 table of the same terms, and one of days."""

    name = "bare_fts5"

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.database = sqlite3.connect(folder / "fts.sqlite3")
        self.database.executescript(
            "PRAGMA journal_mode = WAL;"
            "CREATE VIRTUAL TABLE terms USING fts5(w, g, n, vis, content='', tokenize='ascii');"
            "CREATE TABLE letters (id INTEGER PRIMARY KEY, day INTEGER);"
        )

    def add(self, documents: Iterable[IndexDocument]) -> None:
        """Index the documents and commit."""
        for each in documents:
            terms = prepare(each)
            numbers = (*terms.numbers.whole, *terms.numbers.partial)
            row = (
                each.letter_id,
                " ".join(terms.words),
                " ".join(terms.grams),
                _plain(" ".join(numbers)),
                " ".join(f"p{principal}" for principal in each.principals),
            )
            self.database.execute(
                "INSERT INTO terms (rowid, w, g, n, vis) VALUES (?, ?, ?, ?, ?)", row
            )
            day = each.facets.dated_on
            self.database.execute(
                "INSERT INTO letters VALUES (?, ?)", (each.letter_id, day.toordinal() if day else 0)
            )
        self.database.commit()

    def ask(self, request: Request) -> int:
        """Fetch one page; returns the number of matches, counted up to 10,001."""
        seen = _any("vis", [f"p{each}" for each in request.principals])
        total = self._page([seen, *map(_piece, request.query.wanted)], request)
        if wants_near(request, total):
            words, grams = list(request.query.words), list(request.query.grams)
            ways = [_any(name, terms) for name, terms in (("w", words), ("g", grams)) if terms]
            self._page([seen, " OR ".join(f"({way})" for way in ways)], request)
        return total

    def _page(self, clauses: list[str], request: Request) -> int:
        match = " AND ".join(f"({clause})" for clause in clauses)
        order = "bm25(terms)" if request.order is Order.RELEVANCE else "day DESC"
        rows = self.database.execute(
            "SELECT letters.id FROM terms JOIN letters ON letters.id = terms.rowid "
            f"WHERE terms MATCH ? ORDER BY {order} LIMIT ? OFFSET ?",
            (match, request.limit, request.offset),
        )
        rows.fetchall()
        count = "SELECT count(*) FROM (SELECT 1 FROM terms WHERE terms MATCH ? LIMIT 10001)"
        return int(self.database.execute(count, (match,)).fetchone()[0])


def _piece(piece: Piece) -> str:
    ways = [_any("n", [_plain(piece.number.key)])] if piece.number else []
    if piece.all_of:
        ways.append(" AND ".join(_any("w", [word]) for word in piece.all_of))
    if piece.grams:
        ways.append(_any("g", [" ".join(piece.grams)]))
    return " OR ".join(f"({way})" for way in ways)


def _any(column: str, phrases: list[str]) -> str:
    return f"{column} : (" + " OR ".join(f'"{each}"' for each in phrases) + ")"


def _plain(keys: str) -> str:
    """Number keys without the slash, at which the tokenizer would cut."""
    return keys.replace("/", "x")
