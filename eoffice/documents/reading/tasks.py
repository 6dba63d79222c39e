"""What the child can be asked to do with a file. Each task gives a JSON object.

A task loads only the readers it needs: a child lives for one file.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eoffice.documents.reading.unreadable import Unreadable

if TYPE_CHECKING:
    from PIL import Image

MAX_PX, THUMBNAIL_PX = 2000, 320
MAX_SIZES = 500
LEAST_EMBLEM_PX, MOST_EMBLEM_PX = 600, 1200
LEAST_SIGNATURE_PX, MOST_SIGNATURE_PX = (200, 60), (900, 450)
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
CPU_FOR_TEXT_S = 14.0
"""Pages are read until this much processor time is used; the rest is left out with a warning."""

_PICTURES = frozenset(("jpg", "png", "gif", "tiff"))
Answer = dict[str, Any]


def sniff(path: Path, declared_name: str) -> Answer:
    """What kind of file it is; raises the refusals of ``eoffice.documents.sniffing``."""
    from eoffice.documents.sniffing import sniff as sniff_file

    kind = sniff_file(path, declared_name)
    return {"code": kind.code, "is_encrypted": kind.is_encrypted}


def text(path: Path, kind: str, pages: list[int] | None = None) -> Answer:
    """The text of a file by pages, and which pages have to be recognised instead.

    ``doubts`` tells why, by page number: see ``quality.Judgement``.
    """
    if kind == "pdf":
        return _pdf_text(path, pages)
    if kind in _PICTURES:
        return _picture_text(path, pages)
    return _plain_text(path, kind, pages)


def ocr(path: Path, kind: str, page: int, seconds: float = 50.0) -> Answer:
    """One page of a PDF or picture, recognised."""
    from eoffice.documents.reading.recognise import MAX_PX as OCR_PX
    from eoffice.documents.reading.recognise import recognise

    reading = recognise(_page_image(path, kind, page, OCR_PX, is_gray=True), seconds)
    return _page(page, "ocr", reading.confidence, reading.text)


def render(path: Path, kind: str, page: int = 1, max_px: int = MAX_PX) -> Answer:
    """The picture of a page as WebP in the file ``content``, its size as numbers."""
    from eoffice.documents.reading.pictures import shown

    max_px = min(max_px, MAX_PX)
    picture = shown(_page_image(path, kind, page, max_px), max_px)
    picture.save("content", "WEBP", quality=80, method=2)
    return {"width": picture.width, "height": picture.height, "media_type": "image/webp"}


def stamp(path: Path, kind: str, stamp: str) -> Answer:
    """The first page of a PDF with a stamp on it, as a PDF of one page in ``content``."""
    from eoffice.documents.reading.stamped import stamped_first_page

    if kind != "pdf":
        raise Unreadable("unsupported", kind)
    Path("content").write_bytes(stamped_first_page(path, stamp))
    return {"media_type": "application/pdf"}


def thumbnail(path: Path, kind: str) -> Answer:
    """A small picture of the first page."""
    return render(path, kind, 1, THUMBNAIL_PX)


def emblem(path: Path) -> Answer:
    """An office's emblem drawn anew as PNG in the file ``content``: nothing but its pixels stays.

    Raises ``EmblemNotPng``, ``EmblemTooSmall``, ``Unreadable``.
    """
    from eoffice.documents.reading.pictures import opened_picture
    from eoffice.documents.refusals import EmblemNotPng, EmblemTooSmall

    if not _begins_with(path, PNG):
        raise EmblemNotPng
    picture = opened_picture(path)
    if min(picture.size) < LEAST_EMBLEM_PX:
        raise EmblemTooSmall(width=picture.width, height=picture.height, least=LEAST_EMBLEM_PX)
    return _drawn_anew(picture, (MOST_EMBLEM_PX, MOST_EMBLEM_PX))


def signature(path: Path) -> Answer:
    """The picture of a signature drawn anew as PNG in the file ``content``.

    Raises ``SignatureNoPicture``, ``SignatureTooSmall``, ``Unreadable``.
    """
    from eoffice.documents.reading.pictures import opened_picture
    from eoffice.documents.refusals import SignatureNoPicture, SignatureTooSmall

    if not _begins_with(path, PNG, JPEG):
        raise SignatureNoPicture
    picture = opened_picture(path)
    least, low = LEAST_SIGNATURE_PX
    if picture.width < least or picture.height < low:
        raise SignatureTooSmall(width=picture.width, height=picture.height, least=least, low=low)
    return _drawn_anew(picture, MOST_SIGNATURE_PX)


def inspect(path: Path, kind: str) -> Answer:
    """How many pages there are and how large the first 500 are, in points or pixels."""
    from eoffice.documents.reading.pdf_pages import page_sizes
    from eoffice.documents.reading.pictures import opened_picture, picture_pages

    if kind == "pdf":
        try:
            count, sizes = page_sizes(path, MAX_SIZES)
        except Unreadable as unreadable:
            if unreadable.reason != "password":
                raise
            return {"page_count": None, "sizes": [], "is_encrypted": True}
        return {"page_count": count, "sizes": sizes, "is_encrypted": False}
    if kind not in _PICTURES:
        raise Unreadable("unsupported", kind)
    sizes = [opened_picture(path).size]
    return {"page_count": picture_pages(path), "sizes": sizes, "is_encrypted": False}


TASKS: dict[str, Callable[..., Answer]] = {
    task.__name__: task
    for task in (sniff, text, ocr, render, stamp, thumbnail, emblem, signature, inspect)
}


def _begins_with(path: Path, *marks: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(8).startswith(marks)


def _drawn_anew(picture: Image.Image, most: tuple[int, int]) -> Answer:
    picture = picture.convert("RGBA")
    picture.thumbnail(most)
    picture.info = {}
    picture.save("content", "PNG", optimize=True)
    return {"width": picture.width, "height": picture.height, "media_type": "image/png"}


def _pdf_text(path: Path, wanted: list[int] | None) -> Answer:
    from eoffice.documents.reading.pdf_pages import page_texts
    from eoffice.documents.reading.quality import judge

    pages: list[Answer] = []
    doubts: dict[int, str] = {}
    warnings: list[str] = []
    count = 0
    for count, number, raw in page_texts(path, wanted):
        if time.process_time() > CPU_FOR_TEXT_S:
            warnings.append(f"เอกสารมี {count} หน้า อ่านไว้ถึงหน้า {number - 1}")
            break
        if raw is None:
            warnings.append(f"อ่านข้อความของหน้า {number} ไม่ได้")
        judgement = judge(_printable(raw or ""))
        if judgement.doubt:
            doubts[number] = judgement.doubt
        pages.append(_page(number, "text", None, judgement.text))
    return _text_answer(pages, count, doubts, warnings)


def _picture_text(path: Path, wanted: list[int] | None) -> Answer:
    from eoffice.documents.reading.pictures import picture_pages

    count = picture_pages(path)
    numbers = [at for at in range(1, count + 1) if wanted is None or at in wanted]
    pages = [_page(number, "text", None, "") for number in numbers]
    return _text_answer(pages, count, dict.fromkeys(numbers, "few_letters"), [])


def _plain_text(path: Path, kind: str, wanted: list[int] | None) -> Answer:
    from eoffice.thai_text import compose

    texts, warnings = _read(path, kind)
    pages = [
        _page(number, "text", None, compose(_printable(each)).strip("\n"))
        for number, each in enumerate(texts, 1)
        if wanted is None or number in wanted
    ]
    return _text_answer(pages, len(texts), {}, warnings)


def _read(path: Path, kind: str) -> tuple[list[str], list[str]]:
    from eoffice.documents.plain_text import decode
    from eoffice.documents.reading.markup import MAX_LETTERS
    from eoffice.documents.reading.office import OFFICE_KINDS, read_office
    from eoffice.documents.reading.old_office import OLD_READERS

    if kind in OFFICE_KINDS:
        return read_office(path, kind)
    if kind in OLD_READERS:
        return OLD_READERS[kind](path), []
    if kind in ("txt", "csv"):
        content = decode(path.read_bytes())
        if content is None:
            raise Unreadable("broken", "no known encoding")
        warnings = [] if len(content) <= MAX_LETTERS else ["ข้อความยาวเกินกำหนด อ่านไว้เพียงส่วนต้น"]
        return [content[:MAX_LETTERS]], warnings
    if kind == "zip":
        return ["\n".join(_member_names(path))], []
    raise Unreadable("unsupported", kind)


def _member_names(path: Path) -> Iterator[str]:
    from eoffice.documents.archives import open_archive, shown_name

    with path.open("rb") as file:
        for member in open_archive(file).infolist():
            yield shown_name(member)


def _page_image(
    path: Path, kind: str, page: int, max_px: int, *, is_gray: bool = False
) -> Image.Image:
    from eoffice.documents.reading.pdf_pages import page_image
    from eoffice.documents.reading.pictures import opened_picture, shown

    if kind == "pdf":
        return page_image(path, page, max_px, is_gray=is_gray)
    if kind not in _PICTURES:
        raise Unreadable("unsupported", kind)
    picture = shown(opened_picture(path, page), max_px)
    return picture.convert("L") if is_gray else picture


def _page(number: int, method: str, confidence: float | None, content: str) -> Answer:
    return {"page": number, "method": method, "confidence": confidence, "text": content}


def _text_answer(
    pages: list[Answer], count: int, doubts: dict[int, str], warnings: list[str]
) -> Answer:
    return {"pages": pages, "page_count": count, "doubts": doubts, "warnings": warnings}


def _printable(raw: str) -> str:
    """The text without what databases and JSON cannot hold."""
    raw = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "").replace("\x02", "")
    if "\x00" in raw or any("\ud800" <= each <= "\udfff" for each in raw):
        raw = "".join("\ufffd" if "\ud800" <= e <= "\udfff" or e == "\0" else e for e in raw)
    return raw
