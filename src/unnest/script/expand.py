"""The new tables, first with only the key that rows are matched on, later with everything else.

In: a mapping's tables as the user declared them. Out: named statements. Before history is copied a table gets no constraint that
legacy data could break and no index that every inserted row would pay for; ``harden`` adds them without blocking writers.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from unnest import naming
from unnest.mapping.base import Mapping, Output
from unnest.migration import Migration
from unnest.script.reverse import remembers
from unnest.script.statement import Statement
from unnest.sql import quote, schema_of, string, table_name, text, type_name


def expand(migration: Migration) -> Iterator[Statement]:
    """Yield the creation of the new tables and of our own tables beside them."""
    for mapping in migration.mappings:
        for output in mapping.outputs:
            table = output.table if output.internal else bare(output)
            yield Statement(name=f"{mapping.name}.create.{output.table.name}", sql=text(CreateTable(table, if_not_exists=True)))
            if not output.internal:
                arguments = f"{string(table_name(mapping.source.table))}, {string(table_name(table))}"
                name = f"{mapping.name}.grants.{output.table.name}"
                yield Statement(name=name, sql=f"SELECT unnest.copy_grants({arguments})")
    yield from own_tables(migration)
    yield Statement(name="residue.view", sql=_residue_view(migration))


def bare(output: Output) -> sa.Table:
    """Return a target with its columns and the one key that ON CONFLICT needs."""
    table = output.table
    columns = [_bare_column(column, output) for column in table.columns]
    return sa.Table(table.name, sa.MetaData(), *columns, _matching_key(output), schema=table.schema)


def _bare_column(column: sa.Column[Any], output: Output) -> sa.Column[Any]:
    extra: list[Any] = [sa.Identity(always=column.identity.always)] if column.identity else []
    needed = column.name in output.key or column.identity is not None
    return sa.Column(column.name, column.type, *extra, nullable=not needed, server_default=column.server_default)


def _matching_key(output: Output) -> sa.Constraint:
    table, wanted = output.table, set(output.key)
    primary = table.primary_key
    if {c.name for c in primary.columns} == wanted:
        name = str(primary.name) if primary.name else None
        return sa.PrimaryKeyConstraint(*(c.name for c in primary.columns), name=name)
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint) and {c.name for c in constraint.columns} == wanted:
            return sa.UniqueConstraint(*(c.name for c in constraint.columns), name=constraint.name)
    index = next(i for i in table.indexes if i.unique and {c.name for c in i.columns} == wanted)
    return sa.UniqueConstraint(*(c.name for c in index.columns), name=index.name)


def own_tables(migration: Migration) -> Iterator[Statement]:
    """Yield the tables that only dual write needs: queues of changed lookups, elements added of late."""
    for mapping in migration.mappings:
        yield from _own_tables(mapping)


def _own_tables(mapping: Mapping) -> Iterator[Statement]:
    if mapping.lookups:
        queue = quote(naming.dirty(mapping.name))
        yield Statement(
            name=f"{mapping.name}.create.dirty",
            sql=f"CREATE TABLE IF NOT EXISTS unnest.{queue} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            " lookup text NOT NULL, value text NOT NULL, due xid8)",
        )
    if mapping.followers:
        corrected = quote(naming.corrected(mapping.name))
        yield Statement(
            name=f"{mapping.name}.create.corrected",
            sql=f"CREATE TABLE IF NOT EXISTS unnest.{corrected} (face text NOT NULL, key text NOT NULL, PRIMARY KEY (face, key))",
        )
    if remembers(mapping):
        recent = quote(naming.recent(mapping.name))
        key = type_name(mapping.source.table.c[mapping.source.key].type)
        yield Statement(
            name=f"{mapping.name}.create.recent",
            sql=f"CREATE TABLE IF NOT EXISTS unnest.{recent} (parent {key} NOT NULL, part text NOT NULL, element jsonb NOT NULL,"
            " at timestamptz NOT NULL DEFAULT clock_timestamp(), id bigint GENERATED ALWAYS AS IDENTITY,"
            " PRIMARY KEY (parent, id))",
        )


def _residue_view(migration: Migration) -> str:
    """One relation for people; each mapping's residue has a table of its own, with a key of the parent's type."""
    parts = [
        f"SELECT {string(migration.id)}::text AS migration, {string(m.name)}::text AS mapping, r.parent::text AS parent, r.part,"
        f" r.position, r.value, r.account, r.reason FROM unnest.{quote(naming.residue(m.name))} AS r"
        for m in migration.mappings
    ]
    return f"CREATE OR REPLACE VIEW unnest.{quote(view_name(migration))} AS\n" + "\nUNION ALL\n".join(parts)


def view_name(migration: Migration) -> str:
    """Return the name of the view over all residue of a migration."""
    return naming.fit(f"residue_of_{migration.id}")


# -- harden ---------------------------------------------------------------------------------------------------------------


def harden(migration: Migration) -> Iterator[Statement]:
    """Yield indexes and constraints of the new tables that E's rows can't break, each built without blocking writers."""
    for mapping in migration.mappings:
        for output in mapping.targets:
            yield from _indexes(output, sealing=False)
            yield from _not_null(output)
            yield from _checks(output)
            yield from _foreign_keys(mapping, output, guaranteed=True)


def seal_constraints(migration: Migration) -> Iterator[Statement]:
    """Yield what only holds once the old application is gone: keys that legacy data could break."""
    for mapping in migration.mappings:
        for output in mapping.targets:
            yield from _indexes(output, sealing=True)
            yield from _foreign_keys(mapping, output, guaranteed=False)


def unseal_constraints(migration: Migration) -> Iterator[Statement]:
    """Yield the removal of those keys, for a rollback."""
    for mapping in migration.mappings:
        for output in mapping.targets:
            table = table_name(output.table)
            names = [_unique_name(u, output.table) for u in _uniques(output) if _is_risky(u, output)]
            names += [_foreign_name(k, output.table) for k in _keys(output.table) if not _is_guaranteed(k, mapping)]
            for name in names:
                drop = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {quote(name)}"
                yield Statement(name=f"{mapping.name}.drop.{name}", sql=drop, locks=(table,))


def _uniques(output: Output) -> list[Any]:
    """Return primary key and unique constraints other than the one that exists from the start."""
    key = set(output.key)
    found: list[Any] = [c for c in output.table.constraints if isinstance(c, sa.UniqueConstraint)]
    found += [output.table.primary_key] if output.table.primary_key.columns else []
    return sorted((c for c in found if {x.name for x in c.columns} != key), key=lambda c: _unique_name(c, output.table))


def _is_risky(constraint: Any, output: Output) -> bool:
    """Return whether legacy data could break a unique constraint: it neither covers the key nor is made by us."""
    columns = {c.name for c in constraint.columns}
    is_identity = len(columns) == 1 and output.table.c[next(iter(columns))].identity is not None
    return not (set(output.key) <= columns or is_identity)


def _unique_name(constraint: Any, table: sa.Table) -> str:
    suffix = "pkey" if isinstance(constraint, sa.PrimaryKeyConstraint) else "key"
    columns = "_".join(c.name for c in constraint.columns)
    default = f"{table.name}_pkey" if suffix == "pkey" else f"{table.name}_{columns}_key"
    return str(constraint.name or naming.fit(default))


def _indexes(output: Output, *, sealing: bool) -> Iterator[Statement]:
    table, target = output.table, table_name(output.table)
    for constraint in _uniques(output):
        if _is_risky(constraint, output) is sealing:
            yield from _unique(constraint, table, target)
    if sealing:
        return
    for index in sorted(table.indexes, key=lambda i: str(i.name)):
        if index.unique and {c.name for c in index.columns} == set(output.key):
            continue
        sql = text(CreateIndex(index)).replace(" INDEX ", " INDEX CONCURRENTLY IF NOT EXISTS ", 1)
        yield concurrently(str(index.name), table, sql)


def concurrently(name: str, table: sa.Table, sql: str) -> Statement:
    """An index that an interrupted build has left invalid is dropped and built again."""
    full = f"{quote(schema_of(table))}.{quote(name)}"
    valid = f"SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass({string(full)}) AND indisvalid"
    return Statement(name=f"index.{name}", sql=sql, alone=True, unless=valid, undo=f"DROP INDEX CONCURRENTLY IF EXISTS {full}")


def _unique(constraint: Any, table: sa.Table, target: str) -> Iterator[Statement]:
    name = _unique_name(constraint, table)
    columns = ", ".join(quote(c.name) for c in constraint.columns)
    is_primary = isinstance(constraint, sa.PrimaryKeyConstraint)
    exists = _constraint_exists(name, table)
    built = concurrently(name, table, f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {quote(name)} ON {target} ({columns})")
    yield built
    kind = "PRIMARY KEY" if is_primary else "UNIQUE"
    add = f"ALTER TABLE {target} ADD CONSTRAINT {quote(name)} {kind} USING INDEX {quote(name)}"
    yield Statement(name=f"constraint.{name}", sql=add, locks=(target,), unless=exists)


def _constraint_exists(name: str, table: sa.Table, *, validated: bool = False) -> str:
    query = (
        f"SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass({string(table_name(table))})"
        f" AND conname = {string(name)}"
    )
    return query + (" AND convalidated" if validated else "")


def _not_null(output: Output) -> Iterator[Statement]:
    """A validated CHECK lets SET NOT NULL skip its scan under an exclusive lock."""
    table, target = output.table, table_name(output.table)
    for column in table.columns:
        if column.nullable or column.name in output.key or column.identity is not None or column.primary_key:
            continue
        name = naming.constraint(table.name, f"{column.name}_not_null")
        done = (
            f"SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass({string(target)})"
            f" AND attname = {string(column.name)} AND attnotnull"
        )
        check = f"CHECK ({quote(column.name)} IS NOT NULL)"
        yield from added(table, name, check, done)
        yield Statement(
            name=f"not_null.{table.name}.{column.name}",
            sql=f"ALTER TABLE {target} ALTER COLUMN {quote(column.name)} SET NOT NULL",
            locks=(target,),
            unless=done,
        )
        drop = f"ALTER TABLE {target} DROP CONSTRAINT IF EXISTS {quote(name)}"
        absent = f"SELECT 1 WHERE NOT EXISTS ({_constraint_exists(name, table)})"
        yield Statement(name=f"drop.{name}", sql=drop, locks=(target,), unless=absent)


def added(table: sa.Table, name: str, definition: str, done: str = "", also: tuple[str, ...] = ()) -> Iterator[Statement]:
    """Yield a constraint added NOT VALID (a short lock) and then validated (a lock that lets writers pass)."""
    target = table_name(table)
    exists = _constraint_exists(name, table)
    validated = _constraint_exists(name, table, validated=True)
    either = f"{done} UNION ALL " if done else ""
    add = f"ALTER TABLE {target} ADD CONSTRAINT {quote(name)} {definition} NOT VALID"
    yield Statement(name=f"constraint.{name}", sql=add, locks=(target, *also), unless=either + exists)
    validate = f"ALTER TABLE {target} VALIDATE CONSTRAINT {quote(name)}"
    yield Statement(name=f"validate.{name}", sql=validate, unless=either + validated)


def _checks(output: Output) -> Iterator[Statement]:
    table = output.table
    found = [c for c in table.constraints if isinstance(c, sa.CheckConstraint)]
    for number, check in enumerate(sorted(found, key=lambda c: str(c.sqltext)), 1):
        name = str(check.name or naming.fit(f"{table.name}_check{number}"))
        yield from added(table, name, f"CHECK ({check.sqltext})")


def _keys(table: sa.Table) -> list[sa.ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda k: _foreign_name(k, table))


def _foreign_name(key: sa.ForeignKeyConstraint, table: sa.Table) -> str:
    return str(key.name or naming.fit(f"{table.name}_{'_'.join(key.column_keys)}_fkey"))


def _is_guaranteed(key: sa.ForeignKeyConstraint, mapping: Mapping) -> bool:
    return set(key.column_keys) <= set(mapping.guaranteed)


def _foreign_keys(mapping: Mapping, output: Output, *, guaranteed: bool) -> Iterator[Statement]:
    table = output.table
    for key in _keys(table):
        if _is_guaranteed(key, mapping) is guaranteed:
            yield from added(table, _foreign_name(key, table), foreign_key(key), also=(table_name(key.referred_table),))


def foreign_key(key: sa.ForeignKeyConstraint) -> str:
    """Return the definition of a foreign key. A change of the referred key is carried: an old write may not fail."""
    own = ", ".join(quote(name) for name in key.column_keys)
    referred = ", ".join(quote(element.column.name) for element in key.elements)
    actions = f" ON UPDATE {key.onupdate or 'CASCADE'}" + (f" ON DELETE {key.ondelete}" if key.ondelete else "")
    deferrable = " DEFERRABLE" if key.deferrable else ""
    initially = f" INITIALLY {key.initially}" if key.initially else ""
    return f"FOREIGN KEY ({own}) REFERENCES {table_name(key.referred_table)} ({referred}){actions}{deferrable}{initially}"
