"""Bells: what a registry, post or person is told; shown only while the letter is visible."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eoffice.db import Base, BigId, UtcDateTime, new_public_id
from eoffice.marks import ANNOUNCEMENTS, moves


class Notification(Base):
    """One thing told to one principal, mostly about a letter.

    ``cause`` names what it follows (an act, or the deadline of a delivery) and makes telling
    idempotent. ``settled_at``: the work it asked for was done, by whomever; then it is unread for
    nobody.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("cause", "principal_id"),
        Index("ix_notifications_principal", "principal_id", "id"),
        Index("ix_notifications_letter", "letter_id"),
    )
    object_kind = "notification"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    principal_id: Mapped[int] = mapped_column(ForeignKey("principals.id"))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"))
    cause: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NotificationRead(Base):
    """That a person has opened a notification."""

    __tablename__ = "notification_reads"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    notification_id: Mapped[int] = mapped_column(
        ForeignKey("notifications.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class NotificationSeen(Base):
    """That a person has seen everything up to a notification."""

    __tablename__ = "notifications_seen"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    last_id: Mapped[int] = mapped_column(BigId, default=0)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NotificationMute(Base):
    """A kind of notification that a person does not want."""

    __tablename__ = "notification_mutes"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)


class Announcement(Base):
    """ประกาศระบบ: a sentence of the district's administrator to everybody, on every page."""

    __tablename__ = "announcements"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("text <> ''", name="text"),
        Index("ix_announcements_ends_on", "ends_on"),
    )
    object_kind = "announcement"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    text: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AnnouncementDismissal(Base):
    """That a person has read an announcement and put it away."""

    __tablename__ = "announcement_dismissals"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id"), primary_key=True)


for _table in ("announcements", "announcement_dismissals"):
    moves(_table, ANNOUNCEMENTS)
