"""When things happen in an office: working days, office hours, and the agenda of the month."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from eoffice import clock

SPAN = 22
OPENS, CLOSES = time(8, 35), time(16, 25)
Act = Callable[[], None]


class Timetable:
    """The last working days before now; no act of the sample lies outside office hours."""

    def __init__(self, now: datetime, random: Random) -> None:
        self.now, self._random = now, random
        self.today = clock.day_of(now)
        day, self._days = self.today, [self.today]
        while len(self._days) <= SPAN:
            day -= timedelta(days=1)
            if is_working_day(day):
                self._days.append(day)
        self.opening = self._moment(self._days[-1] - timedelta(days=10), 9, 0)

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """A moment so many working days ago (1 is the last whole one)."""
        return self._moment(self._days[days_ago], hour, minute)

    def after(self, at: datetime, minutes: float) -> datetime:
        """So much later, put off to the next working morning when the office is closed then."""
        later = clock.local(at + timedelta(minutes=minutes))
        day = later.date()
        if is_working_day(day) and OPENS <= later.time() <= CLOSES:
            return later
        if not is_working_day(day) or later.time() > CLOSES:
            day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
        minutes_in = self._random.uniform(0, 55)
        return self._moment(day, OPENS.hour, OPENS.minute) + timedelta(minutes=minutes_in)

    def next_check(self, at: datetime, half_days: int) -> datetime:
        """The morning or afternoon look into the inbox, so many half-days on (App. 6 §4.1.2)."""
        moment = clock.local(at)
        for _ in range(half_days + 1):
            is_morning = moment.time() < time(13, 0)
            target = time(13, 5) if is_morning else OPENS
            day = moment.date() if is_morning else moment.date() + timedelta(days=1)
            while not is_working_day(day):
                day, target = day + timedelta(days=1), OPENS
            moment = datetime.combine(day, target, clock.BANGKOK)
        return moment + timedelta(minutes=self._random.uniform(0, 70))

    def _moment(self, day: date, hour: int, minute: int) -> datetime:
        second = timedelta(seconds=self._random.uniform(1, 58))
        return datetime.combine(day, time(hour, minute), clock.BANGKOK) + second


class Agenda:
    """Acts in the order of their times; what would come after now never happens."""

    def __init__(self, now: datetime) -> None:
        self._now, self._order = now, count()
        self._waiting: list[tuple[datetime, int, Act]] = []

    def put(self, at: datetime, act: Act) -> None:
        """Let an act be done at a moment."""
        if at < self._now:
            heapq.heappush(self._waiting, (at, next(self._order), act))

    def run(self) -> None:
        """Do every act with the clock at its own moment; acts may put further ones."""
        while self._waiting:
            at, _, act = heapq.heappop(self._waiting)
            with clock.travelling(at):
                act()


def is_working_day(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < 5
