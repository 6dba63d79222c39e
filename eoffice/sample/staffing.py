"""Taking people on: a post, a person, a holding and an account, by the administrator's services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.sample.cast import Cast, Member, Seat
from eoffice.sample.names import Names
from eoffice.users.models import Group, Office, Person, Post
from eoffice.users.rules import HoldingKind
from eoffice.users.services import accounts, organisation, people

IN_OFFICE = timedelta(days=500)


@dataclass
class Hired:
    """A person just taken on."""

    person: Person
    account_id: int
    username: str
    key: str = ""
    note: str = ""


@dataclass
class Staff:
    """Takes people on and enters them in the cast."""

    session: Session
    cast: Cast
    names: Names
    year: int
    heads: list[Hired] = field(default_factory=list)
    count: int = 0

    @property
    def since(self) -> date:
        """The day from which the sample's posts are held."""
        return clock.today() - IN_OFFICE

    def order(self, number: int) -> str:
        """The number of an order of this year."""
        return f"{number}/{self.year}"

    def hire(self, username: str, key: str = "", note: str = "") -> Hired:
        """Add a person with an account; with a key the person plays a part by name."""
        name = self.names.draw()
        self.count += 1
        person = people.add_person(
            self.session,
            SYSTEM,
            prefix=name.prefix,
            first_name=name.first,
            last_name=name.last,
            email=f"{username}@people.example",
            phone=f"0 0001 {self.count:04d}",
        )
        account = accounts.add_account(self.session, SYSTEM, person, username=username)
        return Hired(person, account.id, username, key, note)

    def post(
        self, office: Office, title: str, roles: tuple[str, ...], group: Group | None = None
    ) -> Post:
        """Add a post; the roles come with an order (App. 6 §4.1.1)."""
        return organisation.add_post(
            self.session,
            SYSTEM,
            office,
            title=title,
            roles=roles,
            group_id=group.id if group else None,
            order_no=self.order(12),
            starts_on=self.since,
        )

    def seat(
        self,
        hired: Hired,
        post: Post,
        roles: tuple[str, ...],
        code: str,
        *,
        is_main: bool = True,
        group: int | None = None,
    ) -> Seat:
        """Let a person hold a post for good; the seat is found by office, group and role."""
        holding = people.assign_post(
            self.session, SYSTEM, hired.person, post, starts_on=self.since, is_main=is_main
        )
        seat = Seat(hired.person.id, holding.id, hired.account_id)
        for role in roles:
            place = code if group is None else f"{code}.g{group:02d}"
            self.cast.seats.setdefault((place, role), []).append(seat)
        if hired.key and is_main:
            self.name_member(hired, seat)
        return seat

    def name_member(self, hired: Hired, seat: Seat) -> None:
        """Enter a person in the list of members."""
        self.cast.members[hired.key] = Member(
            key=hired.key,
            person_id=hired.person.id,
            account_id=hired.account_id,
            username=hired.username,
            name=hired.person.full_name,
            seat=seat,
            note=hired.note,
        )

    def fill(
        self,
        code: str,
        title: str,
        roles: tuple[str, ...],
        username: str,
        *,
        group: int | None = None,
        key: str = "",
        note: str = "",
    ) -> Hired:
        """A new post with a new person in it."""
        office = self.cast.offices[code]
        where = self.cast.groups[group] if group is not None else None
        post = self.post(office, title, roles, where)
        hired = self.hire(username, key, note)
        self.seat(hired, post, roles, code, group=group)
        if "director" in roles:
            self.cast.posts[code] = post
        return hired

    def act_for(
        self, hired: Hired, post: Post, kind: HoldingKind, *, start: int, end: int, order_no: str
    ) -> Seat:
        """Let a person act for the holder of a post, from and to days counted from today."""
        holding = people.assign_post(
            self.session,
            SYSTEM,
            hired.person,
            post,
            kind=kind.value,
            starts_on=self.cast.today + timedelta(days=start),
            ends_on=self.cast.today + timedelta(days=end),
            order_no=order_no,
            scope="ราชการทั่วไปของตำแหน่ง",
        )
        return Seat(hired.person.id, holding.id, hired.account_id)
