"""Every kind of trace in one small district: for what looks at the whole store, not at one verb."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.orm import Session

from eoffice import clock, migrate
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.intake import store_of
from eoffice.documents.services.attaching import attach
from eoffice.documents.store import FileStore
from eoffice.registers.services.numbering import cancel_number, issue_number, reserve_number
from eoffice.routing.services.approving import cancel, propose
from eoffice.routing.services.closing import close_office
from eoffice.routing.services.receiving import receive, reject, reply, void
from eoffice.routing.services.sending import recall, remind, send
from tests import postgres as cluster
from tests.plugins.world import Templates
from tests.world import World, stored_file


def fill(session: Session, world: World, store: FileStore) -> None:
    """Letters in every state, numbers of every kind, files whose bytes lie in the store."""
    _between_offices(session, world, store)
    _numbers(session, world)
    _answers(session, world, store)
    world.draft_letter(session, "officer", files=(stored_file(content=b"draft", store=store),))
    world.proposed_letter(session, "clerk")
    _closing(session, world)


def _closing(session: Session, world: World) -> None:
    """School C is closed; school A goes on with what waits there."""
    world.received_letter(session, at="c_registrar", subject="ขอข้อมูลนักเรียน")
    world.sent_letter(session, to=("school_c",), subject="ขอข้อมูลครู")
    close_office(
        session,
        world.actor(session, "admin"),
        world.public["school_c"],
        successor_public_id=world.public["school_a"],
        closed_on=clock.today(),
    )


def _between_offices(session: Session, world: World, store: FileStore) -> None:
    registrar = world.actor(session, "registrar")
    files = (
        stored_file(content=b"%PDF-1.4 main", store=store),
        stored_file("สิ่งที่ส่งมาด้วย.pdf", b"%PDF-1.4 enclosure", store),
    )
    world.received_letter(session, files=files, subject="แจ้งจัดสรรงบประมาณ")
    letter = world.sent_letter(session, to=("school_a", "school_b", "agency"), is_circular=True)
    remind(session, registrar, letter.public_id)
    rejected = world.delivery(session, letter, "school_b")
    reject(session, world.actor(session, "b_registrar"), rejected.public_id, reason="ส่งผิด")
    recall(session, registrar, letter.public_id, version=letter.version, reason="พิมพ์ผิด")
    send(session, registrar, letter.public_id, version=letter.version)
    again = world.delivery(session, letter, "school_a")
    receive(session, world.actor(session, "a_registrar"), again.public_id)


def _numbers(session: Session, world: World) -> None:
    registrar = world.actor(session, "registrar")
    kept, unused, _free = reserve_number(
        session, registrar, series="send", count=3, reason="ประชุมนอกสถานที่"
    )
    cancel_number(session, registrar, unused.public_id, reason="ไม่ได้ใช้")
    letter = world.signed_letter(session)
    issue_number(
        session, registrar, letter.public_id, version=letter.version, reserved=kept.public_id
    )
    wrong = world.numbered_letter(session, kind="order")
    cancel(session, registrar, wrong.public_id, version=wrong.version, reason="ลงชื่อผิด")


def _answers(session: Session, world: World, store: FileStore) -> None:
    a_registrar = world.actor(session, "a_registrar")
    scan = stored_file("สแกน.pdf", b"%PDF-1.4 scan", store)
    world.outside_letter(session, files=(scan,))
    twice = world.outside_letter(session, letter_no="ตย 72001/16")
    void(session, world.actor(session, "registrar"), twice.delivery.public_id, reason="ลงรับซ้ำ")
    received = world.received_letter(session, subject="ขอรายงานผล")
    answer = reply(session, a_registrar, received.case.public_id)
    report = stored_file("รายงาน.pdf", b"%PDF-1.4 report", store)
    attach(session, a_registrar, answer.public_id, [report], version=answer.version)
    propose(session, a_registrar, answer.public_id, version=answer.version, note="เห็นควรลงนาม")
    world.sign(session, answer)
    issue_number(session, a_registrar, answer.public_id, version=answer.version)
    send(session, a_registrar, answer.public_id, version=answer.version)


@dataclass(frozen=True)
class Filled:
    """A district after its busy week: what to copy, and its ids."""

    source: str
    files: Path
    world: World


class BusyWeeks:
    """The weeks built so far by this process, one a backend; tests get copies."""

    def __init__(self, folder: Path, templates: Templates) -> None:
        self.folder = folder
        self.templates = templates
        self.built: dict[str, Filled] = {}

    def of(self, backend: str) -> Filled:
        """The week on a backend, built by the first test that asks."""
        if backend not in self.built:
            self.built[backend] = self._build(backend)
        return self.built[backend]

    def copied(self, backend: str, storage: Path) -> Settings:
        """A copy of the week for one test, in a storage folder of its own."""
        week = self.of(backend)
        storage.mkdir(mode=0o700)
        shutil.copytree(week.files, storage / "files")
        url = ""
        if backend == "postgresql":
            name = f"test_{secrets.token_hex(6)}"
            cluster.create_database(name, template=week.source)
            url = cluster.postgres_url(name)
        else:
            shutil.copyfile(week.source, storage / "eoffice.sqlite3")
        return Settings(storage=storage, database_url=url, secret_key="x" * 40, is_testing=True)

    def _build(self, backend: str) -> Filled:
        template = self.templates.of(backend)
        storage = self.folder / backend
        storage.mkdir(mode=0o700)
        name = f"week_{secrets.token_hex(6)}"
        source = str(storage / "eoffice.sqlite3")
        url = ""
        if backend == "postgresql":
            cluster.create_database(name, template=template.source)
            source, url = name, cluster.postgres_url(name)
        else:
            shutil.copyfile(template.source, source)
        settings = Settings(storage=storage, database_url=url)
        migrate.stamp(settings)
        database = Database(settings)
        with database.transaction() as session:
            fill(session, template.world, store_of(storage))
        with database.engine.connect() as connection:
            if database.is_sqlite:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.dispose()
        return Filled(source, storage / "files", template.world)


def drop(settings: Settings) -> None:
    """Remove the database of a copy."""
    if settings.database_url:
        cluster.drop_database(str(make_url(settings.database_url).database))
