"""A batch of history against old writers: it waits for whoever writes its parents, and reads everything after that.

Each race runs twice, with the engine's statement and with a mutant; the outcome is (nested value, rows) or the like.
"""

from typing import Any

from engine.traps.state import batch, both, files, links, nested, owner, residue, rows
from plugins.interleaving import MakeWorld, Mutant, World, rewritten, with_and_without, without

from unnest.stages import Stage

UNIQUE_VIOLATION = "23505"
NO_KEY_LOCK = without("attachments__backfill", " FOR NO KEY UPDATE")
LOCK_AND_READ_IN_ONE = rewritten(
    "attachments__backfill",
    # The batch knows its keys without a lock, and the one statement that derives takes the locks while it reads.
    "WHERE public.messages.id = ANY (u_keys)) AS p",
    "WHERE public.messages.id = ANY (u_keys) AND public.messages.id IN"
    " (SELECT l.id FROM public.messages AS l WHERE l.id = ANY (u_keys) FOR NO KEY UPDATE)) AS p",
    after="INSERT INTO",
)


def update_under_a_batch(world: World) -> tuple[bool, tuple[Any, list[str]]]:
    old, runner = world.session("old"), world.session("runner")
    old.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("c"))
    copying = runner.start(batch("attachments"))
    waited = copying.waits_for(old)
    old.commit()
    copying.rows()
    runner.commit()
    return waited, both(world)


def test_a_batch_waits_for_an_update_and_copies_what_that_leaves(make_world: MakeWorld) -> None:
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 1), update_under_a_batch, NO_KEY_LOCK)
    assert real == (True, (["c"], ["c"]))
    # Without the lock the batch still waits, but in its insert, after E has read the old array.
    assert mutant[1] == (["c"], ["c", "b"])


def test_locking_and_reading_in_one_statement_reads_too_early(make_world: MakeWorld) -> None:
    mutants = (NO_KEY_LOCK, LOCK_AND_READ_IN_ONE)
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 1), update_under_a_batch, *mutants)
    assert real[1] == (["c"], ["c"])
    assert mutant == (True, (["c"], ["c", "b"]))


def delete_under_a_batch(world: World) -> tuple[Any, list[str]]:
    old, runner = world.session("old"), world.session("runner")
    old.run("DELETE FROM messages WHERE id = 'm1'")
    copying = runner.start(batch("attachments"))
    copying.waits_for(old)
    old.commit()
    copying.rows()
    runner.commit()
    return nested(world), rows(world)


def test_a_batch_makes_no_orphans_of_a_message_being_deleted(make_world: MakeWorld) -> None:
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 1), delete_under_a_batch, NO_KEY_LOCK)
    assert real == (None, [])
    assert mutant == (None, ["a", "b"])


def write_after_a_batch(world: World) -> tuple[bool, tuple[Any, list[str]]]:
    old, runner = world.session("old"), world.session("runner")
    runner.run(batch("attachments"))
    writing = old.start("UPDATE messages SET attachments = '[]' WHERE id = 'm1'")
    waited = writing.waits_for(runner)
    runner.commit()
    writing.rows()
    old.commit()
    return waited, both(world)


def test_an_old_write_waits_for_the_batch_and_carries_its_change(make_world: MakeWorld) -> None:
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 1), write_after_a_batch, NO_KEY_LOCK)
    assert real == (True, ([], []))
    # The writer's delete can't see rows that the batch has not committed yet: they stay as phantoms.
    assert mutant == (False, ([], ["a", "b"]))


def write_before_a_batch(world: World) -> tuple[str | None, tuple[Any, list[str]]]:
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("new", "b"))
    return world.attempt(batch("attachments")), both(world)


def test_a_batch_leaves_rows_alone_that_dual_write_has_made(make_world: MakeWorld) -> None:
    does_nothing = " ON CONFLICT (message_id, position) DO NOTHING"
    mutant = without("attachments__backfill", does_nothing)
    real, changed = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 1), write_before_a_batch, mutant)
    assert real == (None, (["new", "b"], ["new", "b"]))
    assert changed[0] == UNIQUE_VIOLATION


def test_a_batch_copied_twice_changes_nothing(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_WRITE, 1)
    first, second = world.value(batch("attachments")), world.value(batch("attachments"))
    assert (first, both(world)) == (second, (["a", "b"], ["a", "b"]))


# -- lookups that E reads -------------------------------------------------------------------------------------------------

ONE_STATEMENT: tuple[Mutant, ...] = (
    without("project_conversations__backfill", " FOR NO KEY UPDATE"),
    rewritten(
        "project_conversations__backfill",
        "WHERE public.conversations.id = ANY (u_keys)) AS p",
        "WHERE public.conversations.id = ANY (u_keys) FOR NO KEY UPDATE) AS p",
        after="INSERT INTO",
    ),
)


def project_deleted_under_a_batch(world: World) -> tuple[bool, dict[str, str], list[Any]]:
    """The deleted project's pointers are re-derived in the deleting transaction, which holds the conversations."""
    old, runner = world.session("old"), world.session("runner")
    old.run("DELETE FROM projects WHERE id = 'p1'")
    copying = runner.start(batch("project_conversations"))
    waited = copying.waits_for(old)
    old.commit()
    copying.rows()
    runner.commit()
    return waited, links(world), [(key, reason) for key, _, _, reason in residue(world, "project_conversations")]


def test_a_batch_reads_lookups_as_late_as_its_locks(make_world: MakeWorld) -> None:
    gone = [("c2", "project gone"), ("c3", "project gone")]
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 3), project_deleted_under_a_batch, *ONE_STATEMENT)
    assert real == (True, {}, gone)
    # Locking and deriving in one statement reads the project of before: one pointer has a link and residue.
    assert mutant == (True, {"c2": "p1", "c3": "p1"}, gone)


def owner_changed_under_a_batch(world: World) -> tuple[list[str | None], list[str | None]]:
    """A copied column takes no lock; what the batch reads too early comes through the queue."""
    old, runner = world.session("old"), world.session("runner")
    old.run("UPDATE conversations SET user_id = 'u2' WHERE id = 'c1'")
    runner.run(batch("attachments"))
    runner.commit()
    before = owner(world, "m1")
    old.commit()
    world.run("SELECT unnest.attachments__drain(500)")
    world.run("SELECT unnest.attachments__drain(500)")
    return before, owner(world, "m1")


def test_an_owner_that_changes_under_a_batch_comes_through_the_queue(make_world: MakeWorld) -> None:
    unqueued = rewritten("attachments__lookup_conversations_update", "BEGIN\n", "BEGIN\nRETURN NULL;\n")
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 1), owner_changed_under_a_batch, unqueued)
    assert real == (["u1", "u1"], ["u2", "u2"])
    assert mutant == (["u1", "u1"], ["u1", "u1"])
