"""The worker: claims jobs, does what follows an act, indexes, sweeps what is old.

``FOLLOWS`` is the one table that says what follows which verb; ``JOBS`` which function does a job.
Jobs run in lanes, one thread each: people are told at once, however long a scan takes to read.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
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
from eoffice.documents import housekeeping, page_images, text_jobs
from eoffice.errors import EofficeError
from eoffice.jobs import Job
from eoffice.notifications import services as notifications
from eoffice.notifications.tasks import tell_next_level, tell_task_giver, tell_task_posts
from eoffice.routing import deadlines
from eoffice.routing.services import agreeing
from eoffice.search import indexer
from eoffice.search import services as search
from eoffice.users.accounts import OnceKey, SignInAttempt
from eoffice.verbs import Verb
from eoffice.web import access_log

log = logging.getLogger(__name__)
IDLE_S = 1.0
PICTURES_IDLE_S = 0.2
HEARTBEAT_S = 60.0
ENDING_S = 90.0
SWEEP_EVERY_S = 600.0
ONCE_KEYS_KEPT = timedelta(days=7)
ATTEMPTS_KEPT = timedelta(days=1)
JOBS_KEPT = timedelta(days=30)

Follow = Callable[[Session, Activity], None]
FOLLOWS: dict[Verb, tuple[Follow, ...]] = {
    Verb.SEND: (notifications.tell_receivers,),
    Verb.REMIND: (notifications.tell_reminded,),
    Verb.RECALL: (notifications.tell_recalled,),
    Verb.RECEIVE: (notifications.settle_arrival,),
    Verb.REJECT: (notifications.tell_sender, notifications.settle_arrival),
    Verb.PROPOSE: (notifications.tell_signer, notifications.settle_drafting),
    Verb.ISSUE_NUMBER: (notifications.settle_drafting,),
    Verb.SIGN: (notifications.tell_drafter, notifications.settle_signing),
    Verb.WITHDRAW: (notifications.settle_signing,),
    Verb.SEND_BACK: (notifications.tell_drafter, notifications.settle_signing),
    Verb.ASSIGN_POST: (notifications.tell_head,),
    Verb.SET_ROLE: (notifications.tell_head,),
    Verb.ADD_POST: (notifications.tell_head,),
    Verb.CHANGE_POST: (notifications.tell_head,),
    Verb.CHANGE_CODE: (notifications.tell_head,),
    Verb.ISSUE_CODE: (notifications.tell_head,),
    Verb.SET_AUTHORITY: (notifications.tell_head,),
    Verb.PROPOSE_CASE: (tell_task_posts,),
    Verb.AGREE: (tell_next_level,),
    Verb.OPEN_NEXT_LEVEL: (tell_next_level,),
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
    source, file_id = text_jobs.source_of(job.facts)
    return text_jobs.read(shop.database, shop.settings.storage, source, file_id)


def recognise_page(shop: Shop, job: Job) -> Callable[[Session], None]:
    """Recognise one page of a scan (OCR) in the limited child process."""
    facts, storage = job.facts, shop.settings.storage
    source, file_id = text_jobs.source_of(facts)
    return text_jobs.recognise(
        shop.database, storage, source, file_id, facts["page"], facts["doubt"]
    )


def remind_of_due(shop: Shop, job: Job) -> Callable[[Session], None]:
    """Remind the post of a task of its due time, unless it is done."""
    task, part = int(job.facts["task"]), str(job.facts["part"])

    def effect(session: Session) -> None:
        deadlines.remind_task(session, task, part)

    return effect


def open_next_level(shop: Shop, job: Job) -> Callable[[Session], None]:
    """Let the level above act on a draft too, unless the late one has agreed meanwhile."""
    letter, level = int(job.facts["letter"]), int(job.facts["level"])

    def effect(session: Session) -> None:
        agreeing.open_next_level(session, letter, level)

    return effect


JOBS: dict[str, Callable[[Shop, Job], Callable[[Session], None]]] = {
    "follow": follow,
    "read_text": read_text,
    "recognise_page": recognise_page,
    deadlines.JOB: remind_of_due,
    agreeing.JOB: open_next_level,
}
"""Job kind → function that does the slow part and returns the effect to write."""

READING = ("read_text", "recognise_page")
LANES: tuple[tuple[str, ...], ...] = (tuple(sorted(set(JOBS) - set(READING))), READING)
"""The kinds of jobs of each thread; a lane does due jobs of its first kind before the next."""


def run_one(shop: Shop, kinds: Sequence[str] = ()) -> bool:
    """Claim and do one job (of these kinds): the slow part outside, effect and ``done`` in one
    transaction, the lease kept alive meanwhile.

    A failure is noted with its back-off, or the job is parked. False when nothing was due.
    """
    with shop.database.reading() as session:
        if not jobs.is_due(session, kinds):
            return False
    with shop.database.transaction() as session:
        claimed = jobs.claim(session, kinds=kinds)
        if not claimed:
            return False
        job = claimed[0]
        session.expunge(job)
    try:
        with kept_alive(shop, job):
            effect = JOBS[job.kind](shop, job)
        with shop.database.transaction() as session:
            if jobs.finish(session, job.id):
                effect(session)
    except Exception as error:
        log.exception("job %s (%s) failed", job.id, job.kind)
        with shop.database.transaction() as session:
            jobs.fail(session, job.id, job.tries, f"{type(error).__name__}: {error}")
    return True


@contextlib.contextmanager
def kept_alive(shop: Shop, job: Job) -> Iterator[None]:
    """Renew the lease of a job while its slow part runs (heartbeat)."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(HEARTBEAT_S):
            try:
                with shop.database.transaction() as session:
                    jobs.renew(session, job.id)
            except Exception:
                log.exception("the lease of job %s was not renewed", job.id)

    thread = threading.Thread(target=beat, daemon=True, name=f"heartbeat-{job.id}")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def run_all(shop: Shop, limit: int = 10_000) -> int:
    """Do due jobs until none is left, then make pictures and index; returns how many jobs."""
    count = 0
    while count < limit and run_one(shop):
        count += 1
    page_images.make_wanted(shop.settings.storage)
    index = search.backend_of(shop.database, shop.settings)
    indexer.drain(shop.database, search.index_folder(shop.settings), index)
    index.close()
    return count


def work(shop: Shop, stop: threading.Event) -> None:
    """Do jobs and index what changed until told to stop; sweep now and then."""
    index = search.backend_of(shop.database, shop.settings)
    folder = search.index_folder(shop.settings)
    helpers = [
        threading.Thread(target=_lane, args=(shop, kinds, stop), daemon=True, name=f"lane-{at}")
        for at, kinds in enumerate(LANES)
    ]
    indexing = (shop.database, folder, index, stop)
    helpers.append(
        threading.Thread(target=indexer.work, args=indexing, daemon=True, name="indexer")
    )
    helpers.append(
        threading.Thread(target=_pictures, args=(shop, stop), daemon=True, name="pictures")
    )
    for helper in helpers:
        helper.start()
    while not stop.is_set():
        try:
            sweep(shop)
        except Exception:
            log.exception("the sweep met an error and is tried again later")
        stop.wait(SWEEP_EVERY_S)
    for helper in helpers:
        helper.join(ENDING_S)
    index.close()


def _lane(shop: Shop, kinds: Sequence[str], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            if not any(run_one(shop, (kind,)) for kind in kinds):
                stop.wait(IDLE_S)
        except Exception:
            log.exception("the worker met an error and goes on")
            stop.wait(IDLE_S * 5)


def _pictures(shop: Shop, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            if not page_images.make_wanted(shop.settings.storage):
                stop.wait(PICTURES_IDLE_S)
        except Exception:
            log.exception("pictures of pages could not be made; they are tried again")
            stop.wait(IDLE_S * 5)


def sweep(shop: Shop) -> None:
    """Remove what is kept for a limited time: once-keys, attempts, done jobs, logs, orphans."""
    at = clock.now()
    with shop.database.transaction() as session:
        session.execute(delete(OnceKey).where(OnceKey.at < at - ONCE_KEYS_KEPT))
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < at - ATTEMPTS_KEPT))
        session.execute(delete(Job).where(Job.state == "done", Job.done_at < at - JOBS_KEPT))
        notifications.sweep(session)
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
