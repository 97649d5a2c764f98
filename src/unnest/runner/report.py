"""What a runner tells: progress while it works, and records of what it found.

In: numbers. Out: frozen records for the command line and for JSON.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a step is.

    Attributes:
        migration: Its id.
        step: Word of the step.
        part: Mapping, or mapping and table.
        done: Parents done.
        total: Parents expected (an estimate).
        note: What there is to say (a slow-down, a retry, a pause); empty: nothing.
    """

    migration: str
    step: str
    part: str = ""
    done: int = 0
    total: int = 0
    note: str = ""


Report = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One disagreement that verification found.

    Attributes:
        mapping: The mapping.
        what: What was compared.
        key: Key of the parent.
        path: Where in it.
        expected: What E or R says.
        actual: What stands there.
    """

    mapping: str
    table: str
    what: str
    key: str
    path: str
    expected: Any
    actual: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The result of a verification.

    Attributes:
        migration: Its id.
        clean: Whether nothing differed.
        parents: Parents compared.
        differences: The first differences (up to the limit asked for).
        count: How many differences were seen.
        detail: Why it says less than usual at this stage; empty: it is complete.
    """

    migration: str
    clean: bool
    parents: int
    count: int
    differences: tuple[Difference, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounting:
    """Elements in = placed + merged + quarantined + skipped.

    Attributes:
        part: Mapping, or mapping and table.
        parents: Parents walked.
        elements: Elements counted in the documents.
        placed: Those that stand as rows.
        merged: Those that mean the same as another.
        quarantined: Those kept in residue or as findings.
        skipped: Those left out by a stated rule.
    """

    part: str
    parents: int = 0
    elements: int = 0
    placed: int = 0
    merged: int = 0
    quarantined: int = 0
    skipped: int = 0

    @property
    def balances(self) -> bool:
        """Whether nothing is unaccounted for."""
        return self.elements == self.placed + self.merged + self.quarantined + self.skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a migration stands."""

    id: str
    title: str
    stage: str
    stage_since: str | None
    moving_to: str | None
    step: str | None
    done: int
    total: int
    eta_s: float | None
    findings: dict[str, int] = field(default_factory=dict)
    verified_clean: bool | None = None
    verified_at: str | None = None
    paused_by: str | None = None
    holder: str | None = None
    next_gate: str = ""
