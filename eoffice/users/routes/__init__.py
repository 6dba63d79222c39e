"""Pages of signing in, and of those who administer offices, posts, people and accounts."""

from __future__ import annotations

from flask import Flask

from eoffice.documents.rules import LetterKind
from eoffice.users import directory
from eoffice.users.auth import LOADERS
from eoffice.users.divisions import load_group, load_network
from eoffice.users.frame import Entry, offer
from eoffice.users.permissions import may
from eoffice.users.routes import accounts, divisions, limits, offices, people, posts, signing_in
from eoffice.users.routes.room import blueprint
from eoffice.verbs import Verb

__all__ = [
    "accounts",
    "divisions",
    "limits",
    "offices",
    "people",
    "posts",
    "register",
    "signing_in",
]


def register(app: Flask) -> None:
    """Add the room's pages and its places in the menu."""
    app.register_blueprint(blueprint)
    app.jinja_env.filters["letter_kind"] = lambda code: LetterKind(code).label
    LOADERS.update(
        office=directory.load_office,
        post=directory.load_post,
        person=directory.load_person,
        account=directory.load_account,
        holding=directory.load_holding,
        group=load_group,
        network=load_network,
    )
    offer(
        Entry(
            "users.offices",
            "หน่วยงานและตำแหน่ง",
            is_offered=lambda actor: may(actor, Verb.CHANGE_OFFICE),
            is_apart=True,
            order=65,
        ),
        Entry(
            "users.people",
            "บุคลากรและบัญชี",
            is_offered=lambda actor: may(actor, Verb.CHANGE_PERSON),
            order=66,
        ),
        Entry(
            "users.networks",
            "เครือข่าย",
            is_offered=lambda actor: may(actor, Verb.ADD_NETWORK),
            order=67,
        ),
        Entry(
            "users.limits",
            "ขนาดไฟล์",
            is_offered=lambda actor: may(actor, Verb.SET_LIMITS),
            order=69,
        ),
        Entry("users.account", "บัญชีของฉัน", is_offered=lambda _: True, is_apart=True, order=90),
    )
