"""Messages and their attachments: both forms do the same."""

from dataclasses import replace

import pytest
from app.application import NOW_MS, Chat

from chat import operations as do

LATER = NOW_MS + 60_000
PLAIN = do.Attachment(type="file", name="a.pdf", storage_id="s1", mime_type="application/pdf", size=5_000_000_000)
IMAGE = do.Attachment(
    type="image",
    name="first\u2028second 🏳️‍🌈",
    storage_id="s2",
    mime_type="image/png",
    size=0,
    width=640,
    height=480,
    prompt="a \"quoted\" prompt with \\ and 'more'",
    model="dall-e-3",
    generation_time=7.25,
)
AUDIO = do.Attachment(type="audio", name="", storage_id="s3", mime_type="audio/mpeg", size=7, duration=0.1)


@pytest.fixture
def with_message(app: Chat) -> Chat:
    """Give the application with message 'm' of conversation 'c0', which has two attachments."""
    app.call(do.create_message, "m", "c0", "u", "Hello", attachments=[PLAIN, IMAGE], now_ms=NOW_MS)
    return app


def test_attachments_come_back_whole_and_in_order(with_message: Chat) -> None:
    assert with_message.call(do.add_attachment, "m", AUDIO) == 2
    assert with_message.call(do.list_attachments, "m") == [PLAIN, IMAGE, AUDIO]


def test_a_stored_file_may_be_attached_twice_and_goes_at_once(with_message: Chat) -> None:
    with_message.call(do.add_attachment, "m", replace(PLAIN, name="again"))
    assert with_message.call(do.remove_attachment, "m", "s1") == 2
    assert with_message.call(do.remove_attachment, "m", "s1") == 0
    assert with_message.call(do.list_attachments, "m") == [IMAGE]


def test_a_stored_file_is_renamed_in_its_message(with_message: Chat) -> None:
    assert with_message.call(do.rename_attachment, "m", "s2", "b.png") == 1
    assert with_message.call(do.rename_attachment, "m", "s9", "b.png") == 0
    assert with_message.call(do.list_attachments, "m") == [PLAIN, replace(IMAGE, name="b.png")]


def test_attachments_of_a_conversation_follow_its_messages(with_message: Chat) -> None:
    with_message.call(do.create_message, "b", "c0", "u", "Later", attachments=[AUDIO], now_ms=LATER)
    with_message.call(do.create_message, "z", "c0", "u", "Earlier", attachments=[AUDIO], now_ms=NOW_MS - 1)
    with_message.call(do.create_message, "o", "c1", "u", "Elsewhere", attachments=[AUDIO], now_ms=LATER)
    found = with_message.call(do.attachments_of_conversation, "c0")
    assert found == [("z", AUDIO), ("m", PLAIN), ("m", IMAGE), ("b", AUDIO)]


def test_the_users_of_a_stored_file_are_found(with_message: Chat) -> None:
    with_message.call(do.create_message, "n", "c1", "u", "Again", attachments=[IMAGE], now_ms=LATER)
    assert with_message.call(do.attachments_of_file, "s2") == [("m", IMAGE), ("n", IMAGE)]
    assert with_message.call(do.attachments_of_file, "s9") == []


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        (do.add_attachment, ["none", PLAIN]),
        (do.remove_attachment, ["none", "s1"]),
        (do.rename_attachment, ["none", "s1", "b"]),
    ],
)
def test_attachments_need_their_message(app: Chat, operation: do.Operation[..., object], arguments: list[object]) -> None:
    with pytest.raises(do.NotFound, match="message 'none'"):
        app.call(operation, *arguments)


def test_a_message_without_attachments_has_none(app: Chat) -> None:
    app.call(do.create_message, "m", "c0", "u", "Hello", now_ms=NOW_MS)
    assert (app.call(do.list_attachments, "m"), app.call(do.list_attachments, "none")) == ([], [])


def test_messages_are_counted_at_their_conversation(with_message: Chat) -> None:
    with_message.call(do.create_message, "n", "c0", "u", "More", now_ms=LATER)
    with_message.call(do.delete_message, "m", now_ms=LATER)
    assert with_message.rows("SELECT message_count, last_message_at FROM conversations WHERE id = 'c0'") == [(1.0, LATER)]
    assert with_message.call(do.attachments_of_file, "s1") == []


def test_a_message_needs_its_conversation(app: Chat) -> None:
    with pytest.raises(do.NotFound, match="conversation 'none'"):
        app.call(do.create_message, "m", "none", "u", "Hello", attachments=[PLAIN], now_ms=NOW_MS)
    assert app.rows("SELECT count(*) FROM messages") == [(0,)]


def test_the_text_of_a_message_changes_alone(with_message: Chat) -> None:
    with_message.call(do.edit_message, "m", "Changed", now_ms=LATER)
    assert with_message.rows("SELECT content, created_at, updated_at FROM messages") == [("Changed", NOW_MS, LATER)]
    assert with_message.call(do.list_attachments, "m") == [PLAIN, IMAGE]
    for operation, arguments in ((do.edit_message, ["none", "Text"]), (do.delete_message, ["none"])):
        with pytest.raises(do.NotFound, match="message 'none'"):
            with_message.call(operation, *arguments, now_ms=LATER)


def test_every_operation_is_listed_under_its_name() -> None:
    listed = {name for name, value in vars(do).items() if isinstance(value, do.Operation)}
    assert {name: operation.name for name, operation in do.OPERATIONS.items()} == {name: name for name in listed}
