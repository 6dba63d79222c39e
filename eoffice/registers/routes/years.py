"""How an office numbers in a year: prefix, circulars, announcements, first numbers."""

from __future__ import annotations

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from eoffice import clock
from eoffice.errors import EofficeError, NotFound
from eoffice.registers.forms import NumberingForm
from eoffice.registers.models import Book
from eoffice.registers.queries import book_of, year_settings
from eoffice.registers.routes.room import blueprint
from eoffice.registers.rules import CircularSeries, Series
from eoffice.registers.services import settings as services
from eoffice.users.auth import act, actor, done, reading
from eoffice.users.directory import load_office
from eoffice.users.models import Office
from eoffice.users.rules import OfficeKind
from eoffice.users.services.organisation import office_of, require_open
from eoffice.verbs import Verb
from eoffice.web.fields import shown_version
from eoffice.web.guard import policy

SHOWN_ON_FORM = (409, 422)


@blueprint.get("/offices/<public_id>/numbering/<int:year>", endpoint="numbering")
@policy(Verb.SET_NUMBERING, on="numbering")
def numbering(public_id: str, year: int) -> str:
    """The settings of a year; what is settled by a number given is shown, not asked."""
    office = _office(public_id, year)
    form = NumberingForm()
    row = year_settings(reading(), office.id, year)
    form.prefix.process_data(row.prefix if row else "")
    form.circular_series.process_data(row.circular_series if row else CircularSeries.OWN.value)
    form.numbers_announcements.process_data(bool(row and row.numbers_announcements))
    for series, field in form.first_fields():
        book = book_of(reading(), office, series.value, year)
        field.process_data(book.first_no if book else 1)
    return _page(form, office, year, row.version if row and row.year == year else 0)


@blueprint.post("/offices/<public_id>/numbering/<int:year>", endpoint="set_numbering")
@policy(Verb.SET_NUMBERING, kind="act", on="numbering")
def set_numbering(public_id: str, year: int) -> ResponseReturnValue:
    """Set a year's numbering before its first number is given."""
    office = _office(public_id, year)
    form, version = NumberingForm(), shown_version()
    if not form.validate():
        return _page(form, office, year, version), 422
    try:
        return _set(form, public_id, year, version)
    except EofficeError as refusal:
        if refusal.status not in SHOWN_ON_FORM:
            raise
        form.form_errors.append(str(refusal))
        return _page(form, office, year, version), refusal.status


def _set(form: NumberingForm, public_id: str, year: int, version: int) -> Response:
    with act() as a:
        load_office(a.session, a.actor, public_id, Verb.SET_NUMBERING)
        office = office_of(a.session, public_id)
        require_open(office)
        services.set_numbering(
            a.session,
            a.actor,
            office,
            year=year,
            prefix=form.prefix.data or "",
            circular_series=form.circular_series.data,
            numbers_announcements=bool(form.numbers_announcements.data),
            first_numbers=form.first_numbers(),
            version=version,
        )
        target = url_for("registers.numbering", public_id=public_id, year=year)
        a.answer(target, f"บันทึกการออกเลขของปี {year} แล้ว")
    return done(a)


def _office(public_id: str, year: int) -> Office:
    """An office whose numbering this desk sets, in this year or the next."""
    office = load_office(reading(), actor(), public_id, Verb.SET_NUMBERING)
    this_year = clock.this_year()
    if year not in (this_year, this_year + 1) or office.kind == OfficeKind.AGENCY.value:
        raise NotFound
    return office


def _page(form: NumberingForm, office: Office, year: int, version: int) -> str:
    books = {s: book_of(reading(), office, s.value, year) for s in Series}
    return render_template(
        "registers/numbering.html",
        form=form,
        office=office,
        year=year,
        version=version,
        this_year=clock.this_year(),
        begun={series.value for series, book in books.items() if _has_begun(book)},
        last_numbers={s.value: book.last_no for s, book in books.items() if book},
    )


def _has_begun(book: Book | None) -> bool:
    return book is not None and book.last_no >= book.first_no
