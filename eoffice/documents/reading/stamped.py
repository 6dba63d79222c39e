"""A copy of a PDF's first page with a stamp in the corner that a reader sees at the top right."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from pypdf import PdfReader, PdfWriter, Transformation

from eoffice.documents.reading.unreadable import Unreadable

MARGIN_PT = 22.0
"""From the edges of the page as it is seen."""


def stamped_first_page(path: Path, stamp: str) -> bytes:
    """The first page with the stamp (a one-page PDF in base64) over it; the file is only read.

    What is seen is the crop box, turned by /Rotate. A page narrower than the stamp gets it smaller.
    Raises ``Unreadable`` for a file with a password or without a page.
    """
    reader = PdfReader(path)
    if reader.is_encrypted:
        raise Unreadable("password")
    if not reader.pages:
        raise Unreadable("no_page")
    writer = PdfWriter()
    page = writer.add_page(reader.pages[0])
    seal = PdfReader(io.BytesIO(base64.b64decode(stamp))).pages[0]
    box, angle = page.cropbox, page.rotation % 360
    if angle % 90:
        raise Unreadable("broken", f"rotated by {angle}")
    width, height = float(box.width), float(box.height)
    seen_width, seen_height = (height, width) if angle in (90, 270) else (width, height)
    seal_width, seal_height = float(seal.mediabox.width), float(seal.mediabox.height)
    size = min(1.0, (seen_width - 2 * MARGIN_PT) / seal_width)
    if size <= 0 or seen_height < seal_height * size + 2 * MARGIN_PT:
        raise Unreadable("too_large", "the page has no room for the stamp")
    place = (
        Transformation()
        .scale(size)
        .translate(
            seen_width - MARGIN_PT - seal_width * size, seen_height - MARGIN_PT - seal_height * size
        )
        .transform(Transformation(_seen_to_page(angle, width, height)))
        .translate(float(box.left), float(box.bottom))
    )
    page.merge_transformed_page(seal, place, over=True, expand=False)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _seen_to_page(
    angle: int, width: float, height: float
) -> tuple[float, float, float, float, float, float]:
    """From the frame that is seen (/Rotate turns clockwise) to the page's own."""
    return {
        0: (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
        90: (0.0, 1.0, -1.0, 0.0, width, 0.0),
        180: (-1.0, 0.0, 0.0, -1.0, width, height),
        270: (0.0, -1.0, 1.0, 0.0, 0.0, height),
    }[angle]
