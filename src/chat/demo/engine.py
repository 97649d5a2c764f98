"""What the demonstration asks of the engine, in its own words: whoever starts it brings one along.

In: ids of migrations and words of stages. Out: moves, numbers of differences.
"""

from collections.abc import Sequence
from typing import Protocol


class Made(Protocol):
    """One move between neighbouring stages."""

    @property
    def origin(self) -> str:
        """The stage it started from."""

    @property
    def target(self) -> str:
        """The stage it reached."""

    @property
    def seconds(self) -> float:
        """How long it took."""


class Engine(Protocol):
    """Moves migrations of one database and tells of it."""

    def forward(self, migration: str, stage: str) -> Sequence[Made]:
        """Move a migration forward to a stage, passing soak and buffer times."""

    def back(self, migration: str, stage: str) -> Sequence[Made]:
        """Roll a migration back to a stage."""

    def verify(self, migration: str) -> int:
        """Compare both sides of a migration; return the number of differences."""

    def say(self, text: str) -> None:
        """Tell the audience."""
