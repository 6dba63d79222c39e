"""The search page, suggestions while typing, kept searches, results as an Excel file."""

from __future__ import annotations

import atexit
from urllib.parse import parse_qs

from flask import Blueprint, Flask, Response, current_app, render_template, request, url_for
from werkzeug.urls import iri_to_uri

from eoffice import clock
from eoffice.documents.download import content_disposition
from eoffice.documents.rules import LetterKind, LetterState, Urgency
from eoffice.routing.list_rows import delivery_state
from eoffice.search.asked import PAGE, Asked, Direction, read
from eoffice.search.backends import COUNT_LIMIT, Backend, Order
from eoffice.search.finding import PLACES, Found, all_found, find, suggestions
from eoffice.search.highlight import marked
from eoffice.search.queries import (
    SeenLetter,
    load_saved_search,
    named_offices,
    own_groups,
    saved_searches,
)
from eoffice.search.query import parse
from eoffice.search.saving import forget_search, save_search
from eoffice.search.services import backend_of
from eoffice.search.workbook import results_workbook
from eoffice.users.auth import LOADERS, act, actor, database, done, reading, settings
from eoffice.users.frame import Entry, offer
from eoffice.users.queries import open_offices
from eoffice.verbs import Verb
from eoffice.web.guard import policy

blueprint = Blueprint("search", __name__, template_folder="templates")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SORTS = (
    (Order.RELEVANCE.value, "ตรงที่สุดก่อน"),
    (Order.NEWEST.value, "ใหม่ก่อน"),
    (Order.OLDEST.value, "เก่าก่อน"),
)


CHOICES = {
    "directions": Direction,
    "kinds": LetterKind,
    "urgencies": Urgency,
    "states": LetterState,
    "sorts": SORTS,
    "place_words": PLACES,
}


@blueprint.get("/search", endpoint="page")
@policy(on="letter")
def search_page() -> str:
    """Hits for the words and filters of the address, for exactly what the person may see."""
    me, asked, session = actor(), read(request.args.to_dict(flat=False)), reading()
    found = find(session, me, backend(), asked)
    return render_template(
        "search/search.html",
        asked=asked,
        found=found,
        first=(asked.page - 1) * PAGE + 1,
        limit=COUNT_LIMIT,
        saved=saved_searches(session, me),
        query_string=_query_string(asked),
        groups=own_groups(session, me),
        offices=open_offices(session, ("district", "school", "agency")),
        from_offices=_from_offices(asked, found),
        state_of=_state_of,
        **CHOICES,
    )


@blueprint.get("/search/suggestions", endpoint="suggestions")
@policy(kind="fragment", on="letter")
def suggestions_fragment() -> str:
    """What may follow the words typed so far, from subjects that the person may see."""
    asked = read(request.args.to_dict(flat=False))
    found = suggestions(reading(), actor(), backend(), asked)
    return render_template("search/suggestions.html", suggestions=found)


@blueprint.get("/search.xlsx", endpoint="workbook")
@policy(kind="export", on="letter")
def workbook() -> Response:
    """Every letter found (up to the limit of counting) as an Excel file."""
    asked = read(request.args.to_dict(flat=False))
    letters, is_capped = all_found(reading(), actor(), backend(), asked)
    response = Response(results_workbook(asked, letters, is_capped, _state_of), mimetype=XLSX)
    response.headers["Content-Disposition"] = content_disposition(
        f"ผลการค้นหา {clock.today().isoformat()}.xlsx"
    )
    return response


@blueprint.post("/search/saved", endpoint="save")
@policy(Verb.SAVE_SEARCH, kind="act")
def save() -> Response:
    """Keep the search of the page under a name."""
    asked = read(parse_qs(request.form.get("query", "")[:4000], max_num_fields=200))
    with act() as a:
        row = save_search(
            a.session, a.actor, name=request.form.get("name", ""), query=_query_string(asked)
        )
        a.answer(_address(asked), f"บันทึกคำค้น “{row.name}” แล้ว")
    return done(a)


@blueprint.post("/search/saved/<public_id>/remove", endpoint="forget")
@policy(Verb.FORGET_SEARCH, kind="act", on="saved_search")
def forget(public_id: str) -> Response:
    """Forget a kept search."""
    with act() as a:
        forget_search(a.session, a.actor, public_id)
        a.answer(url_for("search.page"), "ลบคำค้นที่บันทึกไว้แล้ว")
    return done(a)


def backend() -> Backend:
    """The engine of this application, opened by the first search."""
    known = current_app.extensions["eoffice"]
    if "search" not in known:
        known["search"] = backend_of(database(), settings())
        atexit.register(known["search"].close)
    found: Backend = known["search"]
    return found


def register(app: Flask) -> None:
    """Add the room's pages and its place in the menu."""
    app.register_blueprint(blueprint)
    app.jinja_env.filters["marked"] = lambda text, words: marked(text, parse(words))
    LOADERS.update(saved_search=load_saved_search)
    offer(
        Entry(
            "search.page",
            "ค้นหา",
            is_offered=lambda _: True,
            is_apart=True,
            key="/",
            place="search",
            order=60,
        )
    )


def _from_offices(asked: Asked, found: Found) -> list[tuple[str, str, int | None]]:
    """The offices of the filter จาก: those counted among the hits, and those already chosen."""
    shown: list[tuple[str, str, int | None]] = [
        (each.value, each.label, each.count) for each in found.offices
    ]
    missing = set(asked.from_offices) - {each.value for each in found.offices}
    names = named_offices(reading(), missing)
    return shown + [(public_id, name, None) for public_id, name in sorted(names.items())]


def _state_of(letter: SeenLetter) -> tuple[str, str, str]:
    """Code, word and owner of the state that the reader sees: of the delivery or the letter."""
    offices = {desk.office_id for desk in actor().desks}
    if letter.own_delivery is not None and letter.office_id not in offices:
        return (*delivery_state(letter.own_delivery), "")
    state = LetterState(letter.state)
    return state.value, state.label, "letter"


def _address(asked: Asked) -> str:
    return url_for("search.page", **asked.arguments())  # type: ignore[arg-type]


def _query_string(asked: Asked) -> str:
    return iri_to_uri(_address(asked)).partition("?")[2]
