"""An old process that writes back an array it read before a new-side insert: kept within the grace period, erased after it."""

import json
from typing import Any

from engine.traps.state import both, files
from plugins.interleaving import MakeWorld, World, with_and_without, without_trigger

from unnest.stages import Stage

INSERT = (
    "INSERT INTO attachments (message_id, position, type, name, storage_id, mime_type, size)"
    " VALUES ('m1', 9, 'file', 'new', 's', 'x', 1)"
)
KEEP = "unnest_00_keep_attachments__keep"
FINDINGS = "SELECT kind FROM unnest.finding WHERE kind = 'stale overwrite'"


def stale_overwrite(world: World) -> tuple[Any, list[Any]]:
    old = world.session("old")
    stale = old.run("SELECT attachments || %s::jsonb FROM messages WHERE id = 'm1'", files("c"))[0][0]
    world.run(INSERT)
    old.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", json.dumps(stale))
    old.commit()
    return both(world), world.column(FINDINGS)


def test_within_the_grace_period_the_new_element_is_kept_and_a_finding_says_so(make_world: MakeWorld) -> None:
    mutant = without_trigger("messages", KEEP)
    real, unprotected = with_and_without(lambda: make_world(Stage.DUAL_READ, 1), stale_overwrite, mutant)
    assert real == ((["a", "b", "c", "new"], ["a", "b", "c", "new"]), ["stale overwrite"])
    assert unprotected == ((["a", "b", "c"], ["a", "b", "c"]), [])


def test_after_the_grace_period_the_old_write_is_taken_at_its_word(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 1)
    stale = world.value("SELECT attachments::text FROM messages WHERE id = 'm1'")
    world.run(INSERT)
    world.run("UPDATE unnest.recent_attachments SET at = at - interval '16 minutes'")
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", stale)
    assert both(world) == (["a", "b"], ["a", "b"])
    assert world.column(FINDINGS) == []


def test_what_the_new_side_has_deleted_again_does_not_come_back(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 1)
    world.run(INSERT)
    world.run("DELETE FROM attachments WHERE message_id = 'm1' AND name = 'new'")
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("a"))
    assert both(world) == (["a"], ["a"])


def test_an_old_write_that_has_seen_the_element_may_take_it_away(make_world: MakeWorld) -> None:
    """The price of keeping: within the grace period nobody can tell this write from a stale one; afterwards it works."""
    world = make_world(Stage.DUAL_READ, 1)
    world.run(INSERT)
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("a", "b"))
    assert both(world) == (["a", "b", "new"], ["a", "b", "new"])
    world.run("DELETE FROM unnest.recent_attachments")
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("a", "b"))
    assert both(world) == (["a", "b"], ["a", "b"])
    assert world.differences() == []


def test_elements_of_old_writes_are_never_kept(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 1)
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("a", "b", "c"))
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("a", "b"))
    assert both(world) == (["a", "b"], ["a", "b"])


def test_a_stale_overwrite_under_way_is_kept_as_well(make_world: MakeWorld) -> None:
    """The old process waits for the new writer and then writes what it read long before."""
    world = make_world(Stage.DUAL_READ, 1)
    old, new = world.session("old"), world.session("new")
    new.run(INSERT)
    writing = old.start("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("c"))
    assert writing.waits_for(new)
    new.commit()
    writing.rows()
    old.commit()
    assert both(world) == (["c", "new"], ["c", "new"])
    assert world.column(FINDINGS) == ["stale overwrite"]
    assert world.differences() == []


def test_a_deleted_message_takes_what_was_kept_along(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 1)
    world.run(INSERT)
    world.run("DELETE FROM messages WHERE id = 'm1'")
    world.run("INSERT INTO messages (id, attachments) VALUES ('m1', %s)", files("x"))
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("y"))
    assert both(world) == (["y"], ["y"])
