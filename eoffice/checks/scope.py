"""What a check is given, and the reading in parts that keeps every check small in memory."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.activity.models import Activity, ActivityText
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.store import FileStore

PART = 500
Row = TypeVar("Row")


@dataclass(frozen=True)
class Scope:
    """One run of the checks: a snapshot of the database, the files beside it, how deep to look."""

    session: Session
    database: Database
    settings: Settings
    store: FileStore
    is_deep: bool
    now: datetime


@dataclass(frozen=True)
class Act:
    """A row of the log as the checks read it."""

    id: int
    chain: int
    at: datetime
    verb: str
    person_id: int | None
    version: int | None
    is_late: bool
    facts: dict[str, Any]
    files: list[str]
    text: str


def in_parts(session: Session, model: type[Row], size: int = PART) -> Iterator[list[Row]]:
    """All rows of a table by id, so many at a time (keyset); each part leaves the session again."""
    last = 0
    key = model.id  # type: ignore[attr-defined]
    while True:
        rows = list(session.scalars(select(model).where(key > last).order_by(key).limit(size)))
        if not rows:
            return
        yield rows
        last = rows[-1].id  # type: ignore[attr-defined]
        session.expunge_all()


def acts_on(
    session: Session, kind: str, ids: Iterable[int], verbs: Sequence[str] = ()
) -> dict[int, list[Act]]:
    """The acts on objects of a kind, in order, by the object's id."""
    query = (
        select(
            Activity.object_id,
            Activity.id,
            Activity.chain,
            Activity.at,
            Activity.verb,
            Activity.person_id,
            Activity.object_version,
            Activity.is_late,
            Activity.facts,
            Activity.files,
            ActivityText.text,
        )
        .outerjoin(ActivityText, ActivityText.activity_id == Activity.id)
        .where(Activity.object_kind == kind, Activity.object_id.in_(sorted(ids)))
        .order_by(Activity.object_id, Activity.id)
    )
    if verbs:
        query = query.where(Activity.verb.in_(verbs))
    found: dict[int, list[Act]] = defaultdict(list)
    for row in session.execute(query):
        found[row.object_id].append(
            Act(
                row.id,
                row.chain,
                row.at,
                row.verb,
                row.person_id,
                row.object_version,
                row.is_late,
                read_json(row.facts),
                read_json(row.files),
                row.text or "",
            )
        )
    return found


def read_json(text: str) -> Any:
    """What a JSON column holds; damaged text (the chain names it) reads as nothing."""
    try:
        return json.loads(text)
    except ValueError:
        return {}
