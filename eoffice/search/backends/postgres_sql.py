"""The statements of the PostgreSQL engine: one for each answer.

They are put together of this file's own constants and numbered names; every value is bound.
"""

# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from eoffice.search.backends import (
    COUNT_LIMIT,
    K1,
    PARTIAL_NUMBER,
    WHOLE_NUMBER,
    B,
    Order,
    Request,
)
from eoffice.search.backends.postgres_terms import PARTIAL, WHOLE, Asked, quoted
from eoffice.search.query import Query

RANKED = 2_000
"""Of more matches the newest are ranked, the others follow by date."""

# ts_rank of one term is s = (1 + 1/4 + … + 1/n²) / (π²/6), so that its frequency n ≈ s/(1-s)/1.6;
# BM25's n/(n + norm) is then s/(s + 1.6·norm·(1-s)).
_SCORE = f"""
    (SELECT coalesce(sum(t.weight * r.s / (r.s + 1.6 * {K1} * (1 - r.s)
            * ({1 - B} + {B} * d.length / :mean))), 0) * {K1 + 1}
       FROM unnest(CAST(:terms AS tsquery[]), CAST(:weights AS float8[])) AS t(term, weight),
            LATERAL (SELECT ts_rank('{{1,1,1,1}}', d.tsv, t.term) AS s OFFSET 0) AS r
      WHERE r.s > 0)
    + CASE WHEN d.tsv @@ CAST(:whole AS tsquery) THEN {WHOLE_NUMBER} ELSE 0 END
    + CASE WHEN d.tsv @@ CAST(:partial AS tsquery) THEN {PARTIAL_NUMBER} ELSE 0 END"""

# Joined with nothing, a vector is taken out of its toast once and not for every term; outside of
# the sorting, or every match would be taken out and sorted with its vector.
_SCORED = f"""
        SELECT d.letter_id, d.dated_on, d.year, d.kind, d.office, {_SCORE} AS score
          FROM (SELECT letter_id, dated_on, year, kind, office, length, tsv || '' AS tsv
                  FROM (SELECT * FROM matched ORDER BY letter_id DESC LIMIT {RANKED}) AS newest
                 OFFSET 0) AS d
        UNION ALL
        (SELECT letter_id, dated_on, year, kind, office, 0 AS score
           FROM matched ORDER BY letter_id DESC OFFSET {RANKED})"""
_UNSCORED = "SELECT letter_id, dated_on, year, kind, office, 0 AS score FROM matched"

_ORDERS = {
    Order.RELEVANCE: "score DESC, dated_on DESC NULLS LAST, letter_id DESC",
    Order.NEWEST: "dated_on DESC NULLS LAST, letter_id DESC",
    Order.OLDEST: "dated_on ASC NULLS LAST, letter_id ASC",
}

_COUNTS = "".join(
    f"""
    UNION ALL
    (SELECT '{column}', CAST({column} AS text), count(*), 0, 0 FROM letters
      WHERE {column} IS NOT NULL AND CAST({column} AS text) <> '' GROUP BY {column}
      ORDER BY count(*) DESC LIMIT 1000)"""
    for column in ("year", "kind", "office")
)

COUNT_TERMS = """
    INSERT INTO search_terms (generation, term, documents)
    SELECT :generation, word, ndoc * :step
      FROM ts_stat(format(
          'SELECT tsv FROM search_documents WHERE generation = %s AND (key / 2) %% %s = 0',
          CAST(:generation AS integer), CAST(:step AS integer)))
     WHERE ndoc > 1 AND left(word, 1) NOT IN ('#', '=', '@')
"""


_IN_PARTS = """key = ANY(ARRAY(SELECT key FROM search_parts
                 WHERE generation = :generation AND tsv @@ CAST(:phrase{0} AS tsquery)))"""


def conditions(asked: Asked) -> tuple[list[str], dict[str, str]]:
    """What a document's vector must be, and the values. A piece with a phrase that the whole vector
    may have lost is also looked for in the parts of long texts."""
    found, values = [], {}
    if asked.query:
        found.append("tsv @@ CAST(:asked AS tsquery)")
        values["asked"] = asked.query
    for at, (piece, phrase, is_wanted) in enumerate(asked.pieces):
        values |= {f"piece{at}": piece, f"phrase{at}": phrase}
        either = f"(tsv @@ CAST(:piece{at} AS tsquery) OR {_IN_PARTS.format(at)})"
        found.append(either if is_wanted else f"NOT {either}")
    return found, values


def matching(request: Request, asked: Asked, is_ranked: bool, with_facets: bool) -> str:
    """The page of hits, their total and the counts of the newest documents that match."""
    days = " OR ".join(
        f"dated_on BETWEEN :first{at} AND :last{at}" for at, _ in enumerate(request.days())
    )
    order = request.order if is_ranked or request.order is not Order.RELEVANCE else Order.NEWEST
    way = "ASC" if order is Order.OLDEST else "DESC"
    newest = f"dated_on {way} NULLS LAST, letter_id {way}"
    bounds = "".join(f"\n           AND {each}" for each in conditions(asked)[0])
    is_scored = is_ranked and order is Order.RELEVANCE
    return f"""
    WITH matched AS MATERIALIZED (
        SELECT letter_id, dated_on, year, kind, office, length, tsv
          FROM search_documents
         WHERE generation = :generation AND vis && CAST(:principals AS integer[])
           {bounds}
           {f"AND ({days})" if days else ""}
         ORDER BY {"letter_id DESC" if order is Order.RELEVANCE else newest}
         LIMIT {COUNT_LIMIT + 1}),
    scored AS ({_SCORED if is_scored else _UNSCORED}),
    letters AS MATERIALIZED (
        SELECT letter_id, max(dated_on) AS dated_on, max(year) AS year, max(kind) AS kind,
               max(office) AS office, max(score) AS score
          FROM scored GROUP BY letter_id),
    page AS (
        SELECT letter_id, score, row_number() OVER (ORDER BY {_ORDERS[order]}) AS place
          FROM letters ORDER BY {_ORDERS[order]} LIMIT :limit OFFSET :offset)
    SELECT what, value, amount, score FROM (
        SELECT 'total' AS what, '' AS value, count(*) AS amount,
               CAST((SELECT count(*) FROM matched) > {COUNT_LIMIT} AS integer) AS score,
               0 AS place FROM letters
        UNION ALL
        SELECT 'hit', CAST(letter_id AS text), 0, score, place FROM page
        {_COUNTS if with_facets else ""}) AS answer
    ORDER BY place"""


def number_values(query: Query) -> dict[str, Any]:
    """The queries that tell a whole number from a partial one in the score."""
    numbers = [piece.number for piece in query.wanted if piece.number]
    whole = [quoted(WHOLE + each.key) for each in numbers]
    partial = [quoted(PARTIAL + each.key) for each in numbers if each.is_certain]
    return {"whole": " | ".join(whole), "partial": " | ".join(partial)}
