"""The outbox and its indexer: what is committed is found, for those who may see it then."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import select

from eoffice import clock, outbox
from eoffice.documents.intake import store_of
from eoffice.documents.models import Attachment, ExtractedText
from eoffice.outbox import SearchOutbox
from eoffice.routing.models import Endorsement
from eoffice.routing.services import reporting
from eoffice.routing.services.receiving import receive, reject
from eoffice.routing.services.sending import recall
from eoffice.search import indexer, services
from eoffice.search.command import search as search_command
from eoffice.worker import Shop, run_all
from tests.busy_week import fill
from tests.casework import work
from tests.searching import Searching
from tests.unit.documents.made_files import text_pdf
from tests.world import stored_file

RARE = "ปลากัดสยาม"


def sent(searching: Searching, **details):
    return searching.stage.make(searching.stage.world.sent_letter, **details)


def delivery_of(searching: Searching, letter, office="school_a"):
    return searching.stage.make(searching.stage.world.delivery, letter, office)


def test_a_letter_is_found_once_it_is_committed_and_indexed(searching: Searching) -> None:
    searching.drain()
    with (
        pytest.raises(RuntimeError, match="rolled back"),
        searching.database.transaction() as session,
    ):
        searching.stage.world.draft_letter(session, subject=f"โครงการ{RARE}")
        raise RuntimeError("rolled back")
    assert searching.waiting() == 0
    sent(searching, subject=f"โครงการ{RARE}")
    assert searching.found("registrar", RARE) == []
    assert searching.drain() > 0
    assert searching.waiting() == 0
    assert searching.found("registrar", RARE) == [f"โครงการ{RARE}"]
    assert searching.found("a_registrar", RARE) == [f"โครงการ{RARE}"]
    assert searching.found("b_registrar", RARE) == []
    assert searching.found("visitor", RARE) == []


def test_every_spelling_of_the_number_finds_it(searching: Searching) -> None:
    letter = sent(searching)
    searching.drain()
    running = letter.letter_no.rpartition("/")[2]
    thai = letter.letter_no.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    for typed in (letter.letter_no, thai, f"ที่ {letter.letter_no}", f"04999/{running}", running):
        assert letter.subject in searching.found("director", typed), typed


def test_access_given_and_taken_shows_at_the_next_batch(searching: Searching) -> None:
    letter = sent(searching, subject=RARE, to=("school_a", "school_b"))
    searching.drain()
    assert searching.found("b_registrar", RARE) == [RARE]
    version = letter.version
    searching.stage.act("registrar", recall, letter.public_id, version=version, reason="ส่งผิด")
    assert searching.find("b_registrar", RARE).total == 0  # at once: the page asks the database
    searching.drain()
    assert searching.found("b_registrar", RARE) == []
    assert searching.found("registrar", RARE) == [RARE]
    assert not searching.differences()


def test_a_rejected_letter_leaves_the_receivers_index(searching: Searching) -> None:
    letter = sent(searching, subject=RARE)
    searching.drain()
    delivery = delivery_of(searching, letter)
    searching.stage.act("a_registrar", reject, delivery.public_id, reason="ไม่ใช่ของโรงเรียน")
    searching.drain()
    assert not searching.differences()
    assert searching.found("a_registrar", RARE) == []


def test_an_endorsement_is_found_by_its_own_office_only(searching: Searching) -> None:
    letter = sent(searching, to=("school_a", "school_b"))
    delivery = delivery_of(searching, letter)
    searching.stage.act("a_registrar", receive, delivery.public_id)
    case = searching.stage.make(searching.stage.world.case, delivery)

    def endorse(session):
        world = searching.stage.world
        row = Endorsement(
            case_id=case.id,
            office_id=world.offices["school_a"],
            post_id=world.posts["a_director"],
            person_id=world.people["a_director"],
            verb="give_order",
            text=f"มอบครูดูแล{RARE}",
            name="นายเพชร",
            position="ผู้อำนวยการโรงเรียน",
            at=clock.now(),
        )
        session.add(row)
        session.flush()
        outbox.note(session, "endorsement", row.id)

    searching.stage.make(endorse)
    searching.drain()
    shown = searching.find("a_registrar", RARE)
    assert [each.letter.subject for each in shown.results] == [letter.subject]
    assert [each.field for each in shown.results[0].places] == ["endorsement"]
    for foreign in ("registrar", "director", "b_registrar"):
        assert searching.find(foreign, RARE).total == 0, foreign
    assert searching.found("a_registrar", f"{delivery_number(searching, delivery)}")
    assert not searching.differences()


def test_a_report_and_its_file_are_found_by_its_own_office_only(searching: Searching) -> None:
    store = store_of(searching.settings.storage)
    file = stored_file("ผล.pdf", text_pdf("Quarterly Frogspawn figures"), store)
    task = searching.stage.make(lambda session: work(searching.stage.world, session))
    version = searching.stage.row(task).version
    report = {"version": version, "text": f"ดำเนินการเรื่อง{RARE}แล้ว", "files": (file,)}
    searching.stage.act("a_teacher", reporting.report, task.public_id, **report)
    run_all(Shop(searching.database, searching.settings))
    shown = searching.find("a_director", RARE)
    assert [each.field for each in shown.results[0].places] == ["report"]
    place = searching.find("a_director", "Frogspawn").results[0].places[0]
    assert (place.field, place.name, place.page, place.file_id) == ("file", "ผล.pdf", 1, "")
    for foreign in ("registrar", "director", "b_registrar"):
        assert searching.find(foreign, RARE).total == 0, foreign
        assert searching.find(foreign, "Frogspawn").total == 0, foreign
    assert not searching.differences()


def delivery_number(searching: Searching, delivery) -> str:
    return searching.stage.row(delivery).receive_no


def test_the_text_of_a_file_is_found_with_its_page(searching: Searching) -> None:
    store = store_of(searching.settings.storage)
    letter = sent(searching, files=(stored_file("แนบ.pdf", b"%PDF-1.4 x", store),))

    def read(session):
        row = session.scalars(
            select(ExtractedText).join(Attachment).where(Attachment.letter_id == letter.id)
        ).one()
        pages = [("หน้าแรกว่าด้วยงบประมาณ", "text"), (f"หน้าสองว่าด้วย{RARE}", "ocr")]
        row.state, row.page_count, row.read_at = "done", 2, clock.now()
        row.pages = json.dumps(
            [
                {"page": at, "method": method, "confidence": None, "text": text}
                for at, (text, method) in enumerate(pages, 1)
            ]
        )
        session.flush()
        outbox.note(session, "attachment", row.attachment_id)

    searching.stage.make(read)
    searching.drain()
    place = searching.find("a_director", RARE).results[0].places[0]
    assert (place.name, place.page, place.is_recognised) == ("แนบ.pdf", 2, True)
    assert f"<mark>{RARE}</mark>" in place.html
    assert not searching.differences()


def test_a_busy_week_leaves_index_and_archive_equal(searching: Searching) -> None:
    searching.stage.make(fill, searching.stage.world, store_of(searching.settings.storage))
    searching.drain()
    assert not searching.differences()
    assert services.rebuild(searching.database, searching.settings) > 15
    assert not searching.differences()
    assert searching.waiting() == 0


def test_what_dies_between_index_and_outbox_is_done_again(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(searching, subject=RARE)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(indexer, "forget", dies)
        with pytest.raises(KeyboardInterrupt):
            searching.drain()
    waiting = searching.waiting()
    assert searching.drain() == waiting > 0
    assert searching.found("registrar", RARE) == [RARE]
    assert not searching.differences()


def test_what_cannot_be_indexed_is_parked_and_holds_up_nothing(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    searching.drain()
    poison = sent(searching, subject="พิษ")
    good = sent(searching, subject=RARE)
    apply = type(searching.index).apply

    def picky(self, changes):
        if any(getattr(each, "letter_id", None) == poison.id for each in changes):
            raise ValueError("poison")
        apply(self, changes)

    monkeypatch.setattr(type(searching.index), "apply", picky)
    for _ in range(indexer.MAX_TRIES + 1):
        indexer.index_batch(searching.database, searching.index)
    assert searching.found("registrar", RARE) == [good.subject]
    with searching.database.reading() as session:
        parked = list(session.scalars(select(SearchOutbox)))
    assert {row.tries for row in parked} == {indexer.MAX_TRIES}
    assert "poison" in parked[0].last_error
    assert services.state(searching.database, searching.settings).parked == len(parked)


WORKER = """
import sys, threading
from pathlib import Path
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.search import indexer
from eoffice.search.services import backend_of, index_folder

settings = Settings(storage=Path(sys.argv[1]), database_url=sys.argv[2])
database = Database(settings)
print("ready", flush=True)
indexer.work(database, index_folder(settings), backend_of(database, settings), threading.Event())
"""


def test_a_killed_indexer_loses_nothing(searching: Searching) -> None:
    store = store_of(searching.settings.storage)
    searching.stage.make(fill, searching.stage.world, store)
    command = [sys.executable, "-W", "ignore", "-c", WORKER]
    command += [str(searching.settings.storage), searching.settings.database_url]
    for number in range(4):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
            began = time.monotonic()
            while time.monotonic() - began < 0.05 * number:
                sent(searching, subject=f"หนังสือระหว่างดัชนี {number}")
            worker.send_signal(signal.SIGKILL)
    searching.drain()
    assert not searching.differences()
    assert searching.waiting() == 0


def test_the_command_line_tells_and_mends(
    searching: Searching, monkeypatch: pytest.MonkeyPatch, runner
) -> None:
    monkeypatch.setenv("EOFFICE_STORAGE", str(searching.settings.storage))
    monkeypatch.setenv("DATABASE_URL", searching.settings.database_url)
    letter = sent(searching, subject=RARE)
    assert runner(search_command, ["rebuild"]).exit_code == 0
    assert json.loads(runner(search_command, ["status", "--json"]).stdout)["waiting"] == 0
    assert runner(search_command, ["check"]).exit_code == 0

    def silently(session):
        letter_row = session.merge(letter)
        letter_row.remark, letter_row.version = "นอกระบบ", letter_row.version + 1

    searching.stage.make(silently)
    answer = runner(search_command, ["check", "--json"])
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["stale"] == 1
    assert runner(search_command, ["rebuild"]).exit_code == 0
    assert runner(search_command, ["check"]).exit_code == 0
