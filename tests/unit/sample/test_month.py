"""The month of letters: true to its log, in order, in every state."""

from __future__ import annotations

import hashlib
from collections import Counter
from importlib.resources import files
from itertools import pairwise

from sqlalchemy import func, select

from eoffice import clock, jobs
from eoffice.activity.models import Activity
from eoffice.checks.services import run_checks
from eoffice.documents.models import Attachment, Letter
from eoffice.notifications.models import Notification
from eoffice.registers.models import RegisterEntry
from eoffice.routing.models import Case, Delivery, Endorsement, Reminder, Task
from eoffice.sample.timetable import is_working_day
from tests.unit.sample.conftest import SCHOOLS, Made


def letter(made: Made, key: str) -> Letter:
    with made.reading() as session:
        query = select(Letter).where(Letter.public_id == made.record.kept[key])
        return session.scalars(query).one()


def states(made: Made, key: str) -> Counter[str]:
    with made.reading() as session:
        query = select(Delivery.state).where(Delivery.letter_id == letter(made, key).id)
        return Counter(session.scalars(query))


def test_the_deep_check_finds_nothing(made: Made) -> None:
    report = run_checks(made.database, made.settings, is_deep=True)
    assert report.not_run == []
    assert not report.has_findings, report.results


def test_no_act_runs_back_and_none_lies_ahead(made: Made) -> None:
    with made.reading() as session:
        rows = session.scalars(select(Activity).order_by(Activity.chain, Activity.seq)).all()
    assert not any(row.is_late for row in rows)
    for before, after in pairwise(rows):
        assert before.chain != after.chain or before.at <= after.at
    assert max(row.at for row in rows) <= clock.now()


def test_people_act_in_office_hours_only(made: Made) -> None:
    with made.reading() as session:
        moments = session.scalars(select(Activity.at).where(Activity.person_id.is_not(None))).all()
    local = [clock.local(at) for at in moments]
    assert {at.date() for at in local if not is_working_day(at.date())} == set()
    assert min(at.time() for at in local).hour >= 8
    assert max(at.time() for at in local).hour <= 17
    assert len({at.date() for at in local}) >= 15


def test_every_act_on_a_letter_has_a_person_with_a_desk(made: Made) -> None:
    with made.reading() as session:
        rows = session.scalars(select(Activity).where(Activity.object_kind == "letter")).all()
    assert rows
    assert all(row.person_id and row.post_id and row.office_id and row.session_id for row in rows)


def test_letters_stand_in_every_state(made: Made) -> None:
    expected = {
        "draft": "draft",
        "draft_a": "draft",
        "proposed": "proposed",
        "signed": "signed",
        "memo_a": "signed",
        "numbered": "numbered",
        "circular": "sent",
        "cancelled": "cancelled",
    }
    assert {key: letter(made, key).state for key in expected} == expected


def test_deliveries_stand_in_every_state(made: Made) -> None:
    expected = {
        "district_to_a": "received",
        "a_to_b": "received",
        "a_to_district": "received",
        "b_to_a": "received",
        "arrived_a": "arrived",
        "recalled": "recalled",
        "rejected": "rejected",
        "to_agency": "delivered",
        "to_agency_failed": "failed",
        "outside": "received",
        "voided": "voided",
    }
    assert {key: dict(states(made, key)) for key in expected} == {
        key: {state: 1} for key, state in expected.items()
    }


def test_the_first_circular_went_to_all_schools_and_was_reminded(made: Made) -> None:
    assert letter(made, "circular").letter_no == "ศธ 04999/ว 1284"
    assert states(made, "circular").total() == SCHOOLS
    with made.reading() as session:
        assert session.scalar(select(func.count()).select_from(Reminder)) >= 1  # type: ignore[operator]


def test_replies_are_noted_in_both_registers(made: Made) -> None:
    reply, asked = letter(made, "reply_to_a_to_district"), letter(made, "a_to_district")
    with made.reading() as session:
        case = session.get_one(Case, reply.answers_case_id)
        received = session.get_one(RegisterEntry, case.entry_id)
        sent = session.get_one(RegisterEntry, reply.entry_id)
    assert case.letter_id == asked.id
    assert reply.letter_no in received.action_taken
    assert asked.letter_no in sent.action_taken


def test_a_reserved_number_is_used_and_another_cancelled(made: Made) -> None:
    kept = made.record.kept
    with made.reading() as session:
        found = {
            key: session.scalars(
                select(RegisterEntry.state).where(RegisterEntry.public_id == public_id)
            ).one()
            for key, public_id in kept.items()
            if key.startswith("entry_")
        }
    assert found["entry_reserved"] == "reserved"
    assert found["entry_reserved_cancelled"] == "cancelled"


def test_the_real_regulation_is_attached_byte_for_byte(made: Made) -> None:
    folder = files("eoffice.sample") / "law"
    law = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name.endswith(".pdf")
    }
    with made.reading() as session:
        attached = set(session.scalars(select(Attachment.sha256)))
        kinds = set(session.scalars(select(Attachment.kind)))
    assert len(law) == 4
    assert law <= attached
    assert kinds == {"pdf", "jpg", "xlsx"}


def test_a_letter_was_sent_back_and_mended(made: Made) -> None:
    with made.reading() as session:
        verbs = session.scalars(
            select(Endorsement.verb).where(
                Endorsement.letter_id == letter(made, "circular_recent").id
            )
        ).all()
    assert {"send_back", "propose"} <= set(verbs)


def test_people_were_told_and_only_texts_and_reminders_wait(made: Made) -> None:
    with made.reading() as session:
        waiting = session.scalars(select(jobs.Job).where(jobs.Job.state == "waiting")).all()
        told = session.scalar(select(func.count()).select_from(Notification))
        newest = session.scalar(select(func.max(Activity.at)))
    assert {job.kind for job in waiting} == {"read_text", "remind_task"}
    assert all(newest is not None and job.run_at >= newest for job in waiting)
    assert told


def test_cases_of_school_a_stand_at_every_step(made: Made) -> None:
    with made.reading() as session:
        states = set(session.scalars(select(Task.state).where(Task.case_id.is_not(None))))
        cases = set(session.scalars(select(Case.state)))
    assert {"open", "done"} <= states
    assert {"registered", "proposed", "ordered"} <= cases
