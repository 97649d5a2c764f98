"""Walks over parents in key order: batches sized by time, resumable at every one, paused and stopped between two.

In: a function of schema ``unnest`` and a checkpoint. Out: counts. The cursor is written in the transaction of the batch, so a
crash at any instant leaves it true.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from psycopg.errors import DataCorrupted

from unnest import ledger, naming
from unnest.errors import Inconsistent, Interrupted
from unnest.mapping.base import Face, Mapping
from unnest.runner.report import Progress, Report
from unnest.runner.session import Session
from unnest.script.pieces import key_type
from unnest.sql import bindable, quote, string, table_name

TARGET_MS = 100
FLOOR_ROWS, START_ROWS, CEILING_ROWS = 100, 500, 20_000
CEILING_BYTES = 16 * 1024 * 1024
_POLL_S = 0.25


@dataclass(slots=True, kw_only=True)
class Walker:
    """Walks the parents of one migration.

    Attributes:
        session: The runner's connection.
        migration: Id of the migration.
        step: Word of the step.
        report: Told after each batch.
        stop: Asked between batches whether to stop.
    """

    session: Session
    migration: str
    step: str
    report: Report
    stop: Callable[[], bool]

    def walk(self, mapping: Mapping, face: Face, function: str, arguments: str = "") -> None:
        """Call a batch function over all parents up to the bound taken at the start.

        Args:
            mapping: The mapping.
            face: Whose rows are walked.
            function: Name of the function within the mapping; takes (after, upto, rows, bytes) and returns jsonb.
            arguments: Further arguments, as SQL the engine wrote.
        """
        part = f"{mapping.name}.{face.name}"
        self._begin(part, face)
        name = bindable(f"unnest.{quote(naming.function(mapping.name, function))}")
        kind = key_type(face)
        extra = f", {arguments}" if arguments else ""
        call = f"SELECT {name}(CAST(%s AS {kind}), CAST(%s AS {kind}), %s, %s{extra})"
        while True:
            self._breathe(part)
            if self.session.retrying(f"{self.step} {part}", lambda: self._batch(part, call)):
                return

    def _begin(self, part: str, face: Face) -> None:
        """Take the upper bound: later rows are the triggers' work, so the walk ends however fast the table is written."""
        connection = self.session.connection
        if ledger.checkpoint(connection, self.migration, self.step, part) is not None:
            return
        key, table = quote(face.key), table_name(face.table)
        row = connection.execute(
            f"SELECT (SELECT {key}::text FROM {table} ORDER BY {table}.{key} DESC LIMIT 1), "
            f"(SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass({string(table)}))"
        ).fetchone()
        assert row is not None
        upto, expected = row
        if expected is None or expected < 0:
            counted = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            expected = counted[0] if counted else 0
        values = {"upto": upto, "expected": expected, "batch_rows": START_ROWS, "done": upto is None}
        ledger.set_checkpoint(connection, self.migration, self.step, part, **values)

    def _breathe(self, part: str) -> None:
        """Stop where asked to; wait while paused."""
        told = False
        while True:
            if self.stop():
                raise Interrupted(f'"{self.migration}" was stopped in step "{self.step}"; the same command goes on from there')
            paused_by = ledger.record(self.session.connection, self.migration).paused_by
            if paused_by is None:
                return
            if not told:
                self.report(Progress(migration=self.migration, step=self.step, part=part, note=f"paused by {paused_by}"))
                told = True
            time.sleep(_POLL_S)

    def _batch(self, part: str, call: str) -> bool:
        """Run one batch; return whether the walk is done."""
        connection = self.session.connection
        point = ledger.checkpoint(connection, self.migration, self.step, part)
        assert point is not None
        if point.done:
            return True
        settings = ledger.record(connection, self.migration).settings
        ceiling_bytes = int(settings.get("batch_bytes", CEILING_BYTES))
        started = time.perf_counter()
        arguments = [point.cursor, point.upto, point.batch_rows, ceiling_bytes]
        found = self._called(part, call, arguments)
        if found is None:
            ledger.set_checkpoint(connection, self.migration, self.step, part, done=True)
            return True
        elapsed_ms = (time.perf_counter() - started) * 1000
        self._advance(part, point, found, elapsed_ms, float(settings.get("batch_ms", TARGET_MS)))
        return False

    def _called(self, part: str, call: str, arguments: list[Any]) -> dict[str, Any] | None:
        """Return what the batch function says; None at the end of the walk."""
        try:
            row = self.session.connection.execute(call, arguments).fetchone()
        except DataCorrupted as error:
            said = error.diag.message_primary or str(error)
            raise Inconsistent(f'"{self.migration}", step "{self.step}", {part}: {said}; the batch was rolled back') from error
        return row[0] if row else None

    def _advance(self, part: str, point: ledger.Checkpoint, found: dict[str, Any], elapsed_ms: float, target_ms: float) -> None:
        connection = self.session.connection
        last, parents = found.pop("last"), found.pop("parents")
        counts = {name: point.counts.get(name, 0) + value for name, value in found.items()}
        after = replace(
            point,
            cursor=last,
            parents=point.parents + parents,
            batches=point.batches + 1,
            batch_rows=next_rows(point.batch_rows, elapsed_ms, target_ms),
            counts=counts,
        )
        ledger.pass_batch(connection, self.migration, self.step, point, after, counts=found, milliseconds=elapsed_ms)
        total = max(point.expected, after.parents)
        self.report(Progress(migration=self.migration, step=self.step, part=part, done=after.parents, total=total))


def next_rows(rows: int, elapsed_ms: float, target_ms: float) -> int:
    """Return the size of the next batch: towards the target time, at most doubled or halved, within floor and ceiling."""
    factor = min(2.0, max(0.5, target_ms / max(elapsed_ms, 0.1)))
    return max(FLOOR_ROWS, min(CEILING_ROWS, int(rows * factor)))
