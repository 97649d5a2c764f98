"""What is remembered of imported snapshots: tables, residue and files, in the schema ``unnest``.

In: a connection. Out: the tables below exist. Names and definitions stand here and nowhere else.
"""

from typing import TypeAlias

import psycopg
from psycopg import sql
from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateIndex, CreateTable

from unnest import sql as core

SCHEMA = "unnest"

Connection: TypeAlias = psycopg.Connection[tuple[object, ...]]

metadata = MetaData(schema=SCHEMA)

document_table = Table(
    "document_table",
    metadata,
    Column("component", Text, primary_key=True, server_default=""),
    Column("table_name", Text, primary_key=True, comment="name in the snapshot"),
    Column("table_number", BigInteger, nullable=False, comment="the number that the ids of its documents carry"),
    Column("kind", Text, nullable=False, comment="declared or inferred"),
    Column("schema_name", Text, nullable=False),
    Column("relation", Text, nullable=False, comment="name of the SQL table"),
    Column("columns", JSONB, nullable=False, comment="field, column and kind, in order"),
    Column("generation", Text, nullable=False, comment="how the imported documents were encoded"),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("documents", BigInteger, nullable=False, comment="rows of the last import"),
)

document_residue = Table(
    "document_residue",
    metadata,
    Column("table_name", Text, primary_key=True, comment="name in the snapshot; component:name inside a component"),
    Column("id", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("value", Text, nullable=False, comment="JSON text; integers are Int64, numbers with a point Float64"),
    Column("reason", Text, nullable=False),
)

snapshot_file = Table(
    "snapshot_file",
    metadata,
    Column("component", Text, primary_key=True),
    Column("name", Text, primary_key=True, comment="storage id, or the name of an entry that is kept as it is"),
    Column("kind", Text, nullable=False, comment="storage or entry"),
    Column("extension", Text, nullable=False),
    Column("details", Text, nullable=False, comment="the line that described it, as it came; empty if there was none"),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False, comment="standard base64"),
    Column("path", Text, nullable=False, comment="file with the content; empty if it is in snapshot_chunk"),
)

snapshot_chunk = Table(
    "snapshot_chunk",
    metadata,
    Column("component", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)


def ensure(connection: Connection) -> None:
    """Create the schema and its tables where they are missing."""
    ensure_schema(connection, SCHEMA)
    for table in metadata.sorted_tables:
        execute(connection, create_table_sql(table))


def ensure_schema(connection: Connection, name: str) -> None:
    """Create a schema if it is missing; asking first spares roles that may not create schemas."""
    if connection.execute("SELECT to_regnamespace(quote_ident(%s))", [name]).fetchone() == (None,):
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(name)))


def create_table_sql(table: Table) -> str:
    """Return the statement that creates a table where it is missing."""
    return core.text(CreateTable(table, if_not_exists=True))


def create_index_sql(table: Table) -> list[str]:
    """Return the statements that create a table's indexes where they are missing."""
    ordered = sorted(table.indexes, key=lambda index: str(index.name))
    return [core.text(CreateIndex(index, if_not_exists=True)) for index in ordered]


def execute(connection: Connection, statement: str) -> None:
    """Run a statement that SQLAlchemy has compiled."""
    connection.execute(statement.encode())


def relation_exists(connection: Connection, schema: str, name: str) -> bool:
    """Say whether a table, view or index of that name stands in the schema."""
    found = connection.execute("SELECT to_regclass(format('%%I.%%I', %s::text, %s::text))", [schema, name]).fetchone()
    return found != (None,)


def column_names(connection: Connection, schema: str, name: str) -> set[str]:
    """Return the columns that a table has in the database."""
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped"
        " AND attrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))",
        [schema, name],
    )
    return {str(row[0]) for row in rows}


def residue_name(component: str, table: str) -> str:
    """Return the name under which a table's residue is kept."""
    return f"{component}:{table}" if component else table
