"""How far a long command is: bars on a terminal, plain lines in a log.

In: what a runner or an import reports. Out: a bar with rate and ETA for each walk, or a line every few seconds; notes always as
lines of their own. With JSON everything of this goes to the error stream.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

from unnest.cli.screen import duration, size
from unnest.convex import Progress as SnapshotProgress
from unnest.runner.report import Progress

LINE_EVERY_S = 3.0
_SETTLED_S = 0.5
"""Rates over less time than this say nothing."""
_WORTH_S = 1.0
"""Walks that took less are not worth a line: the time of the whole move is told anyway."""


class Display(Protocol):
    """Shows walks and lines."""

    def walk(self, name: str, done: int, total: int, unit: str) -> None:
        """Show how far a walk is; the first call with a name begins it."""

    def line(self, text: str) -> None:
        """Show a line that stays."""

    def end(self) -> None:
        """End the walk under way."""


class _Amount(ProgressColumn):
    """Done of total, rate and ETA, as the log says it too."""

    def render(self, task: Task) -> Text:
        started = task.fields["started"]
        return Text(amount(int(task.completed), int(task.total or 0), task.fields["unit"], time.monotonic() - started))


class BarDisplay:
    """A bar for the walk under way, on a terminal."""

    def __init__(self, console: Console) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=20), _Amount())
        self._bars = Bars(*columns, console=console, transient=True, refresh_per_second=5)
        self._task: TaskID | None = None
        self._name = ""
        self._bars.start()

    def walk(self, name: str, done: int, total: int, unit: str) -> None:
        if name != self._name or self._task is None:
            self.end()
            self._name = name
            self._task = self._bars.add_task(name, total=total, unit=unit, started=time.monotonic())
        self._bars.update(self._task, completed=done, total=total)

    def line(self, text: str) -> None:
        self._bars.console.print(text)

    def end(self) -> None:
        if self._task is not None:
            task = self._bars.tasks[-1]
            seconds = time.monotonic() - task.fields["started"]
            if task.completed and seconds >= _WORTH_S:
                self.line(f"  {self._name}  {finished(int(task.completed), task.fields['unit'], seconds)}")
            self._bars.remove_task(self._task)
            self._task = None

    def close(self) -> None:
        self.end()
        self._bars.stop()


class LineDisplay:
    """Lines with some time between them, for a log."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._name = ""
        self._unit = ""
        self._started = self._last = 0.0
        self._done = 0

    def walk(self, name: str, done: int, total: int, unit: str) -> None:
        now = time.monotonic()
        if name != self._name:
            self.end()
            self._name, self._unit, self._started, self._last = name, unit, now, now
        self._done = done
        if now - self._last >= LINE_EVERY_S:
            self._last = now
            self.line(f"  {name}  {amount(done, total, unit, now - self._started)}")

    def line(self, text: str) -> None:
        self._console.print(text)

    def end(self) -> None:
        seconds = time.monotonic() - self._started
        if self._name and self._done and seconds >= _WORTH_S:
            self.line(f"  {self._name}  {finished(self._done, self._unit, seconds)}")
        self._name, self._done = "", 0

    def close(self) -> None:
        self.end()


def amount(done: int, total: int, unit: str, seconds: float) -> str:
    """Say how far a walk is: done, of how many, rate, ETA."""
    share = f" of {_count(total, unit)} ({min(100, 100 * done // total)} %)" if total else ""
    text = f"{_count(done, unit)}{share}"
    if not done or seconds < _SETTLED_S:
        return text
    rate = done / seconds
    eta = f"  ETA {duration(max(total - done, 0) / rate)}" if total else ""
    return f"{text}  {_count(int(rate), unit)}/s{eta}"


def finished(done: int, unit: str, seconds: float) -> str:
    """Say what a walk has done."""
    return f"{_count(done, unit)} in {duration(seconds)}, {_count(int(done / seconds), unit)}/s"


def _count(count: int, unit: str) -> str:
    return size(count) if unit == "bytes" else f"{count:,}"


@contextmanager
def display(console: Console) -> Iterator[Display]:
    """Show progress on a console in the form that suits it."""
    shown = BarDisplay(console) if console.is_terminal else LineDisplay(console)
    try:
        yield shown
    finally:
        shown.close()


class RunnerProgress:
    """Turns what a runner reports into walks and lines."""

    def __init__(self, shown: Display) -> None:
        self._shown = shown
        self._step = ""

    def __call__(self, told: Progress) -> None:
        if told.note:
            self._shown.line(f"  note: {told.note}")
        elif told.part:
            self._shown.walk(f"{told.step} {told.part}", told.done, told.total, "rows")
        elif told.step != self._step:
            self._shown.end()
        self._step = told.step


class SnapshotReport:
    """Turns what an import, export or profile reports into one walk over bytes."""

    def __init__(self, shown: Display, name: str) -> None:
        self._shown = shown
        self._name = name

    def __call__(self, told: SnapshotProgress) -> None:
        self._shown.walk(self._name, told.bytes_done, told.bytes_total, "bytes")
