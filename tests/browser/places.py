"""Where pictures are taken: every page there is, as somebody who may open it sees it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.documents.models import Attachment, Letter
from eoffice.routing.models import Delivery, RecipientList
from eoffice.users.models import Group, Network, Office, Person, Post
from tests.world import World

Pages = dict[str, str]
YEAR = clock.this_year()
LISTS = {"desk": "/", "inbox": "/inbox", "outbox": "/outbox", "drafts": "/drafts"}
REGISTERS = {
    "books": "/books",
    "register_in": "/registers/incoming",
    "register_out": f"/registers/outgoing/{YEAR}",
    "register_orders": "/registers/orders",
    "reserve": "/registers/reserve",
    "lists": "/recipient-lists",
    "list_new": "/recipient-lists/new",
}
BELLS = {"bells": "/notifications", "bells_wanted": "/notifications/settings"}
ADMINISTRATION = {
    "offices": "/offices",
    "office_new": "/offices/new",
    "networks": "/networks",
    "people": "/people",
    "people_none": "/people?q=ไม่มีคนนี้",
    "announcements": "/announcements",
    "limits": "/settings/files",
    "activity": "/activity",
    "confirm": "/registers/confirm",
    "account": "/account",
}
HEADS_PAGES = {"queue": "/queue", "desk": "/", "phrases": "/phrases"}
CLERKS_PAGES = {name: f"/{name}" for name in ("cases", "board", "due", "paths", "calendar")}
OUTSIDE = {"sign_in": "/sign-in", "activate": "/activate"}
PRESSED = {
    "compose_wrong": ("/letters/new", "text=เสนอลงนาม"),
    "outside_wrong": ("/letters/outside/new", "main .act-bar .main-act"),
    "list_wrong": ("/recipient-lists/new", "main .act-bar .main-act"),
    "reserve_wrong": ("/registers/reserve", "main form .main-act"),
}
"""Forms sent empty: name → page and button."""


def places(session: Session, world: World, made: Pages) -> dict[str, Pages]:
    """Role → name of the picture → path."""
    letters = {n: f"/letters/{key}" for n, key in made.items() if not n.startswith("case_")}
    cases = {n: path for n, path in made.items() if n.startswith("case_") and "dist" not in n}
    sent = letters["sent"]
    return {
        "": OUTSIDE,
        "registrar": LISTS | REGISTERS | _of_registrar(session, world, letters),
        "director": {
            "desk": "/",
            "signing": "/signing",
            "proposed": letters["proposed"],
            "sent": sent,
            "inbox_none": "/inbox",
        },
        "a_director": HEADS_PAGES
        | cases
        | {"sheet": f"{cases['case_reported']}/sheet", "received": letters["received"]},
        "head": {"queue": "/queue", "case": made["case_district"]},
        "a_registrar": LISTS
        | BELLS
        | CLERKS_PAGES
        | REGISTERS
        | _of_clerk(session, world, made, letters),
        "a_admin": {"activity": "/activity", "people": "/people", "desk": "/"},
        "admin": ADMINISTRATION | _administered(session, world),
        "a_teacher": LISTS
        | {"compose": "/letters/new", "signing": "/signing", "case": made["case_ordered"]}
        | {"missing": f"/letters/{'0' * 20}", "forbidden": "/offices", "account": "/account"},
        "b_director": LISTS | {"queue": "/queue", "signing": "/signing", "bells": "/notifications"},
    }


def _of_registrar(session: Session, world: World, letters: Pages) -> Pages:
    own = {name: path for name, path in letters.items() if name not in ("arrived", "outside")}
    file = session.scalars(select(Attachment).order_by(Attachment.size.desc())).first()
    to_agency = session.scalars(
        select(Delivery.public_id)
        .join(Office, Office.id == Delivery.office_id)
        .join(Letter, Letter.id == Delivery.letter_id)
        .where(Letter.public_id == letters["sent"].rpartition("/")[2], Office.kind == "school")
    ).first()
    recipients = session.scalars(select(RecipientList)).first()
    assert file is not None
    assert recipients is not None
    person = session.get_one(Person, world.people["registrar"])
    return own | {
        "list": f"/recipient-lists/{recipients.public_id}",
        "activity": "/activity",
        "activity_letters": f"/activity/{person.public_id}/sent",
        "inbox_received": "/inbox?state=received",
        "outbox_waiting": "/outbox?waiting=1",
        "outbox_none": "/outbox?q=ไม่มีคำนี้",
        "compose": "/letters/new",
        "edit": f"{letters['draft']}/edit",
        "address": f"{letters['signed']}/recipients",
        "outside_new": "/letters/outside/new",
        "paths": "/paths",
        "authority": "/signing-authority",
        "tracking": f"{letters['sent']}/deliveries",
        "tracking_none": f"{letters['sent']}/deliveries?state=failed",
        "phone": f"/deliveries/{to_agency}/phone",
        "file_page": f"/files/{file.public_id}/pages/1",
        "numbering_years": f"/offices/{world.public['district']}/numbering/{YEAR}",
        "account": "/account",
        "search": "/search?q=ประชุม",
        "search_none": "/search?q=ไม่มีคำนี้เลย",
    }


def _of_clerk(session: Session, world: World, made: Pages, letters: Pages) -> Pages:
    received = session.scalars(
        select(Delivery.public_id)
        .where(Delivery.office_id == world.offices["school_a"], Delivery.state == "received")
        .order_by(Delivery.id)
        .limit(5)
    )
    return {
        "received_together": f"/inbox/received?keys={'.'.join(received)}",
        "inbox_received": "/inbox?state=received",
        "inbox_all": "/inbox?desks=all",
        "arrived": letters["arrived"],
        "received": letters["received"],
        "outside": letters["outside"],
        "circular": letters["sent"],
        "tracking": f"{letters['sent']}/deliveries",
        "case": made["case_registered"],
    }


def _administered(session: Session, world: World) -> Pages:
    """The pages of one office, group, network, post and person each, and those of a closed one."""
    school, long = (f"/offices/{world.public[name]}" for name in ("school_a", "school_long"))
    post = session.get_one(Post, world.posts["a_registrar"])
    person = session.get_one(Person, world.people["a_registrar"])
    network = session.get_one(Network, world.network_id)
    group = session.scalars(select(Group).limit(1)).one()
    return {
        "office": school,
        "office_long": long,
        "office_district": f"/offices/{world.public['district']}",
        "office_agency": f"/offices/{world.public['agency']}",
        "office_edit": f"{long}/edit",
        "office_close": f"{school}/close",
        "numbering": f"{school}/numbering/{YEAR}",
        "numbering_next": f"{school}/numbering/{YEAR + 1}",
        "person_new": f"{school}/people/new",
        "post_new": f"/offices/{world.public['district']}/posts/new",
        "post": f"/posts/{post.public_id}",
        "post_edit": f"/posts/{post.public_id}/edit",
        "assign": f"/posts/{post.public_id}/assign?q=ครู",
        "person": f"/people/{person.public_id}",
        "person_edit": f"/people/{person.public_id}/edit",
        "network": f"/networks/{network.public_id}",
        "group": f"/groups/{group.public_id}/edit",
    }
