"""Cases on their way: who gets them next, who reads them, how they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eoffice import clock
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import LetterNotFound, ReasonMissing
from eoffice.routing import case_queries
from eoffice.routing.models import Case, Endorsement, Task
from eoffice.routing.queries import load_visible_case
from eoffice.routing.rules import (
    ApproverMissing,
    AssigneeUnknown,
    CaseNotFound,
    DueInPast,
    NotYourTurn,
    OrderEmpty,
    WorkUnfinished,
)
from eoffice.routing.services import casework, ordering, receiving
from eoffice.routing.services.ordering import Order
from eoffice.users.rules import GroupNotFound
from tests.casework import (
    agree,
    asked,
    filed,
    give_order,
    group_key,
    key,
    made,
    ordered,
    pass_up,
    proposed,
    registered,
    routed,
    task_of,
    tasks,
    up_the_line,
)

WHY = "ไม่เกี่ยวกับงานนี้"


def test_a_case_goes_from_the_registry_through_every_level_to_the_end(stage):
    case = made(stage, up_the_line)
    go = case.public_id
    stage.act("head", agree, go, version=3, to=key(stage, "deputy"), text="เห็นชอบ")
    stage.act("deputy", pass_up, go, version=4, to=key(stage, "director"))
    order = Order("แจ้งทุกโรงเรียน", [key(stage, "officer")], [key(stage, "head")])
    stage.act("director", ordering.give_order, go, order, version=5)
    assert tasks(stage, case) == [
        ("head", "order", "done"),
        ("deputy", "order", "done"),
        ("director", "order", "done"),
        ("officer", "act", "open"),
        ("head", "for_information", "open"),
    ]
    with stage.database.reading() as session:
        notes = list(session.scalars(select(Endorsement).order_by(Endorsement.id)))
    assert [note.verb for note in notes] == [
        "route",
        "propose_case",
        "agree",
        "pass_up",
        "give_order",
    ]
    assert [note.text for note in notes][2:] == ["เห็นชอบ", "ผ่านเรื่อง", "แจ้งทุกโรงเรียน"]
    assert notes[-1].name == "นาย มานะ ตัวอย่าง".replace("นาย ", "นาย")
    assert stage.row(case).state == "ordered"


def test_what_is_given_to_somebody_is_read_by_them_and_by_nobody_else(stage):
    case = made(stage, registered)
    letter = stage.make(lambda session: session.get_one(Letter, case.letter_id))
    stage.refuses(CaseNotFound, "a_teacher", load_visible_case, case.public_id)
    order = Order("ดำเนินการ", [key(stage, "a_teacher")])
    stage.act("a_director", ordering.give_order, case.public_id, order, version=1)
    assert stage.ask("a_teacher", load_visible_case, case.public_id)[0].id == case.id
    assert stage.ask("a_teacher", load_visible, letter.public_id).id == letter.id
    for desk in ("registrar", "director", "b_registrar", "b_director", "a_admin", "auditor"):
        stage.refuses(CaseNotFound, desk, load_visible_case, case.public_id)
    assert not stage.ask("registrar", case_queries.acts_on_case, case)
    assert not stage.ask("registrar", case_queries.endorsements_on, case)


def test_a_wrong_group_sends_back_and_reads_it_no_more(stage):
    case = made(stage, routed)
    letter = stage.make(lambda session: session.get_one(Letter, case.letter_id))
    assert stage.ask("officer", load_visible_case, case.public_id)
    stage.refuses(
        NotYourTurn, "officer", casework.send_back_case, case.public_id, version=2, reason=WHY
    )
    stage.act("clerk", casework.send_back_case, case.public_id, version=2, reason=WHY)
    row = stage.row(case)
    assert (row.state, row.group_id, row.version) == ("registered", None, 3)
    stage.refuses(CaseNotFound, "officer", load_visible_case, case.public_id)
    stage.refuses(LetterNotFound, "clerk", load_visible, letter.public_id)


def test_sending_back_goes_one_step_to_whoever_passed_it_here(stage):
    case = made(stage, up_the_line)
    stage.act("head", agree, case.public_id, version=3, to=key(stage, "deputy"))
    stage.act("deputy", casework.send_back_case, case.public_id, version=4, reason=WHY)
    assert stage.row(case).state == "proposed"
    assert tasks(stage, case)[-1] == ("head", "order", "open")
    stage.act("head", casework.send_back_case, case.public_id, version=5, reason=WHY)
    assert stage.row(case).state == "registered"
    assert tasks(stage, case)[-1] == ("clerk", "act", "open")
    again = key(stage, "head")
    stage.act("clerk", casework.propose_case, case.public_id, version=6, to=again)
    assert tasks(stage, case)[-2:] == [("clerk", "act", "done"), ("head", "order", "open")]


def test_an_assignee_sends_back_to_who_gave_the_order(stage):
    case = made(stage, ordered, ("a_teacher", "a_registrar"))
    stage.act("a_teacher", casework.send_back_case, case.public_id, version=3, reason=WHY)
    stage.act("a_registrar", casework.send_back_case, case.public_id, version=4, reason=WHY)
    assert tasks(stage, case)[-1] == ("a_director", "order", "open")
    assert sum(kind == "order" for _, kind, state in tasks(stage, case) if state == "open") == 1
    assert stage.row(case).state == "ordered"
    stage.act("a_director", give_order, case.public_id, version=5)
    assert tasks(stage, case)[-1] == ("a_director", "order", "done")


def test_only_the_level_that_has_it_decides_but_the_head_orders_at_any_time(stage):
    case = made(stage, up_the_line)
    refused = {"version": 3, "to": key(stage, "director")}
    stage.refuses(NotYourTurn, "deputy", agree, case.public_id, **refused)
    stage.refuses(NotYourTurn, "deputy", give_order, case.public_id, version=3)
    stage.act("director", give_order, case.public_id, version=3)
    assert tasks(stage, case) == [("head", "order", "withdrawn")]


def test_a_matter_is_proposed_to_a_level_of_the_own_office_only(stage):
    case = made(stage, registered)
    for wrong in ("a_teacher", "a_registrar", "b_director", "director"):
        stage.refuses(
            ApproverMissing,
            "a_registrar",
            casework.propose_case,
            case.public_id,
            version=1,
            to=key(stage, wrong),
        )
    stage.refuses(
        ApproverMissing, "a_registrar", casework.propose_case, case.public_id, version=1, to=""
    )


def test_work_is_given_to_posts_of_the_own_office_only(stage):
    case = made(stage, proposed)
    for wrong in ("b_registrar", "officer", "a_admin"):
        order = Order("ทำ", [key(stage, wrong)])
        stage.refuses(
            AssigneeUnknown, "a_director", ordering.give_order, case.public_id, order, version=2
        )
    for order, error in (
        (Order(), OrderEmpty),
        (Order("ทำ", due_at=clock.now() - timedelta(minutes=1)), DueInPast),
    ):
        stage.refuses(error, "a_director", ordering.give_order, case.public_id, order, version=2)


def test_nobody_is_both_responsible_and_informed_and_nobody_is_asked_twice(stage):
    case = made(stage, ordered, ("a_teacher",), ("a_teacher", "a_registrar"))
    again = Order("เร่งรัด", [key(stage, "a_teacher")])
    stage.act("a_director", ordering.give_order, case.public_id, again, version=3)
    assert tasks(stage, case)[1:] == [
        ("a_teacher", "act", "open"),
        ("a_registrar", "for_information", "open"),
    ]


def test_a_case_waits_before_one_level_at_a_time_also_for_the_database(stage):
    case = made(stage, proposed)

    def twice(session, actor):
        now = {"created_at": clock.now(), "kind": "order", "state": "open"}
        ids = {"office_id": case.office_id, "post_id": stage.world.posts["a_registrar"]}
        session.add(Task(case_id=case.id, **ids, **now))
        session.flush()

    with pytest.raises(IntegrityError):
        stage.act("a_registrar", twice)


def test_several_held_cases_are_proposed_at_once(stage):
    found = [made(stage, registered) for _ in range(3)]
    for case in found:
        stage.act("a_registrar", casework.hold, case.public_id, version=1)
    listed = stage.ask("a_registrar", _held)
    assert [row.case.id for row in listed] == [case.id for case in reversed(found)]
    keys = [case.public_id for case in found]
    told = {"to": key(stage, "a_director"), "opinion": "เห็นควรทราบ"}
    stage.act("a_registrar", casework.propose_many, keys, **told)
    assert {stage.row(case).state for case in found} == {"proposed"}
    assert stage.ask("a_registrar", _held) == []
    waiting = stage.ask("a_director", lambda s, a: case_queries.queue(s, a, a.desk))
    assert [row.case.id for row in waiting] == [case.id for case in found]


def _held(session, actor):
    return case_queries.cases(session, actor, actor.desk, is_held=True)


def test_only_a_head_closes_what_is_not_reported(stage):
    case = made(stage, ordered)
    stage.refuses(WorkUnfinished, "a_registrar", casework.close_case, case.public_id, version=3)
    stage.act("a_director", casework.close_case, case.public_id, version=3)
    assert tasks(stage, case)[-1] == ("a_teacher", "act", "withdrawn")
    assert stage.row(case).closed_at is not None


def test_who_worked_on_a_case_files_it_and_nobody_else(stage):
    case = made(stage, ordered)
    stage.act("a_director", casework.close_case, case.public_id, version=3)
    stage.act("a_teacher", casework.file_away, case.public_id, version=4, folder="วิชาการ 1/2569")
    row = stage.row(case)
    assert (row.state, row.folder, row.filed_at is not None) == ("filed", "วิชาการ 1/2569", True)
    other = made(stage, ordered, (), ("a_teacher",))
    stage.act("a_director", casework.close_case, other.public_id, version=3)
    stage.refuses(NotYourTurn, "a_teacher", casework.file_away, other.public_id, version=4)


def test_a_reopened_case_is_proposed_and_ordered_anew(stage):
    case = made(stage, filed)
    stage.refuses(
        ReasonMissing, "a_director", casework.reopen, case.public_id, version=3, reason=""
    )
    stage.act("a_registrar", casework.reopen, case.public_id, version=3, reason=WHY)
    row = stage.row(case)
    assert (row.state, row.closed_at, row.filed_at) == ("registered", None, None)
    stage.act("a_director", give_order, case.public_id, version=4)


def test_a_group_of_another_office_or_one_that_closed_takes_nothing(stage):
    case = made(stage, registered)
    wrong = {"version": 1, "group_public_id": made(stage, group_key)}
    stage.refuses(GroupNotFound, "a_registrar", casework.route, case.public_id, **wrong)


def test_voiding_a_registration_ends_what_was_asked_on_it(stage):
    outside = stage.make(stage.world.outside_letter, "a_registrar")
    made(stage, proposed, outside.case)
    stage.act("a_registrar", receiving.void, outside.delivery.public_id, reason=WHY)
    assert tasks(stage, outside.case) == [("a_director", "order", "withdrawn")]
    assert stage.row(outside.case).state == "voided"


def test_who_acts_for_the_head_finds_and_decides_it_under_both_names(stage):
    case = made(stage, up_the_line, "director")
    waiting = stage.ask("acting_director", lambda s, a: case_queries.queue(s, a, a.desk))
    assert [row.case.id for row in waiting] == [case.id]
    stage.act("acting_director", give_order, case.public_id, version=3)
    with stage.database.reading() as session:
        note = session.scalars(select(Endorsement).order_by(Endorsement.id.desc()).limit(1)).one()
        task = task_of(stage.world, session, case, "director")
    assert note.person_id == task.settled_by == stage.world.people["deputy"]
    assert note.post_id == stage.world.posts["director"]
    assert "รักษาราชการแทน" in note.position


def test_recent_assignees_stand_first(stage):
    made(stage, ordered, ("a_teacher",))
    made(stage, ordered, ("a_registrar",))
    found = stage.ask("a_director", lambda s, a: case_queries.recent_assignees(s, a.desk))
    assert found == [stage.world.posts["a_registrar"], stage.world.posts["a_teacher"]]


def test_an_opinion_asked_for_does_not_hold_the_case(stage):
    task = made(stage, asked)
    case = stage.make(lambda session: session.get_one(Case, task.case_id))
    stage.act("a_director", give_order, case.public_id, version=3)
    assert ("a_registrar", "opinion", "withdrawn") in tasks(stage, case)
