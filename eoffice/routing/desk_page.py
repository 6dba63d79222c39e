"""What the page of the desk shows: its counters and what waits, urgent first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from eoffice.actor import Actor, Desk
from eoffice.documents.rules import LetterState
from eoffice.routing.case_rows import queue_rows
from eoffice.routing.desk_counts import Counter, counters
from eoffice.routing.folders import Folders
from eoffice.routing.inbox import inbox
from eoffice.routing.list_rows import ListRow, waiting_rows
from eoffice.routing.queries import outbox
from eoffice.users.rules import Role

SHOWN = 12
TO_SEND = (LetterState.SIGNED.value, LetterState.NUMBERED.value)


@dataclass(frozen=True)
class DeskPage:
    """The living part of the page."""

    counters: list[Counter]
    rows: list[ListRow]
    has_more: bool
    is_registrar: bool


def desk_page(
    session: Session, actor: Actor, desk: Desk, folders: Folders, url_for: Callable[..., Any]
) -> DeskPage:
    """Everything the desk shows; whatever changes in it changes ``desk_etag``."""
    is_registrar = actor.has_role(Role.REGISTRAR.value)
    arrived = inbox(session, actor, [desk], limit=SHOWN) if is_registrar else []
    queued = queue_rows(session, actor, desk, url_for, SHOWN)
    to_send = outbox(session, actor, desk, states=TO_SEND, limit=SHOWN) if is_registrar else []
    return DeskPage(
        counters=counters(session, actor, folders, url_for),
        rows=waiting_rows(actor, arrived[:SHOWN], queued, to_send[:SHOWN], url_for),
        has_more=len(arrived) > SHOWN,
        is_registrar=is_registrar,
    )
