"""A full disk under the files or under the database: said in Thai, nothing half done."""

from __future__ import annotations

import errno

import pytest
from sqlalchemy import event, text

from tests.plugins.web import location, on_sqlite, said, stored_files, upload
from tests.unit.documents.made_files import text_pdf

PDF = text_pdf("One page")
FORM = {"kind": "external", "subject": "ขอเชิญประชุม", "urgency": "normal", "secrecy": "normal"}


@pytest.fixture
def no_room_for_files(monkeypatch):
    """Syncing a file fails as it does on a full disk."""

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("eoffice.documents.store.os.fsync", full)
        yield patched


@pytest.fixture
def no_room_for_rows(stage):
    """``no_room_for_rows(True)``: the SQLite file may not grow by a page."""
    engine, database = stage.database.engine, stage.database

    def limit(connection, _record) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    def set_full(is_full: bool) -> None:
        database.dispose()
        if is_full:
            with engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            database.dispose()
            event.listen(engine, "connect", limit)
        elif event.contains(engine, "connect", limit):
            event.remove(engine, "connect", limit)

    yield set_full
    set_full(False)


@on_sqlite
def test_no_room_for_a_file(client, settings, no_room_for_files, nothing_written):
    officer = client("officer")
    form = officer.form("/letters/new", "/letters/new").to_dict() | FORM
    form["body"] = "ข้อความที่พิมพ์ไว้ก่อนดิสก์เต็ม"
    referer = {"Referer": "http://localhost/letters/new"}
    with nothing_written():
        answer = officer.post(
            "/letters/new", **form, files=upload(PDF, "หนังสือ.pdf"), headers=referer
        )
        assert answer.status_code == 507
        assert "พื้นที่จัดเก็บเต็ม" in said(answer)
        assert form["body"] in answer.text
        assert stored_files(settings) == []
    no_room_for_files.undo()
    again = officer.post("/letters/new", **form, files=upload(PDF, "หนังสือ.pdf"))
    assert location(again)
    assert len(stored_files(settings)) == 1


@on_sqlite
def test_no_room_for_a_row(stage, client, settings, no_room_for_rows, nothing_written):
    officer = client("officer")
    form = officer.form("/letters/new", "/letters/new").to_dict() | FORM
    form["body"] = "ข้อความยาว " * 4_000
    no_room_for_rows(True)
    with nothing_written():
        answer = officer.post("/letters/new", **form, files=upload(PDF, "หนังสือ.pdf"))
        assert answer.status_code == 507
        assert "เต็ม" in said(answer)
        assert officer.get("/inbox").status_code in (200, 403)
    assert stored_files(settings) == []
    no_room_for_rows(False)
    assert location(officer.post("/letters/new", **form, files=upload(PDF, "หนังสือ.pdf")))


@on_sqlite
def test_a_number_is_not_used_up_on_a_full_disk(stage, client, no_room_for_rows, nothing_written):
    letters = [stage.make(stage.world.sent_letter, subject="ก" * 900) for _ in range(40)]
    clerk = client("a_registrar")
    clerk.token()
    deliveries = [stage.make(stage.world.delivery, letter) for letter in letters]
    no_room_for_rows(True)
    picked = [delivery.public_id for delivery in deliveries]
    with nothing_written():
        answer = clerk.post("/inbox/receive", picked=picked)
        assert answer.status_code == 507, said(answer)
    no_room_for_rows(False)
    assert location(clerk.post("/inbox/receive", picked=picked))
    numbers = {stage.row(delivery).receive_no for delivery in deliveries}
    assert numbers == {f"{n}/{stage.world.year}" for n in range(1, 41)}
