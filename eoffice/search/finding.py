"""One search: the engine's hits, checked again in the database, with what the page says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from markupsafe import Markup
from sqlalchemy.orm import Session

from eoffice.actor import Actor
from eoffice.search.asked import PAGE, Asked, request_of
from eoffice.search.backends import COUNT_LIMIT, Backend, Hit, Hits, Request
from eoffice.search.documents import Field
from eoffice.search.highlight import Snippet, excerpt, marked, snippets
from eoffice.search.queries import (
    FilePassage,
    SeenLetter,
    office_names,
    passages_of,
    seen_letters,
    visible_subjects,
)
from eoffice.search.query import Query
from eoffice.search.suggest import Suggestion, completions, did_you_mean

SNIPPETS = 2
SUGGEST_BELOW = 3
SHOWN_AT_LEAST = 10
"""Near letters fill a short answer up to so many."""


@dataclass(frozen=True)
class Place:
    """Where a match stands, for the reader; ``file_id`` and ``page`` lead to the page itself."""

    html: Markup
    field: str
    name: str = ""
    page: int = 0
    file_id: str = ""
    is_recognised: bool = False


@dataclass(frozen=True)
class Result:
    """A hit as it is shown."""

    letter: SeenLetter
    subject: Markup
    places: tuple[Place, ...] = ()
    is_in_subject: bool = False


@dataclass(frozen=True)
class Count:
    """How many letters bear one value of a facet."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Found:
    """What one search found: exact totals up to the limit, this page's hits, near ones apart."""

    total: int = 0
    is_capped: bool = False
    results: tuple[Result, ...] = ()
    near: tuple[Result, ...] = ()
    years: tuple[Count, ...] = ()
    kinds: dict[str, int] = field(default_factory=dict)
    offices: tuple[Count, ...] = ()
    dates_as_words: bool = False
    is_cut: bool = False
    better: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-min(self.total, COUNT_LIMIT) // PAGE)


def find(session: Session, actor: Actor, backend: Backend, asked: Asked) -> Found:
    """Search as the actor. Everything shown was visible to the actor in this session's reading:
    ids, totals of this page, facets, snippets and the better spelling."""
    request = request_of(session, actor, asked)
    if request.query.is_empty and not asked.is_filtered:
        return Found()
    hits = backend.search(request)
    letters = seen_letters(session, actor, _ids((*hits.hits, *hits.near)))
    shown = _seen(hits.hits, letters)
    near = _seen(hits.near, letters)[: max(0, SHOWN_AT_LEAST - len(shown))]
    texts = passages_of(session, actor, [each.id for each in (*shown, *near)])
    query = _marking(hits, request.query)
    return Found(
        total=hits.total - (len(hits.hits) - len(shown)),
        is_capped=hits.is_capped,
        results=tuple(_result(each, query, texts[each.id]) for each in shown),
        near=tuple(_result(each, query, texts[each.id]) for each in near),
        years=tuple(
            Count(str(year), str(year), count) for year, count in sorted(hits.years.items())[::-1]
        ),
        kinds=dict(hits.kinds),
        offices=_offices(session, hits),
        dates_as_words=hits.dates_as_words,
        is_cut=request.query.is_cut,
        better=_better(session, actor, backend, request) if hits.total < SUGGEST_BELOW else "",
    )


def all_found(
    session: Session, actor: Actor, backend: Backend, asked: Asked
) -> tuple[list[SeenLetter], bool]:
    """Every letter found, in order, up to the limit of counting; and whether more were cut off."""
    request = request_of(session, actor, Asked(**(asked.__dict__ | {"page": 1})), limit=COUNT_LIMIT)
    if request.query.is_empty and not asked.is_filtered:
        return [], False
    hits = backend.search(request, with_facets=False)
    letters = seen_letters(session, actor, _ids(hits.hits))
    return _seen(hits.hits, letters), hits.is_capped


def suggestions(
    session: Session, actor: Actor, backend: Backend, asked: Asked
) -> Sequence[Suggestion]:
    """Continuations of the words typed so far, from subjects that the actor may see now."""
    request = request_of(session, actor, asked)
    subjects = partial(visible_subjects, session, actor)
    return completions(backend, request, asked.q, subjects)


def _better(session: Session, actor: Actor, backend: Backend, request: Request) -> str:
    subjects = partial(visible_subjects, session, actor)
    return did_you_mean(backend, request, subjects) or ""


def _marking(hits: Hits, query: Query) -> Query:
    return query.with_dates_as_words() if hits.dates_as_words else query


def _ids(hits: Sequence[Hit]) -> list[int]:
    return [hit.letter_id for hit in hits]


def _seen(hits: Sequence[Hit], letters: dict[int, SeenLetter]) -> list[SeenLetter]:
    return [letters[hit.letter_id] for hit in hits if hit.letter_id in letters]


def _result(letter: SeenLetter, query: Query, passages: list) -> Result:  # type: ignore[type-arg]
    subject = marked(letter.subject, query)
    places = tuple(_place(each) for each in snippets(passages, query, SNIPPETS))
    if not places and passages:
        places = (Place(excerpt(passages[0].text), ""),)
    return Result(letter, subject, places, "<mark>" in subject)


def _place(snippet: Snippet) -> Place:
    passage = snippet.passage
    return Place(
        snippet.html,
        passage.field.value,
        passage.name,
        passage.page,
        passage.file_id if isinstance(passage, FilePassage) else "",
        passage.is_recognised,
    )


def _offices(session: Session, hits: Hits) -> tuple[Count, ...]:
    most = sorted(hits.from_offices.items(), key=lambda each: -each[1])[:12]
    names = office_names(session, [office for office, _ in most])
    return tuple(Count(*names[office], count) for office, count in most if office in names)


PLACES = {
    Field.BODY.value: "ข้อความ",
    Field.FILE.value: "ไฟล์",
    Field.ENDORSEMENT.value: "เกษียน",
    Field.REPORT.value: "รายงาน",
}
"""Words for where a match stands."""
