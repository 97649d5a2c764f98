"""Which conversations a project holds, by document.

In: a connection and ids. Out: the membership is changed or read.

A membership is an id in ``projects.conversation_ids`` and a pointer in ``conversations.project_id``. The array is read,
changed here and written back first, then the pointer, in one transaction: as the application always did.
"""

from collections.abc import Sequence

from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import Double, null, select, update
from sqlalchemy.dialects.postgresql import JSONB

from chat.legacy import conversations, projects
from chat.operations.errors import NotFound
from chat.operations.nested import elements, nested, without
from chat.operations.places import Place, check_free, check_owner, places_of, sole
from chat.operations.statement import Statement, given, in_given

_conversation = conversations.c
_project = projects.c

_READ_PROJECT = Statement(select(_project.user_id, _project.conversation_ids).where(_project.id == given("id")))
_READ_CONVERSATIONS = Statement(
    select(_conversation.id, _conversation.user_id, _conversation.project_id)
    .where(in_given(_conversation.id, "ids"))
    .order_by(_conversation.id)
)
_WRITE_ARRAY = Statement(
    update(projects)
    .where(_project.id == given("id"))
    .values(conversation_ids=given("array", JSONB), updated_at=given("now", Double))
)
_WRITE_POINTER = Statement(
    update(conversations)
    .where(_conversation.id == given("id"))
    .values(project_id=given("project_id"), updated_at=given("now", Double))
)
_CLEAR_POINTER = Statement(
    update(conversations)
    .where(_conversation.id == given("id"), _conversation.project_id == given("project_id"))
    .values(project_id=null(), updated_at=given("now", Double))
)
_LIST_BY_POINTER = Statement(
    select(_conversation.id).where(_conversation.project_id == given("id")).order_by(_conversation.created_at, _conversation.id)
)
_LIST_BY_POINTER_SINCE = Statement(
    select(_conversation.id)
    .where(_conversation.project_id == given("id"), _conversation.created_at >= given("since", Double))
    .order_by(_conversation.created_at, _conversation.id)
)


def add_by_document(connection: Connection[TupleRow], project_id: str, conversation_id: str, *, by: str, now_ms: float) -> bool:
    """Add a conversation to a project: the array first, then the pointer.

    Args:
        connection: Where to work, in one transaction.
        project_id: The project.
        conversation_id: The conversation; refused if it is in another project, left alone if it is in this one.
        by: The user who adds it.
        now_ms: The time.

    Returns:
        Whether the conversation was not in the project before.
    """
    del by  # documents do not say who added a conversation
    with connection.transaction():
        place = sole(places_of(_READ_CONVERSATIONS.rows(connection, ids=[conversation_id])), conversation_id)
        owner_id, array = _read_project(connection, project_id)
        check_owner([place], owner_id, project_id)
        check_free(place, project_id)
        _put_by_document(connection, project_id, elements(array), [place], now_ms)
    return place.project_id != project_id


def assign_by_document(
    connection: Connection[TupleRow], project_id: str, conversation_ids: Sequence[str], *, by: str, now_ms: float
) -> int:
    """Put several conversations into a project, wherever they are now; those that are gone are passed over.

    Returns:
        How many were not in the project before.
    """
    del by
    with connection.transaction():
        places = places_of(_READ_CONVERSATIONS.rows(connection, ids=list(conversation_ids)))
        owner_id, array = _read_project(connection, project_id)
        check_owner(places, owner_id, project_id)
        _put_by_document(connection, project_id, elements(array), places, now_ms)
    return sum(place.project_id != project_id for place in places)


def move_by_document(connection: Connection[TupleRow], conversation_id: str, project_id: str, *, by: str, now_ms: float) -> bool:
    """Move a conversation into a project, out of the one it is in; return whether it was not there before."""
    del by
    with connection.transaction():
        place = sole(places_of(_READ_CONVERSATIONS.rows(connection, ids=[conversation_id])), conversation_id)
        owner_id, array = _read_project(connection, project_id)
        check_owner([place], owner_id, project_id)
        _put_by_document(connection, project_id, elements(array), [place], now_ms)
    return place.project_id != project_id


def remove_by_document(connection: Connection[TupleRow], project_id: str, conversation_id: str, *, now_ms: float) -> bool:
    """Take a conversation out of a project; return whether it was in it."""
    with connection.transaction():
        _, array = _read_project(connection, project_id)
        if conversation_id in elements(array):
            _write_array(connection, project_id, without(array, conversation_id), now_ms)
        return _CLEAR_POINTER.run(connection, id=conversation_id, project_id=project_id, now=now_ms) > 0


def list_by_document(connection: Connection[TupleRow], project_id: str) -> list[str]:
    """Return the ids of a project's conversations, the oldest first: documents do not say when they were added."""
    return [row[0] for row in _LIST_BY_POINTER.rows(connection, id=project_id)]


def count_by_document(connection: Connection[TupleRow], project_id: str) -> int:
    """Return the number of a project's conversations: the length of its array, right or not."""
    row = _READ_PROJECT.row(connection, id=project_id)
    return 0 if row is None else len(elements(row[1]))


def added_since_by_document(connection: Connection[TupleRow], project_id: str, since_ms: float) -> list[str]:
    """Return the ids of a project's conversations begun since a moment: the nearest that documents can say."""
    return [row[0] for row in _LIST_BY_POINTER_SINCE.rows(connection, id=project_id, since=since_ms)]


def _read_project(connection: Connection[TupleRow], project_id: str) -> tuple[str | None, object]:
    row = _READ_PROJECT.row(connection, id=project_id)
    if row is None:
        raise NotFound("project", project_id)
    return row[0], row[1]


def _write_array(connection: Connection[TupleRow], project_id: str, array: list[object], now_ms: float) -> None:
    _WRITE_ARRAY.run(connection, id=project_id, array=nested(array), now=now_ms)


def _put_by_document(
    connection: Connection[TupleRow], project_id: str, listed: list[object], places: list[Place], now_ms: float
) -> None:
    """Write the arrays first, then the pointers, one statement each: this is how the application does it today."""
    arriving: list[object] = [place.id for place in places if place.id not in listed]
    if arriving:
        _write_array(connection, project_id, listed + arriving, now_ms)
    for place in places:
        if place.project_id not in (None, project_id):
            _leave_array(connection, str(place.project_id), place.id, now_ms)
    for place in places:
        if place.project_id != project_id:
            _WRITE_POINTER.run(connection, id=place.id, project_id=project_id, now=now_ms)


def _leave_array(connection: Connection[TupleRow], project_id: str, conversation_id: str, now_ms: float) -> None:
    row = _READ_PROJECT.row(connection, id=project_id)
    if row is not None and conversation_id in elements(row[1]):
        _write_array(connection, project_id, without(row[1], conversation_id), now_ms)
