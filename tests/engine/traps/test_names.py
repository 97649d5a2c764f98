"""Columns named like variables of our functions, and two migrations that read one column."""

import json
import re

import psycopg
import pytest
import sqlalchemy as sa
from engine.traps.state import FILE, both, files
from plugins.interleaving import MakeWorld
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateTable

from chat.legacy import messages
from chat.migrations import MIGRATIONS
from unnest import DeclarationError, Field, Migration, Rows
from unnest.naming import VARIABLES
from unnest.runner import Runner
from unnest.script import plan
from unnest.sql import text
from unnest.stages import Stage, Step

# Names of plpgsql's own, of our variables, aliases and functions, reserved words, and spellings that need quotes.
FIELDS = (
    "keys", "g", "old", "new", "n", "o", "p", "r", "e", "l", "w", "x", "v", "f", "z", "m", "u_name", "u", "tg_table_name",
    "element", "elements", "ordinal", "value", "part", "parent", "account", "reason", "found", "tg_op", "user", "select", "order",
    "Mixed Case", 'quo"te', "per%cent", "colon:x", "größe", "rest", "rows_derived", "residue",
)  # fmt: skip


def odd_migration() -> tuple[Migration, sa.Table]:
    metadata = sa.MetaData(schema="public")
    holder = sa.Table(
        "new",
        metadata,
        sa.Column("e", sa.Text, primary_key=True),
        sa.Column("old", JSONB),
        sa.Column("n", sa.Text),
        sa.Column("keys", sa.Text),
    )
    into = sa.Table(
        "order",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("z_parent", sa.Text, sa.ForeignKey(holder.c.e, ondelete="CASCADE"), nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text) for name in FIELDS),
        sa.Column("after", sa.Text),
        sa.Column("bytes", JSONB),
        sa.UniqueConstraint("z_parent", "row"),
    )
    mapping = Rows(
        holder.c.old,
        into=into,
        parent="z_parent",
        position="row",
        fields={name: Field(name) for name in FIELDS},
        copies={"after": sa.func.coalesce(holder.c["n"], holder.c["keys"])},
        rest="bytes",
        name="order",
    )
    return Migration("009_odd", "Columns named like anything", mapping), holder


def test_columns_may_be_named_like_variables(database: str) -> None:
    migration, holder = odd_migration()
    element = {name: f"value of {name}" for name in FIELDS}
    with psycopg.connect(database, autocommit=True) as connection, Runner(database, (migration,)) as runner:
        connection.execute(text(CreateTable(holder)).encode())
        insert = 'INSERT INTO "new" (e, old, n, keys) VALUES (%s, %s, %s, %s)'
        connection.execute(insert, ["k1", json.dumps([element, {"keys": 5, "own": 1}]), None, "keys"])
        for stage in (Stage.DUAL_WRITE, Stage.BACKFILL, Stage.DUAL_READ):
            runner.advance("009", stage, skip_gates="a test does not wait")
            connection.execute(insert, [f"during {stage.value}", json.dumps([element]), "n", None])
            connection.execute("UPDATE \"new\" SET old = old || %s::jsonb WHERE e = 'k1'", [json.dumps([element])])
        connection.execute("""UPDATE "order" SET "user" = 'changed', keys = NULL, g = 'g' WHERE z_parent = 'k1' AND row = 0""")
        connection.execute("""DELETE FROM "order" WHERE z_parent = 'k1' AND row = 2""")
        row = connection.execute("SELECT old FROM \"new\" WHERE e = 'k1'").fetchone()
        changed = {**{k: v for k, v in element.items() if k != "keys"}, "user": "changed", "g": "g"}
        assert row == ([changed, {"keys": 5, "own": 1}, element, element],)
        copies = connection.execute('SELECT DISTINCT z_parent, after FROM "order" ORDER BY 1').fetchall()
        assert ("k1", "keys") in copies
        assert ("during backfill", "n") in copies
        assert runner.verify("009").clean
        runner.advance("009", Stage.COMPLETE, skip_gates="a test does not wait")
        runner.rollback("009", Stage.PENDING)
        assert connection.execute("SELECT old FROM \"new\" WHERE e = 'k1'").fetchone() == row


def test_a_column_named_like_a_variable_of_ours_is_refused() -> None:
    table = sa.Table(
        "t", sa.MetaData(), sa.Column("id", sa.Text, primary_key=True), sa.Column("d", JSONB), sa.Column("u_keys", sa.Text)
    )
    into = sa.Table(
        "i",
        sa.MetaData(),
        sa.Column("t_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text),
        sa.UniqueConstraint("t_id", "position"),
    )
    with pytest.raises(DeclarationError, match='column "u_keys" of "t" bears a name of ours'):
        Migration("011_t", "Refused", Rows(table.c.d, into=into, parent="t_id", fields={"name": Field}))


def test_every_name_in_our_functions_is_known_as_ours() -> None:
    """A variable that is missing from the list would be shadowed by a user's column of its name."""
    sql = [
        statement.sql
        for migration in (*MIGRATIONS, odd_migration()[0])
        for step in Step
        for convergent in (False, True)
        for statement in plan.statements(migration, step, convergent=convergent)
    ]
    assert set(re.findall(r"\bu_[a-z_]+\b", "\n".join(sql))) - {"u_name"} <= VARIABLES


def second_reader() -> Migration:
    """One more migration over messages.attachments, into a table of its own."""
    metadata = messages.metadata
    into = metadata.tables.get("public.files_too")
    if into is None:
        into = sa.Table(
            "files_too",
            metadata,
            sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
            sa.Column("message_id", sa.Text, sa.ForeignKey(messages.c.id, ondelete="CASCADE"), nullable=False),
            sa.Column("position", sa.Integer, nullable=False),
            sa.Column("name", sa.Text, nullable=False),
            sa.Column("size", sa.Numeric),
            sa.Column("extra", JSONB),
            sa.UniqueConstraint("message_id", "position"),
        )
    mapping = Rows(messages.c.attachments, into=into, fields={"name": Field, "size": Field}, rest="extra")
    return Migration("010_files_too", "The same attachments once more", mapping)


def test_two_migrations_may_read_one_column(make_world: MakeWorld) -> None:
    """T11: a change through one migration's table arrives in the other's; guards of mappings do not interfere."""
    world = make_world(Stage.DUAL_READ, 1)
    migrations = (*MIGRATIONS[:1], second_reader())
    messages.metadata.remove(migrations[1].targets[0])
    with Runner(world.url, migrations) as runner:
        runner.advance("010", Stage.DUAL_READ, skip_gates="a test does not wait")
        world.run("UPDATE attachments SET name = 'first' WHERE message_id = 'm1' AND position = 0")
        assert world.column("SELECT name FROM files_too WHERE message_id = 'm1' ORDER BY position") == ["first", "b"]
        world.run("UPDATE files_too SET name = 'second' WHERE message_id = 'm1' AND position = 1")
        assert both(world) == (["first", "second"], ["first", "second"])
        world.run("INSERT INTO files_too (message_id, position, name, extra) VALUES ('m1', 5, 'third', %s)", json.dumps(FILE))
        assert both(world) == (["first", "second", "third"], ["first", "second", "third"])
        world.run("DELETE FROM attachments WHERE message_id = 'm1' AND name = 'first'")
        assert world.column("SELECT name FROM files_too WHERE message_id = 'm1' ORDER BY position") == ["second", "third"]
        world.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("x", "y"))
        assert world.column("SELECT name FROM files_too WHERE message_id = 'm1' ORDER BY position")[:2] == ["x", "y"]
        assert runner.verify("001").clean
        assert runner.verify("010").clean
        world.run("DELETE FROM messages WHERE id = 'm1'")
        assert (both(world), world.column("SELECT name FROM files_too")) == ((None, []), [])


def test_a_name_with_a_digit_in_front_is_no_setting(make_world: MakeWorld) -> None:
    """Guards are named after mappings with a letter in front: a part of a setting's name may not begin with a digit."""
    world = make_world(Stage.PENDING)
    with pytest.raises(psycopg.Error):
        world.run("SELECT set_config('unnest.001_x', 'fwd', true)")
    world.run("SELECT set_config('unnest.m_001_x', 'fwd', true)")
