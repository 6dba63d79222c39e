"""The key that signs seals: outside database and backup, and the public keys known here."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from eoffice.config import Settings
from eoffice.errors import EofficeError, Invalid


class SealKeyMissing(EofficeError):
    """The seal key named by the settings is not there; another one is never made in its place."""

    message = "ไม่พบกุญแจประทับตราที่ตั้งไว้ ({path}) กรุณานำกุญแจกลับมาวาง หรือแก้ค่า EOFFICE_SEAL_KEY"


class SealKeyUnreadable(Invalid):
    """A key file holds 64 hex characters on a line."""

    message = "อ่านกุญแจประทับตราใน {path} ไม่ได้ กรุณาตรวจสอบไฟล์ หรือกู้จากสำเนาที่เก็บแยกไว้"


def key_path(settings: Settings) -> Path:
    """Where the private key lies: ``EOFFICE_SEAL_KEY``, else the storage's own ``keys`` folder."""
    return Path(settings.seal_key) if settings.seal_key else settings.storage / "keys" / "seal.key"


def public_keys_path(settings: Settings) -> Path:
    """Where the public keys of this installation stand, one a line, the newest last."""
    return settings.storage / "keys" / "seal.pub"


def load_or_make_key(settings: Settings) -> Ed25519PrivateKey:
    """The private key; the storage's own is made (0600) the first time.

    Raises ``SealKeyMissing`` for a configured key that is not there and ``SealKeyUnreadable``.
    """
    path = key_path(settings)
    if not path.exists():
        if settings.seal_key:
            raise SealKeyMissing(path=path)
        _make(path)
    try:
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii").strip()))
    except ValueError:
        raise SealKeyUnreadable(path=path) from None
    note_public_keys(settings, [public_hex(key)])
    return key


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public half as hex."""
    return key.public_key().public_bytes_raw().hex()


def known_public_keys(*files: Path) -> list[str]:
    """The public keys written in files, one a line; a file that is not there holds none."""
    return [line.strip() for path in files if path.exists() for line in path.open() if line.strip()]


def note_public_keys(settings: Settings, keys: list[str]) -> None:
    """Remember public keys under which seals of this installation were signed."""
    path = public_keys_path(settings)
    new = [key for key in keys if key not in known_public_keys(path)]
    if new:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("a", encoding="ascii") as file:
            file.writelines(f"{key}\n" for key in new)


def is_signed(message: bytes, signature: str, public_key: str) -> bool:
    """Whether a hex signature over a message was made with the key of this public half."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
