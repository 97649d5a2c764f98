"""New writers against each other and against old ones: the parent is locked before it is rebuilt, and then settled."""

import json
from typing import Any

from engine.traps.state import FILE, both, files, links, nested, of_project, rows
from plugins.interleaving import MakeWorld, Mutant, World, rewritten, with_and_without, without
from psycopg import IsolationLevel

from unnest.stages import Stage

DEADLOCK, SERIALIZATION, CANNOT_BE_CARRIED = "40P01", "40001", "23514"
REVERSE = "attachments__reverse_rows_messages"
FOLLOW = "project_conversations__follow_rows_projects"
NO_PARENT_LOCK = without(REVERSE, " FOR NO KEY UPDATE")
NO_SETTLE = rewritten(REVERSE, "IF EXISTS (", "IF false AND EXISTS (")
NO_HOLDER_LOCK = without(FOLLOW, " FOR NO KEY UPDATE")
NO_HOLDER_LOCK_AT_END = without("project_conversations__flush", " FOR NO KEY UPDATE")
INSERT = (
    "INSERT INTO attachments (message_id, position, type, name, storage_id, mime_type, size)"
    " VALUES ('m1', %s, 'file', %s, 's', 'x', 1)"
)
LINK = "INSERT INTO project_conversations VALUES (%s, %s, now(), 'u1')"


def two_inserts(world: World) -> tuple[str | None, tuple[Any, list[str]]]:
    one, two = world.session("one"), world.session("two")
    one.run(INSERT, 2, "c")
    second = two.start(INSERT, 3, "d")
    assert second.waits_for(one)
    one.commit()
    error = second.error()
    two.rollback() if error else two.commit()
    return error, both(world)


def test_two_inserts_into_one_message_are_both_carried_back(make_world: MakeWorld) -> None:
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 1), two_inserts, NO_PARENT_LOCK, NO_SETTLE)
    assert real == (None, (["a", "b", "c", "d"], ["a", "b", "c", "d"]))
    # The second writer waits in its update and writes what it has rebuilt from rows read before the first had committed.
    assert mutant == (None, (["a", "b", "d"], ["a", "b", "c", "d"]))


def test_settling_notices_an_array_that_was_rebuilt_too_early(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 1)
    NO_PARENT_LOCK(world)
    assert two_inserts(world) == (CANNOT_BE_CARRIED, (["a", "b", "c"], ["a", "b", "c"]))


def two_links(world: World) -> tuple[bool, list[str], list[str]]:
    one, two = world.session("one"), world.session("two")
    one.run(LINK, "c1", "p2")
    second = two.start(LINK, "c4", "p2")
    waited = second.waits_for(one)
    one.commit()
    second.rows()
    two.commit()
    linked = [conversation for conversation, project in links(world).items() if project == "p2"]
    return waited, linked, world.value("SELECT conversation_ids FROM projects WHERE id = 'p2'")


def test_two_links_of_one_project_are_both_in_its_array(make_world: MakeWorld) -> None:
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 3), two_links, NO_HOLDER_LOCK)
    assert real == (True, ["c1", "c4"], ["c1", "c4"])
    assert mutant == (True, ["c1", "c4"], ["c4"])


def two_pointers(world: World) -> tuple[bool, list[str]]:
    """The same race of two old writers, before the new side is open; the array has been corrected once before."""
    world.run("UPDATE conversations SET project_id = 'p2' WHERE id = 'c1'")
    world.run("UPDATE conversations SET project_id = NULL WHERE id = 'c1'")
    one, two = world.session("one"), world.session("two")
    set_pointer = "UPDATE conversations SET project_id = 'p2' WHERE id = %s"
    one.run(set_pointer, "c1")
    second = two.start(set_pointer, "c4")
    waited = second.waits_for(one)
    one.commit()
    second.rows()
    two.commit()
    return waited, world.value("SELECT conversation_ids FROM projects WHERE id = 'p2'")


def test_two_pointers_to_one_project_are_both_in_its_array(make_world: MakeWorld) -> None:
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 3), two_pointers, NO_HOLDER_LOCK_AT_END)
    assert real == (True, ["c1", "c4"])
    assert mutant == (True, ["c4"])


def test_rebuilding_without_a_lock_is_refused_above_read_committed(make_world: MakeWorld) -> None:
    for isolation in (IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE):
        world = make_world(Stage.DUAL_READ, 3)
        one, two = world.session("one", isolation=isolation), world.session("two", isolation=isolation)
        one.run("SELECT 1")
        two.run("SELECT 1")
        one.run(LINK, "c1", "p2")
        second = two.start(LINK, "c4", "p2")
        assert second.waits_for(one)
        one.commit()
        assert second.error() == SERIALIZATION
        two.rollback()
        assert of_project(world, "c1") == ("p2", "p2", ["p2"])
        assert of_project(world, "c4") == (None, None, [])


# -- deadlocks of old and new writers -------------------------------------------------------------------------------------


def new_update_against_old(world: World, *, parent_first: bool) -> list[str]:
    """The old writer holds the message and wants its rows; the new one holds a row and wants the message."""
    old, new = world.session("old"), world.session("new")
    if parent_first:
        new.run("SELECT 1 FROM messages WHERE id = 'm1' FOR NO KEY UPDATE")
    new.run("SELECT 1 FROM attachments WHERE message_id = 'm1' AND position = 0 FOR UPDATE")
    writing = old.start("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("x", "b"))
    assert writing.waits_for(new)
    changing = new.start("UPDATE attachments SET name = 'y' WHERE message_id = 'm1' AND position = 0")
    first = changing.error()
    new.rollback() if first else new.commit()
    second = writing.error()
    old.rollback() if second else old.commit()
    assert nested(world) == rows(world)
    return sorted(error for error in (first, second) if error)


def test_a_new_writer_that_locks_the_parent_first_meets_no_deadlock(make_world: MakeWorld) -> None:
    assert new_update_against_old(make_world(Stage.DUAL_READ, 1), parent_first=True) == []


def test_a_new_writer_that_takes_the_row_first_meets_one(make_world: MakeWorld) -> None:
    """Row triggers come too late to lock the parent, so a caller that does not has to try again on 40P01."""
    assert new_update_against_old(make_world(Stage.DUAL_READ, 1), parent_first=False) == [DEADLOCK]


def two_bulk_writers(world: World) -> list[str]:
    """One holds x1 and waits for x2; two wants x1 and x3; then one goes on to x3."""
    for message in ("x1", "x2", "x3"):
        world.run("INSERT INTO messages (id, attachments) VALUES (%s, %s)", message, files("a"))
    insert = (
        "INSERT INTO attachments (message_id, position, type, name, storage_id, mime_type, size)"
        " SELECT m, %s, 'file', 'n', 's', 'x', 1 FROM unnest(%s::text[]) WITH ORDINALITY AS t(m, o) ORDER BY o"
    )
    holder, one, two = world.session("holder"), world.session("one"), world.session("two")
    holder.run("SELECT 1 FROM messages WHERE id = 'x2' FOR NO KEY UPDATE")
    first = one.start(insert, 1, ["x1", "x2", "x3"])
    assert first.waits_for(holder)
    second = two.start(insert, 2, ["x3", "x1"])
    assert second.waits_for(one)
    holder.commit()
    errors = [first.error()]
    one.rollback() if errors[0] else one.commit()
    errors.append(second.error())
    two.rollback() if errors[1] else two.commit()
    assert all(nested(world, message) == rows(world, message) for message in ("x1", "x2", "x3"))
    return [error for error in errors if error]


def test_bulk_writers_lock_parents_in_one_order(make_world: MakeWorld) -> None:
    order_of_its_own = rewritten(
        REVERSE,
        "ORDER BY public.messages.id FOR NO KEY UPDATE",
        "ORDER BY CASE current_setting('application_name') WHEN 'two' THEN translate(public.messages.id, '123', '321')"
        " ELSE public.messages.id END FOR NO KEY UPDATE",
    )
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 1), two_bulk_writers, order_of_its_own)
    assert (real, mutant) == ([], [DEADLOCK])


# -- settle ---------------------------------------------------------------------------------------------------------------


def delete_between(world: World) -> tuple[Any, list[tuple[Any, ...]], list[Any]]:
    world.run(
        "UPDATE messages SET attachments = attachments || '[{\"type\": \"strange\"}]'::jsonb || %s::jsonb WHERE id = 'm1'",
        files("d"),
    )
    world.run("DELETE FROM attachments WHERE message_id = 'm1' AND name = 'a'")
    placed = world.run("SELECT position, name FROM attachments WHERE message_id = 'm1' ORDER BY 1")
    kept = world.column("SELECT position FROM unnest.residue_attachments WHERE parent = 'm1'")
    found = world.value("SELECT attachments FROM messages WHERE id = 'm1'")
    return [element.get("name") for element in found], placed, kept


def test_positions_are_dense_again_after_a_delete(make_world: MakeWorld) -> None:
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 1), delete_between, NO_SETTLE)
    assert real == (["b", None, "d"], [(0, "b"), (2, "d")], [1])
    # E of the array now gives positions that the rows don't have: the next old write would mistake one row for another.
    assert mutant == (["b", None, "d"], [(1, "b"), (3, "d")], [2])


def overtaken(world: World) -> tuple[Any, list[Any]]:
    """A value that did not fit its column is in the rest; a new write then sets the column."""
    element = '[{"type": "file", "name": "a", "storageId": "s", "mimeType": "x", "size": 1, "metadata": {"width": "big"}}]'
    world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", element)
    world.run("UPDATE attachments SET width = 5 WHERE message_id = 'm1'")
    world.run("UPDATE attachments SET width = NULL WHERE message_id = 'm1'")
    found = world.value("SELECT attachments -> 0 -> 'metadata' FROM messages WHERE id = 'm1'")
    return found, world.column("SELECT extra FROM attachments WHERE message_id = 'm1'")


def test_what_a_new_write_has_overtaken_does_not_come_back(make_world: MakeWorld) -> None:
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 1), overtaken, NO_SETTLE)
    assert real == (None, [None])
    assert mutant == ({"width": "big"}, [{"metadata": {"width": "big"}}])


def test_a_row_that_can_not_be_carried_back_is_refused(make_world: MakeWorld) -> None:
    """Without that, the next old write would make it vanish."""
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 3), unowned_link, *NO_SETTLE_OF_LINKS)
    assert real == (CANNOT_BE_CARRIED, {"c2": "p1", "c3": "p1"}, [])
    assert mutant == (None, {"c1": "p2", "c2": "p1", "c3": "p1"}, ["c1"])


NO_SETTLE_OF_LINKS: tuple[Mutant, ...] = (
    rewritten(
        "project_conversations__reverse_rows_conversations",
        "IF EXISTS (",
        "IF false AND EXISTS (",
    ),
)


def unowned_link(world: World) -> tuple[str | None, dict[str, str], list[str]]:
    """A link of a conversation to a project of another user is none of E's."""
    world.run("UPDATE conversations SET user_id = 'u2' WHERE id = 'c1'")
    error = world.attempt(LINK, "c1", "p2")
    return error, links(world), sorted({key for _, key in world.differences()} & {"c1"})


def test_the_elements_of_an_insert_are_kept_whole(make_world: MakeWorld) -> None:
    """R lays the fields over the rest, so a new-side update of one column loses no unknown key."""
    world = make_world(Stage.DUAL_READ, 1)
    whole = {**FILE, "name": "a", "unknown": {"deep": [1, None]}, "metadata": {"width": 3, "own": "kept"}}
    world.run("UPDATE messages SET attachments = jsonb_build_array(%s::jsonb) WHERE id = 'm1'", json.dumps(whole))
    world.run("UPDATE attachments SET name = 'z' WHERE message_id = 'm1'")
    assert world.value("SELECT attachments FROM messages WHERE id = 'm1'") == [{**whole, "name": "z"}]
