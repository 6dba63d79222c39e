"""Marks of change: how a process knows that what it keeps of a table is still so.

Every change of the organisation's tables moves one random mark, by trigger and in the change's own
transaction. A request reads the mark with its sign-in session; while the mark stands, desks,
principals and names that were read before need not be read again. A mark never returns to an
earlier value, not even in a copy of the database that goes its own way.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from eoffice.db import Base, on_create

ORGANISATION, ANNOUNCEMENTS = "organisation", "announcements"
MOST_KEPT = 4_096

T = TypeVar("T")

_FUNCTION = """
CREATE OR REPLACE FUNCTION move_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO marks (name, value) VALUES (TG_ARGV[0], gen_random_uuid()::text)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value;
  RETURN NULL;
END $$
"""
_MOVE = """INSERT INTO marks (name, value) VALUES ('{}', lower(hex(randomblob(16))))
ON CONFLICT (name) DO UPDATE SET value = excluded.value"""


class Mark(Base):
    """What moves with every change of some tables; it says nothing but that they changed."""

    __tablename__ = "marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(36))


def moves(table_name: str, mark: str) -> None:
    """Let every change of a table move a mark, on both databases."""
    for action in ("insert", "update", "delete"):
        when = f"CREATE TRIGGER {table_name}_{action}_mark AFTER {action.upper()} ON {table_name}"
        on_create(table_name, "sqlite", f"{when} BEGIN {_MOVE.format(mark)}; END")
    on_create(
        table_name,
        "postgresql",
        _FUNCTION,
        f"CREATE TRIGGER {table_name}_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE "
        f"ON {table_name} FOR EACH STATEMENT EXECUTE FUNCTION move_mark('{mark}')",
    )


def value_of(mark: str) -> ColumnElement[str]:
    """The mark as a column of another query; empty while its tables never held anything."""
    return func.coalesce(select(Mark.value).where(Mark.name == mark).scalar_subquery(), "")


class Kept:
    """What one process keeps while a mark stands; the least used goes first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, mark: str | None, key: Hashable, make: Callable[[], T]) -> T:
        """What was made under this mark and key, or what ``make`` makes now.

        ``make`` must read in the transaction that read the mark. Without a mark nothing is kept.
        """
        if mark is None:
            return make()
        with self._lock:
            if (mark, key) in self._known:
                self._known.move_to_end((mark, key))
                return self._known[mark, key]
        made = make()
        with self._lock:
            self._known[mark, key] = made
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return made
