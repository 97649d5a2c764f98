"""Imports under stress: what the database refuses, what is locked, and how much memory a snapshot takes."""

import tracemalloc
from pathlib import Path

import psycopg
import pytest
from convex.snapshots import PROJECTS, Connection, document, rows, uniform_files, write_zip
from convex.worlds import sample_id

from unnest.convex import Code, ImportMode, ImportRefused, Progress, export_snapshot, import_snapshot, profile
from unnest.errors import Retryable


def test_a_row_that_a_trigger_refuses_is_named(connection: Connection, tmp_path: Path) -> None:
    import_snapshot(connection, write_zip(tmp_path / "a.zip", uniform_files({"projects": []})), tables=[PROJECTS])
    connection.execute(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;"
        "CREATE TRIGGER no BEFORE INSERT ON projects FOR EACH ROW WHEN (NEW.name = 'x') EXECUTE FUNCTION no()"
    )
    path = write_zip(tmp_path / "b.zip", uniform_files({"projects": [document(1), document(2, name="x")]}))
    with pytest.raises(ImportRefused, match="not this one") as refused:
        import_snapshot(connection, path, tables=[PROJECTS])
    assert (refused.value.code, refused.value.entry) == (Code.DATABASE, "projects/documents.jsonl")
    assert rows(connection, "SELECT count(*) FROM projects") == [(0,)]


def test_a_table_that_others_need_is_not_dropped(connection: Connection, tmp_path: Path) -> None:
    import_snapshot(connection, write_zip(tmp_path / "a.zip", uniform_files({"a": [document(1, name="x")]})), tables=[])
    connection.execute("CREATE VIEW v AS SELECT name FROM a")
    with pytest.raises(ImportRefused, match="depend") as refused:
        import_snapshot(
            connection, write_zip(tmp_path / "b.zip", uniform_files({"b": []})), tables=[], mode=ImportMode.REPLACE_ALL
        )
    assert refused.value.code is Code.DATABASE
    assert rows(connection, "SELECT name FROM v") == [("x",)]


def test_a_locked_table_lets_the_import_be_started_again(database: str, connection: Connection, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", uniform_files({"a": [document(1)]}))
    import_snapshot(connection, path, tables=[])
    connection.execute("SET lock_timeout = '50ms'")
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE a IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Retryable, match="undone"):
            import_snapshot(connection, path, tables=[], mode=ImportMode.REPLACE)
    import_snapshot(connection, path, tables=[], mode=ImportMode.REPLACE)


def test_an_interruption_leaves_nothing(connection: Connection, tmp_path: Path) -> None:
    def interrupt(step: Progress) -> None:
        if step.rows >= 1000:
            raise KeyboardInterrupt

    path = write_zip(tmp_path / "a.zip", uniform_files({"a": [document(i) for i in range(1500)]}))
    with pytest.raises(KeyboardInterrupt):
        import_snapshot(connection, path, tables=[], progress=interrupt)
    assert rows(connection, "SELECT to_regclass('a'), to_regnamespace('unnest')") == [(None, None)]


def test_an_import_joins_an_open_transaction(database: str, connection: Connection, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", uniform_files({"a": [document(1)]}))
    with psycopg.connect(database) as other:
        other.execute("SELECT 1")
        import_snapshot(other, path, tables=[])
        other.rollback()
    assert rows(connection, "SELECT to_regclass('a')") == [(None,)]


def test_residue_of_a_table_that_is_gone_disturbs_nobody(connection: Connection, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", uniform_files({"projects": [document(1, extra="x")]}))
    import_snapshot(connection, path, tables=[PROJECTS])
    connection.execute("DROP TABLE projects")
    import_snapshot(connection, path, tables=[PROJECTS])
    assert rows(connection, "SELECT id FROM unnest.document_residue") == [(sample_id(1),)]


def _peaks(connection: Connection, path: Path, documents: int) -> list[int]:
    made = (document(i, name="x" * 300, size=None, tags=["a", "b"], n=float(i)) for i in range(documents))
    write_zip(path / "big.zip", uniform_files({"projects": list(made)}))
    peaks = []
    tracemalloc.start()
    for step in (
        lambda: import_snapshot(connection, path / "big.zip", tables=[PROJECTS], mode=ImportMode.REPLACE_ALL),
        lambda: export_snapshot(connection, path / "out.zip", tables=[PROJECTS]),
        lambda: profile(path / "big.zip"),
    ):
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        step()
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()
    return peaks


def test_memory_does_not_grow_with_the_snapshot(connection: Connection, tmp_path: Path) -> None:
    small, large = _peaks(connection, tmp_path, 3_000), _peaks(connection, tmp_path, 15_000)
    assert [after < before * 1.2 + 500_000 for before, after in zip(small, large, strict=True)] == [True] * 3, (small, large)
