"""Names of files as people give them and as browsers save them."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from eoffice.thai_text import compose, cut, to_arabic_digits

MAX_NAME_BYTES = 255
NAMELESS = "ไฟล์"
_MAX_EXTENSION_BYTES = 20
_FORBIDDEN = re.compile('[<>:"|?*]')
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?=\.|$)", re.I
)
_DROPPED_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
_EDGES = ". "
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._()-]+")
_ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"


def clean_file_name(name: str, max_bytes: int = MAX_NAME_BYTES) -> str:
    """The name as it is stored: every visible letter kept, nothing that misleads or breaks.

    Composed (NFC and Thai repaired), without path, control, bidirectional, invisible and private
    characters, what Windows forbids as _, no dots or spaces at the ends, never a device name of
    Windows, cut to ``max_bytes`` of UTF-8 between letters with its extension kept. Idempotent,
    never empty.
    """
    kept = (letter for letter in _breaks_to_spaces(name) if not _is_dropped(letter))
    name = compose("".join(kept)).replace("\\", "/").rpartition("/")[2]
    name = " ".join(_FORBIDDEN.sub("_", name).split()).strip(_EDGES)
    if _RESERVED.match(name):
        name = "_" + name
    stem, extension = _split(name)
    stem = cut(stem, max_bytes - len(extension.encode())).rstrip(_EDGES)
    return stem + extension or NAMELESS


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The header that names a download (RFC 6266), Thai in ``filename*`` (RFC 8187).

    ``inline`` is for page images made by the server only.
    """
    name = clean_file_name(name)
    plain = _plain_name(name)
    header = f'{"inline" if inline else "attachment"}; filename="{plain}"'
    if plain != name:
        header += f"; filename*=UTF-8''{quote(name, safe=_ATTRIBUTE_CHARACTERS)}"
    return header


def _breaks_to_spaces(name: str) -> str:
    return re.sub("[\t\n\r\x0b\x0c\x85\u2028\u2029]", " ", name)


def _is_dropped(letter: str) -> bool:
    is_thai_glyph = "\uf700" <= letter <= "\uf71a"
    return unicodedata.category(letter) in _DROPPED_CATEGORIES and not is_thai_glyph


def _split(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix.encode()) >= _MAX_EXTENSION_BYTES or " " in suffix:
        return name, ""
    return stem, dot + suffix


def _plain_name(name: str) -> str:
    """A readable name in plain letters for programs that know nothing else."""
    stem, extension = _split(to_arabic_digits(name))
    if _NOT_PLAIN.search(stem):
        stem = "-".join(part for part in _NOT_PLAIN.split(stem) if part.strip("._()-"))
    if not re.search("[A-Za-z]", stem):
        stem = f"document-{stem}".rstrip("-")
    return stem + _NOT_PLAIN.sub("", extension).rstrip(".")
