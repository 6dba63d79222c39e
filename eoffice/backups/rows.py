"""Tables as JSON lines: read from one snapshot, written into either database.

What is dumped is what the database holds (its own tables, its own columns), not what the models of
this program say: a backup before a migration holds the old schema.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, MetaData, Table, insert, inspect, select

DERIVED = ("alembic_version", "marks", "search_", "sqlite_")
"""Tables (or beginnings of their names) that are made anew and are no part of a backup."""
ROWS_AT_ONCE = 1_000
PART_BYTES, PART_ROWS = 4 << 20, 50_000


def tables_of(connection: Connection) -> list[Table]:
    """The tables of a database that a backup holds, in order of their names."""
    names = [name for name in inspect(connection).get_table_names() if not _is_derived(name)]
    metadata = MetaData()
    metadata.reflect(connection, only=names, resolve_fks=False)
    return [metadata.tables[name] for name in sorted(names)]


def _is_derived(name: str) -> bool:
    return name.startswith(DERIVED)


def dumped(connection: Connection, table: Table) -> Iterator[tuple[bytes, int]]:
    """The rows of a table by primary key, in compressed parts with their number of rows."""
    rows = connection.execute(
        select(table).order_by(*table.primary_key.columns).execution_options(yield_per=ROWS_AT_ONCE)
    )
    part = _Part()
    for row in rows:
        part.add([_plain(value) for value in row])
        if part.is_full:
            yield part.closed(), part.count
            part = _Part()
    if part.count:
        yield part.closed(), part.count


class _Part:
    """Rows compressed in memory, some megabytes at most."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self._file = gzip.GzipFile(fileobj=self._buffer, mode="wb", compresslevel=6, mtime=0)
        self.count = 0

    def add(self, row: list[Any]) -> None:
        """Add a row as one line."""
        self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        self.count += 1

    @property
    def is_full(self) -> bool:
        """Whether the next row belongs into the next part."""
        return self._buffer.tell() > PART_BYTES or self.count >= PART_ROWS

    def closed(self) -> bytes:
        """The compressed lines."""
        self._file.close()
        return self._buffer.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"a backup has no form for {type(value).__name__}")


def parsed(part: bytes, columns: list[str]) -> Iterator[list[Any]]:
    """The rows of a part. Raises ``ValueError`` for a row that does not fit its columns."""
    with gzip.GzipFile(fileobj=io.BytesIO(part)) as lines:
        for line in lines:
            row = json.loads(line)
            if not isinstance(row, list) or len(row) != len(columns):
                raise ValueError("a row does not fit its columns")
            yield row


def load(
    connection: Connection, table: Table, columns: list[str], rows: Iterable[list[Any]]
) -> int:
    """Insert rows into a table; returns how many."""
    converters = [_converter(table.c[name].type.python_type) for name in columns]
    is_sqlite = connection.dialect.name == "sqlite"
    count = 0
    batch: list[dict[str, Any]] = []
    for row in rows:
        values = [convert(value) for convert, value in zip(converters, row, strict=True)]
        if is_sqlite:
            values = [_naive(value) for value in values]
        batch.append(dict(zip(columns, values, strict=True)))
        if len(batch) == ROWS_AT_ONCE:
            connection.execute(insert(table), batch)
            count += len(batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)
    return count + len(batch)


def _converter(python_type: type) -> Any:
    if python_type is datetime:
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if python_type is date:
        return lambda value: None if value is None else date.fromisoformat(value)
    return lambda value: value


def _naive(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
