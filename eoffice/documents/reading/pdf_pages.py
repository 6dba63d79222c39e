"""PDFs: their pages' text and images, by pypdfium2 first and pypdf second."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from eoffice.documents.reading.pdf_layout import ordered_text
from eoffice.documents.reading.unreadable import Unreadable

_MAX_SCALE = 300 / 72


@contextlib.contextmanager
def opened(path: Path, *, with_forms: bool = False) -> Iterator[pdfium.PdfDocument]:
    """The document; raises ``Unreadable`` for a password and for what pdfium cannot open."""
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise Unreadable("password" if "assword" in str(error) else "broken", str(error)) from None
    try:
        if with_forms:
            document.init_forms()
        yield document
    finally:
        document.close()


def page_texts(path: Path, wanted: list[int] | None) -> Iterator[tuple[int, int, str | None]]:
    """Page count, page number and text of each wanted page; None for one that cannot be read.

    Raises ``Unreadable`` when neither reader can open the file.
    """
    try:
        with opened(path) as document:
            count = len(document)
            for number in _numbers(wanted, count):
                yield count, number, _text(document, path, number)
    except Unreadable as unreadable:
        if unreadable.reason == "password":
            raise
        yield from _second_texts(path, wanted)


def page_image(path: Path, number: int, max_px: int, *, is_gray: bool = False) -> Image.Image:
    """A page as a picture whose longer side has at most ``max_px`` pixels (300 dpi at most).

    Form fields and the looks of signatures are drawn. Raises ``Unreadable``.
    """
    with opened(path, with_forms=True) as document:
        if not 1 <= number <= len(document):
            raise Unreadable("no_page", str(number))
        try:
            page = document[number - 1]
            scale = min(_MAX_SCALE, max_px / max(*page.get_size(), 1.0))
            bitmap = page.render(scale=scale, grayscale=is_gray, may_draw_forms=True)
        except pdfium.PdfiumError as error:
            raise Unreadable("broken", str(error)) from None
        return bitmap.to_pil().convert("L" if is_gray else "RGB")


def page_sizes(path: Path, most: int) -> tuple[int, list[tuple[float, float]]]:
    """How many pages there are, and the sizes of the first in points; raises ``Unreadable``."""
    with opened(path) as document:
        count = len(document)
        return count, [document.get_page_size(at) for at in range(min(count, most))]


def _numbers(wanted: list[int] | None, count: int) -> list[int]:
    if wanted is None:
        return list(range(1, count + 1))
    return [number for number in wanted if number <= count]


def _text(document: pdfium.PdfDocument, path: Path, number: int) -> str | None:
    try:
        page = document[number - 1]
        text_page = page.get_textpage()
        text = ordered_text(text_page)
        text_page.close()
        page.close()
        return text
    except pdfium.PdfiumError:
        found = [text for _, _, text in _second_texts(path, [number])]
        return found[0] if found else None


def _second_texts(path: Path, wanted: list[int] | None) -> Iterator[tuple[int, int, str | None]]:
    import pypdf  # only for the few files that need it

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("password")
        count = len(reader.pages)
    except Unreadable:
        raise
    except Exception as error:  # pypdf answers broken files with many kinds of exceptions
        raise Unreadable("broken", f"{type(error).__name__}: {error}"[:200]) from None
    for number in _numbers(wanted, count):
        try:
            yield count, number, reader.pages[number - 1].extract_text()
        except Exception:
            yield count, number, None
