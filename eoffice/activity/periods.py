"""Periods of the per-person activity register: month, fiscal year, calendar year, free choice."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime

from eoffice import clock
from eoffice.errors import Invalid
from eoffice.thai import LabelledEnum, parse_thai_date, thai_date

FISCAL_START_MONTH = 10


class PeriodKind(LabelledEnum):
    """How a period is chosen; the fiscal year runs 1 Oct – 30 Sep (domain.md §13)."""

    MONTH = "month", "รายเดือน"
    FISCAL = "fiscal", "ปีงบประมาณ"
    CALENDAR = "calendar", "ปีปฏิทิน"
    CUSTOM = "custom", "ช่วงวันที่"


class PeriodWrong(Invalid):
    """A period is understood and ends on or after the day it begins."""

    message = "ช่วงเวลาไม่ถูกต้อง กรุณาเลือกเดือนหรือปี หรือกรอกวันเริ่มและวันสิ้นสุดให้ครบ"


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both inside (Bangkok days)."""

    kind: PeriodKind
    first: date
    last: date

    @property
    def begins_at(self) -> datetime:
        """The first instant of the period."""
        return clock.start_of_day(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the period."""
        return clock.end_of_day(self.last)

    @property
    def label(self) -> str:
        """The period in words."""
        return f"{thai_date(self.first)} ถึง {thai_date(self.last)}"


def month_of(day: date) -> Period:
    """The calendar month of a day."""
    last = monthrange(day.year, day.month)[1]
    return Period(PeriodKind.MONTH, day.replace(day=1), day.replace(day=last))


def fiscal_year(be_year: int) -> Period:
    """ปีงบประมาณ: fiscal year 2570 is 1 Oct 2569 – 30 Sep 2570."""
    year = be_year - clock.BUDDHIST_OFFSET
    return Period(
        PeriodKind.FISCAL,
        date(year - 1, FISCAL_START_MONTH, 1),
        date(year, FISCAL_START_MONTH - 1, 30),
    )


def calendar_year(be_year: int) -> Period:
    """ปีปฏิทิน."""
    year = be_year - clock.BUDDHIST_OFFSET
    return Period(PeriodKind.CALENDAR, date(year, 1, 1), date(year, 12, 31))


def period_of(
    kind: str, *, year: str = "", month: str = "", first: str = "", last: str = ""
) -> Period:
    """The period a form asks for, this month when it asks for nothing. Raises ``PeriodWrong``."""
    try:
        wanted = PeriodKind(kind or PeriodKind.MONTH.value)
        if wanted is PeriodKind.CUSTOM:
            begin, end = parse_thai_date(first), parse_thai_date(last)
            if end < begin:
                raise PeriodWrong
            return Period(wanted, begin, end)
        be_year = int(year) if year else clock.this_year()
        if wanted is PeriodKind.FISCAL:
            return fiscal_year(be_year)
        if wanted is PeriodKind.CALENDAR:
            return calendar_year(be_year)
        number = int(month) if month else clock.today().month
        return month_of(date(be_year - clock.BUDDHIST_OFFSET, number, 1))
    except (ValueError, Invalid) as error:
        raise PeriodWrong from error
