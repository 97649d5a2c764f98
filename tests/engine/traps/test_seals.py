"""After cleanup: two deferred foreign keys keep pointer and link equal, and no trigger is left."""

from typing import Any

import pytest
from engine.traps.state import links, pointers
from plugins.interleaving import MakeWorld, World, with_and_without

from unnest.stages import Stage

FOREIGN_KEY, NOT_NULL = "23503", "23502"
LINK = "INSERT INTO project_conversations VALUES ('c1', 'p2', now(), 'u1')"
POINT = "UPDATE conversations SET project_id = 'p2' WHERE id = 'c1'"


def test_no_trigger_is_left(make_world: MakeWorld) -> None:
    assert make_world(Stage.CLEANUP).column("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal") == []


def attempted(world: World, *statements: str) -> str | None:
    """Return the SQLSTATE with which a transaction of these statements ends."""
    session = world.session("application")
    *earlier, last = statements
    for statement in earlier:
        session.run(statement)
    return session.attempt(last)


def unsealed(world: World) -> None:
    for table, name in world.run("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE conname LIKE '%sealed_to%'"):
        definition = world.value("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", name)
        world.undo.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        world.run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((LINK,), FOREIGN_KEY),
        ((POINT,), FOREIGN_KEY),
        ((LINK, POINT), None),
        ((POINT, LINK), None),
        ((POINT, LINK.replace("'p2'", "'p1'")), FOREIGN_KEY),
        (("DELETE FROM project_conversations WHERE conversation_id = 'c2'",), FOREIGN_KEY),
        (("UPDATE project_conversations SET project_id = 'p2' WHERE conversation_id = 'c2'",), FOREIGN_KEY),
        (
            (
                "DELETE FROM project_conversations WHERE conversation_id = 'c2'",
                "UPDATE conversations SET project_id = NULL WHERE id = 'c2'",
            ),
            None,
        ),
        (("DELETE FROM conversations WHERE id = 'c2'",), None),
        (("UPDATE conversations SET project_id = 'p2' WHERE id = 'c2'",), None),
    ],
    ids=lambda value: None if not isinstance(value, str) else value,
)
def test_the_seals_refuse_what_disagrees_when_it_commits(
    make_world: MakeWorld, statements: tuple[str, ...], expected: str | None
) -> None:
    def tried(world: World) -> Any:
        error = attempted(world, *statements)
        return error, links(world) == pointers(world)

    real, unprotected = with_and_without(lambda: make_world(Stage.CLEANUP, 3), tried, unsealed)
    assert real == (expected, True)
    if expected:
        assert unprotected == (None, False)


def test_unlinking_waits_for_a_move_and_wins(make_world: MakeWorld) -> None:
    """The link goes first: a pointer set to NULL under its link would be carried to the link, which has none."""
    world = make_world(Stage.CLEANUP, 3)
    one, two = world.session("one"), world.session("two")
    assert two.attempt("UPDATE conversations SET project_id = NULL WHERE id = 'c2'") == NOT_NULL
    one.run("UPDATE conversations SET project_id = 'p2' WHERE id = 'c2'")
    unlinking = two.start("DELETE FROM project_conversations WHERE conversation_id = 'c2'")
    assert unlinking.waits_for(one)
    one.commit()
    unlinking.rows()
    two.run("UPDATE conversations SET project_id = NULL WHERE id = 'c2'")
    two.commit()
    assert links(world) == pointers(world) == {"c3": "p1"}


def test_pointers_that_can_not_be_links_are_cleared_and_come_back(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ, 3)
    world.run("UPDATE conversations SET project_id = 'gone' WHERE id = 'c1'")
    world.run("INSERT INTO projects (id, user_id) VALUES ('p9', 'u9')")
    world.run("UPDATE conversations SET project_id = 'p9' WHERE id = 'c4'")
    before = pointers(world)
    world.advance(Stage.CLEANUP)
    assert pointers(world) == {"c2": "p1", "c3": "p1"} == links(world)
    world.rollback(Stage.DUAL_READ)
    assert pointers(world) == before == {"c1": "gone", "c2": "p1", "c3": "p1", "c4": "p9"}
    assert world.differences() == []
