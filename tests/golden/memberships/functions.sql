-- name: memberships.backfill
-- migration of_memberships, mapping memberships: backfill
CREATE OR REPLACE FUNCTION unnest.memberships__backfill(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_reconcile boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
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
FROM (SELECT id AS k, 0 AS size FROM public.players
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.players.id AS k, CASE WHEN (public.players.team_id IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.players
WHERE (u_after IS NULL OR public.players.id > u_after) AND public.players.id <= u_last ORDER BY public.players.id FOR NO KEY UPDATE) AS l;
IF u_reconcile THEN
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_memberships.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.memberships WHERE public.memberships.player_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.player_id = public.memberships.player_id))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT rows_derived.player_id AS player_id, rows_derived.team_id AS team_id
FROM rows_derived ORDER BY rows_derived.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_placed := -1;
ELSE
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
rows_copied AS
(INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id AS player_id, e.team_id AS team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO NOTHING RETURNING 1 AS one),
residue_copied AS
(INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT e.parent AS parent, e.part AS part, e.position AS position, e.value AS value, e.account AS account, e.reason AS reason
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING RETURNING unnest.residue_memberships.account)
 SELECT 0 + (SELECT count(*) AS count_1
FROM rows_copied) AS anon_1, 0 + (SELECT count(*) AS count_2
FROM residue_copied
WHERE residue_copied.account = 'quarantined') AS anon_2, 0 + (SELECT count(*) AS count_3
FROM residue_copied
WHERE residue_copied.account = 'merged') AS anon_3
INTO u_copied, u_out, u_same;
u_placed := u_placed + u_copied;
u_quarantined := u_quarantined + u_out;
u_merged := u_merged + u_same;
END IF;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
u_placed := (SELECT count(*) FROM public.memberships WHERE player_id = ANY (u_keys));
SELECT count(*) FILTER (WHERE account = 'quarantined'), count(*) FILTER (WHERE account = 'merged') INTO u_quarantined, u_merged
FROM unnest.residue_memberships WHERE parent = ANY (u_keys);
END IF;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
RAISE EXCEPTION 'unnest: accounting does not balance (migration of_memberships, mapping memberships): parents %..%: % elements in, % placed, % merged, % quarantined', u_keys[1], u_last, u_elements, u_placed, u_merged, u_quarantined USING ERRCODE = 'data_corrupted';
END IF;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'elements', u_elements,
'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: memberships.window_players
-- migration of_memberships, mapping memberships: window_players
CREATE OR REPLACE FUNCTION unnest.memberships__window_players(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT id AS k, 0 AS size FROM public.players
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: memberships.rebuild_players
-- migration of_memberships, mapping memberships: rebuild_players
CREATE OR REPLACE FUNCTION unnest.memberships__rebuild_players(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_account boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
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
FROM (SELECT id AS k, 0 AS size FROM public.players
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.players.id AS k, CASE WHEN (public.players.team_id IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.players
WHERE (u_after IS NULL OR public.players.id > u_after) AND public.players.id <= u_last ORDER BY public.players.id FOR NO KEY UPDATE) AS l;
UPDATE public.players SET team_id=r.team_id FROM (SELECT p.id AS id, coalesce(r.team_id, CAST(l.value #>> '{}' AS TEXT)) AS team_id
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.memberships AS r ON r.player_id = p.id
LEFT JOIN unnest.residue_memberships AS l ON l.parent = p.id AND l.part = 'team_id'
 LIMIT ALL OFFSET 0) AS r WHERE public.players.id = ANY (u_keys) AND public.players.id = r.id AND public.players.team_id IS DISTINCT FROM r.team_id;
GET DIAGNOSTICS u_changed = ROW_COUNT;
IF EXISTS (WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e
FULL JOIN (SELECT public.memberships.player_id AS player_id, public.memberships.team_id AS team_id
FROM public.memberships
WHERE public.memberships.player_id = ANY (u_keys)) AS t ON e.player_id = t.player_id
WHERE e.player_id IS NULL OR t.player_id IS NULL OR e.team_id IS DISTINCT FROM t.team_id UNION ALL SELECT 1 AS one
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e
FULL JOIN (SELECT unnest.residue_memberships.parent AS parent, unnest.residue_memberships.part AS part, unnest.residue_memberships.position AS position, unnest.residue_memberships.value AS value, unnest.residue_memberships.account AS account, unnest.residue_memberships.reason AS reason
FROM unnest.residue_memberships
WHERE unnest.residue_memberships.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_memberships.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id AS player_id, e.team_id AS team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 SELECT 1
FROM public.memberships
WHERE public.memberships.player_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e
WHERE e.player_id = public.memberships.player_id))) THEN
RAISE EXCEPTION 'unnest: this row of memberships can not be carried back to players (migration of_memberships); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'memberships';
END IF;
END IF;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'changed', u_changed,
'elements', u_elements, 'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: memberships.verify_players
-- migration of_memberships, mapping memberships: verify_players
CREATE OR REPLACE FUNCTION unnest.memberships__verify_players(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;

BEGIN
RETURN QUERY WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE (u_after IS NULL OR public.players.id > u_after) AND (u_upto IS NULL OR public.players.id <= u_upto)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 SELECT 'rows of memberships' AS anon_1, CAST(coalesce(e.player_id, t.player_id) AS TEXT) AS coalesce_1, CAST(jsonb_build_object('player_id', coalesce(e.player_id, t.player_id)) AS TEXT) AS jsonb_build_object_1, to_jsonb(e.*) AS to_jsonb_1, to_jsonb(t.*) AS to_jsonb_2
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e
FULL JOIN (SELECT public.memberships.player_id AS player_id, public.memberships.team_id AS team_id
FROM public.memberships
WHERE (u_after IS NULL OR public.memberships.player_id > u_after) AND (u_upto IS NULL OR public.memberships.player_id <= u_upto)) AS t ON e.player_id = t.player_id
WHERE e.player_id IS NULL OR t.player_id IS NULL OR e.team_id IS DISTINCT FROM t.team_id UNION ALL SELECT 'rows of residue_memberships' AS anon_2, CAST(coalesce(e.parent, t.parent) AS TEXT) AS coalesce_2, CAST(jsonb_build_object('parent', coalesce(e.parent, t.parent), 'part', coalesce(e.part, t.part), 'position', coalesce(e.position, t.position)) AS TEXT) AS jsonb_build_object_2, to_jsonb(e.*) AS to_jsonb_3, to_jsonb(t.*) AS to_jsonb_4
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e
FULL JOIN (SELECT unnest.residue_memberships.parent AS parent, unnest.residue_memberships.part AS part, unnest.residue_memberships.position AS position, unnest.residue_memberships.value AS value, unnest.residue_memberships.account AS account, unnest.residue_memberships.reason AS reason
FROM unnest.residue_memberships
WHERE (u_after IS NULL OR unnest.residue_memberships.parent > u_after) AND (u_upto IS NULL OR unnest.residue_memberships.parent <= u_upto)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: memberships.repair_players
-- migration of_memberships, mapping memberships: repair_players
CREATE OR REPLACE FUNCTION unnest.memberships__repair_players(u_keys TEXT[], u_direction text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
PERFORM public.players.id
FROM public.players
WHERE public.players.id = ANY (u_keys) ORDER BY public.players.id FOR NO KEY UPDATE;
IF u_direction = 'legacy' THEN
u_set := set_config('unnest.m_memberships', 'fwd', true);
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_memberships.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.memberships WHERE public.memberships.player_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.player_id = public.memberships.player_id))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT rows_derived.player_id AS player_id, rows_derived.team_id AS team_id
FROM rows_derived ORDER BY rows_derived.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
ELSE
u_set := set_config('unnest.m_memberships', 'rev', true);
UPDATE public.players SET team_id=r.team_id FROM (SELECT p.id AS id, coalesce(r.team_id, CAST(l.value #>> '{}' AS TEXT)) AS team_id
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.memberships AS r ON r.player_id = p.id
LEFT JOIN unnest.residue_memberships AS l ON l.parent = p.id AND l.part = 'team_id'
 LIMIT ALL OFFSET 0) AS r WHERE public.players.id = ANY (u_keys) AND public.players.id = r.id AND public.players.team_id IS DISTINCT FROM r.team_id;
IF EXISTS (WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e
FULL JOIN (SELECT public.memberships.player_id AS player_id, public.memberships.team_id AS team_id
FROM public.memberships
WHERE public.memberships.player_id = ANY (u_keys)) AS t ON e.player_id = t.player_id
WHERE e.player_id IS NULL OR t.player_id IS NULL OR e.team_id IS DISTINCT FROM t.team_id UNION ALL SELECT 1 AS one
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e
FULL JOIN (SELECT unnest.residue_memberships.parent AS parent, unnest.residue_memberships.part AS part, unnest.residue_memberships.position AS position, unnest.residue_memberships.value AS value, unnest.residue_memberships.account AS account, unnest.residue_memberships.reason AS reason
FROM unnest.residue_memberships
WHERE unnest.residue_memberships.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_memberships.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id AS player_id, e.team_id AS team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 SELECT 1
FROM public.memberships
WHERE public.memberships.player_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e
WHERE e.player_id = public.memberships.player_id))) THEN
RAISE EXCEPTION 'unnest: this row of memberships can not be carried back to players (migration of_memberships); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'memberships';
END IF;
END IF;
END IF;
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN cardinality(u_keys);
END $unnest$;

-- name: memberships.window_teams
-- migration of_memberships, mapping memberships: window_teams
CREATE OR REPLACE FUNCTION unnest.memberships__window_teams(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT q.k, q.size, sum(q.size) OVER (ORDER BY q.k) - q.size AS before
FROM (SELECT id AS k, coalesce(pg_column_size(player_ids), 0) AS size FROM public.teams
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: memberships.rebuild_teams
-- migration of_memberships, mapping memberships: rebuild_teams
CREATE OR REPLACE FUNCTION unnest.memberships__rebuild_teams(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_account boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
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
FROM (SELECT id AS k, coalesce(pg_column_size(player_ids), 0) AS size FROM public.teams
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.teams.id AS k, CASE WHEN (jsonb_typeof(public.teams.player_ids) = 'array') THEN jsonb_array_length(CASE WHEN (jsonb_typeof(public.teams.player_ids) = 'array') THEN public.teams.player_ids ELSE '[]'::jsonb END) WHEN (jsonb_typeof(public.teams.player_ids) = 'null') THEN 0 WHEN (public.teams.player_ids IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.teams
WHERE (u_after IS NULL OR public.teams.id > u_after) AND public.teams.id <= u_last ORDER BY public.teams.id FOR NO KEY UPDATE) AS l;
u_fresh := ARRAY(SELECT p.id
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_keys)) AS p
JOIN (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.player_id) ORDER BY was.place ASC NULLS LAST, r.player_id) AS jsonb_agg_1
FROM public.memberships AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.player_id = was.id
WHERE r.team_id = p.id), CASE WHEN (p.player_ids IS NOT NULL) THEN '[]'::jsonb END) AS player_ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r ON r.id = p.id
WHERE p.player_ids IS DISTINCT FROM r.player_ids);
IF u_account THEN
u_apart := (SELECT CAST(coalesce(sum(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN jsonb_array_length(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WHEN (jsonb_typeof(p.player_ids) = 'null') THEN 0 WHEN (p.player_ids IS NOT NULL) THEN 1 ELSE 0 END), 0) AS BIGINT) AS coalesce_1
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p);
u_placed := u_elements - u_apart + (SELECT count(*) AS count_1
FROM (SELECT DISTINCT p.id AS id, r.player_id AS player_id
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN public.memberships AS r ON r.team_id = p.id AND r.player_id = unnest.read_text(x.element)) AS pairs);
WITH found AS MATERIALIZED (WITH listed AS MATERIALIZED
(SELECT p.id AS holder, jsonb_object_agg(CAST(unnest.read_text(x.element) AS TEXT), true) FILTER (WHERE CAST(unnest.read_text(x.element) AS TEXT) IS NOT NULL) AS ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true GROUP BY p.id)
 SELECT f.key, f.kind, f.path, f.account, f.evidence
FROM (SELECT z.key AS key, z.kind AS kind, z.path AS path, z.account AS account, z.evidence AS evidence
FROM (SELECT CAST(p.id AS TEXT) AS key, CASE WHEN (unnest.read_text(x.element) IS NULL) THEN 'not an id' WHEN (member.id IS NULL) THEN 'stale id' WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'duplicate id' WHEN (member.team_id IS DISTINCT FROM p.id) THEN 'mismatch' WHEN false THEN 'owner differs in array' END AS kind, concat('player_ids[', x.ordinal - 1, ']') AS path, CASE WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'merged' ELSE 'quarantined' END AS account, jsonb_build_object('value', x.element, 'position', x.ordinal - 1, 'team_id', member.team_id) AS evidence
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
LEFT JOIN public.players AS member ON member.id = unnest.read_text(x.element)) AS z
WHERE z.kind IS NOT NULL UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'missing from array' AS kind, 'player_ids' AS path, 'shape' AS account, jsonb_build_object('value', member.id, 'team_id', p.id) AS evidence
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
JOIN public.players AS member ON member.team_id = p.id
LEFT JOIN listed ON listed.holder = p.id
WHERE NOT coalesce(listed.ids ? CAST(member.id AS TEXT), false) UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'not an array' AS kind, 'player_ids' AS path, 'quarantined' AS account, jsonb_build_object('value', p.player_ids) AS evidence
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
WHERE (jsonb_typeof(p.player_ids) NOT IN ('array', 'null'))) AS f),
kept AS (INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_memberships', 'memberships', 'teams', s.kind, s.key, s.path, s.account, s.evidence FROM (SELECT * FROM found) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour')
SELECT count(*) FILTER (WHERE f.account = 'quarantined'), count(*) FILTER (WHERE f.account = 'merged') INTO u_quarantined, u_merged FROM found AS f;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
RAISE EXCEPTION 'unnest: accounting does not balance (migration of_memberships, mapping memberships): parents %..%: % elements in, % placed, % merged, % quarantined', u_keys[1], u_last, u_elements, u_placed, u_merged, u_quarantined USING ERRCODE = 'data_corrupted';
END IF;
END IF;
UPDATE public.teams SET player_ids=r.player_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.player_id) ORDER BY was.place ASC NULLS LAST, r.player_id) AS jsonb_agg_1
FROM public.memberships AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.player_id = was.id
WHERE r.team_id = p.id), CASE WHEN (p.player_ids IS NOT NULL) THEN '[]'::jsonb END) AS player_ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.teams.id = ANY (u_fresh) AND public.teams.id = r.id AND public.teams.player_ids IS DISTINCT FROM r.player_ids;
GET DIAGNOSTICS u_changed = ROW_COUNT;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'changed', u_changed,
'elements', u_elements, 'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: memberships.verify_teams
-- migration of_memberships, mapping memberships: verify_teams
CREATE OR REPLACE FUNCTION unnest.memberships__verify_teams(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;

BEGIN
RETURN QUERY SELECT 'nested value of teams' AS anon_1, CAST(p.id AS TEXT) AS id, 'player_ids' AS anon_2, to_jsonb(r.player_ids) AS to_jsonb_1, to_jsonb(p.player_ids) AS to_jsonb_2
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE (u_after IS NULL OR public.teams.id > u_after) AND (u_upto IS NULL OR public.teams.id <= u_upto)) AS p
JOIN (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.player_id) ORDER BY was.place ASC NULLS LAST, r.player_id) AS jsonb_agg_1
FROM public.memberships AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.player_id = was.id
WHERE r.team_id = p.id), CASE WHEN (p.player_ids IS NOT NULL) THEN '[]'::jsonb END) AS player_ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE (u_after IS NULL OR public.teams.id > u_after) AND (u_upto IS NULL OR public.teams.id <= u_upto)) AS p) AS r ON r.id = p.id
WHERE p.player_ids IS DISTINCT FROM r.player_ids
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: memberships.repair_teams
-- migration of_memberships, mapping memberships: repair_teams
CREATE OR REPLACE FUNCTION unnest.memberships__repair_teams(u_keys TEXT[], u_direction text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
PERFORM public.teams.id
FROM public.teams
WHERE public.teams.id = ANY (u_keys) ORDER BY public.teams.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_memberships', 'rev', true);
UPDATE public.teams SET player_ids=r.player_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.player_id) ORDER BY was.place ASC NULLS LAST, r.player_id) AS jsonb_agg_1
FROM public.memberships AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.player_id = was.id
WHERE r.team_id = p.id), CASE WHEN (p.player_ids IS NOT NULL) THEN '[]'::jsonb END) AS player_ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.teams.id = ANY (u_keys) AND public.teams.id = r.id AND public.teams.player_ids IS DISTINCT FROM r.player_ids;
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN cardinality(u_keys);
END $unnest$;

-- name: memberships.window_rows
-- migration of_memberships, mapping memberships: window_rows
CREATE OR REPLACE FUNCTION unnest.memberships__window_rows(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT id AS k, 0 AS size FROM public.players
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: memberships.verify_rows
-- migration of_memberships, mapping memberships: verify_rows
CREATE OR REPLACE FUNCTION unnest.memberships__verify_rows(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;

BEGIN
RETURN QUERY WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE (u_after IS NULL OR public.players.id > u_after) AND (u_upto IS NULL OR public.players.id <= u_upto)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 SELECT 'rows of memberships' AS anon_1, CAST(coalesce(e.player_id, t.player_id) AS TEXT) AS coalesce_1, CAST(jsonb_build_object('player_id', coalesce(e.player_id, t.player_id)) AS TEXT) AS jsonb_build_object_1, to_jsonb(e.*) AS to_jsonb_1, to_jsonb(t.*) AS to_jsonb_2
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e
FULL JOIN (SELECT public.memberships.player_id AS player_id, public.memberships.team_id AS team_id
FROM public.memberships
WHERE (u_after IS NULL OR public.memberships.player_id > u_after) AND (u_upto IS NULL OR public.memberships.player_id <= u_upto)) AS t ON e.player_id = t.player_id
WHERE e.player_id IS NULL OR t.player_id IS NULL OR e.team_id IS DISTINCT FROM t.team_id
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: memberships.note_findings
-- migration of_memberships, mapping memberships: note_findings
CREATE OR REPLACE FUNCTION unnest.memberships__note_findings() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;

BEGIN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_memberships', 'memberships', 'players', s.kind, s.key, s.path, s.account, s.evidence FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_memberships AS r WHERE r.account IN ('quarantined', 'merged')) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
UPDATE unnest.finding AS f SET state = 'resolved', last_seen = clock_timestamp()
WHERE f.migration = 'of_memberships' AND f.mapping = 'memberships'
AND f.table_name = 'players' AND f.state <> 'resolved' AND f.kind <> 'stale overwrite'
AND NOT EXISTS (SELECT 1 FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_memberships AS r WHERE r.account IN ('quarantined', 'merged')) AS s WHERE s.key = f.key AND s.kind = f.kind AND s.path = f.path
AND s.evidence = f.evidence);
RETURN;
END $unnest$;

-- name: memberships.sweep
-- migration of_memberships, mapping memberships: sweep
CREATE OR REPLACE FUNCTION unnest.memberships__sweep() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
u_set := set_config('unnest.m_memberships', 'fwd', true);
DELETE FROM public.memberships WHERE NOT (EXISTS (SELECT public.players.id
FROM public.players
WHERE public.players.id = public.memberships.player_id));
DELETE FROM unnest.residue_memberships WHERE NOT (EXISTS (SELECT public.players.id
FROM public.players
WHERE public.players.id = unnest.residue_memberships.parent));
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN;
END $unnest$;

-- name: memberships.drain
-- migration of_memberships, mapping memberships: drain
CREATE OR REPLACE FUNCTION unnest.memberships__drain(u_rows integer) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
u_ids bigint[];
BEGIN
UPDATE unnest.dirty_memberships SET due = pg_snapshot_xmax(pg_current_snapshot()) WHERE due IS NULL;
u_ids := ARRAY(SELECT q.id FROM unnest.dirty_memberships AS q WHERE q.due <= pg_snapshot_xmin(pg_current_snapshot())
ORDER BY q.id LIMIT u_rows);
u_keys := ARRAY(SELECT public.players.id
FROM public.players WHERE public.players.team_id IN (SELECT CAST(q.value AS TEXT) FROM unnest.dirty_memberships AS q WHERE q.id = ANY (u_ids) AND q.lookup = 'teams') ORDER BY 1);
u_set := set_config('unnest.m_memberships', 'fwd', true);
u_set := set_config('unnest.engine', 'on', true);
PERFORM public.players.id
FROM public.players
WHERE public.players.id = ANY (u_keys) ORDER BY public.players.id FOR NO KEY UPDATE;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_memberships.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.memberships WHERE public.memberships.player_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.player_id = public.memberships.player_id))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT rows_derived.player_id AS player_id, rows_derived.team_id AS team_id
FROM rows_derived ORDER BY rows_derived.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
DELETE FROM unnest.dirty_memberships AS q WHERE q.id = ANY (u_ids);
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN jsonb_build_object('taken', cardinality(u_ids), 'parents', cardinality(u_keys),
'waiting', (SELECT count(*) FROM unnest.dirty_memberships));
END $unnest$;
