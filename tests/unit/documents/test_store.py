"""The file store: what is kept is whole and private, what is refused leaves nothing."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from eoffice.documents import store as store_module
from eoffice.documents.store import (
    FileChanged,
    FileMissing,
    FileStore,
    FileTooLarge,
    StorageFull,
)

BYTES = bytes(range(256)) * 9000


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_put_keeps_the_bytes_under_a_random_id(store: FileStore) -> None:
    first, second = (store.put(io.BytesIO(BYTES), len(BYTES)) for _ in range(2))
    assert first.blob_key != second.blob_key
    assert (first.sha256, first.size) == (hashlib.sha256(BYTES).hexdigest(), len(BYTES))
    with store.open(first.blob_key) as file:
        assert file.read() == BYTES
    assert set(store.keys()) == {first.blob_key, second.blob_key}
    store.verify(first.blob_key, first.sha256, first.size)


def test_files_and_folders_are_private(store: FileStore) -> None:
    store.put(io.BytesIO(b"x"), 1)
    for path in [store.folder, *store.folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize(
    ("start", "length"), [(0, None), (5, 7), (len(BYTES) - 3, 10), (len(BYTES) + 1, 5), (9, 0)]
)
def test_open_gives_a_range(store: FileStore, start: int, length: int | None) -> None:
    kept = store.put(io.BytesIO(BYTES), len(BYTES))
    end = None if length is None else start + length
    with store.open(kept.blob_key, start, length) as file:
        assert file.read() == BYTES[start:end]


def test_exactly_the_limit_is_kept_and_one_more_is_refused(store: FileStore) -> None:
    assert store.put(io.BytesIO(b"12345"), 5).size == 5
    with pytest.raises(FileTooLarge) as refusal:
        store.put(io.BytesIO(b"123456"), 5)
    assert refusal.value.status == 413
    assert "5 ไบต์" in str(refusal.value)
    assert len(files_below(store.folder)) == 1


def test_the_limit_ends_reading_early(store: FileStore) -> None:
    class Endless:
        given = 0

        def read(self, size: int = -1, /) -> bytes:
            self.given += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(FileTooLarge):
        store.receive(stream, 3 * store_module.CHUNK)
    assert stream.given == 4 * store_module.CHUNK
    assert not files_below(store.folder)


def test_an_interrupted_stream_leaves_nothing(store: FileStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(5)

    with pytest.raises(ConnectionResetError):
        store.put(Broken(BYTES), len(BYTES))
    assert not files_below(store.folder)


@pytest.mark.parametrize("failing", ["fsync", "rename"])
def test_a_full_disk_is_said_and_leaves_nothing(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    store.put(io.BytesIO(b"before"), 10)
    owner = os if failing == "fsync" else Path
    monkeypatch.setattr(owner, failing, refuse)
    with pytest.raises(StorageFull) as refusal:
        store.put(io.BytesIO(BYTES), len(BYTES))
    assert refusal.value.status == 507
    assert len(files_below(store.folder)) == 1


def test_a_really_full_device_is_said(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    real_open = os.open

    def open_full(path: object, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_EXCL:
            return real_open("/dev/full", os.O_WRONLY)
        return real_open(path, flags, mode)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", open_full)
    with pytest.raises(StorageFull):
        store.receive(io.BytesIO(BYTES), len(BYTES))


def test_received_files_are_kept_or_discarded(store: FileStore) -> None:
    with store.receive(io.BytesIO(b"abc"), 3) as received:
        assert received.path.read_bytes() == b"abc"
    assert not files_below(store.folder)
    with store.receive(io.BytesIO(b"abc"), 3) as received:
        kept = received.keep()
    received.discard()
    assert store.exists(kept.blob_key)
    assert not received.path.exists()


def test_bytes_are_synced_before_the_rename_and_the_folder_after(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(io.BytesIO(b"x"), 1)
    calls: list[str] = []
    real_fsync, real_rename = os.fsync, Path.rename

    def fsync(handle: int) -> None:
        calls.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        real_fsync(handle)

    def rename(path: Path, target: Path) -> Path:
        calls.append("rename")
        return real_rename(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    store.put(io.BytesIO(b"y"), 1)
    renamed = calls.index("rename")
    assert calls.index("file") < renamed
    assert calls[renamed + 1 :] == ["folder"]
    assert calls[1:renamed].count("folder") == 2, "both new folders are synced into their parents"


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "0" * 31, "0" * 33, "G" * 32])
def test_what_is_no_id_is_missing(store: FileStore, key: str) -> None:
    assert not store.exists(key)
    with pytest.raises(FileMissing):
        store.open(key)


def test_changed_and_missing_files_are_found(store: FileStore) -> None:
    kept = store.put(io.BytesIO(b"abc"), 3)
    store.path_of(kept.blob_key).write_bytes(b"abd")
    with pytest.raises(FileChanged):
        store.verify(kept.blob_key, kept.sha256, kept.size)
    store.delete(kept.blob_key)
    store.delete(kept.blob_key)
    with pytest.raises(FileMissing):
        store.verify(kept.blob_key, kept.sha256, kept.size)
    with pytest.raises(FileMissing):
        store.stored_at(kept.blob_key)


def test_sweeping_removes_only_old_temporary_files(store: FileStore) -> None:
    kept = store.put(io.BytesIO(b"kept"), 4)
    old, new = (store.receive(io.BytesIO(b"abc"), 3) for _ in range(2))
    past = store.stored_at(kept.blob_key).timestamp() - 7200
    os.utime(old.path, (past, past))
    assert store.sweep_temporary(timedelta(hours=1)) == 1
    assert not old.path.exists()
    assert new.path.exists()
    assert store.exists(kept.blob_key)
