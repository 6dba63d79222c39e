"""How a typed date was understood, shown while it is being typed."""

from __future__ import annotations

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from eoffice.thai import DateNotUnderstood, parse_thai_date
from eoffice.web.filters import weekday_date
from eoffice.web.guard import policy

LONGEST = 60


def install(app: Flask) -> None:
    """Add the one address of this module; like every other it asks for sign-in."""
    app.add_url_rule("/dates/understood", "understood_date", understood_date, methods=["GET"])


@policy(kind="fragment")
def understood_date() -> ResponseReturnValue:
    """The typed date with its weekday and full month, or the sentence that says how to type it."""
    try:
        day = parse_thai_date(request.args.get("text", "")[:LONGEST])
    except DateNotUnderstood as refusal:
        return jsonify(error=str(refusal))
    return jsonify(understood=weekday_date(day), date=day.isoformat())
