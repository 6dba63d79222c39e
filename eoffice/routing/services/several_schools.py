"""One clerk, several schools: bulk registration and the check of the box, each school by itself."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor, Desk
from eoffice.routing.board import registrar_desks
from eoffice.routing.models import Delivery, InboxCheck
from eoffice.routing.queries import load_visible_delivery
from eoffice.routing.rules import NoSchoolChosen, NotReceiver
from eoffice.routing.services.receiving import receive
from eoffice.users.models import Office
from eoffice.users.rules import OfficeNotFound
from eoffice.verbs import Verb


def receive_across(
    session: Session, actor: Actor, public_ids: Sequence[str]
) -> list[tuple[Delivery, Desk]]:
    """ลงรับ letters of several schools at once: each under its own school's number and desk.

    All or none, in order of school and arrival. Raises ``NotReceiver`` for a school at which the
    person does not register, and what ``receive`` raises.
    """
    desks = {desk.office_id: desk for desk in registrar_desks(actor)}
    found = [load_visible_delivery(session, actor, key)[0] for key in dict.fromkeys(public_ids)]
    found.sort(key=lambda row: (row.office_id, row.arrived_at or clock.now(), row.id))
    done = []
    for delivery in found:
        desk = desks.get(delivery.office_id)
        if desk is None:
            raise NotReceiver(office=session.get_one(Office, delivery.office_id).display_name)
        received, _ = receive(session, actor.at(desk), delivery.public_id)
        done.append((received, desk))
    return done


def check_inboxes(session: Session, actor: Actor, offices: Sequence[str]) -> list[Desk]:
    """ตรวจกล่องแล้ว: the box of each chosen office was looked into now (App. 6 §4.1.2).

    Offices by their public ids. Raises ``NoSchoolChosen``, ``OfficeNotFound`` for one at which
    the person does not register.
    """
    desks = {desk.office_public_id: desk for desk in registrar_desks(actor)}
    wanted = list(dict.fromkeys(offices))
    if not wanted:
        raise NoSchoolChosen
    if not set(wanted) <= set(desks):
        raise OfficeNotFound
    chosen = sorted((desks[key] for key in wanted), key=lambda desk: desk.office_id)
    for desk in chosen:
        row = InboxCheck(
            office_id=desk.office_id,
            post_id=desk.post_id,
            person_id=actor.person_id,
            at=clock.now(),
        )
        session.add(row)
        session.flush()
        record(session, actor.at(desk), Verb.CHECK_INBOX, session.get_one(Office, desk.office_id))
    return chosen
