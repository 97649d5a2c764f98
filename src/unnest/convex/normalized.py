"""Normalized tables as document tables.

In: SQLAlchemy tables with any key. Out: documents with valid ids. The id of a row is derived from its key, so that the same
row has the same id in every export, and a foreign key becomes the id of the row it refers to.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from unnest import sql as core
from unnest.convex import store
from unnest.convex.columns import EXACT_INTEGERS
from unnest.convex.errors import Code, ExportRefused, InvalidValue
from unnest.convex.ids import FIRST_USER_TABLE, derived_id
from unnest.convex.names import camel_case
from unnest.convex.rebuild import read_rows
from unnest.convex.target import PUBLIC, Target
from unnest.convex.values import Document, Int64, Value, decode_wire

NORMALIZED = "normalized"
_BORN = ("created_at", "added_at")  # columns whose time is the creation time of the document


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalized:
    """The normalized side of an export.

    Attributes:
        tables: the new tables; each becomes a document table under the camelCase form of its name.
        instead_of: SQL name of a legacy table to its columns that the new tables replace, which are left out.
    """

    tables: Sequence[sa.Table]
    instead_of: Mapping[str, Collection[str]] = field(default_factory=dict)

    def without_replaced(self, target: Target) -> Target:
        """Return a legacy table without the columns that new tables replace."""
        gone = self.instead_of.get(target.relation, ())
        columns = tuple(column for column in target.columns if column.column not in gone)
        return replace(target, columns=columns)


def normalized_targets(tables: Sequence[sa.Table], legacy: Sequence[Target]) -> list[Target]:
    """Give each new table a name and a number that no legacy table has.

    Raises:
        ExportRefused: a new table has the name of a legacy table.
    """
    names = {target.name for target in legacy if not target.component}
    number = max((target.number for target in legacy if not target.component), default=0)
    found = []
    for table in tables:
        name = camel_case(table.name)
        if name in names:
            raise ExportRefused(
                Code.DUPLICATE_TABLE_NAME, "a legacy table has this name too", table=name, next_step="Rename one of them."
            )
        number = max(number, FIRST_USER_TABLE - 1) + 1
        found.append(
            Target(
                component="",
                name=name,
                kind=NORMALIZED,
                schema=table.schema or PUBLIC,
                relation=table.name,
                columns=(),
                number=number,
                table=table,
            )
        )
    return found


def normalized_documents(
    connection: store.Connection, target: Target, targets: Sequence[Target], now_ms: float
) -> Iterator[Document]:
    """Yield the rows of a new table as documents.

    Args:
        connection: inside the export's transaction.
        target: the table.
        targets: all new tables, for the ids that foreign keys become.
        now_ms: creation time of rows that know none.
    """
    table = target.table
    assert table is not None
    numbers = {(other.schema, other.relation): other.number for other in targets}
    columns = list(table.columns)
    references = {column.name: _reference(column, numbers) for column in columns}
    key = [column.name for column in table.primary_key]
    query = sa.select(*(_as_json(column) for column in columns)).order_by(*table.primary_key)
    for row in read_rows(connection, core.text(query)):
        cells = {column.name: row[index] for index, column in enumerate(columns)}
        yield _document(target, table, cells, key, references, now_ms)


def _as_json(column: sa.Column[object]) -> sa.ColumnElement[str]:
    """Read a column as JSON text; times become milliseconds, as documents hold them."""
    if isinstance(column.type, sa.DateTime):
        return sa.cast(sa.func.to_jsonb(sa.cast(sa.extract("epoch", column) * 1000, sa.Double)), sa.Text)
    return sa.cast(sa.func.to_jsonb(column), sa.Text)


def _reference(column: sa.Column[object], numbers: Mapping[tuple[str, str], int]) -> int | None:
    """Return the number of the new table whose key the column holds."""
    for foreign in column.foreign_keys:
        other = foreign.column.table
        if isinstance(other, sa.Table) and list(other.primary_key) == [foreign.column]:
            return numbers.get((other.schema or PUBLIC, other.name))
    return None


def _document(
    target: Target, table: sa.Table, cells: Mapping[str, object], key: Sequence[str],
    references: Mapping[str, int | None], now_ms: float,
) -> Document:  # fmt: skip
    document: Document = {"_id": _id(target.number, [cells[name] for name in key])}
    born = next((name for name in _BORN if cells.get(name) is not None), None)
    created = float(str(cells[born])) if born else now_ms
    document["_creationTime"] = created if created > 0 else now_ms
    for column in table.columns:
        cell = cells[column.name]
        if cell is None or _is_surrogate(column, key):
            continue
        number = references[column.name]
        name = "key" if column.name == "id" else camel_case(column.name)
        try:
            document[name] = _value(column, str(cell)) if number is None else _id(number, [cell])
        except InvalidValue as error:
            row_id = str(document["_id"])
            raise ExportRefused(error.code, f'field "{name}": {error.what}', table=target.title, id=row_id) from None
    return document


def _is_surrogate(column: sa.Column[object], key: Sequence[str]) -> bool:
    """Say whether a column is a number that only serves as key; the document's id stands for it."""
    return list(key) == [column.name] and isinstance(column.type, sa.Integer)


def _id(number: int, key: Sequence[object]) -> str:
    return derived_id(number, json.dumps([str(cell) for cell in key]), created_s=0.0)


def _value(column: sa.Column[object], text: str) -> Value:
    try:
        value = decode_wire(text)
    except InvalidValue:
        if isinstance(column.type, sa.JSON):  # JSON with keys that documents can't have
            return text
        raise
    if isinstance(column.type, sa.Integer) and abs(int(text)) > EXACT_INTEGERS:
        return Int64(int(text))
    return value
