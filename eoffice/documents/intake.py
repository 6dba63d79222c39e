"""From an upload to a stored, checked file: before any transaction begins."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from eoffice.documents.download import clean_file_name
from eoffice.documents.models import Attachment, Blob
from eoffice.documents.reading import run_limited, sniff_limited
from eoffice.documents.services.attaching import DrawnPicture, StoredFile
from eoffice.documents.store import FileStore, Readable
from eoffice.errors import EofficeError

EMBLEM_BYTES = 10 << 20
SIGNATURE_BYTES = 4 << 20


class Upload(Protocol):
    """An uploaded file: its stream and the name its sender gave it."""

    @property
    def stream(self) -> Readable: ...

    @property
    def filename(self) -> str | None: ...


def store_of(storage: Path) -> FileStore:
    """The file store of an installation."""
    return FileStore(storage / "files")


def take_in(store: FileStore, uploads: Iterable[Upload], *, max_bytes: int) -> list[StoredFile]:
    """Store every upload that names a file: hashed, synced, its kind decided by its content.

    All or nothing: raises what ``FileStore.receive`` and ``sniff_limited`` raise (413, 422, 507),
    and then keeps none of them. No transaction is open while this runs.
    """
    kept: list[StoredFile] = []
    try:
        for upload in uploads:
            if upload.filename:
                kept.append(_take(store, upload, max_bytes))
    except BaseException:
        for file in kept:
            store.delete(file.blob_key)
        raise
    return kept


@contextmanager
def taken_in(
    store: FileStore, uploads: Iterable[Upload], *, max_bytes: int
) -> Iterator[list[StoredFile]]:
    """The stored uploads for one act; when the act is refused nothing of them is kept.

    Only a refusal removes them: after any other error the act may have been committed.
    """
    kept = take_in(store, uploads, max_bytes=max_bytes)
    try:
        yield kept
    except EofficeError:
        for file in kept:
            store.delete(file.blob_key)
        raise


def emblem_taken_in(store: FileStore, upload: Upload) -> AbstractContextManager[DrawnPicture]:
    """An uploaded emblem for one act (see ``_drawn_anew``).

    Raises ``FileTooLarge``, ``EmblemNotPng``, ``EmblemTooSmall``, ``CannotBeRead``.
    """
    return _drawn_anew(store, upload, "emblem", EMBLEM_BYTES)


def signature_taken_in(store: FileStore, upload: Upload) -> AbstractContextManager[DrawnPicture]:
    """The uploaded picture of a signature for one act (see ``_drawn_anew``).

    Raises ``FileTooLarge``, ``SignatureNoPicture``, ``SignatureTooSmall``, ``CannotBeRead``.
    """
    return _drawn_anew(store, upload, "signature", SIGNATURE_BYTES)


@contextmanager
def _drawn_anew(store: FileStore, upload: Upload, task: str, most: int) -> Iterator[DrawnPicture]:
    """An uploaded picture, checked by its content and drawn anew in the limited child process, for
    one act; when the act is refused nothing of it is kept. The upload itself is never kept."""
    with store.receive(upload.stream, most) as temporary:
        drawn = run_limited(task, temporary.path, timeout_s=20, cpu_s=15)
    stored = store.put(io.BytesIO(drawn["content"]), EMBLEM_BYTES)
    file = StoredFile(
        blob_key=stored.blob_key,
        sha256=stored.sha256,
        size=stored.size,
        name=f"{task}.png",
        kind="png",
        media_type="image/png",
    )
    try:
        yield DrawnPicture(file, drawn["width"], drawn["height"])
    except EofficeError:
        store.delete(stored.blob_key)
        raise


@contextmanager
def brought_over(
    store: FileStore, files: Iterable[tuple[Attachment, Blob]], *, office_id: int
) -> Iterator[dict[str, str]]:
    """Copies of another office's files, made before the act: SHA-256 → new blob key.

    Bytes are never shared across offices. Raises ``FileMissing``, ``StorageFull``.
    """
    made: dict[str, str] = {}
    try:
        for _, blob in files:
            if blob.office_id != office_id and blob.sha256 not in made:
                with store.open(blob.key) as stream:
                    made[blob.sha256] = store.put(stream, blob.size).blob_key
        yield made
    except EofficeError:
        for key in made.values():
            store.delete(key)
        raise


def _take(store: FileStore, upload: Upload, max_bytes: int) -> StoredFile:
    name = clean_file_name(upload.filename or "")
    with store.receive(upload.stream, max_bytes) as temporary:
        kind = sniff_limited(temporary.path, name)
        stored = temporary.keep()
    return StoredFile(
        blob_key=stored.blob_key,
        sha256=stored.sha256,
        size=stored.size,
        name=name,
        kind=kind.code,
        media_type=kind.media_type,
        is_encrypted=kind.is_encrypted,
    )
