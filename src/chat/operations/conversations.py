"""Conversations: create, rename, delete one or many.

In: a connection and ids. Out: the conversation is changed. Its messages and bookmarks go with it.
"""

from collections.abc import Sequence

from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import Boolean, Double, delete, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB

from chat.legacy import bookmarks, conversations, messages, projects
from chat.operations.errors import NotFound
from chat.operations.memberships_by_document import add_by_document
from chat.operations.memberships_by_rows import add_by_rows
from chat.operations.nested import elements, nested, without
from chat.operations.pairing import Operation
from chat.operations.statement import Statement, given, in_given
from chat.schema import project_conversations as links

_conversation = conversations.c

_INSERT = Statement(
    insert(conversations).values(
        id=given("id"),
        user_id=given("user_id"),
        title=given("title"),
        model=given("model"),
        pinned=given("no", Boolean),
        archived=given("no", Boolean),
        starred=given("no", Boolean),
        message_count=given("zero", Double),
        last_message_at=given("now", Double),
        created_at=given("now", Double),
        updated_at=given("now", Double),
    )
)
_RENAME = Statement(
    update(conversations).where(_conversation.id == given("id")).values(title=given("title"), updated_at=given("now", Double))
)
_READ_OWNER = Statement(select(_conversation.user_id).where(_conversation.id == given("id")))
_READ_PROJECTS = Statement(
    select(projects.c.id, projects.c.conversation_ids).where(projects.c.user_id == given("user_id")).order_by(projects.c.id)
)
_WRITE_ARRAY = Statement(update(projects).where(projects.c.id == given("id")).values(conversation_ids=given("array", JSONB)))
_LOCK = Statement(
    select(_conversation.id).where(in_given(_conversation.id, "ids")).order_by(_conversation.id).with_for_update(key_share=True)
)
_DELETE_LINKS = Statement(delete(links).where(in_given(links.c.conversation_id, "ids")))
_DELETE_MESSAGES = Statement(delete(messages).where(in_given(messages.c.conversation_id, "ids")))
_DELETE_BOOKMARKS = Statement(delete(bookmarks).where(in_given(bookmarks.c.conversation_id, "ids")))
_DELETE = Statement(delete(conversations).where(in_given(_conversation.id, "ids")))


def create_by_document(
    connection: Connection[TupleRow],
    conversation_id: str,
    user_id: str,
    title: str,
    model: str,
    *,
    project_id: str | None = None,
    now_ms: float,
) -> None:
    """Create a conversation, in a project if one is given: its array first, then the pointer."""
    with connection.transaction():
        _insert(connection, conversation_id, user_id, title, model, now_ms)
        if project_id is not None:
            add_by_document(connection, project_id, conversation_id, by=user_id, now_ms=now_ms)


def create_by_rows(
    connection: Connection[TupleRow],
    conversation_id: str,
    user_id: str,
    title: str,
    model: str,
    *,
    project_id: str | None = None,
    now_ms: float,
) -> None:
    """Create a conversation, in a project if one is given: with link and pointer."""
    with connection.transaction():
        _insert(connection, conversation_id, user_id, title, model, now_ms)
        if project_id is not None:
            add_by_rows(connection, project_id, conversation_id, by=user_id, now_ms=now_ms)


def rename(connection: Connection[TupleRow], conversation_id: str, title: str, *, now_ms: float) -> None:
    """Rename a conversation; both forms do it alike."""
    with connection.transaction():
        if not _RENAME.run(connection, id=conversation_id, title=title, now=now_ms):
            raise NotFound("conversation", conversation_id)


def delete_by_document(connection: Connection[TupleRow], conversation_id: str) -> None:
    """Delete a conversation after looking through every project of its owner for its id."""
    with connection.transaction():
        if not _delete_after_scan(connection, conversation_id):
            raise NotFound("conversation", conversation_id)


def delete_by_rows(connection: Connection[TupleRow], conversation_id: str) -> None:
    """Delete a conversation and its link, found by index."""
    with connection.transaction():
        if not _delete_with_links(connection, [conversation_id]):
            raise NotFound("conversation", conversation_id)


def delete_many_by_document(connection: Connection[TupleRow], conversation_ids: Sequence[str]) -> int:
    """Delete several conversations and return how many there were.

    The owner's projects are read anew for each of them, because that is how the application does it today.
    """
    with connection.transaction():
        return sum(_delete_after_scan(connection, conversation_id) for conversation_id in conversation_ids)


def delete_many_by_rows(connection: Connection[TupleRow], conversation_ids: Sequence[str]) -> int:
    """Delete several conversations with one indexed statement per table, and return how many there were."""
    with connection.transaction():
        return _delete_with_links(connection, list(conversation_ids))


def _insert(connection: Connection[TupleRow], conversation_id: str, user_id: str, title: str, model: str, now_ms: float) -> None:
    _INSERT.run(connection, id=conversation_id, user_id=user_id, title=title, model=model, no=False, zero=0.0, now=now_ms)


def _delete_after_scan(connection: Connection[TupleRow], conversation_id: str) -> bool:
    owner = _READ_OWNER.row(connection, id=conversation_id)
    if owner is None:
        return False
    for project_id, array in _READ_PROJECTS.rows(connection, user_id=owner[0]):
        if conversation_id in elements(array):
            _WRITE_ARRAY.run(connection, id=project_id, array=nested(without(array, conversation_id)))
    return _delete_with_contents(connection, [conversation_id]) > 0


def _delete_with_links(connection: Connection[TupleRow], ids: list[str]) -> int:
    _LOCK.rows(connection, ids=ids)
    _DELETE_LINKS.run(connection, ids=ids)
    return _delete_with_contents(connection, ids)


def _delete_with_contents(connection: Connection[TupleRow], ids: list[str]) -> int:
    _DELETE_BOOKMARKS.run(connection, ids=ids)
    _DELETE_MESSAGES.run(connection, ids=ids)
    return _DELETE.run(connection, ids=ids)


create_conversation = Operation(name="create_conversation", old=create_by_document, new=create_by_rows)
rename_conversation = Operation(name="rename_conversation", old=rename, new=rename)
delete_conversation = Operation(name="delete_conversation", old=delete_by_document, new=delete_by_rows)
delete_conversations = Operation(name="delete_conversations", old=delete_many_by_document, new=delete_many_by_rows)
