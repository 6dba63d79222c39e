"""An office closes while cases wait in it: its successor goes on with them where they stood."""

from __future__ import annotations

from eoffice import clock
from eoffice.routing.case_queries import endorsements_on, queue
from eoffice.routing.queries import load_visible_case
from eoffice.routing.rules import CaseNotFound
from eoffice.routing.services import casework, ordering, reporting
from eoffice.routing.services.closing import close_office
from eoffice.routing.services.ordering import Order
from tests.casework import key, made, ordered, proposed, task_of


def close(stage):
    stage.act(
        "admin",
        close_office,
        stage.world.public["school_a"],
        successor_public_id=stage.world.public["school_b"],
        closed_on=clock.today(),
    )


def test_what_waited_for_the_head_waits_for_the_successors_head(stage):
    case = made(stage, proposed)
    close(stage)
    waiting = stage.ask("b_director", lambda s, a: queue(s, a, a.desk))
    assert [row.case.id for row in waiting] == [case.id]
    notes = stage.ask("b_director", endorsements_on, case)
    assert [note.text for note in notes] == ["เห็นควรมอบงานวิชาการ"]
    order = Order("ดำเนินการต่อ", [key(stage, "b_registrar")])
    version = stage.row(case).version
    stage.act("b_director", ordering.give_order, case.public_id, order, version=version)
    assert stage.row(case).state == "ordered"


def test_work_that_was_given_goes_to_the_successors_registry_to_its_end(stage):
    case = made(stage, ordered, ("a_teacher",))
    close(stage)
    task = made(stage, task_of, case, "b_registrar")
    stage.act("b_registrar", reporting.report, task.public_id, version=task.version, text="เสร็จ")
    version = stage.row(case).version
    stage.act("b_director", casework.close_case, case.public_id, version=version)
    version = stage.row(case).version
    stage.act("b_registrar", casework.file_away, case.public_id, version=version)
    assert stage.row(case).state == "filed"
    stage.refuses(CaseNotFound, "a_teacher", load_visible_case, case.public_id)
