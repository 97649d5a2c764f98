"""Attachments of messages: add, remove, rename, list.

In: a connection and ids. Out: the attachments are changed or read.

By document, they are the array ``messages.attachments``, which is read, changed here and written back. By rows, they are
rows of ``attachments``, written under the lock of their message.
"""

from collections.abc import Sequence

from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import cast, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from chat.legacy import conversations, messages
from chat.operations.attachment import FIELDS, Attachment, attachment_of, document_of
from chat.operations.errors import NotFound
from chat.operations.nested import elements, nested
from chat.operations.pairing import Operation
from chat.operations.statement import Statement, given, time_of
from chat.schema import attachments

_message = messages.c
_row = attachments.c

_READ_ARRAY = Statement(select(_message.attachments).where(_message.id == given("id")))
_WRITE_ARRAY = Statement(update(messages).where(_message.id == given("id")).values(attachments=given("array", JSONB)))
_READ_ARRAYS = Statement(
    select(_message.id, _message.attachments)
    .where(_message.conversation_id == given("id"))
    .order_by(_message.created_at, _message.id)
)
_FIND_ARRAYS = Statement(
    select(_message.id, _message.attachments)
    .where(_message.attachments.contains(given("pattern", JSONB)))
    .order_by(_message.created_at, _message.id)
)

_LOCK_MESSAGE = Statement(select(_message.id).where(_message.id == given("id")).with_for_update(key_share=True))
_next_position = (
    select(func.coalesce(func.max(_row.position) + literal(1), literal(0)))
    .where(_row.message_id == given("id"))
    .scalar_subquery()
)
_INSERT = Statement(
    insert(attachments)
    .from_select(
        ["message_id", "position", "conversation_id", "user_id", "created_at", *FIELDS],
        select(
            _message.id,
            _next_position,
            _message.conversation_id,
            func.coalesce(_message.user_id, conversations.c.user_id),
            time_of(_message.created_at),
            *(cast(given(field, _row[field].type), _row[field].type) for field in FIELDS),
        )
        .select_from(messages.outerjoin(conversations, conversations.c.id == _message.conversation_id))
        .where(_message.id == given("id")),
    )
    .returning(_row.position)
)
_DELETE = Statement(delete(attachments).where(_row.message_id == given("id"), _row.storage_id == given("storage_id")))
_RENAME = Statement(
    update(attachments).where(_row.message_id == given("id"), _row.storage_id == given("storage_id")).values(name=given("name"))
)
_columns = [_row.message_id, *(_row[field] for field in FIELDS)]
_LIST = Statement(select(*_columns).where(_row.message_id == given("id")).order_by(_row.position))
_LIST_OF_CONVERSATION = Statement(
    select(*_columns).where(_row.conversation_id == given("id")).order_by(_row.created_at, _row.message_id, _row.position)
)
_LIST_OF_FILE = Statement(
    select(*_columns).where(_row.storage_id == given("id")).order_by(_row.created_at, _row.message_id, _row.position)
)

Located = tuple[str, Attachment]
"""The id of a message and one attachment of it."""


def add_by_document(connection: Connection[TupleRow], message_id: str, attachment: Attachment) -> int:
    """Append an attachment to a message and return its place in the array."""
    with connection.transaction():
        array = _read_array(connection, message_id)
        _WRITE_ARRAY.run(connection, id=message_id, array=nested([*array, document_of(attachment)]))
    return len(array)


def add_by_rows(connection: Connection[TupleRow], message_id: str, attachment: Attachment) -> int:
    """Add an attachment to a message and return its position, the next that is free."""
    with connection.transaction():
        _lock_message(connection, message_id)
        row = _INSERT.row(connection, id=message_id, **{field: getattr(attachment, field) for field in FIELDS})
    if row is None:
        raise NotFound("message", message_id)
    return int(row[0])


def remove_by_document(connection: Connection[TupleRow], message_id: str, storage_id: str) -> int:
    """Remove a stored file from a message and return how many attachments went."""
    with connection.transaction():
        array = _read_array(connection, message_id)
        kept = [element for element in array if not _holds(element, storage_id)]
        if len(kept) < len(array):
            _WRITE_ARRAY.run(connection, id=message_id, array=nested(kept))
    return len(array) - len(kept)


def remove_by_rows(connection: Connection[TupleRow], message_id: str, storage_id: str) -> int:
    """Remove a stored file from a message and return how many attachments went."""
    with connection.transaction():
        _lock_message(connection, message_id)
        return _DELETE.run(connection, id=message_id, storage_id=storage_id)


def rename_by_document(connection: Connection[TupleRow], message_id: str, storage_id: str, name: str) -> int:
    """Rename a stored file in a message and return how many attachments changed."""
    with connection.transaction():
        array = _read_array(connection, message_id)
        held = [element for element in array if _holds(element, storage_id)]
        if held:
            changed = [
                {**element, "name": name} if isinstance(element, dict) and _holds(element, storage_id) else element
                for element in array
            ]
            _WRITE_ARRAY.run(connection, id=message_id, array=nested(changed))
    return len(held)


def rename_by_rows(connection: Connection[TupleRow], message_id: str, storage_id: str, name: str) -> int:
    """Rename a stored file in a message and return how many attachments changed."""
    with connection.transaction():
        _lock_message(connection, message_id)
        return _RENAME.run(connection, id=message_id, storage_id=storage_id, name=name)


def list_by_document(connection: Connection[TupleRow], message_id: str) -> list[Attachment]:
    """Return the attachments of a message in order; elements that are none are passed over."""
    row = _READ_ARRAY.row(connection, id=message_id)
    return [] if row is None else [found for _, found in _located([(message_id, row[0])])]


def list_by_rows(connection: Connection[TupleRow], message_id: str) -> list[Attachment]:
    """Return the attachments of a message in order."""
    return [_from_row(row)[1] for row in _LIST.rows(connection, id=message_id)]


def list_of_conversation_by_document(connection: Connection[TupleRow], conversation_id: str) -> list[Located]:
    """Return the attachments of a conversation, message by message."""
    return _located(_READ_ARRAYS.rows(connection, id=conversation_id))


def list_of_conversation_by_rows(connection: Connection[TupleRow], conversation_id: str) -> list[Located]:
    """Return the attachments of a conversation, message by message."""
    return [_from_row(row) for row in _LIST_OF_CONVERSATION.rows(connection, id=conversation_id)]


def list_of_file_by_document(connection: Connection[TupleRow], storage_id: str) -> list[Located]:
    """Return who uses a stored file, found by looking into every message."""
    rows = _FIND_ARRAYS.rows(connection, pattern=nested([{"storageId": storage_id}]))
    return [(message_id, found) for message_id, found in _located(rows) if found.storage_id == storage_id]


def list_of_file_by_rows(connection: Connection[TupleRow], storage_id: str) -> list[Located]:
    """Return who uses a stored file, found by index."""
    return [_from_row(row) for row in _LIST_OF_FILE.rows(connection, id=storage_id)]


def _read_array(connection: Connection[TupleRow], message_id: str) -> list[object]:
    row = _READ_ARRAY.row(connection, id=message_id)
    if row is None:
        raise NotFound("message", message_id)
    return elements(row[0])


def _lock_message(connection: Connection[TupleRow], message_id: str) -> None:
    if _LOCK_MESSAGE.row(connection, id=message_id) is None:
        raise NotFound("message", message_id)


def _holds(element: object, storage_id: str) -> bool:
    return isinstance(element, dict) and element.get("storageId") == storage_id


def _located(rows: Sequence[TupleRow]) -> list[Located]:
    found = [(message_id, attachment_of(element)) for message_id, array in rows for element in elements(array)]
    return [(message_id, attachment) for message_id, attachment in found if attachment is not None]


def _from_row(row: TupleRow) -> Located:
    return row[0], Attachment(**dict(zip(FIELDS, row[1:], strict=True)))


add_attachment = Operation(name="add_attachment", old=add_by_document, new=add_by_rows)
remove_attachment = Operation(name="remove_attachment", old=remove_by_document, new=remove_by_rows)
rename_attachment = Operation(name="rename_attachment", old=rename_by_document, new=rename_by_rows)
list_attachments = Operation(name="list_attachments", old=list_by_document, new=list_by_rows)
attachments_of_conversation = Operation(
    name="attachments_of_conversation", old=list_of_conversation_by_document, new=list_of_conversation_by_rows
)
attachments_of_file = Operation(name="attachments_of_file", old=list_of_file_by_document, new=list_of_file_by_rows)
