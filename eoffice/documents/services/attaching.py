"""Files on a draft: attach, take out, put in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eoffice import clock, jobs
from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.documents.models import (
    Attachment,
    Blob,
    CaseFile,
    CaseFileText,
    ExtractedText,
    Letter,
    Proof,
)
from eoffice.documents.queries import attachments_of
from eoffice.documents.rules import AttachmentNotFound, TooManyFiles
from eoffice.documents.services.drafting import load_own_draft
from eoffice.documents.services.steps import advance
from eoffice.users.access import upsert_into
from eoffice.verbs import Verb


@dataclass(frozen=True)
class StoredFile:
    """A file that lies in the store, checked, and waits for the row that refers to it."""

    blob_key: str
    sha256: str
    size: int
    name: str
    kind: str
    media_type: str
    is_encrypted: bool = False


@dataclass(frozen=True)
class DrawnPicture:
    """A picture that lies in the store, drawn anew, with its size in pixels."""

    file: StoredFile
    width: int
    height: int


def attach(
    session: Session,
    actor: Actor,
    public_id: str,
    stored: Sequence[StoredFile],
    *,
    version: int | None,
    limit: int = 30,
) -> list[Attachment]:
    """Add files to a draft in the given order; the first file of a letter is its main file.

    Raises ``TooManyFiles`` and what ``load_own_draft`` raises. Equal bytes are stored once inside
    the office; a blob key that was not needed is swept later.
    """
    letter = load_own_draft(session, actor, public_id, Verb.ATTACH)
    advance(session, letter, Verb.ATTACH, version=version)
    added = add_files(session, actor, letter, stored, office_id=letter.office_id or 0, limit=limit)
    record(
        session,
        actor,
        Verb.ATTACH,
        letter,
        files=[item.sha256 for item in added],
        names=[item.name for item in added],
    )
    return added


def add_files(
    session: Session,
    actor: Actor,
    letter: Letter,
    stored: Sequence[StoredFile],
    *,
    office_id: int,
    limit: int = 30,
) -> list[Attachment]:
    """Add rows for stored files to a letter that is not fixed yet, and ask for their text."""
    present = attachments_of(session, letter.id)
    if len(present) + len(stored) > limit:
        raise TooManyFiles(limit=limit)
    position = max((item.position for item in present), default=-1) + 1
    has_main = any(item.is_main for item in present)
    added = []
    for offset, file in enumerate(stored):
        attachment = Attachment(
            letter_id=letter.id,
            blob_id=blob_of(session, office_id, file).id,
            position=position + offset,
            is_main=not has_main and offset == 0,
            name=file.name,
            kind=file.kind,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
            is_encrypted=file.is_encrypted,
            added_by=actor.person_id,
            added_at=clock.now(),
        )
        session.add(attachment)
        session.flush()
        session.add(ExtractedText(attachment_id=attachment.id))
        jobs.enqueue(session, "read_text", {"attachment": attachment.id})
        added.append(attachment)
    return added


def add_case_files(
    session: Session,
    actor: Actor,
    stored: Sequence[StoredFile],
    *,
    case_id: int,
    endorsement_id: int,
    office_id: int,
    limit: int = 30,
) -> list[CaseFile]:
    """Add rows for the stored files of a report on a case, and ask for their text. Raises
    ``TooManyFiles``."""
    if len(stored) > limit:
        raise TooManyFiles(limit=limit)
    added = [
        CaseFile(
            case_id=case_id,
            endorsement_id=endorsement_id,
            blob_id=blob_of(session, office_id, file).id,
            name=file.name,
            kind=file.kind,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
            added_by=actor.person_id,
            added_at=clock.now(),
        )
        for file in stored
    ]
    session.add_all(added)
    session.flush()
    for row in added:
        session.add(CaseFileText(case_file_id=row.id))
        jobs.enqueue(session, "read_text", {"case_file": row.id})
    return added


def detach(
    session: Session, actor: Actor, public_id: str, attachment_id: str, *, version: int
) -> Letter:
    """Take a file off a draft; the next file becomes the main one when that was it."""
    letter = load_own_draft(session, actor, public_id, Verb.DETACH)
    advance(session, letter, Verb.DETACH, version=version)
    gone = _attachment(session, letter, attachment_id)
    was_main, name, sha256 = gone.is_main, gone.name, gone.sha256
    text = session.get(ExtractedText, gone.id)
    if text is not None:
        session.delete(text)
        session.flush()
    session.delete(gone)
    session.flush()
    left = attachments_of(session, letter.id)
    if was_main and left:
        left[0].is_main = True
    record(session, actor, Verb.DETACH, letter, files=[sha256], name=name)
    return letter


def arrange(
    session: Session,
    actor: Actor,
    public_id: str,
    order: Sequence[str],
    *,
    main: str = "",
    version: int,
) -> Letter:
    """Put the files in an order and choose the main one. Raises ``AttachmentNotFound`` unless
    ``order`` names exactly the letter's files."""
    letter = load_own_draft(session, actor, public_id, Verb.ARRANGE)
    advance(session, letter, Verb.ARRANGE, version=version)
    present = {item.public_id: item for item in attachments_of(session, letter.id)}
    if sorted(order) != sorted(present) or (main and main not in present):
        raise AttachmentNotFound
    for item in present.values():
        item.is_main = False
    session.flush()
    for position, key in enumerate(order):
        present[key].position = position
        present[key].is_main = key == (main or order[0])
    record(
        session, actor, Verb.ARRANGE, letter, names=[present[key].name for key in order], main=main
    )
    return letter


def keep_proof(
    session: Session, actor: Actor, office_id: int, delivery_id: int, file: StoredFile
) -> Proof:
    """Keep the file that proves what became of a delivery; once kept it is never changed."""
    proof = Proof(
        delivery_id=delivery_id,
        blob_id=blob_of(session, office_id, file).id,
        name=file.name,
        media_type=file.media_type,
        sha256=file.sha256,
        added_by=actor.person_id,
        added_at=clock.now(),
    )
    session.add(proof)
    session.flush()
    return proof


def files_hash(session: Session, letter_id: int) -> list[str]:
    """SHA-256 of the letter's files in order: what is signed and what is shown."""
    return [item.sha256 for item in attachments_of(session, letter_id)]


def has_content(session: Session, letter: Letter) -> bool:
    """Whether there is anything to sign: a file or a text."""
    count = session.scalar(
        select(func.count()).select_from(Attachment).where(Attachment.letter_id == letter.id)
    )
    return bool(count) or bool(letter.body.strip())


def blob_of(session: Session, office_id: int, file: StoredFile) -> Blob:
    """The office's row for these bytes; two who attach the same file at once share one."""
    row: dict[str, object] = {
        "key": file.blob_key,
        "office_id": office_id,
        "sha256": file.sha256,
        "size": file.size,
        "created_at": clock.now(),
    }
    upsert_into(session, Blob, [row])
    return session.scalars(
        select(Blob).where(Blob.office_id == office_id, Blob.sha256 == file.sha256)
    ).one()


def _attachment(session: Session, letter: Letter, public_id: str) -> Attachment:
    row = session.scalars(
        select(Attachment).where(
            Attachment.public_id == public_id, Attachment.letter_id == letter.id
        )
    ).one_or_none()
    if row is None:
        raise AttachmentNotFound
    return row
