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
u_list text;
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
IF u_guard = 'row' OR coalesce(current_setting('unnest.d_project_conversations', true), '') <> '' THEN
u_list := coalesce(current_setting('unnest.t0_project_conversations', true), '');
IF u_list <> '' THEN
u_keys := ARRAY(SELECT DISTINCT k FROM unnest(u_keys || u_list::TEXT[]) AS k ORDER BY 1);
END IF;
IF cardinality(u_keys) <= 200 THEN
u_set := set_config('unnest.t0_project_conversations', u_keys::text, true);
RETURN NULL;
END IF;
u_set := set_config('unnest.t0_project_conversations', '', true);
END IF;
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
u_list text;
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

-- name: project_conversations.forward_insert
-- migration of_project_conversations, mapping project_conversations: forward_insert
CREATE OR REPLACE FUNCTION unnest.project_conversations__forward_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_project_conversations', 'row', true);
IF NEW.project_id IS NOT NULL THEN
IF current_setting('transaction_isolation') = 'read committed' THEN
PERFORM 1
FROM public.projects
WHERE NEW.project_id = public.projects.id FOR KEY SHARE;
ELSE
PERFORM 1
FROM public.projects
WHERE NEW.project_id = public.projects.id FOR SHARE;
END IF;
IF NOT FOUND THEN
PERFORM pg_advisory_xact_lock_shared(hashtextextended('project_conversations.projects' || ':' || (NEW.project_id)::text, 0));
IF current_setting('transaction_isolation') <> 'read committed' THEN
INSERT INTO unnest.dirty_project_conversations (lookup, value)
SELECT DISTINCT q.lookup, q.value FROM (VALUES ('projects', (NEW.project_id)::text)) AS q(lookup, value) WHERE q.value IS NOT NULL;
END IF;
END IF;
END IF;
WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT NEW.id AS id, NEW.user_id AS user_id, NEW.project_id AS project_id, NEW.created_at AS created_at, NEW._creation_time AS _creation_time) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL),
rows_written AS
(INSERT INTO public.project_conversations (conversation_id, project_id, added_at, added_by) SELECT e.conversation_id AS conversation_id, e.project_id AS project_id, e.added_at AS added_at, e.added_by AS added_by
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.conversation_id ON CONFLICT (conversation_id) DO UPDATE SET project_id = excluded.project_id, added_at = excluded.added_at, added_by = excluded.added_by WHERE public.project_conversations.project_id IS DISTINCT FROM excluded.project_id)
 INSERT INTO unnest.residue_project_conversations (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.conversation_id AS parent, 'project_id' AS part, 0 AS position, to_jsonb(pointers.project_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_project_conversations.value, unnest.residue_project_conversations.account, unnest.residue_project_conversations.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.forward_update
-- migration of_project_conversations, mapping project_conversations: forward_update
CREATE OR REPLACE FUNCTION unnest.project_conversations__forward_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_project_conversations', 'row', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.user_id AS user_id, OLD.project_id AS project_id, OLD.created_at AS created_at, OLD._creation_time AS _creation_time) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL)
 INSERT INTO public.project_conversations (conversation_id, project_id, added_at, added_by) SELECT e.conversation_id, e.project_id, e.added_at, e.added_by
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.conversation_id ON CONFLICT (conversation_id) DO NOTHING;
WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.user_id AS user_id, OLD.project_id AS project_id, OLD.created_at AS created_at, OLD._creation_time AS _creation_time) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL)
 INSERT INTO unnest.residue_project_conversations (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.conversation_id AS parent, 'project_id' AS part, 0 AS position, to_jsonb(pointers.project_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
IF NEW.project_id IS NOT NULL THEN
IF current_setting('transaction_isolation') = 'read committed' THEN
PERFORM 1
FROM public.projects
WHERE NEW.project_id = public.projects.id FOR KEY SHARE;
ELSE
PERFORM 1
FROM public.projects
WHERE NEW.project_id = public.projects.id FOR SHARE;
END IF;
IF NOT FOUND THEN
PERFORM pg_advisory_xact_lock_shared(hashtextextended('project_conversations.projects' || ':' || (NEW.project_id)::text, 0));
IF current_setting('transaction_isolation') <> 'read committed' THEN
INSERT INTO unnest.dirty_project_conversations (lookup, value)
SELECT DISTINCT q.lookup, q.value FROM (VALUES ('projects', (NEW.project_id)::text)) AS q(lookup, value) WHERE q.value IS NOT NULL;
END IF;
END IF;
END IF;
WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT NEW.id AS id, NEW.user_id AS user_id, NEW.project_id AS project_id, NEW.created_at AS created_at, NEW._creation_time AS _creation_time) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.conversation_id AS parent, 'project_id' AS part, 0 AS position, to_jsonb(pointers.project_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_project_conversations WHERE unnest.residue_project_conversations.parent IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE unnest.residue_project_conversations.parent = residue_derived.parent AND unnest.residue_project_conversations.part = residue_derived.part AND unnest.residue_project_conversations.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.project_conversations WHERE public.project_conversations.conversation_id IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE public.project_conversations.conversation_id = rows_derived.conversation_id))),
rows_written AS
(INSERT INTO public.project_conversations (conversation_id, project_id, added_at, added_by) SELECT rows_derived.conversation_id AS conversation_id, rows_derived.project_id AS project_id, rows_derived.added_at AS added_at, rows_derived.added_by AS added_by
FROM rows_derived ORDER BY rows_derived.conversation_id ON CONFLICT (conversation_id) DO UPDATE SET project_id = excluded.project_id, added_at = excluded.added_at, added_by = excluded.added_by WHERE public.project_conversations.project_id IS DISTINCT FROM excluded.project_id)
 INSERT INTO unnest.residue_project_conversations (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_project_conversations.value, unnest.residue_project_conversations.account, unnest.residue_project_conversations.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.forward_delete
-- migration of_project_conversations, mapping project_conversations: forward_delete
CREATE OR REPLACE FUNCTION unnest.project_conversations__forward_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_project_conversations', 'row', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.user_id AS user_id, OLD.project_id AS project_id, OLD.created_at AS created_at, OLD._creation_time AS _creation_time) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL)
 INSERT INTO public.project_conversations (conversation_id, project_id, added_at, added_by) SELECT e.conversation_id, e.project_id, e.added_at, e.added_by
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.conversation_id ON CONFLICT (conversation_id) DO NOTHING;
WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.user_id AS user_id, OLD.project_id AS project_id, OLD.created_at AS created_at, OLD._creation_time AS _creation_time) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL)
 INSERT INTO unnest.residue_project_conversations (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.conversation_id AS parent, 'project_id' AS part, 0 AS position, to_jsonb(pointers.project_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
DELETE FROM public.project_conversations WHERE public.project_conversations.conversation_id = OLD.id;
DELETE FROM unnest.residue_project_conversations WHERE unnest.residue_project_conversations.parent = OLD.id;
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.flush
-- migration of_project_conversations, mapping project_conversations: flush
CREATE OR REPLACE FUNCTION unnest.project_conversations__flush() RETURNS trigger
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
u_list text;
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
IF TG_OP = 'DELETE' THEN u_set := set_config('unnest.d_project_conversations', '', true); END IF;
u_list := coalesce(current_setting('unnest.t0_project_conversations', true), '');
IF u_list <> '' THEN
u_keys := u_list::TEXT[];
u_set := set_config('unnest.t0_project_conversations', '', true);
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
END IF;
RETURN NULL;
END $unnest$;
