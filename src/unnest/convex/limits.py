"""The limits of the document database.

In: a document. Out: nothing, or the first limit that it breaks. Sizes are the document database's own measure, which is
not the length of the JSON text.
"""

import math
from typing import Final

from unnest.convex.errors import Code, InvalidValue
from unnest.convex.values import Document, Int64, Value

DOCUMENT_BYTES = 2**20
DOCUMENT_NESTING = 16
ARRAY_ELEMENTS = 8192
OBJECT_FIELDS = 1024
CREATION_TIME_END = 2**53
SYSTEM_FIELDS = frozenset({"_id", "_creationTime"})

_NESTED: Final = (list, dict)
_BYTES_PER_CHARACTER = 5  # an array of numbers: two characters of text for nine bytes each


def size_bytes(value: Value) -> int:
    """Measure a value as the document database does."""
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, Int64 | float):
        return 9
    if isinstance(value, str):
        return 2 + (len(value) if value.isascii() else len(value.encode()))
    if isinstance(value, bytes):
        return 2 + len(value)
    if isinstance(value, list):
        return 2 + sum(map(size_bytes, value))
    return 2 + sum(len(name) + 1 + size_bytes(element) for name, element in value.items())


def nesting(value: Value) -> int:
    """Count the levels of arrays and objects: 0 for a scalar, 1 for ``[]``."""
    if isinstance(value, list):
        return 1 + max(map(nesting, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(nesting, value.values()), default=0)
    return 0


def check_document(document: Document, *, text_length: int) -> None:
    """Refuse a document that the document database would not hold.

    Args:
        document: the decoded document.
        text_length: characters of its JSON text; short texts can't break the limits on size and so are not measured.

    Raises:
        InvalidValue: with the code of the limit.
    """
    if len(document) > OBJECT_FIELDS:
        raise InvalidValue(Code.TOO_MANY_FIELDS, f"{len(document)} fields; an object has at most {OBJECT_FIELDS}")
    for name, value in document.items():
        if name[:1] == "_" and name not in SYSTEM_FIELDS:
            raise InvalidValue(Code.INVALID_DOCUMENT, f'field "{name}": names starting with _ belong to the system')
        if isinstance(value, _NESTED):
            _check_nested(value, DOCUMENT_NESTING - 1, name)
    if text_length * _BYTES_PER_CHARACTER > DOCUMENT_BYTES and (size := size_bytes(document)) > DOCUMENT_BYTES:
        raise InvalidValue(Code.VALUE_TOO_LARGE, f"the document has {size} bytes; at most {DOCUMENT_BYTES} are allowed")


def check_creation_time(value: Value) -> float:
    """Return a valid creation time (milliseconds since the epoch).

    Raises:
        InvalidValue: it is no Float64 in (0, 2**53).
    """
    if isinstance(value, float) and math.isfinite(value) and 0 < value < CREATION_TIME_END:
        return value
    raise InvalidValue(
        Code.INVALID_CREATION_TIME,
        f'"_creationTime" is {value!r}, not a number between 0 and 2^53 (a whole number needs ".0" in this encoding)'
        if isinstance(value, Int64)
        else f'"_creationTime" is {str(value)[:60]!r}, not a number between 0 and 2^53',
    )


def _check_nested(value: list[Value] | dict[str, Value], levels_left: int, field: str) -> None:
    if not levels_left:
        raise InvalidValue(Code.TOO_NESTED, f'field "{field}": nested more than {DOCUMENT_NESTING} levels deep')
    if isinstance(value, list):
        if len(value) > ARRAY_ELEMENTS:
            raise InvalidValue(
                Code.ARRAY_TOO_LONG, f'field "{field}": {len(value)} elements; an array has at most {ARRAY_ELEMENTS}'
            )
        for element in value:
            if isinstance(element, _NESTED):
                _check_nested(element, levels_left - 1, field)
        return
    if len(value) > OBJECT_FIELDS:
        raise InvalidValue(Code.TOO_MANY_FIELDS, f'field "{field}": {len(value)} fields; an object has at most {OBJECT_FIELDS}')
    for element in value.values():
        if isinstance(element, _NESTED):
            _check_nested(element, levels_left - 1, field)
