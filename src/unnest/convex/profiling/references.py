"""Which documents point to which, and where that does not add up.

In: ids of documents and the ids their fields hold. Out: how many references dangle, and how arrays of ids and the
pointers back disagree. Everything is kept in a private file of SQLite, so the number of documents does not matter.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

_BATCH_ROWS = 5_000
_CACHE_KIB = 32 * 1024  # ids come in no order; with less the file is read at random for each of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How an array of ids and the pointers back agree.

    Attributes:
        array: table and field of the array.
        pointer: table and field of the pointer.
        agreeing: pairs that both name.
        duplicates: ids that stand in one array more than once.
        stale: listed ids whose document is gone.
        listed_elsewhere: listed ids whose pointer names another document.
        pointer_missing: listed ids that have no pointer.
        missing_from_array: pointers whose target exists and does not list them.
        target_gone: pointers whose target is gone.
    """

    array: str
    pointer: str
    agreeing: int
    duplicates: int
    stale: int
    listed_elsewhere: int
    pointer_missing: int
    missing_from_array: int
    target_gone: int

    @property
    def drifted(self) -> int:
        """Count all disagreements."""
        return (
            self.duplicates + self.stale + self.listed_elsewhere + self.pointer_missing
            + self.missing_from_array + self.target_gone
        )  # fmt: skip


class References:
    """Documents and references of one component."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.executescript(
            f"PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -{_CACHE_KIB};"
            "CREATE TABLE document (id TEXT PRIMARY KEY) WITHOUT ROWID;"
            "CREATE TABLE reference (path INTEGER NOT NULL, row TEXT NOT NULL, target TEXT NOT NULL); BEGIN"
        )
        self._paths: dict[str, int] = {}
        self._documents: list[tuple[str]] = []
        self._references: list[tuple[int, str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.close()

    def document(self, row_id: str) -> None:
        """Remember that a document exists."""
        self._documents.append((row_id,))
        if len(self._documents) >= _BATCH_ROWS:
            self._flush()

    def reference(self, path: str, row_id: str, target: str) -> None:
        """Remember that a field of a document holds the id of another."""
        number = self._paths.setdefault(path, len(self._paths))
        self._references.append((number, row_id, target))
        if len(self._references) >= _BATCH_ROWS:
            self._flush()

    def settle(self) -> None:
        """Make everything that was told ready for questions."""
        self._flush()
        self._kept.execute("CREATE INDEX by_row ON reference (path, row, target)")

    def dangling(self) -> Iterator[tuple[str, int, int]]:
        """Yield for each path how many references it holds and how many of them dangle."""
        rows = self._kept.execute(
            "SELECT path, count(*), count(*) - count(document.id) FROM reference"
            " LEFT JOIN document ON document.id = reference.target GROUP BY path"
        )
        names = {number: path for path, number in self._paths.items()}
        for number, total, missing in rows:
            yield names[number], total, missing

    def drift(self, array: str, pointer: str) -> Drift:
        """Compare an array of ids (``projects.conversationIds[]``) with the pointers back."""
        a, p = self._paths[array], self._paths[pointer]
        listed = "(SELECT DISTINCT row AS parent, target AS child FROM reference WHERE path = :a) AS listed"
        pointing = "(SELECT target AS parent, row AS child FROM reference WHERE path = :p) AS pointing"
        is_pair = "pointing.child = listed.child AND pointing.parent = listed.parent"
        counts = {
            "agreeing": f"SELECT count(*) FROM {listed} JOIN {pointing} ON {is_pair}",
            "duplicates": f"SELECT (SELECT count(*) FROM reference WHERE path = :a) - (SELECT count(*) FROM {listed})",
            "stale": f"SELECT count(*) FROM {listed} WHERE child NOT IN document",
            "listed_elsewhere": f"SELECT count(*) FROM {listed} JOIN {pointing} ON pointing.child = listed.child"
            " AND pointing.parent <> listed.parent WHERE listed.child IN document",
            "pointer_missing": f"SELECT count(*) FROM {listed} WHERE child IN document"
            " AND NOT EXISTS (SELECT 1 FROM reference AS r WHERE r.path = :p AND r.row = listed.child)",
            "missing_from_array": f"SELECT count(*) FROM {pointing} WHERE parent IN document AND NOT EXISTS"
            " (SELECT 1 FROM reference AS r WHERE r.path = :a AND r.row = pointing.parent AND r.target = pointing.child)",
            "target_gone": f"SELECT count(*) FROM {pointing} WHERE parent NOT IN document",
        }
        found = {name: int(self._kept.execute(query, {"a": a, "p": p}).fetchone()[0]) for name, query in counts.items()}
        return Drift(array=array, pointer=pointer, **found)

    def _flush(self) -> None:
        self._kept.executemany("INSERT OR IGNORE INTO document VALUES (?)", self._documents)
        self._kept.executemany("INSERT INTO reference VALUES (?, ?, ?)", self._references)
        self._documents.clear()
        self._references.clear()
