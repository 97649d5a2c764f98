-- name: project_conversations.create.dirty
CREATE TABLE IF NOT EXISTS unnest.dirty_project_conversations (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lookup text NOT NULL, value text NOT NULL, due xid8);

-- name: project_conversations.create.corrected
CREATE TABLE IF NOT EXISTS unnest.corrected_project_conversations (face text NOT NULL, key text NOT NULL, PRIMARY KEY (face, key));

-- name: show_column.public.projects.conversation_ids
-- locks: public.projects
SELECT unnest.show_column('of_project_conversations', 'public.projects', 'conversation_ids', 'unnest_retired_conversation_ids');

-- name: project_conversations.reverse_rows_conversations
-- migration of_project_conversations, mapping project_conversations: reverse_rows_conversations
CREATE OR REPLACE FUNCTION unnest.project_conversations__reverse_rows_conversations() RETURNS trigger
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
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
IF TG_OP = 'INSERT' THEN u_keys := ARRAY(SELECT DISTINCT n.conversation_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'UPDATE' THEN u_keys := ARRAY(SELECT o.conversation_id
FROM o UNION SELECT n.conversation_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'DELETE' THEN u_keys := ARRAY(SELECT DISTINCT o.conversation_id
FROM o ORDER BY 1);
END IF;
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.conversations.id
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys) ORDER BY public.conversations.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_project_conversations', 'rev', true);
UPDATE public.conversations SET project_id=r.project_id FROM (SELECT p.id AS id, coalesce(r.project_id, CAST(l.value #>> '{}' AS TEXT)) AS project_id
FROM (SELECT public.conversations.id AS id, public.conversations.user_id AS user_id, public.conversations.project_id AS project_id, public.conversations.created_at AS created_at, public.conversations._creation_time AS _creation_time
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys)) AS p
LEFT JOIN public.project_conversations AS r ON r.conversation_id = p.id
LEFT JOIN unnest.residue_project_conversations AS l ON l.parent = p.id AND l.part = 'project_id'
 LIMIT ALL OFFSET 0) AS r WHERE public.conversations.id = ANY (u_keys) AND public.conversations.id = r.id AND public.conversations.project_id IS DISTINCT FROM r.project_id;
IF EXISTS (WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.conversations.id AS id, public.conversations.user_id AS user_id, public.conversations.project_id AS project_id, public.conversations.created_at AS created_at, public.conversations._creation_time AS _creation_time
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys)) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS e
FULL JOIN (SELECT public.project_conversations.conversation_id AS conversation_id, public.project_conversations.project_id AS project_id, public.project_conversations.added_at AS added_at, public.project_conversations.added_by AS added_by
FROM public.project_conversations
WHERE public.project_conversations.conversation_id = ANY (u_keys)) AS t ON e.conversation_id = t.conversation_id
WHERE e.conversation_id IS NULL OR t.conversation_id IS NULL OR e.project_id IS DISTINCT FROM t.project_id UNION ALL SELECT 1 AS one
FROM (SELECT pointers.conversation_id AS parent, 'project_id' AS part, 0 AS position, to_jsonb(pointers.project_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e
FULL JOIN (SELECT unnest.residue_project_conversations.parent AS parent, unnest.residue_project_conversations.part AS part, unnest.residue_project_conversations.position AS position, unnest.residue_project_conversations.value AS value, unnest.residue_project_conversations.account AS account, unnest.residue_project_conversations.reason AS reason
FROM unnest.residue_project_conversations
WHERE unnest.residue_project_conversations.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.conversations.id AS id, public.conversations.user_id AS user_id, public.conversations.project_id AS project_id, public.conversations.created_at AS created_at, public.conversations._creation_time AS _creation_time
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys)) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.conversation_id AS parent, 'project_id' AS part, 0 AS position, to_jsonb(pointers.project_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_project_conversations WHERE unnest.residue_project_conversations.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_project_conversations.parent AND unnest.residue_project_conversations.part = residue_derived.part AND unnest.residue_project_conversations.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.project_conversations (conversation_id, project_id, added_at, added_by) SELECT e.conversation_id AS conversation_id, e.project_id AS project_id, e.added_at AS added_at, e.added_by AS added_by
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.conversation_id ON CONFLICT (conversation_id) DO UPDATE SET project_id = excluded.project_id, added_at = excluded.added_at, added_by = excluded.added_by WHERE public.project_conversations.project_id IS DISTINCT FROM excluded.project_id)
 INSERT INTO unnest.residue_project_conversations (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_project_conversations.value, unnest.residue_project_conversations.account, unnest.residue_project_conversations.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.conversations.id AS id, public.conversations.user_id AS user_id, public.conversations.project_id AS project_id, public.conversations.created_at AS created_at, public.conversations._creation_time AS _creation_time
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys)) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL)
 SELECT 1
FROM public.project_conversations
WHERE public.project_conversations.conversation_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS e
WHERE e.conversation_id = public.project_conversations.conversation_id))) THEN
RAISE EXCEPTION 'unnest: this row of project_conversations can not be carried back to conversations (migration of_project_conversations); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'project_conversations';
END IF;
END IF;
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.trigger.reverse_rows_conversations_insert
-- locks: public.project_conversations
CREATE OR REPLACE TRIGGER unnest_30_reverse_project_conversations__reverse_rows__59cf89dd AFTER INSERT ON public.project_conversations
REFERENCING NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__reverse_rows_conversations();

-- name: project_conversations.trigger.reverse_rows_conversations_update
-- locks: public.project_conversations
CREATE OR REPLACE TRIGGER unnest_30_reverse_project_conversations__reverse_rows__f7265c8e AFTER UPDATE ON public.project_conversations
REFERENCING OLD TABLE AS o NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__reverse_rows_conversations();

-- name: project_conversations.trigger.reverse_rows_conversations_delete
-- locks: public.project_conversations
CREATE OR REPLACE TRIGGER unnest_30_reverse_project_conversations__reverse_rows__d320a22e AFTER DELETE ON public.project_conversations
REFERENCING OLD TABLE AS o
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__reverse_rows_conversations();

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

-- name: project_conversations.trigger.follow_rows_projects_insert
-- locks: public.project_conversations
CREATE OR REPLACE TRIGGER unnest_40_follow_project_conversations__follow_rows_pr_b869560d AFTER INSERT ON public.project_conversations
REFERENCING NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__follow_rows_projects();

-- name: project_conversations.trigger.follow_rows_projects_update
-- locks: public.project_conversations
CREATE OR REPLACE TRIGGER unnest_40_follow_project_conversations__follow_rows_pr_34539824 AFTER UPDATE ON public.project_conversations
REFERENCING OLD TABLE AS o NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__follow_rows_projects();

-- name: project_conversations.trigger.follow_rows_projects_delete
-- locks: public.project_conversations
CREATE OR REPLACE TRIGGER unnest_40_follow_project_conversations__follow_rows_pr_37e9a2cc AFTER DELETE ON public.project_conversations
REFERENCING OLD TABLE AS o
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__follow_rows_projects();
