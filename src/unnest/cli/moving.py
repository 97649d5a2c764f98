"""``unnest advance``, ``rollback`` and ``purge``: migrations through their stages, and back.

In: a migration and a stage. Out: the moves, stage by stage, each with its time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import typer

from unnest.cli.invocation import Invocation, Json, One, To, Work, invocation, stage_named
from unnest.cli.screen import duration
from unnest.errors import LeaseHeld, Retryable
from unnest.migration import find
from unnest.stages import Stage, after, before, moves

SkipGates = Annotated[
    str | None,
    typer.Option("--skip-gates", metavar="REASON", help="Pass soak and buffer times; never a failed verification. Is recorded."),
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the ledger.")]
Patience = Annotated[
    float,
    typer.Option(
        "--patience", metavar="SECONDS", min=0, help="How long to try again while another runner or locks are in the way."
    ),
]
_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One move that was made, or found to be made already."""

    origin: str
    target: str
    seconds: float


def advance(
    context: typer.Context,
    migration: One,
    to: To = None,
    skip_gates: SkipGates = None,
    patience: Patience = 0.0,
    json: Json = False,
) -> None:
    """Move a migration forward, through every stage up to --to (default: the next one)."""
    call = invocation(context, json)
    one = find(call.migrations, migration).id
    goal = stage_named(to)
    with call.working() as work:
        made = go_forward(work, one, goal, skip_gates, patience)
    _show(call, one, made)


def rollback(
    context: typer.Context, migration: One, to: To = None, reason: Reason = None, patience: Patience = 0.0, json: Json = False
) -> None:
    """Move a migration back, down to --to (default: the stage before; from cleanup and complete dual_read).

    What the new application has written since is kept: nested values are rebuilt from the rows.
    """
    call = invocation(context, json)
    one = find(call.migrations, migration).id
    goal = stage_named(to)
    with call.working() as work:
        made = go_back(work, one, goal, reason, patience)
    _show(call, one, made)


def purge(
    context: typer.Context, migration: One, skip_gates: SkipGates = None, patience: Patience = 0.0, json: Json = False
) -> None:
    """Drop the retired values once the buffer has passed: the move from cleanup to complete."""
    call = invocation(context, json)
    one = find(call.migrations, migration).id
    with call.working() as work:
        made = [_step(work, one, patience, lambda: work.runner.purge(one, skip_gates))]
    _show(call, one, made)


def go_forward(work: Work, one: str, target: Stage | None, skip_gates: str | None, patience_s: float = 0) -> list[Made]:
    """Advance stage by stage, telling each; return what was made."""
    status = work.runner.status(one)
    origin = Stage(status.stage)
    goal = target or (Stage(status.moving_to) if status.moving_to else after(origin))
    path = [move.target for move in moves(origin, goal) if move.is_forward] or [goal]
    return [_step(work, one, patience_s, partial(work.runner.advance, one, each, skip_gates)) for each in path]


def go_back(work: Work, one: str, target: Stage | None, reason: str | None, patience_s: float = 0) -> list[Made]:
    """Roll back stage by stage, telling each; return what was made."""
    origin = Stage(work.runner.status(one).stage)
    goal = target or before(origin)
    path = [move.target for move in moves(origin, goal) if not move.is_forward] or [goal]
    return [_step(work, one, patience_s, partial(work.runner.rollback, one, each, reason)) for each in path]


def _step(work: Work, one: str, patience_s: float, move: Callable[[], Stage]) -> Made:
    origin = work.runner.status(one).stage
    started = time.monotonic()
    reached = _patiently(work, patience_s, move).value
    seconds = time.monotonic() - started
    work.shown.end()
    if reached != origin:
        work.shown.line(f"{one}: {origin} -> {reached} in {duration(seconds)}")
    return Made(origin=origin, target=reached, seconds=round(seconds, 3))


def _patiently(work: Work, patience_s: float, move: Callable[[], Stage]) -> Stage:
    """Try again while another runner or locks are in the way, as long as was asked for."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return move()
        except (LeaseHeld, Retryable) as error:
            if time.monotonic() >= deadline or work.runner.stop():
                raise
            work.shown.line(f"  note: {error}; trying again")
            time.sleep(_PAUSE_S)


def _show(call: Invocation, one: str, made: list[Made]) -> None:
    stage = made[-1].target
    told = [] if any(each.origin != each.target for each in made) else [f"{one} is at {stage} already"]
    moved = [{"from": each.origin, "to": each.target, "seconds": each.seconds} for each in made if each.origin != each.target]
    call.screen.show({"migration": one, "stage": stage, "moves": moved}, lambda: told)
