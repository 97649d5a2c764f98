"""Importing snapshots of the current generation, and files of one table."""

import json
import math
import zipfile
from pathlib import Path

import pytest
from convex.snapshots import (
    PROJECTS,
    UNIFORM,
    Connection,
    document,
    lines,
    rows,
    uniform_files,
    write_directory,
    write_zip,
)
from convex.worlds import sample_id

from unnest.convex import Code, ImportMode, ImportRefused, Int64, Progress, import_snapshot
from unnest.errors import UsageError


def test_a_declared_table_is_created_and_loaded(connection: Connection, tmp_path: Path) -> None:
    made = document(userId="u1", name="N", size=1024.0, rank=3.0, isTemplate=True, conversationIds=["a", 1024.0, Int64(1)])
    path = write_zip(tmp_path / "s.zip", uniform_files({"projects": [made]}))
    report = import_snapshot(connection, path, tables=[PROJECTS])
    assert rows(connection, "SELECT * FROM projects") == [
        (made["_id"], "u1", "N", 1024.0, 3, True, ["a", 1024, {"$integer": "AQAAAAAAAAA="}], 1700000000001.25)
    ]
    assert (report.documents, report.tables[0].kind, report.tables[0].residue) == (1, "declared", {})
    assert rows(connection, "SELECT indexname FROM pg_indexes WHERE tablename = 'projects' ORDER BY 1") == [
        ("ix_projects_user_id",),
        ("projects_pkey",),
    ]


def test_what_a_typed_column_cannot_hold_is_kept_as_residue(connection: Connection, tmp_path: Path) -> None:
    made = document(userId=None, name="a\0b", size="big", rank=2.5, isTemplate=Int64(1), conversationIds=None, extra=-0.0)
    path = write_zip(tmp_path / "s.zip", uniform_files({"projects": [made]}))
    report = import_snapshot(connection, path, tables=[PROJECTS])
    assert rows(connection, "SELECT user_id, name, size, rank, is_template, conversation_ids::text FROM projects") == [
        (None, None, None, None, None, "null")
    ]
    assert rows(connection, 'SELECT field, value, reason FROM unnest.document_residue ORDER BY field COLLATE "C"') == [
        ("extra", "-0.0", "no column"),
        ("isTemplate", "1", "another type than the column's"),
        ("name", '"a\\u0000b"', "character U+0000"),
        ("rank", "2.5", "another type than the column's"),
        ("size", '"big"', "another type than the column's"),
        ("userId", "null", "null"),
    ]
    assert {finding.field for finding in report.findings} == {"extra", "isTemplate", "name", "rank", "size"}


def test_missing_and_null_stay_apart(connection: Connection, tmp_path: Path) -> None:
    made = [document(1, conversationIds=None, name=None), document(2)]
    import_snapshot(connection, write_zip(tmp_path / "s.zip", uniform_files({"projects": made})), tables=[PROJECTS])
    assert rows(connection, "SELECT conversation_ids::text, name FROM projects ORDER BY _creation_time") == [
        ("null", None),
        (None, None),
    ]
    assert rows(connection, "SELECT id, field FROM unnest.document_residue") == [(made[0]["_id"], "name")]


def test_numbers_of_every_kind_reach_their_column(connection: Connection, tmp_path: Path) -> None:
    numbers = [math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 0.1]
    made = [document(i, size=number, conversationIds=[number]) for i, number in enumerate(numbers)]
    import_snapshot(connection, write_zip(tmp_path / "s.zip", uniform_files({"projects": made})), tables=[PROJECTS])
    found = rows(connection, "SELECT size, conversation_ids->>0 FROM projects ORDER BY _creation_time")
    assert [str(size) for size, _ in found] == [str(number) for number in numbers]
    assert [float(str(text)) for _, text in found[3:]] == numbers[3:]
    assert rows(connection, "SELECT count(*) FROM unnest.document_residue") == [(0,)]


def test_an_undeclared_table_gets_columns_from_its_documents(connection: Connection, tmp_path: Path) -> None:
    made = [
        document(1, userName="a", count=1.0, on=True, mixed="x", id="own", xmin=1.0) | {"a b%": 1.0},
        document(2, userName="b", count=2.0, on=False, mixed=1.0, tags=["x"], big=Int64(5)),
    ]
    report = import_snapshot(connection, write_zip(tmp_path / "s.zip", uniform_files({"userStats": made})), tables=[PROJECTS])
    assert report.tables[0].relation == "public.user_stats"
    assert rows(
        connection,
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'user_stats' ORDER BY 1",
    ) == [
        ("_creation_time", "double precision"),
        ("a b%", "double precision"),
        ("big", "jsonb"),
        ("count", "double precision"),
        ("id", "text"),
        ("mixed", "jsonb"),
        ("on", "boolean"),
        ("tags", "jsonb"),
        ("user_name", "text"),
    ]
    assert rows(connection, "SELECT field FROM unnest.document_residue ORDER BY 1") == [("id",), ("xmin",)]
    assert rows(connection, "SELECT mixed::text, big FROM user_stats ORDER BY id") == [
        ('"x"', None),
        ("1", {"$integer": "BQAAAAAAAAA="}),
    ]


def test_two_spellings_of_a_field_share_no_column(connection: Connection, tmp_path: Path) -> None:
    made = [document(1, userId="camel", user_id="snake"), document(2, user_id="snake")]
    import_snapshot(connection, write_zip(tmp_path / "s.zip", uniform_files({"projects": made})), tables=[PROJECTS])
    assert rows(connection, "SELECT user_id FROM projects ORDER BY id") == [("camel",), (None,)]
    assert rows(connection, "SELECT count(*), min(reason) FROM unnest.document_residue") == [(2, "another field has the column")]


def test_a_table_listed_without_documents_is_created(connection: Connection, tmp_path: Path) -> None:
    files = {"_tables/documents.jsonl": '{"name":"projects","id":10007}\n'}
    import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[PROJECTS])
    assert rows(connection, "SELECT count(*) FROM projects") == [(0,)]
    assert rows(connection, "SELECT table_name, table_number FROM unnest.document_table") == [("projects", 10007)]


@pytest.mark.parametrize("prefix", ["", "snapshot/", "a/b/"])
def test_any_directory_may_stand_in_front(connection: Connection, tmp_path: Path, prefix: str) -> None:
    files = uniform_files({"projects": [document(name="x")]}, prefix=prefix)
    import_snapshot(connection, write_directory(tmp_path / "d", files), tables=[PROJECTS])
    assert rows(connection, "SELECT name FROM projects") == [("x",)]


def test_entries_come_in_any_order_and_compression(connection: Connection, tmp_path: Path) -> None:
    files = dict(reversed(uniform_files({"projects": [document(name="x")], "b": [document(table=10_002)]}).items()))
    report = import_snapshot(connection, write_zip(tmp_path / "s.zip", files, zipfile.ZIP_STORED), tables=[PROJECTS])
    assert [(table.table, table.documents) for table in report.tables] == [("b", 1), ("projects", 1)]


def test_lines_end_only_at_line_feeds(connection: Connection, tmp_path: Path) -> None:
    text = lines([document(1, name="a\u2028b\u0085c"), document(2, name="é😀")]).rstrip("\n").replace("\n", "\r\n")
    path = write_directory(tmp_path / "d", {"projects/documents.jsonl": text, "projects/generated_schema.jsonl": UNIFORM})
    import_snapshot(connection, path, tables=[PROJECTS])
    assert rows(connection, "SELECT name FROM projects ORDER BY id") == [("a\u2028b\u0085c",), ("é😀",)]


def test_a_file_of_lines_holds_one_table_and_ids_are_made(connection: Connection, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"name":"a","size":1}\n{"name":"b","size":2.5}')
    import_snapshot(connection, path, tables=[PROJECTS], table="projects")
    assert rows(connection, "SELECT name, size, length(id), _creation_time > 0 FROM projects ORDER BY name") == [
        ("a", 1.0, 32, True),
        ("b", 2.5, 32, True),
    ]


def test_an_array_and_csv_hold_one_table(connection: Connection, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(' [ {"name":"a"} ,\n{"name":"b"}]\n')
    (tmp_path / "y.csv").write_text('name, size,userId\na,1e3,"x\ny"\nnan,inf,\n')
    import_snapshot(connection, tmp_path / "x.json", tables=[PROJECTS], table="projects")
    import_snapshot(connection, tmp_path / "y.csv", tables=[PROJECTS], table="projects", mode=ImportMode.APPEND)
    assert rows(connection, "SELECT name, size, user_id FROM projects ORDER BY name NULLS LAST, size") == [
        ("a", 1000.0, "x\ny"),
        ("a", None, None),
        ("b", None, None),
        (None, None, ""),
    ]


def test_a_single_file_needs_the_name_of_its_table(connection: Connection, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("{}\n")
    with pytest.raises(UsageError, match="give the table's name"):
        import_snapshot(connection, path, tables=[])
    with pytest.raises(UsageError, match="leave it out"):
        import_snapshot(connection, write_zip(tmp_path / "s.zip", uniform_files({})), tables=[], table="projects")


def test_a_fault_in_the_last_line_leaves_nothing(connection: Connection, tmp_path: Path) -> None:
    files = uniform_files({"a": [document(1), document(2)], "b": [document(1, table=10_002)]})
    files["b/documents.jsonl"] += "{broken\n"
    with pytest.raises(ImportRefused, match=r"b/documents\.jsonl:2") as refused:
        import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[])
    assert (refused.value.code, refused.value.entry, refused.value.line) == (Code.JSON_INVALID_ROW, "b/documents.jsonl", 2)
    assert rows(connection, "SELECT to_regclass('public.a'), to_regnamespace('unnest')") == [(None, None)]


def test_a_repeated_id_names_its_line(connection: Connection, tmp_path: Path) -> None:
    files = uniform_files({"a": [document(1), document(2), document(1)]})
    with pytest.raises(ImportRefused) as refused:
        import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[])
    assert (refused.value.code, refused.value.line) == (Code.DUPLICATE_ID, 3)
    assert sample_id(1) in str(refused.value)


def test_progress_reaches_the_total(connection: Connection, tmp_path: Path) -> None:
    files = uniform_files({"a": [document(i) for i in range(2500)]})
    told: list[Progress] = []
    import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[], progress=told.append)
    assert len(told) >= 5
    assert [step.bytes_done for step in told] == sorted(step.bytes_done for step in told)
    assert (told[-1].bytes_done, told[-1].rows) == (told[-1].bytes_total, 2500)


def test_the_numbers_of_fields_are_remembered(connection: Connection, tmp_path: Path) -> None:
    files = uniform_files({"projects": [document(userID="u")]})
    import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[PROJECTS])
    ((columns, generation),) = rows(connection, "SELECT columns::text, generation FROM unnest.document_table")
    assert {"field": "userID", "column": "user_id", "kind": "text"} in json.loads(str(columns))
    assert generation == "uniform"
