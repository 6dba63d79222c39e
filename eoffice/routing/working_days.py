"""The one calendar of the product: usual holidays, as the district has changed them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.routing.models import CalendarDay
from eoffice.routing.public_holidays import usual_holidays

SATURDAY = 5


def holidays(session: Session, year: int) -> dict[date, str]:
    """The holidays of a Gregorian year in order: the usual ones with the district's changes."""
    found = usual_holidays(year)
    changes = select(CalendarDay).where(
        CalendarDay.day >= date(year, 1, 1), CalendarDay.day <= date(year, 12, 31)
    )
    for change in session.scalars(changes):
        if change.name:
            found[change.day] = change.name
        else:
            found.pop(change.day, None)
    return dict(sorted(found.items()))


def is_working_day(session: Session, day: date) -> bool:
    """Whether offices work on a day: no weekend, no holiday."""
    return day.weekday() < SATURDAY and day not in holidays(session, day.year)


def working_day_before(session: Session, day: date) -> date:
    """The last working day before a day."""
    return _next(session, day, -1)


def working_day_after(session: Session, day: date) -> date:
    """The first working day after a day."""
    return _next(session, day, 1)


def after_working_hours(session: Session, at: datetime, hours: int) -> datetime:
    """The instant so many hours later, when the days on which offices do not work count nothing.

    The clock of a working day runs from midnight to midnight: 24 hours from Friday 16.00 end on
    Monday 16.00.
    """
    left = timedelta(hours=hours)
    while True:
        day = clock.day_of(at)
        midnight = datetime.combine(day + timedelta(days=1), time(), clock.BANGKOK).astimezone(UTC)
        if is_working_day(session, day):
            if left <= midnight - at:
                return at + left
            left -= midnight - at
        at = midnight


def _next(session: Session, day: date, step: int) -> date:
    day += timedelta(days=step)
    while not is_working_day(session, day):
        day += timedelta(days=step)
    return day
