-- name: preferences.backfill
-- migration of_preferences, mapping preferences: backfill
CREATE OR REPLACE FUNCTION unnest.preferences__backfill(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_reconcile boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
u_keys TEXT[];
u_elements bigint := 0;
u_placed bigint := 0;
u_quarantined bigint := 0;
u_merged bigint := 0;
u_copied bigint := 0;
u_out bigint := 0;
u_same bigint := 0;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT q.k, q.size, sum(q.size) OVER (ORDER BY q.k) - q.size AS before
FROM (SELECT id AS k, coalesce(pg_column_size(preferences), 0) AS size FROM public.users
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_preferences', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.users.id AS k, (((SELECT count(*) AS count_1
FROM jsonb_object_keys(unnest.object_or_empty(public.users.preferences)) AS anon_1) + CASE WHEN ((jsonb_typeof(public.users.preferences) NOT IN ('object', 'null'))) THEN 1 ELSE 0 END) - CASE WHEN ((unnest.object_or_empty(public.users.preferences) -> 'reasoning') IS NOT NULL) THEN 1 ELSE 0 END) + (SELECT count(*) AS count_2
FROM jsonb_object_keys(unnest.object_or_empty(unnest.object_or_empty(public.users.preferences) -> 'reasoning')) AS anon_2) + CASE WHEN ((jsonb_typeof(unnest.object_or_empty(public.users.preferences) -> 'reasoning') NOT IN ('object', 'null'))) THEN 1 ELSE 0 END AS n
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND public.users.id <= u_last ORDER BY public.users.id FOR NO KEY UPDATE) AS l;
IF u_reconcile THEN
WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
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
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_6, -1 AS anon_7, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_8, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_9, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_10
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_preferences WHERE unnest.residue_preferences.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_preferences.parent AND unnest.residue_preferences.part = residue_derived.part AND unnest.residue_preferences.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits),
rows_deleted AS
(DELETE FROM public.preferences WHERE public.preferences.user_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.user_id = public.preferences.user_id AND public.preferences.key = rows_derived.key))),
rows_written AS
(INSERT INTO public.preferences (user_id, key, value, category) SELECT rows_derived.user_id AS user_id, rows_derived.key AS key, rows_derived.value AS value, rows_derived.category AS category
FROM rows_derived ORDER BY rows_derived.user_id, rows_derived.key ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value, category = excluded.category WHERE (public.preferences.value, public.preferences.category) IS DISTINCT FROM (excluded.value, excluded.category))
 INSERT INTO unnest.residue_preferences (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_preferences.value, unnest.residue_preferences.account, unnest.residue_preferences.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_placed := -1;
ELSE
WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_2, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END),
rows_copied AS
(INSERT INTO public.preferences (user_id, key, value, category) SELECT e.user_id AS user_id, e.key AS key, e.value AS value, e.category AS category
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e ORDER BY e.user_id, e.key ON CONFLICT (user_id, key) DO NOTHING RETURNING 1 AS one),
residue_copied AS
(INSERT INTO unnest.residue_preferences (parent, part, position, value, account, reason) SELECT e.parent AS parent, e.part AS part, e.position AS position, e.value AS value, e.account AS account, e.reason AS reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT entries.user_id AS parent, 'preferences.' || entries.u_inner AS part, CAST(row_number() OVER (PARTITION BY entries.user_id, entries.u_inner ORDER BY entries.u_key) - 1 AS INTEGER) AS position, jsonb_build_object(entries.u_key, entries.value) AS value, 'quarantined' AS account, 'hides a known key' AS reason
FROM entries
WHERE NOT entries.u_fits UNION ALL SELECT p.id AS id, 'preferences' AS anon_4, -1 AS anon_5, p.preferences AS preferences, CASE WHEN (jsonb_typeof(p.preferences) != 'object' AND jsonb_typeof(p.preferences) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_6, CASE WHEN (jsonb_typeof(p.preferences) = 'null') THEN 'null' WHEN (jsonb_typeof(p.preferences) != 'object') THEN 'not an object' ELSE 'empty' END AS anon_7
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_8, -1 AS anon_9, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_10, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_11, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_12
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING RETURNING unnest.residue_preferences.account)
 SELECT 0 + (SELECT count(*) AS count_1
FROM rows_copied) AS anon_1, 0 + (SELECT count(*) AS count_2
FROM residue_copied
WHERE residue_copied.account = 'quarantined') AS anon_3, 0 + (SELECT count(*) AS count_3
FROM residue_copied
WHERE residue_copied.account = 'merged') AS anon_13
INTO u_copied, u_out, u_same;
u_placed := u_placed + u_copied;
u_quarantined := u_quarantined + u_out;
u_merged := u_merged + u_same;
END IF;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
u_placed := (SELECT count(*) FROM public.preferences WHERE user_id = ANY (u_keys));
SELECT count(*) FILTER (WHERE account = 'quarantined'), count(*) FILTER (WHERE account = 'merged') INTO u_quarantined, u_merged
FROM unnest.residue_preferences WHERE parent = ANY (u_keys);
END IF;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
RAISE EXCEPTION 'unnest: accounting does not balance (migration of_preferences, mapping preferences): parents %..%: % elements in, % placed, % merged, % quarantined', u_keys[1], u_last, u_elements, u_placed, u_merged, u_quarantined USING ERRCODE = 'data_corrupted';
END IF;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'elements', u_elements,
'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: preferences.window_users
-- migration of_preferences, mapping preferences: window_users
CREATE OR REPLACE FUNCTION unnest.preferences__window_users(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT q.k, q.size, sum(q.size) OVER (ORDER BY q.k) - q.size AS before
FROM (SELECT id AS k, coalesce(pg_column_size(preferences), 0) AS size FROM public.users
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: preferences.rebuild_users
-- migration of_preferences, mapping preferences: rebuild_users
CREATE OR REPLACE FUNCTION unnest.preferences__rebuild_users(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_account boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
u_keys TEXT[];
u_fresh TEXT[];
u_changed bigint := 0;
u_elements bigint := 0;
u_placed bigint := 0;
u_quarantined bigint := 0;
u_merged bigint := 0;
u_apart bigint := 0;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT q.k, q.size, sum(q.size) OVER (ORDER BY q.k) - q.size AS before
FROM (SELECT id AS k, coalesce(pg_column_size(preferences), 0) AS size FROM public.users
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_preferences', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.users.id AS k, (((SELECT count(*) AS count_1
FROM jsonb_object_keys(unnest.object_or_empty(public.users.preferences)) AS anon_1) + CASE WHEN ((jsonb_typeof(public.users.preferences) NOT IN ('object', 'null'))) THEN 1 ELSE 0 END) - CASE WHEN ((unnest.object_or_empty(public.users.preferences) -> 'reasoning') IS NOT NULL) THEN 1 ELSE 0 END) + (SELECT count(*) AS count_2
FROM jsonb_object_keys(unnest.object_or_empty(unnest.object_or_empty(public.users.preferences) -> 'reasoning')) AS anon_2) + CASE WHEN ((jsonb_typeof(unnest.object_or_empty(public.users.preferences) -> 'reasoning') NOT IN ('object', 'null'))) THEN 1 ELSE 0 END AS n
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND public.users.id <= u_last ORDER BY public.users.id FOR NO KEY UPDATE) AS l;
UPDATE public.users SET preferences=r.preferences FROM (SELECT p.id AS id, coalesce(nullif(coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_1
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = '') AS pairs), '{}'::jsonb) || coalesce(CASE WHEN (coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_2
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.reasoning' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = 'reasoning') AS pairs), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences.reasoning' AND w.position = -1)) IS NOT NULL) THEN jsonb_build_object('reasoning', coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_2
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.reasoning' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = 'reasoning') AS pairs), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences.reasoning' AND w.position = -1))) END, '{}'::jsonb), '{}'::jsonb), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences' AND w.position = -1), CASE WHEN (jsonb_typeof(p.preferences) = 'object') THEN '{}'::jsonb END) AS preferences
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.users.id = ANY (u_keys) AND public.users.id = r.id AND public.users.preferences IS DISTINCT FROM r.preferences;
GET DIAGNOSTICS u_changed = ROW_COUNT;
IF EXISTS (WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_1, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e
FULL JOIN (SELECT public.preferences.user_id AS user_id, public.preferences.key AS key, public.preferences.value AS value, public.preferences.category AS category
FROM public.preferences
WHERE public.preferences.user_id = ANY (u_keys)) AS t ON e.user_id = t.user_id AND t.key = e.key
WHERE e.user_id IS NULL OR t.user_id IS NULL OR (e.value, e.category) IS DISTINCT FROM (t.value, t.category) UNION ALL SELECT 1 AS one
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT entries.user_id AS parent, 'preferences.' || entries.u_inner AS part, CAST(row_number() OVER (PARTITION BY entries.user_id, entries.u_inner ORDER BY entries.u_key) - 1 AS INTEGER) AS position, jsonb_build_object(entries.u_key, entries.value) AS value, 'quarantined' AS account, 'hides a known key' AS reason
FROM entries
WHERE NOT entries.u_fits UNION ALL SELECT p.id AS id, 'preferences' AS anon_2, -1 AS anon_3, p.preferences AS preferences, CASE WHEN (jsonb_typeof(p.preferences) != 'object' AND jsonb_typeof(p.preferences) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_4, CASE WHEN (jsonb_typeof(p.preferences) = 'null') THEN 'null' WHEN (jsonb_typeof(p.preferences) != 'object') THEN 'not an object' ELSE 'empty' END AS anon_5
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_6, -1 AS anon_7, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_8, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_9, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_10
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue) AS e
FULL JOIN (SELECT unnest.residue_preferences.parent AS parent, unnest.residue_preferences.part AS part, unnest.residue_preferences.position AS position, unnest.residue_preferences.value AS value, unnest.residue_preferences.account AS account, unnest.residue_preferences.reason AS reason
FROM unnest.residue_preferences
WHERE unnest.residue_preferences.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
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
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_6, -1 AS anon_7, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_8, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_9, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_10
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_preferences WHERE unnest.residue_preferences.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_preferences.parent AND unnest.residue_preferences.part = residue_derived.part AND unnest.residue_preferences.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.preferences (user_id, key, value, category) SELECT e.user_id AS user_id, e.key AS key, e.value AS value, e.category AS category
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e ORDER BY e.user_id, e.key ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value, category = excluded.category WHERE (public.preferences.value, public.preferences.category) IS DISTINCT FROM (excluded.value, excluded.category))
 INSERT INTO unnest.residue_preferences (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_preferences.value, unnest.residue_preferences.account, unnest.residue_preferences.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_1, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END)
 SELECT 1
FROM public.preferences
WHERE public.preferences.user_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e
WHERE e.user_id = public.preferences.user_id AND public.preferences.key = e.key))) THEN
RAISE EXCEPTION 'unnest: this row of preferences can not be carried back to users (migration of_preferences); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'preferences';
END IF;
END IF;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'changed', u_changed,
'elements', u_elements, 'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: preferences.verify_users
-- migration of_preferences, mapping preferences: verify_users
CREATE OR REPLACE FUNCTION unnest.preferences__verify_users(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
RETURN QUERY WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_2, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END)
 SELECT 'rows of preferences' AS anon_1, CAST(coalesce(e.user_id, t.user_id) AS TEXT) AS coalesce_1, CAST(jsonb_build_object('user_id', coalesce(e.user_id, t.user_id), 'key', coalesce(e.key, t.key)) AS TEXT) AS jsonb_build_object_1, to_jsonb(e.*) AS to_jsonb_1, to_jsonb(t.*) AS to_jsonb_2
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e
FULL JOIN (SELECT public.preferences.user_id AS user_id, public.preferences.key AS key, public.preferences.value AS value, public.preferences.category AS category
FROM public.preferences
WHERE (u_after IS NULL OR public.preferences.user_id > u_after) AND (u_upto IS NULL OR public.preferences.user_id <= u_upto)) AS t ON e.user_id = t.user_id AND t.key = e.key
WHERE e.user_id IS NULL OR t.user_id IS NULL OR (e.value, e.category) IS DISTINCT FROM (t.value, t.category) UNION ALL SELECT 'rows of residue_preferences' AS anon_3, CAST(coalesce(e.parent, t.parent) AS TEXT) AS coalesce_2, CAST(jsonb_build_object('parent', coalesce(e.parent, t.parent), 'part', coalesce(e.part, t.part), 'position', coalesce(e.position, t.position)) AS TEXT) AS jsonb_build_object_2, to_jsonb(e.*) AS to_jsonb_3, to_jsonb(t.*) AS to_jsonb_4
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT entries.user_id AS parent, 'preferences.' || entries.u_inner AS part, CAST(row_number() OVER (PARTITION BY entries.user_id, entries.u_inner ORDER BY entries.u_key) - 1 AS INTEGER) AS position, jsonb_build_object(entries.u_key, entries.value) AS value, 'quarantined' AS account, 'hides a known key' AS reason
FROM entries
WHERE NOT entries.u_fits UNION ALL SELECT p.id AS id, 'preferences' AS anon_4, -1 AS anon_5, p.preferences AS preferences, CASE WHEN (jsonb_typeof(p.preferences) != 'object' AND jsonb_typeof(p.preferences) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_6, CASE WHEN (jsonb_typeof(p.preferences) = 'null') THEN 'null' WHEN (jsonb_typeof(p.preferences) != 'object') THEN 'not an object' ELSE 'empty' END AS anon_7
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_8, -1 AS anon_9, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_10, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_11, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_12
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue) AS e
FULL JOIN (SELECT unnest.residue_preferences.parent AS parent, unnest.residue_preferences.part AS part, unnest.residue_preferences.position AS position, unnest.residue_preferences.value AS value, unnest.residue_preferences.account AS account, unnest.residue_preferences.reason AS reason
FROM unnest.residue_preferences
WHERE (u_after IS NULL OR unnest.residue_preferences.parent > u_after) AND (u_upto IS NULL OR unnest.residue_preferences.parent <= u_upto)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)
LIMIT u_limit;
RETURN QUERY SELECT 'nested value of users' AS anon_1, CAST(p.id AS TEXT) AS id, 'preferences' AS anon_2, to_jsonb(r.preferences) AS to_jsonb_1, to_jsonb(p.preferences) AS to_jsonb_2
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p
JOIN (SELECT p.id AS id, coalesce(nullif(coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_1
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = '') AS pairs), '{}'::jsonb) || coalesce(CASE WHEN (coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_2
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.reasoning' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = 'reasoning') AS pairs), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences.reasoning' AND w.position = -1)) IS NOT NULL) THEN jsonb_build_object('reasoning', coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_2
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.reasoning' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = 'reasoning') AS pairs), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences.reasoning' AND w.position = -1))) END, '{}'::jsonb), '{}'::jsonb), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences' AND w.position = -1), CASE WHEN (jsonb_typeof(p.preferences) = 'object') THEN '{}'::jsonb END) AS preferences
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p) AS r ON r.id = p.id
WHERE p.preferences IS DISTINCT FROM r.preferences
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: preferences.repair_users
-- migration of_preferences, mapping preferences: repair_users
CREATE OR REPLACE FUNCTION unnest.preferences__repair_users(u_keys TEXT[], u_direction text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
PERFORM public.users.id
FROM public.users
WHERE public.users.id = ANY (u_keys) ORDER BY public.users.id FOR NO KEY UPDATE;
IF u_direction = 'legacy' THEN
u_set := set_config('unnest.m_preferences', 'fwd', true);
WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
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
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_6, -1 AS anon_7, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_8, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_9, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_10
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_preferences WHERE unnest.residue_preferences.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_preferences.parent AND unnest.residue_preferences.part = residue_derived.part AND unnest.residue_preferences.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits),
rows_deleted AS
(DELETE FROM public.preferences WHERE public.preferences.user_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.user_id = public.preferences.user_id AND public.preferences.key = rows_derived.key))),
rows_written AS
(INSERT INTO public.preferences (user_id, key, value, category) SELECT rows_derived.user_id AS user_id, rows_derived.key AS key, rows_derived.value AS value, rows_derived.category AS category
FROM rows_derived ORDER BY rows_derived.user_id, rows_derived.key ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value, category = excluded.category WHERE (public.preferences.value, public.preferences.category) IS DISTINCT FROM (excluded.value, excluded.category))
 INSERT INTO unnest.residue_preferences (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_preferences.value, unnest.residue_preferences.account, unnest.residue_preferences.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
ELSE
u_set := set_config('unnest.m_preferences', 'rev', true);
UPDATE public.users SET preferences=r.preferences FROM (SELECT p.id AS id, coalesce(nullif(coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_1
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = '') AS pairs), '{}'::jsonb) || coalesce(CASE WHEN (coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_2
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.reasoning' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = 'reasoning') AS pairs), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences.reasoning' AND w.position = -1)) IS NOT NULL) THEN jsonb_build_object('reasoning', coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_2
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.reasoning' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = 'reasoning') AS pairs), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences.reasoning' AND w.position = -1))) END, '{}'::jsonb), '{}'::jsonb), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences' AND w.position = -1), CASE WHEN (jsonb_typeof(p.preferences) = 'object') THEN '{}'::jsonb END) AS preferences
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.users.id = ANY (u_keys) AND public.users.id = r.id AND public.users.preferences IS DISTINCT FROM r.preferences;
IF EXISTS (WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_1, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e
FULL JOIN (SELECT public.preferences.user_id AS user_id, public.preferences.key AS key, public.preferences.value AS value, public.preferences.category AS category
FROM public.preferences
WHERE public.preferences.user_id = ANY (u_keys)) AS t ON e.user_id = t.user_id AND t.key = e.key
WHERE e.user_id IS NULL OR t.user_id IS NULL OR (e.value, e.category) IS DISTINCT FROM (t.value, t.category) UNION ALL SELECT 1 AS one
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT entries.user_id AS parent, 'preferences.' || entries.u_inner AS part, CAST(row_number() OVER (PARTITION BY entries.user_id, entries.u_inner ORDER BY entries.u_key) - 1 AS INTEGER) AS position, jsonb_build_object(entries.u_key, entries.value) AS value, 'quarantined' AS account, 'hides a known key' AS reason
FROM entries
WHERE NOT entries.u_fits UNION ALL SELECT p.id AS id, 'preferences' AS anon_2, -1 AS anon_3, p.preferences AS preferences, CASE WHEN (jsonb_typeof(p.preferences) != 'object' AND jsonb_typeof(p.preferences) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_4, CASE WHEN (jsonb_typeof(p.preferences) = 'null') THEN 'null' WHEN (jsonb_typeof(p.preferences) != 'object') THEN 'not an object' ELSE 'empty' END AS anon_5
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_6, -1 AS anon_7, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_8, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_9, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_10
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue) AS e
FULL JOIN (SELECT unnest.residue_preferences.parent AS parent, unnest.residue_preferences.part AS part, unnest.residue_preferences.position AS position, unnest.residue_preferences.value AS value, unnest.residue_preferences.account AS account, unnest.residue_preferences.reason AS reason
FROM unnest.residue_preferences
WHERE unnest.residue_preferences.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
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
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE p.preferences IS NOT NULL AND (jsonb_typeof(p.preferences) != 'object' OR p.preferences = '{}'::jsonb) UNION ALL SELECT p.id AS id, 'preferences.reasoning' AS anon_6, -1 AS anon_7, unnest.object_or_empty(p.preferences) -> 'reasoning' AS anon_8, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' AND jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_9, CASE WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') = 'null') THEN 'null' WHEN (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object') THEN 'not an object' ELSE 'empty' END AS anon_10
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
WHERE (unnest.object_or_empty(p.preferences) -> 'reasoning') IS NOT NULL AND (jsonb_typeof(unnest.object_or_empty(p.preferences) -> 'reasoning') != 'object' OR (unnest.object_or_empty(p.preferences) -> 'reasoning') = '{}'::jsonb)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_preferences WHERE unnest.residue_preferences.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_preferences.parent AND unnest.residue_preferences.part = residue_derived.part AND unnest.residue_preferences.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.preferences (user_id, key, value, category) SELECT e.user_id AS user_id, e.key AS key, e.value AS value, e.category AS category
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e ORDER BY e.user_id, e.key ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value, category = excluded.category WHERE (public.preferences.value, public.preferences.category) IS DISTINCT FROM (excluded.value, excluded.category))
 INSERT INTO unnest.residue_preferences (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_preferences.value, unnest.residue_preferences.account, unnest.residue_preferences.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH entries AS
(SELECT p.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT public.users.id AS id, public.users.preferences AS preferences
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(p.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_1, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(p.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END)
 SELECT 1
FROM public.preferences
WHERE public.preferences.user_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e
WHERE e.user_id = public.preferences.user_id AND public.preferences.key = e.key))) THEN
RAISE EXCEPTION 'unnest: this row of preferences can not be carried back to users (migration of_preferences); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'preferences';
END IF;
END IF;
END IF;
u_set := set_config('unnest.m_preferences', u_guard, true);
RETURN cardinality(u_keys);
END $unnest$;

-- name: preferences.window_rows
-- migration of_preferences, mapping preferences: window_rows
CREATE OR REPLACE FUNCTION unnest.preferences__window_rows(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT id AS k, 0 AS size FROM public.users
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: preferences.verify_rows
-- migration of_preferences, mapping preferences: verify_rows
CREATE OR REPLACE FUNCTION unnest.preferences__verify_rows(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
RETURN QUERY WITH entries AS
(SELECT again.id AS user_id, coalesce(known.name, CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END) AS key, leaf.value AS value, coalesce(known.category, 'other') AS category, leaf."inner" AS u_inner, leaf.key AS u_key, NOT (known.name IS NULL AND (hidden.name IS NOT NULL OR leaf."inner" = '' AND (leaf.key LIKE 'reasoning.' || '%' ESCAPE '/'))) AS u_fits
FROM (SELECT p.id AS id, r.preferences AS preferences
FROM (SELECT public.users.id AS id, CAST(NULL AS JSONB) AS preferences
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p
JOIN (SELECT p.id AS id, coalesce(nullif(coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_1
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = '') AS pairs), '{}'::jsonb) || coalesce(CASE WHEN (coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_2
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.reasoning' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = 'reasoning') AS pairs), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences.reasoning' AND w.position = -1)) IS NOT NULL) THEN jsonb_build_object('reasoning', coalesce((SELECT jsonb_object_agg(pairs.key, pairs.value) AS jsonb_object_agg_2
FROM (SELECT z.key AS key, z.value AS value
FROM unnest.residue_preferences AS l
JOIN jsonb_each(l.value) AS z(key, value) ON true
WHERE l.parent = p.id AND l.part = 'preferences.reasoning' AND l.position != -1 UNION ALL SELECT CASE WHEN (known.name IS NOT NULL) THEN known.json_key WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN substr(r.key, 11) ELSE r.key END AS k, r.value AS v
FROM public.preferences AS r
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON r.key = known.name
WHERE r.user_id = p.id AND CASE WHEN (known.name IS NOT NULL) THEN known."inner" WHEN (r.key LIKE 'reasoning.' || '%' ESCAPE '/') THEN 'reasoning' ELSE '' END = 'reasoning') AS pairs), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences.reasoning' AND w.position = -1))) END, '{}'::jsonb), '{}'::jsonb), (SELECT w.value
FROM unnest.residue_preferences AS w
WHERE w.parent = p.id AND w.part = 'preferences' AND w.position = -1), CASE WHEN (jsonb_typeof(p.preferences) = 'object') THEN '{}'::jsonb END) AS preferences
FROM (SELECT public.users.id AS id, CAST(NULL AS JSONB) AS preferences
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p) AS r ON r.id = p.id) AS again
JOIN LATERAL (SELECT '' AS "inner", x.key AS key, x.value AS value
FROM jsonb_each(unnest.object_or_empty(again.preferences)) AS x(key, value)
WHERE (x.key NOT IN ('reasoning')) UNION ALL SELECT 'reasoning' AS anon_3, y0.key AS key, y0.value AS value
FROM jsonb_each(unnest.object_or_empty(unnest.object_or_empty(again.preferences) -> 'reasoning')) AS y0(key, value)) AS leaf ON true
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS known ("inner", json_key, name, category) ON known."inner" = leaf."inner" AND known.json_key = leaf.key
LEFT JOIN (VALUES ('', 'theme', 'theme', 'appearance'), ('reasoning', 'isOn', 'reasoning.is_on', 'advanced')) AS hidden ("inner", json_key, name, category) ON hidden.name = CASE WHEN (leaf."inner" = '') THEN leaf.key ELSE leaf."inner" || '.' || leaf.key END)
 SELECT 'rows of preferences that R and E give back' AS anon_1, CAST(coalesce(x.k, y.k) AS TEXT) AS coalesce_1, 'preferences' AS anon_2, to_jsonb(x.n) AS to_jsonb_1, to_jsonb(y.n) AS to_jsonb_2
FROM (SELECT e.user_id AS k, count(*) AS n
FROM (SELECT entries.user_id AS user_id, entries.key AS key, entries.value AS value, entries.category AS category
FROM entries
WHERE entries.u_fits) AS e GROUP BY e.user_id) AS x
FULL JOIN (SELECT public.preferences.user_id AS k, count(*) AS n
FROM public.preferences
WHERE (u_after IS NULL OR public.preferences.user_id > u_after) AND (u_upto IS NULL OR public.preferences.user_id <= u_upto) GROUP BY public.preferences.user_id) AS y ON x.k = y.k
WHERE x.n IS DISTINCT FROM y.n
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: preferences.note_findings
-- migration of_preferences, mapping preferences: note_findings
CREATE OR REPLACE FUNCTION unnest.preferences__note_findings() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_preferences', 'preferences', 'users', s.kind, s.key, s.path, s.account, s.evidence FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_preferences AS r WHERE r.account IN ('quarantined', 'merged')) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
UPDATE unnest.finding AS f SET state = 'resolved', last_seen = clock_timestamp()
WHERE f.migration = 'of_preferences' AND f.mapping = 'preferences'
AND f.table_name = 'users' AND f.state <> 'resolved' AND f.kind <> 'stale overwrite'
AND NOT EXISTS (SELECT 1 FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_preferences AS r WHERE r.account IN ('quarantined', 'merged')) AS s WHERE s.key = f.key AND s.kind = f.kind AND s.path = f.path
AND s.evidence = f.evidence);
RETURN;
END $unnest$;

-- name: preferences.sweep
-- migration of_preferences, mapping preferences: sweep
CREATE OR REPLACE FUNCTION unnest.preferences__sweep() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
u_set := set_config('unnest.m_preferences', 'fwd', true);
DELETE FROM public.preferences WHERE NOT (EXISTS (SELECT public.users.id
FROM public.users
WHERE public.users.id = public.preferences.user_id));
DELETE FROM unnest.residue_preferences WHERE NOT (EXISTS (SELECT public.users.id
FROM public.users
WHERE public.users.id = unnest.residue_preferences.parent));
u_set := set_config('unnest.m_preferences', u_guard, true);
RETURN;
END $unnest$;
