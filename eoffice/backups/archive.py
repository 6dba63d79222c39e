"""The inside of a backup: a tar stream of members, closed by a signed manifest over all of them."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from eoffice.activity.rules import canonical_json
from eoffice.activity.seal_keys import is_signed, public_hex
from eoffice.backups.envelope import Opening
from eoffice.backups.rows import parsed
from eoffice.backups.rules import FORMAT, BackupDamaged, OtherFormat

ABOUT, SEALS, MANIFEST = "about.json", "seals.jsonl", "manifest.json"
TABLES, FILES = "tables/", "files/"
PIECE = 1 << 20
UNREADABLE = (
    tarfile.TarError,
    zlib.error,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    OSError,
)


class Ledger:
    """A running hash over names, sizes and SHA-256 of members, the same for writer and reader."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.count = 0

    def note(self, name: str, size: int, sha256: str) -> None:
        """Add a member."""
        self._digest.update(f"{name}\n{size}\n{sha256}\n".encode())
        self.count += 1

    def hexdigest(self) -> str:
        """The hash so far."""
        return self._digest.hexdigest()


class ArchiveWriter:
    """Writes members one after another; ``finish`` writes the manifest."""

    def __init__(self, stream: io.RawIOBase) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w|", bufsize=PIECE)  # noqa: SIM115
        self._ledger = Ledger()
        self.rows: Counter[str] = Counter()

    def add(self, name: str, content: bytes) -> None:
        """Add a member from memory."""
        self.add_stream(name, io.BytesIO(content), len(content))

    def add_stream(self, name: str, stream: BinaryIO, size: int) -> str:
        """Add a member of a known size; returns its SHA-256."""
        info = tarfile.TarInfo(name)
        info.size = size
        hashing = _Hashing(stream)
        self._tar.addfile(info, hashing)
        sha256 = hashing.digest.hexdigest()
        self._ledger.note(name, size, sha256)
        return sha256

    def add_rows(self, table: str, number: int, part: bytes, count: int) -> None:
        """Add a part of a table."""
        self.add(f"{TABLES}{table}/{number:06}.jsonl.gz", part)
        self.rows[table] += count

    def finish(self, key: Ed25519PrivateKey, facts: dict[str, Any]) -> None:
        """Write the manifest and close the stream."""
        manifest = facts | {
            "format": FORMAT,
            "members": self._ledger.count,
            "ledger": self._ledger.hexdigest(),
            "rows": dict(self.rows),
            "key": public_hex(key),
        }
        signature = key.sign(canonical_json(manifest).encode()).hex()
        text = canonical_json(manifest | {"signature": signature}).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(text)
        self._tar.addfile(info, io.BytesIO(text))
        self._tar.close()


class _Hashing:
    """Hashes what is read through it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read and hash."""
        piece = self._stream.read(size)
        self.digest.update(piece)
        return piece


@dataclass
class Contents:
    """What reading a backup from end to end showed."""

    about: dict[str, Any] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    seals: str = ""
    files: int = 0
    file_bytes: int = 0

    @property
    def rows(self) -> int:
        """How many rows of all tables."""
        return sum(self.manifest.get("rows", {}).values())

    @property
    def damaged(self) -> list[str]:
        """Files that were damaged or missing when the backup was made."""
        return list(self.manifest.get("damaged", []))


class Sink(Protocol):
    """Where the bytes of a file go."""

    def write(self, piece: bytes) -> object:
        """Take bytes."""

    def close(self) -> None:
        """That was all."""


class Taker:
    """What is done with the members while they are read; by itself nothing."""

    def about(self, about: dict[str, Any]) -> None:
        """The first member has been read."""

    def rows(self, table: str, columns: list[str], rows: Iterator[list[Any]]) -> int:
        """Take the rows of a part of a table; returns how many."""
        return sum(1 for _ in rows)

    def file(self, key: str, size: int) -> Sink | None:
        """Where to write a file's bytes, if anywhere."""
        return None


def read_archive(
    path: Path,
    secret: X25519PrivateKey | None = None,
    file_key: bytes | None = None,
    taker: Taker | None = None,
) -> Contents:
    """Read a backup from end to end, every byte authenticated, every member hashed.

    The manifest must name exactly the members there are, every stored file's row its bytes. Raises
    what ``Opening`` raises, ``OtherFormat`` and ``BackupDamaged``.
    """
    with Opening(path, secret, file_key) as sealed:
        try:
            reader = _Reader(taker or Taker())
            buffered = io.BufferedReader(sealed, PIECE)
            with tarfile.open(fileobj=buffered, mode="r|") as tar:
                for member in tar:
                    reader.take(tar, member)
            sealed.finish()
        except UNREADABLE as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise BackupDamaged(detail=f"เนื้อใน: {type(error).__name__}") from error
        return reader.finished()


class _Reader:
    def __init__(self, taker: Taker) -> None:
        self.contents = Contents()
        self._taker = taker
        self._ledger = Ledger()
        self._rows: Counter[str] = Counter()
        self._wanted: dict[bytes, bytes] = {}
        self._wrong: list[str] = []

    def take(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        """Read one member."""
        stream = tar.extractfile(member)
        if stream is None or self.contents.manifest:
            raise BackupDamaged(detail=member.name)
        if member.name == MANIFEST:
            self.contents.manifest = json.loads(stream.read())
            return
        if not self.contents.about and member.name != ABOUT:
            raise BackupDamaged(detail=ABOUT)
        if member.name.startswith(FILES):
            sha256 = self._file(member, stream)
        else:
            content = stream.read()
            sha256 = hashlib.sha256(content).hexdigest()
            self._small(member.name, content)
        self._ledger.note(member.name, member.size, sha256)

    def _small(self, name: str, content: bytes) -> None:
        if name == ABOUT:
            self.contents.about = json.loads(content)
            if self.contents.about["format"] != FORMAT:
                raise OtherFormat(found=self.contents.about["format"], wanted=FORMAT)
            self._taker.about(self.contents.about)
        elif name == SEALS:
            self.contents.seals = content.decode()
        elif name.startswith(TABLES):
            table = name.split("/")[1]
            columns = self.contents.about["tables"][table]
            rows = parsed(content, columns)
            if table == "blobs":
                rows = self._noting_files(columns, rows)
            self._rows[table] += self._taker.rows(table, columns, rows)
        else:
            raise BackupDamaged(detail=name)

    def _noting_files(self, columns: list[str], rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
        key, sha256 = columns.index("key"), columns.index("sha256")
        for row in rows:
            self._wanted[bytes.fromhex(row[key])] = bytes.fromhex(row[sha256])
            yield row

    def _file(self, member: tarfile.TarInfo, stream: Any) -> str:
        key = member.name.removeprefix(FILES)
        digest = hashlib.sha256()
        target = self._taker.file(key, member.size)
        try:
            while piece := stream.read(PIECE):
                digest.update(piece)
                if target is not None:
                    target.write(piece)
        finally:
            if target is not None:
                target.close()
        if self._wanted.pop(bytes.fromhex(key), None) != digest.digest():
            self._wrong.append(key)
        self.contents.files += 1
        self.contents.file_bytes += member.size
        return digest.hexdigest()

    def finished(self) -> Contents:
        """Compare what was read with the manifest."""
        facts = dict(self.contents.manifest)
        signature = facts.pop("signature", "")
        if not is_signed(canonical_json(facts).encode(), signature, facts.get("key", "")):
            raise BackupDamaged(detail=MANIFEST)
        stands = (facts["members"], facts["ledger"], facts["rows"])
        if stands != (self._ledger.count, self._ledger.hexdigest(), dict(self._rows)):
            raise BackupDamaged(detail=MANIFEST)
        missing = {key.hex() for key in self._wanted} | set(self._wrong)
        if missing != set(facts["damaged"]):
            raise BackupDamaged(detail="ไฟล์แนบ")
        return self.contents
