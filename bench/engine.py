"""The engine under the meter: a move, measured step by step.

In: a database with legacy tables, and a case. Out: the cost of each step of the move from dual_write to backfill.
"""

from dataclasses import dataclass, field

from sqlalchemy.schema import CreateIndex, CreateTable

from bench.cases import Case
from bench.databases import execute, scalar, settled
from bench.meter import Connection, Cost, Meter, backend
from unnest.mapping.base import Output
from unnest.migration import Migration
from unnest.runner import Runner
from unnest.runner.report import Progress
from unnest.script.expand import bare
from unnest.sql import table_name, text
from unnest.stages import Stage, Step

REASON = "benchmark"
_NOT_BACKFILL = (Step.VERIFY.value, "before")


@dataclass(slots=True, kw_only=True)
class Steps:
    """A listener of a runner that reads the clocks whenever a step begins."""

    costs: dict[str, Cost] = field(default_factory=dict)
    meter: Meter | None = None
    step: str = "before"

    def __call__(self, progress: Progress) -> None:
        """Close the account of one step and open that of the next."""
        if self.meter and not progress.part and not progress.note:
            self.close()
            self.step = progress.step

    def watch(self, connection: Connection) -> None:
        """Begin."""
        self.meter = Meter(backend(connection))
        self.meter.start = self.meter.read()

    def close(self) -> None:
        """Book what has passed since the last reading."""
        assert self.meter is not None
        now = self.meter.read()
        self.costs[self.step] = self.costs.get(self.step, Cost()) + (now - self.meter.start)
        self.meter.start = now

    @property
    def backfill(self) -> Cost:
        """The whole move but its verification."""
        return sum((cost for step, cost in self.costs.items() if step not in _NOT_BACKFILL), Cost())


def backfill(url: str, case: Case) -> Steps:
    """Take a migration from pending to backfill and measure the last move."""
    steps = Steps()
    with Runner(url, [case.migration], report=steps) as runner:
        runner.advance(case.migration.id, Stage.DUAL_WRITE, skip_gates=REASON)
        settled(runner.session.connection)
        steps.watch(runner.session.connection)
        runner.advance(case.migration.id, Stage.BACKFILL, skip_gates=REASON)
        steps.close()
    return steps


def advance(url: str, migrations: tuple[Migration, ...], stage: Stage) -> None:
    """Move migrations to a stage."""
    with Runner(url, migrations) as runner:
        for migration in migrations:
            runner.advance(migration.id, stage, skip_gates=REASON)


def forget(connection: Connection, case: Case) -> None:
    """Remove what the engine and the other methods have made, triggers included."""
    execute(connection, "DROP SCHEMA IF EXISTS unnest CASCADE")
    for output in case.mapping.targets:
        execute(connection, f"DROP TABLE IF EXISTS {table_name(output.table)}")
    settled(connection)


def prepare(url: str, case: Case) -> None:
    """Make the functions that E calls."""
    with Runner(url, [case.migration]) as runner:
        runner.prepare()


def create_full(connection: Connection, output: Output) -> None:
    """Create a new table with every constraint and index it is declared with."""
    execute(connection, text(CreateTable(output.table)))
    for index in sorted(output.table.indexes, key=lambda i: str(i.name)):
        execute(connection, text(CreateIndex(index)))


def create_bare(connection: Connection, output: Output) -> None:
    """Create a new table with the key that ON CONFLICT needs, as the engine does."""
    execute(connection, text(CreateTable(bare(output))))


def count_rows(connection: Connection, case: Case) -> int:
    """Count what was copied."""
    return sum(scalar(connection, f"SELECT count(*) FROM {table_name(o.table)}") for o in case.mapping.targets)
