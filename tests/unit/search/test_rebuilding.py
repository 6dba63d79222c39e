"""An index compared with its archive, mended, and rebuilt while the archive changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

import pytest

from eoffice.search import rebuilding
from eoffice.search.backends import AccessChange, Backend, Stamp
from eoffice.search.documents import DocumentKind, IndexDocument
from eoffice.search.rebuilding import compare, mend, rebuild
from tests.unit.search.engines import found, letter, search


class FakeArchive:
    """Documents in memory; ``meanwhile`` runs once, after the first documents were read."""

    def __init__(self, *documents: IndexDocument) -> None:
        self.kept = {document.key: document for document in documents}
        self.meanwhile = lambda: None

    def put(self, *documents: IndexDocument) -> None:
        """Add or replace documents."""
        self.kept |= {document.key: document for document in documents}

    def stamps(self) -> Iterable[Stamp]:
        """The stamps of all documents."""
        return [Stamp(key, each.version, each.principals) for key, each in self.kept.items()]

    def documents(self, keys: Sequence[int]) -> Iterator[IndexDocument]:
        """The documents of these keys."""
        yield from [self.kept[key] for key in keys if key in self.kept]
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()


def test_every_kind_of_difference_is_named_and_mended(backend: Backend) -> None:
    backend.apply([letter(1, "ประชุม"), letter(2, "ประชุม"), letter(3, "ประชุม")])
    backend.apply([letter(5, "ประชุม")])
    archive = FakeArchive(
        letter(1, "ประชุม"),
        letter(2, "อบรม", version=2),
        letter(3, "ประชุม", principals=(9, 8)),
        letter(4, "ประชุม"),
    )
    differences = compare(backend, archive)
    assert (differences.missing, differences.stale, differences.surplus) == ((8,), (4,), (10,))
    assert [stamp.key for stamp in differences.access] == [6]
    assert len(differences) == 4
    mend(backend, archive, differences)
    assert not compare(backend, archive)
    assert sorted(found(search(backend, "ประชุม"))) == [1, 4]
    assert found(search(backend, "ประชุม", 8)) == [3]


def test_a_rebuild_catches_up_with_what_changed_meanwhile(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 2)
    archive = FakeArchive(*(letter(each, "ประชุม") for each in range(1, 8)))
    backend.apply([letter(99, "ประชุมค้าง")])
    seen: list[tuple[int, int]] = []

    def change() -> None:
        archive.put(letter(1, "อบรม", version=2), letter(20, "ประชุม"))
        archive.put(letter(2, "ประชุม", principals=(9,)))
        del archive.kept[letter(3).key]
        assert found(search(backend, "ประชุมค้าง")) == [99]

    archive.meanwhile = change
    rebuild(backend, archive, nullcontext(), lambda done, total: seen.append((done, total)))
    assert not compare(backend, archive)
    assert sorted(found(search(backend, "ประชุม"))) == [4, 5, 6, 7, 20]
    assert seen[0] == (2, 7)


def test_the_switch_happens_while_the_indexer_is_held_back(backend: Backend) -> None:
    archive = FakeArchive(letter(1, "ประชุม"))
    events: list[object] = []

    @contextmanager
    def held() -> Iterator[None]:
        archive.put(letter(2, "ประชุม"))
        events.append(("before", search(backend, "ประชุม").total))
        yield
        events.append(("after", search(backend, "ประชุม").total))

    rebuild(backend, archive, held())
    assert events == [("before", 0), ("after", 2)]


def test_a_failed_rebuild_leaves_the_old_generation(backend: Backend) -> None:
    backend.apply([letter(1, "ประชุม")])
    archive = FakeArchive(letter(2, "ประชุม"))

    def fail() -> None:
        raise OSError("the disk is full")

    archive.meanwhile = fail
    with pytest.raises(OSError, match="full"):
        rebuild(backend, archive, nullcontext())
    assert found(search(backend, "ประชุม")) == [1]
    assert not backend.status().is_building


def test_a_lost_access_is_seen_by_the_comparison(backend: Backend) -> None:
    backend.apply([letter(1, "ประชุม", principals=(1, 2))])
    archive = FakeArchive(letter(1, "ประชุม", principals=(2, 1)))
    assert not compare(backend, archive)
    backend.apply([AccessChange(DocumentKind.LETTER, 1, (1, 2, 3))])
    assert len(compare(backend, archive)) == 1
