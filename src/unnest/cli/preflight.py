"""``unnest preflight``: whether a migration may begin here.

In: the database as it is. Out: a line for each thing that was looked at: ok, warn or refuse, why, and what to do.
Exit code 1 on refuse.
"""

from collections.abc import Iterable, Iterator, Sequence

import typer
from rich.console import RenderableType
from rich.text import Text

from unnest.cli.checks import Check, Level, of_server, ok, refuse
from unnest.cli.failures import REFUSED
from unnest.cli.invocation import Json, Some, invocation, is_in_ledger
from unnest.cli.screen import marked, table
from unnest.cli.table_checks import of_migration
from unnest.migration import Migration
from unnest.runner import Runner
from unnest.stages import Stage

Checked = dict[str, list[Check]]


def preflight(context: typer.Context, migration: Some = None, json: Json = False) -> None:
    """See whether a migration may begin here: version, tables, keys, indexes, rights, triggers, backups, sizes."""
    call = invocation(context, json)
    chosen = call.chosen(migration)
    with call.looking() as runner:
        found: Checked = {"server": list(of_server(runner.session.connection, chosen))}
        for each in chosen:
            found[each.id] = [*_of_ledger(runner, each), *_of_tables(runner, each)]
    data = [{"about": about, "check": check.name, **_rest(check)} for about, checks in found.items() for check in checks]
    call.screen.show(data, lambda: _render(found))
    if any(check.level is Level.REFUSE for checks in found.values() for check in checks):
        raise typer.Exit(REFUSED)


def _of_tables(runner: Runner, migration: Migration) -> Iterable[Check]:
    return of_migration(runner.session.connection, migration, Stage(runner.status(migration.id).stage))


def _of_ledger(runner: Runner, migration: Migration) -> Iterator[Check]:
    """The declaration may not change under way: triggers and rows follow the one that was armed."""
    if not is_in_ledger(runner, migration):
        yield ok("ledger", "this migration has not been started here")
        return
    record = runner.record(migration)
    if record.stage is not Stage.PENDING and record.digest not in (None, migration.digest):
        detail = f"it is at {record.stage.value} and was declared differently when it left pending"
        yield refuse("ledger", detail, "restore that declaration, or roll back to pending with it first")
    else:
        yield ok("ledger", f"it is at {record.stage.value}, declared as it was when it began")


def _render(found: Checked) -> Iterator[RenderableType]:
    for about, checks in found.items():
        yield about
        yield table(("", "check", "found"), [(marked(c.level.value), c.name, _found(c)) for c in _sorted(checks)])
        yield ""
    counts = {level: sum(c.level is level for checks in found.values() for c in checks) for level in Level}
    yield f"{counts[Level.OK]} ok, {counts[Level.WARN]} to know of, {counts[Level.REFUSE]} in the way"


def _sorted(checks: Sequence[Check]) -> list[Check]:
    order = [Level.REFUSE, Level.WARN, Level.OK]
    return sorted(checks, key=lambda check: order.index(check.level))


def _found(check: Check) -> Text:
    text = Text(check.detail)
    return text.append(f"\n-> {check.remedy}") if check.remedy else text


def _rest(check: Check) -> dict[str, str]:
    return {"level": check.level.value, "detail": check.detail, "remedy": check.remedy}
