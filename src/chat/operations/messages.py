"""Messages: create with attachments, edit, delete.

In: a connection and ids. Out: the message is changed, and the conversation's count of messages with it.
"""

from collections.abc import Sequence

from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import Double, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB

from chat.legacy import conversations, messages
from chat.operations.attachment import Attachment, document_of
from chat.operations.attachments import add_by_rows
from chat.operations.errors import NotFound
from chat.operations.nested import nested
from chat.operations.pairing import Operation
from chat.operations.statement import Statement, given

_message = messages.c
_conversation = conversations.c

# The conversation is written first, here as in every deletion: both lock it before its messages.
_COUNT_MESSAGE = Statement(
    update(conversations)
    .where(_conversation.id == given("id"))
    .values(
        message_count=func.coalesce(_conversation.message_count, 0.0) + given("more", Double),
        last_message_at=func.greatest(_conversation.last_message_at, given("now", Double)),
    )
)
_FIELDS = {
    "id": given("id"),
    "conversation_id": given("conversation_id"),
    "user_id": given("user_id"),
    "role": given("role"),
    "content": given("content"),
    "status": given("status"),
    "created_at": given("now", Double),
    "updated_at": given("now", Double),
}
_INSERT_ROW = Statement(insert(messages).values(**_FIELDS))
_INSERT_DOCUMENT = Statement(insert(messages).values(**_FIELDS, attachments=given("array", JSONB)))
_EDIT = Statement(
    update(messages).where(_message.id == given("id")).values(content=given("content"), updated_at=given("now", Double))
)
_READ_CONVERSATION = Statement(select(_message.conversation_id).where(_message.id == given("id")))
_DELETE = Statement(delete(messages).where(_message.id == given("id")))


def create_by_document(
    connection: Connection[TupleRow],
    message_id: str,
    conversation_id: str,
    user_id: str,
    content: str,
    *,
    role: str = "user",
    attachments: Sequence[Attachment] = (),
    now_ms: float,
) -> None:
    """Create a message whose array holds its attachments."""
    with connection.transaction():
        _count(connection, conversation_id, 1, now_ms)
        _INSERT_DOCUMENT.run(
            connection,
            id=message_id,
            conversation_id=conversation_id,
            user_id=user_id,
            role=role,
            content=content,
            status="complete",
            array=nested([document_of(attachment) for attachment in attachments]),
            now=now_ms,
        )


def create_by_rows(
    connection: Connection[TupleRow],
    message_id: str,
    conversation_id: str,
    user_id: str,
    content: str,
    *,
    role: str = "user",
    attachments: Sequence[Attachment] = (),
    now_ms: float,
) -> None:
    """Create a message and a row for each of its attachments."""
    with connection.transaction():
        _count(connection, conversation_id, 1, now_ms)
        _INSERT_ROW.run(
            connection,
            id=message_id,
            conversation_id=conversation_id,
            user_id=user_id,
            role=role,
            content=content,
            status="complete",
            now=now_ms,
        )
        for attachment in attachments:  # a handful at most, each with the next free position
            add_by_rows(connection, message_id, attachment)


def edit(connection: Connection[TupleRow], message_id: str, content: str, *, now_ms: float) -> None:
    """Change the text of a message; both forms do it alike."""
    with connection.transaction():
        if not _EDIT.run(connection, id=message_id, content=content, now=now_ms):
            raise NotFound("message", message_id)


def remove(connection: Connection[TupleRow], message_id: str, *, now_ms: float) -> None:
    """Delete a message; both forms do it alike, because rows go with their message by foreign key."""
    with connection.transaction():
        row = _READ_CONVERSATION.row(connection, id=message_id)
        if row is None:
            raise NotFound("message", message_id)
        # A message may have outlived its conversation: then there is nothing to count.
        _COUNT_MESSAGE.run(connection, id=row[0], more=-1.0, now=now_ms)
        if not _DELETE.run(connection, id=message_id):
            raise NotFound("message", message_id)


def _count(connection: Connection[TupleRow], conversation_id: str, more: int, now_ms: float) -> None:
    if not _COUNT_MESSAGE.run(connection, id=conversation_id, more=float(more), now=now_ms):
        raise NotFound("conversation", conversation_id)


create_message = Operation(name="create_message", old=create_by_document, new=create_by_rows)
edit_message = Operation(name="edit_message", old=edit, new=edit)
delete_message = Operation(name="delete_message", old=remove, new=remove)
