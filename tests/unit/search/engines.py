"""What the tests of the engines share: an empty backend of each kind and short documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from eoffice.search.backends import Backend, Filters, Hits, Order, Request
from eoffice.search.documents import (
    AttachedText,
    CaseFields,
    Facets,
    IndexDocument,
    LetterFields,
    document_of_case,
    document_of_letter,
)
from eoffice.search.query import parse

SEES = 7
"""The principal that the tests ask as, unless they say otherwise."""

FACETS = frozenset(Facets.__dataclass_fields__)


def letter(
    number: int,
    subject: str = "",
    *,
    principals: Iterable[int] = (SEES,),
    version: int = 1,
    pages: Iterable[str] = (),
    **fields: Any,
) -> IndexDocument:
    """A letter's index document; keywords are fields of the letter or its facets."""
    facets = Facets(**{name: fields.pop(name) for name in FACETS & fields.keys()})
    files = (AttachedText("แนบ.pdf", tuple(pages)),) if pages else ()
    whole = LetterFields(
        number, version, tuple(principals), subject, files=files, facets=facets, **fields
    )
    return document_of_letter(whole)


def case(
    number: int, letter_id: int, endorsement: str, principals: Iterable[int], **facets: Any
) -> IndexDocument:
    """A case's index document with one endorsement."""
    fields = CaseFields(
        number,
        letter_id,
        1,
        tuple(principals),
        endorsements=(endorsement,),
        facets=Facets(**facets),
    )
    return document_of_case(fields)


def search(
    backend: Backend,
    typed: str,
    *principals: int,
    filters: Filters | None = None,
    order: Order = Order.RELEVANCE,
    offset: int = 0,
    limit: int = 20,
) -> Hits:
    """Ask a backend as these principals."""
    seen = frozenset(principals or (SEES,))
    request = Request(parse(typed), seen, filters or Filters(), order, offset, limit)
    return backend.search(request)


def found(hits: Hits) -> list[int]:
    """The letters of the strict hits, in their order."""
    return [hit.letter_id for hit in hits.hits]


def day(number: int, month: int = 5, year: int = 2026) -> date:
    """A day of May 2026, unless said otherwise."""
    return date(year, month, number)
