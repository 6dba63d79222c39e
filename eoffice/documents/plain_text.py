"""Plain text of unknown encoding: what Thai offices' machines really write."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_HIGH_BYTES = frozenset((0x00, 0x0E, 0x20))
"""High bytes of UTF-16 units in Thai text: Latin, Thai, punctuation."""


def encoding_of(head: bytes, *, is_whole: bool = True) -> str | None:
    """UTF-8, UTF-16 or code page 874 (TIS-620), or None for what is not text.

    ``head`` is the beginning of the file; unless ``is_whole`` it may end inside a character.
    """
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding if _is_text(head, encoding, is_whole) else None
    candidates = ["utf-8", "cp874"]
    if b"\x00" in head or b"\x0e" in head:
        candidates = [name for name in (_utf16_without_bom(head),) if name]
    return next((name for name in candidates if _is_text(head, name, is_whole)), None)


def decode(content: bytes) -> str | None:
    """The text of a whole file, lines ended by newlines; None for what is not text."""
    encoding = encoding_of(content)
    if encoding is None:
        return None
    return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def _is_text(head: bytes, encoding: str, is_whole: bool) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head, is_whole)
    except UnicodeDecodeError:
        return False
    return _CONTROLS.search(text) is None


def _utf16_without_bom(head: bytes) -> str | None:
    for encoding, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        high = head[first::2]
        if high and sum(byte in _HIGH_BYTES for byte in high) >= 0.7 * len(high):
            return encoding
    return None
