"""A server for the benchmarks, and databases on it.

In: which server. Out: databases, empty or copied from another, in which a backend's CPU time is all there is.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.meter import Connection
from unnest import embedded
from unnest.errors import UsageError

SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
}
"""As safe as a production server; checkpoints happen where the benchmarks ask for them."""

# A parallel worker's time would not show in its leader's.
_SERIAL = ("max_parallel_workers_per_gather", "max_parallel_maintenance_workers")


@dataclass(slots=True, kw_only=True)
class Databases:
    """The databases of one server."""

    url: str
    version: str
    admin: Connection
    made: list[str] = field(default_factory=list)

    def create(self, name: str, template: str = "template0") -> str:
        """Create a database, as a copy of ``template``, and return its URL."""
        self.drop(name)
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        for setting in _SERIAL:
            self._run(f"ALTER DATABASE {name} SET {setting} = 0")
        self.made.append(name)
        return self.url_of(name)

    def url_of(self, name: str) -> str:
        """Return the URL of a database."""
        return self.url.replace("/postgres?", f"/{name}?")

    def drop(self, name: str) -> None:
        """Drop a database if it is there."""
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def drop_all(self) -> None:
        """Drop what was created."""
        while self.made:
            self.drop(self.made.pop())

    def _run(self, statement: str) -> None:
        self.admin.execute(statement)


def connect(url: str) -> Connection:
    """Open a connection as an application does; every statement is a transaction of its own."""
    return psycopg.connect(url, autocommit=True, application_name="bench")


def execute(connection: Connection, statement: str) -> psycopg.Cursor[tuple[object, ...]]:
    """Execute a statement that the benchmarks wrote."""
    return connection.execute(statement)


def scalar(connection: Connection, query: str) -> int:
    """Return the only number of a query."""
    row = execute(connection, query).fetchone()
    assert row is not None
    return int(str(row[0]))


_TABLES = "SELECT relid::regclass::text FROM pg_stat_user_tables"
"""The catalogs stay as they are: to vacuum them takes longer than a small benchmark."""


def settled(connection: Connection) -> None:
    """Leave nothing of what was done before to be paid for by what comes next."""
    tables = execute(connection, _TABLES).fetchall()
    execute(connection, f"VACUUM (ANALYZE) {', '.join(str(table) for (table,) in tables)}")
    execute(connection, "CHECKPOINT")


def system_programs() -> Path:
    """Return the directory of the operating system's newest server programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    if not found:
        raise UsageError("no server programs in /usr/lib/postgresql; install them with: make postgres")
    return found[-1].parent


@contextmanager
def server(kind: str, *, durable: bool = True) -> Iterator[Databases]:
    """Run a server: ``embedded``, or ``debian`` for the operating system's; without ``durable`` it waits for no disk."""
    home = Path(tempfile.mkdtemp(prefix="unnest-bench-"))
    programs = system_programs() if kind == "debian" else None
    try:
        running = embedded.start(home, settings=SETTINGS | ({} if durable else {"fsync": "off"}), programs=programs)
        with psycopg.connect(running.url, autocommit=True) as admin:
            row = admin.execute("SHOW server_version").fetchone()
            assert row is not None
            yield Databases(url=running.url, version=str(row[0]), admin=admin)
    finally:
        embedded.stop(home)
        shutil.rmtree(home, ignore_errors=True)
