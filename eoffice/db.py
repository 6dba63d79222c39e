"""The database: base class, column types, one engine, read sessions and ``transaction()``.

SQLite and PostgreSQL are equals. On SQLite every writing transaction is BEGIN IMMEDIATE behind a
lock file, so that writers of several processes take turns; a reading session is a plain BEGIN.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import random
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.functions import GenericFunction

from eoffice.config import Settings
from eoffice.errors import Conflict, EofficeError

try:  # Debian's SQLite has the WAL-reset bug; the wheel carries a mended one
    import pysqlite3 as sqlite3
except ImportError:  # pragma: no cover - platforms without the wheel
    import sqlite3

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
WRITER_WAIT_S = 15.0
BUSY_TIMEOUT_MS = 10_000
RESTED_S = 2.0
"""A PostgreSQL connection that was not used for so long is asked whether it still lives."""
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": BUSY_TIMEOUT_MS,
    "trusted_schema": 0,
    "cell_size_check": 1,
}
POSTGRES_OPTIONS = (
    "-c timezone=UTC -c statement_timeout=120000 -c lock_timeout=10000"
    " -c idle_in_transaction_session_timeout=60000"
)

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit primary key on both databases."""


class DatabaseBusy(EofficeError):
    """Another writer held the database longer than a person should wait."""

    status = 503
    message = "ระบบกำลังบันทึกงานอื่นอยู่ ยังไม่ได้บันทึกรายการนี้ กรุณาลองอีกครั้งในอีกสักครู่"


class DatabaseFull(EofficeError):
    """The disk under the database is full; nothing was stored."""

    status = 507
    message = "พื้นที่จัดเก็บของระบบเต็ม ยังไม่ได้บันทึกรายการนี้ กรุณาแจ้งผู้ดูแลระบบ แล้วลองใหม่"


class ChangedMeanwhile(Conflict):
    """Two acts collided in the database; the later one changed nothing."""

    message = "มีผู้อื่นทำรายการนี้พร้อมกัน กรุณาเปิดหน้านี้ใหม่แล้วลองอีกครั้ง"


class Base(DeclarativeBase):
    """The base of every table; constraints are named by one convention."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored instant must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class random_public_id(GenericFunction[str]):
    """A fresh public id (80 random bits, 20 hex characters), made by the database row by row."""

    type = String(20)
    name = "random_public_id"
    inherit_cache = True


@compiles(random_public_id, "sqlite")
def _public_id_sqlite(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "lower(hex(randomblob(10)))"


@compiles(random_public_id, "postgresql")
def _public_id_postgresql(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "substr(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 1, 20)"


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that run often and need no objects."""
    return Base.metadata.tables[model.__tablename__]


def on_create(table_name: str, dialect: str, *statements: str) -> None:
    """Run statements (triggers) right after a table is made on one of the two databases."""
    for statement in statements:
        ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(
            Base.metadata.tables[table_name], "after_create", ddl.execute_if(dialect=dialect)
        )


def new_public_id() -> str:
    """A fresh public id: 80 random bits as 20 hex characters; says nothing of order or count."""
    return secrets.token_hex(10)


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite in use."""
    return tuple(sqlite3.sqlite_version_info)


class Database:
    """One engine and the two ways to use it: ``reading()`` and ``transaction()``."""

    def __init__(self, settings: Settings) -> None:
        self.url = make_url(settings.resolved_database_url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url)
        self._writing = self.engine.execution_options(writes=True)

    def reading(self, connection: Connection | None = None) -> Session:
        """A session for queries; the caller closes it. It never autoflushes or writes.

        On a connection of the caller's it sees what the connection sees, and leaves it open.
        """
        return Session(connection or self.engine, autoflush=False, expire_on_commit=False)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A reading session in which the database stands still, however long it takes: for checks,
        seals and backups, which compare one table with another."""
        engine = self.engine
        if not self.is_sqlite:
            engine = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with Session(engine, autoflush=False, expire_on_commit=False) as session:
            if not self.is_sqlite:
                for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                    session.connection().exec_driver_sql(f"SET LOCAL {limit} = 0")
            yield session

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """One act: commits at the end, rolls back on any exception.

        Raises ``DatabaseBusy`` (503) when the writer's turn does not come, ``DatabaseFull`` (507)
        when the disk is full, ``ChangedMeanwhile`` (409) on deadlock or failed serialisation.
        """
        with self._turn(), Session(self._writing, expire_on_commit=False) as session:
            try:
                session.connection()
                yield session
                session.commit()
            except DBAPIError as error:
                session.rollback()
                known = _translated(error)
                if known is None:
                    raise
                raise known from error

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.is_sqlite or not self.url.database or self.url.database == ":memory:":
            yield
            return
        with writer_lock(Path(self.url.database + ".lock")):
            yield

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


@contextlib.contextmanager
def writer_lock(path: Path, wait_s: float = WRITER_WAIT_S) -> Iterator[None]:
    """Hold the lock file of a store; raises ``DatabaseBusy`` when the turn does not come."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + wait_s
        while not _try_lock(handle):
            if time.monotonic() > deadline:
                raise DatabaseBusy
            time.sleep(random.uniform(0.0005, 0.003))  # noqa: S311 - no secret, only unequal turns
        yield
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EINTR):
            return False
        raise
    return True


def _translated(error: DBAPIError) -> EofficeError | None:
    state = getattr(error.orig, "sqlstate", None)
    if state in ("40P01", "40001"):
        return ChangedMeanwhile()
    if state == "55P03":
        return DatabaseBusy()
    if state == "53100":
        return DatabaseFull()
    text = str(error.orig).lower()
    if "disk is full" in text or "no space left" in text:
        return DatabaseFull()
    if state is None and isinstance(error, OperationalError) and "is locked" in text:
        return DatabaseBusy()
    return None


def _sqlite_engine(url: Any) -> Engine:
    engine = create_engine(
        url, module=sqlite3, pool_size=20, max_overflow=20, connect_args={"timeout": 10}
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, wanted in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={wanted}").fetchall()
        found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
        if found != wanted:
            raise RuntimeError(f"SQLite refused PRAGMA {name}={wanted}: it says {found!r}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    except sqlite3.Error as error:
        raise DBAPIError.instance("BEGIN", None, error, sqlite3.Error) from error


def _postgres_engine(url: Any) -> Engine:
    engine = create_engine(
        url,
        pool_size=10,
        max_overflow=20,
        pool_timeout=20,
        connect_args={"options": POSTGRES_OPTIONS, "keepalives": 1, "keepalives_idle": 30},
    )
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _require_life)
    return engine


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _require_life(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that has rested whether it still lives; the pool then takes another."""
    if time.monotonic() - record.info.get("used", time.monotonic()) < RESTED_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error
