"""Values, keys, names and moments at the edges, through the whole life of a migration."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateTable

from chat.legacy import metadata
from chat.migrations import MIGRATIONS
from chat.traffic import WorldOptions, write_snapshot
from unnest import Field, GateClosed, Inconsistent, LeaseHeld, Links, Migration, Refused, Rows
from unnest.convex import import_snapshot
from unnest.errors import UnnestError
from unnest.runner import Runner
from unnest.runner.report import Progress
from unnest.sql import text
from unnest.stages import DAY, ORDER, Stage

Connection = psycopg.Connection[tuple[Any, ...]]
M1, M3 = (migration.id for migration in MIGRATIONS)
SOUND = {"type": "image", "name": "n", "storageId": "s", "mimeType": "x/y", "size": 1}


@pytest.fixture
def chat(legacy_database: str) -> Iterator[Connection]:
    """Give a connection to the application's legacy tables."""
    with psycopg.connect(legacy_database, autocommit=True) as opened:
        yield opened


@contextmanager
def running(connection: Connection, *migrations: Migration, **options: Any) -> Iterator[Runner]:
    """Give a runner of some migrations (default: the application's)."""
    info = connection.info
    url = psycopg.conninfo.make_conninfo(host=info.host, port=info.port, user=info.user, dbname=info.dbname)
    with Runner(url, migrations or MIGRATIONS, **options) as runner:
        yield runner


def live_through(connection: Connection, id: str, look: Callable[[], object], *migrations: Migration) -> None:
    """Go to ``complete`` one stage at a time and back to ``pending``; whenever ``look`` can look, it must see the same."""
    with running(connection, *migrations) as runner:
        seen = look()
        for stage in ORDER[1:]:
            runner.advance(id, stage, "test")
            assert runner.verify(id).clean
            if stage not in (Stage.CLEANUP, Stage.COMPLETE):
                assert look() == seen, stage
        for stage in (Stage.DUAL_READ, Stage.BACKFILL, Stage.DUAL_WRITE, Stage.SCHEMA, Stage.PENDING):
            runner.rollback(id, stage)
            assert runner.verify(id).clean
            assert look() == seen, f"back at {stage}"
        assert all(part.balances for part in runner.accounting(id))


# -- values -----------------------------------------------------------------------------------------------------------------

ARRAYS: dict[str, Any] = {
    "nothing in it": [],
    "one element": [SOUND],
    "an element twice": [SOUND, SOUND],
    "ten thousand elements": [{**SOUND, "name": f"n{number}"} for number in range(10_000)],
    "unicode": [{**SOUND, "name": "bücher\u2028☕\U0001f600\x7f'\"\\%s", "ключ": {"": None}}],
    "elements of no shape": [None, SOUND, 1, "x", [], {}, [SOUND], True],
    "null": None,
    "an object": SOUND,
    "a text": "[]",
    "a number": 12345678901234567890,
    "a boolean": False,
}


def test_arrays_of_every_shape_come_back_as_they_were(chat: Connection) -> None:
    for number, array in enumerate(ARRAYS.values()):
        values = [f"m{number}", Jsonb(array)]
        chat.execute("INSERT INTO messages (id, conversation_id, user_id, attachments) VALUES (%s, 'c', 'u', %s)", values)
    chat.execute("INSERT INTO messages (id, conversation_id) VALUES ('missing', 'c')")

    def look() -> object:
        return chat.execute("SELECT id, attachments IS NULL, attachments FROM messages ORDER BY id").fetchall()

    live_through(chat, M1, look)


def test_calls_whose_ids_repeat_stay_apart(chat: Connection) -> None:
    call = {"id": "same", "name": "n", "arguments": "{}", "timestamp": 1}
    calls = [{**call, "textPosition": position} for position in range(3)]
    values = [Jsonb(calls), Jsonb([{**call, "id": "other"}, {**call, "id": "other"}, call])]
    chat.execute("INSERT INTO messages (id, tool_calls, partial_tool_calls) VALUES ('m', %s, %s)", values)
    live_through(chat, M1, lambda: chat.execute("SELECT tool_calls, partial_tool_calls FROM messages").fetchall())
    with running(chat) as runner:
        runner.advance(M1, Stage.DUAL_READ, "test")
        assert chat.execute("SELECT count(*) FROM tool_calls WHERE tool_call_id = 'same'").fetchone() == (3,)
        assert runner.finding_counts(M1) == {"superseded": 1}


def test_tables_without_rows_go_through_every_stage(chat: Connection) -> None:
    for id in (M1, M3):
        live_through(chat, id, lambda: chat.execute("SELECT count(*) FROM messages").fetchone())


def test_a_project_of_ten_thousand_conversations_is_corrected_and_keeps_its_order(chat: Connection) -> None:
    ids = [f"c{number}" for number in range(10_000)]
    chat.execute(
        "INSERT INTO projects (id, user_id, conversation_ids) VALUES ('p', 'u', %s)", [Jsonb([*ids[::-1], "gone", "c1"])]
    )
    chat.execute("INSERT INTO conversations (id, user_id, project_id, created_at) SELECT unnest(%s::text[]), 'u', 'p', 1", [ids])
    with running(chat) as runner:
        runner.advance(M3, Stage.DUAL_READ, "test")
        assert chat.execute("SELECT conversation_ids FROM projects").fetchone() == (ids[::-1],)
        assert runner.finding_counts(M3) == {"duplicate id": 1, "stale id": 1}
        runner.advance(M3, Stage.COMPLETE, "test")
        runner.rollback(M3, Stage.DUAL_READ)
        (found,) = chat.execute("SELECT conversation_ids FROM projects").fetchone() or ([],)
        assert sorted(found) == sorted(ids)


# -- keys, types and names ----------------------------------------------------------------------------------------------------

PLAIN = ("public", "orders", "id", "items", "order_lines")
ODD = ('My "Shop" 100%s', "Or'ders %", "Key %(x)s", 'Line :items \\ "', "New 'lines' %%")
KEYS: dict[str, tuple[sa.types.TypeEngine[Any], list[Any]]] = {
    "text": (sa.Text(), ["a", "B", "10", "9", "é", ""]),
    "varchar": (sa.String(40), ["a", "B", "b c", "%", "'"]),
    "integer": (sa.Integer(), [-5, 0, 9, 10, 2**31 - 1]),
    "bigint": (sa.BigInteger(), [-(2**63), 9, 10, 2**63 - 1]),
    "uuid": (sa.Uuid(), [uuid.UUID(int=number) for number in (1, 9, 10, 2**128 - 1)]),
}
LINES: tuple[Any, ...] = (
    [{"sku": "a", "count": 1, "x y": None}, {"sku": 5}, {"sku": "b%", "count": 2}],
    [],
    None,
    {"no": "array"},
)


def named(*names: str) -> sql.SQL:
    """Return a quoted name for a query with parameters, in which a per-cent sign is written twice."""
    return sql.SQL(sql.Identifier(*names).as_string().replace("%", "%%"))


def shop(names: tuple[str, ...], key: sa.types.TypeEngine[Any]) -> tuple[Migration, sa.Table, sa.Table]:
    """Declare a migration of order lines with tables, columns and keys as given."""
    schema, orders_name, key_name, items, lines_name = names
    tables = sa.MetaData(schema=schema)
    orders = sa.Table(
        orders_name, tables, sa.Column(key_name, key, primary_key=True), sa.Column(items, JSONB), sa.Column("n", sa.Text)
    )
    lines = sa.Table(
        lines_name,
        tables,
        sa.Column("ID", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(f"of {key_name}", key, sa.ForeignKey(orders.c[key_name], ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("Sku %", sa.Text, nullable=False),
        sa.Column("count", sa.Integer),
        sa.UniqueConstraint(f"of {key_name}", "position"),
        sa.Index(f"ix {lines_name}", "Sku %"),
    )
    mapping = Rows(orders.c[items], into=lines, fields={"Sku %": Field("sku"), "count": Field}, name="lines")
    return Migration("100_shop", "Order lines become rows", mapping), orders, lines


@pytest.mark.parametrize(
    ("kind", "names"), [("text", ODD), ("varchar", PLAIN), ("integer", ODD), ("bigint", PLAIN), ("uuid", ODD)], ids=[*KEYS]
)
def test_keys_of_every_type_and_names_that_need_quoting(connection: Connection, names: tuple[str, ...], kind: str) -> None:
    schema, _, key_name, items, _ = names
    key, keys = KEYS[kind]
    migration, orders, lines = shop(names, key)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    connection.execute(text(CreateTable(orders)).encode())
    table, column, own = named(schema, orders.name), named(items), named(key_name)
    for number, value in enumerate(keys):
        insert = sql.SQL("INSERT INTO {} ({}, {}) VALUES (%s, %s)").format(table, own, column)
        connection.execute(insert, [value, Jsonb(LINES[number % len(LINES)])])

    def look() -> dict[Any, Any]:
        select = sql.SQL("SELECT {}, {} FROM {}").format(own, column, table)
        return dict(connection.execute(select, []).fetchall())

    live_through(connection, migration.id, look, migration)
    with running(connection, migration) as runner:
        runner.set(migration.id, batch_bytes=1)
        runner.advance(migration.id, Stage.DUAL_READ, "test")
        new = named(schema, lines.name)
        insert = sql.SQL("INSERT INTO {} ({}, position, {}) VALUES (%s, 7, 'new')").format(
            new, named(f"of {key_name}"), named("Sku %")
        )
        connection.execute(insert, [keys[1]])
        assert look()[keys[1]] == [{"sku": "new"}]
        connection.execute(
            sql.SQL("UPDATE {} SET {} = %s WHERE {} = %s").format(table, column, own), [Jsonb([{"sku": "z"}]), keys[0]]
        )
        assert runner.verify(migration.id).clean


@pytest.mark.parametrize("kind", KEYS)
def test_links_between_keys_of_every_type(connection: Connection, kind: str) -> None:
    key, keys = KEYS[kind]
    tables = sa.MetaData(schema="Home % of 'links'")
    boxes = sa.Table("Boxes %", tables, sa.Column("Id", key, primary_key=True), sa.Column("things %s", JSONB))
    things = sa.Table("th'ings", tables, sa.Column("Id", key, primary_key=True), sa.Column("in box", key))
    links = sa.Table(
        "Where it is",
        tables,
        sa.Column("thing", key, sa.ForeignKey(things.c.Id, ondelete="CASCADE"), primary_key=True),
        sa.Column("box %", key, sa.ForeignKey(boxes.c.Id, ondelete="CASCADE"), nullable=False),
    )
    mapping = Links(boxes.c["things %s"], into=links, parent="box %", member="thing", truth=things.c["in box"], name="place")
    migration = Migration("101_boxes", "Things are in boxes", mapping)
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(str(tables.schema))))
    for table in (boxes, things):
        connection.execute(text(CreateTable(table)).encode())
    box, other, *rest = keys
    place, thing = named(str(tables.schema), "Boxes %"), named(str(tables.schema), "th'ings")
    listed = [str(each) if kind == "uuid" else each for each in (*rest, *rest[:1])]
    insert = sql.SQL('INSERT INTO {} ("Id", "things %%s") VALUES (%s, %s)').format(place)
    connection.execute(insert, [box, Jsonb([*listed, None, {"no": "id"}])])
    connection.execute(insert, [other, None])
    for each in rest:
        connection.execute(sql.SQL("INSERT INTO {} VALUES (%s, %s)").format(thing), [each, box])

    def look() -> object:
        return connection.execute(sql.SQL("SELECT * FROM {} ORDER BY 1").format(thing), []).fetchall()

    live_through(connection, migration.id, look, migration)
    with running(connection, migration) as runner:
        runner.advance(migration.id, Stage.DUAL_READ, "test")
        connection.execute(sql.SQL('UPDATE {} SET "in box" = %s WHERE "Id" = %s').format(thing), [other, rest[0]])
        found = connection.execute(sql.SQL('SELECT "Id", "things %%s" FROM {}').format(place), []).fetchall()
        arrays: dict[Any, Any] = dict(found)
        assert (arrays[other], sorted(arrays[box])) == (listed[:1], sorted(listed[1:-1]))
        assert runner.verify(migration.id).clean


# -- a table that is written without a break ----------------------------------------------------------------------------------


def test_the_backfill_ends_although_the_table_is_written_at_full_speed(chat: Connection, legacy_database: str) -> None:
    rows = "SELECT 'a' || lpad(g::text, 9, '0'), 'c', 'u', %s FROM generate_series(1, 3000) AS g"
    chat.execute(f"INSERT INTO messages (id, conversation_id, user_id, attachments) {rows}".encode(), [Jsonb([SOUND])])
    stop, written = threading.Event(), [0]

    def write() -> None:
        with psycopg.connect(legacy_database, autocommit=True) as own:
            while not stop.is_set():
                written[0] += 1
                values = [f"b{written[0]:09}", Jsonb([SOUND])]
                own.execute("INSERT INTO messages (id, conversation_id, user_id, attachments) VALUES (%s, 'c', 'u', %s)", values)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with running(chat) as runner:
            runner.set(M1, batch_bytes=20_000)
            assert runner.advance(M1, Stage.BACKFILL, "test") is Stage.BACKFILL
            walked = {part.part: part.parents for part in runner.accounting(M1)}
    finally:
        stop.set()
        writer.join()
    assert 3000 <= walked["attachments.messages"] < 3000 + written[0]
    with running(chat) as runner:
        assert runner.verify(M1).clean
    assert chat.execute("SELECT count(*) FROM attachments").fetchone() == (3000 + written[0],)


def test_a_partial_call_goes_with_the_final_one_that_beat_it_and_the_others_close_up(chat: Connection) -> None:
    final, *partial = ({"id": id, "name": "n", "arguments": "{}", "timestamp": 1} for id in "zyzx")
    with running(chat) as runner:
        runner.advance(M1, Stage.DUAL_READ, "test")
        for id in ("live", "later"):
            values = [id, Jsonb([final]), Jsonb([*partial, {"odd": 1}])]
            chat.execute("INSERT INTO messages (id, tool_calls, partial_tool_calls) VALUES (%s, %s, %s)", values)
        chat.execute("DELETE FROM tool_calls WHERE message_id = 'live' AND NOT is_partial")
        assert runner.verify(M1).clean
        runner.advance(M1, Stage.COMPLETE, "test")
        chat.execute("DELETE FROM tool_calls WHERE message_id = 'later' AND NOT is_partial")
        assert runner.rollback(M1, Stage.DUAL_READ) is Stage.DUAL_READ
        assert runner.verify(M1).clean
    left = [partial[0], partial[2], {"odd": 1}]
    assert chat.execute("SELECT partial_tool_calls FROM messages").fetchall() == [(left,), (left,)]
    places = chat.execute("SELECT DISTINCT tool_call_id, position FROM tool_calls ORDER BY 2").fetchall()
    assert places == [("y", 0), ("x", 1)]


# -- to the beginning and again ---------------------------------------------------------------------------------------------


def test_what_the_new_side_has_written_is_set_aside_each_time(chat: Connection) -> None:
    chat.execute("INSERT INTO projects (id, user_id) VALUES ('p', 'u')")
    chat.execute("INSERT INTO conversations (id, user_id, project_id) VALUES ('c', 'u', 'p')")
    chat.execute("INSERT INTO messages (id, attachments) VALUES ('m', %s)", [Jsonb([SOUND])])
    for time in (1, 2, 3):
        with running(chat) as runner:
            for id in (M1, M3):
                assert runner.advance(id, Stage.DUAL_READ, "test") is Stage.DUAL_READ
                assert runner.rollback(id, Stage.PENDING) is Stage.PENDING
        for table in ("attachments", "project_conversations"):
            kept = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("unnest", f"kept_{time}_{table}"))
            assert chat.execute(kept).fetchone() == (1,)


# -- refusals ---------------------------------------------------------------------------------------------------------------


def test_a_second_runner_is_refused_with_the_name_of_the_first(chat: Connection) -> None:
    refused: list[str] = []

    def second() -> bool:
        if not refused:
            with running(chat, actor="the second") as other, pytest.raises(LeaseHeld) as caught:
                other.advance(M3, Stage.DUAL_READ, "test")
            refused.append(str(caught.value))
        return False

    chat.execute("INSERT INTO projects (id, user_id) VALUES ('p', 'u')")
    with running(chat, actor="the first one", stop=second) as runner:
        runner.advance(M3, Stage.DUAL_READ, "test")
    assert "the first one: advance" in refused[0]
    assert M3 in refused[0]


def test_both_migrations_may_be_moved_at_once(chat: Connection) -> None:
    reached: list[Stage] = []

    def other() -> bool:
        if not reached:
            reached.append(Stage.PENDING)
            with running(chat) as second:
                reached.append(second.advance(M1, Stage.DUAL_READ, "test"))
        return False

    chat.execute("INSERT INTO projects (id, user_id) VALUES ('p', 'u')")
    with running(chat, stop=other) as runner:
        assert runner.advance(M3, Stage.DUAL_READ, "test") is Stage.DUAL_READ
    assert reached[-1] is Stage.DUAL_READ


@pytest.mark.parametrize("change", ["1 + coalesce(sum(l.n), 0)", "-1 + coalesce(sum(l.n), 0)"])
def test_a_backfill_that_does_not_balance_stops_the_run(chat: Connection, change: str) -> None:
    chat.execute("INSERT INTO messages (id, attachments) VALUES ('m', %s)", [Jsonb([SOUND, 5])])
    with running(chat) as runner:
        runner.advance(M1, Stage.DUAL_WRITE, "test")
        row = chat.execute("SELECT pg_get_functiondef('unnest.attachments__backfill'::regproc)").fetchone()
        assert row is not None
        sound = str(row[0])
        assert sound.count("coalesce(sum(l.n), 0)") == 1
        chat.execute(sound.replace("coalesce(sum(l.n), 0)", change).encode())
        with pytest.raises(Inconsistent, match=r"does not balance.*attachments"):
            runner.advance(M1, Stage.BACKFILL, "test")
        assert runner.status(M1).stage == "dual_write"
        assert chat.execute("SELECT count(*) FROM attachments").fetchone() == (0,)
        chat.execute(sound.encode())
        assert runner.advance(M1, Stage.DUAL_READ, "test") is Stage.DUAL_READ


def test_a_declaration_changed_in_between_is_refused(connection: Connection) -> None:
    first, orders, lines = shop(PLAIN, sa.Text())
    other = Rows(orders.c["items"], into=lines, fields={"Sku %": Field("article"), "count": Field}, name="lines")
    connection.execute(text(CreateTable(orders)).encode())
    with running(connection, first) as runner:
        runner.advance(first.id, Stage.DUAL_WRITE, "test")
    with running(connection, Migration(first.id, "Changed", other)) as runner:
        with pytest.raises(Refused, match="declared differently"):
            runner.advance(first.id)
        with pytest.raises(Refused, match="declared differently"):
            runner.rollback(first.id)
    with running(connection, first) as runner:
        assert runner.rollback(first.id, Stage.PENDING) is Stage.PENDING
    with running(connection, Migration(first.id, "Changed", other)) as runner:
        assert runner.advance(first.id, Stage.DUAL_READ, "test") is Stage.DUAL_READ


# -- what happens between the steps of a move ---------------------------------------------------------------------------------


class Died(Exception):
    """The runner has died."""


def dying_at(step: str) -> Callable[[Progress], None]:
    """Return a report that ends the runner when it comes to a step."""

    def report(progress: Progress) -> None:
        if progress.step == step:
            raise Died

    return report


def test_a_message_deleted_while_no_trigger_stands_takes_its_residue_along(chat: Connection) -> None:
    for id in ("a", "b", "c"):
        chat.execute("INSERT INTO messages (id, attachments) VALUES (%s, %s)", [id, Jsonb([5, SOUND])])
    with running(chat) as runner:
        runner.advance(M1, Stage.DUAL_READ, "test")
        runner.report = dying_at("seal")
        with pytest.raises(Died):
            runner.advance(M1, Stage.CLEANUP, "test")
        chat.execute("DELETE FROM messages WHERE id = 'a'")
    with running(chat, report=dying_at("rearm")) as runner:
        runner.advance(M1, Stage.COMPLETE, "test")
        with pytest.raises(Died):
            runner.rollback(M1, Stage.DUAL_READ)
        chat.execute("DELETE FROM messages WHERE id = 'b'")
        chat.execute("INSERT INTO messages (id) VALUES ('b')")
    with running(chat) as runner:
        assert runner.rollback(M1, Stage.DUAL_READ) is Stage.DUAL_READ
        assert runner.verify(M1).clean
    assert chat.execute("SELECT id, attachments FROM messages ORDER BY 1").fetchall() == [("b", None), ("c", [5, SOUND])]


# -- gates ------------------------------------------------------------------------------------------------------------------


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize(
    ("stage", "gate", "wait"),
    [(Stage.DUAL_WRITE, "soak", DAY), (Stage.DUAL_READ, "soak", DAY), (Stage.CLEANUP, "buffer", 30 * DAY)],
)
def test_a_stage_is_left_only_after_its_time(chat: Connection, stage: Stage, gate: str, wait: timedelta) -> None:
    clock = Clock()
    following = ORDER[ORDER.index(stage) + 1]
    with running(chat, clock=clock) as runner:
        runner.advance(M3, stage, "the way there")
        for passed in (timedelta(0), wait - timedelta(seconds=1)):
            clock.now = datetime(2026, 1, 1, tzinfo=UTC) + passed
            with pytest.raises(GateClosed, match=f"gate {gate}"):
                runner.advance(M3, following)
            assert runner.status(M3).stage == stage.value
        clock.now = datetime(2026, 1, 1, tzinfo=UTC) + wait
        assert runner.advance(M3, following) is following


def test_a_reason_passes_times_and_is_recorded(chat: Connection) -> None:
    with running(chat) as runner:
        assert runner.advance(M3, Stage.COMPLETE, "nobody uses it yet") is Stage.COMPLETE
    reasons = chat.execute("SELECT DISTINCT reason FROM unnest.event WHERE what = 'move started'").fetchall()
    assert reasons == [("nobody uses it yet",)]


def test_no_reason_passes_a_failed_verification(chat: Connection) -> None:
    chat.execute("INSERT INTO messages (id, attachments) VALUES ('m', %s)", [Jsonb([SOUND])])
    with running(chat) as runner:
        runner.advance(M1, Stage.BACKFILL, "test")
        chat.execute("SET session_replication_role = replica; DELETE FROM attachments; RESET session_replication_role")
        assert runner.verify(M1).count == 2
        with pytest.raises(GateClosed, match="gate verified"):
            runner.advance(M1, Stage.DUAL_READ, "I insist")
        assert runner.repair(M1, "legacy") == 1
        assert runner.advance(M1, Stage.DUAL_READ, "repaired") is Stage.DUAL_READ


def test_what_breaks_between_the_gates_is_found_on_the_way(chat: Connection) -> None:
    chat.execute("INSERT INTO messages (id, attachments) VALUES ('m', %s)", [Jsonb([SOUND])])
    with running(chat) as runner:
        runner.advance(M1, Stage.DUAL_READ, "test")
        chat.execute("SET session_replication_role = replica; UPDATE attachments SET width = 5; RESET session_replication_role")
        with pytest.raises(Inconsistent, match="verification found"):
            runner.advance(M1, Stage.CLEANUP, "I insist")
        assert runner.status(M1).stage == "dual_read"
        assert runner.repair(M1, "new") == 1
        assert chat.execute("SELECT attachments FROM messages").fetchone() == ([{**SOUND, "metadata": {"width": 5}}],)
        assert runner.advance(M1, Stage.CLEANUP, "repaired") is Stage.CLEANUP


# -- findings ---------------------------------------------------------------------------------------------------------------


def test_every_kind_of_finding_is_counted_as_it_was_planned(chat: Connection, tmp_path: Path) -> None:
    options = WorldOptions(
        seed=9, users=7, projects_per_user=8, conversations_per_project=5, messages_per_conversation=6.0, drift=0.5
    )
    facts = write_snapshot(tmp_path / "world.zip", options)
    new = {table.name for migration in MIGRATIONS for table in migration.targets}
    import_snapshot(chat, tmp_path / "world.zip", tables=[t for t in metadata.sorted_tables if t.name not in new])
    with running(chat) as runner:
        for id in (M3, M1):
            runner.advance(id, Stage.DUAL_READ, "test")
            assert runner.verify(id).clean
        counted = runner.finding_counts(M3)
        # The array that lists a foreign conversation has a finding of its own kind beside the pointer's.
        assert counted.pop("owner differs in array") == counted["owner differs"]
        assert counted == facts.findings
        assert chat.execute("SELECT count(*) FROM project_conversations").fetchone() == (facts.links,)
        walked = {part.part: part.elements for part in runner.accounting(M1)}
        assert walked["attachments.messages"] >= facts.elements["attachments"]
        assert walked["tool_calls.messages"] >= facts.elements["toolCalls"] + facts.elements["partialToolCalls"]
        assert set(runner.finding_counts(M1)) == {"does not fit", "not an array", "superseded"}
        assert all(f["evidence"] for f in runner.findings(M3, limit=10_000))


def test_every_error_of_a_runner_is_one_of_ours(chat: Connection) -> None:
    with running(chat) as runner, pytest.raises(UnnestError):
        runner.advance("004", Stage.SCHEMA)
