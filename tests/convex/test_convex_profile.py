"""Profiles of snapshots: gaps, references, drift, and what mapping each nested field asks for."""

import json
from pathlib import Path

import pytest
from convex.snapshots import document, uniform_files, write_zip
from convex.worlds import SOAK_FACTOR, bodies, sample_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unnest import convex
from unnest.convex import Document, ImportRefused, Profile, Progress, profile
from unnest.convex.profiling import FieldProfile, Suggestion, TableProfile

P, C = 10_001, 10_002


def project(number: int) -> str:
    return sample_id(number, table=P)


def conversation(number: int) -> str:
    return sample_id(number, table=C)


def profiled(path: Path, **tables: list[Document]) -> Profile:
    return profile(write_zip(path / "s.zip", uniform_files(tables)))


def table_of(found: Profile, name: str) -> TableProfile:
    return next(table for table in found.tables if table.table == name)


def field_of(found: Profile, table: str, path: str) -> FieldProfile:
    return next(field for field in table_of(found, table).fields if field.path == path)


def suggestion_of(found: Profile, table: str, field: str) -> Suggestion:
    return next(each for each in table_of(found, table).suggestions if each.field == field)


def test_missing_null_and_types_are_counted(tmp_path: Path) -> None:
    made = [document(1, a="x", b={"c": 1.0}), document(2, a=None, b={}), document(3, b={"c": "x"})]
    found = profiled(tmp_path, t=made)
    a, c = field_of(found, "t", "a"), field_of(found, "t", "b.c")
    assert (a.types, a.present, a.missing, a.nulls) == ({"string": 1, "null": 1}, 2, 1, 1)
    assert (c.types, c.present, c.missing, c.low) == ({"number": 1, "string": 1}, 2, 1, 1.0)
    assert json.loads(json.dumps(found.as_json()))["tables"][0]["documents"] == 3


def test_arrays_are_measured_and_spellings_compared(tmp_path: Path) -> None:
    found = profiled(tmp_path, t=[document(1, tags=["Work", "work ", "home"]), document(2, tags=[]), document(3)])
    tags, elements = field_of(found, "t", "tags"), field_of(found, "t", "tags[]")
    assert tags.sizes is not None
    assert (tags.sizes.shortest, tags.sizes.longest, tags.sizes.mean, tags.sizes.empty) == (0, 3, 1.5, 1)
    assert elements.case_variants == {"work": {"Work": 1, "work ": 1}}
    assert suggestion_of(found, "t", "tags").kind == "Terms"


def test_drift_between_arrays_and_pointers_is_counted(tmp_path: Path) -> None:
    projects = [
        document(1, table=P, conversationIds=[conversation(number) for number in (1, 1, 2, 3, 9)]),
        document(2, table=P, conversationIds=[]),
    ]  # fmt: skip
    conversations = [
        document(1, table=C, projectId=project(1)),  # agrees, listed twice
        document(2, table=C, projectId=project(2)),  # listed elsewhere; missing from its own array
        document(3, table=C),  # listed without pointer
        document(4, table=C, projectId=project(2)),  # missing from array
        document(5, table=C, projectId=project(9)),  # target gone
    ]
    found = profiled(tmp_path, projects=projects, conversations=conversations)
    (drift,) = table_of(found, "projects").drift
    assert (drift.array, drift.pointer) == ("projects.conversationIds[]", "conversations.projectId")
    assert (drift.agreeing, drift.duplicates, drift.stale, drift.listed_elsewhere) == (1, 1, 1, 1)
    assert (drift.pointer_missing, drift.missing_from_array, drift.target_gone, drift.drifted) == (1, 2, 1, 7)
    assert field_of(found, "projects", "conversationIds[]").dangling == 1
    assert field_of(found, "conversations", "projectId").dangling == 1
    suggested = suggestion_of(found, "projects", "conversationIds")
    assert (suggested.kind, "truth=conversations.c.project_id" in suggested.declaration) == ("Links", True)


def test_each_nested_field_gets_a_mapping_kind(tmp_path: Path) -> None:
    call = {"id": "c", "name": "x", "arguments": '{"a":1}', "at": 1.7e12, "meta": {"width": 1.0}}
    found = profiled(
        tmp_path,
        messages=[
            document(
                number,
                toolCalls=[call],
                settings={f"key{i}": True for i in range(20)},
                usage={"total": 5.0, "model": "m"},
                vector=[0.5, 0.25],
                mixed=[1.0, "x"],
                none=[],
                byUser={f"user{number}x{i}": 1.0 for i in range(60)},
            )
            for number in range(3)
        ],
    )
    kinds = {each.field: each.kind for each in table_of(found, "messages").suggestions}
    assert kinds == {"byUser": "Entries", "mixed": "", "none": "", "settings": "Entries", "toolCalls": "Rows",
                     "usage": "Columns", "vector": ""}  # fmt: skip
    declaration = suggestion_of(found, "messages", "toolCalls").declaration
    for part in ('"tool_call_id": Text("id"),', '"arguments": JsonText,', '"at": Millis,', '"meta": {', '"width": Integer,'):
        assert part in declaration
    assert field_of(found, "messages", "byUser.*").present == 180


def test_files_that_the_snapshot_leaves_out_do_not_dangle(tmp_path: Path) -> None:
    made = uniform_files({"t": [document(1, storageId=sample_id(1, table=540))]})
    assert field_of(profile(write_zip(tmp_path / "a.zip", made)), "t", "storageId").dangling == 0
    made["_storage/documents.jsonl"] = ""
    assert field_of(profile(write_zip(tmp_path / "b.zip", made)), "t", "storageId").dangling == 1


def test_a_field_named_like_the_sign_for_any_key_is_a_field(tmp_path: Path) -> None:
    made: Document = {"*": 1.0, "%": {"": None, "*": {}}}
    found = profiled(tmp_path, t=[{**document(1), **made}])
    assert [field.path for field in table_of(found, "t").fields] == ["%", "%.", "%.*", "*"]


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=50 * SOAK_FACTOR, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(bodies, max_size=4))
def test_any_documents_can_be_profiled(tmp_path: Path, world: list[Document]) -> None:
    made: list[Document] = [{**document(i), **body} for i, body in enumerate(world)]
    found = profiled(tmp_path, t=made)
    assert table_of(found, "t").documents == len(made)
    json.dumps(found.as_json(), allow_nan=False)
    for each in table_of(found, "t").suggestions:
        compile(each.declaration, "declaration", "exec")


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    files = uniform_files({"t": [document(1)]})
    files["t/documents.jsonl"] += "x"
    with pytest.raises(ImportRefused, match=r"t/documents\.jsonl:2"):
        profile(write_zip(tmp_path / "s.zip", files))


def test_progress_reaches_the_total(tmp_path: Path) -> None:
    told: list[Progress] = []
    profile(write_zip(tmp_path / "s.zip", uniform_files({"t": [document(i) for i in range(1500)]})), progress=told.append)
    assert (told[-1].bytes_done, told[-1].rows) == (told[-1].bytes_total, 1500)


def test_the_front_door_names_what_it_has() -> None:
    assert sorted(convex.__all__) == convex.__all__
    assert [name for name in convex.__all__ if not hasattr(convex, name)] == []
