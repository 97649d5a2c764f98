-- name: prelude.hide_column
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
END $unnest$;

-- name: prelude.show_column
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
END $unnest$;

-- name: prelude.drop_column
CREATE OR REPLACE FUNCTION unnest.drop_column(u_migration text, u_table regclass, u_column text, u_hidden text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
BEGIN
EXECUTE format('ALTER TABLE %s DROP COLUMN IF EXISTS %I', u_table, u_hidden);
UPDATE unnest.archive AS a SET purged_at = clock_timestamp()
WHERE a.migration = u_migration AND a.table_name = u_table::text AND a.column_name = u_column;
END $unnest$;

-- name: prelude.add_hidden_column
CREATE OR REPLACE FUNCTION unnest.add_hidden_column(u_migration text, u_table regclass, u_column text, u_hidden text)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
DECLARE u_type text;
BEGIN
SELECT a.type INTO STRICT u_type FROM unnest.archive AS a
WHERE a.migration = u_migration AND a.table_name = u_table::text AND a.column_name = u_column;
EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS %I %s', u_table, u_hidden, u_type);
END $unnest$;

-- name: prelude.restore_not_null
CREATE OR REPLACE FUNCTION unnest.restore_not_null(u_migration text, u_table regclass, u_column text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
DECLARE u_full boolean;
BEGIN
IF EXISTS (SELECT 1 FROM unnest.archive AS a WHERE a.migration = u_migration AND a.table_name = u_table::text
AND a.column_name = u_column AND a.not_null) THEN
EXECUTE format('SELECT NOT EXISTS (SELECT 1 FROM %s WHERE %I IS NULL)', u_table, u_column) INTO u_full;
IF u_full THEN EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', u_table, u_column); END IF;
END IF;
END $unnest$;

-- name: prelude.drop_triggers
CREATE OR REPLACE FUNCTION unnest.drop_triggers(u_table text, u_functions text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
DECLARE u_trigger record;
BEGIN
FOR u_trigger IN SELECT t.tgname FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE t.tgrelid = to_regclass(u_table) AND NOT t.tgisinternal AND n.nspname = 'unnest' AND t.tgname ~ u_functions LOOP
EXECUTE format('DROP TRIGGER %I ON %s', u_trigger.tgname, u_table);
END LOOP;
END $unnest$;

-- name: prelude.set_aside
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
END $unnest$;

-- name: prelude.copy_grants
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
END $unnest$;
