"""The scope of a delegation is enforced: what its order does not name is refused (App. 3)."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.routing.audience import letter_verbs
from eoffice.routing.services import casework, ordering
from eoffice.routing.services.agreeing import agree
from eoffice.routing.services.approving import send_back, sign
from eoffice.routing.services.ordering import Order
from eoffice.users.models import Holding, Person, Post
from eoffice.users.permissions import PARTS, PERMISSIONS, may
from eoffice.users.refusals import OutsideScope, ScopeOfFullPower, ScopePart, ScopeUnknown
from eoffice.users.rules import HoldingKind, RoleMissing
from eoffice.users.services.people import assign_post
from eoffice.verbs import Verb
from tests.casework import made, proposed
from tests.unit.routing.test_approval_path import set_levels, shown

ORDER_NO = "คำสั่งที่ 99/2569"
DECIDES_NOTHING = {
    *(Verb.DRAFT, Verb.EDIT, Verb.ADDRESS, Verb.REPLY, Verb.ATTACH, Verb.DETACH, Verb.ARRANGE),
    *(Verb.PROPOSE, Verb.WITHDRAW, Verb.SEND_BACK, Verb.SEND_BACK_CASE, Verb.REFUSE_TOP_SECRET),
    *(Verb.OPEN, Verb.READ, Verb.DOWNLOAD, Verb.READ_REGISTER, Verb.SAVE_SEARCH),
    *(Verb.FORGET_SEARCH, Verb.PROPOSE_CASE, Verb.CONSULT, Verb.GIVE_OPINION, Verb.FORWARD),
    *(Verb.ACKNOWLEDGE, Verb.NOTE_PROGRESS, Verb.REPORT, Verb.SET_PHRASES, Verb.SET_BELLS),
    *(Verb.SIGN_IN, Verb.SIGN_IN_FAILED, Verb.SIGN_OUT, Verb.END_SESSION, Verb.ACTIVATE),
    *(Verb.CHANGE_PASSWORD, Verb.SWITCH_DESK, Verb.SET_SIGNATURE),
}
"""Never outside a scope: reading, preparing, advising, one's own account."""


def delegate(stage, desk, to, kind="delegated", **limits):
    """Let a person act at a desk's post today; the desk is called ``acting``."""

    def assigned(session):
        person = session.get_one(Person, stage.world.people[to])
        post = session.get_one(Post, stage.world.posts[desk])
        today = clock.today()
        row = assign_post(
            session,
            SYSTEM,
            person,
            post,
            kind=kind,
            starts_on=today,
            ends_on=today,
            order_no=ORDER_NO,
            **limits,
        )
        stage.world.people["acting"], stage.world.holdings["acting"] = person.id, row.id
        return row

    return stage.make(assigned)


def order(stage, desk, case):
    return stage.act(
        desk, ordering.give_order, case.public_id, Order("ทราบ"), version=stage.row(case).version
    )


def test_every_verb_is_part_of_a_scope_or_decides_nothing():
    in_parts = set().union(*PARTS.values())
    by_hand = {verb for verb in Verb if PERMISSIONS[verb]}
    assert in_parts | DECIDES_NOTHING == by_hand
    assert not in_parts & DECIDES_NOTHING
    assert set(PARTS) == set(ScopePart)
    assert sum(len(verbs) for verbs in PARTS.values()) == len(in_parts)


def test_a_delegation_to_sign_does_not_order(stage):
    case = made(stage, proposed)
    delegate(stage, "a_director", "a_teacher", parts=["sign"])
    refused = stage.refuses(
        OutsideScope,
        "acting",
        ordering.give_order,
        case.public_id,
        Order("ทราบ"),
        version=stage.row(case).version,
    )
    assert refused.status == 403
    assert str(refused).startswith(f"“สั่งการ” อยู่นอกขอบเขตที่{ORDER_NO}มอบให้")
    closing = {"version": stage.row(case).version}
    stage.refuses(OutsideScope, "acting", casework.close_case, case.public_id, **closing)
    letter = stage.make(lambda session: stage.world.proposed_letter(session, "a_registrar"))
    details = {"version": stage.row(letter).version, "shown_hash": shown(stage, letter)}
    stage.act("acting", sign, letter.public_id, **details)
    assert "ปฏิบัติราชการแทน" in stage.row(letter).signer_position


def test_a_delegation_to_order_does_not_sign_but_sends_back(stage):
    delegate(stage, "a_director", "a_teacher", parts=["order"])
    order(stage, "acting", made(stage, proposed))
    letter = stage.make(lambda session: stage.world.proposed_letter(session, "a_registrar"))
    version = stage.row(letter).version
    details = {"version": version, "shown_hash": shown(stage, letter)}
    stage.refuses(OutsideScope, "acting", sign, letter.public_id, **details)
    stage.act("acting", send_back, letter.public_id, version=version, reason="แก้ไข")


def test_kinds_of_letters_limit_signing_and_agreeing(stage):
    delegate(stage, "a_director", "a_teacher", parts=["sign"], letter_kinds=["memo"])
    for kind, is_inside in (("external", False), ("memo", True)):
        letter = stage.make(
            lambda session, kind=kind: stage.world.proposed_letter(
                session, "a_registrar", kind=kind
            )
        )
        details = {"version": stage.row(letter).version, "shown_hash": shown(stage, letter)}
        verbs = stage.ask("acting", letter_verbs, stage.row(letter))
        assert (Verb.SIGN in verbs) is is_inside
        if is_inside:
            stage.act("acting", sign, letter.public_id, **details)
        else:
            stage.refuses(OutsideScope, "acting", sign, letter.public_id, **details)


def test_agreeing_to_a_draft_is_in_or_outside_by_its_kind(stage):
    set_levels(stage, ("head",))
    delegate(stage, "head", "officer", letter_kinds=["order"])
    letter = stage.make(lambda session: stage.world.proposed_letter(session, "registrar"))
    given = {"shown_hash": shown(stage, letter)}
    stage.refuses(OutsideScope, "acting", agree, letter.public_id, **given)
    stage.act("head", agree, letter.public_id, **given)


def test_what_is_offered_follows_the_scope_and_roles_come_first(stage):
    delegate(stage, "a_director", "a_teacher", parts=["sign"])
    offered = stage.ask("acting", lambda _, actor: {verb for verb in Verb if may(actor, verb)})
    assert Verb.SIGN in offered
    assert Verb.SEND_BACK in offered
    assert Verb.GIVE_ORDER not in offered
    case = made(stage, proposed)
    given = {"version": stage.row(case).version, "group_public_id": "x"}
    stage.refuses(RoleMissing, "acting", casework.route, case.public_id, **given)


@pytest.mark.parametrize("kind", list(HoldingKind))
def test_only_a_delegation_is_limited_the_others_carry_the_full_power(stage, kind):
    if kind is HoldingKind.DELEGATED:
        assert (
            delegate(stage, "a_director", "a_teacher", kind, parts=["sign"]).scope_parts == "sign"
        )
        return
    for limits in ({"parts": ["sign"]}, {"letter_kinds": ["memo"]}):
        with pytest.raises(ScopeOfFullPower):
            delegate(stage, "a_director", "a_teacher", kind, **limits)
    if kind is not HoldingKind.SUBSTANTIVE:
        delegate(stage, "a_director", "a_teacher", kind)
        order(stage, "acting", made(stage, proposed))


def test_a_delegation_without_limits_does_all_of_the_post(stage):
    delegate(stage, "a_director", "a_teacher")
    order(stage, "acting", made(stage, proposed))


@pytest.mark.parametrize("limits", [{"parts": ["all"]}, {"letter_kinds": ["memo order"]}])
def test_a_scope_names_known_parts_and_codes(stage, limits):
    with pytest.raises(ScopeUnknown):
        delegate(stage, "a_director", "a_teacher", **limits)


def test_the_database_keeps_limits_with_delegations(stage):
    holding = stage.world.holdings["acting_director"]
    with pytest.raises(IntegrityError), stage.database.transaction() as session:
        session.execute(update(Holding).where(Holding.id == holding).values(scope_parts="sign"))
