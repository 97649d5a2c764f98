"""Ways to move a snapshot's documents, for the snapshots suite.

In: a connection, and where things are. Out: the documents have been moved, or read. Each way runs in a process of its own
(``bench.children``), hence functions of a module and nothing that holds on to a database.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from sqlalchemy import Table

from bench.databases import execute
from bench.meter import Connection
from bench.worlds import NEW_TABLES
from chat import legacy
from unnest.convex import ImportReport, export_snapshot, import_snapshot

BLOCK_BYTES = 1 << 20
RESIDUE = "unnest.document_residue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A snapshot, and the rows that its import makes.

    Attributes:
        archive: The zip.
        documents: How many documents it holds.
        size_bytes: The size of their lines, unpacked.
        lines: Directory with the rows of each table as COPY writes them.
        relations: The tables that the import fills.
        indexes: What creates the indexes that the import leaves for the end.
    """

    archive: Path
    documents: int
    size_bytes: int
    lines: Path
    relations: Sequence[str] = ()
    indexes: Sequence[str] = ()


def declared() -> list[Table]:
    """Return the document tables that the application declares."""
    return [table for table in legacy.metadata.sorted_tables if table.name not in NEW_TABLES]


def read_plainly(snapshot: Snapshot, _: Connection) -> None:
    """Unpack, split and parse every line, and keep nothing."""
    count = 0
    with ZipFile(snapshot.archive) as archive:
        for name in archive.namelist():
            if name.endswith("/documents.jsonl") and not name.startswith("_"):
                with archive.open(name) as stream:
                    for line in _lines(stream):
                        json.loads(line)
                        count += 1
    assert count == snapshot.documents, count


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while block := stream.read(BLOCK_BYTES):
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        yield rest


def bring_in(snapshot: Snapshot, connection: Connection) -> ImportReport:
    """Import the snapshot."""
    report = import_snapshot(connection, snapshot.archive, tables=declared())
    assert report.documents == snapshot.documents, report
    return report


def bring_out(snapshot: Snapshot, connection: Connection) -> None:
    """Export all documents into a zip, which is removed."""
    target = snapshot.lines / "export.zip"
    report = export_snapshot(connection, target, tables=declared())
    target.unlink()
    assert report.documents == snapshot.documents, report


def copy_in(snapshot: Snapshot, connection: Connection) -> None:
    """Send the prepared lines into empty tables, then create the indexes and statistics, all in one transaction."""
    with connection.transaction():
        for relation in snapshot.relations:
            statement = f"COPY {relation} FROM STDIN"
            with (snapshot.lines / relation).open("rb") as lines, connection.cursor() as cursor, cursor.copy(statement) as copy:
                while block := lines.read(BLOCK_BYTES):
                    copy.write(block)
        for statement in snapshot.indexes:
            execute(connection, statement)
        execute(connection, f"ANALYZE {', '.join(snapshot.relations)}")


def copy_out(snapshot: Snapshot, connection: Connection) -> None:
    """Fetch the lines of every table, and keep nothing."""
    for relation in snapshot.relations:
        for _ in _rows(connection, relation):
            pass


def prepare_lines(snapshot: Snapshot, connection: Connection) -> None:
    """Write the lines that ``copy_in`` sends."""
    for relation in snapshot.relations:
        with (snapshot.lines / relation).open("wb") as lines:
            lines.writelines(_rows(connection, relation))


def _rows(connection: Connection, relation: str) -> Iterator[bytes | bytearray | memoryview]:
    with connection.cursor() as cursor, cursor.copy(f"COPY {relation} TO STDOUT") as copy:
        yield from copy
