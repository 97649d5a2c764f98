-- name: memberships.follow_rows_teams
-- migration of_memberships, mapping memberships: follow_rows_teams
CREATE OR REPLACE FUNCTION unnest.memberships__follow_rows_teams() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
u_fresh TEXT[];
u_changed text[] := '{}';
BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
IF TG_OP = 'INSERT' THEN u_keys := ARRAY(SELECT DISTINCT n.team_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'UPDATE' THEN u_keys := ARRAY(SELECT o.team_id
FROM o UNION SELECT n.team_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'DELETE' THEN u_keys := ARRAY(SELECT DISTINCT o.team_id
FROM o ORDER BY 1);
END IF;
IF u_keys = '{}' THEN RETURN NULL; END IF;
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
RETURN NULL;
END $unnest$;

-- name: memberships.correct_teams
-- migration of_memberships, mapping memberships: correct_teams
CREATE OR REPLACE FUNCTION unnest.memberships__correct_teams() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
u_fresh TEXT[];
u_changed text[] := '{}';
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
u_keys := ARRAY[NEW.id];
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
RETURN NULL;
END $unnest$;
