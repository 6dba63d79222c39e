"""The worker: claims jobs, does what follows an act, sweeps what is old.

``FOLLOWS`` is the one table that says what follows which verb; ``JOBS`` which function does a job.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from eoffice import clock, jobs
from eoffice.activity.models import Activity
from eoffice.activity.seals import seal_if_due
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents import housekeeping, text_jobs
from eoffice.errors import EofficeError
from eoffice.jobs import Job
from eoffice.notifications import services as notifications
from eoffice.notifications.tasks import tell_next_level, tell_task_giver, tell_task_posts
from eoffice.routing import deadlines
from eoffice.users.accounts import OnceKey, SignInAttempt
from eoffice.verbs import Verb
from eoffice.web import access_log

log = logging.getLogger(__name__)
IDLE_S = 1.0
SWEEP_EVERY_S = 600.0
ONCE_KEYS_KEPT = timedelta(days=7)
ATTEMPTS_KEPT = timedelta(days=1)
JOBS_KEPT = timedelta(days=30)

Follow = Callable[[Session, Activity], None]
FOLLOWS: dict[Verb, tuple[Follow, ...]] = {
    Verb.SEND: (notifications.tell_receivers,),
    Verb.REMIND: (notifications.tell_reminded,),
    Verb.RECALL: (notifications.tell_recalled,),
    Verb.REJECT: (notifications.tell_sender,),
    Verb.PROPOSE: (notifications.tell_signer,),
    Verb.SIGN: (notifications.tell_drafter,),
    Verb.SEND_BACK: (notifications.tell_drafter,),
    Verb.PROPOSE_CASE: (tell_task_posts,),
    Verb.AGREE: (tell_next_level,),
    Verb.PASS_UP: (tell_task_posts,),
    Verb.GIVE_ORDER: (tell_task_posts,),
    Verb.CONSULT: (tell_task_posts,),
    Verb.FORWARD: (tell_task_posts,),
    Verb.SEND_BACK_CASE: (tell_task_posts,),
    Verb.RETURN_REPORT: (tell_task_posts,),
    Verb.REMIND_TASK: (tell_task_posts,),
    Verb.REPORT: (tell_task_giver,),
    Verb.GIVE_OPINION: (tell_task_giver,),
}


@dataclass(frozen=True)
class Shop:
    """What a job may need."""

    database: Database
    settings: Settings


def follow(shop: Shop, job: Job) -> Callable[[Session], None]:
    """What follows an act: every function of the table, in one transaction."""

    def effect(session: Session) -> None:
        activity = session.get_one(Activity, job.facts["activity"])
        for tell in FOLLOWS.get(Verb(activity.verb), ()):
            tell(session, activity)

    return effect


def read_text(shop: Shop, job: Job) -> Callable[[Session], None]:
    """Read a file's text in the limited child process; only the result is written."""
    return text_jobs.read(shop.database, shop.settings.storage, job.facts["attachment"])


def remind_of_due(shop: Shop, job: Job) -> Callable[[Session], None]:
    """Remind the post of a task of its due time, unless it is done."""
    task, part = int(job.facts["task"]), str(job.facts["part"])

    def effect(session: Session) -> None:
        deadlines.remind_task(session, task, part)

    return effect


JOBS: dict[str, Callable[[Shop, Job], Callable[[Session], None]]] = {
    "follow": follow,
    "read_text": read_text,
    deadlines.JOB: remind_of_due,
}
"""Job kind → function that does the slow part and returns the effect to write."""


def run_one(shop: Shop) -> bool:
    """Claim and do one job: the slow part outside, effect and ``done`` in one transaction.

    A failure is noted with its back-off, or the job is parked. False when nothing was due.
    """
    with shop.database.transaction() as session:
        claimed = jobs.claim(session)
        if not claimed:
            return False
        job = claimed[0]
        session.expunge(job)
    try:
        effect = JOBS[job.kind](shop, job)
        with shop.database.transaction() as session:
            if jobs.finish(session, job.id):
                effect(session)
    except Exception as error:
        log.exception("job %s (%s) failed", job.id, job.kind)
        with shop.database.transaction() as session:
            jobs.fail(session, job.id, job.tries, f"{type(error).__name__}: {error}")
    return True


def run_all(shop: Shop, limit: int = 10_000) -> int:
    """Do due jobs until none is left; returns how many were tried."""
    count = 0
    while count < limit and run_one(shop):
        count += 1
    return count


def work(shop: Shop, stop: threading.Event) -> None:
    """Do jobs until told to stop; sweep now and then."""
    swept = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() - swept > SWEEP_EVERY_S:
                sweep(shop)
                swept = time.monotonic()
            if not run_one(shop):
                stop.wait(IDLE_S)
        except Exception:
            log.exception("the worker met an error and goes on")
            stop.wait(IDLE_S * 5)


def sweep(shop: Shop) -> None:
    """Remove what is kept for a limited time: once-keys, attempts, done jobs, logs, orphans."""
    at = clock.now()
    with shop.database.transaction() as session:
        session.execute(delete(OnceKey).where(OnceKey.at < at - ONCE_KEYS_KEPT))
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < at - ATTEMPTS_KEPT))
        session.execute(delete(Job).where(Job.state == "done", Job.done_at < at - JOBS_KEPT))
    housekeeping.sweep(shop.database, shop.settings.storage)
    access_log.prune(shop.settings.storage / "logs", clock.today(), shop.settings.access_log_days)
    seal_daily(shop)


def seal_daily(shop: Shop) -> None:
    """Seal the log once a day (assurance IA-05); without its key everything else goes on."""
    try:
        seal_if_due(shop.database, shop.settings)
    except EofficeError:
        log.exception("the daily seal was not made")


def serve_worker(shop: Shop) -> None:
    """Run in the foreground until SIGTERM or SIGINT."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    work(shop, stop)


def waiting_jobs(database: Database) -> int:
    """How many jobs are due now."""
    with database.reading() as session:
        return len(
            list(
                session.scalars(
                    select(Job.id).where(Job.state == "waiting", Job.run_at <= clock.now())
                )
            )
        )
