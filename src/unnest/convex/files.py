"""Stored files of a snapshot, and entries that nobody understands.

In: entries of a snapshot. Out: their content in the database or in a directory, checked against size and checksum, and
what is known about each. Contents are moved in pieces; no file has to fit in memory.
"""

import shutil
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol, Self

import psycopg

from unnest.convex.catalog import Catalog
from unnest.convex.errors import Code, ImportRefused, InvalidValue
from unnest.convex.ids import decode_id
from unnest.convex.lines import json_lines
from unnest.convex.report import ImportMode
from unnest.convex.source import Source
from unnest.convex.spool import Spool
from unnest.convex.store import Connection
from unnest.convex.values import Document, decode_plain

CHUNK_BYTES = 2**18
STORAGE = "storage"
ENTRY = "entry"

_FILE_COLUMNS = ("component", "name", "kind", "extension", "details", "size", "sha256", "path")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One file that is to be kept."""

    component: str
    name: str
    kind: str
    entry: str
    extension: str = ""
    details: str = ""
    size: int | None = None
    sha256: str | None = None


class Keeper(Protocol):
    """Where contents are kept."""

    def keep(self, file: StoredFile, pieces: Iterable[bytes]) -> str:
        """Take the content; returns its path, or "" if it is in the database."""


@dataclass(slots=True, kw_only=True)
class Directory:
    """Keeps contents as files; they appear at their place only when the import is about to commit."""

    root: Path
    incoming: Path = field(init=False)
    waiting: list[tuple[Path, Path]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.root.mkdir(parents=True, exist_ok=True)
        self.incoming = Path(tempfile.mkdtemp(prefix=".incoming-", dir=self.root))
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.incoming)

    def keep(self, file: StoredFile, pieces: Iterable[bytes]) -> str:
        """Write the content aside; its name is an id that was checked, never a name from an archive."""
        path = self.incoming / str(len(self.waiting))
        with path.open("wb") as target:
            for piece in pieces:
                target.write(piece)
        final = self.root.joinpath(*filter(None, file.component.split("/")), file.name)
        self.waiting.append((path, final))
        return str(final.resolve())

    def settle(self) -> None:
        """Move the files to their place."""
        for path, final in self.waiting:
            final.parent.mkdir(parents=True, exist_ok=True)
            path.replace(final)


class _Chunks:
    """Keeps contents in the database, in pieces."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy

    def keep(self, file: StoredFile, pieces: Iterable[bytes]) -> str:
        for position, piece in enumerate(pieces):
            self._copy.write_row((file.component, file.name, position, piece))
        return ""


def keep_files(
    connection: Connection, source: Source, catalog: Catalog, mode: ImportMode, directory: Directory | None
) -> tuple[int, int, list[str]]:
    """Keep the stored files and the unknown entries of a snapshot.

    Args:
        connection: inside the import's transaction.
        source: the snapshot.
        catalog: what it contains.
        mode: what happens to files that are there already.
        directory: where the stored files go; None keeps them in the database.

    Returns:
        Number of stored files, number of unknown entries, and notes.

    Raises:
        ImportRefused: a checksum or size is wrong, or files are there already.
    """
    _make_room(connection, catalog, mode)
    notes: list[str] = []
    counts = {STORAGE: 0, ENTRY: 0}
    table = "unnest.snapshot_file"
    try:
        with Spool(table, _FILE_COLUMNS) as spool:
            statement = "COPY unnest.snapshot_chunk (component, name, position, content) FROM STDIN"
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                chunks = _Chunks(copy)
                for file in _all_files(source, catalog, notes):
                    keeper: Keeper = directory if directory is not None and file.kind == STORAGE else chunks
                    spool.add(_keep(source, file, keeper))
                    counts[file.kind] += 1
            spool.load(connection)
    except psycopg.errors.UniqueViolation as error:
        what = error.diag.message_detail or str(error)
        raise ImportRefused(Code.DUPLICATE_ID, f"a stored file is there already: {what}") from error
    return counts[STORAGE], counts[ENTRY], notes


def read_file(connection: Connection, component: str, name: str, path: str) -> Iterator[bytes]:
    """Yield the content of a kept file, piece by piece."""
    if path:
        with Path(path).open("rb") as stream:
            yield from _pieces(stream)
        return
    position = 0
    query = "SELECT content FROM unnest.snapshot_chunk WHERE component = %s AND name = %s AND position = %s"
    while row := connection.execute(query, [component, name, position], binary=True).fetchone():
        yield bytes(row[0])  # type: ignore[call-overload] # bytea arrives as bytes
        position += 1


def _make_room(connection: Connection, catalog: Catalog, mode: ImportMode) -> None:
    components = list(catalog.file_lists)
    if mode is ImportMode.EMPTY:
        query = "SELECT component FROM unnest.snapshot_file WHERE kind = 'storage' AND component = ANY(%s) LIMIT 1"
        if connection.execute(query, [components]).fetchone():
            raise ImportRefused(
                Code.TABLE_EXISTS, '"_storage" has files already', next_step="Choose --append, --replace or --replace-all."
            )
    condition, values = {
        ImportMode.EMPTY: ("false", []),
        ImportMode.APPEND: ("false", []),
        ImportMode.REPLACE: ("kind = 'storage' AND component = ANY(%s)", [components]),
        ImportMode.REPLACE_ALL: ("true", []),
    }[mode]
    for where, bound in ((condition, values), ("kind = 'entry' AND name = ANY(%s)", [list(catalog.others)])):
        connection.execute(
            "WITH gone AS (DELETE FROM unnest.snapshot_file"
            f" WHERE {where} RETURNING component, name)"
            " DELETE FROM unnest.snapshot_chunk AS chunk USING gone"
            " WHERE (chunk.component, chunk.name) = (gone.component, gone.name)",
            bound,
        )


def _all_files(source: Source, catalog: Catalog, notes: list[str]) -> Iterator[StoredFile]:
    unlisted = dict(catalog.files)
    for component, entry in catalog.file_lists.items():
        missing = 0
        for file in _listed(source, component, entry, catalog):
            if file is None:
                missing += 1
            else:
                unlisted.pop((component, file.name), None)
                yield file
        if missing:
            notes.append(f"{entry}: {missing} files are listed, but not in the snapshot")
    for (component, name), entry in unlisted.items():
        if component in catalog.file_lists:
            yield StoredFile(component=component, name=name, kind=STORAGE, entry=entry, extension=_extension(entry))
        else:  # as the original tool: without a list these are no stored files
            yield StoredFile(component="", name=entry, kind=ENTRY, entry=entry)
    for entry in catalog.others:
        yield StoredFile(component="", name=entry, kind=ENTRY, entry=entry)


def _listed(source: Source, component: str, entry: str, catalog: Catalog) -> Iterator[StoredFile | None]:
    """Yield the files of a list; None for those the snapshot does not contain."""
    number: int | None = None
    seen: set[str] = set()
    with source.open(entry) as stream:
        for line, text in json_lines(entry, stream):
            try:
                file_id, details = _details(text)
                found = decode_id(file_id).table_number
            except InvalidValue as error:
                raise ImportRefused(error.code, error.what, entry=entry, line=line) from None
            if file_id in seen:
                raise ImportRefused(Code.DUPLICATE_ID, f'the file "{file_id}" is listed twice', entry=entry, line=line)
            if number not in (None, found):
                raise ImportRefused(Code.IMPORT_CONFLICT, f"table number {found} after {number}", entry=entry, line=line)
            number = found
            seen.add(file_id)
            content = catalog.files.get((component, file_id))
            yield None if content is None else _stored(component, file_id, content, text, details)


def _details(text: str) -> tuple[str, Document]:
    details = decode_plain(text)
    if not isinstance(details, dict) or not isinstance(details.get("_id"), str):
        raise InvalidValue(Code.INVALID_VALUE, 'a stored file is described by an object with "_id"')
    size, checksum = details.get("size"), details.get("sha256")
    if not (size is None or (isinstance(size, float) and size.is_integer() and size >= 0)):
        raise InvalidValue(Code.INVALID_VALUE, f'"size" is {size!r}, not a number of bytes')
    if not (checksum is None or isinstance(checksum, str)):
        raise InvalidValue(Code.INVALID_VALUE, f'"sha256" is {checksum!r}, not base64')
    return str(details["_id"]), details


def _stored(component: str, file_id: str, entry: str, text: str, details: Document) -> StoredFile:
    size, checksum = details.get("size"), details.get("sha256")
    return StoredFile(
        component=component, name=file_id, kind=STORAGE, entry=entry, extension=_extension(entry), details=text.strip(),
        size=int(size) if isinstance(size, float) else None, sha256=checksum if isinstance(checksum, str) else None,
    )  # fmt: skip


def _extension(entry: str) -> str:
    _, dot, extension = entry.rpartition("/")[2].partition(".")
    return dot + extension


def _keep(source: Source, file: StoredFile, keeper: Keeper) -> tuple[str, ...]:
    """Keep a file and check it; returns its row."""
    digest = sha256()
    size = 0

    def watched(pieces: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal size
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            yield piece

    with source.open(file.entry) as stream:
        path = keeper.keep(file, watched(_pieces(stream)))
    checksum = b64encode(digest.digest()).decode()
    if file.size not in (None, size):
        raise ImportRefused(Code.INVALID_VALUE, f"{size} bytes, but {file.size} are listed", entry=file.entry)
    if file.sha256 not in (None, checksum):
        raise ImportRefused(Code.INVALID_VALUE, f"SHA-256 is {checksum}, but {file.sha256} is listed", entry=file.entry)
    return file.component, file.name, file.kind, file.extension, file.details, str(size), checksum, path


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    read: Callable[[], bytes] = lambda: stream.read(CHUNK_BYTES)  # noqa: E731 # iter() takes a function
    yield from iter(read, b"")
