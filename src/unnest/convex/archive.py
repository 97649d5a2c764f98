"""Writing a zip archive entry by entry.

In: names and pieces of bytes. Out: a zip that appears under its name only when it is complete.
"""

import os
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_PIECE_BYTES = 2**18
_FILE_MODE = 0o100644 << 16
_UNIX = 3


class ArchiveWriter:
    """An archive under way; remembers the names it has written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._date = time.gmtime()[:6]
        self.names: set[str] = set()

    @contextmanager
    def entry(self, name: str) -> Iterator["EntryWriter"]:
        """Open an entry; one at a time can be open."""
        info = zipfile.ZipInfo(name, self._date)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = _UNIX
        info.external_attr = _FILE_MODE
        self.names.add(name)
        with self._archive.open(info, "w", force_zip64=True) as stream:
            writer = EntryWriter(stream)
            yield writer
            writer.flush()

    def write(self, name: str, content: bytes) -> None:
        """Write a small entry at once."""
        with self.entry(name) as writer:
            writer.write(content)


class EntryWriter:
    """Gathers small pieces, for the compressor is slow on them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._waiting = bytearray()
        self.size = 0

    def write(self, piece: bytes) -> None:
        """Append bytes to the entry."""
        self._waiting += piece
        self.size += len(piece)
        if len(self._waiting) >= _PIECE_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand everything to the compressor."""
        self._stream.write(bytes(self._waiting))
        self._waiting.clear()


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Write an archive beside its place and move it there when all went well."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            yield ArchiveWriter(archive)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
