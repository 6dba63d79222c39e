"""Acts on one case at once: one order, one next level, one end, and no task lost."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from eoffice.routing.models import Case, Endorsement, Task
from eoffice.routing.services import agreeing, approving, casework, ordering, reporting
from eoffice.routing.services.approval_path import AskedLevel, set_path
from eoffice.routing.services.endorsing import document_hash
from eoffice.routing.services.ordering import Order
from tests.casework import key, made, ordered, pass_up, task_of, tasks, up_the_line
from tests.properties.test_races import race, winners
from tests.stage import Stage, assert_chains_whole

ROUNDS = pytest.mark.parametrize("rounds", [5, pytest.param(150, marks=pytest.mark.long)])
REASON = {"reason": "ไม่ใช่เรา"}


def whole(stage: Stage, case: Case) -> None:
    """At most one level has the case, and the chains are whole."""
    with stage.database.reading() as session:
        waiting = session.scalar(
            select(func.count()).where(
                Task.case_id == case.id, Task.kind == "order", Task.state == "open"
            )
        )
        assert_chains_whole(session)
    assert waiting in (0, 1)


@ROUNDS
def test_a_director_and_who_acts_for_him_order_once(stage: Stage, rounds: int) -> None:
    teacher = key(stage, "officer")
    for _ in range(rounds):
        case = made(stage, up_the_line, "director")
        details = {"public_id": case.public_id, "version": 3}
        order = Order("ดำเนินการ", [teacher])
        done = race(
            stage,
            ("director", "director", ordering.give_order, details | {"order": order}),
            ("acting", "acting_director", ordering.give_order, details | {"order": order}),
        )
        assert len(winners(done)) == 1
        assert [row[1:] for row in tasks(stage, case)] == [("order", "done"), ("act", "open")]
        whole(stage, case)


@ROUNDS
def test_ordering_passing_up_and_sending_back_exclude_each_other(stage: Stage, rounds: int) -> None:
    director = key(stage, "director")
    for _ in range(rounds):
        case = made(stage, up_the_line, "deputy")
        details = {"public_id": case.public_id, "version": 3}
        done = race(
            stage,
            ("order", "director", ordering.give_order, details | {"order": Order("ทราบ")}),
            ("pass", "deputy", pass_up, details | {"to": director}),
            ("back", "deputy", casework.send_back_case, details | REASON),
        )
        (winner,) = winners(done)
        state = {"order": "ordered", "pass": "proposed", "back": "registered"}[winner]
        assert stage.row(case).state == state
        whole(stage, case)


@ROUNDS
def test_the_last_two_acknowledgements_end_a_case_for_information_once(
    stage: Stage, rounds: int
) -> None:
    for _ in range(rounds):
        case = made(stage, ordered, (), ("a_teacher", "a_registrar"))
        acts = [
            (
                desk,
                desk,
                reporting.acknowledge,
                {
                    "public_id": made(stage, task_of, case, desk).public_id,
                    "version": 1,
                },
            )
            for desk in ("a_teacher", "a_registrar")
        ]
        done = race(stage, *acts)
        assert winners(done) == {"a_teacher", "a_registrar"}
        row = stage.row(case)
        assert (row.state, row.version) == ("done", 4)
        whole(stage, case)


@ROUNDS
def test_reporting_and_closing_meet_in_one_story(stage: Stage, rounds: int) -> None:
    for _ in range(rounds):
        case = made(stage, ordered)
        task = made(stage, task_of, case, "a_teacher")
        done = race(
            stage,
            (
                "report",
                "a_teacher",
                reporting.report,
                {"public_id": task.public_id, "version": 1, "text": "เสร็จ"},
            ),
            (
                "close",
                "a_director",
                casework.close_case,
                {"public_id": case.public_id, "version": 3},
            ),
        )
        assert "close" in winners(done)
        ended = "done" if "report" in winners(done) else "withdrawn"
        assert stage.row(task).state == ended
        assert stage.row(case).state == "done"


@ROUNDS
def test_two_posts_of_one_level_agree_at_once_and_the_signer_is_asked_once(
    stage: Stage, rounds: int
) -> None:
    level = [AskedLevel([key(stage, "head"), key(stage, "deputy")])]
    stage.act("registrar", set_path, level)
    for _ in range(rounds):
        letter = stage.make(stage.world.proposed_letter, "officer")
        with stage.database.reading() as session:
            shown = document_hash(session, session.get_one(type(letter), letter.id))
        details = {"public_id": letter.public_id, "shown_hash": shown}
        done = race(
            stage,
            ("head", "head", agreeing.agree, details),
            ("deputy", "deputy", agreeing.agree, details),
        )
        assert len(winners(done)) == 2
        with stage.database.reading() as session:
            asked = session.scalars(
                select(Task.kind).where(Task.letter_id == letter.id, Task.state == "open")
            ).all()
            notes = session.scalar(select(func.count()).where(Endorsement.letter_id == letter.id))
        assert list(asked) == ["sign"]
        assert notes == 2


@ROUNDS
def test_a_director_and_who_acts_for_him_sign_once(stage: Stage, rounds: int) -> None:
    for _ in range(rounds):
        letter = stage.make(stage.world.proposed_letter, "officer")
        with stage.database.reading() as session:
            shown = document_hash(session, session.get_one(type(letter), letter.id))
        version = stage.row(letter).version
        details = {"public_id": letter.public_id, "version": version, "shown_hash": shown}
        done = race(
            stage,
            ("director", "director", approving.sign, details),
            ("acting_director", "acting_director", approving.sign, details),
        )
        (winner,) = winners(done)
        row = stage.row(letter)
        assert (row.state, row.signed_by) == ("signed", stage.world.people[winner])
        assert ("รักษาราชการแทน" in row.signer_position) == (winner == "acting_director")
