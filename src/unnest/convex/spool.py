"""Rows set aside.

In: rows of strings for one of our tables. Out: the same rows through one COPY, later. A connection runs one COPY at a
time, so what comes up while another one runs has to wait; beyond a megabyte it waits in a file.
"""

import csv
import tempfile
from collections.abc import Sequence
from typing import Self

from psycopg import sql

from unnest.convex.store import Connection

_MEMORY_BYTES = 2**20
_COPY_CHARACTERS = 2**18


class Spool:
    """Rows for one table; no value is NULL."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        self._statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
            sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115 # the spool itself is the context manager
            _MEMORY_BYTES, "w+", encoding="utf-8", newline=""
        )
        self._writer = csv.writer(self._file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, row: Sequence[str]) -> None:
        """Set a row aside."""
        self._writer.writerow(row)
        self._rows += 1

    def load(self, connection: Connection) -> None:
        """Write all rows to the table."""
        if not self._rows:
            return
        self._file.seek(0)
        with connection.cursor() as cursor, cursor.copy(self._statement) as copy:
            while piece := self._file.read(_COPY_CHARACTERS):
                copy.write(piece)
