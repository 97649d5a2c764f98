"""``unnest import``, ``export`` and ``profile``: snapshots of the document database in, out, and described.

In: a zip, a directory or the file of one table; or a database. Out: tables, a zip, or a description.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from unnest.cli import declared
from unnest.cli.export_sources import normalized_of, sources_of
from unnest.cli.invocation import Json, invocation
from unnest.cli.progress import SnapshotReport
from unnest.cli.screen import duration, size, table
from unnest.convex import ExportReport, ImportMode, ImportReport, Profile, TableReport, export_snapshot, import_snapshot
from unnest.convex import profile as profile_snapshot
from unnest.errors import InputError, UsageError

Source = Annotated[Path, typer.Argument(metavar="PATH", help="A zip, a directory, or a .jsonl, .json or .csv file of one table.")]
Table = Annotated[str | None, typer.Option("--table", metavar="NAME", help="Name of the table of a single file.")]
Mode = Annotated[ImportMode | None, typer.Option("--mode", help="What happens to rows that are there already.")]
Append = Annotated[bool, typer.Option("--append", help="The same as --mode append: rows are added.")]
Replace = Annotated[bool, typer.Option("--replace", help="The same as --mode replace: the snapshot's tables are emptied first.")]
ReplaceAll = Annotated[bool, typer.Option("--replace-all", help="The same as --mode replace-all: all others are emptied, too.")]
Target = Annotated[Path, typer.Argument(metavar="PATH", help="The zip to write; in a directory, a name with the time is chosen.")]
IsNormalized = Annotated[
    bool, typer.Option("--normalized", help="Write the new tables, from backfill on, instead of the nested values they replace.")
]
Portable = Annotated[bool, typer.Option("--portable", help="Write the encoding that older servers read as well.")]


def import_(
    context: typer.Context,
    path: Source,
    table: Table = None,
    mode: Mode = None,
    append: Append = False,
    replace: Replace = False,
    replace_all: ReplaceAll = False,
    json: Json = False,
) -> None:
    """Import a snapshot of documents, whole or not at all. Without a mode, its tables have to be empty."""
    call = invocation(context, json)
    chosen = _mode(mode, append=append, replace=replace, replace_all=replace_all)
    tables = declared.document_tables(call.migrations)
    _require(path)
    with call.writing_connection() as connection, call.progress() as shown:
        tell = SnapshotReport(shown, f"import {path.name}")
        report = import_snapshot(connection, path, tables=tables, mode=chosen, table=table, progress=tell)
    call.screen.show(report, lambda: _imported(report))


def _mode(mode: ImportMode | None, **flags: bool) -> ImportMode:
    named = {mode} if mode else set()
    named |= {ImportMode(flag.replace("_", "-")) for flag, is_given in flags.items() if is_given}
    if len(named) > 1:
        raise UsageError(f"one mode at a time; got {', '.join(sorted(named))}")
    return named.pop() if named else ImportMode.EMPTY


def export(
    context: typer.Context, path: Target, portable: Portable = False, normalized: IsNormalized = False, json: Json = False
) -> None:
    """Export all documents as a snapshot, at any stage; retired values are rebuilt from their rows."""
    call = invocation(context, json)
    tables = declared.document_tables(call.migrations)
    with call.looking() as runner:
        sources = sources_of(runner, call.migrations)
        new = normalized_of(runner, call.migrations) if normalized else None
    with call.writing_connection() as connection, call.progress() as shown:
        tell = SnapshotReport(shown, f"export {path.name}")
        report = export_snapshot(
            connection, path, tables=tables, portable=portable, sources=sources, normalized=new, progress=tell
        )
    call.screen.show(report, lambda: _exported(report))


def profile(context: typer.Context, snapshot: Source, table: Table = None, json: Json = False) -> None:
    """Describe a snapshot: tables, nested fields, drift, and the mapping that each nested field asks for."""
    call = invocation(context, json)
    _require(snapshot)
    with call.progress() as shown:
        tell = SnapshotReport(shown, f"read {snapshot.name}")
        found = profile_snapshot(snapshot, table=table, progress=tell)
    call.screen.show(found.as_json(), lambda: _profiled(found))


def _require(path: Path) -> None:
    if not path.exists():
        raise InputError(f'there is no file or directory "{path}"')


def _tables(tables: Sequence[TableReport]) -> RenderableType:
    rows = [(each.table, each.relation, each.documents, size(each.bytes), sum(each.residue.values())) for each in tables]
    columns = ("table", "in the database", "documents", "size", "residue")
    return table(columns, rows, right=columns[2:])


def _imported(report: ImportReport) -> Iterator[RenderableType]:
    yield _tables(report.tables)
    yield f"\n{report.documents:,} documents, {report.files:,} files in {duration(report.seconds)}"
    for note in report.notes:
        yield f"note: {note}"
    if report.findings:
        yield "\nvalues without a place in their column, kept in residue:"
        rows = [(each.table, each.field, each.reason, each.documents, each.example) for each in report.findings]
        yield table(("table", "field", "why", "documents", "first in"), rows, right=("documents",))


def _exported(report: ExportReport) -> Iterator[RenderableType]:
    yield _tables(report.tables)
    yield f"\n{report.documents:,} documents, {report.files:,} files in {duration(report.seconds)}: {report.path}"


def _profiled(found: Profile) -> Iterator[RenderableType]:
    rows = [(each.table, each.documents, size(each.bytes), len(each.suggestions)) for each in found.tables]
    yield table(("table", "documents", "size", "nested fields"), rows, right=("documents", "size", "nested fields"))
    for each in found.tables:
        for drift in each.drift:
            yield f"\ndrift: {drift.array} and {drift.pointer}: {drift.agreeing:,} pairs agree, {drift.drifted:,} do not"
        for suggestion in each.suggestions:
            kind = f" -> {suggestion.kind}" if suggestion.kind else ""
            yield f"\n{suggestion.table}.{suggestion.field}{kind}: {suggestion.why}"
            if suggestion.declaration:
                yield suggestion.declaration
