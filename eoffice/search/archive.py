"""What the database says should be in the index: the archive that an index is kept equal to.

The stamp of a document is a checksum over everything that its text and facets are made of, so
cheap that all stamps of an archive are told in a handful of statements.
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.db import Database
from eoffice.documents.models import (
    Attachment,
    CaseFile,
    CaseFileText,
    ExtractedText,
    Letter,
)
from eoffice.documents.queries import CLASSIFIED
from eoffice.routing.models import Case, Delivery, Endorsement
from eoffice.search.backends import Stamp
from eoffice.search.documents import (
    AttachedText,
    CaseFields,
    DocumentKind,
    Facets,
    IndexDocument,
    LetterFields,
    document_of_case,
    document_of_letter,
    key_of,
    object_of,
)
from eoffice.users.models import Access, Office
from eoffice.verbs import Verb

PART = 500
"""Ids that one statement names."""

VOIDED = "voided"
Facts = Mapping[int, tuple[Any, ...]]


class LetterArchive:
    """The letters and cases of a database; each answer is read in a session of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def stamps(self) -> Iterator[Stamp]:
        """The stamps of all documents, letters first, from one moment."""
        with self.database.snapshot() as session:
            letters = _letter_versions(session)
            readers = _readers(session, DocumentKind.LETTER)
            for letter_id, version in letters.items():
                yield Stamp(key_of(DocumentKind.LETTER, letter_id), version, readers[letter_id])
            readers = _readers(session, DocumentKind.CASE)
            for case_id, version in _case_versions(session, letters).items():
                yield Stamp(key_of(DocumentKind.CASE, case_id), version, readers[case_id])

    def documents(self, keys: Sequence[int]) -> list[IndexDocument]:
        """The documents of these keys as they are now; what is gone or voided is left out."""
        with self.database.reading() as session:
            return documents_of(session, keys)


def documents_of(session: Session, keys: Iterable[int]) -> list[IndexDocument]:
    """The documents of these keys as the session sees them."""
    ids: dict[DocumentKind, list[int]] = {DocumentKind.LETTER: [], DocumentKind.CASE: []}
    for key in keys:
        kind, object_id = object_of(key)
        ids[kind].append(object_id)
    found: list[IndexDocument] = []
    for part in _parts(ids[DocumentKind.LETTER]):
        found += _letters(session, part)
    for part in _parts(ids[DocumentKind.CASE]):
        found += _cases(session, part)
    return found


def readers_of(session: Session, kind: DocumentKind, ids: Sequence[int]) -> dict[int, Any]:
    """The principals who may read each of these letters or cases now."""
    return _readers(session, kind, ids)


def cases_of_letters(session: Session, ids: Sequence[int]) -> list[int]:
    """The cases that offices opened for these letters."""
    return list(session.scalars(select(Case.id).where(Case.letter_id.in_(ids))))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), PART):
        yield ids[start : start + PART]


def _readers(
    session: Session, kind: DocumentKind, ids: Sequence[int] | None = None
) -> dict[int, tuple[int, ...]]:
    moment = clock.now()
    query = select(Access.object_id, Access.principal_id).where(
        Access.object_kind == kind.value,
        Access.since <= moment,
        or_(Access.ends_at.is_(None), Access.ends_at > moment),
    )
    if ids is not None:
        query = query.where(Access.object_id.in_(ids))
    found: defaultdict[int, set[int]] = defaultdict(set)
    for object_id, principal in session.execute(query):
        found[object_id].add(principal)
    readers: defaultdict[int, tuple[int, ...]] = defaultdict(tuple)
    readers.update({object_id: tuple(sorted(who)) for object_id, who in found.items()})
    return readers


def _checksum(*facts: object) -> int:
    return zlib.crc32(json.dumps(facts, default=str).encode()) & 0x7FFFFFFF


def _letter_versions(session: Session, ids: Sequence[int] | None = None) -> dict[int, int]:
    """The version of each letter: of its row, of what was read in its files, of its receivers."""
    letters = select(Letter.id, Letter.version, Letter.state, Letter.letter_no)
    texts = (
        select(
            Attachment.letter_id,
            func.count(),
            func.count(ExtractedText.read_at),
            func.max(ExtractedText.read_at),
        )
        .join(ExtractedText, ExtractedText.attachment_id == Attachment.id)
        .group_by(Attachment.letter_id)
    )
    deliveries = select(Delivery.letter_id, func.count(), func.sum(Delivery.office_id)).group_by(
        Delivery.letter_id
    )
    if ids is not None:
        letters = letters.where(Letter.id.in_(ids))
        texts = texts.where(Attachment.letter_id.in_(ids))
        deliveries = deliveries.where(Delivery.letter_id.in_(ids))
    read, sent = _by_first(session.execute(texts)), _by_first(session.execute(deliveries))
    return {
        row[0]: _checksum(*row[1:], *read.get(row[0], ()), "|", *_whole(sent.get(row[0], ())))
        for row in session.execute(letters)
    }


def _case_versions(session: Session, letters: Mapping[int, int]) -> dict[int, int]:
    """The version of each case: of its row, its endorsements and its letter."""
    endorsed = _by_first(session.execute(_endorsement_counts()))
    rows = session.execute(
        select(Case.id, Case.version, Case.letter_id).where(Case.state != VOIDED)
    )
    read = _by_first(session.execute(_case_file_counts()))
    return {
        case_id: _checksum(
            version,
            letters.get(letter_id),
            *endorsed.get(case_id, ()),
            *read.get(case_id, ()),
        )
        for case_id, version, letter_id in rows
    }


def _endorsement_counts() -> Any:
    return (
        select(Endorsement.case_id, func.count(), func.max(Endorsement.id))
        .where(Endorsement.case_id.is_not(None))
        .group_by(Endorsement.case_id)
    )


def _case_file_counts() -> Any:
    return (
        select(
            CaseFile.case_id,
            func.count(),
            func.count(CaseFileText.read_at),
            func.max(CaseFileText.read_at),
        )
        .join(CaseFileText, CaseFileText.case_file_id == CaseFile.id)
        .group_by(CaseFile.case_id)
    )


def _by_first(rows: Iterable[Row[Any]]) -> Facts:
    return {row[0]: tuple(row[1:]) for row in rows}


def _whole(facts: tuple[Any, ...]) -> tuple[int, ...]:
    """Sums as whole numbers: PostgreSQL tells those of 64 bits as decimals."""
    return tuple(int(fact) for fact in facts)


def _letters(session: Session, ids: Sequence[int]) -> list[IndexDocument]:
    versions = _letter_versions(session, ids)
    readers = _readers(session, DocumentKind.LETTER, ids)
    facets, names = _facets(session, ids)
    texts = _texts(session, ids)
    return [
        document_of_letter(
            LetterFields(
                letter.id,
                versions[letter.id],
                readers[letter.id],
                letter.subject,
                letter_no=letter.letter_no,
                parties=(names.get(letter.id, ""), letter.sender_text, letter.addressee),
                body=letter.body,
                files=tuple(texts[letter.id]),
                facets=facets[letter.id],
            )
        )
        for letter in session.scalars(select(Letter).where(Letter.id.in_(ids)))
    ]


def _facets(session: Session, ids: Sequence[int]) -> tuple[dict[int, Facets], dict[int, str]]:
    """The facets of letters, and the names of the offices that issued them."""
    to_offices: defaultdict[int, list[int]] = defaultdict(list)
    sent = select(Delivery.letter_id, Delivery.office_id).where(Delivery.letter_id.in_(ids))
    for letter_id, office_id in session.execute(sent.order_by(Delivery.office_id).distinct()):
        to_offices[letter_id].append(office_id)
    with_files = set(
        session.scalars(select(Attachment.letter_id).where(Attachment.letter_id.in_(ids)))
    )
    rows = session.execute(
        select(Letter, Office.name)
        .outerjoin(Office, Office.id == Letter.office_id)
        .where(Letter.id.in_(ids))
    )
    facets, names = {}, {}
    for letter, office in rows:
        names[letter.id] = office or ""
        facets[letter.id] = Facets(
            kind=letter.kind,
            from_office=letter.office_id,
            to_offices=tuple(to_offices[letter.id]),
            groups=(letter.owner_group_id,) if letter.owner_group_id else (),
            urgency=letter.urgency,
            states=(letter.state,),
            has_attachment=letter.id in with_files,
            is_classified=letter.secrecy in CLASSIFIED,
            dated_on=letter.letter_date or clock.local(letter.created_at).date(),
        )
    return facets, names


def _texts(session: Session, ids: Sequence[int]) -> defaultdict[int, list[AttachedText]]:
    """The files of letters with what was read in them, in their order."""
    found: defaultdict[int, list[AttachedText]] = defaultdict(list)
    rows = session.execute(
        select(Attachment.letter_id, Attachment.name, ExtractedText.pages)
        .outerjoin(ExtractedText, ExtractedText.attachment_id == Attachment.id)
        .where(Attachment.letter_id.in_(ids))
        .order_by(Attachment.is_main.desc(), Attachment.position, Attachment.id)
    )
    for letter_id, name, pages in rows:
        texts = tuple(str(page["text"]) for page in json.loads(pages or "[]"))
        found[letter_id].append(AttachedText(name, texts))
    return found


def _cases(session: Session, ids: Sequence[int]) -> list[IndexDocument]:
    cases = list(session.scalars(select(Case).where(Case.id.in_(ids), Case.state != VOIDED)))
    letters = sorted({case.letter_id for case in cases})
    letter_versions = _letter_versions(session, letters)
    facets, _ = _facets(session, letters)
    readers = _readers(session, DocumentKind.CASE, ids)
    numbers = {
        row[0]: row[1]
        for row in session.execute(
            select(Case.id, Delivery.receive_no)
            .join(Delivery, and_(Delivery.id == Case.delivery_id, Delivery.receive_no != ""))
            .where(Case.id.in_(ids))
        )
    }
    notes, reports = _written_on(session, ids)
    files = _case_files(session, ids)
    endorsed = _by_first(session.execute(_endorsement_counts().where(Endorsement.case_id.in_(ids))))
    read = _by_first(session.execute(_case_file_counts().where(CaseFile.case_id.in_(ids))))
    return [
        document_of_case(
            CaseFields(
                case.id,
                case.letter_id,
                _checksum(
                    case.version,
                    letter_versions.get(case.letter_id),
                    *endorsed.get(case.id, ()),
                    *read.get(case.id, ()),
                ),
                readers[case.id],
                receive_numbers=(numbers[case.id],) if case.id in numbers else (),
                endorsements=tuple(notes[case.id]),
                reports=tuple(reports[case.id]),
                files=tuple(files[case.id]),
                facets=facets[case.letter_id],
            )
        )
        for case in cases
    ]


def _written_on(
    session: Session, ids: Sequence[int]
) -> tuple[defaultdict[int | None, list[str]], defaultdict[int | None, list[str]]]:
    """What was endorsed on each case, and what was reported."""
    notes: defaultdict[int | None, list[str]] = defaultdict(list)
    reports: defaultdict[int | None, list[str]] = defaultdict(list)
    written = select(Endorsement.case_id, Endorsement.verb, Endorsement.text).where(
        Endorsement.case_id.in_(ids)
    )
    for case_id, verb, text in session.execute(written.order_by(Endorsement.id)):
        (reports if verb == Verb.REPORT.value else notes)[case_id].append(text)
    return notes, reports


def _case_files(session: Session, ids: Sequence[int]) -> defaultdict[int, list[AttachedText]]:
    """The files of the reports on cases, with what was read in them."""
    found: defaultdict[int, list[AttachedText]] = defaultdict(list)
    rows = session.execute(
        select(CaseFile.case_id, CaseFile.name, CaseFileText.pages)
        .outerjoin(CaseFileText, CaseFileText.case_file_id == CaseFile.id)
        .where(CaseFile.case_id.in_(ids))
        .order_by(CaseFile.id)
    )
    for case_id, name, pages in rows:
        texts = tuple(str(page["text"]) for page in json.loads(pages or "[]"))
        found[case_id].append(AttachedText(name, texts))
    return found
