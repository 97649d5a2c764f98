"""Profiling a snapshot: what its documents look like, before anybody declares a mapping.

In: a snapshot. Out: for each table its fields, types, gaps, references and drift, and a suggestion for each nested field.
No database is needed. Documents are read once and one at a time.
"""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from unnest.convex.catalog import Catalog, SnapshotTable, decoder_of, read_catalog, read_documents
from unnest.convex.ids import STORAGE_TABLE, table_number_of
from unnest.convex.load import PROGRESS_ROWS
from unnest.convex.profiling.nodes import MAP_KEY, Node
from unnest.convex.profiling.references import Drift, References
from unnest.convex.profiling.report import ArraySizes, FieldProfile, Profile, Suggestion, TableProfile
from unnest.convex.profiling.suggest import suggest
from unnest.convex.report import Progress, ProgressHook
from unnest.convex.source import ArchiveLimits, Source, open_source
from unnest.convex.values import Value

__all__ = ["ArraySizes", "Drift", "FieldProfile", "Profile", "Suggestion", "TableProfile", "profile"]

FILES = "_storage"


def profile(
    path: Path, *, table: str | None = None, limits: ArchiveLimits | None = None, progress: ProgressHook | None = None
) -> Profile:
    """Describe a snapshot.

    Args:
        path: a zip, a directory, or a .jsonl, .json or .csv file of one table.
        table: name of the table of a single file.
        limits: how much an archive may unpack to.
        progress: is told now and then how far the reading is.

    Raises:
        ImportRefused: the snapshot can't be read; the message names entry and line.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        source = stack.enter_context(open_source(path, limits))
        catalog = read_catalog(source, table)
        total = sum(_size(source, each) for each in catalog.tables)
        run = _Profiling(source=source, catalog=catalog, hook=progress, bytes_total=total)
        tables: list[TableProfile] = []
        for component in sorted({each.component for each in catalog.tables}):
            with References() as references:
                tables.extend(run.component(component, references))
    return Profile(tables=tuple(tables), files=len(catalog.files), seconds=time.monotonic() - started)


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What has been seen of one table; without a list of files, ids of files can't be checked."""

    table: SnapshotTable
    knows_files: bool
    generation: str
    root: Node = field(default_factory=Node)
    targets: dict[str, dict[str, int]] = field(default_factory=dict)  # path -> table -> ids


@dataclass(slots=True, kw_only=True)
class _Profiling:
    """One profile under way."""

    source: Source
    catalog: Catalog
    hook: ProgressHook | None
    bytes_total: int
    bytes_done: int = 0
    rows: int = 0

    def component(self, component: str, references: References) -> list[TableProfile]:
        """Describe the tables of a component."""
        tables = [table for table in self.catalog.tables if table.component == component]
        names = {table.number: table.name for table in tables if table.number is not None}
        for owner, file_id in self.catalog.files:
            if owner == component:
                references.document(file_id)
        seen = [self._read(table, names, references) for table in tables]
        references.settle()
        dangling = {path: missing for path, _, missing in references.dangling()}
        drift = _all_drift(seen, references)
        return [_describe(each, self.source, dangling, drift) for each in seen]

    def _read(self, table: SnapshotTable, names: dict[int, str], references: References) -> _Seen:
        generation, decode = decoder_of(self.source, table)
        seen = _Seen(table=table, knows_files=table.component in self.catalog.file_lists, generation=generation.value)
        characters = 0
        for count, (_, length, document) in enumerate(read_documents(self.source, table, decode), 1):
            row_id = document.get("_id")
            if isinstance(row_id, str) and (number := table_number_of(row_id)) is not None:
                references.document(row_id)
                names.setdefault(number, table.name)
            fields: dict[str, Value] = {name: value for name, value in document.items() if name[:1] != "_"}
            seen.root.see(fields)
            walk = _Walk(seen=seen, references=references, names=names, row_id=str(row_id or f"line {count}"))
            walk.follow(fields, "", seen.root)
            characters += length
            if count % PROGRESS_ROWS == 0:
                self._tell(table, characters, count)
        self.bytes_done += _size(self.source, table)
        self.rows += seen.root.present
        self._tell(table, 0, 0)
        return seen

    def _tell(self, table: SnapshotTable, characters: int, rows: int) -> None:
        if self.hook is not None:
            done = min(self.bytes_done + characters, self.bytes_total)
            step = f"profile {table.title}"
            self.hook(Progress(step=step, bytes_done=done, bytes_total=self.bytes_total, rows=self.rows + rows))


@dataclass(slots=True, kw_only=True)
class _Walk:
    """The way through one document, on which every id is taken down."""

    seen: _Seen
    references: References
    names: dict[int, str]
    row_id: str

    def follow(self, value: Value, path: str, node: Node) -> None:
        """Take down the ids inside a value."""
        if isinstance(value, str):
            if (number := table_number_of(value)) is not None:
                self._take(value, number, path)
        elif isinstance(value, list) and node.elements is not None:
            for element in value:
                self.follow(element, f"{path}[]", node.elements)
        elif isinstance(value, dict):
            for name, element in value.items():
                key = MAP_KEY if node.is_map else name
                self.follow(element, f"{path}.{key}" if path else key, node.children[key])

    def _take(self, text: str, number: int, path: str) -> None:
        target = FILES if number == STORAGE_TABLE else self.names.get(number, f"table {number}")
        counts = self.seen.targets.setdefault(path, {})
        counts[target] = counts.get(target, 0) + 1
        if target != FILES or self.seen.knows_files:
            self.references.reference(f"{self.seen.table.name}.{path}", self.row_id, text)


def _all_drift(seen: list[_Seen], references: References) -> dict[str, tuple[Drift, ...]]:
    """Compare every array of ids with every pointer back."""
    found: dict[str, list[Drift]] = {}
    pointers = [
        (each.table.name, path, target) for each in seen for path, targets in each.targets.items()
        if "[]" not in path and "." not in path for target in targets
    ]  # fmt: skip
    for each in seen:
        for path, targets in each.targets.items():
            if path.count("[]") != 1 or not path.endswith("[]") or "." in path:
                continue
            for child, field_name, target in pointers:
                if child in targets and target == each.table.name:
                    drift = references.drift(f"{each.table.name}.{path}", f"{child}.{field_name}")
                    found.setdefault(each.table.name, []).append(drift)
    return {table: tuple(drifts) for table, drifts in found.items()}


def _describe(seen: _Seen, source: Source, dangling: dict[str, int], drift: dict[str, tuple[Drift, ...]]) -> TableProfile:
    name = seen.table.name
    fields = {
        path: _field(seen, path, around, node, dangling.get(f"{name}.{path}", 0)) for path, around, node in seen.root.walk()
    }
    own_drift = drift.get(name, ())
    suggestions = [suggest(name, top, node, fields, own_drift) for top, node in sorted(seen.root.children.items())]
    return TableProfile(
        component=seen.table.component,
        table=name,
        documents=seen.root.present,
        bytes=_size(source, seen.table),
        generation=seen.generation,
        fields=tuple(fields.values()),
        drift=own_drift,
        suggestions=tuple(each for each in suggestions if each is not None),
    )


def _field(seen: _Seen, path: str, around: int, node: Node, dangling: int) -> FieldProfile:
    arrays = node.types["array"]
    sizes = None
    if arrays:
        sizes = ArraySizes(shortest=node.shortest or 0, longest=node.longest, mean=node.total / arrays, empty=node.empty)
    is_key = path.endswith((MAP_KEY, "[]"))
    numbers = node.types["number"] > 0 and node.low <= node.high
    return FieldProfile(
        path=path,
        types=dict(node.types.most_common()),
        present=node.present,
        missing=0 if is_key else around - node.present,
        nulls=node.types["null"],
        sizes=sizes,
        references=seen.targets.get(path, {}),
        dangling=dangling,
        case_variants={word: dict(counts) for word, counts in node.spellings.variants().items()},
        case_variants_complete=node.spellings.complete,
        choices=tuple(sorted(node.values)) if node.values and node.types["string"] else (),
        low=node.low if numbers else None,
        high=node.high if numbers else None,
        whole=numbers and node.whole,
    )


def _size(source: Source, table: SnapshotTable) -> int:
    return 0 if table.documents is None else source.entries[table.documents].size_bytes
