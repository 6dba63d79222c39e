"""The counters of the desk and the tag that says whether anything of them changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.documents.queries import visible_to
from eoffice.documents.rules import LetterState
from eoffice.routing.ended import in_states
from eoffice.routing.folders import ARRIVED, Folders, arrived_at
from eoffice.routing.models import Case, Delivery, FolderCount, Task
from eoffice.routing.rules import UNSETTLED, CaseState, TaskKind, TaskState
from eoffice.users.permissions import LEVELS
from eoffice.users.rules import Role

ORDERS = (TaskKind.ORDER.value,)
WAITS = (("รอสั่งการ", ORDERS), ("รอดำเนินการ", (TaskKind.ACT.value, TaskKind.OPINION.value)))


Ask = Callable[[Select[Any, Any], dict[str, Any]], tuple[Any, ...]]


@dataclass(frozen=True)
class Counter:
    """One counter of the desk, a link to its list."""

    label: str
    count: int
    url: str
    is_late: bool = False


def counters(
    session: Session, actor: Actor, folders: Folders, url_for: Callable[..., str]
) -> list[Counter]:
    """What waits at the chosen desk; counters without objects for this desk stay out."""
    desk = actor.desk
    if desk is None:
        return []
    found: list[Counter] = []
    if Role.REGISTRAR in desk.roles:
        arrived = arrived_at(folders, desk.office_id)
        found.append(Counter("รอลงรับ", arrived, url_for("routing.inbox")))
        found.append(
            Counter(
                "รอเสนอ",
                _count(session, _cases(desk.office_id)),
                url_for("routing.cases"),
            )
        )
        for state, label in (
            (LetterState.SIGNED, "รอออกเลข"),
            (LetterState.NUMBERED, "รอส่ง"),
        ):
            count = _count(session, _letters(actor, desk.office_id, state))
            found.append(Counter(label, count, url_for("routing.drafts", state=state.value)))
        found.append(
            Counter(
                "ส่งแล้วยังไม่ถูกรับ",
                _count(session, _unreceived(desk.office_id)),
                url_for("routing.outbox", waiting="1"),
            )
        )
    if Role.DIRECTOR in desk.roles:
        queue = select(Task.id).where(
            Task.post_id == desk.post_id,
            Task.state == TaskState.OPEN.value,
            Task.letter_id.is_not(None),
        )
        found.append(Counter("รอลงนาม", _count(session, queue), url_for("routing.signing")))
    found += [
        Counter(label, _count(session, _tasks(desk.post_id, kinds)), url_for("routing.queue"))
        for label, kinds in WAITS
        if kinds != ORDERS or not desk.roles.isdisjoint(LEVELS)
    ]
    drafts = select(Letter.id).where(
        Letter.owner_post_id == desk.post_id, Letter.state == LetterState.DRAFT.value
    )
    found.append(Counter("ร่างของโต๊ะนี้", _count(session, drafts), url_for("routing.drafts")))
    return found


def desk_etag(actor: Actor, ask: Ask) -> str:
    """A tag of everything the desk shows: person, desk, day, folder versions, own tasks.

    Versions only grow, so that their sum is another after every change. ``ask`` answers a query of
    one row with its values.
    """
    assert actor.desk is not None  # noqa: S101 - the page has a desk
    own = {
        "office": actor.desk.office_id,
        "post": actor.desk.post_id,
        "offices": sorted({desk.office_id for desk in actor.desks}),
    }
    parts = [
        actor.session_id,
        actor.desk.public_id,
        clock.today(),
        own["offices"],
        ask(_OWN_COUNTS, own),
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _count(session: Session, query: Any) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _cases(office_id: Any) -> Any:
    return select(Case.id).where(
        Case.office_id == office_id, Case.state == CaseState.REGISTERED.value
    )


def _tasks(post_id: int, kinds: tuple[str, ...]) -> Any:
    states = [state.value for state in UNSETTLED]
    return select(Task.id).where(
        Task.post_id == post_id, Task.kind.in_(kinds), Task.state.in_(states)
    )


def _letters(actor: Actor, office_id: int, state: LetterState) -> Any:
    return select(Letter.id).where(
        Letter.office_id == office_id, in_states((state.value,)), visible_to(actor)
    )


def _unreceived(office_id: Any) -> Any:
    return (
        select(Letter.id)
        .join(Delivery, Delivery.letter_id == Letter.id)
        .where(
            Letter.office_id == office_id,
            Letter.state == LetterState.SENT.value,
            Delivery.state == ARRIVED,
        )
        .distinct()
    )


def _counting(query: Any) -> Any:
    return select(func.count()).select_from(query.subquery()).scalar_subquery()


def _own_counts() -> Any:
    """Unsent letters with their versions, waiting cases and unreceived letters of an office, the
    tasks of and from a post with their versions, and the versions of the offices' folders."""
    office: BindParameter[int] = bindparam("office")
    post: BindParameter[int] = bindparam("post")
    offices: BindParameter[list[int]] = bindparam("offices", expanding=True)
    tasks = or_(Task.post_id == post, Task.from_post_id == post)
    unsent = and_(
        Letter.office_id == office,
        Letter.state.in_(("draft", "proposed", "signed", "numbered")),
    )
    return select(
        select(func.count()).where(unsent).scalar_subquery(),
        select(func.coalesce(func.sum(Letter.version), 0)).where(unsent).scalar_subquery(),
        _counting(_cases(office)),
        _counting(_unreceived(office)),
        select(func.count()).where(tasks).scalar_subquery(),
        select(func.coalesce(func.sum(Task.version), 0)).where(tasks).scalar_subquery(),
        select(func.max(Task.id)).where(tasks).scalar_subquery(),
        select(func.sum(FolderCount.version))
        .where(FolderCount.office_id.in_(offices))
        .scalar_subquery(),
    )


_OWN_COUNTS = _own_counts()
"""Asked by every poll of every open desk: made once, so that only its value changes."""
