"""Projects: create, rename, delete.

In: a connection and ids. Out: the project is changed. Conversations outlive their project: their pointer is cleared.
"""

from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import Boolean, Double, delete, insert, null, select, update
from sqlalchemy.dialects.postgresql import JSONB

from chat.legacy import conversations, projects
from chat.operations.errors import NotFound
from chat.operations.nested import elements, nested
from chat.operations.pairing import Operation
from chat.operations.statement import Statement, given
from chat.schema import project_conversations as links

_project = projects.c
_conversation = conversations.c
_link = links.c

_FIELDS = {
    "id": given("id"),
    "user_id": given("user_id"),
    "name": given("name"),
    "is_template": given("is_template", Boolean),
    "created_at": given("now", Double),
    "updated_at": given("now", Double),
}
_INSERT_DOCUMENT = Statement(insert(projects).values(**_FIELDS, conversation_ids=given("array", JSONB)))
_INSERT_ROW = Statement(insert(projects).values(**_FIELDS))
_RENAME = Statement(
    update(projects).where(_project.id == given("id")).values(name=given("name"), updated_at=given("now", Double))
)
_READ_ARRAY = Statement(select(_project.conversation_ids).where(_project.id == given("id")))
_READ_POINTER = Statement(select(_conversation.project_id).where(_conversation.id == given("id")))
_CLEAR_POINTER = Statement(
    update(conversations).where(_conversation.id == given("id")).values(project_id=null(), updated_at=given("now", Double))
)
_DELETE = Statement(delete(projects).where(_project.id == given("id")))

_LOCK_CONVERSATIONS = Statement(
    select(_conversation.id)
    .where(_conversation.id.in_(select(_link.conversation_id).where(_link.project_id == given("id"))))
    .order_by(_conversation.id)
    .with_for_update(key_share=True)
)
_LOCK_PROJECT = Statement(select(_project.id).where(_project.id == given("id")).with_for_update())
_DELETE_LINKS = Statement(delete(links).where(_link.project_id == given("id")))
_CLEAR_POINTERS = Statement(
    update(conversations)
    .where(_conversation.project_id == given("id"))
    .values(project_id=null(), updated_at=given("now", Double))
)


def create_by_document(connection: Connection[TupleRow], project_id: str, user_id: str, name: str, *, now_ms: float) -> None:
    """Create a project with an empty array of conversations."""
    with connection.transaction():
        _INSERT_DOCUMENT.run(
            connection, id=project_id, user_id=user_id, name=name, is_template=False, array=nested([]), now=now_ms
        )


def create_by_rows(connection: Connection[TupleRow], project_id: str, user_id: str, name: str, *, now_ms: float) -> None:
    """Create a project."""
    with connection.transaction():
        _INSERT_ROW.run(connection, id=project_id, user_id=user_id, name=name, is_template=False, now=now_ms)


def rename(connection: Connection[TupleRow], project_id: str, name: str, *, now_ms: float) -> None:
    """Rename a project; both forms do it alike."""
    with connection.transaction():
        if not _RENAME.run(connection, id=project_id, name=name, now=now_ms):
            raise NotFound("project", project_id)


def delete_by_document(connection: Connection[TupleRow], project_id: str, *, now_ms: float) -> None:
    """Delete a project and clear the pointer of every conversation that its array lists and that points back.

    Conversations are read and written one by one, because that is how the application does it today.
    """
    with connection.transaction():
        row = _READ_ARRAY.row(connection, id=project_id)
        if row is None:
            raise NotFound("project", project_id)
        for conversation_id in elements(row[0]):
            pointer = _READ_POINTER.row(connection, id=conversation_id) if isinstance(conversation_id, str) else None
            if pointer is not None and pointer[0] == project_id:
                _CLEAR_POINTER.run(connection, id=conversation_id, now=now_ms)
        _DELETE.run(connection, id=project_id)


def delete_by_rows(connection: Connection[TupleRow], project_id: str, *, now_ms: float) -> None:
    """Delete a project: lock its conversations, then itself, clear links and pointers, delete it."""
    with connection.transaction():
        _LOCK_CONVERSATIONS.rows(connection, id=project_id)
        # Who adds a conversation keeps the project under a lock until the end: after this one, nobody is half done.
        if _LOCK_PROJECT.row(connection, id=project_id) is None:
            raise NotFound("project", project_id)
        _DELETE_LINKS.run(connection, id=project_id)
        _CLEAR_POINTERS.run(connection, id=project_id, now=now_ms)
        _DELETE.run(connection, id=project_id)


create_project = Operation(name="create_project", old=create_by_document, new=create_by_rows)
rename_project = Operation(name="rename_project", old=rename, new=rename)
delete_project = Operation(name="delete_project", old=delete_by_document, new=delete_by_rows)
