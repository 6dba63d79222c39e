"""The letter: document, facts, files, the acts possible now, deliveries, timeline."""

from __future__ import annotations

from flask import render_template, request

from eoffice.documents.queries import load_visible
from eoffice.routing.letter_page import letter_page
from eoffice.routing.list_rows import track_rows
from eoffice.routing.proofs import proofs_of
from eoffice.routing.queries import deliveries_of
from eoffice.routing.routes.room import blueprint
from eoffice.routing.rules import DeliveryState
from eoffice.users.auth import actor, reading
from eoffice.users.queries import networks_with_counts
from eoffice.verbs import Verb
from eoffice.web.guard import policy

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
def tracking(public_id: str) -> str:
    """Per office: state, receive number and times; all for the sender, the own for a receiver."""
    session, me = reading(), actor()
    letter = load_visible(session, me, public_id)
    state = request.args.get("state", "")
    network = request.args.get("network", "")
    return render_template(
        "routing/tracking.html",
        page=letter_page(session, me, letter),
        rows=track_rows(deliveries_of(session, me, letter, state=state, network=network)[:MOST]),
        proofs=proofs_of(session, me, letter),
        most=MOST,
        states=list(DeliveryState),
        state=state,
        network=network,
        networks=networks_with_counts(session),
    )
