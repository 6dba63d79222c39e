"""The permission table: which roles may do which verb from a desk of the owning office.

The one place that says so: services ask ``require``, pages ask ``may``, ``eoffice policy`` prints
it. What a verb does to which state stands in the step tables of the rooms.
"""

from __future__ import annotations

from eoffice.actor import Actor, Desk
from eoffice.users.refusals import OutsideScope, ScopePart
from eoffice.users.rules import NoDesk, Role, RoleMissing
from eoffice.verbs import Verb

R = Role
EVERYONE = frozenset(Role) - {R.AUDITOR, R.OFFICE_ADMIN, R.DISTRICT_ADMIN}
"""Everybody who works on letters; administrators and auditors read no letters by role."""
WRITERS = EVERYONE
REGISTRY = frozenset({R.REGISTRAR})
HEADS = frozenset({R.DIRECTOR})
LEVELS = frozenset({R.GROUP_HEAD, R.DEPUTY, R.DIRECTOR})
"""The levels a matter passes on its way up."""
PROPOSERS = frozenset({R.REGISTRAR, R.GROUP_CLERK, R.GROUP_HEAD, R.OFFICER})
SIGNED_IN = frozenset(Role)
OFFICE_ADMINS = frozenset({R.OFFICE_ADMIN, R.DISTRICT_ADMIN})
DISTRICT_ADMINS = frozenset({R.DISTRICT_ADMIN})

PERMISSIONS: dict[Verb, frozenset[Role]] = {
    Verb.DRAFT: WRITERS,
    Verb.EDIT: WRITERS,
    Verb.ATTACH: WRITERS,
    Verb.DETACH: WRITERS,
    Verb.ARRANGE: WRITERS,
    Verb.ADDRESS: WRITERS,
    Verb.REPLY: WRITERS,
    Verb.REFUSE_TOP_SECRET: SIGNED_IN,
    Verb.PROPOSE: WRITERS,
    Verb.WITHDRAW: WRITERS,
    Verb.CANCEL: WRITERS,
    Verb.TAKE_OVER: REGISTRY,
    Verb.OPEN_NEXT_LEVEL: frozenset(),
    Verb.SKIP_LEVEL: LEVELS,
    Verb.SIGN: LEVELS,
    Verb.SEND_BACK: LEVELS | REGISTRY,
    Verb.SIGN_ON_PAPER: REGISTRY,
    Verb.ISSUE_NUMBER: REGISTRY,
    Verb.SEND: REGISTRY,
    Verb.CLOSE_LETTER: REGISTRY | HEADS,
    Verb.OPEN: EVERYONE,
    Verb.RECEIVE: REGISTRY,
    Verb.REJECT: REGISTRY,
    Verb.RECALL: REGISTRY,
    Verb.REMIND: REGISTRY,
    Verb.CONFIRM_BY_PHONE: REGISTRY,
    Verb.RECORD_DELIVERED: REGISTRY,
    Verb.RECORD_FAILED: REGISTRY,
    Verb.REGISTER_OUTSIDE: REGISTRY,
    Verb.VOID: REGISTRY,
    Verb.ROUTE: REGISTRY,
    Verb.HOLD: REGISTRY | {R.GROUP_CLERK},
    Verb.PROPOSE_CASE: PROPOSERS,
    Verb.AGREE: LEVELS - HEADS,
    Verb.PASS_UP: LEVELS - HEADS,
    Verb.CONSULT: LEVELS,
    Verb.GIVE_OPINION: EVERYONE,
    Verb.GIVE_ORDER: HEADS | {R.DEPUTY},
    Verb.FORWARD: EVERYONE,
    Verb.ACKNOWLEDGE: EVERYONE,
    Verb.NOTE_PROGRESS: EVERYONE,
    Verb.REPORT: EVERYONE,
    Verb.REMIND_TASK: frozenset(),
    Verb.RETURN_REPORT: LEVELS,
    Verb.SEND_BACK_CASE: EVERYONE,
    Verb.CLOSE_CASE: HEADS | REGISTRY | {R.DEPUTY},
    Verb.FILE_AWAY: REGISTRY | {R.GROUP_CLERK, R.OFFICER},
    Verb.REOPEN: HEADS | REGISTRY,
    Verb.RESERVE_NUMBER: REGISTRY,
    Verb.CANCEL_NUMBER: REGISTRY,
    Verb.SET_NUMBERING: REGISTRY | OFFICE_ADMINS,
    Verb.CONFIRM_NUMBERING: DISTRICT_ADMINS,
    Verb.READ: SIGNED_IN,
    Verb.DOWNLOAD: SIGNED_IN,
    Verb.READ_REGISTER: frozenset({R.REGISTRAR, R.DIRECTOR, R.DEPUTY, R.CLASSIFIED_REGISTRAR}),
    Verb.SAVE_SEARCH: SIGNED_IN,
    Verb.FORGET_SEARCH: SIGNED_IN,
    Verb.SIGN_IN: SIGNED_IN,
    Verb.SIGN_IN_FAILED: SIGNED_IN,
    Verb.SIGN_OUT: SIGNED_IN,
    Verb.END_SESSION: SIGNED_IN,
    Verb.ACTIVATE: SIGNED_IN,
    Verb.CHANGE_PASSWORD: SIGNED_IN,
    Verb.SWITCH_DESK: SIGNED_IN,
    Verb.SET_SIGNATURE: SIGNED_IN,
    Verb.SET_BELLS: SIGNED_IN,
    Verb.ISSUE_CODE: OFFICE_ADMINS,
    Verb.DISABLE_ACCOUNT: OFFICE_ADMINS,
    Verb.ENABLE_ACCOUNT: OFFICE_ADMINS,
    Verb.ADD_OFFICE: DISTRICT_ADMINS,
    Verb.CHANGE_OFFICE: OFFICE_ADMINS,
    Verb.CHANGE_CODE: DISTRICT_ADMINS,
    Verb.CLOSE_OFFICE: DISTRICT_ADMINS,
    Verb.ADD_GROUP: OFFICE_ADMINS,
    Verb.ADD_NETWORK: DISTRICT_ADMINS,
    Verb.CHANGE_GROUP: OFFICE_ADMINS,
    Verb.CLOSE_GROUP: OFFICE_ADMINS,
    Verb.CHANGE_NETWORK: DISTRICT_ADMINS,
    Verb.CLOSE_NETWORK: DISTRICT_ADMINS,
    Verb.SET_LIMITS: DISTRICT_ADMINS,
    Verb.SET_EMBLEM: OFFICE_ADMINS,
    Verb.ADD_POST: OFFICE_ADMINS,
    Verb.CHANGE_POST: OFFICE_ADMINS,
    Verb.CLOSE_POST: OFFICE_ADMINS,
    Verb.SET_ROLE: OFFICE_ADMINS,
    Verb.ADD_PERSON: OFFICE_ADMINS,
    Verb.CHANGE_PERSON: OFFICE_ADMINS,
    Verb.ASSIGN_POST: OFFICE_ADMINS,
    Verb.END_HOLDING: OFFICE_ADMINS,
    Verb.CHECK_INBOX: REGISTRY,
    Verb.SET_CALENDAR: DISTRICT_ADMINS,
    Verb.SET_PATH: REGISTRY | OFFICE_ADMINS,
    Verb.SET_AUTHORITY: HEADS | REGISTRY | OFFICE_ADMINS,
    Verb.END_AUTHORITY: HEADS | REGISTRY | OFFICE_ADMINS,
    Verb.SET_PHRASES: EVERYONE,
    Verb.SET_RECIPIENT_LIST: REGISTRY | OFFICE_ADMINS,
    Verb.ANNOUNCE: DISTRICT_ADMINS,
    Verb.END_ANNOUNCEMENT: DISTRICT_ADMINS,
    Verb.IMPORT: DISTRICT_ADMINS,
    Verb.SET_UP: frozenset(),
    Verb.BACK_UP: frozenset(),
    Verb.RESTORE: frozenset(),
}
"""Verb → roles. The head signs, the levels below by the list of signing authority alone (App. 3
§1–2; ``routing.signers``). ``set_up``, ``back_up``, ``restore`` are done on the command line only,
``remind_task`` and ``open_next_level`` by the worker."""


PARTS: dict[ScopePart, frozenset[Verb]] = {
    ScopePart.SIGN: frozenset({Verb.SIGN}),
    ScopePart.APPROVE: frozenset({Verb.AGREE, Verb.PASS_UP, Verb.SKIP_LEVEL}),
    ScopePart.ORDER: frozenset(
        {
            *(Verb.GIVE_ORDER, Verb.RETURN_REPORT, Verb.CLOSE_CASE, Verb.REOPEN),
            Verb.CLOSE_LETTER,
        }
    ),
    ScopePart.REGISTRY: frozenset(
        {
            *(Verb.TAKE_OVER, Verb.SIGN_ON_PAPER, Verb.ISSUE_NUMBER, Verb.SEND, Verb.CANCEL),
            *(Verb.RECEIVE, Verb.REJECT, Verb.RECALL, Verb.REMIND, Verb.CONFIRM_BY_PHONE),
            *(Verb.RECORD_DELIVERED, Verb.RECORD_FAILED, Verb.REGISTER_OUTSIDE, Verb.VOID),
            *(Verb.ROUTE, Verb.HOLD, Verb.FILE_AWAY, Verb.CHECK_INBOX),
            *(Verb.RESERVE_NUMBER, Verb.CANCEL_NUMBER),
        }
    ),
    ScopePart.ADMINISTRATION: frozenset(
        {
            *(verb for verb, roles in PERMISSIONS.items() if roles and roles <= OFFICE_ADMINS),
            *(Verb.SET_NUMBERING, Verb.SET_PATH, Verb.SET_RECIPIENT_LIST),
            *(Verb.SET_AUTHORITY, Verb.END_AUTHORITY),
        }
    ),
}
"""The verbs of each part of a post's work that a delegation may be limited to (App. 3). Reading,
drafting, proposing, advising and sending back decide nothing and are never outside it."""
ON_KINDS = frozenset({Verb.SIGN, Verb.AGREE})
"""What a delegation may do to the own office's letters of the kinds it names only."""


def may(actor: Actor, verb: Verb) -> bool:
    """Whether the chosen desk carries a role that may do the verb, within its scope."""
    return actor.has_role(*PERMISSIONS[verb]) and _is_in_scope(actor.desk, verb)


def is_kind_in_scope(desk: Desk, kind: str) -> bool:
    """Whether the order by which a desk acts covers letters of a kind."""
    return not desk.letter_kinds or kind in desk.letter_kinds


def require_kind(desk: Desk, verb: Verb, kind: str) -> None:
    """Raises ``OutsideScope`` (403) for letters of a kind that the acting order does not name."""
    if not is_kind_in_scope(desk, kind):
        raise OutsideScope(verb=verb.label, order=desk.order_no)


def _is_in_scope(desk: Desk | None, verb: Verb) -> bool:
    if desk is None or not desk.parts:
        return True
    parts = {part.value for part, verbs in PARTS.items() if verb in verbs}
    return not parts or not parts.isdisjoint(desk.parts)


def require(actor: Actor, verb: Verb) -> Desk:
    """The chosen desk; raises ``NoDesk``, ``RoleMissing`` or, when the order by which the person
    acts does not cover the verb, ``OutsideScope`` (403)."""
    if actor.desk is None:
        raise NoDesk
    if not actor.has_role(*PERMISSIONS[verb]):
        raise RoleMissing
    if not _is_in_scope(actor.desk, verb):
        raise OutsideScope(verb=verb.label, order=actor.desk.order_no)
    return actor.desk
