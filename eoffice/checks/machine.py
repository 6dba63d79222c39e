"""Around the data: jobs, free space, modes of folders and keys, backups."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from eoffice import jobs
from eoffice.activity.models import Activity
from eoffice.activity.seal_keys import key_path
from eoffice.checks.rules import Defect, Found, Severity
from eoffice.checks.scope import Scope
from eoffice.jobs import Job
from eoffice.verbs import Verb

LATE = timedelta(hours=1)
BACKUP_EVERY = timedelta(hours=26)
LEAST_FREE_BYTES = 1 << 30
OTHERS = 0o077


def jobs_are_done(scope: Scope) -> Iterator[Found]:
    """C14 · No job is parked after its last try, none waits for an hour."""
    parked = select(Job).where(Job.state == "parked").order_by(Job.id)
    for job in scope.session.scalars(parked):
        yield Found(Defect.JOB_PARKED, f"job {job.id} {job.kind}", job.last_error[:200])
    oldest = jobs.oldest_waiting(scope.session)
    if oldest is not None and scope.now - oldest > LATE:
        yield Found(Defect.JOB_LATE, "jobs", oldest.isoformat(), Severity.WARNING)


def storage_has_room(scope: Scope) -> Iterator[Found]:
    """C17 · There is room to go on writing."""
    if scope.settings.storage.is_dir():
        free = shutil.disk_usage(scope.settings.storage).free
        if free < LEAST_FREE_BYTES:
            yield Found(Defect.SPACE_LOW, "storage", f"{free >> 20} MiB", Severity.WARNING)


def nobody_else_reads_the_storage(scope: Scope) -> Iterator[Found]:
    """C17 · Other users of the machine read neither the folders (a warning) nor the seal key."""
    storage = scope.settings.storage
    for folder in (storage, scope.store.folder, storage / "seals", storage / "logs"):
        if folder.is_dir() and folder.stat().st_mode & OTHERS:
            yield Found(Defect.FOLDER_OPEN, f"folder {folder.name}", "", Severity.WARNING)
    key = key_path(scope.settings)
    if key.exists() and key.stat().st_mode & OTHERS:
        yield Found(Defect.KEY_OPEN, f"key {key.name}")


def backup_is_fresh(scope: Scope) -> Iterator[Found]:
    """C18 · A backup was made within 26 hours (a warning; a system of today needs none yet)."""
    session = scope.session
    last = session.scalar(select(func.max(Activity.at)).where(Activity.verb == Verb.BACK_UP.value))
    since = last or session.scalar(select(func.min(Activity.at)))
    if since is not None and scope.now - since > BACKUP_EVERY:
        detail = last.isoformat() if last else ""
        yield Found(Defect.BACKUP_OLD, "backup", detail, Severity.WARNING)
