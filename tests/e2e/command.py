"""The command as another process.

In: arguments. Out: what it printed and its exit code, or the process while it runs.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LIMIT_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return what was printed for programs."""
        return json.loads(self.out)


@dataclass(slots=True, kw_only=True)
class Command:
    """``unnest`` for one directory and one database."""

    directory: Path
    db: str | None
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def __call__(self, *arguments: str | Path, code: int = 0, **environment: str) -> Finished:
        """Run it to its end and expect an exit code."""
        process = self.start(*arguments, **environment)
        found = self.wait(process)
        assert found.code == code, f"{arguments}: exit code {found.code}\n{found.out}\n{found.err}"
        assert "Traceback" not in found.err, found.err
        return found

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        """Run it with --json and return what it printed."""
        return self(*arguments, "--json", code=code).json

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        """Start it and leave it running."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("UNNEST_", "PG"))}
        own = kept | ({"UNNEST_DB": self.db} if self.db else {}) | environment
        command = [sys.executable, "-m", "unnest.cli.main", *map(str, arguments)]
        pipe = subprocess.PIPE
        self.running.append(
            subprocess.Popen(command, cwd=self.directory, env=own, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)
        )
        return self.running[-1]

    def wait(self, process: subprocess.Popen[str]) -> Finished:
        """Wait for the end of a command that was started."""
        out, err = process.communicate(timeout=LIMIT_S)
        return Finished(code=process.returncode, out=out, err=err)

    def kill_all(self) -> None:
        """Leave nothing running."""
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate()


def until(holds: Callable[[], bool], limit_s: float = 60.0) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.02)
