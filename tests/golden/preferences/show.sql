-- name: show_column.public.users.preferences
-- locks: public.users
SELECT unnest.show_column('of_preferences', 'public.users', 'preferences', 'unnest_retired_preferences');

-- name: preferences.reverse_rows_users
-- migration of_preferences, mapping preferences: reverse_rows_users
CREATE OR REPLACE FUNCTION unnest.preferences__reverse_rows_users() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;
u_keys TEXT[];
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
IF TG_OP = 'INSERT' THEN u_keys := ARRAY(SELECT DISTINCT n.user_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'UPDATE' THEN u_keys := ARRAY(SELECT o.user_id
FROM o UNION SELECT n.user_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'DELETE' THEN u_keys := ARRAY(SELECT DISTINCT o.user_id
FROM o ORDER BY 1);
END IF;
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.users.id
FROM public.users
WHERE public.users.id = ANY (u_keys) ORDER BY public.users.id FOR NO KEY UPDATE;
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
u_set := set_config('unnest.m_preferences', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: preferences.trigger.reverse_rows_users_insert
-- locks: public.preferences
CREATE OR REPLACE TRIGGER unnest_30_reverse_preferences__reverse_rows_users_insert AFTER INSERT ON public.preferences
REFERENCING NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.preferences__reverse_rows_users();

-- name: preferences.trigger.reverse_rows_users_update
-- locks: public.preferences
CREATE OR REPLACE TRIGGER unnest_30_reverse_preferences__reverse_rows_users_update AFTER UPDATE ON public.preferences
REFERENCING OLD TABLE AS o NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.preferences__reverse_rows_users();

-- name: preferences.trigger.reverse_rows_users_delete
-- locks: public.preferences
CREATE OR REPLACE TRIGGER unnest_30_reverse_preferences__reverse_rows_users_delete AFTER DELETE ON public.preferences
REFERENCING OLD TABLE AS o
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.preferences__reverse_rows_users();
