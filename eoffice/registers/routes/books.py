"""Reading the registers: all books, one register of a year, and its print (แบบที่ 13 และ 14)."""

from __future__ import annotations

from datetime import date

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from eoffice import clock
from eoffice.documents.download import content_disposition
from eoffice.errors import NotFound
from eoffice.registers.models import Book
from eoffice.registers.queries import (
    PAGE,
    book_of,
    books_of,
    readable_office,
    readable_offices,
    register_rows,
    year_settings,
    years_of,
)
from eoffice.registers.routes.room import blueprint
from eoffice.registers.rules import PATHS, CircularSeries, Series
from eoffice.registers.workbook import file_name, register_workbook
from eoffice.thai import DateNotUnderstood, parse_thai_date
from eoffice.users.auth import actor, reading
from eoffice.users.models import Office
from eoffice.users.permissions import may
from eoffice.users.queries import district
from eoffice.verbs import Verb
from eoffice.web.guard import policy

FORMS = {Series.RECEIVE: "แบบที่ 13", Series.SEND: "แบบที่ 14", Series.CIRCULAR: "แบบที่ 14"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SERIES = {path: series for series, path in PATHS.items()}


@blueprint.get("/books", endpoint="books")
@policy(Verb.READ_REGISTER, on="book")
def books() -> str:
    """Every book the desk's office has, and those of closed offices it succeeds."""
    me = actor()
    offices = readable_offices(reading(), me)
    return render_template(
        "registers/books.html",
        shelves=[(office, books_of(reading(), office)) for office in offices],
        this_year=clock.this_year(),
        may_reserve=may(me, Verb.RESERVE_NUMBER),
        may_set=may(me, Verb.SET_NUMBERING),
    )


@blueprint.get("/registers/<path>", endpoint="current")
@policy(Verb.READ_REGISTER, on="book")
def current(path: str) -> ResponseReturnValue:
    """The register of this year."""
    return register_page(path, clock.this_year())


@blueprint.get("/registers/<path>/<int:year>", endpoint="register")
@policy(Verb.READ_REGISTER, on="book")
def register_page(path: str, year: int) -> ResponseReturnValue:
    """The register of a year in the columns of its form, on screen by pages, on paper whole."""
    series = SERIES.get(path)
    if series is None or not 2400 <= year <= 2999:
        raise NotFound
    office = readable_office(reading(), actor(), request.args.get("office", "")[:20])
    try:
        since, until = _day("from"), _day("to")
    except DateNotUnderstood as refusal:
        page = _page(office, series, year, None, None, problem=str(refusal))
        return page, refusal.status
    is_print = request.args.get("print") == "1"
    return _page(office, series, year, since, until, is_print=is_print)


@blueprint.get("/registers/<path>/<int:year>.xlsx", endpoint="workbook")
@policy(Verb.READ_REGISTER, kind="export", on="book")
def workbook(path: str, year: int) -> ResponseReturnValue:
    """The whole register of a year as an Excel file."""
    series = SERIES.get(path)
    if series is None or not 2400 <= year <= 2999:
        raise NotFound
    office = readable_office(reading(), actor(), request.args.get("office", "")[:20])
    book = book_of(reading(), office, series.value, year)
    rows = _rows(book, None, None, "", is_print=True)
    made = register_workbook(office.name, series, year, rows, form_name=FORMS.get(series, ""))
    response = Response(made, mimetype=XLSX)
    name = file_name(office.display_name, series, year)
    response.headers["Content-Disposition"] = content_disposition(name)
    return response


def _page(
    office: Office,
    series: Series,
    year: int,
    since: date | None,
    until: date | None,
    *,
    is_print: bool = False,
    problem: str = "",
) -> str:
    me, words = actor(), "" if is_print else request.args.get("q", "")[:200]
    book = book_of(reading(), office, series.value, year)
    rows = _rows(book, since, until, words, is_print=is_print)
    settings = year_settings(reading(), office.id, year)
    ruled_by = district(reading())
    return render_template(
        "registers/print.html" if is_print else "registers/register.html",
        office=office,
        is_own=me.desk is not None and office.id == me.desk.office_id,
        series=series,
        path=PATHS[series],
        paths=PATHS,
        form_name=FORMS.get(series, ""),
        year=year,
        years=years_of(reading(), office, series.value),
        book=book,
        rows=rows if is_print else rows[:PAGE],
        has_more=not is_print and len(rows) > PAGE,
        words=words,
        since=since,
        until=until,
        typed_since=request.args.get("from", "")[:60],
        typed_until=request.args.get("to", "")[:60],
        problem=problem,
        is_shared=settings is not None and settings.circular_series == CircularSeries.SHARED.value,
        has_announcements=settings is not None and settings.numbers_announcements,
        district=ruled_by.name if ruled_by and ruled_by.id != office.id else "",
        may_register=may(me, Verb.REGISTER_OUTSIDE),
        may_reserve=may(me, Verb.RESERVE_NUMBER),
    )


def _rows(book: Book | None, since: date | None, until: date | None, words: str, *, is_print: bool):  # type: ignore[no-untyped-def]
    if book is None:
        return []
    return register_rows(
        reading(),
        actor(),
        book,
        words=words,
        since=since,
        until=until,
        before=None if is_print else _keyset(),
        limit=None if is_print else PAGE,
    )


def _day(name: str) -> date | None:
    text = request.args.get(name, "")[:60].strip()
    return parse_thai_date(text) if text else None


def _keyset() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
