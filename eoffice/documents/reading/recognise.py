"""Recognising the letters of a page picture (OCR) with Tesseract, Thai and English.

The system's ``tesseract`` is used where it knows Thai, else the ``tesserocr`` wheel with the Thai
data of this package. A page is read in two modes (columns of text, one block of text); when the
recogniser is not sure the page is cleaned and read again, and the reading with the highest
confidence is kept. A reading that saw only half of a shadowed page can be very sure of that half:
confidence counts only among readings that found about as many letters as the fullest, modes that
disagree on how much there is are not sure, and shadowed pages and forms full of dotted rules are
cleaned first. A page whose lines run up or down is turned. Digits are often misread: what is
recognised never fills a field by itself.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from eoffice.documents.reading.pictures import (
    cleaned,
    is_blank,
    is_ruled,
    is_shadowed,
    is_sideways,
)
from eoffice.documents.reading.unreadable import Unreadable
from eoffice.thai_text import compose

MODES = (4, 6)
SURE, SURE_OF_CLEANED = 92.0, 75.0
TRUSTED, CREDIBLE, FULL = 80.0, 15.0, 0.85
MAX_PX = 4000
_DATA = Path(__file__).with_name("tessdata")
_SPACES = re.compile("[ \t]{2,}")
_EMPTY_LINES = re.compile("\n\\s*\n+")

Recogniser = Callable[[Image.Image, int, float], "Reading"]


@dataclass(frozen=True)
class Reading:
    """What was recognised, how sure the recogniser is (0 to 100), how many letters it trusts."""

    text: str
    confidence: float
    trusted: int = 0


def recognise(page: Image.Image, seconds: float) -> Reading:
    """The best reading of a page picture within about ``seconds``.

    Raises ``Unreadable``: ``no_recogniser``, or ``timeout`` when not even one reading was done.
    """
    ends = time.monotonic() + seconds
    if is_blank(page):
        return Reading("", 100.0, 0)
    read = recogniser()
    if is_sideways(page):
        page = _turned_upright(read, page, ends)
    versions, sure = [lambda: page, lambda: cleaned(page)], SURE
    if is_shadowed(page) or is_ruled(page):
        versions.reverse()
        sure = SURE_OF_CLEANED
    readings = _read_all(read, versions[0](), ends, [])
    if not _is_sure(readings, sure) and time.monotonic() < ends:
        readings = _read_all(read, versions[1](), ends, readings)
    best = _best(readings)
    return Reading(_tidy(best.text), round(best.confidence, 1), best.trusted)


def _turned_upright(read: Recogniser, page: Image.Image, ends: float) -> Image.Image:
    """A page whose lines run up or down, turned the way in which more of it can be read."""
    turned = [page.rotate(angle, expand=True) for angle in (90, 270)]
    found = []
    for each in turned:
        with contextlib.suppress(subprocess.TimeoutExpired):
            left = max(ends - time.monotonic(), 1.0)
            found.append((read(cleaned(each), MODES[0], left).trusted, each))
    return max(found, key=lambda pair: pair[0])[1] if found else page


def _is_sure(readings: list[Reading], sure: float) -> bool:
    """Whether the modes are confident and agree on how much there is to read."""
    least = min(reading.trusted for reading in readings)
    most = max(reading.trusted for reading in readings)
    return _best(readings).confidence >= sure and least >= FULL * most


def _best(readings: list[Reading]) -> Reading:
    """The most confident of the readings that found about as much as the fullest.

    Letters read into dots and stains make no reading full: one far less confident than the most
    confident has no say in how much there is.
    """
    highest = max(reading.confidence for reading in readings)
    credible = [reading for reading in readings if reading.confidence >= highest - CREDIBLE]
    most = max(reading.trusted for reading in credible)
    full = [reading for reading in credible if reading.trusted >= FULL * most]
    return max(full, key=lambda reading: reading.confidence)


def recogniser() -> Recogniser:
    """The recogniser of this machine; raises ``Unreadable`` (``no_recogniser``)."""
    if _command_languages():
        return _by_command
    if importlib.util.find_spec("tesserocr"):
        return _by_wheel
    raise Unreadable("no_recogniser")


def _read_all(
    read: Recogniser, page: Image.Image, ends: float, readings: list[Reading]
) -> list[Reading]:
    """One more reading in each mode, as long as time is left."""
    for mode in MODES:
        left = ends - time.monotonic()
        if readings and left <= 0:
            break
        try:
            readings = [*readings, read(page, mode, max(left, 1.0))]
        except subprocess.TimeoutExpired:
            if not readings:
                raise Unreadable("timeout") from None
            break
    return readings


@functools.cache
def _command_languages() -> str:
    """The languages of the installed command, as it wants them; empty without Thai."""
    command = shutil.which("tesseract")
    if command is None:
        return ""
    done = subprocess.run([command, "--list-langs"], capture_output=True, text=True, check=False)
    languages = done.stdout.split()
    if "tha" not in languages:
        return ""
    return "tha+eng" if "eng" in languages else "tha"


def _by_command(page: Image.Image, mode: int, seconds: float) -> Reading:
    page.save("page.png", dpi=(300, 300))
    words = ["tesseract", "page.png", "page", "--psm", str(mode), "--dpi", "300"]
    done = subprocess.run(
        [*words, "-l", _command_languages(), "txt", "tsv"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode != 0:
        raise Unreadable("crashed", done.stderr.decode("utf-8", "replace")[-200:])
    text = Path("page.txt").read_text("utf-8", "replace")
    return _judged(text, Path("page.tsv").read_text("utf-8", "replace"))


def _judged(text: str, table: str) -> Reading:
    """A reading with the mean confidence of its letters, from Tesseract's table of words."""
    total, letters, trusted = 0.0, 0, 0
    for line in table.splitlines():
        cells = line.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            confidence, length = float(cells[10]), len(cells[11])
            total += confidence * length
            letters += length
            trusted += length * (confidence >= TRUSTED)
    return Reading(text, total / letters if letters else 0.0, trusted)


def _by_wheel(page: Image.Image, mode: int, seconds: float) -> Reading:
    import tesserocr  # loads the whole recogniser, only where there is no command

    with tesserocr.PyTessBaseAPI(path=str(_DATA), lang="tha", psm=mode) as api:
        api.SetVariable("preserve_interword_spaces", "1")
        api.SetImage(page)
        api.SetSourceResolution(300)
        if not api.Recognize(round(seconds * 1000)):
            raise subprocess.TimeoutExpired("tesserocr", seconds)
        return _judged(api.GetUTF8Text(), api.GetTSVText(0))


def _tidy(text: str) -> str:
    text = _EMPTY_LINES.sub("\n", _SPACES.sub(" ", text.replace("\f", "\n")))
    return compose(text).strip()
