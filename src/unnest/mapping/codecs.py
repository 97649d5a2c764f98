"""Codecs: how one JSON value and one column mean the same.

In: a field's JSON key and the column that it fills. Out: two expressions, ``read`` (JSON to column; NULL means that the value
does not fit) and ``write`` (column to JSON). A value fits only if its shape is right *and* ``write(read(x)) = x``, so nothing
is rounded, cut or misread; what does not fit stays in the remainder or in residue. ``read`` never raises: an old write must
not fail because of us. The functions it calls are defined in ``unnest.script.prelude``.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from unnest.errors import DeclarationError
from unnest.sql import as_text

_SelfCodec = TypeVar("_SelfCodec", bound="Codec")
unnest = sa.func.unnest
MICROSECOND_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Codec(ABC):
    """How a field is read and written.

    Attributes:
        key: The JSON key; None: the camelCase form of the column's name.
    """

    key: str | None = None
    accepts: ClassVar[tuple[type[TypeEngine[Any]], ...]] = ()
    by_value: ClassVar[bool] = False
    """Whether the column holds a value's meaning and not its spelling (JSON text)."""

    @abstractmethod
    def read(self, value: ColumnElement[Any], column: sa.Column[Any]) -> ColumnElement[Any]:
        """Return the column's value, or NULL where the JSON value (or its absence) does not fit."""

    def write(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the JSON value of a column; NULL for NULL."""
        return sa.func.to_jsonb(column, type_=JSONB)

    def write_over(self, column: ColumnElement[Any], present: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the JSON value of a column, in the present spelling where that means the same."""
        del present
        return self.write(column)

    def named(self: _SelfCodec, key: str) -> _SelfCodec:
        """Return this codec under a JSON key."""
        return replace(self, key=key)

    def fits_type(self, column: sa.Column[Any]) -> bool:
        """Return whether this codec can fill a column of that type."""
        return isinstance(column.type, self.accepts)


class Text(Codec):
    """A JSON string and text; a longer string than the column holds does not fit. ``char(n)`` is refused: it pads."""

    accepts = (sa.String,)

    def read(self, value: ColumnElement[Any], column: sa.Column[Any]) -> ColumnElement[Any]:
        assert isinstance(column.type, sa.String)
        if column.type.length is None:
            return unnest.read_text(value, type_=column.type)
        return unnest.read_varchar(value, column.type.length, type_=column.type)

    def fits_type(self, column: sa.Column[Any]) -> bool:
        return isinstance(column.type, sa.String) and not isinstance(column.type, (sa.Enum, sa.CHAR))


class Reference(Text):
    """The id of another row, kept as the document writes it."""


@dataclass(frozen=True, slots=True)
class Choice(Codec):
    """A JSON string out of a closed set.

    Attributes:
        values: The strings that fit; empty: those of the column's ``Enum`` type.
    """

    accepts: ClassVar[tuple[type[TypeEngine[Any]], ...]] = (sa.String,)
    values: tuple[str, ...] = ()

    def read(self, value: ColumnElement[Any], column: sa.Column[Any]) -> ColumnElement[Any]:
        values: Sequence[str] = self.values or getattr(column.type, "enums", ())
        found = as_text(value)
        return sa.case((sa.func.jsonb_typeof(value) == "string", sa.case((found.in_(values), found))))

    def fits_type(self, column: sa.Column[Any]) -> bool:
        if isinstance(column.type, sa.Enum):
            return not column.type.native_enum
        length = column.type.length if isinstance(column.type, sa.String) and not isinstance(column.type, sa.CHAR) else 0
        return bool(self.values) and (length is None or max(map(len, self.values)) <= length)


class Integer(Codec):
    """A whole JSON number within the column's range."""

    accepts = (sa.Integer,)

    def read(self, value: ColumnElement[Any], column: sa.Column[Any]) -> ColumnElement[Any]:
        if isinstance(column.type, sa.BigInteger):
            return unnest.read_bigint(value, type_=column.type)
        if isinstance(column.type, sa.SmallInteger):
            return unnest.read_smallint(value, type_=column.type)
        return unnest.read_integer(value, type_=column.type)


class Number(Codec):
    """A JSON number that the column holds exactly: 12345678901234567890 does not fit double precision."""

    accepts = (sa.Numeric, sa.Float)

    def read(self, value: ColumnElement[Any], column: sa.Column[Any]) -> ColumnElement[Any]:
        kind = column.type
        if isinstance(kind, sa.REAL) or _is_single(kind):
            return unnest.read_real(value, type_=kind)
        if isinstance(kind, sa.Float):
            return unnest.read_double(value, type_=kind)
        assert isinstance(kind, sa.Numeric)
        return unnest.read_numeric(value, kind.precision or 1000, kind.scale or 0, kind.precision is None, type_=kind)

    def fits_type(self, column: sa.Column[Any]) -> bool:
        return isinstance(column.type, self.accepts) and not isinstance(column.type, sa.Integer)


def _is_single(kind: TypeEngine[Any]) -> bool:
    """Return whether ``FLOAT(n)`` means ``real``, as it does up to 24 digits."""
    return isinstance(kind, sa.Float) and not isinstance(kind, sa.Double) and kind.precision is not None and kind.precision <= 24


class Boolean(Codec):
    """A JSON boolean."""

    accepts = (sa.Boolean,)

    def read(self, value: ColumnElement[Any], column: sa.Column[Any]) -> ColumnElement[Any]:
        return unnest.read_boolean(value, type_=column.type)


class Millis(Codec):
    """Milliseconds since the epoch (fractions down to a microsecond) and ``timestamptz``."""

    accepts = (sa.DateTime,)

    def read(self, value: ColumnElement[Any], column: sa.Column[Any]) -> ColumnElement[Any]:
        return unnest.read_millis(value, type_=column.type)

    def write(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.to_jsonb(unnest.millis_of(column), type_=JSONB)

    def fits_type(self, column: sa.Column[Any]) -> bool:
        precision = getattr(column.type, "precision", None)
        is_exact = precision is None or precision >= MICROSECOND_DIGITS
        return isinstance(column.type, sa.DateTime) and column.type.timezone and is_exact


class Json(Codec):
    """Any JSON value, as it is."""

    accepts = (sa.JSON,)

    def read(self, value: ColumnElement[Any], column: sa.Column[Any]) -> ColumnElement[Any]:
        return value if isinstance(column.type, JSONB) else sa.cast(value, column.type)

    def write(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column if isinstance(column.type, JSONB) else sa.cast(column, JSONB)


class Uuid(Codec):
    """A JSON string that is a UUID in its usual spelling."""

    accepts = (sa.Uuid,)

    def read(self, value: ColumnElement[Any], column: sa.Column[Any]) -> ColumnElement[Any]:
        return unnest.read_uuid(value, type_=column.type)

    def fits_type(self, column: sa.Column[Any]) -> bool:
        return isinstance(column.type, sa.Uuid) and column.type.native_uuid


class JsonText(Codec):
    """JSON *text* in the document, native JSON in the row; text keeps its spelling while the row says the same."""

    accepts = (JSONB,)
    by_value = True

    def read(self, value: ColumnElement[Any], column: sa.Column[Any]) -> ColumnElement[Any]:
        return unnest.read_json_text(value, type_=column.type)

    def write(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.to_jsonb(sa.cast(column, sa.Text), type_=JSONB)

    def write_over(self, column: ColumnElement[Any], present: ColumnElement[Any]) -> ColumnElement[Any]:
        same = unnest.read_json_text(present, type_=JSONB) == column
        return sa.case((same, present), else_=self.write(column))


class Field(Codec):
    """A field whose codec follows from the column's type."""

    def read(self, value: ColumnElement[Any], column: sa.Column[Any]) -> ColumnElement[Any]:
        del value
        raise DeclarationError(f'field "{column.name}" was used before its codec was chosen')


_BY_TYPE: tuple[type[Codec], ...] = (Choice, Text, Integer, Number, Boolean, Millis, Uuid, Json)
Declared = Codec | type[Codec]
"""How a field is declared: a codec, or its class where it needs no argument."""


def camel_case(name: str) -> str:
    """Return the document's spelling of a column name: ``storage_id`` -> ``storageId``."""
    head, *tail = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)


def codec_for(declared: Declared, column: sa.Column[Any], where: str) -> Codec:
    """Return the codec of a field with its JSON key filled in.

    Raises:
        DeclarationError: No codec, or not this one, fits the column's type.
    """
    codec = declared() if isinstance(declared, type) else declared
    if not isinstance(codec, Codec):
        raise DeclarationError(f'{where}: field "{column.name}" got {codec!r}; give a codec such as Text or Integer("key")')
    codec = codec.named(codec.key or camel_case(column.name))
    if isinstance(codec, Field):
        chosen = next((kind(codec.key) for kind in _BY_TYPE if kind().fits_type(column)), None)
        if chosen is None:
            raise DeclarationError(
                f'{where}: no codec fits field "{column.name}" of type {column.type!r}; change the column\'s type or name a codec'
            )
        return chosen
    if not codec.fits_type(column):
        raise DeclarationError(
            f'{where}: codec {type(codec).__name__} does not fit field "{column.name}" of type {column.type!r}'
        )
    return codec


def millis(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a numeric column of milliseconds since the epoch as ``timestamptz``; NULL where no time can be meant."""
    return unnest.time_of_millis(sa.cast(column, sa.Double), type_=sa.DateTime(timezone=True))


def live_or(history: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the present moment for a row that a live write makes, and ``history`` for one that backfill copies."""
    return sa.case((unnest.is_history(type_=sa.Boolean), history), else_=sa.func.now())
