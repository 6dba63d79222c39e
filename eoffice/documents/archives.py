"""Looking inside zip files without unpacking more than the limits allow."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from eoffice.documents.refusals import (
    ArchiveLocked,
    ArchivePathEscapes,
    ArchiveTooBig,
    FileBroken,
)

MAX_MEMBERS = 2_000
MAX_UNPACKED = 100 << 20
MAX_RATIO = 100
RATIO_FREE = 1 << 20
"""Below this unpacked size the ratio does not matter: forms of repeated cells pack very well."""
MAX_DIRECTORY = 8 << 20

_END, _END_SIZE = b"PK\x05\x06", 22
_LOCATOR, _LOCATOR_SIZE = b"PK\x06\x07", 20
_END64, _END64_SIZE = b"PK\x06\x06", 56


@dataclass
class Budget:
    """What may still be unpacked, shared by an archive and the archives inside it."""

    members: int = MAX_MEMBERS
    unpacked: int = MAX_UNPACKED

    def take(self, members: int, unpacked: int) -> None:
        """Use up a part; raises ``ArchiveTooBig`` when too little is left."""
        self.members -= members
        self.unpacked -= unpacked
        if self.members < 0 or self.unpacked < 0:
            raise ArchiveTooBig()


def open_archive(file: BinaryIO, budget: Budget | None = None) -> zipfile.ZipFile:
    """The archive, once its directory keeps the limits.

    Raises ``ArchiveTooBig``, ``ArchivePathEscapes``, ``FileBroken``. Sizes are those declared:
    ``read_member`` never gives more, whatever the packed bytes would unpack to.
    """
    size = _check_directory(file)
    try:
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, OSError):
        raise FileBroken() from None
    unpacked = sum(member.file_size for member in members)
    (budget or Budget()).take(len(members), unpacked)
    if unpacked > RATIO_FREE and unpacked > MAX_RATIO * size:
        raise ArchiveTooBig()
    _check_overlap(members)
    for member in members:
        _check_path(member)
    return archive


def read_member(archive: zipfile.ZipFile, name: str, max_bytes: int = MAX_UNPACKED) -> bytes:
    """The bytes of a member; raises ``ArchiveLocked``, ``ArchiveTooBig`` or ``FileBroken``."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        raise FileBroken() from None
    if member.flag_bits & 1:
        raise ArchiveLocked()
    if member.file_size > max_bytes:
        raise ArchiveTooBig()
    try:
        with archive.open(member) as stream:
            return stream.read(member.file_size)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zlib.error):
        raise FileBroken() from None


def shown_name(member: zipfile.ZipInfo) -> str:
    """The name of a member for people: old Windows archives hold Thai names in code page 874."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("cp874")
    except UnicodeError:
        return member.filename


def _check_directory(file: BinaryIO) -> int:
    """Refuse by the end record alone a directory too large to be read; tells the file's size."""
    size = file.seek(0, 2)
    tail_at = max(0, size - 0xFFFF - _END_SIZE - _LOCATOR_SIZE)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise FileBroken()
    count, length = struct.unpack_from("<HI", tail, at + 10)
    locator = tail[max(0, at - _LOCATOR_SIZE) : at]
    if locator.startswith(_LOCATOR):
        count, length = _end64(file, struct.unpack_from("<Q", locator, 8)[0])
    if count > MAX_MEMBERS or length > MAX_DIRECTORY:
        raise ArchiveTooBig()
    file.seek(0)
    return size


def _end64(file: BinaryIO, at: int) -> tuple[int, int]:
    try:
        file.seek(at)
        record = file.read(_END64_SIZE)
        if not record.startswith(_END64):
            raise FileBroken()
        count, length = struct.unpack_from("<QQ", record, 32)
    except (struct.error, OSError, OverflowError, ValueError):
        raise FileBroken() from None
    return count, length


def _check_overlap(members: list[zipfile.ZipInfo]) -> None:
    """Members that share packed bytes are how a small file unpacks to petabytes."""
    end = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        if member.header_offset < end:
            raise ArchiveTooBig()
        end = member.header_offset + 30 + member.compress_size


def _check_path(member: zipfile.ZipInfo) -> None:
    parts = member.orig_filename.replace("\\", "/").split("/")
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    is_absolute = parts[0] == "" or parts[0].endswith(":")
    if is_link or is_absolute or ".." in parts or "\x00" in member.orig_filename:
        raise ArchivePathEscapes()
