"""What commands show: text for people or JSON for programs, never both.

In: records. Out: calm text that needs no colour, folded and not cut where lines are long; or one JSON document.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

LOG_WIDTH = 100
"""Width where the output is no terminal and COLUMNS says nothing."""


def console(*, is_error: bool = False) -> Console:
    """Return a console on one of the standard streams."""
    stream = sys.stderr if is_error else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else LOG_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


class Screen:
    """Where one command shows what it found.

    Args:
        is_json: Whether programs read it.
    """

    def __init__(self, *, is_json: bool) -> None:
        self.is_json = is_json
        self.out = console()
        self.err = console(is_error=True)

    def show(self, data: Any, text: Callable[[], Iterable[RenderableType]]) -> None:
        """Show the result of a command, in the form that was asked for."""
        if self.is_json:
            self.out.out(json.dumps(plain(data), indent=2, ensure_ascii=False), highlight=False)
            return
        for part in text():
            self.out.print(part)

    def say(self, text: str) -> None:
        """Show a line for people; programs that read JSON do not get it."""
        if not self.is_json:
            self.out.print(text)

    def exactly(self, text: str) -> None:
        """Show text as it is, such as SQL: nothing folded, nothing added."""
        self.out.out(text, highlight=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> Table:
    """Return a table of text; columns named in ``right`` hold numbers."""
    made = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for name in columns:
        made.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(_cell(cell)) for cell in row))
    return made


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


_STYLES = {"ok": "green", "clean": "green", "warn": "yellow", "refuse": "bold red", "differs": "bold red", "failed": "bold red"}


def marked(word: str) -> Text:
    """Return a word that tells good from bad, coloured where there is colour."""
    return Text(word, style=_STYLES.get(word, ""))


def plain(data: Any) -> Any:
    """Return data as JSON knows it: records as objects, times in ISO 8601, enums by value."""
    if is_dataclass(data) and not isinstance(data, type):
        return plain(asdict(data))
    if isinstance(data, dict):
        return {str(plain(key)): plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple | set):
        return [plain(value) for value in data]
    if isinstance(data, Enum):
        return data.value
    if isinstance(data, datetime):
        return data.isoformat()
    return str(data) if isinstance(data, Path) else data


def duration(seconds: float | None) -> str:
    """Return a span of time in its two largest units."""
    if seconds is None:
        return "-"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def size(count: float) -> str:
    """Return a number of bytes in a unit that fits."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def evidence(value: Any) -> str:
    """Return a JSON value on one line, with characters that can't be seen written as escapes."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return "".join(c if c.isprintable() else "".join(f"\\u{unit:04x}" for unit in _units(c)) for c in text)


def _units(character: str) -> Iterator[int]:
    """Yield the UTF-16 code units of a character, as JSON escapes them."""
    raw = character.encode("utf-16-be", "surrogatepass")
    yield from (int.from_bytes(raw[place : place + 2]) for place in range(0, len(raw), 2))
