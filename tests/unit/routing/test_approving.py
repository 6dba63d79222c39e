"""Propose, withdraw, sign, sign on paper, send back, cancel, close; endorsements and tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import (
    LetterNotFound,
    NothingToSign,
    NotYourDraft,
    ReasonMissing,
    StaleVersion,
    TooLong,
    WrongState,
)
from eoffice.documents.services.attaching import attach
from eoffice.documents.services.drafting import LetterFields, edit
from eoffice.registers.models import RegisterEntry
from eoffice.routing.models import Endorsement, Task
from eoffice.routing.queries import endorsements_of, signing_queue
from eoffice.routing.rules import (
    NoSigner,
    NotTheSigner,
)
from eoffice.routing.services.approving import (
    cancel,
    close_letter,
    document_hash,
    endorse,
    propose,
    send_back,
    sign,
    sign_on_paper,
    withdraw,
)
from eoffice.users.models import Office, Person, PostRole
from eoffice.users.services.organisation import add_post
from eoffice.users.services.people import assign_post
from eoffice.users.services.roles import end_role
from eoffice.verbs import Verb
from tests.acts import Act, EveryAct
from tests.world import stored_file


def shown_hash(session, letter_public_id):
    """The fingerprint of a letter, whoever asks; nothing for a letter that is not there."""
    letter = session.scalars(
        select(Letter).where(Letter.public_id == letter_public_id)
    ).one_or_none()
    return document_hash(session, letter) if letter else ""


def do_sign(session, actor, letter, version, note=""):
    shown = shown_hash(session, letter)
    return sign(session, actor, letter, version=version, shown_hash=shown, note=note)


def do_sign_on_paper(session, actor, letter, version):
    return sign_on_paper(
        session,
        actor,
        letter,
        version=version,
        signer_name="นายมานะ ตัวอย่าง",
        signer_position="ผู้อำนวยการ",
    )


ACTS = [
    Act(
        verb=Verb.PROPOSE,
        prepare=lambda world, session: world.draft_letter(session, "officer"),
        do=lambda session, actor, letter, version: propose(
            session, actor, letter, version=version, note="เห็นควรลงนาม"
        ),
        by="officer",
        wrong_role="admin",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.signed_letter(session, "officer"),
        text="เห็นควรลงนาม",
    ),
    Act(
        verb=Verb.WITHDRAW,
        prepare=lambda world, session: world.proposed_letter(session, "officer"),
        do=lambda session, actor, letter, version: withdraw(
            session, actor, letter, version=version
        ),
        by="officer",
        wrong_role="admin",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.signed_letter(session, "officer"),
    ),
    Act(
        verb=Verb.SIGN,
        prepare=lambda world, session: world.proposed_letter(session),
        do=do_sign,
        by="director",
        wrong_role="registrar",
        outsider="b_director",
        wrong_state=lambda world, session: world.draft_letter(session),
    ),
    Act(
        verb=Verb.SIGN_ON_PAPER,
        prepare=lambda world, session: world.draft_letter(session, "officer"),
        do=do_sign_on_paper,
        by="registrar",
        wrong_role="director",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.proposed_letter(session),
    ),
    Act(
        verb=Verb.SEND_BACK,
        prepare=lambda world, session: world.proposed_letter(session),
        do=lambda session, actor, letter, version: send_back(
            session, actor, letter, version=version, reason="แก้คำผิด"
        ),
        by="director",
        wrong_role="clerk",
        outsider="b_director",
        wrong_state=lambda world, session: world.draft_letter(session),
        text="แก้คำผิด",
    ),
    Act(
        verb=Verb.CANCEL,
        prepare=lambda world, session: world.numbered_letter(session),
        do=lambda session, actor, letter, version: cancel(
            session, actor, letter, version=version, reason="พิมพ์ผิดฉบับ"
        ),
        by="registrar",
        wrong_role="auditor",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.sent_letter(session),
        text="พิมพ์ผิดฉบับ",
    ),
    Act(
        verb=Verb.CLOSE_LETTER,
        prepare=lambda world, session: world.sent_letter(session),
        do=lambda session, actor, letter, version: close_letter(
            session, actor, letter, version=version
        ),
        by="registrar",
        wrong_role="officer",
        outsider="b_director",
        wrong_state=lambda world, session: world.numbered_letter(session),
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryAct):
    pass


def tasks(stage, letter):
    with stage.database.reading() as session:
        query = select(Task).where(Task.letter_id == letter.id).order_by(Task.id)
        return list(session.scalars(query))


def queue(stage, desk):
    def ids(session, actor):
        return [letter.id for _, letter in signing_queue(session, actor, actor.desk)]

    return stage.ask(desk, ids)


def test_a_proposed_letter_waits_at_the_directors_post_for_whoever_holds_it(stage):
    letter = stage.make(stage.world.draft_letter, "officer")
    task = stage.act("officer", propose, letter.public_id, version=1, note="โปรดลงนาม")
    assert (task.kind, task.post_id) == ("sign", stage.world.posts["director"])
    assert queue(stage, "director") == queue(stage, "acting_director") == [letter.id]
    assert queue(stage, "deputy") == queue(stage, "registrar") == queue(stage, "b_director") == []
    note = stage.ask("director", endorsements_of, letter)[0]
    assert (note.text, note.name) == ("โปรดลงนาม", "นายสมคิด วิเคราะห์")
    assert note.position == "นักวิเคราะห์นโยบายและแผน"


def test_a_note_belongs_to_the_issuing_office_and_never_leaves_it(stage):
    letter = stage.make(stage.world.sent_letter, to=("school_a",))
    stage.make(lambda session: _endorse(session, stage.world, letter))
    assert len(stage.ask("registrar", endorsements_of, letter)) == 1
    assert stage.ask("a_registrar", endorsements_of, letter) == []


def _endorse(session, world, letter):
    actor = world.actor(session, "director")
    return endorse(session, actor, actor.desk, letter, Verb.SIGN, "ความเห็นภายใน")


def test_there_is_something_to_sign(stage):
    letter = stage.make(stage.world.draft_letter, body="  \n ")
    stage.refuses(NothingToSign, "registrar", propose, letter.public_id, version=1)
    stage.refuses(NothingToSign, "registrar", do_sign_on_paper, letter.public_id, 1)
    stage.act("registrar", attach, letter.public_id, [stored_file()], version=1)
    stage.act("registrar", propose, letter.public_id, version=2)


def test_an_office_without_a_directors_post_cannot_propose(stage):
    def ended(session):
        role = session.scalars(
            select(PostRole).where(PostRole.post_id == stage.world.posts["b_director"])
        ).one()
        end_role(session, SYSTEM, role, ends_on=clock.today() - timedelta(days=1))

    stage.make(ended)
    letter = stage.make(stage.world.draft_letter, "b_registrar")
    refused = stage.refuses(NoSigner, "b_registrar", propose, letter.public_id, version=1)
    assert refused.status == 409


def test_the_registrar_withdraws_for_another_post_a_colleague_does_not(stage):
    letter = stage.make(stage.world.proposed_letter, "officer")
    stage.refuses(NotYourDraft, "director", withdraw, letter.public_id, version=letter.version)
    stage.act("registrar", withdraw, letter.public_id, version=letter.version)
    assert stage.row(letter).state == "draft"
    assert [task.state for task in tasks(stage, letter)] == ["withdrawn"]
    assert queue(stage, "director") == []


def test_sent_back_proposed_again_and_signed(stage):
    letter = stage.make(stage.world.proposed_letter, "officer")
    args = (letter.public_id,)
    stage.refuses(ReasonMissing, "director", send_back, *args, version=letter.version, reason=" ")
    stage.refuses(TooLong, "director", send_back, *args, version=letter.version, reason="ก" * 2001)
    stage.act("director", send_back, *args, version=letter.version, reason="แก้วันที่")
    with stage.database.reading() as session:
        reason = session.scalars(select(Endorsement.text)).one()
    assert reason == "แก้วันที่"
    stage.act("officer", edit, *args, LetterFields(subject="แก้แล้ว", body="ก"), version=3)
    stage.act("officer", propose, *args, version=4)
    stage.act("director", do_sign, *args, 5)
    assert [task.state for task in tasks(stage, letter)] == ["sent_back", "done"]


def test_the_registrar_sends_a_signed_letter_back_and_the_signature_goes(stage):
    letter = stage.make(stage.world.signed_letter, "officer")
    refused = (letter.public_id,)
    stage.refuses(
        NotTheSigner, "director", send_back, *refused, version=letter.version, reason="ตรวจ"
    )
    stage.act(
        "registrar", send_back, letter.public_id, version=letter.version, reason="ไม่มีสิ่งที่ส่งมาด้วย"
    )
    letter = stage.row(letter)
    assert (letter.state, letter.signed_by, letter.signer_name) == ("draft", None, "")
    assert (letter.signed_hash, letter.signed_at) == ("", None)


def test_cancelling_burns_the_number_and_settles_the_tasks(stage):
    numbered = stage.make(stage.world.numbered_letter)
    stage.refuses(
        ReasonMissing, "registrar", cancel, numbered.public_id, version=numbered.version, reason=""
    )
    stage.act("registrar", cancel, numbered.public_id, version=numbered.version, reason="ซ้ำ")
    with stage.database.reading() as session:
        entry = session.get_one(RegisterEntry, numbered.entry_id)
    assert (entry.state, entry.reason) == ("cancelled", "ซ้ำ")
    assert stage.row(numbered).letter_no == numbered.letter_no
    again = stage.make(stage.world.numbered_letter)
    assert again.letter_no == "ศธ 04999/2"
    proposed = stage.make(stage.world.proposed_letter)
    stage.act("registrar", cancel, proposed.public_id, version=proposed.version, reason="เลิก")
    assert [task.state for task in tasks(stage, proposed)] == ["withdrawn"]


def test_a_drafter_cancels_a_draft_and_nothing_later(stage):
    letter = stage.make(stage.world.proposed_letter, "officer")
    args = (letter.public_id,)
    stage.refuses(NotYourDraft, "officer", cancel, *args, version=letter.version, reason="เลิก")
    draft = stage.make(stage.world.draft_letter, "officer")
    stage.act("officer", cancel, draft.public_id, version=1, reason="เลิก")
    assert stage.row(draft).state == "cancelled"


def test_nothing_is_done_to_a_cancelled_letter(stage):
    letter = stage.make(stage.world.draft_letter)
    stage.act("registrar", cancel, letter.public_id, version=1, reason="เลิก")
    for act in ACTS:
        stage.refuses(
            WrongState, act.by if act.by != "officer" else "registrar", act.do, letter.public_id, 2
        )


def test_a_stale_page_of_a_moved_letter_says_its_state(stage):
    letter = stage.make(stage.world.signed_letter)
    stage.refuses(WrongState, "registrar", propose, letter.public_id, version=1)
    stage.refuses(StaleVersion, "registrar", cancel, letter.public_id, version=1, reason="ก")


def test_endorsements_are_append_only_in_the_database(stage):
    stage.make(stage.world.draft_letter)
    letter = stage.make(stage.world.draft_letter)
    stage.act("registrar", propose, letter.public_id, version=1, note="เสนอ")
    for statement in ("UPDATE endorsements SET text = 'other'", "DELETE FROM endorsements"):
        with (
            stage.database.transaction() as session,
            pytest.raises(DBAPIError, match="append-only"),
            session.begin_nested(),
        ):
            session.execute(text(statement))


def test_a_post_opened_later_reads_no_earlier_proposal(stage):
    letter = stage.make(stage.world.proposed_letter)

    def newcomer(session):
        office = session.get_one(Office, stage.world.offices["district"])
        post = add_post(session, SYSTEM, office, title="เจ้าหน้าที่ใหม่", roles=("officer",))
        person = session.get_one(Person, stage.world.people["visitor"])
        stage.world.holdings["visitor"] = assign_post(session, SYSTEM, person, post).id

    stage.make(newcomer)
    with pytest.raises(LetterNotFound):
        stage.ask("visitor", load_visible, letter.public_id)
