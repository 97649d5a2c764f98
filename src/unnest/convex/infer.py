"""Columns for a table that nobody declared.

In: the documents of the table, once. Out: one column per field: typed where all values agree, else ``jsonb``.
"""

from collections.abc import Iterable

from unnest.convex.columns import CREATION_TIME, ID, FieldColumn, Kind
from unnest.convex.names import fits_sql, snake_case
from unnest.convex.values import Document, Int64, Value

MAX_COLUMNS = 300  # a row of PostgreSQL has to fit in one page, even when every value is stored elsewhere
_MAX_FIELDS = 20_000
_RESERVED = frozenset({ID, CREATION_TIME, "ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"})


class FieldTypes:
    """Collects the kind of every field, document by document."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}

    def see(self, document: Document) -> None:
        """Take the fields of a document into account."""
        kinds = self._kinds
        for field, value in document.items():
            kind = _kind_of_value(value)
            known = kinds.get(field)
            if known is None:
                if len(kinds) < _MAX_FIELDS:
                    kinds[field] = kind
            elif known is not kind:
                kinds[field] = Kind.JSON

    def columns(self, existing: Iterable[FieldColumn] = ()) -> list[FieldColumn]:
        """Return the existing columns and one for each further field.

        Fields whose name is taken, reserved or too long get none; their values go to residue.
        """
        found = list(existing)
        taken = {column.column for column in found} | _RESERVED
        known = {column.field for column in found} | {"_id", "_creationTime"}
        for field, kind in sorted(self._kinds.items()):
            name = snake_case(field)
            if field in known or name in taken or not fits_sql(name) or len(found) >= MAX_COLUMNS:
                continue
            found.append(FieldColumn(field=field, column=name, kind=kind))
            taken.add(name)
        return found


def _kind_of_value(value: Value) -> Kind:
    if isinstance(value, str):
        return Kind.TEXT
    if isinstance(value, bool):
        return Kind.BOOLEAN
    return Kind.NUMBER if isinstance(value, float) and not isinstance(value, Int64) else Kind.JSON
