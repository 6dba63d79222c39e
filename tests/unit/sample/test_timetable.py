"""Office hours, the order of the agenda, and the clock that travels."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from eoffice import clock
from eoffice.sample.timetable import CLOSES, OPENS, SPAN, Agenda, Timetable, is_working_day


def bangkok(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=clock.BANGKOK)  # type: ignore[arg-type]


FRIDAY = bangkok(2026, 11, 20, 15, 0)


@pytest.fixture
def timetable() -> Timetable:
    return Timetable(FRIDAY, Random(1))


def test_days_ago_are_working_days(timetable: Timetable) -> None:
    days = [timetable.at(ago, 9).date() for ago in range(1, SPAN + 1)]
    assert days[0] == dt.date(2026, 11, 19)
    assert all(map(is_working_day, days))
    assert len(set(days)) == SPAN
    assert timetable.opening < timetable.at(SPAN, 8, 30)


@pytest.mark.parametrize(
    ("at", "minutes", "day"),
    [
        (bangkok(2026, 11, 20, 10, 0), 60, dt.date(2026, 11, 20)),
        (bangkok(2026, 11, 19, 16, 0), 60, dt.date(2026, 11, 20)),
        (bangkok(2026, 11, 20, 16, 0), 60, dt.date(2026, 11, 23)),
        (bangkok(2026, 11, 19, 16, 0), 600, dt.date(2026, 11, 20)),
        (bangkok(2026, 11, 21, 9, 0), 5, dt.date(2026, 11, 23)),
    ],
)
def test_what_comes_after_hours_waits_for_the_next_morning(
    timetable: Timetable, at: dt.datetime, minutes: int, day: dt.date
) -> None:
    later = clock.local(timetable.after(at, minutes))
    assert later.date() == day
    assert OPENS <= later.time() <= CLOSES
    assert later > at


def test_the_inbox_is_looked_into_morning_and_afternoon(timetable: Timetable) -> None:
    at = bangkok(2026, 11, 20, 9, 0)
    checks = [clock.local(timetable.next_check(at, half_days)) for half_days in range(3)]
    assert [(check.date().day, check.hour >= 13) for check in checks] == [
        (20, True),
        (23, False),
        (23, True),
    ]


def test_the_agenda_runs_in_order_with_the_clock_at_each_moment() -> None:
    agenda, seen = Agenda(FRIDAY), []
    first, second = FRIDAY - dt.timedelta(hours=3), FRIDAY - dt.timedelta(hours=2)

    def act() -> None:
        seen.append(clock.now())
        agenda.put(clock.now() + dt.timedelta(minutes=5), lambda: seen.append(clock.now()))

    agenda.put(second, lambda: seen.append(clock.now()))
    agenda.put(first, act)
    agenda.put(FRIDAY + dt.timedelta(minutes=1), lambda: seen.append(clock.now()))
    agenda.run()
    assert seen == [first, first + dt.timedelta(minutes=5), second]


def test_the_clock_travels_in_one_thread_only() -> None:
    with clock.travelling(FRIDAY), ThreadPoolExecutor(1) as pool:
        assert clock.now() == FRIDAY
        assert clock.today() == dt.date(2026, 11, 20)
        assert clock.this_year() == 2569
        assert pool.submit(clock.now).result() != FRIDAY
        with clock.travelling(FRIDAY + dt.timedelta(days=1)):
            assert clock.today() == dt.date(2026, 11, 21)
        assert clock.now() == FRIDAY
    assert abs(clock.now().timestamp() - dt.datetime.now(dt.UTC).timestamp()) < 60


def test_the_clock_comes_back_after_a_failure() -> None:
    with pytest.raises(LookupError), clock.travelling(FRIDAY):
        raise LookupError
    assert clock.now() != FRIDAY


def test_the_clock_needs_to_know_where_it_travels() -> None:
    with pytest.raises(ValueError, match="aware"), clock.travelling(dt.datetime(2026, 11, 20)):
        pass
