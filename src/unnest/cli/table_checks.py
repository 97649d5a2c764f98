"""What preflight asks of the tables of a migration: are they there, do they match, who else acts on them.

In: a connection, a migration and its stage. Out: ``Check`` lines.
"""

from collections.abc import Iterator
from typing import Any, LiteralString, cast

import sqlalchemy as sa
from psycopg.errors import InsufficientPrivilege

from unnest import ledger
from unnest.cli.checks import Check, ok, refuse, scalar, warn
from unnest.cli.estimating import SAMPLE_ROWS, estimate
from unnest.cli.screen import duration, size
from unnest.mapping.base import Account, Face, Lookup, Mapping
from unnest.migration import Migration
from unnest.runner.session import Connection
from unnest.script.prelude import prelude
from unnest.sql import columns_read, quote, run, table_name, type_name
from unnest.stages import Stage

SMALL_ROWS = 1000
_RETIRED = (Stage.CLEANUP, Stage.COMPLETE)


def of_migration(connection: Connection, migration: Migration, stage: Stage) -> Iterator[Check]:
    """Yield what has to hold of a migration's tables."""
    structure = [
        check for table, columns in _needed(migration, stage).items() for check in _structure(connection, table, columns)
    ]
    yield from structure
    if any(check.level == "refuse" for check in structure):
        return
    keys = [_key(connection, face) for mapping in migration.mappings for face in mapping.faces]
    indexes = [_index(connection, mapping, lookup) for mapping in migration.mappings for lookup in mapping.lookups]
    yield from dict.fromkeys([*keys, *indexes])  # mappings of one table ask the same
    for table in _legacy(migration):
        yield from _surroundings(connection, table)
    if stage in (Stage.PENDING, Stage.SCHEMA):
        yield from _room(connection, migration, stage)
    if stage not in _RETIRED:
        for mapping in migration.mappings:
            yield _fitting(connection, mapping)
            yield _size(connection, mapping)


def _legacy(migration: Migration) -> list[sa.Table]:
    faces = [face.table for mapping in migration.mappings for face in mapping.faces]
    lookups = [lookup.table for mapping in migration.mappings for lookup in mapping.lookups]
    return list(dict.fromkeys([*faces, *lookups]))


def _needed(migration: Migration, stage: Stage) -> dict[sa.Table, dict[str, sa.Column[Any]]]:
    """Return the columns of legacy tables that the migration reads; those that are retired by now are not needed."""
    needed: dict[sa.Table, dict[str, sa.Column[Any]]] = {table: {} for table in _legacy(migration)}
    for mapping in migration.mappings:
        selects: list[Any] = [*mapping.derive(mapping.source.table.alias("p")).values(), *(x.on for x in mapping.lookups)]
        for column in (column for select in selects for column in columns_read(select)):
            if isinstance(column.table, sa.Table) and column.table in needed:
                needed[column.table][column.name] = column
        for face in mapping.faces:
            needed[face.table] |= {name: face.table.c[name] for name in (face.key, *face.nested)}
            for name in face.retired if stage in _RETIRED else ():
                del needed[face.table][name]
    return needed


def _structure(connection: Connection, table: sa.Table, columns: dict[str, sa.Column[Any]]) -> Iterator[Check]:
    name = table_name(table)
    kind = scalar(connection, "SELECT relkind::text FROM pg_class WHERE oid = to_regclass(%s)", name)
    if kind is None:
        yield refuse(f"table {name}", "is not there", "create or import it, or see that --db names the right database")
        return
    if kind not in ("r", "p"):
        yield refuse(
            f"table {name}", "is no table but a view or the like: it can't carry the triggers", "declare the table under it"
        )
        return
    query: LiteralString = (
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
    )
    there = dict(connection.execute(query, [name]).fetchall())
    bad = [check for column in columns.values() if (check := _column(name, column, there.get(column.name)))]
    yield from bad or [ok(f"table {name}", f"is there with the {len(columns)} columns that are read")]


def _column(table: str, column: sa.Column[Any], found: str | None) -> Check | None:
    name, wanted = f"column {table}.{quote(column.name)}", type_name(column.type).lower()
    if found is None:
        return refuse(name, "is not there", "correct the declaration, or add the column")
    if _plain(found) == _plain(wanted):
        return None
    if "json" in wanted:
        return refuse(name, f"is {found}; declared is {wanted}", f"declare it as it is, or change its type to {wanted}")
    return warn(name, f"is {found}; declared is {wanted}", "declare it as it is in the database")


_ALIASES = {
    "varchar": "text",
    "character varying": "text",
    "float": "double precision",
    "timestamp with time zone": "timestamptz",
}


def _plain(kind: str) -> str:
    """Return a type without its length; text and varchar are one."""
    base = kind.split("(")[0].strip()
    return _ALIASES.get(base, base)


def _key(connection: Connection, face: Face) -> Check:
    table, name = table_name(face.table), f"key of {table_name(face.table)}"
    query: LiteralString = (
        "SELECT count(*) FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indrelid = to_regclass(%s) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1"
        " AND a.attname = %s AND a.attnotnull"
    )
    if scalar(connection, query, table, face.key):
        return ok(name, f'"{face.key}" is unique and never null')
    detail = f'"{face.key}" is declared as its key and is no primary key in the database'
    return refuse(name, detail, f"ALTER TABLE {table} ADD PRIMARY KEY ({quote(face.key)}), or declare the key that it has")


def _index(connection: Connection, mapping: Mapping, lookup: Lookup) -> Check:
    """Parents are found by the lookup's column whenever a row of the lookup changes."""
    source = mapping.source.table
    column = next(column.name for column in columns_read(lookup.on) if column.table is source)
    place = f"{table_name(source)} ({quote(column)})"
    query: LiteralString = (
        "SELECT count(*) FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indrelid = to_regclass(%s) AND i.indisvalid AND i.indpred IS NULL AND a.attname = %s"
    )
    if scalar(connection, query, table_name(source), column):
        return ok(f"index on {place}", f"finds the parents of a changed row of {lookup.table.name}")
    rows = scalar(connection, "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", table_name(source))
    if 0 <= rows < SMALL_ROWS:
        return ok(f"index on {place}", f"is missing; {rows} rows are few enough without")
    detail = f"is missing: every change of a row of {lookup.table.name} would read all of {source.name}"
    return refuse(f"index on {place}", detail, f"CREATE INDEX CONCURRENTLY ON {place}")


def _surroundings(connection: Connection, table: sa.Table) -> Iterator[Check]:
    name = table_name(table)
    if not scalar(connection, "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(%s)", name):
        detail = "belongs to another role, and only its owner makes triggers"
        yield refuse(f"owner of {name}", detail, "connect as its owner or as a member of that role")
    if scalar(connection, "SELECT row_security_active(to_regclass(%s)::oid)", name):
        detail = "hides rows from this role: what is hidden would not be copied"
        yield refuse(f"row security of {name}", detail, "connect as the owner, or as a role with BYPASSRLS")
    elif scalar(connection, "SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass(%s)", name):
        detail = "is on: the new tables get no policies by themselves"
        yield warn(f"row security of {name}", detail, "write policies for the new tables before dual_read")
    query: LiteralString = (
        "SELECT string_agg(t.tgname, ', ' ORDER BY t.tgname) FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid"
        " WHERE t.tgrelid = to_regclass(%s) AND NOT t.tgisinternal AND p.pronamespace IS DISTINCT FROM to_regnamespace('unnest')"
    )
    if triggers := scalar(connection, query, name):
        detail = f"{triggers}: the form of dual write is used that copes with them, which costs more"
        yield warn(f"triggers on {name}", detail, "see that they may fire a second time for one change")


def _room(connection: Connection, migration: Migration, stage: Stage) -> Iterator[Check]:
    for table in migration.targets if stage is Stage.PENDING else ():
        name = table_name(table)
        if scalar(connection, "SELECT to_regclass(%s) IS NOT NULL", name):
            detail = "is there already, and is taken as it is"
            yield warn(f"new table {name}", detail, "see that it has the declared columns and no rows of its own, or drop it")


def _fitting(connection: Connection, mapping: Mapping) -> Check:
    """Ask E what it could not place of a sample."""
    face, name = mapping.source, f"fit of {mapping.name}"
    try:
        placed, quarantined = _placed(connection, mapping)
    except InsufficientPrivilege as error:
        return warn(name, f"can't be seen with the rights of this role: {error.diag.message_primary}", "see rights and owner")
    sample = f"in the first {SAMPLE_ROWS:,} rows of {face.name} {placed:,} elements fit"
    if quarantined:
        detail = f"{sample} and {quarantined:,} do not; these are kept in residue and given back on rollback"
        return warn(name, detail, "after backfill, see them with: unnest findings")
    return ok(name, sample)


def _placed(connection: Connection, mapping: Mapping) -> tuple[int, int]:
    """Return how many elements of a sample have a place and how many have none.

    E calls functions that the first move makes. Where they are not there yet they are made in a transaction that is undone.
    """
    face = mapping.source
    parents = sa.select(*face.table.c).order_by(face.table.c[face.key]).limit(SAMPLE_ROWS).subquery("p")
    derived = {key: select.subquery(key) for key, select in mapping.derive(parents).items()}
    total = sa.select(sa.func.count()).select_from(derived["rows"]).scalar_subquery()
    residue = derived["residue"]
    lost = residue.c.account == Account.QUARANTINED.value
    question = sa.select(total, sa.func.count()).select_from(residue).where(lost)
    is_bare = not ledger.exists(connection)
    with connection.transaction(force_rollback=True):
        if is_bare:
            connection.execute("SET TRANSACTION READ WRITE")
            for statement in prelude():
                connection.execute(statement.sql.encode())
        return cast("tuple[int, int]", run(connection, question).fetchone())


def _size(connection: Connection, mapping: Mapping) -> Check:
    found = estimate(connection, mapping)
    detail = (
        f"about {found.elements:,} rows in {duration(found.seconds)}, {size(found.disk_bytes)} on disk and"
        f" {size(found.wal_bytes)} of WAL; free space is not seen from here"
    )
    return ok(f"size of {found.table}", detail)
