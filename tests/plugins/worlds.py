"""The application's legacy tables flow out, in a fresh database, as they are before any migration."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.schema import CreateIndex, CreateTable

from chat import legacy, schema
from plugins.servers import Server
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


@pytest.fixture
def next_legacy_database(server: Server) -> Iterator[Callable[[], str]]:
    """Give a function that ends the database it made before and makes the next one: a copy, which takes 30 ms."""
    first = server.create_database()
    create_legacy(first)
    template, name = (sql.Identifier(database_name(first) + suffix) for suffix in ("", "_copy"))
    url = first.replace(f"/{database_name(first)}?", f"/{database_name(first)}_copy?")

    def make() -> str:
        server.drop_database(url)
        server.admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log").format(name, template))
        return url

    yield make
    server.drop_database(url)
    server.drop_database(first)


def database_name(url: str) -> str:
    """Return the name of the database in a URL."""
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
