"""A small district with a named cast, used everywhere instead of random factories.

    with database.transaction() as session:
        letter = world.sent_letter(session, to=("school_a",))
        delivery = world.delivery(session, letter)
        receive(session, world.actor(session, "a_registrar"), delivery.public_id)

A name of the cast is a desk: one person at one post. ``c_registrar`` is ``a_registrar`` at the
desk of school C; ``acting_director`` is ``deputy`` at the director's desk, by an order with dates.
School B is the outsider: unless a letter is sent to it, nobody there may see anything.
"""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import SYSTEM, Actor
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible
from eoffice.documents.services.attaching import StoredFile, attach
from eoffice.documents.services.drafting import LetterFields, draft
from eoffice.documents.store import FileStore
from eoffice.registers.models import RegisterEntry
from eoffice.registers.services.numbering import issue_number
from eoffice.registers.services.settings import set_numbering
from eoffice.routing.models import Case, Delivery
from eoffice.routing.services.addressing import Addressing, address
from eoffice.routing.services.approving import document_hash, propose, sign
from eoffice.routing.services.receiving import OutsideLetter, receive, register_outside
from eoffice.routing.services.sending import send
from eoffice.users.desks import actor_of
from eoffice.users.models import Network, Office, Person, Post
from eoffice.users.services.accounts import add_account, set_password
from eoffice.users.services.organisation import (
    add_group,
    add_network,
    add_office,
    add_post,
    set_network,
)
from eoffice.users.services.people import add_person, assign_post

PASSWORD = "mango-lantern-82-river"
"""The password of every account of the cast."""

OFFICES = MappingProxyType(
    {
        "district": ("district", "D", "สพป.ตัวอย่าง เขต 2", "ศธ 04999"),
        "school_a": ("school", "001", "โรงเรียนบ้านตัวอย่างเหนือ", "ศธ 04999.001"),
        "school_b": ("school", "002", "โรงเรียนบ้านตัวอย่างใต้", "ศธ 04999.002"),
        "school_c": ("school", "003", "โรงเรียนบ้านตัวอย่างกลาง", "ศธ 04999.003"),
        "agency": ("agency", "X01", "องค์การบริหารส่วนตำบลตัวอย่าง", ""),
    }
)
CAST: MappingProxyType[str, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        "registrar": ("district", "นักจัดการงานทั่วไป", ("registrar",)),
        "director": ("district", "ผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา", ("director",)),
        "deputy": ("district", "รองผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา", ("deputy",)),
        "head": ("district", "ผู้อำนวยการกลุ่มนโยบายและแผน", ("group_head",)),
        "clerk": ("district", "เจ้าพนักงานธุรการ", ("group_clerk",)),
        "officer": ("district", "นักวิเคราะห์นโยบายและแผน", ("officer",)),
        "admin": ("district", "นักวิชาการคอมพิวเตอร์", ("district_admin",)),
        "auditor": ("district", "นักวิชาการตรวจสอบภายใน", ("auditor",)),
        "a_registrar": ("school_a", "ครูและงานสารบรรณ", ("registrar", "officer")),
        "a_director": ("school_a", "ผู้อำนวยการโรงเรียน", ("director",)),
        "a_teacher": ("school_a", "ครู", ("officer",)),
        "a_admin": ("school_a", "ผู้ดูแลระบบโรงเรียน", ("office_admin",)),
        "b_registrar": ("school_b", "ธุรการโรงเรียน", ("registrar",)),
        "b_director": ("school_b", "ผู้อำนวยการโรงเรียน", ("director",)),
        "c_registrar": ("school_c", "ธุรการโรงเรียน", ("registrar",)),
        "c_director": ("school_c", "ผู้อำนวยการโรงเรียน", ("director",)),
    }
)
"""Name of the desk → office, title of the post, roles."""

PEOPLE = MappingProxyType(
    {
        "registrar": ("นางสาว", "ใจดี", "สารบรรณ"),
        "director": ("นาย", "มานะ", "ตัวอย่าง"),
        "deputy": ("นาง", "ปิติ", "ตัวอย่าง"),
        "head": ("นาย", "ชูใจ", "แผนงาน"),
        "clerk": ("นางสาว", "วีระ", "ธุรการ"),
        "officer": ("นาย", "สมคิด", "วิเคราะห์"),
        "admin": ("นาย", "ดูแล", "ระบบ"),
        "auditor": ("นาง", "ตรวจ", "สอบทาน"),
        "a_registrar": ("นางสาว", "มานี", "ครูธุรการ"),
        "a_director": ("นาย", "เพชร", "ผู้บริหาร"),
        "a_teacher": ("นาง", "สมศรี", "ครูผู้สอน"),
        "a_admin": ("นาย", "ไอที", "โรงเรียน"),
        "b_registrar": ("นาย", "นอก", "โรงเรียนอื่น"),
        "b_director": ("นาง", "ใต้", "ผู้บริหาร"),
        "c_director": ("นาง", "กลาง", "ผู้บริหาร"),
        "visitor": ("นาย", "ไร้", "ตำแหน่ง"),
    }
)
SAME_PERSON = MappingProxyType({"c_registrar": "a_registrar", "acting_director": "deputy"})
IN_GROUP = frozenset({"head", "clerk", "officer"})
ACTING_ORDER = "คำสั่งที่ 12/2569"


@dataclass(frozen=True)
class Received:
    """A letter that its receiver has registered."""

    letter: Letter
    delivery: Delivery
    case: Case
    entry: RegisterEntry


@dataclass
class World:
    """Ids of the district by the names of this file; every builder works through the services."""

    year: int
    offices: dict[str, int] = field(default_factory=dict)
    public: dict[str, str] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)
    holdings: dict[str, int] = field(default_factory=dict)
    group_id: int = 0
    network_id: int = 0

    def actor(self, session: Session, name: str, **context: Any) -> Actor:
        """The person of a desk, acting from it today; ``visitor`` has none."""
        return actor_of(session, self.people[name], holding_id=self.holdings.get(name), **context)

    def username(self, name: str) -> str:
        """The username of the person at a desk; the password is ``PASSWORD``."""
        return SAME_PERSON.get(name, name).replace("_", ".")

    def holding_public_id(self, session: Session, name: str) -> str:
        """The public id of a desk, as the desk switch posts it."""
        desks = self.actor(session, name).desks
        return next(d.public_id for d in desks if d.holding_id == self.holdings[name])

    def draft_letter(
        self,
        session: Session,
        by: str = "registrar",
        *,
        to: tuple[str, ...] = (),
        copies: tuple[str, ...] = (),
        files: tuple[StoredFile, ...] = (),
        **fields: Any,
    ) -> Letter:
        """A draft of a desk, with its recipients by the names of offices, or ``network``."""
        given = {"subject": "ขอเชิญประชุมผู้บริหารโรงเรียน", "body": "ด้วยสำนักงานกำหนดจัดประชุม"}
        actor = self.actor(session, by)
        letter = draft(session, actor, LetterFields(**(given | fields)))
        if files:
            attach(session, actor, letter.public_id, files, version=letter.version)
        if to or copies:
            choice = self.addressing(to=to, copies=copies)
            address(session, actor, letter.public_id, choice, version=letter.version)
        return letter

    def addressing(self, to: tuple[str, ...] = (), copies: tuple[str, ...] = ()) -> Addressing:
        """Recipients by the names of this file."""
        return Addressing(
            networks=[self.public[name] for name in to if name == "network"],
            offices=[self.public[name] for name in to if name != "network"],
            copies=[self.public[name] for name in copies],
        )

    def proposed_letter(self, session: Session, by: str = "registrar", **details: Any) -> Letter:
        """A letter that waits for the signature of the director of the drafter's office."""
        letter = self.draft_letter(session, by, **details)
        actor = self.actor(session, by)
        propose(session, actor, letter.public_id, version=letter.version)
        return letter

    def signed_letter(self, session: Session, by: str = "registrar", **details: Any) -> Letter:
        """A letter signed by the director of the drafter's office."""
        letter = self.proposed_letter(session, by, **details)
        return self.sign(session, letter)

    def sign(self, session: Session, letter: Letter, by: str = "") -> Letter:
        """Let the director of a letter's office (or another desk) sign it as it is shown now."""
        actor = self.actor(session, by or self._desk(letter.office_id, "director"))
        seen = load_visible(session, actor, letter.public_id)
        return sign(
            session,
            actor,
            letter.public_id,
            version=seen.version,
            shown_hash=document_hash(session, seen),
        )

    def numbered_letter(self, session: Session, by: str = "registrar", **details: Any) -> Letter:
        """A letter with its number, not sent yet."""
        letter = self.signed_letter(session, by, **details)
        actor = self.actor(session, self._desk(letter.office_id, "registrar"))
        return issue_number(session, actor, letter.public_id, version=letter.version)

    def sent_letter(
        self,
        session: Session,
        by: str = "registrar",
        *,
        to: tuple[str, ...] = ("school_a",),
        **details: Any,
    ) -> Letter:
        """A letter that arrived at its recipients."""
        letter = self.numbered_letter(session, by, to=to, **details)
        actor = self.actor(session, self._desk(letter.office_id, "registrar"))
        send(session, actor, letter.public_id, version=letter.version)
        return letter

    def delivery(self, session: Session, letter: Letter, office: str = "school_a") -> Delivery:
        """The newest delivery of a letter to an office."""
        return session.scalars(
            select(Delivery)
            .where(Delivery.letter_id == letter.id, Delivery.office_id == self.offices[office])
            .order_by(Delivery.id.desc())
            .limit(1)
        ).one()

    def received_letter(
        self, session: Session, by: str = "registrar", *, at: str = "a_registrar", **details: Any
    ) -> Received:
        """A letter sent to the office of the desk ``at`` and registered there."""
        office = self.office_name(at)
        letter = self.sent_letter(session, by, **({"to": (office,)} | details))
        delivery = self.delivery(session, letter, office)
        delivery, entry = receive(session, self.actor(session, at), delivery.public_id)
        return Received(letter, delivery, self.case(session, delivery), entry)

    def outside_letter(self, session: Session, by: str = "registrar", **details: Any) -> Received:
        """A paper letter of the agency, registered at a desk."""
        given = {"sender": OFFICES["agency"][2], "subject": "ขอใช้สถานที่", "letter_no": "ตย 72001/15"}
        outside = OutsideLetter(**(given | details))
        letter, delivery, entry = register_outside(
            session, self.actor(session, by), outside, is_confirmed=True
        )
        return Received(letter, delivery, self.case(session, delivery), entry)

    def close(self, session: Session, name: str, successor: str, closed_on: date) -> None:
        """Make an office closed since a day, with its successor; its letters stay as they are."""
        office = session.get_one(Office, self.offices[name])
        office.closed_on, office.successor_id = closed_on, self.offices[successor]

    def case(self, session: Session, delivery: Delivery) -> Case:
        """The case that receiving a delivery opened."""
        return session.scalars(select(Case).where(Case.delivery_id == delivery.id)).one()

    def office_name(self, desk: str) -> str:
        """The name in this file of a desk's office."""
        return "district" if desk == "acting_director" else self.desk_offices[desk]

    @property
    def desk_offices(self) -> dict[str, str]:
        """Desk → office, by the names of this file."""
        known = {name: office for name, (office, _, _) in CAST.items()}
        numbered = {
            f"{role}_{office[-3:]}": office
            for office in self.offices
            if office.removeprefix("school_").isdigit()
            for role in ("registrar", "director")
        }
        return known | numbered

    def _desk(self, office_id: int | None, role: str) -> str:
        office = next(name for name, known in self.offices.items() if known == office_id)
        if office == "district":
            return role
        prefix = office.removeprefix("school_")
        return f"{role}_{prefix}" if prefix.isdigit() else f"{prefix}_{role}"


def stored_file(
    name: str = "หนังสือ.pdf", content: bytes = b"%PDF-1.4 sample", store: FileStore | None = None
) -> StoredFile:
    """A file as the intake hands it on; with a store its bytes really lie there."""
    key = store.put(io.BytesIO(content), 1 << 24).blob_key if store else secrets.token_hex(16)
    return StoredFile(
        blob_key=key,
        sha256=sha256(content).hexdigest(),
        size=len(content),
        name=name,
        kind="pdf",
        media_type="application/pdf",
    )


def build_world(session: Session) -> World:
    """Make the district through the services, as its administrator would."""
    world = World(year=clock.this_year())
    since = date(clock.today().year - 1, 1, 1)
    network = add_network(session, SYSTEM, name="ศูนย์เครือข่ายตัวอย่าง")
    world.network_id, world.public["network"] = network.id, network.public_id
    for name, (kind, code, title, prefix) in OFFICES.items():
        _add_office(session, world, name, kind, code, title, prefix, since)
    for name in ("school_a", "school_b"):
        set_network(session, SYSTEM, session.get_one(Office, world.offices[name]), network.id)
    district = session.get_one(Office, world.offices["district"])
    world.group_id = add_group(session, SYSTEM, district, name="กลุ่มนโยบายและแผน").id
    for name, (prefix, first, last) in PEOPLE.items():
        _add_person(session, world, name, prefix=prefix, first_name=first, last_name=last)
    for name, (office, title, roles) in CAST.items():
        _add_desk(session, world, name, office, title, roles, since)
    _let_deputy_act(session, world)
    return world


def big_world(session: Session, world: World, schools: int) -> World:
    """Add so many more schools, each with registrar and director (``registrar_004`` and so on),
    without accounts; every third is in the network."""
    since = date(clock.today().year - 1, 1, 1)
    network = session.get_one(Network, world.network_id)
    for number in range(4, schools + 4):
        code = f"{number:03}"
        name = f"school_{code}"
        title = f"โรงเรียนบ้านตัวอย่าง {number}"
        _add_office(session, world, name, "school", code, title, f"ศธ 04999.{code}", since)
        if number % 3 == 0:
            office = session.get_one(Office, world.offices[name])
            set_network(session, SYSTEM, office, network.id)
        for role in ("registrar", "director"):
            desk = f"{role}_{code}"
            person = add_person(session, SYSTEM, first_name=f"คนที่{number}", last_name=role)
            world.people[desk] = person.id
            _add_desk(session, world, desk, name, role, (role,), since)
    return world


def _add_office(
    session: Session,
    world: World,
    name: str,
    kind: str,
    code: str,
    title: str,
    prefix: str,
    since: date,
) -> None:
    office = add_office(session, SYSTEM, kind=kind, code=code, name=title, opened_on=since)
    world.offices[name], world.public[name] = office.id, office.public_id
    if prefix:
        set_numbering(session, SYSTEM, office, year=world.year, prefix=prefix)


def _add_person(session: Session, world: World, name: str, **facts: str) -> None:
    person = add_person(session, SYSTEM, **facts)
    world.people[name] = person.id
    account = add_account(session, SYSTEM, person, username=world.username(name))
    set_password(session, account, PASSWORD, light=True)


def _add_desk(
    session: Session,
    world: World,
    name: str,
    office: str,
    title: str,
    roles: tuple[str, ...],
    since: date,
) -> None:
    post = add_post(
        session,
        SYSTEM,
        session.get_one(Office, world.offices[office]),
        title=title,
        roles=roles,
        group_id=world.group_id if name in IN_GROUP else None,
        starts_on=since,
    )
    world.people.setdefault(name, world.people.get(SAME_PERSON.get(name, name), 0))
    person = session.get_one(Person, world.people[name])
    is_main = name not in SAME_PERSON
    holding = assign_post(session, SYSTEM, person, post, starts_on=since, is_main=is_main)
    world.posts[name], world.holdings[name] = post.id, holding.id


def _let_deputy_act(session: Session, world: World) -> None:
    today = clock.today()
    holding = assign_post(
        session,
        SYSTEM,
        session.get_one(Person, world.people["deputy"]),
        session.get_one(Post, world.posts["director"]),
        kind="acting_for",
        starts_on=today - timedelta(days=7),
        ends_on=today + timedelta(days=30),
        order_no=ACTING_ORDER,
    )
    world.people["acting_director"] = world.people["deputy"]
    world.posts["acting_director"] = world.posts["director"]
    world.holdings["acting_director"] = holding.id
