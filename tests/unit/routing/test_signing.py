"""The signature: who may give it, what it covers, how it is copied and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.documents.models import Letter
from eoffice.documents.queries import load_visible
from eoffice.routing.models import Task
from eoffice.routing.queries import signing_queue
from eoffice.routing.rules import (
    DocumentChanged,
    NotTheSigner,
    SignerNameMissing,
)
from eoffice.routing.services.approving import (
    document_hash,
    send_back,
    sign,
    sign_on_paper,
)
from eoffice.users.models import Post, PostRole
from eoffice.users.services.roles import end_role, set_role
from eoffice.verbs import Verb
from tests.world import ACTING_ORDER, stored_file


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


def tasks(stage, letter):
    with stage.database.reading() as session:
        query = select(Task).where(Task.letter_id == letter.id).order_by(Task.id)
        return list(session.scalars(query))


def queue(stage, desk):
    def ids(session, actor):
        return [letter.id for _, letter in signing_queue(session, actor, actor.desk)]

    return stage.ask(desk, ids)


def test_the_signature_is_copied_when_it_is_given(stage):
    letter = stage.make(stage.world.proposed_letter)
    shown = stage.make(lambda session: shown_hash(session, letter.public_id))
    with stage.leaves(Verb.SIGN, "director", "letter", text="อนุมัติ") as trace:
        stage.act("director", do_sign, letter.public_id, letter.version, "อนุมัติ")
    letter = stage.row(letter)
    assert (letter.state, letter.signed_hash) == ("signed", shown)
    assert letter.signer_name == "นายมานะ ตัวอย่าง"
    assert letter.signer_position == "ผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา"
    assert trace["facts"]["document"] == shown
    assert [task.state for task in tasks(stage, letter)] == ["done"]
    assert queue(stage, "director") == []


def test_who_acts_for_the_director_signs_with_own_position_and_the_acting_words(stage):
    letter = stage.make(stage.world.proposed_letter)
    with stage.leaves(Verb.SIGN, "acting_director", "letter") as trace:
        stage.act("acting_director", do_sign, letter.public_id, letter.version)
    letter = stage.row(letter)
    assert letter.signer_name == "นางปิติ ตัวอย่าง"
    assert letter.signer_position == (
        "รองผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา รักษาราชการแทนผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา"
    )
    assert (trace["row"].holding_kind, trace["row"].order_no) == ("acting_for", ACTING_ORDER)


def test_the_deputy_signs_only_from_the_desk_of_the_director(stage):
    letter = stage.make(stage.world.proposed_letter)
    stage.refuses(NotTheSigner, "deputy", do_sign, letter.public_id, letter.version)


def test_only_the_post_it_was_proposed_to_signs_or_sends_back(stage):
    def second_director(session):
        post = session.get_one(Post, stage.world.posts["deputy"])
        set_role(session, SYSTEM, post, role="director", starts_on=clock.today())

    stage.make(second_director)
    letter = stage.make(stage.world.proposed_letter)
    args = (letter.public_id,)
    stage.refuses(NotTheSigner, "deputy", do_sign, *args, letter.version)
    stage.refuses(NotTheSigner, "deputy", send_back, *args, version=letter.version, reason="ไม่ใช่")
    stage.refuses(
        NotTheSigner, "registrar", send_back, *args, version=letter.version, reason="ไม่ใช่"
    )


@pytest.mark.parametrize("shown", ["", "0" * 64])
def test_what_is_signed_is_what_was_shown(stage, shown):
    letter = stage.make(stage.world.proposed_letter)
    refused = stage.refuses(
        DocumentChanged,
        "director",
        sign,
        letter.public_id,
        version=letter.version,
        shown_hash=shown,
    )
    assert refused.status == 409


def test_the_fingerprint_moves_with_every_word_file_and_recipient(stage):
    def fingerprint(**details):
        with stage.database.transaction() as session:
            letter = stage.world.draft_letter(session, **details)
            return document_hash(session, letter)

    same = fingerprint(subject="ก")
    assert fingerprint(subject="ก") == same
    files = (stored_file(content=b"1"), stored_file(content=b"2"))
    others = [
        fingerprint(subject="ข"),
        fingerprint(subject="ก", body="อื่น"),
        fingerprint(subject="ก", kind="memo"),
        fingerprint(subject="ก", urgency="urgent"),
        fingerprint(subject="ก", addressee="เรียน ผู้อำนวยการ"),
        fingerprint(subject="ก", is_circular=True),
        fingerprint(subject="ก", to=("school_a",)),
        fingerprint(subject="ก", files=files),
        fingerprint(subject="ก", files=files[::-1]),
    ]
    assert len({same, *others}) == len(others) + 1


def test_a_letter_signed_on_paper_names_who_signed(stage):
    letter = stage.make(stage.world.draft_letter, "officer")
    for name, position in (("", "ผู้อำนวยการ"), ("นายมานะ", " ")):
        stage.refuses(
            SignerNameMissing,
            "registrar",
            sign_on_paper,
            letter.public_id,
            version=1,
            signer_name=name,
            signer_position=position,
        )
    stage.act("registrar", do_sign_on_paper, letter.public_id, 1)
    letter = stage.row(letter)
    assert (letter.state, letter.is_signed_on_paper, letter.signed_by) == ("signed", True, None)
    assert letter.signer_name == "นายมานะ ตัวอย่าง"


def test_the_signer_keeps_seeing_what_was_proposed_after_the_role_moved(stage):
    letter = stage.make(stage.world.proposed_letter, "a_registrar")

    def moved(session):
        role = session.scalars(
            select(PostRole).where(PostRole.post_id == stage.world.posts["a_director"])
        ).one()
        end_role(session, SYSTEM, role, ends_on=clock.today() - timedelta(days=1))

    stage.make(moved)
    assert stage.ask("a_director", load_visible, letter.public_id).id == letter.id
