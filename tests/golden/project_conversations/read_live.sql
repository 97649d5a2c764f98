-- name: project_conversations.follow_rows_projects
-- migration of_project_conversations, mapping project_conversations: follow_rows_projects
CREATE OR REPLACE FUNCTION unnest.project_conversations__follow_rows_projects() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;
u_keys TEXT[];
u_fresh TEXT[];
u_changed text[] := '{}';
BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
IF TG_OP = 'INSERT' THEN u_keys := ARRAY(SELECT DISTINCT n.project_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'UPDATE' THEN u_keys := ARRAY(SELECT o.project_id
FROM o UNION SELECT n.project_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'DELETE' THEN u_keys := ARRAY(SELECT DISTINCT o.project_id
FROM o ORDER BY 1);
END IF;
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.projects.id
FROM public.projects
WHERE public.projects.id = ANY (u_keys) ORDER BY public.projects.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_project_conversations', 'rev', true);
UPDATE public.projects SET conversation_ids=r.conversation_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.conversation_id) ORDER BY was.place ASC NULLS LAST, r.added_at, r.added_by, r.conversation_id) AS jsonb_agg_1
FROM public.project_conversations AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.conversation_id = was.id
WHERE r.project_id = p.id), CASE WHEN (p.conversation_ids IS NOT NULL) THEN '[]'::jsonb END) AS conversation_ids
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.projects.id = ANY (u_keys) AND public.projects.id = r.id AND public.projects.conversation_ids IS DISTINCT FROM r.conversation_ids;
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.correct_projects
-- migration of_project_conversations, mapping project_conversations: correct_projects
CREATE OR REPLACE FUNCTION unnest.project_conversations__correct_projects() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;
u_keys TEXT[];
u_fresh TEXT[];
u_changed text[] := '{}';
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
u_keys := ARRAY[NEW.id];
u_set := set_config('unnest.m_project_conversations', 'rev', true);
UPDATE public.projects SET conversation_ids=r.conversation_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.conversation_id) ORDER BY was.place ASC NULLS LAST, r.added_at, r.added_by, r.conversation_id) AS jsonb_agg_1
FROM public.project_conversations AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.conversation_id = was.id
WHERE r.project_id = p.id), CASE WHEN (p.conversation_ids IS NOT NULL) THEN '[]'::jsonb END) AS conversation_ids
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.projects.id = ANY (u_keys) AND public.projects.id = r.id AND public.projects.conversation_ids IS DISTINCT FROM r.conversation_ids;
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN NULL;
END $unnest$;
