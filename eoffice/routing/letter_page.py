"""Everything the letter page shows, gathered by the queries that decide what may be seen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.actor import Actor
from eoffice.documents.kinds import KINDS
from eoffice.documents.models import Attachment, Citation, ExtractedText, Letter, LetterRecipient
from eoffice.documents.queries import attachments_of, citations_of, owner_title, texts_of
from eoffice.documents.rules import LetterState, Origin, Secrecy, Urgency
from eoffice.registers.models import RegisterEntry
from eoffice.registers.queries import free_reserved, next_number, year_settings
from eoffice.registers.rules import CircularSeries, book_series, written_number
from eoffice.routing.audience import (
    WITHOUT_BUTTON,
    case_verbs,
    delivery_verbs,
    first_of,
    is_numbered_kind,
    letter_verbs,
    outside_verbs,
)
from eoffice.routing.case_queries import Seat
from eoffice.routing.folders import ARRIVED
from eoffice.routing.list_rows import OPENED, delivery_state
from eoffice.routing.models import Case, Delivery, Endorsement
from eoffice.routing.neighbours import neighbours, others_to_sign
from eoffice.routing.path_progress import PathLine, path_progress
from eoffice.routing.queries import (
    delivery_counts,
    endorsements_of,
    own_case,
    own_delivery,
    timeline_of,
)
from eoffice.routing.rules import DEAD_DELIVERIES, DeliveryState
from eoffice.routing.services.endorsing import document_hash
from eoffice.routing.signers import signers_for, signing_words
from eoffice.thai import thai_datetime
from eoffice.users.models import Office
from eoffice.users.permissions import may
from eoffice.users.rules import Role
from eoffice.verbs import Verb

LABELS_AS_DONE = {
    Verb.ISSUE_NUMBER: "ออกเลขแล้ว",
    Verb.SEND: "ส่งแล้ว",
    Verb.SIGN: "ลงนามแล้ว",
    Verb.RECEIVE: "ลงรับแล้ว",
    Verb.RECALL: "ดึงกลับ",
    Verb.SIGN_ON_PAPER: "ลงนามในกระดาษแล้ว",
}
PICTURES, THUMBS = 3, 2
"""Pages shown as pictures and files with a thumbnail: each is a request, of eight at most."""
PREVIEW_PAGES = 4
PREVIEW_LETTERS = 4000
"""How much of a file's text a page carries; the file itself is one tap away."""
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
class Share:
    """How many deliveries stand in one state."""

    state: str
    label: str
    count: int


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
    opened: int = 0
    previous_id: str = ""
    next_id: str = ""
    others_count: int = 0
    others: list[Letter] = field(default_factory=list)

    case_verbs: frozenset[Verb] = frozenset()
    outside_verbs: frozenset[Verb] = frozenset()
    can_copy: bool = False
    path: list[PathLine] = field(default_factory=list)
    signers: list[Seat] = field(default_factory=list)
    signs_as: str = ""

    @property
    def can_print_receipt(self) -> bool:
        """Whether the reader's office registered the letter: then there is a slip and a stamp."""
        delivery = self.delivery
        return delivery is not None and delivery.state == DeliveryState.RECEIVED.value

    @property
    def offered(self) -> frozenset[Verb]:
        """Every verb that has a button on the page."""
        found = (self.verbs | self.delivery_verbs | self.case_verbs) - WITHOUT_BUTTON
        return found if self.numbering.is_possible else found - {Verb.ISSUE_NUMBER}

    @property
    def first_act(self) -> Verb | None:
        """The act that stands out."""
        return first_of(self.offered, self.letter.state)

    @property
    def has_further_acts(self) -> bool:
        """Whether there is more to do than the act that stands out."""
        return bool(self.offered - {self.first_act})

    @property
    def signer(self) -> str:
        """Who signed, and how."""
        words = f"{self.letter.signer_name} {self.letter.signer_position}".strip()
        return f"{words} (ลงนามในกระดาษ)" if self.letter.is_signed_on_paper else words

    @property
    def received_words(self) -> str:
        """When and by whom the reader's office received the letter."""
        delivery = self.delivery
        if self.is_own or delivery is None or delivery.state != DeliveryState.RECEIVED.value:
            return ""
        at = thai_datetime(delivery.settled_at) if delivery.settled_at else ""
        return f"{at} โดย {delivery.settled_by_name}"

    @property
    def file_text(self) -> list[str]:
        """The first pages of the main file as the worker read them, to read on a phone."""
        read = self.texts.get(self.files[0].id) if self.files else None
        if read is None or read.state != "done" or self.files[0].is_encrypted:
            return []
        pages = [str(page["text"]).strip() for page in json.loads(read.pages)]
        return [page[:PREVIEW_LETTERS] for page in pages if page][:PREVIEW_PAGES]

    @property
    def pictures(self) -> range:
        """The first pages of the main file that are shown as pictures where a letter has no text
        of its own."""
        if not self.files or self.letter.body.strip() or not self.is_pictured(self.files[0]):
            return range(0)
        return range(1, min(max(self.file_pages, 1), PICTURES) + 1)

    @property
    def thumbs(self) -> frozenset[int]:
        """The files that stand in their list with a thumbnail: the first few, since each is a
        request, and not the main file where its pages are shown already."""
        rest = self.files[1:] if self.pictures else self.files
        return frozenset([file.id for file in rest if self.is_pictured(file)][:THUMBS])

    @staticmethod
    def is_pictured(file: Attachment) -> bool:
        """Whether a file's pages can be shown as pictures."""
        return KINDS[file.kind].is_scannable and not file.is_encrypted

    @property
    def file_pages(self) -> int:
        """How many pages the main file has."""
        read = self.texts.get(self.files[0].id) if self.files else None
        return (read.page_count or 0) if read is not None else 0

    @property
    def urgency_label(self) -> str:
        """The word of the urgency."""
        return Urgency(self.letter.urgency).label

    @property
    def state(self) -> tuple[str, str, str]:
        """Code and word of the state this reader sees, and whose it is: letter or delivery."""
        if self.delivery is not None and not self.is_own:
            return (*delivery_state(self.delivery), "")
        state = LetterState(self.letter.state)
        return state.value, state.label, "letter"

    @property
    def shares(self) -> list[Share]:
        """How the live deliveries stand, then the dead ones, for a bar and its legend."""
        counts = dict(self.counts)
        found = [
            Share("received", DeliveryState.RECEIVED.label, counts.pop("received", 0)),
            Share(*OPENED, self.opened),
            Share(ARRIVED, DeliveryState.ARRIVED.label, counts.pop(ARRIVED, 0) - self.opened),
        ]
        others = [state for state in DeliveryState if state.value in counts]
        rest = [Share(state.value, state.label, counts[state.value]) for state in others]
        return [share for share in found if share.count or share.state != OPENED[0]] + rest

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
    verbs = letter_verbs(session, actor, letter, waiting=counts.get(ARRIVED, 0), unsent=unsent)
    before, after = neighbours(session, actor, None if is_own else delivery)
    case = own_case(session, actor, letter, actor.desk) if actor.desk else None
    is_signer = actor.has_role(Role.DIRECTOR.value) and is_own
    others_count, others = others_to_sign(session, actor, letter) if is_signer else (0, [])
    return LetterPage(
        letter=letter,
        sender=letter.sender_text or (sender.name if sender else ""),
        owner=owner_title(session, letter) if is_own else "",
        files=attachments_of(session, letter.id),
        texts=texts_of(session, letter.id),
        citations=citations_of(session, actor, letter.id),
        verbs=verbs,
        counts=counts,
        recipients=recipients,
        unsent=unsent,
        shown_hash=document_hash(session, letter) if is_own else "",
        numbering=_numbering(session, actor, letter) if is_own else Numbering(),
        delivery=delivery,
        delivery_verbs=delivery_verbs(actor, delivery, letter) if delivery else frozenset(),
        case=case,
        case_verbs=case_verbs(actor, case),
        outside_verbs=outside_verbs(actor, letter),
        can_copy=may(actor, Verb.DRAFT) and letter.secrecy == Secrecy.NORMAL.value,
        path=path_progress(session, letter) if is_own else [],
        signers=_signers(session, letter) if Verb.PROPOSE in verbs else [],
        signs_as=_signs_as(session, actor, letter) if Verb.SIGN in verbs else "",
        endorsements=endorsements_of(session, actor, letter),
        timeline=_events(timeline_of(session, actor, letter)),
        is_own=is_own,
        opened=_opened(session, letter) if is_own else 0,
        previous_id=before,
        next_id=after,
        others_count=others_count,
        others=others,
    )


def _signers(session: Session, letter: Letter) -> list[Seat]:
    """The posts to choose a signer from; none where there is no choice."""
    found = signers_for(session, letter.office_id or 0, letter.kind)
    return found if len(found) > 1 else []


def _signs_as(session: Session, actor: Actor, letter: Letter) -> str:
    """The words that will stand under the signature."""
    assert actor.desk is not None  # noqa: S101 - the verb is offered to desks only
    name, position, _ = signing_words(session, actor, actor.desk, letter)
    return f"{name} {position}"


def _opened(session: Session, letter: Letter) -> int:
    return (
        session.scalar(
            select(func.count()).where(
                Delivery.letter_id == letter.id,
                Delivery.state == ARRIVED,
                Delivery.first_opened_at.is_not(None),
            )
        )
        or 0
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
    found = [_event(row) for row in rows if Verb(row.verb) not in QUIET]
    return found[:-1] + [replace(event, is_now=True) for event in found[-1:]]


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
        case Verb.SKIP_LEVEL:
            return ", ".join(facts.get("late", []))
    return ""
