"""Template filters: Thai dates, sizes, and words that a line may not break.

Dates and sizes are those of ``eoffice.thai``; here they only become safe to use in a template
(nothing in, nothing out) and, where asked, a ``<time>`` element.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from eoffice import clock
from eoffice.thai import file_size, thai_date, thai_datetime, thai_time, to_thai_digits

WEEKDAYS = "จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์ อาทิตย์".split()
SOON_DAYS = 3
"""A due date this many days ahead or less is shown as near."""


def install(app: Flask) -> None:
    """Register every filter of this module and the global ``now``."""
    app.jinja_env.filters.update(
        thdate=_or_nothing(thai_date),
        thlongdate=_or_nothing(long_date),
        thweekday=_or_nothing(weekday_date),
        thtime=_or_nothing(thai_time),
        thdatetime=_or_nothing(thai_datetime),
        on=_or_nothing(on),
        when=_or_nothing(when),
        relday=_or_nothing(relday),
        due_kind=_or_nothing(due_kind),
        due_words=_or_nothing(due_words),
        due_cell=_or_nothing(due_cell),
        has_time=has_time,
        filesize=_or_nothing(file_size),
        number=_or_nothing(number),
        thaidigits=_or_nothing(thaidigits),
        keep=keep,
    )
    app.jinja_env.globals["now"] = clock.now


def long_date(day: date) -> str:
    """A day in full: "18 พฤษภาคม 2569"."""
    return thai_date(day, long=True)


def weekday_date(day: date) -> str:
    """A day with its weekday: "วันอังคารที่ 9 มิถุนายน 2569"."""
    return f"วัน{WEEKDAYS[_day(day).weekday()]}ที่ {thai_date(day, long=True)}"


def on(day: date) -> Markup:
    """A ``<time>`` element with the short date."""
    return _time_element(_day(day))


@lru_cache(maxsize=1024)
def _time_element(day: date) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), thai_date(day))


def when(at: date) -> Markup:
    """A ``<time>`` element with date and time of day; of a plain date, the date alone."""
    if not isinstance(at, datetime):
        return on(at)
    stamp = clock.local(at).isoformat(timespec="minutes")
    return Markup('<time datetime="{}">{}</time>').format(stamp, thai_datetime(at))


def relday(day: date) -> str:
    """How far a day is from today. Stands only beside the absolute date."""
    distance = (_day(day) - clock.today()).days
    near = {-1: "เมื่อวาน", 0: "วันนี้", 1: "พรุ่งนี้"}
    if distance in near:
        return near[distance]
    return f"อีก {distance} วัน" if distance > 0 else f"{-distance} วันก่อน"


def due_kind(due: date) -> str:
    """``overdue``, ``soon`` (up to three days ahead) or nothing."""
    if _is_past(due):
        return "overdue"
    return "soon" if (_day(due) - clock.today()).days <= SOON_DAYS else ""


def due_words(due: date) -> str:
    """How far a due date is, in words; past ones say by how many days."""
    if not _is_past(due):
        return relday(due)
    days = (clock.today() - _day(due)).days
    return f"เกินกำหนด {days} วัน" if days else "เกินกำหนดแล้ว"


def due_cell(due: date, is_done: bool = False) -> Markup:
    """Two lines of a list: how far the due date is, with a mark when near or past, and the date."""
    return on(due) if is_done else _due_element(due, due_kind(due), due_words(due))


@lru_cache(maxsize=1024)
def _due_element(due: date, kind: str, distance: str) -> Markup:
    words = escape(distance)
    if kind == "soon" and isinstance(due, datetime):
        words += Markup('&nbsp;<span class="keep">{}</span>').format(thai_time(due))
    mark = Markup(' class="chip" data-due="{}"').format(kind) if kind else Markup("")
    return Markup('<span{}>{}</span><span class="soft">{}</span>').format(mark, words, on(due))


def has_time(value: object) -> bool:
    """Whether a due date carries a time of day."""
    return isinstance(value, datetime)


def number(value: int) -> str:
    """A count with separators: 1,733."""
    return f"{value:,}"


def thaidigits(value: object) -> str:
    """Thai digits, for what is printed as an official paper."""
    return to_thai_digits(str(value))


DIGIT = "[0-9๐-๙]"
MONTH = (
    "ม.ค.|ก.พ.|มี.ค.|เม.ย.|พ.ค.|มิ.ย.|ก.ค.|ส.ค.|ก.ย.|ต.ค.|พ.ย.|ธ.ค.".replace(".", r"\.")
    + "|มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน"
    "|กรกฎาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|ธันวาคม"
)
COUNTED = (
    "รอบที่|ครั้งที่|ภาคเรียนที่|ปีการศึกษา|ปีงบประมาณ|ปีที่|ฉบับที่|แบบที่|วันที่|เลขรับ|เลขส่ง"
    r"|ชั้นปีที่|หน้า|ข้อ|เขต|ปี|พ\.ศ\.|โทร\.|ต่อ|เลขที่|ที่"
)
UNIT = (
    "ฉบับ|แห่ง|โรงเรียน|ไฟล์|หน้า|รายการ|คน|เรื่อง|ครั้ง|วัน|เดือน|ปี|บาท|ชั่วโมง|นาที|เล่ม|ชุด|รอบ"
    r"|ไบต์|KB|MB|GB|kB"
)
WORDS = (
    "ผู้บริหารสถานศึกษา|ผู้อำนวยการ|เจ้าหน้าที่|ประถมศึกษา|มัธยมศึกษา|ปีการศึกษา|ปีงบประมาณ|อาหารกลางวัน"
    "|ด่วนที่สุด|ด่วนมาก|ยังไม่ลงรับ|ยังไม่ถูกรับ|ยังไม่ตรวจ|พ้นกำหนด|เร่งรัด|รายบุคคล|ทางไกล"
    "|สถานศึกษา|การศึกษา|หน้าที่|สั่งการ|ดำเนินการ|โต๊ะทำงาน"
)
NAMED = r"(?:นางสาว|นาง|นาย|น\.ส\.|ด\.ช\.|ด\.ญ\.)[ก-๛]{2,18}\ [ก-๛]{2,24}(?![ก-๛])"
"""A person with a title: each of the two names is kept whole, and between them a line may break."""
UNBROKEN = re.compile(
    rf"(?:(?:วันที่\ )?{DIGIT}{{1,2}}\ (?:{MONTH})(?:\ {DIGIT}{{4}})?"
    rf"(?:\ {DIGIT}{{2}}[.:]{DIGIT}{{2}}\ น\.)?)"
    rf"|(?:{DIGIT}{{1,2}}[.:]{DIGIT}{{2}}(?:\ ?–\ ?{DIGIT}{{1,2}}[.:]{DIGIT}{{2}})?\ น\.)"
    rf"|(?:[ก-ฮ]{{1,3}}\ {DIGIT}{{3,6}}(?:\.{DIGIT}+)*/(?:[ก-ฮ]\ ?)?{DIGIT}+)"
    rf"|(?:(?:{COUNTED})\ {DIGIT}{{1,6}}(?:/{DIGIT}{{1,4}})?(?!{DIGIT}))"
    rf"|(?:รร\.[ก-๛]{{2,16}}\ {DIGIT}{{1,3}}(?!{DIGIT}))"
    rf"|(?:(?<!{DIGIT}){DIGIT}{{1,9}}(?:[.,]{DIGIT}{{1,3}})*\ (?:{UNIT})(?![ก-๛]))"
    rf"|(?P<name>{NAMED})"
    rf"|(?:{WORDS})"
)
TAG = re.compile("(<[^>]*>)")


def keep(value: object) -> Markup:
    """Escape a text and wrap what a line may not break in ``<span class="keep">``.

    Kept together: numbers of letters, a date with its time, a counted word with its number, a
    figure with its unit, each of a person's names, and a short list of words that browsers cut
    wrongly. Markup that is
    already safe keeps its tags. Nothing in, nothing out.
    """
    if value is None:
        return Markup("")
    if hasattr(value, "__html__"):
        parts = TAG.split(str(escape(value)))
        return Markup("").join(map(_keep_in_markup, parts))
    return _keep_text(str(value))


@lru_cache(maxsize=4096)
def _keep_text(text: str) -> Markup:
    return _wrapped(text, escape)


def _keep_in_markup(part: str) -> Markup:
    """A tag as it is; text between tags (escaped already) with its spans."""
    return Markup(part) if part.startswith("<") else _wrapped(part, Markup)  # noqa: S704


def _wrapped(text: str, safe: Callable[[str], Markup]) -> Markup:
    out, at = [], 0
    for match in UNBROKEN.finditer(text):
        out.append(safe(text[at : match.start()]))
        kept = match.group().split(" ") if match["name"] else [match.group()]
        whole = [Markup('<span class="keep">') + safe(part) + Markup("</span>") for part in kept]
        out.append(Markup(" ").join(whole))
        at = match.end()
    out.append(safe(text[at:]))
    return Markup("").join(out)


def _day(day: date) -> date:
    if isinstance(day, datetime):
        return clock.day_of(day)
    return day


def _is_past(due: date) -> bool:
    if isinstance(due, datetime):
        return due < clock.now()
    return due < clock.today()


def _or_nothing(filter_: Callable[..., str]) -> Callable[..., str]:
    def guarded(value: Any, *details: Any) -> str:
        return filter_(value, *details) if value or value == 0 else ""

    return guarded
