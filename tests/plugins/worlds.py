"""The application's legacy tables flow out, in a fresh database, as they are before any migration."""

from collections.abc import Callable

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from chat import legacy, schema
from unnest.sql import text

NEW_TABLES = frozenset({schema.attachments.name, schema.tool_calls.name, schema.project_conversations.name})


def legacy_tables() -> list[sa.Table]:
    """Return the document tables; the metadata holds the new ones too."""
    return [table for table in legacy.metadata.sorted_tables if table.name not in NEW_TABLES]


def create_legacy(url: str) -> None:
    """Create the legacy tables and their indexes in the database at ``url``."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in legacy_tables():
            connection.execute(text(CreateTable(table)).encode())
            for index in table.indexes:
                connection.execute(text(CreateIndex(index)).encode())


@pytest.fixture
def legacy_database(database: str) -> str:
    """Give the URL of a database that holds the legacy tables and nothing else."""
    create_legacy(database)
    return database


@pytest.fixture
def make_legacy_database(make_database: Callable[[], str]) -> Callable[[], str]:
    """Give a function that makes one more database with the legacy tables and returns its URL."""

    def make() -> str:
        url = make_database()
        create_legacy(url)
        return url

    return make
