"""Everything the page of a case shows, gathered by the queries that decide what may be seen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from eoffice.activity.models import Activity
from eoffice.actor import Actor
from eoffice.documents.models import CaseFile, Letter
from eoffice.documents.queries import case_files
from eoffice.routing.case_audience import Offer, offer_on
from eoffice.routing.case_queries import (
    Seat,
    acts_on_case,
    approvers,
    endorsements_on,
    groups_of,
    queue,
    recent_assignees,
    reported_to,
    seats,
    tasks_of,
)
from eoffice.routing.letter_page import Event, LetterPage, letter_page
from eoffice.routing.models import Case, Endorsement, Task
from eoffice.routing.rules import TASK_STEPS, CaseState, TaskKind, TaskState
from eoffice.routing.services.phrases import phrases_of
from eoffice.users.models import Group
from eoffice.users.permissions import may
from eoffice.verbs import Verb

FIRST_ACTS = (Verb.GIVE_ORDER, Verb.AGREE, Verb.PROPOSE_CASE)
"""In this order; the act for which the page was opened stands open, the others follow it."""


@dataclass(frozen=True)
class TaskLine:
    """One task of the case: whose it is and how it stands."""

    task: Task
    title: str
    holder: str
    kind: str
    state: str
    can_return: bool

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is waited for."""
        return self.task.settled_at is not None


@dataclass(frozen=True)
class Note:
    """An endorsement with the files reported with it."""

    endorsement: Endorsement
    verb: str
    files: list[CaseFile]


@dataclass(frozen=True)
class CasePage:
    """A case as one person at one desk sees it."""

    case: Case
    letter_page: LetterPage
    offer: Offer
    tasks: list[TaskLine]
    notes: list[Note]
    events: list[Event]
    approvers: list[Seat]
    recent: list[Seat]
    others: list[Seat]
    groups: list[Group]
    phrases: list[str]
    next_id: str
    waiting: int
    is_reported: bool

    @property
    def letter(self) -> Letter:
        """The letter that the case is about."""
        return self.letter_page.letter

    @property
    def state(self) -> CaseState:
        """The state of the case."""
        return CaseState(self.case.state)

    @property
    def first_act(self) -> Verb | None:
        """The act that stands open; one's own task comes before it."""
        if any(verbs for _, verbs in self.offer.tasks) and self.offer.order is None:
            return None
        if Verb.CLOSE_CASE in self.offer.verbs and self.is_reported:
            return Verb.CLOSE_CASE
        if self.offer.order is None and Verb.PROPOSE_CASE in self.offer.verbs:
            return Verb.PROPOSE_CASE
        return next((verb for verb in FIRST_ACTS if verb in self.offer.verbs), None)

    @property
    def due_at(self) -> datetime | None:
        """The earliest due time of what is still to be done."""
        open_ones = [line.task.due_at for line in self.tasks if not line.is_settled]
        return min((at for at in open_ones if at is not None), default=None)


def case_page(session: Session, actor: Actor, case: Case, letter: Letter) -> CasePage:
    """Gather the page of a case for an actor who may see it."""
    desk = actor.desk
    offer = offer_on(session, actor, case)
    people = seats(session, case.office_id) if offer.verbs else []
    recent_ids = recent_assignees(session, desk) if desk else []
    by_id = {seat.post.id: seat for seat in people}
    recent = [by_id[post_id] for post_id in recent_ids if post_id in by_id]
    besides = {desk.post_id if desk else 0} | {seat.post.id for seat in recent}
    waiting = _waiting(session, actor, case.id)
    return CasePage(
        case=case,
        letter_page=letter_page(session, actor, letter),
        offer=offer,
        tasks=_lines(session, actor, case),
        notes=notes_of(session, actor, case),
        events=[_event(row) for row in acts_on_case(session, actor, case)],
        approvers=approvers(session, desk) if desk and offer.verbs else [],
        recent=recent,
        others=[seat for seat in people if seat.post.id not in besides],
        groups=groups_of(session, case.office_id) if Verb.ROUTE in offer.verbs else [],
        phrases=phrases_of(session, actor),
        next_id=waiting[0] if waiting else "",
        waiting=len(waiting),
        is_reported=bool(desk and reported_to(session, actor, desk, of=case.id)),
    )


def notes_of(session: Session, actor: Actor, case: Case) -> list[Note]:
    """The endorsements of a case in order, with the files of reports."""
    files = case_files(session, case.id)
    return [
        Note(row, Verb(row.verb).label, files.get(row.id, []))
        for row in endorsements_on(session, actor, case)
    ]


def next_waiting(session: Session, actor: Actor, public_id: str) -> str:
    """The public id of the next case that waits at the desk, empty when there is none."""
    return next((key for key in _waiting(session, actor) if key != public_id), "")


def _waiting(session: Session, actor: Actor, besides: int | None = None) -> list[str]:
    if actor.desk is None:
        return []
    rows = queue(session, actor, actor.desk, besides=besides)
    rows += reported_to(session, actor, actor.desk, besides=besides)
    return list(dict.fromkeys(row.case.public_id for row in rows))


def _lines(session: Session, actor: Actor, case: Case) -> list[TaskLine]:
    own = actor.desk.post_id if actor.desk else 0
    return [
        TaskLine(
            task,
            title,
            holder,
            TaskKind(task.kind).label,
            TaskState(task.state).label,
            task.from_post_id == own
            and (Verb.RETURN_REPORT, TaskState(task.state)) in TASK_STEPS
            and may(actor, Verb.RETURN_REPORT),
        )
        for task, title, holder in tasks_of(session, case)
    ]


def _event(row: Activity) -> Event:
    facts = json.loads(row.facts)
    words = facts.get("to") or facts.get("group") or facts.get("receive_no") or ""
    named = [*facts.get("responsible", ()), *facts.get("informed", ())]
    return Event(
        title=Verb(row.verb).label,
        at=row.at,
        by=str(facts.get("actor", "")),
        text=", ".join(map(str, named)) or str(words),
    )
