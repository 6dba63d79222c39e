"""Statements that are asked by every page and poll: written once, asked with what is given.

A statement of many parts costs more to look up, to expand and to bind than to answer. ``Standing``
writes it out once with its constants in place, so that only the given values go with it; lists of
ids go as one value, so that the text and the plan are the same however long they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Boolean,
    Connection,
    Dialect,
    Select,
    SQLColumnExpression,
    Text,
    TypeDecorator,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class Ids(TypeDecorator[Iterable[int]]):
    """A list of ids as one value: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that carries the value on this database."""
        is_sqlite = dialect.name == "sqlite"
        return dialect.type_descriptor(Text() if is_sqlite else ARRAY(BigInteger))

    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> Any:
        """The value as the database takes it; none is an empty list."""
        ids = list(value or ())
        return json.dumps(ids) if dialect.name == "sqlite" else ids


class given(BindParameter[Any]):
    """A value that comes with the asking; it stays a parameter where constants are written out."""

    inherit_cache = True

    def __init__(self, name: str, type_: Any = None) -> None:
        super().__init__(name, type_=type_, required=True)


class one_of(FunctionElement[bool]):
    """Whether a column is one of the ids that are given under a name."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: SQLColumnExpression[Any], name: str) -> None:
        super().__init__(column, given(name, Ids()))

    def self_group(self, against: Any = None) -> Any:
        """Itself: it is a condition already, and compared with 1 it would use no index."""
        return self


class Standing:
    """A query that is written out once for each kind of database."""

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self._query = query
        self._written: dict[str, _Written] = {}

    def one(self, connection: Connection, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The one row of a query that always has one, with these values."""
        row = self.first(connection, values)
        assert row is not None  # noqa: S101 - the query is of that kind
        return row

    def first(self, connection: Connection, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row of the query with these values, none where there is none."""
        dialect = connection.dialect
        if dialect.name not in self._written:
            self._written[dialect.name] = _written(self._query, dialect)
        made = self._written[dialect.name]
        result = connection.exec_driver_sql(made.text, made.parameters(values))
        row = result.first()
        if row is None:
            return None
        return tuple(
            convert(value) if convert else value
            for convert, value in zip(made.converters, row, strict=True)
        )


Converter = Callable[[Any], Any] | None


@dataclass(frozen=True)
class _Written:
    """A statement as the driver takes it, with what converts values there and back."""

    text: str
    names: tuple[str, ...]
    is_positional: bool
    processors: Mapping[str, Callable[[Any], Any]]
    converters: tuple[Converter, ...]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The given values in the driver's form and place."""
        bound = {
            name: self.processors[name](values[name]) if name in self.processors else values[name]
            for name in dict.fromkeys(self.names)
        }
        return tuple(bound[name] for name in self.names) if self.is_positional else bound


def _written(query: Select[*tuple[Any, ...]], dialect: Dialect) -> _Written:
    compiled: Any = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    types = [column.type.dialect_impl(dialect) for column in query.selected_columns]
    return _Written(
        text=str(compiled),
        names=tuple(compiled.positiontup or compiled.bind_names.values()),
        is_positional=bool(compiled.positional),
        processors=dict(compiled._bind_processors),
        converters=tuple(each.result_processor(dialect, None) for each in types),
    )


@compiles(given)
def _given(element: given, compiler: Any, **kw: Any) -> str:
    return str(compiler.visit_bindparam(element, **kw | {"literal_binds": False}))


@compiles(one_of)
def _one_of_json(element: one_of, compiler: Any, **kw: Any) -> str:
    column, ids = (compiler.process(each, **kw) for each in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({ids})))"  # noqa: S608 - made of parts


@compiles(one_of, "postgresql")
def _one_of_array(element: one_of, compiler: Any, **kw: Any) -> str:
    column, ids = (compiler.process(each, **kw) for each in element.clauses)
    return f"({column} = ANY ({ids}))"
