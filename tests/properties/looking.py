"""What every list, page and file shows to a person, compared with who may read by the acts done.

The reference never looks at the access table: it is derived from the acts (``office_model``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible, own_drafts, visible_to
from eoffice.errors import NotFound
from eoffice.given import Standing
from eoffice.routing.case_queries import queue
from eoffice.routing.desk_counts import desk_etag
from eoffice.routing.desk_page import desk_page
from eoffice.routing.folders import folder_counts
from eoffice.routing.inbox import inbox
from eoffice.routing.queries import (
    deliveries_of,
    delivery_counts,
    load_visible_case,
    load_visible_delivery,
    outbox,
    own_case,
    signing_queue,
)
from tests.properties.office_model import (
    DeliveryModel,
    LetterModel,
    directors_post,
    office_of,
    offices_of,
    post_of,
    roles_of,
)
from tests.properties.office_walk import Walk

DELIVERY_STATES = ("arrived", "received", "rejected", "recalled", "voided")
LETTER_STATES = ("draft", "proposed", "signed", "numbered", "sent", "closed", "cancelled")


def look(walk: Walk, desk: str) -> None:
    """Compare everything that the person at a desk is shown with what the acts allow."""
    model = walk.model
    readable = [letter for letter in model.letters if model.reads(desk, letter)]
    with walk.stage.database.reading() as session:
        actor = walk.stage.world.actor(session, desk)
        rows = {row.public_id: row for row in session.scalars(select(Letter))}
        seen = set(session.scalars(select(Letter.public_id).where(visible_to(actor))))
        assert seen == {letter.public_id for letter in readable}, desk
        for letter in model.letters:
            row = rows[letter.public_id]
            allowed = letter in readable
            assert _found(load_visible, session, actor, letter.public_id) == allowed
            _look_at_deliveries(walk, session, actor, desk, letter, row)
        _look_at_lists(walk, session, actor, desk, readable)


def look_at_desk(walk: Walk, desk: str) -> None:
    """What the page of a desk shows is told by its tag: another page, another tag."""
    with walk.stage.database.reading() as session:
        actor = walk.stage.world.actor(session, desk)
        assert actor.desk is not None
        folders = folder_counts(session, [each.office_id for each in actor.desks])
        page = desk_page(session, actor, actor.desk, folders, _no_url)
        connection = session.connection()
        tag = desk_etag(actor, lambda query, given: Standing(query).one(connection, given), "")
    for earlier, its_tag in walk.desks_seen.setdefault(desk, []):
        assert earlier == page or its_tag != tag, desk
    walk.desks_seen[desk].append((page, tag))


def _no_url(endpoint: str, **parts: Any) -> str:
    return f"{endpoint}{parts}"


def _found(load: Any, session: Session, actor: Actor, public_id: str) -> bool:
    try:
        load(session, actor, public_id)
    except NotFound:
        return False
    return True


def _look_at_deliveries(
    walk: Walk, session: Session, actor: Actor, desk: str, letter: LetterModel, row: Letter
) -> None:
    for delivery in letter.deliveries:
        allowed = walk.model.reads_delivery(desk, letter, delivery)
        assert _found(load_visible_delivery, session, actor, delivery.public_id) == allowed
        if delivery.case_id:
            allowed = walk.model.reads_case(desk, delivery)
            assert _found(load_visible_case, session, actor, delivery.case_id) == allowed
    if not walk.model.reads(desk, letter):
        return
    own = [d for d in letter.deliveries if _is_own(desk, letter, d)]
    listed = {delivery.public_id for delivery, _, _ in deliveries_of(session, actor, row)}
    assert listed == {d.public_id for d in own}
    assert sum(delivery_counts(session, actor, row).values()) == len(own)
    if actor.desk is not None:
        cases = [
            d.case_id
            for d in letter.deliveries
            if d.office == office_of(desk) and walk.model.reads_case(desk, d)
        ]
        shown = own_case(session, actor, row, actor.desk)
        assert (shown.public_id if shown else None) == (cases[-1] if cases else None)


def _is_own(desk: str, letter: LetterModel, delivery: DeliveryModel) -> bool:
    mine = offices_of(desk)
    return letter.office in mine or delivery.office in mine


def _look_at_lists(
    walk: Walk, session: Session, actor: Actor, desk: str, readable: list[LetterModel]
) -> None:
    assert actor.desk is not None
    for state in DELIVERY_STATES:
        listed = inbox(session, actor, list(actor.desks), state=state, limit=500)
        assert {row.delivery.public_id for row in listed} == {
            d.public_id
            for letter in readable
            for d in letter.deliveries
            if d.state == state and d.office in offices_of(desk)
        }
    for state in LETTER_STATES:
        rows = outbox(session, actor, actor.desk, states=(state,), limit=500)
        assert {row.letter.public_id for row in rows} == {
            letter.public_id
            for letter in readable
            if letter.state == state and letter.office == office_of(desk)
        }
    waiting = signing_queue(session, actor, actor.desk)
    assert {row.public_id for _, row in waiting} == {
        letter.public_id
        for letter in readable
        if letter.state == "proposed" and directors_post(letter.office) == post_of(desk)
    }
    work = [
        (d.case_id, task.kind)
        for letter in walk.model.letters
        for d in letter.deliveries
        for task in d.tasks
        if task.post == post_of(desk)
        and (task.state == "open" or (task.kind == "act" and task.state == "acknowledged"))
    ]
    queued = [
        (row.case.public_id, row.task.kind) for row in queue(session, actor, actor.desk, limit=500)
    ]
    assert sorted(queued) == sorted(work)
    drafts = session.scalars(select(Letter.public_id).where(own_drafts(actor)))
    assert set(drafts) == {
        letter.public_id
        for letter in readable
        if letter.state == "draft"
        and (
            letter.owner == post_of(desk)
            or ("registrar" in roles_of(desk) and letter.office == office_of(desk))
        )
    }
