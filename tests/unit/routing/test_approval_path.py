"""The path of a draft: levels in order and in parallel, the short path, who checked and typed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eoffice.documents.queries import load_visible
from eoffice.documents.rules import LetterNotFound, WrongState
from eoffice.documents.services.drafting import LetterFields, edit
from eoffice.routing.models import ApprovalStep, Endorsement, Task
from eoffice.routing.rules import (
    AssigneeUnknown,
    DocumentChanged,
    NotTheApprover,
    NotTheSigner,
)
from eoffice.routing.services.agreeing import agree
from eoffice.routing.services.approval_path import AskedLevel, path_of, set_path
from eoffice.routing.services.approving import propose, send_back, sign, withdraw
from eoffice.routing.services.endorsing import document_hash
from eoffice.users.rules import RoleMissing
from eoffice.verbs import Verb
from tests.casework import key


def set_levels(stage, *levels, is_any=False, hours=None, **details):
    """Set the district's path: each level a tuple of desks."""
    named = [AskedLevel([key(stage, desk) for desk in level], is_any, hours) for level in levels]
    return stage.act("registrar", set_path, named, **details)


def proposed(stage, **details):
    return stage.make(lambda session: stage.world.proposed_letter(session, "officer", **details))


def shown(stage, letter):
    with stage.database.reading() as session:
        return document_hash(session, session.get_one(type(letter), letter.id))


def do_agree(stage, desk, letter, **details):
    given = {"shown_hash": shown(stage, letter)}
    return stage.act(desk, agree, letter.public_id, **given | details)


def asked(stage, letter):
    names = {post: desk for desk, post in stage.world.posts.items() if "acting" not in desk}
    with stage.database.reading() as session:
        rows = session.scalars(select(Task).where(Task.letter_id == letter.id).order_by(Task.id))
        return [(names[row.post_id], row.kind, row.state) for row in rows]


def test_a_draft_goes_up_level_by_level_and_is_signed_at_the_end(stage):
    set_levels(stage, ("head",), ("deputy",))
    letter = proposed(stage)
    assert asked(stage, letter) == [("head", "approve", "open")]
    stage.refuses(LetterNotFound, "a_director", load_visible, letter.public_id)
    early = {"version": stage.row(letter).version, "shown_hash": shown(stage, letter)}
    stage.refuses(NotTheSigner, "director", sign, letter.public_id, **early)
    with stage.leaves(Verb.AGREE, "head", "letter", text="เห็นชอบ") as seen:
        do_agree(stage, "head", letter, note="เห็นชอบ")
    assert seen["facts"]["is_level_done"] is True
    stage.refuses(NotTheApprover, "head", agree, letter.public_id, shown_hash=shown(stage, letter))
    do_agree(stage, "deputy", letter)
    assert asked(stage, letter)[-1] == ("director", "sign", "open")
    stage.make(lambda session: stage.world.sign(session, session.get_one(type(letter), letter.id)))
    row = stage.row(letter)
    assert (row.state, row.checked_by) == ("signed", stage.world.people["deputy"])
    assert row.typed_by == row.drafted_by == stage.world.people["officer"]
    with stage.database.reading() as session:
        notes = session.scalars(select(Endorsement).order_by(Endorsement.id)).all()
    assert [(note.verb, note.text) for note in notes] == [("agree", "เห็นชอบ"), ("agree", "เห็นชอบ")]


@pytest.mark.parametrize("is_any", [False, True])
def test_posts_of_one_level_are_asked_together_all_or_any(stage, is_any):
    set_levels(stage, ("head", "deputy"), is_any=is_any)
    letter = proposed(stage)
    assert {desk for desk, _, state in asked(stage, letter) if state == "open"} == {
        "head",
        "deputy",
    }
    do_agree(stage, "deputy", letter)
    if is_any:
        assert ("head", "approve", "withdrawn") in asked(stage, letter)
        refused = {"shown_hash": shown(stage, letter)}
        stage.refuses(NotTheApprover, "head", agree, letter.public_id, **refused)
    else:
        assert ("head", "approve", "open") in asked(stage, letter)
        do_agree(stage, "head", letter)
    assert asked(stage, letter)[-1] == ("director", "sign", "open")


def test_most_urgent_letters_take_the_short_path(stage):
    set_levels(stage, ("head",), ("deputy",))
    set_levels(stage, ("director",), is_short=True)
    urgent = proposed(stage, urgency="most_urgent")
    assert asked(stage, urgent) == [("director", "sign", "open")]
    assert asked(stage, proposed(stage)) == [("head", "approve", "open")]


def test_a_kind_of_letters_has_a_path_of_its_own_memos_too(stage):
    set_levels(stage, ("head",))
    set_levels(stage, ("deputy",), kind="memo")
    assert asked(stage, proposed(stage, kind="memo"))[0][0] == "deputy"
    assert asked(stage, proposed(stage, kind="order"))[0][0] == "head"
    set_levels(stage, kind="memo")
    assert asked(stage, proposed(stage, kind="memo"))[0][0] == "head"


def test_who_drafts_is_no_level_of_the_own_letter_and_closed_posts_are_none(stage):
    set_levels(stage, ("head",), ("deputy",))
    letter = stage.make(lambda session: stage.world.proposed_letter(session, "head"))
    assert asked(stage, letter) == [("deputy", "approve", "open")]


def test_a_level_sends_back_to_the_drafter_and_the_way_begins_anew(stage):
    set_levels(stage, ("head",), ("deputy",))
    letter = proposed(stage)
    do_agree(stage, "head", letter)
    version = stage.row(letter).version
    stage.act("deputy", send_back, letter.public_id, version=version, reason="แก้เรื่อง")
    assert stage.row(letter).state == "draft"
    fields = LetterFields(subject="แก้แล้ว", body="ข้อความใหม่")
    stage.act("officer", edit, letter.public_id, fields, version=version + 1)
    stage.act("officer", propose, letter.public_id, version=version + 2)
    assert asked(stage, letter)[-1] == ("head", "approve", "open")


def test_what_is_agreed_to_is_what_was_shown(stage):
    set_levels(stage, ("head",))
    letter = proposed(stage)
    old = shown(stage, letter)
    stage.act("officer", withdraw, letter.public_id, version=stage.row(letter).version)
    fields = LetterFields(subject="อีกเรื่อง", body="ข้อความใหม่")
    stage.act("officer", edit, letter.public_id, fields, version=stage.row(letter).version)
    stage.refuses(WrongState, "head", agree, letter.public_id, shown_hash=old)
    stage.act("officer", propose, letter.public_id, version=stage.row(letter).version)
    stage.refuses(DocumentChanged, "head", agree, letter.public_id, shown_hash=old)


def test_a_path_names_levels_of_the_own_office_once_each(stage):
    for wrong in (["officer"], ["a_director"], ["head", "head"]):
        levels = [AskedLevel([key(stage, desk) for desk in wrong])]
        stage.refuses(AssigneeUnknown, "registrar", set_path, levels)
    stage.refuses(RoleMissing, "director", set_path, [])
    with stage.leaves(Verb.SET_PATH, "registrar", ""):
        set_levels(stage, ("head",), ("deputy",))
    with stage.database.reading() as session:
        path = path_of(session, stage.world.offices["district"], "")
        assert [list(level.posts) for level in path] == [
            [stage.world.posts["head"]],
            [stage.world.posts["deputy"]],
        ]
        assert path_of(session, stage.world.offices["school_a"], "") == []
        assert len(session.scalars(select(ApprovalStep)).all()) == 2
