"""The application flows out, in both of its forms, with a few documents."""

from collections.abc import Callable

import pytest
from app.application import NOW_MS, Chat, create_tables
from psycopg import Connection
from psycopg.rows import TupleRow

from chat import operations as do


@pytest.fixture(params=list(do.Form), ids=lambda form: str(form.value))
def form(request: pytest.FixtureRequest) -> do.Form:
    """Give each form of the application in turn."""
    assert isinstance(request.param, do.Form)
    return request.param


@pytest.fixture
def chat_database(database: str) -> str:
    """Give the URL of a database with the application's tables."""
    create_tables(database)
    return database


@pytest.fixture
def app(chat_database: str, connection: Connection[TupleRow], form: do.Form) -> Chat:
    """Give an application with the user 'u', its projects 'a' and 'b', and its conversations 'c0' to 'c4' in no project."""
    made = Chat(connection=connection, form=form, url=chat_database)
    for project_id in ("a", "b"):
        made.call(do.create_project, project_id, "u", f"Project {project_id}", now_ms=NOW_MS)
    for number in range(5):
        made.call(do.create_conversation, f"c{number}", "u", "A title", "gpt", now_ms=NOW_MS + number)
    return made


@pytest.fixture
def add(app: Chat) -> Callable[[str, str], object]:
    """Give a function that adds a conversation to a project."""
    return lambda project_id, conversation_id: app.call(
        do.add_conversation, project_id, conversation_id, by="u", now_ms=NOW_MS + int(conversation_id[1:])
    )
