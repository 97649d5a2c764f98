"""Candidates of shadow reads, beside the tasks that serve: ``unnest.reader.beside`` for asyncio.

In: jobs. Out: records in a log. A candidate that blocks the event loop can't be kept from the caller; one that only waits can.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from unnest.reader.shadow import Comparison, Outcome, ShadowLog, ShadowRecord, tell

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Generic[T]):
    """A served read whose candidate is to run.

    Attributes:
        comparison: How to compare.
        served: What was served.
        served_ms: How long that took.
        serve: Reads the served form again.
        candidate: Reads the other form.
        arguments: Of the call, for the record.
    """

    comparison: Comparison[T]
    served: T
    served_ms: float
    serve: Callable[[], Awaitable[T]]
    candidate: Callable[[], Awaitable[T]]
    arguments: object


async def judge(job: Job[T]) -> ShadowRecord:
    """Run the candidate and compare; a difference is looked at twice, because a write may have come in between."""
    comparison, started = job.comparison, time.perf_counter()
    try:
        candidate = await job.candidate()
        candidate_ms = (time.perf_counter() - started) * 1000
        served = job.served
        if comparison.equal(served, candidate):
            return comparison.record(Outcome.EQUAL, job.served_ms, candidate_ms)
        served, candidate = await job.serve(), await job.candidate()
        outcome = Outcome.MOVED if comparison.equal(served, candidate) else Outcome.DIFFERENT
        values = {"arguments": job.arguments, "served": served, "candidate": candidate}
        return comparison.record(outcome, job.served_ms, candidate_ms, **values)
    except (Exception, SystemExit) as error:  # SystemExit would end the event loop
        return comparison.record(Outcome.FAILED, job.served_ms, arguments=job.arguments, served=job.served, candidate=error)


class AsyncBeside:
    """Runs candidates as tasks.

    Args:
        log: Keeps the records.
        workers: How many candidates run at once.
        queue_size: How many wait; further ones are dropped.
    """

    def __init__(self, log: ShadowLog, *, workers: int, queue_size: int) -> None:
        self._log, self._room = log, workers + queue_size
        self._turn = asyncio.Semaphore(workers)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def submit(self, job: Job[Any]) -> None:
        """Start a task for a job, or drop it; never wait."""
        if self._is_closed or len(self._tasks) >= self._room:
            self._log.add(job.comparison.record(Outcome.DROPPED, job.served_ms))
            return
        task = asyncio.create_task(self._carry_out(job), name="unnest shadow")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def wait_idle(self, timeout_s: float) -> bool:
        """Wait until no candidate is under way; return whether that came about in time."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout_s)
        return not self._tasks

    async def close(self, timeout_s: float) -> None:
        """Let candidates under way end, for so long; then cancel them."""
        self._is_closed = True
        await self.wait_idle(timeout_s)
        for task in self._tasks:
            task.cancel()

    async def _carry_out(self, job: Job[Any]) -> None:
        async with self._turn:
            task = asyncio.create_task(judge(job), name="unnest candidate")
            try:
                done, _ = await asyncio.wait({task}, timeout=job.comparison.timeout_s)
            finally:
                task.cancel()  # of no effect once it is done
            tell(job.comparison, self._log, _record_of(task, job) if done else _timed_out(job))


def _record_of(task: asyncio.Task[ShadowRecord], job: Job[Any]) -> ShadowRecord:
    """Return a task's record; a candidate that cancels itself has failed."""
    if task.cancelled():
        return job.comparison.record(Outcome.FAILED, job.served_ms, arguments=job.arguments, candidate="cancelled")
    return task.result()


def _timed_out(job: Job[Any]) -> ShadowRecord:
    return job.comparison.record(Outcome.TIMED_OUT, job.served_ms, arguments=job.arguments)
