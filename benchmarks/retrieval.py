"""How well search finds: recall and rank on any set of Thai documents and questions.

    python -m benchmarks.retrieval --docs DOCS.jsonl --queries QUERIES.jsonl --backend whoosh --json

Documents are lines of ``{"id", "text"}``, questions of ``{"id", "q", "rel": [ids]}``. Three
numbers for each of: clean questions; questions with one typing error for every 12 letters; clean
questions over documents with the defects of PDF text layers. All errors are seeded.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from benchmarks.defects import defective, misspelt
from benchmarks.engines import add_backend_argument, empty_backend
from eoffice.search.backends import Backend, Request
from eoffice.search.documents import LetterFields, document_of_letter
from eoffice.search.query import parse

DEPTH = 10
BATCH = 200
SEED = 20


class Pipeline(Protocol):
    """Turns texts into letters that can be found, and asks for them."""

    def index(self, texts: Mapping[str, str]) -> None:
        """Make one letter of each text and have it indexed."""
        ...

    def ask(self, typed: str) -> Sequence[str]:
        """The ids of the first letters of the answer."""
        ...


class DirectPipeline:
    """Letters as index documents, handed to the engine by hand."""

    PRINCIPAL = 1

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.names: list[str] = []

    def index(self, texts: Mapping[str, str]) -> None:
        """Index each text as the body of a letter."""
        self.names = list(texts)
        documents = [
            document_of_letter(LetterFields(at, 1, (self.PRINCIPAL,), "", body=texts[name]))
            for at, name in enumerate(self.names)
        ]
        rebuild = self.backend.rebuild()
        for start in range(0, len(documents), BATCH):
            rebuild.apply(documents[start : start + BATCH])
        rebuild.switch()

    def ask(self, typed: str) -> Sequence[str]:
        """The strict hits, then the near ones."""
        request = Request(parse(typed), frozenset({self.PRINCIPAL}), limit=DEPTH)
        hits = self.backend.search(request, with_facets=False)
        return [self.names[hit.letter_id] for hit in (*hits.hits, *hits.near)][:DEPTH]


def measure(pipeline: Pipeline, questions: Iterable[tuple[str, set[str]]]) -> dict[str, float]:
    """R@10, MRR@10 and nDCG@10 of the answers."""
    recall = reciprocal = gain = 0.0
    count = 0
    for typed, relevant in questions:
        answer = pipeline.ask(typed)
        ranks = [rank for rank, name in enumerate(answer, 1) if name in relevant]
        best = min(DEPTH, len(relevant))
        recall += len(ranks) / max(best, 1)
        reciprocal += 1 / ranks[0] if ranks else 0
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, best + 1))
        gain += sum(1 / math.log2(rank + 1) for rank in ranks) / max(ideal, 1)
        count += 1
    figures = {"r10": recall, "mrr10": reciprocal, "ndcg10": gain}
    return {name: round(value / max(count, 1), 4) for name, value in figures.items()}


def run(pipeline: Pipeline, texts: Mapping[str, str], lines: Sequence[dict[str, Any]]) -> dict:
    """All three measurements, one after another on the same engine."""
    rng = random.Random(SEED)
    clean = [(str(line["q"]), {str(each) for each in line["rel"]}) for line in lines]
    wrong = [(misspelt(typed, rng), relevant) for typed, relevant in clean]
    pipeline.index(texts)
    figures = {"clean": measure(pipeline, clean), "misspelt": measure(pipeline, wrong)}
    pipeline.index({name: defective(text, rng) for name, text in texts.items()})
    return figures | {"defects": measure(pipeline, clean)}


def main() -> None:
    """Read the files, measure, print."""
    parser = argparse.ArgumentParser(prog="benchmarks.retrieval", description=__doc__)
    parser.add_argument("--docs", type=Path, required=True)
    parser.add_argument("--queries", type=Path, required=True)
    add_backend_argument(parser)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    texts = {str(line["id"]): str(line["text"]) for line in _lines(chosen.docs)}
    with empty_backend(chosen.backend) as backend:
        figures = run(DirectPipeline(backend), texts, _lines(chosen.queries))
    if chosen.json:
        print(json.dumps(figures))
        return
    for name, each in figures.items():
        print(f"{name:9}", *(f"{figure} {value:.4f}" for figure, value in each.items()))


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


if __name__ == "__main__":
    main()
