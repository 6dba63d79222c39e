"""One suite for all engines: changes, access, rebuilding, and what a reader sees meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from eoffice.search import documents
from eoffice.search.analysis import ANALYSIS_VERSION
from eoffice.search.backends import AccessChange, Backend, Removal, Stamp
from eoffice.search.documents import DocumentKind, IndexDocument, Prepared
from tests.unit.search.engines import case, day, found, letter, search

LETTER = DocumentKind.LETTER


def stamps(backend: Backend) -> set[Stamp]:
    """All stamps of an index."""
    return set(backend.stamps())


def test_the_same_change_twice_is_one_change(backend: Backend) -> None:
    backend.apply([letter(1, "ประชุม"), letter(1, "ประชุม")])
    backend.apply([letter(1, "ประชุม")])
    assert search(backend, "ประชุม").total == 1
    assert stamps(backend) == {Stamp(2, 1, (7,))}


def test_a_new_version_replaces_the_old_text(backend: Backend) -> None:
    backend.apply([letter(1, "ประชุม"), letter(2, "ประชุม")])
    backend.apply([letter(1, "อบรม", version=2)])
    assert found(search(backend, "ประชุม")) == [2]
    assert found(search(backend, "อบรม")) == [1]
    assert Stamp(2, 2, (7,)) in stamps(backend)


def test_a_removed_document_is_gone(backend: Backend) -> None:
    backend.apply([letter(1, "ประชุม"), case(1, 1, "ทราบ", (7,))])
    backend.apply([Removal(LETTER, 1), Removal(LETTER, 99)])
    assert search(backend, "ประชุม").total == 0
    assert found(search(backend, "ทราบ")) == [1]


def test_access_changes_without_cutting_the_text_again(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"letter_no": "ศธ 04999/ว 12", "kind": "external", "dated_on": day(2)}
    backend.apply([letter(1, "ประชุมผู้บริหาร", principals=(1, 2), **facts)])
    before = search(backend, "ประชุมผู้บริหาร", 2)

    def refuse(_: IndexDocument) -> Prepared:
        raise AssertionError("the text was cut again")

    for name in ("whoosh", "tantivy_index", "postgres"):
        monkeypatch.setattr(f"eoffice.search.backends.{name}.prepare", refuse)
    backend.apply([AccessChange(LETTER, 1, (2, 3, 3)), AccessChange(LETTER, 9, (2,))])
    assert search(backend, "ประชุม", 1).total == 0
    after = search(backend, "ประชุมผู้บริหาร", 2)
    assert (found(after), after.years, after.kinds) == ([1], before.years, before.kinds)
    assert found(search(backend, "ว 12", 3)) == [1]
    assert stamps(backend) == {Stamp(2, 1, (2, 3))}
    backend.apply([AccessChange(LETTER, 1, ())])
    assert search(backend, "ประชุม", 1, 2, 3).total == 0


def test_changes_of_one_document_in_one_batch_follow_each_other(backend: Backend) -> None:
    backend.apply([letter(1, "ประชุม"), AccessChange(LETTER, 1, (5,))])
    assert found(search(backend, "ประชุม", 5)) == [1]
    assert search(backend, "ประชุม", 7).total == 0
    backend.apply([Removal(LETTER, 1), AccessChange(LETTER, 1, (7,))])
    assert stamps(backend) == set()
    backend.apply([Removal(LETTER, 1), letter(1, "ประชุม")])
    assert found(search(backend, "ประชุม")) == [1]


def test_a_failed_batch_changes_nothing(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    backend.apply([letter(1, "ประชุม")])
    real = documents.prepare

    def fail(document: IndexDocument) -> Prepared:
        if document.id == 3:
            raise OSError("the disk is full")
        return real(document)

    for name in ("whoosh", "tantivy_index", "postgres"):
        monkeypatch.setattr(f"eoffice.search.backends.{name}.prepare", fail)
    with pytest.raises(OSError, match="full"):
        backend.apply([Removal(LETTER, 1), letter(2, "ประชุม"), letter(3, "ประชุม")])
    assert found(search(backend, "ประชุม")) == [1]
    backend.apply([letter(2, "ประชุม")])
    assert sorted(found(search(backend, "ประชุม"))) == [1, 2]


def test_another_reader_sees_every_commit(opened: Callable[[], Backend]) -> None:
    writer, reader = opened(), opened()
    assert search(reader, "ประชุม").total == 0
    for number in (1, 2, 3):
        writer.apply([letter(number, "ประชุม")])
        assert search(reader, "ประชุม").total == number


def test_commits_within_one_tick_of_the_files_clock_are_seen(
    opened: Callable[[], Backend], tmp_path: Path
) -> None:
    writer, reader = opened(), opened()
    for number in (1, 2, 3):
        writer.apply([letter(number, "ประชุม")])
        for file in tmp_path.rglob("*"):
            os.utime(file, ns=(0, 0))
        assert search(reader, "ประชุม").total == number


def test_a_rebuild_is_seen_only_when_it_is_switched(opened: Callable[[], Backend]) -> None:
    backend, reader = opened(), opened()
    backend.apply([letter(1, "ประชุมเก่า"), letter(2, "ประชุม")])
    first = backend.status()
    rebuild = backend.rebuild()
    rebuild.apply([letter(3, "ประชุมใหม่")])
    rebuild.apply([letter(4, "ประชุม")])
    assert reader.status().is_building
    assert sorted(found(search(reader, "ประชุม"))) == [1, 2]
    backend.apply([letter(5, "ประชุม")])
    assert sorted(found(search(reader, "ประชุม"))) == [1, 2, 5]
    assert {stamp.key for stamp in rebuild.stamps()} == {6, 8}
    rebuild.switch()
    assert sorted(found(search(reader, "ประชุม"))) == [3, 4]
    assert sorted(found(search(backend, "ประชุม"))) == [3, 4]
    status = reader.status()
    assert (status.documents, status.is_building) == (2, False)
    assert status.generation > first.generation
    assert status.analysis_version == ANALYSIS_VERSION
    backend.apply([letter(6, "ประชุม")])
    assert sorted(found(search(reader, "ประชุม"))) == [3, 4, 6]


def test_an_empty_rebuild_is_an_empty_index(backend: Backend) -> None:
    backend.apply([letter(1, "ประชุม")])
    backend.rebuild().switch()
    assert search(backend, "ประชุม").total == 0
    assert stamps(backend) == set()


def test_an_unfinished_rebuild_is_thrown_away(opened: Callable[[], Backend]) -> None:
    backend = opened()
    backend.apply([letter(1, "ประชุม")])
    abandoned = backend.rebuild()
    abandoned.apply([letter(2, "ประชุม")])
    abandoned.discard()
    assert not backend.status().is_building
    left = backend.rebuild()
    left.apply([letter(3, "ประชุม")])
    del left
    again = opened().rebuild()
    again.apply([letter(4, "ประชุม")])
    again.switch()
    assert found(search(backend, "ประชุม")) == [4]


def test_a_long_text_is_found_to_its_last_page(backend: Backend) -> None:
    page = " ".join(f"คำที่{number % 900} abc{number % 700}" for number in range(9_000))
    backend.apply([letter(1, "หนังสือยาว", pages=[page, "ท้ายเล่มอุทกภัย"], body="x" * 100_000)])
    for typed in ("หนังสือยาว", "abc699", "อุทกภัย", '"ท้ายเล่มอุทกภัย"', '"abc5 คำที่6"'):
        assert found(search(backend, typed)) == [1], typed


def test_a_text_beyond_all_limits_is_indexed_as_far_as_it_goes(backend: Backend) -> None:
    backend.apply([letter(1, "หนังสือยาว", body=" ".join(f"{n}ก{n}ข" for n in range(16_000)))])
    assert found(search(backend, "หนังสือยาว 12 ก")) == [1]


def test_status_tells_what_is_there(backend: Backend) -> None:
    assert backend.status().documents == 0
    backend.apply([letter(1, "ประชุม"), case(1, 1, "ทราบ", (7,))])
    status = backend.status()
    assert (status.backend, status.documents, status.is_building) == (backend.name, 2, False)
    assert status.size_bytes > 0
