"""Two answers for the operator's machines: the process lives, and it can do its work."""

from __future__ import annotations

import tempfile
from datetime import timedelta

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eoffice import clock, jobs
from eoffice.activity.models import ChainHead
from eoffice.db import Database
from eoffice.users.auth import database, settings
from eoffice.users.models import Setting
from eoffice.web.guard import public

OLDEST_JOB = timedelta(minutes=15)
CLOCK_TOLERANCE = timedelta(minutes=2)


def install(app: Flask) -> None:
    """Add ``/healthz`` and ``/readyz``."""
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)


@public
def healthz() -> ResponseReturnValue:
    """The process lives; nothing is touched."""
    return jsonify(status="ok")


@public
def readyz() -> ResponseReturnValue:
    """Database and storage can be written, clock sane, jobs done; else 503 with codes."""
    reasons = not_ready(database(), str(settings().storage))
    if reasons:
        return jsonify(status="not ready", reasons=reasons), 503
    return jsonify(status="ready")


def not_ready(store: Database, storage: str) -> list[str]:
    """Why the application cannot do its work, as codes without detail; empty when it can."""
    reasons = []
    try:
        with tempfile.NamedTemporaryFile(dir=storage):
            pass
    except OSError:
        reasons.append("storage")
    try:
        with store.transaction() as session:
            _touch(session)
            head = session.scalar(select(func.max(ChainHead.last_at)))
            oldest = jobs.oldest_waiting(session)
            parked = session.scalar(select(func.count()).where(jobs.Job.state == "parked"))
    except Exception:
        return [*reasons, "database"]
    if head is not None and head > clock.now() + CLOCK_TOLERANCE:
        reasons.append("clock")
    if oldest is not None and clock.now() - oldest > OLDEST_JOB:
        reasons.append("jobs")
    if parked:
        reasons.append("parked_jobs")
    return reasons


def _touch(session: Session) -> None:
    name = "ready_at"
    row = session.get(Setting, name)
    value = clock.now().isoformat(timespec="minutes")
    if row is None:
        session.add(Setting(name=name, value=value))
    elif row.value != value:
        row.value = value
    session.flush()
