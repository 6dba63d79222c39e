"""The verbs on a task: acknowledge, note progress, report, send a report back, give an opinion."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.documents import housekeeping
from eoffice.documents.models import Blob, CaseFile
from eoffice.documents.queries import load_visible_case_file
from eoffice.documents.rules import AttachmentNotFound, ReasonMissing
from eoffice.routing import case_queries
from eoffice.routing.case_queries import load_visible_task
from eoffice.routing.models import Case, Endorsement, Task
from eoffice.routing.rules import NotYourTask, OpinionEmpty, TaskMoved, TaskNotFound
from eoffice.routing.services import casework, reporting
from eoffice.verbs import Verb
from tests.acts import Act, EveryAct
from tests.casework import asked, ordered, reported, task_of, work
from tests.world import stored_file

WORDS = "ส่งรายชื่อแล้ว"


def act(verb, prepare, function, by="a_teacher", text="", **details):
    words = {"reason": text} if verb is Verb.RETURN_REPORT else {"text": text} if text else {}
    given = {
        "wrong_role": "a_admin",
        "outsider": "b_director",
        "kind": "task",
        "absent": TaskNotFound,
        "conflict": TaskMoved,
        "again": None if verb is Verb.NOTE_PROGRESS else TaskMoved,
    }

    def do(session, actor, public_id, version):
        return function(session, actor, public_id, version=version, **words)

    return Act(verb=verb, prepare=prepare, do=do, by=by, text=text, **given | details)


ACTS = [
    act(Verb.ACKNOWLEDGE, work, reporting.acknowledge, wrong_state=reported),
    act(
        Verb.NOTE_PROGRESS,
        work,
        reporting.note_progress,
        text="กำลังรวบรวม",
        wrong_state=reported,
        again=None,
    ),
    act(Verb.REPORT, work, reporting.report, text=WORDS, wrong_state=reported),
    act(
        Verb.RETURN_REPORT,
        reported,
        reporting.return_report,
        by="a_director",
        text="ขอรายละเอียด",
        wrong_role="a_teacher",
        wrong_state=work,
    ),
    act(
        Verb.GIVE_OPINION,
        asked,
        reporting.give_opinion,
        by="a_registrar",
        text="พอ",
        wrong_state=None,
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryAct):
    pass


def test_for_information_ends_with_the_last_acknowledgement(stage):
    case = stage.make(
        lambda session: ordered(stage.world, session, (), ("a_teacher", "a_registrar"))
    )
    first, last = (
        stage.make(lambda session, desk=desk: task_of(stage.world, session, case, desk))
        for desk in ("a_teacher", "a_registrar")
    )
    with stage.leaves(Verb.ACKNOWLEDGE, "a_teacher", "task") as seen:
        stage.act("a_teacher", reporting.acknowledge, first.public_id, version=1)
    assert seen["facts"]["ends_case"] is False
    assert stage.row(case).state == "ordered"
    with stage.leaves(Verb.ACKNOWLEDGE, "a_registrar", "task") as seen:
        stage.act("a_registrar", reporting.acknowledge, last.public_id, version=1)
    assert seen["facts"]["ends_case"] is True
    ended = stage.row(case)
    assert (ended.state, ended.closed_at is not None) == ("done", True)


def test_with_work_to_do_acknowledging_ends_nothing(stage):
    case = stage.make(
        lambda session: ordered(stage.world, session, ("a_registrar",), ("a_teacher",))
    )
    for desk in ("a_teacher", "a_registrar"):
        task = stage.make(lambda session, desk=desk: task_of(stage.world, session, case, desk))
        stage.act(desk, reporting.acknowledge, task.public_id, version=1)
    assert stage.row(case).state == "ordered"


def test_a_task_is_done_from_the_desk_of_its_post(stage):
    task = stage.make(lambda session: work(stage.world, session))
    for verb in (reporting.acknowledge,):
        stage.refuses(NotYourTask, "a_registrar", verb, task.public_id, version=1)
    done = stage.make(lambda session: reported(stage.world, session))
    refused = {"version": done.version, "reason": "เพิ่มเติม"}
    stage.refuses(TaskNotFound, "b_director", reporting.return_report, done.public_id, **refused)
    stage.refuses(
        ReasonMissing,
        "a_director",
        reporting.return_report,
        done.public_id,
        **refused | {"reason": " "},
    )


def test_a_report_has_words_or_files_and_keeps_them_inside_the_office(stage):
    task = stage.make(lambda session: work(stage.world, session))
    stage.refuses(OpinionEmpty, "a_teacher", reporting.report, task.public_id, version=1, text=" ")
    details = {"version": 1, "text": "", "files": (stored_file("รายงาน.pdf"),)}
    with stage.leaves(Verb.REPORT, "a_teacher", "task") as seen:
        stage.act("a_teacher", reporting.report, task.public_id, **details)
    assert seen["facts"]["names"] == ["รายงาน.pdf"]
    with stage.database.reading() as session:
        file = session.scalars(select(CaseFile)).one()
    assert stage.ask("a_director", load_visible_case_file, file.public_id)[0].name == "รายงาน.pdf"
    for desk in ("registrar", "b_registrar", "a_admin"):
        with pytest.raises(AttachmentNotFound):
            stage.ask(desk, load_visible_case_file, file.public_id)


def test_what_is_asked_of_a_post_is_found_in_its_queue_until_it_is_done(stage):
    def waiting(desk):
        rows = stage.ask(desk, lambda s, a: case_queries.queue(s, a, a.desk))
        checks = stage.ask(desk, lambda s, a: case_queries.reported_to(s, a, a.desk))
        return [row.task.kind for row in rows], len(checks)

    task = stage.make(lambda session: work(stage.world, session))
    assert waiting("a_teacher") == (["act"], 0)
    assert waiting("a_director") == ([], 0)
    stage.act("a_teacher", reporting.acknowledge, task.public_id, version=1)
    assert waiting("a_teacher") == (["act"], 0)
    stage.act("a_teacher", reporting.report, task.public_id, version=2, text=WORDS)
    assert waiting("a_teacher") == ([], 0)
    assert waiting("a_director") == ([], 1)
    stage.act("a_director", reporting.return_report, task.public_id, version=3, reason="อีก")
    assert waiting("a_teacher") == (["act"], 0)
    assert waiting("a_director") == ([], 0)
    stage.act("a_teacher", reporting.report, task.public_id, version=4, text=WORDS)
    case = stage.make(lambda session: session.get_one(Case, task.case_id))
    stage.act("a_director", casework.close_case, case.public_id, version=case.version)
    assert waiting("a_director") == ([], 0)
    assert stage.row(task).state == "done"


def test_endorsements_stay_as_they_were_written(stage):
    stage.make(lambda session: reported(stage.world, session))
    with stage.database.reading() as session:
        rows = list(session.scalars(select(Endorsement).order_by(Endorsement.id)))
    assert [row.verb for row in rows] == ["propose_case", "give_order", "report"]
    for change in (
        lambda session, actor: session.delete(session.get_one(Endorsement, rows[0].id)),
        lambda session, actor: setattr(session.get_one(Endorsement, rows[0].id), "text", "อื่น"),
    ):
        with pytest.raises(Exception, match=r"append|refus|not"):
            stage.act("a_director", change)


def test_a_task_on_a_draft_is_no_task_of_a_case(stage):
    letter = stage.make(lambda session: stage.world.proposed_letter(session))
    with stage.database.reading() as session:
        task = session.scalars(select(Task).where(Task.letter_id == letter.id)).one()
    stage.refuses(TaskNotFound, "director", load_visible_task, task.public_id)


def test_a_file_of_a_report_is_not_swept(stage, settings):
    task = stage.make(lambda session: work(stage.world, session))
    files = (stored_file("รายงาน.pdf"),)
    details = {"version": 1, "text": "แนบ", "files": files}
    stage.act("a_teacher", reporting.report, task.public_id, **details)
    with clock.travelling(clock.now() + timedelta(days=2)):
        housekeeping.sweep(stage.database, settings.storage)
    with stage.database.reading() as session:
        kept = session.scalars(select(CaseFile)).one()
        assert session.get(Blob, kept.blob_id) is not None
