"""Keeping an index equal to the archive: comparing, mending, and rebuilding while search goes on.

The archive is anything that can tell the stamps of its documents and make documents of keys. An
index is compared by version *and* principals: a wrong text is a nuisance, a wrong principal a leak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from eoffice.search.backends import (
    AccessChange,
    Backend,
    Change,
    Generation,
    Rebuild,
    Removal,
    Stamp,
)
from eoffice.search.documents import IndexDocument, object_of

BATCH = 200
"""Changes of one commit."""

CATCHING_UP = 5
"""Rounds of catching up before the last one, which holds the indexer back."""

Progress = Callable[[int, int], None]
"""Told how many documents are done, and how many there are."""


class Archive(Protocol):
    """What the database says should be in the index."""

    def stamps(self) -> Iterable[Stamp]:
        """The stamps of all documents that belong in the index."""
        ...

    def documents(self, keys: Sequence[int]) -> Iterable[IndexDocument]:
        """The documents of these keys, as they are now; those that are gone are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Differences:
    """Keys by what is wrong with them in the index."""

    missing: tuple[int, ...] = ()
    stale: tuple[int, ...] = ()
    surplus: tuple[int, ...] = ()
    access: tuple[Stamp, ...] = ()
    """The stamps, as they should be, of documents that the wrong principals see."""

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.surplus or self.access)

    def __len__(self) -> int:
        return len(self.missing) + len(self.stale) + len(self.surplus) + len(self.access)


def compare(index: Generation, archive: Archive) -> Differences:
    """What the index lacks, holds too much, has in an older version or shows to the wrong ones."""
    there = {stamp.key: stamp for stamp in index.stamps()}
    missing, stale, access = [], [], []
    for right in archive.stamps():
        found = there.pop(right.key, None)
        if found is None:
            missing.append(right.key)
        elif found.version != right.version:
            stale.append(right.key)
        elif tuple(sorted(found.principals)) != tuple(sorted(set(right.principals))):
            access.append(right)
    return Differences(tuple(missing), tuple(stale), tuple(there), tuple(access))


def mend(
    index: Generation,
    archive: Archive,
    differences: Differences,
    progress: Progress | None = None,
) -> None:
    """Apply what takes the differences away: what must not be seen goes first."""
    urgent: list[Change] = [Removal(*object_of(key)) for key in differences.surplus]
    urgent += [
        AccessChange(*object_of(stamp.key), tuple(sorted(set(stamp.principals))))
        for stamp in differences.access
    ]
    for start in range(0, len(urgent), BATCH):
        index.apply(urgent[start : start + BATCH])
    keys = iter((*differences.stale, *differences.missing))
    total = len(differences.stale) + len(differences.missing)
    done = 0
    while batch := list(islice(keys, BATCH)):
        documents = list(archive.documents(batch))
        gone = set(batch) - {document.key for document in documents}
        index.apply([*documents, *(Removal(*object_of(key)) for key in gone)])
        done += len(batch)
        if progress:
            progress(done, total)


def rebuild(
    backend: Backend,
    archive: Archive,
    indexing: AbstractContextManager[object],
    progress: Progress | None = None,
) -> None:
    """Fill a new generation, catch up with what changed meanwhile, switch.

    ``indexing`` is entered for the last round only: while it is held, the indexer applies nothing,
    so that no change goes to the old generation alone. On an error the new generation is thrown
    away and the old one stays.
    """
    fresh = backend.rebuild()
    try:
        _fill(fresh, archive, progress)
        with indexing:
            mend(fresh, archive, compare(fresh, archive))
            fresh.switch()
    except BaseException:
        fresh.discard()
        raise


def _fill(fresh: Rebuild, archive: Archive, progress: Progress | None) -> None:
    for _ in range(CATCHING_UP):
        differences = compare(fresh, archive)
        mend(fresh, archive, differences, progress)
        if len(differences) <= BATCH:
            return
