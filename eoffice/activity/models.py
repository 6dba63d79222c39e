"""The activity log: append-only rows, one hash chain per acting office."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eoffice.db import Base, BigId, UtcDateTime, on_create


class Activity(Base):
    """One act, version 1 of the row. ``chain`` is the acting office's id, 0 for sign-ins and
    the district's administration; ``seq`` runs 1…n without gap in its chain."""

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_activity_object", "object_kind", "object_id"),
        Index("ix_activity_person", "person_id", "at"),
        Index("ix_activity_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    chain: Mapped[int]
    seq: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_late: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[int | None]
    post_id: Mapped[int | None]
    holding_kind: Mapped[str] = mapped_column(String(20), default="")
    order_no: Mapped[str] = mapped_column(String(80), default="")
    office_id: Mapped[int | None]
    session_id: Mapped[int | None]
    request_id: Mapped[str] = mapped_column(String(64), default="")
    verb: Mapped[str] = mapped_column(String(40))
    object_kind: Mapped[str] = mapped_column(String(30), default="")
    object_id: Mapped[int | None] = mapped_column(BigId)
    object_version: Mapped[int | None]
    facts: Mapped[str] = mapped_column(Text)
    files: Mapped[str] = mapped_column(Text, default="[]")
    text_hash: Mapped[str] = mapped_column(String(64), default="")
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ActivityText(Base):
    """The free text of an act, apart from the chain: its salted hash is in the row, so that a
    lawful destruction of the text leaves the chain whole."""

    __tablename__ = "activity_text"

    activity_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)


class ChainHead(Base):
    """The last row of each chain; locked while a row is added."""

    __tablename__ = "chain_heads"

    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_seq: Mapped[int] = mapped_column(BigId)
    last_hash: Mapped[str] = mapped_column(String(64))
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


APPEND_ONLY_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$
"""


def append_only(table_name: str) -> None:
    """Guard a table against UPDATE, DELETE and TRUNCATE by triggers on both databases."""
    for action in ("update", "delete"):
        on_create(
            table_name,
            "sqlite",
            f"CREATE TRIGGER {table_name}_no_{action} BEFORE {action.upper()} ON {table_name} "
            f"BEGIN SELECT RAISE(ABORT, '{table_name} is append-only'); END",
        )
    on_create(
        table_name,
        "postgresql",
        APPEND_ONLY_FUNCTION,
        f"CREATE TRIGGER {table_name}_no_change BEFORE UPDATE OR DELETE ON {table_name} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table_name}_no_truncate BEFORE TRUNCATE ON {table_name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    )


def never_emptied(table_name: str) -> None:
    """Guard a table whose rows change against TRUNCATE, which no trigger of its rows sees."""
    on_create(
        table_name,
        "postgresql",
        APPEND_ONLY_FUNCTION,
        f"CREATE TRIGGER {table_name}_kept BEFORE TRUNCATE ON {table_name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    )


append_only("activity")
append_only("activity_text")
