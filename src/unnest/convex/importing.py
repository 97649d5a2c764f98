"""Importing a snapshot.

In: a zip, a directory, or one file. Out: tables in PostgreSQL and a report, all in one transaction or not at all.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Table

from unnest.convex import store
from unnest.convex.catalog import Catalog, SnapshotTable, decoder_of, read_catalog, read_documents
from unnest.convex.columns import FieldColumn, Fitter
from unnest.convex.errors import Code, ImportRefused, InvalidValue
from unnest.convex.files import Directory, keep_files
from unnest.convex.generations import Decoder
from unnest.convex.ids import decode_id
from unnest.convex.infer import FieldTypes
from unnest.convex.load import PROGRESS_ROWS, RESIDUE_COLUMNS, Counts, load_documents
from unnest.convex.numbers import TableKey, assign_numbers
from unnest.convex.report import ImportMode, ImportReport, Progress, ProgressHook, TableReport
from unnest.convex.source import ArchiveLimits, Source, open_source
from unnest.convex.spool import Spool
from unnest.convex.target import (
    INFERRED,
    Target,
    create_indexes,
    forget,
    forget_residue,
    known_targets,
    prepare,
    remember,
    target_of,
)
from unnest.errors import Refused, Retryable


def import_snapshot(
    connection: store.Connection,
    path: Path,
    *,
    tables: Sequence[Table],
    mode: ImportMode = ImportMode.EMPTY,
    table: str | None = None,
    component: str = "",
    files: Path | None = None,
    limits: ArchiveLimits | None = None,
    progress: ProgressHook | None = None,
) -> ImportReport:
    """Import a snapshot in one transaction.

    Args:
        connection: to the database; an open transaction is joined, otherwise one is opened and committed.
        path: a zip, a directory, or a .jsonl, .json or .csv file of one table.
        tables: declared tables; any other table of the snapshot gets columns by inference.
        mode: what happens to rows that are there already.
        table: name of the table of a single file.
        component: path of the component to import into.
        files: directory for stored files; without one they are kept in the database.
        limits: how much an archive may unpack to.
        progress: is told now and then where the import stands.

    Returns:
        What was imported and what went to residue.

    Raises:
        ImportRefused: the snapshot is not in order; nothing has been imported.
        UsageError: the table's name is missing or superfluous.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(_database_faults())
        source = stack.enter_context(open_source(path, limits))
        spool = stack.enter_context(Spool("unnest.document_residue", RESIDUE_COLUMNS))
        directory = None if files is None else stack.enter_context(Directory(root=files))
        stack.enter_context(connection.transaction())
        catalog = read_catalog(source, table, component)
        _require_utf8(connection)
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('unnest.import', 0))")  # one import at a time
        store.ensure(connection)
        run = _Import(connection=connection, source=source, tables=tables, mode=mode, hook=progress, spool=spool)
        reports = run.all(catalog)
        kept, entries, notes = keep_files(connection, source, catalog, mode, directory)
        if directory is not None:
            directory.settle()
    return ImportReport(
        tables=tuple(reports), files=kept, kept_entries=entries, seconds=time.monotonic() - started, notes=tuple(notes)
    )


@contextmanager
def _database_faults() -> Iterator[None]:
    """Turn what the server says into errors that tell what to do next."""
    try:
        yield
    except psycopg.OperationalError as error:  # the connection, locks, deadlocks
        raise Retryable(f"the import stopped and was undone: {error}. Start it again.") from error
    except psycopg.Error as error:
        raise ImportRefused(Code.DATABASE, f"the database refused: {error.diag.message_primary or error}") from error


def _require_utf8(connection: store.Connection) -> None:
    row = connection.execute("SHOW server_encoding").fetchone()
    if row != ("UTF8",):
        raise Refused(f"the database has the encoding {row[0] if row else '?'!r}; documents need one with UTF8")
    connection.execute("SET LOCAL client_encoding TO 'UTF8'")


@dataclass(slots=True, kw_only=True)
class _Import:
    """One import under way."""

    connection: store.Connection
    source: Source
    tables: Sequence[Table]
    mode: ImportMode
    hook: ProgressHook | None
    spool: Spool
    bytes_done: int = 0
    bytes_total: int = 0
    rows: int = 0

    def all(self, catalog: Catalog) -> list[TableReport]:
        """Import every table."""
        known = known_targets(self.connection, self.tables)
        targets = self._targets(catalog, known)
        self.bytes_total = sum(
            self._size(t) * (2 if targets[t.component, t.name].kind == INFERRED else 1) for t in catalog.tables
        )
        if self.mode is ImportMode.REPLACE_ALL:
            for key in known.keys() - targets.keys():
                forget(self.connection, known[key])
        reports = [
            self._table(snapshot, targets[snapshot.component, snapshot.name], known=(snapshot.component, snapshot.name) in known)
            for snapshot in catalog.tables
        ]
        self.spool.load(self.connection)
        return reports

    def _targets(self, catalog: Catalog, known: dict[TableKey, Target]) -> dict[TableKey, Target]:
        numbers = assign_numbers(
            catalog.tables,
            first_row=self._first_number,
            known={key: target.number for key, target in known.items()},
            mode=self.mode,
        )
        taken = {(target.schema, target.relation) for target in known.values()}
        taken |= {(table.schema or "public", table.name) for table in self.tables}
        targets: dict[TableKey, Target] = {}
        for snapshot in catalog.tables:
            key = (snapshot.component, snapshot.name)
            target = known.get(key) or target_of(snapshot, self.tables, taken)
            taken.add((target.schema, target.relation))
            targets[key] = replace(target, number=numbers[key])
        _refuse_shared(targets)
        return targets

    def _first_number(self, snapshot: SnapshotTable) -> int | None:
        """Return the table number in the id of the first document."""
        _, decode = decoder_of(self.source, snapshot)
        for line, _, document in read_documents(self.source, snapshot, decode):
            row_id = document.get("_id")
            if isinstance(row_id, str):
                try:
                    return decode_id(row_id).table_number
                except InvalidValue as error:
                    raise ImportRefused(error.code, error.what, entry=snapshot.documents or "", line=line) from None
            break
        return None

    def _table(self, snapshot: SnapshotTable, target: Target, *, known: bool) -> TableReport:
        generation, decode = decoder_of(self.source, snapshot)
        if target.kind == INFERRED:
            target = replace(target, columns=tuple(self._infer(snapshot, target, decode)))
        target = replace(target, generation=generation.value)
        created = prepare(self.connection, target, known=known)
        self._make_room(target)
        fitter = Fitter(target.columns)
        counts = load_documents(
            self.connection,
            target,
            fitter,
            read_documents(self.source, snapshot, decode),
            entry=snapshot.documents or "",
            spool=self.spool,
            progress=self._progress(f"import {target.title}", snapshot),
        )
        self._finish(snapshot, counts)
        if created:
            create_indexes(self.connection, target)
        self.connection.execute(sql.SQL("ANALYZE {}").format(target.identifier))
        remember(self.connection, replace(target, columns=tuple(fitter.columns)), counts.documents)
        return self._report(target, snapshot, counts)

    def _infer(self, snapshot: SnapshotTable, target: Target, decode: Decoder) -> list[FieldColumn]:
        """Read all documents once to learn which columns the table needs."""
        tell = self._progress(f"read {target.title}", snapshot)
        types = FieldTypes()
        characters = 0
        for count, (_, length, document) in enumerate(read_documents(self.source, snapshot, decode), 1):
            types.see(document)
            characters += length
            if count % PROGRESS_ROWS == 0:
                tell(0, characters)
        self.bytes_done += self._size(snapshot)
        return types.columns(target.columns)

    def _make_room(self, target: Target) -> None:
        """Empty a table that is there already, or refuse, as the mode says."""
        if self.mode is ImportMode.APPEND:
            return
        if self.mode is ImportMode.EMPTY:
            rows = self.connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(target.identifier)).fetchall()
            if rows:
                raise ImportRefused(
                    Code.TABLE_EXISTS,
                    f'table "{target.title}" has rows already',
                    next_step="Choose --append, --replace or --replace-all.",
                )
        else:  # not TRUNCATE: triggers and foreign keys have to see each row go
            self.connection.execute(sql.SQL("DELETE FROM {}").format(target.identifier))
        forget_residue(self.connection, target)

    def _finish(self, snapshot: SnapshotTable, counts: Counts) -> None:
        self.bytes_done += self._size(snapshot)
        self.rows += counts.documents

    def _report(self, target: Target, snapshot: SnapshotTable, counts: Counts) -> TableReport:
        return TableReport(
            table=target.name,
            component=target.component,
            relation=f"{target.schema}.{target.relation}",
            kind=target.kind,
            documents=counts.documents,
            bytes=self._size(snapshot),
            residue=dict(sorted(counts.residue.items())),
            findings=counts.findings_of(target.title),
        )

    def _size(self, snapshot: SnapshotTable) -> int:
        return 0 if snapshot.documents is None else self.source.entries[snapshot.documents].size_bytes

    def _progress(self, step: str, snapshot: SnapshotTable) -> Callable[[int, int], None]:
        """Return a function that is told rows and characters of the present table."""

        def tell(rows: int, characters: int) -> None:
            if self.hook is not None:
                done = self.bytes_done + min(characters, self._size(snapshot))
                self.hook(Progress(step=step, bytes_done=done, bytes_total=self.bytes_total, rows=self.rows + rows))

        return tell


def _refuse_shared(targets: dict[TableKey, Target]) -> None:
    owners: dict[tuple[str, str], Target] = {}
    for target in targets.values():
        other = owners.setdefault((target.schema, target.relation), target)
        if other is not target:
            raise ImportRefused(
                Code.TABLE_CONFLICT, f'the tables "{other.title}" and "{target.title}" both belong in "{target.relation}"'
            )
