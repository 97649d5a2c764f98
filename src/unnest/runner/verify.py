"""Verification: every range of keys compared, E against rows and R against nested values.

In: a migration and its stage. Out: a ``Verification`` that names rows and paths. It locks nothing; each range is one snapshot.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from unnest import naming
from unnest.errors import Interrupted
from unnest.mapping.base import Face, Mapping
from unnest.migration import Migration
from unnest.runner.report import Difference, Progress, Report, Verification
from unnest.runner.session import Session
from unnest.script.pieces import key_type
from unnest.sql import bindable, quote, table_name
from unnest.stages import Stage

WINDOW_ROWS = 5000
RETIRED_WINDOW_ROWS = 1000
"""Smaller: the size of values is not known then."""
WINDOW_BYTES = 32 * 1024 * 1024
LIMIT = 1000
"""How many differences are kept; all are counted up to this many a range."""

_DETAIL = {
    Stage.PENDING: "nothing to verify before stage dual_write",
    Stage.SCHEMA: "nothing to verify before stage dual_write",
    Stage.DUAL_WRITE: "history is not copied yet: only what dual write has carried is compared",
    Stage.CLEANUP: "the nested value is retired: what can be compared is that the rows can still be written as documents",
    Stage.COMPLETE: "the nested value is gone: what can be compared is that the rows can still be written as documents",
}


@dataclass(slots=True, kw_only=True)
class Verifier:
    """Compares the two sides of one migration."""

    session: Session
    migration: Migration
    stage: Stage
    report: Report
    stop: Callable[[], bool]
    both_live: bool = False
    differences: list[Difference] = field(default_factory=list)
    parents: int = 0

    def verify(self) -> Verification:
        """Compare everything that can be compared at this stage."""
        for mapping in self.migration.mappings:
            for face, function in self._checks(mapping):
                self._over(mapping, face, function)
        return Verification(
            migration=self.migration.id,
            clean=not self.differences,
            parents=self.parents,
            count=len(self.differences),
            differences=tuple(self.differences[:LIMIT]),
            detail="" if self.both_live else _DETAIL.get(self.stage, ""),
        )

    def _checks(self, mapping: Mapping) -> Iterator[tuple[Face, str]]:
        if self.both_live or self.stage in (Stage.BACKFILL, Stage.DUAL_READ):
            for face in mapping.faces:
                yield face, f"verify_{face.name}"
        elif self.stage in (Stage.CLEANUP, Stage.COMPLETE):
            yield mapping.source, "verify_rows"

    def _over(self, mapping: Mapping, face: Face, function: str) -> None:
        """Go through all ranges of keys; the last one is open, so that rows without a parent are seen too."""
        kind, part = key_type(face), f"{mapping.name}.{face.name}"
        is_retired = function == "verify_rows"
        window_name = "window_rows" if is_retired else f"window_{face.name}"
        rows = RETIRED_WINDOW_ROWS if is_retired else WINDOW_ROWS
        window = bindable(f"unnest.{quote(naming.function(mapping.name, window_name))}")
        check = bindable(f"unnest.{quote(naming.function(mapping.name, function))}")
        total = self._estimate(face)
        after: str | None = None
        done = 0
        while True:
            if self.stop():
                raise Interrupted(f'verification of "{self.migration.id}" was stopped; run it again')
            found = self._row(f"SELECT {window}(CAST(%s AS {kind}), NULL, %s, %s)", after, rows, WINDOW_BYTES)
            last = found["last"] if found["parents"] >= rows or found["bytes"] >= WINDOW_BYTES else None
            self._compare(mapping, face, f"SELECT * FROM {check}(CAST(%s AS {kind}), CAST(%s AS {kind}), %s)", after, last)
            done += found["parents"]
            self.report(Progress(migration=self.migration.id, step="verify", part=part, done=done, total=max(total, done)))
            if last is None:
                break
            after = last
        self.parents += done

    def _row(self, query: str, *arguments: Any) -> dict[str, Any]:
        row = self.session.connection.execute(query, arguments).fetchone()
        assert row is not None
        return cast("dict[str, Any]", row[0])

    def _compare(self, mapping: Mapping, face: Face, query: str, after: str | None, last: str | None) -> None:
        cursor = self.session.connection.execute(query, [after, last, LIMIT])
        for what, key, path, expected, actual in cursor:
            self.differences.append(
                Difference(mapping=mapping.name, table=face.name, what=what, key=key, path=path, expected=expected, actual=actual)
            )

    def _estimate(self, face: Face) -> int:
        row = self.session.connection.execute(
            "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass(%s)", [table_name(face.table)]
        ).fetchone()
        return int(row[0]) if row else 0
