"""Offices, groups, networks, posts, people, holdings, and whom access can be given to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eoffice.db import Base, BigId, UtcDateTime, new_public_id
from eoffice.marks import ORGANISATION, moves
from eoffice.users.refusals import ScopePart

PUBLIC_ID = String(20)


class Network(Base):
    """A network of schools (ศูนย์เครือข่าย): a list of recipients, not a register."""

    __tablename__ = "networks"
    object_kind = "network"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PUBLIC_ID, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    version: Mapped[int] = mapped_column(default=1)


class Office(Base):
    """The district office, a school, or an agency outside the system."""

    __tablename__ = "offices"
    __table_args__ = (
        CheckConstraint("kind IN ('district', 'school', 'agency')", name="kind"),
        CheckConstraint("successor_id IS NULL OR successor_id <> id", name="successor"),
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="dates"),
        Index(
            "uq_offices_one_district",
            "kind",
            unique=True,
            sqlite_where=text("kind = 'district'"),
            postgresql_where=text("kind = 'district'"),
        ),
    )
    object_kind = "office"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PUBLIC_ID, unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(80), default="")
    network_id: Mapped[int | None] = mapped_column(ForeignKey("networks.id"), index=True)
    address: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    saraban_email: Mapped[str] = mapped_column(String(120), default="")
    all_staff_read: Mapped[bool] = mapped_column(default=False)
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    version: Mapped[int] = mapped_column(default=1)

    network: Mapped[Network | None] = relationship(lazy="raise")

    @property
    def display_name(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name


class Group(Base):
    """A group (กลุ่ม/หน่วย) inside an office, dated."""

    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("office_id", "name"),)
    object_kind = "group"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PUBLIC_ID, unique=True, default=new_public_id)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(default=0)
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class Post(Base):
    """A seat in an office; it exists without a holder and carries roles."""

    __tablename__ = "posts"
    object_kind = "post"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PUBLIC_ID, unique=True, default=new_public_id)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    title: Mapped[str] = mapped_column(String(200))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class PostRole(Base):
    """A role of a post, by order no. and dates (App. 6 §4.1.1)."""

    __tablename__ = "post_roles"
    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),)
    object_kind = "post_role"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    order_no: Mapped[str] = mapped_column(String(80), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Person(Base):
    """A person; prefix, rank and academic title stand apart (App. 3 §3)."""

    __tablename__ = "people"
    object_kind = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PUBLIC_ID, unique=True, default=new_public_id)
    prefix: Mapped[str] = mapped_column(String(40), default="")
    rank: Mapped[str] = mapped_column(String(60), default="")
    academic_title: Mapped[str] = mapped_column(String(60), default="")
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    version: Mapped[int] = mapped_column(default=1)

    @property
    def full_name(self) -> str:
        """Name as it stands under a signature: rank or title, prefix, first and last name."""
        titles = [self.rank or self.academic_title, self.prefix + self.first_name, self.last_name]
        return " ".join(title for title in titles if title)


class Holding(Base):
    """A person at a post: substantive or acting, with dates, order no. and scope.

    ``scope`` is what the order says in words; ``scope_parts`` and ``scope_kinds`` are the codes of
    the parts of the work and of the kinds of letters that a delegation is limited to (empty: all).
    """

    __tablename__ = "holdings"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        CheckConstraint(
            "kind IN ('substantive', 'acting_for', 'delegated', 'in_charge')", name="kind"
        ),
        CheckConstraint(
            "kind = 'substantive' OR (order_no <> '' AND ends_on IS NOT NULL)", name="acting"
        ),
        CheckConstraint(
            "kind = 'delegated' OR (scope_parts = '' AND scope_kinds = '')", name="scope"
        ),
    )
    object_kind = "holding"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PUBLIC_ID, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="substantive")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    order_no: Mapped[str] = mapped_column(String(80), default="")
    scope: Mapped[str] = mapped_column(Text, default="")
    scope_parts: Mapped[str] = mapped_column(String(120), default="")
    scope_kinds: Mapped[str] = mapped_column(String(120), default="")
    is_main: Mapped[bool] = mapped_column(default=False)

    @property
    def part_labels(self) -> list[str]:
        """The parts of the work that a delegation is limited to, in words."""
        return [ScopePart(code).label for code in self.scope_parts.split()]


class Principal(Base):
    """Whom access is given to: an office's registry, a group, a post or a person."""

    __tablename__ = "principals"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        CheckConstraint("kind IN ('registry', 'group', 'post', 'person')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[int]


class Access(Base):
    """Visibility as data: who reads which letter or case, since and until when, by which act."""

    __tablename__ = "access"
    __table_args__ = (
        CheckConstraint("object_kind IN ('letter', 'case')", name="object_kind"),
        CheckConstraint("ends_at IS NULL OR ends_at >= since", name="dates"),
        Index(
            "uq_access_live",
            "object_kind",
            "object_id",
            "principal_id",
            unique=True,
            sqlite_where=text("ends_at IS NULL"),
            postgresql_where=text("ends_at IS NULL"),
        ),
        Index("ix_access_principal", "principal_id", "object_kind", "object_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    object_kind: Mapped[str] = mapped_column(String(10))
    object_id: Mapped[int] = mapped_column(BigId)
    principal_id: Mapped[int] = mapped_column(ForeignKey("principals.id"))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    act: Mapped[str] = mapped_column(String(40))


class Setting(Base):
    """A fact about the installation: its id, the lock on numbering after a restore."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


for _table in ("offices", "groups", "posts", "post_roles", "people", "holdings", "principals"):
    moves(_table, ORGANISATION)
