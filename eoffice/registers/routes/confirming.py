"""After a restore: where each book really stood, first shown as numbers to burn, then done."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eoffice.errors import EofficeError
from eoffice.registers.forms import ConfirmForm
from eoffice.registers.queries import StandingBook, standing_books
from eoffice.registers.routes.room import blueprint
from eoffice.registers.rules import Series, wanted_number
from eoffice.registers.services.settings import confirm_numbering, gap_of, numbering_is_locked
from eoffice.users.auth import act, actor, done, reading
from eoffice.users.permissions import require
from eoffice.verbs import Verb
from eoffice.web.guard import policy

SHOWN_ON_FORM = (409, 422)
FIELD = "last-"


@blueprint.get("/registers/confirm", endpoint="confirm")
@policy(Verb.CONFIRM_NUMBERING)
def confirm() -> str:
    """Every book with its last number as restored, and a field for the last number on paper."""
    require(actor(), Verb.CONFIRM_NUMBERING)
    return _page(ConfirmForm(), _books(), {})


@blueprint.post("/registers/confirm", endpoint="confirm_numbering")
@policy(Verb.CONFIRM_NUMBERING, kind="act", on="book")
def confirm_post() -> ResponseReturnValue:
    """Show what would be burned; with ``_do=confirm`` burn it and unlock numbering."""
    require(actor(), Verb.CONFIRM_NUMBERING)
    form, books = ConfirmForm(), _books()
    if not form.validate():
        return _page(form, books, _typed(books)), 422
    try:
        given = _given(books)
        if request.form.get("_do") != "confirm":
            return _page(form, books, _typed(books), gaps=_gaps(books, given), is_shown=True)
        return _confirm(given, form.remark.data or "")
    except EofficeError as refusal:
        if refusal.status not in SHOWN_ON_FORM:
            raise
        form.form_errors.append(str(refusal))
        return _page(form, books, _typed(books)), refusal.status


def _confirm(given: dict[str, int], remark: str) -> Response:
    with act() as a:
        confirm_numbering(a.session, a.actor, last_numbers=given, remark=remark)
        a.answer(url_for("registers.confirm"), "ยืนยันเลขทะเบียนแล้ว ออกเลขและลงรับได้ตามปกติ")
    return done(a)


def _books() -> list[StandingBook]:
    return standing_books(reading()) if numbering_is_locked(reading()) else []


def _typed(books: list[StandingBook]) -> dict[str, str]:
    """What was typed, to be shown again."""
    return {book.key: request.form.get(FIELD + book.key, "")[:20] for book in books}


def _given(books: list[StandingBook]) -> dict[str, int]:
    """The last number of each book; an empty field means that nothing is missing."""
    numbers: dict[str, int] = {}
    for book in books:
        number = wanted_number(request.form.get(FIELD + book.key, ""))
        gap_of(book.last_no, book.last_no if number is None else number, book.name)
        numbers[book.key] = book.last_no if number is None else number
    return numbers


def _gaps(
    books: list[StandingBook], given: dict[str, int]
) -> list[tuple[StandingBook, int, int, int]]:
    """Book, first and last number to burn, and how many they are."""
    gaps = [(book, gap_of(book.last_no, given[book.key], book.name)) for book in books]
    return [(book, gap[0], gap[-1], len(gap)) for book, gap in gaps if gap]


def _page(
    form: ConfirmForm,
    books: list[StandingBook],
    typed: dict[str, str],
    *,
    gaps: list[tuple[StandingBook, int, int, int]] | None = None,
    is_shown: bool = False,
) -> str:
    return render_template(
        "registers/confirm.html",
        form=form,
        books=books,
        typed=typed,
        gaps=gaps or [],
        is_shown=is_shown,
        is_locked=numbering_is_locked(reading()),
        field=FIELD,
        labels=dict(Series.choices()),
    )
