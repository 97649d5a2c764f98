"""Legacy values of any shape: an old write never fails because of us, and what was written comes back by meaning."""

import json
from decimal import Decimal
from typing import Any

import pytest
from engine.traps.state import FILE, arrays, files, links, rows
from plugins.interleaving import MakeWorld, World, rewritten

from unnest.stages import Stage

ELEMENT = {**FILE, "name": "n"}
CALL = {"id": "k", "name": "search", "arguments": "{}", "timestamp": 5000}
DEEP = "[" * 400 + "]" * 400

# JSON texts, so that numbers reach the server as they are spelled.
STRANGE: tuple[str, ...] = (
    "null",
    "[]",
    "{}",
    '{"a": 1}',
    '"text"',
    "12",
    "true",
    "[[]]",
    "[null]",
    '[null, 1, true, "x", [], {}]',
    '[{"type": "image"}]',
    json.dumps([{**ELEMENT, "size": "big"}]),
    json.dumps([{**ELEMENT, "size": None}]),
    json.dumps([{**ELEMENT, "type": "unheard of"}]),
    json.dumps([ELEMENT, {"type": "file"}, ELEMENT, 7, ELEMENT]),
    json.dumps([{**ELEMENT, "size": 0}]).replace('"size": 0', '"size": 1e400'),
    json.dumps([{**ELEMENT, "size": 0}]).replace('"size": 0', '"size": 12345678901234567890'),
    json.dumps([{**ELEMENT, "size": 0}]).replace('"size": 0', '"size": 5.5'),
    json.dumps([{**ELEMENT, "size": 0}]).replace('"size": 0', '"size": 5.0'),
    json.dumps([{**ELEMENT, "size": 0}]).replace('"size": 0', '"size": -0.0'),
    json.dumps([{**ELEMENT, "metadata": {"duration": 0}}]).replace('"duration": 0', '"duration": 12345678901234567890'),
    json.dumps([{**ELEMENT, "metadata": {"duration": 0}}]).replace('"duration": 0', '"duration": 1e-320'),
    json.dumps([{**ELEMENT, "metadata": {"duration": 0}}]).replace('"duration": 0', '"duration": 0.1'),
    json.dumps([{**ELEMENT, "metadata": {"duration": "NaN", "generationTime": "Infinity"}}]),
    json.dumps([{**ELEMENT, "metadata": {"width": 3_000_000_000, "height": 2.5}}]),
    json.dumps([{**ELEMENT, "metadata": None}]),
    json.dumps([{**ELEMENT, "metadata": []}]),
    json.dumps([{**ELEMENT, "metadata": {}}]),
    json.dumps([{**ELEMENT, "metadata": {"width": None, "own": None}}]),
    json.dumps([{**ELEMENT, "metadata": {"width": 5, "metadata": {"width": 6}}}]),
    json.dumps([{**ELEMENT, "": "empty key", "$ref": "dollar", "größe": 1, "\u4e2d": 2, 'a"b': 3, "c\\d": 4}]),
    json.dumps([{**ELEMENT, "name": "line\u2028separator \U0001f600 \u202e \ufffd"}]),
    json.dumps([{**ELEMENT, "name": ""}]),
    json.dumps([{**ELEMENT, "name": "x" * 100_000}]),
    json.dumps([{**ELEMENT, "deep": json.loads(DEEP)}]),
    json.dumps([{**ELEMENT, "message_id": "other", "position": 9, "extra": {"extra": 1}}]),
    json.dumps([ELEMENT, ELEMENT, ELEMENT]),
    DEEP,
)
STRANGE_CALLS: tuple[tuple[str | None, str | None], ...] = (
    ("null", "null"),
    ("[]", None),
    (None, "[]"),
    ("{}", '"x"'),
    (json.dumps([{**CALL, "arguments": "not JSON"}]), None),
    (json.dumps([{**CALL, "arguments": '"text"'}]), None),
    (json.dumps([{**CALL, "arguments": ""}]), None),
    (json.dumps([{**CALL, "arguments": '{"a": 1e400}'}]), None),
    (json.dumps([{**CALL, "arguments": '{"a": "\\u0000"}'}]), None),
    (json.dumps([{**CALL, "arguments": {"already": "parsed"}}]), None),
    (json.dumps([{**CALL, "arguments": '{"b": 1, "a": 2, "b": 3}'}]), None),
    (json.dumps([{**CALL, "timestamp": 1e300}]), None),
    (json.dumps([{**CALL, "timestamp": 1700000000000.5}]), None),
    (json.dumps([{**CALL, "timestamp": -1}]), None),
    (json.dumps([{**CALL, "timestamp": "yesterday"}]), None),
    (json.dumps([{**CALL, "result": None}]), None),
    (json.dumps([{**CALL, "result": "null"}]), None),
    (json.dumps([CALL, CALL]), json.dumps([CALL])),
    (json.dumps([CALL]), json.dumps([{**CALL, "name": "other"}, {**CALL, "id": "j"}])),
    (json.dumps([{**CALL, "id": None}]), json.dumps([{**CALL, "id": None}])),
    (json.dumps([{"id": "k"}]), json.dumps([CALL])),
)
VALUES = "SELECT id, attachments, tool_calls, partial_tool_calls FROM messages ORDER BY id"


def by_meaning(calls: Any) -> Any:
    """Return an array of calls with its JSON texts parsed: they come back equal by value, spelled as jsonb prints them."""
    if not isinstance(calls, list):
        return calls
    return [{key: parsed(value) if key in ("arguments", "result") else value for key, value in call.items()} for call in calls]


def parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return "JSON", json.loads(value, parse_float=Decimal)
    except ValueError:
        return value


def messages(world: World) -> dict[str, tuple[Any, Any, Any]]:
    return {id: (attachments, by_meaning(final), by_meaning(partial)) for id, attachments, final, partial in world.run(VALUES)}


def write_all(world: World) -> None:
    """Write every shape by INSERT, by UPDATE, and as the change of one strange shape into another."""
    for number, value in enumerate(STRANGE):
        world.run("INSERT INTO messages (id, conversation_id, attachments) VALUES (%s, 'c1', %s)", f"i{number:03}", value)
        world.run("INSERT INTO messages (id, conversation_id) VALUES (%s, 'c1')", f"u{number:03}")
        world.run("UPDATE messages SET attachments = %s WHERE id = %s", value, f"u{number:03}")
    for number, value in enumerate(STRANGE[1:]):
        world.run("UPDATE messages SET attachments = %s WHERE id = %s", value, f"u{number:03}")
    for number, (final, partial) in enumerate(STRANGE_CALLS):
        insert = "INSERT INTO messages (id, conversation_id, tool_calls, partial_tool_calls) VALUES (%s, 'c1', %s, %s)"
        world.run(insert, f"t{number:03}", final, partial)


@pytest.mark.parametrize("stage", [Stage.DUAL_WRITE, Stage.DUAL_READ], ids=lambda stage: str(stage.value))
def test_no_shape_makes_an_old_write_fail_or_is_changed_by_it(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage, 1)
    write_all(world)
    for number, value in enumerate(STRANGE):
        assert world.value("SELECT attachments = %s::jsonb FROM messages WHERE id = %s", value, f"i{number:03}"), value
    if stage is Stage.DUAL_READ:
        assert world.differences() == []


def test_a_cast_without_a_shape_test_would_fail(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_WRITE, 1)
    number = "unnest.read_bigint(f.size)"
    rewritten("attachments__forward_insert", number, "CAST(f.size AS bigint)")(world)
    insert = "INSERT INTO messages (id, attachments) VALUES ('x', %s)"
    assert world.attempt(insert, json.dumps([{**ELEMENT, "size": "big"}])) is not None


def test_every_shape_comes_back_after_the_nested_values_are_gone(make_world: MakeWorld) -> None:
    """Copied as history, retired, purged, and rebuilt from rows and residue."""
    world = make_world(Stage.SCHEMA, 1)
    write_all(world)
    before = messages(world)
    world.advance(Stage.DUAL_READ)
    assert messages(world) == before
    world.advance(Stage.COMPLETE)
    world.rollback(Stage.DUAL_READ)
    assert messages(world) == before
    assert world.differences() == []


def test_ten_thousand_elements_are_carried_both_ways(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 1)
    names = [f"n{number}" for number in range(10_000)]
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files(*names))
    assert rows(world) == names
    world.run("DELETE FROM attachments WHERE message_id = 'm1' AND position % 2 = 0")
    assert rows(world) == names[1::2]
    found = world.column("SELECT e ->> 'name' FROM messages, jsonb_array_elements(attachments) AS e WHERE id = 'm1'")
    assert found == names[1::2]
    assert world.value("SELECT max(position) FROM attachments WHERE message_id = 'm1'") == 4_999


STRANGE_IDS: tuple[str, ...] = (
    "null",
    "{}",
    '"c2"',
    "3",
    '[null, 1, true, {"id": "c2"}, ["c3"], "", "nowhere"]',
    '["c2", "c2", "c3", "c2"]',
    '["c1", "c4"]',
    json.dumps(["c2"] * 10_000),
    json.dumps(["c2", "\u2028", "\U0001f600", "$c", "\u00fc"]),
)


@pytest.mark.parametrize("stage", [Stage.DUAL_WRITE, Stage.DUAL_READ], ids=lambda stage: str(stage.value))
def test_no_array_of_ids_makes_an_old_write_fail(make_world: MakeWorld, stage: Stage) -> None:
    """The pointer decides: what an array says beyond it is put right in place."""
    world = make_world(stage, 3)
    for number, value in enumerate(STRANGE_IDS):
        world.run("UPDATE projects SET conversation_ids = %s WHERE id = 'p1'", value)
        world.run("INSERT INTO projects (id, user_id, conversation_ids) VALUES (%s, 'u1', %s)", f"x{number}", value)
        found: Any = arrays(world)
        assert sorted(found["p1"]) == ["c2", "c3"]
        assert found[f"x{number}"] == []
    if stage is Stage.DUAL_READ:
        assert links(world) == {"c2": "p1", "c3": "p1"}
        assert world.differences() == []


def test_no_pointer_makes_an_old_write_fail(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 3)
    for pointer in ("", "gone", "p1 ", "\u2028", "x" * 2000, "p2"):
        world.run("UPDATE conversations SET project_id = %s WHERE id = 'c2'", pointer)
        assert world.value("SELECT project_id FROM conversations WHERE id = 'c2'") == pointer
        assert world.differences() == []
    assert links(world) == {"c2": "p2", "c3": "p1"}
