"""The end of the nested value and its return: seals, hidden columns, purge; and all of that backwards.

In: a migration. Out: named statements. A column is retired by renaming it, which takes an instant and keeps its values in place
as the archive; ``complete`` drops it. Functions of the prelude do the renaming and remember default, NOT NULL and indexes.
"""

from collections.abc import Iterator

from unnest import naming
from unnest.mapping.base import Mapping, Seal
from unnest.mapping.checks import unique_keys
from unnest.migration import Migration
from unnest.script.arm import DROP_TRIGGERS, drop_own
from unnest.script.expand import added, concurrently, view_name
from unnest.script.statement import Statement
from unnest.sql import quote, string, table_name

HIDE_COLUMN = """\
CREATE OR REPLACE FUNCTION unnest.hide_column(u_migration text, u_table regclass, u_column text, u_hidden text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
BEGIN
IF NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = u_table AND attname = u_column AND NOT attisdropped) THEN
RETURN;
END IF;
INSERT INTO unnest.archive (migration, table_name, column_name, hidden_name, type, column_default, not_null, indexes)
SELECT u_migration, u_table::text, u_column, u_hidden, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid),
a.attnotnull, (SELECT coalesce(jsonb_agg(pg_get_indexdef(i.indexrelid)), '[]') FROM pg_index AS i
WHERE i.indrelid = u_table AND a.attnum = ANY (i.indkey::smallint[]))
FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = u_table AND a.attname = u_column
ON CONFLICT (migration, table_name, column_name) DO UPDATE SET type = excluded.type, not_null = excluded.not_null,
column_default = excluded.column_default, indexes = excluded.indexes, archived_at = clock_timestamp(), purged_at = NULL,
restored_at = NULL;
EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', u_table, u_column);
EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', u_table, u_column);
EXECUTE format('ALTER TABLE %s RENAME COLUMN %I TO %I', u_table, u_column, u_hidden);
END $unnest$"""

SHOW_COLUMN = """\
CREATE OR REPLACE FUNCTION unnest.show_column(u_migration text, u_table regclass, u_column text, u_hidden text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
DECLARE u_archive unnest.archive;
BEGIN
SELECT * INTO u_archive FROM unnest.archive AS a
WHERE a.migration = u_migration AND a.table_name = u_table::text AND a.column_name = u_column;
IF EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = u_table AND attname = u_hidden AND NOT attisdropped) THEN
EXECUTE format('ALTER TABLE %s RENAME COLUMN %I TO %I', u_table, u_hidden, u_column);
ELSIF NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = u_table AND attname = u_column AND NOT attisdropped) THEN
EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', u_table, u_column, u_archive.type);
END IF;
IF u_archive.column_default IS NOT NULL THEN
EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', u_table, u_column, u_archive.column_default);
END IF;
UPDATE unnest.archive AS a SET restored_at = clock_timestamp()
WHERE a.migration = u_migration AND a.table_name = u_table::text AND a.column_name = u_column;
END $unnest$"""

DROP_COLUMN = """\
CREATE OR REPLACE FUNCTION unnest.drop_column(u_migration text, u_table regclass, u_column text, u_hidden text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
BEGIN
EXECUTE format('ALTER TABLE %s DROP COLUMN IF EXISTS %I', u_table, u_hidden);
UPDATE unnest.archive AS a SET purged_at = clock_timestamp()
WHERE a.migration = u_migration AND a.table_name = u_table::text AND a.column_name = u_column;
END $unnest$"""

ADD_HIDDEN_COLUMN = """\
CREATE OR REPLACE FUNCTION unnest.add_hidden_column(u_migration text, u_table regclass, u_column text, u_hidden text)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
DECLARE u_type text;
BEGIN
SELECT a.type INTO STRICT u_type FROM unnest.archive AS a
WHERE a.migration = u_migration AND a.table_name = u_table::text AND a.column_name = u_column;
EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS %I %s', u_table, u_hidden, u_type);
END $unnest$"""

RESTORE_NOT_NULL = """\
CREATE OR REPLACE FUNCTION unnest.restore_not_null(u_migration text, u_table regclass, u_column text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
DECLARE u_full boolean;
BEGIN
IF EXISTS (SELECT 1 FROM unnest.archive AS a WHERE a.migration = u_migration AND a.table_name = u_table::text
AND a.column_name = u_column AND a.not_null) THEN
EXECUTE format('SELECT NOT EXISTS (SELECT 1 FROM %s WHERE %I IS NULL)', u_table, u_column) INTO u_full;
IF u_full THEN EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', u_table, u_column); END IF;
END IF;
END $unnest$"""


def _columns(migration: Migration) -> Iterator[tuple[str, str, str]]:
    """Yield (table, column, hidden name) of every nested column that the migration retires."""
    for mapping in migration.mappings:
        for face in mapping.faces:
            for column in face.retired:
                yield table_name(face.table), column, naming.hidden(column)


def _for_columns(migration: Migration, function: str) -> Iterator[Statement]:
    for table, column, hidden in _columns(migration):
        arguments = ", ".join(string(value) for value in (migration.id, table, column, hidden))
        if function == "restore_not_null":
            arguments = ", ".join(string(value) for value in (migration.id, table, column))
        yield Statement(name=f"{function}.{table}.{column}", sql=f"SELECT unnest.{function}({arguments})", locks=(table,))


def hide(migration: Migration) -> Iterator[Statement]:
    """Yield the retirement of the nested columns."""
    yield from _for_columns(migration, "hide_column")


def show(migration: Migration) -> Iterator[Statement]:
    """Yield their return: renamed back in the buffer, made anew after the purge."""
    yield from _for_columns(migration, "show_column")


def drop(migration: Migration) -> Iterator[Statement]:
    """Yield the purge of the retired columns."""
    yield from _for_columns(migration, "drop_column")


def not_null(migration: Migration) -> Iterator[Statement]:
    """Yield NOT NULL where it was, once every row has its nested value again."""
    yield from _for_columns(migration, "restore_not_null")


def add_hidden(migration: Migration) -> Iterator[Statement]:
    """Yield the retired columns anew, empty: going back from ``complete`` to ``cleanup``."""
    yield from _for_columns(migration, "add_hidden_column")


# -- seals ----------------------------------------------------------------------------------------------------------------


def seal_indexes(migration: Migration) -> Iterator[Statement]:
    """Yield the unique keys that the seals refer to, built before the old application goes."""
    for mapping in migration.mappings:
        for seal in mapping.seals:
            if not _has_key(seal):
                name = naming.constraint(seal.target.name, "_".join(seal.target_columns) + "_key")
                columns = ", ".join(quote(c) for c in seal.target_columns)
                create = f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {quote(name)} ON {table_name(seal.target)} ({columns})"
                yield concurrently(name, seal.target, create)


def _has_key(seal: Seal) -> bool:
    return frozenset(seal.target_columns) in unique_keys(seal.target)


def clear_unsealed(mapping: Mapping) -> Iterator[Statement]:
    """Yield the clearing of pointers that can't become links; their originals stay in residue and in the findings."""
    face, residue = mapping.source, mapping.output("residue").table
    target = table_name(face.table)
    for column in mapping.unsealed:
        yield Statement(
            name=f"{mapping.name}.clear.{column}",
            sql=f"UPDATE {target} AS p SET {quote(column)} = NULL FROM {table_name(residue)} AS r\n"
            f"WHERE r.parent = p.{quote(face.key)} AND r.part = {string(column)}"
            f" AND to_jsonb(p.{quote(column)}) = r.value",
        )


def seal(migration: Migration) -> Iterator[Statement]:
    """Yield the keys that hold both sides equal without triggers."""
    for mapping in migration.mappings:
        yield from clear_unsealed(mapping)
        for one in mapping.seals:
            own = ", ".join(quote(c) for c in one.columns)
            referred = ", ".join(quote(c) for c in one.target_columns)
            actions = " ON UPDATE CASCADE ON DELETE CASCADE" if one.cascade else ""
            definition = (
                f"FOREIGN KEY ({own}) REFERENCES {table_name(one.target)} ({referred}){actions} DEFERRABLE INITIALLY DEFERRED"
            )
            yield from added(one.table, seal_name(one), definition, also=(table_name(one.target),))


def hold_residue(migration: Migration) -> Iterator[Statement]:
    """Yield the keys with which residue goes with its parents; they stand before the triggers go, or it would be left behind."""
    for mapping in migration.mappings:
        residue, face = mapping.output("residue").table, mapping.source
        definition = (
            f"FOREIGN KEY (parent) REFERENCES {table_name(face.table)} ({quote(face.key)}) ON UPDATE CASCADE ON DELETE CASCADE"
        )
        yield from added(residue, naming.constraint(residue.name, "parent"), definition, also=(table_name(face.table),))


def release_residue(migration: Migration) -> Iterator[Statement]:
    """Yield the removal of those keys, when the triggers are back."""
    for mapping in migration.mappings:
        residue = mapping.output("residue").table
        name = quote(naming.constraint(residue.name, "parent"))
        sql = f"ALTER TABLE {table_name(residue)} DROP CONSTRAINT IF EXISTS {name}"
        yield Statement(name=f"release.{residue.name}", sql=sql, locks=(table_name(mapping.source.table),))


def seal_name(one: Seal) -> str:
    """Return the name of a seal's constraint."""
    return naming.constraint(one.table.name, f"sealed_to_{one.target.name}")


def unseal(migration: Migration) -> Iterator[Statement]:
    """Yield the removal of the seals."""
    for mapping in migration.mappings:
        for one in mapping.seals:
            table = table_name(one.table)
            sql = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {quote(seal_name(one))}"
            yield Statement(name=f"unseal.{one.table.name}", sql=sql, locks=(table, table_name(one.target)))


COPY_GRANTS = """\
CREATE OR REPLACE FUNCTION unnest.copy_grants(u_from text, u_to text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
DECLARE u_grant record;
BEGIN
FOR u_grant IN SELECT DISTINCT x.privilege_type, CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END AS role
FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS x LEFT JOIN pg_roles AS r ON r.oid = x.grantee
WHERE c.oid = to_regclass(u_from) AND x.grantee <> c.relowner
AND x.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') LOOP
EXECUTE format('GRANT %s ON %s TO %s', u_grant.privilege_type, u_to, u_grant.role);
END LOOP;
END $unnest$"""

SET_ASIDE = """\
CREATE OR REPLACE FUNCTION unnest.set_aside(u_migration text, u_table text) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
DECLARE u_name text; u_any boolean; u_number integer := 1; u_old text; u_key text; u_schema text; u_part record;
BEGIN
IF to_regclass(u_table) IS NULL THEN RETURN NULL; END IF;
EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', u_table) INTO u_any;
IF NOT u_any OR NOT EXISTS (SELECT 1 FROM unnest.event AS e WHERE e.migration = u_migration AND e.to_stage = 'dual_read') THEN
EXECUTE format('DROP TABLE %s', u_table);
RETURN NULL;
END IF;
SELECT c.relname, c.relnamespace::regnamespace::text INTO u_old, u_schema FROM pg_class AS c WHERE c.oid = to_regclass(u_table);
LOOP
u_name := left('kept_' || u_number || '_' || u_old, 63);
EXIT WHEN to_regclass(format('unnest.%I', u_name)) IS NULL;
u_number := u_number + 1;
END LOOP;
FOR u_part IN SELECT c.oid::regclass::text AS own, c.relname AS name, c.relkind AS kind FROM pg_class AS c
WHERE c.oid IN (SELECT i.indexrelid FROM pg_index AS i WHERE i.indrelid = to_regclass(u_table))
OR c.relkind = 'S' AND c.oid IN (SELECT d.objid FROM pg_depend AS d WHERE d.refobjid = to_regclass(u_table)) LOOP
EXECUTE format('ALTER %s %s RENAME TO %I', CASE u_part.kind WHEN 'S' THEN 'SEQUENCE' ELSE 'INDEX' END, u_part.own,
CASE WHEN octet_length(u_part.name) <= 50 THEN 'kept_' || u_number || '_' || u_part.name
ELSE 'kept_' || u_number || '_' || md5(u_part.name) END);
END LOOP;
EXECUTE format('ALTER TABLE %s RENAME TO %I', u_table, u_name);
EXECUTE format('ALTER TABLE %s.%I SET SCHEMA unnest', u_schema, u_name);
RETURN u_name;
END $unnest$"""


def set_aside(migration: Migration) -> Iterator[Statement]:
    """Yield the way back to pending: empty or merely derived tables are dropped.

    Once the new side has been open, its tables hold values of their own (added_at, say): they are kept in schema ``unnest``,
    without foreign keys, so that the application's deletes neither empty them nor pay for them.
    """
    yield Statement(name="residue.view.drop", sql=f"DROP VIEW IF EXISTS unnest.{quote(view_name(migration))}")
    for mapping in migration.mappings:
        for output in mapping.targets:
            arguments = f"{string(migration.id)}, {string(table_name(output.table))}"
            yield Statement(name=f"set_aside.{output.table.name}", sql=f"SELECT unnest.set_aside({arguments})")
        residue = mapping.output("residue").table
        yield Statement(name=f"drop.{residue.name}", sql=f"DROP TABLE IF EXISTS {table_name(residue)}")
        yield from drop_own(mapping)


def functions() -> Iterator[Statement]:
    """Yield the shared functions that retire and restore; they need the ledger's tables."""
    named = {
        "hide_column": HIDE_COLUMN,
        "show_column": SHOW_COLUMN,
        "drop_column": DROP_COLUMN,
        "add_hidden_column": ADD_HIDDEN_COLUMN,
        "restore_not_null": RESTORE_NOT_NULL,
        "drop_triggers": DROP_TRIGGERS,
        "set_aside": SET_ASIDE,
        "copy_grants": COPY_GRANTS,
    }
    for name, sql in named.items():
        yield Statement(name=f"prelude.{name}", sql=sql)
