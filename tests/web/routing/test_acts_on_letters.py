"""The acts on a letter, each at its page: proposing to closing."""

from __future__ import annotations

import pytest

from eoffice.routing.services.approving import close_letter
from eoffice.verbs import Verb
from tests.web.acts import EveryWebAct, WebAct

REASON = "ข้อความในวรรคสองคลาดเคลื่อน"


def _drafted(world, session):
    return world.draft_letter(session, to=("school_a",))


def _proposed(world, session):
    return world.proposed_letter(session, to=("school_a",))


def _signed(world, session):
    return world.signed_letter(session, to=("school_a",))


def _numbered(world, session):
    return world.numbered_letter(session, to=("school_a",))


def _sent(world, session):
    return world.sent_letter(session)


def _closed(world, session):
    letter = world.sent_letter(session)
    actor = world.actor(session, "registrar")
    return close_letter(session, actor, letter.public_id, version=letter.version)


def _act(verb, path, prepare, **details):
    given = {"by": "registrar", "outsider": "b_registrar", "wrong_role": "director"}
    return WebAct(verb, f"/letters/{{id}}/{path}", prepare, **given | details)


ACTS = [
    _act(
        Verb.TAKE_OVER,
        "take-over",
        lambda world, session: world.draft_letter(session, "officer"),
        wrong_state=lambda world, session: world.signed_letter(session, "officer"),
        leads_to="/letters/{letter}/edit",
    ),
    _act(Verb.PROPOSE, "propose", _drafted, wrong_state=_signed),
    _act(Verb.WITHDRAW, "withdraw", _proposed, wrong_state=_signed),
    _act(
        Verb.SIGN,
        "sign",
        _proposed,
        by="director",
        outsider="b_director",
        wrong_role="registrar",
        wrong_state=_signed,
    ),
    _act(
        Verb.SIGN_ON_PAPER,
        "sign-on-paper",
        _drafted,
        fields={"signer_name": "นายมานะ ตัวอย่าง", "signer_position": "ผู้อำนวยการ"},
        wrong_state=_signed,
    ),
    _act(
        Verb.SEND_BACK,
        "send-back",
        lambda world, session: world.proposed_letter(session, "officer"),
        by="director",
        outsider="b_director",
        wrong_role="officer",
        wrong_state=_drafted,
        fields={"reason": REASON},
        text=REASON,
    ),
    _act(
        Verb.ISSUE_NUMBER,
        "issue-number",
        lambda world, session: world.signed_letter(session),
        wrong_state=_drafted,
    ),
    _act(Verb.SEND, "send", _numbered, wrong_state=_signed),
    _act(
        Verb.RECALL,
        "recall",
        _sent,
        wrong_state=_closed,
        fields={"reason": REASON},
        text=REASON,
    ),
    _act(Verb.REMIND, "remind", _sent, wrong_state=_closed, is_versioned=False),
    _act(
        Verb.CANCEL,
        "cancel",
        _numbered,
        wrong_state=_sent,
        fields={"reason": REASON},
        text=REASON,
    ),
    _act(
        Verb.CLOSE_LETTER,
        "close",
        lambda world, session: world.sent_letter(session, "officer"),
        wrong_role="officer",
        wrong_state=_numbered,
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryWebAct):
    pass
