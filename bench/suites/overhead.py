"""Overhead of triggers: the same writes on identical copies of a database, with and without them.

In: an empty server. Out: p50 and CPU of each kind of write, and their ratios.
"""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random

from bench.bulk import Bulk, measure_bulk
from bench.databases import Databases, connect, execute, settled
from bench.engine import advance
from bench.meter import Connection, backend, cpu_of
from bench.results import Aim, Result, Table, at_most
from bench.sizes import Sizes
from bench.worlds import CONVERSATIONS_PER_PROJECT, create_legacy, fill_links, fill_messages
from bench.writes import Kind, Statement, Write, Writes
from chat.migrations import MIGRATIONS
from unnest.stages import Stage

METHOD = """\
One database with both migrations copied and hardened, then copied as files: twice with every trigger removed (the second is the
A/A control: it shows what differs between two identical copies), once as it stands with the triggers of dual_write, once moved
on to dual_read. The same operation is sent to each copy in turn, in an order that changes at random, each in a transaction of
its own with `synchronous_commit` on; new writes only to the copies that accept them. CPU is that of the server's process, per
operation; the client's is the same for all and is left out, which makes the ratios worse. "with" counts the triggers of **all**
mappings on the table (attachments, tool calls, links). Statements
of many rows are measured in a transaction that is rolled back, and have no aim."""

PLAIN, CONTROL, DUAL_WRITE, DUAL_READ = "none", "control", "dual_write", "dual_read"
VARIANTS = (PLAIN, CONTROL, DUAL_WRITE, DUAL_READ)
WARM_UP = 20
"""Enough for the driver to prepare each statement and for the server to settle on a plan."""


@dataclass(slots=True, kw_only=True)
class Copy:
    """One copy of the database and what each operation cost there."""

    connection: Connection
    walls_s: list[float] = field(default_factory=list)
    server_s: float = 0.0

    def forget(self) -> None:
        """Begin with a new kind of operation."""
        self.walls_s, self.server_s = [], 0.0

    def carry_out(self, statements: list[Statement]) -> None:
        """Run one operation and book its cost."""
        process = backend(self.connection)
        before = cpu_of(process)
        started = time.perf_counter()
        if len(statements) == 1:
            self.connection.execute(*statements[0])
        else:
            with self.connection.transaction():
                for statement in statements:
                    self.connection.execute(*statement)
        self.walls_s.append(time.perf_counter() - started)
        self.server_s += cpu_of(process) - before


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One kind of write on one copy: milliseconds at the median, microseconds of CPU, and both against no triggers."""

    write: Write
    variant: str
    p50_ms: float
    cpu_us: float
    p50_ratio: float
    cpu_ratio: float


def measure(databases: Databases, sizes: Sizes) -> Result:
    """Measure every kind of write."""
    conversations = max(sizes.messages // 10, 2 * CONVERSATIONS_PER_PROJECT)
    chance = Random(7)
    writes = Writes(
        chance=chance,
        messages=sizes.messages,
        conversations=conversations,
        projects=conversations // CONVERSATIONS_PER_PROJECT,
    )
    with _copies(databases, sizes, conversations) as copies:
        connections = {variant: copies[variant].connection for variant in (PLAIN, DUAL_WRITE, DUAL_READ)}
        bulks = measure_bulk(connections, conversations // 2, sizes.rounds)
        lines = [line for write in writes.all() for line in _measured(write, copies, sizes.operations, chance)]
    table = Table(
        title=f"{sizes.operations} paired operations of each kind",
        columns=("operation", "stage", "p50 ms", "x p50", "CPU us", "x CPU"),
        rows=[
            (
                line.write.name,
                line.variant,
                f"{line.p50_ms:.3f}",
                f"{line.p50_ratio:.2f}",
                f"{line.cpu_us:.0f}",
                f"{line.cpu_ratio:.2f}",
            )
            for line in lines
        ],
    )
    return Result(
        suite="overhead", title="Overhead of triggers", method=METHOD, tables=[table, _bulk_table(bulks)], aims=list(_aims(lines))
    )


@contextmanager
def _copies(databases: Databases, sizes: Sizes, conversations: int) -> Iterator[dict[str, Copy]]:
    url = databases.create("overhead")
    with connect(url) as connection:
        create_legacy(connection)
        fill_links(connection, conversations)
        # One owner for all: any conversation may go to any project.
        execute(connection, "UPDATE projects SET user_id = 'u0'")
        execute(connection, "UPDATE conversations SET user_id = 'u0'")
        fill_messages(connection, sizes.messages)
        advance(url, MIGRATIONS, Stage.BACKFILL)
        settled(connection)
    with ExitStack() as stack:
        copies = {}
        for variant in VARIANTS:
            own = databases.create(f"overhead_{variant}", template="overhead")
            connection = stack.enter_context(connect(own))
            if variant in (PLAIN, CONTROL):
                execute(connection, "DROP SCHEMA unnest CASCADE")
            if variant == DUAL_READ:
                advance(own, MIGRATIONS, Stage.DUAL_READ)
            settled(connection)
            copies[variant] = Copy(connection=connection)
        yield copies
    databases.drop_all()


def _measured(write: Write, copies: dict[str, Copy], operations: int, chance: Random) -> Iterator[Line]:
    open_to = (PLAIN, CONTROL, DUAL_READ) if write.kind is Kind.NEW else VARIANTS
    chosen = {variant: copies[variant] for variant in open_to}
    for number in range(-WARM_UP, operations):
        if number == 0:
            for copy in chosen.values():
                copy.forget()
        statements = write.make()
        order = list(chosen.values())
        chance.shuffle(order)
        for copy in order:
            copy.carry_out(statements)
    plain = chosen[PLAIN]
    for variant, copy in chosen.items():
        p50 = statistics.median(copy.walls_s)
        yield Line(
            write=write,
            variant=variant,
            p50_ms=p50 * 1e3,
            cpu_us=copy.server_s / operations * 1e6,
            p50_ratio=p50 / statistics.median(plain.walls_s),
            cpu_ratio=copy.server_s / plain.server_s,
        )


def _bulk_table(bulks: list[Bulk]) -> Table:
    plain = {bulk.name: bulk.cost for bulk in bulks if bulk.variant == PLAIN}
    lines = []
    for bulk in bulks:
        cpu_ms, ratio = bulk.cost.server_s * 1e3, bulk.cost.server_s / plain[bulk.name].server_s
        lines.append((bulk.name, bulk.variant, f"{bulk.cost.wall_s * 1e3:.1f}", f"{cpu_ms:.1f}", f"{ratio:.1f}"))
    return Table(title="many rows in one old statement", columns=("statement", "stage", "wall ms", "CPU ms", "x CPU"), rows=lines)


def _aims(lines: list[Line]) -> Iterator[Aim]:
    for line in lines:
        if line.variant not in (DUAL_WRITE, DUAL_READ):
            continue
        name = f"{line.write.name}, {line.variant}"
        if line.write.kind is Kind.UNRELATED:
            yield at_most(f"{name}: CPU", 1.15, line.cpu_ratio)
        elif line.write.kind is Kind.AFFECTED:
            yield at_most(f"{name}: p50", 1.6, line.p50_ratio)
            yield at_most(f"{name}: CPU", 2.5, line.cpu_ratio)
        else:
            yield at_most(f"{name}: CPU", 4, line.cpu_ratio)
