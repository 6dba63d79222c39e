"""The fan-out of a sending: deliveries, access and counts, each in one statement for any number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Select, and_, case, exists, func, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.db import UtcDateTime, random_public_id
from eoffice.documents.models import Letter, LetterRecipient
from eoffice.documents.rules import Urgency
from eoffice.routing.models import Delivery, FolderCount
from eoffice.routing.rules import DEAD_DELIVERIES, Channel, DeliveryState
from eoffice.users.models import Access, Office, Principal
from eoffice.users.rules import OfficeClosed, PrincipalKind
from eoffice.verbs import Verb

URGENCY_STEP = 2**40
DEAD = tuple(state.value for state in DEAD_DELIVERIES)
ARRIVED = DeliveryState.ARRIVED.value
EMPTY_AT_BIRTH = ("settled_by_name", "receive_no", "reason", "delivered_to", "proof")


def refuse_closed(session: Session, letter: Letter) -> None:
    """Raises ``OfficeClosed`` when a recipient that has no live delivery is closed."""
    closed = session.scalars(
        select(Office)
        .join(LetterRecipient, LetterRecipient.office_id == Office.id)
        .where(LetterRecipient.letter_id == letter.id, _unsent(letter))
        .where(Office.closed_on.is_not(None), Office.closed_on <= clock.today())
        .limit(1)
    ).first()
    if closed is not None:
        raise OfficeClosed(office=closed.display_name)


def _unsent(letter: Letter) -> Any:
    return ~exists(
        select(literal(1)).where(
            Delivery.letter_id == letter.id,
            Delivery.office_id == LetterRecipient.office_id,
            Delivery.state.not_in(DEAD),
        )
    )


def deliver(session: Session, letter: Letter) -> int:
    """Insert a delivery for every recipient without a live one; returns how many."""
    at = literal(clock.now(), UtcDateTime)
    new = (
        select(
            _fresh_ids(session).label("id"),
            LetterRecipient.office_id,
            LetterRecipient.part,
            LetterRecipient.channel,
            (LetterRecipient.channel == Channel.SYSTEM.value).label("is_inside"),
        )
        .where(LetterRecipient.letter_id == letter.id, _unsent(letter))
        .subquery()
    )
    rank = literal(Urgency(letter.urgency).rank * URGENCY_STEP, BigInteger)
    columns: dict[str, Any] = {
        "id": new.c.id,
        "public_id": random_public_id(),
        "version": literal(1),
        "letter_id": literal(letter.id),
        "office_id": new.c.office_id,
        "from_office_id": literal(letter.office_id, BigInteger),
        "part": new.c.part,
        "channel": new.c.channel,
        "state": case((new.c.is_inside, ARRIVED), else_=DeliveryState.SENT.value),
        "sort_key": rank + new.c.id,
        "sent_at": at,
        "arrived_at": case((new.c.is_inside, at), else_=None),
    } | {name: literal("") for name in EMPTY_AT_BIRTH}
    rows: Select[Any] = select(*columns.values())
    added = session.execute(
        insert(Delivery).from_select(list(columns), rows, include_defaults=False),
        execution_options={"preserve_rowcount": True},
    )
    return added.rowcount  # type: ignore[attr-defined]


def _fresh_ids(session: Session) -> Any:
    """Ids for new rows, one a row, known before the insert so that the sort key can hold them.

    SQLite has one writer at a time, so the next free id is known; PostgreSQL has its sequence.
    """
    if not is_sqlite(session):
        return func.nextval("deliveries_id_seq", type_=BigInteger)
    last = select(func.coalesce(func.max(Delivery.id), 0)).scalar_subquery()
    return last + func.row_number().over(order_by=LetterRecipient.office_id)


def give_access(session: Session, letter: Letter) -> None:
    """Let the registries of all arrived deliveries read the letter."""
    insert_into = sqlite.insert if is_sqlite(session) else postgresql.insert
    rows = (
        select(
            literal("letter"),
            literal(letter.id),
            Principal.id,
            literal(clock.now(), UtcDateTime),
            literal(Verb.SEND.value),
        )
        .join(
            Delivery,
            and_(
                Principal.kind == PrincipalKind.REGISTRY.value,
                Principal.subject_id == Delivery.office_id,
            ),
        )
        .where(Delivery.letter_id == letter.id, Delivery.state == ARRIVED)
    )
    session.execute(
        insert_into(Access)
        .from_select(["object_kind", "object_id", "principal_id", "since", "act"], rows)
        .on_conflict_do_nothing()
    )


def count_arrivals(session: Session, letter: Letter, *, after: int) -> None:
    """Count what this act delivered: exactly its rows, whatever a receiver does meanwhile."""
    insert_into = sqlite.insert if is_sqlite(session) else postgresql.insert
    new = select(Delivery.office_id, literal(ARRIVED), literal(1), literal(1)).where(
        Delivery.letter_id == letter.id, Delivery.state == ARRIVED, Delivery.id > after
    )
    # In one order for everybody, so that two circulars to the same offices never deadlock.
    new = new.order_by(Delivery.office_id)
    session.execute(
        insert_into(FolderCount)
        .from_select(["office_id", "folder", "count", "version"], new)
        .on_conflict_do_update(
            index_elements=["office_id", "folder"],
            set_={"count": FolderCount.count + 1, "version": FolderCount.version + 1},
        )
    )


def is_sqlite(session: Session) -> bool:
    """Whether the session speaks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"
