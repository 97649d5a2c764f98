"""Stopping on request: the first signal asks, the second one insists.

In: SIGINT and SIGTERM. Out: ``Stop``, which a runner asks between two batches, or an ``Interrupted`` raised at once.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from unnest.errors import Interrupted

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether somebody asked to stop; calling it says so."""

    def __init__(self) -> None:
        self.is_asked = False
        self.is_patient = False

    def __call__(self) -> bool:
        return self.is_asked

    @contextmanager
    def patiently(self) -> Iterator[None]:
        """Inside, the first signal only asks: work in batches ends by itself where it can be taken up again."""
        self.is_patient = True
        try:
            yield
        finally:
            self.is_patient = False

    def listen(self) -> None:
        """Take the signals of this process."""
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self.is_patient and not self.is_asked:
            self.is_asked = True
            sys.stderr.write("\nunnest: stopping after this batch; the same signal again stops at once\n")
            return
        name = signal.Signals(number).name
        raise Interrupted(
            f"stopped at once by {name}; the transaction under way is undone, and the same command goes on from there"
        )
