"""Tampering with files, settings and people is found by ``check --deep`` and named."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from eoffice.documents.store import FileStore
from tests.unit.checks.conftest import Scene


def test_a_flipped_bit(scene: Scene, store: FileStore) -> None:
    key = scene.ask("SELECT key FROM blobs ORDER BY id LIMIT 1")
    content = bytearray(store.path_of(key).read_bytes())
    content[3] ^= 1
    store.path_of(key).write_bytes(content)
    assert scene.is_named("C6", key)


def test_a_deleted_file(scene: Scene, store: FileStore) -> None:
    key = scene.ask("SELECT key FROM blobs ORDER BY id LIMIT 1")
    store.path_of(key).unlink()
    assert scene.is_named("C6", key)


def test_two_files_that_exchanged_their_bytes(scene: Scene, store: FileStore) -> None:
    keys = [scene.ask(f"SELECT key FROM blobs WHERE id = {number}") for number in (1, 2)]
    one, two = (store.path_of(key) for key in keys)
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    assert scene.is_named("C6", *keys)


@pytest.mark.parametrize("columns", ["blob_id", "blob_id, sha256, size"])
def test_two_letters_that_exchanged_their_files(scene: Scene, columns: str) -> None:
    one, two = scene.ask("SELECT min(id), max(id) FROM attachments")
    names = "SELECT l.public_id FROM letters l JOIN attachments a ON a.letter_id = l.id"
    letters = [scene.ask(f"{names} WHERE a.id = :id", id=row) for row in (one, two)]
    put = f"UPDATE attachments SET ({columns}) = (SELECT {columns} FROM kept WHERE id = "
    scene.tamper(
        "CREATE TABLE kept AS SELECT * FROM attachments",
        f"{put} {one}) WHERE id = {two}",
        f"{put} {two}) WHERE id = {one}",
    )
    assert scene.is_named("C6", *letters)


def test_a_file_taken_off_a_sent_letter(scene: Scene) -> None:
    owner = "SELECT l.public_id FROM letters l JOIN attachments a ON a.letter_id = l.id"
    public_id = scene.ask(f"{owner} WHERE a.id = 1")
    scene.tamper("DELETE FROM attachments WHERE id = 1")
    assert scene.is_named("C6", public_id)


@pytest.mark.parametrize("name", ["ab/cd/abcd" + "0" * 28, "notes.txt", "ab/cd/short"])
def test_a_file_that_the_store_did_not_put_there(scene: Scene, store: FileStore, name: str) -> None:
    path = store.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"foreign")
    assert scene.is_named("C7", name)


def test_a_file_of_a_report_that_is_not_the_stored_one(scene: Scene) -> None:
    columns = "public_id, case_id, endorsement_id, blob_id, name, kind, media_type, size, sha256"
    scene.tamper(
        f"INSERT INTO case_files ({columns}, added_at) SELECT 'beefbeefbeefbeefbeef', "
        "(SELECT min(id) FROM cases), (SELECT min(id) FROM endorsements), id, 'x.pdf', 'pdf', "
        "'application/pdf', size + 1, sha256, created_at FROM blobs "
        "WHERE id = (SELECT min(id) FROM blobs)"
    )
    assert scene.is_named("C6", "beefbeefbeefbeefbeef")


def test_a_top_secret_letter(scene: Scene) -> None:
    if scene.database.is_sqlite:
        scene.tamper("PRAGMA ignore_check_constraints=1", "UPDATE letters SET secrecy='top_secret'")
    else:
        scene.tamper("ALTER TABLE letters DROP CONSTRAINT ck_letters_no_top_secret")
        scene.tamper("UPDATE letters SET secrecy = 'top_secret'")
    assert scene.is_named("C12", "letter")


def test_a_dropped_trigger(scene: Scene) -> None:
    name = "activity_no_update" if scene.database.is_sqlite else "activity_no_change"
    tail = "" if scene.database.is_sqlite else " ON activity"
    with scene.database.transaction() as session:
        session.execute(text(f"DROP TRIGGER {name}{tail}"))
    assert scene.is_named("C19", name)


def test_a_trigger_that_was_switched_off(scene: Scene) -> None:
    harmless = "CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity BEGIN SELECT 1; END"
    off = ["ALTER TABLE activity DISABLE TRIGGER activity_no_change"]
    if scene.database.is_sqlite:
        off = ["DROP TRIGGER activity_no_delete", harmless]
    with scene.database.transaction() as session:
        for statement in off:
            session.execute(text(statement))
    assert scene.is_named("C19", "activity_no_")


def test_a_parked_job(scene: Scene) -> None:
    scene.tamper("UPDATE jobs SET state = 'parked' WHERE id = 1")
    assert scene.is_named("C14", "job 1 ")


def test_two_people_who_act_in_one_post(scene: Scene) -> None:
    acting = "SELECT p.public_id FROM posts p JOIN holdings h ON h.post_id = p.id"
    post = scene.ask(f"{acting} WHERE h.kind = 'acting_for'")
    columns = "person_id, post_id, kind, starts_on, ends_on, order_no, is_main"
    columns += ", scope, scope_parts, scope_kinds"
    scene.tamper(
        f"INSERT INTO holdings (public_id, {columns}) SELECT 'beefbeefbeefbeefbeef', {columns} "
        "FROM holdings WHERE kind = 'acting_for'"
    )
    assert scene.is_named("C15", post)


def test_a_time_that_runs_back(scene: Scene) -> None:
    entry_id, public_id = scene.ask(
        "SELECT id, public_id FROM register_entries WHERE number = 2 LIMIT 1"
    )
    changes = ["entered_at = '2020-01-01 00:00:00'"]
    for change in scene.each_change("register_entries", entry_id, changes):
        assert scene.is_named("C3", public_id), change


def test_a_clock_behind_the_log(scene: Scene) -> None:
    scene.tamper("UPDATE chain_heads SET last_at = '2999-01-01 00:00:00' WHERE chain = 0")
    assert scene.is_named("C16", "activity chain 0")


def test_a_seal_key_that_others_can_read(scene: Scene) -> None:
    key = scene.settings.storage / "keys" / "seal.key"
    key.parent.mkdir()
    key.write_text("0" * 64)
    key.chmod(0o644)
    assert scene.is_named("C17", "seal.key")
