"""Everything the letter page shows, gathered by the queries that decide what may be seen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.actor import Actor
from eoffice.documents.models import Attachment, Citation, ExtractedText, Letter, LetterRecipient
from eoffice.documents.queries import attachments_of, citations_of, owner_title, texts_of
from eoffice.documents.rules import LetterState, Origin
from eoffice.registers.models import RegisterEntry
from eoffice.registers.queries import free_reserved, next_number, year_settings
from eoffice.registers.rules import CircularSeries, book_series, written_number
from eoffice.routing.audience import delivery_verbs, is_numbered_kind, letter_verbs
from eoffice.routing.models import Case, Delivery, Endorsement
from eoffice.routing.queries import (
    ARRIVED,
    delivery_counts,
    endorsements_of,
    own_case,
    own_delivery,
    timeline_of,
)
from eoffice.routing.rules import DEAD_DELIVERIES
from eoffice.routing.services.approving import document_hash
from eoffice.users.models import Office
from eoffice.verbs import Verb

LABELS_AS_DONE = {
    Verb.ISSUE_NUMBER: "ออกเลขแล้ว",
    Verb.SEND: "ส่งแล้ว",
    Verb.SIGN: "ลงนามแล้ว",
    Verb.RECEIVE: "ลงรับแล้ว",
    Verb.RECALL: "ดึงกลับ",
    Verb.SIGN_ON_PAPER: "ลงนามในกระดาษแล้ว",
}
QUIET = frozenset({Verb.EDIT, Verb.ARRANGE, Verb.ADDRESS})


@dataclass(frozen=True)
class Event:
    """A point of the timeline."""

    title: str
    at: datetime
    by: str
    text: str = ""
    quote: str = ""
    is_now: bool = False


@dataclass(frozen=True)
class Numbering:
    """What issuing a number would do now."""

    forecast: str = ""
    reserved: list[RegisterEntry] = field(default_factory=list)
    is_possible: bool = True


@dataclass(frozen=True)
class LetterPage:
    """A letter as one person sees it."""

    letter: Letter
    sender: str
    owner: str
    files: list[Attachment]
    texts: dict[int, ExtractedText]
    citations: list[tuple[Citation, str]]
    verbs: frozenset[Verb]
    counts: dict[str, int]
    recipients: int
    unsent: int
    shown_hash: str
    numbering: Numbering
    delivery: Delivery | None
    delivery_verbs: frozenset[Verb]
    case: Case | None
    endorsements: list[Endorsement]
    timeline: list[Event]
    is_own: bool

    @property
    def waiting(self) -> int:
        """Deliveries that are not received yet."""
        return self.counts.get(ARRIVED, 0)

    @property
    def received(self) -> int:
        """Deliveries that were received or reached their agency."""
        return self.counts.get("received", 0) + self.counts.get("delivered", 0)

    @property
    def live(self) -> int:
        """Deliveries that were not rejected, recalled, failed or voided."""
        dead = {state.value for state in DEAD_DELIVERIES}
        return sum(count for state, count in self.counts.items() if state not in dead)


def letter_page(session: Session, actor: Actor, letter: Letter) -> LetterPage:
    """Gather a letter's page for an actor who may see the letter."""
    is_own = (
        actor.desk is not None
        and letter.office_id == actor.desk.office_id
        and letter.origin == Origin.SYSTEM.value
    )
    counts = delivery_counts(session, actor, letter)
    recipients, unsent = _recipients(session, letter) if is_own else (0, 0)
    delivery = own_delivery(session, letter, actor.desk) if actor.desk else None
    sender = session.get(Office, letter.office_id) if letter.office_id else None
    return LetterPage(
        letter=letter,
        sender=letter.sender_text or (sender.name if sender else ""),
        owner=owner_title(session, letter) if is_own else "",
        files=attachments_of(session, letter.id),
        texts=texts_of(session, letter.id),
        citations=citations_of(session, actor, letter.id),
        verbs=letter_verbs(session, actor, letter, waiting=counts.get(ARRIVED, 0), unsent=unsent),
        counts=counts,
        recipients=recipients,
        unsent=unsent,
        shown_hash=document_hash(session, letter) if is_own else "",
        numbering=_numbering(session, actor, letter) if is_own else Numbering(),
        delivery=delivery,
        delivery_verbs=delivery_verbs(actor, delivery, letter) if delivery else frozenset(),
        case=own_case(session, actor, letter, actor.desk) if actor.desk else None,
        endorsements=endorsements_of(session, actor, letter),
        timeline=_events(timeline_of(session, actor, letter)),
        is_own=is_own,
    )


def _recipients(session: Session, letter: Letter) -> tuple[int, int]:
    total = session.scalar(select(func.count()).where(LetterRecipient.letter_id == letter.id))
    dead = [state.value for state in DEAD_DELIVERIES]
    reached = session.scalar(
        select(func.count())
        .select_from(LetterRecipient)
        .join(
            Delivery,
            (Delivery.letter_id == LetterRecipient.letter_id)
            & (Delivery.office_id == LetterRecipient.office_id)
            & Delivery.state.not_in(dead),
        )
        .where(LetterRecipient.letter_id == letter.id)
    )
    return total or 0, (total or 0) - (reached or 0)


def _numbering(session: Session, actor: Actor, letter: Letter) -> Numbering:
    if letter.state != LetterState.SIGNED.value or actor.desk is None:
        return Numbering()
    year = clock.this_year()
    settings = year_settings(session, actor.desk.office_id, year)
    numbers_announcements = settings is not None and settings.numbers_announcements
    if not is_numbered_kind(letter, numbers_announcements=numbers_announcements):
        return Numbering(is_possible=False)
    own = settings is None or settings.circular_series == CircularSeries.OWN.value
    series = book_series(letter.kind, is_circular=letter.is_circular, has_own_circulars=own)
    number = next_number(session, actor.desk.office_id, series.value, year)
    return Numbering(
        forecast=written_number(
            series,
            number,
            prefix=settings.prefix if settings else "",
            year=year,
            is_circular=letter.is_circular,
        ),
        reserved=free_reserved(session, actor.desk, series.value, year),
    )


def _events(rows: list[Activity]) -> list[Event]:
    return [_event(row) for row in rows if Verb(row.verb) not in QUIET]


def _event(row: Activity) -> Event:
    facts: dict[str, Any] = json.loads(row.facts)
    verb = Verb(row.verb)
    return Event(
        title=LABELS_AS_DONE.get(verb, verb.label),
        at=row.at,
        by=str(facts.get("actor", "")),
        text=_event_words(verb, facts),
    )


def _event_words(verb: Verb, facts: dict[str, Any]) -> str:
    match verb:
        case Verb.ISSUE_NUMBER:
            return str(facts.get("number", ""))
        case Verb.SEND:
            return f"ถึง {facts.get('count', 0)} แห่ง"
        case Verb.RECEIVE | Verb.REGISTER_OUTSIDE:
            return f"เลขรับ {facts.get('receive_no', '')}"
        case Verb.REMIND:
            return f"{len(facts.get('deliveries', []))} แห่ง"
        case Verb.RECALL:
            return f"จาก {len(facts.get('offices', []))} แห่ง"
        case Verb.ATTACH:
            return ", ".join(facts.get("names", []))
        case Verb.PROPOSE:
            return f"ต่อ{facts.get('to', '')}"
    return ""
