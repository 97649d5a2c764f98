"""What each step of a move does.

In: a move in progress. Out: its effects, one resumable step after the other. SQL comes from ``unnest.script.plan``; the steps
that walk call its functions.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import errors as pg

from unnest import ledger, naming
from unnest.errors import Inconsistent, Refused
from unnest.mapping.base import Mapping
from unnest.migration import Migration
from unnest.runner.report import Progress, Report, Verification
from unnest.runner.session import Session
from unnest.runner.verify import Verifier
from unnest.runner.walk import Walker
from unnest.script import plan
from unnest.script.statement import Statement
from unnest.sql import bindable, quote, table_name
from unnest.stages import FLIPS, Move, Stage, Step

DRAIN_ROWS = 500
DRAIN_PATIENCE_S = 30.0


@dataclass(slots=True, kw_only=True)
class Steps:
    """Carries out the steps of one move.

    Attributes:
        session: The runner's connection.
        migration: The migration.
        move: The move.
        convergent: Whether users' triggers exist on the tables.
        report: Told of progress.
        stop: Asked whether to stop.
        flip: Sets the new stage, in the transaction at hand.
    """

    session: Session
    migration: Migration
    move: Move
    convergent: bool
    report: Report
    stop: Callable[[], bool]
    flip: Callable[[], None]

    def carry_out(self, step: Step) -> None:
        """Do one step; doing it again changes nothing."""
        self.report(Progress(migration=self.migration.id, step=step.value))
        special = {
            Step.SWEEP: self._sweep,
            Step.COPY: self._copy,
            Step.CORRECT: self._correct,
            Step.REBUILD: self._rebuild,
            Step.DRAIN: self.drain,
            Step.NOTE: self.note,
            Step.VERIFY: self._verify,
            Step.VERIFY_REPAIRED: self._verify_repaired,
            Step.DISARM: self._disarm,
            Step.FORGET: lambda: self._in_one([]),
            Step.NOT_NULL: self._not_null,
        }.get(step)
        if special:
            special()
            return
        statements = plan.statements(self.migration, step, convergent=self.convergent)
        with self._explaining(step):
            if step in _SEPARATELY:
                self.session.one_by_one(statements)
            else:
                self._in_one(statements, flips=step in FLIPS and step is self.move.flip)

    @contextmanager
    def _explaining(self, step: Step) -> Iterator[None]:
        """Say in our words what the database has against a statement of a step; nothing of the step has been done then."""
        where = f'migration "{self.migration.id}", step "{step.value}"'
        try:
            yield
        except pg.DependentObjectsStillExist as error:
            raise Refused(
                f"{where}: {_said(error)}; drop or change what depends on it, then run the same command again"
            ) from error
        except pg.IntegrityError as error:
            raise Inconsistent(
                f"{where}: rows break a constraint: {_said(error)}; mend them, then run the same command again"
            ) from error

    def _in_one(self, statements: list[Statement], *, flips: bool = True) -> None:
        self.session.together(self.move.target.value, statements, self.flip if flips else lambda: None, self._rank)

    def _rank(self, table: str) -> int:
        """Writers go from lookups and followers to the source and from there to the new tables."""
        for mapping in self.migration.mappings:
            first = [*(lookup.table for lookup in mapping.lookups), *(face.table for face in mapping.followers)]
            if table in map(table_name, first):
                return 0
            if table == table_name(mapping.source.table):
                return 1
        return 2

    def _disarm(self) -> None:
        """Without triggers the rows grow stale: the next backfill has to make them equal, not only to add."""

        def flip() -> None:
            ledger.update(self.session.connection, self.migration.id, reconcile=True)
            self.flip()

        self.session.together("disarm", plan.statements(self.migration, Step.DISARM), flip, self._rank)

    def _not_null(self) -> None:
        """NOT NULL and indexes as they were: a purge has dropped them with the column."""
        self.session.one_by_one(plan.statements(self.migration, Step.NOT_NULL))
        connection = self.session.connection
        rows = connection.execute(
            "SELECT jsonb_array_elements_text(indexes) FROM unnest.archive WHERE migration = %s AND purged_at IS NOT NULL",
            [self.migration.id],
        ).fetchall()
        for (definition,) in rows:
            found = re.match(r"CREATE (?:UNIQUE )?INDEX (\S+) ON", definition)
            assert found is not None, definition
            sql = definition.replace(" INDEX ", " INDEX CONCURRENTLY IF NOT EXISTS ", 1)
            self.session.one_by_one([Statement(name=f"restore_index.{found.group(1)}", sql=sql, alone=True)])

    # -- walks ------------------------------------------------------------------------------------------------------------

    def _walker(self, step: Step) -> Walker:
        return Walker(session=self.session, migration=self.migration.id, step=step.value, report=self.report, stop=self.stop)

    def _copy(self) -> None:
        connection = self.session.connection
        reconcile = ledger.record(connection, self.migration.id).reconcile
        for mapping in self.migration.mappings:
            self._walker(Step.COPY).walk(mapping, mapping.source, "backfill", "true" if reconcile else "false")

    def _correct(self) -> None:
        """Followers come after the source: what they hold is judged by the copied rows."""
        for mapping in self.migration.mappings:
            for face in mapping.followers:
                self._walker(Step.CORRECT).walk(mapping, face, f"rebuild_{face.name}", "true")
        ledger.update(self.session.connection, self.migration.id, reconcile=False)

    def _rebuild(self) -> None:
        for mapping in self.migration.mappings:
            for face in mapping.faces:
                self._walker(Step.REBUILD).walk(mapping, face, f"rebuild_{face.name}", "false")

    # -- calls ------------------------------------------------------------------------------------------------------------

    def _call(self, mapping: Mapping, function: str, arguments: str = "") -> Any:
        name = f"unnest.{quote(naming.function(mapping.name, function))}"

        def work() -> Any:
            row = self.session.connection.execute(f"SELECT {name}({arguments})").fetchone()
            return row[0] if row else None

        return self.session.retrying(f"{mapping.name}.{function}", work)

    def _sweep(self) -> None:
        if ledger.record(self.session.connection, self.migration.id).reconcile:
            for mapping in self.migration.mappings:
                self._call(mapping, "sweep")

    def note(self) -> None:
        """Show residue as findings."""
        for mapping in self.migration.mappings:
            self._call(mapping, "note_findings")

    def drain(self) -> None:
        """Derive again the parents of queued lookup changes, until none is due."""
        for mapping in self.migration.mappings:
            if mapping.lookups:
                self._drain(mapping)

    def _drain(self, mapping: Mapping) -> None:
        """What is queued is marked at first and due when the transactions of that moment have ended: seldom a wait to note."""
        deadline = time.monotonic() + DRAIN_PATIENCE_S
        while True:
            found = self._call(mapping, "drain", str(DRAIN_ROWS))
            if not found["waiting"]:
                return
            if time.monotonic() > deadline:
                note = f"{found['waiting']} changes of lookups wait for older transactions to end; verification may show them"
                self.report(Progress(migration=self.migration.id, step=Step.DRAIN.value, part=mapping.name, note=note))
                return
            if not found["taken"]:
                time.sleep(0.02)

    # -- verification -----------------------------------------------------------------------------------------------------

    def verification(self, *, both_live: bool = False) -> Verification:
        """Compare both sides and write the result down."""
        stage = Stage.BACKFILL if both_live else ledger.record(self.session.connection, self.migration.id).stage
        verifier = Verifier(
            session=self.session,
            migration=self.migration,
            stage=stage,
            report=self.report,
            stop=self.stop,
            both_live=both_live,
        )
        result = verifier.verify()
        values = {"verified_clean": result.clean, "verified_at": ledger.NOW}
        ledger.update(self.session.connection, self.migration.id, **values)
        return result

    def _verify(self) -> None:
        result = self.verification(both_live=True)
        if not result.clean:
            raise Inconsistent(_explained(self.migration, result))

    def _verify_repaired(self) -> None:
        """The rows are the truth in a rollback from cleanup: what changed between rebuild and rearming is settled once more.

        Again while it finds something new: a repaired source may give its followers something to follow.
        """
        seen: set[tuple[str, str, str]] = set()
        while not (result := self.verification(both_live=True)).clean:
            found = {(d.table, d.key, d.what) for d in result.differences}
            if found <= seen:
                raise Inconsistent(_explained(self.migration, result))
            seen |= found
            self.repair(result, "new")

    def repair(self, result: Verification, direction: str) -> int:
        """Repair the parents that a verification named; return how many."""
        repaired = 0
        for mapping in self.migration.mappings:
            for face in mapping.faces:
                mine = (d for d in result.differences if d.mapping == mapping.name and d.table == face.name)
                keys = sorted({d.key for d in mine})
                repaired += self._repair_keys(mapping, face.name, keys, direction)
        return repaired

    def _repair_keys(self, mapping: Mapping, face: str, keys: list[str], direction: str) -> int:
        name = bindable(f"unnest.{quote(naming.function(mapping.name, f'repair_{face}'))}")
        done = 0
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]

            def work(some: list[str] = some) -> None:
                # psycopg types a list of text as text[]; the function's own type is taken by a cast of the literal.
                literal = self.session.connection.execute("SELECT %s::text[]::text", [some]).fetchone()
                assert literal is not None
                self.session.connection.execute(f"SELECT {name}(%s, %s)", [literal[0], direction])

            self.session.retrying(f"repair {mapping.name}", work)
            done += len(some)
        return done


_SEPARATELY = frozenset({Step.HARDEN, Step.SEAL_INDEXES, Step.SEAL, Step.ANALYZE, Step.FUNCTIONS, Step.NOT_NULL, Step.UNSEAL})
"""Steps whose statements each take their own short lock."""


def _said(error: pg.Error) -> str:
    """Return what the server said, with its detail."""
    said = (error.diag.message_primary, error.diag.message_detail)
    return "; ".join(part.rstrip(".").replace("\n", ", ") for part in said if part) or str(error)


def _explained(migration: Migration, result: Verification) -> str:
    first = result.differences[0]
    return (
        f'migration "{migration.id}": verification found {result.count} difference(s); the first: {first.what}, '
        f'key "{first.key}", {first.path}: expected {first.expected}, found {first.actual}. '
        f"See: unnest findings {migration.id}; then: unnest repair {migration.id} --direction legacy|new"
    )
