"""What every act of the sample needs: the session, the cast, the files, the agenda, who acts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock, jobs
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor, Desk
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.jobs import Job
from eoffice.sample.cast import DISTRICT, Cast, Seat
from eoffice.sample.files import Folder
from eoffice.sample.timetable import Agenda, Timetable
from eoffice.users.accounts import Account
from eoffice.users.desks import actor_of
from eoffice.users.services import accounts
from eoffice.verbs import Verb
from eoffice.worker import FOLLOWS, Shop, follow

BROWSER = "Mozilla/5.0 (sample)"


@dataclass
class Scene:
    """The month as it is being made."""

    session: Session
    database: Database
    settings: Settings
    cast: Cast
    folder: Folder
    timetable: Timetable
    agenda: Agenda
    random: Random
    paces: dict[str, int] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    _signed_in: dict[tuple[int, date], Actor] = field(default_factory=dict)
    _known: dict[int, Actor] = field(default_factory=dict)
    _followed: int = 0

    def actor(self, seat: Seat) -> Actor:
        """The actor at a seat now; the first act of a person on a day is a sign-in."""
        day = clock.today()
        known = self._signed_in.get((seat.person_id, day))
        if known is None:
            known = self._signed_in[seat.person_id, day] = self._sign_in(seat)
        desk = _desk_of(known, seat)
        if desk is None:
            raise LookupError(f"holding {seat.holding_id} is no desk on {day}")
        return known.at(desk)

    def director(self, code: str) -> Seat:
        """Who signs for an office now; at the district office the deputy, while acting."""
        if code == DISTRICT and clock.today() >= self.cast.acting_since:
            return self.cast.seat(DISTRICT, "acting_director")
        return self.cast.seat(code, "director")

    def registrar(self, code: str) -> Seat:
        """A registrar of an office; the district office's two take turns."""
        turn = self.random.randint(0, 1) if code == DISTRICT else 0
        return self.cast.seat(code, "registrar", turn)

    def follow(self) -> None:
        """What the worker does within a second: tell people what follows the acts so far."""
        query = select(Job).where(
            Job.id > self._followed, Job.kind == "follow", Job.state == "waiting"
        )
        waiting = list(self.session.scalars(query.order_by(Job.id)))
        shop = Shop(self.database, self.settings)
        for job in waiting:
            if Verb(job.facts["verb"]) in FOLLOWS:
                follow(shop, job)(self.session)
        if waiting:
            jobs.finish_all(self.session, [job.id for job in waiting])
            self._followed = waiting[-1].id

    def _sign_in(self, seat: Seat) -> Actor:
        account = self.session.get_one(Account, seat.account_id)
        address = f"192.0.2.{seat.person_id % 250 + 1}"
        stranger = Actor(person_id=None, name="", address=address)
        row, _token = accounts.start_session(
            self.session,
            stranger,
            account,
            user_agent=BROWSER,
            hours=self.settings.session_hours,
        )
        known = self._known.get(seat.person_id)
        if known is None or _desk_of(known, seat) is None:
            known = actor_of(self.session, seat.person_id, account_id=account.id, address=address)
            if all(desk.ends_on is None for desk in known.desks):
                self._known[seat.person_id] = known
        actor = replace(known, session_id=row.id)
        record(self.session, actor, Verb.SIGN_IN, row, chain=DISTRICT_CHAIN, follow=False)
        return actor


def _desk_of(actor: Actor, seat: Seat) -> Desk | None:
    return next((desk for desk in actor.desks if desk.holding_id == seat.holding_id), None)
