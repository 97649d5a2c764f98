"""The command ``unnest``: global options, commands, exit codes.

In: arguments. Out: an exit code: 0 done, 1 refused or differences found, 2 wrong use, 3 interrupted and resumable.
"""

import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version as installed_version
from typing import Annotated

import psycopg
import typer

from unnest.cli.auditing import audit
from unnest.cli.benchmarks import PASSED_ON, bench
from unnest.cli.controlling import pause, resume, set_values
from unnest.cli.demonstration import demo
from unnest.cli.failures import REFUSED, explain
from unnest.cli.finding import findings
from unnest.cli.invocation import Invocation
from unnest.cli.moving import advance, purge, rollback
from unnest.cli.planning import plan
from unnest.cli.preflight import preflight
from unnest.cli.server import db
from unnest.cli.snapshots import export, import_, profile
from unnest.cli.status import status
from unnest.cli.verifying import rebuild, repair, verify
from unnest.errors import UnnestError

app = typer.Typer(
    help="Move a live PostgreSQL application from nested documents to normalized tables.",
    epilog="Exit codes: 0 done; 1 refused, or differences found; 2 wrong use; 3 interrupted, and the same command goes on.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_COMMANDS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("demo", demo, "The main job end to end, on made-up data."),
    ("import", import_, "Import a snapshot of documents."),
    ("export", export, "Export all documents as a snapshot."),
    ("profile", profile, "Describe a snapshot before importing it."),
    ("status", status, "Where every migration stands."),
    ("plan", plan, "SQL, losses, locks, sizes; changes nothing."),
    ("preflight", preflight, "Whether a migration may begin here."),
    ("advance", advance, "Move a migration forward."),
    ("rollback", rollback, "Move a migration back; nothing is lost."),
    ("verify", verify, "Compare both sides exactly."),
    ("findings", findings, "What could not be placed or disagrees."),
    ("repair", repair, "Make both sides equal where they differ."),
    ("rebuild", rebuild, "Rebuild all nested values from the rows."),
    ("audit", audit, "Validate all migrations in one run."),
    ("pause", pause, "Pause a migration between two batches."),
    ("resume", resume, "Let a paused migration go on."),
    ("set", set_values, "Change settings, also while it runs."),
    ("purge", purge, "Drop retired values after the buffer."),
)
for _name, _command, _short in _COMMANDS:
    app.command(_name, short_help=_short)(_command)
app.command("bench", short_help="Measure; in a checkout only.", context_settings=PASSED_ON)(bench)
app.add_typer(db, name="db", short_help="The embedded PostgreSQL in ./.unnest.")

_HOISTED = ("--db", "--migrations")


def _version(is_asked: bool) -> None:
    if is_asked:
        sys.stdout.write(f"unnest {installed_version('unnest')}\n")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(
            "--db", metavar="URL", envvar="UNNEST_DB", help="The database; default: the embedded PostgreSQL in ./.unnest."
        ),
    ] = None,
    migrations: Annotated[
        str | None,
        typer.Option(
            "--migrations",
            metavar="MODULE:NAME",
            envvar="UNNEST_MIGRATIONS",
            help="Where migrations are declared; default: [tool.unnest] of pyproject.toml, then the chat application.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Move a live PostgreSQL application from nested documents to normalized tables."""
    del version
    call: Invocation = context.obj
    call.db, call.migrations_at, call.is_json = database, migrations, json


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end with its exit code."""
    call = Invocation()
    call.stop.listen()
    try:
        app(args=hoisted(sys.argv[1:] if arguments is None else arguments), obj=call, prog_name="unnest")
    except (UnnestError, psycopg.Error) as error:
        text, code = explain(error, call.url or call.db)
        sys.stderr.write(f"unnest: {text}\n")
        sys.exit(code)
    except BrokenPipeError:  # whoever read the output has seen enough; Python must not fail once more while flushing it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(REFUSED)


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Return arguments with those that belong before the command brought there, wherever they were written."""
    front: list[str] = []
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--":
            return [*front, *rest, argument, *remaining]
        if argument in _HOISTED:
            front += [argument, *(value for value in (next(remaining, None),) if value is not None)]
        elif argument.startswith(tuple(f"{name}=" for name in _HOISTED)):
            front.append(argument)
        else:
            rest.append(argument)
    return [*front, *rest]


if __name__ == "__main__":
    main()
