"""Made-up worlds: the same every time, as large as asked for, and with the drift that their facts state."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.traffic import SnapshotFacts, WorldError, WorldOptions, world, write_snapshot
from chat.traffic.drift import DriftKind
from chat.traffic.identity import TABLE_NUMBERS, Permutation, document_id
from chat.traffic.messages import ODD_ATTACHMENTS, ODD_CALLS, ODD_SOURCES
from chat.traffic.snapshot import lines
from unnest.convex import decode_id

Documents = dict[str, list[dict[str, Any]]]
SMALL = WorldOptions(users=10, projects_per_user=20, conversations_per_project=6, messages_per_conversation=1.5)


def read(options: WorldOptions) -> Documents:
    return {name: [*documents] for name, documents in world(options)}


@pytest.fixture(scope="module")
def documents() -> Documents:
    """Give the documents of a small world."""
    return read(SMALL)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SnapshotFacts]:
    """Give the snapshot of the small world and its facts."""
    path = tmp_path_factory.mktemp("snapshot") / "world.zip"
    return path, write_snapshot(path, SMALL)


def entries(path: Path) -> dict[str, list[str]]:
    with ZipFile(path) as archive:
        return {name: archive.read(name).decode().split("\n") for name in archive.namelist()}


def refuse(token: str) -> float:
    raise AssertionError(f"{token} would be read as another type than a float")


def observe(documents: Documents) -> tuple[int, Counter[str]]:
    """Count links and findings from the documents alone, the plain way."""
    owners = {each["_id"]: each["userId"] for each in documents["projects"]}
    conversations = {each["_id"]: each for each in documents["conversations"]}
    findings: Counter[str] = Counter()
    listed = set()
    for project in documents["projects"]:
        array = project.get("conversationIds")
        findings["not an array"] += array is not None and not isinstance(array, list)
        for conversation_id, times in Counter(array if isinstance(array, list) else []).items():
            listed.add((project["_id"], conversation_id))
            conversation = conversations.get(conversation_id)
            findings["duplicate id"] += times - 1
            findings["stale id"] += conversation is None
            findings["mismatch"] += conversation is not None and conversation.get("projectId") != project["_id"]
    links = 0
    for conversation in conversations.values():
        pointer = conversation.get("projectId")
        gone = pointer is not None and pointer not in owners
        foreign = pointer in owners and owners[pointer] != conversation["userId"]
        linked = pointer is not None and not gone and not foreign
        findings["project gone"] += gone
        findings["owner differs"] += foreign
        findings["missing from array"] += linked and (pointer, conversation["_id"]) not in listed
        links += linked
    return links, +findings


@pytest.mark.parametrize(
    "options",
    [
        SMALL,
        WorldOptions(),
        replace(SMALL, seed=2),
        replace(SMALL, conversations_per_project=1),
        replace(SMALL, conversations_per_project=2, projects_per_user=1),
        replace(SMALL, users=1, loose_conversations_per_user=0),
        replace(SMALL, drift=1.0),
        replace(SMALL, drift=0.0),
        replace(SMALL, projects_per_user=0),
        replace(SMALL, conversations_per_project=0),
    ],
)
def test_the_facts_are_what_an_observer_finds(options: WorldOptions, tmp_path: Path) -> None:
    facts = write_snapshot(tmp_path / "world.zip", options)
    assert (facts.links, facts.findings) == observe(read(options))


def test_every_way_of_drifting_occurs(snapshot: tuple[Path, SnapshotFacts]) -> None:
    facts = snapshot[1]
    assert set(facts.drift) == {kind.name.lower() for kind in DriftKind}
    assert 0.05 <= sum(facts.drift.values()) / SMALL.projects <= 0.10


def test_arrays_take_every_shape(documents: Documents) -> None:
    shapes = {type(each.get("conversationIds", ...)) for each in read(replace(SMALL, drift=1.0))["projects"]}
    assert shapes == {list, type(None), type(...), str, float, dict, bool}
    pointers = {type(each.get("projectId", ...)) for each in documents["conversations"]}
    assert pointers == {str, type(None), type(...)}


def test_a_world_without_drift_agrees_with_itself(documents: Documents) -> None:
    del documents
    assert observe(read(replace(SMALL, drift=0.0))) == (SMALL.projects * SMALL.conversations_per_project, {})


def test_tables_are_as_large_as_asked_for(documents: Documents, snapshot: tuple[Path, SnapshotFacts]) -> None:
    counted = {name: len(found) for name, found in documents.items()}
    assert counted == snapshot[1].documents
    assert (counted["users"], counted["projects"], counted["conversations"]) == (10, 200, 1250)
    assert (counted["messages"], counted["scheduledPrompts"]) == (1875, 0)


def test_messages_may_be_rarer_than_conversations() -> None:
    found = dict(world(replace(SMALL, messages_per_conversation=0.2)))
    assert len([*found["messages"]]) == 250


def test_equal_options_give_equal_bytes(snapshot: tuple[Path, SnapshotFacts], tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    assert write_snapshot(again, SMALL) == snapshot[1]
    assert again.read_bytes() == snapshot[0].read_bytes()
    assert write_snapshot(again, replace(SMALL, seed=7)).size_bytes != snapshot[1].size_bytes


def test_ids_are_valid_ascending_and_of_their_table(documents: Documents) -> None:
    for name, found in documents.items():
        ids = [each["_id"] for each in found]
        assert ids == sorted(set(ids))
        for each in found:
            parts = decode_id(each["_id"])
            assert parts.table_number == TABLE_NUMBERS[name]
            assert int.from_bytes(parts.internal[-2:]) == each["_creationTime"] // 86_400_000


def test_an_id_of_a_real_export_is_made_again() -> None:
    internal = bytes.fromhex("19be6e38486594b4344e88558fb04ee6")
    assert document_id(10007, internal) == "jx71kfke7146b55m6h78gncfp17ecacp"


def test_references_lead_to_documents(documents: Documents) -> None:
    ids = {name: {each["_id"] for each in found} for name, found in documents.items()}
    assert all(each["conversationId"] in ids["conversations"] for each in documents["messages"])
    assert all(each["messageId"] in ids["messages"] for each in documents["bookmarks"])
    assert {each["userId"] for each in documents["notes"]} <= ids["users"]
    without_user = sum("userId" not in each for each in documents["messages"])
    assert 0 < without_user < len(documents["messages"]) * 0.05


def test_counts_of_messages_are_mostly_right(documents: Documents) -> None:
    truth = Counter(each["conversationId"] for each in documents["messages"])
    wrong = [each for each in documents["conversations"] if each.get("messageCount") != truth[each["_id"]]]
    assert 0 < len(wrong) < len(documents["conversations"]) * 0.2


def test_every_oddity_of_messages_occurs_and_is_counted(documents: Documents, snapshot: tuple[Path, SnapshotFacts]) -> None:
    facts = snapshot[1]
    assert set(facts.oddities) == {name for name, _ in (*ODD_ATTACHMENTS, *ODD_CALLS, *ODD_SOURCES)}
    for field in ("attachments", "toolCalls", "partialToolCalls", "sources", "sourceMetadata"):
        arrays = [each[field] for each in documents["messages"] if isinstance(each.get(field), list)]
        assert facts.elements[field] == sum(map(len, arrays)) > 0


def test_tool_calls_of_real_data_include_broken_ones(documents: Documents) -> None:
    texts = [call["arguments"] for each in documents["messages"] for call in each.get("toolCalls") or ()]
    assert any(isinstance(text, str) and not is_json(text) for text in texts)
    both = [each for each in documents["messages"] if each.get("toolCalls") and each.get("partialToolCalls")]
    assert any({c["id"] for c in each["toolCalls"]} & {c["id"] for c in each["partialToolCalls"]} for each in both)


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_unusual_characters_occur_raw(snapshot: tuple[Path, SnapshotFacts]) -> None:
    with ZipFile(snapshot[0]) as archive:
        text = archive.read("messages/documents.jsonl").decode()
    assert all(character in text for character in ("\u2028", "🏳️‍🌈", "\u0085", "שלום"))
    assert len(text.split("\n")) == SMALL.messages + 1


def test_a_snapshot_has_the_entries_of_an_export(snapshot: tuple[Path, SnapshotFacts]) -> None:
    found = entries(snapshot[0])
    sidecars = {name for name in found if name.endswith("generated_schema.jsonl")}
    assert {name.split("/")[0] for name in sidecars} == set(TABLE_NUMBERS)
    assert all(found[name] == ['"uniform"', ""] for name in sidecars)
    assert found["scheduledPrompts/documents.jsonl"] == [""]
    listed = [json.loads(line) for line in found["_tables/documents.jsonl"] if line]
    assert {each["name"]: each["id"] for each in listed} == TABLE_NUMBERS


def test_lines_are_written_as_the_document_database_writes_them(snapshot: tuple[Path, SnapshotFacts]) -> None:
    with ZipFile(snapshot[0]) as archive:
        for name in TABLE_NUMBERS:
            for line in archive.read(f"{name}/documents.jsonl").decode().split("\n")[:-1]:
                document = json.loads(line, parse_int=refuse, parse_float=plain_float)
                assert line == json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def plain_float(token: str) -> float:
    assert "e" not in token.lower(), f"{token} is not how the document database writes this number"
    return float(token)


def test_documents_are_streamed() -> None:
    huge = replace(SMALL, users=10_000_000, projects_per_user=100)
    for _, documents in world(huge):
        first = next(lines(documents), "")
        assert len(first) < 5_000


@pytest.mark.parametrize(
    ("change", "named"),
    [({"users": 0}, "users"), ({"projects_per_user": -1}, "projects_per_user=-1"), ({"drift": 1.5}, "'drift' is a share")],
)
def test_impossible_sizes_are_refused(change: dict[str, Any], named: str) -> None:
    with pytest.raises(WorldError, match=named):
        replace(SMALL, **change)


@given(st.integers(1, 400), st.integers(0, 9))
def test_a_shuffled_order_holds_each_once(count: int, seed: int) -> None:
    order = Permutation.of(count, seed)
    assert sorted(map(order.ordinal, range(count))) == [*range(count)]
    assert all(order.place(order.ordinal(place)) == place for place in range(count))


@settings(max_examples=30)
@given(st.integers(1, 4), st.integers(0, 3), st.integers(0, 9), st.integers(0, 3), st.floats(0, 9))
def test_each_message_has_its_place(users: int, projects: int, held: int, loose: int, mean: float) -> None:
    options = WorldOptions(
        users=users,
        projects_per_user=projects,
        conversations_per_project=held,
        loose_conversations_per_user=loose,
        messages_per_conversation=mean,
    )
    seen: Counter[int] = Counter()
    for message in range(options.messages):
        conversation, number = options.place_of_message(message)
        assert number == seen[conversation]
        seen[conversation] += 1
    assert [options.message_count(each) for each in range(options.conversations)] == [
        seen[each] for each in range(options.conversations)
    ]
