"""Two hundred thousand letters to receive, and the registrar of twelve schools who must."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.stage import stage
from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.config import Settings
from eoffice.db import new_public_id
from eoffice.documents.models import Letter
from eoffice.routing.models import Delivery, FolderCount
from eoffice.users.desks import actor_of
from eoffice.users.models import Access, Office, Principal
from eoffice.users.services.accounts import add_account, set_password
from eoffice.users.services.organisation import add_post
from eoffice.users.services.people import add_person, assign_post

DESKS = 12
USERNAME, PASSWORD = "registrar", "benchmark-only-password"
OTHERS_SHARE, PART = 1_000, 10_000
"""Letters at each desk but the one in use; rows written at once."""
URGENCIES = ("normal", "urgent")
SUBJECT = "การจัดเก็บข้อมูลนักเรียนรายบุคคล (DMC) รอบที่ 1 ปีการศึกษา 2569 ของโรงเรียนในสังกัด"


@dataclass(frozen=True)
class Inbox:
    """The settings of the store, and keysets of a deep page and of the oldest letter."""

    settings: Settings
    deep: int
    last: int


@contextlib.contextmanager
def inbox_stage(letters: int, database_url: str = "") -> Iterator[Inbox]:
    """A store with so many deliveries that wait; removed afterwards."""
    with stage(DESKS, database_url) as at:
        with at.database.transaction() as session:
            person_id = _registrar_of_all(session)
        with at.database.transaction() as session:
            desk = actor_of(session, person_id).desk
            assert desk is not None
            offices = list(session.scalars(select(Office.id).where(Office.kind == "school")))
            others = [office for office in offices if office != desk.office_id]
            share = min(OTHERS_SHARE, letters // (2 * DESKS))
            main = letters - share * len(others)
            plan = [desk.office_id] * main + [office for office in others for _ in range(share)]
            for start in range(0, len(plan), PART):
                _fill(session, plan[start : start + PART], start)
            _count(session, desk.office_id, main)
            for office in others:
                _count(session, office, share)
        with at.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            link.exec_driver_sql("ANALYZE")
        with at.database.reading() as session:
            keys = select(Delivery.sort_key).where(Delivery.office_id == desk.office_id)
            deep = session.scalar(
                keys.order_by(Delivery.sort_key.desc()).offset(main * 9 // 10).limit(1)
            )
            last = session.scalar(keys.order_by(Delivery.sort_key).limit(1))
        yield Inbox(at.settings, deep or 0, last or 0)


def _registrar_of_all(session: Session) -> int:
    person = add_person(session, SYSTEM, first_name="สมศรี", last_name="หลายโรงเรียน")
    for office in session.scalars(select(Office).where(Office.kind == "school")).all():
        post = add_post(session, SYSTEM, office, title="ธุรการ", roles=("registrar",))
        assign_post(session, SYSTEM, person, post)
    account = add_account(session, SYSTEM, person, username=USERNAME)
    set_password(session, account, PASSWORD)
    return person.id


def _fill(session: Session, offices: list[int], start: int) -> None:
    """A letter of the district, its delivery and its access for each office of the list."""
    district = session.scalars(select(Office.id).where(Office.kind == "district")).one()
    registries = dict(
        session.execute(
            select(Principal.subject_id, Principal.id).where(Principal.kind == "registry")
        )
        .tuples()
        .all()
    )
    at = clock.now()
    ids = range(start + 1, start + len(offices) + 1)
    session.execute(insert(Letter), [_letter(number, district, at) for number in ids])
    deliveries = [
        _delivery(number, office, at) | {"from_office_id": district}
        for number, office in zip(ids, offices, strict=True)
    ]
    session.execute(insert(Delivery), deliveries)
    seen = [
        {
            "object_kind": "letter",
            "object_id": number,
            "principal_id": registries[office],
            "since": at,
            "act": "send",
        }
        for number, office in zip(ids, offices, strict=True)
    ]
    session.execute(insert(Access), seen)


def _letter(number: int, district: int, at: datetime) -> dict[str, object]:
    return {
        "id": number,
        "public_id": new_public_id(),
        "kind": "external",
        "origin": "email",
        "state": "sent",
        "office_id": district,
        "subject": f"{SUBJECT} ฉบับที่ {number}",
        "urgency": URGENCIES[number % 20 // 17],
        "letter_no": f"ศธ 04999/{number}",
        "no_key": f"ศธ04999/{number}",
        "letter_date": at.date(),
        "created_at": at,
        "sent_at": at,
    }


def _delivery(number: int, office: int, at: datetime) -> dict[str, object]:
    return {
        "id": number,
        "public_id": new_public_id(),
        "letter_id": number,
        "office_id": office,
        "state": "arrived",
        "sort_key": (number % 20 // 17 << 40) + number,
        "sent_at": at,
        "arrived_at": at,
    }


def _count(session: Session, office: int, count: int) -> None:
    row = {"office_id": office, "folder": "arrived", "count": count, "version": 1}
    session.execute(insert(FolderCount), [row])
