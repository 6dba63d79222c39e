"""What every verb on a case is asked: routing, proposing, ordering, sending back, filing."""

from __future__ import annotations

import pytest

from eoffice.routing.rules import (
    CaseMoved,
    CaseNotFound,
)
from eoffice.routing.services import casework, ordering
from eoffice.verbs import Verb
from tests.acts import Act, EveryAct
from tests.casework import (
    agree,
    at_district,
    before_deputy,
    closed,
    filed,
    give_order,
    group_key,
    ordered,
    pass_up,
    proposed,
    registered,
    seat,
)

WHY = "ไม่เกี่ยวกับงานนี้"


def to(desk, function, **details):
    """A service that names a post, with the post of a desk of the cast."""

    def do(session, actor, public_id, version):
        world = do.world
        key = seat(world, session, desk)
        return function(session, actor, public_id, version=version, to=key, **details)

    return do


def route(session, actor, public_id, version):
    key = group_key(route.world, session)
    return casework.route(session, actor, public_id, version=version, group_public_id=key)


def act(verb, prepare, do, by, **details):
    given = {
        "wrong_role": "a_admin",
        "outsider": "b_registrar",
        "wrong_state": filed,
        "kind": "case",
        "absent": CaseNotFound,
        "conflict": CaseMoved,
    }
    return Act(verb=verb, prepare=prepare, do=do, by=by, **given | details)


AT_DISTRICT = {"outsider": "a_registrar", "wrong_state": None}
ACTS = [
    act(Verb.ROUTE, at_district, route, "registrar", wrong_role="clerk", **AT_DISTRICT),
    act(
        Verb.HOLD,
        registered,
        lambda session, actor, key, version: casework.hold(session, actor, key, version=version),
        "a_registrar",
        again=None,
        wrong_role="a_teacher",
    ),
    act(
        Verb.PROPOSE_CASE,
        registered,
        to("a_director", casework.propose_case, opinion="เห็นควรทราบ"),
        "a_registrar",
        text="เห็นควรทราบ",
    ),
    act(
        Verb.AGREE,
        before_deputy,
        to("director", agree, text="เห็นชอบตามเสนอ"),
        "deputy",
        wrong_role="officer",
        text="เห็นชอบตามเสนอ",
        outsider="head",
        wrong_state=None,
    ),
    act(
        Verb.PASS_UP,
        before_deputy,
        to("director", pass_up),
        "deputy",
        wrong_role="officer",
        outsider="head",
        wrong_state=None,
    ),
    act(
        Verb.CONSULT,
        proposed,
        to("a_teacher", ordering.consult, question="พร้อมหรือไม่"),
        "a_director",
        wrong_role="a_teacher",
        outsider="b_director",
        text="พร้อมหรือไม่",
    ),
    act(
        Verb.GIVE_ORDER,
        proposed,
        give_order,
        "a_director",
        wrong_role="a_registrar",
        outsider="b_director",
        text="ทราบ",
    ),
    act(
        Verb.FORWARD,
        ordered,
        to("a_registrar", ordering.forward, note="ขอให้ทำแทน"),
        "a_teacher",
        text="ขอให้ทำแทน",
        conflict=CaseMoved,
        wrong_state=None,
    ),
    act(
        Verb.SEND_BACK_CASE,
        proposed,
        lambda session, actor, key, version: casework.send_back_case(
            session, actor, key, version=version, reason=WHY
        ),
        "a_director",
        text=WHY,
    ),
    act(
        Verb.FILE_AWAY,
        closed,
        lambda session, actor, key, version: casework.file_away(
            session, actor, key, version=version, folder="งานบุคคล"
        ),
        "a_registrar",
    ),
    act(
        Verb.REOPEN,
        filed,
        lambda session, actor, key, version: casework.reopen(
            session, actor, key, version=version, reason=WHY
        ),
        "a_director",
        wrong_role="a_teacher",
        wrong_state=registered,
        text=WHY,
    ),
]


@pytest.fixture(autouse=True)
def _world(world):
    for case in ACTS:
        case.do.__dict__["world"] = world
    route.world = world


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryAct):
    pass
