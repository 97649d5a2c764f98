"""``unnest demo``: the main job from end to end, on made-up data with drift, with the application at work all the time.

In: sizes. Out: a report of what was done and found; exit code 1 if anything was lost, failed or differs.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from unnest import embedded
from unnest.cli import declared
from unnest.cli.demo_report import Shown
from unnest.cli.failures import REFUSED
from unnest.cli.invocation import Invocation, Json, Work, invocation
from unnest.cli.moving import Made, go_back, go_forward
from unnest.cli.progress import SnapshotReport
from unnest.cli.screen import size
from unnest.convex import ImportReport, import_snapshot
from unnest.errors import Interrupted, Refused
from unnest.migration import find
from unnest.stages import Stage

DATABASE = "unnest_demo"
ORDER = ("3", "1")
REASON = "the demonstration does not wait for soak and buffer"

Users = Annotated[int, typer.Option("--users", min=8, help="How many users; clients act for the first six.")]
Projects = Annotated[int, typer.Option("--projects", min=1, help="Projects of each user.")]
Conversations = Annotated[int, typer.Option("--conversations", min=1, help="Conversations in each project.")]
Messages = Annotated[float, typer.Option("--messages", min=0, help="Messages in each conversation, on average.")]
Clients = Annotated[int, typer.Option("--clients", min=1, max=16, help="Clients of the old and of the new application, each.")]
Seconds = Annotated[float, typer.Option("--seconds", min=0, help="How long both applications work side by side, each time.")]


def demo(
    context: typer.Context,
    users: Users = 30,
    projects: Projects = 8,
    conversations: Conversations = 12,
    messages: Messages = 4.0,
    clients: Clients = 2,
    seconds: Seconds = 3.0,
    json: Json = False,
) -> None:
    """Show the main job end to end: data with drift, live clients, every stage, back from complete and forward again.

    Without --db it works in a fresh database "unnest_demo" of the embedded PostgreSQL, which is there to be looked at afterwards.
    """
    # The application comes along with this command alone: every other one works without it.
    from chat import demo as application

    call = invocation(context, json)
    call.migrations_at = declared.DEFAULT
    call.db = call.db or _fresh_database()
    options = application.WorldOptions(
        users=users, projects_per_user=projects, conversations_per_project=conversations, messages_per_conversation=messages
    )
    _require_empty(call)
    with tempfile.TemporaryDirectory(prefix="unnest-demo-") as directory:
        snapshot = Path(directory) / "snapshot.zip"
        facts = application.write_snapshot(snapshot, options)
        call.screen.say(f"made a snapshot of {sum(facts.documents.values()):,} documents with drift, {size(facts.size_bytes)}")
        imported = _import(call, snapshot)
    ids = [find(call.migrations, prefix).id for prefix in ORDER]
    with call.working() as work:
        try:
            report = application.demonstrate(_Stage(work=work), call.find_database(), ids, clients=clients, seconds=seconds)
        except Interrupted:
            raise Interrupted("the demonstration was stopped; the same command begins a new one") from None
        findings = {each: work.runner.finding_counts(each) for each in ids}
        accounts = {each: work.runner.accounting(each) for each in ids}
    shown = Shown(facts=facts, imported=imported, report=report, findings=findings, accounts=accounts)
    call.screen.show(shown.as_json(), lambda: shown.render())
    if not shown.holds:
        raise typer.Exit(REFUSED)


def _fresh_database() -> str:
    server = embedded.start()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    return server.url.replace("/postgres?", f"/{DATABASE}?", 1)


def _require_empty(call: Invocation) -> None:
    with call.connection() as connection:
        there = connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone()
    if there and there[0]:
        raise Refused(f"the demonstration needs an empty database, and this one has {there[0]} tables; give it another with --db")


def _import(call: Invocation, snapshot: Path) -> ImportReport:
    with call.writing_connection() as connection, call.progress() as shown:
        tables = declared.document_tables(call.migrations)
        return import_snapshot(connection, snapshot, tables=tables, progress=SnapshotReport(shown, "import"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """What the demonstration asks for, done by the runner of this command."""

    work: Work

    def forward(self, migration: str, stage: str) -> list[Made]:
        """Move a migration forward, passing soak and buffer times."""
        return go_forward(self.work, migration, Stage(stage), REASON)

    def back(self, migration: str, stage: str) -> list[Made]:
        """Roll a migration back."""
        return go_back(self.work, migration, Stage(stage), "the demonstration shows the way back")

    def verify(self, migration: str) -> int:
        """Return the number of differences."""
        return self.work.runner.verify(migration).count

    def say(self, text: str) -> None:
        """Tell the audience."""
        self.work.shown.end()
        self.work.shown.line(f"\n{text}")
