"""Letters against the log: state, version, number, signature, files, endorsements."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.activity.models import Activity
from eoffice.checks.rules import Defect, Found
from eoffice.checks.scope import Act, Scope, acts_on, in_parts
from eoffice.documents.models import Attachment, Letter
from eoffice.documents.rules import FROZEN_STATES, LETTER_STEPS, LetterState, Origin, Secrecy
from eoffice.registers.models import RegisterEntry
from eoffice.registers.rules import EntryState
from eoffice.routing.models import Endorsement
from eoffice.verbs import Verb

STEP_VERBS = frozenset(verb for verb, _ in LETTER_STEPS)
SIGNING = (Verb.SIGN, Verb.SIGN_ON_PAPER)
WHOLE_LIST = (Verb.PROPOSE, *SIGNING, Verb.ISSUE_NUMBER, Verb.SEND)
"""Acts whose files are the letter's whole list, in order."""


@dataclass
class Fold:
    """What the acts on a letter, one after another, leave it in."""

    state: LetterState | None = None
    version: int | None = None
    subject: str | None = None
    signing: Act | None = None
    numbering: list[Act] | None = None
    exact_files: list[str] | None = None
    loose_files: Counter[str] | None = None
    wrong_step: str = ""


def folded(acts: Sequence[Act]) -> Fold:
    """Fold the acts of a letter through the step table (``LETTER_STEPS``)."""
    fold = Fold(numbering=[], loose_files=Counter())
    for act in acts:
        _step(fold, act)
        _note(fold, act)
    return fold


def _step(fold: Fold, act: Act) -> None:
    if act.verb == Verb.DRAFT.value and fold.state is None:
        fold.state, fold.version = LetterState.DRAFT, act.version
    elif act.verb in STEP_VERBS:
        target = LETTER_STEPS.get((Verb(act.verb), fold.state)) if fold.state else None
        if target is None:
            fold.wrong_step = fold.wrong_step or f"{act.verb} (activity {act.id})"
        else:
            fold.state = target
        fold.version = act.version


def _note(fold: Fold, act: Act) -> None:
    if "subject" in act.facts:
        fold.subject = act.facts["subject"]
    if act.verb in SIGNING:
        fold.signing = act
    elif act.verb == Verb.SEND_BACK.value:
        fold.signing = None
    elif act.verb == Verb.ISSUE_NUMBER.value and fold.numbering is not None:
        fold.numbering.append(act)
    if fold.loose_files is None:
        return
    if act.verb in WHOLE_LIST:
        fold.exact_files, fold.loose_files = act.files, Counter(act.files)
    elif act.verb == Verb.ATTACH.value:
        fold.loose_files.update(act.files)
        fold.exact_files = None
    elif act.verb == Verb.DETACH.value:
        fold.loose_files.subtract(act.files)
        fold.exact_files = None
    elif act.verb == Verb.ARRANGE.value:
        fold.exact_files = None


def letters_follow_their_acts(scope: Scope) -> Iterator[Found]:
    """C4 · A letter's state and version are those its acts lead to, its subject and signature
    those the acts name (IA-08)."""
    for letters in in_parts(scope.session, Letter):
        own = [letter for letter in letters if letter.origin == Origin.SYSTEM.value]
        acts = acts_on(scope.session, "letter", [letter.id for letter in own])
        for letter in own:
            yield from _letter(letter, folded(acts[letter.id]))
    yield from _lost_letters(scope.session)


def _letter(letter: Letter, fold: Fold) -> Iterator[Found]:
    name = f"letter {letter.public_id}"
    if fold.state is None:
        yield Found(Defect.NO_HISTORY, name)
        return
    if fold.wrong_step:
        yield Found(Defect.STEP_UNKNOWN, name, fold.wrong_step)
    if letter.state != fold.state.value:
        yield Found(Defect.STATE_DIFFERS, name, f"{letter.state}, acts say {fold.state.value}")
    if letter.version != fold.version:
        yield Found(Defect.VERSION_DIFFERS, name, f"{letter.version}, acts say {fold.version}")
    if fold.subject is not None and letter.subject != fold.subject:
        yield Found(Defect.LETTER_DIFFERS, name, "subject")
    yield from _signature(name, letter, fold.signing)


def _signature(name: str, letter: Letter, signing: Act | None) -> Iterator[Found]:
    if signing is None:
        if letter.signed_at is not None or letter.signer_name:
            yield Found(Defect.SIGNATURE_DIFFERS, name, "no act signed it")
        return
    facts = signing.facts
    same = (letter.signer_name, letter.signer_position) == (
        facts.get("signer"),
        facts.get("position"),
    )
    if not same or facts.get("document", letter.signed_hash) != letter.signed_hash:
        yield Found(Defect.SIGNATURE_DIFFERS, name, letter.signer_name)


def _lost_letters(session: Session) -> Iterator[Found]:
    lost = (
        select(Activity.object_id)
        .outerjoin(Letter, Letter.id == Activity.object_id)
        .where(
            Activity.object_kind == "letter",
            Activity.verb == Verb.DRAFT.value,
            Letter.id.is_(None),
        )
    )
    for letter_id in session.scalars(lost):
        yield Found(Defect.OBJECT_LOST, f"letter id {letter_id}")


def numbered_letters_are_registered(scope: Scope) -> Iterator[Found]:
    """C1 · A numbered letter has one register row that names it, and one act that numbered it
    with the same number, date and subject (ข้อ 9.6, IA-02)."""
    for letters in in_parts(scope.session, Letter):
        own = [letter for letter in letters if letter.origin == Origin.SYSTEM.value]
        acts = acts_on(
            scope.session, "letter", [letter.id for letter in own], [Verb.ISSUE_NUMBER.value]
        )
        wanted = [letter.entry_id for letter in own if letter.entry_id is not None]
        rows = scope.session.scalars(select(RegisterEntry).where(RegisterEntry.id.in_(wanted)))
        entries = {entry.id: entry for entry in rows}
        for letter in own:
            yield from _number(letter, acts[letter.id], entries.get(letter.entry_id or 0))


def _number(letter: Letter, acts: Sequence[Act], entry: RegisterEntry | None) -> Iterator[Found]:
    name = f"letter {letter.public_id}"
    is_numbered = bool(letter.letter_no) or letter.entry_id is not None
    if not is_numbered and not acts and letter.state not in FROZEN_STATES:
        return
    if entry is None:
        yield Found(Defect.LETTER_WITHOUT_ENTRY, name, letter.letter_no)
    elif entry.letter_id != letter.id:
        yield Found(Defect.ENTRY_OF_OTHER_LETTER, name, f"entry {entry.public_id}")
    elif entry.state != _entry_state(letter):
        yield Found(Defect.ENTRY_STATE, name, f"entry {entry.public_id} is {entry.state}")
    if len(acts) != 1:
        defect = Defect.NUMBER_ACTS_DIFFER if acts else Defect.LETTER_WITHOUT_ACT
        yield Found(defect, name, f"{letter.letter_no} ({len(acts)})")
        return
    facts = acts[0].facts
    day = letter.letter_date.isoformat() if letter.letter_date else ""
    stands = {"number": letter.letter_no, "date": day, "subject": letter.subject}
    for field, value in stands.items():
        if facts.get(field) != value:
            yield Found(
                Defect.LETTER_DIFFERS, name, f"{field}: {value}, act says {facts.get(field)}"
            )


def _entry_state(letter: Letter) -> str:
    is_cancelled = letter.state == LetterState.CANCELLED.value
    return (EntryState.CANCELLED if is_cancelled else EntryState.ISSUED).value


def files_of_letters_follow_their_acts(scope: Scope) -> Iterator[Found]:
    """C6 · The files of a letter are those its acts name: the whole list from the proposal on, in
    order, and before it what was attached and not taken off (IA-04 j)."""
    for letters in in_parts(scope.session, Letter):
        own = [letter for letter in letters if letter.origin == Origin.SYSTEM.value]
        acts = acts_on(scope.session, "letter", [letter.id for letter in own])
        files = file_hashes(scope.session, [letter.id for letter in own])
        for letter in own:
            fold, stands = folded(acts[letter.id]), files[letter.id]
            loose = fold.loose_files or Counter()
            exact = fold.exact_files if fold.exact_files is not None else stands
            if stands != exact or Counter(stands) != +loose:
                yield Found(Defect.FILE_LIST_DIFFERS, f"letter {letter.public_id}")


def file_hashes(session: Session, letter_ids: Iterable[int]) -> dict[int, list[str]]:
    """SHA-256 of the files of letters, each list in its order."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(Attachment.letter_id, Attachment.sha256)
        .where(Attachment.letter_id.in_(list(letter_ids)))
        .order_by(
            Attachment.letter_id, Attachment.is_main.desc(), Attachment.position, Attachment.id
        )
    )
    for letter_id, sha256 in rows:
        found[letter_id].append(sha256)
    return found


def endorsements_follow_their_acts(scope: Scope) -> Iterator[Found]:
    """C4 · Every endorsement says what its act said, by the same person (ข้อ 26, IA-02)."""
    for rows in in_parts(scope.session, Endorsement):
        letter_ids = {row.letter_id for row in rows if row.letter_id is not None}
        acts = acts_on(scope.session, "letter", letter_ids)
        for row in rows:
            if row.letter_id is None:
                continue
            said = {(act.verb, act.person_id, act.text) for act in acts[row.letter_id]}
            if (row.verb, row.person_id, row.text) not in said:
                yield Found(Defect.ENDORSEMENT_DIFFERS, f"endorsement {row.public_id}", row.name)


def no_letter_is_top_secret(scope: Scope) -> Iterator[Found]:
    """C12 · ลับที่สุด never enters the system (ข้อ 29)."""
    wanted = select(Letter.public_id).where(Letter.secrecy == Secrecy.TOP_SECRET.value)
    for public_id in scope.session.scalars(wanted):
        yield Found(Defect.TOP_SECRET, f"letter {public_id}")
