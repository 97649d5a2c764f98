"""A migration through its whole life by commands alone, on both servers."""

from pathlib import Path
from typing import Any

import psycopg
from e2e.command import Command

SKIP = ("--skip-gates", "the test does not wait")
STAGES = ["pending", "schema", "dual_write", "backfill", "dual_read", "cleanup", "complete"]


def ask(url: str, query: str) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def test_a_migration_lives_by_commands(unnest: Command, database: str, snapshot: Path) -> None:
    imported = unnest.json("import", snapshot)
    assert {each["table"]: each["documents"] for each in imported["tables"]}["projects"] == 24
    assert "TableExists" in unnest("import", snapshot, code=1).err
    before = ask(database, "SELECT jsonb_object_agg(id, attachments) FROM messages")
    assert {each["stage"] for each in unnest("--json", "status").json} == {"pending"}
    assert unnest.json("findings") == []

    planned = unnest.json("plan", "1")
    assert [move["target"] for move in planned["moves"]] == STAGES[1:]
    assert planned["losses"]
    assert {each["table"] for each in planned["estimates"]} == {"attachments", "tool_calls"}
    assert {line["level"] for line in unnest.json("preflight")} == {"ok", "warn"}
    assert ask(database, "SELECT to_regclass('unnest.migration')") is None
    assert ask(database, "SELECT to_regclass('attachments')") is None
    assert ask(database, "SELECT to_regprocedure('unnest.try_jsonb(text)')") is None

    assert "gate soak" in unnest("advance", "1", "--to", "backfill", code=1).err
    moved = unnest.json("advance", "1", "--to", "dual_read", *SKIP)
    assert [(move["from"], move["to"]) for move in moved["moves"]] == [("dual_write", "backfill"), ("backfill", "dual_read")]
    assert "use: unnest rollback" in unnest("advance", "1", "--to", "schema", code=2).err
    verified = unnest.json("verify")
    assert [(each["migration"], each["clean"], each["count"]) for each in verified] == [("001_attachments_tool_calls", True, 0)]

    first = unnest.json("findings", "1", "--limit", "2")
    second = unnest.json("findings", "001", "--limit", "2", "--after", str(first[-1]["id"]))
    assert len({each["id"] for each in [*first, *second]}) == 4
    some = unnest.json("findings", "1", "--kind", "not an array")
    assert len(some) == unnest.json("status", "1")[0]["findings"]["not an array"]
    assert unnest.json("rebuild", "1")["parts"]["attachments.messages"]["changed"] == 0

    unnest("advance", "1", "--to", "cleanup", *SKIP)
    assert "gate buffer" in unnest("purge", "1", code=1).err
    unnest("purge", "1", *SKIP)
    audited = unnest.json("audit")
    assert audited["holds"]
    assert audited["not_started"] == ["003_project_conversations"]
    assert unnest.json("rollback", "1", "--reason", "the test goes back")["stage"] == "dual_read"
    assert ask(database, "SELECT jsonb_object_agg(id, attachments) FROM messages") == before
    assert (
        ask(database, "SELECT reason FROM unnest.event WHERE reason IS NOT NULL ORDER BY id DESC LIMIT 1") == "the test goes back"
    )


def test_a_difference_is_shown_refused_and_repaired(unnest: Command, database: str, snapshot: Path) -> None:
    unnest("import", snapshot)
    unnest("advance", "3", "--to", "dual_read", *SKIP)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET session_replication_role TO replica")
        connection.execute(
            "DELETE FROM project_conversations WHERE conversation_id IN"
            " (SELECT conversation_id FROM project_conversations ORDER BY conversation_id LIMIT 2)"
        )
    told = unnest("verify", "3", code=1).out
    assert "differs" in told
    assert "next: unnest repair 003_project_conversations" in told
    assert {each["kind"] for each in unnest.json("findings", "3", "--kind", "difference")} == {"difference"}
    assert "gate verified" in unnest("advance", "3", *SKIP, code=1).err
    assert unnest.json("repair", "3", "--direction", "legacy")["repaired"] >= 2
    assert unnest.json("verify", "3")[0]["clean"]
    unnest("advance", "3", "--to", "complete", *SKIP)
    checks = {each["check"]: each["holds"] for each in unnest.json("audit")["checks"]}
    assert checks["project_conversations (conversation_id, project_id) = conversations"]
    assert checks["conversations (id, project_id) = project_conversations"]
    assert all(checks.values())


def test_an_export_is_the_same_before_and_after_a_migration(unnest: Command, snapshot: Path) -> None:
    unnest("import", snapshot)
    unnest("export", "before.zip")
    assert "no migration has reached backfill" in unnest("export", "new.zip", "--normalized", code=1).err
    unnest("advance", "1", "--to", "complete", *SKIP)
    unnest("export", "after.zip")
    profiles = [unnest.json("profile", name)["tables"] for name in ("before.zip", "after.zip")]
    assert shapes(profiles[0]) == shapes(profiles[1])
    tables = {each["table"] for each in unnest.json("export", "new.zip", "--normalized")["tables"]}
    assert {"attachments", "toolCalls", "messages"} <= tables


def shapes(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a profile says of the nested fields of messages."""
    (found,) = [table for table in tables if table["table"] == "messages"]
    return {field["path"]: field["types"] for field in found["fields"]}


def test_text_fits_on_a_screen_of_100_columns(unnest: Command, snapshot: Path) -> None:
    unnest("import", snapshot)
    unnest("advance", "3", "--to", "dual_read", *SKIP)
    for arguments in (["status"], ["preflight"], ["audit"]):
        out = unnest(*arguments, COLUMNS="100").out
        assert [line for line in out.splitlines() if len(line) > 100] == []
        assert "…" not in out
        assert "\x1b" not in out
