"""Our own tables, in schema ``unnest``: where every migration stands, and everything that has happened.

In: a connection. Out: frozen records. The tables are the only memory: a runner that dies leaves nothing but these.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg
import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateIndex, CreateTable

from unnest import naming
from unnest.migration import Migration
from unnest.script.statement import Statement
from unnest.sql import run, run_with, text
from unnest.stages import DEFAULT_SOAK, Facts, Stage

metadata = sa.MetaData(schema=naming.SCHEMA)
NOW = sa.func.clock_timestamp()
CHANNEL = "unnest_stage"
"""Where readers hear of a change of stage."""
EXISTS: LiteralString = "SELECT to_regclass('unnest.migration') IS NOT NULL"
STAGES: LiteralString = "SELECT id, stage FROM unnest.migration"


def _time(name: str, *, now: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not now, server_default=NOW if now else None)


def _identity() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


migrations = sa.Table(
    "migration",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    _time("stage_since", now=True),
    sa.Column("moving_to", sa.Text),
    sa.Column("digest", sa.Text),
    sa.Column("convergent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("reconcile", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("verified_clean", sa.Boolean),
    _time("verified_at"),
    sa.Column("paused_by", sa.Text),
    _time("paused_at"),
    sa.Column("settings", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    sa.Column("holder", sa.Text),
    _time("heartbeat"),
)
events = sa.Table(
    "event",
    metadata,
    _identity(),
    _time("at", now=True),
    sa.Column("migration", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("from_stage", sa.Text),
    sa.Column("to_stage", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("detail", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    sa.Column("sql_digest", sa.Text),
    sa.Index("ix_event_migration_at", "migration", "at"),
)
checkpoints = sa.Table(
    "checkpoint",
    metadata,
    sa.Column("migration", sa.Text, primary_key=True),
    sa.Column("step", sa.Text, primary_key=True),
    sa.Column("part", sa.Text, primary_key=True),
    sa.Column("partition", sa.Text, primary_key=True, server_default=""),
    sa.Column("cursor", sa.Text),
    sa.Column("upto", sa.Text),
    sa.Column("done", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("batch_rows", sa.Integer, nullable=False, server_default="500"),
    sa.Column("batches", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("parents", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("expected", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("counts", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    _time("started_at", now=True),
    _time("updated_at", now=True),
)
batches = sa.Table(
    "batch",
    metadata,
    _identity(),
    _time("at", now=True),
    sa.Column("migration", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("first_after", sa.Text),
    sa.Column("last", sa.Text),
    sa.Column("parents", sa.BigInteger, nullable=False),
    sa.Column("counts", JSONB, nullable=False),
    sa.Column("milliseconds", sa.Double, nullable=False),
    sa.Index("ix_batch_migration_id", "migration", "id"),
)
findings = sa.Table(
    "finding",
    metadata,
    _identity(),
    sa.Column("migration", sa.Text, nullable=False),
    sa.Column("mapping", sa.Text, nullable=False),
    sa.Column("table_name", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("evidence", JSONB, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="open"),
    _time("first_seen", now=True),
    _time("last_seen", now=True),
    sa.Index("ix_finding_migration_kind", "migration", "kind", "id"),
)
archive = sa.Table(
    "archive",
    metadata,
    sa.Column("migration", sa.Text, primary_key=True),
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("column_name", sa.Text, primary_key=True),
    sa.Column("hidden_name", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("column_default", sa.Text),
    sa.Column("not_null", sa.Boolean, nullable=False),
    sa.Column("indexes", JSONB, nullable=False),
    _time("archived_at", now=True),
    _time("purged_at"),
    _time("restored_at"),
)
shadows = sa.Table(
    "shadow",
    metadata,
    _identity(),
    _time("at", now=True),
    sa.Column("migration", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("served_ms", sa.Double, nullable=False),
    sa.Column("candidate_ms", sa.Double),
    sa.Column("arguments", sa.Text),
    sa.Column("served", sa.Text),
    sa.Column("candidate", sa.Text),
    sa.Index("ix_shadow_migration_id", "migration", "id"),
)
SHADOW_INSERT: LiteralString = (
    "INSERT INTO unnest.shadow (migration, name, outcome, count, served_ms, candidate_ms, arguments, served, candidate, at) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
"""What readers write of shadow reads: a line for each that was not equal, and one for all equal ones of a moment."""
_FINDING_KEY = (
    "CREATE UNIQUE INDEX IF NOT EXISTS finding_key ON unnest.finding "
    "(migration, mapping, table_name, key, kind, path, md5(evidence::text))"
)


def tables() -> list[Statement]:
    """Return the creation of the ledger; each statement may run again at any time."""
    found = []
    for table in metadata.sorted_tables:
        found.append(Statement(name=f"ledger.{table.name}", sql=text(CreateTable(table, if_not_exists=True))))
        indexes = sorted(table.indexes, key=lambda i: str(i.name))
        found += [Statement(name=f"ledger.{i.name}", sql=text(CreateIndex(i, if_not_exists=True))) for i in indexes]
    # Applications ask for the stage under roles of their own; nothing else of the ledger is theirs.
    grants = ("GRANT USAGE ON SCHEMA unnest TO PUBLIC", "GRANT SELECT ON unnest.migration TO PUBLIC")
    found += [Statement(name=f"ledger.grant{number}", sql=sql) for number, sql in enumerate(grants, 1)]
    return [*found, Statement(name="ledger.finding_key", sql=_FINDING_KEY)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the ledger knows of a migration."""

    id: str
    stage: Stage
    stage_since: datetime
    moving_to: Stage | None
    digest: str | None
    convergent: bool
    reconcile: bool
    verified_clean: bool | None
    verified_at: datetime | None
    paused_by: str | None
    settings: dict[str, Any]
    holder: str | None

    def facts(self, now: datetime) -> Facts:
        """Return what the gates look at."""
        soak = {
            stage: timedelta(seconds=float(self.settings.get(f"soak_{stage.value}_s", default.total_seconds())))
            for stage, default in DEFAULT_SOAK.items()
        }
        has_failed = self.verified_clean is False
        return Facts(stage=self.stage, stage_since=self.stage_since, now=now, soak=soak, has_failed_verification=has_failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far a step has come."""

    step: str
    part: str
    cursor: str | None
    upto: str | None
    done: bool
    batch_rows: int
    batches: int
    parents: int
    expected: int
    counts: dict[str, int]
    started_at: datetime
    updated_at: datetime


Connection = psycopg.Connection[Any]


def exists(connection: Connection) -> bool:
    """Return whether the ledger has been made in this database."""
    row = connection.execute(EXISTS).fetchone()
    return bool(row and row[0])


def declare(connection: Connection, migration: Migration) -> None:
    """Enter a migration as pending where the ledger does not know it."""
    insert = postgresql.insert(migrations).values(id=migration.id, title=migration.title, stage=Stage.PENDING.value)
    run(connection, insert.on_conflict_do_nothing(index_elements=["id"]))


_RECORD = sa.select(*(migrations.c[name] for name in Record.__slots__)).where(migrations.c.id == sa.bindparam("id"))


def record(connection: Connection, id: str) -> Record:
    """Return what the ledger knows of a migration."""
    row = _first(run_with(connection, _RECORD, id=id))
    assert row is not None, id
    row["stage"] = Stage(row["stage"])
    row["moving_to"] = Stage(row["moving_to"]) if row["moving_to"] else None
    return Record(**row)


def _first(cursor: psycopg.Cursor[Any]) -> dict[str, Any] | None:
    row = cursor.fetchone()
    assert cursor.description is not None
    return None if row is None else dict(zip((c.name for c in cursor.description), row, strict=True))


def update(connection: Connection, id: str, **values: Any) -> None:
    """Set columns of a migration's row; dictionaries become jsonb."""
    ready = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in values.items()}
    run(connection, sa.update(migrations).where(migrations.c.id == id).values(_bound(migrations, ready)))


def _bound(table: sa.Table, values: dict[str, Any]) -> dict[str, Any]:
    """Hand psycopg's own JSON wrapper through SQLAlchemy untouched."""
    return {
        name: sa.bindparam(f"v_{name}", value, type_=sa.types.NullType()) if isinstance(value, Jsonb) else value
        for name, value in values.items()
        if name in table.c
    }


def event(connection: Connection, migration: str, actor: str, what: str, **values: Any) -> None:
    """Write an event: who, what, from, to, reason, detail, digest of the SQL."""
    detail = Jsonb(values.pop("detail", {}))
    row = {"migration": migration, "actor": actor, "what": what, "detail": detail, **values}
    run(connection, sa.insert(events).values(_bound(events, row)))


def notify(connection: Connection, migration: str, stage: Stage) -> None:
    """Tell readers of a change of stage when this transaction commits."""
    connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{migration}={stage.value}"])


_OF_STEP = tuple(checkpoints.c[name] == sa.bindparam(f"of_{name}") for name in ("migration", "step", "part"))
_CHECKPOINT = sa.select(*(checkpoints.c[name] for name in Checkpoint.__slots__)).where(*_OF_STEP).with_for_update()


def checkpoint(connection: Connection, migration: str, step: str, part: str) -> Checkpoint | None:
    """Return a step's checkpoint, locked for this transaction."""
    row = _first(run_with(connection, _CHECKPOINT, of_migration=migration, of_step=step, of_part=part))
    return None if row is None else Checkpoint(**row)


def set_checkpoint(connection: Connection, migration: str, step: str, part: str, **values: Any) -> None:
    """Write a step's checkpoint."""
    ready = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in values.items()}
    row = {"migration": migration, "step": step, "part": part, **ready}
    insert = postgresql.insert(checkpoints).values(_bound(checkpoints, row))
    changed = {name: insert.excluded[name] for name in values}
    updated = insert.on_conflict_do_update(
        index_elements=["migration", "step", "part", "partition"], set_={**changed, "updated_at": NOW}
    )
    run(connection, updated)


def forget_checkpoints(connection: Connection, migration: str) -> None:
    """Remove the checkpoints of a migration: a new move begins at the beginning."""
    run(connection, sa.delete(checkpoints).where(checkpoints.c.migration == migration))


_PASSED = ("cursor", "parents", "batches", "batch_rows", "counts")
_PASS = (
    sa.update(checkpoints)
    .where(*_OF_STEP)
    .values({**{name: sa.bindparam(name, type_=sa.types.NullType()) for name in _PASSED}, "updated_at": NOW})
)
_LOGGED = ("migration", "step", "part", "first_after", "last", "parents", "counts", "milliseconds")
_LOG = sa.insert(batches).values({name: sa.bindparam(name, type_=sa.types.NullType()) for name in _LOGGED})


def pass_batch(
    connection: Connection,
    migration: str,
    step: str,
    before: Checkpoint,
    after: Checkpoint,
    *,
    counts: dict[str, int],
    milliseconds: float,
) -> None:
    """Move a step's checkpoint behind a batch and write the batch's line of the log."""
    passed = {name: getattr(after, name) for name in _PASSED} | {"counts": Jsonb(after.counts)}
    own = {"of_migration": migration, "of_step": step, "of_part": before.part}
    run_with(connection, _PASS, **own, **passed)
    run_with(
        connection,
        _LOG,
        migration=migration,
        step=step,
        part=before.part,
        first_after=before.cursor,
        last=after.cursor,
        parents=after.parents - before.parents,
        counts=Jsonb(counts),
        milliseconds=milliseconds,
    )


def rows(connection: Connection, statement: sa.Select[Any]) -> list[dict[str, Any]]:
    """Return the rows of a ledger query as dictionaries."""
    compiled = run(connection, statement)
    assert compiled.description is not None
    names = [column.name for column in compiled.description]
    return [dict(zip(names, row, strict=True)) for row in compiled.fetchall()]
