"""Suggestions and corrections: only from what the person sees now (assurance AC-07)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from eoffice.search.backends import Backend, Request
from eoffice.search.query import Query, parse
from eoffice.search.suggest import completions, did_you_mean
from tests.unit.search.engines import SEES, letter

SUBJECTS = {
    1: "การจัดเก็บข้อมูลนักเรียนรายบุคคล (DMC) รอบที่ 1 ปีการศึกษา 2569",
    2: "การเลื่อนเงินเดือนข้าราชการครูและบุคลากรทางการศึกษา ครั้งที่ 2",
    3: "แจ้งโอนเงินอุดหนุนรายหัว ภาคเรียนที่ 1/2569",
    4: "ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569",
    5: "สอบสวนข้อเท็จจริงอุทกภัยนักเรียน",
    6: "รายงานอุทกภัยของโรงเรียน",
}
SEEN = {1, 2, 3, 4}


@pytest.fixture
def archive(backend: Backend) -> Backend:
    """Six letters: four that are seen, one of others, one whose access ended a moment ago."""
    backend.apply(
        [
            letter(each, subject, principals=(SEES,) if each != 5 else (99,))
            for each, subject in SUBJECTS.items()
        ]
    )
    return backend


def subjects_now(letters: Sequence[int]) -> Mapping[int, str]:
    """What the database says: letter 6 is still in the index, but no longer to be seen."""
    return {each: SUBJECTS[each] for each in letters if each in SEEN}


def corrected(backend: Backend, typed: str) -> str | None:
    """The correction of a box."""
    return did_you_mean(backend, Request(parse(typed), frozenset({SEES})), subjects_now)


def completed(backend: Backend, typed: str) -> list[str]:
    """The suggested texts for a beginning."""
    request = Request(Query(), frozenset({SEES}))
    return [each.text for each in completions(backend, request, typed, subjects_now)]


def test_corrections(archive: Backend) -> None:
    for typed, right in (
        ("ข้อมูลนกเรียน", "ข้อมูลนักเรียน"),
        ("เงินเดือรข้าราชการ", "เงินเดือนข้าราชการ"),
        ("ประชุม ผู้บริหารสถานศึกษษ", "ประชุม ผู้บริหารสถานศึกษา"),
        ("ข้อมูลนกเรียน -อบรม", "ข้อมูลนักเรียน -อบรม"),
        ("ผุ้บริหาร", "ผู้บริหาร"),
    ):
        assert corrected(archive, typed) == right


def test_what_is_right_or_like_nothing_is_not_corrected(archive: Backend) -> None:
    for typed in ("นักเรียน", "xyzxyz", "ศธ 04999/ว 472", "", "-ก", "กข"):
        assert corrected(archive, typed) is None, typed


def test_unseen_letters_correct_nothing_and_complete_nothing(archive: Backend) -> None:
    for typed in ("สอบสวนข้อเท็จจรง", "สอบสวนข้อเท็จจริ", "อุทกภับ", "อุทกภัยของโรงเรียม"):
        assert corrected(archive, typed) is None, typed
    for typed in ("สอบ", "สอบสวน", "อุทก", "อุทกภัย", "รายงานอุ"):
        assert completed(archive, typed) == [], typed


def test_completions_follow_what_was_typed(archive: Backend) -> None:
    assert completed(archive, "ข้อมู") == ["ข้อมูล", "ข้อมูลนักเรียน"]
    assert completed(archive, "ข้อมูล") == ["ข้อมูลนักเรียน", "ข้อมูลนักเรียนรายบุคคล"]
    assert completed(archive, "ครั้ง")[0] == "ครั้งที่"
    assert completed(archive, "ประชุมผ")[0] == "ประชุมผู้บริหาร"
    assert completed(archive, "dm") == ["DMC", "DMC) รอบ"]
    assert completed(archive, "ก") == []
    assert completed(archive, "") == []


def test_without_principals_nothing_is_suggested(archive: Backend) -> None:
    nobody = Request(parse("ข้อมูลนกเรียน"), frozenset())
    assert did_you_mean(archive, nobody, subjects_now) is None
    assert completions(archive, nobody, "ข้อมู", subjects_now) == []


def test_beginnings_that_hurt_are_only_beginnings(archive: Backend) -> None:
    for typed in ("(((", '"' * 50, "\\'", "ๆ" * 90, "\x00\ud800", "1/" * 50, "-" * 90, "a" * 5000):
        completed(archive, typed)
        corrected(archive, typed)
