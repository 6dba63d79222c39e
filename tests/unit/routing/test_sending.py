"""Send, recall, remind, deliveries to agencies; folder counts, access and both registers."""

from __future__ import annotations

import pytest
from sqlalchemy import event, func, select

from eoffice import clock
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import LetterNotFound, NotYourOffice, WrongState
from eoffice.documents.services.drafting import LetterFields, edit
from eoffice.registers.models import RegisterEntry
from eoffice.registers.services.numbering import issue_number
from eoffice.routing.folders import folder_counts
from eoffice.routing.inbox import inbox
from eoffice.routing.models import Delivery
from eoffice.routing.queries import deliveries_of, delivery_counts, load_visible_delivery, outbox
from eoffice.routing.rules import (
    DeliveryMoved,
    DeliveryNotFound,
    NoRecipients,
)
from eoffice.routing.services.addressing import Addressing, address
from eoffice.routing.services.approving import close_letter, propose
from eoffice.routing.services.receiving import receive, reject, reply
from eoffice.routing.services.sending import (
    recall,
    record_delivered,
    record_failed,
    remind,
    send,
)
from eoffice.users.rules import OfficeClosed
from eoffice.verbs import Verb
from tests.acts import Act, EveryAct
from tests.world import big_world

AGENCY = ("agency",)
SCHOOLS = ("school_a", "school_b", "school_c")


def do_recall(session, actor, letter, version, reason="ส่งผิดฉบับ", **chosen):
    return recall(session, actor, letter, version=version, reason=reason, **chosen)


def to_agency(world, session):
    return world.delivery(session, world.sent_letter(session, to=AGENCY), "agency")


def settled_with_agency(world, session):
    delivery = to_agency(world, session)
    actor = world.actor(session, "registrar")
    return record_failed(session, actor, delivery.public_id, reason="ที่อยู่ผิด")


def arrived_not_sent(world, session):
    return world.delivery(session, world.sent_letter(session))


ACTS = [
    Act(
        verb=Verb.SEND,
        prepare=lambda world, session: world.numbered_letter(session, to=SCHOOLS),
        do=lambda session, actor, letter, version: send(session, actor, letter, version=version),
        by="registrar",
        wrong_role="director",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.signed_letter(session, to=SCHOOLS),
    ),
    Act(
        verb=Verb.RECALL,
        prepare=lambda world, session: world.sent_letter(session),
        do=do_recall,
        by="registrar",
        wrong_role="director",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.numbered_letter(session),
        text="ส่งผิดฉบับ",
    ),
    Act(
        verb=Verb.REMIND,
        prepare=lambda world, session: world.sent_letter(session),
        do=lambda session, actor, letter, version: remind(session, actor, letter),
        by="registrar",
        wrong_role="director",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.numbered_letter(session),
        is_versioned=False,
    ),
    Act(
        verb=Verb.RECORD_DELIVERED,
        prepare=to_agency,
        do=lambda session, actor, delivery, version: record_delivered(
            session, actor, delivery, delivered_on=clock.today(), delivered_to="งานสารบรรณ"
        ),
        by="registrar",
        wrong_role="director",
        outsider="b_registrar",
        wrong_state=arrived_not_sent,
        kind="delivery",
        absent=DeliveryNotFound,
        conflict=DeliveryMoved,
        is_versioned=False,
    ),
    Act(
        verb=Verb.RECORD_FAILED,
        prepare=to_agency,
        do=lambda session, actor, delivery, version: record_failed(
            session, actor, delivery, reason="ไปรษณีย์ตีกลับ"
        ),
        by="registrar",
        wrong_role="officer",
        outsider="b_registrar",
        wrong_state=settled_with_agency,
        kind="delivery",
        absent=DeliveryNotFound,
        conflict=DeliveryMoved,
        text="ไปรษณีย์ตีกลับ",
        is_versioned=False,
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryAct):
    pass


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


def test_a_sent_letter_is_in_the_inbox_at_the_commit(stage):
    letter = stage.make(stage.world.numbered_letter, to=("school_a",), copies=("school_c",))
    with pytest.raises(LetterNotFound):
        stage.ask("a_director", load_visible, letter.public_id)
    with stage.leaves(Verb.SEND, "registrar", "letter") as trace:
        count = stage.act("registrar", send, letter.public_id, version=letter.version)
    assert count == trace["facts"]["count"] == 2
    assert stage.row(letter).state == "sent"
    assert stage.ask("a_director", subjects) == [letter.subject]
    assert stage.ask("c_registrar", subjects) == [letter.subject] * 2
    assert stage.ask("b_registrar", subjects) == []
    assert [waiting(stage, school) for school in SCHOOLS] == [1, 0, 1]
    parts = [(d.part, d.state) for d, _, _ in stage.ask("registrar", deliveries_of, letter)]
    assert parts == [("to", "arrived"), ("cc", "arrived")]


def test_urgent_letters_come_first_then_the_newest(stage):
    for subject, urgency in (
        ("1", "normal"),
        ("2", "most_urgent"),
        ("3", "urgent"),
        ("4", "normal"),
    ):
        stage.make(stage.world.sent_letter, subject=subject, urgency=urgency)
    assert stage.ask("a_registrar", subjects) == ["2", "3", "4", "1"]
    assert stage.ask("a_registrar", subjects, words="3") == ["3"]
    first = stage.ask("a_registrar", lambda s, a: inbox(s, a, list(a.desks), limit=2))
    assert [row.letter.subject for row in first] == ["2", "3", "4"]
    before = first[1].delivery.sort_key
    assert stage.ask("a_registrar", subjects, before=before) == ["4", "1"]


def test_nothing_is_sent_to_nobody(stage):
    letter = stage.make(stage.world.numbered_letter)
    stage.refuses(NoRecipients, "registrar", send, letter.public_id, version=letter.version)
    order = stage.make(stage.world.numbered_letter, kind="order")
    stage.refuses(NoRecipients, "registrar", send, order.public_id, version=order.version)


def test_nothing_is_sent_to_an_office_that_closed_meanwhile(stage):
    letter = stage.make(stage.world.numbered_letter, to=SCHOOLS)
    stage.make(stage.world.close, "school_b", "school_a", clock.today())
    stage.refuses(OfficeClosed, "registrar", send, letter.public_id, version=letter.version)


def test_a_second_sending_reaches_only_those_it_has_not_reached(stage):
    letter = stage.make(stage.world.sent_letter)
    stage.refuses(NoRecipients, "registrar", send, letter.public_id, version=letter.version)
    more = stage.world.addressing(to=("school_a", "school_c"))
    stage.act("registrar", address, letter.public_id, more, version=letter.version)
    assert stage.act("registrar", send, letter.public_id, version=letter.version + 1) == 1
    assert states(stage, letter) == [("school_a", "arrived"), ("school_c", "arrived")]
    assert (waiting(stage), waiting(stage, "school_c")) == (1, 1)


def test_two_sendings_of_one_instant_count_each_arrival_once(stage):
    with clock.travelling(clock.now()):
        letter = stage.make(stage.world.sent_letter)
        more = stage.world.addressing(to=("school_a", "school_c"))
        stage.act("registrar", address, letter.public_id, more, version=letter.version)
        stage.act("registrar", send, letter.public_id, version=letter.version + 1)
    assert (waiting(stage), waiting(stage, "school_c")) == (1, 1)


def test_after_a_rejection_or_recall_sending_again_is_a_new_row(stage):
    letter = stage.make(stage.world.sent_letter, to=("school_a", "school_b"))
    delivery = stage.make(stage.world.delivery, letter)
    stage.act("a_registrar", reject, delivery.public_id, reason="ส่งผิดโรงเรียน")
    assert stage.act("registrar", send, letter.public_id, version=letter.version) == 1
    stage.act("registrar", do_recall, letter.public_id, letter.version + 1)
    assert stage.act("registrar", send, letter.public_id, version=letter.version + 2) == 2
    assert states(stage, letter) == [
        ("school_a", "rejected"),
        ("school_b", "recalled"),
        ("school_a", "recalled"),
        ("school_a", "arrived"),
        ("school_b", "arrived"),
    ]
    assert (waiting(stage), waiting(stage, "school_b")) == (1, 1)
    assert stage.ask("a_registrar", load_visible, letter.public_id).id == letter.id


def test_a_receiver_sends_recalls_and_reminds_nothing_of_the_sender(stage):
    letter = stage.make(stage.world.sent_letter)
    for verb, details in (
        (send, {"version": letter.version}),
        (recall, {"version": letter.version, "reason": "ก"}),
        (remind, {}),
    ):
        refused = stage.refuses(NotYourOffice, "a_registrar", verb, letter.public_id, **details)
        assert "เขต 2" in str(refused)


def test_a_receiver_sees_its_own_row_the_sender_all(stage):
    letter = stage.make(stage.world.sent_letter, to=SCHOOLS)

    def offices(desk):
        return {office.id for _, office, _ in stage.ask(desk, deliveries_of, letter)}

    ids = stage.world.offices
    assert offices("registrar") == {ids[name] for name in SCHOOLS}
    assert offices("b_registrar") == {ids["school_b"]}
    assert offices("c_registrar") == {ids["school_a"], ids["school_c"]}
    assert stage.ask("b_registrar", delivery_counts, letter) == {"arrived": 1}
    foreign = stage.make(stage.world.delivery, letter, "school_b")
    with pytest.raises(DeliveryNotFound):
        stage.ask("a_director", load_visible_delivery, foreign.public_id)
    assert stage.ask("registrar", load_visible_delivery, foreign.public_id)[0].id == foreign.id


def test_the_outbox_counts_live_and_received_deliveries(stage):
    letter = stage.make(stage.world.sent_letter, to=(*SCHOOLS, "agency"))
    ids = {school: stage.make(stage.world.delivery, letter, school) for school in SCHOOLS}
    stage.act("a_registrar", receive, ids["school_a"].public_id)
    stage.act("b_registrar", reject, ids["school_b"].public_id, reason="ซ้ำ")
    row = stage.ask("registrar", lambda session, actor: outbox(session, actor, actor.desk))[0]
    assert (row.letter.id, row.recipients, row.received) == (letter.id, 3, 1)
    assert stage.ask("a_registrar", lambda s, a: outbox(s, a, a.desk)) == []


def test_an_answer_stands_in_both_registers_once(stage):
    received = stage.make(stage.world.received_letter)
    answer = stage.act("a_registrar", reply, received.case.public_id)

    def finished(session):
        world = stage.world
        actor = world.actor(session, "a_registrar")
        letter = load_visible(session, actor, answer.public_id)
        fields = LetterFields(subject="ตอบรับ", body="ตามที่")
        edit(session, actor, letter.public_id, fields, version=letter.version)
        propose(session, actor, letter.public_id, version=letter.version)
        world.sign(session, letter)
        issue_number(session, actor, letter.public_id, version=letter.version)
        send(session, actor, letter.public_id, version=letter.version)
        return letter

    letter = stage.make(finished)
    own = stage.make(stage.world.delivery, letter, "district")
    stage.act("registrar", reject, own.public_id, reason="ขาดสิ่งที่ส่งมาด้วย")
    stage.act("a_registrar", send, letter.public_id, version=letter.version)
    with stage.database.reading() as session:
        incoming = session.get_one(RegisterEntry, received.entry.id).action_taken
        outgoing = session.get_one(RegisterEntry, letter.entry_id).action_taken
    assert incoming.count(letter.letter_no) == 1
    assert outgoing.count(received.letter.letter_no) == 1
    assert len(incoming.splitlines()) == len(outgoing.splitlines()) == 1


def test_a_letter_goes_to_three_or_thirty_offices_in_the_same_number_of_statements(stage):
    stage.make(lambda session: big_world(session, stage.world, 30))
    few = stage.make(stage.world.numbered_letter, to=SCHOOLS)
    many = stage.make(stage.world.numbered_letter)
    choice = Addressing(all_schools=True)
    stage.act("registrar", address, many.public_id, choice, version=many.version)
    assert _statements(stage, few, few.version) == _statements(stage, many, many.version + 1)
    assert len(states(stage, many)) == 33


def _statements(stage, letter, version):
    seen = []

    def count(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(stage.database.engine, "before_cursor_execute", count)
    try:
        stage.act("registrar", send, letter.public_id, version=version)
    finally:
        event.remove(stage.database.engine, "before_cursor_execute", count)
    return len(seen)


def test_a_closed_letter_is_neither_sent_again_nor_recalled(stage):
    letter = stage.make(stage.world.sent_letter)
    stage.act("registrar", close_letter, letter.public_id, version=letter.version)
    after = letter.version + 1
    stage.refuses(WrongState, "registrar", send, letter.public_id, version=after)
    stage.refuses(WrongState, "registrar", do_recall, letter.public_id, after)
    stage.refuses(WrongState, "registrar", remind, letter.public_id)
