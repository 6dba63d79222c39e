"""Open, receive, reject; letters from outside and their voiding; replies and closed cases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.documents.models import Letter, LetterRecipient
from eoffice.documents.queries import citations_of, load_visible
from eoffice.documents.rules import (
    LetterNotFound,
    ReasonMissing,
    StaleVersion,
)
from eoffice.documents.services.attaching import files_hash
from eoffice.registers.models import Book, RegisterEntry
from eoffice.registers.rules import NumberingLocked
from eoffice.registers.services.numbering import issue_number
from eoffice.registers.services.settings import lock_numbering
from eoffice.routing.inbox import inbox
from eoffice.routing.models import Case
from eoffice.routing.queries import load_visible_case, own_case, timeline_of
from eoffice.routing.rules import (
    AlreadyReceived,
    CaseMoved,
    CaseNotFound,
    DeliveryMoved,
    DeliveryNotFound,
    NotReceiver,
)
from eoffice.routing.services.addressing import address
from eoffice.routing.services.approving import propose
from eoffice.routing.services.casework import close_case
from eoffice.routing.services.receiving import (
    OutsideLetter,
    open_delivery,
    receive,
    register_outside,
    reject,
    reply,
    void,
)
from eoffice.routing.services.sending import send
from eoffice.verbs import Verb
from tests.acts import Act, EveryAct
from tests.world import stored_file


def arrived(world, session):
    return world.delivery(session, world.sent_letter(session))


def received(world, session):
    return world.received_letter(session).delivery


def rejected(world, session):
    delivery = arrived(world, session)
    return reject(session, world.actor(session, "a_registrar"), delivery.public_id, reason="ผิด")


def outside(world, session):
    return world.outside_letter(session, "a_registrar").delivery


def do_receive(session, actor, delivery, version):
    return receive(session, actor, delivery)


DELIVERY = {
    "kind": "delivery",
    "absent": DeliveryNotFound,
    "conflict": DeliveryMoved,
    "is_versioned": False,
}
ACTS = [
    Act(
        verb=Verb.OPEN,
        prepare=arrived,
        do=lambda session, actor, delivery, version: open_delivery(session, actor, delivery),
        by="a_director",
        wrong_role="a_teacher",
        outsider="b_registrar",
        wrong_state=None,
        again=None,
        **DELIVERY,
    ),
    Act(
        verb=Verb.RECEIVE,
        prepare=arrived,
        do=do_receive,
        by="a_registrar",
        wrong_role="a_director",
        outsider="b_registrar",
        wrong_state=None,
        **DELIVERY,
    ),
    Act(
        verb=Verb.REJECT,
        prepare=arrived,
        do=lambda session, actor, delivery, version: reject(
            session, actor, delivery, reason="ส่งผิดโรงเรียน"
        ),
        by="a_registrar",
        wrong_role="a_director",
        outsider="b_registrar",
        wrong_state=received,
        text="ส่งผิดโรงเรียน",
        **(DELIVERY | {"again": DeliveryNotFound}),
    ),
    Act(
        verb=Verb.VOID,
        prepare=outside,
        do=lambda session, actor, delivery, version: void(session, actor, delivery, reason="ลงซ้ำ"),
        by="a_registrar",
        wrong_role="a_director",
        outsider="b_registrar",
        wrong_state=received,
        text="ลงซ้ำ",
        **DELIVERY,
    ),
    Act(
        verb=Verb.CLOSE_CASE,
        prepare=lambda world, session: world.received_letter(session).case,
        do=lambda session, actor, case, version: close_case(session, actor, case, version=version),
        by="a_registrar",
        wrong_role="a_teacher",
        outsider="b_registrar",
        wrong_state=lambda world, session: closed_case(world, session),
        kind="case",
        absent=CaseNotFound,
        conflict=CaseMoved,
    ),
]


def closed_case(world, session):
    case = world.received_letter(session).case
    actor = world.actor(session, "a_director")
    return close_case(session, actor, case.public_id, version=case.version)


class TestEveryAct(EveryAct):
    """Opening shows nothing to who may not read, so its wrong role is an absent letter."""

    pytestmark = [
        pytest.mark.parametrize("act", [act for act in ACTS if act.verb is not Verb.OPEN], ids=str)
    ]


def test_a_first_opening_is_a_fact_noted_once(stage):
    delivery = stage.make(lambda session: arrived(stage.world, session))
    with stage.leaves(Verb.OPEN, "a_director", "delivery"):
        stage.act("a_director", open_delivery, delivery.public_id)
    before = stage.everything()
    stage.act("a_registrar", open_delivery, delivery.public_id)
    assert stage.everything() == before
    stored = stage.row(delivery)
    assert (stored.state, stored.version) == ("arrived", 1)
    assert stored.first_opened_by == stage.world.people["a_director"]


def test_opening_is_noted_for_the_receiving_office_only(stage):
    delivery = stage.make(lambda session: arrived(stage.world, session))
    for desk in ("b_registrar", "a_teacher", "visitor", "auditor"):
        stage.refuses(DeliveryNotFound, desk, open_delivery, delivery.public_id)
    stage.refuses(NotReceiver, "registrar", open_delivery, delivery.public_id)
    stage.refuses(NotReceiver, "c_registrar", open_delivery, delivery.public_id)


def test_receiving_gives_number_register_row_case_and_count_at_once(stage):
    files = (stored_file(),)
    sent = {"files": files, "addressee": "เรียน ผู้อำนวยการโรงเรียน", "subject": "แจ้งกำหนดการ"}
    letter = stage.make(stage.world.sent_letter, **sent)
    delivery = stage.make(stage.world.delivery, letter)
    with stage.leaves(Verb.RECEIVE, "a_registrar", "delivery") as trace:
        stage.act("a_registrar", receive, delivery.public_id)
    delivery = stage.row(delivery)
    number = f"1/{stage.world.year}"
    assert (delivery.state, delivery.receive_no) == ("received", number)
    assert delivery.settled_by_name == "นางสาวมานี ครูธุรการ"
    with stage.database.reading() as session:
        entry = session.get_one(RegisterEntry, delivery.entry_id)
        book = session.get_one(Book, entry.book_id)
        case = session.scalars(select(Case)).one()
        assert trace["row"].files == '["' + files_hash(session, letter.id)[0] + '"]'
    assert (book.series, book.office_id) == ("receive", stage.world.offices["school_a"])
    assert (entry.number, entry.ref_no, entry.ref_date) == (1, letter.letter_no, letter.letter_date)
    assert (entry.from_text, entry.to_text) == ("สพป.ตัวอย่าง เขต 2", "ผู้อำนวยการโรงเรียน")
    assert (entry.subject, entry.entered_on) == ("แจ้งกำหนดการ", clock.today())
    assert (case.state, case.delivery_id, case.entry_id) == ("registered", delivery.id, entry.id)
    assert trace["facts"]["receive_no"] == number
    assert stage.ask("a_registrar", lambda s, a: inbox(s, a, list(a.desks))) == []


def test_the_second_clerk_is_told_who_received_it_and_when(stage):
    done = stage.make(stage.world.received_letter)
    refused = stage.refuses(AlreadyReceived, "a_registrar", receive, done.delivery.public_id)
    assert "มานี" in str(refused)
    assert done.delivery.receive_no in str(refused)


def test_a_clerk_of_two_schools_receives_each_under_its_own_number(stage):
    for _ in range(2):
        stage.make(stage.world.received_letter)
    letter = stage.make(stage.world.sent_letter, to=("school_a", "school_c"))
    at_a = stage.make(stage.world.delivery, letter, "school_a")
    at_c = stage.make(stage.world.delivery, letter, "school_c")
    stage.refuses(NotReceiver, "a_registrar", receive, at_c.public_id)
    stage.refuses(NotReceiver, "c_registrar", reject, at_a.public_id, reason="ผิด")
    stage.act("a_registrar", receive, at_a.public_id)
    stage.act("c_registrar", receive, at_c.public_id)
    year = stage.world.year
    assert stage.row(at_a).receive_no == f"3/{year}"
    assert stage.row(at_c).receive_no == f"1/{year}"


def test_the_case_stays_inside_the_receiving_office(stage):
    case = stage.make(stage.world.received_letter).case
    assert stage.ask("a_director", load_visible_case, case.public_id)[0].id == case.id
    for desk in ("registrar", "director", "b_registrar", "a_teacher", "a_admin", "visitor"):
        with pytest.raises(CaseNotFound):
            stage.ask(desk, load_visible_case, case.public_id)


def test_what_is_rejected_goes_out_of_sight_and_tells_the_sender_why(stage):
    delivery = stage.make(lambda session: arrived(stage.world, session))
    letter = stage.make(lambda session: session.get_one(Letter, delivery.letter_id))
    stage.refuses(ReasonMissing, "a_registrar", reject, delivery.public_id, reason=" ")
    stage.act("a_registrar", reject, delivery.public_id, reason="ไม่ใช่ของโรงเรียนนี้")
    with pytest.raises(LetterNotFound):
        stage.ask("a_director", load_visible, letter.public_id)
    stored = stage.row(delivery)
    assert (stored.state, stored.reason) == ("rejected", "ไม่ใช่ของโรงเรียนนี้")
    assert stage.ask("registrar", load_visible, letter.public_id).state == "sent"


def test_nothing_is_received_while_numbering_is_locked(stage):
    delivery = stage.make(lambda session: arrived(stage.world, session))
    stage.make(lock_numbering, "restored")
    paper = OutsideLetter(sender="อบต.ตัวอย่าง", subject="ขอใช้สถานที่")
    stage.refuses(NumberingLocked, "a_registrar", receive, delivery.public_id)
    stage.refuses(NumberingLocked, "a_registrar", register_outside, paper)
    stage.act("a_registrar", reject, delivery.public_id, reason="ผิด")


def test_a_reply_cites_the_letter_keeps_its_subject_and_goes_to_its_sender(stage):
    done = stage.make(stage.world.received_letter, subject="ขอข้อมูลนักเรียน")
    with stage.database.transaction() as session:
        answer = reply(session, stage.world.actor(session, "a_registrar"), done.case.public_id)
        recipients = session.scalars(
            select(LetterRecipient.office_id).where(LetterRecipient.letter_id == answer.id)
        ).all()
    answer = stage.row(answer)
    assert (answer.subject, answer.state) == ("ขอข้อมูลนักเรียน", "draft")
    assert answer.answers_case_id == done.case.id
    assert answer.addressee.endswith("สพป.ตัวอย่าง เขต 2")
    assert recipients == [stage.world.offices["district"]]
    citation, public_id = stage.ask("a_registrar", citations_of, answer.id)[0]
    assert (citation.cited_no, public_id) == (done.letter.letter_no, done.letter.public_id)


def test_a_reply_to_paper_has_no_recipient_in_the_system(stage):
    done = stage.make(stage.world.outside_letter, "a_registrar")
    answer = stage.act("a_registrar", reply, done.case.public_id)
    assert (answer.to_text, answer.answers_case_id) == ("", done.case.id)


def test_a_reply_leaves_the_row_of_a_voided_registration_as_it_is(stage):
    done = stage.make(stage.world.outside_letter, "a_registrar")
    answer = stage.act("a_registrar", reply, done.case.public_id)
    stage.act("a_registrar", void, done.delivery.public_id, reason="ลงผิดเรื่อง")
    burned = stage.row(done.entry)

    def on_its_way(session):
        world = stage.world
        clerk, key = world.actor(session, "a_registrar"), answer.public_id
        choice = world.addressing(to=("school_b",))
        session.get_one(Letter, answer.id).body = "ตามที่ขอมานั้น"
        address(session, clerk, key, choice, version=None)
        propose(session, clerk, key, version=session.get_one(Letter, answer.id).version)
        world.sign(session, session.get_one(Letter, answer.id))
        issue_number(session, clerk, key, version=session.get_one(Letter, answer.id).version)
        send(session, clerk, key, version=session.get_one(Letter, answer.id).version)

    stage.make(on_its_way)
    assert stage.row(done.entry).action_taken == burned.action_taken == ""
    own = stage.row(answer)
    with stage.database.reading() as session:
        assert "ตอบหนังสือเลขรับ" in session.get_one(RegisterEntry, own.entry_id).action_taken


def test_a_case_is_answered_and_closed_from_the_desk_of_its_own_office(stage):
    done = stage.make(stage.world.received_letter, at="c_registrar")
    case = (done.case.public_id,)
    stage.refuses(NotReceiver, "a_registrar", reply, *case)
    stage.refuses(NotReceiver, "a_registrar", close_case, *case, version=1)
    stage.refuses(CaseNotFound, "b_registrar", reply, *case)
    stage.refuses(CaseNotFound, "registrar", reply, *case)
    stage.refuses(StaleVersion, "c_registrar", close_case, *case, version=2)
    stage.act("c_registrar", reply, *case)
    stage.act("c_registrar", close_case, *case, version=1)
    stored = stage.row(done.case)
    assert stored.state == "done"
    assert stored.closed_at is not None


def test_each_end_reads_its_own_part_of_the_timeline(stage):
    done = stage.make(stage.world.received_letter)
    stage.act("a_registrar", close_case, done.case.public_id, version=1)

    def verbs(desk):
        return [row.verb for row in stage.ask(desk, timeline_of, done.letter)]

    assert verbs("a_director") == ["receive", "close_case"]
    assert verbs("registrar")[-2:] == ["issue_number", "send"]
    assert "receive" not in verbs("registrar")


def test_the_own_case_is_found_by_its_office_only(stage):
    done = stage.make(stage.world.received_letter)

    def found(session, actor):
        return own_case(session, actor, done.letter, actor.desk)

    assert stage.ask("a_director", found).id == done.case.id
    assert stage.ask("registrar", found) is None
    assert stage.ask("b_registrar", found) is None


def test_an_unopened_inbox_row_names_sender_and_files(stage):
    stage.make(stage.world.sent_letter, files=(stored_file(),))
    row = stage.ask("a_registrar", lambda s, a: inbox(s, a, [a.desk]))[0]
    assert (row.sender, row.files) == ("สพป.ตัวอย่าง เขต 2", 1)
    assert (row.delivery.state, row.letter.letter_no) == ("arrived", "ศธ 04999/1")
