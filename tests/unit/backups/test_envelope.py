"""The outer form: every changed, missing or added byte is noticed; only the right key opens it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from eoffice.backups.envelope import CHUNK, Opening, Sealing, verify_outside
from eoffice.backups.recovery_keys import make_recovery_key, parse_public, read_secret
from eoffice.backups.rules import (
    BackupDamaged,
    BackupExists,
    KeyNeeded,
    KeyUnreadable,
    NotABackup,
    OtherFormat,
    WrongKey,
)
from eoffice.errors import EofficeError

TEXT = b"planted words " * 200_000


def sealed(path: Path, content: bytes, recovery_key: str = "") -> Path:
    """A file with the content in sealed chunks."""
    with path.open("wb") as file:
        stream = Sealing(file, "2026-11-23T00:00:00+00:00", recovery_key)
        stream.write(content)
        stream.finish()
    return path


def opened(path: Path, key_file: Path | None = None) -> bytes:
    """The content again, to the end."""
    with Opening(path, read_secret(key_file) if key_file else None) as stream:
        content = b"".join(iter(lambda: stream.read(100_000), b""))
        stream.finish()
    return content


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_goes_in_comes_out(tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)
    path = sealed(tmp_path / "a", content)
    assert opened(path) == content
    verify_outside(path)


def test_with_a_recovery_key_nothing_can_be_read(tmp_path: Path) -> None:
    public = make_recovery_key(tmp_path / "key")
    path = sealed(tmp_path / "a", TEXT, public)
    assert b"planted" not in path.read_bytes()
    assert opened(path, tmp_path / "key") == TEXT
    verify_outside(path)
    with pytest.raises(KeyNeeded):
        opened(path)


def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    public = make_recovery_key(tmp_path / "key")
    make_recovery_key(tmp_path / "other")
    path = sealed(tmp_path / "a", TEXT, public)
    with pytest.raises(WrongKey):
        opened(path, tmp_path / "other")


def test_a_flipped_bit_anywhere_is_noticed(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a", TEXT)
    whole = path.read_bytes()
    chance = random.Random(7)
    places = [*range(40), *(chance.randrange(len(whole)) for _ in range(60)), len(whole) - 1]
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(EofficeError):
            opened(path)
        with pytest.raises(EofficeError):
            verify_outside(path)


def test_a_missing_end_or_an_added_one_is_noticed(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a", TEXT)
    whole = path.read_bytes()
    lengths = [0, 1, 10, 40, 1000, CHUNK, len(whole) - 33, len(whole) - 32, len(whole) - 1]
    for content in [*(whole[:length] for length in lengths), whole + b"x"]:
        path.write_bytes(content)
        with pytest.raises((BackupDamaged, NotABackup)):
            opened(path)
        with pytest.raises((BackupDamaged, NotABackup)):
            verify_outside(path)


def test_chunks_cannot_change_places(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a", TEXT)
    whole = path.read_bytes()
    size = 4 + CHUNK + 16
    start = len(whole) - 32 - (4 + 16 + len(TEXT) - 2 * CHUNK) - 2 * size
    first, second = whole[start : start + size], whole[start + size : start + 2 * size]
    path.write_bytes(whole[:start] + second + first + whole[start + 2 * size :])
    with pytest.raises(BackupDamaged):
        opened(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip", b"EOFFICE", b"\x00" * 5000])
def test_other_files_are_no_backups(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(NotABackup):
        opened(path)


def test_another_format_version_is_named(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a", TEXT)
    path.write_bytes(path.read_bytes().replace(b"EOFFICE-BACKUP 1\n", b"EOFFICE-BACKUP 9\n"))
    with pytest.raises(OtherFormat, match="9"):
        opened(path)


def test_a_key_file_is_never_replaced(tmp_path: Path) -> None:
    make_recovery_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupExists):
        make_recovery_key(tmp_path / "key")


@pytest.mark.parametrize("text", ["", "abc", "eoffice-recovery-public-1:zz", "00" * 32])
def test_odd_keys_are_refused(text: str) -> None:
    with pytest.raises(KeyUnreadable):
        parse_public(text)
