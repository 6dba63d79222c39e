"""Picture files as pages, and pictures made ready to be shown or recognised."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter, ImageOps, UnidentifiedImageError

from eoffice.documents.reading.unreadable import Unreadable

MAX_PIXELS = 100_000_000
_SEARCHED_HEIGHT = 700
_MAX_TILT, _COARSE, _FINE = 5.0, 0.5, 0.1
_BLANK_SPREAD = 24
_SHADOW = 0.85
_CLEARLY, _MOSTLY = 1.3, 0.75
_PAGE_HEIGHT = 3508
_LETTER = (12, 55, 25, 18)
"""Of a page of 3,508 pixels (A4 at 300 dpi): the shortest stem of a letter, and how far its marks
reach above, below and beside it."""
_DARK = [0] * 160 + [255] * 96

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def opened_picture(path: Path, number: int = 1) -> Image.Image:
    """A page of a picture file, upright; raises ``Unreadable`` (``too_large`` by its header)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(path, formats=("JPEG", "PNG", "GIF", "TIFF"))
            picture.seek(number - 1)
            if picture.format == "JPEG":
                picture.draft("RGB", (4000, 4000))
            return ImageOps.exif_transpose(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable("too_large") from None
    except EOFError:
        raise Unreadable("no_page", str(number)) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Unreadable("broken", str(error)[:200]) from None


def picture_pages(path: Path) -> int:
    """The pages of a TIFF; 1 for every other picture. Raises ``Unreadable``."""
    try:
        with Image.open(path, formats=("JPEG", "PNG", "GIF", "TIFF")) as picture:
            return int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return 1
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Unreadable("broken", str(error)[:200]) from None


def shown(picture: Image.Image, max_px: int) -> Image.Image:
    """On white ground, in plain colours, no larger than ``max_px``, without anything attached."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        ground = Image.new("RGBA", coloured.size, "white")
        picture = Image.alpha_composite(ground, coloured)
    picture = picture.convert("RGB")
    picture.thumbnail((max_px, max_px), Image.Resampling.LANCZOS)
    picture.info = {}
    return picture


def is_blank(picture: Image.Image) -> bool:
    """Whether a page has no ink: what differs from paper is dust."""
    small = picture.convert("L").resize((200, 200), Image.Resampling.BOX)
    levels = small.tobytes()
    return max(levels) - min(levels) < _BLANK_SPREAD


def is_shadowed(picture: Image.Image) -> bool:
    """Whether the paper is much darker in one place than in another.

    Recognisers pass over what lies in the dark without being any less sure of the rest.
    """
    small = picture.convert("L").resize((120, 160), Image.Resampling.BOX)
    paper = sorted(small.filter(ImageFilter.MaxFilter(11)).tobytes())
    return paper[len(paper) // 20] < _SHADOW * paper[-len(paper) // 20]


def is_ruled(picture: Image.Image) -> bool:
    """Whether much of the ink is rules and dots: forms, which are slow to read as they are."""
    gray = picture.convert("L")
    ink, kept = (255 - _mean(each) for each in (gray, _without_rules(gray)))
    return kept < _MOSTLY * ink


def _mean(gray: Image.Image) -> float:
    levels = gray.resize((100, 100), Image.Resampling.BOX).tobytes()
    return sum(levels) / len(levels)


def is_sideways(picture: Image.Image) -> bool:
    """Whether the lines of text run up or down the page, as in registers scanned upright."""
    gray = picture.convert("L")
    upright, turned = (_evenness(each) for each in (gray, gray.rotate(90, expand=True)))
    return turned > _CLEARLY * upright


def _evenness(gray: Image.Image) -> float:
    ink = ImageOps.invert(_without_rules(gray))
    small = ink.resize((max(1, ink.width // 5), max(1, ink.height // 5)), Image.Resampling.BOX)
    return _contrast(small, 0.0) / small.height


def cleaned(picture: Image.Image) -> Image.Image:
    """A bad scan made readable: even light, strong ink, level lines, no dotted rules or specks.

    The rules of forms, which recognisers take for letters, go last: their dots lie level then.
    """
    return _without_rules(_level(_flatten(picture.convert("L"))))


def _flatten(gray: Image.Image) -> Image.Image:
    """Take away shadows: what remains is the difference from the paper around."""
    small = gray.resize((max(1, gray.width // 8), max(1, gray.height // 8)), Image.Resampling.BOX)
    paper = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(6))
    paper = paper.resize(gray.size, Image.Resampling.BILINEAR)
    ink = ImageChops.subtract(paper, gray)
    return ImageOps.autocontrast(ImageOps.invert(ink), cutoff=(0.5, 40))


def _level(gray: Image.Image) -> Image.Image:
    """Turn the page so that its lines lie level; small tilts only."""
    scale = _SEARCHED_HEIGHT / max(gray.size)
    small = gray.resize(
        (max(1, round(gray.width * scale)), max(1, round(gray.height * scale))),
        Image.Resampling.BOX,
    )
    small = ImageOps.invert(small)
    best = max(_steps(0.0, _MAX_TILT, _COARSE), key=lambda angle: _contrast(small, angle))
    best = max(_steps(best, _COARSE, _FINE), key=lambda angle: _contrast(small, angle))
    if abs(best) < _FINE:
        return gray
    return gray.rotate(best, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def _without_rules(gray: Image.Image) -> Image.Image:
    """Keep only ink near strokes that stand as high as those of a letter."""
    unit = max(gray.size) / _PAGE_HEIGHT
    stroke, above, below, beside = (max(1, round(part * unit)) for part in _LETTER)
    dark = gray.point(_DARK)
    stems = _spread(dark, 0, stroke, ImageChops.lighter)
    near = _spread(stems, 0, -(stroke + above), ImageChops.darker)
    near = _spread(near, 0, below, ImageChops.darker)
    near = _spread(near, beside, 0, ImageChops.darker)
    near = _spread(near, -beside, 0, ImageChops.darker)
    return ImageChops.lighter(gray, near)


def _spread(
    picture: Image.Image, right: int, down: int, join: Callable[..., Image.Image]
) -> Image.Image:
    """Join a picture with itself moved by every step up to the given one."""
    steps, done = max(abs(right), abs(down)) + 1, 1
    while done < steps:
        step = min(done, steps - done)
        moved = Image.new("L", picture.size, 255)
        moved.paste(picture, (step * _sign(right), step * _sign(down)))
        picture = join(picture, moved)
        done += step
    return picture


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _steps(middle: float, reach: float, step: float) -> list[float]:
    count = round(reach / step)
    return [middle + step * at for at in range(-count, count + 1)]


def _contrast(ink: Image.Image, angle: float) -> float:
    """How sharply rows of ink and rows of paper change when the page is turned by ``angle``."""
    turned = ink.rotate(angle, Image.Resampling.BILINEAR, fillcolor=0)
    rows = turned.resize((1, turned.height), Image.Resampling.BOX).tobytes()
    return float(sum((one - other) ** 2 for one, other in pairwise(rows)))
