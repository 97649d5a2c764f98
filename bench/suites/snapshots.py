"""Snapshots: import and export against plain reading and against COPY.

In: an empty server. Out: megabytes a second, CPU and peak memory of each way. All ways of a round run one after the other in
random order, each in a process of its own and, where it writes, in a database of its own.
"""

import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from zipfile import ZipFile

from bench.children import Trial, alone
from bench.databases import Databases, connect, execute, scalar, settled
from bench.meter import Connection, median
from bench.results import Result, Table
from bench.sizes import Sizes
from bench.transfers import RESIDUE, Snapshot, bring_in, bring_out, copy_in, copy_out, prepare_lines, read_plainly
from chat.traffic import WorldOptions, write_snapshot

METHOD = """\
A generated snapshot of the chat application with its drift and odd values (`chat.traffic.write_snapshot`). "plain reading"
unpacks the zip, splits lines and calls `json.loads` on each, and keeps nothing: no database, no checks. "COPY in" sends the very
rows that the import makes, residue included, into the same empty tables from lines of text that an earlier
`COPY .. TO STDOUT` has prepared, then creates the same indexes and statistics, all in one transaction: no zip, no JSON, no
checks. "COPY out" fetches the lines of the same tables and keeps nothing. The import runs in a fresh database and creates its
tables; the export writes a zip. Every run is a process of its own; memory is the high-water mark of that process (`VmHWM`, the
highest of all rounds), libraries included, without the server's. MB are those of the unpacked documents, for every method alike;
x = CPU of the method / CPU of plain reading."""

READ, IMPORT, COPY_IN, EXPORT, COPY_OUT = "plain reading", "import_snapshot", "COPY in", "export_snapshot", "COPY out"
WAYS: dict[str, Callable[[Snapshot, Connection], object]] = {
    READ: read_plainly,
    IMPORT: bring_in,
    COPY_IN: copy_in,
    EXPORT: bring_out,
    COPY_OUT: copy_out,
}
TEMPLATES = {IMPORT: "template0", COPY_IN: "snapshots_bare"}
"""Where a way writes: what its database is made from."""
USER_BYTES = 306_000
"""What the documents of one user take, everything that is theirs included."""
MOST_REPEATED_MB = 100


def measure(databases: Databases, sizes: Sizes) -> Result:
    """Measure every way on one snapshot."""
    rounds = sizes.rounds if sizes.snapshot_mb <= MOST_REPEATED_MB else 1
    with _made(sizes) as made:
        snapshot = _prepared(databases, made)
        trials: dict[str, list[Trial]] = {name: [] for name in WAYS}
        order = random.Random(7)
        for _ in range(rounds):
            for name in order.sample(list(WAYS), len(WAYS)):
                trials[name].append(_tried(databases, snapshot, name))
        packed_bytes = snapshot.archive.stat().st_size
    title = (
        f"{snapshot.documents:,} documents, {snapshot.size_bytes / 1e6:.1f} MB ({packed_bytes / 1e6:.1f} MB as a zip),"
        f" median of {rounds} round(s)"
    )
    columns = ("method", "wall s", "MB/s", "CPU s", "of it client", "MB per CPU s", "x", "peak MB", "at start MB")
    table = Table(title=title, columns=columns, rows=list(_lines(trials, snapshot.size_bytes / 1e6)))
    return Result(suite="snapshots", title="Snapshots", method=METHOD, tables=[table])


@contextmanager
def _made(sizes: Sizes) -> Iterator[Snapshot]:
    """Make the snapshot, in a directory that goes away."""
    with tempfile.TemporaryDirectory(prefix="unnest-bench-") as name:
        archive = Path(name) / "snapshot.zip"
        facts = write_snapshot(archive, WorldOptions(users=max(1, round(sizes.snapshot_mb * 1e6 / USER_BYTES))))
        with ZipFile(archive) as opened:
            entries = [info for info in opened.infolist() if info.filename.endswith("/documents.jsonl")]
        size_bytes = sum(info.file_size for info in entries if not info.filename.startswith("_"))
        yield Snapshot(archive=archive, documents=sum(facts.documents.values()), size_bytes=size_bytes, lines=archive.parent)


def _prepared(databases: Databases, made: Snapshot) -> Snapshot:
    """Import once, which is not measured: it leaves rows to export and to copy, and the same tables without any rows."""
    with connect(databases.create("snapshots")) as connection:
        report = bring_in(made, connection)
        settled(connection)
        relations = [*(table.relation for table in report.tables), RESIDUE]
        snapshot = replace(made, relations=relations, indexes=_indexes(connection))
        prepare_lines(snapshot, connection)
    with connect(databases.create("snapshots_bare", template="snapshots")) as connection:
        for (index,) in execute(connection, f"SELECT c.oid::regclass::text {_LATER}").fetchall():
            execute(connection, f"DROP INDEX {index}")
        execute(connection, f"TRUNCATE {', '.join(relations)}")
        assert scalar(connection, f"SELECT count(*) {_LATER}") == 0
    return snapshot


_LATER = (
    "FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
    " WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisprimary"
)
"""The indexes that an import creates when the rows are there."""


def _indexes(connection: Connection) -> Sequence[str]:
    return [str(definition) for (definition,) in execute(connection, f"SELECT pg_get_indexdef(c.oid) {_LATER}").fetchall()]


def _tried(databases: Databases, snapshot: Snapshot, name: str) -> Trial:
    template = TEMPLATES.get(name)
    url = databases.create("snapshots_written", template=template) if template else databases.url_of("snapshots")
    databases.admin.execute("CHECKPOINT")
    return alone(partial(WAYS[name], snapshot), url)


def _lines(trials: dict[str, list[Trial]], size_mb: float) -> Iterator[tuple[str, ...]]:
    costs = {name: median([trial.cost for trial in some]) for name, some in trials.items()}
    for name, cost in costs.items():
        seconds = (f"{cost.wall_s:.2f}", f"{size_mb / cost.wall_s:.1f}", f"{cost.cpu_s:.2f}", f"{cost.client_s:.2f}")
        ratios = (f"{size_mb / cost.cpu_s:.1f}", f"{cost.cpu_s / costs[READ].cpu_s:.2f}")
        memory = (
            f"{max(trial.peak_mb for trial in trials[name]):.0f}",
            f"{statistics.median(trial.start_mb for trial in trials[name]):.0f}",
        )
        yield name, *seconds, *ratios, *memory
