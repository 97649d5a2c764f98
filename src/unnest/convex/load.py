"""Loading the documents of one table.

In: decoded documents. Out: rows in the SQL table through COPY, residue, and counts. One document at a time is in memory.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from unnest.convex.columns import CREATION_TIME, ID, Cell, Fitter, Reason, Residue
from unnest.convex.errors import Code, ImportRefused, InvalidValue
from unnest.convex.ids import decode_id, new_id
from unnest.convex.limits import check_creation_time, check_document
from unnest.convex.report import Finding
from unnest.convex.spool import Spool
from unnest.convex.store import Connection
from unnest.convex.target import Target
from unnest.convex.values import Document, Value

PROGRESS_ROWS = 1_000
_COPY_LINE = re.compile(r"COPY [^,]+,\D*(\d+)")


@dataclass(slots=True, kw_only=True)
class Counts:
    """What has been loaded so far."""

    documents: int = 0
    residue: dict[str, int] = field(default_factory=dict)
    findings: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    def add(self, row_id: str, residue: Iterable[Residue]) -> None:
        """Count what of a document went to residue."""
        for item in residue:
            reason = item.reason.value
            self.residue[reason] = self.residue.get(reason, 0) + 1
            if item.reason is not Reason.NULL:
                count, example = self.findings.get((item.field, reason), (0, row_id))
                self.findings[item.field, reason] = (count + 1, example)

    def findings_of(self, table: str) -> tuple[Finding, ...]:
        """Return the findings, ordered by field."""
        return tuple(
            Finding(table=table, field=name, reason=reason, documents=count, example=example)
            for (name, reason), (count, example) in sorted(self.findings.items())
        )


RESIDUE_COLUMNS = ("table_name", "id", "field", "value", "reason")


def load_documents(
    connection: Connection,
    target: Target,
    fitter: Fitter,
    documents: Iterator[tuple[int, int, Document]],
    *,
    entry: str,
    spool: Spool,
    progress: Callable[[int, int], None],
) -> Counts:
    """Copy documents into their table.

    Args:
        connection: inside the import's transaction.
        target: the table; its number is checked against the ids.
        fitter: knows the columns.
        documents: line, length of the text, document.
        entry: name for errors.
        spool: takes residue.
        progress: is told the number of rows and of characters now and then.

    Raises:
        ImportRefused: a document is outside the format, an id repeats, or the database refuses a row.
    """
    counts = Counts()
    characters = 0
    columns = [ID, *([CREATION_TIME] if target.creation_time else []), *(column.column for column in fitter.columns)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(target.identifier, sql.SQL(", ").join(map(sql.Identifier, columns)))
    try:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for line, length, document in documents:
                row, residue = _row(target, fitter, document, length, entry, line)
                copy.write_row(row)
                counts.documents += 1
                characters += length
                if residue:
                    row_id = str(row[0])
                    for item in residue:
                        spool.add((target.title, row_id, item.field, item.value, item.reason.value))
                    counts.add(row_id, residue)
                if counts.documents % PROGRESS_ROWS == 0:
                    progress(counts.documents, characters)
    except (psycopg.IntegrityError, psycopg.DataError, psycopg.errors.RaiseException) as error:
        raise _refused(error, target, entry) from error
    progress(counts.documents, characters)
    return counts


def _row(
    target: Target, fitter: Fitter, document: Document, length: int, entry: str, line: int
) -> tuple[list[Cell], list[Residue]]:
    try:
        check_document(document, text_length=length)
        row_id = _checked_id(document, target)
        created = _creation_time(document)
    except InvalidValue as error:
        raise ImportRefused(error.code, error.what, entry=entry, line=line) from None
    cells, residue = fitter.row(document)
    if target.creation_time:
        return [row_id, created, *cells], residue
    if "_creationTime" in document:
        residue.append(Residue(field="_creationTime", value=repr(created), reason=Reason.NO_COLUMN))
    return [row_id, *cells], residue


def _checked_id(document: Document, target: Target) -> str:
    row_id: Value = document.get("_id")
    if "_id" not in document:
        return new_id(target.number, now_s=time.time())
    if not isinstance(row_id, str):
        raise InvalidValue(Code.INVALID_ID_FIELD, f'"_id" is {str(row_id)[:60]!r}, not a string')
    number = decode_id(row_id).table_number
    if number != target.number:
        raise InvalidValue(
            Code.IMPORT_CONFLICT,
            f'id "{row_id}" belongs to table number {number}, but table "{target.title}" has {target.number}',
        )
    return row_id


def _creation_time(document: Document) -> float:
    if "_creationTime" not in document:
        return time.time() * 1000
    return check_creation_time(document["_creationTime"])


def _refused(error: psycopg.Error, target: Target, entry: str) -> ImportRefused:
    """Tell which line the database refused; COPY counts rows, and rows are lines where lines hold one object each."""
    found = _COPY_LINE.search(error.diag.context or "")
    line = int(found[1]) if found and entry.endswith(".jsonl") else None
    what = error.diag.message_detail or error.diag.message_primary or str(error)
    if isinstance(error, psycopg.errors.UniqueViolation):
        return ImportRefused(
            Code.DUPLICATE_ID, f'table "{target.title}": {what.rstrip(".")}', entry=entry, line=line,
            next_step="An id may stand only once; with --append, leave out what is there already.",
        )  # fmt: skip
    return ImportRefused(
        Code.DATABASE, f'table "{target.title}": the database refused a row: {what.rstrip(".")}', entry=entry, line=line
    )
