"""Letters from outside the system: registered on receipt, asked about when doubled, voided."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from eoffice import clock
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import (
    LetterNotFound,
    ReasonMissing,
    SubjectMissing,
    TooManyFiles,
    TopSecretRefused,
)
from eoffice.routing.rules import (
    CaseMoved,
    PossibleDuplicate,
    SenderMissing,
)
from eoffice.routing.services.casework import close_case
from eoffice.routing.services.receiving import (
    OutsideLetter,
    register_outside,
    void,
)
from eoffice.users.rules import NoDesk, RoleMissing
from eoffice.verbs import Verb
from tests.world import stored_file

PAPER = OutsideLetter(
    sender="อบต.ตัวอย่าง",
    subject="ขอใช้สถานที่",
    letter_no="ตย 72001/15",
    letter_date=date(2026, 1, 5),
)


def test_a_letter_from_outside_is_registered_on_receipt(stage):
    outside = OutsideLetter(
        sender="  อบต.ตัวอย่าง ",
        subject="ขอ\nใช้สถานที่",
        letter_no="ตย 72001/15",
        letter_date=date(2026, 1, 5),
        origin="email",
        urgency="urgent",
        addressee="เรียน ผู้อำนวยการ",
        files=(stored_file("สแกน.pdf", b"scan"),),
    )
    with stage.leaves(Verb.REGISTER_OUTSIDE, "a_registrar", "delivery") as trace:
        letter, delivery, entry = stage.act("a_registrar", register_outside, outside)
    letter = stage.row(letter)
    assert (letter.state, letter.origin, letter.office_id) == ("sent", "email", None)
    assert (letter.sender_text, letter.subject) == ("อบต.ตัวอย่าง", "ขอ ใช้สถานที่")
    delivery = stage.row(delivery)
    assert (delivery.state, delivery.channel) == ("received", "email")
    assert delivery.receive_no == f"1/{stage.world.year}"
    assert (entry.ref_no, entry.ref_date) == ("ตย 72001/15", date(2026, 1, 5))
    assert (entry.from_text, entry.to_text) == ("อบต.ตัวอย่าง", "ผู้อำนวยการ")
    assert trace["facts"]["sender"] == "อบต.ตัวอย่าง"
    assert stage.ask("a_director", load_visible, letter.public_id).id == letter.id
    with pytest.raises(LetterNotFound):
        stage.ask("b_registrar", load_visible, letter.public_id)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"sender": " "}, SenderMissing),
        ({"subject": ""}, SubjectMissing),
        ({"secrecy": "top_secret"}, TopSecretRefused),
        ({"files": tuple(stored_file(content=bytes([n])) for n in range(3))}, TooManyFiles),
    ],
)
def test_what_cannot_be_registered_burns_no_number(stage, changed, error):
    letter = OutsideLetter(**({"sender": "อบต.", "subject": "เรื่อง"} | changed))
    stage.refuses(error, "a_registrar", register_outside, letter, file_limit=2)
    _, _, entry = stage.act("a_registrar", register_outside, PAPER)
    assert entry.number == 1


def test_who_may_not_register_registers_nothing(stage):
    stage.refuses(RoleMissing, "a_director", register_outside, PAPER)
    stage.refuses(RoleMissing, "officer", register_outside, PAPER)
    stage.refuses(NoDesk, "visitor", register_outside, PAPER)


def test_the_same_number_and_day_again_is_asked_about(stage):
    stage.act("a_registrar", register_outside, PAPER)
    again = OutsideLetter(
        sender="องค์การบริหารส่วนตำบลตัวอย่าง",
        subject="ขอใช้สถานที่ (สำเนา)",
        letter_no="ที่ ตย ๗๒๐๐๑/๑๕",
        letter_date=PAPER.letter_date,
    )
    refused = stage.refuses(PossibleDuplicate, "a_registrar", register_outside, again)
    assert f"1/{stage.world.year}" in str(refused)
    other_day = OutsideLetter(
        sender="อบต.", subject="ก", letter_no="ตย 72001/15", letter_date=date(2025, 1, 5)
    )
    stage.act("a_registrar", register_outside, other_day)
    stage.act("b_registrar", register_outside, again)
    _, _, entry = stage.act("a_registrar", register_outside, again, is_confirmed=True)
    assert entry.number == 3
    without_number = OutsideLetter(sender="นาย ก", subject="ร้องเรียน")
    for _ in range(2):
        stage.act("a_registrar", register_outside, without_number)


def test_a_letter_of_the_system_counts_as_the_same_letter_too(stage):
    done = stage.make(stage.world.received_letter)
    letter = done.letter
    paper = OutsideLetter(
        sender="สพป.", subject="ก", letter_no=letter.letter_no, letter_date=letter.letter_date
    )
    stage.refuses(PossibleDuplicate, "a_registrar", register_outside, paper)


def test_it_arrived_when_the_registrar_says_but_never_in_the_future(stage):
    now = clock.now()
    for arrived_at, stored in (
        (now - timedelta(hours=3), now - timedelta(hours=3)),
        (now + timedelta(days=3), now),
    ):
        with clock.travelling(now):
            letter = OutsideLetter(sender="อบต.", subject="ก", arrived_at=arrived_at)
            _, delivery, _ = stage.act("a_registrar", register_outside, letter)
        assert stage.row(delivery).arrived_at == stored


def test_voiding_burns_the_number_and_ends_the_case(stage):
    done = stage.make(stage.world.outside_letter, "a_registrar")
    stage.refuses(ReasonMissing, "a_registrar", void, done.delivery.public_id, reason="")
    stage.act("a_registrar", void, done.delivery.public_id, reason="ลงทะเบียนผิดเล่ม")
    assert (stage.row(done.delivery).state, stage.row(done.case).state) == ("voided", "voided")
    entry = stage.row(done.entry)
    assert (entry.state, entry.reason, entry.number) == ("cancelled", "ลงทะเบียนผิดเล่ม", 1)
    assert stage.make(stage.world.outside_letter, "a_registrar").entry.number == 2


def test_a_closed_case_is_voided_too_and_a_voided_one_is_not_closed(stage):
    done = stage.make(stage.world.outside_letter, "a_registrar")
    stage.act("a_registrar", close_case, done.case.public_id, version=1)
    stage.act("a_registrar", void, done.delivery.public_id, reason="ผิดฉบับ")
    case = stage.row(done.case)
    assert (case.state, case.version) == ("voided", 3)
    stage.refuses(CaseMoved, "a_registrar", close_case, case.public_id, version=3)


def test_after_voiding_the_same_letter_is_registered_without_a_question(stage):
    _, delivery, _ = stage.act("a_registrar", register_outside, PAPER)
    stage.act("a_registrar", void, delivery.public_id, reason="ผิดเล่ม")
    _, _, entry = stage.act("a_registrar", register_outside, PAPER)
    assert entry.number == 2
