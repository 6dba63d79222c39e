"""Inbox, outbox, drafts and the signing queue: filters live in the address, paging by keyset."""

from __future__ import annotations

from flask import render_template, request, url_for

from eoffice.actor import Desk
from eoffice.documents.rules import LetterState
from eoffice.routing.folders import arrived_at
from eoffice.routing.inbox import inbox
from eoffice.routing.list_rows import inbox_rows, letter_rows, signing_rows
from eoffice.routing.queries import PAGE, outbox, signing_queue
from eoffice.routing.routes.room import blueprint, folders, keyset
from eoffice.routing.rules import DeliveryState
from eoffice.users.auth import desk_actor, reading
from eoffice.users.permissions import may
from eoffice.users.rules import REGISTRY_ROLES
from eoffice.verbs import Verb
from eoffice.web.guard import policy

INBOX_STATES = (DeliveryState.ARRIVED, DeliveryState.RECEIVED)
"""What an office can still read; a rejected or recalled letter is its sender's again."""
UNSENT = (
    LetterState.DRAFT,
    LetterState.PROPOSED,
    LetterState.SIGNED,
    LetterState.NUMBERED,
    LetterState.CANCELLED,
)


@blueprint.get("/inbox", endpoint="inbox")
@policy(on="delivery")
def inbox_page() -> str:
    """Letters that came to the desk's office (or to all desks: a combined inbox to read)."""
    me, own_desk = desk_actor()
    wanted = request.args.get("state", DeliveryState.ARRIVED.value)
    state = wanted if wanted in {s.value for s in INBOX_STATES} else DeliveryState.ARRIVED.value
    words = request.args.get("q", "")[:200]
    is_combined = request.args.get("desks") == "all" and len(me.desks) > 1
    desks = list(me.desks) if is_combined else [own_desk]
    offices = {desk.office_id: desk.office_name for desk in desks} if is_combined else {}
    rows = inbox(reading(), me, desks, state=state, words=words, before=keyset())
    return render_template(
        "routing/inbox.html",
        rows=inbox_rows(rows[:PAGE], url_for, offices=offices),
        next_key=rows[PAGE - 1].delivery.sort_key if len(rows) > PAGE else None,
        can_receive=may(me, Verb.RECEIVE) and not is_combined,
        states=INBOX_STATES,
        state=state,
        words=words,
        is_combined=is_combined,
        arrived=_arrived(own_desk),
    )


def _arrived(desk: Desk) -> int | None:
    """The count of what waits, for those who see all that it counts."""
    if desk.roles.isdisjoint(REGISTRY_ROLES):
        return None
    return arrived_at(folders(), desk.office_id)


@blueprint.get("/outbox", endpoint="outbox")
@policy(on="letter")
def outbox_page() -> str:
    """Letters the desk's office has sent, with how many received them."""
    me, own_desk = desk_actor()
    words = request.args.get("q", "")[:200]
    rows = outbox(
        reading(),
        me,
        own_desk,
        words=words,
        before=keyset(),
        waiting_only=request.args.get("waiting") == "1",
    )
    return render_template(
        "routing/outbox.html",
        rows=letter_rows(rows[:PAGE], url_for),
        next_key=rows[PAGE - 1].letter.id if len(rows) > PAGE else None,
        words=words,
        waiting_only=request.args.get("waiting") == "1",
    )


@blueprint.get("/drafts", endpoint="drafts")
@policy(on="letter")
def drafts_page() -> str:
    """Letters on their way out: drafts, proposed, signed, numbered, cancelled."""
    me, own_desk = desk_actor()
    wanted = request.args.get("state", "")
    states = tuple(s.value for s in UNSENT if s.value == wanted) or tuple(
        s.value for s in UNSENT[:-1]
    )
    words = request.args.get("q", "")[:200]
    rows = outbox(reading(), me, own_desk, states=states, words=words, before=keyset())
    return render_template(
        "routing/drafts.html",
        rows=letter_rows(rows[:PAGE], url_for),
        next_key=rows[PAGE - 1].letter.id if len(rows) > PAGE else None,
        words=words,
        states=UNSENT,
        state=wanted if len(states) == 1 else "",
    )


@blueprint.get("/signing")
@policy(on="letter")
def signing() -> str:
    """Letters that wait for this post's signature."""
    me, own_desk = desk_actor()
    return render_template(
        "routing/signing.html",
        rows=signing_rows(signing_queue(reading(), me, own_desk), url_for),
    )
