"""The fields of the Whoosh index: lists of terms that are already cut, and packed facts.

The classes are named in the index folder's table of contents: renaming one asks for a rebuild.
"""

from __future__ import annotations

import struct
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from whoosh import columns, fields, formats
from whoosh.analysis import IDAnalyzer

from eoffice.search.documents import IndexDocument, Prepared

FACTS = struct.Struct("<qiiiI16s")
"""letter · day (ordinal, 0 without) · year · sender's office (-1 without) · words · kind"""


class Kept(NamedTuple):
    """What is stored with a document: its stamp, and all that adding it again takes."""

    key: int
    version: int
    principals: tuple[int, ...]
    facts: bytes
    tags: list[str]
    terms: bytes


Posting = tuple[str, int, float, bytes]


class Presence(formats.Existence):
    """Postings that say only that a term is there."""

    def word_values(self, value: Iterable[str], analyzer: object, **_: object) -> Iterator[Posting]:
        """One posting for each distinct term."""
        return ((term, 1, 1.0, b"") for term in dict.fromkeys(value))


class Counts(formats.Existence):
    """Postings with the number of times a term occurs, kept as the weight."""

    def word_values(self, value: Iterable[str], analyzer: object, **_: object) -> Iterator[Posting]:
        """One posting for each distinct term."""
        return ((term, count, float(count), b"") for term, count in Counter(value).items())


class Places(formats.Format):
    """Postings with counts and positions."""

    posting_size = -1

    def word_values(self, value: Iterable[str], analyzer: object, **_: object) -> Iterator[Posting]:
        """One posting for each distinct term, its positions as unsigned integers."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, term in enumerate(value):
            places[term].append(place)
        for term, each in places.items():
            yield term, len(each), float(len(each)), array("I", each).tobytes()

    def decode_positions(self, value: bytes) -> Sequence[int]:
        """The positions of one posting, ascending."""
        places = array("I")
        places.frombytes(value)
        return places


class TermList(fields.FieldType):
    """A field whose value is the list of its terms, cut before Whoosh sees it."""

    def __init__(self, form: formats.Format) -> None:
        # scorable: where lengths are kept, Whoosh does not look for their file at every posting
        super().__init__(form, IDAnalyzer(), scorable=True)


def schema() -> fields.Schema:
    """The fields: words, grams, numbers, principals, tags, facts and what is kept for a change."""
    return fields.Schema(
        key=TermList(Presence()),
        w=TermList(Counts()),
        g=TermList(Places()),
        n=TermList(Presence()),
        p=TermList(Presence()),
        vis=TermList(Presence()),
        tags=TermList(Presence()),
        facts=fields.COLUMN(columns.FixedBytesColumn(FACTS.size)),
        kept=fields.STORED(),
    )


def facts_of(document: IndexDocument, terms: Prepared) -> bytes:
    """The packed facts of a document."""
    facets = document.facets
    return FACTS.pack(
        document.letter_id,
        facets.dated_on.toordinal() if facets.dated_on else 0,
        facets.year or 0,
        -1 if facets.from_office is None else facets.from_office,
        len(terms.words),
        facets.kind.encode()[:16],
    )
