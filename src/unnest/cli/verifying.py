"""``unnest verify``, ``repair`` and ``rebuild``: both sides compared, and made equal.

In: migrations. Out: differences with table, key and path, or how much was put right; exit code 1 if something differs.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import RenderableType

from unnest.cli.failures import REFUSED
from unnest.cli.invocation import Json, One, Some, invocation, is_started
from unnest.cli.screen import evidence, marked, table
from unnest.migration import find
from unnest.runner.report import Verification

SHOWN = 20


class Direction(StrEnum):
    """Which side is right."""

    NEW = "new"
    LEGACY = "legacy"


def verify(context: typer.Context, migration: Some = None, json: Json = False) -> None:
    """Compare both sides of a migration exactly; differences are named and kept as findings."""
    call = invocation(context, json)
    chosen = call.chosen(migration)
    with call.working() as work:
        found = [work.runner.verify(each.id) for each in chosen if migration or is_started(work.runner, each)]
    call.screen.show(found, lambda: render(found))
    if not all(each.clean for each in found):
        raise typer.Exit(REFUSED)


def render(found: Sequence[Verification]) -> Iterator[RenderableType]:
    """Yield the result of each verification, and the first differences."""
    if not found:
        yield "nothing to verify: no migration has been started"
        return
    rows = [(each.migration, marked("clean" if each.clean else "differs"), each.parents, each.count) for each in found]
    yield table(("migration", "result", "parents compared", "differences"), rows, right=("parents compared", "differences"))
    for each in found:
        if each.detail:
            yield f"\n{each.migration}: {each.detail}"
        if each.differences:
            yield from _differences(each)


def _differences(found: Verification) -> Iterator[RenderableType]:
    yield ""
    columns = ("table", "key", "path", "what", "expected", "found")
    rows = [(d.table, d.key, d.path, d.what, evidence(d.expected), evidence(d.actual)) for d in found.differences[:SHOWN]]
    yield table(columns, rows)
    if found.count > SHOWN:
        yield f"and {found.count - SHOWN:,} more; see them all with: unnest findings {found.migration} --kind difference"
    yield f"next: unnest repair {found.migration} --direction legacy|new"


def repair(
    context: typer.Context,
    migration: One,
    direction: Annotated[
        Direction, typer.Option("--direction", help="Which side is right: the rows (new) or the nested values.")
    ],
    json: Json = False,
) -> None:
    """Make both sides equal again where they differ, under the locks of the rows concerned."""
    call = invocation(context, json)
    one = find(call.migrations, migration).id
    with call.working() as work:
        count = work.runner.repair(one, direction.value)
    text = f"{one}: {count:,} parents repaired, taking the {direction.value} side for right; verified clean"
    call.screen.show({"migration": one, "direction": direction.value, "repaired": count}, lambda: [text])


def rebuild(context: typer.Context, migration: One, json: Json = False) -> None:
    """Make the nested values equal to what the rows mean, for every parent."""
    call = invocation(context, json)
    one = find(call.migrations, migration).id
    with call.working() as work:
        found = work.runner.rebuild(one)
    rows = [(part, counts["parents"], counts["changed"]) for part, counts in found.items()]
    columns = ("rebuilt", "parents", "changed")
    call.screen.show({"migration": one, "parts": found}, lambda: [table(columns, rows, right=("parents", "changed"))])
