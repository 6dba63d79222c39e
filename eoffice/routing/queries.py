"""Reading deliveries, cases and tasks. A delivery is seen by its two ends only; a case by its
office only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from eoffice.activity.models import Activity
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Attachment, Letter
from eoffice.documents.queries import matches_words, visible_to
from eoffice.documents.rules import LetterState
from eoffice.routing.ended import in_states
from eoffice.routing.folders import ARRIVED
from eoffice.routing.models import (
    Case,
    Delivery,
    Endorsement,
    RecipientList,
    RecipientListMember,
    Task,
)
from eoffice.routing.rules import (
    CaseNotFound,
    DeliveryNotFound,
    DeliveryState,
    ListNotFound,
    TaskState,
)
from eoffice.users.access import accessible
from eoffice.users.models import Network, Office, Post
from eoffice.users.permissions import may
from eoffice.verbs import Verb

PAGE = 50


@dataclass(frozen=True)
class LetterRow:
    """A row of the outbox or of drafts: the letter and how its deliveries stand."""

    letter: Letter
    files: int
    recipients: int
    received: int
    owner: str


def visible_cases(actor: Actor) -> ColumnElement[bool]:
    """The one predicate for cases; they never cross to another office."""
    return accessible(actor, "case", Case.id)


def load_visible_delivery(
    session: Session, actor: Actor, public_id: str, *, for_update: bool = False
) -> tuple[Delivery, Letter]:
    """A delivery with its letter, for its receiving or sending office only.

    Absent, of another school, or of a letter no longer visible: ``DeliveryNotFound`` (404).
    """
    offices = [desk.office_id for desk in actor.desks]
    query = (
        select(Delivery, Letter)
        .join(Letter, Letter.id == Delivery.letter_id)
        .where(
            Delivery.public_id == public_id,
            visible_to(actor),
            or_(Delivery.office_id.in_(offices), Letter.office_id.in_(offices)),
        )
    )
    if for_update:
        query = query.with_for_update(of=Delivery).execution_options(populate_existing=True)
    row = session.execute(query).one_or_none()
    if row is None:
        raise DeliveryNotFound
    return row[0], row[1]


def load_visible_case(
    session: Session, actor: Actor, public_id: str, *, for_update: bool = False
) -> tuple[Case, Letter]:
    """A case of one's office with its letter; anything else raises ``CaseNotFound`` (404)."""
    query = (
        select(Case, Letter)
        .join(Letter, Letter.id == Case.letter_id)
        .where(Case.public_id == public_id, visible_cases(actor))
    )
    if for_update:
        query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    row = session.execute(query).one_or_none()
    if row is None:
        raise CaseNotFound
    return row[0], row[1]


def outbox(
    session: Session,
    actor: Actor,
    desk: Desk,
    *,
    states: tuple[str, ...] = (LetterState.SENT.value, LetterState.CLOSED.value),
    words: str = "",
    before: int | None = None,
    limit: int = PAGE,
    waiting_only: bool = False,
) -> list[LetterRow]:
    """Letters of the desk's office in some states, newest first, with counts of deliveries."""
    live = select(func.count()).where(
        Delivery.letter_id == Letter.id,
        Delivery.state.not_in(("recalled", "rejected", "failed", "voided")),
    )
    received = select(func.count()).where(
        Delivery.letter_id == Letter.id,
        Delivery.state.in_((DeliveryState.RECEIVED.value, DeliveryState.DELIVERED.value)),
    )
    query = (
        select(
            Letter,
            file_count(),
            live.scalar_subquery(),
            received.scalar_subquery(),
            func.coalesce(Post.title, ""),
        )
        .outerjoin(Post, Post.id == Letter.owner_post_id)
        .where(
            Letter.office_id == desk.office_id,
            Letter.origin == "system",
            in_states(states),
            visible_to(actor),
        )
        .order_by(Letter.id.desc())
        .limit(limit + 1)
    )
    if waiting_only:
        query = query.where(
            exists().where(Delivery.letter_id == Letter.id, Delivery.state == ARRIVED)
        )
    if words.strip():
        query = query.where(matches_words(words))
    if before is not None:
        query = query.where(Letter.id < before)
    return [LetterRow(*row) for row in session.execute(query)]


def deliveries_of(
    session: Session,
    actor: Actor,
    letter: Letter,
    *,
    state: str = "",
    network: str = "",
) -> list[tuple[Delivery, Office, str]]:
    """Deliveries of a letter with office and network: all of them for its sender, the own ones
    for a receiver (a school never sees another school's row)."""
    query = (
        select(Delivery, Office, func.coalesce(Network.name, ""))
        .join(Office, Office.id == Delivery.office_id)
        .outerjoin(Network, Network.id == Office.network_id)
        .where(Delivery.letter_id == letter.id, _own_end(actor, letter))
        .order_by(Delivery.part.desc(), Office.kind, Office.code, Delivery.id)
    )
    if state:
        query = query.where(Delivery.state == state)
    if network:
        query = query.where(Network.public_id == network)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def delivery_counts(session: Session, actor: Actor, letter: Letter) -> dict[str, int]:
    """How many deliveries of a letter are in each state, as far as the person may see them."""
    rows = session.execute(
        select(Delivery.state, func.count())
        .where(Delivery.letter_id == letter.id, _own_end(actor, letter))
        .group_by(Delivery.state)
    )
    return {row[0]: row[1] for row in rows}


def own_delivery(session: Session, letter: Letter, desk: Desk) -> Delivery | None:
    """The newest delivery of a letter to the desk's own office."""
    return session.scalars(
        select(Delivery)
        .where(Delivery.letter_id == letter.id, Delivery.office_id == desk.office_id)
        .order_by(Delivery.id.desc())
        .limit(1)
    ).first()


def own_case(session: Session, actor: Actor, letter: Letter, desk: Desk) -> Case | None:
    """The desk's office's own case of a letter."""
    return session.scalars(
        select(Case)
        .where(Case.letter_id == letter.id, Case.office_id == desk.office_id, visible_cases(actor))
        .order_by(Case.id.desc())
        .limit(1)
    ).first()


def endorsements_of(session: Session, actor: Actor, letter: Letter) -> list[Endorsement]:
    """Endorsements on a draft; they belong to the issuing office and never leave it."""
    offices = [desk.office_id for desk in actor.desks]
    return list(
        session.scalars(
            select(Endorsement)
            .where(Endorsement.letter_id == letter.id, Endorsement.office_id.in_(offices))
            .order_by(Endorsement.id)
        )
    )


def timeline_of(session: Session, actor: Actor, letter: Letter) -> list[Activity]:
    """What happened to a letter, as far as the person's own offices did it or received of it."""
    offices = [desk.office_id for desk in actor.desks]
    deliveries = select(Delivery.id).where(
        Delivery.letter_id == letter.id, Delivery.office_id.in_(offices)
    )
    cases = select(Case.id).where(Case.letter_id == letter.id, Case.office_id.in_(offices))
    about = or_(
        and_(Activity.object_kind == "letter", Activity.object_id == letter.id),
        and_(Activity.object_kind == "delivery", Activity.object_id.in_(deliveries)),
        and_(Activity.object_kind == "case", Activity.object_id.in_(cases)),
    )
    return list(
        session.scalars(
            select(Activity)
            .where(about, Activity.office_id.in_(offices))
            .order_by(Activity.at, Activity.id)
        )
    )


def signing_queue(
    session: Session, actor: Actor, desk: Desk, limit: int = PAGE
) -> list[tuple[Task, Letter]]:
    """Open tasks of the desk's post with their letters, oldest first."""
    rows = session.execute(
        select(Task, Letter)
        .join(Letter, Letter.id == Task.letter_id)
        .where(Task.post_id == desk.post_id, Task.state == TaskState.OPEN.value, visible_to(actor))
        .order_by(Task.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def recipient_lists(session: Session, desk: Desk) -> list[tuple[RecipientList, int]]:
    """The recipient lists of the desk's office with how many offices are on each."""
    rows = session.execute(
        select(RecipientList, func.count(RecipientListMember.office_id))
        .outerjoin(RecipientListMember, RecipientListMember.list_id == RecipientList.id)
        .where(RecipientList.office_id == desk.office_id)
        .group_by(RecipientList.id)
        .order_by(RecipientList.name)
    )
    return [(row[0], row[1]) for row in rows]


def load_recipient_list(
    session: Session, actor: Actor, public_id: str
) -> tuple[RecipientList, list[str]]:
    """A recipient list of the desk's office with the public ids of its offices.

    Of another office, and for a desk that keeps no lists: ``ListNotFound`` (404).
    """
    office_id = actor.desk.office_id if actor.desk and may(actor, Verb.SET_RECIPIENT_LIST) else None
    row = session.scalars(
        select(RecipientList).where(
            RecipientList.public_id == public_id, RecipientList.office_id == office_id
        )
    ).one_or_none()
    if row is None:
        raise ListNotFound
    members = session.scalars(
        select(Office.public_id)
        .join(RecipientListMember, RecipientListMember.office_id == Office.id)
        .where(RecipientListMember.list_id == row.id)
    )
    return row, list(members)


def file_count() -> Any:
    """How many files a letter has, as a column of another query."""
    return (
        select(func.count())
        .where(Attachment.letter_id == Letter.id)
        .correlate(Letter)
        .scalar_subquery()
    )


def _own_end(actor: Actor, letter: Letter) -> ColumnElement[bool]:
    offices = [desk.office_id for desk in actor.desks]
    if letter.office_id in offices and letter.origin == "system":
        return Delivery.letter_id == letter.id
    return Delivery.office_id.in_(offices)
