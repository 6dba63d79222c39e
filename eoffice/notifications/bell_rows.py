"""Rows of the bell: a sentence, where it leads, and to which of the reader's desks it came."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.documents.rules import Urgency
from eoffice.notifications.models import Notification
from eoffice.notifications.queries import Bell
from eoffice.notifications.rules import ALWAYS, Kind, grant_words, kind_label
from eoffice.users.rules import PrincipalKind

UrlFor = Callable[..., str]
OWN_ACTS = frozenset({Kind.PROPOSE.value, Kind.SIGN.value, Kind.SEND_BACK.value})
"""Acts inside the own office: whose they were interests more than which office's."""


@dataclass(frozen=True)
class BellRow:
    """One notification as the list shows it."""

    id: str
    kind: str
    label: str
    text: str
    by: str
    no: str
    at: datetime
    desk: str
    is_unread: bool
    urgency: str
    urgency_label: str
    due_at: datetime | None


def bell_rows(bells: Iterable[Bell], actor: Actor) -> list[BellRow]:
    """Rows of the page; a person with several desks reads to which each came."""
    return [_row(bell, actor) for bell in bells]


def target_of(notification: Notification, letter: Letter | None, url_for: UrlFor) -> str:
    """Where opening a notification leads: the letter, its rejected deliveries, or the list."""
    if letter is None:
        return url_for("notifications.bells")
    if notification.kind == Kind.REJECT.value:
        return url_for("routing.tracking", public_id=letter.public_id, state="rejected")
    return url_for("routing.letter", public_id=letter.public_id)


def _row(bell: Bell, actor: Actor) -> BellRow:
    notification, letter = bell.notification, bell.letter
    is_by_person = notification.kind in OWN_ACTS or notification.kind in ALWAYS
    return BellRow(
        id=notification.public_id,
        kind=notification.kind,
        label=kind_label(notification.kind),
        text=_text(bell),
        by=str(bell.facts.get("actor", "")) if is_by_person else bell.office,
        no=bell.number,
        at=bell.at,
        desk=_desk(bell, actor),
        is_unread=bell.is_unread,
        urgency=letter.urgency if letter is not None else Urgency.NORMAL.value,
        urgency_label=Urgency(letter.urgency).label if letter is not None else "",
        due_at=letter.deliver_by if letter is not None else None,
    )


def _text(bell: Bell) -> str:
    if bell.notification.kind in ALWAYS:
        return grant_words(bell.verb, bell.facts)
    if bell.letter is None:
        return f"หนังสือที่ {bell.number}"
    return bell.letter.subject or bell.number


def _desk(bell: Bell, actor: Actor) -> str:
    if len(actor.desks) < 2:
        return ""
    kind, subject = bell.told_to
    for desk in actor.desks:
        if kind == PrincipalKind.REGISTRY.value and desk.office_id == subject:
            return desk.office_name
        if kind == PrincipalKind.POST.value and desk.post_id == subject:
            return f"{desk.office_name} {desk.post_title}"
    return ""
