"""Projects and their conversations: both forms do the same, and array or link agrees with the pointer afterwards."""

from collections.abc import Callable

import pytest
from app.application import NOW_MS, Chat

from chat import operations as do

Add = Callable[[str, str], object]
LATER = NOW_MS + 60_000


def test_a_conversation_is_added_once(app: Chat, add: Add) -> None:
    assert [add("a", "c0"), add("a", "c0")] == [True, False]
    assert app.memberships() == {"c0": "a"}
    assert app.call(do.count_conversations, "a") == 1


def test_adding_a_conversation_of_another_project_is_refused_by_name(app: Chat, add: Add) -> None:
    add("a", "c0")
    with pytest.raises(do.BelongsToAnotherProject, match=r"'c0' belongs to project 'a' and was not added to 'b'"):
        add("b", "c0")
    assert app.memberships() == {"c0": "a"}


@pytest.mark.parametrize(("project_id", "conversation_id", "missing"), [("none", "c0", "project 'none'"), ("a", "c99", "'c99'")])
def test_what_does_not_exist_is_named(app: Chat, add: Add, project_id: str, conversation_id: str, missing: str) -> None:
    with pytest.raises(do.NotFound, match=missing):
        add(project_id, conversation_id)
    assert app.memberships() == {}


def test_nobody_gets_a_conversation_of_another(app: Chat, add: Add) -> None:
    app.call(do.create_project, "p9", "other", "Foreign", now_ms=NOW_MS)
    with pytest.raises(do.OwnerDiffers, match="'c0' and project 'p9'"):
        add("p9", "c0")
    with pytest.raises(do.OwnerDiffers, match="'c0' and project 'p9'"):
        app.call(do.assign_conversations, "p9", ["c1", "c0"], by="other", now_ms=NOW_MS)
    with pytest.raises(do.OwnerDiffers, match="'c0' and project 'p9'"):
        app.call(do.move_conversation, "c0", "p9", by="other", now_ms=NOW_MS)
    assert app.memberships() == {}


def test_a_conversation_is_removed_once(app: Chat, add: Add) -> None:
    add("a", "c0")
    removed = [app.call(do.remove_conversation, "a", "c0", now_ms=LATER) for _ in range(2)]
    assert (removed, app.memberships()) == ([True, False], {})


def test_removing_from_the_wrong_project_changes_nothing(app: Chat, add: Add) -> None:
    add("a", "c0")
    assert app.call(do.remove_conversation, "b", "c0", now_ms=LATER) is False
    assert app.memberships() == {"c0": "a"}


def test_a_conversation_moves_between_projects(app: Chat, add: Add) -> None:
    add("a", "c0")
    add("a", "c1")
    assert app.call(do.move_conversation, "c0", "b", by="u", now_ms=LATER) is True
    assert app.call(do.move_conversation, "c0", "b", by="u", now_ms=LATER) is False
    assert app.memberships() == {"c0": "b", "c1": "a"}


def test_moving_what_is_gone_is_refused(app: Chat) -> None:
    with pytest.raises(do.NotFound, match="conversation 'c99'"):
        app.call(do.move_conversation, "c99", "b", by="u", now_ms=LATER)


def test_several_conversations_are_assigned_wherever_they_were(app: Chat, add: Add) -> None:
    add("a", "c0")
    add("b", "c1")
    chosen = ["c2", "c0", "c1", "gone", "c2"]
    assert app.call(do.assign_conversations, "b", chosen, by="u", now_ms=LATER) == 2
    assert app.memberships() == {"c0": "b", "c1": "b", "c2": "b"}


def test_assigning_nothing_is_allowed(app: Chat) -> None:
    assert app.call(do.assign_conversations, "a", [], by="u", now_ms=LATER) == 0


def test_conversations_are_listed_in_the_order_of_adding(app: Chat, add: Add) -> None:
    for number in (0, 1, 2):
        add("a", f"c{number}")
    assert app.call(do.list_conversations, "a") == ["c0", "c1", "c2"]
    assert app.call(do.conversations_added_since, "a", NOW_MS + 1) == ["c1", "c2"]
    assert app.call(do.count_conversations, "a") == 3
    assert (app.call(do.list_conversations, "b"), app.call(do.count_conversations, "b")) == ([], 0)


def test_a_conversation_may_begin_in_a_project(app: Chat) -> None:
    app.call(do.create_conversation, "c9", "u", "Title", "gpt", project_id="a", now_ms=LATER)
    assert app.memberships() == {"c9": "a"}


def test_a_conversation_does_not_begin_in_a_project_that_is_gone(app: Chat) -> None:
    with pytest.raises(do.NotFound, match="project 'none'"):
        app.call(do.create_conversation, "c9", "u", "Title", "gpt", project_id="none", now_ms=LATER)
    assert app.rows("SELECT id FROM conversations WHERE id = 'c9'") == []


def test_conversations_outlive_their_project(app: Chat, add: Add) -> None:
    add("a", "c0")
    add("a", "c1")
    add("b", "c2")
    app.call(do.delete_project, "a", now_ms=LATER)
    assert app.memberships() == {"c2": "b"}
    assert app.rows("SELECT count(*) FROM conversations") == [(5,)]
    with pytest.raises(do.NotFound, match="project 'a'"):
        app.call(do.delete_project, "a", now_ms=LATER)


def test_a_deleted_conversation_leaves_its_project(app: Chat, add: Add) -> None:
    add("a", "c0")
    add("a", "c1")
    app.call(do.delete_conversation, "c0")
    assert app.memberships() == {"c1": "a"}
    with pytest.raises(do.NotFound, match="conversation 'c0'"):
        app.call(do.delete_conversation, "c0")


def test_many_conversations_are_deleted_at_once(app: Chat, add: Add) -> None:
    for number in range(4):
        add("ab"[number % 2], f"c{number}")
    assert app.call(do.delete_conversations, ["c0", "c1", "gone", "c4"]) == 3
    assert app.memberships() == {"c2": "a", "c3": "b"}


def test_messages_and_bookmarks_go_with_their_conversation(app: Chat) -> None:
    app.call(do.create_message, "m0", "c0", "u", "Hello", now_ms=LATER)
    app.call(do.create_message, "m1", "c1", "u", "Hello", now_ms=LATER)
    app.connection.execute("INSERT INTO bookmarks (id, conversation_id) VALUES ('k0', 'c0'), ('k1', 'c1')")
    app.call(do.delete_conversation, "c0")
    assert app.rows("SELECT id FROM messages UNION SELECT id FROM bookmarks ORDER BY 1") == [("k1",), ("m1",)]


def test_names_and_titles_change_alone(app: Chat, add: Add) -> None:
    add("a", "c0")
    app.call(do.rename_project, "a", "Renamed", now_ms=LATER)
    app.call(do.rename_conversation, "c0", "Retitled", now_ms=LATER)
    assert app.rows("SELECT name FROM projects WHERE id = 'a'") == [("Renamed",)]
    assert app.rows("SELECT title, updated_at FROM conversations WHERE id = 'c0'") == [("Retitled", LATER)]
    assert app.memberships() == {"c0": "a"}
    for operation in (do.rename_project, do.rename_conversation):
        with pytest.raises(do.NotFound):
            app.call(operation, "none", "Name", now_ms=LATER)
