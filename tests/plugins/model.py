"""What nested values mean as rows, worked out in Python from the rules alone: the oracle of the lifecycle tests.

In: JSON values. Out: the rows and the residue that they mean (``sheet_of``), and the way back (``values_of``). Nothing of the
engine is used here: where the two disagree, one of them is wrong.
"""

import json
from collections.abc import Hashable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

Row = dict[str, Any]
Values = dict[str, Any]
WHOLE = -1


class Missing(Enum):
    """SQL NULL, which is not the null of JSON."""

    MISSING = "missing"


MISSING = Missing.MISSING


@dataclass(frozen=True, slots=True)
class JsonText:
    """JSON as text: equal by what it says."""

    text: str


# -- equality ---------------------------------------------------------------------------------------------------------------


def meaning(value: Any, texts: tuple[str, ...] = ()) -> Hashable:
    """Return a JSON value in a form in which equal means equal by value; numbers are numbers, whatever their spelling.

    Args:
        value: The value.
        texts: Keys of objects in an array whose JSON text is equal by value.
    """
    if isinstance(value, list):
        return ("array", tuple(_element_meaning(element, texts) for element in value))
    if isinstance(value, dict):
        return ("object", frozenset((key, meaning(inner)) for key, inner in value.items()))
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, int | float | Decimal):
        return ("number", Decimal(str(value)))
    if isinstance(value, JsonText):
        return ("text", meaning(parsed(value.text)))
    return value if isinstance(value, Hashable) else repr(value)


def _element_meaning(element: Any, texts: tuple[str, ...]) -> Hashable:
    if not isinstance(element, dict):
        return meaning(element)
    spelled = {key: JsonText(element[key]) for key in texts if is_json_text(element.get(key))}
    return meaning({**element, **spelled})


def parsed(text: str) -> Any:
    """Return what a text says that PostgreSQL takes as ``jsonb``.

    Raises:
        ValueError: It does not.
    """

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    value = json.loads(text, parse_float=Decimal, parse_constant=refuse)
    if any("\0" in word or any("\ud800" <= letter <= "\udfff" for letter in word) for word in _words(value)):
        raise ValueError("jsonb holds no NUL and no half of a surrogate pair")
    return value


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)


def is_json_text(value: Any) -> bool:
    """Return whether a value is a string that says JSON."""
    if not isinstance(value, str):
        return False
    try:
        parsed(value)
    except ValueError:
        return False
    return True


# -- fields -----------------------------------------------------------------------------------------------------------------


def _number(value: Any) -> Decimal | None:
    return None if isinstance(value, bool) or not isinstance(value, int | float) else Decimal(str(value))


def _whole(value: Any, bits: int) -> int | None:
    number = _number(value)
    if number is None or number != number.to_integral_value():
        return None
    return int(number) if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1) else None


def _double(value: Any) -> float | None:
    number = _number(value)
    if number is None or number == 0:
        return None if number is None else 0.0
    fits = Decimal("1e-300") <= abs(number) <= Decimal("1e308") and Decimal(repr(float(number))) == number
    return float(number) if fits else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _kind(value: Any) -> str | None:
    return value if value in ("file", "image", "audio") else None


def moment(milliseconds: float) -> datetime:
    """Return milliseconds since the epoch as a moment."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(Decimal(str(milliseconds)) * 1000))


def _moment(value: Any) -> datetime | None:
    number = _number(value)
    fits = number is not None and abs(number) < Decimal("2e14") and number * 1000 == (number * 1000).to_integral_value()
    return moment(value) if fits else None


def _milliseconds(at: datetime) -> int | float:
    microseconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return microseconds // 1000 if microseconds % 1000 == 0 else microseconds / 1000


def _json_text(value: Any) -> JsonText | None:
    return JsonText(value) if is_json_text(value) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column, its key in the element, and how a value becomes the column's; None: it does not fit."""

    column: str
    key: str
    read: Any
    required: bool = False
    inside: str | None = None

    def write(self, value: Any) -> Any:
        """Return the column's value as JSON."""
        if isinstance(value, JsonText):
            return value.text
        return _milliseconds(value) if isinstance(value, datetime) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One mapping: which arrays become which table, by which fields."""

    table: str
    parts: dict[str, bool | None]
    fields: tuple[Field, ...]
    texts: tuple[str, ...] = ()


def _int32(value: Any) -> int | None:
    return _whole(value, 32)


def _int64(value: Any) -> int | None:
    return _whole(value, 64)


ATTACHMENTS = Kind(
    table="attachments",
    parts={"attachments": None},
    fields=(
        Field(column="type", key="type", read=_kind, required=True),
        Field(column="name", key="name", read=_text, required=True),
        Field(column="storage_id", key="storageId", read=_text, required=True),
        Field(column="mime_type", key="mimeType", read=_text, required=True),
        Field(column="size", key="size", read=_int64, required=True),
        Field(column="width", key="width", read=_int32, inside="metadata"),
        Field(column="height", key="height", read=_int32, inside="metadata"),
        Field(column="duration", key="duration", read=_double, inside="metadata"),
        Field(column="prompt", key="prompt", read=_text, inside="metadata"),
        Field(column="model", key="model", read=_text, inside="metadata"),
        Field(column="generation_time", key="generationTime", read=_double, inside="metadata"),
    ),
)
CALLS = Kind(
    table="tool_calls",
    parts={"tool_calls": False, "partial_tool_calls": True},
    fields=(
        Field(column="tool_call_id", key="id", read=_text, required=True),
        Field(column="tool_name", key="name", read=_text, required=True),
        Field(column="args", key="arguments", read=_json_text, required=True),
        Field(column="result", key="result", read=_json_text),
        Field(column="text_position", key="textPosition", read=_int32),
        Field(column="timestamp", key="timestamp", read=_moment, required=True),
    ),
    texts=("arguments", "result"),
)
KINDS = (ATTACHMENTS, CALLS)


# -- an element and its row -------------------------------------------------------------------------------------------------


def row_of(kind: Kind, element: Any) -> Row | None:
    """Return the row that an element means; None: it does not fit."""
    if not isinstance(element, dict):
        return None
    row: Row = {}
    for each in kind.fields:
        place = element if each.inside is None else element.get(each.inside)
        row[each.column] = each.read(place.get(each.key)) if isinstance(place, dict) and each.key in place else None
    if any(each.required and row[each.column] is None for each in kind.fields):
        return None
    row["extra"] = _left(kind, element, row) or None
    return row


def _left(kind: Kind, element: dict[str, Any], row: Row) -> dict[str, Any]:
    """Return what no column has taken: unknown keys, and values that do not fit."""
    left = deepcopy(element)
    for each in kind.fields:
        if row[each.column] is not None:
            place = left if each.inside is None else left[each.inside]
            del place[each.key]
    for group in {each.inside for each in kind.fields if each.inside}:
        if left.get(group) == {} and element[group] != {}:
            del left[group]
    return left


def element_of(kind: Kind, row: Row) -> dict[str, Any]:
    """Return the element that a row means: its columns laid over what was left."""
    element = deepcopy(row["extra"]) or {}
    for each in kind.fields:
        if row[each.column] is None:
            continue
        place = element
        if each.inside is not None:
            if not isinstance(element.get(each.inside), dict):
                element[each.inside] = {}
            place = element[each.inside]
        place[each.key] = each.write(row[each.column])
    return element


# -- arrays and their rows --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What stays in residue: a value, where it is counted, and why."""

    value: Any
    account: str
    reason: str


Place = tuple[str, int]


@dataclass(slots=True, kw_only=True)
class Sheet:
    """The rows and the residue of one document, by part and position."""

    rows: dict[Place, Row] = field(default_factory=dict)
    residue: dict[Place, Left] = field(default_factory=dict)


def sheet_of(kind: Kind, values: Values) -> Sheet:
    """Return what the arrays of one document mean; of a call in both arrays, where both can be rows, the final one wins."""
    sheet = Sheet()
    for part in kind.parts:
        value = values[part]
        if not isinstance(value, list) or not value:
            if value is not MISSING:
                sheet.residue[part, WHOLE] = _shape(value)
            continue
        for position, element in enumerate(value):
            row = row_of(kind, element)
            if row is None:
                sheet.residue[part, position] = Left(value=element, account="quarantined", reason="does not fit")
            elif kind.parts[part] and _is_beaten(element, sheet):
                sheet.residue[part, position] = Left(value=element, account="merged", reason="superseded")
            else:
                sheet.rows[part, position] = row
    return sheet


def _shape(value: Any) -> Left:
    if value is None:
        return Left(value=None, account="shape", reason="null")
    if value == []:
        return Left(value=[], account="shape", reason="empty")
    return Left(value=value, account="quarantined", reason="not an array")


def _is_beaten(element: Any, sheet: Sheet) -> bool:
    """Return whether a partial call has a final one of the same id among the rows."""
    if not isinstance(element, dict) or not isinstance(element.get("id"), str):
        return False
    final = (row for (part, _), row in sheet.rows.items() if part == "tool_calls")
    return any(row["tool_call_id"] == element["id"] for row in final)


def values_of(kind: Kind, sheet: Sheet, present: Values) -> Values:
    """Return the arrays that rows and residue mean; where nothing is left, an array that there was is empty."""
    values: Values = {}
    for part in kind.parts:
        found = sorted([*_placed(kind, sheet, part), *_kept(sheet, part)], key=lambda item: item[:2])
        whole = sheet.residue.get((part, WHOLE))
        if found:
            values[part] = [element for *_, element in found]
        elif whole is not None:
            values[part] = whole.value
        else:
            values[part] = [] if isinstance(present[part], list) else MISSING
    return values


def _placed(kind: Kind, sheet: Sheet, part: str) -> Iterator[tuple[int, int, Any]]:
    for (of, position), row in sheet.rows.items():
        if of == part:
            yield position, 0, element_of(kind, row)


def _kept(sheet: Sheet, part: str) -> Iterator[tuple[int, int, Any]]:
    """A partial call that was beaten goes with the one that beat it, or a deleted call would come back."""
    for (of, position), left in sheet.residue.items():
        if of == part and position != WHOLE and (left.reason != "superseded" or _is_beaten(left.value, sheet)):
            yield position, 1, left.value


def count_elements(values: Values) -> int:
    """Return how many elements there are; a value that is no array counts as one, null as none."""
    return sum(len(v) if isinstance(v, list) else 0 if v is MISSING or v is None else 1 for v in values.values())
