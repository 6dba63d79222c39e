"""Drafting: begin, edit, take over, cite."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor, Desk
from eoffice.documents.models import SUBJECT_LIMIT, Citation, Letter
from eoffice.documents.numbers import number_key
from eoffice.documents.queries import load_visible, visible_to
from eoffice.documents.rules import (
    ClassifiedRefused,
    LetterKind,
    LetterState,
    NotYourDraft,
    NotYourOffice,
    Origin,
    Secrecy,
    StaleVersion,
    SubjectMissing,
    TooLong,
    TopSecretRefused,
    UnusableText,
    Urgency,
)
from eoffice.documents.services.steps import advance, require_step
from eoffice.users.access import ensure_principal, grant
from eoffice.users.models import Office
from eoffice.users.permissions import require
from eoffice.users.rules import PrincipalKind
from eoffice.verbs import Verb

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
LIMITS = {
    "subject": ("เรื่อง", SUBJECT_LIMIT),
    "addressee": ("คำขึ้นต้น", 300),
    "body": ("ข้อความ", 50_000),
    "closing": ("คำลงท้าย", 100),
    "contact": ("ผู้ประสานงาน", 300),
    "remark": ("หมายเหตุ", 2_000),
    "sender_text": ("ผู้ส่ง", 300),
}


@dataclass(frozen=True)
class CitationText:
    """A citation as typed: number, day, office (ข้อ 11.6)."""

    number: str
    cited_on: date | None = None
    office: str = ""


@dataclass(frozen=True)
class LetterFields:
    """What a writer may set on a draft; everything else is the server's."""

    subject: str
    kind: str = LetterKind.EXTERNAL.value
    urgency: str = Urgency.NORMAL.value
    secrecy: str = Secrecy.NORMAL.value
    deliver_by: datetime | None = None
    addressee: str = ""
    body: str = ""
    closing: str = ""
    contact: str = ""
    remark: str = ""
    is_circular: bool = False
    citations: Sequence[CitationText] = field(default_factory=tuple)


def draft(
    session: Session,
    actor: Actor,
    fields: LetterFields,
    *,
    answers_case_id: int | None = None,
    **facts: Any,
) -> Letter:
    """Begin a letter; it belongs to the desk's post and is seen by post and registry.

    ``facts`` say in the log how it began (a copy names its source). Raises ``SubjectMissing``,
    ``TooLong``, ``UnusableText``, ``TopSecretRefused``, ``ClassifiedRefused``.
    """
    desk = require(actor, Verb.DRAFT)
    fields = checked(fields)
    letter = Letter(
        **_columns(fields),
        origin=Origin.SYSTEM.value,
        state=LetterState.DRAFT.value,
        office_id=desk.office_id,
        owner_post_id=desk.post_id,
        owner_group_id=desk.group_id,
        answers_case_id=answers_case_id,
        drafted_by=actor.person_id,
        typed_by=actor.person_id,
        created_at=clock.now(),
    )
    session.add(letter)
    session.flush()
    grant(session, "letter", letter.id, _owners(session, desk), Verb.DRAFT)
    cite(session, actor, letter, fields.citations)
    record(session, actor, Verb.DRAFT, letter, subject=letter.subject, kind=letter.kind, **facts)
    return letter


def edit(
    session: Session,
    actor: Actor,
    public_id: str,
    fields: LetterFields,
    *,
    version: int,
    unless_same: bool = False,
) -> Letter:
    """Change a draft. Raises as ``draft``, and ``NotYourDraft``, ``WrongState``,
    ``StaleVersion``.

    A draft that saves itself is edited like any other, with a trace: version n of the letter is
    line n of its log, so a stale page, a taken-over draft and a dispute about who wrote what are
    judged by one rule. The page waits for a pause in typing, and with ``unless_same`` a save that
    changes nothing makes neither version nor trace: the log grows by what was written, not by time.
    """
    letter = load_own_draft(session, actor, public_id, Verb.EDIT)
    fields = checked(fields)
    require_version(letter, version)
    if unless_same and _is_same(session, letter, fields):
        return letter
    old = {name: getattr(letter, name) for name in ("subject", "kind", "urgency")}
    typed = _columns(fields) | {"typed_by": actor.person_id}
    advance(session, letter, Verb.EDIT, version=version, **typed)
    cite(session, actor, letter, fields.citations)
    record(session, actor, Verb.EDIT, letter, old=old, subject=letter.subject, kind=letter.kind)
    return letter


def take_over(session: Session, actor: Actor, public_id: str, *, version: int) -> Letter:
    """The office's registrar takes a draft of another post over."""
    desk = require(actor, Verb.TAKE_OVER)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    advance(
        session,
        letter,
        Verb.TAKE_OVER,
        version=version,
        owner_post_id=desk.post_id,
        owner_group_id=desk.group_id,
    )
    grant(session, "letter", letter.id, _owners(session, desk), Verb.TAKE_OVER)
    record(session, actor, Verb.TAKE_OVER, letter, subject=letter.subject)
    return letter


def load_own_draft(session: Session, actor: Actor, public_id: str, verb: Verb) -> Letter:
    """The draft, locked, when this desk may work on it: visible, own office, own post (a
    registrar takes over first). Raises 404, 403 or 409 in that order."""
    desk = require(actor, verb)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, verb)
    if letter.owner_post_id != desk.post_id:
        raise NotYourDraft
    return letter


def require_office(session: Session, letter: Letter, desk: Desk) -> None:
    """Acts on a letter are done from a desk of its office. Raises ``NotYourOffice``."""
    if letter.office_id != desk.office_id:
        office = session.get(Office, letter.office_id) if letter.office_id else None
        raise NotYourOffice(office=office.display_name if office else letter.sender_text)


def require_version(letter: Letter, version: int) -> None:
    """Raises ``StaleVersion`` when the page showed another version."""
    if letter.version != version:
        raise StaleVersion


def cite(session: Session, actor: Actor, letter: Letter, citations: Sequence[CitationText]) -> None:
    """Replace the citations; a cited letter that the writer can see is linked by its number."""
    session.execute(delete(Citation).where(Citation.letter_id == letter.id))
    for position, typed in enumerate(c for c in citations if c.number.strip()):
        citation = replace(
            typed,
            number=check_text("อ้างถึง", typed.number, 80),
            office=check_text("อ้างถึง", typed.office, 200),
        )
        session.add(
            Citation(
                letter_id=letter.id,
                position=position,
                cited_letter_id=_cited(session, actor, letter, citation),
                cited_office=citation.office,
                cited_no=citation.number,
                cited_on=citation.cited_on,
            )
        )
    session.flush()


def checked(fields: LetterFields) -> LetterFields:
    """The fields, cleaned; raises the error that says what to mend."""
    texts: dict[str, Any] = {
        name: check_text(label, getattr(fields, name), limit)
        for name, (label, limit) in LIMITS.items()
        if hasattr(fields, name)
    }
    if not texts["subject"]:
        raise SubjectMissing
    secrecy = Secrecy(fields.secrecy)
    if secrecy is Secrecy.TOP_SECRET:
        raise TopSecretRefused
    if secrecy is not Secrecy.NORMAL:
        raise ClassifiedRefused(secrecy=secrecy.label)
    texts["subject"] = " ".join(texts["subject"].split())
    return replace(
        fields, kind=LetterKind(fields.kind).value, urgency=Urgency(fields.urgency).value, **texts
    )


def check_text(label: str, value: str, limit: int) -> str:
    """The text without outer spaces; raises ``TooLong`` or ``UnusableText`` naming the field."""
    value = value.replace("\r\n", "\n").strip()
    if _CONTROL.search(value):
        raise UnusableText(field=label)
    if len(value) > limit:
        raise TooLong(field=label, limit=limit)
    return value


def _columns(fields: LetterFields) -> dict[str, Any]:
    columns = asdict(fields)
    columns.pop("citations")
    return columns


def _is_same(session: Session, letter: Letter, fields: LetterFields) -> bool:
    rows = session.scalars(
        select(Citation).where(Citation.letter_id == letter.id).order_by(Citation.position)
    )
    cited = [(row.cited_no, row.cited_on, row.cited_office) for row in rows]
    typed = [(c.number.strip(), c.cited_on, c.office.strip()) for c in fields.citations]
    return cited == [line for line in typed if line[0]] and all(
        getattr(letter, name) == value for name, value in _columns(fields).items()
    )


def _owners(session: Session, desk: Desk) -> list[int]:
    return [
        ensure_principal(session, PrincipalKind.POST, desk.post_id),
        ensure_principal(session, PrincipalKind.REGISTRY, desk.office_id),
    ]


def _cited(session: Session, actor: Actor, letter: Letter, citation: CitationText) -> int | None:
    query = select(Letter.id).where(
        Letter.no_key == number_key(citation.number), Letter.id != letter.id, visible_to(actor)
    )
    if citation.cited_on is not None:
        query = query.where(Letter.letter_date == citation.cited_on)
    return session.scalars(query.order_by(Letter.id.desc()).limit(1)).first()
