"""A draft is proposed to the director's post, who signs or sends it back; or signed on paper."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.queries import current_signature, load_visible
from eoffice.documents.rules import (
    KINDS_WITHOUT_RECIPIENTS,
    LetterKind,
    LetterState,
    NothingToSign,
    NotYourDraft,
    ReasonMissing,
)
from eoffice.documents.services.attaching import files_hash, has_content
from eoffice.documents.services.drafting import check_text, load_own_draft, require_office
from eoffice.documents.services.steps import advance, require_step
from eoffice.registers.models import RegisterEntry
from eoffice.registers.services.numbering import burn
from eoffice.routing.models import Task
from eoffice.routing.rules import (
    DocumentChanged,
    NotTheSigner,
    SignerNameMissing,
    TaskKind,
    TaskState,
)
from eoffice.routing.services.agreeing import ask_level, skip_late
from eoffice.routing.services.endorsing import NOTE_LIMIT, document_hash, endorse
from eoffice.routing.signers import chosen_signer, signing_words
from eoffice.users.models import Post
from eoffice.users.permissions import require, require_kind
from eoffice.users.rules import Role
from eoffice.verbs import Verb


def propose(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    version: int,
    note: str = "",
    signer_id: str = "",
) -> Task:
    """Propose a draft for signing: to the first level of its path, else to the signer's post.

    The signer is the head, or the post chosen from those that the list of authority lets sign this
    kind of letters. Raises ``NothingToSign``, ``NoSigner``, ``SignerUnknown`` and what
    ``load_own_draft`` raises.
    """
    letter = load_own_draft(session, actor, public_id, Verb.PROPOSE)
    desk = require(actor, Verb.PROPOSE)
    if not has_content(session, letter):
        raise NothingToSign
    signer = chosen_signer(session, letter, signer_id)
    note = check_text("บันทึกเสนอ", note, NOTE_LIMIT)
    advance(session, letter, Verb.PROPOSE, version=version, signer_post_id=signer.id)
    made = ask_level(session, letter, signer, 0, Verb.PROPOSE, from_post_id=desk.post_id, note=note)
    task = made[0]
    if note:
        endorse(session, actor, desk, letter, Verb.PROPOSE, note, task)
    record(
        session,
        actor,
        Verb.PROPOSE,
        letter,
        text=note,
        files=files_hash(session, letter.id),
        to=session.get_one(Post, task.post_id).title,
        subject=letter.subject,
    )
    return task


def withdraw(session: Session, actor: Actor, public_id: str, *, version: int) -> Letter:
    """Take a proposed draft back before it is signed."""
    desk = require(actor, Verb.WITHDRAW)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.WITHDRAW)
    if letter.owner_post_id != desk.post_id and Role.REGISTRAR not in desk.roles:
        raise NotYourDraft
    advance(session, letter, Verb.WITHDRAW, version=version)
    settle_tasks(session, actor, letter, TaskState.WITHDRAWN)
    record(session, actor, Verb.WITHDRAW, letter, subject=letter.subject)
    return letter


def sign(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    version: int,
    shown_hash: str,
    note: str = "",
) -> Letter:
    """Sign: the bytes signed are the bytes shown (``DocumentChanged`` otherwise).

    Name, position and acting words are copied now and never looked up later (App. 3). Raises
    ``NotTheSigner`` for a desk the letter was not proposed to, ``NoAuthority`` for a post beside
    the head's whose line on the list of signing authority does not cover the letter today.
    """
    letter, desk, task = _to_sign(session, actor, public_id, shown_hash)
    note = check_text("เกษียน", note, NOTE_LIMIT)
    name, position, order_no = signing_words(session, actor, desk, letter)
    advance(
        session,
        letter,
        Verb.SIGN,
        version=version,
        signed_by=actor.person_id,
        signer_name=name,
        signer_position=position,
        signature_id=current_signature(session, actor.person_id),
        signed_hash=shown_hash,
        signed_at=clock.now(),
    )
    skip_late(session, actor, letter, below=task.level)
    settle_tasks(session, actor, letter, TaskState.DONE)
    if note:
        endorse(session, actor, desk, letter, Verb.SIGN, note, task)
    record(
        session,
        actor,
        Verb.SIGN,
        letter,
        text=note,
        files=files_hash(session, letter.id),
        signer=name,
        position=position,
        authority=order_no,
        document=shown_hash,
        subject=letter.subject,
    )
    return letter


def _to_sign(
    session: Session, actor: Actor, public_id: str, shown_hash: str
) -> tuple[Letter, Desk, Task]:
    """A letter that waits for the signature of the desk's post and is still as it was shown."""
    desk = require(actor, Verb.SIGN)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.SIGN)
    require_kind(desk, Verb.SIGN, letter.kind)
    task = _open_task(session, letter, desk, TaskKind.SIGN)
    if document_hash(session, letter) != shown_hash:
        raise DocumentChanged
    return letter, desk, task


def sign_on_paper(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    version: int,
    signer_name: str,
    signer_position: str,
) -> Letter:
    """The registrar records that a letter was signed on paper, and by whom.

    Raises ``SignerNameMissing``, ``NothingToSign``.
    """
    desk = require(actor, Verb.SIGN_ON_PAPER)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.SIGN_ON_PAPER)
    name = check_text("ชื่อผู้ลงนาม", signer_name, 200)
    position = check_text("ตำแหน่งผู้ลงนาม", signer_position, 300)
    if not name or not position:
        raise SignerNameMissing
    if not has_content(session, letter):
        raise NothingToSign
    advance(
        session,
        letter,
        Verb.SIGN_ON_PAPER,
        version=version,
        signer_name=name,
        signer_position=position,
        is_signed_on_paper=True,
        signed_hash=document_hash(session, letter),
        signed_at=clock.now(),
    )
    record(
        session,
        actor,
        Verb.SIGN_ON_PAPER,
        letter,
        files=files_hash(session, letter.id),
        signer=name,
        position=position,
        subject=letter.subject,
    )
    return letter


def send_back(
    session: Session, actor: Actor, public_id: str, *, version: int, reason: str
) -> Letter:
    """Send a letter back to its drafter: the signer a proposed one, the registrar a signed one in
    which the check before sending found a defect (ข้อ 42, 44). Raises ``ReasonMissing``."""
    desk = require(actor, Verb.SEND_BACK)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.SEND_BACK)
    task = None
    if letter.state == LetterState.PROPOSED.value:
        task = _open_task(session, letter, desk, TaskKind.SIGN, TaskKind.APPROVE)
    elif Role.REGISTRAR not in desk.roles:
        raise NotTheSigner
    reason = check_text("เหตุผล", reason, NOTE_LIMIT)
    if not reason:
        raise ReasonMissing
    advance(
        session,
        letter,
        Verb.SEND_BACK,
        version=version,
        signer_post_id=None,
        signature_id=None,
        signed_by=None,
        signer_name="",
        signer_position="",
        signed_hash="",
        signed_at=None,
        is_signed_on_paper=False,
    )
    settle_tasks(session, actor, letter, TaskState.SENT_BACK)
    endorse(session, actor, desk, letter, Verb.SEND_BACK, reason, task)
    record(session, actor, Verb.SEND_BACK, letter, text=reason, subject=letter.subject)
    return letter


def cancel(session: Session, actor: Actor, public_id: str, *, version: int, reason: str) -> Letter:
    """Cancel a letter before it is sent; its number, if any, is burned and stays in the book.

    A draft is cancelled by its post or the registrar, later states by the registrar only.
    """
    desk = require(actor, Verb.CANCEL)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    require_step(letter, Verb.CANCEL)
    owns = letter.owner_post_id == desk.post_id and letter.state == LetterState.DRAFT.value
    if not owns and Role.REGISTRAR not in desk.roles:
        raise NotYourDraft
    reason = check_text("เหตุผล", reason, 500)
    if not reason:
        raise ReasonMissing
    number = letter.letter_no
    advance(session, letter, Verb.CANCEL, version=version, cancelled_at=clock.now())
    settle_tasks(session, actor, letter, TaskState.WITHDRAWN)
    if letter.entry_id is not None:
        burn(session, session.get_one(RegisterEntry, letter.entry_id), reason)
    record(session, actor, Verb.CANCEL, letter, text=reason, number=number, subject=letter.subject)
    return letter


def close_letter(session: Session, actor: Actor, public_id: str, *, version: int) -> Letter:
    """Close a sent letter: its matter is settled."""
    desk = require(actor, Verb.CLOSE_LETTER)
    letter = load_visible(session, actor, public_id, for_update=True)
    require_office(session, letter, desk)
    advance(session, letter, Verb.CLOSE_LETTER, version=version)
    record(session, actor, Verb.CLOSE_LETTER, letter, number=letter.letter_no)
    return letter


def settle_tasks(session: Session, actor: Actor, letter: Letter, state: TaskState) -> None:
    """Settle every open task on a letter."""
    session.execute(
        update(Task)
        .where(Task.letter_id == letter.id, Task.state == TaskState.OPEN.value)
        .values(
            state=state.value,
            settled_at=clock.now(),
            settled_by=actor.person_id,
            version=Task.version + 1,
        )
        .execution_options(synchronize_session=False)
    )


def has_recipients_by_kind(letter: Letter) -> bool:
    """Whether letters of this kind are sent to recipients at all."""
    return LetterKind(letter.kind) not in KINDS_WITHOUT_RECIPIENTS


def _open_task(session: Session, letter: Letter, desk: Desk, *kinds: TaskKind) -> Task:
    task = session.scalars(
        select(Task)
        .where(
            Task.letter_id == letter.id,
            Task.state == TaskState.OPEN.value,
            Task.post_id == desk.post_id,
            Task.kind.in_([kind.value for kind in kinds]),
        )
        .with_for_update()
    ).first()
    if task is None:
        raise NotTheSigner
    return task
