"""Which column holds which field, and whether a value fits.

In: the columns of a table and documents. Out: rows for COPY, and residue for every value that no column can hold.

A missing field is SQL NULL. In a ``jsonb`` column an explicit null is JSON's ``null``; in a typed column it is SQL NULL
beside a residue that says ``null``, so that an export tells the two apart.
"""

import math
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from sqlalchemy import CHAR, JSON, REAL, BigInteger, Boolean, Enum, Float, Integer, SmallInteger, String, Table
from sqlalchemy.types import TypeEngine

from unnest.convex.encode import encode_uniform, encode_wire
from unnest.convex.names import camel_case, snake_case
from unnest.convex.values import Document, Value
from unnest.errors import DeclarationError

ID = "id"
CREATION_TIME = "_creation_time"
EXACT_INTEGERS = 2**53
_HOMELESS_MAX = 20_000
_SINGLE_BITS = 24
_SYSTEM_FIELDS = frozenset({"_id", "_creationTime"})

Cell: TypeAlias = str | float | bool | None


class Kind(StrEnum):
    """What a column can hold."""

    TEXT = "text"  # strings without U+0000
    NUMBER = "number"  # Float64: double precision
    SMALL = "small"  # Float64 that are whole and fit in 16 bits
    INTEGER = "integer"  # ... in 32 bits
    BIG = "big"  # ... and exact in a Float64
    BOOLEAN = "boolean"
    JSON = "json"  # everything but U+0000, in the wire encoding


class Reason(StrEnum):
    """Why a value went to residue."""

    NULL = "null"  # an explicit null in a typed column
    NO_COLUMN = "no column"
    OTHER_FIELD = "another field has the column"
    OTHER_TYPE = "another type than the column's"
    NUL = "character U+0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldColumn:
    """A column, and the field it holds (none as long as no document had one for it)."""

    field: str | None
    column: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Residue:
    """A value that its row has no place for, as text in the uniform encoding."""

    field: str
    value: str
    reason: Reason


def kind_of(kind: TypeEngine[object]) -> Kind | None:
    """Say what a SQL type can hold; None for types that documents have no counterpart of."""
    if isinstance(kind, REAL | Enum | CHAR) or (isinstance(kind, Float) and (kind.precision or 53) <= _SINGLE_BITS):
        return None  # these change what they are given
    return next((found for types, found in _KINDS if isinstance(kind, types)), None)


def columns_of(table: Table) -> list[FieldColumn]:
    """Return the columns that a declared table offers to fields, without id and creation time.

    Raises:
        DeclarationError: the id is not text, or a column has a type that no field can have.
    """
    if ID not in table.c or kind_of(table.c[ID].type) is not Kind.TEXT:
        raise DeclarationError(f'table "{table.fullname}": documents need a column "id" of type text')
    found = []
    for column in table.columns:
        kind = kind_of(column.type)
        if column.computed is not None or column.name in (ID, CREATION_TIME):
            continue
        if kind is None:
            raise DeclarationError(
                f'table "{table.fullname}", column "{column.name}": no field of a document can have the type'
                f" {column.type!r}; use Text, Double, Boolean, Integer, BigInteger or JSONB"
            )
        found.append(FieldColumn(field=None, column=column.name, kind=kind))
    return found


def document_tables(tables: Iterable[Table]) -> list[Table]:
    """Return the tables that hold documents: those with a text ``id`` and a ``_creation_time``."""
    return [table for table in tables if CREATION_TIME in table.c and ID in table.c and kind_of(table.c[ID].type) is Kind.TEXT]


class Fitter:
    """Turns documents into rows of one table; learns from them which field each free column holds."""

    def __init__(self, columns: Sequence[FieldColumn]) -> None:
        self._columns = list(columns)
        self._by_name = {column.column: index for index, column in enumerate(self._columns)}
        self._fits: dict[str, tuple[int, Fit]] = {}
        self._homeless: set[str] = set()
        for index, column in enumerate(self._columns):
            if column.field is not None:
                self._fits[column.field] = (index, _FITS[column.kind])

    @property
    def columns(self) -> list[FieldColumn]:
        """Return the columns with the fields found so far."""
        return list(self._columns)

    def row(self, document: Document) -> tuple[list[Cell], list[Residue]]:
        """Return the cells of a document in the order of the columns, and what does not fit."""
        cells: list[Cell] = [None] * len(self._columns)
        residue: list[Residue] = []
        for field, value in document.items():
            slot = self._fits.get(field)
            if slot is None and field in _SYSTEM_FIELDS:
                continue
            slot = slot or self._claim(field, document)
            if slot is None:
                residue.append(_residue(field, value, self._why_homeless(field)))
                continue
            index, fit = slot
            cell = fit(value)
            if isinstance(cell, Reason):
                residue.append(_residue(field, value, cell))
            else:
                cells[index] = cell
        return cells, residue

    def _claim(self, field: str, document: Document) -> "tuple[int, Fit] | None":
        """Give the field the column of its name, if that is free and no better spelling stands in this document."""
        index = None if field in self._homeless else self._home(field)
        if index is None:
            if len(self._homeless) < _HOMELESS_MAX:
                self._homeless.add(field)
            return None
        column = self._columns[index]
        usual = camel_case(column.column)
        if column.field is not None or (field != usual and usual in document):
            return None
        self._columns[index] = replace(column, field=field)
        self._fits[field] = (index, _FITS[column.kind])
        return self._fits[field]

    def _home(self, field: str) -> int | None:
        if (index := self._by_name.get(snake_case(field))) is not None:
            return index
        if (index := self._by_name.get(field)) is not None:
            return index
        return next((i for i, column in enumerate(self._columns) if camel_case(column.column) == field), None)

    def _why_homeless(self, field: str) -> Reason:
        homeless = field in self._homeless or self._home(field) is None
        return Reason.NO_COLUMN if homeless else Reason.OTHER_FIELD


def field_names(columns: Iterable[FieldColumn]) -> dict[str, str]:
    """Return the field of each column; columns no document used get the usual name, unless it is taken."""
    known = list(columns)
    taken = {column.field for column in known}
    names = {}
    for column in known:
        usual = camel_case(column.column)
        names[column.column] = column.field or (column.column if usual in taken else usual)
    return names


def to_json(columns: Iterable[FieldColumn]) -> list[dict[str, str | None]]:
    """Write columns for the ledger."""
    return [{"field": column.field, "column": column.column, "kind": column.kind.value} for column in columns]


def from_json(stored: Iterable[Mapping[str, str | None]]) -> list[FieldColumn]:
    """Read columns from the ledger."""
    return [FieldColumn(field=column["field"], column=str(column["column"]), kind=Kind(str(column["kind"]))) for column in stored]


def holds_nul(value: Value) -> bool:
    """Say whether a string inside the value holds U+0000, which PostgreSQL can't store."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, list):
        return any(map(holds_nul, value))
    return isinstance(value, dict) and any(map(holds_nul, value.values()))


Fit: TypeAlias = Callable[[Value], "Cell | Reason"]

_NAN = struct.pack("<d", math.nan)


def _residue(field: str, value: Value, reason: Reason) -> Residue:
    return Residue(field=field, value=encode_uniform(value), reason=reason)


def _fit_text(value: Value) -> Cell | Reason:
    if isinstance(value, str):
        return Reason.NUL if "\0" in value else value
    return Reason.NULL if value is None else Reason.OTHER_TYPE


def _fit_number(value: Value) -> Cell | Reason:
    if isinstance(value, float) and (value == value or struct.pack("<d", value) == _NAN):
        return value
    return Reason.NULL if value is None else Reason.OTHER_TYPE


def _fit_boolean(value: Value) -> Cell | Reason:
    if isinstance(value, bool):
        return value
    return Reason.NULL if value is None else Reason.OTHER_TYPE


def _fit_json(value: Value) -> Cell | Reason:
    text = encode_wire(value)
    return Reason.NUL if "\\u0000" in text and holds_nul(value) else text


def _whole_below(end: int) -> Fit:
    def fit(value: Value) -> Cell | Reason:
        if isinstance(value, float) and value.is_integer() and -end <= value < end and str(value) != "-0.0":
            return int(value)
        return Reason.NULL if value is None else Reason.OTHER_TYPE

    return fit


_FITS: dict[Kind, Fit] = {
    Kind.TEXT: _fit_text,
    Kind.NUMBER: _fit_number,
    Kind.SMALL: _whole_below(2**15),
    Kind.INTEGER: _whole_below(2**31),
    Kind.BIG: _whole_below(EXACT_INTEGERS),
    Kind.BOOLEAN: _fit_boolean,
    Kind.JSON: _fit_json,
}

_KINDS: tuple[tuple[type, Kind], ...] = (
    (JSON, Kind.JSON),
    (Boolean, Kind.BOOLEAN),
    (BigInteger, Kind.BIG),
    (SmallInteger, Kind.SMALL),
    (Integer, Kind.INTEGER),
    (Float, Kind.NUMBER),
    (String, Kind.TEXT),
)
