"""Job rows in the application's own database: what follows an act, at least once and idempotent.

A job is written by the transaction of the act it follows. A worker claims it with a lease; effect
and ``done`` are one transaction; after ``MAX_TRIES`` failures it is parked for the administrator.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Index, Select, String, Text, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from eoffice import clock
from eoffice.db import Base, BigId, UtcDateTime, table_of

LEASE = timedelta(minutes=3)
MAX_TRIES = 5
PATIENT = ("recognise_page",)
"""Kinds of jobs that may wait for hours behind a long scan: that is no sign of trouble."""
BACK_OFF_S = (5, 30, 120, 600, 1800)


class Job(Base):
    """One thing to do after a commit; ``state`` is waiting, done or parked."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'parked')", name="state"),
        Index("ix_jobs_due", "state", "run_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[str] = mapped_column(Text, default="{}")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def facts(self) -> dict[str, Any]:
        """The payload as a dictionary."""
        return dict(json.loads(self.payload))


ADD = insert(table_of(Job))


def enqueue(
    session: Session, kind: str, payload: dict[str, Any], *, run_at: datetime | None = None
) -> None:
    """Add a job in the caller's transaction; it exists only if that commits."""
    at = clock.now()
    session.execute(
        ADD,
        {
            "kind": kind,
            "payload": json.dumps(payload, ensure_ascii=False, sort_keys=True),
            "state": "waiting",
            "run_at": run_at or at,
            "created_at": at,
            "tries": 0,
            "last_error": "",
        },
    )


def is_due(session: Session, kinds: Collection[str] = ()) -> bool:
    """Whether a job (of these kinds) waits to be claimed: cheap enough to be asked every second."""
    return session.scalar(_due(kinds).with_only_columns(Job.id).limit(1)) is not None


def claim(session: Session, limit: int = 1, kinds: Collection[str] = ()) -> list[Job]:
    """Lease up to ``limit`` due jobs, of these kinds or of any (writing transaction; skips rows
    another worker holds).

    A job whose worker died with it every time has used up its tries: it is parked, not done again.
    """
    at = clock.now()
    session.execute(
        update(Job)
        .where(Job.state == "waiting", Job.tries >= MAX_TRIES, Job.lease_until < at)
        .values(state="parked", lease_until=None, last_error="the worker ended during the job")
    )
    due = _due(kinds).order_by(Job.run_at, Job.id).limit(limit).with_for_update(skip_locked=True)
    jobs = list(session.scalars(due))
    for job in jobs:
        job.lease_until = at + LEASE
        job.tries += 1
    session.flush()
    return jobs


def _due(kinds: Collection[str]) -> Select[Job]:
    at = clock.now()
    query = (
        select(Job)
        .where(Job.state == "waiting", Job.run_at <= at)
        .where((Job.lease_until.is_(None)) | (Job.lease_until < at))
    )
    return query.where(Job.kind.in_(kinds)) if kinds else query


def renew(session: Session, job_id: int) -> None:
    """Prolong the lease of a long job (heartbeat)."""
    session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == "waiting")
        .values(lease_until=clock.now() + LEASE)
    )


def finish(session: Session, job_id: int) -> bool:
    """Mark a job done in the transaction of its effect; false when it already was."""
    changed = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == "waiting")
        .values(state="done", done_at=clock.now(), lease_until=None)
    )
    return changed.rowcount == 1  # type: ignore[attr-defined]


def finish_all(session: Session, job_ids: Sequence[int]) -> None:
    """Mark jobs done in the transaction that also did what they ask for."""
    session.execute(
        update(Job)
        .where(Job.id.in_(job_ids), Job.state == "waiting")
        .values(state="done", done_at=clock.now(), lease_until=None)
        .execution_options(synchronize_session=False)
    )


def fall_due_now(session: Session) -> None:
    """Let every waiting job fall due now, whatever the time it was asked for."""
    session.execute(update(Job).where(Job.state == "waiting").values(run_at=clock.now()))


def fail(session: Session, job_id: int, tries: int, error: str) -> None:
    """Note a failure: try again later, or park the job after ``MAX_TRIES``."""
    at = clock.now()
    parked = tries >= MAX_TRIES
    delay = BACK_OFF_S[min(tries, len(BACK_OFF_S)) - 1]
    session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == "waiting")
        .values(
            state="parked" if parked else "waiting",
            run_at=at + timedelta(seconds=delay),
            lease_until=None,
            last_error=error[:2000],
        )
    )


def retry_parked(session: Session) -> int:
    """Set every parked job waiting again (an administrator's decision); returns how many."""
    changed = session.execute(
        update(Job)
        .where(Job.state == "parked")
        .values(state="waiting", tries=0, run_at=clock.now(), lease_until=None)
    )
    return changed.rowcount  # type: ignore[attr-defined]


def oldest_waiting(session: Session) -> datetime | None:
    """When the oldest due job became due; none when nothing waits that people wait for."""
    return session.scalar(
        select(func.min(Job.run_at)).where(
            Job.state == "waiting", Job.run_at <= clock.now(), Job.kind.not_in(PATIENT)
        )
    )
