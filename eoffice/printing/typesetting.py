"""Typst: a sheet of the package and a JSON document in, a PDF/A out.

What people typed enters only as JSON in ``sys.inputs``, never the source; the root is an empty
folder, so a sheet can read no file; fonts are those of the package alone.
"""

from __future__ import annotations

import json
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import typst

from eoffice import clock

_FOLDER = Path(__file__).parent
FONTS = _FOLDER / "fonts"


def typeset(sheet: str, document: Mapping[str, Any]) -> bytes:
    """The PDF of a sheet (its name in ``sheets/`` without suffix) filled with a document.

    A letter that the font lacks has no place in PDF/A; then the paper is a plain PDF, which shows
    an empty box for it: a paper with one odd letter is worth more than none.
    """
    source = (_FOLDER / "sheets" / f"{sheet}.typ").read_bytes()
    inputs = {"doc": json.dumps(_printable(document), ensure_ascii=False)}
    with tempfile.TemporaryDirectory(prefix="eoffice-printing-") as empty:
        try:
            return _compiled(source, Path(empty), inputs, "a-2b")
        except typst.TypstError:
            return _compiled(source, Path(empty), inputs, "1.7")


def _compiled(
    source: bytes, root: Path, inputs: dict[str, str], standard: Literal["a-2b", "1.7"]
) -> bytes:
    # its types want the root to be bytes where the source is
    made: bytes = typst.compile(  # type: ignore[call-overload]
        source,
        root=root,
        font_paths=typst.Fonts(False, True, [FONTS]),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=standard,
        timestamp=int(clock.now().timestamp()),
    )
    return made


def _printable(value: Any) -> Any:
    """Text composed and without control characters, which PDF/A has no glyphs for."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value).replace("\n", " ").replace("\t", " ")
        return "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")
    if isinstance(value, Mapping):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value
