"""Bells: what a registry, post or person is told; shown only while the letter is visible."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eoffice.db import Base, BigId, UtcDateTime


class Notification(Base):
    """One thing told to one principal about one letter; ``activity_id`` makes it idempotent."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("activity_id", "principal_id", "letter_id"),
        Index("ix_notifications_principal", "principal_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("principals.id"))
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    kind: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class NotificationSeen(Base):
    """That a person has seen everything up to a notification."""

    __tablename__ = "notifications_seen"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    last_id: Mapped[int] = mapped_column(BigId, default=0)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
