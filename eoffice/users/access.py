"""Visibility is data: principals, the rows that give access, and the one predicate over both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    exists,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from eoffice import clock, outbox
from eoffice.actor import Actor, Desk
from eoffice.db import UtcDateTime
from eoffice.given import given, one_of
from eoffice.users.models import Access, Office, Principal
from eoffice.users.rules import NON_READERS, REGISTRY_ROLES, PrincipalKind
from eoffice.verbs import Verb


def ensure_principal(session: Session, kind: PrincipalKind, subject_id: int) -> int:
    """The principal's id; the row is made when it is missing."""
    query = select(Principal.id).where(
        Principal.kind == kind.value, Principal.subject_id == subject_id
    )
    known = session.scalars(query).one_or_none()
    if known is not None:
        return known
    upsert_into(session, Principal, [{"kind": kind.value, "subject_id": subject_id}])
    return session.scalars(query).one()


def upsert_into(session: Session, table: type, rows: list[dict[str, object]]) -> None:
    """Insert rows, leaving those that exist already."""
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    session.execute(insert(table).on_conflict_do_nothing(), rows)


def grant(
    session: Session, kind: str, object_id: int, principal_ids: Iterable[int], verb: Verb
) -> None:
    """Give principals access to a letter or case by an act; who has it already keeps it."""
    at = clock.now()
    rows: list[dict[str, object]] = [
        {
            "object_kind": kind,
            "object_id": object_id,
            "principal_id": principal,
            "since": at,
            "act": verb.value,
        }
        for principal in sorted(set(principal_ids))
    ]
    if rows:
        upsert_into(session, Access, rows)
        outbox.note_access(session, kind, object_id)


def revoke(session: Session, kind: str, object_id: int, principal_ids: Select[Any]) -> None:
    """End the access of principals to a letter or case now."""
    session.execute(
        update(Access)
        .where(
            Access.object_kind == kind,
            Access.object_id == object_id,
            Access.ends_at.is_(None),
            Access.principal_id.in_(principal_ids),
        )
        .values(ends_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    outbox.note_access(session, kind, object_id)


def accessible(
    actor: Actor, kind: str, object_id: InstrumentedAttribute[int], at: datetime | None = None
) -> ColumnElement[bool]:
    """The predicate: some principal of the actor has access to the object now.

    The only place where visibility is decided; ``visible_to`` of the rooms build on it. An actor
    without principals sees nothing.
    """
    if not actor.principals:
        return literal(False)
    is_ours = Access.principal_id.in_(actor.principals)
    return _has_access(kind, object_id, is_ours, at or clock.now())


def accessible_to_given(kind: str, object_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """``accessible`` for a statement that is made once and asked often: who asks, and when, come
    with its values, see ``given_by``."""
    is_ours = one_of(Access.principal_id, "principals")
    return _has_access(kind, object_id, is_ours, given("moment", UtcDateTime()))


def given_by(actor: Actor) -> dict[str, Any]:
    """The values of ``accessible_to_given``: today's principals of an actor, and now."""
    return {"principals": list(actor.principals), "moment": clock.now()}


def _has_access(
    kind: str, object_id: InstrumentedAttribute[int], is_ours: ColumnElement[bool], moment: Any
) -> ColumnElement[bool]:
    return exists(
        select(literal(1)).where(
            and_(
                Access.object_kind == kind,
                Access.object_id == object_id,
                is_ours,
                Access.since <= moment,
                or_(Access.ends_at.is_(None), Access.ends_at > moment),
            )
        )
    )


def registry_principals(office_ids: Iterable[int]) -> Select[Any]:
    """Principals of the registries of offices."""
    return select(Principal.id).where(
        Principal.kind == PrincipalKind.REGISTRY.value, Principal.subject_id.in_(list(office_ids))
    )


_PRINCIPALS = select(Principal.id).where(
    or_(
        *(
            and_(
                Principal.kind == kind.value,
                one_of(Principal.subject_id, kind.value),
            )
            for kind in PrincipalKind
        )
    )
)
_READING_OF_OFFICES = select(Office.id, Office.all_staff_read, Office.successor_id).where(
    or_(
        and_(
            one_of(Office.id, "offices"),
            Office.all_staff_read.is_(True),
        ),
        and_(
            one_of(Office.successor_id, "offices"),
            Office.closed_on <= bindparam("day", type_=Date),
        ),
    )
)
"""Asked by every request: made once, so that only their values change."""


def principals_of(session: Session, person_id: int, desks: Iterable[Desk]) -> tuple[int, ...]:
    """Ids of everything a person reads through today.

    The registry of an office for registrar, director and deputy (for everybody who works on
    letters where the office lets all staff read), the registries of closed offices it succeeds,
    group and post of each desk, and the person.
    """
    desks = list(desks)
    subjects: set[tuple[str, int]] = {(PrincipalKind.PERSON.value, person_id)}
    open_offices, closed = _reading_of_offices(session, {desk.office_id for desk in desks})
    registries = {
        desk.office_id
        for desk in desks
        if not desk.roles.isdisjoint(REGISTRY_ROLES)
        or (desk.office_id in open_offices and not desk.roles <= NON_READERS)
    }
    for office_id in registries | _predecessors(session, registries, closed):
        subjects.add((PrincipalKind.REGISTRY.value, office_id))
    for desk in desks:
        subjects.add((PrincipalKind.POST.value, desk.post_id))
        if desk.group_id is not None:
            subjects.add((PrincipalKind.GROUP.value, desk.group_id))
    subjects_of: dict[str, list[int]] = {kind.value: [] for kind in PrincipalKind}
    for kind, subject_id in sorted(subjects):
        subjects_of[kind].append(subject_id)
    return tuple(sorted(session.scalars(_PRINCIPALS, subjects_of)))


def _reading_of_offices(
    session: Session, office_ids: set[int]
) -> tuple[set[int], dict[int, set[int]]]:
    """Which of the offices all their staff may read, and which closed ones each succeeds."""
    if not office_ids:
        return set(), {}
    values = {"offices": sorted(office_ids), "day": clock.today()}
    rows = session.execute(_READING_OF_OFFICES, values).all()
    closed: dict[int, set[int]] = {}
    for office_id, _, successor_id in rows:
        if successor_id in office_ids:
            closed.setdefault(successor_id, set()).add(office_id)
    return {row[0] for row in rows if row[1] and row[0] in office_ids}, closed


def _predecessors(session: Session, office_ids: set[int], closed: dict[int, set[int]]) -> set[int]:
    """The closed offices that these succeed, also through others; the first step is known."""
    frontier: set[int] = set().union(*(closed.get(office_id, set()) for office_id in office_ids))
    found = set(frontier)
    while frontier:
        rows = session.scalars(
            select(Office.id).where(
                Office.successor_id.in_(frontier), Office.closed_on <= clock.today()
            )
        )
        frontier = set(rows) - found
        found |= frontier
    return found
