"""Who may sign for an office, and in which words: the head, those who act for the head, and the
posts on the office's list of signing authority (App. 3 §1–2, §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.rules import LetterKind
from eoffice.routing.case_queries import Seat, seats
from eoffice.routing.models import SigningAuthority
from eoffice.routing.refusals import (
    EVERY_KIND_WORDS,
    AuthorityHow,
    AuthorityNotFound,
    NoAuthority,
    SignerUnknown,
)
from eoffice.routing.rules import NoSigner
from eoffice.users.desks import post_with_role, signature_of
from eoffice.users.models import Holding, Person, Post, PostRole
from eoffice.users.permissions import may
from eoffice.users.rules import HoldingKind, Role
from eoffice.verbs import Verb

EVERY_KIND = ""


@dataclass(frozen=True)
class Signer:
    """A person who may sign, at which post, how and by which order (App. 3 §1–4)."""

    name: str
    title: str
    how: str
    ends_on: date | None
    scope: str


def signers_today(session: Session, office_id: int, day: date | None = None) -> list[Signer]:
    """Everybody who may sign for an office on a Bangkok day: the head first, then by the list."""
    day = day or clock.today()
    heads = select(PostRole.post_id).where(
        PostRole.role == Role.DIRECTOR.value,
        PostRole.starts_on <= day,
        or_(PostRole.ends_on.is_(None), PostRole.ends_on >= day),
    )
    found = [
        Signer(
            person.full_name,
            post.title,
            " ".join(filter(None, (HoldingKind(holding.kind).label, holding.order_no))),
            holding.ends_on,
            holding.scope,
        )
        for holding, post, person in _sitting(session, office_id, day, Post.id.in_(heads))
    ]
    for line, _ in lines_of(session, office_id, day):
        found += [
            Signer(
                person.full_name,
                post.title,
                f"{AuthorityHow(line.how).label} {line.order_no}",
                min(filter(None, (line.ends_on, holding.ends_on)), default=None),
                " · ".join(filter(None, (kind_words(line.kind), line.matters))),
            )
            for holding, post, person in _sitting(session, office_id, day, Post.id == line.post_id)
        ]
    return found


def lines_of(
    session: Session, office_id: int, day: date | None = None
) -> list[tuple[SigningAuthority, Post]]:
    """The list of signing authority of an office: the lines of a day, or all that ever were."""
    query = (
        select(SigningAuthority, Post)
        .join(Post, Post.id == SigningAuthority.post_id)
        .where(SigningAuthority.office_id == office_id)
        .order_by(Post.title, SigningAuthority.kind, SigningAuthority.starts_on)
    )
    if day is not None:
        query = query.where(_is_valid_on(day))
    return [(row[0], row[1]) for row in session.execute(query)]


def load_line(
    session: Session, actor: Actor, public_id: str, *, for_update: bool = False
) -> SigningAuthority:
    """A line of the list that the desk administers, else ``AuthorityNotFound`` (404)."""
    query = select(SigningAuthority).where(SigningAuthority.public_id == public_id)
    line = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    office_id = actor.desk.office_id if actor.desk else 0
    if line is None or line.office_id != office_id or not may(actor, Verb.SET_AUTHORITY):
        raise AuthorityNotFound
    return line


def authority_of(session: Session, post_id: int, kind: str) -> SigningAuthority | None:
    """The line by which a post signs letters of a kind today; one of the kind itself first."""
    return session.scalars(
        select(SigningAuthority)
        .where(
            SigningAuthority.post_id == post_id,
            SigningAuthority.kind.in_((kind, EVERY_KIND)),
            _is_valid_on(clock.today()),
        )
        .order_by(SigningAuthority.kind.desc(), SigningAuthority.id)
        .limit(1)
    ).first()


def signers_for(session: Session, office_id: int, kind: str) -> list[Seat]:
    """The posts that a draft of a kind can be proposed to for signing, the head's first."""
    found = _signing_kinds(session, office_id)
    return [seat for seat, kinds in found if kind in kinds or EVERY_KIND in kinds]


def choice_of_signers(session: Session, office_id: int) -> list[tuple[Seat, str]]:
    """The posts that drafts of any kind can be proposed to, the head's first, with the kinds of
    letters that each may sign in words (empty for every kind); none where there is no choice."""
    found = _signing_kinds(session, office_id)
    if len(found) < 2:
        return []
    return [
        (seat, "" if EVERY_KIND in kinds else ", ".join(map(kind_words, dict.fromkeys(kinds))))
        for seat, kinds in found
    ]


def _signing_kinds(session: Session, office_id: int) -> list[tuple[Seat, list[str]]]:
    """The posts that sign today with the kinds of letters of each: the head's, then the list's."""
    by_id = {seat.post.id: seat for seat in seats(session, office_id)}
    head = post_with_role(session, office_id, Role.DIRECTOR.value)
    kinds: dict[int, list[str]] = {head.id: [EVERY_KIND]} if head is not None else {}
    for line, post in lines_of(session, office_id, clock.today()):
        kinds.setdefault(post.id, []).append(line.kind)
    return [(by_id[post_id], own) for post_id, own in kinds.items() if post_id in by_id]


def chosen_signer(session: Session, letter: Letter, public_id: str) -> Post:
    """The post chosen to sign a draft, the head where none is. Raises ``NoSigner``,
    ``SignerUnknown``."""
    office_id = letter.office_id or 0
    if not public_id:
        return _head(session, office_id)
    for seat in signers_for(session, office_id, letter.kind):
        if seat.post.public_id == public_id:
            return seat.post
    raise SignerUnknown


def signer_of(session: Session, letter: Letter) -> Post:
    """The post that a draft was proposed to for signing. Raises ``NoSigner``."""
    if letter.signer_post_id is not None:
        return session.get_one(Post, letter.signer_post_id)
    return _head(session, letter.office_id or 0)


def may_sign(session: Session, desk: Desk, kind: str) -> bool:
    """Whether a desk may sign letters of a kind today: the head's, or by the list."""
    return Role.DIRECTOR in desk.roles or authority_of(session, desk.post_id, kind) is not None


def signing_words(
    session: Session, actor: Actor, desk: Desk, letter: Letter
) -> tuple[str, str, str]:
    """Name, position and order as they stand under a signature from a desk.

    By delegated authority the own position comes first, then the words with the position that the
    power belongs to (App. 3 §4); one's own matters are signed in the own position (App. 3 §1–2).
    Raises ``NoAuthority``.
    """
    name, position = signature_of(actor)
    if Role.DIRECTOR in desk.roles:
        return name, position, ""
    line = authority_of(session, desk.post_id, letter.kind)
    if line is None:
        raise NoAuthority(kind=LetterKind(letter.kind).label)
    if line.how == AuthorityHow.DELEGATED.value:
        head = _head(session, desk.office_id)
        position = f"{position} {HoldingKind.DELEGATED.label}{head.title}"
    return name, position, line.order_no


def kind_words(kind: str) -> str:
    """The kind of letters of a line in words."""
    return LetterKind(kind).label if kind else EVERY_KIND_WORDS


def _head(session: Session, office_id: int) -> Post:
    head = post_with_role(session, office_id, Role.DIRECTOR.value)
    if head is None:
        raise NoSigner
    return head


def _is_valid_on(day: date) -> ColumnElement[bool]:
    ends = SigningAuthority.ends_on
    return (SigningAuthority.starts_on <= day) & or_(ends.is_(None), ends >= day)


def _sitting(
    session: Session, office_id: int, day: date, which: ColumnElement[bool]
) -> list[tuple[Holding, Post, Person]]:
    rows = session.execute(
        select(Holding, Post, Person)
        .join(Post, Post.id == Holding.post_id)
        .join(Person, Person.id == Holding.person_id)
        .where(
            Post.office_id == office_id,
            which,
            or_(Post.closed_on.is_(None), Post.closed_on > day),
            Holding.starts_on <= day,
            or_(Holding.ends_on.is_(None), Holding.ends_on >= day),
        )
        .order_by(Holding.kind != HoldingKind.SUBSTANTIVE.value, Holding.starts_on, Holding.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]
