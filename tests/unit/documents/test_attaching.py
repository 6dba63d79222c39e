"""Files on a draft: attach, take out, order; the main file; equal bytes once inside an office."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from eoffice.activity.rules import canonical_json as json_of
from eoffice.documents.models import Attachment, Blob, ExtractedText
from eoffice.documents.queries import attachments_of, load_visible_attachment
from eoffice.documents.rules import AttachmentNotFound, NotYourDraft, StaleVersion, TooManyFiles
from eoffice.documents.services.attaching import arrange, attach, detach, files_hash
from eoffice.jobs import Job
from eoffice.verbs import Verb
from tests.acts import Act, EveryAct
from tests.world import stored_file

FILES = (stored_file("หนังสือ.pdf", b"letter"), stored_file("แผนที่.pdf", b"map"))


def with_files(world, session):
    return world.draft_letter(session, files=FILES)


def first_file(session, letter_public_id):
    """Any file of a letter, whoever asks: what an outsider might have guessed."""
    query = text(
        "SELECT a.public_id FROM attachments a JOIN letters l ON l.id = a.letter_id "
        "WHERE l.public_id = :letter ORDER BY a.position"
    )
    return list(session.scalars(query, {"letter": letter_public_id}))


ACTS = [
    Act(
        verb=Verb.ATTACH,
        prepare=with_files,
        do=lambda session, actor, letter, version: attach(
            session, actor, letter, [stored_file("ใหม่.pdf", b"new")], version=version
        ),
        by="registrar",
        wrong_role="admin",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.proposed_letter(session),
    ),
    Act(
        verb=Verb.DETACH,
        prepare=with_files,
        do=lambda session, actor, letter, version: detach(
            session,
            actor,
            letter,
            next(iter(first_file(session, letter)), "0" * 20),
            version=version,
        ),
        by="registrar",
        wrong_role="auditor",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.numbered_letter(session, files=FILES),
    ),
    Act(
        verb=Verb.ARRANGE,
        prepare=with_files,
        do=lambda session, actor, letter, version: arrange(
            session, actor, letter, first_file(session, letter)[::-1], version=version
        ),
        by="registrar",
        wrong_role="admin",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.signed_letter(session, files=FILES),
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryAct):
    pass


def names(stage, letter):
    with stage.database.reading() as session:
        return [(item.name, item.is_main) for item in attachments_of(session, letter.id)]


def test_the_first_file_is_the_main_one_and_each_is_read_later(stage):
    letter = stage.make(stage.world.draft_letter)
    with stage.leaves(Verb.ATTACH, "registrar", "letter") as trace:
        stage.act("registrar", attach, letter.public_id, FILES, version=1)
    assert names(stage, letter) == [("หนังสือ.pdf", True), ("แผนที่.pdf", False)]
    assert trace["facts"]["names"] == ["หนังสือ.pdf", "แผนที่.pdf"]
    assert trace["row"].files == json_of([file.sha256 for file in FILES])
    with stage.database.reading() as session:
        texts = session.scalars(select(ExtractedText.state)).all()
        jobs = session.scalars(select(Job).where(Job.kind == "read_text")).all()
        files = attachments_of(session, letter.id)
    assert texts == ["waiting", "waiting"]
    assert [job.facts["attachment"] for job in jobs] == [file.id for file in files]


def test_equal_bytes_are_one_blob_in_an_office_and_two_in_two_offices(stage):
    for desk in ("officer", "clerk", "b_registrar"):
        again = stored_file("สำเนา.pdf", b"the same bytes")
        stage.make(stage.world.draft_letter, desk, files=(again,))
    with stage.database.reading() as session:
        owners = session.scalars(select(Blob.office_id).order_by(Blob.office_id)).all()
        blobs = session.scalar(select(func.count(Attachment.blob_id.distinct())))
    offices = stage.world.offices
    assert owners == [offices["district"], offices["school_b"]]
    assert blobs == 2


def test_the_next_file_becomes_the_main_one_when_the_main_one_goes(stage):
    letter = stage.make(stage.world.draft_letter, files=FILES)
    with stage.database.reading() as session:
        main = attachments_of(session, letter.id)[0]
    with stage.leaves(Verb.DETACH, "registrar", "letter") as trace:
        stage.act("registrar", detach, letter.public_id, main.public_id, version=2)
    assert names(stage, letter) == [("แผนที่.pdf", True)]
    assert trace["facts"]["name"] == "หนังสือ.pdf"


def test_files_stand_in_the_chosen_order_behind_the_chosen_main_file(stage):
    files = [stored_file(f"{n}.pdf", bytes([n])) for n in range(1, 5)]
    letter = stage.make(stage.world.draft_letter, files=tuple(files))
    with stage.database.reading() as session:
        ids = [item.public_id for item in attachments_of(session, letter.id)]
    order = [ids[3], ids[0], ids[2], ids[1]]
    stage.act("registrar", arrange, letter.public_id, order, main=ids[2], version=2)
    assert [name for name, _ in names(stage, letter)] == ["3.pdf", "4.pdf", "1.pdf", "2.pdf"]
    with stage.database.reading() as session:
        assert files_hash(session, letter.id) == [files[n].sha256 for n in (2, 3, 0, 1)]


def test_an_order_names_exactly_the_files_of_the_letter(stage):
    letter = stage.make(stage.world.draft_letter, files=FILES)
    other = stage.make(stage.world.draft_letter, files=FILES)
    with stage.database.reading() as session:
        ids = [item.public_id for item in attachments_of(session, letter.id)]
        foreign = attachments_of(session, other.id)[0].public_id
    for order in ([], ids[:1], [*ids, foreign], [ids[0], foreign], [*ids, ids[0]]):
        stage.refuses(AttachmentNotFound, "registrar", arrange, letter.public_id, order, version=2)
    stage.refuses(
        AttachmentNotFound, "registrar", arrange, letter.public_id, ids, main=foreign, version=2
    )


def test_a_file_of_another_letter_is_not_taken_out(stage):
    letter = stage.make(stage.world.draft_letter, files=FILES)
    other = stage.make(stage.world.draft_letter, files=FILES)
    with stage.database.reading() as session:
        foreign = attachments_of(session, other.id)[0].public_id
    stage.refuses(AttachmentNotFound, "registrar", detach, letter.public_id, foreign, version=2)


def test_the_number_of_files_is_limited(stage):
    letter = stage.make(stage.world.draft_letter, files=FILES)
    one = [stored_file("3.pdf", b"3")]
    args = (letter.public_id, one)
    refused = stage.refuses(TooManyFiles, "registrar", attach, *args, version=2, limit=2)
    assert "2" in str(refused)
    stage.act("registrar", attach, *args, version=2, limit=3)


def test_files_of_another_posts_draft_are_not_touched(stage):
    letter = stage.make(stage.world.draft_letter, "officer", files=FILES)
    stage.refuses(NotYourDraft, "registrar", attach, letter.public_id, FILES, version=2)


def test_an_upload_without_a_version_joins_the_draft_as_it_is(stage):
    letter = stage.make(stage.world.draft_letter)
    stage.act("registrar", attach, letter.public_id, FILES[:1], version=None)
    stage.refuses(StaleVersion, "registrar", attach, letter.public_id, FILES[1:], version=1)
    stage.act("registrar", attach, letter.public_id, FILES[1:], version=None)
    assert stage.row(letter).version == 3


def test_a_file_is_seen_by_those_who_see_its_letter(stage):
    letter = stage.make(stage.world.sent_letter, files=FILES)
    with stage.database.reading() as session:
        file = attachments_of(session, letter.id)[0]
    for desk in ("registrar", "director", "a_registrar", "a_director"):
        found, of, blob = stage.ask(desk, load_visible_attachment, file.public_id)
        assert (found.id, of.id, blob.sha256) == (file.id, letter.id, file.sha256)
    for desk in ("a_teacher", "a_admin", "b_registrar", "auditor", "visitor"):
        with pytest.raises(AttachmentNotFound):
            stage.ask(desk, load_visible_attachment, file.public_id)


def no(statement):
    """The parameter of a statement that asks for one."""
    return {"no": False} if ":no" in statement else {}


def test_the_database_itself_refuses_to_change_files_of_a_numbered_letter(stage):
    letter = stage.make(stage.world.numbered_letter, files=FILES)
    for statement in (
        "UPDATE attachments SET name = 'other.pdf' WHERE letter_id = :letter",
        "INSERT INTO attachments (public_id, letter_id, blob_id, position, is_main, name, kind, "
        "media_type, size, sha256, is_encrypted, added_at) SELECT 'put-in-later', letter_id, "
        "blob_id, 9, :no, name, kind, media_type, size, sha256, is_encrypted, added_at "
        "FROM attachments WHERE letter_id = :letter",
        "DELETE FROM extracted_texts",
        "DELETE FROM attachments WHERE letter_id = :letter",
    ):
        with stage.database.transaction() as session:
            if "extracted" in statement:
                session.execute(text(statement))
                continue
            with pytest.raises(DBAPIError, match="fixed"), session.begin_nested():
                session.execute(text(statement), {"letter": letter.id} | no(statement))
    assert [name for name, _ in names(stage, letter)] == ["หนังสือ.pdf", "แผนที่.pdf"]


def test_the_database_itself_refuses_to_change_a_numbered_letter(stage):
    letter = stage.make(stage.world.numbered_letter)
    for change in (
        "subject = 'other'",
        "letter_no = 'ศธ 1/1'",
        "letter_date = '2020-01-01'",
        "entry_id = NULL",
        "kind = 'memo'",
        "office_id = NULL",
        "origin = 'paper'",
    ):
        with stage.database.transaction() as session:
            with pytest.raises(DBAPIError, match="fixed"), session.begin_nested():
                session.execute(text(f"UPDATE letters SET {change}"))
            with pytest.raises(DBAPIError, match="not deleted"), session.begin_nested():
                session.execute(text("DELETE FROM letters"))
    assert stage.row(letter).subject == letter.subject
