"""Exporting a snapshot.

In: the tables of earlier imports and the declared ones, as one consistent view while writers go on. Out: a zip that the
document database imports, checked against its limits row by row, which appears only when it is complete.
"""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg import sql

from unnest.convex import store
from unnest.convex.archive import ArchiveWriter, new_archive
from unnest.convex.encode import context, encode_plain, encode_uniform
from unnest.convex.errors import Code, ExportRefused, InvalidValue
from unnest.convex.files import ENTRY, STORAGE, read_file
from unnest.convex.ids import FIRST_USER_TABLE, decode_id
from unnest.convex.layout import DOCUMENTS, SIDECAR, TABLES, directory_of
from unnest.convex.limits import check_document
from unnest.convex.load import PROGRESS_ROWS
from unnest.convex.names import camel_case, is_identifier
from unnest.convex.normalized import Normalized, normalized_documents, normalized_targets
from unnest.convex.numbers import TableKey
from unnest.convex.rebuild import documents_of
from unnest.convex.report import ExportReport, Progress, ProgressHook, TableReport
from unnest.convex.target import Target, declared_target, known_targets
from unnest.convex.values import Document
from unnest.errors import UsageError

_MEMORY_BYTES = 2**20
_README = """\
Snapshot of document tables, written by unnest.

<table>/documents.jsonl holds one document a line; generated_schema.jsonl beside it says how values are encoded.
Import it with: npx convex import <this file>, or: unnest import <this file>
"""


def export_snapshot(
    connection: store.Connection,
    path: Path,
    *,
    tables: Sequence[sa.Table],
    portable: bool = False,
    sources: Mapping[str, sa.Select[tuple[object, ...]]] | None = None,
    normalized: Normalized | None = None,
    progress: ProgressHook | None = None,
) -> ExportReport:
    """Export all document tables into a zip.

    Args:
        connection: to the database, without an open transaction.
        path: the zip to write; in a directory, a name with the time is chosen.
        tables: declared tables. Those that exist are exported, imported or not.
        portable: write the encoding that older servers read as well.
        sources: for SQL tables that no longer have all their columns, by name, a Select that yields them.
        normalized: write new tables as document tables, in the place of the legacy columns that they replace.
        progress: is told now and then where the export stands.

    Returns:
        What was exported.

    Raises:
        ExportRefused: a row is outside the format's limits; no file has been written.
        UsageError: the connection is inside a transaction, whose view may be older.
    """
    started = time.monotonic()
    if connection.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE:
        raise UsageError("an export needs a connection without an open transaction; commit or roll back first")
    final = path / f"snapshot_unnest_{time.time_ns()}.zip" if path.is_dir() else path
    with new_archive(final) as archive, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL extra_float_digits TO 1")
        connection.execute("SET LOCAL client_encoding TO 'UTF8'")
        run = _Export(connection=connection, archive=archive, portable=portable, sources=sources or {}, hook=progress)
        targets = _targets(connection, tables)
        new = normalized_targets(normalized.tables, targets) if normalized else []
        reports = run.all([normalized.without_replaced(each) for each in targets] if normalized else targets, new)
        files = run.files()
    return ExportReport(path=str(final), tables=tuple(reports), files=files, seconds=time.monotonic() - started)


def _targets(connection: store.Connection, tables: Sequence[sa.Table]) -> list[Target]:
    """Return the tables to export, each with its number."""
    known: dict[TableKey, Target] = {}
    if store.relation_exists(connection, store.SCHEMA, "document_table"):
        known = known_targets(connection, tables)
    imported = {(target.schema, target.relation) for target in known.values()}
    numbers = {target.number for target in known.values() if not target.component}
    found = list(known.values())
    for table in tables:
        target = declared_target(camel_case(table.name), table)
        if (target.schema, target.relation) in imported:
            continue
        if store.relation_exists(connection, target.schema, target.relation):
            number = _number_of_rows(connection, target) or max(numbers | {FIRST_USER_TABLE - 1}) + 1
            numbers.add(number)
            found.append(replace(target, number=number))
    return sorted(found, key=lambda target: (target.component, target.number))


def _number_of_rows(connection: store.Connection, target: Target) -> int | None:
    """Return the number that the ids in a table carry, if it has rows."""
    row = connection.execute(sql.SQL("SELECT id FROM {} LIMIT 1").format(target.identifier)).fetchone()
    if row is None:
        return None
    try:
        return decode_id(str(row[0])).table_number
    except InvalidValue as error:
        raise ExportRefused(error.code, error.what, table=target.title, id=str(row[0]), next_step=_NEW_IDS) from None


_NEW_IDS = "New rows get ids from unnest.convex.new_id with the table's number."


@dataclass(slots=True, kw_only=True)
class _Export:
    """One export under way."""

    connection: store.Connection
    archive: ArchiveWriter
    portable: bool
    sources: Mapping[str, sa.Select[tuple[object, ...]]]
    hook: ProgressHook | None
    bytes_done: int = 0
    rows: int = 0

    def all(self, legacy: Sequence[Target], new: Sequence[Target]) -> list[TableReport]:
        """Write every table."""
        targets = [*legacy, *new]
        self.archive.write("README.md", _README.encode())
        for component in sorted({"", *(target.component for target in targets)}):
            listed = [
                f'{{"name":{json.dumps(target.name)},"id":{target.number}}}\n'
                for target in targets
                if target.component == component
            ]
            self.archive.write(f"{directory_of(component)}{TABLES}/{DOCUMENTS}", "".join(listed).encode())
        now_ms = time.time() * 1000
        return [
            *(self._table(target, documents_of(self.connection, target, self._source(target))) for target in legacy),
            *(self._table(target, normalized_documents(self.connection, target, new, now_ms)) for target in new),
        ]

    def files(self) -> int:
        """Write stored files and the entries that were kept."""
        if not store.relation_exists(self.connection, store.SCHEMA, "snapshot_file"):
            return 0
        rows = self.connection.execute(
            "SELECT component, name, kind, extension, details, path FROM unnest.snapshot_file"
            ' ORDER BY kind DESC, component COLLATE "C", name COLLATE "C"'
        ).fetchall()
        stored = [tuple(map(str, row)) for row in rows if row[2] == STORAGE]
        for component in sorted({row[0] for row in stored}):
            details = "".join(f"{row[4]}\n" for row in stored if row[0] == component and row[4])
            self.archive.write(f"{directory_of(component)}_storage/{DOCUMENTS}", details.encode())
        for component, name, _, extension, _, place in stored:
            self._file(f"{directory_of(component)}_storage/{name}{extension}", component, name, place)
        for component, name, kind, _, _, place in (tuple(map(str, row)) for row in rows):
            if kind == ENTRY and name not in self.archive.names:
                self._file(name, component, name, place)
        return len(stored)

    def _file(self, entry: str, component: str, name: str, place: str) -> None:
        with self.archive.entry(entry) as writer:
            for piece in read_file(self.connection, component, name, place):
                writer.write(piece)

    def _source(self, target: Target) -> sa.Select[tuple[object, ...]] | None:
        return None if target.component else self.sources.get(target.relation)

    def _table(self, target: Target, documents: Iterator[Document]) -> TableReport:
        if not is_identifier(target.name):
            raise ExportRefused(Code.INVALID_TABLE_NAME, "the name is not allowed", table=target.title)
        directory = f"{directory_of(target.component)}{target.name}/"
        count = 0
        with tempfile.SpooledTemporaryFile(_MEMORY_BYTES) as overrides:
            with self.archive.entry(directory + DOCUMENTS) as writer:
                for document in documents:
                    writer.write(self._line(target, document, overrides))
                    count += 1
                    if count % PROGRESS_ROWS == 0:
                        self._tell(target, writer.size, count)
                size = writer.size
            with self.archive.entry(directory + SIDECAR) as writer:
                writer.write(b'"unknown"\n' if self.portable else b'"uniform"\n')
                overrides.seek(0)
                while piece := overrides.read(_MEMORY_BYTES):
                    writer.write(piece)
        self.bytes_done += size
        self.rows += count
        self._tell(target, 0, 0)
        return TableReport(
            table=target.name, component=target.component, relation=f"{target.schema}.{target.relation}",
            kind=target.kind, documents=count, bytes=size,
        )  # fmt: skip

    def _line(self, target: Target, document: Document, overrides: "tempfile.SpooledTemporaryFile[bytes]") -> bytes:
        row_id = str(document["_id"])
        text = encode_plain(document) if self.portable else encode_uniform(document)
        try:
            check_document(document, text_length=len(text))
            number = decode_id(row_id).table_number
        except InvalidValue as error:
            raise ExportRefused(error.code, error.what, table=target.title, id=row_id) from None
        if number != target.number:
            raise ExportRefused(
                Code.IMPORT_CONFLICT, f"the id belongs to table number {number}, not {target.number}",
                table=target.title, id=row_id, next_step=_NEW_IDS,
            )  # fmt: skip
        if self.portable and (needed := context(document)) != "infer":
            overrides.write(json.dumps({row_id: needed}, separators=(",", ":")).encode() + b"\n")
        return text.encode() + b"\n"

    def _tell(self, target: Target, size: int, rows: int) -> None:
        if self.hook is not None:
            step = f"export {target.title}"
            self.hook(Progress(step=step, bytes_done=self.bytes_done + size, bytes_total=0, rows=self.rows + rows))
