"""What only the old form does: it bears with drift, and costs what it always cost."""

from collections.abc import Callable

import pytest
from app.application import NOW_MS, Chat
from psycopg.types.json import Jsonb

from chat import operations as do

Add = Callable[[str, str], object]


@pytest.fixture
def form() -> do.Form:
    """Give the old form alone."""
    return do.Form.OLD


@pytest.mark.parametrize("array", ["words", 4.5, {"0": "c1"}, True, None])
def test_an_array_that_is_none_is_replaced_by_the_first_addition(app: Chat, add: Add, array: object) -> None:
    app.connection.execute("UPDATE projects SET conversation_ids = %s WHERE id = 'a'", [Jsonb(array)])
    assert app.call(do.count_conversations, "a") == 0
    add("a", "c0")
    assert app.memberships() == {"c0": "a"}


def test_a_missing_id_is_added_although_the_pointer_is_right(app: Chat, add: Add) -> None:
    app.connection.execute("UPDATE conversations SET project_id = 'a' WHERE id = 'c0'")
    assert add("a", "c0") is False
    assert app.memberships() == {"c0": "a"}


def test_the_count_is_the_length_of_the_array_right_or_not(app: Chat) -> None:
    app.connection.execute("""UPDATE projects SET conversation_ids = '["gone", "c1", "c1"]' WHERE id = 'a'""")
    assert app.call(do.count_conversations, "a") == 3


def test_a_deleted_project_leaves_pointers_that_its_array_misses(app: Chat, add: Add) -> None:
    add("a", "c0")
    app.connection.execute("UPDATE conversations SET project_id = 'a' WHERE id = 'c1'")
    app.call(do.delete_project, "a", now_ms=NOW_MS)
    assert app.pointers() == {"c1": "a"}


def test_a_deletion_takes_the_id_out_of_every_array(app: Chat) -> None:
    app.connection.execute("""UPDATE projects SET conversation_ids = '["c0", "c1", "c0"]'""")
    app.call(do.delete_conversation, "c0")
    assert app.rows("SELECT DISTINCT conversation_ids FROM projects") == [(["c1"],)]


def test_other_elements_survive_a_change_of_attachments(app: Chat) -> None:
    odd = [None, "a.png", {"storageId": "s0"}, {"type": "file", "size": "big"}]
    app.call(do.create_message, "m", "c0", "u", "Text", now_ms=NOW_MS)
    app.connection.execute("UPDATE messages SET attachments = %s", [Jsonb(odd)])
    attachment = do.Attachment(type="file", name="a", storage_id="s1", mime_type="x/y", size=5)
    assert app.call(do.add_attachment, "m", attachment) == 4
    assert app.call(do.list_attachments, "m") == [attachment]
    app.call(do.remove_attachment, "m", "s1")
    assert app.rows("SELECT attachments FROM messages") == [(odd,)]
