"""``unnest db``: the embedded PostgreSQL of the current directory.

In: the directory ``./.unnest``. Out: a server that runs, its URL, a prompt.
"""

import os
import shutil
import signal
import subprocess
from typing import Annotated

import typer
from psycopg.conninfo import conninfo_to_dict

from unnest import embedded
from unnest.cli.database import find_url
from unnest.cli.invocation import invocation
from unnest.cli.screen import console
from unnest.errors import UsageError

db = typer.Typer(help="Start, stop and reach the embedded PostgreSQL in ./.unnest.", no_args_is_help=True, rich_markup_mode=None)
Arguments = Annotated[list[str] | None, typer.Argument(metavar="[-- ARGUMENTS]", help="Passed on to psql.")]


@db.command("url")
def url() -> None:
    """Print the URL of the running server."""
    console().out(embedded.url(), highlight=False)


@db.command("start")
def start() -> None:
    """Start the server; it runs until db stop."""
    server = embedded.start(keep_running=True)
    console().out(f"PostgreSQL {server.version} runs in {server.directory}\n{server.url}", highlight=False)


@db.command("stop")
def stop() -> None:
    """Stop the server, whoever uses it."""
    was_running = embedded.stop()
    console().out("stopped" if was_running else "it was not running", highlight=False)


@db.command("psql")
def psql(context: typer.Context, arguments: Arguments = None) -> None:
    """Open a psql prompt on the database: the embedded one, or that of --db."""
    call = invocation(context)
    program = shutil.which("psql")
    if call.db:
        target = call.url = find_url(call.db)
    else:
        server = embedded.start()
        target, program = server.url, str(server.programs / "psql")
    if program is None:
        raise UsageError("there is no psql in PATH; install PostgreSQL's client, or use the embedded server")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # at its prompt, Ctrl-C is for psql
    # The URL is handed over in the environment: arguments can be read by every user of the machine.
    done = subprocess.run([program, *(arguments or [])], env=os.environ | environment(target), check=False)
    raise typer.Exit(done.returncode)


def environment(target: str) -> dict[str, str]:
    """Return a connection string as libpq's environment variables."""
    return {_VARIABLES[key]: str(value) for key, value in _parts(target).items() if key in _VARIABLES and value}


_VARIABLES = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER",
    "password": "PGPASSWORD", "sslmode": "PGSSLMODE", "options": "PGOPTIONS", "service": "PGSERVICE",
    "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "connect_timeout": "PGCONNECT_TIMEOUT",
}  # fmt: skip


def _parts(target: str) -> dict[str, object]:
    return dict(conninfo_to_dict(target))
