"""The letter: document, facts, files, the acts possible now, deliveries, timeline."""

from __future__ import annotations

from flask import Response, render_template, request

from eoffice.documents.download import content_disposition
from eoffice.documents.queries import load_visible
from eoffice.routing.letter_page import letter_page
from eoffice.routing.proofs import proofs_of
from eoffice.routing.routes.room import blueprint
from eoffice.routing.rules import DeliveryState
from eoffice.routing.tracking import tracking
from eoffice.routing.workbook import tracking_workbook
from eoffice.users.auth import actor, reading
from eoffice.verbs import Verb
from eoffice.web.guard import policy

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 500
"""Deliveries on one page; of more, filters show the others."""


@blueprint.get("/letters/<public_id>", endpoint="letter")
@policy(Verb.READ, on="letter")
def show(public_id: str) -> str:
    """One letter, as far as this person may see it."""
    letter = load_visible(reading(), actor(), public_id)
    return render_template("routing/letter.html", page=letter_page(reading(), actor(), letter))


@blueprint.get("/letters/<public_id>/deliveries", endpoint="tracking")
@policy(Verb.READ, on="letter")
def tracking_page(public_id: str) -> str:
    """Per office: state, receive number and times; all for the sender, the own for a receiver."""
    session, me = reading(), actor()
    letter = load_visible(session, me, public_id)
    state, network = _filters()
    found = tracking(session, me, letter, state=state, network=network)
    return render_template(
        "routing/tracking.html",
        page=letter_page(session, me, letter),
        rows=found.rows[:MOST],
        proofs=proofs_of(session, me, letter),
        most=MOST,
        states=list(DeliveryState),
        state=state,
        network=network,
        networks=found.networks,
        to_remind=found.to_remind,
    )


@blueprint.get("/letters/<public_id>/deliveries.xlsx", endpoint="tracking_workbook")
@policy(Verb.READ, kind="export", on="letter")
def tracking_export(public_id: str) -> Response:
    """The same rows as an Excel file."""
    letter = load_visible(reading(), actor(), public_id)
    state, network = _filters()
    rows = tracking(reading(), actor(), letter, state=state, network=network).rows
    response = Response(tracking_workbook(letter, rows), mimetype=XLSX)
    response.headers["Content-Disposition"] = content_disposition(
        f"ติดตามการรับ {letter.letter_no or letter.subject[:40]}.xlsx"
    )
    return response


def _filters() -> tuple[str, str]:
    return request.args.get("state", "")[:20], request.args.get("network", "")[:40]
