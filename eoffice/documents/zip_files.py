"""Looking inside zip files: office documents, and archives of documents."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from eoffice.documents.archives import Budget, open_archive, read_member, shown_name
from eoffice.documents.kinds import ARCHIVE_EXTENSIONS, KIND_BY_EXTENSION, PROGRAM_EXTENSIONS
from eoffice.documents.ole_files import MAGIC as OLE_MAGIC
from eoffice.documents.ole_files import inspect_ole
from eoffice.documents.refusals import (
    ArchiveInside,
    ArchiveLocked,
    ArchiveMemberRefused,
    ArchivePathEscapes,
    ArchiveTooBig,
    EmptyFile,
    FileBroken,
    FileRefused,
    MacrosFound,
    ProgramFound,
)

Identify = Callable[[BinaryIO, str], object]

MAX_DEPTH = 3
_MACRO_MEMBER = re.compile(r"(^|/)(vbaproject[^/]*\.bin|vbadata\.xml)$|(^|/)macrosheets/")
_MAIN_PARTS = (
    (re.compile(rb"wordprocessingml\.document\.main\+xml"), "docx"),
    (re.compile(rb"spreadsheetml\.sheet\.main\+xml"), "xlsx"),
    (re.compile(rb"presentationml\.presentation\.main\+xml"), "pptx"),
)
_ODF_CODES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_ODF_MACROS = ("basic/", "scripts/")
_CONTENT_TYPES, _MANIFEST = "[Content_Types].xml", "META-INF/manifest.xml"
_SMALL = 4 << 20
_FURNITURE = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.I)
"""What operating systems leave in folders; it is neither read nor shown."""


@dataclass(frozen=True)
class ZipContent:
    """What a zip file holds: the code of a kind (``zip`` for a plain archive)."""

    code: str
    is_encrypted: bool = False


def inspect_zip(file: BinaryIO, budget: Budget, depth: int = 0) -> ZipContent:
    """Tell what the file is, without looking at the members of a plain archive.

    Raises ``FileBroken``, ``ArchiveTooBig``, ``ArchivePathEscapes``, ``MacrosFound`` or
    ``ProgramFound``.
    """
    archive = open_archive(file, budget)
    names = archive.namelist()
    lower_names = [name.lower() for name in names]
    if any(_MACRO_MEMBER.search(name) for name in lower_names):
        raise MacrosFound()
    if _CONTENT_TYPES in names:
        return _inspect_ooxml(archive, budget, depth)
    if "mimetype" in names:
        code = _ODF_CODES.get(read_member(archive, "mimetype", _SMALL).strip())
        if code:
            return _inspect_odf(archive, lower_names, code)
    if "meta-inf/manifest.mf" in lower_names or "androidmanifest.xml" in lower_names:
        raise ProgramFound()
    return ZipContent("zip")


def check_members(file: BinaryIO, identify: Identify) -> None:
    """Refuse a plain archive unless each of its members would be accepted by itself.

    Archives inside are refused, and so is a password, which hides what the members are.
    Limits were checked by ``inspect_zip``. Raises ``ArchiveInside``, ``ArchiveLocked``,
    ``ArchiveMemberRefused``, ``EmptyFile``, ``FileBroken``.
    """
    archive = open_archive(file)
    members = [member for member in archive.infolist() if not _is_furniture(member)]
    if not members:
        raise EmptyFile()
    for member in members:
        if member.flag_bits & 1:
            raise ArchiveLocked()
        extension = extension_of(member.filename)
        if extension == "zip" or extension in ARCHIVE_EXTENSIONS:
            raise ArchiveInside()
        content = read_member(archive, member.filename)
        try:
            identify(io.BytesIO(content), shown_name(member))
        except (ArchiveTooBig, ArchivePathEscapes):
            raise
        except FileRefused as refusal:
            raise ArchiveMemberRefused(member=shown_name(member), reason=str(refusal)) from None


def _is_furniture(member: zipfile.ZipInfo) -> bool:
    is_empty = member.is_dir() or not member.file_size
    return is_empty or _FURNITURE.search(member.filename) is not None


def extension_of(name: str) -> str:
    """The extension of a file name, lower case, without the dot; empty when there is none."""
    return PurePosixPath(name.replace("\\", "/")).suffix[1:].strip().lower()


def _inspect_ooxml(archive: zipfile.ZipFile, budget: Budget, depth: int) -> ZipContent:
    types = read_member(archive, _CONTENT_TYPES, _SMALL)
    if b"macroenabled" in types.lower():
        raise MacrosFound()
    for name in archive.namelist():
        extension = extension_of(name)
        if extension in PROGRAM_EXTENSIONS:
            raise ProgramFound()
        if "/embeddings/" in name.lower():
            _inspect_embedded(read_member(archive, name), extension, budget, depth + 1)
    for pattern, code in _MAIN_PARTS:
        if pattern.search(types):
            return ZipContent(code)
    return ZipContent("zip")


def _inspect_embedded(content: bytes, extension: str, budget: Budget, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ArchiveTooBig()
    if content.startswith(OLE_MAGIC):
        inspect_ole(io.BytesIO(content))
    elif content.startswith(b"PK\x03\x04"):
        inner = inspect_zip(io.BytesIO(content), budget, depth)
        if inner.code == "zip" and extension in KIND_BY_EXTENSION:
            raise FileBroken()
    elif content.startswith((b"MZ", b"\x7fELF")):
        raise ProgramFound()


def _inspect_odf(archive: zipfile.ZipFile, lower_names: list[str], code: str) -> ZipContent:
    if any(name.startswith(_ODF_MACROS) for name in lower_names):
        raise MacrosFound()
    is_encrypted = False
    if _MANIFEST in archive.namelist():
        is_encrypted = b"encryption-data" in read_member(archive, _MANIFEST, _SMALL)
    return ZipContent(code, is_encrypted)
