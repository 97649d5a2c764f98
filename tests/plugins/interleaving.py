"""Several sessions on one prepared database flow out, to be interleaved in a fixed order, and statements with a clause taken out.

A session runs a statement at once or starts it in the background; "it waits for that session" is read from the server
(``pg_blocking_pids``), so no test sleeps and hopes. A *mutant* is the engine's own text with its protective clause replaced
in the database: a trap is shown by the good outcome with the clause and by the bad one without.

Databases are copies of templates, one for each (server, migrations, stage), which the runner itself has brought there. One
that has its schema as it was is given out again with its rows put back: a copy takes many times longer.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
import pytest

from chat.migrations import MIGRATIONS
from plugins.servers import Server
from plugins.worlds import create_legacy
from unnest.migration import Migration
from unnest.runner import Runner
from unnest.stages import ORDER, Stage

PATIENCE_S = 20.0
POLL_S = 0.002
Row = tuple[Any, ...]
_Outcome = TypeVar("_Outcome")


# -- sessions -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Started:
    """A statement that runs in the background."""

    future: Future[list[Row]]
    session: "Session"

    def waits_for(self, other: "Session") -> bool:
        """Return True once this statement waits for ``other``, False if it ends without; never a guess by time."""
        deadline = time.monotonic() + PATIENCE_S
        query = "SELECT %s = ANY (pg_blocking_pids(%s))"
        while time.monotonic() < deadline:
            # The end is looked at first: a statement that has ended can no longer wait.
            ended = self.future.done()
            if self.session.monitor.execute(query, [other.pid, self.session.pid]).fetchone() == (True,):
                return True
            if ended:
                return False
            time.sleep(POLL_S)
        raise AssertionError(f"{self.session.name} neither ended nor waited for {other.name} in {PATIENCE_S} s")

    def rows(self) -> list[Row]:
        """Return the rows once the statement has ended; raise its error."""
        return self.future.result(PATIENCE_S)

    def error(self) -> str | None:
        """Return the SQLSTATE with which the statement ended, None if it went well."""
        found = self.future.exception(PATIENCE_S)
        if found is None:
            return None
        assert isinstance(found, psycopg.Error), found
        return found.sqlstate


@dataclass(slots=True, kw_only=True)
class Session:
    """One connection of an application or of the engine, with transactions of its own."""

    name: str
    connection: psycopg.Connection[Row]
    monitor: psycopg.Connection[Row]
    thread: ThreadPoolExecutor
    pid: int

    def run(self, query: str, *values: Any) -> list[Row]:
        """Run a statement in the transaction at hand and return its rows."""
        # Without values the text goes to the server as it is, however many "%" it holds.
        cursor = self.connection.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []

    def start(self, query: str, *values: Any) -> Started:
        """Start a statement in the background."""
        return self.start_work(lambda: self.run(query, *values))

    def start_work(self, work: Callable[[], list[Row]]) -> Started:
        """Start anything that uses this session in the background."""
        return Started(future=self.thread.submit(work), session=self)

    def commit(self) -> None:
        """End the transaction; what deferred constraints have to say is raised here."""
        self.connection.commit()

    def rollback(self) -> None:
        """Undo the transaction."""
        self.connection.rollback()

    def attempt(self, query: str, *values: Any) -> str | None:
        """Run a statement and commit; return the SQLSTATE if either fails, after a rollback."""
        try:
            self.run(query, *values)
            self.commit()
        except psycopg.Error as error:
            self.rollback()
            return error.sqlstate
        return None


# -- prepared databases ---------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class World:
    """A database at a stage, with sessions on it."""

    url: str
    migrations: tuple[Migration, ...]
    monitor: psycopg.Connection[Row]
    sessions: list[Session] = field(default_factory=list)
    undo: list[str] = field(default_factory=list)

    def session(self, name: str, *, isolation: psycopg.IsolationLevel | None = None, user: str | None = None) -> Session:
        """Open one more session."""
        url = psycopg.conninfo.make_conninfo(self.url, application_name=name, **({"user": user} if user else {}))
        connection = psycopg.connect(url)
        connection.isolation_level = isolation
        pid = connection.info.backend_pid
        opened = Session(name=name, connection=connection, monitor=self.monitor, thread=ThreadPoolExecutor(1), pid=pid)
        self.sessions.append(opened)
        return opened

    def run(self, query: str, *values: Any) -> list[Row]:
        """Run a statement in a transaction of its own."""
        cursor = self.monitor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []

    def value(self, query: str, *values: Any) -> Any:
        """Return the one value of a query."""
        ((found,),) = self.run(query, *values)
        return found

    def column(self, query: str, *values: Any) -> list[Any]:
        """Return the first column of a query."""
        return [row[0] for row in self.run(query, *values)]

    def attempt(self, query: str, *values: Any) -> str | None:
        """Run a statement in a transaction of its own; return the SQLSTATE if it fails."""
        try:
            self.run(query, *values)
        except psycopg.Error as error:
            return error.sqlstate
        return None

    def runner(self) -> Runner:
        """Return a runner; close it after use."""
        return Runner(self.url, self.migrations)

    def advance(self, stage: Stage) -> None:
        """Move every migration forward to a stage."""
        with self.runner() as runner:
            for migration in self.migrations:
                runner.advance(migration.id, stage, skip_gates="a test does not wait")

    def rollback(self, stage: Stage) -> None:
        """Move every migration back to a stage."""
        with self.runner() as runner:
            for migration in self.migrations:
                runner.rollback(migration.id, stage)

    def differences(self) -> list[tuple[str, str]]:
        """Return what verification finds: what was compared, and the parent's key."""
        with self.runner() as runner:
            found = [runner.verify(migration.id) for migration in self.migrations]
        return sorted({(d.what, d.key) for result in found for d in result.differences})

    def close(self) -> None:
        """Close the sessions that the test has opened."""
        for session in self.sessions:
            session.thread.shutdown(wait=False, cancel_futures=True)
            session.connection.close()
        self.sessions.clear()


# What stands before any migration: two projects with conversations, messages with and without nested values.
HISTORY = """
INSERT INTO conversations (id, user_id, project_id, created_at) VALUES
('c1', 'u1', NULL, 1000), ('c2', 'u1', 'p1', 2000), ('c3', 'u1', 'p1', 3000), ('c4', 'u1', NULL, 4000);
INSERT INTO projects (id, user_id, conversation_ids, created_at) VALUES
('p1', 'u1', '["c2", "c3"]', 1000), ('p2', 'u1', '[]', 2000);
INSERT INTO messages (id, conversation_id, created_at, attachments, tool_calls) VALUES
('m1', 'c1', 1000, '[{"type": "file", "name": "a", "storageId": "s-a", "mimeType": "x", "size": 1},
                     {"type": "file", "name": "b", "storageId": "s-b", "mimeType": "x", "size": 1}]', NULL),
('m2', 'c2', 2000, NULL, '[{"id": "k", "name": "search", "arguments": "{}", "timestamp": 5000}]'),
('m3', 'c3', 3000, NULL, NULL);
"""


# What a test may not leave changed in a database that is given out again.
SCHEMA_OF = """
SELECT md5(string_agg(x, ',' ORDER BY x)) FROM (
SELECT proname || md5(prosrc) FROM pg_proc WHERE pronamespace IN ('unnest'::regnamespace, 'public'::regnamespace)
UNION ALL SELECT tgenabled::text || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT relname || relnatts::text FROM pg_class WHERE relnamespace IN ('unnest'::regnamespace, 'public'::regnamespace)
UNION ALL SELECT conname || convalidated::text FROM pg_constraint
UNION ALL SELECT setconfig::text FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase
WHERE d.datname = current_database()
UNION ALL SELECT stage || convergent::text FROM unnest.migration) AS s(x)
"""
TABLES_WITH_COLUMNS = """
SELECT c.oid::regclass::text, replace(c.oid::regclass::text, '.', '_'), string_agg(quote_ident(a.attname), ', ')
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.relnamespace IN ('unnest'::regnamespace, 'public'::regnamespace) GROUP BY c.oid ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A database to copy: its name, what puts its rows back in a copy, and what its schema looks like."""

    name: str
    put_back: str
    schema: str


Key = tuple[str, tuple[str, ...], Stage]


@dataclass(slots=True, kw_only=True)
class Templates:
    """Databases at each stage, made once in a session by the runner and copied for each test."""

    made: dict[Key, Template] = field(default_factory=dict)
    free: dict[Key, list[World]] = field(default_factory=dict)

    def take(self, server: Server, migrations: tuple[Migration, ...], stage: Stage) -> World:
        """Return a database at a stage that nobody else uses."""
        key = (server.name, tuple(m.id for m in migrations), stage)
        if free := self.free.get(key):
            return free.pop()
        url = copy_of(server, self.at(server, migrations, stage).name)
        return World(url=url, migrations=migrations, monitor=psycopg.connect(url, autocommit=True))

    def give_back(self, server: Server, world: World, stage: Stage) -> None:
        """Keep a database for the next test if its schema is what it was, drop it if not."""
        key = (server.name, tuple(m.id for m in world.migrations), stage)
        world.close()
        try:
            for statement in reversed(world.undo):
                world.run(statement)
            world.undo.clear()
            if world.value(SCHEMA_OF) == self.made[key].schema:
                world.run(self.made[key].put_back)
                self.free.setdefault(key, []).append(world)
                return
        except psycopg.Error:  # the test has left something that can't be put back: locks, objects, the connection itself
            pass
        world.monitor.close()
        server.drop_database(world.url)

    def at(self, server: Server, migrations: tuple[Migration, ...], stage: Stage) -> Template:
        """Return the template database, making those of earlier stages on the way."""
        key = (server.name, tuple(m.id for m in migrations), stage)
        if key not in self.made:
            self.made[key] = self._make(server, migrations, stage)
        return self.made[key]

    def _make(self, server: Server, migrations: tuple[Migration, ...], stage: Stage) -> Template:
        if stage is Stage.PENDING:
            url = server.create_database()
            create_legacy(url)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(HISTORY)
            with Runner(url, migrations) as runner:
                runner.prepare()
        else:
            earlier = ORDER[ORDER.index(stage) - 1]
            url = copy_of(server, self.at(server, migrations, earlier).name)
            with Runner(url, migrations) as runner:
                for migration in migrations:
                    runner.advance(migration.id, stage, skip_gates="a test does not wait")
        with psycopg.connect(url, autocommit=True) as connection:
            return _saved(connection)


def _saved(connection: psycopg.Connection[Row]) -> Template:
    """Keep a copy of every row beside its table."""
    connection.execute("DROP SCHEMA IF EXISTS saved CASCADE")
    connection.execute("CREATE SCHEMA saved")
    deletes, inserts = [], []
    for table, name, columns in connection.execute(TABLES_WITH_COLUMNS).fetchall():
        connection.execute(f"CREATE TABLE saved.{name} AS TABLE {table}")
        deletes.append(f"DELETE FROM {table};")
        inserts.append(f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM saved.{name};")
    # A replica fires no triggers and checks no foreign keys.
    alone = "BEGIN; SET LOCAL lock_timeout = '5s'; SET LOCAL session_replication_role = replica;"
    row = connection.execute(SCHEMA_OF).fetchone()
    assert row is not None
    return Template(name=connection.info.dbname, put_back="\n".join([alone, *deletes, *inserts, "COMMIT;"]), schema=row[0])


def copy_of(server: Server, template: str) -> str:
    """Create a copy of a database nobody is connected to; return its URL."""
    name = f"copy_{next(server.numbers)}"
    _wait_until_unused(server, template)
    server.admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log".encode())
    return server.url.replace("/postgres?", f"/{name}?")


def _wait_until_unused(server: Server, name: str) -> None:
    """A closed connection's process takes a moment to go."""
    deadline = time.monotonic() + PATIENCE_S
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend' LIMIT 1"
    while server.admin.execute(query, [name]).fetchone() is not None:
        assert time.monotonic() < deadline, f"someone is still connected to {name}"
        time.sleep(POLL_S)


MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def templates(servers: Callable[[str], Server]) -> Iterator[Templates]:
    """Give the prepared databases of this session."""
    del servers  # they stop after the connections kept here are closed
    found = Templates()
    yield found
    for worlds in found.free.values():
        for world in worlds:
            world.monitor.close()


@pytest.fixture
def make_world(server: Server, templates: Templates) -> Iterator[MakeWorld]:
    """Give a function that makes a world: ``make_world(stage, *migration numbers)``; without numbers all of them."""
    given: list[tuple[World, Stage]] = []

    def make(stage: Stage, *numbers: int) -> World:
        migrations = tuple(m for m in MIGRATIONS if not numbers or int(m.id[:3]) in numbers)
        given.append((templates.take(server, migrations, stage), stage))
        return given[-1][0]

    yield make
    for world, stage in given:
        templates.give_back(server, world, stage)


# -- mutants --------------------------------------------------------------------------------------------------------------

Mutant = Callable[[World], None]


def rewritten(function: str, old: str, new: str, *, after: str = "") -> Mutant:
    """Return the mutant that replaces ``old`` by ``new`` in a function of schema ``unnest``.

    Args:
        function: Its name, without the schema.
        old: Text that must be there; every occurrence is replaced.
        new: What takes its place.
        after: Text from whose first occurrence on it is replaced; empty: from the beginning.
    """

    def apply(world: World) -> None:
        text = str(world.value("SELECT pg_get_functiondef(p.oid) FROM pg_proc AS p WHERE p.proname = %s", function))
        start = text.index(after)
        world.undo.append(text)
        assert old in text[start:], f"{function} no longer holds {old!r}: this mutant proves nothing"
        world.run(text[:start] + text[start:].replace(old, new))

    return apply


def without(function: str, clause: str) -> Mutant:
    """Return the mutant that takes a clause out of a function."""
    return rewritten(function, clause, "")


def without_trigger(table: str, trigger: str) -> Mutant:
    """Return the mutant that lacks a trigger."""

    def apply(world: World) -> None:
        world.undo.append(str(world.value("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s", trigger)))
        world.run(f"DROP TRIGGER {trigger} ON {table}")

    return apply


def with_trigger(table: str, trigger: str, old: str, new: str) -> Mutant:
    """Return the mutant whose trigger is made from the same statement with ``old`` replaced, be it the name or the condition."""

    def apply(world: World) -> None:
        text = str(world.value("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s", trigger))
        assert old in text, f"{trigger} no longer holds {old!r}: this mutant proves nothing, see {text}"
        world.undo += [text, f"DROP TRIGGER {trigger.replace(old, new)} ON {table}"]
        world.run(f"DROP TRIGGER {trigger} ON {table}")
        world.run(text.replace(old, new))

    return apply


def with_and_without(make: Callable[[], World], race: Callable[[World], _Outcome], *mutants: Mutant) -> tuple[_Outcome, _Outcome]:
    """Return what comes of a race with the engine's own statements, and what comes of it with mutants in their place."""
    protected, unprotected = make(), make()
    for mutant in mutants:
        mutant(unprotected)
    return race(protected), race(unprotected)
