"""The text of office files: Word, Excel, PowerPoint and OpenDocument packages.

A page is what the program calls so: a sheet, a slide; a text document is one page.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from eoffice.documents.archives import open_archive, read_member
from eoffice.documents.reading.markup import TextEnough, Words, read_xml
from eoffice.documents.reading.unreadable import Unreadable
from eoffice.documents.refusals import FileRefused

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_PAGE_END = "\f"
_MANIFEST = "META-INF/manifest.xml"
_SMALL = 4 << 20

_WORD_PART = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_NOTES = re.compile(r"ppt/notesSlides/notesSlide(\d+)\.xml")
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_WORD_ORDER = ("header", "document", "footnotes", "endnotes", "footer", "comments")


class _Cells(Words):
    """The cells of a sheet; shared strings are looked up."""

    def __init__(self, shared: list[str]) -> None:
        ends = {_S + "c": "\t", _S + "row": "\n"}
        super().__init__(inside=(_S + "v", _S + "t"), ends=ends, skipped=(_S + "rPh", _S + "f"))
        self._shared, self._is_shared = shared, False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == _S + "c":
            self._is_shared = attributes.get("t") == "s"
        super().start(tag, attributes)

    def data(self, text: str) -> None:
        if self._is_shared and self._open and text.isdigit():
            at = int(text)
            text = self._shared[at] if at < len(self._shared) else ""
        super().data(text)


class _Spaces(Words):
    """OpenDocument text, where spaces, tabs and line ends are elements."""

    _SPECIAL: Mapping[str, str] = {_T + "s": " ", _T + "tab": "\t", _T + "line-break": "\n"}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        super().start(tag, attributes)
        if tag in self._SPECIAL:
            super().data(self._SPECIAL[tag])


def read_office(path: Path, kind: str) -> tuple[list[str], list[str]]:
    """The texts of the pages and warnings; raises ``Unreadable``."""
    pages: list[str] = []
    try:
        with path.open("rb") as file:
            archive = open_archive(file)
            pages.extend(_READERS[kind](archive))
    except TextEnough:
        return pages, ["ข้อความยาวเกินกำหนด อ่านไว้เพียงส่วนต้น"]
    except FileRefused as refusal:
        raise Unreadable("broken", type(refusal).__name__) from None
    return pages, []


def _read_docx(archive: zipfile.ZipFile) -> Iterator[str]:
    parts = [match for name in archive.namelist() if (match := _WORD_PART.fullmatch(name))]
    parts.sort(key=lambda match: _WORD_ORDER.index(match[1].rstrip("0123456789")))
    ends = {_W + "p": "\n", _W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "tc": "\t"}
    skipped = (_MC + "Fallback", _W + "tabs")
    texts = []
    for part in parts:
        with archive.open(part.string) as stream:
            texts.append(read_xml(stream, Words(inside=(_W + "t",), ends=ends, skipped=skipped)))
    yield "".join(texts)


def _read_pptx(archive: zipfile.ZipFile) -> Iterator[str]:
    notes = {int(m[1]): m.string for n in archive.namelist() if (m := _NOTES.fullmatch(n))}
    slides = sorted(int(m[1]) for n in archive.namelist() if (m := _SLIDE.fullmatch(n)))
    for number in slides:
        text = ""
        for name in (f"ppt/slides/slide{number}.xml", notes.get(number)):
            if name:
                words = Words(
                    inside=(_A + "t",),
                    ends={_A + "p": "\n", _A + "br": "\n", _A + "tc": "\t"},
                    skipped=(_MC + "Fallback",),
                )
                with archive.open(name) as stream:
                    text += read_xml(stream, words)
        yield text


def _read_xlsx(archive: zipfile.ZipFile) -> Iterator[str]:
    shared: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        ends = {_S + "si": _PAGE_END}
        words = Words(inside=(_S + "t",), ends=ends, skipped=(_S + "rPh",))
        with archive.open("xl/sharedStrings.xml") as stream:
            shared = read_xml(stream, words).split(_PAGE_END)
    titles = _sheet_titles(archive)
    sheets = sorted(int(m[1]) for n in archive.namelist() if (m := _SHEET.fullmatch(n)))
    for at, number in enumerate(sheets):
        with archive.open(f"xl/worksheets/sheet{number}.xml") as stream:
            text = read_xml(stream, _Cells(shared))
        yield (titles[at] + "\n" if at < len(titles) else "") + text


def _sheet_titles(archive: zipfile.ZipFile) -> list[str]:
    if "xl/workbook.xml" not in archive.namelist():
        return []
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(read_member(archive, "xl/workbook.xml", _SMALL), parser)
    return [str(sheet.get("name", "")) for sheet in root.iter(_S + "sheet")]


def _read_odf(archive: zipfile.ZipFile) -> Iterator[str]:
    names = archive.namelist()
    if _MANIFEST in names and b"encryption-data" in read_member(archive, _MANIFEST, _SMALL):
        raise Unreadable("password")
    if "content.xml" not in names:
        raise Unreadable("broken", "no content.xml")
    ends = {
        _T + "p": "\n",
        _T + "h": "\n",
        _TABLE + "table-cell": "\t",
        _TABLE + "table": _PAGE_END,
        _DRAW + "page": _PAGE_END,
    }
    skipped = (_T + "tracked-changes", _OFFICE + "styles", _OFFICE + "automatic-styles")
    with archive.open("content.xml") as stream:
        words = _Spaces(inside=(_T + "p", _T + "h"), ends=ends, skipped=skipped)
        text = read_xml(stream, words)
    mimetype = read_member(archive, "mimetype", 200)
    pages = text.split(_PAGE_END)
    yield from pages[:-1] if not mimetype.endswith(b".text") else ["".join(pages)]


_READERS = {
    "docx": _read_docx,
    "xlsx": _read_xlsx,
    "pptx": _read_pptx,
    "odt": _read_odf,
    "ods": _read_odf,
    "odp": _read_odf,
}
OFFICE_KINDS = frozenset(_READERS)
