"""The only place that reads the time.

Instants are aware UTC datetimes; days and years are those of Asia/Bangkok, because a number
belongs to the calendar year in which the office works (ข้อ 38.2, 43.1.2).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")
BUDDHIST_OFFSET = 543

_travelled: ContextVar[datetime | None] = ContextVar("travelled", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC, to the microsecond."""
    return _travelled.get() or datetime.fromtimestamp(time.time(), UTC)


@contextmanager
def travelling(at: datetime) -> Iterator[None]:
    """Let the clock stand at an instant, in this thread or task only; used by the sample district.

    Raises ``ValueError`` for an instant without a time zone. The innermost journey counts.
    """
    if at.tzinfo is None:
        raise ValueError("the clock travels to an aware instant")
    token = _travelled.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _travelled.reset(token)


def local(at: datetime) -> datetime:
    """The same instant on a Bangkok wall clock."""
    return at.astimezone(BANGKOK)


def today() -> date:
    """The calendar day in Bangkok now."""
    return local(now()).date()


def day_of(at: datetime) -> date:
    """The calendar day in Bangkok of an instant."""
    return local(at).date()


def be_year(day: date) -> int:
    """The Buddhist year of a day (register years are calendar years, ข้อ 38.2)."""
    return day.year + BUDDHIST_OFFSET


def this_year() -> int:
    """The Buddhist year now."""
    return be_year(today())


def start_of_day(day: date) -> datetime:
    """The first instant of a Bangkok day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=BANGKOK).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The first instant after a Bangkok day, in UTC (dates of holdings are inclusive)."""
    return start_of_day(day + timedelta(days=1))
