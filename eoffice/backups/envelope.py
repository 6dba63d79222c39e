"""The outer form of a backup: sealed chunks, so that no changed, missing or added byte is read."""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eoffice.activity.rules import canonical_json
from eoffice.backups.recovery_keys import unwrap, wrap
from eoffice.backups.rules import FORMAT, BackupDamaged, NotABackup, OtherFormat

NAME = b"EOFFICE-BACKUP "
MAGIC = NAME + str(FORMAT).encode() + b"\n"
CHUNK = 1 << 20
TAG = 16
HEADER_LIMIT = 64 << 10
DIGEST = 32


class Sealing(io.RawIOBase):
    """A stream that writes what it is given as sealed chunks; ``finish`` writes the end."""

    def __init__(self, file: BinaryIO, made_at: str, recovery_key: str) -> None:
        super().__init__()
        self.file_key = os.urandom(32)
        self._file = file
        self._digest = hashlib.sha256()
        self._cipher = AESGCM(self.file_key)
        self._held = bytearray()
        self._count = 0
        header = {"made_at": made_at, "key": wrap(self.file_key, recovery_key)}
        text = canonical_json(header).encode()
        start = MAGIC + len(text).to_bytes(4, "big") + text
        self._put(start)
        self._bound_to = hashlib.sha256(start).digest()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, piece: Any) -> int:
        """Take bytes; full chunks go to the file."""
        given = bytes(piece)
        self._held += given
        while len(self._held) > CHUNK:
            self._chunk(bytes(self._held[:CHUNK]), is_last=False)
            del self._held[:CHUNK]
        return len(given)

    def finish(self) -> str:
        """Write the last chunk and the digest of all; returns the digest in hex."""
        self._chunk(bytes(self._held), is_last=True)
        whole = self._digest.digest()
        self._file.write(whole)
        return whole.hex()

    def _chunk(self, piece: bytes, *, is_last: bool) -> None:
        sealed = self._cipher.encrypt(nonce_of(self._count, is_last), piece, self._bound_to)
        self._count += 1
        self._put(len(sealed).to_bytes(4, "big") + sealed)

    def _put(self, piece: bytes) -> None:
        self._digest.update(piece)
        self._file.write(piece)


class Opening(io.RawIOBase):
    """A stream that reads sealed chunks; every byte it gives has been authenticated.

    Raises ``NotABackup``, ``OtherFormat``, ``KeyNeeded``, ``WrongKey``, ``BackupDamaged``.
    """

    def __init__(
        self, path: Path, secret: X25519PrivateKey | None = None, file_key: bytes | None = None
    ) -> None:
        super().__init__()
        self._file = path.open("rb")
        try:
            self.header, start = _header(self._file, path)
            key = file_key if file_key is not None else _key(self.header, secret)
            self._cipher = AESGCM(key)
        except BaseException:
            self._file.close()
            raise
        self._bound_to = hashlib.sha256(start).digest()
        self._digest = hashlib.sha256(start)
        self._held = b""
        self._count = 0
        self._is_ended = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with the next authenticated bytes; 0 at the end."""
        view = memoryview(buffer)
        while not self._held and not self._is_ended:
            self._next()
        piece = self._held[: len(view)]
        view[: len(piece)] = piece
        self._held = self._held[len(piece) :]
        return len(piece)

    def finish(self) -> None:
        """Read on to the end; the end must be where it was written and the digest the same."""
        while not self._is_ended:
            self._next()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _next(self) -> None:
        size = self._file.read(4)
        length = int.from_bytes(size, "big")
        sealed = self._file.read(length) if TAG <= length <= CHUNK + TAG else b""
        if len(size) < 4 or len(sealed) != length or not sealed:
            raise BackupDamaged(detail=f"ชิ้นที่ {self._count + 1}")
        self._digest.update(size + sealed)
        self._held, self._is_ended = self._opened(sealed)
        self._count += 1
        if self._is_ended and self._file.read() != self._digest.digest():
            raise BackupDamaged(detail="ท้ายไฟล์")

    def _opened(self, sealed: bytes) -> tuple[bytes, bool]:
        for is_last in (False, True):
            try:
                nonce = nonce_of(self._count, is_last)
                return self._cipher.decrypt(nonce, sealed, self._bound_to), is_last
            except InvalidTag:
                continue
        raise BackupDamaged(detail=f"ชิ้นที่ {self._count + 1}")


def nonce_of(count: int, is_last: bool) -> bytes:
    """The nonce of a chunk: its place, and whether it is the last."""
    return count.to_bytes(11, "big") + bytes([is_last])


def verify_outside(path: Path) -> dict[str, Any]:
    """Test the digest over the whole file without opening it (no key needed); the header.

    Raises ``NotABackup``, ``OtherFormat``, ``BackupDamaged``.
    """
    with path.open("rb") as file:
        header, start = _header(file, path)
        left = path.stat().st_size - len(start) - DIGEST
        digest = hashlib.sha256(start)
        while left > 0 and (piece := file.read(min(CHUNK, left))):
            digest.update(piece)
            left -= len(piece)
        if left != 0 or file.read() != digest.digest():
            raise BackupDamaged(detail="ค่าตรวจสอบท้ายไฟล์")
    return header


def _header(file: BinaryIO, path: Path) -> tuple[dict[str, Any], bytes]:
    magic = file.readline(len(NAME) + 12)
    if not magic.startswith(NAME):
        raise NotABackup(path=path)
    if magic != MAGIC:
        found = magic.removeprefix(NAME).strip()
        if not found.isdigit():
            raise BackupDamaged(detail="ต้นไฟล์")
        raise OtherFormat(found=found.decode(), wanted=FORMAT)
    size = file.read(4)
    length = int.from_bytes(size, "big")
    text = file.read(length) if length <= HEADER_LIMIT else b""
    try:
        header = json.loads(text)
        kind = header["key"]["kind"]
    except (ValueError, KeyError, TypeError):
        raise BackupDamaged(detail="ต้นไฟล์") from None
    if kind not in ("open", "recovery"):
        raise BackupDamaged(detail="ต้นไฟล์")
    return header, magic + size + text


def _key(header: dict[str, Any], secret: X25519PrivateKey | None) -> bytes:
    try:
        key = unwrap(header["key"], secret)
    except (ValueError, KeyError, TypeError):
        raise BackupDamaged(detail="ต้นไฟล์") from None
    if len(key) != 32:
        raise BackupDamaged(detail="ต้นไฟล์")
    return key
