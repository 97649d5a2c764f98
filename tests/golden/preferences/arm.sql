-- name: preferences.closed_preferences
-- migration of_preferences, mapping preferences: closed_preferences
CREATE OR REPLACE FUNCTION unnest.preferences__closed_preferences() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
IF coalesce(current_setting('unnest.engine', true), '') = '' THEN
RAISE EXCEPTION 'unnest: preferences is not open for writing before stage dual_read (migration of_preferences); write to the legacy tables, they are carried over' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: preferences.trigger.closed_preferences
-- locks: public.preferences
CREATE OR REPLACE TRIGGER unnest_05_closed_preferences__closed_preferences BEFORE INSERT OR UPDATE OR DELETE ON public.preferences
FOR EACH STATEMENT
WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION unnest.preferences__closed_preferences();

-- name: preferences.forward_insert
-- migration of_preferences, mapping preferences: forward_insert
CREATE OR REPLACE FUNCTION unnest.preferences__forward_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_preferences', 'fwd', true);
WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT NEW.id AS id, NEW.preferences AS preferences) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_1, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END),
rows_written AS
(INSERT INTO public.preferences (user_id, key, value, category) SELECT e.user_id AS user_id, e.key AS key, e.value AS value, e.category AS category
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e ORDER BY e.user_id, e.key ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value, category = excluded.category WHERE (public.preferences.value, public.preferences.category) IS DISTINCT FROM (excluded.value, excluded.category))
 INSERT INTO unnest.residue_preferences (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT entries.user_id AS parent, 'preferences.' || entries.u_inner AS part, CAST(row_number() OVER (PARTITION BY entries.user_id, entries.u_inner ORDER BY entries.u_key) - 1 AS INTEGER) AS position, jsonb_build_object(entries.u_key, entries.value) AS value, 'quarantined' AS account, 'hides a known key' AS reason
FROM entries
WHERE NOT entries.u_fits UNION ALL SELECT p.id AS id, 'preferences' AS anon_2, -1 AS anon_3, p.preferences AS preferences, CASE WHEN (jsonb_typeof(p.preferences) != 'object' AND jsonb_typeof(p.preferences) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_4, CASE WHEN (jsonb_typeof(p.preferences) = 'null') THEN 'null' WHEN (jsonb_typeof(p.preferences) != 'object') THEN 'not an object' ELSE 'empty' END AS anon_5
FROM (SELECT NEW.id AS id, NEW.preferences AS preferences) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_6, -1 AS anon_7, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_8, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_9, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_10
FROM (SELECT NEW.id AS id, NEW.preferences AS preferences) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_preferences.value, unnest.residue_preferences.account, unnest.residue_preferences.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_preferences', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: preferences.forward_update
-- migration of_preferences, mapping preferences: forward_update
CREATE OR REPLACE FUNCTION unnest.preferences__forward_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_preferences', 'fwd', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT OLD.id AS id, OLD.preferences AS preferences) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_1, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END)
 INSERT INTO public.preferences (user_id, key, value, category) SELECT e.user_id, e.key, e.value, e.category
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e ORDER BY e.user_id, e.key ON CONFLICT (user_id, key) DO NOTHING;
WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT OLD.id AS id, OLD.preferences AS preferences) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_1, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END)
 INSERT INTO unnest.residue_preferences (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT entries.user_id AS parent, 'preferences.' || entries.u_inner AS part, CAST(row_number() OVER (PARTITION BY entries.user_id, entries.u_inner ORDER BY entries.u_key) - 1 AS INTEGER) AS position, jsonb_build_object(entries.u_key, entries.value) AS value, 'quarantined' AS account, 'hides a known key' AS reason
FROM entries
WHERE NOT entries.u_fits UNION ALL SELECT p.id AS id, 'preferences' AS anon_2, -1 AS anon_3, p.preferences AS preferences, CASE WHEN (jsonb_typeof(p.preferences) != 'object' AND jsonb_typeof(p.preferences) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_4, CASE WHEN (jsonb_typeof(p.preferences) = 'null') THEN 'null' WHEN (jsonb_typeof(p.preferences) != 'object') THEN 'not an object' ELSE 'empty' END AS anon_5
FROM (SELECT OLD.id AS id, OLD.preferences AS preferences) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_6, -1 AS anon_7, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_8, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_9, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_10
FROM (SELECT OLD.id AS id, OLD.preferences AS preferences) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT NEW.id AS id, NEW.preferences AS preferences) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_1, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT entries.user_id AS parent, 'preferences.' || entries.u_inner AS part, CAST(row_number() OVER (PARTITION BY entries.user_id, entries.u_inner ORDER BY entries.u_key) - 1 AS INTEGER) AS position, jsonb_build_object(entries.u_key, entries.value) AS value, 'quarantined' AS account, 'hides a known key' AS reason
FROM entries
WHERE NOT entries.u_fits UNION ALL SELECT p.id AS id, 'preferences' AS anon_2, -1 AS anon_3, p.preferences AS preferences, CASE WHEN (jsonb_typeof(p.preferences) != 'object' AND jsonb_typeof(p.preferences) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_4, CASE WHEN (jsonb_typeof(p.preferences) = 'null') THEN 'null' WHEN (jsonb_typeof(p.preferences) != 'object') THEN 'not an object' ELSE 'empty' END AS anon_5
FROM (SELECT NEW.id AS id, NEW.preferences AS preferences) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_6, -1 AS anon_7, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_8, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_9, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_10
FROM (SELECT NEW.id AS id, NEW.preferences AS preferences) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_preferences WHERE unnest.residue_preferences.parent IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE unnest.residue_preferences.parent = residue_derived.parent AND unnest.residue_preferences.part = residue_derived.part AND unnest.residue_preferences.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits),
rows_deleted AS
(DELETE FROM public.preferences WHERE public.preferences.user_id IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE public.preferences.user_id = rows_derived.user_id AND public.preferences.key = rows_derived.key))),
rows_written AS
(INSERT INTO public.preferences (user_id, key, value, category) SELECT rows_derived.user_id AS user_id, rows_derived.key AS key, rows_derived.value AS value, rows_derived.category AS category
FROM rows_derived ORDER BY rows_derived.user_id, rows_derived.key ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value, category = excluded.category WHERE (public.preferences.value, public.preferences.category) IS DISTINCT FROM (excluded.value, excluded.category))
 INSERT INTO unnest.residue_preferences (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_preferences.value, unnest.residue_preferences.account, unnest.residue_preferences.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_preferences', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: preferences.forward_delete
-- migration of_preferences, mapping preferences: forward_delete
CREATE OR REPLACE FUNCTION unnest.preferences__forward_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_preferences', 'fwd', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT OLD.id AS id, OLD.preferences AS preferences) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_1, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END)
 INSERT INTO public.preferences (user_id, key, value, category) SELECT e.user_id, e.key, e.value, e.category
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e ORDER BY e.user_id, e.key ON CONFLICT (user_id, key) DO NOTHING;
WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT OLD.id AS id, OLD.preferences AS preferences) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_1, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END)
 INSERT INTO unnest.residue_preferences (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT entries.user_id AS parent, 'preferences.' || entries.u_inner AS part, CAST(row_number() OVER (PARTITION BY entries.user_id, entries.u_inner ORDER BY entries.u_key) - 1 AS INTEGER) AS position, jsonb_build_object(entries.u_key, entries.value) AS value, 'quarantined' AS account, 'hides a known key' AS reason
FROM entries
WHERE NOT entries.u_fits UNION ALL SELECT p.id AS id, 'preferences' AS anon_2, -1 AS anon_3, p.preferences AS preferences, CASE WHEN (jsonb_typeof(p.preferences) != 'object' AND jsonb_typeof(p.preferences) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_4, CASE WHEN (jsonb_typeof(p.preferences) = 'null') THEN 'null' WHEN (jsonb_typeof(p.preferences) != 'object') THEN 'not an object' ELSE 'empty' END AS anon_5
FROM (SELECT OLD.id AS id, OLD.preferences AS preferences) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_6, -1 AS anon_7, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_8, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_9, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_10
FROM (SELECT OLD.id AS id, OLD.preferences AS preferences) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
DELETE FROM public.preferences WHERE public.preferences.user_id = OLD.id;
DELETE FROM unnest.residue_preferences WHERE unnest.residue_preferences.parent = OLD.id;
u_set := set_config('unnest.m_preferences', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: preferences.trigger.insert
-- locks: public.users
CREATE OR REPLACE TRIGGER unnest_10_forward_preferences__insert AFTER INSERT ON public.users
FOR EACH ROW
WHEN (NEW.preferences IS NOT NULL)
EXECUTE FUNCTION unnest.preferences__forward_insert();

-- name: preferences.trigger.update
-- locks: public.users
CREATE OR REPLACE TRIGGER unnest_10_forward_preferences__update AFTER UPDATE ON public.users
FOR EACH ROW
WHEN ((OLD.id, OLD.preferences) IS DISTINCT FROM (NEW.id, NEW.preferences))
EXECUTE FUNCTION unnest.preferences__forward_update();

-- name: preferences.trigger.delete
-- locks: public.users
CREATE OR REPLACE TRIGGER unnest_10_forward_preferences__delete AFTER DELETE ON public.users
FOR EACH ROW
EXECUTE FUNCTION unnest.preferences__forward_delete();

-- name: preferences.truncate_before
-- migration of_preferences, mapping preferences: truncate_before
CREATE OR REPLACE FUNCTION unnest.preferences__truncate_before() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.m_preferences', 'fwd', true);
RETURN NULL;
END $unnest$;

-- name: preferences.truncate_after
-- migration of_preferences, mapping preferences: truncate_after
CREATE OR REPLACE FUNCTION unnest.preferences__truncate_after() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
DELETE FROM public.preferences WHERE true;
DELETE FROM unnest.residue_preferences WHERE true;
u_set := set_config('unnest.m_preferences', '', true);
RETURN NULL;
END $unnest$;

-- name: preferences.trigger.truncate_before
-- locks: public.users
CREATE OR REPLACE TRIGGER unnest_60_truncate_preferences__truncate_before BEFORE TRUNCATE ON public.users
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.preferences__truncate_before();

-- name: preferences.trigger.truncate_after
-- locks: public.users
CREATE OR REPLACE TRIGGER unnest_60_truncate_preferences__truncate_after AFTER TRUNCATE ON public.users
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.preferences__truncate_after();

-- name: preferences.truncate_refused
-- migration of_preferences, mapping preferences: truncate_refused
CREATE OR REPLACE FUNCTION unnest.preferences__truncate_refused() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
IF u_guard <> 'fwd' THEN
RAISE EXCEPTION 'unnest: TRUNCATE is not carried for this table while migration of_preferences is under way; use DELETE' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: preferences.trigger.truncate_preferences
-- locks: public.preferences
CREATE OR REPLACE TRIGGER unnest_60_truncate_preferences__truncate_preferences BEFORE TRUNCATE ON public.preferences
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.preferences__truncate_refused();
