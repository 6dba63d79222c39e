"""Real books in real letters: the regulation and its amendments, as text layers and as scans.

The passages were read off the rendered pages. Half of them stand on pages that are pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents import text_jobs
from eoffice.documents.intake import store_of
from eoffice.documents.models import Attachment, ExtractedText
from eoffice.documents.reading import process
from eoffice.jobs import Job
from tests.searching import Searching
from tests.stage import Stage
from tests.world import stored_file

LAW = Path(process.__file__).parents[2] / "sample" / "law"
REGULATION, SECOND, THIRD, FOURTH = (
    "regulation-2526.pdf",
    "amendment-2-2548.pdf",
    "amendment-3-2560.pdf",
    "amendment-4-2564.pdf",
)


@dataclass(frozen=True)
class Passage:
    """Words of a page."""

    words: str
    book: str
    page: int
    is_scanned: bool = False


PASSAGES = (
    Passage("แบบหนังสือประทับตรา", REGULATION, 34, True),
    Passage("แบบประกาศ", REGULATION, 38, True),
    Passage("แบบแถลงการณ์", REGULATION, 39, True),
    Passage('"ตามระเบียบข้อ ๒๒"', REGULATION, 40, True),
    Passage("แบบหนังสือรับรอง", REGULATION, 41, True),
    Passage("ให้ลงชื่อผู้จดรายงานการประชุมครั้งนั้น", REGULATION, 12),
    Passage("สำนวนของศาลหรือของพนักงานสอบสวน", SECOND, 4),
    Passage("คู่สำเนาที่มีต้นเรื่องจะค้นได้จากที่อื่น", SECOND, 4),
    Passage("คณะกรรมการทำลายหนังสือ ประกอบด้วยประธานกรรมการ", THIRD, 1),
    Passage("การสืบค้นข้อมูลหนังสือที่มีการจัดเก็บไว้", FOURTH, 6),
)
SCANNED = {passage.page for passage in PASSAGES if passage.is_scanned}


@pytest.fixture
def library(stage: Stage, database: Database, settings: Settings) -> Searching:
    """One letter for each book, its text layer read, recognition still waiting."""
    searching = Searching(stage, database, settings)
    store = store_of(settings.storage)
    for name in (REGULATION, SECOND, THIRD, FOURTH):
        file = stored_file(name, (LAW / name).read_bytes(), store)
        letter = stage.make(stage.world.sent_letter, subject=f"ส่งหนังสือ {name}", files=(file,))
        source = text_jobs.SOURCES["attachment"]
        file_id = _file_of(searching, letter.id)
        _do(searching, text_jobs.read(database, settings.storage, source, file_id))
    return searching


def _file_of(searching: Searching, letter_id: int) -> int:
    with searching.database.reading() as session:
        query = select(Attachment.id).where(Attachment.letter_id == letter_id)
        return session.scalars(query).one()


def _do(searching: Searching, effect: text_jobs.Effect) -> None:
    with searching.database.transaction() as session:
        effect(session)


def _recognise(searching: Searching, pages: set[int] | None) -> int:
    with searching.database.reading() as session:
        waiting = [
            job.facts
            for job in session.scalars(select(Job).where(Job.kind == "recognise_page"))
            if pages is None or job.facts["page"] in pages
        ]
    for facts in waiting:
        _do(
            searching,
            text_jobs.recognise(
                searching.database,
                searching.settings.storage,
                *text_jobs.source_of(facts),
                facts["page"],
                facts["doubt"],
            ),
        )
    return len(waiting)


def _finds_every_passage(searching: Searching) -> None:
    searching.drain()
    for passage in PASSAGES:
        found = searching.find("a_director", passage.words)
        subject = f"ส่งหนังสือ {passage.book}"
        results = [each for each in found.results if each.letter.subject == subject]
        assert results, passage  # the regulation repeats words of its amendments
        places = results[0].places
        assert (places[0].name, places[0].page) == (passage.book, passage.page), passage
        assert places[0].is_recognised == passage.is_scanned, passage
        assert "<mark>" in places[0].html


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_passages_of_ten_pages_are_found_with_their_page(library: Searching) -> None:
    with library.database.reading() as session:
        waiting = session.scalars(select(ExtractedText.pages_waiting)).all()
    assert sum(waiting) > 50
    assert _recognise(library, SCANNED) == len(SCANNED)
    with library.database.transaction() as session:  # the pages left out count as read
        for row in session.scalars(select(ExtractedText)):
            row.pages_waiting = 0
    _finds_every_passage(library)


@pytest.mark.long
def test_passages_are_found_when_the_whole_books_are_read(library: Searching) -> None:
    assert _recognise(library, None) > 50
    with library.database.reading() as session:
        assert sum(session.scalars(select(ExtractedText.pages_waiting))) == 0
    _finds_every_passage(library)
