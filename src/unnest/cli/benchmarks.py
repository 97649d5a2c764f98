"""``unnest bench``: the benchmarks of a checkout.

In: arguments for ``python -m bench``. Out: its tables and JSON, and its exit code.
"""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from unnest.errors import UsageError

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
Arguments = Annotated[list[str] | None, typer.Argument(metavar="[ARGUMENTS]", help="Passed on; see: unnest bench -- --help.")]


def bench(arguments: Arguments = None) -> None:
    """Measure the engine against other ways of doing the same; works in a checkout only."""
    if not Path("bench/__main__.py").exists():
        raise UsageError(f'the benchmarks are not in "{Path.cwd()}"; they come with a checkout of the sources: call it there')
    done = subprocess.run([sys.executable, "-m", "bench", *(arguments or [])], check=False)
    raise typer.Exit(done.returncode)
