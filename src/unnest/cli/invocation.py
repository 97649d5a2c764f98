"""One call of the command line: what stands before the command, and what commands make of it.

In: the global options. Out: a database, migrations, a runner with progress, a screen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, cast

import psycopg
import typer

from unnest.cli import database, declared
from unnest.cli.progress import Display, RunnerProgress, display
from unnest.cli.screen import Screen
from unnest.cli.stopping import Stop
from unnest.errors import UsageError
from unnest.migration import Migration, find
from unnest.runner import Runner
from unnest.runner.session import Connection, connect
from unnest.stages import Stage


@dataclass(slots=True, kw_only=True)
class Invocation:
    """What was asked for, before the command itself.

    Attributes:
        db: The database, as given.
        migrations_at: MODULE:NAME, as given.
        is_json: Whether programs read the result.
        stop: Whether somebody has asked to stop.
        url: The database in use, once it is known: error messages keep its password out.
    """

    db: str | None = None
    migrations_at: str | None = None
    is_json: bool = False
    stop: Stop = field(default_factory=Stop)
    url: str | None = None
    _declared: tuple[Migration, ...] | None = None

    @property
    def screen(self) -> Screen:
        """Where results go."""
        return Screen(is_json=self.is_json)

    @property
    def migrations(self) -> tuple[Migration, ...]:
        """What is declared."""
        if self._declared is None:
            self._declared = declared.load(self.migrations_at)
        return self._declared

    def chosen(self, prefix: str | None) -> tuple[Migration, ...]:
        """Return the migration that a prefix means, or all."""
        return self.migrations if prefix is None else (find(self.migrations, prefix),)

    def find_database(self) -> str:
        """Return the URL of the database, having reached it once."""
        if self.url is None:
            self.url = self.db  # kept out of messages even while it is being looked at
            self.url = database.find_url(self.db)
            database.connect_once(self.url)
        return self.url

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give a connection that can't change anything."""
        with connect(self.find_database()) as opened:
            opened.execute("SET default_transaction_read_only TO on")
            yield opened

    @contextmanager
    def writing_connection(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """Give a connection for an import or export."""
        with psycopg.connect(self.find_database(), application_name="unnest") as opened:
            opened.autocommit = True
            yield opened

    @contextmanager
    def looking(self) -> Iterator[Runner]:
        """Give a runner that only looks."""
        migrations = self.migrations
        with Runner(self.find_database(), migrations) as runner:
            runner.session.connection.execute("SET default_transaction_read_only TO on")
            yield runner

    @contextmanager
    def working(self) -> Iterator["Work"]:
        """Give a runner that shows its progress and stops between batches when asked to."""
        migrations, url = self.migrations, self.find_database()
        with (
            self.progress() as shown,
            Runner(url, migrations, report=RunnerProgress(shown), stop=self.stop) as runner,
            self.stop.patiently(),
        ):
            yield Work(runner=runner, shown=shown)

    @contextmanager
    def progress(self) -> Iterator[Display]:
        """Show progress beside the result, or on the error stream where the result is JSON."""
        screen = self.screen
        with display(screen.err if self.is_json else screen.out) as shown:
            yield shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A runner at work, and where its progress is shown."""

    runner: Runner
    shown: Display


Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text.")]
One = Annotated[str, typer.Argument(metavar="MIGRATION", help="Migration: any unique prefix of its id, such as 3 or 003.")]
Some = Annotated[str | None, typer.Argument(metavar="MIGRATION", help="Migration (any unique prefix of its id); default: all.")]
To = Annotated[
    str | None, typer.Option("--to", metavar="STAGE", help=f"Stage to reach: {', '.join(stage.value for stage in Stage)}.")
]


def invocation(context: typer.Context, json: bool = False) -> Invocation:
    """Return the call that a command belongs to; ``json`` is the option given after the command."""
    call = cast("Invocation", context.obj)
    call.is_json = call.is_json or json
    return call


def stage_named(word: str | None) -> Stage | None:
    """Return the stage that a word means.

    Raises:
        UsageError: There is no such stage.
    """
    if word is None:
        return None
    try:
        return Stage(word.replace("-", "_"))
    except ValueError:
        known = ", ".join(stage.value for stage in Stage)
        raise UsageError(f'there is no stage "{word}"; stages are: {known}') from None


def is_started(runner: Runner, migration: Migration) -> bool:
    """Return whether a migration has left pending."""
    return Stage(runner.status(migration.id).stage) is not Stage.PENDING


def is_in_ledger(runner: Runner, migration: Migration) -> bool:
    """Return whether the ledger of this database knows a migration."""
    return runner.status(migration.id).stage_since is not None
