"""Begin a letter, edit it, take it over; the fields are checked, citations linked if visible."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from eoffice.documents.models import Letter
from eoffice.documents.queries import citations_of, load_visible, own_drafts
from eoffice.documents.rules import (
    ClassifiedRefused,
    LetterNotFound,
    NotYourDraft,
    NotYourOffice,
    SubjectMissing,
    TooLong,
    TopSecretRefused,
    UnusableText,
    WrongState,
)
from eoffice.documents.services.drafting import CitationText, LetterFields, draft, edit, take_over
from eoffice.users.rules import NoDesk, RoleMissing
from eoffice.verbs import Verb
from tests.acts import Act, EveryAct

NEW = LetterFields(subject="เรื่องที่แก้แล้ว", urgency="urgent")
ACTS = [
    Act(
        verb=Verb.EDIT,
        prepare=lambda world, session: world.draft_letter(session),
        do=lambda session, actor, letter, version: edit(
            session, actor, letter, NEW, version=version
        ),
        by="registrar",
        wrong_role="admin",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.proposed_letter(session),
    ),
    Act(
        verb=Verb.TAKE_OVER,
        prepare=lambda world, session: world.draft_letter(session, "officer"),
        do=lambda session, actor, letter, version: take_over(
            session, actor, letter, version=version
        ),
        by="registrar",
        wrong_role="officer",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.signed_letter(session, "officer"),
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryAct):
    pass


def test_a_draft_belongs_to_its_post_and_leaves_its_trace(stage):
    with stage.leaves(Verb.DRAFT, "officer", "letter") as trace:
        letter = stage.act("officer", draft, LetterFields(subject="  ขอความ \n อนุเคราะห์ "))
    letter = stage.row(letter)
    assert (letter.state, letter.version, letter.origin) == ("draft", 1, "system")
    assert letter.subject == "ขอความ อนุเคราะห์"
    assert letter.owner_post_id == stage.world.posts["officer"]
    assert letter.owner_group_id == stage.world.group_id
    assert letter.drafted_by == stage.world.people["officer"]
    assert trace["row"].object_id == letter.id
    assert trace["facts"]["subject"] == letter.subject


@pytest.mark.parametrize("desk", ["officer", "registrar", "director", "acting_director", "deputy"])
def test_its_post_and_the_registry_see_a_draft(stage, desk):
    letter = stage.make(stage.world.draft_letter, "officer")
    assert stage.ask(desk, load_visible, letter.public_id).id == letter.id


@pytest.mark.parametrize(
    "desk", ["clerk", "head", "admin", "auditor", "a_registrar", "b_director", "visitor"]
)
def test_nobody_else_sees_a_draft(stage, desk):
    letter = stage.make(stage.world.draft_letter, "officer")
    with pytest.raises(LetterNotFound):
        stage.ask(desk, load_visible, letter.public_id)


@pytest.mark.parametrize(("desk", "error"), [("admin", RoleMissing), ("visitor", NoDesk)])
def test_who_may_not_write_begins_nothing(stage, desk, error):
    stage.refuses(error, desk, draft, LetterFields(subject="เรื่อง"))


@pytest.mark.parametrize(
    ("fields", "error", "says"),
    [
        ({"subject": " \n "}, SubjectMissing, "เรื่อง"),
        ({"subject": "ก" * 1001}, TooLong, "1000"),
        ({"subject": "ก\x00ข"}, UnusableText, "เรื่อง"),
        ({"subject": "ก", "body": "ข\x1b[0m"}, UnusableText, "ข้อความ"),
        ({"subject": "ก", "body": "ข" * 50_001}, TooLong, "50000"),
        ({"subject": "ก", "closing": "ข" * 101}, TooLong, "คำลงท้าย"),
        ({"subject": "ก", "secrecy": "top_secret"}, TopSecretRefused, "กระดาษ"),
        ({"subject": "ก", "secrecy": "secret"}, ClassifiedRefused, "ลับมาก"),
        ({"subject": "ก", "secrecy": "confidential"}, ClassifiedRefused, "ลับ"),
    ],
)
def test_what_cannot_be_written_is_refused_with_advice(stage, fields, error, says):
    refused = stage.refuses(error, "officer", draft, LetterFields(**fields))
    assert refused.status == 422
    assert says in str(refused)
    letter = stage.make(stage.world.draft_letter, "officer")
    stage.refuses(
        error, "officer", edit, letter.public_id, LetterFields(**fields), version=letter.version
    )


@pytest.mark.parametrize("length", [1, 1000])
def test_a_subject_may_be_as_long_as_its_limit(stage, length):
    letter = stage.act("officer", draft, LetterFields(subject="ก" * length))
    assert len(stage.row(letter).subject) == length


def test_editing_changes_the_fields_and_logs_old_and_new(stage):
    letter = stage.make(stage.world.draft_letter, subject="เดิม")
    with stage.leaves(Verb.EDIT, "registrar", "letter") as trace:
        stage.act("registrar", edit, letter.public_id, NEW, version=letter.version)
    letter = stage.row(letter)
    assert (letter.subject, letter.urgency, letter.body) == (NEW.subject, "urgent", "")
    assert trace["facts"]["old"] == {"subject": "เดิม", "kind": "external", "urgency": "normal"}


def test_another_post_of_the_office_takes_over_before_it_edits(stage):
    letter = stage.make(stage.world.draft_letter, "officer")
    args = (letter.public_id, NEW)
    stage.refuses(NotYourDraft, "registrar", edit, *args, version=1)
    stage.act("registrar", take_over, letter.public_id, version=1)
    stage.act("registrar", edit, *args, version=2)
    stage.refuses(NotYourDraft, "officer", edit, *args, version=3)
    assert stage.ask("officer", load_visible, letter.public_id).subject == NEW.subject


def test_a_receiver_sees_a_letter_but_edits_from_its_own_office_only(stage):
    letter = stage.make(stage.world.sent_letter)
    refused = stage.refuses(
        NotYourOffice, "a_registrar", edit, letter.public_id, NEW, version=letter.version
    )
    assert refused.status == 403


def test_a_clerk_of_two_schools_acts_from_the_desk_of_the_right_one(stage):
    letter = stage.make(stage.world.draft_letter, "c_registrar")
    stage.refuses(NotYourOffice, "a_registrar", edit, letter.public_id, NEW, version=1)
    stage.act("c_registrar", edit, letter.public_id, NEW, version=1)


def test_a_cited_letter_is_linked_only_if_the_writer_and_the_reader_see_it(stage):
    secret = stage.make(stage.world.sent_letter, to=("school_b",))
    shown = stage.make(stage.world.sent_letter, to=("school_a", "school_b"))
    numbers = [CitationText(secret.letter_no), CitationText(f"ที่ {shown.letter_no}")]
    fields = LetterFields(subject="ตอบ", citations=[*numbers, CitationText("  ")])
    letter = stage.act("a_registrar", draft, fields)
    linked = [(c.cited_no, c.cited_letter_id) for c, _ in _citations(stage, "a_registrar", letter)]
    assert linked == [(secret.letter_no, None), (f"ที่ {shown.letter_no}", shown.id)]
    assert [public for _, public in _citations(stage, "b_registrar", letter)] == [
        "",
        shown.public_id,
    ]
    assert [public for _, public in _citations(stage, "visitor", letter)] == ["", ""]


def test_a_citation_with_another_date_is_not_linked(stage):
    shown = stage.make(stage.world.sent_letter)
    wrong = CitationText(shown.letter_no, date(2001, 1, 1), "สพป.")
    letter = stage.act("a_registrar", draft, LetterFields(subject="ก", citations=[wrong]))
    assert _citations(stage, "a_registrar", letter)[0][0].cited_letter_id is None


def test_editing_replaces_the_citations(stage):
    first = LetterFields(subject="ก", citations=[CitationText("ศธ 1/1"), CitationText("ศธ 1/2")])
    letter = stage.act("officer", draft, first)
    again = LetterFields(subject="ก", citations=[CitationText("ศธ 1/3")])
    stage.act("officer", edit, letter.public_id, again, version=1)
    assert [c.cited_no for c, _ in _citations(stage, "officer", letter)] == ["ศธ 1/3"]


def test_the_registrar_lists_the_drafts_of_the_office_the_officer_the_own(stage):
    own = stage.make(stage.world.draft_letter, "officer")
    other = stage.make(stage.world.draft_letter, "clerk")
    stage.make(stage.world.proposed_letter, "clerk")
    stage.make(stage.world.draft_letter, "a_registrar")

    def listed(session, actor):
        return set(session.scalars(select(Letter.id).where(own_drafts(actor))))

    assert stage.ask("officer", listed) == {own.id}
    assert stage.ask("registrar", listed) == {own.id, other.id}


def test_a_signed_letter_is_edited_no_more(stage):
    letter = stage.make(stage.world.signed_letter)
    refused = stage.refuses(
        WrongState, "registrar", edit, letter.public_id, NEW, version=letter.version
    )
    assert "ลงนามแล้ว" in str(refused)


def _citations(stage, desk, letter):
    return stage.ask(desk, citations_of, letter.id)
