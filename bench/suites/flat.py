"""Flatness: does a row cost as much in a large table as in a small one?

In: an empty server. Out: CPU and wall time for each parent, by size.
"""

from bench.cases import ATTACHMENTS
from bench.databases import Databases, connect, execute
from bench.engine import Steps, backfill, forget
from bench.meter import Connection, Cost, median
from bench.results import Result, Table, at_most
from bench.sizes import Sizes
from bench.worlds import create_legacy, fill_messages

METHOD = """\
Messages with 0, 1 or 2 attachments each are copied by the engine. "copy" is the walk in batches alone, "all" adds indexes,
constraints and findings, without verification. Tables of up to 100,000 parents are measured several times and larger ones once.
The last two columns come from the ledger: how long a batch holds its locks (the aim of the runner is 100 ms), and how many
parents a batch took in the end."""
MOST_REPEATED = 100_000


def measure(databases: Databases, sizes: Sizes) -> Result:
    """Measure every size, each in a database of its own."""
    lines, copies, alls = [], [], []
    for parents in sizes.flat_parents:
        url = databases.create("flat")
        with connect(url) as connection:
            create_legacy(connection)
            fill_messages(connection, parents, most=2)
            runs: list[Steps] = []
            for _ in range(sizes.rounds if parents <= MOST_REPEATED else 1):
                forget(connection, ATTACHMENTS)
                runs.append(backfill(url, ATTACHMENTS))
            copy = median([run.costs["copy"] for run in runs]).times(1 / parents)
            everything = median([run.backfill for run in runs]).times(1 / parents)
            batches = _batches(connection)
        databases.drop("flat")
        copies.append(copy.cpu_s)
        alls.append(everything.cpu_s)
        lines.append((f"{parents:,}", *_cells(copy), *_cells(everything), *batches))
    columns = (
        "parents",
        "copy CPU us",
        "copy parents/s",
        "all CPU us",
        "all parents/s",
        "batch ms p50 / max",
        "parents in a batch",
    )
    table = Table(title="attachments, each parent", columns=columns, rows=lines)
    aims = [
        at_most("dearest size against cheapest, CPU of a parent, copy", 1.25, max(copies) / min(copies)),
        at_most("dearest size against cheapest, CPU of a parent, all", 1.5, max(alls) / min(alls)),
    ]
    return Result(suite="flat", title="Flatness", method=METHOD, tables=[table], aims=aims)


def _cells(each: Cost) -> tuple[str, str]:
    return f"{each.cpu_s * 1e6:.1f}", f"{1 / each.wall_s:,.0f}"


def _batches(connection: Connection) -> tuple[str, str]:
    row = execute(
        connection,
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY milliseconds), max(milliseconds),"
        " percentile_cont(0.5) WITHIN GROUP (ORDER BY parents) FROM unnest.batch WHERE step = 'copy'",
    ).fetchone()
    assert row is not None
    return f"{row[0]:.0f} / {row[1]:.0f}", f"{row[2]:,.0f}"
