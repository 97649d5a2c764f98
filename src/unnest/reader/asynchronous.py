"""The reader for asyncio.

In: a database, and the application's coroutine functions in both forms. Out: the right form at each stage.
"""

import functools
import operator
import random as random_module
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from unnest.errors import UsageError
from unnest.reader.beside_async import AsyncBeside, Job
from unnest.reader.board import NEW_FROM, POLL_S, SERVING, Board, Serving
from unnest.reader.shadow import (
    QUEUE_SIZE,
    TIMEOUT_S,
    WORKERS,
    Comparison,
    Counters,
    ShadowLog,
    ShadowRecord,
    name_of,
)
from unnest.reader.watch_async import AsyncWatch, Connect, connect_by
from unnest.stages import Stage

P = ParamSpec("P")
T = TypeVar("T")


class AsyncReader:
    """``Reader`` for asyncio: one for each event loop.

    Args:
        database: libpq connection string or URL; or a coroutine function that opens an asynchronous psycopg connection, which
            the reader then closes.
        poll_s: How often the stages are read although no change was heard.
        patience_s: How long the first question waits for the stages.
        workers: How many candidates of shadow reads run at once.
        queue_size: How many candidates wait; further ones are dropped, and counted.
        store: Whether shadow records are also written to table ``unnest.shadow``.
        describe: Makes text of arguments and results, for shadow records.
    """

    def __init__(
        self,
        database: str | Connect,
        *,
        poll_s: float = POLL_S,
        patience_s: float = 10.0,
        workers: int = WORKERS,
        queue_size: int = QUEUE_SIZE,
        store: bool = False,
        describe: Callable[[object], str] = repr,
    ) -> None:
        self._board, self._patience_s, self._describe = Board(), patience_s, describe
        self._log = ShadowLog(store=store)
        self._watch = AsyncWatch(connect_by(database), self._board, self._log, poll_s)
        self._beside = AsyncBeside(self._log, workers=workers, queue_size=queue_size)
        self._is_closed = False

    async def close(self, timeout_s: float = 1.0) -> None:
        """Close the connection; candidates under way have ``timeout_s`` to end."""
        self._is_closed = True
        await self._beside.close(timeout_s)
        await self._watch.close()

    async def __aenter__(self) -> "AsyncReader":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def stage(self, migration_id: str) -> Stage:
        """Return where a migration stands, without a query; see ``Reader.stage``.

        Raises:
            StageUnknown: The stages have never been read yet, for as long as ``patience_s``.
            UsageError: The reader is closed.
        """
        if self._is_closed:
            raise UsageError(f'the reader was asked for the stage of "{migration_id}" after it had been closed')
        self._watch.ensure()
        if not self._board.is_loaded:
            await self._watch.wait(self._patience_s)
        return self._board.stage(migration_id)

    def choose(
        self, migration_id: str, *, old: Callable[P, Awaitable[T]], new: Callable[P, Awaitable[T]]
    ) -> Callable[P, Coroutine[Any, Any, T]]:
        """Return a coroutine function that calls ``new`` from dual_read on and ``old`` before; decided at each call."""

        @functools.wraps(old)
        async def chosen(*args: P.args, **kwargs: P.kwargs) -> T:
            return await (new if await self.stage(migration_id) in NEW_FROM else old)(*args, **kwargs)

        return chosen

    def shadow(
        self,
        migration_id: str,
        *,
        old: Callable[P, Awaitable[T]],
        new: Callable[P, Awaitable[T]],
        rate: float,
        equal: Callable[[T, T], object] = operator.eq,
        on_difference: Callable[[ShadowRecord], object] | None = None,
        random: Callable[[], float] = random_module.random,
        timeout_s: float = TIMEOUT_S,
        name: str | None = None,
    ) -> Callable[P, Coroutine[Any, Any, T]]:
        """Return a coroutine function that serves ``old``, and at backfill and dual_read runs ``new`` beside it and compares.

        Arguments and rules are those of ``Reader.shadow``; candidates run as tasks, and are cancelled when they take too long.
        """
        comparison = Comparison(
            migration=migration_id,
            name=name_of(new, name),
            rate=rate,
            equal=equal,
            on_difference=on_difference,
            random=random,
            timeout_s=timeout_s,
            describe=self._describe,
        )

        @functools.wraps(old)
        async def served(*args: P.args, **kwargs: P.kwargs) -> T:
            serving = SERVING[await self.stage(migration_id)]
            if serving is Serving.NEW:
                return await new(*args, **kwargs)
            if serving is Serving.OLD or not comparison.is_drawn():
                return await old(*args, **kwargs)
            started = time.perf_counter()
            result = await old(*args, **kwargs)
            self._beside.submit(
                Job(
                    comparison=comparison,
                    served=result,
                    served_ms=(time.perf_counter() - started) * 1000,
                    serve=functools.partial(old, *args, **kwargs),
                    candidate=functools.partial(new, *args, **kwargs),
                    arguments=(args, kwargs),
                )
            )
            return result

        return served

    def records(self) -> list[ShadowRecord]:
        """Return the shadow reads that were not equal, oldest first; the newest thousand."""
        return self._log.records()

    def counters(self) -> dict[tuple[str, str], Counters]:
        """Return what became of all shadow reads, by (migration id, name)."""
        return self._log.counters()

    async def wait_idle(self, timeout_s: float) -> bool:
        """Wait until no candidate is under way; return whether that came about in time."""
        return await self._beside.wait_idle(timeout_s)
