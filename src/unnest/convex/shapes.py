"""The shape expressions of older snapshots, which say what the strings of a table may mean.

In: the text of a sidecar's first line, e.g. ``{"n": int64, "tags"?: array<string>}``. Out: a tree of shapes.

::

    union   = shape { " | " shape }
    shape   = unit | object | array | record | id | literal
    object  = "{" [ field { ", " field } ] "}"      field = '"' identifier '"' [ "?" ] ": " union
    array   = "array<" union ">"     record = "record<" union ", " union ">"
    id      = "id<" number ">"       literal = '"' text '"'
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from unnest.convex.errors import Code, InvalidValue

_UNITS = (
    "never", "null", "int64", "float64", "-inf", "inf", "-0", "NaN", "normalfloat64", "boolean", "field_name",
    "string", "bytes", "unknown",
)  # fmt: skip
_ID = re.compile(r"id<(\d{1,10})>", re.ASCII)
_LITERAL = re.compile(r'"([^"\\]*)"')
_FIELD = re.compile(r'"([A-Za-z_][A-Za-z0-9_]*)"(\??): ', re.ASCII)
_MAX_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Unit:
    """A shape without parts; ids and literals count as ``string``."""

    name: str


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """An object with known fields."""

    fields: "Mapping[str, Union]"


@dataclass(frozen=True, slots=True)
class RecordShape:
    """An object with any fields; only the shape of the values matters."""

    values: "Union"


@dataclass(frozen=True, slots=True)
class ArrayShape:
    """An array."""

    elements: "Union"


Shape: TypeAlias = Unit | ObjectShape | RecordShape | ArrayShape
Union: TypeAlias = tuple[Shape, ...]


def parse_shape(text: str) -> Union:
    """Read a shape expression.

    Raises:
        InvalidValue: with the place of the first thing that is not understood.
    """
    parser = _Parser(text)
    union = parser.union()
    if parser.position != len(text):
        raise parser.unexpected()
    return union


def is_ambiguous(union: Union) -> bool:
    """Say whether a string somewhere inside may mean something else than itself."""
    return any(_ambiguous(shape) for shape in union)


def _ambiguous(shape: Shape) -> bool:
    if isinstance(shape, Unit):
        return shape.name in ("int64", "inf", "-inf", "bytes")
    if isinstance(shape, ObjectShape):
        return any(map(is_ambiguous, shape.fields.values()))
    return is_ambiguous(shape.values if isinstance(shape, RecordShape) else shape.elements)


class _Parser:
    """A recursive descent over the text; methods leave ``position`` behind what they read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self._depth = 0

    def union(self) -> Union:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self.unexpected()
        shapes = [self._shape()]
        while self._take(" | "):
            shapes.append(self._shape())
        self._depth -= 1
        return tuple(shapes)

    def unexpected(self) -> InvalidValue:
        token = self.text[self.position : self.position + 20]
        return InvalidValue(Code.INVALID_GENERATED_SCHEMA, f"unexpected token at {self.position}: {token!r}")

    def _shape(self) -> Shape:
        for name in _UNITS:
            if self._take(name):
                return Unit(name)
        if self._take("{"):
            return self._object()
        if self._take("array<"):
            elements = self.union()
            self._need(">")
            return ArrayShape(elements)
        if self._take("record<"):
            self.union()
            self._need(", ")
            values = self.union()
            self._need(">")
            return RecordShape(values)
        if self._match(_ID) or self._match(_LITERAL):
            return Unit("string")
        raise self.unexpected()

    def _object(self) -> ObjectShape:
        fields: dict[str, Union] = {}
        while not self._take("}"):
            if fields:
                self._need(", ")
            found = self._match(_FIELD)
            if found is None:
                raise self.unexpected()
            fields[found[1]] = self.union()
        return ObjectShape(fields)

    def _take(self, token: str) -> bool:
        if not self.text.startswith(token, self.position):
            return False
        self.position += len(token)
        return True

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise self.unexpected()

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.position)
        if found is not None:
            self.position = found.end()
        return found
