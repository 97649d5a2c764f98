"""The reader for threads.

In: a database, and the application's functions in both forms. Out: the right form at each stage.
"""

import functools
import operator
import random as random_module
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from unnest.errors import UsageError
from unnest.reader.beside import Beside, Job
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
from unnest.reader.watch import Connect, Watch, connect_by
from unnest.stages import Stage

P = ParamSpec("P")
T = TypeVar("T")


class Reader:
    """Knows the stage of every migration, and chooses between old and new form by it.

    It opens one connection, at the first question, and keeps it. In a process that has been forked it opens its own.

    Args:
        database: libpq connection string or URL; or a function that opens a psycopg connection, which the reader then closes.
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
        self._watch = Watch(connect_by(database), self._board, self._log, poll_s)
        self._beside = Beside(self._log, workers=workers, queue_size=queue_size)
        self._is_closed = False

    def close(self, timeout_s: float = 1.0) -> None:
        """Close the connection; candidates under way have ``timeout_s`` to end."""
        self._is_closed = True
        self._beside.close(timeout_s)
        self._watch.close()

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def stage(self, migration_id: str) -> Stage:
        """Return where a migration stands, without a query.

        A migration that the ledger does not know, or a database without a ledger, means ``Stage.PENDING``. While the database
        can't be reached the stage read last holds.

        Raises:
            StageUnknown: The stages have never been read yet, for as long as ``patience_s``.
            UsageError: The reader is closed.
        """
        if self._is_closed:
            raise UsageError(f'the reader was asked for the stage of "{migration_id}" after it had been closed')
        self._watch.ensure()
        if not self._board.is_loaded:
            self._board.wait(self._patience_s)
        return self._board.stage(migration_id)

    def choose(self, migration_id: str, *, old: Callable[P, T], new: Callable[P, T]) -> Callable[P, T]:
        """Return a function that calls ``new`` from dual_read on and ``old`` before; decided at each call.

        Args:
            migration_id: The migration.
            old: The form that uses the nested value.
            new: The form that uses the new tables.
        """

        @functools.wraps(old)
        def chosen(*args: P.args, **kwargs: P.kwargs) -> T:
            return (new if self.stage(migration_id) in NEW_FROM else old)(*args, **kwargs)

        return chosen

    def shadow(
        self,
        migration_id: str,
        *,
        old: Callable[P, T],
        new: Callable[P, T],
        rate: float,
        equal: Callable[[T, T], object] = operator.eq,
        on_difference: Callable[[ShadowRecord], object] | None = None,
        random: Callable[[], float] = random_module.random,
        timeout_s: float = TIMEOUT_S,
        name: str | None = None,
    ) -> Callable[P, T]:
        """Return a function that serves ``old``, and at backfill and dual_read runs ``new`` beside it and compares.

        From cleanup on it serves ``new`` alone, because what ``old`` reads is retired; before backfill ``old`` alone, because
        the new tables lack history. Candidates run in threads of their own: both forms must take their connection from a pool,
        not from the request, and should have a ``statement_timeout``. They must only read: each may run twice.

        Args:
            migration_id: The migration.
            old: The form that uses the nested value.
            new: The form that uses the new tables.
            rate: Share of the calls that are compared, 0 to 1.
            equal: Whether two results mean the same.
            on_difference: Told of each difference that holds when both forms are read again; called in a worker's thread.
            random: Gives numbers in [0, 1).
            timeout_s: How long a candidate may take before it is abandoned.
            name: Under which name it is counted; default: that of ``new``.

        Raises:
            UsageError: ``rate`` is no share, or ``timeout_s`` is not above 0.
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
        def served(*args: P.args, **kwargs: P.kwargs) -> T:
            serving = SERVING[self.stage(migration_id)]
            if serving is Serving.NEW:
                return new(*args, **kwargs)
            if serving is Serving.OLD or not comparison.is_drawn():
                return old(*args, **kwargs)
            started = time.perf_counter()
            result = old(*args, **kwargs)
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

    def wait_idle(self, timeout_s: float) -> bool:
        """Wait until no candidate is under way; return whether that came about in time."""
        return self._log.wait_idle(timeout_s)
