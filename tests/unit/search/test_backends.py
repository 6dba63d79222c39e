"""One suite for all engines: what matches, who sees it, how it is counted and sorted."""

from __future__ import annotations

import random
from collections import Counter
from itertools import chain, pairwise

import pytest

from eoffice.search.analysis import letters_of, words_of
from eoffice.search.backends import Backend, Filters, Hits, Order, Request
from eoffice.search.query import Query, parse
from tests.unit.search.engines import SEES, case, day, found, letter, search

SUBJECTS = {
    1: "การจัดเก็บข้อมูลนักเรียนรายบุคคล (DMC) รอบที่ 1 ปีการศึกษา 2569",
    2: "การเลื่อนเงินเดือนข้าราชการครูและบุคลากรทางการศึกษา ครั้งที่ 2",
    3: "แจ้งโอนเงินอุดหนุนรายหัว ภาคเรียนที่ 1/2569",
    4: "ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569",
}


@pytest.fixture
def four(backend: Backend) -> Backend:
    """Four letters with numbers, days and senders."""
    numbers = {1: "ศธ 04999/ว 1284", 2: "ศธ 04999/ว 472", 3: "ศธ 04999.007/102", 4: "12/2569"}
    backend.apply(
        [
            letter(
                each,
                subject,
                letter_no=numbers[each],
                kind="order" if each == 4 else "external",
                from_office=10 + each % 2,
                to_offices=(20, 20 + each),
                groups=(each,),
                urgency="urgent" if each == 1 else "normal",
                states=("sent",),
                has_attachment=each == 3,
                dated_on=day(each) if each < 4 else day(4, year=2025),
            )
            for each, subject in SUBJECTS.items()
        ]
    )
    return backend


MATCHES = [
    ("ข้อมูลนักเรียน", [1]),
    ("นักเรียน DMC", [1]),
    ("dmc", [1]),
    ("นักเรียน เงินเดือน", []),
    ("ครั้งที่", [2, 4]),
    ("ครั้งที่ -ประชุม", [2]),
    ("-ครั้งที่", [1, 3]),
    ('"ภาคเรียนที่ ๑/๒๕๖๙"', [3]),
    ('"ที่ภาคเรียน"', []),
    ("เรียน", [1, 3]),
    ("ข้าราชการ -ครู", []),
    ("ขอเชญประชม", []),
    ("ขอเชิญประชุมผุ้บริหาร", []),
    ("เงินเดอืน", []),
    ("น\u0e31\u0e31กเร\u200bียน", [1]),
    ("ผูบริหาร", [4]),
]


def test_what_matches(four: Backend) -> None:
    for typed, letters in MATCHES:
        hits = search(four, typed)
        assert sorted(found(hits)) == letters, typed
        assert hits.total == len(letters)


BOOK = (*["ให้ปฏิบัติตามระเบียบ ข้อนี้ตามความเหมาะสม"] * 400, "ปฏิบัติข้อความเหมาะตามแบบนี้ ให้ระเบียบ")
"""Pages that name the same words more often than an engine may keep places of them."""
IN_BOOK = [
    ('"ตามระเบียบ"', [1, 2]),
    ('"ข้อความเหมาะตามแบบ"', [1]),
    ("ข้อความเหมาะตามแบบ", [1]),
    ('ปฏิบัติ -"ข้อความเหมาะตามแบบ"', [2]),
    ('"ระเบียบตามปฏิบัติ"', []),
]


def test_a_phrase_on_the_last_page_of_a_book_is_found(backend: Backend) -> None:
    backend.apply([letter(1, "คู่มือ", pages=BOOK), letter(2, "คู่มือ", pages=BOOK[:-1])])
    for typed, letters in IN_BOOK:
        assert sorted(found(search(backend, typed))) == letters, typed
    backend.apply([letter(1, "คู่มือ", version=2, pages=BOOK[:2])])
    assert found(search(backend, '"ข้อความเหมาะตามแบบ"')) == []


SPELLINGS = [
    ("ศธ 04999/ว 472", [2]),
    ("ศธ ๐๔๙๙๙/ว ๔๗๒", [2]),
    ("ศธ04999/ว472", [2]),
    ("ที่ ศธ.04999/ว.472", [2]),
    ("ว472", [2]),
    ("ว ๔๗๒", [2]),
    ("472", [2]),
    ("04999/ว 472", [2]),
    ("ศธ 04999/ว 47", [2]),
    ("ว 47", [2]),
    ("ศธ 04999.007/102", [3]),
    ("04999.007", [3]),
    ("ศธ 04999", [1, 2, 3]),
    ("12/2569", [4]),
    ("ที่ 12/2569", [4]),
    ("ว 473", []),
    ("47", []),
]


def test_a_number_is_found_in_every_spelling(four: Backend) -> None:
    for typed, letters in SPELLINGS:
        assert sorted(found(search(four, typed))) == letters, typed


def test_the_typed_number_comes_before_longer_ones(backend: Backend) -> None:
    numbers = {1: "ศธ 04999/ว 4721", 2: "ศธ 04999/ว 472", 3: "ศธ 04999/ว 4722"}
    backend.apply([letter(each, "ที่ประชุม", letter_no=no) for each, no in numbers.items()])
    assert found(search(backend, "ว 472"))[0] == 2
    assert search(backend, "ว 472").total == 3


DATES = [
    ("2 พ.ค. 2569", [2]),
    ("พ.ค. 69", [1, 2, 3]),
    ("พฤษภาคม 2568", [4]),
    ("ปี 2568", [4]),
    ("ค.ศ. 2025", [4]),
    ("1-2 พ.ค. 2569", [1, 2]),
    ("2026-05-03", [3]),
    ("ครั้งที่ พ.ค. 2569", [2]),
    ("ครั้งที่ มิ.ย. 2569", []),
]


def test_a_typed_date_filters(four: Backend) -> None:
    for typed, letters in DATES:
        assert sorted(found(search(four, typed))) == letters, typed


def test_a_date_that_no_match_bears_is_looked_for_as_text(backend: Backend) -> None:
    backend.apply([letter(1, "ประชุมวันที่ 10 มิถุนายน 2569", dated_on=day(18))])
    hits = search(backend, "ประชุม 10 มิถุนายน 2569")
    assert (found(hits), hits.dates_as_words) == ([1], True)


FILTERS = [
    (Filters(), [1, 2, 3, 4]),
    (Filters(years=frozenset({2569})), [1, 2, 3]),
    (Filters(years=frozenset({2568, 2569})), [1, 2, 3, 4]),
    (Filters(kinds=frozenset({"order"})), [4]),
    (Filters(from_offices=frozenset({11})), [1, 3]),
    (Filters(to_offices=frozenset({22, 23})), [2, 3]),
    (Filters(groups=frozenset({3})), [3]),
    (Filters(urgencies=frozenset({"urgent"})), [1]),
    (Filters(states=frozenset({"draft"})), []),
    (Filters(has_attachment=True), [3]),
    (Filters(has_attachment=False), [1, 2, 4]),
    (Filters(dated_from=day(2)), [2, 3]),
    (Filters(dated_to=day(1)), [1, 4]),
    (Filters(dated_from=day(2), dated_to=day(2)), [2]),
    (Filters(years=frozenset({2569}), from_offices=frozenset({11}), dated_to=day(1)), [1]),
]


def test_filters_alone_list_what_passes(four: Backend) -> None:
    for filters, letters in FILTERS:
        hits = search(four, "", filters=filters)
        assert sorted(found(hits)) == letters
        assert hits.total == len(letters)


def test_counts_are_of_the_letters_found(four: Backend) -> None:
    hits = search(four, "")
    assert hits.years == {2569: 3, 2568: 1}
    assert hits.kinds == {"external": 3, "order": 1}
    assert hits.from_offices == {10: 2, 11: 2}
    assert search(four, "ครั้งที่").years == {2569: 1, 2568: 1}


@pytest.mark.parametrize(
    ("order", "letters"),
    [
        (Order.NEWEST, [3, 2, 1, 4]),
        (Order.OLDEST, [4, 1, 2, 3]),
        (Order.RELEVANCE, [3, 2, 1, 4]),
    ],
)
def test_without_words_the_newest_come_first(
    four: Backend, order: Order, letters: list[int]
) -> None:
    assert found(search(four, "", order=order)) == letters


def test_a_match_in_the_subject_comes_before_one_in_a_file(backend: Backend) -> None:
    other = "เรื่องอื่นที่ไม่เกี่ยวกัน"
    backend.apply(
        [
            letter(1, other, pages=["รายงานสถานศึกษาประสบอุทกภัย " + other]),
            letter(2, "รายงานสถานศึกษาประสบอุทกภัย", pages=[other + " " + other]),
        ]
    )
    assert found(search(backend, "อุทกภัย")) == [2, 1]


def test_pages_follow_each_other_and_end(backend: Backend) -> None:
    backend.apply([letter(each, f"ประชุมครั้งที่ {each}") for each in range(1, 26)])
    for order in Order:
        pages = [
            found(search(backend, "ประชุม", order=order, offset=at, limit=10))
            for at in (0, 10, 20, 30)
        ]
        assert [len(page) for page in pages] == [10, 10, 5, 0]
        assert sorted(chain.from_iterable(pages)) == list(range(1, 26))
    beyond = search(backend, "ประชุม", offset=10_000_000)
    assert (beyond.total, beyond.hits) == (25, ())
    assert len(found(search(backend, "ประชุม", offset=-5, limit=3))) == 3
    assert search(backend, "ประชุม", limit=0).total == 25


def test_misspelt_words_give_near_hits_that_are_not_counted(four: Backend) -> None:
    hits = search(four, "ขอเชิญประชุมผ้บริหาน")
    assert hits.total == 0
    assert hits.near[0].letter_id == 4
    assert search(four, "xyzxyz").near == ()


def test_near_hits_follow_few_strict_ones_and_repeat_none(four: Backend) -> None:
    hits = search(four, "ครั้งที่ 3/2569")
    assert found(hits) == [4]
    assert 4 not in {hit.letter_id for hit in hits.near}


def test_without_principals_nothing_is_asked(
    four: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Hits:
        raise AssertionError("the engine was asked without principals")

    monkeypatch.setattr(four, "_match", refuse)
    monkeypatch.setattr(four, "_near", refuse)
    assert four.search(Request(parse("ประชุม"), frozenset())) == Hits()
    assert four.best(Request(parse("ประชุม"), frozenset()), 5) == []


def test_an_empty_index_finds_nothing(backend: Backend) -> None:
    assert search(backend, "ประชุม") == Hits()
    assert backend.best(Request(parse("ประชุม"), frozenset({SEES})), 5) == []


def test_a_letter_is_seen_by_its_principals_only(backend: Backend) -> None:
    backend.apply(
        [
            letter(1, "ประชุมลับเฉพาะ", principals=(1, 2)),
            letter(2, "ประชุมทั่วไป", principals=(2, 12)),
            letter(3, "ประชุมไม่มีใครเห็น", principals=()),
        ]
    )
    assert sorted(found(search(backend, "ประชุม", 2))) == [1, 2]
    assert found(search(backend, "ประชุม", 12)) == [2]
    assert found(search(backend, "-ทั่วไป", 2)) == [1]
    for outsider in (3, 22, 0, 121):
        hits = search(backend, "ประชุม", outsider)
        assert hits == Hits()


def test_an_endorsement_is_found_by_the_case_alone(backend: Backend) -> None:
    sender, school, other_school = 1, 2, 3
    facts = {"kind": "external", "from_office": 10, "dated_on": day(3)}
    backend.apply(
        [
            letter(1, "การอบรมครู", principals=(sender, school, other_school), **facts),
            letter(2, "มอบครูสมชายดำเนินการ", principals=(school,), **facts),
            case(1, 1, "มอบครูสมชายดำเนินการ", (school,), **facts),
            case(2, 1, "ทราบ มอบครูวิชาการ", (other_school,), **facts),
        ]
    )
    assert search(backend, "สมชาย", sender) == Hits()
    assert search(backend, "สมชาย", other_school).total == 0
    hits = search(backend, "สมชาย", school)
    assert (sorted(found(hits)), hits.total) == ([1, 2], 2)
    assert (hits.years, hits.kinds, hits.from_offices) == ({2569: 2}, {"external": 2}, {10: 2})
    both = search(backend, "ครู", school, other_school)
    assert (sorted(found(both)), both.total, both.years) == ([1, 2], 2, {2569: 2})
    assert search(backend, "", school, other_school).total == 2


def test_a_classified_letter_gives_its_number_and_nothing_else(backend: Backend) -> None:
    secret = letter(
        1,
        "สอบสวนข้อเท็จจริง",
        letter_no="ศธ 04999/ล 12",
        parties=("ผู้ถูกกล่าวหา",),
        body="ความลับ",
        pages=["หน้าลับ"],
        is_classified=True,
    )
    backend.apply([secret, case(1, 1, "มอบนิติกร", (SEES,), is_classified=True)])
    for typed in ("สอบสวน", "ผู้ถูกกล่าวหา", "ความลับ", "หน้าลับ", "แนบ", "นิติกร"):
        hits = search(backend, typed)
        assert (hits.total, hits.near) == (0, ())
    assert found(search(backend, "ศธ 04999/ล12")) == [1]


def test_queries_that_hurt_are_only_queries(four: Backend) -> None:
    hostile = [
        "' OR 1=1 --", "\\", "'\\''", "a:b", "* ? ~", "(((", ")))", "&& || !", "\x00", "\ud800",
        "<->", "'ก' & 'ข'", "%", "_", "|", "ก|ข", "-" * 400, '"' * 400, "ๆ" * 400, "1/" * 200,
        "𝒳 🙂 \u202e", "ฯ", "-ฯ", '""', '"-"', "--ก",
    ]  # fmt: skip
    for typed in hostile:
        hits = search(four, typed)
        assert len(hits.hits) == min(hits.total, 20)


def test_hits_totals_and_counts_equal_a_slow_reference(backend: Backend) -> None:
    rng = random.Random(20)
    vocabulary = "ประชุม อบรม นักเรียน ครู เงินเดือน ข้อมูล สถานศึกษา รายงาน งบประมาณ dmc".split()
    texts = {
        each: "".join(rng.choice(vocabulary) + rng.choice(["", "", " "]) for _ in range(6))
        for each in range(1, 61)
    }
    seen_by = {each: set(rng.sample(range(1, 9), rng.randint(0, 3))) for each in texts}
    backend.apply(
        [
            letter(each, text, principals=seen_by[each], from_office=each % 3)
            for each, text in texts.items()
        ]
    )
    for _ in range(150):
        principals = set(rng.sample(range(1, 12), rng.randint(0, 3)))
        parts = [rng.choice(vocabulary) for _ in range(rng.randint(0, 2))]
        parts += ["-" + rng.choice(vocabulary) for _ in range(rng.randint(0, 1))]
        typed = " ".join(parts) or "".join(rng.choice(vocabulary) for _ in range(2))
        expected = {
            each
            for each, text in texts.items()
            if seen_by[each] & principals and _matches(parse(typed), text)
        }
        request = Request(parse(typed), frozenset(principals), limit=100)
        hits = backend.search(request)
        assert set(found(hits)) == expected, typed
        assert hits.total == len(hits.hits) == len(expected)
        assert hits.from_offices == Counter(each % 3 for each in expected)
        assert all(seen_by[hit.letter_id] & principals for hit in hits.near)
        assert all(seen_by[hit.letter_id] & principals for hit in backend.best(request, 50))


def _matches(query: Query, text: str) -> bool:
    """The rule of matching, by looking at the text alone."""
    words, letters = set(words_of(text)), letters_of(text)
    grams = ["".join(pair) for pair in pairwise(letters)]

    def has(words_wanted: tuple[str, ...], grams_wanted: tuple[str, ...]) -> bool:
        if words_wanted and words.issuperset(words_wanted):
            return True
        size = len(grams_wanted)
        runs = (tuple(grams[at : at + size]) for at in range(len(grams) - size + 1))
        return bool(size) and grams_wanted in runs

    return all(has(each.all_of, each.grams) for each in query.wanted) and not any(
        has(each.all_of, each.grams) for each in query.unwanted
    )
