"""Building the sample district: all of it in one transaction, or nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eoffice import clock, jobs
from eoffice.activity.models import Activity
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.models import Letter
from eoffice.documents.store import FileStore
from eoffice.errors import Conflict, Invalid
from eoffice.routing.models import Delivery
from eoffice.sample.accounts import Login, Record, give_passwords, write_record
from eoffice.sample.cast import DISTRICT, Cast
from eoffice.sample.files import Folder
from eoffice.sample.landmarks import plan_landmarks
from eoffice.sample.matrix_people import plan_changes, staff_matrix
from eoffice.sample.month import plan_month
from eoffice.sample.names import Names
from eoffice.sample.offices import set_up_offices
from eoffice.sample.people import staff_district, staff_pilot, staff_schools
from eoffice.sample.scene import Scene
from eoffice.sample.staffing import Staff
from eoffice.sample.timetable import Agenda, Timetable
from eoffice.users.models import Office, Person

LEAST_SCHOOLS, MOST_SCHOOLS = 5, 400


class DistrictExists(Conflict):
    """A sample is only made where no district is."""

    message = "ฐานข้อมูลนี้มีเขตพื้นที่อยู่แล้ว จึงไม่สร้างข้อมูลตัวอย่างทับ"


class SchoolsOutOfRange(Invalid):
    """A sample district has between 5 and 400 schools."""

    message = "จำนวนโรงเรียนตัวอย่างต้องอยู่ระหว่าง 5 ถึง 400"


@dataclass(frozen=True)
class Summary:
    """What was made."""

    offices: int
    people: int
    letters: int
    deliveries: int
    received: int
    acts: int
    seconds: float
    logins: list[Login] = field(default_factory=list)
    accounts_file: Path = Path()


def build(database: Database, settings: Settings, *, schools: int = 117, seed: int = 1) -> Summary:
    """Make the sample district and its month of letters by the services, as the right actors.

    The data follow from the seed and today's date; passwords and public ids are random. Raises
    ``DistrictExists`` and ``SchoolsOutOfRange``; when anything fails nothing remains.
    """
    if not LEAST_SCHOOLS <= schools <= MOST_SCHOOLS:
        raise SchoolsOutOfRange
    begun = time.monotonic()
    random = Random(seed)  # noqa: S311 - sample data, no secrets
    folder = Folder(FileStore(settings.storage / "files"), random)
    path: Path | None = None
    try:
        with database.transaction() as session:
            refuse_existing(session)
            scene = _set_up(session, database, settings, folder, schools, random)
            scene.agenda.run()
            scene.follow()
            jobs.fall_due_now(session)
            logins = give_passwords(session, scene.cast, light=settings.is_testing)
            district = scene.cast.offices[DISTRICT].public_id
            record = Record(district, seed, schools, logins, scene.kept)
            path = write_record(settings.storage, record)
            counts = _counts(session)
    except BaseException:
        folder.discard()
        if path is not None:
            path.unlink(missing_ok=True)
        raise
    seconds = time.monotonic() - begun
    return Summary(*counts, seconds=seconds, logins=logins, accounts_file=path)


def refuse_existing(session: Session) -> None:
    """Raises ``DistrictExists`` when the database holds a district."""
    if district_of(session) is not None:
        raise DistrictExists


def district_of(session: Session) -> Office | None:
    """The district office of this database."""
    return session.scalars(select(Office).where(Office.kind == "district")).one_or_none()


def _set_up(
    session: Session,
    database: Database,
    settings: Settings,
    folder: Folder,
    schools: int,
    random: Random,
) -> Scene:
    now = clock.now()
    timetable = Timetable(now, random)
    cast = Cast(timetable.today, timetable.today - timedelta(days=3))
    scene = Scene(
        session=session,
        database=database,
        settings=settings,
        cast=cast,
        folder=folder,
        timetable=timetable,
        agenda=Agenda(now),
        random=random,
    )
    with clock.travelling(timetable.opening):
        set_up_offices(session, cast, schools=schools, random=random)
        staff = Staff(session, cast, Names(random), clock.this_year())
        staff_district(staff)
        staff_pilot(staff)
        staff_schools(staff, random)
        staff_matrix(staff)
    plan_landmarks(scene)
    plan_month(scene)
    plan_changes(scene, staff)
    return scene


def _counts(session: Session) -> tuple[int, int, int, int, int, int]:
    def count(table: type, *where: object) -> int:
        query = select(func.count()).select_from(table)
        return session.scalar(query.where(*where)) or 0  # type: ignore[arg-type]

    return (
        count(Office),
        count(Person),
        count(Letter),
        count(Delivery),
        count(Delivery, Delivery.state == "received"),
        count(Activity),
    )
