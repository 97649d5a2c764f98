"""The files of a snapshot: entries of a zip, of a directory, or one file alone.

In: a path. Out: names, sizes and streams of the entries. Nothing is ever unpacked to a place that a name chooses, and
what is dangerous about an archive is refused before its first byte is read.
"""

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Protocol

from unnest.convex.errors import Code, ImportRefused

READ_BYTES = 1 << 20
_DRIVE = ":"
_ENCRYPTED = 0x1
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """How much a snapshot may unpack to; both guard against archives made to fill the disk.

    Attributes:
        total_bytes: all entries together.
        ratio: unpacked to packed size of one entry; real exports stay below 40.
        ratio_from_bytes: entries up to this size may have any ratio.
        entries: number of entries.
    """

    total_bytes: int = 2**40
    ratio: int = 250
    ratio_from_bytes: int = 64 * 2**20
    entries: int = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of a snapshot: its name inside, with ``/`` between directories, and its size."""

    name: str
    size_bytes: int


class Source(Protocol):
    """What the entries of a snapshot are read from."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Return all files by name."""

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading from its start."""


@contextmanager
def open_source(path: Path, limits: ArchiveLimits | None = None) -> Iterator[Source]:
    """Open a zip, a directory, or one file.

    Raises:
        ImportRefused: the archive is broken or dangerous.
    """
    if path.is_dir():
        yield DirectorySource(path)
    elif path.suffix.lower() in (".jsonl", ".json", ".csv"):
        yield FileSource(path)
    elif not path.exists():
        raise ImportRefused(Code.INVALID_ZIP, f'there is no file "{path}"')
    else:
        with _open_zip(path) as archive:
            yield ZipSource(archive, limits or ArchiveLimits())


class ZipSource:
    """The entries of a zip archive."""

    def __init__(self, archive: zipfile.ZipFile, limits: ArchiveLimits) -> None:
        self._archive = archive
        infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
        _check_archive(infos, limits)
        self._infos = {info.filename: info for info in infos}
        self.entries: Mapping[str, Entry] = {
            info.filename: Entry(name=info.filename, size_bytes=info.file_size) for info in infos
        }

    def open(self, name: str) -> IO[bytes]:
        """Open an entry; faults of the archive become refusals that name it."""
        with archive_faults(name):
            return io.BufferedReader(_ZipStream(self._archive.open(self._infos[name]), name), READ_BYTES)


class DirectorySource:
    """The files of an unpacked snapshot."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.entries: Mapping[str, Entry] = {entry.name: entry for entry in self._walk()}

    def _walk(self) -> Iterator[Entry]:
        for directory, directories, files in os.walk(self._root):
            directories.sort()
            for name in sorted((*directories, *files)):
                path = Path(directory, name)
                inside = path.relative_to(self._root).as_posix()
                if path.is_symlink():
                    raise ImportRefused(Code.INVALID_ZIP, "symbolic links are not followed", entry=inside)
                if path.is_file():
                    yield Entry(name=inside, size_bytes=path.stat().st_size)

    def open(self, name: str) -> IO[bytes]:
        """Open a file below the directory."""
        return (self._root / PurePosixPath(name)).open("rb", READ_BYTES)


class FileSource:
    """One file that holds one table."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ImportRefused(Code.INVALID_ZIP, f'there is no file "{path}"')
        self._path = path
        self.entries: Mapping[str, Entry] = {path.name: Entry(name=path.name, size_bytes=path.stat().st_size)}

    def open(self, name: str) -> IO[bytes]:
        """Open the file."""
        return self._path.with_name(name).open("rb", READ_BYTES)


@contextmanager
def archive_faults(entry: str) -> Iterator[None]:
    """Turn what the zip library raises for broken entries into a refusal with the entry's name."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise ImportRefused(
            Code.INVALID_ZIP, f"the entry is broken: {error or 'it ends too early'}", entry=entry,
            next_step="Export the snapshot again or copy it again.",
        ) from error  # fmt: skip


class _ZipStream(io.RawIOBase):
    """An entry as a raw stream, so that the standard buffer splits lines at the speed of C."""

    def __init__(self, inner: IO[bytes], name: str) -> None:
        self._inner = inner
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type] # the buffer protocol has no type before Python 3.12
        with archive_faults(self._name):
            read = self._inner.read(len(view))
        view[: len(read)] = read
        return len(read)

    def close(self) -> None:
        self._inner.close()
        super().close()


@contextmanager
def _open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    stream: BinaryIO
    with path.open("rb") as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
            raise ImportRefused(
                Code.INVALID_ZIP, f'"{path.name}" is not a whole zip archive: {error}',
                next_step="Give a .zip, a directory, or a .jsonl, .json or .csv file with the table's name.",
            ) from error  # fmt: skip
        with archive:
            yield archive


def _check_archive(infos: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    seen: set[str] = set()
    for info in infos:
        fault = _fault_of(info, limits)
        if fault is None and info.filename in seen:
            fault = "two entries have this name"
        if fault is not None:
            raise ImportRefused(Code.INVALID_ZIP, fault, entry=info.orig_filename)
        seen.add(info.filename)
    if len(infos) > limits.entries:
        raise ImportRefused(Code.INVALID_ZIP, f"{len(infos)} entries; at most {limits.entries} are read")
    total = sum(info.file_size for info in infos)
    if total > limits.total_bytes:
        raise ImportRefused(Code.INVALID_ZIP, f"the entries unpack to {total} bytes; at most {limits.total_bytes} are read")
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for earlier, later in pairwise(ordered):
        if earlier.header_offset + earlier.compress_size > later.header_offset:
            raise ImportRefused(Code.INVALID_ZIP, f'it shares its bytes with "{later.filename}"', entry=earlier.filename)


def _fault_of(info: zipfile.ZipInfo, limits: ArchiveLimits) -> str | None:
    name = info.orig_filename
    if not name or name != info.filename or name.startswith("/") or "\\" in name or _DRIVE in name[:2]:
        return "the name is not a path inside the snapshot"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "the name leads out of the snapshot"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "symbolic links are not followed"
    if info.flag_bits & _ENCRYPTED:
        return "the entry is encrypted"
    if info.compress_type not in _METHODS:
        return f"compression method {info.compress_type} is not supported (stored and deflate are)"
    if info.file_size > limits.ratio_from_bytes and info.file_size > info.compress_size * limits.ratio:
        return f"{info.compress_size} bytes unpack to {info.file_size}: more than {limits.ratio} times"
    return None
