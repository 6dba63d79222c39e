"""The file store: bytes in a local folder under random ids, never overwritten.

A file is written under a temporary name while it is hashed, synced, renamed to its blob id and
its folders synced; only then may a row refer to it. Names, types and owners are the database's
business: on disk there are only content ids. Nothing is ever held in memory as a whole.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol, Self, cast

from eoffice import clock
from eoffice.errors import EofficeError, Invalid, NotFound
from eoffice.thai import file_size

CHUNK = 1 << 20
_KEY = re.compile("[0-9a-f]{32}")
_FULL = {errno.ENOSPC, errno.EDQUOT}


class FileTooLarge(Invalid):
    """A file may not be larger than the configured limit."""

    status = 413
    message = "ไฟล์ใหญ่เกินกำหนด กรุณาลดขนาดหรือแบ่งเป็นหลายไฟล์แล้วแนบใหม่"

    def __init__(self, message: str | None = None, **facts: object) -> None:
        super().__init__(message, **facts)
        if message is None and "limit" in facts:
            self.message = "ไฟล์ใหญ่เกินกำหนด (ไม่เกิน {limit}) กรุณาลดขนาดหรือแบ่งเป็นหลายไฟล์แล้วแนบใหม่"


class StorageFull(EofficeError):
    """The disk has no room for the file; nothing of it was kept."""

    status = 507
    message = "พื้นที่จัดเก็บเต็ม ระบบยังไม่ได้เก็บไฟล์นี้ กรุณาแจ้งผู้ดูแลระบบแล้วแนบใหม่ภายหลัง"


class FileMissing(NotFound):
    """The store has no file of this id."""

    message = "ไม่พบไฟล์ในที่จัดเก็บ กรุณาแจ้งผู้ดูแลระบบให้ตรวจสอบและกู้คืนจากชุดสำรอง"


class FileChanged(EofficeError):
    """The stored bytes are no longer those that were received."""

    message = "เนื้อไฟล์ในที่จัดเก็บไม่ตรงกับที่รับไว้ กรุณาแจ้งผู้ดูแลระบบให้กู้คืนจากชุดสำรอง"


class Readable(Protocol):
    """Anything that gives bytes piece by piece: an upload, a file, a pipe."""

    def read(self, size: int = ..., /) -> bytes:
        """At most ``size`` bytes; empty at the end."""


@dataclass(frozen=True)
class Stored:
    """A file in the store: where it is and what its bytes were when it was received."""

    blob_key: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Temporary:
    """A received file that is not yet part of the store: look at it, then keep or discard it.

    As a context manager it is discarded at the end unless it was kept.
    """

    store: FileStore
    path: Path
    sha256: str
    size: int

    def keep(self) -> Stored:
        """Move the file into the store under a new random id; raises ``StorageFull``."""
        blob_key = secrets.token_hex(16)
        with _room_or_refusal(self.path):
            self.store._adopt(self.path, blob_key)
        return Stored(blob_key, self.sha256, self.size)

    def discard(self) -> None:
        """Remove the file; harmless when it was kept or discarded before."""
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()


class FileStore:
    """Files in a local folder. Folders are made 0700, files 0600."""

    def __init__(self, folder: Path) -> None:
        """Use (and make on the first file) ``folder``; temporary files lie beside the blobs."""
        self.folder = folder
        self.temporary_folder = folder / "temporary"

    def put(self, stream: Readable, max_bytes: int) -> Stored:
        """Receive and keep in one step; raises ``FileTooLarge`` or ``StorageFull``."""
        return self.receive(stream, max_bytes).keep()

    def receive(self, stream: Readable, max_bytes: int) -> Temporary:
        """Write the stream to a synced temporary file while hashing it.

        Raises ``FileTooLarge`` as soon as the limit is passed and ``StorageFull``; after these
        and after an interrupted stream nothing remains.
        """
        path = self.temporary_folder / secrets.token_hex(16)
        with _room_or_refusal(path):
            _make_folder(self.temporary_folder)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb", buffering=0) as file:
                sha256, size = _copy(stream, file, max_bytes)
                os.fsync(file.fileno())
        return Temporary(self, path, sha256, size)

    def open(self, blob_key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """The bytes from ``start`` on, at most ``length`` of them; raises ``FileMissing``."""
        try:
            file = self.path_of(blob_key).open("rb")
        except FileNotFoundError:
            raise FileMissing(blob_key=blob_key) from None
        file.seek(start)
        if length is None:
            return file
        return cast(BinaryIO, io.BufferedReader(_Part(file, length)))

    def exists(self, blob_key: str) -> bool:
        """Whether the store has a file of this id."""
        return _KEY.fullmatch(blob_key) is not None and self.path_of(blob_key).is_file()

    def delete(self, blob_key: str) -> None:
        """Remove a file for good; harmless when it is already gone."""
        path = self.path_of(blob_key)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            _sync_folder(path.parent)

    def path_of(self, blob_key: str) -> Path:
        """Where the file of this id lies; raises ``FileMissing`` for what is no id."""
        if not _KEY.fullmatch(blob_key):
            raise FileMissing(blob_key=blob_key)
        return self.folder / blob_key[:2] / blob_key[2:4] / blob_key

    def verify(self, blob_key: str, sha256: str, size: int) -> None:
        """Raise ``FileMissing`` or ``FileChanged`` unless the bytes are those received."""
        digest, count = hashlib.sha256(), 0
        with self.open(blob_key) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                count += len(chunk)
        if count != size or digest.hexdigest() != sha256:
            raise FileChanged(blob_key=blob_key)

    def keys(self) -> Iterator[str]:
        """The ids of all stored files, so that files without a row can be found."""
        for path in self.folder.glob("??/??/*"):
            if _KEY.fullmatch(path.name):
                yield path.name

    def stored_at(self, blob_key: str) -> datetime:
        """When the file was written; raises ``FileMissing``."""
        try:
            return datetime.fromtimestamp(self.path_of(blob_key).stat().st_mtime, UTC)
        except FileNotFoundError:
            raise FileMissing(blob_key=blob_key) from None

    def sweep_temporary(self, older_than: timedelta) -> int:
        """Remove temporary files left behind by interrupted uploads; tells how many."""
        limit, count = (clock.now() - older_than).timestamp(), 0
        for path in self.temporary_folder.glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime <= limit:
                    path.unlink()
                    count += 1
        return count

    def _adopt(self, path: Path, blob_key: str) -> None:
        target = self.path_of(blob_key)
        _make_folder(target.parent)
        path.rename(target)
        _sync_folder(target.parent)


class _Part(io.RawIOBase):
    """The next ``length`` bytes of a file; closing it closes the file."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        super().__init__()
        self._file, self._left = file, length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        chunk = self._file.read(min(len(view), self._left))
        view[: len(chunk)] = chunk
        self._left -= len(chunk)
        return len(chunk)

    def close(self) -> None:
        self._file.close()
        super().close()


def _copy(stream: Readable, file: io.FileIO, max_bytes: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise FileTooLarge(limit=file_size(max_bytes))
        digest.update(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[file.write(rest) :]
    return digest.hexdigest(), size


@contextlib.contextmanager
def _room_or_refusal(path: Path) -> Iterator[None]:
    """Remove what was written of ``path`` when anything fails; a full disk is ``StorageFull``."""
    try:
        yield
    except BaseException as error:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in _FULL:
            raise StorageFull() from error
        raise


def _make_folder(folder: Path) -> None:
    """Make the folder and those above it 0700, each synced into the one above."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
