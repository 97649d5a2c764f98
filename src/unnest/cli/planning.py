"""``unnest plan``: what the moves of a migration will do, without doing any of it.

In: a migration, its stage and a stage to reach. Out: the very statements that the runner would execute, what is lost, which
tables are locked, and what the backfill takes. The connection is read-only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import RenderableType

from unnest import naming
from unnest.cli.estimating import Estimate, estimate
from unnest.cli.invocation import Json, One, To, invocation, is_in_ledger, stage_named
from unnest.cli.screen import Screen, duration, size, table
from unnest.mapping.base import Mapping
from unnest.migration import Migration, find
from unnest.runner import Runner
from unnest.script import plan as script
from unnest.script.statement import Statement
from unnest.stages import Move, Stage, Step, moves

NoSql = Annotated[bool, typer.Option("--no-sql", help="Name the statements without printing them.")]

_WALKS: dict[Step, tuple[str, str]] = {
    Step.SWEEP: ("sweep", "remove rows whose parent is gone, after an earlier rollback"),
    Step.COPY: ("backfill", "copy history, a batch of parents in each transaction"),
    Step.CORRECT: ("rebuild_{follower}", "correct followers, a batch in each transaction"),
    Step.REBUILD: ("rebuild_{face}", "rebuild nested values from the rows, a batch in each transaction"),
    Step.DRAIN: ("drain", "derive again the parents of changed lookups"),
    Step.NOTE: ("note_findings", "show residue as findings"),
    Step.VERIFY: ("verify_{face}", "compare both sides, range by range; a difference ends the move"),
    Step.VERIFY_REPAIRED: ("verify_{face}", "compare both sides, repair towards the rows once, compare again"),
    Step.FORGET: ("", "nothing but the stage changes"),
}
"""Steps that call functions which the step "functions" has made: which (of each mapping, face or follower), and what for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One step: what it calls, or the statements it runs."""

    step: str
    what: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMove:
    """One move of the stage table."""

    origin: str
    target: str
    steps: tuple[PlannedStep, ...]

    @property
    def locks(self) -> tuple[str, ...]:
        """The tables whose writers wait, each for a moment."""
        return tuple(sorted({lock for step in self.steps for each in step.statements for lock in each.locks}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a migration's moves will do."""

    migration: str
    title: str
    stage: str
    losses: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    moves: tuple[PlannedMove, ...]


def plan(context: typer.Context, migration: One, to: To = None, no_sql: NoSql = False, json: Json = False) -> None:
    """Show the SQL of each step, what is lossy, locks, and rows, time, disk and WAL; changes nothing.

    Goes from where the migration stands to --to (default: complete; a stage behind plans the rollback).
    """
    call = invocation(context, json)
    one = find(call.migrations, migration)
    target = stage_named(to) or Stage.COMPLETE
    with call.looking() as runner:
        found = make(runner, one, target)
    call.screen.show(found, lambda: _summary(found))
    if not call.is_json and found.moves:
        _script(call.screen, found, with_sql=not no_sql)


def make(runner: Runner, migration: Migration, target: Stage) -> Plan:
    """Return the plan from the present stage to ``target``; reads only."""
    origin = Stage(runner.status(migration.id).stage)
    path = list(moves(origin, target))
    if is_in_ledger(runner, migration) and origin not in (Stage.PENDING, Stage.SCHEMA):
        convergent = runner.record(migration).convergent
    else:
        convergent = runner.has_user_triggers(migration)
    copies = any(move.target is Stage.BACKFILL and move.is_forward for move in path)
    connection = runner.session.connection
    return Plan(
        migration=migration.id,
        title=migration.title,
        stage=origin.value,
        losses=tuple(dict.fromkeys(loss for mapping in migration.mappings for loss in mapping.losses)),
        estimates=tuple(estimate(connection, mapping) for mapping in migration.mappings) if copies else (),
        moves=tuple(_planned(migration, move, convergent) for move in path),
    )


def _planned(migration: Migration, move: Move, convergent: bool) -> PlannedMove:
    steps = [
        PlannedStep(step=step.value, what=_what(migration, step), statements=tuple(statements))
        for step, statements in script.planned(migration, move, convergent=convergent).items()
    ]
    return PlannedMove(origin=move.origin.value, target=move.target.value, steps=tuple(steps))


def _what(migration: Migration, step: Step) -> str:
    if step not in _WALKS:
        return ""
    pattern, meaning = _WALKS[step]
    names = [
        f"unnest.{naming.function(mapping.name, each)}" for mapping in migration.mappings for each in _calls(mapping, pattern)
    ]
    return f"{meaning}: {', '.join(names)}" if names else meaning if not pattern else f"{meaning}: there are none"


def _calls(mapping: Mapping, pattern: str) -> list[str]:
    if "{follower}" in pattern:
        return [pattern.format(follower=face.name) for face in mapping.followers]
    return [pattern.format(face=face.name) for face in mapping.faces] if "{face}" in pattern else [pattern] if pattern else []


def _summary(found: Plan) -> Iterator[RenderableType]:
    yield f"{found.migration}: {found.title}"
    if not found.moves:
        yield f"is at {found.stage}; there is nothing to do"
        return
    yield f"from {found.stage} to {found.moves[-1].target}; nothing has been changed"
    if found.losses:
        yield "\nnot given back to the letter:"
        yield from (f"- {loss}" for loss in found.losses)
    if found.estimates:
        yield "\nestimated from statistics and a sample; elements become rows:"
        yield _estimates(found)
    yield "\nlocks that writers meet, each for an instant (waited for 0.5 s at most, then tried again):"
    rows = [(f"{move.origin} -> {move.target}", ", ".join(move.locks) or "none that writers meet") for move in found.moves]
    yield table(("move", "tables whose writers wait"), rows)


def _estimates(found: Plan) -> RenderableType:
    columns = ("new table", "parents", "elements", "time", "disk", "WAL")
    rows = [(e.table, e.parents, e.elements, duration(e.seconds), size(e.disk_bytes), size(e.wal_bytes)) for e in found.estimates]
    return table(columns, rows, right=columns[1:])


def _script(screen: Screen, found: Plan, *, with_sql: bool) -> None:
    for move in found.moves:
        screen.exactly(f"\n-- {'=' * 97}\n-- {move.origin} -> {move.target}")
        for step in move.steps:
            about = step.what or f"{len(step.statements)} statement(s)"
            screen.exactly(f"\n-- step {step.step}: {about}")
            for statement in step.statements:
                screen.exactly(_statement(statement, with_sql=with_sql))


def _statement(statement: Statement, *, with_sql: bool) -> str:
    notes = [f"locks {', '.join(statement.locks)}"] if statement.locks else []
    notes += ["outside a transaction"] if statement.alone else []
    notes += ["unless done already"] if statement.unless else []
    head = f"-- {statement.name}" + (f" ({'; '.join(notes)})" if notes else "")
    return f"\n{head}\n{statement.sql.rstrip(';')};" if with_sql else head
