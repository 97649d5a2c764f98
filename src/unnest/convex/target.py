"""The SQL tables that the tables of a snapshot go to.

In: the tables of a snapshot, the declared tables, and what was imported before. Out: for each one its SQL table, made
ready to be loaded. A declared table has the snake_case name of the snapshot's; all others get columns by inference.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from psycopg import sql
from sqlalchemy import BigInteger, Boolean, Column, Double, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from unnest import sql as core
from unnest.convex import store
from unnest.convex.catalog import SnapshotTable
from unnest.convex.columns import CREATION_TIME, ID, FieldColumn, Kind, columns_of, from_json, to_json
from unnest.convex.errors import Code, ImportRefused
from unnest.convex.names import shortened, snake_case
from unnest.convex.numbers import TableKey

PUBLIC = "public"
DECLARED = "declared"
INFERRED = "inferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the documents of one table live.

    Attributes:
        component: path of the component.
        name: the table's name in snapshots.
        kind: declared or inferred.
        schema: schema of the SQL table.
        relation: name of the SQL table.
        columns: which column holds which field, without id and creation time.
        creation_time: the SQL table has a column for it.
        number: the number its ids carry; 0 while unknown.
        generation: how the last import was encoded.
        table: the declaration, if there is one.
    """

    component: str
    name: str
    kind: str
    schema: str
    relation: str
    columns: tuple[FieldColumn, ...]
    creation_time: bool = True
    number: int = 0
    generation: str = ""
    table: Table | None = None

    @property
    def key(self) -> TableKey:
        """Return what identifies the table among those of all snapshots."""
        return self.component, self.name

    @property
    def title(self) -> str:
        """Return the name under which residue and findings are kept."""
        return store.residue_name(self.component, self.name)

    @property
    def identifier(self) -> sql.Identifier:
        """Return the quoted name of the SQL table."""
        return sql.Identifier(self.schema, self.relation)


def known_targets(connection: store.Connection, tables: Sequence[Table]) -> dict[TableKey, Target]:
    """Return the tables of earlier imports; the declarations of today say which of them are declared."""
    declared = {(table.schema or PUBLIC, table.name): table for table in tables}
    rows = connection.execute(
        "SELECT component, table_name, kind, schema_name, relation, columns::text, table_number, generation"
        " FROM unnest.document_table ORDER BY component, table_name"
    )
    found: dict[TableKey, Target] = {}
    for component, name, kind, schema, relation, columns, number, generation in rows.fetchall():
        table = declared.get((str(schema), str(relation)))
        known = Target(
            component=str(component), name=str(name), kind=str(kind), schema=str(schema), relation=str(relation),
            columns=tuple(from_json(json.loads(str(columns)))), number=int(str(number)), generation=str(generation),
            table=table, creation_time=table is None or CREATION_TIME in table.c,
        )  # fmt: skip
        found[known.key] = known if table is None else _as_declared(known, table)
    return found


def _as_declared(known: Target, table: Table) -> Target:
    """Keep the fields found by earlier imports, and the columns of the present declaration."""
    fields = {column.column: column.field for column in known.columns}
    columns = tuple(replace(column, field=fields.get(column.column)) for column in columns_of(table))
    return replace(known, columns=columns, kind=DECLARED)


def declared_target(name: str, table: Table, component: str = "") -> Target:
    """Return the target that a declaration describes."""
    return Target(
        component=component, name=name, kind=DECLARED, schema=table.schema or PUBLIC, relation=table.name,
        columns=tuple(columns_of(table)), creation_time=CREATION_TIME in table.c, table=table,
    )  # fmt: skip


def target_of(snapshot: SnapshotTable, tables: Sequence[Table], taken: set[tuple[str, str]]) -> Target:
    """Choose the SQL table of a table that was never imported.

    Args:
        snapshot: the table.
        tables: declared tables; they stand for the root component.
        taken: schema and name of the SQL tables that others have.
    """
    if not snapshot.component:
        for table in tables:
            if table.name in (snake_case(snapshot.name), snapshot.name):
                return declared_target(snapshot.name, table)
    schema = schema_of(snapshot.component)
    names = [shortened(snake_case(snapshot.name)), shortened(snapshot.name)]
    relation = next((name for name in names if (schema, name) not in taken), shortened(f"{names[0]}__{snapshot.name}"))
    return Target(component=snapshot.component, name=snapshot.name, kind=INFERRED, schema=schema, relation=relation, columns=())


def schema_of(component: str) -> str:
    """Return the schema of a component's tables; the dots keep ``a/b`` and ``a_b`` apart."""
    return shortened("component." + component.replace("/", ".")) if component else PUBLIC


def prepare(connection: store.Connection, target: Target, *, known: bool) -> bool:
    """Create the SQL table, or add the columns it lacks.

    Args:
        connection: inside the import's transaction.
        target: the table with its final columns.
        known: it comes from an earlier import.

    Returns:
        Whether the table was created.

    Raises:
        ImportRefused: something else has the name, or a declared column is missing.
    """
    if not store.relation_exists(connection, target.schema, target.relation):
        store.ensure_schema(connection, target.schema)
        store.execute(connection, store.create_table_sql(target.table if target.table is not None else _table(target)))
        return True
    if target.table is None and not known:
        raise ImportRefused(
            Code.TABLE_CONFLICT,
            f'table "{target.title}" would become "{target.schema}"."{target.relation}", which exists and is no import',
            next_step="Rename that table, or declare it.",
        )
    present = store.column_names(connection, target.schema, target.relation)
    missing = [column for column in target.columns if column.column not in present]
    if missing and target.table is not None:
        raise ImportRefused(
            Code.TABLE_CONFLICT,
            f'"{target.schema}"."{target.relation}" lacks the declared column "{missing[0].column}"',
            next_step="Roll the migration that retired it back to dual_write, or import into another database.",
        )
    for column in missing:
        added = sql.SQL("ALTER TABLE {} ADD COLUMN {} ").format(target.identifier, sql.Identifier(column.column))
        connection.execute(added.as_bytes() + core.type_name(_SQL_TYPES[column.kind]).encode())
    return False


def create_indexes(connection: store.Connection, target: Target) -> None:
    """Create the indexes of a declaration; after loading, because that is faster."""
    if target.table is not None:
        for statement in store.create_index_sql(target.table):
            store.execute(connection, statement)


def forget(connection: store.Connection, target: Target) -> None:
    """Remove a table of an earlier import: declared ones are emptied, others dropped."""
    if target.kind == DECLARED:
        connection.execute(sql.SQL("DELETE FROM {}").format(target.identifier))
    else:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(target.identifier))
    forget_residue(connection, target)
    connection.execute(
        "DELETE FROM unnest.document_table WHERE component = %s AND table_name = %s", [target.component, target.name]
    )


def forget_residue(connection: store.Connection, target: Target) -> None:
    """Remove what was kept for a table's documents."""
    connection.execute("DELETE FROM unnest.document_residue WHERE table_name = %s", [target.title])


def remember(connection: store.Connection, target: Target, documents: int) -> None:
    """Record what an export needs to know about a table."""
    connection.execute(
        "INSERT INTO unnest.document_table (component, table_name, table_number, kind, schema_name, relation, columns,"
        " generation, imported_at, documents) VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb, %s, now(), %s)"
        " ON CONFLICT (component, table_name) DO UPDATE SET table_number = EXCLUDED.table_number, kind = EXCLUDED.kind,"
        " schema_name = EXCLUDED.schema_name, relation = EXCLUDED.relation, columns = EXCLUDED.columns,"
        " generation = EXCLUDED.generation, imported_at = EXCLUDED.imported_at, documents = EXCLUDED.documents",
        [
            target.component, target.name, target.number, target.kind, target.schema, target.relation,
            json.dumps(to_json(target.columns)), target.generation, documents,
        ],
    )  # fmt: skip


_SQL_TYPES: dict[Kind, TypeEngine[str] | TypeEngine[float] | TypeEngine[int] | TypeEngine[bool] | JSONB] = {
    Kind.TEXT: Text(),
    Kind.NUMBER: Double(),
    Kind.SMALL: SmallInteger(),
    Kind.INTEGER: Integer(),
    Kind.BIG: BigInteger(),
    Kind.BOOLEAN: Boolean(),
    Kind.JSON: JSONB(),
}


def _table(target: Target) -> Table:
    """Return the SQL table of inferred columns."""
    columns = [Column(column.column, _SQL_TYPES[column.kind]) for column in target.columns]
    return Table(
        target.relation,
        MetaData(schema=target.schema),
        Column(ID, Text, primary_key=True),
        *columns,
        Column(CREATION_TIME, Double, nullable=False),
    )
