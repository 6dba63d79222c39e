"""Whom a letter goes to: all schools, networks, lists, single offices, copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.documents.models import Letter, LetterRecipient
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import LetterKind, LetterState, NotYourDraft, Part
from eoffice.documents.services.drafting import check_text, require_office
from eoffice.documents.services.steps import advance, require_step
from eoffice.registers.models import RegisterEntry
from eoffice.routing.models import RecipientList, RecipientListMember
from eoffice.routing.rules import (
    Channel,
    ChannelUnknown,
    ListNameTaken,
    ListNotFound,
    OwnOffice,
    RecipientsRefused,
)
from eoffice.routing.services.approving import has_recipients_by_kind
from eoffice.users.models import Network, Office
from eoffice.users.permissions import require
from eoffice.users.rules import NameMissing, OfficeClosed, OfficeKind, OfficeNotFound, Role
from eoffice.verbs import Verb

NAMED_IN_TEXT = 5


@dataclass(frozen=True)
class Addressing:
    """Recipients as chosen: whole sets and single offices, all by public id."""

    all_schools: bool = False
    networks: Sequence[str] = field(default_factory=tuple)
    lists: Sequence[str] = field(default_factory=tuple)
    offices: Sequence[str] = field(default_factory=tuple)
    copies: Sequence[str] = field(default_factory=tuple)
    channels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen."""
        return not (self.all_schools or self.networks or self.lists or self.offices or self.copies)


def address(
    session: Session,
    actor: Actor,
    public_id: str,
    choice: Addressing,
    *,
    version: int | None,
    unless_same: bool = False,
) -> int:
    """Set the recipients of a letter; returns how many offices.

    A draft is addressed by its post, a signed, numbered or sent one by the registrar. Sets are
    resolved now: later changes of a list do not change the letter (assurance CO-06). With
    ``unless_same`` (a form that carries the recipients beside other fields) the same offices and
    words make neither version nor trace. Raises ``RecipientsRefused``, ``OwnOffice``,
    ``OfficeClosed``, ``OfficeNotFound``, ``ListNotFound``, ``ChannelUnknown``.
    """
    desk = require(actor, Verb.ADDRESS)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.ADDRESS)
    owns = letter.owner_post_id == desk.post_id and letter.state == LetterState.DRAFT.value
    if not owns and Role.REGISTRAR not in desk.roles:
        raise NotYourDraft
    if not choice.is_empty and not has_recipients_by_kind(letter):
        raise RecipientsRefused(kind=LetterKind(letter.kind).label)
    rows, text = _resolved(session, desk.office_id, choice)
    if unless_same and text == letter.to_text and _is_same(session, letter, rows):
        return len(rows)
    advance(session, letter, Verb.ADDRESS, version=version, to_text=text)
    session.execute(delete(LetterRecipient).where(LetterRecipient.letter_id == letter.id))
    if rows:
        session.execute(insert(LetterRecipient), [{"letter_id": letter.id} | row for row in rows])
    if letter.entry_id is not None and letter.state == LetterState.NUMBERED.value:
        session.execute(
            update(RegisterEntry)
            .where(RegisterEntry.id == letter.entry_id)
            .values(to_text=letter.to_text)
        )
    record(session, actor, Verb.ADDRESS, letter, count=len(rows), to=text)
    return len(rows)


def set_recipient_list(
    session: Session,
    actor: Actor,
    *,
    name: str,
    offices: Sequence[str],
    public_id: str = "",
    owner_id: int | None = None,
) -> RecipientList:
    """Make a recipient list of the desk's office, or replace the members of one.

    The system itself, which has no desk, names the owning office (an import does). Raises
    ``NameMissing``, ``ListNotFound``, ``ListNameTaken``, ``OfficeNotFound``.
    """
    if actor.person_id is not None or owner_id is None:
        owner_id = require(actor, Verb.SET_RECIPIENT_LIST).office_id
    name = check_text("ชื่อกลุ่มผู้รับ", name, 200)
    if not name:
        raise NameMissing
    same_name = session.scalars(
        select(RecipientList).where(RecipientList.office_id == owner_id, RecipientList.name == name)
    ).one_or_none()
    row = _list(session, owner_id, public_id) if public_id else None
    if same_name is not None and same_name is not row:
        raise ListNameTaken(name=name)
    if row is None:
        row = RecipientList(office_id=owner_id, name=name)
        session.add(row)
    row.name = name
    session.flush()
    ids = _office_ids(session, offices)
    session.execute(delete(RecipientListMember).where(RecipientListMember.list_id == row.id))
    if ids:
        session.execute(
            insert(RecipientListMember),
            [{"list_id": row.id, "office_id": office_id} for office_id in ids],
        )
    record(session, actor, Verb.SET_RECIPIENT_LIST, row, name=name, count=len(ids))
    return row


def delete_recipient_list(session: Session, actor: Actor, public_id: str) -> None:
    """Remove a recipient list; letters addressed by it keep their recipients."""
    desk = require(actor, Verb.SET_RECIPIENT_LIST)
    row = _list(session, desk.office_id, public_id)
    name = row.name
    session.execute(delete(RecipientListMember).where(RecipientListMember.list_id == row.id))
    record(session, actor, Verb.SET_RECIPIENT_LIST, row, name=name, is_removed=True)
    session.delete(row)
    session.flush()


def _is_same(session: Session, letter: Letter, rows: Sequence[Mapping[str, object]]) -> bool:
    stored = session.execute(
        select(LetterRecipient.office_id, LetterRecipient.part, LetterRecipient.channel).where(
            LetterRecipient.letter_id == letter.id
        )
    )
    wanted = {(row["office_id"], row["part"], row["channel"]) for row in rows}
    return {tuple(row) for row in stored} == wanted


def _list(session: Session, office_id: int, public_id: str) -> RecipientList:
    row = session.scalars(
        select(RecipientList).where(
            RecipientList.public_id == public_id, RecipientList.office_id == office_id
        )
    ).one_or_none()
    if row is None:
        raise ListNotFound
    return row


def _office_ids(session: Session, public_ids: Sequence[str]) -> list[int]:
    wanted = list(dict.fromkeys(public_ids))
    rows = session.execute(select(Office.public_id, Office.id).where(Office.public_id.in_(wanted)))
    found = {row[0]: row[1] for row in rows}
    if len(found) != len(wanted):
        raise OfficeNotFound
    return [found[public_id] for public_id in wanted]


def _resolved(
    session: Session, own_office_id: int, choice: Addressing
) -> tuple[list[dict[str, object]], str]:
    """Rows to insert and the words of ถึง."""
    today = clock.today()
    is_open = (Office.closed_on.is_(None)) | (Office.closed_on > today)
    schools = select(Office.id).where(Office.kind == OfficeKind.SCHOOL.value, is_open)
    to_ids: dict[int, None] = {}
    listed: dict[int, Office] = {}
    words: list[str] = []
    if choice.all_schools:
        to_ids |= dict.fromkeys(session.scalars(schools.order_by(Office.code)))
        words.append("ทุกโรงเรียน")
    for public_id in choice.networks:
        network = session.scalars(select(Network).where(Network.public_id == public_id)).first()
        if network is None:
            raise ListNotFound
        members = schools.where(Office.network_id == network.id).order_by(Office.code)
        to_ids |= dict.fromkeys(session.scalars(members))
        words.append(network.name)
    for public_id in choice.lists:
        row = _list(session, own_office_id, public_id)
        listed |= _open_members(session, row)
        words.append(row.name)
    to_ids |= dict.fromkeys(listed)
    to_ids.pop(own_office_id, None)
    single = _office_ids(session, choice.offices)
    copies = _office_ids(session, choice.copies)
    if own_office_id in single or own_office_id in copies:
        raise OwnOffice
    named = [office_id for office_id in single if office_id not in to_ids]
    to_ids |= dict.fromkeys(named)
    cc_ids = [office_id for office_id in copies if office_id not in to_ids]
    offices = listed | {
        office.id: office
        for office in session.scalars(select(Office).where(Office.id.in_([*single, *cc_ids])))
    }
    for office in offices.values():
        if office.closed_on is not None and office.closed_on <= today:
            raise OfficeClosed(office=office.display_name)
    words += _names(offices, named)
    rows = [_row(office_id, Part.TO, offices.get(office_id), choice) for office_id in to_ids]
    rows += [_row(office_id, Part.CC, offices.get(office_id), choice) for office_id in cc_ids]
    text = ", ".join(words)
    if cc_ids:
        text += f" (สำเนา {', '.join(_names(offices, cc_ids))})"
    return rows, text.strip()


def _open_members(session: Session, row: RecipientList) -> dict[int, Office]:
    today = clock.today()
    members = (
        select(Office)
        .join(RecipientListMember, RecipientListMember.office_id == Office.id)
        .where(
            RecipientListMember.list_id == row.id,
            (Office.closed_on.is_(None)) | (Office.closed_on > today),
        )
        .order_by(Office.code)
    )
    return {office.id: office for office in session.scalars(members)}


def _names(offices: Mapping[int, Office], ids: Sequence[int]) -> list[str]:
    names = [offices[office_id].display_name for office_id in ids[:NAMED_IN_TEXT]]
    if len(ids) > NAMED_IN_TEXT:
        names.append(f"และอีก {len(ids) - NAMED_IN_TEXT} แห่ง")
    return names


def _row(
    office_id: int, part: Part, office: Office | None, choice: Addressing
) -> dict[str, object]:
    channel = Channel.SYSTEM
    if office is not None and office.kind == OfficeKind.AGENCY.value:
        wanted = choice.channels.get(office.public_id, Channel.POST.value)
        if wanted not in {known.value for known in Channel}:
            raise ChannelUnknown(office=office.display_name)
        channel = Channel(wanted)
        if channel is Channel.SYSTEM:
            channel = Channel.POST
    return {"office_id": office_id, "part": part.value, "channel": channel.value}


def recipient_count(session: Session, letter: Letter) -> int:
    """How many offices a letter is addressed to."""
    return (
        session.scalar(
            select(func.count())
            .select_from(LetterRecipient)
            .where(LetterRecipient.letter_id == letter.id)
        )
        or 0
    )
