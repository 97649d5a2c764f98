"""Exporting, and coming back: equal documents, ids, creation times and types of values."""

import io
import json
import zipfile
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from convex.snapshots import PROJECTS, Connection, document, rows, uniform_files, write_zip
from convex.worlds import SOAK_FACTOR, bodies, exact, sample_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateTable

from unnest import sql as core
from unnest.convex import (
    Code,
    Document,
    ExportRefused,
    ImportMode,
    Int64,
    Normalized,
    Progress,
    encode_uniform,
    export_snapshot,
    import_snapshot,
)
from unnest.convex.generations import decoder
from unnest.errors import UsageError


def contents(path: Path) -> dict[str, bytes]:
    """Return the entries of an archive."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def documents(path: Path, table: str) -> list[Document]:
    """Read a table of an exported archive."""
    files = contents(path)
    _, decode = decoder("", io.BytesIO(files[f"{table}/generated_schema.jsonl"]))
    return [decode(line) for line in files[f"{table}/documents.jsonl"].decode().split("\n")[:-1]]


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=60 * SOAK_FACTOR, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(bodies, max_size=4), st.sampled_from(["projects", "other"]), st.booleans())
def test_every_document_comes_back(
    connection: Connection, tmp_path: Path, world: list[Document], table: str, portable: bool
) -> None:
    made: list[Document] = [{**document(i), **body} for i, body in enumerate(world)]
    path = write_zip(tmp_path / "s.zip", uniform_files({table: made}))
    import_snapshot(connection, path, tables=[PROJECTS], mode=ImportMode.REPLACE_ALL)
    export_snapshot(connection, tmp_path / "out.zip", tables=[PROJECTS], portable=portable)
    assert exact(list(documents(tmp_path / "out.zip", table))) == exact(list(made))
    import_snapshot(connection, tmp_path / "out.zip", tables=[PROJECTS], mode=ImportMode.REPLACE_ALL)
    export_snapshot(connection, tmp_path / "again.zip", tables=[PROJECTS])
    assert exact(list(documents(tmp_path / "again.zip", table))) == exact(list(made))


def test_an_archive_looks_like_those_of_the_document_database(connection: Connection, tmp_path: Path) -> None:
    made = [document(2, name="é", size=5.0), document(1, conversationIds=[Int64(1)], aB="x", Z=None)]
    files = uniform_files({"projects": made}) | uniform_files({"t": []}, prefix="_components/auth/")
    import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[PROJECTS])
    report = export_snapshot(connection, tmp_path / "out.zip", tables=[PROJECTS])
    found = contents(tmp_path / "out.zip")
    assert found["projects/documents.jsonl"].decode() == "".join(encode_uniform(each) + "\n" for each in reversed(made))
    assert found["_tables/documents.jsonl"] == b'{"name":"projects","id":10001}\n'
    assert found["_components/auth/_tables/documents.jsonl"] == b'{"name":"t","id":10001}\n'
    assert found["_components/auth/t/documents.jsonl"] == b""
    assert found["_components/auth/t/generated_schema.jsonl"] == found["projects/generated_schema.jsonl"] == b'"uniform"\n'
    assert next(iter(found)) == "README.md"
    assert (report.documents, report.tables[0].bytes) == (2, len(found["projects/documents.jsonl"]))


def test_what_the_application_has_written_wins_over_residue(connection: Connection, tmp_path: Path) -> None:
    made = [document(1, name=None, size="big", extra=1.0), document(2, name=None)]
    import_snapshot(connection, write_zip(tmp_path / "s.zip", uniform_files({"projects": made})), tables=[PROJECTS])
    connection.execute("UPDATE projects SET name = 'new', size = 2 WHERE id = %s", [sample_id(1)])
    connection.execute("DELETE FROM projects WHERE id = %s", [sample_id(2)])
    connection.execute(
        "INSERT INTO projects (id, conversation_ids, _creation_time) VALUES (%s, '[1, {\"a\": 1e400}]', 5)", [sample_id(3)]
    )
    with pytest.raises(ExportRefused, match="conversationIds") as refused:
        export_snapshot(connection, tmp_path / "out.zip", tables=[PROJECTS])
    assert refused.value.id == sample_id(3)
    connection.execute("UPDATE projects SET conversation_ids = '[1, {\"a\": 10}]' WHERE id = %s", [sample_id(3)])
    export_snapshot(connection, tmp_path / "out.zip", tables=[PROJECTS])
    assert exact(list(documents(tmp_path / "out.zip", "projects"))) == exact(
        [
            document(1, name="new", size=2.0, extra=1.0),
            {"_id": sample_id(3), "_creationTime": 5.0, "conversationIds": [1.0, {"a": 10.0}]},
        ]
    )


def test_a_declared_table_that_was_never_imported_is_exported(connection: Connection, tmp_path: Path) -> None:
    connection.execute("CREATE TABLE projects (id text, user_id text, name text, size float8, rank int, is_template bool,"
                       " conversation_ids jsonb, _creation_time float8)")  # fmt: skip
    connection.execute("INSERT INTO projects (id, user_id, rank) VALUES (%s, 'u', 3)", [sample_id(1, table=10_005)])
    export_snapshot(connection, tmp_path / "out.zip", tables=[PROJECTS])
    assert documents(tmp_path / "out.zip", "projects") == [{"_id": sample_id(1, table=10_005), "userId": "u", "rank": 3.0}]
    assert contents(tmp_path / "out.zip")["_tables/documents.jsonl"] == b'{"name":"projects","id":10005}\n'


def test_a_select_stands_for_a_table_that_lost_a_column(connection: Connection, tmp_path: Path) -> None:
    made = [document(1, name="%a:b'", conversationIds=["x"])]
    import_snapshot(connection, write_zip(tmp_path / "s.zip", uniform_files({"projects": made})), tables=[PROJECTS])
    connection.execute("CREATE TABLE kept AS SELECT id, conversation_ids FROM projects")
    connection.execute("ALTER TABLE projects DROP COLUMN conversation_ids")
    with pytest.raises(ExportRefused, match='no column "conversation_ids"'):
        export_snapshot(connection, tmp_path / "out.zip", tables=[PROJECTS])
    kept = sa.table("kept", sa.column("id"), sa.column("conversation_ids"))
    others = [column for column in PROJECTS.c if column.name != "conversation_ids"]
    source = sa.select(*others, kept.c.conversation_ids).join_from(PROJECTS, kept, kept.c.id == PROJECTS.c.id)
    export_snapshot(connection, tmp_path / "out.zip", tables=[PROJECTS], sources={"projects": source})
    assert exact(list(documents(tmp_path / "out.zip", "projects"))) == exact(list(made))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("id = 'free text'", Code.INVALID_ID),
        (f"id = '{sample_id(1, table=10_002)}'", Code.IMPORT_CONFLICT),
        ("_creation_time = -1", Code.INVALID_CREATION_TIME),
        ("conversation_ids = '{\"é\": 1}'", Code.INVALID_VALUE),
        ("conversation_ids = '{\"$x\": 1}'", Code.INVALID_VALUE),
        ("conversation_ids = (SELECT jsonb_agg(i) FROM generate_series(1, 8193) i)", Code.ARRAY_TOO_LONG),
        ("name = repeat('x', 1048576)", Code.VALUE_TOO_LARGE),
        ("conversation_ids = (repeat('[', 16) || repeat(']', 16))::jsonb", Code.TOO_NESTED),
    ],
)
def test_a_row_outside_the_limits_is_named_and_nothing_is_written(
    connection: Connection, tmp_path: Path, change: str, code: Code
) -> None:
    files = uniform_files({"projects": [document(1)]})
    import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[PROJECTS])
    connection.execute(f"UPDATE projects SET {change}".encode())
    with pytest.raises(ExportRefused, match="No file has been written") as refused:
        export_snapshot(connection, tmp_path / "out.zip", tables=[PROJECTS])
    assert (refused.value.code, refused.value.table) == (code, "projects")
    assert [file.name for file in tmp_path.iterdir()] == ["s.zip"]


def test_writers_do_not_disturb_an_export(database: str, connection: Connection, tmp_path: Path) -> None:
    files = uniform_files({"projects": [document(i) for i in range(2000)], "z": [document(1, table=10_002, name="old")]})
    import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[PROJECTS])
    with psycopg.connect(database, autocommit=True) as writer:

        def write(_: Progress) -> None:
            writer.execute("UPDATE z SET name = 'new'")
            writer.execute("DELETE FROM projects")

        report = export_snapshot(connection, tmp_path / "out.zip", tables=[PROJECTS], progress=write)
    assert report.documents == 2001
    assert documents(tmp_path / "out.zip", "z")[0]["name"] == "old"


def test_new_tables_become_document_tables(connection: Connection, tmp_path: Path) -> None:
    import_snapshot(connection, write_zip(tmp_path / "s.zip", uniform_files({"projects": [document(1, conversationIds=["x"])]})),
                    tables=[PROJECTS])  # fmt: skip
    metadata = sa.MetaData(schema="public")
    tags = sa.Table("tags", metadata, sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("name", sa.Text))
    links = sa.Table(
        "project_tags", metadata,
        sa.Column("project_id", sa.Text, primary_key=True),
        sa.Column("tag_id", sa.ForeignKey(tags.c.id), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True)),
        sa.Column("count", sa.BigInteger),
        sa.Column("extra", JSONB),
    )  # fmt: skip
    for table in (tags, links):
        connection.execute(core.text(CreateTable(table)).encode())
    connection.execute("ALTER TABLE projects DROP COLUMN conversation_ids")
    connection.execute("INSERT INTO tags VALUES (1, 'a'), (2, NULL)")
    connection.execute(
        "INSERT INTO project_tags VALUES (%s, 1, '2024-01-01 00:00:00.25+00', 9007199254740993, '{\"é\": 1}'),"
        " ('gone', 2, NULL, 5, '[1]')",
        [sample_id(1)],
    )
    normalized = Normalized(tables=[tags, links], instead_of={"projects": ["conversation_ids"]})
    for name in ("out.zip", "again.zip"):
        export_snapshot(connection, tmp_path / name, tables=[PROJECTS], normalized=normalized)
    made = documents(tmp_path / "out.zip", "tags")
    assert [each.get("name") for each in made] == ["a", None]
    assert [each["_id"] for each in made] == [each["_id"] for each in documents(tmp_path / "again.zip", "tags")]
    by_project = {str(each["projectId"]): each for each in documents(tmp_path / "out.zip", "projectTags")}
    with_all = by_project[sample_id(1)]
    assert (with_all["tagId"], with_all["createdAt"]) == (made[0]["_id"], 1704067200250.0)
    assert with_all["_creationTime"] == with_all["createdAt"]
    assert (with_all["count"], with_all["extra"]) == (Int64(9007199254740993), '{"é": 1}')
    assert exact(by_project["gone"]["extra"]) == exact([1.0])
    assert "conversationIds" not in documents(tmp_path / "out.zip", "projects")[0]
    report = import_snapshot(connection, tmp_path / "out.zip", tables=[], component="copy")
    assert [table.documents for table in report.tables] == [2, 1, 2]


def test_files_and_unknown_entries_come_back(connection: Connection, tmp_path: Path) -> None:
    content = bytes(range(256)) * 2000
    file = sample_id(1, table=540)
    details = {"_id": file, "sha256": b64encode(sha256(content).digest()).decode(), "size": len(content)}
    files: dict[str, str | bytes] = {
        **uniform_files({"t": [document(1)]}),
        "_storage/documents.jsonl": json.dumps(details) + "\n",
        f"_storage/{file}.tar.gz": content,
        "_components/a/_tables/documents.jsonl": '{"name":"u","id":10001}\n',
        "_scheduled_functions/documents.jsonl": "as it is",
    }
    import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[])
    assert export_snapshot(connection, tmp_path / "out.zip", tables=[]).files == 1
    found = contents(tmp_path / "out.zip")
    for name in files.keys() - {"README.md"}:
        expected = files[name]
        assert found[name] == (expected if isinstance(expected, bytes) else expected.encode()), name


def test_an_open_transaction_is_refused(database: str, tmp_path: Path) -> None:
    with psycopg.connect(database) as busy:
        busy.execute("SELECT 1")
        with pytest.raises(UsageError, match="open transaction"):
            export_snapshot(busy, tmp_path / "out.zip", tables=[])


def test_a_directory_gets_a_file_named_after_the_time(connection: Connection, tmp_path: Path) -> None:
    report = export_snapshot(connection, tmp_path, tables=[])
    assert [str(path) for path in tmp_path.iterdir()] == [report.path]
    assert rows(connection, "SELECT to_regnamespace('unnest')") == [(None,)]
