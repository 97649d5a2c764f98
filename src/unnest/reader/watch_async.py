"""A task that keeps a board fresh: the watch for asyncio.

In: connections. Out: a board that follows the ledger within a second, in the way of ``unnest.reader.watch``.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg

from unnest import ledger
from unnest.reader.board import SLICE_S, Board, line_settings, logger, pause_s
from unnest.reader.shadow import ShadowLog

Connection = psycopg.AsyncConnection[Any]
Connect = Callable[[], Awaitable[Connection]]


def connect_by(database: str | Connect) -> Connect:
    """Return a function that opens a connection; those of a caller's own are switched to autocommit."""

    async def connect() -> Connection:
        if isinstance(database, str):
            return await psycopg.AsyncConnection.connect(**line_settings(database), autocommit=True)
        connection = await database()
        await connection.set_autocommit(True)
        return connection

    return connect


class AsyncWatch:
    """Follows the ledger until it is closed.

    Args:
        connect: Opens a connection.
        board: What it keeps fresh.
        log: Whose records it stores.
        poll_s: How often the ledger is read although nothing was heard.
    """

    def __init__(self, connect: Connect, board: Board, log: ShadowLog, poll_s: float) -> None:
        self._connect, self._board, self._log, self._poll_s = connect, board, log, poll_s
        self._loaded = asyncio.Event()
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def ensure(self) -> None:
        """Start the task where it does not run."""
        if not self._stop.is_set() and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run(), name="unnest reader")

    async def wait(self, timeout_s: float) -> None:
        """Wait until the stages have been read once, or the time is over."""
        try:
            await asyncio.wait_for(self._loaded.wait(), timeout_s)
        except TimeoutError:
            return

    async def close(self) -> None:
        """End the task; records that wait are stored first."""
        self._stop.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=self._poll_s)
            self._task.cancel()

    async def _run(self) -> None:
        attempt = 0
        while not self._stop.is_set():
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {ledger.CHANNEL}")
                    await self._read(connection)
                    attempt = 0
                    await self._follow(connection)
            except Exception as error:  # also what a caller's own connect raises: this task must not end
                self._board.lose(error)
            await self._pause(pause_s(attempt, self._poll_s, random.random()))
            attempt += 1

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return

    async def _follow(self, connection: Connection) -> None:
        due = time.monotonic() + self._poll_s
        while not self._stop.is_set():
            # What was heard only says that something changed: the ledger itself is never older than the message.
            is_heard = any([message async for message in connection.notifies(timeout=SLICE_S, stop_after=1)])
            await store(connection, self._log)
            if is_heard or time.monotonic() >= due:
                await self._read(connection)
                due = time.monotonic() + self._poll_s
        await store(connection, self._log)

    async def _read(self, connection: Connection) -> None:
        row = await (await connection.execute(ledger.EXISTS)).fetchone()
        has_ledger = bool(row and row[0])
        self._board.put(dict(await (await connection.execute(ledger.STAGES)).fetchall()) if has_ledger else {})
        self._loaded.set()


async def store(connection: Connection, log: ShadowLog) -> None:
    """Write shadow records to the ledger; where that fails they are given up, because reads matter more."""
    rows = log.take()
    if not rows:
        return
    try:
        async with connection.cursor() as cursor:
            await cursor.executemany(ledger.SHADOW_INSERT, rows)
    except psycopg.Error as error:
        logger.warning("%s shadow records could not be stored: %s", len(rows), error)
        if connection.broken:
            raise
