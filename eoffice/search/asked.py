"""What a person asks of the search page: read from the address, which holds the whole query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from eoffice.actor import Actor
from eoffice.documents.rules import LetterKind, LetterState, Urgency
from eoffice.search.backends import Filters, Order, Request
from eoffice.search.query import MAX_CHARACTERS, parse
from eoffice.thai import DateNotUnderstood, LabelledEnum, parse_thai_date
from eoffice.users.access import principals_of
from eoffice.users.models import Group, Office

PAGE = 20
MOST_PAGES = 500
MOST_VALUES = 60


class Direction(LabelledEnum):
    """Whether a letter came to the person's offices or left them."""

    INCOMING = "in", "หนังสือเข้า"
    OUTGOING = "out", "หนังสือส่ง"


Arguments = Mapping[str, Sequence[str]]
"""The arguments of an address, all values of each name."""


@dataclass(frozen=True)
class Asked:
    """The words and filters of one search, as typed; offices, groups and desks by public id."""

    q: str = ""
    desk: str = ""
    direction: str = ""
    kinds: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    from_offices: tuple[str, ...] = ()
    to_office: str = ""
    groups: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    has_files: bool = False
    since: str = ""
    until: str = ""
    sort: str = Order.RELEVANCE.value
    page: int = 1
    mistakes: Mapping[str, str] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether neither words nor filters are given."""
        return not (self.q.strip() or self.is_filtered)

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is in force."""
        return any(
            (
                self.desk,
                self.direction,
                self.kinds,
                self.years,
                self.from_offices,
                self.to_office,
                self.groups,
                self.urgencies,
                self.states,
                self.has_files,
                self.since,
                self.until,
            )
        )

    def arguments(self, **changes: object) -> dict[str, object]:
        """The arguments of the address of this search, with changes; empty ones left out."""
        asked = replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]
        given: dict[str, object] = {
            "q": asked.q,
            "desk": asked.desk,
            "dir": asked.direction,
            "kind": list(asked.kinds),
            "year": list(asked.years),
            "from": list(asked.from_offices),
            "to": asked.to_office,
            "group": list(asked.groups),
            "urgency": list(asked.urgencies),
            "state": list(asked.states),
            "files": "1" if asked.has_files else "",
            "since": asked.since,
            "until": asked.until,
            "sort": "" if asked.sort == Order.RELEVANCE.value else asked.sort,
            "page": asked.page if asked.page > 1 else "",
        }
        return {name: value for name, value in given.items() if value not in ("", [])}


def read(arguments: Arguments) -> Asked:
    """The search of an address. Values that do not exist are as if not given; a date that is not
    understood stays in its field with the reason beside it."""
    mistakes: dict[str, str] = {}
    since, until = _one(arguments, "since")[:40], _one(arguments, "until")[:40]
    page = _one(arguments, "page")
    direction = _one(arguments, "dir")
    sort = _one(arguments, "sort")
    years = [each for each in arguments.get("year", ()) if each.isascii() and each.isdigit()]
    return Asked(
        q=_one(arguments, "q")[: MAX_CHARACTERS + 1],
        desk=_one(arguments, "desk")[:40],
        direction=direction if direction in {each.value for each in Direction} else "",
        kinds=_known(arguments.get("kind", ()), LetterKind),
        years=tuple(sorted({int(each[:4]) for each in years[:MOST_VALUES]}, reverse=True)),
        from_offices=_texts(arguments.get("from", ())),
        to_office=_one(arguments, "to")[:40],
        groups=_texts(arguments.get("group", ())),
        urgencies=_known(arguments.get("urgency", ()), Urgency),
        states=_known(arguments.get("state", ()), LetterState),
        has_files=_one(arguments, "files") == "1",
        since=since,
        until=until,
        sort=sort if sort in {each.value for each in Order} else Order.RELEVANCE.value,
        page=min(max(int(page), 1), MOST_PAGES) if page.isascii() and page.isdigit() else 1,
        first=_day("since", since, mistakes),
        last=_day("until", until, mistakes),
        mistakes=mistakes,
    )


def request_of(session: Session, actor: Actor, asked: Asked, *, limit: int = PAGE) -> Request:
    """The request that an engine answers: bounded by the principals of all today's desks, or of
    the one asked for.

    Who received a letter and where it stands is known to its sender alone: a receiver outside
    the person's own offices, a state and a group are looked for among what those offices sent.
    """
    mine = frozenset(desk.office_id for desk in actor.desks)
    from_offices = _ids(session, Office, asked.from_offices)
    to_offices = _ids(session, Office, [asked.to_office] if asked.to_office else [])
    groups = _ids(session, Group, asked.groups, Group.office_id.in_(mine))
    if asked.direction == Direction.INCOMING.value:
        to_offices = to_offices & mine if asked.to_office else mine
    if asked.direction == Direction.OUTGOING.value or (to_offices - mine) or asked.states:
        from_offices = from_offices & mine if asked.from_offices else mine
    is_impossible = (
        bool(asked.from_offices and not from_offices)
        or bool(asked.to_office and not to_offices)
        or bool(asked.groups and not groups)
        or (bool(asked.direction or asked.states) and not mine)
    )
    return Request(
        parse(asked.q),
        frozenset() if is_impossible else _principals(session, actor, asked.desk),
        Filters(
            years=frozenset(asked.years),
            kinds=frozenset(asked.kinds),
            from_offices=from_offices,
            to_offices=to_offices,
            groups=groups,
            urgencies=frozenset(asked.urgencies),
            states=frozenset(asked.states),
            has_attachment=True if asked.has_files else None,
            dated_from=asked.first,
            dated_to=asked.last,
        ),
        Order(asked.sort) if asked.q.strip() else _dated(asked.sort),
        offset=(asked.page - 1) * PAGE,
        limit=limit,
    )


def _principals(session: Session, actor: Actor, desk: str) -> frozenset[int]:
    if not desk or actor.person_id is None:
        return frozenset(actor.principals)
    desks = [each for each in actor.desks if each.public_id == desk]
    return frozenset(principals_of(session, actor.person_id, desks)) if desks else frozenset()


def _dated(sort: str) -> Order:
    return Order.OLDEST if sort == Order.OLDEST.value else Order.NEWEST


def _ids(
    session: Session,
    model: type[Office] | type[Group],
    public_ids: Iterable[str],
    *conditions: ColumnElement[bool],
) -> frozenset[int]:
    wanted = list(public_ids)
    if not wanted:
        return frozenset()
    query = select(model.id).where(model.public_id.in_(wanted), *conditions)
    return frozenset(session.scalars(query))


def _one(arguments: Arguments, name: str) -> str:
    values = arguments.get(name, ())
    return values[0] if values else ""


def _known(values: Sequence[str], kind: type[LabelledEnum]) -> tuple[str, ...]:
    wanted = set(values[:MOST_VALUES])
    return tuple(each.value for each in kind if each.value in wanted)


def _texts(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({each[:40] for each in values[:MOST_VALUES] if each}))


def _day(name: str, typed: str, mistakes: dict[str, str]) -> date | None:
    if not typed.strip():
        return None
    try:
        return parse_thai_date(typed)
    except DateNotUnderstood as refusal:
        mistakes[name] = str(refusal)
        return None
