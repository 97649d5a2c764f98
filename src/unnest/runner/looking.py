"""What can be asked of the ledger: accounting, findings, status.

In: a connection and a migration. Out: records for people and for JSON; nothing here moves anything.
"""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from unnest import ledger
from unnest.migration import Migration
from unnest.runner.report import Accounting, Difference, Status
from unnest.stages import Stage, Step, after, gates


def accounting(connection: ledger.Connection, id: str) -> list[Accounting]:
    """Return the accounting of the last backfill, walk by walk."""
    table = ledger.batches
    total = sa.func.sum
    names = ("elements", "placed", "merged", "quarantined", "skipped")
    sums = [total(sa.cast(table.c.counts.op("->>")(name), sa.BigInteger)).label(name) for name in names]
    last = (
        sa.select(sa.func.max(ledger.events.c.at))
        .where(
            ledger.events.c.migration == id,
            ledger.events.c.what == "move started",
            ledger.events.c.to_stage == Stage.BACKFILL.value,
            ledger.events.c.from_stage == Stage.DUAL_WRITE.value,
        )
        .scalar_subquery()
    )
    steps = (Step.COPY.value, Step.CORRECT.value)
    select = (
        sa.select(table.c.part, total(table.c.parents).label("parents"), *sums)
        .where(table.c.migration == id, table.c.step.in_(steps), table.c.at >= last)
        .group_by(table.c.step, table.c.part)
        .order_by(table.c.step, table.c.part)
    )
    return [
        Accounting(part=row.pop("part"), **{name: int(value or 0) for name, value in row.items()})
        for row in ledger.rows(connection, select)
    ]


def findings(
    connection: ledger.Connection, id: str, *, kind: str | None = None, limit: int = 100, after_id: int = 0
) -> list[dict[str, Any]]:
    """Return findings in the order of their ids, a page at a time."""
    table = ledger.findings
    select = sa.select(table).where(table.c.migration == id, table.c.id > after_id)
    if kind:
        select = select.where(table.c.kind == kind)
    return ledger.rows(connection, select.order_by(table.c.id).limit(limit))


def finding_counts(connection: ledger.Connection, id: str) -> dict[str, int]:
    """Return open findings by kind."""
    table = ledger.findings
    select = (
        sa.select(table.c.kind, sa.func.count().label("n"))
        .where(table.c.migration == id, table.c.state == "open")
        .group_by(table.c.kind)
        .order_by(table.c.kind)
    )
    return {row["kind"]: row["n"] for row in ledger.rows(connection, select)}


def status(connection: ledger.Connection, migration: Migration, now: datetime) -> Status:
    """Return where a migration stands."""
    if not ledger.exists(connection):
        return _undeclared(migration)
    declared = ledger.rows(connection, sa.select(ledger.migrations.c.id).where(ledger.migrations.c.id == migration.id))
    if not declared:
        return _undeclared(migration)
    found = ledger.record(connection, migration.id)
    table = ledger.checkpoints
    select = sa.select(table).where(table.c.migration == migration.id, table.c.part != "", ~table.c.done)
    running = ledger.rows(connection, select.order_by(table.c.updated_at.desc()).limit(1))
    point = running[0] if running and found.moving_to else None
    done, total = (point["parents"], max(point["expected"], point["parents"])) if point else (0, 0)
    eta = None
    if point and done:
        elapsed = (point["updated_at"] - point["started_at"]).total_seconds()
        eta = elapsed / done * max(total - done, 0)
    closed = [g for g in gates(found.facts(now), after(found.stage)) if not g.holds]
    return Status(
        id=migration.id,
        title=migration.title,
        stage=found.stage.value,
        stage_since=found.stage_since.isoformat(),
        moving_to=found.moving_to.value if found.moving_to else None,
        step=point["step"] if point else None,
        done=done,
        total=total,
        eta_s=eta,
        findings=finding_counts(connection, migration.id),
        verified_clean=found.verified_clean,
        verified_at=found.verified_at.isoformat() if found.verified_at else None,
        paused_by=found.paused_by,
        holder=found.holder,
        next_gate="; ".join(f"{g.name}: {g.detail}" for g in closed),
    )


def _undeclared(migration: Migration) -> Status:
    return Status(
        id=migration.id,
        title=migration.title,
        stage=Stage.PENDING.value,
        stage_since=None,
        moving_to=None,
        step=None,
        done=0,
        total=0,
        eta_s=None,
    )


def keep_difference(connection: ledger.Connection, id: str, difference: Difference) -> None:
    """Write a difference down as a finding."""
    connection.execute(
        "INSERT INTO unnest.finding (migration, mapping, table_name, key, kind, path, account, evidence) "
        "VALUES (%s, %s, %s, %s, 'difference', %s, 'shape', %s) "
        "ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) "
        "DO UPDATE SET state = 'open', last_seen = clock_timestamp()",
        [
            id,
            difference.mapping,
            difference.table,
            difference.key,
            difference.path,
            Jsonb({"what": difference.what, "expected": difference.expected, "actual": difference.actual}, dumps=json.dumps),
        ],
    )
