"""The table of stages, moves and gates: pure, so that it can be read and tested as a table.

In: facts about a migration. Out: which moves are legal, of which steps they consist, and which gates stand against them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise


class Stage(Enum):
    """Where a migration stands; the value is the word used everywhere."""

    PENDING = "pending"
    """Declared, not started."""
    SCHEMA = "schema"
    """The new tables exist, with only the key that rows are matched on."""
    DUAL_WRITE = "dual_write"
    """Each write to the nested value is in the new tables in the same transaction."""
    BACKFILL = "backfill"
    """History is copied, constraints and indexes stand, everything is verified."""
    DUAL_READ = "dual_read"
    """Both sides may be read and written, and always agree."""
    CLEANUP = "cleanup"
    """The nested value is retired; the buffer runs."""
    COMPLETE = "complete"
    """The archive is purged."""


ORDER: tuple[Stage, ...] = tuple(Stage)


class Step(Enum):
    """One resumable part of a move; the value names it in the ledger, in ``plan`` and on screen."""

    EXPAND = "expand"
    FUNCTIONS = "functions"
    ARM = "arm"
    SWEEP = "sweep"
    COPY = "copy"
    CORRECT = "correct"
    READ_LIVE = "read_live"
    ANALYZE = "analyze"
    HARDEN = "harden"
    DRAIN = "drain"
    NOTE = "note_findings"
    VERIFY = "verify"
    OPEN = "open"
    SEAL_INDEXES = "seal_indexes"
    RETIRE = "retire"
    SEAL = "seal"
    PURGE = "purge"
    ADD_HIDDEN = "add_hidden"
    UNSEAL = "unseal"
    SHOW = "show"
    REBUILD = "rebuild"
    REARM = "rearm"
    VERIFY_REPAIRED = "verify_repaired"
    NOT_NULL = "not_null"
    CLOSE = "close"
    FORGET = "forget"
    DISARM = "disarm"
    SET_ASIDE = "set_aside"


_FORWARD: dict[Stage, tuple[Step, ...]] = {
    Stage.SCHEMA: (Step.EXPAND,),
    Stage.DUAL_WRITE: (Step.FUNCTIONS, Step.ARM),
    Stage.BACKFILL: (
        Step.SWEEP,
        Step.COPY,
        Step.ANALYZE,
        Step.HARDEN,
        Step.CORRECT,
        Step.READ_LIVE,
        Step.DRAIN,
        Step.NOTE,
        Step.VERIFY,
    ),
    Stage.DUAL_READ: (Step.DRAIN, Step.VERIFY, Step.OPEN),
    Stage.CLEANUP: (Step.DRAIN, Step.NOTE, Step.VERIFY, Step.SEAL_INDEXES, Step.RETIRE, Step.SEAL),
    Stage.COMPLETE: (Step.PURGE,),
}
_BACKWARD: dict[Stage, tuple[Step, ...]] = {
    Stage.CLEANUP: (Step.ADD_HIDDEN,),
    Stage.DUAL_READ: (
        Step.UNSEAL,
        Step.FUNCTIONS,
        Step.SHOW,
        Step.REBUILD,
        Step.REARM,
        Step.DRAIN,
        Step.VERIFY_REPAIRED,
        Step.NOT_NULL,
    ),
    Stage.BACKFILL: (Step.CLOSE,),
    Stage.DUAL_WRITE: (Step.FORGET,),
    Stage.SCHEMA: (Step.DISARM,),
    Stage.PENDING: (Step.SET_ASIDE,),
}
FLIPS = frozenset(
    {
        Step.EXPAND,
        Step.ARM,
        Step.OPEN,
        Step.RETIRE,
        Step.PURGE,
        Step.ADD_HIDDEN,
        Step.CLOSE,
        Step.FORGET,
        Step.DISARM,
        Step.SET_ASIDE,
    }
)
"""Steps that set the stage in their own transaction; a move without one sets it when its last step is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A single step of the stage table."""

    origin: Stage
    target: Stage
    steps: tuple[Step, ...]

    @property
    def is_forward(self) -> bool:
        """Whether the move goes towards ``complete``."""
        return ORDER.index(self.target) > ORDER.index(self.origin)

    @property
    def flip(self) -> Step:
        """The step with which the new stage holds."""
        return next((step for step in self.steps if step in FLIPS), self.steps[-1])


def move_between(origin: Stage, target: Stage) -> Move:
    """Return the move between two neighbouring stages.

    Raises:
        ValueError: The stages are not neighbours.
    """
    distance = ORDER.index(target) - ORDER.index(origin)
    if abs(distance) != 1:
        raise ValueError(f'"{origin.value}" and "{target.value}" are not neighbours')
    steps = _FORWARD[target] if distance > 0 else _BACKWARD[target]
    return Move(origin=origin, target=target, steps=steps)


def moves(origin: Stage, target: Stage) -> Iterator[Move]:
    """Yield the moves from one stage to another, in order."""
    start, end = ORDER.index(origin), ORDER.index(target)
    path = ORDER[start : end + 1] if end >= start else ORDER[end : start + 1][::-1]
    for one, other in pairwise(path):
        yield move_between(one, other)


def after(stage: Stage) -> Stage:
    """Return the next stage; ``complete`` is its own."""
    return ORDER[min(ORDER.index(stage) + 1, len(ORDER) - 1)]


def before(stage: Stage) -> Stage:
    """Return the stage to which a rollback without a target goes: from cleanup and complete the one with both sides live."""
    if stage in (Stage.CLEANUP, Stage.COMPLETE):
        return Stage.DUAL_READ
    return ORDER[max(ORDER.index(stage) - 1, 0)]


# -- gates ----------------------------------------------------------------------------------------------------------------

DAY = timedelta(days=1)
DEFAULT_SOAK: dict[Stage, timedelta] = {Stage.DUAL_WRITE: DAY, Stage.DUAL_READ: DAY, Stage.CLEANUP: 30 * DAY}
"""How long a migration must have stood at a stage before it may leave it; the last is the buffer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the gates look at."""

    stage: Stage
    stage_since: datetime
    now: datetime
    soak: dict[Stage, timedelta] = field(default_factory=lambda: dict(DEFAULT_SOAK))
    has_failed_verification: bool = False
    unbalanced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A condition of a move.

    Attributes:
        name: Its word.
        holds: Whether it is fulfilled.
        detail: What was found, and what has to happen.
        is_time: Whether ``--skip-gates`` may pass it.
    """

    name: str
    holds: bool
    detail: str
    is_time: bool


def gates(facts: Facts, target: Stage) -> list[Gate]:
    """Return the gates of the next move forward."""
    found = []
    soak = facts.soak.get(facts.stage)
    if soak:
        word = "buffer" if facts.stage is Stage.CLEANUP else "soak"
        left = facts.stage_since + soak - facts.now
        detail = f"{word} of {facts.stage.value} is {_days(soak)}; " + (
            "passed" if left <= timedelta(0) else f"{_days(left)} left; wait, or pass it with --skip-gates and a reason"
        )
        found.append(Gate(name=word, holds=left <= timedelta(0), detail=detail, is_time=True))
    if target in (Stage.DUAL_READ, Stage.CLEANUP):
        detail = (
            "the last verification found differences; see findings, repair, verify" if facts.has_failed_verification else "clean"
        )
        found.append(Gate(name="verified", holds=not facts.has_failed_verification, detail=detail, is_time=False))
        balanced = facts.unbalanced == 0
        detail = "balances" if balanced else f"{facts.unbalanced} batches do not balance"
        found.append(Gate(name="accounting", holds=balanced, detail=detail, is_time=False))
    return found


def _days(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds / size
            return f"{count:.0f} {word}s" if count != 1 else f"1 {word}"
    return f"{seconds} seconds"
