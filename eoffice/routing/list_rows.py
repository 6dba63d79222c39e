"""Rows of lists as the shared components draw them: what a register would show of a letter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.documents.rules import LetterState, Secrecy, Urgency
from eoffice.routing.inbox import InboxRow
from eoffice.routing.models import Delivery, PhoneConfirmation, Task
from eoffice.routing.queries import LetterRow
from eoffice.routing.rules import Channel, DeliveryState, TaskKind
from eoffice.thai import thai_date, thai_datetime
from eoffice.users.models import Office
from eoffice.users.rules import Role

UrlFor = Callable[..., str]
OPENED = "opened", "เปิดอ่านแล้ว"
"""An arrived delivery that somebody has opened: a fact shown like a state (domain.md §11)."""
WAITS_AT_DESK = {
    LetterState.SIGNED.value: "รอออกเลข",
    LetterState.NUMBERED.value: "รอส่ง",
}


@dataclass(frozen=True)
class ListRow:
    """One row; ``act_url`` is a button that acts at once, ``open_label`` a link to the letter."""

    id: str
    url: str
    subject: str
    no: str
    on: date | datetime | None
    office: str
    state: str
    state_label: str
    urgency: str
    urgency_label: str
    secrecy: str
    secrecy_label: str
    of: str = ""
    note: str = ""
    due_at: datetime | None = None
    is_done: bool = False
    is_new: bool = False
    files: int = 0
    act_url: str = ""
    act_label: str = ""
    act_key: str = ""
    version: int = 0
    open_label: str = ""

    @property
    def urgent_first(self) -> tuple[int, datetime]:
        """Orders what waits: the more urgent first, then what is due sooner."""
        return -Urgency(self.urgency).rank, self.due_at or datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class TrackRow:
    """One receiving office of a sent letter."""

    id: str
    office: str
    network: str
    state: str
    state_label: str
    time: str
    note: str
    is_copy: bool
    is_outside: bool
    channel: str
    steps: tuple[str, ...] = ()
    arrived_at: datetime | None = None
    opened_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str = ""
    receive_no: str = ""
    reason: str = ""
    reminded: str = ""
    phone: str = ""
    is_waiting: bool = False


def delivery_state(delivery: Delivery) -> tuple[str, str]:
    """The state of a delivery as code and word; opened ones say so."""
    if delivery.state == DeliveryState.ARRIVED.value and delivery.first_opened_at is not None:
        return OPENED
    state = DeliveryState(delivery.state)
    return state.value, state.label


def inbox_rows(
    rows: Iterable[InboxRow], url_for: UrlFor, *, offices: Mapping[int, str] | None = None
) -> list[ListRow]:
    """Rows of the inbox; of several offices each says to which it came."""
    url_for = _by_pattern(url_for)
    return [_inbox_row(row, url_for, (offices or {}).get(row.delivery.office_id)) for row in rows]


def letter_rows(rows: Iterable[LetterRow], url_for: UrlFor) -> list[ListRow]:
    """Rows of the outbox and of drafts, with how many have received or whose the draft is."""
    url_for = _by_pattern(url_for)
    return [_letter_row(row, url_for) for row in rows]


def waiting_rows(
    actor: Actor,
    arrived: Iterable[InboxRow],
    queued: Iterable[ListRow],
    to_send: Iterable[LetterRow],
    url_for: UrlFor,
) -> list[ListRow]:
    """What waits at a desk in one list, urgent first, each with the act that it waits for."""
    may_receive = actor.has_role(Role.REGISTRAR.value)
    found = [_arrived_at_desk(row, url_for, may_receive=may_receive) for row in arrived]
    found += queued
    found += [_to_send(row, url_for) for row in to_send]
    return sorted(found, key=lambda row: row.urgent_first)


def signing_rows(pairs: Iterable[tuple[Task, Letter]], url_for: UrlFor) -> list[ListRow]:
    """Letters that wait for a signature; signing needs the letter to be read, so it is a link."""
    return [
        _row(
            letter,
            url_for,
            on=task.created_at,
            office=letter.to_text or "ไม่มีผู้รับ",
            state=("proposed", "รอ" + TaskKind(task.kind).label),
            is_new=True,
            open_label="อ่านและ" + TaskKind(task.kind).label,
        )
        for task, letter in pairs
    ]


def track_rows(
    rows: Iterable[tuple[Delivery, Office, str]],
    *,
    calls: Mapping[int, list[PhoneConfirmation]] | None = None,
    reminded: Mapping[int, date] | None = None,
) -> list[TrackRow]:
    """Rows of the page of deliveries, with calls and reminders where the reader may know them."""
    return [
        _track_row(
            delivery,
            office,
            network,
            (calls or {}).get(delivery.id, []),
            (reminded or {}).get(delivery.id),
        )
        for delivery, office, network in rows
    ]


def _by_pattern(url_for: UrlFor) -> UrlFor:
    """Addresses of many things of one kind: built once, then only the public id is put in."""
    place = "0" * 20
    known: dict[str, tuple[str, str]] = {}

    def address(endpoint: str, *, public_id: str) -> str:
        if endpoint not in known:
            before, _, after = url_for(endpoint, public_id=place).partition(place)
            known[endpoint] = before, after
        before, after = known[endpoint]
        return f"{before}{public_id}{after}"

    return address


def _inbox_row(row: InboxRow, url_for: UrlFor, own_office: str | None = None) -> ListRow:
    delivery, letter = row.delivery, row.letter
    note = f"เลขรับ {delivery.receive_no}" if delivery.receive_no else ""
    return _row(
        letter,
        url_for,
        id=delivery.public_id,
        office=row.sender,
        state=delivery_state(delivery),
        note=" · ".join(filter(None, (note, own_office))) or _day_of(delivery.arrived_at),
        is_done=delivery.state != DeliveryState.ARRIVED.value,
        is_new=_is_new(delivery),
        files=row.files,
    )


def _letter_row(row: LetterRow, url_for: UrlFor) -> ListRow:
    letter = row.letter
    is_sent = letter.state in (LetterState.SENT.value, LetterState.CLOSED.value)
    received = f"ลงรับ {row.received}/{row.recipients}" if row.recipients else ""
    return _row(
        letter,
        url_for,
        on=letter.letter_date or letter.created_at,
        office=letter.to_text or "ยังไม่มีผู้รับ",
        note=received if is_sent else row.owner,
        is_done=letter.state in (LetterState.CLOSED.value, LetterState.CANCELLED.value),
        files=row.files,
    )


def _arrived_at_desk(row: InboxRow, url_for: UrlFor, *, may_receive: bool) -> ListRow:
    delivery = row.delivery
    return _row(
        row.letter,
        url_for,
        id=delivery.public_id,
        office=row.sender,
        state=(delivery_state(delivery)[0], "รอลงรับ"),
        is_new=_is_new(delivery),
        act_url=_receive_url(delivery, url_for) if may_receive else "",
        act_label="ลงรับ",
        act_key="r",
        version=delivery.version,
    )


def _receive_url(delivery: Delivery, url_for: UrlFor) -> str:
    return url_for("routing.receive", public_id=delivery.public_id, back="desk")


def _to_send(row: LetterRow, url_for: UrlFor) -> ListRow:
    letter = row.letter
    return _row(
        letter,
        url_for,
        on=letter.letter_date or letter.signed_at,
        office=letter.to_text or "ยังไม่มีผู้รับ",
        state=(letter.state, WAITS_AT_DESK[letter.state]),
        open_label="ออกเลข" if letter.state == LetterState.SIGNED.value else "ส่ง",
    )


def _row(
    letter: Letter,
    url_for: UrlFor,
    *,
    office: str,
    id: str = "",
    on: date | datetime | None = None,
    state: tuple[str, str] | None = None,
    note: str = "",
    is_done: bool = False,
    is_new: bool = False,
    files: int = 0,
    act_url: str = "",
    act_label: str = "",
    act_key: str = "",
    version: int = 0,
    open_label: str = "",
) -> ListRow:
    own_state = LetterState(letter.state)
    return ListRow(
        id=id or letter.public_id,
        url=url_for("routing.letter", public_id=letter.public_id),
        subject=letter.subject,
        no=letter.letter_no,
        on=on or letter.letter_date,
        office=office,
        state=state[0] if state else own_state.value,
        state_label=state[1] if state else own_state.label,
        of="" if state else "letter",
        urgency=letter.urgency,
        urgency_label=Urgency(letter.urgency).label,
        secrecy=letter.secrecy,
        secrecy_label=Secrecy(letter.secrecy).label,
        due_at=letter.deliver_by,
        note=note,
        is_done=is_done,
        is_new=is_new,
        files=files,
        act_url=act_url,
        act_label=act_label,
        act_key=act_key,
        version=version,
        open_label=open_label,
    )


def _track_row(
    delivery: Delivery,
    office: Office,
    network: str,
    calls: list[PhoneConfirmation],
    reminded: date | None,
) -> TrackRow:
    state, label = delivery_state(delivery)
    return TrackRow(
        id=delivery.public_id,
        office=office.display_name,
        network=network,
        state=state,
        state_label=label,
        time=_track_time(delivery),
        note=_track_note(delivery),
        is_copy=delivery.part == "cc",
        is_outside=delivery.channel != Channel.SYSTEM.value,
        channel=Channel(delivery.channel).label,
        steps=_track_steps(delivery),
        arrived_at=delivery.arrived_at,
        opened_at=delivery.first_opened_at,
        settled_at=delivery.settled_at,
        settled_by=delivery.settled_by_name,
        receive_no=delivery.receive_no,
        reason=delivery.reason or _outside_note(delivery),
        reminded=thai_date(reminded) if reminded is not None else "",
        phone=" · ".join(map(_call_words, calls)),
        is_waiting=delivery.state == DeliveryState.ARRIVED.value,
    )


def _track_steps(delivery: Delivery) -> tuple[str, ...]:
    """The instants before the one that the state is of: arrived, first opened."""
    last = delivery.settled_at or delivery.first_opened_at or delivery.arrived_at
    steps = (("ถึง", delivery.arrived_at), ("เปิดอ่าน", delivery.first_opened_at))
    return tuple(f"{word} {thai_datetime(at)}" for word, at in steps if at and at is not last)


def _call_words(call: PhoneConfirmation) -> str:
    said = f"ยืนยันทางโทรศัพท์ {thai_datetime(call.confirmed_at)} กับ{call.with_whom}"
    return " ".join(filter(None, (said, f"โดย {call.noted_by_name}", call.note)))


def _outside_note(delivery: Delivery) -> str:
    return " · ".join(filter(None, (delivery.delivered_to, delivery.proof)))


def _track_time(delivery: Delivery) -> str:
    if delivery.delivered_on is not None:
        return thai_date(delivery.delivered_on)
    at = delivery.settled_at or delivery.first_opened_at or delivery.arrived_at or delivery.sent_at
    return thai_datetime(at) if at is not None else ""


def _track_note(delivery: Delivery) -> str:
    if delivery.receive_no:
        return f"เลขรับ {delivery.receive_no}"
    if delivery.delivered_on is not None:
        return _outside_note(delivery)
    return delivery.reason


def _is_new(delivery: Delivery) -> bool:
    return delivery.state == DeliveryState.ARRIVED.value and delivery.first_opened_at is None


def _day_of(at: datetime | None) -> str:
    return thai_date(at) if at is not None else ""
