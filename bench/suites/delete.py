"""Deleting conversations: over arrays, and over rows.

In: an empty server. Out: p50 of one deletion and of a bulk, and how many rows each reads and writes.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self

import psycopg
from psycopg.types.json import Jsonb

from bench.databases import Databases, connect, execute, settled
from bench.engine import advance
from bench.meter import Connection, Cost, cost_of, median
from bench.results import Aim, Result, Table, at_least, at_most
from bench.sizes import Sizes
from bench.worlds import create_legacy
from chat.migrations import m3_project_conversations
from chat.operations import delete_conversation, delete_conversations
from unnest.stages import Stage

METHOD = """\
One user with so many projects of so many conversations each, two messages in each conversation. The old form reads the user's
projects with one query and looks through every array, as the application does on SQL; "a round trip per project" reads them one
by one, as the application's document store did. The new form runs on a copy of the same database after `cleanup`: links by
index. The same conversations are deleted in each copy, in turn. The
wall time of a single deletion is mostly the wait for its commit to reach the disk, the same in all forms; statements times the
latency of a network come on top where there is one. Rows read and written are PostgreSQL's own counts for one
deletion, foreign keys and messages included."""

OLD, TRIPS, NEW = "old form", "old form, a round trip per project", "new form"
MIGRATION = m3_project_conversations.migration
_READ = (
    "SELECT coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0),"
    " coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)"
    " FROM pg_stat_xact_user_tables"
)


@dataclass(slots=True, kw_only=True)
class Form:
    """One form of the application on its copy of the database."""

    connection: Connection
    one: Callable[[Connection, str], object]
    many: Callable[[Connection, list[str]], object]
    ones: list[Cost] = field(default_factory=list)
    bulks: list[Cost] = field(default_factory=list)
    touched: tuple[int, int] = (0, 0)
    trips: int = 0

    def delete(self, key: str) -> None:
        """Delete one conversation."""
        self.ones.append(cost_of(self.connection, lambda: self.one(self.connection, key)))

    def delete_many(self, keys: list[str]) -> None:
        """Delete several conversations."""
        self.bulks.append(cost_of(self.connection, lambda: self.many(self.connection, keys)))

    def count(self, key: str) -> None:
        """Count the statements that one deletion sends and the rows that it reads and writes, and take it back."""
        with self.connection.transaction(force_rollback=True):
            with counted(self.connection) as numbers:
                self.one(self.connection, key)
            self.trips = next(numbers)
            row = self.connection.execute(_READ).fetchone()
            assert row is not None
            self.touched = (int(row[0]), int(row[1]))


@contextmanager
def counted(connection: Connection) -> Iterator["count[int]"]:
    """Count the statements sent; the next number says how many there were. BEGIN and COMMIT are not among them."""
    numbers = count()

    class Counting(psycopg.Cursor[Any]):
        def execute(self, *arguments: Any, **options: Any) -> Self:
            next(numbers)
            return super().execute(*arguments, **options)

    usual, connection.cursor_factory = connection.cursor_factory, Counting
    yield numbers
    connection.cursor_factory = usual


def measure(databases: Databases, sizes: Sizes) -> Result:
    """Measure every shape."""
    tables: list[Table] = []
    aims: list[Aim] = []
    cpu = []
    for projects, conversations in sizes.delete_shapes:
        with _forms(databases, projects, conversations) as forms:
            _run(forms, sizes)
        shape = f"{projects} x {conversations:,}"
        tables.append(_table(shape, sizes, forms))
        aims += _aims(shape, sizes, forms)
        cpu.append(median(forms[NEW].ones).cpu_s)
    if len(cpu) > 1:
        aims.append(at_most("one deletion, new form, CPU: largest shape against smallest", 1.5, cpu[-1] / cpu[0]))
    return Result(suite="delete", title="Deleting conversations", method=METHOD, tables=tables, aims=aims)


@contextmanager
def _forms(databases: Databases, projects: int, conversations: int) -> Iterator[dict[str, Form]]:
    url = databases.create("deleting")
    with connect(url) as connection:
        create_legacy(connection)
        _fill(connection, projects, conversations)
    with ExitStack() as stack:

        def copy(name: str) -> Connection:
            own = databases.create(name, template="deleting")
            if name == "deleting_new":
                advance(own, (MIGRATION,), Stage.CLEANUP)
            opened = stack.enter_context(connect(own))
            settled(opened)
            return opened

        yield {
            OLD: Form(connection=copy("deleting_old"), one=delete_conversation.old, many=delete_conversations.old),
            TRIPS: Form(connection=copy("deleting_trips"), one=delete_by_trips, many=delete_many_by_trips),
            NEW: Form(connection=copy("deleting_new"), one=delete_conversation.new, many=delete_conversations.new),
        }
    databases.drop_all()


def _fill(connection: Connection, projects: int, conversations: int) -> None:
    execute(
        connection,
        "INSERT INTO conversations (id, user_id, title, project_id, created_at)"
        f" SELECT md5('c' || g), 'u', 'Title', md5('p' || g % {projects}), g"
        f" FROM generate_series(1, {projects * conversations}) AS g",
    )
    execute(
        connection,
        "INSERT INTO projects (id, user_id, name, conversation_ids)"
        " SELECT project_id, 'u', 'Project', jsonb_agg(id ORDER BY created_at) FROM conversations GROUP BY 1",
    )
    execute(
        connection,
        "INSERT INTO messages (id, conversation_id, user_id, role, content, status, created_at)"
        f" SELECT md5('m' || g || '-' || k), md5('c' || g), 'u', 'user', 'text', 'complete', g"
        f" FROM generate_series(1, {projects * conversations}) AS g, generate_series(1, 2) AS k",
    )
    settled(connection)


def _run(forms: dict[str, Form], sizes: Sizes) -> None:
    keys = [str(row[0]) for row in forms[OLD].connection.execute("SELECT id FROM conversations ORDER BY md5(id)").fetchall()]
    taken = iter(keys)
    for number in range(3 + sizes.deletes):
        key = next(taken)
        for form in forms.values():
            form.count(key) if number == 0 else form.delete(key)
    for form in forms.values():
        del form.ones[:2]  # the first ones plan
    for _ in range(sizes.rounds):
        some = [next(taken) for _ in range(sizes.bulk)]
        for form in forms.values():
            form.delete_many(some)


# -- the old form of the document store -----------------------------------------------------------------------------------


def delete_many_by_trips(connection: Connection, conversations: list[str]) -> None:
    """Delete several conversations, each with a look through every project, in one transaction."""
    with connection.transaction():
        for conversation in conversations:
            delete_by_trips(connection, conversation)


def delete_by_trips(connection: Connection, conversation: str) -> None:
    """Delete a conversation after a look through every project of its owner, a round trip each."""
    with connection.transaction():
        owner = connection.execute("SELECT user_id FROM conversations WHERE id = %s", [conversation]).fetchone()
        assert owner is not None
        for (project,) in connection.execute("SELECT id FROM projects WHERE user_id = %s ORDER BY id", owner).fetchall():
            row = connection.execute("SELECT conversation_ids FROM projects WHERE id = %s", [project]).fetchone()
            if row is not None and conversation in row[0]:
                left = Jsonb([other for other in row[0] if other != conversation])
                connection.execute("UPDATE projects SET conversation_ids = %s WHERE id = %s", [left, project])
        connection.execute("DELETE FROM bookmarks WHERE conversation_id = %s", [conversation])
        connection.execute("DELETE FROM messages WHERE conversation_id = %s", [conversation])
        connection.execute("DELETE FROM conversations WHERE id = %s", [conversation])


# -- what is told ---------------------------------------------------------------------------------------------------------


def _table(shape: str, sizes: Sizes, forms: dict[str, Form]) -> Table:
    one_new, bulk_new = median(forms[NEW].ones), median(forms[NEW].bulks)
    lines = []
    for name, form in forms.items():
        one, bulk = median(form.ones), median(form.bulks)
        cells = (f"{one.wall_s * 1e3:.2f}", f"{one.cpu_s * 1e3:.2f}", f"{one.cpu_s / one_new.cpu_s:.1f}")
        bulks = (f"{bulk.wall_s * 1e3:.0f}", f"{bulk.cpu_s * 1e3:.0f}", f"{bulk.cpu_s / bulk_new.cpu_s:.1f}")
        lines.append((name, *cells, *bulks, form.trips, *form.touched))
    many = f"{sizes.bulk} at once"
    columns = (
        "form",
        "one: p50 ms",
        "CPU ms",
        "x CPU",
        f"{many}: p50 ms",
        "CPU ms",
        "x CPU",
        "statements",
        "rows read",
        "written",
    )
    return Table(title=f"{shape} conversations", columns=columns, rows=lines)


def _aims(shape: str, sizes: Sizes, forms: dict[str, Form]) -> Iterator[Aim]:
    new, old, trips = (median(forms[name].ones) for name in (NEW, OLD, TRIPS))
    yield at_most(f"{shape}: one deletion, new form", 50, new.wall_s * 1e3, "ms")
    yield at_least(f"{shape}: one deletion, CPU, old form against new", 10, old.cpu_s / new.cpu_s)
    yield at_least(f"{shape}: one deletion, CPU, a round trip per project against new", 10, trips.cpu_s / new.cpu_s)
    many_new, many_old = median(forms[NEW].bulks), median(forms[OLD].bulks)
    yield at_most(f"{shape}: {sizes.bulk} at once, new form", 5_000, many_new.wall_s * 1e3, "ms")
    yield at_least(f"{shape}: {sizes.bulk} at once, CPU, old form against new", 10, many_old.cpu_s / many_new.cpu_s)
