"""The chat application in one form, on a database of a test.

The new tables are made with every constraint and without any trigger, as they are when a migration is complete.
"""

from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from psycopg import Connection, sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.pool import NullPool

from chat import operations as do
from chat.legacy import metadata
from chat.schema import project_conversations
from chat.traffic import WorldOptions, world

NOW_MS = 1_750_000_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """The application in one form, on a fresh database."""

    connection: Connection[TupleRow]
    form: do.Form
    url: str

    def call(self, operation: do.Operation[..., object], *arguments: object, **keywords: object) -> object:
        """Do an operation in this form."""
        return operation.form(self.form)(self.connection, *arguments, **keywords)

    def rows(self, query: str, *values: object) -> list[TupleRow]:
        """Return the rows of a query."""
        return self.connection.execute(query.encode(), values).fetchall()

    def pointers(self) -> dict[str, str]:
        """Return where the conversations point."""
        return dict(self.rows("SELECT id, project_id FROM conversations WHERE project_id IS NOT NULL"))

    def listed(self) -> dict[str, str]:
        """Return where the conversations are according to this form: by arrays or by links."""
        if self.form is do.Form.NEW:
            return dict(self.rows("SELECT conversation_id, project_id FROM project_conversations"))
        elements = "SELECT element, id FROM projects, jsonb_array_elements_text(conversation_ids) AS element"
        return dict(self.rows(elements))

    def memberships(self) -> dict[str, str]:
        """Return where the conversations are, after making sure that both places say so."""
        assert self.listed() == self.pointers()
        return self.pointers()


def create_tables(url: str) -> None:
    """Create the tables of the application in the database at ``url``."""
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
    project_conversations.metadata.create_all(engine)


def load_world(connection: Connection[TupleRow], options: WorldOptions) -> None:
    """Put the users, projects, conversations and messages of a world into the old tables, and links into the new one."""
    for name, documents in world(options):
        if name in ("users", "projects", "conversations", "messages"):
            columns = sa.inspect(metadata.tables[f"public.{name}"]).columns
            nested = {column.name for column in columns if isinstance(column.type, JSONB)}
            for document in documents:
                _insert(connection, name, {snake_case(key): value for key, value in document.items()}, nested)
    connection.execute(
        "INSERT INTO project_conversations SELECT id, project_id, to_timestamp(created_at / 1000), user_id"
        " FROM conversations WHERE project_id IN (SELECT id FROM projects)"
    )


def snake_case(field: str) -> str:
    """Return the name of the column that holds a field."""
    return {"_id": "id"}.get(field, "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in field))


def _insert(connection: Connection[TupleRow], table: str, row: dict[str, object], nested: set[str]) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    places = sql.SQL(", ").join(sql.Placeholder() * len(row))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), columns, places)
    connection.execute(statement, [Jsonb(value) if key in nested else value for key, value in row.items()])
