"""A bare district for measuring: offices by bulk insert, one registrar and one director."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, event, insert, select
from sqlalchemy.orm import Session

from eoffice import clock, schema
from eoffice.actor import SYSTEM, Actor
from eoffice.config import Settings
from eoffice.db import Database, new_public_id
from eoffice.documents.models import Letter
from eoffice.documents.services.drafting import LetterFields, draft
from eoffice.registers.services.numbering import issue_number
from eoffice.registers.services.settings import set_numbering
from eoffice.routing.services.addressing import Addressing, address
from eoffice.routing.services.approving import sign_on_paper
from eoffice.users.desks import actor_of
from eoffice.users.models import Office, Principal
from eoffice.users.services.organisation import add_office, add_post
from eoffice.users.services.people import add_person, assign_post


@dataclass(frozen=True)
class Stage:
    """A database with a district office and its registrar."""

    database: Database
    settings: Settings
    registrar_id: int

    def registrar(self, session: Session) -> Actor:
        """The district's registrar at the desk."""
        return actor_of(session, self.registrar_id)


@contextlib.contextmanager
def stage(schools: int, database_url: str = "", search: str = "") -> Iterator[Stage]:
    """A fresh store with a number of schools; removed afterwards (a given database is emptied)."""
    with tempfile.TemporaryDirectory(prefix="eoffice-bench-") as folder:
        settings = Settings(
            storage=Path(folder), database_url=database_url, search=search, is_testing=True
        )
        database = Database(settings)
        schema.metadata.drop_all(database.engine) if database_url else None
        schema.create_all(database.engine)
        try:
            yield Stage(database, settings, _people(database, schools))
        finally:
            if database_url:
                schema.metadata.drop_all(database.engine)
            database.dispose()


def numbered_letter(session: Session, actor: Actor) -> Letter:
    """A circular to all schools, signed on paper and numbered."""
    letter = draft(
        session, actor, LetterFields(subject="หนังสือเวียน", body="ข้อความ", is_circular=True)
    )
    address(session, actor, letter.public_id, Addressing(all_schools=True), version=None)
    sign_on_paper(
        session,
        actor,
        letter.public_id,
        version=letter.version,
        signer_name="ผู้ลงนาม",
        signer_position="ผู้อำนวยการ",
    )
    return issue_number(session, actor, letter.public_id, version=letter.version)


@contextlib.contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _people(database: Database, schools: int) -> int:
    with database.transaction() as session:
        district = add_office(session, SYSTEM, kind="district", code="D", name="สพป.ตัวอย่าง")
        set_numbering(session, SYSTEM, district, year=clock.this_year(), prefix="ศธ 04999")
        person = add_person(session, SYSTEM, first_name="สารบรรณ", last_name="ตัวอย่าง")
        post = add_post(session, SYSTEM, district, title="สารบรรณกลาง", roles=("registrar",))
        assign_post(session, SYSTEM, person, post)
        registrar = person.id
        rows = [
            {
                "public_id": new_public_id(),
                "kind": "school",
                "code": f"{number:05}",
                "name": f"โรงเรียนบ้านตัวอย่าง {number}",
                "short_name": "",
                "opened_on": clock.today(),
                "all_staff_read": False,
                "version": 1,
                "address": "",
                "phone": "",
                "saraban_email": "",
            }
            for number in range(1, schools + 1)
        ]
        session.execute(insert(Office), rows)
        ids = session.scalars(select(Office.id).where(Office.kind == "school"))
        session.execute(
            insert(Principal), [{"kind": "registry", "subject_id": office} for office in ids]
        )
    return registrar
