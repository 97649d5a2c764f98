"""How much a backfill will be: rows, time, disk and WAL.

In: a mapping and the statistics of the server, with a sample of a table. Out: an ``Estimate``, an order of magnitude.
"""

import operator
from dataclasses import dataclass
from functools import reduce

import sqlalchemy as sa

from unnest.errors import Refused
from unnest.mapping.base import Face, Mapping, Output
from unnest.runner.session import Connection
from unnest.sql import run, table_name

SAMPLE_ROWS = 2000
# Measured on two shared cores: what one runner does in a second, from the first batch to the end of verification.
PARENTS_PER_S = 12_000
ELEMENTS_PER_S = 25_000
# A heap row has a header of 24 bytes and a pointer of 4; a b-tree entry about 24, in pages filled to nine tenths.
ROW_BYTES, INDEX_ENTRY_BYTES, FILL = 28, 24, 0.9
WAL_FACTOR = 1.3
"""WAL holds the rows, the index entries and some whole pages after each checkpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the backfill of one table of rows takes.

    Attributes:
        mapping: The mapping.
        source: The legacy table that is walked.
        table: The new table.
        parents: Rows to walk.
        elements: Elements in their nested values, which become rows.
        seconds: Time with one runner.
        disk_bytes: Size of the new table with its indexes.
        wal_bytes: WAL written.
    """

    mapping: str
    source: str
    table: str
    parents: int
    elements: int
    seconds: float
    disk_bytes: int
    wal_bytes: int


def estimate(connection: Connection, mapping: Mapping) -> Estimate:
    """Estimate a backfill from ``pg_class`` and a sample of up to 2,000 parents.

    Raises:
        Refused: The source's table is not there.
    """
    face = mapping.source
    parents = _count_rows(connection, face.table)
    sampled, elements_sampled, bytes_sampled = _sample(connection, mapping, face, parents)
    elements = round(parents * elements_sampled / sampled) if sampled else 0
    each_bytes = bytes_sampled / elements_sampled if elements_sampled else 0
    output = mapping.targets[0]
    disk = elements * (ROW_BYTES + each_bytes + _indexes(output) * INDEX_ENTRY_BYTES) / FILL
    return Estimate(
        mapping=mapping.name,
        source=face.name,
        table=output.table.name,
        parents=parents,
        elements=elements,
        seconds=round(parents / PARENTS_PER_S + elements / ELEMENTS_PER_S, 1),
        disk_bytes=round(disk),
        wal_bytes=round(disk * WAL_FACTOR),
    )


def _count_rows(connection: Connection, table: sa.Table) -> int:
    """Return the server's estimate; a table that was never analysed is counted."""
    query = "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)"
    row = connection.execute(query, [table_name(table)]).fetchone()
    if row is None:
        raise Refused(f"table {table_name(table)} is not there; create it, or see that --db names the right database")
    if row[0] >= 0:
        return int(row[0])
    counted = connection.execute(f"SELECT count(*) FROM {table_name(table)}".encode()).fetchone()
    return int(counted[0]) if counted else 0


def _sample(connection: Connection, mapping: Mapping, face: Face, parents: int) -> tuple[int, int, int]:
    """Return parents, elements and bytes of nested values in a sample."""
    share = min(100.0, 100 * SAMPLE_ROWS / parents) if parents else 100.0
    pages = sa.tablesample(face.table, sa.func.system(share))
    relation = sa.select(*pages.c).limit(SAMPLE_ROWS).cte("sampled")
    sizes = (sa.func.coalesce(sa.func.sum(sa.func.pg_column_size(relation.c[name])), 0) for name in face.nested)
    total = reduce(operator.add, sizes, sa.literal(0))
    elements = mapping.elements(face, relation).scalar_subquery()
    row = run(connection, sa.select(sa.func.count(), elements, total).select_from(relation)).fetchone()
    assert row is not None
    return int(row[0]), int(row[1] or 0), int(row[2])


def _indexes(output: Output) -> int:
    table = output.table
    keys = [c for c in table.constraints if isinstance(c, sa.PrimaryKeyConstraint | sa.UniqueConstraint) and c.columns]
    return len(keys) + len(table.indexes)
