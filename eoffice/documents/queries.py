"""Reading letters: everything starts from ``visible_to``."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from eoffice.actor import Actor, Desk
from eoffice.documents.kinds import KINDS
from eoffice.documents.models import (
    Attachment,
    Blob,
    CaseFile,
    Citation,
    Emblem,
    ExtractedText,
    Letter,
    Signature,
)
from eoffice.documents.numbers import number_key
from eoffice.documents.rules import (
    AttachmentNotFound,
    LetterNotFound,
    LetterState,
    PageNotFound,
    Secrecy,
    SignatureNotFound,
)
from eoffice.thai_text import normalise
from eoffice.users.access import accessible, accessible_to_given
from eoffice.users.models import Post

CLASSIFIED = (Secrecy.CONFIDENTIAL.value, Secrecy.SECRET.value)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The one predicate: letters that some of today's principals of the actor may read.

    Used by pages, files, search, exports, counts and notifications alike.
    """
    return accessible(actor, "letter", Letter.id)


def visible_to_given() -> ColumnElement[bool]:
    """``visible_to`` for a statement that is made once; its values are ``access.given_by``."""
    return accessible_to_given("letter", Letter.id)


def load_visible(
    session: Session, actor: Actor, public_id: str, *, for_update: bool = False
) -> Letter:
    """The letter with a public id; absent and forbidden both raise ``LetterNotFound`` (404).

    ``for_update`` reloads and locks the row: visibility, right and state are judged at the commit.
    """
    query = select(Letter).where(Letter.public_id == public_id, visible_to(actor))
    if for_update:
        query = query.with_for_update(of=Letter).execution_options(populate_existing=True)
    letter = session.scalars(query).one_or_none()
    if letter is None:
        raise LetterNotFound
    return letter


def attachments_of(session: Session, letter_id: int) -> list[Attachment]:
    """The files of a letter: the main file first, then in the chosen order."""
    return list(
        session.scalars(
            select(Attachment)
            .where(Attachment.letter_id == letter_id)
            .order_by(Attachment.is_main.desc(), Attachment.position, Attachment.id)
        )
    )


def load_visible_attachment(
    session: Session, actor: Actor, public_id: str
) -> tuple[Attachment, Letter, Blob]:
    """A file with its letter, by the letter's visibility. Raises ``AttachmentNotFound``."""
    row = session.execute(
        select(Attachment, Letter, Blob)
        .join(Letter, Letter.id == Attachment.letter_id)
        .join(Blob, Blob.id == Attachment.blob_id)
        .where(Attachment.public_id == public_id, visible_to(actor))
    ).one_or_none()
    if row is None:
        raise AttachmentNotFound
    return row[0], row[1], row[2]


def load_visible_main_file(
    session: Session, actor: Actor, public_id: str
) -> tuple[Attachment, Blob]:
    """The main file of a letter, by the letter's visibility. Raises ``LetterNotFound``, and
    ``PageNotFound`` for a letter without files."""
    letter = load_visible(session, actor, public_id)
    row = session.execute(
        select(Attachment, Blob)
        .join(Blob, Blob.id == Attachment.blob_id)
        .where(Attachment.letter_id == letter.id)
        .order_by(Attachment.is_main.desc(), Attachment.position, Attachment.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        raise PageNotFound
    return row[0], row[1]


def emblem_of(session: Session, office_id: int) -> tuple[Emblem, Blob] | None:
    """An office's emblem with its bytes' place, none where there is none."""
    row = session.execute(
        select(Emblem, Blob)
        .join(Blob, Blob.id == Emblem.blob_id)
        .where(Emblem.office_id == office_id)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def current_signature(session: Session, person_id: int | None) -> int | None:
    """The id of the picture with which a person signs now, none where there is none."""
    return session.scalar(
        select(Signature.id).where(Signature.person_id == person_id, Signature.ended_at.is_(None))
    )


def signature_blob(session: Session, signature_id: int | None) -> Blob:
    """Where the bytes of a signature lie. Raises ``SignatureNotFound``."""
    blob = session.scalars(
        select(Blob)
        .join(Signature, Signature.blob_id == Blob.id)
        .where(Signature.id == signature_id)
    ).one_or_none()
    if blob is None:
        raise SignatureNotFound
    return blob


def load_visible_case_file(session: Session, actor: Actor, public_id: str) -> tuple[CaseFile, Blob]:
    """A file of a report, by the visibility of its case. Raises ``AttachmentNotFound``."""
    row = session.execute(
        select(CaseFile, Blob)
        .join(Blob, Blob.id == CaseFile.blob_id)
        .where(CaseFile.public_id == public_id, accessible(actor, "case", CaseFile.case_id))
    ).one_or_none()
    if row is None:
        raise AttachmentNotFound
    return row[0], row[1]


def case_files(session: Session, case_id: int) -> dict[int, list[CaseFile]]:
    """The files of a case's reports, by endorsement."""
    found: dict[int, list[CaseFile]] = {}
    for file in session.scalars(
        select(CaseFile).where(CaseFile.case_id == case_id).order_by(CaseFile.id)
    ):
        found.setdefault(file.endorsement_id, []).append(file)
    return found


def citations_of(session: Session, actor: Actor, letter_id: int) -> list[tuple[Citation, str]]:
    """Citations with the public id of the cited letter, empty where it is not visible: who cannot
    see a cited letter sees its number and date at most."""
    rows = session.execute(
        select(Citation, Letter.public_id)
        .outerjoin(Letter, and_(Letter.id == Citation.cited_letter_id, visible_to(actor)))
        .where(Citation.letter_id == letter_id)
        .order_by(Citation.position)
    )
    return [(citation, public_id or "") for citation, public_id in rows]


@dataclass(frozen=True)
class FilePage:
    """One page of a file for reading: its number, how many there are, and what was read in it."""

    number: int
    count: int
    text: str = ""
    is_recognised: bool = False
    is_waiting: bool = False
    is_pictured: bool = False

    @property
    def near(self) -> list[int]:
        """The pages that are offered beside this one: the first, the last and those around it."""
        around = range(max(1, self.number - 4), min(self.count, self.number + 4) + 1)
        return sorted({1, self.count, *around})


def page_of(session: Session, attachment: Attachment, number: int) -> FilePage:
    """A page of a file that the caller may see. Raises ``PageNotFound`` beyond its pages; while
    the file has not been read, only its first page is known."""
    read = session.get(ExtractedText, attachment.id)
    pages = json.loads(read.pages) if read is not None else []
    count = max((read.page_count or len(pages)) if read is not None else 1, 1)
    is_pictured = KINDS[attachment.kind].is_scannable and not attachment.is_encrypted
    if not 1 <= number <= count:
        raise PageNotFound
    found = next((page for page in pages if page["page"] == number), None)
    return FilePage(
        number,
        count,
        str(found["text"]).strip() if found else "",
        found is not None and found["method"] == "ocr",
        read is not None and (read.state == "waiting" or (read.pages_waiting > 0 and not found)),
        is_pictured,
    )


def texts_of(session: Session, letter_id: int) -> dict[int, ExtractedText]:
    """What was read from each file of a letter, by attachment id."""
    rows = session.scalars(
        select(ExtractedText)
        .join(Attachment, Attachment.id == ExtractedText.attachment_id)
        .where(Attachment.letter_id == letter_id)
    )
    return {row.attachment_id: row for row in rows}


def matches_words(typed: str) -> ColumnElement[bool]:
    """Letters found by number in any spelling, or by every typed word in the subject."""
    words = [word for word in normalise(typed).split() if word][:10]
    key = number_key(typed)
    by_subject = and_(*(Letter.subject.icontains(word, autoescape=True) for word in words))
    by_number = Letter.no_key.contains(key, autoescape=True) if key else None
    if by_number is None:
        return by_subject
    return or_(by_number, by_subject) if words else by_number


def own_drafts(actor: Actor) -> ColumnElement[bool]:
    """Drafts of the desk's post, and for a registrar those of the whole office."""
    assert actor.desk is not None  # noqa: S101 - callers require a desk first
    states = [LetterState.DRAFT.value]
    mine = Letter.owner_post_id == actor.desk.post_id
    if "registrar" in actor.desk.roles:
        mine = Letter.office_id == actor.desk.office_id
    return and_(Letter.state.in_(states), mine, visible_to(actor))


SUBJECTS_LOOKED_AT, SUBJECTS_OFFERED, LONGEST_OFFERED = 500, 12, 200


def frequent_subjects(session: Session, actor: Actor, desk: Desk) -> list[str]:
    """Subjects this office writes about most, of its newest letters that the reader may see."""
    newest = (
        select(Letter.id, Letter.subject)
        .where(
            Letter.office_id == desk.office_id,
            Letter.state != LetterState.CANCELLED.value,
            Letter.secrecy == Secrecy.NORMAL.value,
            func.length(Letter.subject) <= LONGEST_OFFERED,
            visible_to(actor),
        )
        .order_by(Letter.id.desc())
        .limit(SUBJECTS_LOOKED_AT)
        .subquery()
    )
    return list(
        session.scalars(
            select(newest.c.subject)
            .group_by(newest.c.subject)
            .order_by(func.count().desc(), func.max(newest.c.id).desc())
            .limit(SUBJECTS_OFFERED)
        )
    )


def files_with_blobs(session: Session, letter_id: int) -> list[tuple[Attachment, Blob]]:
    """The files of a letter with where their bytes lie, the main file first."""
    rows = session.execute(
        select(Attachment, Blob)
        .join(Blob, Blob.id == Attachment.blob_id)
        .where(Attachment.letter_id == letter_id)
        .order_by(Attachment.is_main.desc(), Attachment.position, Attachment.id)
    )
    return [(attachment, blob) for attachment, blob in rows]


def owner_title(session: Session, letter: Letter) -> str:
    """The title of the post that a draft belongs to."""
    if letter.owner_post_id is None:
        return ""
    return session.scalar(select(Post.title).where(Post.id == letter.owner_post_id)) or ""
