"""Writers above READ COMMITTED: what their snapshot can't see becomes 40001, never a phantom."""

from typing import Any

import pytest
from engine.traps.state import batch, both, files, of_project, owner, residue, rows
from plugins.interleaving import MakeWorld, World, rewritten, with_and_without
from psycopg import IsolationLevel

from unnest.stages import Stage

SERIALIZATION = "40001"
ABOVE = [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE]
PROBE = ("<> 'read committed'", "= 'no such level'")
above = pytest.mark.parametrize("isolation", ABOVE, ids=lambda level: str(level.name).lower())


def after_the_batch(world: World, isolation: IsolationLevel, write: str) -> tuple[str | None, tuple[Any, list[str]]]:
    """The writer's snapshot is older than the batch that copied the message."""
    old = world.session("old", isolation=isolation)
    old.run("SELECT count(*) FROM messages")
    world.run(batch("attachments"))
    return old.attempt(write), both(world)


@above
def test_an_update_over_rows_it_can_not_see_is_tried_again(make_world: MakeWorld, isolation: IsolationLevel) -> None:
    write = "UPDATE messages SET attachments = '[]' WHERE id = 'm1'"
    real, mutant = with_and_without(
        lambda: make_world(Stage.DUAL_WRITE, 1),
        lambda world: after_the_batch(world, isolation, write),
        rewritten("attachments__forward_update", *PROBE),
    )
    assert real == (SERIALIZATION, (["a", "b"], ["a", "b"]))
    assert mutant == (None, ([], ["a", "b"]))


@above
def test_a_delete_over_rows_it_can_not_see_is_tried_again(make_world: MakeWorld, isolation: IsolationLevel) -> None:
    real, mutant = with_and_without(
        lambda: make_world(Stage.DUAL_WRITE, 1),
        lambda world: after_the_batch(world, isolation, "DELETE FROM messages WHERE id = 'm1'"),
        rewritten("attachments__forward_delete", *PROBE),
    )
    assert real == (SERIALIZATION, (["a", "b"], ["a", "b"]))
    assert mutant == (None, (None, ["a", "b"]))


@above
def test_a_pointer_over_a_link_it_can_not_see_is_tried_again(make_world: MakeWorld, isolation: IsolationLevel) -> None:
    def race(world: World) -> Any:
        old = world.session("old", isolation=isolation)
        old.run("SELECT count(*) FROM conversations")
        world.run(batch("project_conversations"))
        error = old.attempt("UPDATE conversations SET project_id = NULL WHERE id = 'c2'")
        pointer, link, _ = of_project(world, "c2")
        return error, pointer, link

    mutant = rewritten("project_conversations__forward_update", *PROBE)
    real, unprotected = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 3), race, mutant)
    assert real == (SERIALIZATION, "p1", "p1")
    assert unprotected == (None, None, "p1")


@above
def test_a_new_delete_against_an_old_write_is_tried_again(make_world: MakeWorld, isolation: IsolationLevel) -> None:
    world = make_world(Stage.DUAL_READ, 1)
    new = world.session("new", isolation=isolation)
    new.run("SELECT count(*) FROM attachments")
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("a", "b", "c"))
    assert new.attempt("DELETE FROM attachments WHERE message_id = 'm1' AND name = 'a'") == SERIALIZATION
    assert both(world) == (["a", "b", "c"], ["a", "b", "c"])
    assert new.attempt("DELETE FROM attachments WHERE message_id = 'm1' AND name = 'a'") is None
    assert both(world) == (["b", "c"], ["b", "c"])


@above
def test_a_new_insert_against_an_old_write_is_tried_again(make_world: MakeWorld, isolation: IsolationLevel) -> None:
    world = make_world(Stage.DUAL_READ, 1)
    new = world.session("new", isolation=isolation)
    new.run("SELECT count(*) FROM attachments")
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("a", "b", "c"))
    insert = (
        "INSERT INTO attachments (message_id, position, type, name, storage_id, mime_type, size)"
        " VALUES ('m1', 9, 'file', 'd', 's', 'x', 1)"
    )
    assert new.attempt(insert) == SERIALIZATION
    assert both(world) == (["a", "b", "c"], ["a", "b", "c"])
    assert new.attempt(insert) is None
    assert both(world) == (["a", "b", "c", "d"], ["a", "b", "c", "d"])


@above
def test_an_owner_it_can_not_see_is_not_copied(make_world: MakeWorld, isolation: IsolationLevel) -> None:
    """The queue has been emptied before this writer, whose snapshot is older, begins to write."""
    world = make_world(Stage.DUAL_WRITE, 1)
    old = world.session("old", isolation=isolation)
    old.run("SELECT count(*) FROM conversations")
    world.run("UPDATE conversations SET user_id = 'u2' WHERE id = 'c1'")
    for _ in range(2):
        world.run("SELECT unnest.attachments__drain(500)")
    insert = "INSERT INTO messages (id, conversation_id, attachments) VALUES ('x', 'c1', %s)"
    assert old.attempt(insert, files("a")) == SERIALIZATION
    assert rows(world, "x") == []
    assert old.attempt(insert, files("a")) is None
    assert owner(world, "x") == ["u2"]


@above
def test_an_owner_it_can_not_see_makes_no_link(make_world: MakeWorld, isolation: IsolationLevel) -> None:
    world = make_world(Stage.DUAL_WRITE, 3)
    old = world.session("old", isolation=isolation)
    old.run("SELECT count(*) FROM projects")
    world.run("UPDATE projects SET user_id = 'u9' WHERE id = 'p2'")
    point = "UPDATE conversations SET project_id = 'p2' WHERE id = 'c1'"
    assert old.attempt(point) == SERIALIZATION
    assert of_project(world, "c1") == (None, None, [])
    assert old.attempt(point) is None
    assert of_project(world, "c1") == ("p2", None, [])


@above
def test_an_owner_it_can_not_see_hides_no_link(make_world: MakeWorld, isolation: IsolationLevel) -> None:
    def race(world: World) -> Any:
        world.run("INSERT INTO projects (id, user_id) VALUES ('p3', 'u9')")
        old = world.session("old", isolation=isolation)
        old.run("SELECT count(*) FROM projects")
        world.run("UPDATE projects SET user_id = 'u1' WHERE id = 'p3'")
        return old.attempt("UPDATE conversations SET project_id = 'p3' WHERE id = 'c1'"), of_project(world, "c1")

    key_share = rewritten("project_conversations__forward_update", " FOR SHARE", " FOR KEY SHARE")
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 3), race, key_share)
    assert real == (SERIALIZATION, (None, None, []))
    # A key share passes over a change that leaves the key alone, so the pointer stays without its link.
    assert mutant == (None, ("p3", None, []))


@above
def test_a_project_it_can_not_see_is_looked_for_again(make_world: MakeWorld, isolation: IsolationLevel) -> None:
    world = make_world(Stage.DUAL_WRITE, 3)
    old = world.session("old", isolation=isolation)
    old.run("SELECT count(*) FROM projects")
    world.run("INSERT INTO projects (id, user_id) VALUES ('p3', 'u1')")
    point = "UPDATE conversations SET project_id = 'p3' WHERE id = 'c1'"
    assert old.attempt(point) is None
    assert of_project(world, "c1")[:2] == ("p3", None)
    with world.runner() as runner:
        runner.verify("3")  # takes what is queued first
    assert residue(world, "project_conversations") == []
    assert of_project(world, "c1")[:2] == ("p3", "p3")


@above
def test_the_engine_reads_committed_whatever_the_database_prefers(make_world: MakeWorld, isolation: IsolationLevel) -> None:
    """Batches lock first and read in a second statement, which must see what was committed meanwhile."""
    world = make_world(Stage.DUAL_WRITE, 1)
    level = isolation.name.lower().replace("_", " ")
    world.run(f"ALTER DATABASE {world.monitor.info.dbname} SET default_transaction_isolation = '{level}'")
    with world.runner() as runner:
        assert runner.session.connection.execute("SHOW transaction_isolation").fetchone() == ("read committed",)
