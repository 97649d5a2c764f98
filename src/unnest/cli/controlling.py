"""``unnest pause``, ``resume`` and ``set``: what is said to a migration while it runs.

In: a migration. Out: a line in the ledger that a running walk reads between two batches.
"""

from typing import Annotated

import typer

from unnest.cli.invocation import Invocation, Json, One, invocation
from unnest.errors import UsageError
from unnest.migration import find
from unnest.runner import Runner
from unnest.runner.runner import SETTINGS

Assignments = Annotated[
    list[str], typer.Argument(metavar="KEY=VALUE...", help="; ".join(f"{key}: {meaning}" for key, meaning in SETTINGS.items()))
]


def pause(context: typer.Context, migration: One, json: Json = False) -> None:
    """Stop a running walk between two batches, also one of another process, and refuse moves until resume."""
    call = invocation(context, json)
    one = find(call.migrations, migration).id
    with _runner(call) as runner:
        runner.pause(one)
        by = runner.status(one).paused_by
    text = f"{one} is paused; it goes on with: unnest resume {one}"
    call.screen.show({"migration": one, "paused_by": by}, lambda: [text])


def resume(context: typer.Context, migration: One, json: Json = False) -> None:
    """Let a paused migration go on."""
    call = invocation(context, json)
    one = find(call.migrations, migration).id
    with _runner(call) as runner:
        was = runner.status(one).paused_by
        runner.resume(one)
    text = f"{one} may go on" if was else f"{one} was not paused"
    call.screen.show({"migration": one, "was_paused_by": was}, lambda: [text])


def set_values(context: typer.Context, migration: One, assignments: Assignments, json: Json = False) -> None:
    """Change settings of a migration, also while it runs."""
    call = invocation(context, json)
    one = find(call.migrations, migration).id
    values = dict(_assigned(each) for each in assignments)
    with _runner(call) as runner:
        settings = runner.set(one, **values)
    lines = [f"{key} = {value:g}" for key, value in sorted(settings.items())]
    call.screen.show({"migration": one, "settings": settings}, lambda: [f"{one}: {', '.join(lines)}"])


def _runner(call: Invocation) -> Runner:
    migrations = call.migrations
    return Runner(call.find_database(), migrations)


def _assigned(text: str) -> tuple[str, float]:
    key, sign, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        sign = ""
    if not sign or number < 0 or number != number:
        raise UsageError(f'"{text}" is not of the form KEY=VALUE with a number of 0 or more; keys are: {", ".join(SETTINGS)}')
    return key, number
