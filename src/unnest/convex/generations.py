"""The generations of snapshots: how the documents of one table are to be read.

In: the sidecar of a table, if it has one. Out: a function from the text of a document to the document.

* ``uniform`` (since March 2026): every value says its type.
* ``legacy``: every number is a Float64, and strings may be integers, bytes or NaN. The sidecar's shape decides where
  a string can mean one thing only; where it may mean several, a line of overrides for that id decides.
* ``plain``: no sidecar; numbers are Float64 and strings are strings.
"""

import json
import math
import re
import sqlite3
import struct
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import IO, TypeAlias

from unnest.convex.errors import Code, ImportRefused, InvalidValue
from unnest.convex.ids import is_id
from unnest.convex.lines import json_lines
from unnest.convex.shapes import ArrayShape, ObjectShape, RecordShape, Shape, Union, Unit, is_ambiguous, parse_shape
from unnest.convex.values import Document, Int64, Value, decode_base64, decode_plain, decode_uniform

UNIFORM = "uniform"
INFER = "infer"

Decoder: TypeAlias = Callable[[str], Document]

_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_UNKNOWN: Union = (Unit("unknown"),)
_STRING = frozenset({"string"})
_MEANINGS: dict[str, frozenset[str]] = {
    "int64": frozenset({"int64"}),
    "inf": frozenset({"float64inf"}),
    "-inf": frozenset({"float64inf"}),
    "NaN": frozenset({"nan", "float64inf"}),
    "float64": frozenset({"nan", "float64inf"}),
    "field_name": _STRING,
    "string": _STRING,
    "bytes": frozenset({"bytes"}),
    "unknown": frozenset({"int64", "float64inf", "nan", "bytes", "string"}),
}


class Generation(StrEnum):
    """Which exporter wrote a table."""

    UNIFORM = "uniform"
    LEGACY = "legacy"
    PLAIN = "plain"


def decoder(name: str, stream: IO[bytes] | None) -> tuple[Generation, Decoder]:
    """Choose how the documents of a table are read.

    Args:
        name: entry name of the sidecar.
        stream: the sidecar from its start, or None if the table has none.

    Raises:
        ImportRefused: the sidecar is not understood.
    """
    if stream is None:
        return Generation.PLAIN, lambda text: _document(decode_plain(text), text)
    lines = json_lines(name, stream)
    shape = _first_line(name, lines)
    if shape == UNIFORM:
        if next(lines, None) is not None:
            raise ImportRefused(Code.INVALID_GENERATED_SCHEMA, 'nothing may follow "uniform"', entry=name, line=2)
        return Generation.UNIFORM, lambda text: _document(decode_uniform(text), text)
    try:
        union = parse_shape(shape)
    except InvalidValue as error:
        raise ImportRefused(error.code, error.what, entry=name, line=1) from None
    return Generation.LEGACY, LegacyDecoder(union, Overrides(name, lines))


def _first_line(name: str, lines: Iterable[tuple[int, str]]) -> str:
    for number, text in lines:
        try:
            shape = json.loads(text)
        except (ValueError, RecursionError):
            shape = None
        if isinstance(shape, str):
            return shape
        raise ImportRefused(
            Code.INVALID_GENERATED_SCHEMA, f"the first line is a JSON string, got {text[:60]!r}", entry=name, line=number
        )
    raise ImportRefused(Code.INVALID_GENERATED_SCHEMA, "the sidecar is empty", entry=name)


class Overrides:
    """Contexts by id, kept where they need no memory: a private file of SQLite that vanishes with the process."""

    def __init__(self, name: str, lines: Iterable[tuple[int, str]]) -> None:
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.executescript(
            "PRAGMA synchronous = OFF; CREATE TABLE override (id TEXT PRIMARY KEY, context TEXT NOT NULL) WITHOUT ROWID; BEGIN"
        )
        self._rows = 0
        for number, text in lines:
            self._kept.execute("INSERT OR REPLACE INTO override VALUES (?, ?)", _override(name, number, text))
            self._rows += 1

    def __del__(self) -> None:
        self._kept.close()

    def context(self, row_id: str) -> object:
        """Return how the strings of a document are to be read."""
        if not self._rows:
            return INFER
        found = self._kept.execute("SELECT context FROM override WHERE id = ?", (row_id,)).fetchone()
        return json.loads(found[0]) if found else INFER


def _override(name: str, number: int, text: str) -> tuple[str, str]:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        line = None
    if not isinstance(line, dict) or len(line) != 1:
        raise ImportRefused(
            Code.INVALID_VALUE, f"an override is an object with one id, got {text[:60]!r}", entry=name, line=number
        )
    ((row_id, context),) = line.items()
    return row_id, json.dumps(context)


def _document(value: Value, text: str) -> Document:
    if isinstance(value, dict):
        return value
    raise InvalidValue(Code.INVALID_VALUE, f"expected an object, received {text.strip()[:100]!r}")


class LegacyDecoder:
    """Reads the documents of one table of an older snapshot."""

    def __init__(self, shape: Union, overrides: Overrides) -> None:
        self._shape = shape
        self._overrides = overrides
        self._literal = not is_ambiguous(shape)

    def __call__(self, text: str) -> Document:
        """Read one document."""
        document = _document(decode_plain(text), text)
        context = self._context(document.get("_id"))
        if context == INFER and self._literal:
            return document
        return _document(_meant(document, self._shape, context), text)

    def _context(self, row_id: Value) -> object:
        if isinstance(row_id, str) and not is_id(row_id):
            raise InvalidValue(Code.INVALID_ID, f'"{row_id[:60]}" is not a valid id')
        return self._overrides.context(row_id) if isinstance(row_id, str) else INFER


def _meant(value: Value, union: Union, context: object) -> Value:
    """Give a value of plain JSON the meaning that shapes and context say."""
    if isinstance(value, str):
        return _meant_string(value, union, context)
    if isinstance(value, list):
        return _meant_array(value, union, context)
    if isinstance(value, dict):
        if context != INFER and not isinstance(context, dict):
            raise _mismatch("an object", context)
        contexts = context if isinstance(context, dict) else {}
        return {name: _meant(element, _field_shapes(union, name), contexts.get(name, INFER)) for name, element in value.items()}
    return value


def _meant_array(value: list[Value], union: Union, context: object) -> Value:
    elements: list[Shape] = []
    for shape in union:
        if isinstance(shape, ArrayShape):
            elements.extend(shape.elements)
        elif shape == _UNKNOWN[0]:
            elements.append(shape)
    shapes = tuple(elements)
    if context == INFER:
        return [_meant(element, shapes, INFER) for element in value]
    if not isinstance(context, list) or len(context) != len(value):
        raise _mismatch(f"an array of {len(value)}", context)
    return [_meant(element, shapes, part) for element, part in zip(value, context, strict=True)]


def _field_shapes(union: Union, name: str) -> Union:
    found: list[Shape] = []
    for shape in union:
        if isinstance(shape, ObjectShape):
            found.extend(shape.fields.get(name, ()))
        elif isinstance(shape, RecordShape):
            found.extend(shape.values)
        elif shape == _UNKNOWN[0]:
            found.append(shape)
    return tuple(found)


def _meant_string(text: str, union: Union, context: object) -> Value:
    if context == INFER:
        meanings: set[str] = set()
        for shape in union:
            if isinstance(shape, Unit):
                meanings |= _MEANINGS.get(shape.name, frozenset())
        context = meanings.pop() if len(meanings) == 1 else "string"
        if context == "string":
            return text
    if isinstance(context, dict) and context.keys() == {"$float64NaN"}:
        return _nan(text, context["$float64NaN"])
    read = _READERS.get(context) if isinstance(context, str) else None
    if read is None:
        raise _mismatch(f"the string {text[:60]!r}", context)
    return read(text)


def _read_int64(text: str) -> Value:
    if not _INTEGER.fullmatch(text):
        raise InvalidValue(Code.INVALID_VALUE, f"{text[:60]!r} should be a 64-bit integer")
    return Int64(int(text))


def _read_infinity(text: str) -> Value:
    if text not in ("Infinity", "-Infinity"):
        raise InvalidValue(Code.INVALID_VALUE, f"{text[:60]!r} should be Infinity or -Infinity")
    return math.inf if text == "Infinity" else -math.inf


def _nan(text: str, payload: object) -> Value:
    raw = decode_base64(payload) if isinstance(payload, str) else b""
    number = struct.unpack("<d", raw)[0] if len(raw) == 8 else 0.0
    if text != "NaN" or not math.isnan(number):
        raise InvalidValue(Code.INVALID_VALUE, f"{text[:60]!r} should be NaN with 8 bytes that are one")
    return float(number)


_READERS: dict[str, Callable[[str], Value]] = {
    "int64": _read_int64,
    "float64inf": _read_infinity,
    "bytes": decode_base64,
}


def _mismatch(what: str, context: object) -> InvalidValue:
    return InvalidValue(Code.INVALID_VALUE, f"{what} does not fit the override {json.dumps(context)[:100]}")
