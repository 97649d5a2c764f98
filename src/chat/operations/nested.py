"""Nested values as the old application reads them: with the patience that real documents need.

In: a JSON value. Out: a list to work with; what is not an array counts as an empty one.
"""

from psycopg.types.json import Jsonb


def elements(value: object) -> list[object]:
    """Return the elements of an array, none if ``value`` is no array."""
    return list(value) if isinstance(value, list) else []


def without(value: object, unwanted: object) -> list[object]:
    """Return the elements that are not ``unwanted``."""
    return [element for element in elements(value) if element != unwanted]


def nested(value: object) -> Jsonb:
    """Return ``value`` as it is bound to a nested column."""
    return Jsonb(value)
