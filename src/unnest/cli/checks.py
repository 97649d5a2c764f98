"""What preflight asks of the server and of the role: version, rights, long transactions, backups.

In: a connection. Out: ``Check`` lines, each with what was found and what to do about it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, LiteralString

from unnest import naming
from unnest.migration import Migration
from unnest.runner.session import Connection
from unnest.sql import schema_of

OLDEST_VERSION = 14
LONG_TRANSACTION_S = 60


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of preflight.

    Attributes:
        name: What was looked at.
        level: How it is.
        detail: What was found, and why it matters.
        remedy: What to do; empty where nothing has to be done.
    """

    name: str
    level: Level
    detail: str
    remedy: str = ""


def ok(name: str, detail: str) -> Check:
    """Return a check that holds."""
    return Check(name=name, level=Level.OK, detail=detail)


def warn(name: str, detail: str, remedy: str) -> Check:
    """Return a check that somebody should know of."""
    return Check(name=name, level=Level.WARN, detail=detail, remedy=remedy)


def refuse(name: str, detail: str, remedy: str) -> Check:
    """Return a check without which a migration must not begin."""
    return Check(name=name, level=Level.REFUSE, detail=detail, remedy=remedy)


def scalar(connection: Connection, query: LiteralString, *arguments: Any) -> Any:
    """Return the first value of the first row, or None."""
    row = connection.execute(query, arguments).fetchone()
    return row[0] if row else None


def of_server(connection: Connection, migrations: tuple[Migration, ...]) -> Iterator[Check]:
    """Yield what has to hold of the server as a whole."""
    yield _version(connection)
    yield _recovery(connection)
    yield _encoding(connection)
    yield from _rights(connection, migrations)
    yield _long_transactions(connection)
    yield _prepared_transactions(connection)
    yield _backups(connection)
    yield _replicas(connection)


def _version(connection: Connection) -> Check:
    major = connection.info.server_version // 10_000
    if major < OLDEST_VERSION:
        return refuse("server version", f"PostgreSQL {major}; {OLDEST_VERSION} or later is needed", "upgrade the server")
    return ok("server version", f"PostgreSQL {major}")


def _recovery(connection: Connection) -> Check:
    if scalar(connection, "SELECT pg_is_in_recovery()"):
        return refuse("primary", "this server is a standby and takes no writes", "connect to the primary")
    return ok("primary", "this server takes writes")


def _encoding(connection: Connection) -> Check:
    found = scalar(connection, "SHOW server_encoding")
    if found != "UTF8":
        return refuse("encoding", f"the database has encoding {found}; documents need UTF8", "move it to a database with UTF8")
    return ok("encoding", "UTF8")


def _rights(connection: Connection, migrations: tuple[Migration, ...]) -> Iterator[Check]:
    user = scalar(connection, "SELECT current_user")
    has_own_schema = scalar(connection, "SELECT to_regnamespace(%s) IS NOT NULL", naming.SCHEMA)
    if not has_own_schema and not scalar(connection, "SELECT has_database_privilege(current_database(), 'CREATE')"):
        grant = f'GRANT CREATE ON DATABASE "{connection.info.dbname}" TO "{user}"'
        yield refuse("rights", f'"{user}" may not make schema "{naming.SCHEMA}" for the ledger', grant)
        return
    for schema in sorted({schema_of(table) for migration in migrations for table in migration.targets}):
        query: LiteralString = "SELECT coalesce(has_schema_privilege(to_regnamespace(quote_ident(%s))::oid, 'CREATE'), false)"
        if not scalar(connection, query, schema):
            grant = f'GRANT CREATE ON SCHEMA "{schema}" TO "{user}"'
            yield refuse("rights", f'"{user}" may not make tables in schema "{schema}"', grant)
            return
    yield ok("rights", f'"{user}" may make the ledger and the new tables')


def _long_transactions(connection: Connection) -> Check:
    found = connection.execute(
        "SELECT pid, coalesce(nullif(application_name, ''), usename, '?'), extract(epoch FROM now() - xact_start)::bigint"
        " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND xact_start < now() - make_interval(secs => %s) ORDER BY xact_start LIMIT 3",
        [LONG_TRANSACTION_S],
    ).fetchall()
    if not found:
        return ok("long transactions", f"none older than {LONG_TRANSACTION_S} s")
    listed = "; ".join(f'process {pid} ("{name}") for {age} s' for pid, name, age in found)
    return warn("long transactions", f"{listed}: locks and index builds wait for them", "let them end, or end them")


def _prepared_transactions(connection: Connection) -> Check:
    count = scalar(connection, "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()")
    if count:
        return warn("prepared transactions", f"{count} are open: they hold locks until they end", "commit or roll them back")
    return ok("prepared transactions", "none")


def _backups(connection: Connection) -> Check:
    mode, failed = connection.execute(
        "SELECT current_setting('archive_mode'), last_failed_time > coalesce(last_archived_time, '-infinity')"
        " FROM pg_stat_archiver"
    ).fetchall()[0]
    if mode == "off":
        detail = "WAL is not archived: there is no way back to a moment before a mistake"
        return warn("backups", detail, "take a backup before dual_write, or set up point-in-time recovery")
    if failed:
        return warn("backups", "the last WAL file could not be archived", "see pg_stat_archiver and the server's log")
    return ok("backups", "WAL is archived; whether it can be restored is not seen from here")


def _replicas(connection: Connection) -> Check:
    count = scalar(connection, "SELECT count(*) FROM pg_stat_replication")
    logical = scalar(connection, "SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'logical'")
    if logical:
        detail = f"{logical} logical slots: their subscribers need the new tables before rows reach them"
        return warn("replicas", detail, "make the new tables on subscribers, or leave them out of the publication")
    return ok("replicas", f"{count} standbys, no logical slots")
