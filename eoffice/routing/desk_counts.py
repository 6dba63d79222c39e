"""The counters of the desk and the tag that says whether anything of them changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, func, or_, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.documents.queries import visible_to
from eoffice.documents.rules import LetterState
from eoffice.given import given, one_of
from eoffice.routing.case_queries import is_reported_to
from eoffice.routing.ended import in_states
from eoffice.routing.folders import ARRIVED, Folders, arrived_at
from eoffice.routing.models import Case, Delivery, FolderCount, Task
from eoffice.routing.rules import UNSETTLED, CaseState, TaskKind, TaskState
from eoffice.users.permissions import LEVELS
from eoffice.users.rules import Role

ORDERS = (TaskKind.ORDER.value,)
_L = LetterState
UNSENT = tuple(each.value for each in (_L.DRAFT, _L.PROPOSED, _L.SIGNED, _L.NUMBERED))
LATE_WITHIN_MIN = 15
"""What is due at an hour is marked late so many minutes after it at the latest."""
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


def desk_etag(actor: Actor, ask: Ask, mark: str) -> str:
    """A tag of everything the desk shows: session, desk, the quarter of the hour, folder versions,
    letters and tasks.

    ``ask`` answers a query of one row with its values. ``mark`` is the organisation's: it moves
    with every name, role and right that changes but for those that begin or end with the day.
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
        mark,
        clock.today(),
        clock.now().timestamp() // (LATE_WITHIN_MIN * 60),
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
    """Letters of an office that wait somewhere to be received, from the deliveries that wait."""
    return (
        select(Delivery.letter_id)
        .where(Delivery.from_office_id == office_id, Delivery.state == ARRIVED)
        .distinct()
    )


def _extent(query: Select[Any], name: str, model: type[Letter | Task]) -> Any:
    """How many rows there are, and sums of their ids and versions: another row among them or
    another version of one shows in some of the three."""
    return query.with_only_columns(
        func.count().label("rows"),
        func.coalesce(func.sum(model.id), 0).label("ids"),
        func.coalesce(func.sum(model.version), 0).label("versions"),
    ).subquery(name)


def _counting(query: Any, name: str) -> Any:
    return select(func.count().label("rows")).select_from(query.subquery()).subquery(name)


def _own_counts() -> Select[Any, Any]:
    """What the desk's parts are made of, in one row: letters of the office that are not sent, cases
    nobody was given, letters not received, tasks that wait for the post and reports to it, and the
    versions of the offices' folders. Of what was settled only orders, announcements and memos are
    counted, in the index: they end at their number or signature."""
    office, post = given("office", BigInteger()), given("post", BigInteger())
    unsent = select(Letter).where(Letter.office_id == office, Letter.state.in_(UNSENT))
    reported = select(Task).join(Case, Case.id == Task.case_id).where(is_reported_to(post))
    parts = (
        _extent(unsent, "unsent", Letter),
        _extent(select(Task).where(Task.post_id == post, _waits()), "waiting", Task),
        _extent(reported, "reports", Task),
        _counting(_cases(office), "registered"),
        _counting(_unreceived(office), "unreceived"),
        select(func.coalesce(func.sum(FolderCount.version), 0).label("versions"))
        .where(one_of(FolderCount.office_id, "offices"))
        .subquery("folders"),
    )
    return select(*(column for part in parts for column in part.c))


def _waits() -> Any:
    """What is open, and what was begun; what was only to be known waits no longer when it is."""
    begun = [state.value for state in UNSETTLED if state is not TaskState.OPEN]
    kinds = [kind.value for kind in TaskKind if kind is not TaskKind.FOR_INFORMATION]
    return or_(Task.state == TaskState.OPEN.value, Task.state.in_(begun) & Task.kind.in_(kinds))


_OWN_COUNTS = _own_counts()
"""Asked by every poll of every open desk: made once, so that only its values change."""
