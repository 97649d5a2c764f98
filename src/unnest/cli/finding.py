"""``unnest findings``: what could not be placed, and what disagrees.

In: the ledger. Out: findings in the order of their ids, a page at a time.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from unnest.cli.invocation import Json, Some, invocation, is_in_ledger
from unnest.cli.screen import evidence

Kind = Annotated[str | None, typer.Option("--kind", metavar="KIND", help="Only findings of this kind.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many findings of each migration to show.")]
After = Annotated[int, typer.Option("--after", metavar="ID", min=0, help="Go on after the finding with this id.")]
Found = list[dict[str, Any]]


def findings(
    context: typer.Context, migration: Some = None, kind: Kind = None, limit: Limit = 100, after: After = 0, json: Json = False
) -> None:
    """List what could not be placed or disagrees, with table, key, path and evidence."""
    call = invocation(context, json)
    found: dict[str, Found] = {}
    with call.looking() as runner:
        for each in call.chosen(migration):
            if is_in_ledger(runner, each):
                found[each.id] = runner.findings(each.id, kind=kind, limit=limit, after_id=after)
    data = [finding for page in found.values() for finding in page]
    call.screen.show(data, lambda: _render(found, limit))


def _render(found: dict[str, Found], limit: int) -> Iterator[RenderableType]:
    if not any(found.values()):
        yield "no findings"
        return
    for migration, page in found.items():
        if not page:
            continue
        yield f"{migration}\n"
        width = len(str(page[-1]["id"]))
        for f in page:
            yield f"{f['id']:>{width}}  {f['kind']}: {f['table_name']} {f['key']}, {f['path']} ({f['state']})"
            yield Text(f"{'':>{width}}  {evidence(f['evidence'])}", no_wrap=True, overflow="ignore")
        if len(page) == limit:
            yield f"\nthere may be more: unnest findings {migration} --after {page[-1]['id']}"
        yield ""
