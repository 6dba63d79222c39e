"""Searches that a person keeps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eoffice.db import Base, BigId, UtcDateTime, new_public_id


class SavedSearch(Base):
    """A query with its filters under a name of the person's own; only that person sees it."""

    __tablename__ = "saved_searches"
    __table_args__ = (
        UniqueConstraint("person_id", "name"),
        CheckConstraint("name <> ''", name="name"),
    )
    object_kind = "saved_search"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[str] = mapped_column(String(2000))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
