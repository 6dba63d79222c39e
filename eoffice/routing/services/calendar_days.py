"""The district changes the calendar: a holiday more, or one less."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.documents.services.drafting import check_text
from eoffice.routing.models import CalendarDay
from eoffice.users.permissions import require
from eoffice.verbs import Verb


def set_calendar_day(session: Session, actor: Actor, day: date, name: str) -> CalendarDay:
    """Make a day a holiday of this name; without a name, a working day."""
    require(actor, Verb.SET_CALENDAR)
    name = check_text("ชื่อวันหยุด", name, 200)
    row = session.get(CalendarDay, day) or CalendarDay(day=day)
    row.name = name
    session.add(row)
    session.flush()
    record(session, actor, Verb.SET_CALENDAR, None, day=day.isoformat(), name=name)
    return row
