"""Telling people: one notification per principal, letter and act, written after the commit."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Select, and_, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eoffice.activity.models import Activity
from eoffice.db import UtcDateTime
from eoffice.documents.models import Letter
from eoffice.notifications.models import Notification
from eoffice.routing.models import Delivery, Task
from eoffice.users.models import Principal
from eoffice.users.rules import PrincipalKind


def tell_receivers(session: Session, activity: Activity) -> None:
    """A letter arrived: its receiving registries."""
    rows = _deliveries(activity.object_id).where(Delivery.state == "arrived")
    _tell(session, activity, _registries(activity, rows))


def tell_reminded(session: Session, activity: Activity) -> None:
    """A reminder: the registries whose deliveries it names."""
    wanted = json.loads(activity.facts).get("deliveries", [])
    rows = _deliveries(activity.object_id).where(Delivery.id.in_(wanted))
    _tell(session, activity, _registries(activity, rows))


def tell_recalled(session: Session, activity: Activity) -> None:
    """A recall: the registries that lost the letter (number only, they may not see it now)."""
    offices = json.loads(activity.facts).get("offices", [])
    rows = _deliveries(activity.object_id).where(Delivery.office_id.in_(offices))
    _tell(session, activity, _registries(activity, rows))


def tell_sender(session: Session, activity: Activity) -> None:
    """A receiving office answered: the registry of the letter's own office."""
    rows = (
        select(Principal.id, Letter.id)
        .join(
            Letter,
            and_(
                Principal.kind == PrincipalKind.REGISTRY.value,
                Principal.subject_id == Letter.office_id,
            ),
        )
        .join(Delivery, Delivery.letter_id == Letter.id)
        .where(Delivery.id == activity.object_id)
    )
    _tell(session, activity, rows)


def tell_signer(session: Session, activity: Activity) -> None:
    """A letter waits for signing: the post it was proposed to."""
    rows = (
        select(Principal.id, Task.letter_id)
        .join(
            Task,
            and_(Principal.kind == PrincipalKind.POST.value, Principal.subject_id == Task.post_id),
        )
        .where(Task.letter_id == activity.object_id, Task.state == "open")
    )
    _tell(session, activity, rows)


def tell_drafter(session: Session, activity: Activity) -> None:
    """A letter was signed or sent back: the post that owns the draft."""
    rows = (
        select(Principal.id, Letter.id)
        .join(
            Letter,
            and_(
                Principal.kind == PrincipalKind.POST.value,
                Principal.subject_id == Letter.owner_post_id,
            ),
        )
        .where(Letter.id == activity.object_id)
    )
    _tell(session, activity, rows)


def _deliveries(letter_id: int | None) -> Select[Any, Any]:
    return select(Delivery.office_id, Delivery.letter_id).where(Delivery.letter_id == letter_id)


def _registries(activity: Activity, rows: Select[Any, Any]) -> Any:
    offices = rows.subquery()
    return select(Principal.id, offices.c.letter_id).join(
        offices,
        and_(
            Principal.kind == PrincipalKind.REGISTRY.value,
            Principal.subject_id == offices.c.office_id,
        ),
    )


def _tell(session: Session, activity: Activity, rows: Any) -> None:
    told = rows.subquery()
    principal_id, letter_id = tuple(told.c)[:2]
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = select(
        principal_id,
        letter_id,
        literal(activity.id),
        literal(activity.verb),
        literal(""),
        literal(activity.at, UtcDateTime),
    ).where(literal(1) == 1)
    session.execute(
        insert(Notification)
        .from_select(["principal_id", "letter_id", "activity_id", "kind", "text", "at"], values)
        .on_conflict_do_nothing()
    )
