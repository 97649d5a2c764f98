"""Projects and conversations: the pointer decides, the array follows, and every way of writing them ends in one picture."""

from typing import Any

import pytest
from engine.traps.state import arrays, links, of_project, pointers
from plugins.interleaving import MakeWorld, World, rewritten, with_and_without

from unnest.stages import Stage

DUAL = [Stage.DUAL_WRITE, Stage.DUAL_READ]
dual = pytest.mark.parametrize("stage", DUAL, ids=lambda stage: str(stage.value))
LINK = "INSERT INTO project_conversations VALUES (%s, %s, now(), 'u1')"
UPSERT = LINK + " ON CONFLICT (conversation_id) DO UPDATE SET project_id = excluded.project_id"


def agrees(world: World) -> bool:
    """Return whether pointers, links and arrays say the same."""
    found: dict[str, str] = {}
    for project, ids in arrays(world).items():
        for conversation in ids or []:
            assert conversation not in found, f"{conversation} is in two arrays, or twice in one"
            found[conversation] = project
    return pointers(world) == links(world) == found


@dual
def test_a_pointer_alone_is_enough(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage, 3)
    world.run("UPDATE conversations SET project_id = 'p2' WHERE id = 'c1'")
    assert of_project(world, "c1") == ("p2", "p2", ["p2"])
    world.run("UPDATE conversations SET project_id = 'p1' WHERE id = 'c1'")
    assert of_project(world, "c1") == ("p1", "p1", ["p1"])
    world.run("UPDATE conversations SET project_id = NULL WHERE id = 'c1'")
    assert of_project(world, "c1") == (None, None, [])


@dual
def test_an_edit_of_the_array_alone_is_undone(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage, 3)
    world.run('UPDATE projects SET conversation_ids = \'["c4", "c3", "c2"]\' WHERE id = \'p1\'')
    assert arrays(world)["p1"] == ["c3", "c2"]
    world.run("UPDATE projects SET conversation_ids = '[]' WHERE id = 'p1'")
    assert arrays(world)["p1"] == ["c2", "c3"]
    world.run("UPDATE projects SET conversation_ids = '[\"c2\"]' WHERE id = 'p2'")
    assert arrays(world) == {"p1": ["c2", "c3"], "p2": []}


@dual
def test_the_array_first_and_the_pointer_after_it_end_in_a_link(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage, 3)
    old = world.session("old")
    old.run("UPDATE projects SET conversation_ids = conversation_ids || '[\"c1\"]' WHERE id = 'p2'")
    old.run("UPDATE conversations SET project_id = 'p2' WHERE id = 'c1'")
    old.commit()
    assert of_project(world, "c1") == ("p2", "p2", ["p2"])
    old.run("UPDATE projects SET conversation_ids = conversation_ids - 'c1' WHERE id = 'p2'")
    old.run("UPDATE conversations SET project_id = NULL WHERE id = 'c1'")
    old.commit()
    assert of_project(world, "c1") == (None, None, [])


@dual
def test_bulk_statements_end_in_one_picture(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage, 3)
    if stage is Stage.DUAL_WRITE:
        world.advance(Stage.BACKFILL)
    many = "SELECT 'x' || n, 'u1', 'p' || 1 + n % 2 FROM generate_series(1, 300) AS n"
    world.run(f"INSERT INTO conversations (id, user_id, project_id) {many}")
    assert len(links(world)) == 302
    assert agrees(world)
    world.run("UPDATE conversations SET project_id = CASE project_id WHEN 'p1' THEN 'p2' WHEN 'p2' THEN 'p1' END")
    assert agrees(world)
    assert len(arrays(world)["p1"]) == 150
    world.run("UPDATE conversations SET project_id = NULL WHERE project_id = 'p1'")
    assert (arrays(world)["p1"], len(links(world))) == ([], 152)
    world.run("DELETE FROM conversations WHERE id LIKE 'x%'")
    assert agrees(world)
    world.run("UPDATE projects SET conversation_ids = '[\"c1\"]'")
    assert agrees(world)
    assert world.differences() == []


def test_bulk_statements_of_the_new_side_end_in_one_picture(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 3)
    world.run("INSERT INTO conversations (id, user_id) SELECT 'x' || n, 'u1' FROM generate_series(1, 300) AS n")
    world.run("INSERT INTO project_conversations SELECT id, 'p2', now(), 'u1' FROM conversations WHERE id LIKE 'x%'")
    assert agrees(world)
    world.run("UPDATE project_conversations SET project_id = 'p1' WHERE right(conversation_id, 1) IN ('1', '3')")
    assert agrees(world)
    world.run("DELETE FROM project_conversations WHERE project_id = 'p2'")
    assert agrees(world)
    assert (len(links(world)), arrays(world)["p2"]) == (62, [])
    assert world.differences() == []


def upserted(world: World) -> Any:
    world.run(UPSERT, "c2", "p1")
    return of_project(world, "c2"), arrays(world)["p1"]


def test_an_upsert_that_changes_nothing_changes_nothing(make_world: MakeWorld) -> None:
    """ON CONFLICT DO UPDATE fires the statement triggers of INSERT (with no row) and of UPDATE (old and new alike)."""
    # An incremental edit that takes the old ids away, and adds none for rows that stay, would lose the id.
    follow = "project_conversations__follow_rows_projects"
    lossy = rewritten(
        follow,
        "ELSIF TG_OP = 'DELETE'",
        "PERFORM set_config('unnest.m_project_conversations', 'rev', true);"
        "UPDATE public.projects SET conversation_ids = conversation_ids - ARRAY(SELECT o.conversation_id FROM o);"
        " RETURN NULL;\nELSIF TG_OP = 'DELETE'",
    )
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 3), upserted, lossy)
    assert real == (("p1", "p1", ["p1"]), ["c2", "c3"])
    assert mutant == (("p1", "p1", []), ["c3"])


def moved(world: World) -> Any:
    world.run(UPSERT, "c2", "p2")
    return of_project(world, "c2")


def rebuilt_by_one_statement(world: World) -> int:
    """Return how often rows of projects were written by two statements over 40 conversations: point all, delete all."""
    world.run("INSERT INTO conversations (id, user_id) SELECT 'b' || n, 'u1' FROM generate_series(1, 40) AS n")
    old = world.session("old")
    old.run("UPDATE conversations SET project_id = 'p2' WHERE id LIKE 'b%'")
    old.run("DELETE FROM conversations WHERE id LIKE 'b%'")
    ((count,),) = old.run("SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relid = 'public.projects'::regclass")
    old.commit()
    assert agrees(world)
    return int(count)


def test_a_statement_over_many_pointers_rebuilds_an_array_once(make_world: MakeWorld) -> None:
    at_once = rewritten("project_conversations__forward_update", "'row'", "'fwd'")
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 3), rebuilt_by_one_statement, at_once)
    assert real == 2
    assert mutant == 41


def test_an_upsert_moves_a_link_out_of_one_array_and_into_the_other(make_world: MakeWorld) -> None:
    follow = "project_conversations__follow_rows_projects"
    only_old = rewritten(follow, "UNION SELECT n.project_id", "EXCEPT SELECT n.project_id")
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 3), moved, only_old)
    assert real == ("p2", "p2", ["p2"])
    assert mutant == ("p2", "p2", [])


@pytest.mark.parametrize("stage", [Stage.DUAL_WRITE, Stage.BACKFILL, Stage.DUAL_READ], ids=lambda stage: str(stage.value))
def test_deleting_a_project_leaves_no_link_and_no_difference(make_world: MakeWorld, stage: Stage) -> None:
    """The old application clears the pointers, or does not."""
    world = make_world(stage, 3)
    world.run("UPDATE conversations SET project_id = 'p2' WHERE id IN ('c1', 'c4')")
    old = world.session("old")
    old.run("UPDATE conversations SET project_id = NULL WHERE project_id = 'p2'")
    old.run("DELETE FROM projects WHERE id = 'p2'")
    old.commit()
    world.run("DELETE FROM projects WHERE id = 'p1'")
    assert (links(world), arrays(world)) == ({}, {})
    assert set(pointers(world)) <= {"c2", "c3"}
    assert world.differences() == []
    world.run("INSERT INTO projects (id, user_id, conversation_ids) VALUES ('p1', 'u1', '[\"c2\"]')")
    assert pointers(world) == links(world)
    assert world.differences() == []


@dual
def test_deleting_a_conversation_takes_its_link_and_its_place(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage, 3)
    world.run("DELETE FROM conversations WHERE id = 'c2'")
    assert arrays(world)["p1"] == ["c3"]
    if stage is Stage.DUAL_WRITE:  # its link was not copied yet: followers are told what they lose, and it is no drift
        world.advance(Stage.BACKFILL)
        assert world.column("SELECT kind FROM unnest.finding") == []
    assert (links(world), arrays(world)["p1"]) == ({"c3": "p1"}, ["c3"])


# -- one conversation into two projects at once ---------------------------------------------------------------------------


def assigned_twice(world: World, first: list[tuple[str, tuple[Any, ...]]], second: list[tuple[str, tuple[Any, ...]]]) -> Any:
    """The seed's race: c1 goes to p1 and to p2 at once; whoever commits last has it."""
    one, two = world.session("one"), world.session("two")
    for query, values in first:
        one.run(query, *values)
    query, values = second[0]
    started = two.start(query, *values)
    if not started.waits_for(one):
        started.rows()
        query, values = second[1]
        started = two.start(query, *values)
        assert started.waits_for(one)
        rest = second[2:]
    else:
        rest = second[1:]
    one.commit()
    started.rows()
    for query, values in rest:
        two.run(query, *values)
    two.commit()
    return of_project(world, "c1")


def old_form(project: str) -> list[tuple[str, tuple[Any, ...]]]:
    append = "UPDATE projects SET conversation_ids = conversation_ids || '[\"c1\"]' WHERE id = %s"
    return [(append, (project,)), ("UPDATE conversations SET project_id = %s WHERE id = 'c1'", (project,))]


def new_form(project: str) -> list[tuple[str, tuple[Any, ...]]]:
    return [("SELECT 1 FROM conversations WHERE id = 'c1' FOR NO KEY UPDATE", ()), (UPSERT, ("c1", project))]


@dual
def test_two_old_writers_end_with_one_winner(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage, 3)
    assert assigned_twice(world, old_form("p1"), old_form("p2")) == ("p2", "p2", ["p2"])


@pytest.mark.parametrize("first", [old_form, new_form])
@pytest.mark.parametrize("second", [old_form, new_form])
def test_an_old_and_a_new_writer_end_with_one_winner(make_world: MakeWorld, first: Any, second: Any) -> None:
    world = make_world(Stage.DUAL_READ, 3)
    assert assigned_twice(world, first("p1"), second("p2")) == ("p2", "p2", ["p2"])
    assert agrees(world)
    assert world.differences() == []


def test_copies_of_arrays_written_back_whole_change_nothing(make_world: MakeWorld) -> None:
    """An old process rewrites an array that it read before another one moved a conversation."""
    world = make_world(Stage.DUAL_READ, 3)
    stale = world.value("SELECT conversation_ids::text FROM projects WHERE id = 'p1'")
    world.run("UPDATE conversations SET project_id = 'p2' WHERE id = 'c2'")
    world.run("UPDATE projects SET conversation_ids = %s WHERE id = 'p1'", stale)
    assert arrays(world) == {"p1": ["c3"], "p2": ["c2"]}
    assert agrees(world)
