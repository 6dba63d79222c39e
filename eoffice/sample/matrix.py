"""The sample as JSON: who signs in how, who sits where, which letters stand in which state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.documents.models import Attachment, Letter
from eoffice.registers.models import RegisterEntry
from eoffice.routing.models import Case, Delivery, RecipientList, Task
from eoffice.sample.accounts import Login, Record
from eoffice.users.accounts import Account
from eoffice.users.models import Group, Holding, Network, Office, Person, Post, PostRole
from eoffice.users.rules import is_valid_on

Json = dict[str, Any]


def matrix(session: Session, record: Record) -> Json:
    """The document of ``eoffice demo --matrix`` (persons and letters of the access matrix)."""
    offices = {row.id: row for row in session.scalars(select(Office).order_by(Office.id))}
    return {
        "seed": record.seed,
        "schools": record.schools,
        "today": clock.today().isoformat(),
        "logins": [_login(login) for login in record.logins],
        "persons": [{"key": "anonymous", "desks": []}, *_persons(session, record, offices)],
        "letters": {
            key: _letter(session, public_id, offices)
            for key, public_id in sorted(record.kept.items())
            if not key.startswith(("entry_", "delivery_")) and key != "list"
        },
        "entries": _entries(session, record),
        "offices": [_office(office) for office in offices.values()],
        "groups": _named(session, Group),
        "networks": _named(session, Network),
        "lists": _named(session, RecipientList),
        "not_yet": ["classified letters", "destroyed letters", "read-only API tokens"],
    }


def _login(login: Login) -> Json:
    return {"key": login.key, "username": login.username, "password": login.password}


def _office(office: Office) -> Json:
    return {
        "public_id": office.public_id,
        "kind": office.kind,
        "code": office.code,
        "name": office.name,
    }


def _named(
    session: Session, table: type[Group] | type[Network] | type[RecipientList]
) -> list[Json]:
    rows: Iterable[Any] = session.scalars(select(table).order_by(table.id))
    return [{"public_id": row.public_id, "name": row.name} for row in rows]


def _persons(session: Session, record: Record, offices: dict[int, Office]) -> list[Json]:
    people = []
    for login in record.logins:
        row = session.execute(
            select(Account, Person)
            .join(Person, Person.id == Account.person_id)
            .where(Account.username == login.username)
        ).one_or_none()
        if row is None:
            continue
        account, person = row
        people.append(
            {
                "key": login.key,
                "note": login.note,
                "name": person.full_name,
                "username": login.username,
                "public_id": person.public_id,
                "account": account.public_id,
                "is_disabled": account.disabled_at is not None,
                "desks": _desks(session, person.id, offices),
            }
        )
    return people


def _desks(session: Session, person_id: int, offices: dict[int, Office]) -> list[Json]:
    """Every holding, also those of yesterday and tomorrow; ``is_today`` says which are desks."""
    rows = session.execute(
        select(Holding, Post)
        .join(Post, Post.id == Holding.post_id)
        .where(Holding.person_id == person_id)
        .order_by(Holding.is_main.desc(), Holding.id)
    )
    return [
        {
            "public_id": holding.public_id,
            "office": offices[post.office_id].code,
            "post": post.title,
            "roles": sorted(
                session.scalars(select(PostRole.role).where(PostRole.post_id == post.id))
            ),
            "kind": holding.kind,
            "order_no": holding.order_no,
            "starts_on": holding.starts_on.isoformat(),
            "ends_on": holding.ends_on.isoformat() if holding.ends_on else None,
            "is_today": is_valid_on(clock.today(), holding.starts_on, holding.ends_on),
        }
        for holding, post in rows
    ]


def _letter(session: Session, public_id: str, offices: dict[int, Office]) -> Json:
    letter = session.scalars(select(Letter).where(Letter.public_id == public_id)).one()
    deliveries = session.scalars(
        select(Delivery).where(Delivery.letter_id == letter.id).order_by(Delivery.id)
    )
    cases = session.scalars(select(Case).where(Case.letter_id == letter.id).order_by(Case.id))
    attachments = session.scalars(
        select(Attachment).where(Attachment.letter_id == letter.id).order_by(Attachment.position)
    )
    tasks = session.scalars(select(Task).where(Task.letter_id == letter.id).order_by(Task.id))
    return {
        "public_id": letter.public_id,
        "kind": letter.kind,
        "state": letter.state,
        "version": letter.version,
        "number": letter.letter_no,
        "subject": letter.subject,
        "office": offices[letter.office_id].code if letter.office_id else None,
        "attachments": [{"public_id": a.public_id, "name": a.name} for a in attachments],
        "deliveries": [_delivery(delivery, offices) for delivery in deliveries],
        "cases": [
            {"public_id": c.public_id, "office": offices[c.office_id].code, "state": c.state}
            for c in cases
        ],
        "tasks": [{"public_id": t.public_id, "kind": t.kind, "state": t.state} for t in tasks],
    }


def _delivery(delivery: Delivery, offices: dict[int, Office]) -> Json:
    return {
        "public_id": delivery.public_id,
        "office": offices[delivery.office_id].code,
        "state": delivery.state,
        "receive_no": delivery.receive_no,
    }


def _entries(session: Session, record: Record) -> Json:
    """Register entries that were reserved, by key."""
    found = {}
    for key, public_id in record.kept.items():
        if key.startswith("entry_"):
            query = select(RegisterEntry).where(RegisterEntry.public_id == public_id)
            entry = session.scalars(query).one()
            found[key.removeprefix("entry_")] = {
                "public_id": public_id,
                "number": entry.number,
                "state": entry.state,
            }
    return found
