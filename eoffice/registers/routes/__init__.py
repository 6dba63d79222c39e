"""Pages of the registers: reading and printing, reserving, settings of a year, confirming."""

from __future__ import annotations

from flask import Flask

from eoffice.actor import Actor
from eoffice.registers.queries import load_entry
from eoffice.registers.routes import books, confirming, reserving, years
from eoffice.registers.routes.room import blueprint
from eoffice.registers.services.settings import numbering_is_locked
from eoffice.users.auth import LOADERS, reading
from eoffice.users.frame import Entry, offer
from eoffice.users.permissions import may
from eoffice.verbs import Verb

__all__ = ["books", "confirming", "register", "reserving", "years"]


def register(app: Flask) -> None:
    """Add the room's pages and its places in the menu."""
    app.register_blueprint(blueprint)
    LOADERS.update(register_entry=load_entry)
    offer(
        Entry(
            "registers.current",
            "ทะเบียนหนังสือรับ",
            arguments=(("path", "incoming"),),
            is_offered=_reads,
            is_apart=True,
            order=20,
        ),
        Entry(
            "registers.current",
            "ทะเบียนหนังสือส่ง",
            arguments=(("path", "outgoing"),),
            is_offered=_reads,
            order=21,
        ),
        Entry("registers.books", "ทะเบียนทั้งหมด", is_offered=_reads, order=22),
        Entry(
            "registers.reserve",
            "จองเลข",
            is_offered=lambda actor: may(actor, Verb.RESERVE_NUMBER),
            order=23,
        ),
        Entry(
            "registers.confirm",
            "ยืนยันเลขทะเบียน",
            is_offered=lambda actor: (
                may(actor, Verb.CONFIRM_NUMBERING) and numbering_is_locked(reading())
            ),
            order=68,
        ),
    )


def _reads(actor: Actor) -> bool:
    return may(actor, Verb.READ_REGISTER)
