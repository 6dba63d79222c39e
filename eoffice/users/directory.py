"""Reading offices, posts, people and accounts for those who administer them.

A district administrator sees all of them, an office's administrator those of the own office;
everything else is absent (404), and for everybody else all of it. What is seen but is the
district's to do is refused (403).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor
from eoffice.thai_text import normalise
from eoffice.users.accounts import Account, AccountCode, SignInSession
from eoffice.users.models import Group, Holding, Network, Office, Person, Post, PostRole
from eoffice.users.permissions import may, require
from eoffice.users.rules import (
    AccountNotFound,
    HoldingKind,
    HoldingNotFound,
    OfficeNotFound,
    PersonNotFound,
    PostNotFound,
    Role,
)
from eoffice.verbs import Verb

PAGE = 50
CHOICES = 30
"""How many people a search for a post's new holder offers."""


@dataclass(frozen=True)
class OfficeRow:
    """An office with its network's name, how many posts it has and how many people hold them."""

    office: Office
    network: str
    posts: int
    people: int


@dataclass(frozen=True)
class Seat:
    """A person at a post, as lists show it."""

    holding: Holding
    post: Post
    person: Person
    office: Office

    @property
    def is_over(self) -> bool:
        """Whether its last day has passed."""
        return self.holding.ends_on is not None and self.holding.ends_on < clock.today()

    @property
    def kind_label(self) -> str:
        """How the person holds the post, empty for a substantive holder."""
        kind = HoldingKind(self.holding.kind)
        return "" if kind is HoldingKind.SUBSTANTIVE else kind.label

    @property
    def is_ahead(self) -> bool:
        """Whether its first day is still to come."""
        return self.holding.starts_on > clock.today()


@dataclass(frozen=True)
class PostRow:
    """A post with its group, roles of today and who is or will be at it."""

    post: Post
    group: str
    roles: list[str]
    seats: list[Seat] = field(default_factory=list)


@dataclass(frozen=True)
class PersonRow:
    """A person with today's posts and the account."""

    person: Person
    account: Account | None
    seats: list[Seat]


def is_district_admin(actor: Actor) -> bool:
    """Whether the chosen desk administers the whole district."""
    return actor.has_role(Role.DISTRICT_ADMIN)


def load_office(
    session: Session, actor: Actor, public_id: str, verb: Verb = Verb.CHANGE_OFFICE
) -> Office:
    """An office this desk administers, or in which it may do ``verb``. Anything else raises
    ``OfficeNotFound`` (404); one it sees but may not do this to, ``RoleMissing`` (403)."""
    office = session.scalars(select(Office).where(Office.public_id == public_id)).one_or_none()
    if office is None or not _is_in_reach(actor, office.id, verb):
        raise OfficeNotFound
    require(actor, verb)
    return office


def load_post(session: Session, actor: Actor, public_id: str) -> tuple[Post, Office]:
    """A post of an office this desk administers. Raises ``PostNotFound``."""
    row = session.execute(
        select(Post, Office)
        .join(Office, Office.id == Post.office_id)
        .where(Post.public_id == public_id)
    ).one_or_none()
    if row is None or not _is_in_reach(actor, row[1].id):
        raise PostNotFound
    return row[0], row[1]


def load_holding(session: Session, actor: Actor, public_id: str) -> tuple[Holding, Post]:
    """A holding in an office this desk administers. Raises ``HoldingNotFound``."""
    row = session.execute(
        select(Holding, Post)
        .join(Post, Post.id == Holding.post_id)
        .where(Holding.public_id == public_id)
    ).one_or_none()
    if row is None or not _is_in_reach(actor, row[1].office_id):
        raise HoldingNotFound
    return row[0], row[1]


def load_person(session: Session, actor: Actor, public_id: str) -> Person:
    """A person of an office this desk administers. Raises ``PersonNotFound``."""
    person = session.scalars(
        select(Person).where(Person.public_id == public_id, _own_people(actor))
    ).one_or_none()
    if person is None:
        raise PersonNotFound
    return person


def load_account(session: Session, actor: Actor, public_id: str) -> tuple[Account, Person]:
    """The account of a person this desk administers. Raises ``AccountNotFound``."""
    row = session.execute(
        select(Account, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Account.public_id == public_id, _own_people(actor))
    ).one_or_none()
    if row is None:
        raise AccountNotFound
    return row[0], row[1]


def offices_page(
    session: Session,
    actor: Actor,
    *,
    words: str = "",
    kind: str = "",
    network: str = "",
    is_closed: bool = False,
    after: str = "",
) -> list[OfficeRow]:
    """Offices this desk administers by code, after one; one more than a page tells of the next."""
    desk = require(actor, Verb.CHANGE_OFFICE)
    posts = select(func.count(Post.id)).where(Post.office_id == Office.id, _is_open(Post))
    people = (
        select(func.count(Holding.person_id.distinct()))
        .join(Post, Post.id == Holding.post_id)
        .where(Post.office_id == Office.id, _is_live())
    )
    query = (
        select(
            Office,
            func.coalesce(Network.name, ""),
            posts.correlate(Office).scalar_subquery(),
            people.correlate(Office).scalar_subquery(),
        )
        .outerjoin(Network, Network.id == Office.network_id)
        .where(~_is_open(Office) if is_closed else _is_open(Office))
        .order_by(Office.code)
        .limit(PAGE + 1)
    )
    if not is_district_admin(actor):
        query = query.where(Office.id == desk.office_id)
    if kind:
        query = query.where(Office.kind == kind)
    if network:
        query = query.where(Network.public_id == network)
    if after:
        query = query.where(Office.code > after)
    for word in normalise(words).split()[:6]:
        query = query.where(
            or_(
                Office.name.icontains(word, autoescape=True),
                Office.short_name.icontains(word, autoescape=True),
                Office.code.icontains(word, autoescape=True),
            )
        )
    return [OfficeRow(*row) for row in session.execute(query)]


def people_page(
    session: Session, actor: Actor, *, words: str = "", after: str = "", limit: int = PAGE
) -> list[PersonRow]:
    """People this desk administers by name, after one; one more than a page tells of the next."""
    require(actor, Verb.CHANGE_PERSON)
    order = (Person.first_name, Person.last_name, Person.id)
    query = (
        select(Person, Account)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(_own_people(actor), *(_is_named(word) for word in normalise(words).split()[:6]))
        .order_by(*order)
        .limit(limit + 1)
    )
    last = session.scalars(select(Person).where(Person.public_id == after)).one_or_none()
    if last is not None:
        query = query.where(tuple_(*order) > (last.first_name, last.last_name, last.id))
    rows = session.execute(query).all()
    seats = seats_of(session, Holding.person_id.in_([row[0].id for row in rows]))
    return [
        PersonRow(row[0], row[1], [seat for seat in seats if seat.person.id == row[0].id])
        for row in rows
    ]


def posts_of(session: Session, office: Office) -> list[PostRow]:
    """The open posts of an office in the order in which they were made."""
    rows = session.execute(
        select(Post, func.coalesce(Group.name, ""))
        .outerjoin(Group, Group.id == Post.group_id)
        .where(Post.office_id == office.id, _is_open(Post))
        .order_by(Group.position, Group.id, Post.id)
    ).all()
    roles: dict[int, list[str]] = {}
    for post_id, role in session.execute(
        select(PostRole.post_id, PostRole.role)
        .join(Post, Post.id == PostRole.post_id)
        .where(Post.office_id == office.id, _is_current(PostRole))
        .order_by(PostRole.id)
    ):
        roles.setdefault(post_id, []).append(role)
    seats = seats_of(session, Post.office_id == office.id)
    return [
        PostRow(
            post,
            group,
            list(dict.fromkeys(roles.get(post.id, []))),
            [seat for seat in seats if seat.post.id == post.id],
        )
        for post, group in rows
    ]


def roles_of(session: Session, post: Post) -> list[PostRole]:
    """Every role a post has or had, the newest first."""
    return list(
        session.scalars(
            select(PostRole)
            .where(PostRole.post_id == post.id)
            .order_by(PostRole.starts_on.desc(), PostRole.id.desc())
        )
    )


def seats_of(
    session: Session, where: ColumnElement[bool], *, with_past: bool = False
) -> list[Seat]:
    """Holdings with post, person and office: those of today and later, with the past if asked."""
    query: Select[Any, Any, Any, Any] = (
        select(Holding, Post, Person, Office)
        .join(Post, Post.id == Holding.post_id)
        .join(Person, Person.id == Holding.person_id)
        .join(Office, Office.id == Post.office_id)
        .where(where)
        .order_by(Holding.is_main.desc(), Holding.starts_on.desc(), Holding.id.desc())
    )
    if not with_past:
        query = query.where(_is_live())
    return [Seat(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def groups_of(session: Session, office: Office) -> list[Group]:
    """The open groups of an office in their order."""
    return list(
        session.scalars(
            select(Group)
            .where(Group.office_id == office.id, _is_open(Group))
            .order_by(Group.position, Group.id)
        )
    )


def account_of_person(session: Session, person: Person) -> Account | None:
    """The account of a person, none where there is none yet."""
    return session.scalars(select(Account).where(Account.person_id == person.id)).one_or_none()


def live_sessions(session: Session, account: Account) -> int:
    """On how many machines an account is signed in now."""
    return (
        session.scalar(
            select(func.count()).where(
                SignInSession.account_id == account.id,
                SignInSession.ended_at.is_(None),
                SignInSession.expires_at > clock.now(),
            )
        )
        or 0
    )


def code_expiry(session: Session, account: Account) -> datetime | None:
    """Until when the account's present code can be used; none where there is no code."""
    return session.scalar(
        select(func.max(AccountCode.expires_at)).where(
            AccountCode.account_id == account.id,
            AccountCode.used_at.is_(None),
            AccountCode.ended_at.is_(None),
        )
    )


def successor_of(session: Session, office: Office) -> Office | None:
    """The office that goes on with the work of a closed one."""
    return session.get(Office, office.successor_id) if office.successor_id else None


def _is_in_reach(actor: Actor, office_id: int, verb: Verb = Verb.CHANGE_OFFICE) -> bool:
    """Whether the desk administers an office, or may do the verb in its own."""
    if actor.desk is None or not (may(actor, Verb.CHANGE_OFFICE) or may(actor, verb)):
        return False
    return is_district_admin(actor) or actor.desk.office_id == office_id


def _own_people(actor: Actor) -> ColumnElement[bool]:
    """People who hold a post in the desk's office today or later, or held their last one there."""
    if actor.desk is None or not may(actor, Verb.CHANGE_PERSON):
        return false()
    if is_district_admin(actor):
        return true()
    here = Post.office_id == actor.desk.office_id
    held = select(literal(1)).select_from(Holding).join(Post, Post.id == Holding.post_id)
    mine = held.where(Holding.person_id == Person.id)
    is_here = exists(mine.where(here, _is_live()).correlate(Person))
    is_anywhere = exists(
        select(literal(1)).where(Holding.person_id == Person.id, _is_live()).correlate(Person)
    )
    last = (
        select(func.max(Holding.id))
        .where(Holding.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    was_here_last = exists(held.where(Holding.id == last, here).correlate(Person))
    return or_(is_here, and_(~is_anywhere, was_here_last))


def _is_live() -> ColumnElement[bool]:
    return or_(Holding.ends_on.is_(None), Holding.ends_on >= clock.today())


def _is_open(model: Any) -> ColumnElement[bool]:
    return or_(model.closed_on.is_(None), model.closed_on > clock.today())


def _is_current(model: Any, day: date | None = None) -> ColumnElement[bool]:
    day = day or clock.today()
    return and_(model.starts_on <= day, or_(model.ends_on.is_(None), model.ends_on >= day))


def _is_named(word: str) -> ColumnElement[bool]:
    return or_(
        Person.first_name.icontains(word, autoescape=True),
        Person.last_name.icontains(word, autoescape=True),
        exists(
            select(literal(1))
            .where(
                Account.person_id == Person.id, Account.username.icontains(word, autoescape=True)
            )
            .correlate(Person)
        ),
    )
