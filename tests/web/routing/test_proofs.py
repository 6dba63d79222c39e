"""The file that shows what became of a letter outside the system."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from eoffice.activity.models import Activity
from eoffice.documents.housekeeping import sweep
from eoffice.documents.models import Blob, Proof
from tests.plugins.web import location, on_sqlite, said, stored_files, upload
from tests.unit.documents.made_files import text_pdf

NAME = "ใบตอบรับ.pdf"


def _outgoing(stage):
    def make(session):
        letter = stage.world.sent_letter(session, to=("agency", "school_a"))
        return stage.world.delivery(session, letter, "agency")

    return stage.make(make)


def _pages(stage, delivery) -> tuple[str, str]:
    from eoffice.documents.models import Letter

    with stage.database.reading() as session:
        letter = session.get_one(Letter, delivery.letter_id).public_id
    return f"/letters/{letter}/deliveries", f"/deliveries/{delivery.public_id}"


@pytest.mark.parametrize(
    ("act", "fields"),
    [("delivered", {"delivered_to": "งานสารบรรณ"}), ("failed", {"reason": "ไม่มีผู้รับตามจ่าหน้า"})],
)
def test_a_file_is_kept_as_proof_and_read_by_the_sender(stage, client, act, fields):
    delivery = _outgoing(stage)
    page, url = _pages(stage, delivery)
    clerk = client("registrar")
    content = text_pdf("Receipt")
    answer = clerk.submit(page, f"/{act}", **fields, proof_file=upload(content, NAME))
    assert location(answer) == page
    assert "หลักฐาน" in clerk.page(page)
    download = clerk.get(f"{url}/proof")
    assert download.data == content
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in download.headers["Content-Security-Policy"]
    with stage.database.reading() as session:
        row = session.scalars(select(Activity).order_by(Activity.id.desc()).limit(1)).one()
        proof = session.scalars(select(Proof)).one()
    assert json.loads(row.facts)["proof_name"] == NAME
    assert proof.sha256 in row.files
    for who in ("a_registrar", "b_registrar"):
        assert client(who).get(f"{url}/proof").status_code == 404


@on_sqlite
def test_a_refused_act_keeps_no_file(stage, client, settings):
    delivery = _outgoing(stage)
    page, _ = _pages(stage, delivery)
    clerk = client("registrar")
    kept = stored_files(settings)
    answer = clerk.submit(page, "/failed", reason="", proof_file=upload(text_pdf("x"), NAME))
    assert answer.status_code == 422
    assert "เหตุผล" in said(answer)
    assert stored_files(settings) == kept
    with stage.database.reading() as session:
        assert session.scalars(select(Proof)).all() == []


@on_sqlite
def test_without_a_file_there_is_no_proof_to_read(stage, client):
    delivery = _outgoing(stage)
    page, url = _pages(stage, delivery)
    clerk = client("registrar")
    assert location(clerk.submit(page, "/delivered", proof="EB 1234 5678 9 TH"))
    assert clerk.get(f"{url}/proof").status_code == 404
    assert "EB 1234 5678 9 TH" in clerk.page(page)


@on_sqlite
def test_a_proof_is_not_swept_and_not_changed(stage, client, settings, monkeypatch):
    from datetime import timedelta

    from sqlalchemy import update
    from sqlalchemy.exc import DatabaseError

    from eoffice import clock

    delivery = _outgoing(stage)
    page, url = _pages(stage, delivery)
    clerk = client("registrar")
    clerk.submit(page, "/delivered", proof_file=upload(text_pdf("Receipt"), NAME))
    later = clock.now() + timedelta(days=3)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        sweep(stage.database, settings.storage)
    assert clerk.get(f"{url}/proof").status_code == 200
    with stage.database.reading() as session:
        assert session.scalars(select(Blob)).all()
    with pytest.raises(DatabaseError), stage.database.transaction() as session:
        session.execute(update(Proof).values(name="อื่น.pdf"))
