"""``unnest status``: where every migration stands.

In: the ledger. Out: stage, progress, findings, verification and what stands before the next move, per migration.
"""

from collections.abc import Iterator, Sequence

import typer
from rich.console import RenderableType

from unnest.cli.invocation import Json, Some, invocation
from unnest.cli.screen import duration, marked, table
from unnest.runner.report import Status
from unnest.stages import ORDER


def status(context: typer.Context, migration: Some = None, json: Json = False) -> None:
    """Show where every migration stands: stage, progress, ETA, findings, next gate."""
    call = invocation(context, json)
    with call.looking() as runner:
        found = [runner.status(each.id) for each in call.chosen(migration)]
    call.screen.show(found, lambda: render(found))


def render(found: Sequence[Status]) -> Iterator[RenderableType]:
    """Yield the table of all migrations, then what there is to say of each."""
    columns = ("migration", "stage", "since (UTC)", "open findings", "verified")
    yield table(columns, [_row(each) for each in found], right=("open findings",))
    for each in found:
        lines = list(_lines(each))
        if lines:
            yield "\n".join(["", f"{each.id}: {each.title}", *(f"  {line}" for line in lines)])


def _row(found: Status) -> list[object]:
    if found.verified_clean is None:
        verified = marked("-")
    else:
        verified = marked("clean" if found.verified_clean else "differs")
        verified.append(f" {_minute(found.verified_at)}", style="")
    return [found.id, found.stage, _minute(found.stage_since), sum(found.findings.values()), verified]


def _lines(found: Status) -> Iterator[str]:
    if found.moving_to:
        yield f"on its way to {found.moving_to}{_walk(found)}; goes on with: unnest {_command(found)} {found.id}"
    if found.holder:
        yield f"worked on by {found.holder}"
    if found.paused_by:
        yield f"paused by {found.paused_by}; goes on with: unnest resume {found.id}"
    if found.findings:
        yield "findings: " + ", ".join(f"{kind} {count:,}" for kind, count in found.findings.items())
    if found.next_gate:
        yield f"next gate: {found.next_gate}"


def _walk(found: Status) -> str:
    if not found.step:
        return ""
    eta = f", ETA {duration(found.eta_s)}" if found.eta_s is not None else ""
    return f" ({found.step}: {found.done:,} of {found.total:,} rows{eta})"


def _command(found: Status) -> str:
    order = [stage.value for stage in ORDER]
    return "rollback" if order.index(str(found.moving_to)) < order.index(found.stage) else "advance"


def _minute(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else "-"
