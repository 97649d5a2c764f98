"""What only the new form can say or must do: the audit trail, its independence of documents, its order of locks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest
from app.application import NOW_MS, Chat

from chat import operations as do

Add = Callable[[str, str], object]
LATER = NOW_MS + 60_000
ADDED = datetime.fromtimestamp(NOW_MS / 1000, UTC)
FILE = do.Attachment(type="file", name="a.pdf", storage_id="s1", mime_type="application/pdf", size=5)


@pytest.fixture
def form() -> do.Form:
    """Give the new form alone."""
    return do.Form.NEW


@pytest.fixture
def after_cleanup(app: Chat) -> Chat:
    """Give the application as it is when the nested values are gone and keys keep link and pointer equal."""
    app.connection.execute("ALTER TABLE projects DROP COLUMN conversation_ids")
    app.connection.execute("ALTER TABLE messages DROP COLUMN attachments")
    app.connection.execute("ALTER TABLE conversations ADD UNIQUE (id, project_id)")
    app.connection.execute("ALTER TABLE project_conversations ADD UNIQUE (conversation_id, project_id)")
    app.connection.execute(
        "ALTER TABLE project_conversations ADD FOREIGN KEY (conversation_id, project_id)"
        " REFERENCES conversations (id, project_id) DEFERRABLE INITIALLY DEFERRED"
    )
    app.connection.execute(
        "ALTER TABLE conversations ADD FOREIGN KEY (id, project_id)"
        " REFERENCES project_conversations (conversation_id, project_id) DEFERRABLE INITIALLY DEFERRED"
    )
    return app


def test_a_link_says_when_and_by_whom(app: Chat, add: Add) -> None:
    add("a", "c0")
    app.call(do.add_conversation, "a", "c0", by="someone", now_ms=LATER)
    assert app.rows("SELECT added_at, added_by FROM project_conversations") == [(ADDED, "u")]


def test_a_move_is_a_new_link(app: Chat, add: Add) -> None:
    add("a", "c0")
    add("b", "c1")
    app.call(do.assign_conversations, "b", ["c0", "c1"], by="v", now_ms=LATER)
    found = app.rows("SELECT conversation_id, added_by FROM project_conversations ORDER BY 1")
    assert found == [("c0", "v"), ("c1", "u")]


def test_this_weeks_conversations_are_those_added_this_week(app: Chat) -> None:
    app.call(do.add_conversation, "a", "c0", by="u", now_ms=LATER)
    assert app.call(do.conversations_added_since, "a", LATER) == ["c0"]
    assert app.call(do.conversations_added_since, "a", LATER + 1) == []


def test_everything_works_under_the_keys_that_follow_the_cleanup(after_cleanup: Chat) -> None:
    app = after_cleanup
    app.call(do.create_project, "p", "u", "Late", now_ms=LATER)
    app.call(do.create_conversation, "c9", "u", "Title", "gpt", project_id="p", now_ms=LATER)
    app.call(do.add_conversation, "a", "c0", by="u", now_ms=LATER)
    app.call(do.move_conversation, "c0", "b", by="u", now_ms=LATER)
    app.call(do.assign_conversations, "a", ["c1", "c2", "c3"], by="u", now_ms=LATER)
    app.call(do.remove_conversation, "a", "c1", now_ms=LATER)
    app.call(do.create_message, "m", "c2", "u", "Text", attachments=[FILE], now_ms=LATER)
    app.call(do.delete_conversation, "c2")
    app.call(do.delete_project, "p", now_ms=LATER)
    assert app.memberships() == {"c0": "b", "c3": "a"}
    app.call(do.delete_conversations, ["c0", "c3"])
    assert (app.memberships(), app.rows("SELECT count(*) FROM attachments")) == ({}, [(0,)])


def test_only_one_of_two_simultaneous_assignments_wins(after_cleanup: Chat) -> None:
    app = after_cleanup

    def assign(project_id: str) -> None:
        with psycopg.connect(app.url, autocommit=True) as own:
            for _ in range(20):
                do.assign_conversations.new(own, project_id, ["c3", "c1", "c2"], by="u", now_ms=LATER)

    with ThreadPoolExecutor() as pool:
        list(pool.map(assign, ["a", "b", "a", "b"]))
    assert set(app.memberships()) == {"c1", "c2", "c3"}
    assert len(set(app.memberships().values())) == 1


def test_attachments_added_at_once_get_a_position_each(app: Chat) -> None:
    app.call(do.create_message, "m", "c0", "u", "Text", now_ms=NOW_MS)

    def attach(_: int) -> list[int]:
        with psycopg.connect(app.url, autocommit=True) as own:
            return [do.add_attachment.new(own, "m", FILE) for _ in range(5)]

    with ThreadPoolExecutor() as pool:
        positions = [position for found in pool.map(attach, range(4)) for position in found]
    assert sorted(positions) == list(range(20))


def test_a_row_takes_owner_and_time_from_its_message(app: Chat) -> None:
    app.call(do.create_message, "m", "c0", "u", "Text", attachments=[FILE], now_ms=NOW_MS)
    app.connection.execute("UPDATE messages SET user_id = NULL")
    app.connection.execute("UPDATE conversations SET user_id = 'owner'")
    app.call(do.add_attachment, "m", FILE)
    found = app.rows("SELECT position, conversation_id, user_id, created_at FROM attachments ORDER BY position")
    assert found == [(0, "c0", "u", ADDED), (1, "c0", "owner", ADDED)]


def test_fractions_of_a_millisecond_are_rounded_to_the_microsecond(app: Chat) -> None:
    app.call(do.create_message, "m", "c0", "u", "Text", now_ms=1745162191687.9707)
    app.call(do.add_attachment, "m", FILE)
    assert app.rows("SELECT created_at FROM attachments") == [(datetime(2025, 4, 20, 15, 16, 31, 687971, UTC),)]


def test_the_next_position_follows_the_last_one_in_use(app: Chat) -> None:
    app.call(do.create_message, "m", "c0", "u", "Text", attachments=[FILE, FILE], now_ms=NOW_MS)
    app.connection.execute("DELETE FROM attachments WHERE position = 0")
    assert app.call(do.add_attachment, "m", FILE) == 2
