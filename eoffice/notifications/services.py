"""Telling people, after the commit: one notification per principal and act. And a person's own
bells: opened, all seen, which kinds are wanted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, String, and_, cast, delete, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.db import UtcDateTime, random_public_id
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import LetterState
from eoffice.notifications.models import (
    Notification,
    NotificationMute,
    NotificationRead,
    NotificationSeen,
)
from eoffice.notifications.queries import load_notification, unread_of_letter
from eoffice.notifications.rules import (
    ARRIVALS,
    DUE_WITHIN,
    KEPT,
    OPTIONAL,
    SETTLING,
    Kind,
)
from eoffice.routing.models import Case, Delivery, SigningAuthority, Task
from eoffice.users.accounts import Account
from eoffice.users.models import Holding, Person, Post, PostRole, Principal
from eoffice.users.rules import PrincipalKind, Role
from eoffice.users.services.people import posts_of_person
from eoffice.verbs import Verb

ARRIVED = "arrived"
CHANGES = (Verb.CHANGE_POST, Verb.CHANGE_CODE)
"""Acts that give nothing, of which the head is told all the same."""
GIVES_BY = {Verb.ADD_POST: "roles", Verb.SET_ROLE: "starts_on"}
"""The fact without which these acts give nothing: a post without roles, the end of a role."""


def tell_receivers(session: Session, activity: Activity) -> None:
    """A letter arrived: its receiving registries; whoever it answers is told of an answer."""
    rows = _deliveries(activity.object_id).where(Delivery.state == ARRIVED)
    asked = _asking_office(session, activity.object_id)
    if asked is not None:
        answered = rows.where(Delivery.office_id == asked)
        tell_principals(session, activity, _registries(activity, answered), kind=Kind.ANSWER)
        rows = rows.where(Delivery.office_id != asked)
    tell_principals(session, activity, _registries(activity, rows))


def tell_reminded(session: Session, activity: Activity) -> None:
    """A reminder: the registries whose deliveries it names."""
    wanted = json.loads(activity.facts).get("deliveries", [])
    rows = _deliveries(activity.object_id).where(Delivery.id.in_(wanted), Delivery.state == ARRIVED)
    tell_principals(session, activity, _registries(activity, rows))


def tell_recalled(session: Session, activity: Activity) -> None:
    """A recall: the registries that lost the letter (number only, they may not see it now)."""
    offices = json.loads(activity.facts).get("offices", [])
    rows = _deliveries(activity.object_id).where(Delivery.office_id.in_(offices))
    tell_principals(session, activity, _registries(activity, rows))


def tell_sender(session: Session, activity: Activity) -> None:
    """A receiving office answered: the registry of the letter's own office."""
    rows = (
        select(Principal.id, Letter.id)
        .join(
            Letter,
            and_(
                Principal.kind == PrincipalKind.REGISTRY.value,
                Principal.subject_id == Letter.office_id,
            ),
        )
        .join(Delivery, Delivery.letter_id == Letter.id)
        .where(Delivery.id == activity.object_id)
    )
    tell_principals(session, activity, rows)


def tell_signer(session: Session, activity: Activity) -> None:
    """A letter waits for signing: the post it was proposed to."""
    rows = (
        select(Principal.id, Task.letter_id)
        .join(
            Task,
            and_(Principal.kind == PrincipalKind.POST.value, Principal.subject_id == Task.post_id),
        )
        .where(Task.letter_id == activity.object_id, Task.state == "open")
    )
    tell_principals(session, activity, rows)


def tell_drafter(session: Session, activity: Activity) -> None:
    """A letter was signed or sent back: the post that owns the draft."""
    rows = (
        select(Principal.id, Letter.id)
        .join(
            Letter,
            and_(
                Principal.kind == PrincipalKind.POST.value,
                Principal.subject_id == Letter.owner_post_id,
            ),
        )
        .where(Letter.id == activity.object_id)
    )
    tell_principals(session, activity, rows)


def tell_head(session: Session, activity: Activity) -> None:
    """A post, a role or a single-use code was given in an office, a post or the office's code
    changed: the post of its director.

    Not of what the installation itself does on the command line (imports, set-up), and not to a
    director of what the director did (assurance B10, AC-15).
    """
    facts = json.loads(activity.facts)
    gives = activity.verb not in GIVES_BY or bool(facts.get(GIVES_BY[Verb(activity.verb)]))
    if activity.person_id is None or not gives:
        return
    offices = _granted_in(session, activity)
    today = clock.today()
    rows = (
        select(Principal.id, literal(None))
        .join(
            Post,
            and_(Principal.kind == PrincipalKind.POST.value, Principal.subject_id == Post.id),
        )
        .join(PostRole, PostRole.post_id == Post.id)
        .where(
            Post.office_id.in_(offices),
            PostRole.role == Role.DIRECTOR.value,
            PostRole.starts_on <= today,
            or_(PostRole.ends_on.is_(None), PostRole.ends_on >= today),
            or_(Post.closed_on.is_(None), Post.closed_on > today),
            Post.id != (activity.post_id or 0),
        )
        .distinct()
    )
    kind = Kind.CHANGED if activity.verb in CHANGES else Kind.GRANT
    tell_principals(session, activity, rows, kind=kind)


def tell_due(session: Session) -> None:
    """Deadlines that are near while the letter is not received: the receiving registries, once a
    delivery. Swept by the worker."""
    at = clock.now()
    rows = (
        select(Principal.id, Letter.id, literal("due-") + cast(Delivery.id, String))
        .join(
            Delivery,
            and_(
                Principal.kind == PrincipalKind.REGISTRY.value,
                Principal.subject_id == Delivery.office_id,
            ),
        )
        .join(Letter, Letter.id == Delivery.letter_id)
        .where(
            Letter.deliver_by > at - DUE_WITHIN,
            Letter.deliver_by <= at + DUE_WITHIN,
            Letter.state == LetterState.SENT.value,
            Delivery.state == ARRIVED,
            Delivery.arrived_at <= at - SETTLING,
        )
    ).subquery()
    principal_id, letter_id, cause = tuple(rows.c)
    _add(
        session,
        select(
            random_public_id(),
            principal_id,
            letter_id,
            cast(literal(None), Notification.activity_id.type),
            cause,
            literal(Kind.DUE_SOON.value),
            literal(""),
            literal(at, UtcDateTime),
        ).where(literal(1) == 1),
    )


def settle_arrival(session: Session, activity: Activity) -> None:
    """A delivery was received or rejected: nobody of its registry needs to be told any more."""
    told = (
        select(Notification.id)
        .join(Delivery, Delivery.letter_id == Notification.letter_id)
        .join(Principal, Principal.id == Notification.principal_id)
        .where(
            Delivery.id == activity.object_id,
            Principal.kind == PrincipalKind.REGISTRY.value,
            Principal.subject_id == Delivery.office_id,
            Notification.kind.in_([kind.value for kind in ARRIVALS]),
        )
    )
    _settle(session, told)


def settle_signing(session: Session, activity: Activity) -> None:
    """A letter was signed, sent back or withdrawn: the signer's bell is silent."""
    _settle_letter(session, activity, Kind.PROPOSE)


def settle_drafting(session: Session, activity: Activity) -> None:
    """A letter went on (proposed again, numbered): its drafter need not look after it."""
    _settle_letter(session, activity, Kind.SIGN, Kind.SEND_BACK)


def sweep(session: Session) -> None:
    """Ring for near deadlines; forget what is older than half a year."""
    tell_due(session)
    old = select(Notification.id).where(Notification.at < clock.now() - KEPT)
    session.execute(delete(NotificationRead).where(NotificationRead.notification_id.in_(old)))
    session.execute(delete(Notification).where(Notification.at < clock.now() - KEPT))


def open_notification(session: Session, actor: Actor, public_id: str) -> Notification:
    """Note that a person has opened a notification. Reading leaves no trace in the log: what was
    told and what was done are there. Raises ``NotificationNotFound``."""
    found = load_notification(session, actor, public_id)
    _insert(session, NotificationRead, person_id=actor.person_id, notification_id=found.id)
    return found


def read_letter(session: Session, actor: Actor, public_id: str) -> None:
    """Note that a person looks at a letter: what the person was told of it is read, for nobody
    else. Raises ``LetterNotFound``."""
    letter = load_visible(session, actor, public_id)
    for told in unread_of_letter(session, actor, letter.id):
        _insert(session, NotificationRead, person_id=actor.person_id, notification_id=told)


def see_all(session: Session, actor: Actor, upto: str) -> None:
    """Note that a person has seen everything up to the newest notification that was shown; what
    came meanwhile stays unread. Raises ``NotificationNotFound``."""
    newest = load_notification(session, actor, upto)
    _insert(session, NotificationSeen, person_id=actor.person_id, last_id=0, seen_at=clock.now())
    session.execute(
        update(NotificationSeen)
        .where(NotificationSeen.person_id == actor.person_id, NotificationSeen.last_id < newest.id)
        .values(last_id=newest.id, seen_at=clock.now())
    )
    read = select(Notification.id).where(Notification.id <= newest.id)
    session.execute(
        delete(NotificationRead).where(
            NotificationRead.person_id == actor.person_id,
            NotificationRead.notification_id.in_(read),
        )
    )


def set_bells(session: Session, actor: Actor, *, wanted: Iterable[str]) -> None:
    """Which kinds of notifications a person wants; of grants everybody concerned is told."""
    wanted = set(wanted)
    muted = [kind.value for kind in OPTIONAL if kind.value not in wanted]
    session.execute(delete(NotificationMute).where(NotificationMute.person_id == actor.person_id))
    for kind in muted:
        session.add(NotificationMute(person_id=actor.person_id, kind=kind))
    person = session.get_one(Person, actor.person_id)
    record(session, actor, Verb.SET_BELLS, person, chain=DISTRICT_CHAIN, muted=muted)


def _asking_office(session: Session, letter_id: int | None) -> int | None:
    """The office whose letter is answered by a letter, none when it answers nothing."""
    case = session.scalars(
        select(Case).join(Letter, Letter.answers_case_id == Case.id).where(Letter.id == letter_id)
    ).one_or_none()
    return session.get_one(Letter, case.letter_id).office_id if case is not None else None


def _granted_in(session: Session, activity: Activity) -> list[int]:
    """The offices in which an act gave or changed something."""
    subject = activity.object_id
    match Verb(activity.verb):
        case Verb.ASSIGN_POST:
            posts = select(Post.office_id).join(Holding).where(Holding.id == subject)
        case Verb.SET_ROLE:
            posts = select(Post.office_id).join(PostRole).where(PostRole.id == subject)
        case Verb.CHANGE_CODE:
            return [subject] if subject is not None else []
        case Verb.ADD_POST | Verb.CHANGE_POST:
            posts = select(Post.office_id).where(Post.id == subject)
        case Verb.SET_AUTHORITY:
            posts = select(SigningAuthority.office_id).where(SigningAuthority.id == subject)
        case _:
            account = session.get_one(Account, subject)
            return sorted({p.office_id for p in posts_of_person(session, account.person_id)})
    return list(session.scalars(posts))


def _deliveries(letter_id: int | None) -> Select[Any, Any]:
    return select(Delivery.office_id, Delivery.letter_id).where(Delivery.letter_id == letter_id)


def _registries(activity: Activity, rows: Select[Any, Any]) -> Any:
    offices = rows.subquery()
    return select(Principal.id, offices.c.letter_id).join(
        offices,
        and_(
            Principal.kind == PrincipalKind.REGISTRY.value,
            Principal.subject_id == offices.c.office_id,
        ),
    )


def tell_principals(session: Session, activity: Activity, rows: Any, *, kind: str = "") -> None:
    """Tell the principals of ``rows`` (principal id, letter id) of an act, each once."""
    told = rows.subquery()
    principal_id, letter_id = tuple(told.c)[:2]
    _add(
        session,
        select(
            random_public_id(),
            principal_id,
            cast(letter_id, Notification.letter_id.type),
            literal(activity.id),
            literal(f"act-{activity.id}"),
            literal(str(kind or activity.verb)),
            literal(""),
            literal(activity.at, UtcDateTime),
        ).where(literal(1) == 1),
    )


COLUMNS = (
    *("public_id", "principal_id", "letter_id", "activity_id", "cause", "kind", "text", "at"),
)


def _add(session: Session, values: Any) -> None:
    insert_into = sqlite.insert if _is_sqlite(session) else postgresql.insert
    session.execute(
        insert_into(Notification)
        .from_select(list(COLUMNS), values, include_defaults=False)
        .on_conflict_do_nothing()
    )


def _settle_letter(session: Session, activity: Activity, *kinds: Kind) -> None:
    told = select(Notification.id).where(
        Notification.letter_id == activity.object_id,
        Notification.kind.in_([kind.value for kind in kinds]),
        Notification.at <= activity.at,
    )
    _settle(session, told)


def _settle(session: Session, told: Select[Any]) -> None:
    session.execute(
        update(Notification)
        .where(Notification.id.in_(told), Notification.settled_at.is_(None))
        .values(settled_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _insert(session: Session, table: type, **row: object) -> None:
    insert_into = sqlite.insert if _is_sqlite(session) else postgresql.insert
    session.execute(insert_into(table).values(**row).on_conflict_do_nothing())


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
