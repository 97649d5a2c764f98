"""What an import does with rows that are there, with components, and with stored files."""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from convex.snapshots import PROJECTS, Connection, document, lines, rows, uniform_files, write_directory, write_zip
from convex.worlds import sample_id

from unnest.convex import Code, Document, ImportMode, ImportRefused, import_snapshot

FILE = sample_id(1, table=540)


def put(connection: Connection, path: Path, mode: ImportMode, **tables: list[Document]) -> None:
    import_snapshot(connection, write_directory(path / str(len(list(path.iterdir()))), uniform_files(tables)),
                    tables=[PROJECTS], mode=mode)  # fmt: skip


def names(connection: Connection, table: str = "projects") -> list[object]:
    return [name for (name,) in rows(connection, f"SELECT name FROM {table} ORDER BY 1")]


def test_only_empty_tables_are_loaded_unless_told_otherwise(connection: Connection, tmp_path: Path) -> None:
    put(connection, tmp_path, ImportMode.EMPTY, projects=[document(1, name="a")])
    with pytest.raises(ImportRefused, match="--append") as refused:
        put(connection, tmp_path, ImportMode.EMPTY, projects=[document(2, name="b")])
    assert refused.value.code is Code.TABLE_EXISTS
    assert names(connection) == ["a"]


def test_append_adds_rows_and_columns(connection: Connection, tmp_path: Path) -> None:
    put(connection, tmp_path, ImportMode.EMPTY, t=[document(1, name="a")])
    put(connection, tmp_path, ImportMode.APPEND, t=[document(2, name="b", newField="x")])
    assert rows(connection, "SELECT name, new_field FROM t ORDER BY 1") == [("a", None), ("b", "x")]
    with pytest.raises(ImportRefused) as refused:
        put(connection, tmp_path, ImportMode.APPEND, t=[document(2, name="c")])
    assert (refused.value.code, refused.value.line) == (Code.DUPLICATE_ID, 1)


def test_append_refuses_ids_of_another_deployment(connection: Connection, tmp_path: Path) -> None:
    put(connection, tmp_path, ImportMode.EMPTY, t=[document(1)])
    path = write_directory(tmp_path / "x", uniform_files({"t": [document(1, table=10_009)]}, number=10_009))
    with pytest.raises(ImportRefused) as refused:
        import_snapshot(connection, path, tables=[], mode=ImportMode.APPEND)
    assert refused.value.code is Code.TABLE_NUMBER_CONFLICT


def test_replace_leaves_other_tables_alone(connection: Connection, tmp_path: Path) -> None:
    put(connection, tmp_path, ImportMode.EMPTY, projects=[document(1, name=1.0)], b=[document(1, table=10_002, name="x")])
    put(connection, tmp_path, ImportMode.REPLACE, projects=[document(2, name="b")])
    assert (names(connection), names(connection, "b")) == (["b"], ["x"])
    assert rows(connection, "SELECT count(*) FROM unnest.document_residue") == [(0,)]


def test_replace_all_empties_declared_and_drops_other_tables(connection: Connection, tmp_path: Path) -> None:
    put(connection, tmp_path, ImportMode.EMPTY, projects=[document(1, name="a")], b=[document(1, table=10_002, name="x")])
    put(connection, tmp_path, ImportMode.REPLACE_ALL, c=[document(1, name="y")])
    assert (names(connection), names(connection, "c")) == ([], ["y"])
    assert rows(connection, "SELECT to_regclass('b')") == [(None,)]


def test_a_refused_replacement_changes_nothing(connection: Connection, tmp_path: Path) -> None:
    put(connection, tmp_path, ImportMode.EMPTY, projects=[document(1, name="a")])
    for mode in (ImportMode.REPLACE, ImportMode.REPLACE_ALL):
        with pytest.raises(ImportRefused):
            put(connection, tmp_path, mode, projects=[document(2, name="b"), document(2, name="c")])
    assert names(connection) == ["a"]


def test_a_number_of_a_table_that_stays_is_refused(connection: Connection, tmp_path: Path) -> None:
    put(connection, tmp_path, ImportMode.EMPTY, a=[document(1)])
    with pytest.raises(ImportRefused) as refused:
        put(connection, tmp_path, ImportMode.EMPTY, b=[document(1)])
    assert refused.value.code is Code.TABLE_NUMBER_CONFLICT


def test_a_declaration_may_come_and_go_between_imports(connection: Connection, tmp_path: Path) -> None:
    put(connection, tmp_path, ImportMode.EMPTY, projects=[document(1, name="a", rank=3.0)])
    path = write_directory(tmp_path / "x", uniform_files({"projects": [document(2, name="b", rank=4.0)]}))
    import_snapshot(connection, path, tables=[], mode=ImportMode.APPEND)
    assert rows(connection, "SELECT name, rank FROM projects ORDER BY 1") == [("a", 3), ("b", 4)]
    connection.execute("DROP TABLE projects")
    import_snapshot(connection, path, tables=[])
    assert rows(connection, "SELECT name, rank FROM projects") == [("b", 4)]


def test_a_table_that_is_no_import_is_never_touched(connection: Connection, tmp_path: Path) -> None:
    connection.execute("CREATE TABLE t (id int)")
    with pytest.raises(ImportRefused) as refused:
        put(connection, tmp_path, ImportMode.REPLACE_ALL, t=[document(1)])
    assert refused.value.code is Code.TABLE_CONFLICT


def test_a_column_that_a_migration_has_retired_is_named(connection: Connection, tmp_path: Path) -> None:
    put(connection, tmp_path, ImportMode.EMPTY, projects=[document(1)])
    connection.execute("ALTER TABLE projects DROP COLUMN conversation_ids")
    with pytest.raises(ImportRefused, match='lacks the declared column "conversation_ids"'):
        put(connection, tmp_path, ImportMode.APPEND, projects=[document(2)])


def test_components_have_tables_and_numbers_of_their_own(connection: Connection, tmp_path: Path) -> None:
    files = uniform_files({"projects": [document(1, name="root")]})
    inner = {"projects": [document(1, name="a"), document(2, name=1.0)]}
    files |= uniform_files(inner, prefix="_components/auth/") | uniform_files(inner, prefix="_components/auth/_components/x/")
    report = import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[PROJECTS])
    assert [(t.component, t.relation) for t in report.tables] == [
        ("", "public.projects"),
        ("auth", "component.auth.projects"),
        ("auth/x", "component.auth.x.projects"),
    ]
    assert names(connection) == ["root"]
    assert rows(connection, 'SELECT name::text FROM "component.auth.x".projects ORDER BY id') == [('"a"',), ("1",)]


def stored(content: bytes, **changes: object) -> dict[str, str | bytes]:
    """Return the entries of a snapshot with one stored file."""
    details = {
        "_id": FILE, "_creationTime": 1.5, "sha256": b64encode(sha256(content).digest()).decode(), "size": len(content),
        "contentType": "image/png", "internalId": None,
    } | changes  # fmt: skip
    return {**uniform_files({}), "_storage/documents.jsonl": json.dumps(details) + "\n", f"_storage/{FILE}.png": content}


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 2500])
def test_stored_files_are_kept_in_the_database(connection: Connection, tmp_path: Path, content: bytes) -> None:
    report = import_snapshot(connection, write_zip(tmp_path / "s.zip", stored(content)), tables=[])
    assert report.files == 1
    assert rows(connection, "SELECT name, extension, size FROM unnest.snapshot_file WHERE kind = 'storage'") == [
        (FILE, ".png", len(content))
    ]
    query = "SELECT coalesce(string_agg(content, ''::bytea ORDER BY position), '') FROM unnest.snapshot_chunk WHERE name = '"
    assert rows(connection, query + FILE + "'") == [(content,)]


def test_stored_files_are_kept_in_a_directory(connection: Connection, tmp_path: Path) -> None:
    import_snapshot(connection, write_zip(tmp_path / "s.zip", stored(b"abc")), tables=[], files=tmp_path / "files")
    ((path,),) = rows(connection, "SELECT path FROM unnest.snapshot_file WHERE kind = 'storage'")
    assert Path(str(path)).read_bytes() == b"abc"
    assert [file.name for file in (tmp_path / "files").iterdir()] == [FILE]


@pytest.mark.parametrize("change", [{"size": 4}, {"sha256": b64encode(bytes(32)).decode()}, {"size": -1}, {"_id": "x"}])
def test_a_stored_file_that_differs_from_its_description_is_refused(
    connection: Connection, tmp_path: Path, change: dict[str, object]
) -> None:
    path = write_zip(tmp_path / "s.zip", stored(b"abc", **change))
    with pytest.raises(ImportRefused, match="_storage/"):
        import_snapshot(connection, path, tables=[], files=tmp_path / "files")
    assert list((tmp_path / "files").iterdir()) == []


def test_files_without_description_stay_and_descriptions_without_file_are_noted(connection: Connection, tmp_path: Path) -> None:
    other = sample_id(2, table=540)
    files = stored(b"abc")
    files[f"_storage/{other}"] = files.pop(f"_storage/{FILE}.png")
    report = import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[])
    assert rows(connection, "SELECT name, details FROM unnest.snapshot_file WHERE kind = 'storage'") == [(other, "")]
    assert report.notes == ("_storage/documents.jsonl: 1 files are listed, but not in the snapshot",)


def test_unknown_entries_are_kept(connection: Connection, tmp_path: Path) -> None:
    extra: dict[str, str | bytes] = {"notes.txt": b"\0\1", "_scheduled_functions/documents.jsonl": "?"}
    files = {**uniform_files({"t": [document(1)]}), **extra}
    assert import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[]).kept_entries == 2
    again = write_zip(tmp_path / "s2.zip", files)
    assert import_snapshot(connection, again, tables=[], mode=ImportMode.REPLACE).kept_entries == 2
    assert rows(connection, 'SELECT name FROM unnest.snapshot_file ORDER BY name COLLATE "C"') == [
        ("_scheduled_functions/documents.jsonl",),
        ("notes.txt",),
    ]


def test_older_tables_are_read_by_their_sidecar(connection: Connection, tmp_path: Path) -> None:
    row = sample_id(1)
    files = {
        "_tables/documents.jsonl": '{"name":"t","id":10001}\n',
        "t/documents.jsonl": f'{{"_id":"{row}","_creationTime":1.5,"n":"5","s":"5"}}\n',
        "t/generated_schema.jsonl": '"{\\"n\\": int64, \\"s\\": string}"\n',
        "plain/documents.jsonl": lines([document(1, table=10_002, s="5")]),
    }
    import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[])
    assert rows(connection, "SELECT n, s FROM t") == [({"$integer": "BQAAAAAAAAA="}, "5")]
    assert rows(connection, "SELECT table_name, generation, table_number FROM unnest.document_table ORDER BY 1") == [
        ("plain", "plain", 10_002),
        ("t", "legacy", 10_001),
    ]
