"""The outbox of the search index: what the indexer has to look at again, in the act's transaction.

A row names a letter, a case or a file whose text or access changed. It says nothing of how: the
indexer reads the object as it is then, so that rows may be applied twice, late and in any order.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String, Text, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from eoffice.db import Base, BigId, table_of

INDEXED = frozenset({"letter", "case", "delivery", "task", "endorsement"})
"""Kinds of objects whose acts change what the index holds."""


class SearchOutbox(Base):
    """One object to index again. ``tries`` counts failures; after the last the row is parked."""

    __tablename__ = "search_outbox"
    __table_args__ = (
        CheckConstraint(
            "object_kind IN ('letter', 'case', 'delivery', 'task', 'endorsement', 'attachment', "
            "'case_file', 'letter_access', 'case_access')",
            name="object_kind",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    object_kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int] = mapped_column(BigId)
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")


ADD = insert(table_of(SearchOutbox))


def note(session: Session, kind: str, object_id: int) -> None:
    """Ask for an object to be indexed again, if the caller's transaction commits."""
    session.execute(
        ADD, {"object_kind": kind, "object_id": object_id, "tries": 0, "last_error": ""}
    )


def note_access(session: Session, kind: str, object_id: int) -> None:
    """Ask for the principals of a letter or case to be indexed again; its text stays."""
    note(session, f"{kind}_access", object_id)
