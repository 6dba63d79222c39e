"""How a letter number is compared: one key for every way people write it."""

from __future__ import annotations

import re

from eoffice.thai_text import normalise

_LEAD = re.compile(r"^(?:เลข)?ที่")
_DROPPED = re.compile(r"[\s.\-–—_]+")


def number_key(text: str) -> str:
    """The canonical key of a letter number: ``ที่ ศธ ๐๔๙๙๙/ว ๔๗๒`` → ``ศธ04999/ว472``.

    Thai digits become Arabic; ที่, spaces, dots and dashes go; Latin letters become lower case.
    """
    plain = _DROPPED.sub("", normalise(text)).casefold()
    return _LEAD.sub("", plain)[:80]
