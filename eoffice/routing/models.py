"""Deliveries between offices, the case inside an office, tasks, endorsements, recipient lists."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from eoffice.activity.models import append_only, never_emptied
from eoffice.db import Base, BigId, UtcDateTime, new_public_id

LIVE = "state NOT IN ('rejected', 'recalled', 'failed', 'voided')"


class Delivery(Base):
    """A letter on its way to one office. ``sort_key`` is urgency·2^40 + id: the inbox order.

    ``from_office_id`` is the letter's office, kept here too: what a sender waits for is counted by
    every poll of its desks.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint(
            "state IN ('arrived', 'received', 'rejected', 'recalled', 'sent', 'delivered', "
            "'failed', 'voided')",
            name="state",
        ),
        CheckConstraint("part IN ('to', 'cc')", name="part"),
        CheckConstraint("channel IN ('system', 'post', 'email', 'hand')", name="channel"),
        CheckConstraint("state <> 'received' OR entry_id IS NOT NULL", name="received"),
        CheckConstraint("state NOT IN ('rejected', 'failed') OR reason <> ''", name="reason"),
        Index(
            "uq_deliveries_live",
            "letter_id",
            "office_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index("ix_deliveries_inbox", "office_id", "state", "sort_key"),
        Index("ix_deliveries_office", "office_id", "sort_key"),
        Index("ix_deliveries_letter", "letter_id", "state"),
        Index("ix_deliveries_sender", "from_office_id", "state", "letter_id"),
    )
    object_kind = "delivery"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    version: Mapped[int] = mapped_column(default=1)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    from_office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    part: Mapped[str] = mapped_column(String(4), default="to")
    channel: Mapped[str] = mapped_column(String(10), default="system")
    state: Mapped[str] = mapped_column(String(12))
    sort_key: Mapped[int] = mapped_column(BigInteger, default=0)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_opened_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    settled_by_name: Mapped[str] = mapped_column(String(200), default="")
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entries.id"), index=True)
    receive_no: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    delivered_on: Mapped[date | None]
    delivered_to: Mapped[str] = mapped_column(String(200), default="")
    proof: Mapped[str] = mapped_column(String(300), default="")


class Reminder(Base):
    """A reminder to a receiving registry: at most one a day for each delivery."""

    __tablename__ = "reminders"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), primary_key=True)
    reminded_on: Mapped[date] = mapped_column(primary_key=True)
    reminded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PhoneConfirmation(Base):
    """ยืนยันทางโทรศัพท์: who called whom about an arrived letter, and when (App. 7 §5.5)."""

    __tablename__ = "phone_confirmations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), index=True)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    with_whom: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(300), default="")
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    noted_by_name: Mapped[str] = mapped_column(String(200))


class Case(Base):
    """A receiving office's own handling of a letter; it never crosses to another office."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(
            "state IN ('registered', 'routed', 'proposed', 'ordered', 'done', 'filed', 'voided')",
            name="state",
        ),
        Index("ix_cases_office_state", "office_id", "state", "id"),
    )
    object_kind = "case"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    version: Mapped[int] = mapped_column(default=1)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), index=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), unique=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    state: Mapped[str] = mapped_column(String(12), default="registered")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    filed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    folder: Mapped[str] = mapped_column(String(80), default="")


class Task(Base):
    """One post's to-do on a draft or a case; from ``skip_at`` on the next level may act too."""

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("(letter_id IS NULL) <> (case_id IS NULL)", name="subject"),
        CheckConstraint(
            "state IN ('open', 'acknowledged', 'in_progress', 'reported', 'done', 'sent_back', "
            "'withdrawn', 'skipped')",
            name="state",
        ),
        CheckConstraint("state <> 'skipped' OR skip_at IS NOT NULL", name="skipped"),
        Index(
            "uq_tasks_one_order",
            "case_id",
            unique=True,
            sqlite_where=text("kind = 'order' AND state = 'open'"),
            postgresql_where=text("kind = 'order' AND state = 'open'"),
        ),
        Index("ix_tasks_post", "post_id", "state", "kind", "id"),
        Index("ix_tasks_giver", "from_post_id", "state"),
        Index("ix_tasks_letter", "letter_id"),
        Index("ix_tasks_case", "case_id"),
    )
    object_kind = "task"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(20))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    from_post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    level: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(14), default="open")
    note: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    skip_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Endorsement(Base):
    """เกษียน: an append-only note with name, position and acting words as they were (ข้อ 26)."""

    __tablename__ = "endorsements"
    __table_args__ = (
        CheckConstraint("(letter_id IS NULL) <> (case_id IS NULL)", name="subject"),
        Index("ix_endorsements_letter", "letter_id"),
        Index("ix_endorsements_case", "case_id"),
    )
    object_kind = "endorsement"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    verb: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[str] = mapped_column(String(300))
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("signatures.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CalendarDay(Base):
    """A day that the district made a holiday, or (without a name) a working day."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")


class InboxCheck(Base):
    """Somebody looked into the box of an office (App. 6 §4.1.2)."""

    __tablename__ = "inbox_checks"
    __table_args__ = (Index("ix_inbox_checks_office", "office_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApprovalStep(Base):
    """A post on the path that an office sets for its drafts; one ``position`` is one level.

    ``group_key`` is the id of the group whose drafts take this path, or 0 for the whole office;
    ``skip_hours`` are the working hours after which the level may be skipped.
    """

    __tablename__ = "approval_steps"
    __table_args__ = (
        UniqueConstraint("office_id", "group_key", "kind", "is_short", "post_id"),
        CheckConstraint("skip_hours IS NULL OR skip_hours BETWEEN 1 AND 240", name="skip_hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    group_key: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(20), default="")
    is_short: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    is_any: Mapped[bool] = mapped_column(default=False)
    skip_hours: Mapped[int | None]


class SigningAuthority(Base):
    """A line of an office's list of signing authority: a post beside the head's that signs letters
    of a kind (empty: of every kind), by which order and how (App. 3 §1–2)."""

    __tablename__ = "signing_authorities"
    __table_args__ = (
        CheckConstraint("how IN ('delegated', 'own')", name="how"),
        CheckConstraint("order_no <> ''", name="order"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        Index("ix_signing_authorities_office", "office_id", "post_id", "kind"),
    )
    object_kind = "signing_authority"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    kind: Mapped[str] = mapped_column(String(20), default="")
    how: Mapped[str] = mapped_column(String(10))
    matters: Mapped[str] = mapped_column(String(500), default="")
    order_no: Mapped[str] = mapped_column(String(80))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Phrase(Base):
    """A phrase that a person endorses with again and again."""

    __tablename__ = "phrases"
    __table_args__ = (UniqueConstraint("person_id", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(200))


class RecipientList(Base):
    """กลุ่มผู้รับ: a named list of offices kept by one office."""

    __tablename__ = "recipient_lists"
    __table_args__ = (UniqueConstraint("office_id", "name"),)
    object_kind = "recipient_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    name: Mapped[str] = mapped_column(String(200))


class RecipientListMember(Base):
    """An office on a recipient list."""

    __tablename__ = "recipient_list_members"

    list_id: Mapped[int] = mapped_column(
        ForeignKey("recipient_lists.id", ondelete="CASCADE"), primary_key=True
    )
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), primary_key=True)


class FolderCount(Base):
    """How many deliveries of a state an office has; ``version`` moves with every change."""

    __tablename__ = "folder_counts"

    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), primary_key=True)
    folder: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(BigInteger, default=0)


append_only("endorsements")
append_only("phone_confirmations")
append_only("inbox_checks")
for _table in ("deliveries", "cases", "tasks"):
    never_emptied(_table)
