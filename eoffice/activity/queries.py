"""The per-person activity register, counted from the log alone (domain.md §13).

A sign-in is one successful sign-in; letters are counted once per person and act, whatever the
number of acts; what a person did while acting for another counts for the person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, case, cast, func, literal, select, text
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.activity.periods import Period
from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.documents.queries import visible_to
from eoffice.routing.models import Delivery
from eoffice.users.models import Holding, Office, Person, Post
from eoffice.users.rules import Role
from eoffice.verbs import Verb

ACTS: dict[str, tuple[str, tuple[Verb, ...]]] = {
    "drafted": ("ร่าง", (Verb.DRAFT, Verb.REPLY)),
    "signed": ("ลงนาม", (Verb.SIGN,)),
    "numbered": ("ออกเลข", (Verb.ISSUE_NUMBER,)),
    "sent": ("ส่ง", (Verb.SEND,)),
    "received": ("ลงรับ", (Verb.RECEIVE,)),
    "registered": ("ลงรับกระดาษ", (Verb.REGISTER_OUTSIDE,)),
    "rejected": ("ตีกลับ", (Verb.REJECT,)),
    "recalled": ("ดึงกลับ", (Verb.RECALL,)),
}
"""Columns of the register: code → (heading, verbs)."""

HEADS = (Role.DIRECTOR.value, Role.DEPUTY.value)
OVERSEERS = (Role.DISTRICT_ADMIN.value, Role.AUDITOR.value)
LETTERS_SHOWN = 200


@dataclass
class RegisterLine:
    """One person's line: sign-ins, days used, last use, letters by act."""

    person_id: int
    public_id: str
    name: str
    title: str
    sign_ins: int = 0
    days_used: int = 0
    last_used: datetime | None = None
    letters: dict[str, int] = field(default_factory=dict)


def may_see_office(actor: Actor, office_id: int) -> bool:
    """A head sees the own office, the district's head, administrators and auditors all."""
    if any(not desk.roles.isdisjoint(OVERSEERS) for desk in actor.desks):
        return True
    heads = [desk for desk in actor.desks if not desk.roles.isdisjoint(HEADS)]
    return any(desk.office_id == office_id or desk.office_kind == "district" for desk in heads)


def may_see_person(session: Session, actor: Actor, person_id: int, period: Period) -> bool:
    """One's own line, and those of the offices one may see, where the person holds a post."""
    if person_id == actor.person_id:
        return True
    return any(may_see_office(actor, office) for office in _offices_of(session, person_id, period))


def register_lines(
    session: Session, period: Period, *, office_id: int | None = None, person_id: int | None = None
) -> list[RegisterLine]:
    """The lines of an office's people (or of one person) for a period, by name of the post."""
    lines = {line.person_id: line for line in _people(session, period, office_id, person_id)}
    if not lines:
        return []
    within = _within(period) & Activity.person_id.in_(list(lines))
    if office_id is not None:
        in_office = (Activity.office_id == office_id) | (Activity.verb == Verb.SIGN_IN.value)
        within = within & in_office
    _count_uses(session, lines, within)
    _count_letters(session, lines, within)
    return list(lines.values())


def letters_behind(
    session: Session, actor: Actor, period: Period, person_id: int, act: str
) -> tuple[list[Letter], int]:
    """The letters behind one figure that the reader may see, and how many there are in all."""
    verbs = [verb.value for verb in ACTS[act][1]]
    ids = (
        select(_letter_id())
        .select_from(Activity)
        .outerjoin(Delivery, _is_its_delivery())
        .where(_within(period), Activity.person_id == person_id, Activity.verb.in_(verbs))
        .distinct()
        .subquery()
    )
    total = session.scalar(select(func.count()).select_from(ids)) or 0
    letters = session.scalars(
        select(Letter)
        .where(Letter.id.in_(select(ids.c[0])), visible_to(actor))
        .order_by(Letter.id.desc())
        .limit(LETTERS_SHOWN)
    )
    return list(letters), total


def _within(period: Period) -> ColumnElement[bool]:
    return (Activity.at >= period.begins_at) & (Activity.at < period.ends_at)


def _people(
    session: Session, period: Period, office_id: int | None, person_id: int | None
) -> list[RegisterLine]:
    query = (
        select(Person, Post.title, Office.name)
        .join(Holding, Holding.person_id == Person.id)
        .join(Post, Post.id == Holding.post_id)
        .join(Office, Office.id == Post.office_id)
        .where(
            Holding.starts_on <= period.last,
            (Holding.ends_on.is_(None)) | (Holding.ends_on >= period.first),
        )
        .order_by(Holding.kind != "substantive", Post.id, Holding.id)
    )
    if office_id is not None:
        query = query.where(Post.office_id == office_id)
    if person_id is not None:
        query = query.where(Person.id == person_id)
    lines: dict[int, RegisterLine] = {}
    for person, title, office in session.execute(query):
        words = title if office_id is not None else f"{title} {office}"
        line = lines.setdefault(
            person.id, RegisterLine(person.id, person.public_id, person.full_name, words)
        )
        if words not in line.title:
            line.title += f" · {words}"
    return list(lines.values())


def _offices_of(session: Session, person_id: int, period: Period) -> list[int]:
    return list(
        session.scalars(
            select(Post.office_id)
            .join(Holding, Holding.post_id == Post.id)
            .where(
                Holding.person_id == person_id,
                Holding.starts_on <= period.last,
                (Holding.ends_on.is_(None)) | (Holding.ends_on >= period.first),
            )
            .distinct()
        )
    )


def _count_uses(
    session: Session, lines: dict[int, RegisterLine], within: ColumnElement[bool]
) -> None:
    signed_in = Activity.verb == Verb.SIGN_IN.value
    rows = session.execute(
        select(
            Activity.person_id,
            func.sum(case((signed_in, 1), else_=0)),
            func.count(func.distinct(_bangkok_day(session))),
            func.max(Activity.at),
        )
        .where(within)
        .group_by(Activity.person_id)
    )
    for person_id, sign_ins, days, last in rows:
        line = lines[person_id]
        line.sign_ins, line.days_used, line.last_used = int(sign_ins or 0), int(days), last


def _count_letters(
    session: Session, lines: dict[int, RegisterLine], within: ColumnElement[bool]
) -> None:
    act = case(
        *(
            (Activity.verb.in_([verb.value for verb in verbs]), literal(code))
            for code, (_, verbs) in ACTS.items()
        ),
        else_="",
    )
    rows = session.execute(
        select(Activity.person_id, act, func.count(func.distinct(_letter_id())))
        .select_from(Activity)
        .outerjoin(Delivery, _is_its_delivery())
        .where(within, act != "", Activity.object_kind.in_(("letter", "delivery")))
        .group_by(Activity.person_id, act)
    )
    for person_id, code, count in rows:
        lines[person_id].letters[code] = count


def _letter_id() -> ColumnElement[int]:
    return case((Activity.object_kind == "delivery", Delivery.letter_id), else_=Activity.object_id)


def _is_its_delivery() -> ColumnElement[bool]:
    return (Activity.object_kind == "delivery") & (Delivery.id == Activity.object_id)


def _bangkok_day(session: Session) -> Any:
    if session.get_bind().dialect.name == "sqlite":
        return func.date(Activity.at, text("'+7 hours'"))
    return cast(func.timezone(str(clock.BANGKOK), Activity.at), Date)
