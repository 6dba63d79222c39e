"""Pages of letters: the desk, lists, composing, the letter, receiving, letters from outside."""

from __future__ import annotations

from flask import Flask

from eoffice.actor import Actor
from eoffice.routing.case_queries import load_visible_task
from eoffice.routing.folders import arrived_at
from eoffice.routing.proofs import load_proof
from eoffice.routing.queries import load_recipient_list, load_visible_case, load_visible_delivery
from eoffice.routing.routes import (
    acts,
    authority,
    board,
    calendar,
    cases,
    closing,
    compose,
    copying,
    deadlines,
    deliveries,
    desk,
    letters,
    lists,
    outside,
    paths,
    phone,
    recipient_lists,
    tasks,
)
from eoffice.routing.routes.room import blueprint, folders
from eoffice.routing.signers import load_line
from eoffice.users.auth import LOADERS
from eoffice.users.frame import WAITING, Entry, offer
from eoffice.users.permissions import may
from eoffice.verbs import Verb

__all__ = [
    "acts",
    "authority",
    "board",
    "calendar",
    "cases",
    "closing",
    "compose",
    "copying",
    "deadlines",
    "deliveries",
    "desk",
    "letters",
    "lists",
    "outside",
    "paths",
    "phone",
    "recipient_lists",
    "register",
    "tasks",
]


def register(app: Flask) -> None:
    """Add the room's pages and its places in the menu."""
    app.register_blueprint(blueprint)
    LOADERS.update(
        delivery=load_visible_delivery,
        signing_authority=load_line,
        case=load_visible_case,
        task=load_visible_task,
        proof=load_proof,
        recipient_list=load_recipient_list,
    )
    if _waiting not in WAITING:
        WAITING.append(_waiting)
    offer(
        Entry("routing.desk", "โต๊ะทำงาน", place="desk", order=1),
        Entry("routing.inbox", "หนังสือเข้า", count=_arrived, place="inbox", order=2),
        Entry("routing.outbox", "หนังสือส่ง", place="send", order=3),
        Entry(
            "routing.board",
            "กระดานหลายโรงเรียน",
            is_offered=lambda actor: may(actor, Verb.CHECK_INBOX),
            order=1,
        ),
        Entry("routing.queue", "งานที่รอโต๊ะนี้", order=2),
        Entry("routing.due", "ค้างดำเนินการ", order=4),
        Entry("routing.cases", "เรื่องของหน่วยงาน", order=3),
        Entry("routing.drafts", "ร่างและรอส่ง", order=4),
        Entry("routing.calendar", "ปฏิทินวันหยุด", order=32),
        Entry(
            "routing.paths",
            "ทางเดินหนังสือ",
            is_offered=lambda actor: may(actor, Verb.SET_PATH),
            order=31,
        ),
        Entry(
            "routing.authority",
            "อำนาจลงนาม",
            is_offered=lambda actor: may(actor, Verb.SET_AUTHORITY),
            order=31,
        ),
        Entry(
            "routing.recipient_lists",
            "กลุ่มผู้รับ",
            is_offered=lambda actor: may(actor, Verb.SET_RECIPIENT_LIST),
            order=30,
        ),
    )


def _waiting(actor: Actor) -> dict[int, int]:
    """What waits at each desk of a registrar; asked for menu, places and desks of one page."""
    known = folders()
    registrars = {desk.office_id for desk in actor.desks if "registrar" in desk.roles}
    return {office_id: arrived_at(known, office_id) for office_id in registrars}


def _arrived(actor: Actor) -> int:
    desk = actor.desk
    is_registrar = desk is not None and "registrar" in desk.roles
    return arrived_at(folders(), desk.office_id) if desk is not None and is_registrar else 0
