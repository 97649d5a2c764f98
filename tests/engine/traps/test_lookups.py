"""Other tables that E reads: whoever reads one and whoever changes it meet, in either order.

A project decides whether a pointer may become a link; a conversation's owner is copied into the rows of its messages.
"""

from typing import Any

import pytest
from engine.traps.state import arrays, files, links, of_project, owner, pointers, residue
from plugins.interleaving import MakeWorld, World, rewritten, with_and_without, with_trigger, without

from unnest.stages import Stage

READS = "project_conversations__forward_update"
CHANGES = "project_conversations__lookup_projects_update"
APPEARS = "project_conversations__lookup_projects_insert"
NO_KEY_SHARE = without(READS, " FOR KEY SHARE")
NO_OWN_LOCK = without(CHANGES, " FOR UPDATE")
SHARED = rewritten(READS, "PERFORM pg_advisory_xact_lock_shared(", "PERFORM (")
EXCLUSIVE = rewritten(APPEARS, "PERFORM pg_advisory_xact_lock(", "PERFORM (")
POINT = "UPDATE conversations SET project_id = %s WHERE id = 'c1'"
Placed = tuple[bool, tuple[str | None, str | None, list[str]], list[str]]


def placed(world: World, *, waited: bool) -> Placed:
    reasons = [reason for key, _, _, reason in residue(world, "project_conversations") if key == "c1"]
    return waited, of_project(world, "c1"), reasons


def owner_changes_under_a_pointer(world: World) -> Placed:
    """T1: the project is another user's when the pointer is set, and becomes the conversation's owner's meanwhile."""
    world.run("INSERT INTO projects (id, user_id, conversation_ids) VALUES ('p3', 'u9', '[]')")
    old, other = world.session("old"), world.session("other")
    old.run(POINT, "p3")
    changing = other.start("UPDATE projects SET user_id = 'u1' WHERE id = 'p3'")
    waited = changing.waits_for(old)
    old.commit()
    changing.rows()
    other.commit()
    return placed(world, waited=waited)


def pointer_under_an_owner_that_changes(world: World) -> Placed:
    """T1b: the same two, the other way round."""
    old, other = world.session("old"), world.session("other")
    other.run("UPDATE projects SET user_id = 'u9' WHERE id = 'p2'")
    pointing = old.start(POINT, "p2")
    waited = pointing.waits_for(other)
    other.commit()
    pointing.rows()
    old.commit()
    return placed(world, waited=waited)


@pytest.mark.parametrize("mutant", [NO_KEY_SHARE, NO_OWN_LOCK], ids=["no key share", "no lock of its own"])
def test_a_lookup_changes_only_after_the_pointer_that_read_it(make_world: MakeWorld, mutant: Any) -> None:
    real, unprotected = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 3), owner_changes_under_a_pointer, mutant)
    assert real == (True, ("p3", "p3", ["p3"]), [])
    assert unprotected == (False, ("p3", None, []), ["owner differs"])


@pytest.mark.parametrize("mutant", [NO_KEY_SHARE, NO_OWN_LOCK], ids=["no key share", "no lock of its own"])
def test_a_pointer_waits_for_the_lookup_it_reads(make_world: MakeWorld, mutant: Any) -> None:
    real, unprotected = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 3), pointer_under_an_owner_that_changes, mutant)
    assert real == (True, ("p2", None, []), ["owner differs"])
    # The link to another user's project stands although the two owners differ.
    assert unprotected[1][1] == "p2"


def project_appears_under_a_pointer(world: World) -> Placed:
    """T3: a pointer to a project that is not there yet; there is no row to lock."""
    old, other = world.session("old"), world.session("other")
    old.run(POINT, "p3")
    appearing = other.start("INSERT INTO projects (id, user_id, conversation_ids) VALUES ('p3', 'u1', '[]')")
    waited = appearing.waits_for(old)
    old.commit()
    appearing.rows()
    other.commit()
    return placed(world, waited=waited)


def pointer_to_a_project_that_appears(world: World) -> Placed:
    """T3, the other way round."""
    old, other = world.session("old"), world.session("other")
    other.run("INSERT INTO projects (id, user_id, conversation_ids) VALUES ('p3', 'u1', '[]')")
    pointing = old.start(POINT, "p3")
    waited = pointing.waits_for(other)
    other.commit()
    pointing.rows()
    old.commit()
    return placed(world, waited=waited)


@pytest.mark.parametrize("mutant", [SHARED, EXCLUSIVE], ids=["reader", "writer"])
@pytest.mark.parametrize("race", [project_appears_under_a_pointer, pointer_to_a_project_that_appears])
def test_a_pointer_and_the_project_it_waits_for_meet(make_world: MakeWorld, race: Any, mutant: Any) -> None:
    real, unprotected = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 3), race, mutant)
    assert real == (True, ("p3", "p3", ["p3"]), [])
    assert unprotected == (False, ("p3", None, []), ["project gone"])


def test_a_deleted_project_waits_for_the_pointer_that_read_it(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_WRITE, 3)
    old, other = world.session("old"), world.session("other")
    old.run(POINT, "p2")
    deleting = other.start("DELETE FROM projects WHERE id = 'p2'")
    assert deleting.waits_for(old)
    old.commit()
    deleting.rows()
    other.commit()
    assert placed(world, waited=True) == (True, ("p2", None, []), ["project gone"])


# -- order of firing ------------------------------------------------------------------------------------------------------


def pointer_cleared_under_a_new_project(world: World) -> tuple[Any, dict[str, str], bool]:
    """T9: the new project's array holds a conversation whose pointer is being cleared."""
    world.run(POINT, "p3")
    old, other = world.session("old"), world.session("other")
    other.run("UPDATE conversations SET project_id = NULL WHERE id = 'c1'")
    appearing = old.start("INSERT INTO projects (id, user_id, conversation_ids) VALUES ('p3', 'u1', '[\"c1\"]')")
    waited = appearing.waits_for(other)
    other.commit()
    appearing.rows()
    old.commit()
    return arrays(world)["p3"], {key: value for key, value in pointers(world).items() if key == "c1"}, waited


def test_arrays_are_corrected_after_lookups_have_been_followed(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_WRITE, 3)
    (trigger,) = world.column(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'projects'::regclass AND tgname LIKE 'unnest_50_correct%'"
        " AND pg_get_triggerdef(oid) LIKE '%AFTER INSERT%'"
    )
    sorts_before_lookups = with_trigger("projects", trigger, "unnest_50_", "unnest_15_")
    real, mutant = with_and_without(
        lambda: make_world(Stage.DUAL_WRITE, 3), pointer_cleared_under_a_new_project, sorts_before_lookups
    )
    assert real == ([], {}, True)
    assert mutant == (["c1"], {}, True)


def test_triggers_of_one_event_fire_in_the_order_of_the_protocol(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ)
    found = world.run(
        "SELECT tgrelid::regclass::text, substring(tgname FROM '^unnest_(\\d\\d_[a-z]+)_') FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgname LIKE 'unnest%' AND pg_get_triggerdef(oid) NOT LIKE '%TRUNCATE%'"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert [role for table, role in found if table == "projects"] == ["20_lookup", "50_correct"]
    assert [role for table, role in found if table == "project_conversations"] == ["30_reverse", "40_follow"]
    assert [role for table, role in found if table == "messages"] == ["00_keep", "10_forward"]
    foreign = world.column("SELECT tgname FROM pg_trigger WHERE tgisinternal")
    assert foreign
    assert all(name < "unnest_" for name in foreign)


# -- copied columns -------------------------------------------------------------------------------------------------------

NO_HORIZON = rewritten(
    "attachments__drain", "q.due <= pg_snapshot_xmin(pg_current_snapshot())", "q.due <= pg_snapshot_xmax(pg_current_snapshot())"
)


def drained_under_a_writer(world: World) -> tuple[list[Any], list[str | None]]:
    """T1 of a copied column: the writer has read the old owner and commits after the queue has been looked at."""
    old = world.session("old")
    old.run("INSERT INTO messages (id, conversation_id, attachments) VALUES ('x', 'c1', %s)", files("a"))
    world.run("UPDATE conversations SET user_id = 'u2' WHERE id = 'c1'")
    drained = [world.value("SELECT unnest.attachments__drain(500)")["taken"] for _ in range(2)]
    old.commit()
    drained += [world.value("SELECT unnest.attachments__drain(500)")["taken"] for _ in range(2)]
    return drained, owner(world, "x")


def test_the_queue_waits_for_whoever_may_have_read_the_old_value(make_world: MakeWorld) -> None:
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 1), drained_under_a_writer, NO_HORIZON)
    assert real == ([0, 0, 1, 0], ["u2"])
    assert mutant[1] == ["u1"]


def test_a_writer_after_the_change_reads_the_new_owner(make_world: MakeWorld) -> None:
    """T1b of a copied column: the writer does not wait, and the queue brings what it read too early."""
    world = make_world(Stage.DUAL_WRITE, 1)
    other = world.session("other")
    other.run("UPDATE conversations SET user_id = 'u2' WHERE id = 'c1'")
    world.run("INSERT INTO messages (id, conversation_id, attachments) VALUES ('x', 'c1', %s)", files("a"))
    assert owner(world, "x") == ["u1"]
    other.commit()
    for _ in range(2):
        world.run("SELECT unnest.attachments__drain(500)")
    assert owner(world, "x") == ["u2"]


def drained_against_an_update(world: World) -> list[tuple[str, str]]:
    """The change of owner is due, its message is being written."""
    earlier, old, runner = world.session("earlier"), world.session("old"), world.session("runner")
    earlier.run("SELECT pg_current_xact_id()")
    world.run("UPDATE conversations SET user_id = 'u2' WHERE id = 'c1'")
    assert world.value("SELECT unnest.attachments__drain(500)")["taken"] == 0
    earlier.commit()
    old.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("c"))
    draining = runner.start("SELECT unnest.attachments__drain(500)")
    assert draining.waits_for(old)
    old.commit()
    draining.rows()
    runner.commit()
    return world.run("SELECT name, user_id FROM attachments WHERE message_id = 'm1' ORDER BY position")


def test_a_batch_of_the_queue_locks_its_parents(make_world: MakeWorld) -> None:
    unlocked = without("attachments__drain", " FOR NO KEY UPDATE")
    real, mutant = with_and_without(lambda: make_world(Stage.BACKFILL, 1), drained_against_an_update, unlocked)
    assert real == [("c", "u2")]
    assert mutant == [("a", "u2"), ("b", "u2")]


def test_links_stand_only_for_pointers_that_may_be_links(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 3)
    world.run("UPDATE projects SET user_id = 'u9' WHERE id = 'p1'")
    assert (links(world), pointers(world)) == ({}, {"c2": "p1", "c3": "p1"})
    assert world.differences() == []
    world.run("UPDATE projects SET user_id = 'u1' WHERE id = 'p1'")
    assert links(world) == pointers(world) == {"c2": "p1", "c3": "p1"}
    assert world.differences() == []
