"""What keeps a change from coming back, and what must come through in spite of it: cascades, users' triggers, other writers."""

from typing import Any

import psycopg
import pytest
from engine.traps.state import arrays, batch, both, files, links, nested, of_project, pointers, rows
from plugins.interleaving import MakeWorld, World, rewritten, with_and_without, with_trigger, without_trigger

from unnest.stages import Stage

NOT_OPEN = "55000"
CLOSED = "unnest_05_closed_attachments__closed_attachments"
INSERT = (
    "INSERT INTO attachments (message_id, position, type, name, storage_id, mime_type, size)"
    " VALUES ('m1', 9, 'file', 'NEW', 's', 'x', 1)"
)


# -- writes to the new tables before they are open ------------------------------------------------------------------------


def early_write(world: World) -> tuple[str | None, tuple[Any, list[str]]]:
    """A new-side write to a message that is not copied yet, with the reverse trigger armed as it will be."""
    error = world.attempt(INSERT)
    world.run(batch("attachments"))
    return error, both(world)


def test_a_write_before_the_copy_is_refused(make_world: MakeWorld) -> None:
    def open_too_early(world: World) -> None:
        """Arm reverse before backfill: what a wrong order of steps would do."""
        world.undo.append("DROP TRIGGER reverse_too_early ON attachments")
        opened = make_world(Stage.DUAL_READ, 1)
        function = opened.value("SELECT pg_get_functiondef('unnest.attachments__reverse_rows_messages'::regproc)")
        world.undo.append("DROP FUNCTION unnest.attachments__reverse_rows_messages CASCADE")
        world.run(function)
        trigger = opened.value(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE tgname = 'unnest_30_reverse_attachments__reverse_rows_messages_insert'"
        )
        world.run(trigger)

    mutants = (without_trigger("attachments", CLOSED), open_too_early)
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_WRITE, 1), early_write, *mutants)
    assert real == (NOT_OPEN, (["a", "b"], ["a", "b"]))
    # R has rebuilt the array from the one row that there is: the legacy elements are lost.
    assert mutant[0] is None
    assert "a" not in mutant[1][0]
    assert "NEW" in mutant[1][0]


@pytest.mark.parametrize("stage", [Stage.DUAL_WRITE, Stage.BACKFILL])
def test_the_refusal_says_why_and_what_to_do(make_world: MakeWorld, stage: Stage) -> None:
    world = make_world(stage)
    for write in (INSERT, "UPDATE attachments SET name = 'x'", "DELETE FROM project_conversations"):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="not open for writing before stage dual_read"):
            world.run(write)


def test_an_old_delete_comes_through_the_refusal_by_cascade(make_world: MakeWorld) -> None:
    """The rows go by foreign key after hardening, at a depth at which the refusal does not stand in the way."""

    def race(world: World) -> Any:
        return world.attempt("DELETE FROM messages WHERE id = 'm1'"), both(world)

    unconditional = with_trigger("attachments", CLOSED, "WHEN ((pg_trigger_depth() = 0)) ", "")
    real, mutant = with_and_without(lambda: make_world(Stage.BACKFILL, 1), race, unconditional)
    assert real == (None, (None, []))
    assert mutant == (NOT_OPEN, (["a", "b"], ["a", "b"]))


# -- foreign keys and users' triggers against the depth of triggers -------------------------------------------------------


def trigger_named(world: World, table: str, like: str) -> str:
    (found,) = world.column(
        f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND pg_get_triggerdef(oid) LIKE %s"
        " AND tgname NOT LIKE '%%truncate%%'",
        like,
    )
    return str(found)


def conversation_deleted(world: World) -> Any:
    world.run("DELETE FROM conversations WHERE id = 'c2'")
    return links(world), arrays(world)["p1"]


def test_a_cascade_reaches_the_followers(make_world: MakeWorld) -> None:
    follow = trigger_named(make_world(Stage.DUAL_READ, 3), "project_conversations", "%_follow_%AFTER DELETE%")
    by_depth = with_trigger(
        "project_conversations", follow, "FOR EACH STATEMENT", "FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)"
    )
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 3), conversation_deleted, by_depth)
    assert real == ({"c3": "p1"}, ["c3"])
    assert mutant == ({"c3": "p1"}, ["c2", "c3"])


USERS_JOB = """
CREATE TABLE job (id integer);
CREATE FUNCTION clear_attachments() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN UPDATE public.messages SET attachments = '[]' WHERE id = 'm1'; RETURN NULL; END $$;
CREATE TRIGGER job AFTER INSERT ON job FOR EACH ROW EXECUTE FUNCTION clear_attachments();
"""


def job_done(world: World) -> Any:
    world.run(USERS_JOB)
    world.run("INSERT INTO job VALUES (1)")
    return both(world)


def test_a_users_trigger_that_writes_the_nested_value_is_carried(make_world: MakeWorld) -> None:
    update = "unnest_10_forward_attachments__update"

    def by_depth(world: World) -> None:
        text = world.value("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s", update)
        head, _, tail = text.partition("WHEN (")
        condition, _, end = tail.rpartition(") EXECUTE")
        world.undo += [text, f"DROP TRIGGER {update} ON messages"]
        world.run(f"DROP TRIGGER {update} ON messages")
        world.run(f"{head}WHEN (pg_trigger_depth() = 0 AND ({condition})) EXECUTE{end}")

    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 1), job_done, by_depth)
    assert real == ([], [])
    assert mutant == ([], ["a", "b"])


def test_a_forward_change_does_not_come_back(make_world: MakeWorld) -> None:
    """Without the guard the reverse trigger settles in the middle of an old write and remembers its elements as new."""

    def race(world: World) -> Any:
        world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("a", "b", "c"))
        return both(world), world.column("SELECT element ->> 'name' FROM unnest.recent_attachments ORDER BY 1")

    reverse = "attachments__reverse_rows_messages"
    unguarded = rewritten(reverse, "IF u_guard <> '' THEN RETURN NULL; END IF;", "")
    real, mutant = with_and_without(lambda: make_world(Stage.DUAL_READ, 1), race, unguarded)
    assert real == ((["a", "b", "c"], ["a", "b", "c"]), [])
    assert mutant[1] != []


def test_a_reverse_change_does_not_come_forward(make_world: MakeWorld) -> None:
    """Without the guard the forward trigger would settle by E in the middle of a new write."""
    world = make_world(Stage.DUAL_READ, 1)
    world.run(INSERT)
    assert both(world) == (["a", "b", "NEW"], ["a", "b", "NEW"])
    assert world.column("SELECT position FROM attachments WHERE message_id = 'm1' ORDER BY 1") == [0, 1, 2]


def test_a_savepoint_gives_the_guard_back(make_world: MakeWorld) -> None:
    """An error inside a trigger leaves the guard set; rolling back to a savepoint must unset it, or sync is off from there."""
    world = make_world(Stage.DUAL_READ, 3)
    session = world.session("application")
    session.run("UPDATE conversations SET user_id = 'u2' WHERE id = 'c1'")
    session.run("SAVEPOINT before")
    with pytest.raises(psycopg.errors.CheckViolation):
        session.run("INSERT INTO project_conversations VALUES ('c1', 'p2', now(), 'u1')")
    session.run("ROLLBACK TO SAVEPOINT before")
    guard = "SELECT coalesce(current_setting('unnest.m_project_conversations', true), '')"
    assert session.run(guard) == [("",)]
    session.run("UPDATE conversations SET project_id = 'p2' WHERE id = 'c4'")
    session.run(
        "INSERT INTO project_conversations VALUES ('c2', 'p2', now(), 'u1') ON CONFLICT (conversation_id)"
        " DO UPDATE SET project_id = excluded.project_id"
    )
    session.commit()
    assert of_project(world, "c4") == ("p2", "p2", ["p2"])
    assert of_project(world, "c2") == ("p2", "p2", ["p2"])


def test_every_statement_leaves_the_guard_as_it_was(make_world: MakeWorld) -> None:
    world = make_world(Stage.DUAL_READ)
    session = world.session("application")
    for write in (
        "UPDATE messages SET attachments = '[]' WHERE id = 'm1'",
        INSERT,
        "DELETE FROM attachments",
        "UPDATE conversations SET project_id = 'p2' WHERE id = 'c1'",
        "DELETE FROM project_conversations WHERE conversation_id = 'c1'",
        "UPDATE projects SET conversation_ids = '[]'",
        "UPDATE projects SET user_id = 'u2'",
        "DELETE FROM projects",
        "DELETE FROM messages",
    ):
        session.run(write)
        settings = [
            f"coalesce(current_setting('unnest.m_{m}', true), '')" for m in ("attachments", "tool_calls", "project_conversations")
        ]
        assert session.run(f"SELECT {', '.join(settings)}") == [("", "", "")], write


# -- users' triggers on the tables themselves ------------------------------------------------------------------------------

THUMBNAILS = """
CREATE FUNCTION thumbnail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO public.attachments (message_id, position, type, name, storage_id, mime_type, size, conversation_id, created_at)
SELECT NEW.message_id, coalesce(max(position), -1) + 1, 'image', 'thumb-' || NEW.name, 's', 'x', 1, NEW.conversation_id,
NEW.created_at FROM public.attachments WHERE message_id = NEW.message_id;
RETURN NULL; END $$;
CREATE TRIGGER zthumb AFTER INSERT ON attachments FOR EACH ROW WHEN (NEW.type = 'file') EXECUTE FUNCTION thumbnail();
"""


def with_thumbnails(make_world: MakeWorld, *, convergent: bool) -> World:
    """The history has no attachments: before dual_read the nested value decides, and a row of its own would be a difference."""
    world = make_world(Stage.SCHEMA, 1)
    world.run("DELETE FROM messages")
    if convergent:
        world.run(THUMBNAILS)
    world.advance(Stage.DUAL_READ)
    if not convergent:  # made behind the engine's back, after it had chosen
        world.run(THUMBNAILS)
    return world


def test_users_triggers_are_noticed_and_the_convergent_form_is_chosen(make_world: MakeWorld) -> None:
    chosen = "SELECT convergent FROM unnest.migration WHERE id LIKE '001%'"
    assert with_thumbnails(make_world, convergent=True).value(chosen) is True
    assert with_thumbnails(make_world, convergent=False).value(chosen) is False


def thumbnails_of_an_old_write(world: World) -> Any:
    world.run("INSERT INTO messages (id, conversation_id, created_at, attachments) VALUES ('x', 'c1', 1, %s)", files("a"))
    return both(world, "x")


def test_what_a_users_trigger_adds_inside_our_write_comes_back(make_world: MakeWorld) -> None:
    assert thumbnails_of_an_old_write(with_thumbnails(make_world, convergent=True)) == (["a", "thumb-a"], ["a", "thumb-a"])
    # With the guard the trigger's row is taken for ours, and the nested value never hears of it.
    assert thumbnails_of_an_old_write(with_thumbnails(make_world, convergent=False)) == (["a"], ["a", "thumb-a"])


def test_the_convergent_form_carries_writes_of_both_sides(make_world: MakeWorld) -> None:
    world = with_thumbnails(make_world, convergent=True)
    thumbnails_of_an_old_write(world)
    world.run("UPDATE attachments SET name = 'A' WHERE message_id = 'x' AND name = 'a'")
    assert both(world, "x") == (["A", "thumb-a"], ["A", "thumb-a"])
    world.run("DELETE FROM attachments WHERE message_id = 'x' AND name = 'A'")
    assert both(world, "x") == (["thumb-a"], ["thumb-a"])
    world.run("UPDATE messages SET attachments = '[]' WHERE id = 'x'")
    assert nested(world, "x") == rows(world, "x")
    world.run("DELETE FROM messages WHERE id = 'x'")
    assert rows(world, "x") == []
    assert world.differences() == []


STUBBORN = """
CREATE FUNCTION stubborn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
UPDATE public.messages SET attachments = jsonb_set(attachments, '{0,name}', to_jsonb(md5(random()::text)))
WHERE id = NEW.message_id;
RETURN NULL; END $$;
CREATE TRIGGER zstubborn AFTER INSERT OR UPDATE ON attachments FOR EACH ROW EXECUTE FUNCTION stubborn();
"""


def test_triggers_that_never_agree_end_in_an_error_that_says_so(make_world: MakeWorld) -> None:
    world = make_world(Stage.SCHEMA, 1)
    world.run("DELETE FROM messages")
    world.run(STUBBORN)
    world.advance(Stage.DUAL_READ)
    with pytest.raises(psycopg.Error, match="they never agree"):
        world.run("INSERT INTO messages (id, attachments) VALUES ('x', %s)", files("a"))
    assert pointers(world) == {"c2": "p1", "c3": "p1"}
