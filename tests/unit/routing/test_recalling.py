"""Recall and remind; what becomes of deliveries to external agencies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eoffice import clock
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import LetterNotFound, ReasonMissing
from eoffice.routing.folders import folder_counts
from eoffice.routing.inbox import inbox
from eoffice.routing.models import Delivery, Reminder
from eoffice.routing.queries import delivery_counts, load_visible_delivery
from eoffice.routing.rules import (
    AlreadyReminded,
    DeliveryNotFound,
    NothingToRecall,
)
from eoffice.routing.services.receiving import open_delivery, receive
from eoffice.routing.services.sending import (
    recall,
    record_delivered,
    record_failed,
    remind,
    send,
)
from eoffice.verbs import Verb

AGENCY = ("agency",)


SCHOOLS = ("school_a", "school_b", "school_c")


def do_recall(session, actor, letter, version, reason="ส่งผิดฉบับ", **chosen):
    return recall(session, actor, letter, version=version, reason=reason, **chosen)


def waiting(stage, office="school_a"):
    """The kept count of an office's letters that wait, and how many there really are."""
    office_id = stage.world.offices[office]
    with stage.database.reading() as session:
        kept = folder_counts(session, [office_id]).get((office_id, "arrived"))
        real = session.scalar(
            select(func.count()).where(Delivery.office_id == office_id, Delivery.state == "arrived")
        )
    assert (kept.count if kept else 0) == real
    return real


def states(stage, letter):
    names = {office_id: name for name, office_id in stage.world.offices.items()}
    with stage.database.reading() as session:
        rows = session.scalars(
            select(Delivery).where(Delivery.letter_id == letter.id).order_by(Delivery.id)
        )
        return [(names[row.office_id], row.state) for row in rows]


def subjects(session, actor, **filters):
    return [row.letter.subject for row in inbox(session, actor, list(actor.desks), **filters)]


def test_what_is_recalled_is_out_of_sight_and_out_of_the_count(stage):
    letter = stage.make(stage.world.sent_letter, to=("school_a", "school_b"))
    own = stage.make(stage.world.delivery, letter)
    stage.act("a_registrar", receive, own.public_id)
    with stage.leaves(Verb.RECALL, "registrar", "letter", text="ผิด") as trace:
        assert stage.act("registrar", do_recall, letter.public_id, letter.version, "ผิด") == 1
    assert trace["facts"]["offices"] == [stage.world.offices["school_b"]]
    assert states(stage, letter) == [("school_a", "received"), ("school_b", "recalled")]
    assert stage.ask("a_registrar", load_visible, letter.public_id).id == letter.id
    with pytest.raises(LetterNotFound):
        stage.ask("b_registrar", load_visible, letter.public_id)
    gone = stage.make(stage.world.delivery, letter, "school_b")
    with pytest.raises(DeliveryNotFound):
        stage.ask("b_registrar", load_visible_delivery, gone.public_id)
    assert stage.ask("b_registrar", subjects) == []
    assert (waiting(stage), waiting(stage, "school_b")) == (0, 0)
    stage.refuses(NothingToRecall, "registrar", do_recall, letter.public_id, letter.version + 1)


def test_a_recall_of_chosen_deliveries_leaves_the_others(stage):
    letter = stage.make(stage.world.sent_letter, to=SCHOOLS)
    other = stage.make(stage.world.sent_letter, to=("school_b",))
    chosen = [stage.make(stage.world.delivery, letter, "school_c").public_id]
    foreign = stage.make(stage.world.delivery, other, "school_b").public_id
    args = (letter.public_id, letter.version)
    for mixed in ([foreign], ["0" * 20], [*chosen, foreign]):
        stage.refuses(DeliveryNotFound, "registrar", do_recall, *args, deliveries=mixed)
    stage.act("registrar", do_recall, *args, deliveries=chosen)
    assert [waiting(stage, school) for school in SCHOOLS] == [1, 2, 0]


def test_a_recall_has_a_reason(stage):
    letter = stage.make(stage.world.sent_letter)
    args = (letter.public_id, letter.version)
    stage.refuses(ReasonMissing, "registrar", do_recall, *args, "  ")


def test_a_registry_is_reminded_once_a_day_and_only_while_it_waits(stage):
    letter = stage.make(stage.world.sent_letter, to=SCHOOLS)
    delivery = stage.make(stage.world.delivery, letter)
    stage.act("a_registrar", receive, delivery.public_id)
    with stage.leaves(Verb.REMIND, "registrar", "letter") as trace:
        assert stage.act("registrar", remind, letter.public_id) == 2
    assert len(trace["facts"]["deliveries"]) == 2
    stage.refuses(AlreadyReminded, "registrar", remind, letter.public_id)
    with clock.travelling(clock.now() + timedelta(days=1)):
        assert stage.act("registrar", remind, letter.public_id) == 2
    with stage.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Reminder)) == 4


def test_an_agency_is_counted_apart_and_its_delivery_is_recorded(stage):
    letter = stage.make(stage.world.sent_letter, to=("agency", "school_a"))
    delivery = stage.make(stage.world.delivery, letter, "agency")
    assert sorted(states(stage, letter)) == [("agency", "sent"), ("school_a", "arrived")]
    assert delivery.arrived_at is None
    stage.act(
        "registrar",
        record_delivered,
        delivery.public_id,
        delivered_on=clock.today(),
        delivered_to=" งานสารบรรณ ",
        proof="EMS 1",
    )
    stored = stage.row(delivery)
    assert (stored.state, stored.delivered_to, stored.proof) == (
        "delivered",
        "งานสารบรรณ",
        "EMS 1",
    )
    assert stage.ask("registrar", delivery_counts, letter) == {"arrived": 1, "delivered": 1}


def test_after_a_failed_delivery_sending_again_is_a_new_row(stage):
    letter = stage.make(stage.world.sent_letter, to=AGENCY)
    delivery = stage.make(stage.world.delivery, letter, "agency")
    stage.refuses(ReasonMissing, "registrar", record_failed, delivery.public_id, reason="")
    stage.act("registrar", record_failed, delivery.public_id, reason="ย้ายที่อยู่")
    assert stage.act("registrar", send, letter.public_id, version=letter.version) == 1
    assert states(stage, letter) == [("agency", "failed"), ("agency", "sent")]
    stage.refuses(NothingToRecall, "registrar", do_recall, letter.public_id, letter.version + 1)


def test_opening_is_not_receiving_and_does_not_stop_a_recall(stage):
    letter = stage.make(stage.world.sent_letter)
    delivery = stage.make(stage.world.delivery, letter)
    stage.act("a_registrar", open_delivery, delivery.public_id)
    stage.act("registrar", do_recall, letter.public_id, letter.version)
    assert stage.row(delivery).state == "recalled"
