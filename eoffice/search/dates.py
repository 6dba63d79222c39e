"""Dates typed in the box of a query: a day, a month, a year, or from–to, as people write them.

``18 พ.ค. 2569``, ``18/5/69``, ``2026-05-18`` are a day; ``พ.ค. 2569`` a month; ``ปี 2569`` and
``พ.ศ. 2569`` a year; ``1-15 พ.ค. 2569``, ``พ.ค.-มิ.ย. 2569`` and ``1 พ.ค. 2569 ถึง 15 มิ.ย. 2569``
are ranges. A year of two digits is Buddhist, and so is one from 2400 on. ``ปีการศึกษา 2569``,
``ปีงบประมาณ 2569``, ``ประจำเดือน…`` and a bare ``2569`` stay words: subjects are full of them.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from eoffice.clock import BUDDHIST_OFFSET
from eoffice.thai import MONTHS, SHORT_MONTHS


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days from ``first`` to ``last``, both included, and the text that was understood so."""

    first: date
    last: date
    text: str = ""

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def _short(name: str) -> str:
    """``พ.ค.``, ``พ. ค.``, ``พค.``, ``พ.ค`` : the letters with at least one dot."""
    head, tail = name.rstrip(".").split(".")
    return rf"{head}\.\s?{tail}\.?|{head}{tail}\.|{head}{tail}(?![\u0e01-\u0e4e])"


_NUMBER_OF: dict[str, int] = {name: n for n, name in enumerate(MONTHS, 1)}
_NUMBER_OF |= {name.replace(".", ""): n for n, name in enumerate(SHORT_MONTHS, 1)}
_MONTH = "(?:" + "|".join([*MONTHS, *(_short(name) for name in SHORT_MONTHS)]) + ")"
_ERA = r"(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?)"
_YEAR = rf"\s{{0,3}}(?P<era>{_ERA})?\s{{0,3}}(?P<year>\d{{4}}|\d{{2}})(?![\d/]|[.:]\d)"
_DASH = r"\s{0,3}(?:-|–|—|ถึง)\s{0,3}"
_LEAD = r"(?:ลงวันที่|เมื่อวันที่|ณ วันที่|วันที่|เดือน)?\s{0,3}"

_DAYS = re.compile(
    rf"{_LEAD}(?P<day>\d{{1,2}})(?:{_DASH}(?P<last>\d{{1,2}}))?\s{{0,3}}(?P<month>{_MONTH}){_YEAR}"
)
_FIGURES = re.compile(
    rf"{_LEAD}(?P<day>\d{{1,2}})(?P<sep>[/.-])(?P<month>\d{{1,2}})(?P=sep)"
    r"(?P<era>)(?P<year>\d{4}|\d{2})(?![\d/])"
)
_ISO = re.compile(
    rf"{_LEAD}(?P<era>)(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?![\d-])"
)
_OF_MONTH = re.compile(rf"{_LEAD}(?P<month>{_MONTH})(?:{_DASH}(?P<until>{_MONTH}))?{_YEAR}")
_OF_YEAR = re.compile(
    rf"(?:(?:ประจำ)?ปี\s{{0,3}}(?P<era>{_ERA})?|(?P<era2>{_ERA}))\s{{0,3}}"
    r"(?P<year>\d{4})(?!\d|/)"
)
_TO = re.compile(_DASH)


def date_at(text: str, start: int) -> tuple[DateRange, int] | None:
    """The date or range that begins at ``start`` of a normalised text, and where it ends."""
    found = _single(text, start)
    if found is None:
        return None
    first, end = found
    joint = _TO.match(text, end)
    if joint and (until := _single(text, joint.end())) and until[0].last >= first.first:
        last, end = until
        first = DateRange(first.first, last.last)
    return DateRange(first.first, first.last, text[start:end].strip()), end


def _single(text: str, start: int) -> tuple[DateRange, int] | None:
    for pattern, meaning in _MEANINGS:
        if match := pattern.match(text, start):
            try:
                days = meaning(match)
            except ValueError:
                continue
            if days.first <= days.last:
                return days, match.end()
    return None


def _days(match: re.Match[str]) -> DateRange:
    year, month = _year(match["year"], match["era"]), _month(match["month"])
    last = match.groupdict().get("last") or match["day"]
    return DateRange(date(year, month, int(match["day"])), date(year, month, int(last)))


def _months(match: re.Match[str]) -> DateRange:
    year, month = _year(match["year"], match["era"]), _month(match["month"])
    until = _month(match["until"]) if match["until"] else month
    return DateRange(date(year, month, 1), date(year, until, calendar.monthrange(year, until)[1]))


def _whole_year(match: re.Match[str]) -> DateRange:
    year = _year(match["year"], match["era"] or match["era2"])
    return DateRange(date(year, 1, 1), date(year, 12, 31))


_MEANINGS = (
    (_DAYS, _days),
    (_FIGURES, _days),
    (_ISO, _days),
    (_OF_MONTH, _months),
    (_OF_YEAR, _whole_year),
)


def _month(name: str) -> int:
    if name.isdigit():
        return int(name)
    return _NUMBER_OF[re.sub(r"[.\s]", "", name)]


def _year(digits: str, era: str | None) -> int:
    year = int(digits)
    is_common_era = bool(era) and str(era).startswith("ค")
    if len(digits) == 2 and not is_common_era:
        year += 2500 - BUDDHIST_OFFSET
    elif (era and not is_common_era) or (not era and year >= 2400):
        year -= BUDDHIST_OFFSET
    if not 1800 <= year < 2300:
        raise ValueError(digits)
    return year
