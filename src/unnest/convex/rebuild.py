"""Documents from rows.

In: the SQL table of each exported table (or a Select that stands for it) and the residue of its import. Out: documents,
ordered by id. A value in a column wins over residue, for then the application has written it since the import.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from unnest import sql as core
from unnest.convex import store
from unnest.convex.columns import CREATION_TIME, EXACT_INTEGERS, ID, Kind, field_names
from unnest.convex.errors import Code, ExportRefused, InvalidValue
from unnest.convex.limits import check_creation_time
from unnest.convex.target import Target
from unnest.convex.values import Document, Value, decode_uniform, decode_wire

FETCH_ROWS = 500

Row: TypeAlias = tuple[object, ...]

_cursor_numbers = count(1)


def documents_of(
    connection: store.Connection, target: Target, source: sa.Select[tuple[object, ...]] | None
) -> Iterator[Document]:
    """Yield the documents of a table, ordered by id.

    Args:
        connection: inside the export's transaction, whose snapshot every table is read from.
        target: the table.
        source: yields the table's columns where the table itself no longer has them all.

    Raises:
        ExportRefused: a row can't be read as a document.
    """
    reader = _Reader(target)
    relation = _relation(connection, target, source)
    imported = store.relation_exists(connection, store.SCHEMA, store.document_residue.name)
    residue = _Merge(read_rows(connection, _residue_query(target)) if imported else iter(()))
    for row in read_rows(connection, _query(target, relation)):
        yield reader.document(row, residue.take(str(row[0])))


def _relation(connection: store.Connection, target: Target, source: sa.Select[tuple[object, ...]] | None) -> FromClause:
    """Return what has the table's columns, after making sure that it has them all."""
    if source is not None:
        relation: FromClause = source.subquery("document")
        present = set(relation.c.keys())
    else:
        present = store.column_names(connection, target.schema, target.relation)
        relation = sa.table(target.relation, *(sa.column(name) for name in sorted(present)), schema=target.schema)
    needed = [ID, *(column.column for column in target.columns)]
    for column in needed:
        if column not in present:
            raise ExportRefused(
                Code.TABLE_CONFLICT, f'there is no column "{column}" to read', table=target.title,
                next_step="Export through the program that knows the migrations, which rebuilds retired columns.",
            )  # fmt: skip
    return relation


def _query(target: Target, relation: FromClause) -> str:
    created = relation.c[CREATION_TIME] if CREATION_TIME in relation.c else sa.null()
    columns = [
        sa.cast(relation.c[column.column], sa.Text) if column.kind is Kind.JSON else relation.c[column.column]
        for column in target.columns
    ]
    return core.text(sa.select(relation.c[ID], created, *columns).order_by(sa.collate(relation.c[ID], "C")))


def _residue_query(target: Target) -> str:
    table = store.document_residue
    chosen = sa.select(table.c.id, table.c.field, table.c.value).where(table.c.table_name == target.title)
    return core.text(chosen.order_by(sa.collate(table.c.id, "C"), table.c.field))


def read_rows(connection: store.Connection, query: str) -> Iterator[Row]:
    """Read through a cursor of the server, so that only a few rows are here at a time."""
    with connection.cursor(f"unnest_export_{next(_cursor_numbers)}") as cursor:
        cursor.itersize = FETCH_ROWS
        cursor.execute(query.encode())
        yield from cursor


class _Merge:
    """Residue in the order of ids, taken as the documents come along in the same order."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def take(self, row_id: str) -> dict[str, str]:
        """Return the residue of a document: field to text."""
        found: dict[str, str] = {}
        while self._next is not None and (waiting := str(self._next[0])) <= row_id:
            if waiting == row_id:
                found[str(self._next[1])] = str(self._next[2])
            self._next = next(self._rows, None)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadColumn:
    field: str
    index: int
    read: "Callable[[object], Value]"


class _Reader:
    """Turns rows of one table into documents."""

    def __init__(self, target: Target) -> None:
        names = field_names(target.columns)
        self._title = target.title
        self._columns = [
            _ReadColumn(field=names[column.column], index=index, read=_READERS[column.kind])
            for index, column in enumerate(target.columns, 2)
        ]

    def document(self, row: Row, residue: Mapping[str, str]) -> Document:
        """Return the document of a row: id, creation time, then its columns."""
        document: Document = {"_id": str(row[0])}
        field = "_creationTime"
        try:
            if row[1] is not None:
                document["_creationTime"] = check_creation_time(row[1] if isinstance(row[1], float) else None)
            for field, text in residue.items():
                document[field] = decode_uniform(text)
            for column in self._columns:
                if (cell := row[column.index]) is not None:
                    field = column.field
                    document[field] = column.read(cell)
        except InvalidValue as error:
            raise ExportRefused(error.code, f'field "{field}": {error.what}', table=self._title, id=str(row[0])) from None
        return document


def _read_json(cell: object) -> Value:
    return decode_wire(str(cell))


def _read_number(cell: object) -> Value:
    if isinstance(cell, int) and abs(cell) > EXACT_INTEGERS:
        raise InvalidValue(Code.INVALID_VALUE, f"{cell} is not exact in a Float64")
    return float(str(cell))


def _read_boolean(cell: object) -> Value:
    return bool(cell)


_READERS: "dict[Kind, Callable[[object], Value]]" = {
    Kind.TEXT: str,
    Kind.NUMBER: _read_number,
    Kind.SMALL: _read_number,
    Kind.INTEGER: _read_number,
    Kind.BIG: _read_number,
    Kind.BOOLEAN: _read_boolean,
    Kind.JSON: _read_json,
}
