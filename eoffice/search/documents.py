"""What the index keeps of a letter and of a case, and how it is made from their fields.

A letter's text is seen with the letter; endorsements and reports belong to a case and are seen
with the case: two kinds of index documents, merged by letter in the result. A classified letter
gives its numbers and nothing else.
"""

from __future__ import annotations

import enum
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from eoffice.clock import be_year
from eoffice.search.analysis import BREAK, Terms, analyse
from eoffice.search.numbers import NumberKeys, keys_of


class DocumentKind(enum.StrEnum):
    """Whose access decides who finds the document."""

    LETTER = "letter"
    CASE = "case"


class Field(enum.StrEnum):
    """Where a text stands; what the reader is told about the place of a match."""

    SUBJECT = "subject"
    NUMBER = "number"
    PARTIES = "parties"
    BODY = "body"
    FILE = "file"
    ENDORSEMENT = "endorsement"
    REPORT = "report"


WEIGHTS: dict[Field, int] = {Field.SUBJECT: 3}
"""How often a text counts, 1 where nothing is said: term frequencies are added up before BM25."""

MAX_TEXT = 1_000_000
"""Characters of one document that are indexed, some 500 pages; the rest is left out."""


@dataclass(frozen=True, slots=True)
class FieldText:
    """One text of a document; a file has one for each page."""

    field: Field
    text: str


@dataclass(frozen=True, slots=True)
class Facets:
    """What results are filtered and counted by. Offices and groups are their integer ids."""

    kind: str = ""
    from_office: int | None = None
    to_offices: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    urgency: str = "normal"
    states: tuple[str, ...] = ()
    has_attachment: bool = False
    is_classified: bool = False
    dated_on: date | None = None

    @property
    def year(self) -> int | None:
        """The Buddhist year of the letter's date."""
        return be_year(self.dated_on) if self.dated_on else None


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """A letter or a case as it is handed to a backend, its text not yet cut into terms."""

    kind: DocumentKind
    id: int
    letter_id: int
    version: int
    principals: tuple[int, ...]
    texts: tuple[FieldText, ...] = ()
    numbers: tuple[str, ...] = ()
    facets: Facets = field(default_factory=Facets)

    @property
    def key(self) -> int:
        """One integer for kind and id, unique in the index."""
        return key_of(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class AttachedText:
    """The text of one attachment, page by page, as extracted or recognised."""

    name: str
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetterFields:
    """The fields of a letter that are searched, as plain values."""

    letter_id: int
    version: int
    principals: tuple[int, ...]
    subject: str
    letter_no: str = ""
    other_numbers: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    body: str = ""
    files: tuple[AttachedText, ...] = ()
    facets: Facets = field(default_factory=Facets)


@dataclass(frozen=True, slots=True)
class CaseFields:
    """The fields of an office's own handling of a letter; the facets are the letter's."""

    case_id: int
    letter_id: int
    version: int
    principals: tuple[int, ...]
    receive_numbers: tuple[str, ...] = ()
    endorsements: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    files: tuple[AttachedText, ...] = ()
    facets: Facets = field(default_factory=Facets)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document's terms, the same for every backend; kept packed so that a change of access does
    not cut the text again."""

    words: tuple[str, ...]
    grams: tuple[str, ...]
    numbers: NumberKeys

    def packed(self) -> bytes:
        """The terms as compressed bytes."""
        parts = (
            " ".join(self.words),
            " ".join(self.grams),
            " ".join(self.numbers.whole),
            " ".join(self.numbers.partial),
        )
        return zlib.compress(json.dumps(parts, ensure_ascii=False).encode(), 1)

    @classmethod
    def unpacked(cls, packed: bytes) -> Prepared:
        """The terms again."""
        words, grams, whole, partial = json.loads(zlib.decompress(packed))
        return cls(
            tuple(words.split()),
            tuple(grams.split()),
            NumberKeys(tuple(whole.split()), tuple(partial.split())),
        )


def key_of(kind: DocumentKind, object_id: int) -> int:
    """One integer for a letter or a case: even for letters, odd for cases."""
    return object_id * 2 + (kind is DocumentKind.CASE)


def object_of(key: int) -> tuple[DocumentKind, int]:
    """The kind and id of a key."""
    return (DocumentKind.CASE if key % 2 else DocumentKind.LETTER), key // 2


def document_of_letter(letter: LetterFields) -> IndexDocument:
    """The index document of a letter. A classified one contributes no text, only its numbers."""
    numbers = tuple(each for each in (letter.letter_no, *letter.other_numbers) if each)
    texts: list[FieldText] = []
    if not letter.facets.is_classified:
        texts.append(FieldText(Field.SUBJECT, letter.subject))
        texts.append(FieldText(Field.NUMBER, letter.letter_no))
        texts += [FieldText(Field.PARTIES, each) for each in letter.parties]
        texts.append(FieldText(Field.BODY, letter.body))
        texts += _of_files(letter.files)
    return IndexDocument(
        DocumentKind.LETTER,
        letter.letter_id,
        letter.letter_id,
        letter.version,
        _sorted(letter.principals),
        _filled(texts),
        numbers,
        letter.facets,
    )


def _of_files(files: Iterable[AttachedText]) -> list[FieldText]:
    texts: list[FieldText] = []
    for file in files:
        texts.append(FieldText(Field.FILE, file.name))
        texts += [FieldText(Field.FILE, page) for page in file.pages]
    return texts


def document_of_case(case: CaseFields) -> IndexDocument:
    """The index document of a case: endorsements, reports and the receiving office's number."""
    texts: list[FieldText] = []
    if not case.facets.is_classified:
        texts += [FieldText(Field.ENDORSEMENT, each) for each in case.endorsements]
        texts += [FieldText(Field.REPORT, each) for each in case.reports]
        texts += _of_files(case.files)
    return IndexDocument(
        DocumentKind.CASE,
        case.case_id,
        case.letter_id,
        case.version,
        _sorted(case.principals),
        _filled(texts),
        case.receive_numbers,
        case.facets,
    )


def prepare(document: IndexDocument) -> Prepared:
    """Cut a document's texts into the terms that every backend indexes."""
    words: list[str] = []
    grams: list[str] = []
    for text, weight in _weighted(document.texts):
        terms = analyse(text)
        for _ in range(weight):
            words += terms.words
            _add_grams(grams, terms)
    return Prepared(tuple(words), tuple(grams), keys_of(document.numbers))


def _add_grams(grams: list[str], terms: Terms) -> None:
    if terms.grams:
        if grams:
            grams.append(BREAK)
        grams += terms.grams


def _weighted(texts: Iterable[FieldText]) -> Iterable[tuple[str, int]]:
    """The texts within the limit with their weights; the pages of one file run on."""
    left = MAX_TEXT
    pages: list[str] = []
    for each in texts:
        text = each.text[:left]
        left -= len(text)
        if each.field is Field.FILE:
            pages.append(text)
            continue
        yield text, WEIGHTS.get(each.field, 1)
    if pages:
        yield "\n".join(pages), 1


def _filled(texts: Sequence[FieldText]) -> tuple[FieldText, ...]:
    return tuple(each for each in texts if each.text.strip())


def _sorted(principals: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(principals)))
