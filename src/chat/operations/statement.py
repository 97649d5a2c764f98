"""SQL statements of the application: SQLAlchemy expressions in, rows out.

In: an expression whose variable parts are made by ``given``, and a psycopg connection. Out: what the database answers.
A statement is compiled once, when it is first used.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import LiteralString, TypeVar, cast

from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import ARRAY, BindParameter, Column, ColumnElement, Double, Executable, Text, any_, bindparam, func, literal
from sqlalchemy.dialects.postgresql import psycopg as driver
from sqlalchemy.types import TypeEngine

T = TypeVar("T")

# SQLAlchemy keeps the names of columns for itself where an INSERT or UPDATE sets them.
_PREFIX = "given_"


def given(name: str, type_: TypeEngine[T] | type[TypeEngine[T]] | None = None) -> BindParameter[T]:
    """Return a place that the keyword argument ``name`` of ``Statement.rows`` fills; a text unless a type is named."""
    if type_ is None:
        return cast("BindParameter[T]", bindparam(_PREFIX + name, type_=Text()))
    return bindparam(_PREFIX + name, type_=type_)


def in_given(column: Column[str], name: str) -> ColumnElement[bool]:
    """Return the condition that ``column`` is among the texts given as ``name``."""
    return column == any_(given(name, ARRAY(Text)))


def given_time(name: str) -> ColumnElement[datetime]:
    """Return a moment given as ``name`` in milliseconds since the epoch, as ``timestamptz``."""
    return time_of(given(name, Double))


def time_of(milliseconds: ColumnElement[float]) -> ColumnElement[datetime]:
    """Return milliseconds since the epoch as ``timestamptz``, rounded to the microsecond only once."""
    return func.to_timestamp(0) + func.round(milliseconds * 1000) * literal(timedelta(microseconds=1))


def moment(now_ms: float) -> datetime:
    """Return milliseconds since the epoch as a moment."""
    return datetime.fromtimestamp(now_ms / 1000, UTC)


class Statement:
    """One SQL statement of the application."""

    def __init__(self, expression: Executable) -> None:
        self._expression = expression

    def rows(self, connection: Connection[TupleRow], **values: object) -> Sequence[TupleRow]:
        """Run the statement and return its rows."""
        text, fixed = self._compiled
        return connection.execute(text, fixed | _prefixed(values)).fetchall()

    def row(self, connection: Connection[TupleRow], **values: object) -> TupleRow | None:
        """Run the statement and return its first row, None if there is none."""
        text, fixed = self._compiled
        return connection.execute(text, fixed | _prefixed(values)).fetchone()

    def run(self, connection: Connection[TupleRow], **values: object) -> int:
        """Run the statement and return how many rows it changed."""
        text, fixed = self._compiled
        return connection.execute(text, fixed | _prefixed(values)).rowcount

    @cached_property
    def _compiled(self) -> tuple[LiteralString, dict[str, object]]:
        dialect = driver.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        compiled = self._expression.compile(dialect=dialect)  # type: ignore[attr-defined]  # every statement has it
        fixed = {name: value for name, value in compiled.params.items() if not name.startswith(_PREFIX)}
        return str(compiled), fixed


def _prefixed(values: dict[str, object]) -> dict[str, object]:
    return {_PREFIX + name: value for name, value in values.items()}
