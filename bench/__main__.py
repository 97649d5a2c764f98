"""The command ``python -m bench``.

In: suites and sizes. Out: a table on the terminal, JSON for each suite in ``--out``, and the page ``--docs`` from all JSON
there.
"""

import json
import os
import platform
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.databases import Databases, server
from bench.rendering import page, show
from bench.results import Cell, Result, from_json
from bench.sizes import TINY_ROWS, Sizes, choose
from bench.suites import SUITES
from unnest.errors import UsageError

ROOT = Path(__file__).parents[1]


def main(
    suite: Annotated[list[str] | None, typer.Option(help="Suite to run; may be repeated. Default: all.")] = None,
    rows: Annotated[int | None, typer.Option(help="Cap every size at so many rows.")] = None,
    rounds: Annotated[int | None, typer.Option(help="Repeat each measurement so often.")] = None,
    quick: Annotated[bool, typer.Option(help="Small sizes: about two minutes.")] = False,
    full: Annotated[bool, typer.Option(help="Add the largest sizes: 3 million parents, and a snapshot of 1 GB.")] = False,
    kind: Annotated[str, typer.Option("--server", help="embedded, or debian: the operating system's.")] = "embedded",
    out: Annotated[Path, typer.Option(help="Where JSON goes.")] = ROOT / "bench" / "results",
    docs: Annotated[Path | None, typer.Option(help="Page to write. Default: docs/benchmarks.md, and none with --quick.")] = None,
) -> None:
    """Measure the engine against other ways of doing the same."""
    names = suite or list(SUITES)
    unknown = [name for name in names if name not in SUITES]
    if unknown or kind not in ("embedded", "debian"):
        raise typer.BadParameter(f'"{(unknown or [kind])[0]}" is unknown; suites: {", ".join(SUITES)}; servers: embedded, debian')
    sizes = choose(quick=quick, full=full, rows=rows, rounds=rounds)
    console = Console() if sys.stdout.isatty() else Console(width=150)
    out.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped and removed
    with server(kind, durable=rows is None or rows >= TINY_ROWS) as databases:
        for name in names:
            result = run(name, databases, sizes)
            show(result, console)
            (out / f"{name}.json").write_text(json.dumps(result.as_json(), indent=1) + "\n")
    target = docs or (None if quick else ROOT / "docs" / "benchmarks.md")
    if target:
        write_page(out, target)
        console.print(f"written: {target}")


def run(name: str, databases: Databases, sizes: Sizes) -> Result:
    """Run a suite and note where and when."""
    started, load, commit = time.perf_counter(), os.getloadavg()[0], _commit()
    result = SUITES[name](databases, sizes)
    databases.drop_all()
    result.run.update(_machine(databases))
    result.run.update({"commit": commit, "load average": f"{load:.1f} before, {os.getloadavg()[0]:.1f} after"})
    result.run["took"] = f"{time.perf_counter() - started:.0f} s"
    return result


def write_page(out: Path, target: Path) -> None:
    """Write the page from the last result of each suite."""
    files = [out / f"{name}.json" for name in SUITES]
    found = [from_json(json.loads(file.read_text())) for file in files if file.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(found))


def _machine(databases: Databases) -> dict[str, Cell]:
    models = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = next((int(line.split()[1]) // 1024**2 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "PostgreSQL": databases.version,
        "Python": platform.python_version(),
        "machine": f"{os.cpu_count()} cores ({models[0] if models else platform.processor()}), {memory} GB, {platform.system()}",
    }


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []


if __name__ == "__main__":
    try:
        typer.run(main)
    except UsageError as error:
        raise SystemExit(str(error)) from error
