"""What an import or export tells about itself.

In: counts. Out: frozen records, for people and for ``--json``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class ImportMode(StrEnum):
    """What happens to rows that are there already."""

    EMPTY = "empty"  # imported tables have to be empty
    APPEND = "append"  # rows are added
    REPLACE = "replace"  # imported tables are emptied first, others stay
    REPLACE_ALL = "replace-all"  # tables that the snapshot lacks are emptied or dropped as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where an import or export stands; sizes are those of the unpacked documents (0 where unknown)."""

    step: str
    bytes_done: int
    bytes_total: int
    rows: int


ProgressHook: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something an import could not put into its column; the value is kept in residue.

    Attributes:
        table: name in the snapshot, with the component in front of it.
        field: the field of the documents.
        reason: why (see ``columns.Reason``).
        documents: how many documents are concerned.
        example: id of the first one.
    """

    table: str
    field: str
    reason: str
    documents: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """What happened to one table."""

    table: str
    component: str = ""
    relation: str
    kind: str
    documents: int
    bytes: int
    residue: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What was imported; ``notes`` are things about the snapshot as a whole that a reader should know."""

    tables: tuple[TableReport, ...]
    files: int
    kept_entries: int
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def documents(self) -> int:
        """Count the documents of all tables."""
        return sum(table.documents for table in self.tables)

    @property
    def bytes(self) -> int:
        """Sum the unpacked sizes of the documents."""
        return sum(table.bytes for table in self.tables)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings of all tables."""
        return tuple(finding for table in self.tables for finding in table.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What was exported."""

    path: str
    tables: tuple[TableReport, ...]
    files: int
    seconds: float

    @property
    def documents(self) -> int:
        """Count the documents of all tables."""
        return sum(table.documents for table in self.tables)
