"""Jobs: written with the act, leased to one worker, retried with patience, parked at the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from eoffice import clock, jobs
from eoffice.jobs import BACK_OFF_S, LEASE, MAX_TRIES, Job, claim, enqueue, fail, finish

NOW = clock.now() + timedelta(days=1)


@pytest.fixture
def quiet(stage):
    """A stage without the jobs of building the world."""

    def done(session):
        session.execute(update(Job).values(state="done"))

    stage.make(done)
    return stage


def add(stage, kind="follow", **details):
    """A new job, as it is stored."""

    def added(session):
        enqueue(session, kind, {"a": 1}, **details)
        session.flush()
        return session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()

    return stage.make(added)


def claimed(stage, at, limit=1):
    with clock.travelling(at):
        return [job.id for job in stage.make(claim, limit)]


def test_a_job_is_claimed_once_and_comes_back_when_its_lease_ends(quiet):
    job = add(quiet)
    assert quiet.row(job).facts == {"a": 1}
    assert claimed(quiet, NOW, 5) == [job.id]
    assert claimed(quiet, NOW + LEASE) == []
    assert claimed(quiet, NOW + LEASE + timedelta(seconds=1)) == [job.id]
    assert quiet.row(job).tries == 2


def test_pages_that_wait_to_be_recognised_are_no_sign_of_trouble(quiet):
    add(quiet, "recognise_page", run_at=NOW - timedelta(hours=5))
    with clock.travelling(NOW):
        assert quiet.make(jobs.oldest_waiting) is None
        add(quiet, run_at=NOW - timedelta(minutes=1))
        assert quiet.make(jobs.oldest_waiting) == NOW - timedelta(minutes=1)


def test_the_oldest_due_job_comes_first(quiet):
    later = add(quiet, run_at=NOW + timedelta(minutes=1))
    second = add(quiet, run_at=NOW - timedelta(minutes=1))
    first = add(quiet, run_at=NOW - timedelta(minutes=2))
    assert claimed(quiet, NOW) == [first.id]
    assert claimed(quiet, NOW, 9) == [second.id]
    assert claimed(quiet, NOW + timedelta(minutes=1), 9) == [later.id]


def test_a_finished_job_is_never_claimed_nor_finished_again(quiet):
    job = add(quiet)
    claimed(quiet, NOW)
    assert quiet.make(finish, job.id) is True
    assert quiet.make(finish, job.id) is False
    assert claimed(quiet, NOW + LEASE * 2) == []
    stored = quiet.row(job)
    assert stored.state == "done"
    assert stored.done_at is not None


def test_a_failing_job_waits_longer_each_time_and_is_parked_at_last(quiet):
    job = add(quiet)
    at = NOW
    for attempt in range(1, MAX_TRIES + 1):
        assert claimed(quiet, at) == [job.id]
        with clock.travelling(at):
            quiet.make(fail, job.id, attempt, "x" * 5000)
        stored = quiet.row(job)
        wait = timedelta(seconds=BACK_OFF_S[attempt - 1])
        assert stored.run_at == at + wait
        assert stored.state == ("parked" if attempt == MAX_TRIES else "waiting")
        assert len(stored.last_error) == 2000
        if attempt < MAX_TRIES:
            assert claimed(quiet, at + wait - timedelta(microseconds=1)) == []
        at += wait
    assert claimed(quiet, at + timedelta(days=1)) == []
    assert quiet.make(jobs.retry_parked) == 1
    assert quiet.row(job).tries == 0
    assert claimed(quiet, NOW + timedelta(days=2)) == [job.id]


def test_a_job_that_takes_its_worker_with_it_every_time_is_parked(quiet):
    job = add(quiet)
    at = NOW
    for _ in range(MAX_TRIES):
        assert claimed(quiet, at) == [job.id]
        at += LEASE + timedelta(seconds=1)
    assert claimed(quiet, at) == []
    assert quiet.row(job).state == "parked"


def test_a_heartbeat_prolongs_the_lease(quiet):
    job = add(quiet)
    claimed(quiet, NOW)
    with clock.travelling(NOW + LEASE - timedelta(seconds=1)):
        quiet.make(jobs.renew, job.id)
    assert claimed(quiet, NOW + LEASE + timedelta(seconds=1)) == []


def test_the_effect_and_done_are_one_transaction(quiet):
    job = add(quiet)
    claimed(quiet, NOW)
    with pytest.raises(RuntimeError), quiet.database.transaction() as session:
        assert finish(session, job.id)
        raise RuntimeError
    assert quiet.row(job).state == "waiting"


def test_two_workers_of_postgresql_take_different_jobs_without_waiting(quiet, backend):
    first, second = add(quiet), add(quiet)
    if backend == "sqlite":
        with quiet.database.transaction() as session:
            assert [job.id for job in claim(session)] == [first.id]
        assert [job.id for job in quiet.make(claim)] == [second.id]
        return
    with quiet.database.transaction() as one, quiet.database.transaction() as other:
        taken = [job.id for job in claim(one)], [job.id for job in claim(other)]
    assert taken == ([first.id], [second.id])


def test_the_oldest_waiting_job_says_how_far_behind_the_worker_is(quiet):
    with quiet.database.reading() as session:
        assert jobs.oldest_waiting(session) is None
    add(quiet, run_at=NOW + timedelta(days=1))
    add(quiet, run_at=NOW)
    with clock.travelling(NOW + timedelta(hours=1)), quiet.database.reading() as session:
        assert jobs.oldest_waiting(session) == NOW


def test_a_job_lives_and_dies_with_its_act(quiet):
    with pytest.raises(RuntimeError), quiet.database.transaction() as session:
        enqueue(session, "follow", {})
        raise RuntimeError
    with quiet.database.reading() as session:
        assert session.scalars(select(Job.id).where(Job.state == "waiting")).all() == []
