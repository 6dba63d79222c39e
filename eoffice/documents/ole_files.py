"""Looking inside the binary office files of old (doc, xls, ppt) and encrypted new ones."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from eoffice.documents.refusals import FileBroken, MacrosFound, ProgramFound

if TYPE_CHECKING:
    import olefile

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAM = 2
_MACRO_STORAGES = {"macros", "_vba_project_cur", "vba", "_vba_project"}
_PROGRAM_NAME = re.compile(
    rb"\.(?:exe|com|scr|pif|bat|cmd|js|jse|vbs|vbe|wsf|wsh|hta|ps1|lnk|msi|dll|jar|cpl)\x00", re.I
)
_PPT_MACRO_ATOM = b"\x02\x00\x00\x04\x0c\x00\x00\x00"
_BOUND_SHEET, _FILE_PASS, _MACRO_SHEET = 0x85, 0x2F, 1
_WORD_ENCRYPTED = 0x0100


@dataclass(frozen=True)
class OleContent:
    """What an OLE file holds: ``doc``, ``xls``, ``ppt``, ``ooxml`` (encrypted) or nothing known."""

    code: str | None
    is_encrypted: bool = False


def inspect_ole(file: BinaryIO) -> OleContent:
    """Tell what the file is; raises ``FileBroken``, ``MacrosFound`` or ``ProgramFound``."""
    import olefile  # slow to load, and most files are no OLE files

    try:
        with olefile.OleFileIO(file) as ole:
            paths = ole.listdir(streams=True, storages=True)
            _check_macro_storages(paths)
            _check_packages(ole, paths)
            return _content(ole, {"/".join(path).lower() for path in paths})
    except (MacrosFound, ProgramFound):
        raise
    except Exception:  # olefile answers hostile files with almost any exception
        raise FileBroken() from None


def _check_macro_storages(paths: list[list[str]]) -> None:
    if any(part.lower() in _MACRO_STORAGES for path in paths for part in path):
        raise MacrosFound()


def _check_packages(ole: olefile.OleFileIO, paths: list[list[str]]) -> None:
    """Embedded packages name the file they carry in their first bytes."""
    for path in paths:
        if path[-1].lower() == "\x01ole10native" and ole.get_type(path) == _STREAM:
            with ole.openstream(path) as stream:
                if _PROGRAM_NAME.search(stream.read(4096)):
                    raise ProgramFound()


def _content(ole: olefile.OleFileIO, names: set[str]) -> OleContent:
    if "encryptedpackage" in names:
        return OleContent("ooxml", is_encrypted=True)
    if "worddocument" in names:
        with ole.openstream("WordDocument") as stream:
            head = stream.read(12)
        flags = struct.unpack_from("<H", head, 10)[0]
        return OleContent("doc", is_encrypted=bool(flags & _WORD_ENCRYPTED))
    for name in ("workbook", "book"):
        if name in names:
            with ole.openstream(name) as stream:
                return OleContent("xls", is_encrypted=_inspect_workbook(stream))
    if "powerpoint document" in names:
        with ole.openstream("PowerPoint Document") as stream:
            _check_slides(stream.read())
        is_encrypted = "encryptedsummary" in names
        return OleContent("ppt", is_encrypted=is_encrypted)
    return OleContent(None)


def _inspect_workbook(stream: BinaryIO) -> bool:
    """Whether a workbook is encrypted; raises ``MacrosFound`` for a sheet of Excel 4 macros."""
    while len(header := stream.read(4)) == 4:
        kind, length = struct.unpack("<HH", header)
        record = stream.read(length)
        if kind == _FILE_PASS:
            return True
        if kind == _BOUND_SHEET and len(record) > 5 and record[5] == _MACRO_SHEET:
            raise MacrosFound()
        if kind == 0x0A:  # the end of the workbook's globals, where all sheets are named
            return False
    return False


def _check_slides(stream: bytes) -> None:
    """A presentation keeps its macros in its main stream; an atom says whether there are any."""
    at = stream.find(_PPT_MACRO_ATOM)
    while at >= 0:
        if stream[at + 12 : at + 16] not in (b"", b"\x00\x00\x00\x00"):
            raise MacrosFound()
        at = stream.find(_PPT_MACRO_ATOM, at + 1)
