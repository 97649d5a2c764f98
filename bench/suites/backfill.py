"""Backfill: the engine against one INSERT .. SELECT, against the same by hand, row by row, and a touch of every row.

In: an empty server. Out: CPU for each row, by method and size. All methods of a round run one after the other in random order,
on the same legacy tables, each after a VACUUM and a checkpoint.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.cases import CASES, Case
from bench.databases import Databases, connect, execute, settled
from bench.engine import backfill, count_rows, create_bare, create_full, forget, prepare
from bench.meter import Connection, Cost, cost_of, median
from bench.methods import harden_at_once, insert_of_e, row_by_row, touch_all
from bench.results import Aim, Result, Table, at_least
from bench.sizes import Sizes
from bench.worlds import create_legacy

METHOD = """\
Every method fills the same table from the same legacy rows; the engine goes through `Runner.advance` with triggers armed,
batches, accounting, findings, indexes `CONCURRENTLY`, constraints `NOT VALID` then `VALIDATE`. What it spends on verification
is left out here and shown below with its other steps. The base (1.00) is **one** `INSERT .. SELECT` of the engine's own E into
the finished table, with all its constraints and indexes; it stops for nothing, can't be resumed, and keeps no residue. "By
hand" is the same with plain operators, without any test of shapes: it fails on the first malformed element. "Indexes after"
fills a bare table and builds everything at the end: the limit of what is possible. Row by row (an existence check and an
insert, one round trip each, as the application's own migration scripts worked) and the touch of every row through the forward
trigger are measured on a subset. x = CPU of the base for each row / CPU of the method for each row, of both sides."""
BASE, ENGINE, ROWS, TOUCH = "INSERT .. SELECT of E (base)", "engine, with hardening", "row by row", "touch through the trigger"


@dataclass(slots=True, kw_only=True)
class Run:
    """What one method cost, time after time."""

    rows: int = 0
    costs: list[Cost] = field(default_factory=list)

    @property
    def each(self) -> Cost:
        """The median cost of a row."""
        return median(self.costs).times(1 / max(1, self.rows))


@dataclass(slots=True, kw_only=True)
class Bench:
    """One case at one size."""

    case: Case
    url: str
    connection: Connection
    subset: int
    runs: dict[str, Run] = field(default_factory=dict)
    steps: list[dict[str, Cost]] = field(default_factory=list)

    def methods(self) -> dict[str, Callable[[], Cost]]:
        """Return the methods by name."""
        return {
            BASE: self._all_at_once,
            "the same by hand": self._by_hand,
            "INSERT .. SELECT of E, indexes after": self._indexes_after,
            ENGINE: self._engine,
            ROWS: self._row_by_row,
            TOUCH: self._touch,
        }

    def round(self, order: random.Random) -> None:
        """Run every method once, in random order."""
        methods = list(self.methods().items())
        order.shuffle(methods)
        for name, method in methods:
            forget(self.connection, self.case)
            cost = method()
            run = self.runs.setdefault(name, Run())
            run.rows = count_rows(self.connection, self.case)
            run.costs.append(cost)

    def _finished_table(self) -> None:
        prepare(self.url, self.case)
        create_full(self.connection, self.case.mapping.targets[0])

    def _all_at_once(self) -> Cost:
        self._finished_table()
        return cost_of(self.connection, lambda: insert_of_e(self.connection, self.case))

    def _by_hand(self) -> Cost:
        self._finished_table()
        return cost_of(self.connection, lambda: execute(self.connection, self.case.by_hand))

    def _indexes_after(self) -> Cost:
        prepare(self.url, self.case)
        create_bare(self.connection, self.case.mapping.targets[0])

        def work() -> None:
            insert_of_e(self.connection, self.case)
            harden_at_once(self.connection, self.case)

        return cost_of(self.connection, work)

    def _engine(self) -> Cost:
        steps = backfill(self.url, self.case)
        self.steps.append(steps.costs)
        return steps.backfill

    def _row_by_row(self) -> Cost:
        self._finished_table()
        settled(self.connection)
        return cost_of(self.connection, lambda: row_by_row(self.connection, self.case, self.subset))

    def _touch(self) -> Cost:
        return touch_all(self.url, self.connection, self.case, self.subset)


def measure(databases: Databases, sizes: Sizes) -> Result:
    """Measure every case at every size."""
    tables: list[Table] = []
    aims: list[Aim] = []
    for case in CASES:
        for rows in sizes.backfill_rows:
            bench = _measured(databases, sizes, case, rows)
            tables += [_methods_table(bench, rows), _steps_table(bench, rows)]
            aims += _aims(bench, rows)
    return Result(suite="backfill", title="Copying history", method=METHOD, tables=tables, aims=aims)


def _measured(databases: Databases, sizes: Sizes, case: Case, rows: int) -> Bench:
    url = databases.create("backfill")
    with connect(url) as connection:
        create_legacy(connection)
        case.fill(connection, rows)
        bench = Bench(case=case, url=url, connection=connection, subset=min(sizes.subset_rows, rows))
        order = random.Random(rows)
        for _ in range(sizes.rounds):
            bench.round(order)
    databases.drop("backfill")
    return bench


def _ratio(bench: Bench, name: str) -> float:
    return bench.runs[BASE].each.cpu_s / bench.runs[name].each.cpu_s


def _methods_table(bench: Bench, rows: int) -> Table:
    lines = []
    for name in bench.methods():
        run, each = bench.runs[name], bench.runs[name].each
        cpu = f"{each.cpu_s * 1e6:.1f}"
        lines.append((name, run.rows, cpu, f"{each.client_s * 1e6:.1f}", f"{_ratio(bench, name):.2f}", round(1 / each.wall_s)))
    columns = ("method", "rows", "CPU us/row", "of it client", "x", "rows/s wall")
    return Table(title=f"{bench.case.name}, {rows:,} rows, median of {len(bench.steps)} round(s)", columns=columns, rows=lines)


def _steps_table(bench: Bench, rows: int) -> Table:
    lines = []
    for step in bench.steps[0]:
        cost = median([costs[step] for costs in bench.steps])
        if cost.wall_s >= 0.0005:
            shares = (f"{cost.wall_s:.2f}", f"{cost.server_s:.2f}", f"{cost.client_s:.2f}")
            lines.append((step, *shares))
    return Table(
        title=f"{bench.case.name}, {rows:,} rows: the engine's steps",
        columns=("step", "wall s", "server CPU s", "client CPU s"),
        rows=lines,
    )


def _aims(bench: Bench, rows: int) -> list[Aim]:
    name, engine = f"{bench.case.name}, {rows:,} rows", bench.runs[ENGINE].each.cpu_s
    least = {"links": 1.6, "attachments": 1.5}[bench.case.name]
    return [
        at_least(f"{name}: engine against one INSERT .. SELECT", least, _ratio(bench, ENGINE)),
        at_least(f"{name}: engine against row by row", 12, bench.runs[ROWS].each.cpu_s / engine),
        at_least(f"{name}: engine against touching every row", 1, bench.runs[TOUCH].each.cpu_s / engine),
    ]
