"""Which conversations a project holds, by rows.

In: a connection and ids. Out: the membership is changed or read.

A membership is a row of ``project_conversations`` and the pointer ``conversations.project_id``, both written in one
transaction: each is the condition of the other when no trigger keeps them equal. The conversations are locked first, in
the order of their ids, so that two writers never wait for each other in a circle.
"""

from collections.abc import Sequence

from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import Double, delete, func, null, select, update
from sqlalchemy.dialects.postgresql import insert

from chat.legacy import conversations, projects
from chat.operations.errors import NotFound
from chat.operations.places import Place, check_free, check_owner, places_of, sole
from chat.operations.statement import Statement, given, given_time, in_given, moment
from chat.schema import project_conversations as links

_conversation = conversations.c
_project = projects.c
_link = links.c

_LOCK_CONVERSATIONS = Statement(
    select(_conversation.id, _conversation.user_id, _conversation.project_id)
    .where(in_given(_conversation.id, "ids"))
    .order_by(_conversation.id)
    .with_for_update(key_share=True)
)
# The lock that a foreign key takes: the project stays, while others may go on to edit it.
_KEEP_PROJECT = Statement(select(_project.user_id).where(_project.id == given("id")).with_for_update(read=True, key_share=True))
_new_links = insert(links).from_select(
    [_link.conversation_id, _link.project_id, _link.added_at, _link.added_by],
    select(_conversation.id, given("project_id"), given_time("now"), given("by")).where(in_given(_conversation.id, "ids")),
)
_UPSERT_LINKS = Statement(
    _new_links.on_conflict_do_update(
        index_elements=[_link.conversation_id],
        set_={name: _new_links.excluded[name] for name in ("project_id", "added_at", "added_by")},
        # A conversation that is in the project already keeps the moment when it was added.
        where=_link.project_id != _new_links.excluded.project_id,
    )
)
_WRITE_POINTERS = Statement(
    update(conversations)
    .where(in_given(_conversation.id, "ids"), _conversation.project_id.is_distinct_from(given("project_id")))
    .values(project_id=given("project_id"), updated_at=given("now", Double))
)
_DELETE_LINK = Statement(delete(links).where(_link.project_id == given("project_id"), _link.conversation_id == given("id")))
_CLEAR_POINTER = Statement(
    update(conversations)
    .where(_conversation.id == given("id"), _conversation.project_id == given("project_id"))
    .values(project_id=null(), updated_at=given("now", Double))
)
_LIST_LINKS = Statement(
    select(_link.conversation_id).where(_link.project_id == given("id")).order_by(_link.added_at, _link.conversation_id)
)
_COUNT_LINKS = Statement(select(func.count()).select_from(links).where(_link.project_id == given("id")))
_LIST_LINKS_SINCE = Statement(
    select(_link.conversation_id)
    .where(_link.project_id == given("id"), _link.added_at >= given("since", _link.added_at.type))
    .order_by(_link.added_at, _link.conversation_id)
)


def add_by_rows(connection: Connection[TupleRow], project_id: str, conversation_id: str, *, by: str, now_ms: float) -> bool:
    """Add a conversation to a project: link and pointer; see ``add_by_document``."""
    with connection.transaction():
        place = sole(places_of(_LOCK_CONVERSATIONS.rows(connection, ids=[conversation_id])), conversation_id)
        check_owner([place], _keep_project(connection, project_id), project_id)
        check_free(place, project_id)
        _put_by_rows(connection, project_id, [place], by, now_ms)
    return place.project_id != project_id


def assign_by_rows(
    connection: Connection[TupleRow], project_id: str, conversation_ids: Sequence[str], *, by: str, now_ms: float
) -> int:
    """Put several conversations into a project, wherever they are now; see ``assign_by_document``."""
    with connection.transaction():
        places = places_of(_LOCK_CONVERSATIONS.rows(connection, ids=list(conversation_ids)))
        check_owner(places, _keep_project(connection, project_id), project_id)
        _put_by_rows(connection, project_id, places, by, now_ms)
    return sum(place.project_id != project_id for place in places)


def move_by_rows(connection: Connection[TupleRow], conversation_id: str, project_id: str, *, by: str, now_ms: float) -> bool:
    """Move a conversation into a project, out of the one it is in; see ``move_by_document``."""
    with connection.transaction():
        place = sole(places_of(_LOCK_CONVERSATIONS.rows(connection, ids=[conversation_id])), conversation_id)
        check_owner([place], _keep_project(connection, project_id), project_id)
        _put_by_rows(connection, project_id, [place], by, now_ms)
    return place.project_id != project_id


def remove_by_rows(connection: Connection[TupleRow], project_id: str, conversation_id: str, *, now_ms: float) -> bool:
    """Take a conversation out of a project; see ``remove_by_document``."""
    with connection.transaction():
        places = places_of(_LOCK_CONVERSATIONS.rows(connection, ids=[conversation_id]))
        _keep_project(connection, project_id)
        if not any(place.project_id == project_id for place in places):
            return False
        _DELETE_LINK.run(connection, project_id=project_id, id=conversation_id)
        _CLEAR_POINTER.run(connection, id=conversation_id, project_id=project_id, now=now_ms)
        return True


def list_by_rows(connection: Connection[TupleRow], project_id: str) -> list[str]:
    """Return the ids of a project's conversations in the order in which they were added."""
    return [row[0] for row in _LIST_LINKS.rows(connection, id=project_id)]


def count_by_rows(connection: Connection[TupleRow], project_id: str) -> int:
    """Return the number of a project's conversations, counted."""
    row = _COUNT_LINKS.row(connection, id=project_id)
    return 0 if row is None else int(row[0])


def added_since_by_rows(connection: Connection[TupleRow], project_id: str, since_ms: float) -> list[str]:
    """Return the ids of the conversations added to a project since a moment."""
    return [row[0] for row in _LIST_LINKS_SINCE.rows(connection, id=project_id, since=moment(since_ms))]


def _keep_project(connection: Connection[TupleRow], project_id: str) -> str | None:
    row = _KEEP_PROJECT.row(connection, id=project_id)
    if row is None:
        raise NotFound("project", project_id)
    owner_id: str | None = row[0]
    return owner_id


def _put_by_rows(connection: Connection[TupleRow], project_id: str, places: list[Place], by: str, now_ms: float) -> None:
    ids = [place.id for place in places]
    _UPSERT_LINKS.run(connection, ids=ids, project_id=project_id, now=now_ms, by=by)
    _WRITE_POINTERS.run(connection, ids=ids, project_id=project_id, now=now_ms)
