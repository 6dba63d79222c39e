"""What a file is, decided by its content and never by its name alone.

The allow-list is ``eoffice.documents.kinds.KINDS``. ``sniff`` opens hostile files: the web process
calls it through ``eoffice.documents.reading.sniff_limited``, which runs it in the child process.

Of a zip archive every member must itself be acceptable; archives inside archives and archives
with a password are refused. PDFs and office files with a password are accepted and marked.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

# isort: off
import pylibmagic  # noqa: F401  # tells magic where its library lies, so it must come first
import magic
# isort: on

from eoffice.documents.archives import MAX_MEMBERS, Budget
from eoffice.documents.kinds import (
    KIND_BY_EXTENSION,
    KINDS,
    MACRO_EXTENSIONS,
    PROGRAM_EXTENSIONS,
    WEB_EXTENSIONS,
    Kind,
)
from eoffice.documents.ole_files import MAGIC as OLE_MAGIC
from eoffice.documents.ole_files import inspect_ole
from eoffice.documents.plain_text import encoding_of
from eoffice.documents.refusals import (
    ActiveContent,
    EmptyFile,
    ExtensionMismatch,
    KindNotAccepted,
    MacrosFound,
    NameWithoutExtension,
    PdfStartsLate,
    PhotoFormatNotAccepted,
    ProgramFound,
)
from eoffice.documents.zip_files import check_members, extension_of, inspect_zip

__all__ = ["KINDS", "Kind", "sniff"]

HEAD = 64 << 10
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_LINK = b"L\x00\x00\x00\x01\x14\x02\x00"
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"))
_PROGRAM_TYPES = re.compile(
    "application/(x-dosexec|vnd.microsoft.portable-executable|x-ms-shortcut|x-.*executable"
    "|x-sharedlib|x-object|x-mach-binary|java-archive|x-java.*|x-msi|x-msdownload|x-ms-dos.*)"
)
_ACTIVE_TYPES = re.compile(
    "text/(html|xml|javascript|x-shellscript|x-msdos-batch|x-php|x-perl|x-ruby|x-python"
    "|x-script.*|x-powershell)|image/svg.*|application/(javascript|xml|xhtml.*|x-httpd-php)"
)
_MARKUP = re.compile(
    r"(?:\s++|(?><!--.*?-->))*+<\s*(?:!doctype|!entity|html|head|body|svg|script|iframe|table|div"
    r"|meta|title|style|math|\?xml|\?php|\?=|xsl:|%)",
    re.I | re.S,
)
_ENCRYPT = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")


def sniff(path: Path, declared_name: str) -> Kind:
    """The kind of a file, which its name must confirm.

    Raises a ``FileRefused``: ``EmptyFile``, ``NameWithoutExtension``, ``KindNotAccepted``,
    ``ExtensionMismatch``, ``PdfStartsLate``, ``MacrosFound``, ``ActiveContent``, ``ProgramFound``,
    ``PhotoFormatNotAccepted``, ``FileBroken`` or one of the archive refusals.
    """
    with path.open("rb") as file:
        kind = _identify(file, declared_name, Budget())
        if kind.code == "zip":
            budget = Budget(members=10 * MAX_MEMBERS)  # an office file alone has dozens
            check_members(file, lambda member, name: _identify(member, name, budget))
    return kind


def _identify(file: BinaryIO, name: str, budget: Budget) -> Kind:
    head = file.read(HEAD)
    if not head:
        raise EmptyFile()
    extension = extension_of(name)
    _check_extension(extension)
    kind = _by_content(file, head, extension, budget)
    if extension not in KIND_BY_EXTENSION:
        raise KindNotAccepted()
    if extension not in kind.extensions:
        raise ExtensionMismatch(extension=extension, found=kind.label)
    return kind


def _check_extension(extension: str) -> None:
    if not extension:
        raise NameWithoutExtension()
    if extension in MACRO_EXTENSIONS:
        raise MacrosFound()
    if extension in PROGRAM_EXTENSIONS:
        raise ProgramFound()
    if extension in WEB_EXTENSIONS:
        raise ActiveContent()
    if extension in ("heic", "heif", "avif"):
        raise PhotoFormatNotAccepted()


def _by_content(file: BinaryIO, head: bytes, extension: str, budget: Budget) -> Kind:
    if head.startswith(_ZIP):
        content = inspect_zip(file, budget)
        return replace(KINDS[content.code], is_encrypted=content.is_encrypted)
    if head.startswith(OLE_MAGIC):
        return _ole_kind(file, extension)
    _check_harmless(head)
    for signature, code in _SIGNATURES:
        if head.startswith(signature):
            is_locked = code == "pdf" and _is_locked_pdf(file)
            return replace(KINDS[code], is_encrypted=is_locked)
    if extension == "pdf" and b"%PDF-" in head[:1024]:
        raise PdfStartsLate()
    return _text_kind(file, head, extension)


def _check_harmless(head: bytes) -> None:
    """Refuse programs and what a browser or shell would run, by libmagic and by our own look."""
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        raise PhotoFormatNotAccepted()
    found = _libmagic().from_buffer(head)
    if head.startswith(_LINK) or _PROGRAM_TYPES.fullmatch(found):
        raise ProgramFound()
    encoding = encoding_of(head, is_whole=False)
    text = head.decode(encoding, "replace") if encoding else ""
    if _ACTIVE_TYPES.fullmatch(found) or _MARKUP.match(text) or text.startswith("#!"):
        raise ActiveContent()


def _ole_kind(file: BinaryIO, extension: str) -> Kind:
    content = inspect_ole(file)
    code = content.code
    if code == "ooxml":
        code = extension if extension in ("docx", "xlsx", "pptx") else "docx"
    if code is None:
        raise KindNotAccepted()
    return replace(KINDS[code], is_encrypted=content.is_encrypted)


def _text_kind(file: BinaryIO, head: bytes, extension: str) -> Kind:
    is_whole = not file.read(1)
    if encoding_of(head, is_whole=is_whole):
        return KINDS["csv" if extension == "csv" else "txt"]
    if extension in KIND_BY_EXTENSION:
        raise ExtensionMismatch(extension=extension, found="ข้อมูลที่ระบบไม่รู้จัก")
    raise KindNotAccepted()


def _is_locked_pdf(file: BinaryIO) -> bool:
    """Whether a PDF asks for a password before it can be read (one against changes does not)."""
    file.seek(0)
    content = file.read()
    if not _ENCRYPT.search(content):
        return False
    import pypdfium2  # only for the few files that need it

    try:
        pypdfium2.PdfDocument(content).close()
    except pypdfium2.PdfiumError as error:
        return "password" in str(error).lower() or "security" in str(error).lower()
    return False


@functools.cache
def _libmagic() -> magic.Magic:
    return magic.Magic(mime=True)
