"""Work in a process of its own, so that its memory is its own too.

In: work on a connection, as something that can be sent to a process. Out: ``Trial``: its cost and its peak of memory.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from bench.databases import connect
from bench.meter import Connection, Cost, cost_of

Work = Callable[[Connection], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What work cost, the memory the process held before it, and the most it held; libraries are part of both."""

    cost: Cost
    start_mb: float
    peak_mb: float


def alone(work: Work, url: str) -> Trial:
    """Do work on a connection of a new process."""
    # Spawned, not forked: a fork begins with the memory of its parent.
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_tried, work, url).result()


def _tried(work: Work, url: str) -> Trial:
    with connect(url) as connection:
        start_mb = _peak_mb()
        cost = cost_of(connection, lambda: work(connection))
    return Trial(cost=cost, start_mb=start_mb, peak_mb=_peak_mb())


def _peak_mb() -> float:
    """Return the high-water mark of resident memory; getrusage's would count what the process was before its start."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
