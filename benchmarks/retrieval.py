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
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.defects import defective, misspelt
from benchmarks.engines import add_backend_argument, search_stage
from benchmarks.stage import Stage
from eoffice import clock, outbox
from eoffice.documents.models import Attachment, Blob, ExtractedText
from eoffice.documents.services.drafting import LetterFields, draft
from eoffice.search import indexer, services
from eoffice.search.asked import Asked
from eoffice.search.finding import find
from eoffice.users.access import revoke
from eoffice.users.models import Principal

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


class LetterPipeline:
    """Letters of a real district: drafted by its registrar, their text read from a file, indexed
    from the outbox, found by the registrar with the service that the search page calls."""

    def __init__(self, staged: Stage) -> None:
        self.staged = staged
        self.names: dict[int, str] = {}
        self.backend = services.backend_of(staged.database, staged.settings)

    def index(self, texts: Mapping[str, str]) -> None:
        """Draft one letter for each text, which stands in its attachment, and index them."""
        known = list(self.names)
        self.names = {}
        for part in _parts(list(texts.items())):
            with self.staged.database.transaction() as session:
                for letter_id in known:
                    withdraw_all(session, letter_id)
                known = []
                for name, text in part:
                    self.names[add_letter(session, self.staged, text)] = name
        folder = services.index_folder(self.staged.settings)
        indexer.drain(self.staged.database, folder, self.backend)

    def ask(self, typed: str) -> Sequence[str]:
        """The first hits of the search page."""
        with self.staged.database.reading() as session:
            actor = self.staged.registrar(session)
            found = find(session, actor, self.backend, Asked(q=typed))
        shown = [each.letter.id for each in (*found.results, *found.near)]
        return [self.names[each] for each in shown][:DEPTH]


def add_letter(session: Session, staged: Stage, text: str) -> int:
    """A draft with one attached file in which the worker has read this text; gives its id."""
    letter = draft(session, staged.registrar(session), LetterFields(subject="เอกสาร"))
    at = clock.now()
    blob = Blob(
        key=secrets.token_hex(16),
        office_id=letter.office_id,
        sha256=secrets.token_hex(32),
        size=1,
        created_at=at,
    )
    session.add(blob)
    session.flush()
    file = Attachment(
        letter_id=letter.id,
        blob_id=blob.id,
        position=0,
        is_main=True,
        name="แนบ.txt",
        kind="txt",
        media_type="text/plain",
        size=1,
        sha256=blob.sha256,
        added_at=at,
    )
    session.add(file)
    session.flush()
    page = {"page": 1, "method": "text", "confidence": None, "text": text}
    read = ExtractedText(attachment_id=file.id, state="done", read_at=at, page_count=1)
    read.pages = json.dumps([page], ensure_ascii=False)
    session.add(read)
    outbox.note(session, "attachment", file.id)
    return letter.id


def withdraw_all(session: Session, letter_id: int) -> None:
    """Let nobody read a letter any more."""
    revoke(session, "letter", letter_id, select(Principal.id))


def _parts(items: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


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


def run(
    pipeline: Pipeline, texts: Mapping[str, str], lines: Sequence[dict[str, Any]]
) -> dict[str, Any]:
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
    with search_stage(chosen.backend) as staged:
        figures = run(LetterPipeline(staged), texts, _lines(chosen.queries))
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
