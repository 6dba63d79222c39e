"""The text of a PDF page put back into the order in which a reader sees it.

Thai government PDFs often draw a mark after the rest of its line, or each mark in a text object of
its own, so that a text layer reads ``ระเบ | ี | ยบ`` and ``พเศษิ``. The positions of the characters
tell what belongs together: a line break between neighbours on one baseline is none, and a mark
belongs to the letter it stands above or below.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from eoffice.thai_text import MARKS

_GLYPH_MARKS = "".join(chr(code) for code in range(0xF701, 0xF71B) if code != 0xF70F)
THAI_MARKS = frozenset(MARKS + _GLYPH_MARKS)
_NEAR, _SAME_LINE, _BACK = 0.3, 0.4, 2.0
"""In heights of letters: a gap inside a word, a wandering baseline, a jump back to a column."""
_REACH = 0.6
"""In widths of its letter: how far the middle of a mark may stand outside it."""


@dataclass(slots=True)
class Character:
    """A drawn character: its baseline and the box of its ink."""

    text: str
    y: float
    left: float
    right: float
    height: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def distance(self, x: float) -> float:
        """How far x lies outside the box."""
        return max(self.left - x, x - self.right, 0.0)


def ordered_text(page: pdfium.PdfTextPage) -> str:
    """The text of a page with false line breaks removed and marks brought to their letters."""
    lines: list[list[Character]] = [[]]
    gap = ""
    for index in range(page.count_chars()):
        letter = _letter(page, index)
        if letter in "\r\n " and raw.FPDFText_IsGenerated(page, index):
            gap += letter
            continue
        character = _character(page, index, letter)
        if gap and lines[-1]:
            _part(lines, character, may_be_line="\n" in gap)
        gap = ""
        if letter in THAI_MARKS:
            _place_mark(lines[-1], character)
        else:
            lines[-1].append(character)
    return "\n".join("".join(character.text for character in line) for line in lines)


def _part(lines: list[list[Character]], following: Character, *, may_be_line: bool) -> None:
    """Begin a new line, or only a new word, or nothing at all, as the positions tell."""
    tail = lines[-1][-1:]
    for character in reversed(lines[-1][:-1]):
        if tail[-1].text not in THAI_MARKS:
            break
        tail.append(character)
    last = tail[-1]
    height = max(last.height, following.height)
    gap = following.left - max(character.right for character in tail)
    is_level = abs(last.y - following.y) <= _SAME_LINE * height
    is_mark = following.text in THAI_MARKS
    if may_be_line and not (is_level and (is_mark or gap > -_BACK * height)):
        lines.append([])
    elif gap > _NEAR * height and not is_mark:
        lines[-1].append(Character(" ", last.y, last.right, following.left, 0.0))


def _place_mark(line: list[Character], mark: Character) -> None:
    """Put a mark behind its letter and the letter's other marks."""
    at = len(line)
    while at and line[at - 1].text in THAI_MARKS:
        at -= 1
    letter = line[at - 1] if at else None
    if letter and letter.distance(mark.middle) > _REACH * (letter.right - letter.left):
        at = _letter_below(line, mark) or at
    while at < len(line) and line[at].text in THAI_MARKS:
        at += 1
    line.insert(at, mark)


def _letter_below(line: list[Character], mark: Character) -> int | None:
    """One more than the index of the letter on the same baseline whose box holds the mark."""
    for at in range(len(line) - 1, -1, -1):
        letter = line[at]
        is_letter = letter.text not in THAI_MARKS and not letter.text.isspace()
        is_level = abs(letter.y - mark.y) <= _SAME_LINE * max(letter.height, mark.height)
        if is_letter and is_level and letter.left <= mark.middle <= letter.right:
            return at + 1
    return None


def _letter(page: pdfium.PdfTextPage, index: int) -> str:
    code = raw.FPDFText_GetUnicode(page, index)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF else chr(code)


def _character(page: pdfium.PdfTextPage, index: int, letter: str) -> Character:
    x, y = ctypes.c_double(), ctypes.c_double()
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharOrigin(page, index, x, y)
    raw.FPDFText_GetCharBox(page, index, left, right, bottom, top)
    return Character(letter, y.value, left.value, right.value, top.value - bottom.value)
