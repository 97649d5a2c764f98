"""The table of contents of a snapshot.

In: the names of its entries and the entry that lists tables and numbers. Out: one record per table, and the entries
that belong to stored files or to nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from unnest.convex.errors import Code, ImportRefused, InvalidValue
from unnest.convex.generations import Decoder, Generation, decoder
from unnest.convex.ids import MAX_TABLE_NUMBER
from unnest.convex.layout import Place, Role, place_of
from unnest.convex.lines import documents, json_lines
from unnest.convex.names import is_identifier
from unnest.convex.source import FileSource, Source
from unnest.convex.values import Document, Value, decode_plain
from unnest.errors import UsageError

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotTable:
    """A table of a snapshot.

    Attributes:
        component: path of its component, ``""`` for the root.
        name: name in the snapshot.
        documents: entry with the documents; None if the table is only listed.
        sidecar: entry that says how they are encoded.
        number: the number listed for it.
    """

    component: str
    name: str
    documents: str | None = None
    sidecar: str | None = None
    number: int | None = None

    @property
    def title(self) -> str:
        """Return the name with the component in front."""
        return f"{self.component}:{self.name}" if self.component else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What a snapshot contains.

    Attributes:
        tables: ordered by component and name.
        file_lists: component to the entry with the metadata of its files.
        files: (component, storage id) to the entry with the content.
        others: entries that are kept without being understood.
    """

    tables: tuple[SnapshotTable, ...]
    file_lists: dict[str, str] = field(default_factory=dict)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    others: tuple[str, ...] = ()


def read_catalog(source: Source, table: str | None = None, component: str = "") -> Catalog:
    """Find the tables of a snapshot.

    Args:
        source: the snapshot.
        table: the table's name, needed for a single file and only allowed there.
        component: path of the component to import into.

    Raises:
        ImportRefused: two entries claim one table, or a name or number is not allowed.
        UsageError: the table's name is missing or superfluous.
    """
    if isinstance(source, FileSource):
        return _single(source, table, component)
    if table is not None:
        raise UsageError(f'the table name "{table}" was given, but the tables of a snapshot have their own; leave it out')
    tables: dict[tuple[str, str], SnapshotTable] = {}
    catalog = Catalog(tables=())
    others: list[str] = []
    lists: list[tuple[Place, str]] = []
    for name in sorted(source.entries):
        place = place_of(name)
        place = replace(place, component="/".join(filter(None, (component, place.component))))
        key = (place.component, place.table)
        if place.role in (Role.DOCUMENTS, Role.SIDECAR):
            _add_entry(tables, place, name)
        elif place.role is Role.TABLES:
            lists.append((place, name))
        elif place.role is Role.FILES:
            _once(catalog.file_lists, place.component, name)
        elif place.role is Role.FILE:
            _once(catalog.files, key, name)
        elif place.role is Role.OTHER:
            others.append(name)
    for place, name in lists:
        _add_listed(tables, place.component, name, source)
    found = [known for known in tables.values() if known.documents or known.number]
    if not found and not lists:
        raise ImportRefused(
            Code.INVALID_ZIP, "there are no tables in it",
            next_step="A snapshot holds <table>/documents.jsonl for each table.",
        )  # fmt: skip
    ordered = tuple(sorted(found, key=lambda known: (known.component, known.name)))
    return replace(catalog, tables=ordered, others=tuple(others))


def _single(source: FileSource, table: str | None, component: str) -> Catalog:
    if table is None:
        raise UsageError("a single file does not say which table it holds; give the table's name")
    if not is_identifier(table) or table.startswith("_"):
        raise ImportRefused(Code.INVALID_TABLE_NAME, f'a table can\'t be called "{table}"')
    (name,) = source.entries
    return Catalog(tables=(SnapshotTable(component=component, name=table, documents=name),))


def _once(entries: dict[Key, str], key: Key, name: str) -> None:
    if key in entries:
        raise ImportRefused(Code.DUPLICATE_TABLE_NAME, f'"{entries[key]}" holds the same', entry=name)
    entries[key] = name


def _add_entry(tables: dict[tuple[str, str], SnapshotTable], place: Place, name: str) -> None:
    key = (place.component, place.table)
    known = tables.get(key, SnapshotTable(component=place.component, name=place.table))
    other = known.documents if place.role is Role.DOCUMENTS else known.sidecar
    if other is not None:
        raise ImportRefused(Code.DUPLICATE_TABLE_NAME, f'"{other}" holds the same table', entry=name)
    tables[key] = replace(known, documents=name) if place.role is Role.DOCUMENTS else replace(known, sidecar=name)


def _add_listed(tables: dict[tuple[str, str], SnapshotTable], component: str, entry: str, source: Source) -> None:
    """Take names and numbers from a list of tables."""
    by_number: dict[int, str] = {}
    names: set[str] = set()
    with source.open(entry) as stream:
        for line, text in json_lines(entry, stream):
            name, number = _listed(entry, line, text)
            if name in names:
                raise ImportRefused(Code.DUPLICATE_TABLE_NAME, f'"{name}" is listed twice', entry=entry, line=line)
            if number in by_number:
                raise ImportRefused(
                    Code.INVALID_ID, f'"{name}" and "{by_number[number]}" both have number {number}',
                    entry=entry, line=line,
                )  # fmt: skip
            names.add(name)
            by_number[number] = name
            if name.startswith("_"):
                continue
            known = tables.get((component, name), SnapshotTable(component=component, name=name))
            if known.number is not None:
                raise ImportRefused(Code.DUPLICATE_TABLE_NAME, f'"{name}" is listed twice', entry=entry, line=line)
            tables[component, name] = replace(known, number=number)


def _listed(entry: str, line: int, text: str) -> tuple[str, int]:
    try:
        row = decode_plain(text)
    except InvalidValue as error:
        raise ImportRefused(error.code, error.what, entry=entry, line=line) from None
    name: Value = row.get("name") if isinstance(row, dict) else None
    number: Value = row.get("id") if isinstance(row, dict) else None
    if not isinstance(name, str) or not isinstance(number, float) or not number.is_integer():
        raise ImportRefused(
            Code.INVALID_VALUE, f'a table is listed as {{"name":"users","id":10001}}, got {text.strip()[:80]!r}',
            entry=entry, line=line,
        )  # fmt: skip
    if not is_identifier(name):
        raise ImportRefused(Code.INVALID_TABLE_NAME, f'a table can\'t be called "{name}"', entry=entry, line=line)
    if not 1 <= number <= MAX_TABLE_NUMBER:
        raise ImportRefused(Code.INVALID_ID, f"{number:.0f} is no table number", entry=entry, line=line)
    return name, int(number)


def decoder_of(source: Source, table: SnapshotTable) -> tuple[Generation, Decoder]:
    """Choose how the documents of a table are read."""
    if table.sidecar is None:
        return decoder("", None)
    with source.open(table.sidecar) as stream:
        return decoder(table.sidecar, stream)


def read_documents(source: Source, table: SnapshotTable, decode: Decoder) -> Iterator[tuple[int, int, Document]]:
    """Yield line, characters of text and document, for each document of a table.

    Raises:
        ImportRefused: a line is not a document.
    """
    if table.documents is None:
        return
    entry = table.documents
    with source.open(entry) as stream:
        for line, text in documents(entry, stream):
            try:
                yield line, len(text), decode(text)
            except InvalidValue as error:
                raise ImportRefused(error.code, error.what, entry=entry, line=line) from None
