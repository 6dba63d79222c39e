"""A new letter from an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Attachment, Blob, Letter
from eoffice.documents.queries import files_with_blobs, load_visible
from eoffice.documents.rules import Origin, StaleVersion
from eoffice.documents.services.attaching import StoredFile, attach
from eoffice.documents.services.drafting import LetterFields, draft
from eoffice.routing.recipients import chosen_of
from eoffice.routing.services.addressing import Addressing, address
from eoffice.routing.services.approving import has_recipients_by_kind
from eoffice.users.models import Office
from eoffice.users.permissions import require
from eoffice.verbs import Verb


def copy_letter(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    brought: Mapping[str, str],
    limit: int = 30,
) -> Letter:
    """Begin a letter with subject, text, recipients and files of one that the writer may see.

    Recipients and inner remarks come only from a letter of the own office, and offices that are
    closed by now stay out. ``brought`` names the copies of files that lie with another office
    (SHA-256 → blob key). The log says which letter was the source. Raises as ``draft``,
    ``attach`` and ``address``, and ``StaleVersion`` when the source got a file meanwhile.
    """
    desk = require(actor, Verb.DRAFT)
    source = load_visible(session, actor, public_id)
    is_own = source.office_id == desk.office_id and source.origin == Origin.SYSTEM.value
    letter = draft(
        session,
        actor,
        _fields(source, is_own=is_own),
        copied_from=source.public_id,
        copied_no=source.letter_no,
    )
    stored = [
        _stored(attachment, blob, desk, brought)
        for attachment, blob in files_with_blobs(session, source.id)
    ]
    if stored:
        attach(session, actor, letter.public_id, stored, version=None, limit=limit)
    choice = _open_only(session, chosen_of(session, source), desk) if is_own else Addressing()
    if not choice.is_empty and has_recipients_by_kind(letter):
        address(session, actor, letter.public_id, choice, version=None)
    return letter


def _fields(source: Letter, *, is_own: bool) -> LetterFields:
    return LetterFields(
        subject=source.subject,
        kind=source.kind,
        urgency=source.urgency,
        secrecy=source.secrecy,
        addressee=source.addressee,
        body=source.body,
        closing=source.closing,
        is_circular=source.is_circular,
        contact=source.contact if is_own else "",
        remark=source.remark if is_own else "",
    )


def _stored(
    attachment: Attachment, blob: Blob, desk: Desk, brought: Mapping[str, str]
) -> StoredFile:
    key = blob.key if blob.office_id == desk.office_id else brought.get(blob.sha256)
    if key is None:
        raise StaleVersion
    return StoredFile(
        blob_key=key,
        sha256=attachment.sha256,
        size=attachment.size,
        name=attachment.name,
        kind=attachment.kind,
        media_type=attachment.media_type,
        is_encrypted=attachment.is_encrypted,
    )


def _open_only(session: Session, choice: Addressing, desk: Desk) -> Addressing:
    """The choice without offices that are closed by now, and without one's own."""
    named = [*choice.offices, *choice.copies]
    is_open = (Office.closed_on.is_(None)) | (Office.closed_on > clock.today())
    rows = session.scalars(
        select(Office.public_id).where(
            Office.public_id.in_(named), is_open, Office.id != desk.office_id
        )
    )
    still = set(rows)
    return replace(
        choice,
        offices=tuple(one for one in choice.offices if one in still),
        copies=tuple(one for one in choice.copies if one in still),
    )
