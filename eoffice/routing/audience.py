"""Which verbs a desk may do to a letter or a delivery now: what pages offer as buttons.

Built from the permission table and the step tables that the services enforce, with the same rules
of office and ownership; a verb shown here is refused only when something changed meanwhile.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.actor import Actor
from eoffice.documents.models import Letter
from eoffice.documents.rules import LETTER_STEPS, LetterKind, LetterState, Origin
from eoffice.registers.rules import SERIES_OF_KIND, Series
from eoffice.routing.models import Case, Delivery, Task
from eoffice.routing.rules import (
    DELIVERY_STEPS,
    CaseState,
    DeliveryState,
    TaskKind,
    TaskState,
)
from eoffice.routing.services.approving import has_recipients_by_kind
from eoffice.routing.signers import may_sign
from eoffice.users.permissions import ON_KINDS, is_kind_in_scope, may
from eoffice.users.rules import Role
from eoffice.verbs import Verb

OWNERS_ONLY = frozenset({Verb.EDIT, Verb.ATTACH, Verb.DETACH, Verb.ARRANGE, Verb.PROPOSE})
OWNER_OR_REGISTRAR = frozenset({Verb.WITHDRAW})
ON_ARRIVED = frozenset({Verb.RECALL, Verb.REMIND})
FIRST_ACTS = (
    Verb.SIGN,
    Verb.AGREE,
    Verb.RECEIVE,
    Verb.PROPOSE,
    Verb.ISSUE_NUMBER,
    Verb.SEND,
    Verb.REMIND,
    Verb.REPLY,
)
"""In this order; the others follow it on the page."""
SENDERS_ONLY = frozenset(
    {
        *(Verb.RECORD_DELIVERED, Verb.RECORD_FAILED, Verb.RECALL, Verb.REMIND),
        Verb.CONFIRM_BY_PHONE,
    }
)
WITHOUT_BUTTON = frozenset({Verb.OPEN, Verb.ATTACH, Verb.DETACH, Verb.ARRANGE})
"""Done by opening the page, or while a draft is edited."""


def letter_verbs(
    session: Session, actor: Actor, letter: Letter, *, waiting: int = 0, unsent: int = 0
) -> frozenset[Verb]:
    """The verbs the desk may do to a letter now; ``waiting`` deliveries are not received yet,
    ``unsent`` recipients have no live delivery."""
    desk = actor.desk
    if desk is None or letter.office_id != desk.office_id or letter.origin != Origin.SYSTEM.value:
        return frozenset()
    state = LetterState(letter.state)
    found = {verb for verb, begins in LETTER_STEPS if begins is state and may(actor, verb)}
    owns = letter.owner_post_id == desk.post_id
    is_registrar = Role.REGISTRAR in desk.roles
    if not owns:
        found -= OWNERS_ONLY
    if owns:
        found -= {Verb.TAKE_OVER}
    if not owns and not is_registrar:
        found -= OWNER_OR_REGISTRAR
    if not (is_registrar or (owns and state is LetterState.DRAFT)):
        found -= {Verb.CANCEL, Verb.ADDRESS}
    if not has_recipients_by_kind(letter):
        found -= {Verb.ADDRESS, Verb.SEND}
    asked = _asked(session, actor, letter) if state is LetterState.PROPOSED else ""
    if asked != TaskKind.SIGN or not may_sign(session, desk, letter.kind):
        found -= {Verb.SIGN}
    if asked != TaskKind.APPROVE:
        found -= {Verb.AGREE}
    if state is LetterState.PROPOSED and not asked:
        found -= {Verb.SEND_BACK}
    if state is LetterState.SIGNED and not is_registrar:
        found -= {Verb.SEND_BACK}
    if not is_kind_in_scope(desk, letter.kind):
        found -= ON_KINDS
    if not waiting:
        found -= ON_ARRIVED
    if not unsent:
        found -= {Verb.SEND}
    return frozenset(found)


def delivery_verbs(actor: Actor, delivery: Delivery, letter: Letter) -> frozenset[Verb]:
    """The verbs the desk may do to a delivery now, at its receiving or its sending end."""
    desk = actor.desk
    if desk is None:
        return frozenset()
    state = DeliveryState(delivery.state)
    found = {verb for verb, begins in DELIVERY_STEPS if begins is state and may(actor, verb)}
    receiving = {Verb.OPEN, Verb.RECEIVE, Verb.REJECT, Verb.VOID}
    if delivery.office_id != desk.office_id:
        found -= receiving
    if letter.office_id != desk.office_id:
        found -= SENDERS_ONLY
    if letter.origin == Origin.SYSTEM.value:
        found -= {Verb.VOID}
    return frozenset(found)


def case_verbs(actor: Actor, case: Case | None) -> frozenset[Verb]:
    """The verbs on a case that the letter's page offers; the others stand on the case's own page.

    A case is handled in its own office only."""
    if case is None or actor.desk is None or case.office_id != actor.desk.office_id:
        return frozenset()
    state = CaseState(case.state)
    found = set()
    if state is CaseState.REGISTERED and may(actor, Verb.CLOSE_CASE):
        found |= {Verb.CLOSE_CASE}
    if state is not CaseState.VOIDED and may(actor, Verb.REPLY):
        found |= {Verb.REPLY}
    return frozenset(found)


def outside_verbs(actor: Actor, letter: Letter) -> frozenset[Verb]:
    """What the sender may note of deliveries: of those that left the system, and of calls."""
    if actor.desk is None or letter.office_id != actor.desk.office_id:
        return frozenset()
    noted = (Verb.RECORD_DELIVERED, Verb.RECORD_FAILED, Verb.CONFIRM_BY_PHONE)
    return frozenset(verb for verb in noted if may(actor, verb))


def first_of(verbs: frozenset[Verb], state: str) -> Verb | None:
    """The one act that stands out on a letter's page; sending again is never it."""
    offered = verbs - {Verb.SEND} if state != LetterState.NUMBERED.value else verbs
    return next((verb for verb in FIRST_ACTS if verb in offered), None)


def is_numbered_kind(letter: Letter, *, numbers_announcements: bool) -> bool:
    """Whether letters of this kind get a number in this office."""
    series = SERIES_OF_KIND[LetterKind(letter.kind)]
    return series is not Series.ANNOUNCEMENT or numbers_announcements


def _asked(session: Session, actor: Actor, letter: Letter) -> str:
    """What the letter asks of the desk's post now: to agree, to sign, or nothing."""
    assert actor.desk is not None  # noqa: S101 - callers checked
    kind = session.scalars(
        select(Task.kind).where(
            Task.letter_id == letter.id,
            Task.state == TaskState.OPEN.value,
            Task.post_id == actor.desk.post_id,
        )
    ).first()
    return kind or ""
