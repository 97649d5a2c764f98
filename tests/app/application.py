"""The chat application in one form, on a database of a test.

The new tables are made with every constraint and without any trigger, as they are when a migration is complete.
"""

from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy.pool import NullPool

from chat import operations as do
from chat.schema import metadata  # with the new tables, which are declared in the metadata of the old ones

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
    metadata.create_all(engine)
