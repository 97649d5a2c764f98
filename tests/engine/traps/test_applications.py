"""What applications do beside plain writes: COPY, upserts, odd settings, few rights, TRUNCATE, and other keys for a row."""

import json
from typing import Any

import psycopg
import pytest
from engine.traps.state import FILE, arrays, both, files, links, of_project, owner, pointers, residue, rows
from plugins.interleaving import MakeWorld, World, with_and_without, with_trigger, without_trigger

from unnest.stages import Stage

NOT_CARRIED = "55000"
DUAL = [Stage.DUAL_WRITE, Stage.DUAL_READ]
dual = pytest.mark.parametrize("stage", DUAL, ids=lambda stage: str(stage.value))
DRAFT = '[{"type": "strange"}]'


@dual
def test_copy_into_the_legacy_tables_is_carried(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage)
    session = world.session("old")
    with session.connection.cursor().copy("COPY messages (id, conversation_id, attachments) FROM STDIN") as copy:
        for number in range(50):
            copy.write_row((f"x{number}", "c1", files("a", "b")))
    with session.connection.cursor().copy("COPY conversations (id, user_id, project_id) FROM STDIN") as copy:
        for number in range(50):
            copy.write_row((f"x{number}", "u1", "p2"))
    session.commit()
    assert all(both(world, f"x{number}") == (["a", "b"], ["a", "b"]) for number in range(50))
    assert len(arrays(world)["p2"]) == 50
    assert {project for conversation, project in links(world).items() if conversation[0] == "x"} == {"p2"}


def test_copy_into_the_new_tables_is_carried_back(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ)
    session = world.session("new")
    columns = "message_id, position, type, name, storage_id, mime_type, size"
    with session.connection.cursor().copy(f"COPY attachments ({columns}) FROM STDIN") as copy:
        for number in range(2, 50):
            copy.write_row(("m1", number, "file", f"n{number}", "s", "x", 1))
    session.commit()
    expected = ["a", "b", *(f"n{number}" for number in range(2, 50))]
    assert both(world) == (expected, expected)


@dual
def test_upserts_of_the_old_application_are_carried(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage)
    upsert = (
        "INSERT INTO messages (id, conversation_id, attachments) VALUES (%s, 'c1', %s)"
        " ON CONFLICT (id) DO UPDATE SET attachments = excluded.attachments"
    )
    for names in (("a",), ("b", "c"), ("b", "c"), ()):
        world.run(upsert, "x", files(*names))
        assert both(world, "x") == (list(names), list(names))
    world.run("INSERT INTO messages (id, attachments) VALUES ('x', %s) ON CONFLICT DO NOTHING", files("never"))
    assert both(world, "x") == ([], [])
    point = (
        "INSERT INTO conversations (id, user_id, project_id) VALUES ('c1', 'u1', %s)"
        " ON CONFLICT (id) DO UPDATE SET project_id = excluded.project_id"
    )
    for project in ("p1", "p2", "p2", None):
        world.run(point, project)
        assert of_project(world, "c1") == (project, project, [project] if project else [])


def test_merge_and_data_modifying_queries_are_carried(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 1)
    world.run(
        "WITH made AS (INSERT INTO messages (id, conversation_id) VALUES ('x', 'c1') RETURNING id)"
        " UPDATE messages SET attachments = %s WHERE id = 'm3' AND EXISTS (SELECT 1 FROM made)",
        files("w"),
    )
    world.run(
        "MERGE INTO messages AS m USING (VALUES ('x', %s::jsonb), ('m1', '[]'), ('new', %s::jsonb)) AS s(id, a) ON m.id = s.id"
        " WHEN MATCHED AND s.a = '[]' THEN DELETE WHEN MATCHED THEN UPDATE SET attachments = s.a"
        " WHEN NOT MATCHED THEN INSERT (id, attachments) VALUES (s.id, s.a)",
        files("x"),
        files("n"),
    )
    assert [both(world, message) for message in ("m1", "m3", "x", "new")] == [
        (None, []),
        (["w"], ["w"]),
        (["x"], ["x"]),
        (["n"], ["n"]),
    ]


# -- sessions unlike the engine's -----------------------------------------------------------------------------------------

SHADOWS = """
CREATE SCHEMA odd;
CREATE FUNCTION odd.jsonb_typeof(jsonb) RETURNS text LANGUAGE sql AS $$ SELECT 'shadowed' $$;
CREATE FUNCTION odd.coalesce_text(text) RETURNS text LANGUAGE sql AS $$ SELECT 'shadowed' $$;
CREATE TABLE odd.attachments (id integer);
CREATE TABLE odd.messages (id integer);
CREATE TABLE odd.conversations (id integer);
"""
SETTINGS = (
    "SET search_path = ''",
    "SET search_path = odd, public",
    "SET search_path = odd, pg_catalog, public",
    "SET timezone = 'Asia/Kathmandu'; SET datestyle = 'German, DMY'; SET intervalstyle = 'sql_standard'",
    "SET extra_float_digits = -15",
    "SET standard_conforming_strings = off; SET escape_string_warning = off; SET backslash_quote = on",
    "SET bytea_output = 'escape'; SET xmloption = content; SET default_text_search_config = 'simple'",
    "SET enable_seqscan = off; SET enable_indexscan = off; SET jit = on; SET jit_above_cost = 0",
    "SET plan_cache_mode = force_custom_plan; SET row_security = off",
    "SET transform_null_equals = on; SET array_nulls = off",
)


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_triggers_work_under_any_setting_of_the_session(make_world: MakeWorld, settings: str) -> None:
    world = make_world(Stage.DUAL_READ)
    world.undo.append("DROP SCHEMA odd CASCADE")
    world.run(SHADOWS)
    whole = {**FILE, "metadata": {"duration": 0.1 + 0.2, "own": 1e-9, "generationTime": 123456.789012345}}
    session = world.session("application")
    session.run(settings)
    session.run(
        "INSERT INTO public.messages (id, conversation_id, created_at, attachments)"
        " VALUES ('x', 'c1', 1700000000123.5, pg_catalog.jsonb_build_array(pg_catalog.jsonb_set(%s::pg_catalog.jsonb,"
        " '{name}', '\"n\"')))",
        json.dumps(whole),
    )
    session.run("UPDATE public.attachments SET mime_type = 'y' WHERE message_id OPERATOR(pg_catalog.=) 'x'")
    session.run("UPDATE public.conversations SET project_id = 'p2' WHERE id OPERATOR(pg_catalog.=) 'c1'")
    session.run("DELETE FROM public.project_conversations WHERE conversation_id OPERATOR(pg_catalog.=) 'c2'")
    session.commit()
    assert world.value("SELECT attachments FROM messages WHERE id = 'x'") == [{**whole, "name": "n", "mimeType": "y"}]
    assert (links(world), arrays(world)) == ({"c1": "p2", "c3": "p1"}, {"p1": ["c3"], "p2": ["c1"]})
    assert world.differences() == []


def test_an_application_with_few_rights_is_carried_both_ways(make_world: MakeWorld) -> None:
    """It may read and write the public tables and knows nothing of schema unnest."""
    world = make_world(Stage.DUAL_READ)
    role = f"application_{world.monitor.info.dbname}"
    world.run(f"CREATE ROLE {role} LOGIN")
    world.undo += [f"DROP OWNED BY {role}", f"DROP ROLE {role}"][::-1]
    world.run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    session = world.session("application")
    session.run(f"SET ROLE {role}")
    session.run("INSERT INTO messages (id, conversation_id, attachments) VALUES ('x', 'c1', %s)", files("a", "b"))
    session.run("UPDATE messages SET attachments = %s WHERE id = 'x'", files("a", "c"))
    session.run("UPDATE attachments SET name = 'A' WHERE message_id = 'x' AND name = 'a'")
    session.run("DELETE FROM attachments WHERE message_id = 'x' AND name = 'c'")
    session.run("UPDATE conversations SET project_id = 'p2', user_id = 'u1' WHERE id = 'c1'")
    session.run("UPDATE conversations SET user_id = 'u2' WHERE id = 'c1'")
    session.run("UPDATE projects SET conversation_ids = '[]'")
    session.run("DELETE FROM project_conversations WHERE conversation_id = 'c2'")
    session.run("DELETE FROM messages WHERE id = 'm1'")
    session.run("DELETE FROM projects WHERE id = 'p2'")
    session.commit()
    assert both(world, "x") == (["A"], ["A"])
    assert (links(world), arrays(world)) == ({"c3": "p1"}, {"p1": ["c3"]})
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.run("SELECT * FROM unnest.residue_attachments")
    session.rollback()
    assert world.differences() == []


# -- TRUNCATE -------------------------------------------------------------------------------------------------------------


def test_truncate_of_the_source_is_carried(make_world: MakeWorld) -> None:
    def truncated(world: World) -> Any:
        world.run("UPDATE messages SET attachments = %s WHERE id = 'm3'", DRAFT)
        world.run(f"SELECT unnest.{'attachments'}__backfill(NULL, NULL, 500, 16777216, false)")
        error = world.attempt("TRUNCATE messages")
        return error, rows(world), residue(world, "attachments")

    mutant = without_trigger("messages", "unnest_60_truncate_attachments__truncate_after")
    real, unprotected = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 1), truncated, mutant)
    assert real == (None, [], [])
    assert unprotected[1] == ["a", "b"]


def test_truncate_cascades_to_the_new_tables(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 1)
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm3'", DRAFT)
    world.run("TRUNCATE messages CASCADE")
    assert (rows(world), residue(world, "attachments")) == ([], [])
    assert world.differences() == []
    world.run("INSERT INTO messages (id, attachments) VALUES ('x', %s)", files("a"))
    assert both(world, "x") == (["a"], ["a"])


@dual
def test_truncate_of_conversations_empties_the_arrays_too(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage, 3)
    world.run("TRUNCATE conversations CASCADE")
    assert (links(world), arrays(world)) == ({}, {"p1": [], "p2": []})
    if stage is Stage.DUAL_READ:
        assert world.differences() == []


@dual
def test_truncate_of_every_other_table_is_refused(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage)
    for table in ("attachments", "tool_calls", "project_conversations", "projects CASCADE", "conversations CASCADE"):
        assert world.attempt(f"TRUNCATE {table}") == NOT_CARRIED, table
    with pytest.raises(psycopg.Error, match=r"TRUNCATE is not carried .* use DELETE"):
        world.run("TRUNCATE projects CASCADE")
    assert pointers(world) == {"c2": "p1", "c3": "p1"}


# -- another key for a row ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [Stage.DUAL_WRITE, Stage.BACKFILL, Stage.DUAL_READ], ids=lambda stage: str(stage.value))
def test_a_message_may_get_another_key(make_world: MakeWorld, stage: Stage) -> None:
    """Foreign keys carry it first, by cascade, and the reverse triggers see that; nothing in residue may get lost."""
    world = make_world(stage, 1)
    world.run("UPDATE messages SET attachments = attachments || '[7]'::jsonb || %s::jsonb WHERE id = 'm1'", files("d"))
    before = world.value("SELECT attachments FROM messages WHERE id = 'm1'")
    world.run("UPDATE messages SET id = 'other' WHERE id = 'm1'")
    assert world.value("SELECT attachments FROM messages WHERE id = 'other'") == before
    assert rows(world, "m1") == []
    assert rows(world, "other") == ["a", "b", "d"]
    assert [(parent, position) for parent, position, _, _ in residue(world, "attachments")] == [("other", 2)]
    if stage is not Stage.DUAL_WRITE:
        assert world.differences() == []


@pytest.mark.parametrize("stage", [Stage.DUAL_WRITE, Stage.BACKFILL, Stage.DUAL_READ], ids=lambda stage: str(stage.value))
def test_conversations_and_projects_may_get_other_keys(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage, 3)
    world.run("UPDATE conversations SET project_id = 'p2' WHERE id IN ('c1', 'c4')")
    world.run("UPDATE conversations SET project_id = 'gone' WHERE id = 'c4'")
    world.run("UPDATE conversations SET id = 'x1' WHERE id = 'c1'")
    world.run("UPDATE conversations SET id = 'x4' WHERE id = 'c4'")
    assert of_project(world, "x1") == ("p2", "p2", ["p2"])
    assert of_project(world, "x4") == ("gone", None, [])
    assert [(parent, reason) for parent, _, _, reason in residue(world, "project_conversations")] == [("x4", "project gone")]
    assert world.attempt("UPDATE projects SET id = 'p9' WHERE id = 'p2'") is None
    pointer, link, held = of_project(world, "x1")
    assert (pointer == link and held == [pointer]) or (link is None and held == [])
    if stage is not Stage.DUAL_WRITE:
        assert world.differences() == []


def test_owners_follow_a_message_to_another_conversation(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 1)
    world.run("INSERT INTO conversations (id, user_id) VALUES ('c9', 'u9')")
    world.run("UPDATE messages SET conversation_id = 'c9' WHERE id = 'm1'")
    assert owner(world, "m1") == ["u9", "u9"]
    world.run("UPDATE messages SET user_id = 'own' WHERE id = 'm1'")
    assert owner(world, "m1") == ["own", "own"]
    assert world.differences() == []


# -- rows that the WHEN conditions pass over ------------------------------------------------------------------------------


def test_an_unrelated_write_fires_nothing(make_world: MakeWorld) -> None:
    def unrelated(world: World) -> Any:
        world.run("CREATE TABLE public.fired (n integer)")
        world.undo.append("DROP TABLE public.fired")
        count = "BEGIN\nINSERT INTO public.fired VALUES (1);\n"
        for function in ("attachments__forward_update", "attachments__keep", "attachments__reverse_rows_messages"):
            text = str(world.value("SELECT pg_get_functiondef(p.oid) FROM pg_proc AS p WHERE p.proname = %s", function))
            world.undo.append(text)
            world.run(text.replace("BEGIN\n", count, 1))
        world.run("UPDATE messages SET content = 'x', status = 'y', updated_at = 5")
        return world.value("SELECT count(*) FROM public.fired")

    always = with_trigger(
        "messages", "unnest_00_keep_attachments__keep", "WHEN ((old.attachments IS DISTINCT FROM new.attachments)) ", ""
    )
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 1), unrelated, always)
    assert (real, mutant) == (0, 3)


def test_deletes_are_carried(make_world: MakeWorld) -> None:
    def deleted(world: World) -> Any:
        world.run("SELECT unnest.attachments__backfill(NULL, NULL, 500, 16777216, false)")
        world.run("DELETE FROM messages WHERE id = 'm1'")
        return rows(world)

    mutant = without_trigger("messages", "unnest_10_forward_attachments__delete")
    real, unprotected = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 1), deleted, mutant)
    assert (real, unprotected) == ([], ["a", "b"])
