"""The blueprint of the room, and the one way in which its longer forms are saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from flask import Blueprint, Response, request
from flask_wtf import FlaskForm

from eoffice import clock
from eoffice.errors import EofficeError, Invalid
from eoffice.thai import parse_thai_date
from eoffice.users.auth import Act, act, done

Form = TypeVar("Form", bound=FlaskForm)
SHOWN_ON_FORM = (409, 422)

blueprint = Blueprint("users", __name__, template_folder="../templates")


def save(form: Form, page: Callable[[Form], str], write: Callable[[Act], None]) -> Response:
    """Validate, act, and answer; a refusal is shown on the form and nothing typed is lost."""
    if not form.validate():
        return Response(page(form), 422)
    try:
        with act() as under_way:
            write(under_way)
    except EofficeError as refusal:
        if refusal.status not in SHOWN_ON_FORM:
            raise
        form.form_errors.append(str(refusal))
        return Response(page(form), refusal.status)
    return done(under_way)


def require_valid(form: FlaskForm) -> None:
    """For forms of one field: raises ``Invalid`` with the sentence of its first error."""
    if not form.validate():
        raise Invalid(str(next(iter(form.errors.values()))[0]))


def typed_day(name: str) -> date:
    """The day of a small form, today when it is empty. Raises ``DateNotUnderstood`` (422)."""
    text = request.form.get(name, "").strip()
    return parse_thai_date(text) if text else clock.today()


def words() -> str:
    """What is searched for in a list."""
    return request.args.get("q", "")[:200]
