"""The recovery key: its public half encrypts every backup, its secret half lies in a safe."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eoffice.backups.rules import BackupExists, KeyNeeded, KeyUnreadable, WrongKey

PUBLIC, SECRET = "eoffice-recovery-public-1:", "eoffice-recovery-secret-1:"
INFO = b"eoffice backup 1 file key"
NONCE = bytes(12)
"""A wrapping key wraps one file key, so its nonce may be fixed."""


def make_recovery_key(path: Path) -> str:
    """Write a new secret key (0600) and return the public one for the settings.

    Raises ``BackupExists``: a key file is never replaced.
    """
    secret = X25519PrivateKey.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupExists(path=path) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{SECRET}{secret.private_bytes_raw().hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    return PUBLIC + secret.public_key().public_bytes_raw().hex()


def parse_public(text: str) -> X25519PublicKey:
    """The public key of the settings. Raises ``KeyUnreadable``."""
    return X25519PublicKey.from_public_bytes(_raw(text, PUBLIC))


def read_secret(path: Path) -> X25519PrivateKey:
    """The secret key in a file. Raises ``KeyUnreadable``."""
    try:
        return X25519PrivateKey.from_private_bytes(_raw(path.read_text("ascii"), SECRET))
    except (OSError, UnicodeDecodeError):
        raise KeyUnreadable from None


def recipient_of(public: X25519PublicKey) -> str:
    """The number of a key by which people tell keys apart: 16 hex characters of its hash."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(public.public_bytes_raw())
    return digest.finalize().hex()[:16]


def wrap(file_key: bytes, recovery_key: str) -> dict[str, str]:
    """The header's words about a file key: wrapped for the recovery key, or open without one."""
    if not recovery_key:
        return {"kind": "open", "file_key": file_key.hex()}
    public = parse_public(recovery_key)
    ephemeral = X25519PrivateKey.generate()
    made = ephemeral.public_key().public_bytes_raw()
    shared = _wrapping_key(ephemeral.exchange(public), made, public.public_bytes_raw())
    return {
        "kind": "recovery",
        "recipient": recipient_of(public),
        "ephemeral": made.hex(),
        "wrapped": AESGCM(shared).encrypt(NONCE, file_key, None).hex(),
    }


def unwrap(words: dict[str, str], secret: X25519PrivateKey | None) -> bytes:
    """The file key again. Raises ``KeyNeeded`` or ``WrongKey``; ``ValueError`` for odd words."""
    if words["kind"] == "open":
        return bytes.fromhex(words["file_key"])
    if secret is None:
        raise KeyNeeded(recipient=words["recipient"])
    made = bytes.fromhex(words["ephemeral"])
    own = secret.public_key()
    shared = secret.exchange(X25519PublicKey.from_public_bytes(made))
    key = _wrapping_key(shared, made, own.public_bytes_raw())
    try:
        return AESGCM(key).decrypt(NONCE, bytes.fromhex(words["wrapped"]), None)
    except InvalidTag:
        raise WrongKey(recipient=words["recipient"]) from None


def _wrapping_key(shared: bytes, made: bytes, public: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=made + public, info=INFO).derive(shared)


def _raw(text: str, prefix: str) -> bytes:
    text = text.strip()
    try:
        raw = bytes.fromhex(text.removeprefix(prefix))
    except ValueError:
        raise KeyUnreadable from None
    if not text.startswith(prefix) or len(raw) != 32:
        raise KeyUnreadable
    return raw
