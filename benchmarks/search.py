"""Search over a synthetic archive: every engine beside hand-written queries on bare ones.

    python -m benchmarks.search --letters 10000 --backend whoosh --backend tantivy --json

The references count no facets, so the engines are compared without them; ``word_counted`` is the
word again with its counts per year, kind and office. For each kind of question CPU and wall time
(ms, p50 and p95), for each engine the index rate, its size and the time from commit to found. An
engine's CPU is this process's: PostgreSQL works in another, so compare its wall time. One million
letters are for tantivy and postgres.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.archive import EVERYBODY, KINDS, PERSON, Archive
from benchmarks.bare import Bare, BareFts5, BareTantivy
from benchmarks.bare_postgres import BarePostgres
from benchmarks.engines import database_url, empty_backend
from eoffice.search.backends import Backend, Order, Request
from eoffice.search.backends.choice import NAMES
from eoffice.search.documents import IndexDocument
from eoffice.search.query import parse

BATCH = 2_000
LATENCIES = 10


def requests(archive: Archive, kind: str, count: int) -> list[Request]:
    """The questions of one kind as requests for one page."""
    seen = PERSON if kind == "word_visible" else frozenset({EVERYBODY})
    order = Order.NEWEST if kind == "by_date" else Order.RELEVANCE
    offset = 380 if kind == "page_20" else 0
    return [
        Request(parse(typed), seen, order=order, offset=offset)
        for typed in archive.questions(kind, count)
    ]


def timed(ask: Callable[[Any], Any], asked: Sequence[Any]) -> dict[str, float]:
    """CPU and wall time of one answer after another, in milliseconds."""
    for request in asked[:3]:
        ask(request)
    cpu, wall = [], []
    for request in asked:
        started, spent = time.perf_counter(), time.process_time()
        ask(request)
        cpu.append((time.process_time() - spent) * 1000)
        wall.append((time.perf_counter() - started) * 1000)
    return {
        "cpu_p50": _at(cpu, 0.50),
        "cpu_p95": _at(cpu, 0.95),
        "wall_p50": _at(wall, 0.50),
        "wall_p95": _at(wall, 0.95),
    }


def of_backend(name: str, archive: Archive, count: int) -> dict[str, Any]:
    """Index the archive with an engine, ask it everything, and watch new letters appear."""
    with empty_backend(name) as backend:
        rebuild = backend.rebuild()
        started = time.perf_counter()
        for batch in _batches(archive.documents()):
            rebuild.apply(batch)
        rebuild.switch()
        spent = time.perf_counter() - started
        figures = {
            "letters_per_second": round(archive.letters / spent, 1),
            "bytes_per_letter": round(backend.status().size_bytes / archive.letters),
            "questions": {
                kind: timed(lambda asked: backend.search(asked, with_facets=False), each)
                for kind in KINDS
                if (each := requests(archive, kind, count))
            }
            | {"word_counted": timed(backend.search, requests(archive, "word", count))},
        }
        return figures | {"commit_to_found_ms": _latency(backend, archive)}


def of_bare(bare: Bare, archive: Archive, count: int) -> dict[str, Any]:
    """The same of a reference."""
    started = time.perf_counter()
    for batch in _batches(archive.documents()):
        bare.add(batch)
    spent = time.perf_counter() - started
    figures = {
        "letters_per_second": round(archive.letters / spent, 1),
        "bytes_per_letter": round(bare.size_bytes() / archive.letters),
        "questions": {kind: timed(bare.ask, requests(archive, kind, count)) for kind in KINDS},
    }
    bare.close()
    return figures


def run(letters: int, names: Sequence[str], count: int) -> dict[str, Any]:
    """All engines and references side by side, and the engines' p95 over the references'."""
    archive = Archive(letters)
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as root:
        for kind in (BareTantivy, BareFts5):
            figures[kind.name] = of_bare(kind(Path(root) / kind.name), archive, count)
    if "postgres" in names:
        figures[BarePostgres.name] = of_bare(BarePostgres(database_url()), archive, count)
    for name in names:
        figures[name] = of_backend(name, archive, count)
    return {"letters": letters, "engines": figures, "ratios": _ratios(figures, names)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.search", description=__doc__)
    parser.add_argument("--letters", type=int, default=10_000)
    parser.add_argument("--backend", choices=NAMES, action="append")
    parser.add_argument("--questions", type=int, default=60, help="of each kind")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    figures = run(chosen.letters, chosen.backend or ["whoosh", "tantivy"], chosen.questions)
    if chosen.json:
        print(json.dumps(figures))
        return
    print("p95 over the references':", json.dumps(figures["ratios"]))
    for name, engine in figures["engines"].items():
        latency = engine.get("commit_to_found_ms", {})
        print(
            name,
            engine["letters_per_second"],
            "letters/s",
            engine["bytes_per_letter"],
            "B",
            latency,
        )
        for kind, each in engine["questions"].items():
            print(f"  {kind:13}", *(f"{figure} {value:8.2f}" for figure, value in each.items()))


def _latency(backend: Backend, archive: Archive) -> dict[str, float]:
    """From a new letter's commit to its being found, one letter at a time."""
    spent = []
    for number in range(archive.letters + 1, archive.letters + 1 + LATENCIES):
        document = archive.document(number)
        asked = Request(parse(f"ว {number}"), frozenset({EVERYBODY}))
        started = time.perf_counter()
        backend.apply([replace(document, version=2)])
        while not backend.search(asked, with_facets=False).hits:
            continue
        spent.append((time.perf_counter() - started) * 1000)
    return {"p50": _at(spent, 0.50), "p95": _at(spent, 0.95)}


def _ratios(figures: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """p95 of each engine over that of each reference: CPU, and wall for postgres."""
    bares = [name for name in figures if name.startswith("bare_")]
    return {
        name: {bare: _over(figures[name], figures[bare], name) for bare in bares} for name in names
    }


def _over(engine: dict[str, Any], bare: dict[str, Any], name: str) -> dict[str, float]:
    figure = "wall_p95" if name == "postgres" else "cpu_p95"
    asked, of_bare = engine["questions"], bare["questions"]
    return {
        kind: round(asked[kind][figure] / max(of_bare[kind][figure], 0.001), 2) for kind in KINDS
    }


def _batches(documents: Iterator[IndexDocument]) -> Iterator[list[IndexDocument]]:
    while batch := list(islice(documents, BATCH)):
        yield batch


def _at(values: Sequence[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 3)


if __name__ == "__main__":
    main()
