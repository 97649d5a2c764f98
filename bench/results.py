"""Results as records: what a suite measured, against which aims.

In: numbers. Out: ``Result``, and the way to JSON and back.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under headings."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A number that was wanted.

    Attributes:
        what: What is compared.
        wanted: The bound, in words.
        bound: The bound.
        is_least: Whether more is better.
        measured: What was measured.
    """

    what: str
    wanted: str
    bound: float
    is_least: bool
    measured: float

    @property
    def is_met(self) -> bool:
        """Whether the bound is kept."""
        return self.measured >= self.bound if self.is_least else self.measured <= self.bound


def at_least(what: str, bound: float, measured: float, unit: str = "x") -> Aim:
    """Return an aim of which more is better."""
    return Aim(what=what, wanted=f"at least {bound:g} {unit}", bound=bound, is_least=True, measured=measured)


def at_most(what: str, bound: float, measured: float, unit: str = "x") -> Aim:
    """Return an aim of which less is better."""
    return Aim(what=what, wanted=f"at most {bound:g} {unit}", bound=bound, is_least=False, measured=measured)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one suite measured.

    Attributes:
        suite: Its name.
        title: One line for people.
        method: How it was measured, in Markdown.
        tables: The numbers.
        aims: What was wanted.
        run: When, where and with what it was measured.
    """

    suite: str
    title: str
    method: str
    tables: Sequence[Table]
    aims: Sequence[Aim] = ()
    run: dict[str, Cell] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return asdict(self)


def from_json(value: dict[str, Any]) -> Result:
    """Return a result from what ``as_json`` gave."""
    tables = [Table(**table) for table in value["tables"]]
    aims = [Aim(**aim) for aim in value["aims"]]
    return Result(**{**value, "tables": tables, "aims": aims})
