"""The reference beside the PostgreSQL engine: one table, GIN(tsv, vis), one query written by hand.

The same lexemes as the engine's. Of the matches the newest 10,000 are ranked by ``ts_rank`` and
10,001 counted, as a careful hand would; where the engine asks again for near hits, so does this.
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from eoffice.search.backends import NEAR_LIMIT, Order, Request, tags_of, wants_near
from eoffice.search.backends.postgres_terms import GRAM, piece_query, quoted, vector
from eoffice.search.documents import IndexDocument, prepare

_TABLE = """
DROP TABLE IF EXISTS bare_letters;
CREATE TABLE bare_letters (id bigint PRIMARY KEY, vis int[] NOT NULL, day date, tsv tsvector);
ALTER TABLE bare_letters ALTER COLUMN tsv SET STORAGE EXTERNAL;
CREATE INDEX ON bare_letters USING gin (tsv, vis);
"""
_FOUND = (
    "WITH found AS MATERIALIZED (SELECT id, day, tsv FROM bare_letters"
    " WHERE tsv @@ %(asked)s::tsquery AND vis && %(vis)s::int[] ORDER BY day DESC, id DESC"
    " LIMIT 10001) "
)
_PAGE = (
    "SELECT id, (SELECT count(*) FROM found) FROM found ORDER BY {order} DESC, id DESC"
    " LIMIT %(limit)s OFFSET %(offset)s"
)


class BarePostgres:
    """One table in the database of this address."""

    name = "bare_postgres"

    def __init__(self, url: str) -> None:
        self.database = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self.database.execute(_TABLE)

    def add(self, documents: Iterable[IndexDocument]) -> None:
        """Index the documents and commit."""
        rows = [
            (
                each.letter_id,
                list(each.principals),
                each.facets.dated_on,
                vector(prepare(each), tags_of(each.facets)),
            )
            for each in documents
        ]
        with self.database.transaction(), self.database.cursor() as cursor:
            cursor.executemany("INSERT INTO bare_letters VALUES (%s, %s, %s, %s::tsvector)", rows)

    def ask(self, request: Request) -> int:
        """Fetch one page; returns the number of matches, counted up to 10,001."""
        total = self._page(" & ".join(map(piece_query, request.query.wanted)), request)
        if wants_near(request, total):
            terms = [*request.query.words, *(GRAM + gram for gram in request.query.grams)]
            self._page(" | ".join(map(quoted, terms)), request, NEAR_LIMIT)
        return total

    def size_bytes(self) -> int:
        """The bytes of the table and its indexes."""
        row = self.database.execute("SELECT pg_total_relation_size('bare_letters')").fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        """Remove the table."""
        self.database.execute("DROP TABLE bare_letters")
        self.database.close()

    def _page(self, asked: str, request: Request, limit: int = 0) -> int:
        by_rank = request.order is Order.RELEVANCE
        order = "ts_rank(tsv, %(asked)s::tsquery)" if by_rank else "day"
        values = {
            "asked": asked,
            "vis": sorted(request.principals),
            "limit": limit or request.limit,
            "offset": request.offset,
        }
        row = self.database.execute(_FOUND + _PAGE.format(order=order), values).fetchone()
        return int(row[1]) if row else 0
