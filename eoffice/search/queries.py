"""What a page of hits shows, read from the database by the same predicate as every page."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from eoffice.actor import Actor
from eoffice.documents.models import (
    Attachment,
    CaseFile,
    CaseFileText,
    ExtractedText,
    Letter,
)
from eoffice.documents.queries import CLASSIFIED, visible_to
from eoffice.errors import NotFound
from eoffice.routing.models import Case, Delivery, Endorsement
from eoffice.search.documents import Field
from eoffice.search.highlight import Passage
from eoffice.search.models import SavedSearch
from eoffice.users.access import accessible
from eoffice.users.models import Group, Office
from eoffice.users.rules import REGISTRY_ROLES
from eoffice.verbs import Verb

PART = 500


@dataclass(frozen=True)
class SeenLetter:
    """A letter that the person may see now, as a list of hits shows it."""

    id: int
    public_id: str
    subject: str
    letter_no: str
    dated_on: date | None
    sender: str
    kind: str
    state: str
    urgency: str
    origin: str
    office_id: int | None
    own_delivery: Delivery | None = None


@dataclass(frozen=True)
class FilePassage(Passage):
    """A page of a file, with the file's address."""

    file_id: str = ""


class SavedSearchNotFound(NotFound):
    """There is no such search of this person."""

    message = "ไม่พบคำค้นที่บันทึกไว้ อาจถูกลบไปแล้ว"


def seen_letters(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, SeenLetter]:
    """Those of the letters that the actor may see now; an index that lags shows nothing more."""
    found: dict[int, SeenLetter] = {}
    for start in range(0, len(ids), PART):
        part = list(ids[start : start + PART])
        own = _own_deliveries(session, actor, part)
        rows = session.execute(
            select(Letter, Office.name)
            .outerjoin(Office, Office.id == Letter.office_id)
            .where(Letter.id.in_(part), visible_to(actor))
        )
        for letter, office in rows:
            found[letter.id] = SeenLetter(
                letter.id,
                letter.public_id,
                letter.subject,
                letter.letter_no,
                letter.letter_date,
                office or letter.sender_text,
                letter.kind,
                letter.state,
                letter.urgency,
                letter.origin,
                letter.office_id,
                own.get(letter.id),
            )
    return found


def visible_subjects(session: Session, actor: Actor, ids: Sequence[int]) -> Mapping[int, str]:
    """Subjects of those of the letters that the actor may see now: all that is ever suggested."""
    rows = session.execute(
        select(Letter.id, Letter.subject).where(
            Letter.id.in_(ids), visible_to(actor), Letter.secrecy.not_in(CLASSIFIED)
        )
    )
    return {row[0]: row[1] for row in rows}


def passages_of(
    session: Session, actor: Actor, ids: Sequence[int]
) -> defaultdict[int, list[Passage]]:
    """The texts of letters in which a match may be shown: body, files page by page, and the
    endorsements, reports and their files of those cases that the actor may see. Call it with
    visible letters only."""
    found: defaultdict[int, list[Passage]] = defaultdict(list)
    is_open = Letter.secrecy.not_in(CLASSIFIED)
    for letter_id, body in session.execute(
        select(Letter.id, Letter.body).where(Letter.id.in_(ids), is_open, Letter.body != "")
    ):
        found[letter_id].append(Passage(Field.BODY, body))
    files = session.execute(
        select(Attachment.letter_id, Attachment.name, Attachment.public_id, ExtractedText.pages)
        .join(ExtractedText, ExtractedText.attachment_id == Attachment.id)
        .join(Letter, Letter.id == Attachment.letter_id)
        .where(Attachment.letter_id.in_(ids), is_open)
        .order_by(Attachment.is_main.desc(), Attachment.position)
    )
    for letter_id, name, file_id, pages in files:
        found[letter_id] += _pages(name, file_id, pages)
    notes = session.execute(
        select(Case.letter_id, Endorsement.text, Endorsement.name, Endorsement.verb)
        .join(Case, Case.id == Endorsement.case_id)
        .where(Case.letter_id.in_(ids), accessible(actor, "case", Case.id))
        .order_by(Endorsement.id)
    )
    for letter_id, text, name, verb in notes:
        field = Field.REPORT if verb == Verb.REPORT.value else Field.ENDORSEMENT
        found[letter_id].append(Passage(field, text, name))
    reported = session.execute(
        select(Case.letter_id, CaseFile.name, CaseFileText.pages)
        .join(Case, Case.id == CaseFile.case_id)
        .join(CaseFileText, CaseFileText.case_file_id == CaseFile.id)
        .where(Case.letter_id.in_(ids), accessible(actor, "case", Case.id))
        .order_by(CaseFile.id)
    )
    for letter_id, name, pages in reported:
        found[letter_id] += _pages(name, "", pages)
    return found


def office_names(session: Session, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Public id and name of offices by id."""
    rows = session.execute(
        select(Office.id, Office.public_id, Office.name).where(Office.id.in_(list(ids)))
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def named_offices(session: Session, public_ids: Iterable[str]) -> dict[str, str]:
    """Names of offices by public id."""
    rows = session.execute(
        select(Office.public_id, Office.name).where(Office.public_id.in_(list(public_ids)))
    )
    return {row[0]: row[1] for row in rows}


def own_groups(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Public ids and names of the actor's own groups, and of all groups of the offices whose
    registry the actor reads."""
    offices = {desk.office_id for desk in actor.desks if not desk.roles.isdisjoint(REGISTRY_ROLES)}
    groups = {desk.group_id for desk in actor.desks if desk.group_id is not None}
    rows = session.execute(
        select(Group.public_id, Group.name)
        .where(or_(Group.office_id.in_(offices), Group.id.in_(groups)))
        .order_by(Group.id)
    )
    return [(row[0], row[1]) for row in rows]


def saved_searches(session: Session, actor: Actor) -> list[SavedSearch]:
    """The searches that the person keeps, by name."""
    return list(
        session.scalars(
            select(SavedSearch)
            .where(SavedSearch.person_id == actor.person_id)
            .order_by(SavedSearch.name)
        )
    )


def load_saved_search(
    session: Session, actor: Actor, public_id: str, *, for_update: bool = False
) -> SavedSearch:
    """A search of the person's own. Raises ``SavedSearchNotFound``."""
    query = select(SavedSearch).where(
        SavedSearch.public_id == public_id, SavedSearch.person_id == actor.person_id
    )
    row = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if row is None:
        raise SavedSearchNotFound
    return row


def _own_deliveries(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, Delivery]:
    """The newest delivery of each letter to one of the actor's offices."""
    offices = {desk.office_id for desk in actor.desks}
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.letter_id.in_(ids), Delivery.office_id.in_(offices))
        .order_by(Delivery.id)
    )
    return {delivery.letter_id: delivery for delivery in rows}


def _pages(name: str, file_id: str, pages: str) -> list[Passage]:
    return [
        FilePassage(
            Field.FILE,
            str(page["text"]),
            name,
            int(page["page"]),
            page["method"] == "ocr",
            file_id=file_id,
        )
        for page in json.loads(pages)
        if page["text"]
    ]
