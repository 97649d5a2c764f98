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
u_list text;
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
IF u_guard = 'row' OR coalesce(current_setting('unnest.d_memberships', true), '') <> '' THEN
u_list := coalesce(current_setting('unnest.t0_memberships', true), '');
IF u_list <> '' THEN
u_keys := ARRAY(SELECT DISTINCT k FROM unnest(u_keys || u_list::TEXT[]) AS k ORDER BY 1);
END IF;
IF cardinality(u_keys) <= 200 THEN
u_set := set_config('unnest.t0_memberships', u_keys::text, true);
RETURN NULL;
END IF;
u_set := set_config('unnest.t0_memberships', '', true);
END IF;
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
u_list text;
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

-- name: memberships.forward_insert
-- migration of_memberships, mapping memberships: forward_insert
CREATE OR REPLACE FUNCTION unnest.memberships__forward_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'row', true);
IF NEW.team_id IS NOT NULL THEN
IF current_setting('transaction_isolation') = 'read committed' THEN
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR KEY SHARE;
ELSE
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR SHARE;
END IF;
IF NOT FOUND THEN
PERFORM pg_advisory_xact_lock_shared(hashtextextended('memberships.teams' || ':' || (NEW.team_id)::text, 0));
IF current_setting('transaction_isolation') <> 'read committed' THEN
INSERT INTO unnest.dirty_memberships (lookup, value)
SELECT DISTINCT q.lookup, q.value FROM (VALUES ('teams', (NEW.team_id)::text)) AS q(lookup, value) WHERE q.value IS NOT NULL;
END IF;
END IF;
END IF;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT NEW.id AS id, NEW.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id AS player_id, e.team_id AS team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.forward_update
-- migration of_memberships, mapping memberships: forward_update
CREATE OR REPLACE FUNCTION unnest.memberships__forward_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'row', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id, e.team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO NOTHING;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
IF NEW.team_id IS NOT NULL THEN
IF current_setting('transaction_isolation') = 'read committed' THEN
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR KEY SHARE;
ELSE
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR SHARE;
END IF;
IF NOT FOUND THEN
PERFORM pg_advisory_xact_lock_shared(hashtextextended('memberships.teams' || ':' || (NEW.team_id)::text, 0));
IF current_setting('transaction_isolation') <> 'read committed' THEN
INSERT INTO unnest.dirty_memberships (lookup, value)
SELECT DISTINCT q.lookup, q.value FROM (VALUES ('teams', (NEW.team_id)::text)) AS q(lookup, value) WHERE q.value IS NOT NULL;
END IF;
END IF;
END IF;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT NEW.id AS id, NEW.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE unnest.residue_memberships.parent = residue_derived.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.memberships WHERE public.memberships.player_id IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE public.memberships.player_id = rows_derived.player_id))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT rows_derived.player_id AS player_id, rows_derived.team_id AS team_id
FROM rows_derived ORDER BY rows_derived.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.forward_delete
-- migration of_memberships, mapping memberships: forward_delete
CREATE OR REPLACE FUNCTION unnest.memberships__forward_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'row', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id, e.team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO NOTHING;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
DELETE FROM public.memberships WHERE public.memberships.player_id = OLD.id;
DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = OLD.id;
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.flush
-- migration of_memberships, mapping memberships: flush
CREATE OR REPLACE FUNCTION unnest.memberships__flush() RETURNS trigger
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
u_list text;
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
IF TG_OP = 'DELETE' THEN u_set := set_config('unnest.d_memberships', '', true); END IF;
u_list := coalesce(current_setting('unnest.t0_memberships', true), '');
IF u_list <> '' THEN
u_keys := u_list::TEXT[];
u_set := set_config('unnest.t0_memberships', '', true);
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
END IF;
RETURN NULL;
END $unnest$;
