"""Write the first revision's SQL anew from the models: ``python migrations/freeze.py``.

Only until the first release; afterwards a change of the models is a new revision
(``alembic revision --autogenerate -m "add secrecy"``), and this file goes.
"""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

from sqlalchemy import create_mock_engine
from sqlalchemy.sql import ClauseElement

from eoffice.schema import metadata
from eoffice.search import tables as search_tables

URLS = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}
SETS = (["CREATE", "INDEX"], ["ALTER", "TABLE"])
FIRST = Path(__file__).parent / "versions" / "20261122_1900_first_tables"


def frozen_text(dialect: str) -> str:
    """Every statement that ``create_all`` runs on one of the two databases."""
    found: list[str] = []

    def note(element: ClauseElement, *_: object, **__: object) -> None:
        text = str(element.compile(dialect=engine.dialect)).replace("%%", "%")
        lines = [line.replace("\t", "  ").rstrip() for line in text.splitlines()]
        found.append("\n".join(_with_sorted_constraints([line for line in lines if line])))

    engine = create_mock_engine(URLS[dialect], note)
    metadata.create_all(engine, checkfirst=False)
    search_tables.create(engine)
    texts = [re.sub(r";$", "", statement) for statement in dict.fromkeys(found)]
    return ";\n\n".join(_in_fixed_order(texts)) + ";\n"


def _with_sorted_constraints(lines: list[str]) -> list[str]:
    """The constraints of a table come in no order of their own."""
    places = [place for place, line in enumerate(lines) if line.startswith("  CONSTRAINT ")]
    texts = sorted(lines[place].rstrip(",") for place in places)
    for place, text in zip(places, texts, strict=True):
        lines[place] = text + ("," if place != places[-1] else "")
    return lines


def _in_fixed_order(texts: list[str]) -> list[str]:
    """Indexes of a table and added constraints come from sets: sort each run of them."""
    ordered: list[str] = []
    for kind, run in groupby(texts, key=lambda text: text.replace("UNIQUE ", "").split()[:2]):
        statements = list(run)
        ordered += sorted(statements) if kind in SETS else statements
    return ordered


def main() -> None:
    """Write both files."""
    for dialect in URLS:
        target = FIRST.with_name(f"{FIRST.name}.{dialect}.sql")
        target.write_text(frozen_text(dialect), encoding="utf-8")


if __name__ == "__main__":
    main()
