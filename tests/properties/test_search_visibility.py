"""Whatever is searched, nothing of a letter shows to whom the acts done so far do not allow it.

After a random course of acts everybody of the cast searches for words of letters of all offices:
hits, totals, counts, snippets, suggestions, better spellings and exports name only what the person
may read, and a search for everything names all of it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from sqlalchemy import select

from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.models import Letter
from eoffice.documents.rules import LetterKind
from eoffice.documents.services.drafting import LetterFields
from eoffice.search.asked import Asked
from eoffice.search.finding import Found, all_found, suggestions
from eoffice.thai import fold
from tests.properties import office_walk
from tests.properties.office_walk import Walk
from tests.properties.test_visibility import EVERYBODY, wander
from tests.searching import Searching
from tests.stage import Stage

PARTS = (
    ("ขอเชิญ", "แจ้ง", "รายงาน", "ขอส่ง", "การจัดสรร", "ติดตาม"),
    ("ประชุมผู้บริหาร", "งบประมาณ", "อาหารกลางวัน", "ข้อมูลนักเรียน", "ครูผู้ช่วย", "พัสดุ"),
    ("ประจำปี", "รอบที่หนึ่ง", "ของเครือข่าย", "เร่งด่วน", "ครั้งสุดท้าย"),
)
SIZES = [pytest.param(150, 6), pytest.param(1200, 120, marks=pytest.mark.long)]
"""Acts, and queries a person: 17 persons make 100 pairs, and 2,000 in the long run."""
EVERYTHING = tuple(kind.value for kind in LetterKind)


class NamedWalk(Walk):
    """A walk whose letters have subjects of their own."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        super().__init__(stage)
        self.chance = chance

    def begin(self, desk: str) -> None:
        """Draft a letter with a subject that shares words with others."""
        subject = "".join(self.chance.choice(part) for part in PARTS)
        subject += f" {self.chance.randrange(1000, 9999)}"
        office_walk.FIELDS = LetterFields(subject=subject, body=f"ข้อความว่าด้วย{subject}")
        super().begin(desk)


@pytest.mark.parametrize(("acts", "queries"), SIZES)
def test_no_search_shows_what_the_acts_do_not_allow(
    stage: Stage,
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    acts: int,
    queries: int,
) -> None:
    monkeypatch.setattr(office_walk, "FIELDS", office_walk.FIELDS)
    chance = random.Random(7)
    walk = NamedWalk(stage, chance)
    searching = Searching(stage, database, settings)
    wander(walk, chance, acts)
    searching.drain()
    assert not searching.differences()
    subjects = _subjects(database)
    for desk in EVERYBODY:
        readable = _readable(walk, desk)
        _everything(searching, desk, readable)
        for _ in range(queries):
            asked = _random(chance, list(subjects.values()))
            found = searching.find(desk, **asked)
            _only(readable, subjects, found, asked["q"])
            _suggested_only(searching, desk, asked["q"], readable, subjects)
            letters, _ = stage.ask(desk, all_found, searching.index, Asked(**asked))
            assert {letter.public_id for letter in letters} <= readable
            assert len(letters) == found.total
    # An index that lags shows nothing more either.
    wander(walk, chance, acts // 3)
    subjects = _subjects(database)
    for desk in EVERYBODY:
        readable = _readable(walk, desk)
        found = searching.find(desk, kinds=EVERYTHING)
        assert {each.letter.public_id for each in found.results} <= readable
    searching.index.close()


def _readable(walk: Walk, desk: str) -> set[str]:
    return {each.public_id for each in walk.model.letters if walk.model.reads(desk, each)}


def _everything(searching: Searching, desk: str, readable: set[str]) -> None:
    found = searching.find(desk, kinds=EVERYTHING)
    assert found.total == len(readable), desk
    assert sum(each.count for each in found.years) == len(readable)
    assert sum(found.kinds.values()) == len(readable)
    letters, is_capped = searching.stage.ask(
        desk, all_found, searching.index, Asked(kinds=EVERYTHING)
    )
    assert {letter.public_id for letter in letters} == readable
    assert not is_capped


def _only(readable: set[str], subjects: dict[str, str], found: Found, typed: str) -> None:
    shown = [each.letter.public_id for each in (*found.results, *found.near)]
    assert set(shown) <= readable
    assert found.total <= len(readable)
    assert sum(each.count for each in found.years) == found.total
    assert sum(found.kinds.values()) == found.total
    assert sum(each.count for each in found.offices) <= found.total
    changed = [word for word in found.better.split() if word not in typed]
    _stands_in(changed, readable, subjects)


def _suggested_only(
    searching: Searching, desk: str, typed: str, readable: set[str], subjects: dict[str, str]
) -> None:
    asked = Asked(q=typed[: max(3, len(typed) // 2)])
    for each in searching.stage.ask(desk, suggestions, searching.index, asked):
        _stands_in([each.text], readable, subjects)


def _stands_in(texts: Iterable[str], readable: set[str], subjects: dict[str, str]) -> None:
    known = [fold(subject).replace(" ", "") for key, subject in subjects.items() if key in readable]
    for text in texts:
        wanted = fold(text).replace(" ", "").strip('"-')
        assert any(wanted in subject for subject in known), text


def _subjects(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {row[0]: row[1] for row in session.execute(select(Letter.public_id, Letter.subject))}


def _random(chance: random.Random, subjects: list[str]) -> dict[str, str]:
    subject = chance.choice(subjects)
    start = chance.randrange(len(subject))
    words = subject[start : start + chance.randrange(3, 24)].strip() or subject
    if chance.random() < 0.3:
        at = chance.randrange(len(words))
        words = words[:at] + words[at + 1 :]
    if chance.random() < 0.2:
        words = f'"{words}"'
    asked = {"q": words}
    if chance.random() < 0.3:
        asked["direction"] = chance.choice(("in", "out"))
    return asked
