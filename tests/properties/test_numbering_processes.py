"""Numbers are f … n whatever happens: eight processes, random rollbacks, kill -9 of random ones.

Every worker tells of a registration only after its commit; what was told must be there, and what
is there must be without gap or duplicate, in the order of time, whole in all its rows.
"""

from __future__ import annotations

import os
import random
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.actor import SYSTEM
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.registers.models import Book, RegisterEntry
from eoffice.registers.services.settings import set_numbering
from eoffice.routing.models import Case, Delivery
from eoffice.routing.services.receiving import OutsideLetter, register_outside
from eoffice.users.models import Office
from tests.stage import Stage, assert_chains_whole
from tests.world import World

PROCESSES = 8
KILLED = 3
FIRST = 1200
ROLLED_BACK = 0.2
SEED = 20
NEW_YEAR = datetime(2027, 1, 1, tzinfo=clock.BANGKOK).astimezone(UTC)


@pytest.mark.parametrize("count", [12, pytest.param(50, marks=pytest.mark.long)])
def test_numbers_have_no_gap_whoever_dies(stage: Stage, settings: Settings, count: int) -> None:
    _begin_at(stage, FIRST)
    chance = random.Random(SEED)
    workers = {}
    reading, writing = os.pipe()
    for worker in range(PROCESSES):
        pid = os.fork()
        if pid == 0:
            _work(settings, stage.world, writing, count, chance.random() + worker)
        workers[pid] = worker
    os.close(writing)
    told, killed = _watch(reading, list(workers), count, chance)
    codes = {pid: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in workers}
    assert {codes[pid] for pid in killed} == {-signal.SIGKILL}
    assert {code for pid, code in codes.items() if pid not in killed} == {0}
    _check(stage, told, at_least=(PROCESSES - KILLED) * count)


@contextmanager
def _own_database(settings: Settings) -> Iterator[Database]:
    database = Database(settings)
    try:
        yield database
    finally:
        database.dispose()


def _work(settings: Settings, world: World, writing: int, count: int, seed: float) -> None:
    """Register until ``count`` letters are committed, giving some up half-way; never returns."""
    code = 1
    try:
        chance = random.Random(seed)
        with _own_database(settings) as database:
            done = 0
            while done < count:
                number = _register(database, world, gives_up=chance.random() < ROLLED_BACK)
                if number is not None:
                    os.write(writing, f"{os.getpid()} {number}\n".encode())
                    done += 1
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


class _GivenUp(Exception):
    """A worker changed its mind after it had its number."""


def _register(database: Database, world: World, *, gives_up: bool) -> int | None:
    try:
        with database.transaction() as session:
            actor = world.actor(session, "a_registrar")
            letter = OutsideLetter(sender="อบต.ตัวอย่าง", subject="เรื่องทั่วไป")
            _, _, entry = register_outside(session, actor, letter)
            if gives_up:
                raise _GivenUp
        return entry.number
    except _GivenUp:
        return None


def _watch(
    reading: int, alive: list[int], count: int, chance: random.Random
) -> tuple[list[int], set[int]]:
    """What the workers told, and whom this test killed at a random moment of their work."""
    told: list[int] = []
    killed: set[int] = set()
    moments = set(chance.sample(range(PROCESSES, (PROCESSES - KILLED) * count), KILLED))
    unfinished = dict.fromkeys(alive, count)
    with os.fdopen(reading) as lines:
        for line in lines:
            pid, number = map(int, line.split())
            told.append(number)
            unfinished[pid] -= 1
            if len(told) in moments:
                busy = [pid for pid, left in unfinished.items() if left > 4 and pid not in killed]
                victim = chance.choice(busy)
                os.kill(victim, signal.SIGKILL)
                killed.add(victim)
    return told, killed


def _begin_at(stage: Stage, first: int) -> None:
    def begin(session):
        office = session.get_one(Office, stage.world.offices["school_a"])
        given = {"year": stage.world.year, "prefix": "ศธ 04999.001"}
        set_numbering(session, SYSTEM, office, first_numbers={"receive": first}, **given)

    stage.make(begin)
    # A child must not share this process's connections.
    stage.database.dispose()


def _check(stage: Stage, told: list[int], *, at_least: int) -> None:
    with stage.database.reading() as session:
        rows = session.scalars(select(RegisterEntry).order_by(RegisterEntry.number)).all()
        book = session.scalars(select(Book).where(Book.series == "receive")).one()
        deliveries = session.scalar(select(func.count()).select_from(Delivery))
        cases = session.scalar(select(func.count()).select_from(Case))
        acts = session.scalar(select(func.count()).where(Activity.verb == "register_outside"))
        assert_chains_whole(session)
    numbers = [row.number for row in rows]
    assert len(numbers) >= at_least
    assert numbers == list(range(FIRST, FIRST + len(numbers)))
    assert book.last_no == numbers[-1]
    assert len(set(told)) == len(told)
    assert set(told) <= set(numbers)
    # A worker may die between its commit and its word.
    assert len(numbers) - len(told) <= KILLED
    times = [row.entered_at for row in rows]
    assert times == sorted(times)
    assert deliveries == cases == acts == len(numbers)


def test_the_year_changes_between_two_registrations(stage: Stage) -> None:
    """DU-11: every 0.5 s from 31 December 23:59:50 to 00:00:10, Bangkok time."""
    for step in range(-20, 21):
        with clock.travelling(NEW_YEAR + timedelta(seconds=step / 2)):
            letter = OutsideLetter(sender="อบต.ตัวอย่าง", subject="เรื่องทั่วไป")
            stage.act("a_registrar", register_outside, letter)
    with stage.database.reading() as session:
        rows = session.execute(
            select(Book.year, RegisterEntry.number, Delivery.receive_no)
            .join(RegisterEntry, RegisterEntry.book_id == Book.id)
            .join(Delivery, Delivery.entry_id == RegisterEntry.id)
            .order_by(RegisterEntry.entered_at)
        ).all()
    expected = [(2569, n) for n in range(1, 21)] + [(2570, n) for n in range(1, 22)]
    assert [(year, number) for year, number, _ in rows] == expected
    assert all(written == f"{number}/{year}" for year, number, written in rows)
