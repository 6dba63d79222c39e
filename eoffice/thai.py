"""Thai for people: labelled enums, digits, Buddhist dates and sizes.

The text rules (``normalise``, ``fold``, ``clusters``) live in ``eoffice.thai_text``, which imports
nothing, and are offered here as well.
"""

from __future__ import annotations

import enum
import re
from datetime import date, datetime, time
from typing import Literal, Self

from eoffice.clock import BUDDHIST_OFFSET, be_year, local
from eoffice.errors import Invalid
from eoffice.thai_text import (
    clusters,
    compose,
    fits_clusters,
    fold,
    normalise,
    to_arabic_digits,
    to_thai_digits,
)

__all__ = [
    "DateNotUnderstood",
    "LabelledEnum",
    "buddhist_year",
    "clusters",
    "compose",
    "file_size",
    "fits_clusters",
    "fold",
    "normalise",
    "parse_thai_date",
    "thai_date",
    "thai_datetime",
    "thai_time",
    "to_arabic_digits",
    "to_thai_digits",
]

Digits = Literal["arabic", "thai"]

MONTHS = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)
SHORT_MONTHS = (
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
)


class LabelledEnum(enum.StrEnum):
    """An enum whose members are written ``NAME = "code", "ป้ายไทย"``.

    The member is its code wherever text is wanted (``str``, ``format``, the database, JSON);
    ``label`` is what people read.
    """

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        """Make the member from its code and its label."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs of code and label in the order of the class, for a field of a form."""
        return [(str(member), member.label) for member in cls]


class DateNotUnderstood(Invalid):
    """A typed date must be one day of the calendar, in one of the ways people write it."""

    message = "อ่านวันที่ “{typed}” ไม่เข้าใจ กรุณาพิมพ์เช่น 18 พ.ค. 2569, 18/5/2569 หรือ 2026-05-18"


def buddhist_year(day: date) -> int:
    """The Buddhist year of a day; of an aware instant, that of its day in Bangkok."""
    return be_year(_bangkok_day(day))


def thai_date(day: date, *, long: bool = False, digits: Digits = "arabic") -> str:
    """A day as "18 พ.ค. 2569", long as "18 พฤษภาคม 2569"; an instant is shown in Bangkok."""
    day = _bangkok_day(day)
    month = (MONTHS if long else SHORT_MONTHS)[day.month - 1]
    return _in_digits(f"{day.day} {month} {be_year(day)}", digits)


def thai_time(at: datetime | time, *, digits: Digits = "arabic") -> str:
    """The time of day as "09.41 น."; an aware instant is shown in Bangkok."""
    if isinstance(at, datetime) and at.tzinfo is not None:
        at = local(at)
    return _in_digits(f"{at.hour:02d}.{at.minute:02d} น.", digits)


def thai_datetime(at: datetime, *, long: bool = False, digits: Digits = "arabic") -> str:
    """An instant as "18 พ.ค. 2569 09.41 น."; an aware one is shown in Bangkok."""
    return f"{thai_date(at, long=long, digits=digits)} {thai_time(at, digits=digits)}"


def file_size(count: int) -> str:
    """A number of bytes as people read it: "0 ไบต์", "512 ไบต์", "80 KB", "4.1 MB"."""
    if count < 1000:
        return f"{count} ไบต์"
    size = float(count)
    for unit in ("KB", "MB", "GB", "TB"):
        size /= 1024
        if size < 9.95 and unit != "KB":
            return f"{size:.1f} {unit}"
        if size < 999.5 or unit == "TB":
            return f"{max(size, 1):.0f} {unit}"
    raise AssertionError(count)


def parse_thai_date(text: str) -> date:
    """The day that was typed: พ.ศ. or ค.ศ., Thai or Arabic digits, months short, long or numbers.

    Without พ.ศ. or ค.ศ. a year of two digits or from 2400 on is Buddhist, one from 1800 to 2299
    is not. Raises ``DateNotUnderstood``.
    """
    typed = " ".join(normalise(text).split())
    for pattern, order in _PATTERNS:
        if match := pattern.fullmatch(typed):
            year, month, day = (match[name] for name in order)
            try:
                return date(_year(year, match["era"]), _month(month), int(day))
            except ValueError:
                break
    raise DateNotUnderstood(typed=typed[:60])


_ERA = r"(?P<era>พ\.? ?ศ\.?|ค\.? ?ศ\.?|)? ?"
_DAY_MONTH = r"(?P<day>\d{1,2}) ?(?P<month>[ก-๎]{1,2}\.? ?[ก-๎]+\.?)"
_PATTERNS: list[tuple[re.Pattern[str], tuple[str, str, str]]] = [
    (re.compile(pattern), ("year", "month", "day"))
    for pattern in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?P<era>)",
        r"(?P<day>\d{1,2}) ?[/.-] ?(?P<month>\d{1,2}) ?[/.-] ?" + _ERA + r"(?P<year>\d{4}|\d{2})",
        r"(?:(?:วัน[ก-๎]*)? ?ที่ ?|วัน[ก-๎]+ )?" + _DAY_MONTH + r",? ?" + _ERA + r"(?P<year>\d{4}|\d{2})",
    )
]
_MONTH_NUMBERS = {name.replace(".", ""): n for n, name in enumerate(SHORT_MONTHS, 1)}
_MONTH_NUMBERS |= {name: n for n, name in enumerate(MONTHS, 1)}


def _month(name: str) -> int:
    if name.isdigit():
        return int(name)
    name = name.replace(".", "").replace(" ", "")
    if name not in _MONTH_NUMBERS:
        raise ValueError(name)
    return _MONTH_NUMBERS[name]


def _year(digits: str, era: str | None) -> int:
    year = int(digits)
    is_common_era = bool(era) and str(era).startswith("ค")
    is_buddhist = bool(era) and not is_common_era
    if len(digits) == 2 and not is_common_era:
        year, is_buddhist = 2500 + year, True
    if is_buddhist or (not era and year >= 2400):
        year -= BUDDHIST_OFFSET
    if not 1800 <= year < 2300:
        raise ValueError(digits)
    return year


def _bangkok_day(day: date) -> date:
    if isinstance(day, datetime):
        return (local(day) if day.tzinfo is not None else day).date()
    return day


def _in_digits(text: str, digits: Digits) -> str:
    return to_thai_digits(text) if digits == "thai" else text
