"""A background thread that keeps a board fresh.

In: connections. Out: a board that follows the ledger within a second. The thread hears ``NOTIFY`` and reads the ledger again each
time; when its connection is lost it connects again, and every attempt reads the ledger too.
"""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg

from unnest import ledger
from unnest.reader.board import SLICE_S, Board, line_settings, logger, pause_s
from unnest.reader.shadow import ShadowLog

Connection = psycopg.Connection[Any]
Connect = Callable[[], Connection]


def connect_by(database: str | Connect) -> Connect:
    """Return a function that opens a connection; those of a caller's own are switched to autocommit."""

    def connect() -> Connection:
        if isinstance(database, str):
            return psycopg.connect(**line_settings(database), autocommit=True)
        connection = database()
        connection.autocommit = True
        return connection

    return connect


class Watch:
    """Follows the ledger until it is closed.

    Args:
        connect: Opens a connection.
        board: What it keeps fresh.
        log: Whose records it stores.
        poll_s: How often the ledger is read although nothing was heard.
    """

    def __init__(self, connect: Connect, board: Board, log: ShadowLog, poll_s: float) -> None:
        self._connect, self._board, self._log, self._poll_s = connect, board, log, poll_s
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def ensure(self) -> None:
        """Start the thread where it does not run: at the first question, and in a process that has been forked since."""
        if self._thread is not None and self._thread.is_alive():
            return
        with self._lock:
            if not self._stop.is_set() and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, name="unnest reader", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread; records that wait are stored first."""
        with self._lock:
            self._stop.set()
        if self._thread is not None:
            self._thread.join(self._poll_s)

    def _run(self) -> None:
        attempt = 0
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    self._listen(connection)
                    attempt = 0
                    self._follow(connection)
            except Exception as error:  # also what a caller's own connect raises: this thread must not end
                self._board.lose(error)
            self._stop.wait(pause_s(attempt, self._poll_s, random.random()))
            attempt += 1

    def _listen(self, connection: Connection) -> None:
        connection.execute(f"LISTEN {ledger.CHANNEL}")
        self._read(connection)

    def _follow(self, connection: Connection) -> None:
        due = time.monotonic() + self._poll_s
        while not self._stop.is_set():
            # What was heard only says that something changed: the ledger itself is never older than the message.
            is_heard = any([*connection.notifies(timeout=SLICE_S, stop_after=1)])
            store(connection, self._log)
            if is_heard or time.monotonic() >= due:
                self._read(connection)
                due = time.monotonic() + self._poll_s
        store(connection, self._log)

    def _read(self, connection: Connection) -> None:
        row = connection.execute(ledger.EXISTS).fetchone()
        has_ledger = bool(row and row[0])
        self._board.put(dict(connection.execute(ledger.STAGES).fetchall()) if has_ledger else {})


def store(connection: Connection, log: ShadowLog) -> None:
    """Write shadow records to the ledger; where that fails they are given up, because reads matter more."""
    rows = log.take()
    if not rows:
        return
    try:
        with connection.cursor() as cursor:
            cursor.executemany(ledger.SHADOW_INSERT, rows)
    except psycopg.Error as error:
        logger.warning("%s shadow records could not be stored: %s", len(rows), error)
        if connection.broken:
            raise
