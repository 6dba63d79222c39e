"""The engine of a PostgreSQL database: ``tsvector`` of our own terms, ``GIN(tsv, vis)``.

PostgreSQL's rank knows no rarity of terms, so BM25 is computed here: frequencies are read off
``ts_rank`` of single terms, rarities kept in a table that follows the archive's growth. Only the
newest 10,000 matches are counted and the newest 2,000 ranked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, text, update

from eoffice.search.analysis import ANALYSIS_VERSION
from eoffice.search.backends import (
    COUNT_LIMIT,
    GRAM_WEIGHT,
    AccessChange,
    Backend,
    Change,
    Generation,
    Hit,
    Hits,
    Order,
    Rebuild,
    Request,
    Stamp,
    Status,
    last_of_each,
    tags_of,
)
from eoffice.search.backends import postgres_sql as sql
from eoffice.search.backends.postgres_terms import GRAM, Asked, near, parts, quoted, strict, vector
from eoffice.search.documents import IndexDocument, Prepared, prepare
from eoffice.search.query import Query
from eoffice.search.tables import (
    search_documents,
    search_generations,
    search_parts,
    search_terms,
)

CANDIDATES = 2_000
MAX_RANKING_TERMS = 32
COUNTED_WHOLE = 50_000
"""Rarities are counted over all documents up to here, beyond over a sample of about as many."""


class _PostgresIndex(Generation):
    """The documents of one generation."""

    def __init__(self, engine: Engine, number: int) -> None:
        self.engine, self.number = engine, number

    def apply(self, changes: Sequence[Change]) -> None:
        """One transaction for all changes."""
        rows, access, cut = [], [], []
        last = last_of_each(changes)
        for change in last:
            if isinstance(change, IndexDocument):
                terms = prepare(change)
                rows.append(_row(self.number, change, terms))
                cut += _parts(self.number, change.key, terms)
            elif isinstance(change, AccessChange):
                vis = sorted(set(change.principals))
                access.append({"this": change.key, "seen_by": vis})
        gone = [change.key for change in last if not isinstance(change, AccessChange)]
        of_this = search_documents.c.generation == self.number
        with self.engine.begin() as connection:
            if gone:
                which = search_documents.c.key == func.any(bindparam("keys", gone))
                connection.execute(delete(search_documents).where(of_this, which))
                _remove_parts(connection, self.number, gone)
            if rows:
                connection.execute(insert(search_documents), rows)
            if cut:
                connection.execute(insert(search_parts), cut)
            if access:
                this = search_documents.c.key == bindparam("this")
                seen = update(search_documents).where(of_this, this)
                connection.execute(seen.values(vis=bindparam("seen_by")), access)
            _follow_growth(connection, self.number)

    def stamps(self) -> Iterator[Stamp]:
        table = search_documents.c
        rows = select(table.key, table.version, table.vis).where(table.generation == self.number)
        with self.engine.connect() as connection:
            for row in connection.execution_options(yield_per=2_000).execute(rows):
                yield Stamp(row.key, row.version, tuple(row.vis))


class _PostgresRebuild(_PostgresIndex, Rebuild):
    def switch(self) -> None:
        with self.engine.begin() as connection:
            _count_terms(connection, self.number)
            _remove(connection, search_generations.c.id != self.number)
            connection.execute(update(search_generations).values(state="current"))

    def discard(self) -> None:
        with self.engine.begin() as connection:
            _remove(connection, search_generations.c.id == self.number)


class PostgresBackend(Backend):
    """Search in the side tables of the application's own database."""

    name: ClassVar[str] = "postgres"

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def apply(self, changes: Sequence[Change]) -> None:
        if changes:
            with self.engine.begin() as connection:
                number = _current(connection) or _begin(connection, "current")
            _PostgresIndex(self.engine, number).apply(changes)

    def stamps(self) -> Iterator[Stamp]:
        with self.engine.connect() as connection:
            number = _current(connection)
        return _PostgresIndex(self.engine, number).stamps() if number else iter(())

    def rebuild(self) -> Rebuild:
        with self.engine.begin() as connection:
            _remove(connection, search_generations.c.state == "building")
            number = _begin(connection, "building")
        return _PostgresRebuild(self.engine, number)

    def status(self) -> Status:
        table = search_generations.c
        with self.engine.connect() as connection:
            number = _current(connection)
            documents = search_documents.c.generation == number
            count = connection.scalar(
                select(func.count()).select_from(search_documents).where(documents)
            )
            size = connection.scalar(
                select(
                    func.pg_total_relation_size("search_documents")
                    + func.pg_total_relation_size("search_parts")
                )
            )
            version = connection.scalar(select(table.analysis_version).where(table.id == number))
            building = connection.scalar(
                select(func.count())
                .select_from(search_generations)
                .where(table.state == "building")
            )
        return Status(
            self.name,
            number,
            int(count or 0),
            int(size or 0),
            ANALYSIS_VERSION if version is None else version,
            bool(building),
        )

    def close(self) -> None:
        """Nothing is held: the engine belongs to the application."""

    def _match(self, request: Request, *, with_facets: bool) -> Hits:
        asked = strict(request)
        with self.engine.connect() as connection:
            number = _current(connection)
            values = _values(request, number, asked)
            if request.order is Order.RELEVANCE and request.query.wanted:
                values |= _ranking(connection, number, request.query)[0]
                values |= sql.number_values(request.query)
            statement = sql.matching(request, asked, "terms" in values, with_facets)
            rows = connection.execute(text(statement), values).all()
        return _hits(rows)

    def _near(self, request: Request, limit: int) -> list[Hit]:
        with self.engine.connect() as connection:
            number = _current(connection)
            ranking, counts = _ranking(connection, number, request.query)
            essential = _essential(counts)
            if not essential:
                return []
            asked = near(request, essential)
            values = _values(request, number, asked) | ranking
            values |= {"limit": limit, "offset": 0} | sql.number_values(Query())
            statement = sql.matching(request, asked, True, False)
            return list(_hits(connection.execute(text(statement), values).all()).hits)


def _row(number: int, document: IndexDocument, terms: Prepared) -> dict[str, Any]:
    facets = document.facets
    return {
        "generation": number,
        "key": document.key,
        "letter_id": document.letter_id,
        "version": document.version,
        "vis": list(document.principals),
        "tsv": vector(terms, tags_of(facets)),
        "length": len(terms.words),
        "dated_on": facets.dated_on,
        "year": facets.year,
        "kind": facets.kind,
        "office": facets.from_office,
    }


def _parts(number: int, key: int, terms: Prepared) -> list[dict[str, Any]]:
    return [
        {"generation": number, "key": key, "part": at, "tsv": each}
        for at, each in enumerate(parts(terms))
    ]


def _remove_parts(connection: Connection, number: int, keys: list[int]) -> None:
    table = search_parts.c
    which = table.key == func.any(bindparam("keys", keys))
    connection.execute(delete(search_parts).where(table.generation == number, which))


def _current(connection: Connection) -> int:
    """The number of the current generation; 0 before the first one."""
    table = search_generations.c
    return int(connection.scalar(select(table.id).where(table.state == "current")) or 0)


def _begin(connection: Connection, state: str) -> int:
    values = {"state": state, "analysis_version": ANALYSIS_VERSION}
    fresh = insert(search_generations).values(values).returning(search_generations.c.id)
    return int(connection.scalar(fresh) or 0)


def _remove(connection: Connection, which: Any) -> None:
    numbers = select(search_generations.c.id).where(which)
    for table in (search_documents, search_parts, search_terms):
        connection.execute(delete(table).where(table.c.generation.in_(numbers)))
    connection.execute(delete(search_generations).where(which))


def _follow_growth(connection: Connection, number: int) -> None:
    """Count the terms anew when the archive has grown by a fifth since they were counted."""
    table = search_generations.c
    before = connection.scalar(select(table.documents).where(table.id == number)) or 0
    floor = int(before * 1.2) + 20
    rows = select(search_documents.c.key).where(search_documents.c.generation == number)
    count = connection.scalar(select(func.count()).select_from(rows.limit(floor).subquery()))
    if count == floor:
        _count_terms(connection, number)


def _count_terms(connection: Connection, number: int) -> None:
    """Write down in how many documents each term occurs, where that is more than one."""
    documents = search_documents.c
    of_this = documents.generation == number
    count, mean = connection.execute(
        select(func.count(), func.avg(documents.length)).where(of_this)
    ).one()
    step = max(1, count // COUNTED_WHOLE)
    connection.execute(delete(search_terms).where(search_terms.c.generation == number))
    connection.execute(text(sql.COUNT_TERMS), {"generation": number, "step": step})
    counted = update(search_generations).where(search_generations.c.id == number)
    connection.execute(counted.values(documents=count, mean_length=max(float(mean or 1), 1.0)))


def _ranking(
    connection: Connection, number: int, query: Query
) -> tuple[dict[str, Any], list[tuple[int, str]]]:
    """The values of the ranking expression, and the terms with their counts, rarest first."""
    terms = [*query.words, *(GRAM + gram for gram in query.grams)]
    table = search_terms.c
    known = select(table.term, table.documents).where(
        table.generation == number, table.term == func.any(bindparam("asked", terms))
    )
    found: Mapping[str, int] = {row.term: row.documents for row in connection.execute(known)}
    row = connection.execute(
        select(search_generations.c.documents, search_generations.c.mean_length).where(
            search_generations.c.id == number
        )
    ).one_or_none()
    total, mean = row if row else (1, 1.0)
    counts = sorted((found.get(term, 1), term) for term in terms)[:MAX_RANKING_TERMS]
    weights = [_weight(term, count, max(total, count)) for count, term in counts]
    values = {"terms": [quoted(term) for _, term in counts], "weights": weights, "mean": mean}
    return values, counts


def _weight(term: str, count: int, total: int) -> float:
    rarity = math.log(1 + (total - count + 0.5) / (count + 0.5))
    return rarity * (GRAM_WEIGHT if term.startswith(GRAM) else 1.0)


def _essential(counts: Iterable[tuple[int, str]]) -> list[str]:
    """The rarest terms that together bring no more than the candidates to be ranked."""
    essential: list[str] = []
    total = 0
    for count, term in counts:
        if essential and total + count > CANDIDATES:
            break
        essential.append(term)
        total += count
    return essential


def _values(request: Request, number: int, asked: Asked) -> dict[str, Any]:
    values: dict[str, Any] = {
        "generation": number,
        "principals": sorted(request.principals),
        "limit": request.limit,
        "offset": request.offset,
    }
    values |= sql.conditions(asked)[1]
    for at, (first, last) in enumerate(request.days()):
        values |= {f"first{at}": first, f"last{at}": last}
    return values


def _hits(rows: Iterable[Any]) -> Hits:
    """The rows of one answer: hits in their order, the total, the counts."""
    hits: list[Hit] = []
    counts: dict[str, dict[Any, int]] = {"year": {}, "kind": {}, "office": {}}
    total, is_capped = 0, False
    for what, value, count, score in rows:
        if what == "hit":
            hits.append(Hit(int(value), float(score)))
        elif what == "total":
            total, is_capped = min(count, COUNT_LIMIT), count > COUNT_LIMIT or bool(score)
        else:
            counts[what][value if what == "kind" else int(value)] = count
    return Hits(total, is_capped, tuple(hits), (), counts["year"], counts["kind"], counts["office"])
