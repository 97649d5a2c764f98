"""What work costs: wall time beside CPU time of the server's process and of this one.

In: connections. Out: ``Cost``. Other processes of the server (WAL writer, checkpointer, autovacuum) are not counted, and
parallel workers are switched off in every database of the benchmarks, so that a backend's own time is all of it.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

TICKS = os.sysconf("SC_CLK_TCK")
Connection = psycopg.Connection[Any]


def cpu_of(process: int) -> float:
    """Return the seconds a process has run: in nanoseconds where the kernel says so, else in ticks."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    except FileNotFoundError:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def backend(connection: Connection) -> int:
    """Return the process number of a connection's backend."""
    return connection.info.backend_pid


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds of wall time, of the server's CPU, and of this process's CPU."""

    wall_s: float = 0.0
    server_s: float = 0.0
    client_s: float = 0.0

    @property
    def cpu_s(self) -> float:
        """CPU of both sides."""
        return self.server_s + self.client_s

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            wall_s=self.wall_s + other.wall_s, server_s=self.server_s + other.server_s, client_s=self.client_s + other.client_s
        )

    def __sub__(self, other: "Cost") -> "Cost":
        return self + other.times(-1)

    def times(self, factor: float) -> "Cost":
        """Return this cost for so many times the work."""
        return Cost(wall_s=self.wall_s * factor, server_s=self.server_s * factor, client_s=self.client_s * factor)


@dataclass(slots=True)
class Meter:
    """A clock that is read twice; ``cost`` is what lies between."""

    process: int
    start: Cost = field(default_factory=Cost)
    cost: Cost = field(default_factory=Cost)

    def read(self) -> Cost:
        """Return what the clocks show."""
        return Cost(wall_s=time.perf_counter(), server_s=cpu_of(self.process), client_s=time.process_time())


@contextmanager
def metered(connection: Connection) -> Iterator[Meter]:
    """Measure what happens on a connection."""
    meter = Meter(backend(connection))
    meter.start = meter.read()
    yield meter
    meter.cost = meter.read() - meter.start


def cost_of(connection: Connection, work: Callable[[], object]) -> Cost:
    """Measure one piece of work."""
    with metered(connection) as meter:
        work()
    return meter.cost


def median(costs: Sequence[Cost]) -> Cost:
    """Return the medians of several costs, each measure for itself."""
    return Cost(
        wall_s=statistics.median(c.wall_s for c in costs),
        server_s=statistics.median(c.server_s for c in costs),
        client_s=statistics.median(c.client_s for c in costs),
    )
