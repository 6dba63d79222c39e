"""Dispatch: how many statements and how long to send one circular to N schools.

    python -m benchmarks.dispatch --json
    python -m benchmarks.dispatch --database-url postgresql://… --json

The reference is the dispatch to 117 schools in the same run. Bars: the same number of statements
for every N, at most 12; 30,000 recipients take at most 80 times as long as 117.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

from sqlalchemy.orm import Session

from benchmarks.stage import Stage, counted, numbered_letter, stage
from eoffice.actor import Actor
from eoffice.documents.queries import load_visible
from eoffice.routing.services.sending import send

SIZES = (3, 117, 1_170, 30_000)
REFERENCE = 117


def measure(at: Stage, rounds: int) -> dict[str, float]:
    """Statements of one dispatch and the medians of its wall and processor time in ms."""
    walls, cpus, counts = [], [], []
    for _ in range(rounds):
        with at.database.transaction() as session:
            public_id = numbered_letter(session, at.registrar(session)).public_id
        with at.database.transaction() as session:
            actor = at.registrar(session)
            version = _version(session, actor, public_id)
            with counted(at.database.engine) as statements:
                wall, cpu = time.perf_counter(), time.process_time()
                send(session, actor, public_id, version=version)
                counts.append(len(statements))
                cpus.append(time.process_time() - cpu)
        walls.append(time.perf_counter() - wall)
    return {
        "statements": max(counts),
        "wall_ms": round(statistics.median(walls) * 1000, 2),
        "cpu_ms": round(statistics.median(cpus) * 1000, 2),
    }


def _version(session: Session, actor: Actor, public_id: str) -> int:
    letter = load_visible(session, actor, public_id)
    session.expunge(letter)
    return letter.version


def main() -> None:
    """Measure every size and print the figures with their ratios to 117."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--database-url", default="")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    figures = {}
    for size in sorted({*options.sizes, REFERENCE}):
        with stage(size, options.database_url) as at:
            figures[size] = measure(at, options.rounds)
    base = figures[REFERENCE]
    for row in figures.values():
        row["wall_ratio"] = round(row["wall_ms"] / base["wall_ms"], 2)
        row["cpu_ratio"] = round(row["cpu_ms"] / base["cpu_ms"], 2)
    result = {"benchmark": "dispatch", "reference": REFERENCE, "recipients": figures}
    if options.json:
        print(json.dumps(result, indent=1))
        return
    for size, row in figures.items():
        print(f"{size:7} {row}")


if __name__ == "__main__":
    main()
