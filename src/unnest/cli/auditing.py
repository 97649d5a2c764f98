"""``unnest audit``: everything that can be validated today, in one run.

In: the migrations and their stages. Out: verification, accounting, seals and constraints of each, and what is not covered.
Exit code 1 if anything is not as it should be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import LiteralString, cast

import sqlalchemy as sa
import typer
from rich.console import RenderableType

from unnest.cli.failures import REFUSED
from unnest.cli.invocation import Json, Work, invocation, is_started
from unnest.cli.screen import marked, table
from unnest.mapping.base import Seal
from unnest.migration import Migration
from unnest.runner.session import Connection
from unnest.sql import ONE, run, table_name
from unnest.stages import ORDER, Stage

NOT_COVERED = (
    "migrations that are not started: they have nothing to compare",
    "what drifted before a migration began: see findings",
    "figures that no declared migration derives, such as counters kept by the application",
    "values purged at complete: the rows are their only form, and are checked to be writable as documents",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One line of the audit."""

    migration: str
    check: str
    holds: bool
    detail: str


def audit(context: typer.Context, json: Json = False) -> None:
    """Validate all migrations: verification, accounting, seals, constraints; says what is not covered."""
    call = invocation(context, json)
    with call.working() as work:
        started = [each for each in call.migrations if is_started(work.runner, each)]
        found = [line for each in started for line in _audited(work, each)]
    not_started = [each.id for each in call.migrations if each not in started]
    data = {"holds": all(each.holds for each in found), "checks": found, "not_started": not_started, "not_covered": NOT_COVERED}
    call.screen.show(data, lambda: _render(found, not_started))
    if not data["holds"]:
        raise typer.Exit(REFUSED)


def _audited(work: Work, migration: Migration) -> Iterator[Audited]:
    stage = work.runner.record(migration).stage
    position = ORDER.index(stage)
    verified = work.runner.verify(migration.id)
    detail = f"{verified.parents:,} parents, {verified.count:,} differences" + (f"; {verified.detail}" if verified.detail else "")
    yield Audited(migration=migration.id, check=f"verification at {stage.value}", holds=verified.clean, detail=detail)
    for part in work.runner.accounting(migration.id):
        went = f"{part.placed:,} placed + {part.merged:,} merged + {part.quarantined:,} quarantined + {part.skipped:,} skipped"
        detail = f"{part.elements:,} elements = {went}"
        yield Audited(migration=migration.id, check=f"accounting of {part.part}", holds=part.balances, detail=detail)
    connection = work.runner.session.connection
    if position >= ORDER.index(Stage.BACKFILL):
        yield from _constraints(connection, migration)
    if position >= ORDER.index(Stage.CLEANUP):
        for mapping in migration.mappings:
            yield from (_sealed(connection, migration, seal) for seal in mapping.seals)


def _constraints(connection: Connection, migration: Migration) -> Iterator[Audited]:
    """No constraint and no index of the new tables may be half made."""
    query: LiteralString = (
        "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s) AND NOT convalidated UNION ALL"
        " SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = to_regclass(%s) AND NOT i.indisvalid"
    )
    for target in migration.targets:
        name = table_name(target)
        half_made = [str(row[0]) for row in connection.execute(query, [name, name])]
        detail = f"not valid: {', '.join(half_made)}" if half_made else "all constraints and indexes are valid"
        yield Audited(migration=migration.id, check=f"constraints of {target.name}", holds=not half_made, detail=detail)


def _sealed(connection: Connection, migration: Migration, seal: Seal) -> Audited:
    """Count the rows of one place that the other does not have: a sealed link and its pointer say the same."""
    target = seal.target.alias("other")
    own = [seal.table.c[name] for name in seal.columns]
    same = [column == target.c[name] for column, name in zip(own, seal.target_columns, strict=True)]
    stray = sa.select(sa.func.count()).where(
        *(c.is_not(None) for c in own), ~sa.exists(sa.select(ONE).select_from(target).where(*same))
    )
    row = cast("tuple[int]", run(connection, stray.select_from(seal.table)).fetchone())
    check = f"{seal.table.name} ({', '.join(seal.columns)}) = {seal.target.name}"
    return Audited(migration=migration.id, check=check, holds=row[0] == 0, detail=f"{row[0]:,} rows without their counterpart")


def _render(found: Sequence[Audited], not_started: Sequence[str]) -> Iterator[RenderableType]:
    for migration in dict.fromkeys(each.migration for each in found):
        yield migration
        rows = [(marked("ok" if e.holds else "failed"), e.check, e.detail) for e in found if e.migration == migration]
        yield table(("", "check", "found"), rows)
        yield ""
    if not_started:
        yield f"not started: {', '.join(not_started)}\n"
    yield "not covered:"
    yield from (f"- {line}" for line in NOT_COVERED)
    failed = sum(not each.holds for each in found)
    yield f"\n{len(found)} checks, {failed} failed"
