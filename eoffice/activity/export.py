"""The log as JSON lines: one act a line, with everything that stands under its hash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.models import Activity, ActivityText
from eoffice.activity.rules import HASHED, canonical_json


def exported(
    session: Session, *, first: date | None, last: date | None, with_text: bool = False
) -> Iterator[str]:
    """The acts of a span of Bangkok days (both included), by time and place in the chain.

    The free text of an act is left out unless asked for: it may hold personal data.
    """
    query = (
        select(Activity, ActivityText.salt, ActivityText.text)
        .outerjoin(ActivityText, ActivityText.activity_id == Activity.id)
        .order_by(Activity.at, Activity.chain, Activity.seq)
        .execution_options(yield_per=500)
    )
    if first is not None:
        query = query.where(Activity.at >= clock.start_of_day(first))
    if last is not None:
        query = query.where(Activity.at < clock.end_of_day(last))
    for act, salt, text in session.execute(query):
        row: dict[str, Any] = {name: getattr(act, name) for name in HASHED}
        row |= {"facts": json.loads(act.facts), "files": json.loads(act.files)}
        row |= {"previous": act.previous, "hash": act.hash}
        if with_text and text is not None:
            row |= {"text": text, "salt": salt}
        yield canonical_json(row)
