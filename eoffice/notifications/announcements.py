"""ประกาศระบบ: what the district's administrator tells everybody, until each puts it away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.marks import Kept
from eoffice.notifications.models import Announcement, AnnouncementDismissal
from eoffice.notifications.rules import (
    ANNOUNCEMENT_LIMIT,
    AnnouncementEmpty,
    AnnouncementEnded,
    AnnouncementNotFound,
    AnnouncementPast,
)
from eoffice.users.permissions import may, require
from eoffice.users.rules import check_period
from eoffice.verbs import Verb

SHOWN = 100
_KEPT = Kept()


def announce(
    session: Session, actor: Actor, *, text: str, starts_on: date | None, ends_on: date
) -> Announcement:
    """Tell everybody something from a day until a day, both inclusive. Raises ``DatesReversed``,
    ``AnnouncementEmpty``, ``AnnouncementPast``."""
    require(actor, Verb.ANNOUNCE)
    text = " ".join(text.split())
    if not 0 < len(text) <= ANNOUNCEMENT_LIMIT:
        raise AnnouncementEmpty(limit=ANNOUNCEMENT_LIMIT)
    starts_on = starts_on or clock.today()
    check_period(starts_on, ends_on)
    if ends_on < clock.today():
        raise AnnouncementPast
    row = Announcement(text=text, starts_on=starts_on, ends_on=ends_on, made_at=clock.now())
    session.add(row)
    session.flush()
    record(
        session,
        actor,
        Verb.ANNOUNCE,
        row,
        chain=DISTRICT_CHAIN,
        said=text,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    return row


def end_announcement(session: Session, actor: Actor, public_id: str) -> Announcement:
    """Take an announcement off every page now. Raises ``AnnouncementEnded``,
    ``AnnouncementNotFound``."""
    row = load_announcement(session, actor, public_id, for_update=True)
    require(actor, Verb.END_ANNOUNCEMENT)
    if row.ended_at is not None or row.ends_on < clock.today():
        raise AnnouncementEnded
    row.ended_at = clock.now()
    record(session, actor, Verb.END_ANNOUNCEMENT, row, chain=DISTRICT_CHAIN, said=row.text)
    return row


def dismiss(session: Session, actor: Actor, public_id: str) -> None:
    """A person puts an announcement away; it concerns nobody else, so nothing is recorded. Raises
    ``AnnouncementNotFound`` for one that is not shown."""
    rows = {row.public_id: row for row in shown_announcements(session, actor)}
    if public_id not in rows:
        raise AnnouncementNotFound
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(
        insert(AnnouncementDismissal)
        .values(person_id=actor.person_id, announcement_id=rows[public_id].id)
        .on_conflict_do_nothing()
    )


def shown_announcements(session: Session, actor: Actor) -> list[Announcement]:
    """What a person is to see today on every page, oldest first."""
    today = clock.today()
    is_put_away = exists(
        select(literal(1)).where(
            AnnouncementDismissal.person_id == actor.person_id,
            AnnouncementDismissal.announcement_id == Announcement.id,
        )
    )
    return list(
        session.scalars(
            select(Announcement)
            .where(
                Announcement.ends_on >= today,
                Announcement.starts_on <= today,
                Announcement.ended_at.is_(None),
                ~is_put_away,
            )
            .order_by(Announcement.id)
        )
    )


@dataclass(frozen=True)
class Notice:
    """An announcement as it stands on top of a page."""

    public_id: str
    text: str


def notices(session: Session, actor: Actor, mark: str | None) -> tuple[Notice, ...]:
    """What a person is to see today on every page; kept while the mark of announcements, read in
    the same transaction, stands."""
    return _KEPT.get(
        mark,
        (actor.person_id, clock.today()),
        lambda: tuple(
            Notice(row.public_id, row.text) for row in shown_announcements(session, actor)
        ),
    )


def all_announcements(session: Session) -> list[Announcement]:
    """The newest announcements, for who makes them."""
    return list(session.scalars(select(Announcement).order_by(Announcement.id.desc()).limit(SHOWN)))


def load_announcement(
    session: Session, actor: Actor, public_id: str, *, for_update: bool = False
) -> Announcement:
    """An announcement for who administers them; to all others ``AnnouncementNotFound``."""
    query = select(Announcement).where(Announcement.public_id == public_id)
    row = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if row is None or not may(actor, Verb.ANNOUNCE):
        raise AnnouncementNotFound
    return row
