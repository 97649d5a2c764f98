"""The runner: moves migrations through their stages, and everything else that commands ask for.

In: a database and declarations. Out: moves, verifications, repairs, and records of them. Each public method may be killed at any
instant and called again.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from unnest import ledger
from unnest.errors import GateClosed, Inconsistent, Paused, Refused, UsageError
from unnest.migration import Migration, check_together, find
from unnest.runner import looking
from unnest.runner.lease import identity, lease
from unnest.runner.report import Accounting, Progress, Report, Status, Verification, silent
from unnest.runner.session import Session, connect
from unnest.runner.steps import Steps
from unnest.script import plan, retire
from unnest.script.prelude import prelude
from unnest.script.statement import digest
from unnest.sql import run, table_name
from unnest.stages import ORDER, Gate, Move, Stage, Step, after, before, gates, moves

Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Runner:
    """Moves migrations on one database.

    Args:
        url: libpq connection string or URL.
        migrations: What is declared.
        report: Told of progress.
        actor: Who is at work, for the ledger; default: user, host and process.
        clock: Says what time it is, for soak and buffer.
        stop: Asked between batches whether to stop.
    """

    def __init__(
        self,
        url: str,
        migrations: Sequence[Migration],
        *,
        report: Report = silent,
        actor: str | None = None,
        clock: Clock = _utc_now,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.migrations = check_together(migrations)
        self.report, self.clock, self.stop = report, clock, stop
        self.actor = actor or identity()
        self.session = Session(connection=connect(url), notice=self._note)
        self._current = ""

    def close(self) -> None:
        """Close the connection."""
        self.session.connection.close()

    def __enter__(self) -> "Runner":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _note(self, text: str) -> None:
        self.report(Progress(migration=self._current, step="", note=text))

    # -- the ledger -------------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the ledger and the shared functions where they are missing or older, and enter what is declared."""
        connection = self.session.connection
        found = [*prelude()[:1], *ledger.tables(), *prelude()[1:], *retire.functions()]
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('unnest:prepare', 0))")
            for statement in found:
                self.session.execute(statement)
            for migration in self.migrations:
                ledger.declare(connection, migration)

    def record(self, migration: Migration) -> ledger.Record:
        """Return what the ledger knows of a migration."""
        return ledger.record(self.session.connection, migration.id)

    @contextmanager
    def _leased(self, migration: Migration, what: str) -> Iterator[ledger.Record]:
        self._current = migration.id
        self.prepare()
        with lease(self.session.connection, migration.id, f"{self.actor}: {what}"):
            found = self.record(migration)
            if found.paused_by:
                raise Paused(f'migration "{migration.id}" is paused by {found.paused_by}; first: unnest resume {migration.id}')
            yield found

    # -- moves ------------------------------------------------------------------------------------------------------------

    def advance(self, prefix: str, to: Stage | None = None, skip_gates: str | None = None) -> Stage:
        """Move a migration forward, through every stage up to ``to``.

        Args:
            prefix: Unique prefix of its id.
            to: The stage to reach; default: the next one.
            skip_gates: A reason for passing soak and buffer times; never passes a failed verification.

        Returns:
            The stage reached.

        Raises:
            GateClosed: A gate stands against it.
            Inconsistent: Verification or accounting failed; nothing further was done.
            LeaseHeld, Paused, Retryable, Interrupted: As named.
        """
        migration = find(self.migrations, prefix)
        with self._leased(migration, "advance") as found:
            self._check_unchanged(migration, found)
            self._check_direction(migration, found, is_forward=True)
            origin = found.stage
            target = to or found.moving_to or after(origin)
            self._check_order(migration, origin, target, is_forward=True)
            self._finish(migration, found)
            for move in moves(origin, target):
                self._pass_gates(migration, move, skip_gates)
                self._make(migration, move, skip_gates)
            return self.record(migration).stage

    def rollback(self, prefix: str, to: Stage | None = None, reason: str | None = None) -> Stage:
        """Move a migration back, through every stage down to ``to``; newer writes are kept.

        Args:
            prefix: Unique prefix of its id.
            to: The stage to reach; default: the one before, and dual_read from cleanup and complete.
            reason: Why, for the ledger.
        """
        migration = find(self.migrations, prefix)
        with self._leased(migration, "rollback") as found:
            self._check_unchanged(migration, found)
            self._check_direction(migration, found, is_forward=False)
            is_started = found.moving_to is not None and ORDER.index(found.moving_to) > ORDER.index(found.stage)
            target = to or (found.stage if is_started else before(found.stage))
            self._check_order(migration, found.stage, target, is_forward=False)
            if is_started:
                self._abandon(migration, found, reason)
            for move in moves(found.stage, target):
                self._make(migration, move, reason)
            return self.record(migration).stage

    def _abandon(self, migration: Migration, found: ledger.Record, reason: str | None) -> None:
        """Give up a forward move that was interrupted before its stage held; what it has made is made again or left alone."""
        connection = self.session.connection
        with connection.transaction():
            ledger.forget_checkpoints(connection, migration.id)
            ledger.update(connection, migration.id, moving_to=None)
            stages = {"from_stage": found.stage.value, "to_stage": found.moving_to.value if found.moving_to else None}
            ledger.event(connection, migration.id, self.actor, "move abandoned", reason=reason, **stages)

    def _check_unchanged(self, migration: Migration, found: ledger.Record) -> None:
        if found.digest and found.stage is not Stage.PENDING and found.digest != migration.digest:
            raise Refused(
                f'migration "{migration.id}" was declared differently when it left "pending"; '
                "restore that declaration, or roll back to pending with it first"
            )

    def _check_direction(self, migration: Migration, found: ledger.Record, *, is_forward: bool) -> None:
        """A move that has been interrupted between its flip and its end, or while going back, is finished first."""
        if found.moving_to is None:
            return
        was_forward = ORDER.index(found.moving_to) >= ORDER.index(found.stage)
        is_early = ORDER.index(found.stage) <= ORDER.index(Stage.DUAL_READ) and found.moving_to is not found.stage
        if was_forward == is_forward or (was_forward and is_early):
            return
        command = "advance" if was_forward else "rollback"
        raise Refused(
            f'migration "{migration.id}" is on its way to "{found.moving_to.value}"; '
            f"finish that first: unnest {command} {migration.id} --to {found.moving_to.value}"
        )

    def _check_order(self, migration: Migration, origin: Stage, target: Stage, *, is_forward: bool) -> None:
        distance = ORDER.index(target) - ORDER.index(origin)
        if (distance > 0) if is_forward else (distance < 0):
            return
        if distance == 0:
            return
        command = "rollback" if is_forward else "advance"
        raise UsageError(
            f'migration "{migration.id}" is at "{origin.value}", {"past" if is_forward else "before"} "{target.value}"; '
            f"use: unnest {command} {migration.id} --to {target.value}"
        )

    def _finish(self, migration: Migration, found: ledger.Record) -> None:
        """Finish a forward move whose stage holds already but whose last steps were interrupted."""
        if found.moving_to is found.stage:
            position = ORDER.index(found.stage)
            (move,) = moves(ORDER[position - 1], found.stage)
            self._carry_out(migration, move)

    def _pass_gates(self, migration: Migration, move: Move, skip_gates: str | None) -> None:
        if self.record(migration).moving_to is move.target:
            return  # it has passed them when it began
        closed = [gate for gate in self.gates(migration, move.target) if not gate.holds]
        for gate in closed:
            if not (gate.is_time and skip_gates):
                raise GateClosed(
                    f'migration "{migration.id}" may not go from "{move.origin.value}" to "{move.target.value}": '
                    f"gate {gate.name}: {gate.detail}"
                )

    def gates(self, migration: Migration, target: Stage) -> list[Gate]:
        """Return the gates of the next move, as they stand now."""
        return gates(self.record(migration).facts(self.clock()), target)

    def _make(self, migration: Migration, move: Move, reason: str | None) -> None:
        connection = self.session.connection
        found = self.record(migration)
        if found.moving_to is not move.target:
            if move.origin is Stage.PENDING:
                self._check_absent(migration)
            convergent = found.convergent
            if move.target is Stage.DUAL_WRITE and move.is_forward:
                convergent = self.has_user_triggers(migration)
                ledger.update(connection, migration.id, convergent=convergent)
            statements = [s for some in plan.planned(migration, move, convergent=convergent).values() for s in some]
            with connection.transaction():
                ledger.forget_checkpoints(connection, migration.id)
                values: dict[str, Any] = {"moving_to": move.target.value}
                if move.origin is Stage.PENDING:
                    values["digest"] = migration.digest
                ledger.update(connection, migration.id, **values)
                self._event(migration, "move started", move, reason, digest(statements))
        self._carry_out(migration, move)

    def _check_absent(self, migration: Migration) -> None:
        """A table of a target's name that is not ours must not be taken for ours."""
        for table in migration.targets:
            row = self.session.connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table_name(table)]).fetchone()
            if row and row[0]:
                raise Refused(
                    f'migration "{migration.id}": table "{table.name}" exists already and was not made by this migration; '
                    "rename or drop it, or give the new table another name"
                )

    def _carry_out(self, migration: Migration, move: Move) -> None:
        connection = self.session.connection
        found = self.record(migration)
        steps = Steps(
            session=self.session,
            migration=migration,
            move=move,
            convergent=found.convergent,
            report=self.report,
            stop=self.stop,
            flip=lambda: self._flip(migration, move),
        )
        for step in move.steps:
            point = ledger.checkpoint(connection, migration.id, step.value, "")
            if point is None or not point.done:
                steps.carry_out(step)
                ledger.set_checkpoint(connection, migration.id, step.value, "", done=True)
        with connection.transaction():
            if self.record(migration).stage is not move.target:
                self._flip(migration, move)
            ledger.update(connection, migration.id, moving_to=None)

    def _flip(self, migration: Migration, move: Move) -> None:
        connection = self.session.connection
        if self.record(migration).stage is move.target:
            return
        at = self.clock()
        ledger.update(connection, migration.id, stage=move.target.value, stage_since=at)
        self._event(migration, "stage", move, None, None)
        ledger.notify(connection, migration.id, move.target)

    def _event(self, migration: Migration, what: str, move: Move, reason: str | None, sql_digest: str | None) -> None:
        ledger.event(
            self.session.connection,
            migration.id,
            self.actor,
            what,
            from_stage=move.origin.value,
            to_stage=move.target.value,
            reason=reason,
            sql_digest=sql_digest,
        )

    def has_user_triggers(self, migration: Migration) -> bool:
        """Return whether triggers that are not ours stand on the tables: then the convergent form is used."""
        tables = {table_name(face.table) for m in migration.mappings for face in m.faces}
        tables |= {table_name(output.table) for m in migration.mappings for output in m.targets}
        row = self.session.connection.execute(
            "SELECT count(*) FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid "
            "JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE NOT t.tgisinternal AND n.nspname <> 'unnest' "
            "AND t.tgrelid IN (SELECT to_regclass(x) FROM unnest(%s::text[]) AS x)",
            [sorted(tables)],
        ).fetchone()
        return bool(row and row[0])

    # -- verify, repair, rebuild ------------------------------------------------------------------------------------------

    def _steps(self, migration: Migration) -> Steps:
        (move,) = moves(Stage.PENDING, Stage.SCHEMA)
        convergent = self.record(migration).convergent
        return Steps(
            session=self.session,
            migration=migration,
            move=move,
            convergent=convergent,
            report=self.report,
            stop=self.stop,
            flip=lambda: None,
        )

    def verify(self, prefix: str) -> Verification:
        """Compare both sides of a migration, exactly, and keep the differences as findings."""
        migration = find(self.migrations, prefix)
        with self._leased(migration, "verify") as found:
            if found.stage in (Stage.PENDING, Stage.SCHEMA):
                detail = "nothing to verify before stage dual_write"
                return Verification(migration=migration.id, clean=True, parents=0, count=0, detail=detail)
            steps = self._steps(migration)
            if found.stage in (Stage.DUAL_WRITE, Stage.BACKFILL, Stage.DUAL_READ):
                steps.drain()
                steps.note()
            result = steps.verification()
            self._keep_differences(migration, result)
            ledger.event(self.session.connection, migration.id, self.actor, "verified", detail={"differences": result.count})
            return result

    def _keep_differences(self, migration: Migration, result: Verification) -> None:
        connection = self.session.connection
        resolved = sa.update(ledger.findings).values(state="resolved", last_seen=ledger.NOW)
        of_kind = (ledger.findings.c.migration == migration.id, ledger.findings.c.kind == "difference")
        with connection.transaction():
            run(connection, resolved.where(*of_kind, ledger.findings.c.state == "open"))
            for difference in result.differences:
                looking.keep_difference(connection, migration.id, difference)

    def repair(self, prefix: str, direction: str) -> int:
        """Repair what verification finds, under the parents' locks.

        Args:
            prefix: Unique prefix of the migration's id.
            direction: ``legacy``: the nested value is right; ``new``: the rows are right.

        Returns:
            How many parents were repaired.
        """
        migration = find(self.migrations, prefix)
        if direction not in ("legacy", "new"):
            raise UsageError(f'direction "{direction}" is neither "legacy" nor "new"')
        with self._leased(migration, "repair") as found:
            if found.stage not in (Stage.BACKFILL, Stage.DUAL_READ):
                raise Refused(f'migration "{migration.id}" is at "{found.stage.value}"; repair works at backfill and dual_read')
            if direction == "new" and found.stage is not Stage.DUAL_READ:
                raise Refused(
                    f'migration "{migration.id}": before dual_read the legacy side is the truth; use --direction legacy'
                )
            steps = self._steps(migration)
            total = 0
            while not (result := steps.verification(both_live=True)).clean:
                repaired = steps.repair(result, direction)
                total += repaired
                again = steps.verification(both_live=True)
                if {d.key for d in again.differences} & {d.key for d in result.differences}:
                    raise Inconsistent(
                        f'migration "{migration.id}": {again.count} difference(s) remain after repair towards "{direction}"; '
                        f'the first: {again.differences[0].what}, key "{again.differences[0].key}"'
                    )
            detail = {"direction": direction, "parents": total}
            ledger.event(self.session.connection, migration.id, self.actor, "repaired", detail=detail)
            return total

    def rebuild(self, prefix: str) -> dict[str, dict[str, int]]:
        """Make the nested values equal to what the rows mean; return, for each table, how many were looked at and changed."""
        migration = find(self.migrations, prefix)
        with self._leased(migration, "rebuild") as found:
            if found.stage not in (Stage.BACKFILL, Stage.DUAL_READ):
                raise Refused(
                    f'migration "{migration.id}" is at "{found.stage.value}"; nested values are rebuilt at backfill and dual_read'
                )
            connection = self.session.connection
            with connection.transaction():
                ledger.forget_checkpoints(connection, migration.id)
            self._steps(migration).carry_out(Step.REBUILD)
            result = {
                row["part"]: {"parents": row["parents"], "changed": row["counts"].get("changed", 0)}
                for row in self._checkpoints(migration, Step.REBUILD)
            }
            ledger.event(connection, migration.id, self.actor, "rebuilt", detail=result)
            return result

    # -- looking ----------------------------------------------------------------------------------------------------------

    def _checkpoints(self, migration: Migration, *steps: Step) -> list[dict[str, Any]]:
        table = ledger.checkpoints
        words = [step.value for step in steps]
        select = sa.select(table).where(table.c.migration == migration.id, table.c.part != "", table.c.step.in_(words))
        return ledger.rows(self.session.connection, select.order_by(table.c.step, table.c.part))

    def accounting(self, prefix: str) -> list[Accounting]:
        """Return the accounting of the last backfill, walk by walk."""
        return looking.accounting(self.session.connection, find(self.migrations, prefix).id)

    def findings(self, prefix: str, *, kind: str | None = None, limit: int = 100, after_id: int = 0) -> list[dict[str, Any]]:
        """Return findings in the order of their ids, a page at a time."""
        id = find(self.migrations, prefix).id
        return looking.findings(self.session.connection, id, kind=kind, limit=limit, after_id=after_id)

    def finding_counts(self, prefix: str) -> dict[str, int]:
        """Return open findings by kind."""
        return looking.finding_counts(self.session.connection, find(self.migrations, prefix).id)

    def status(self, prefix: str) -> Status:
        """Return where a migration stands."""
        return looking.status(self.session.connection, find(self.migrations, prefix), self.clock())

    # -- pause, settings, purge -------------------------------------------------------------------------------------------

    def pause(self, prefix: str) -> None:
        """Stop a running walk between two batches, and refuse moves until ``resume``."""
        self._set_pause(prefix, self.actor)

    def resume(self, prefix: str) -> None:
        """Let a paused migration go on."""
        self._set_pause(prefix, None)

    def _set_pause(self, prefix: str, by: str | None) -> None:
        migration = find(self.migrations, prefix)
        self.prepare()
        connection = self.session.connection
        with connection.transaction():
            ledger.update(connection, migration.id, paused_by=by, paused_at=self.clock() if by else None)
            ledger.event(connection, migration.id, self.actor, "paused" if by else "resumed")

    def set(self, prefix: str, **values: float) -> dict[str, Any]:
        """Change settings of a migration, also while it runs; return all of them."""
        migration = find(self.migrations, prefix)
        unknown = sorted(set(values) - SETTINGS.keys())
        if unknown:
            raise UsageError(f'unknown setting "{unknown[0]}"; known: {", ".join(sorted(SETTINGS))}')
        self.prepare()
        connection = self.session.connection
        with connection.transaction():
            settings = {**self.record(migration).settings, **values}
            ledger.update(connection, migration.id, settings=settings)
            ledger.event(connection, migration.id, self.actor, "set", detail=dict(values))
        return settings

    def purge(self, prefix: str, skip_gates: str | None = None) -> Stage:
        """Drop the retired values once the buffer has passed: the move from cleanup to complete."""
        migration = find(self.migrations, prefix)
        self.prepare()
        found = self.record(migration)
        if found.stage is not Stage.CLEANUP:
            raise Refused(f'migration "{migration.id}" is at "{found.stage.value}"; only what is retired (cleanup) can be purged')
        return self.advance(migration.id, Stage.COMPLETE, skip_gates)


SETTINGS = {
    "batch_ms": "target time of a batch in milliseconds",
    "batch_bytes": "ceiling of a batch in bytes of nested values",
    "soak_dual_write_s": "seconds at dual_write before backfill",
    "soak_dual_read_s": "seconds at dual_read before cleanup",
    "soak_cleanup_s": "seconds of the buffer before complete",
}
