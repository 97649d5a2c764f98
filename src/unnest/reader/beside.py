"""Candidates of shadow reads, beside the threads that serve.

In: jobs. Out: records in a log. A job waits in a bounded queue; a supervisor gives each a thread of its own, which can be
abandoned when it hangs. Nothing that a candidate does reaches the caller.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Full, Queue
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
    serve: Callable[[], T]
    candidate: Callable[[], T]
    arguments: object


def judge(job: Job[T]) -> ShadowRecord:
    """Run the candidate and compare; a difference is looked at twice, because a write may have come in between."""
    comparison, started = job.comparison, time.perf_counter()
    try:
        candidate = job.candidate()
        candidate_ms = (time.perf_counter() - started) * 1000
        served = job.served
        if comparison.equal(served, candidate):
            return comparison.record(Outcome.EQUAL, job.served_ms, candidate_ms)
        served, candidate = job.serve(), job.candidate()
        outcome = Outcome.MOVED if comparison.equal(served, candidate) else Outcome.DIFFERENT
        values = {"arguments": job.arguments, "served": served, "candidate": candidate}
        return comparison.record(outcome, job.served_ms, candidate_ms, **values)
    except BaseException as error:  # SystemExit of a candidate must end nothing either
        return comparison.record(Outcome.FAILED, job.served_ms, arguments=job.arguments, served=job.served, candidate=error)


class Beside:
    """Runs candidates.

    Args:
        log: Keeps the records.
        workers: How many candidates run at once.
        queue_size: How many wait; further ones are dropped.
    """

    def __init__(self, log: ShadowLog, *, workers: int, queue_size: int) -> None:
        self._log, self._workers = log, workers
        self._jobs: Queue[Job[Any] | None] = Queue(queue_size)
        self._lock = threading.Lock()
        self._supervisors: list[threading.Thread] = []
        self._abandoned: list[threading.Thread] = []
        self._is_closed = False

    def submit(self, job: Job[Any]) -> None:
        """Queue a job, or drop it; never wait."""
        self._ensure()
        self._log.begin()
        try:
            if self._is_closed or self._is_stuck():
                raise Full
            self._jobs.put_nowait(job)
        except Full:
            self._log.add(job.comparison.record(Outcome.DROPPED, job.served_ms))
            self._log.end()

    def _is_stuck(self) -> bool:
        """Return whether so many candidates hang that starting more would only pile up threads."""
        with self._lock:
            self._abandoned = [thread for thread in self._abandoned if thread.is_alive()]
            return len(self._abandoned) >= 2 * self._workers

    def _ensure(self) -> None:
        if self._supervisors and all(thread.is_alive() for thread in self._supervisors):
            return
        with self._lock:
            self._supervisors = [thread for thread in self._supervisors if thread.is_alive()]
            for _ in range(self._workers - len(self._supervisors)):
                thread = threading.Thread(target=self._supervise, name="unnest shadow", daemon=True)
                self._supervisors.append(thread)
                thread.start()

    def close(self, timeout_s: float) -> None:
        """Let candidates under way end, for so long; then forget them."""
        self._is_closed = True
        self._log.wait_idle(timeout_s)
        for _ in self._supervisors:
            try:
                self._jobs.put_nowait(None)
            except Full:
                break

    def _supervise(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                self._carry_out(job)
            finally:
                self._log.end()

    def _carry_out(self, job: Job[Any]) -> None:
        found: list[ShadowRecord] = []
        thread = threading.Thread(target=lambda: found.append(judge(job)), name="unnest candidate", daemon=True)
        thread.start()
        thread.join(job.comparison.timeout_s)
        if not found:
            with self._lock:
                self._abandoned.append(thread)
            found = [job.comparison.record(Outcome.TIMED_OUT, job.served_ms, arguments=job.arguments)]
        tell(job.comparison, self._log, found[0])
