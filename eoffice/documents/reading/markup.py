"""The words of the XML inside office files, read in constant memory and without DTDs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import IO

from lxml import etree

from eoffice.documents.reading.unreadable import Unreadable

MAX_LETTERS = 5_000_000
"""Longer texts are cut: no letter's enclosure is a library."""


class TextEnough(Exception):
    """So much text was read that the rest is left out."""


class Words:
    """A parser target that collects the text of some elements.

    ``inside`` names the elements whose character data counts (all when empty), ``ends`` what is
    written at the end of an element, ``skipped`` elements that are left out with all they hold.
    """

    def __init__(
        self,
        *,
        inside: Collection[str] = (),
        ends: Mapping[str, str],
        skipped: Collection[str] = (),
    ) -> None:
        self._inside, self._ends, self._skipped = inside, ends, skipped
        self._open = self._skipping = 0
        self._length = 0
        self.parts: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._skipping += bool(self._skipping) or tag in self._skipped
        self._open += tag in self._inside

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._skipping:
            self._skipping -= 1
        elif tag in self._ends:
            self._add(self._ends[tag])
        self._open -= tag in self._inside

    def data(self, text: str) -> None:
        """Character data inside the current element."""
        if not self._skipping and (self._open or not self._inside):
            self._add(text)

    def comment(self, text: str) -> None:
        """Comments say nothing."""

    def pi(self, target: str, text: str | None = None) -> None:
        """Processing instructions say nothing."""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """Office files have no document type: whoever brings one brings entities."""
        raise Unreadable("broken", "document type")

    def close(self) -> str:
        """The document ends: its text."""
        return "".join(self.parts)

    def _add(self, text: str) -> None:
        self._length += len(text)
        if self._length > MAX_LETTERS:
            raise TextEnough
        self.parts.append(text)


def read_xml(stream: IO[bytes], target: Words) -> str:
    """Feed a document to a target; raises ``Unreadable`` for what is not well-formed.

    Text beyond ``MAX_LETTERS`` is left out and raises ``TextEnough``.
    """
    parser = etree.XMLParser(target=target, resolve_entities=False, no_network=True, recover=False)
    try:
        while piece := stream.read(1 << 16):
            parser.feed(piece)
        text: str = parser.close()
    except etree.XMLSyntaxError as error:
        raise Unreadable("broken", str(error)[:200]) from None
    return text
