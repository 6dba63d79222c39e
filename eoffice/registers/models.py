"""Statutory books and their numbers: ``register_entries`` owns every number."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eoffice.activity.models import never_emptied
from eoffice.db import Base, BigId, UtcDateTime, new_public_id, on_create


class OfficeYear(Base):
    """An office's numbering of one Buddhist year: prefix, circular mode, announcements.

    ``version`` is how often it was set; a year begins with the settings of the one before it.
    """

    __tablename__ = "office_years"
    __table_args__ = (CheckConstraint("circular_series IN ('own', 'shared')", name="circular"),)
    object_kind = "office_year"

    office_id: Mapped[int] = mapped_column(
        ForeignKey("offices.id"), primary_key=True, autoincrement=False
    )
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prefix: Mapped[str] = mapped_column(String(40), default="")
    circular_series: Mapped[str] = mapped_column(String(10), default="own")
    numbers_announcements: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=0)


class Book(Base):
    """One series of one office in one year; ``group_key`` is the group's id or 0 for the office.

    ``first_no`` is fixed before the first number is given; ``last_no`` only moves forward.
    """

    __tablename__ = "books"
    __table_args__ = (
        UniqueConstraint("office_id", "group_key", "series", "year"),
        CheckConstraint("first_no >= 1", name="first"),
        CheckConstraint("last_no >= first_no - 1", name="last"),
        CheckConstraint(
            "series IN ('receive', 'send', 'circular', 'order', 'announcement')", name="series"
        ),
    )
    object_kind = "book"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    group_key: Mapped[int] = mapped_column(default=0)
    series: Mapped[str] = mapped_column(String(20))
    year: Mapped[int]
    first_no: Mapped[int] = mapped_column(default=1)
    last_no: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closing_remark: Mapped[str] = mapped_column(Text, default="")


class RegisterEntry(Base):
    """One number in a book with the columns of form 13 or 14 as they stood when it was given."""

    __tablename__ = "register_entries"
    __table_args__ = (
        UniqueConstraint("book_id", "number"),
        CheckConstraint("state IN ('issued', 'reserved', 'cancelled')", name="state"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("state <> 'cancelled' OR reason <> ''", name="reason"),
        Index("ix_register_entries_letter", "letter_id"),
    )
    object_kind = "register_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    entered_on: Mapped[date]
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    holder_post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    ref_no: Mapped[str] = mapped_column(String(80), default="")
    ref_date: Mapped[date | None]
    from_text: Mapped[str] = mapped_column(String(300), default="")
    to_text: Mapped[str] = mapped_column(Text, default="")
    subject: Mapped[str] = mapped_column(Text, default="")
    action_taken: Mapped[str] = mapped_column(Text, default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def as_given(self) -> dict[str, Any]:
        """The row as it stands now, for the act's own line in the log: ``eoffice check`` compares
        the register with what the acts say (assurance IA-04 h)."""
        return {name: getattr(self, name) for name in GIVEN}


GIVEN = (
    "public_id",
    "book_id",
    "number",
    "state",
    "entered_on",
    "entered_at",
    "entered_by",
    "letter_id",
    "ref_no",
    "ref_date",
    "from_text",
    "to_text",
    "subject",
)
"""Not the remark: it may be free text, which stands apart from the chain under a salted hash."""
_ALWAYS = ("book_id", "number", "entered_on", "entered_at")
_ISSUED = ("ref_no", "ref_date", "from_text", "subject", "letter_id")


def _any_changed(names: tuple[str, ...], distinct: str) -> str:
    return " OR ".join(f"NEW.{name} {distinct} OLD.{name}" for name in names)


def _refusal(name: str, moment: str, table: str, when: str, message: str) -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {moment} ON {table} {when} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def _fixed(is_changed: str) -> str:
    return f"{_any_changed(_ALWAYS, is_changed)} OR OLD.state = 'cancelled' OR " + (
        f"(OLD.state = 'issued' AND ({_any_changed(_ISSUED, is_changed)} "
        "OR NEW.state = 'reserved'))"
    )


def _guard(name: str, table: str, condition: str, message: str) -> tuple[str, str]:
    return (
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{_NO_DELETE}'; END IF;
  IF {condition} THEN RAISE EXCEPTION '{message}'; END IF;
  RETURN NEW;
END $$""",
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


_NO_DELETE = "numbers are not deleted"
_ENTRY_FIXED = "a register entry is fixed"
_FORWARD = "numbers only move forward"
_BACKWARD = (
    "OLD.last_no >= OLD.first_no AND (NEW.last_no < OLD.last_no OR NEW.first_no <> OLD.first_no)"
)
on_create(
    "register_entries",
    "sqlite",
    _refusal("entries_no_delete", "DELETE", "register_entries", "", _NO_DELETE),
    _refusal(
        "entries_fixed", "UPDATE", "register_entries", f"WHEN {_fixed('IS NOT')}", _ENTRY_FIXED
    ),
)
on_create(
    "books",
    "sqlite",
    _refusal("books_no_delete", "DELETE", "books", "", _NO_DELETE),
    _refusal("books_forward", "UPDATE", "books", f"WHEN {_BACKWARD}", _FORWARD),
)
on_create(
    "register_entries",
    "postgresql",
    *_guard("entries_fixed", "register_entries", _fixed("IS DISTINCT FROM"), _ENTRY_FIXED),
)
on_create("books", "postgresql", *_guard("books_forward", "books", _BACKWARD, _FORWARD))
for _table in ("books", "register_entries"):
    never_emptied(_table)
