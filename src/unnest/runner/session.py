"""One connection of a runner: short locks with retry, statements by name, transactions that are tried again.

In: statements of the script. Out: their effects. Nothing waits for a lock longer than half a second: a waiting DDL statement
queues every writer behind it.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import errors as pg

from unnest import naming
from unnest.errors import Retryable
from unnest.script.statement import Statement

LOCK_TIMEOUT_MS = 500
NEXT_LOCK_TIMEOUT_MS = 200
ATTEMPTS = 240
_RETRIED = (pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure)
_Result = TypeVar("_Result")
Connection = psycopg.Connection[Any]


def connect(url: str, application: str = "unnest") -> Connection:
    """Open a connection as a runner needs it.

    Args:
        url: libpq connection string or URL.
        application: Name shown in ``pg_stat_activity``.
    """
    connection = psycopg.connect(url, autocommit=True, application_name=application)
    for setting, value in (
        ("lock_timeout", f"{LOCK_TIMEOUT_MS}ms"),
        ("client_connection_check_interval", "1s"),  # a killed runner's long statement ends with it
        ("idle_in_transaction_session_timeout", "5min"),
        ("jit", "off"),  # compiling a batch's statements takes many times longer than running them
        ("default_transaction_isolation", "read committed"),  # a batch reads in a second statement what it has locked
        ("search_path", "public"),
        ("timezone", "UTC"),
    ):
        connection.execute("SELECT set_config(%s, %s, false)", [setting, value])
    return connection


def pause_s(attempt: int) -> float:
    """Return how long to wait before the next attempt: growing to two seconds, with jitter."""
    return float(min(2.0, 0.05 * 2 ** min(attempt, 6)) * (0.5 + random.random()))


@dataclass(slots=True, kw_only=True)
class Session:
    """A connection and what has been executed on it.

    Attributes:
        connection: In autocommit mode.
        executed: Names of the statements executed, in order.
        notice: Told when a lock could not be had.
    """

    connection: Connection
    notice: Callable[[str], None] = lambda _: None
    executed: list[str] = field(default_factory=list)

    def execute(self, statement: Statement) -> None:
        """Execute one statement of the script, without retry."""
        self.connection.execute(statement.sql)
        self.executed.append(statement.name)

    def retrying(self, what: str, work: Callable[[], _Result]) -> _Result:
        """Run ``work`` in a transaction until its locks are had.

        Raises:
            Retryable: They could not be had in about six minutes; the message names who holds them.
        """
        for attempt in range(ATTEMPTS):
            try:
                with self.connection.transaction():
                    return work()
            except _RETRIED as error:
                self.notice(f"{what}: {type(error).__name__}, trying again (attempt {attempt + 1})")
                time.sleep(pause_s(attempt))
        raise Retryable(f'"{what}": no lock in {ATTEMPTS} attempts; {self._blockers()}; run the same command again')

    def together(
        self,
        what: str,
        statements: list[Statement],
        also: Callable[[], None] = lambda: None,
        rank: Callable[[str], int] = lambda _: 0,
    ) -> None:
        """Execute statements in one transaction, locking first every table on which they need a lock.

        Args:
            what: For messages.
            statements: What to execute.
            also: What else belongs to the transaction.
            rank: In which order tables are locked: as writers go, from the referred to the referring, or both stand still
                half-way. While one lock is held, the next is waited for only briefly.
        """
        tables = sorted({table for statement in statements for table in statement.locks}, key=lambda t: (rank(t), t))

        def work() -> None:
            for number, table in enumerate(t for t in tables if self._scalar("SELECT to_regclass(%s) IS NOT NULL", t)):
                wait_ms = LOCK_TIMEOUT_MS if number == 0 else NEXT_LOCK_TIMEOUT_MS
                self.connection.execute("SELECT set_config('lock_timeout', %s, true)", [f"{wait_ms}ms"])
                self.connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            self.connection.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT_MS}ms"])
            self.connection.execute("SELECT set_config(%s, 'on', true)", [naming.ENGINE_SETTING])
            for statement in statements:
                if not self.is_done(statement):
                    self.execute(statement)
            also()

        self.retrying(what, work)

    def one_by_one(self, statements: list[Statement]) -> None:
        """Execute statements each in a transaction of its own, or outside any where they demand it."""
        for statement in statements:
            if self.is_done(statement):
                continue
            if statement.alone:
                self._alone(statement)
            else:
                self.retrying(statement.name, lambda statement=statement: self.execute(statement))  # type: ignore[misc]

    def _alone(self, statement: Statement) -> None:
        for attempt in range(ATTEMPTS):
            try:
                if statement.undo:
                    self.connection.execute(statement.undo)
                self.execute(statement)
                return
            except _RETRIED as error:
                self.notice(f"{statement.name}: {type(error).__name__}, trying again (attempt {attempt + 1})")
                time.sleep(pause_s(attempt))
        raise Retryable(f'"{statement.name}": no lock in {ATTEMPTS} attempts; {self._blockers()}; run the same command again')

    def is_done(self, statement: Statement) -> bool:
        """Return whether a statement's work is there already."""
        return bool(statement.unless) and self.connection.execute(statement.unless).fetchone() is not None

    def _scalar(self, query: LiteralString, *arguments: Any) -> Any:
        row = self.connection.execute(query, arguments).fetchone()
        return row[0] if row else None

    def _blockers(self) -> str:
        found = self.connection.execute(
            "SELECT pid, coalesce(nullif(application_name, ''), usename, '?'), now() - xact_start FROM pg_stat_activity "
            "WHERE xact_start < now() - interval '1 second' AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT 3"
        ).fetchall()
        listed = "; ".join(f'process {pid} ("{name}") in a transaction for {age}' for pid, name, age in found)
        return f"open transactions: {listed}" if listed else "no long transaction was seen"
