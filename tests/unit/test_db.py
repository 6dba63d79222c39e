"""The database: settings read back, one writer at a time, what a collision looks like."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from eoffice import db, schema
from eoffice.config import Settings
from eoffice.db import (
    PRAGMAS,
    ChangedMeanwhile,
    Database,
    DatabaseBusy,
    DatabaseFull,
    new_public_id,
    random_public_id,
    writer_lock,
)
from eoffice.users.accounts import OnceKey
from eoffice.users.models import Office, Setting


@pytest.fixture
def small(tmp_path):
    """A new SQLite database in a file of its own."""
    database = Database(Settings(storage=tmp_path))
    schema.create_all(database.engine)
    yield database
    database.dispose()


def put(database, name, value="1"):
    with database.transaction() as session:
        session.merge(Setting(name=name, value=value))


def value_of(database, name):
    with database.reading() as session:
        return session.scalar(select(Setting.value).where(Setting.name == name))


def test_every_pragma_is_what_was_asked_for(small):
    with small.reading() as session:
        found = {name: session.scalar(text(f"PRAGMA {name}")) for name in PRAGMAS}
    assert found == PRAGMAS
    assert found["foreign_keys"] == 1
    assert found["journal_mode"] == "wal"


def test_a_pragma_that_is_refused_stops_the_start(tmp_path, monkeypatch):
    monkeypatch.setitem(db.PRAGMAS, "journal_mode", "sideways")
    database = Database(Settings(storage=tmp_path))
    with pytest.raises(RuntimeError, match="sideways"), database.reading() as session:
        session.scalar(text("SELECT 1"))


def test_postgresql_connections_speak_utc_and_give_up_in_time(database, backend):
    if backend == "sqlite":
        with database.reading() as session:
            assert session.scalar(text("PRAGMA busy_timeout")) == db.BUSY_TIMEOUT_MS
        return
    with database.reading() as session:
        shown = {
            name: session.scalar(text(f"SHOW {name}"))
            for name in ("timezone", "lock_timeout", "statement_timeout")
        }
    assert shown == {"timezone": "UTC", "lock_timeout": "10s", "statement_timeout": "2min"}


def test_an_act_is_whole_or_nothing(database):
    put(database, "kept")
    with pytest.raises(RuntimeError), database.transaction() as session:
        session.add(Setting(name="lost", value="1"))
        session.flush()
        raise RuntimeError
    assert (value_of(database, "kept"), value_of(database, "lost")) == ("1", None)


def test_a_broken_rule_of_the_database_rolls_back_and_is_not_hidden(database):
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(Setting(name="before", value="1"))
        session.flush()
        session.execute(
            text(
                "INSERT INTO office_years (office_id, year, prefix, circular_series,"
                " numbers_announcements) VALUES (99999, 1, '', 'own', false)"
            )
        )
    assert value_of(database, "before") is None


def test_a_reader_sees_the_state_at_its_beginning_and_stops_nobody(small):
    put(small, "a", "old")
    with small.reading() as reader:
        assert reader.scalar(select(Setting.value).where(Setting.name == "a")) == "old"
        put(small, "a", "new")
        assert reader.scalar(select(Setting.value).where(Setting.name == "a")) == "old"
    assert value_of(small, "a") == "new"


def test_writers_take_turns_and_no_change_is_lost(database):
    put(database, "count", "0")
    errors = []

    def add_ten():
        try:
            for _ in range(10):
                with database.transaction() as session:
                    row = session.scalars(
                        select(Setting).where(Setting.name == "count").with_for_update()
                    ).one()
                    row.value = str(int(row.value) + 1)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=add_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert value_of(database, "count") == "80"


def test_a_turn_that_does_not_come_is_a_clear_refusal(small, tmp_path):
    lock = tmp_path / "eoffice.sqlite3.lock"
    handle = os.open(lock, os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    began = time.monotonic()
    with pytest.raises(DatabaseBusy) as raised, writer_lock(lock, 0.05):
        raise AssertionError("two writers at once")
    assert 0.05 <= time.monotonic() - began < 5
    assert raised.value.status == 503
    assert "อีกครั้ง" in str(raised.value)
    os.close(handle)
    put(small, "a")
    assert value_of(small, "a") == "1"


def test_the_lock_is_given_back_after_an_act_that_failed(small, tmp_path):
    with pytest.raises(RuntimeError), small.transaction():
        raise RuntimeError
    with writer_lock(tmp_path / "eoffice.sqlite3.lock", 0):
        pass


def test_the_lock_of_a_killed_writer_is_free(tmp_path):
    lock = tmp_path / "a.lock"
    child = os.fork()
    if child == 0:
        with writer_lock(lock):
            os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    with writer_lock(lock, 0):
        pass


def test_a_writer_that_bypasses_the_lock_is_waited_for_and_then_named(small, monkeypatch):
    """A foreign tool holding SQLite's own lock ends in "busy", never in an error page."""
    path = small.url.database
    foreign = db.sqlite3.connect(path, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    with small.reading() as session:
        session.execute(text("PRAGMA busy_timeout=50"))
        with pytest.raises(OperationalError, match="locked"):
            session.execute(update(Setting).values(value="2"))
    monkeypatch.setitem(db.PRAGMAS, "busy_timeout", 50)
    hurried = Database(Settings(database_url=f"sqlite:///{path}"))
    with pytest.raises(DatabaseBusy):
        put(hurried, "a")
    foreign.execute("ROLLBACK")
    put(hurried, "a")
    hurried.dispose()


def test_a_full_disk_is_said_and_nothing_is_stored(small):
    put(small, "before")
    with small.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    limited = Database(Settings(database_url=str(small.url)))

    def limit(connection, _record):
        connection.execute(f"PRAGMA max_page_count={pages + 2}")

    event.listen(limited.engine, "connect", limit)
    with pytest.raises(DatabaseFull) as raised:
        put(limited, "large", "x" * 200_000)
    assert raised.value.status == 507
    limited.dispose()
    assert (value_of(small, "before"), value_of(small, "large")) == ("1", None)


def test_a_deadlock_is_a_conflict_for_one_and_a_success_for_the_other(database, backend):
    put(database, "x")
    put(database, "y")
    met = threading.Barrier(2)
    outcomes = []

    def change(first, second):
        try:
            with database.transaction() as session:
                session.execute(update(Setting).where(Setting.name == first).values(value="2"))
                if backend == "postgresql":
                    met.wait(10)
                session.execute(update(Setting).where(Setting.name == second).values(value="2"))
            outcomes.append("done")
        except ChangedMeanwhile as error:
            outcomes.append(error.status)

    threads = [threading.Thread(target=change, args=pair) for pair in (("x", "y"), ("y", "x"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [409, "done"] if backend == "postgresql" else ["done", "done"]
    assert sorted(outcomes, key=str) == expected
    assert (value_of(database, "x"), value_of(database, "y")) == ("2", "2")


def test_instants_are_aware_and_the_same_on_both_databases(database, world):
    bangkok = timezone(timedelta(hours=7))
    at = datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=bangkok)
    key = {"person_id": world.people["registrar"], "route": "r"}
    with database.transaction() as session:
        session.add(OnceKey(key="a", at=at, **key))
        session.add(OnceKey(key="b", at=at + timedelta(microseconds=1), **key))
    with database.reading() as session:
        rows = session.scalars(select(OnceKey).where(OnceKey.at <= at)).all()
    assert [(row.key, row.at, row.at.tzinfo) for row in rows] == [("a", at, UTC)]
    with pytest.raises(Exception, match="aware"), database.transaction() as session:
        session.add(OnceKey(key="c", at=at.replace(tzinfo=None), **key))


def test_a_once_key_is_used_once_by_a_person(database, world):
    def use(person):
        with database.transaction() as session:
            row = OnceKey(person_id=world.people[person], key="k", route="r", at=datetime.now(UTC))
            session.add(row)

    use("registrar")
    use("director")
    with pytest.raises(IntegrityError):
        use("registrar")


def test_public_ids_are_eighty_random_bits_wherever_they_are_made(database):
    assert all(len(new_public_id()) == 20 for _ in range(100))
    with database.reading() as session:
        made = session.scalars(select(random_public_id()).select_from(Office)).all()
    ids = {*made, *(new_public_id() for _ in range(100))}
    assert len(ids) == len(made) + 100
    assert all(len(key) == 20 and set(key) <= set("0123456789abcdef") for key in ids)


def test_a_short_look_and_a_writer_wait_for_nobody(small):
    """Readers go on while an act is open, and see nothing of it."""
    put(small, "a", "old")
    with small.transaction() as session:
        session.merge(Setting(name="a", value="new"))
        session.flush()
        assert value_of(small, "a") == "old"
    assert value_of(small, "a") == "new"


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_connection_that_died_while_it_rested_is_replaced(database, monkeypatch):
    own = text("SELECT pg_backend_pid()")
    with database.reading() as session:
        first = session.scalar(own)
    with psycopg.connect(database.url.render_as_string(False).replace("+psycopg", "")) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (first,))
    monkeypatch.setattr(db, "RESTED_S", 0.0)
    with database.reading() as session:
        assert session.scalar(own) != first
