-- name: project_conversations.closed_project_conversations
-- migration of_project_conversations, mapping project_conversations: closed_project_conversations
CREATE OR REPLACE FUNCTION unnest.project_conversations__closed_project_conversations() RETURNS trigger
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
IF coalesce(current_setting('unnest.engine', true), '') = '' THEN
RAISE EXCEPTION 'unnest: project_conversations is not open for writing before stage dual_read (migration of_project_conversations); write to the legacy tables, they are carried over' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: project_conversations.trigger.closed_project_conversations
-- locks: public.project_conversations
CREATE OR REPLACE TRIGGER unnest_05_closed_project_conversations__closed_project_ade449cf BEFORE INSERT OR UPDATE OR DELETE ON public.project_conversations
FOR EACH STATEMENT
WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION unnest.project_conversations__closed_project_conversations();

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
u_set := set_config('unnest.t0_project_conversations', coalesce(nullif(ARRAY(SELECT DISTINCT k FROM unnest(coalesce(nullif(current_setting('unnest.t0_project_conversations', true), ''), '{}')::TEXT[] || ARRAY(WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.user_id AS user_id, OLD.project_id AS project_id, OLD.created_at AS created_at, OLD._creation_time AS _creation_time) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL)
 SELECT e.project_id
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS e)) AS k)::text, '{}'), ''), true);
u_set := set_config('unnest.c_project_conversations', coalesce(nullif(ARRAY(SELECT DISTINCT k FROM unnest(coalesce(nullif(current_setting('unnest.c_project_conversations', true), ''), '{}')::text[] || ARRAY[OLD.id::text]) AS k)::text, '{}'), ''), true);
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
u_set := set_config('unnest.t0_project_conversations', coalesce(nullif(ARRAY(SELECT DISTINCT k FROM unnest(coalesce(nullif(current_setting('unnest.t0_project_conversations', true), ''), '{}')::TEXT[] || ARRAY(WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.user_id AS user_id, OLD.project_id AS project_id, OLD.created_at AS created_at, OLD._creation_time AS _creation_time) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL)
 SELECT e.project_id
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS e)) AS k)::text, '{}'), ''), true);
u_set := set_config('unnest.c_project_conversations', coalesce(nullif(ARRAY(SELECT DISTINCT k FROM unnest(coalesce(nullif(current_setting('unnest.c_project_conversations', true), ''), '{}')::text[] || ARRAY[OLD.id::text]) AS k)::text, '{}'), ''), true);
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

-- name: project_conversations.trigger.insert
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_10_forward_project_conversations__insert AFTER INSERT ON public.conversations
FOR EACH ROW
WHEN (NEW.project_id IS NOT NULL)
EXECUTE FUNCTION unnest.project_conversations__forward_insert();

-- name: project_conversations.trigger.update
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_10_forward_project_conversations__update AFTER UPDATE ON public.conversations
FOR EACH ROW
WHEN ((OLD.id, OLD.user_id, OLD.project_id, OLD.created_at, OLD._creation_time) IS DISTINCT FROM (NEW.id, NEW.user_id, NEW.project_id, NEW.created_at, NEW._creation_time))
EXECUTE FUNCTION unnest.project_conversations__forward_update();

-- name: project_conversations.trigger.delete
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_10_forward_project_conversations__delete AFTER DELETE ON public.conversations
FOR EACH ROW
EXECUTE FUNCTION unnest.project_conversations__forward_delete();

-- name: project_conversations.lookup_projects_insert
-- migration of_project_conversations, mapping project_conversations: lookup_projects_insert
CREATE OR REPLACE FUNCTION unnest.project_conversations__lookup_projects_insert() RETURNS trigger
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
IF u_guard = 'rev' THEN RETURN NULL; END IF;
PERFORM pg_advisory_xact_lock(hashtextextended('project_conversations.projects' || ':' || (NEW.id)::text, 0));
u_keys := ARRAY(SELECT public.conversations.id
FROM public.conversations
WHERE public.conversations.project_id = NEW.id ORDER BY public.conversations.id);
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.conversations.id
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys) ORDER BY public.conversations.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_project_conversations', 'fwd', true);
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
rows_derived AS MATERIALIZED
(SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.project_conversations WHERE public.project_conversations.conversation_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.conversation_id = public.project_conversations.conversation_id))),
rows_written AS
(INSERT INTO public.project_conversations (conversation_id, project_id, added_at, added_by) SELECT rows_derived.conversation_id AS conversation_id, rows_derived.project_id AS project_id, rows_derived.added_at AS added_at, rows_derived.added_by AS added_by
FROM rows_derived ORDER BY rows_derived.conversation_id ON CONFLICT (conversation_id) DO UPDATE SET project_id = excluded.project_id, added_at = excluded.added_at, added_by = excluded.added_by WHERE public.project_conversations.project_id IS DISTINCT FROM excluded.project_id)
 INSERT INTO unnest.residue_project_conversations (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_project_conversations.value, unnest.residue_project_conversations.account, unnest.residue_project_conversations.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.trigger.lookup_projects_insert
-- locks: public.projects
CREATE OR REPLACE TRIGGER unnest_20_lookup_project_conversations__lookup_projects_insert AFTER INSERT ON public.projects
FOR EACH ROW
EXECUTE FUNCTION unnest.project_conversations__lookup_projects_insert();

-- name: project_conversations.lookup_projects_update
-- migration of_project_conversations, mapping project_conversations: lookup_projects_update
CREATE OR REPLACE FUNCTION unnest.project_conversations__lookup_projects_update() RETURNS trigger
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
IF u_guard = 'rev' THEN RETURN NULL; END IF;
PERFORM 1
FROM public.projects
WHERE public.projects.id = NEW.id FOR UPDATE;
u_keys := ARRAY(SELECT public.conversations.id
FROM public.conversations
WHERE public.conversations.project_id = OLD.id OR public.conversations.project_id = NEW.id ORDER BY public.conversations.id);
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.conversations.id
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys) ORDER BY public.conversations.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_project_conversations', 'fwd', true);
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
rows_derived AS MATERIALIZED
(SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.project_conversations WHERE public.project_conversations.conversation_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.conversation_id = public.project_conversations.conversation_id))),
rows_written AS
(INSERT INTO public.project_conversations (conversation_id, project_id, added_at, added_by) SELECT rows_derived.conversation_id AS conversation_id, rows_derived.project_id AS project_id, rows_derived.added_at AS added_at, rows_derived.added_by AS added_by
FROM rows_derived ORDER BY rows_derived.conversation_id ON CONFLICT (conversation_id) DO UPDATE SET project_id = excluded.project_id, added_at = excluded.added_at, added_by = excluded.added_by WHERE public.project_conversations.project_id IS DISTINCT FROM excluded.project_id)
 INSERT INTO unnest.residue_project_conversations (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_project_conversations.value, unnest.residue_project_conversations.account, unnest.residue_project_conversations.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.trigger.lookup_projects_update
-- locks: public.projects
CREATE OR REPLACE TRIGGER unnest_20_lookup_project_conversations__lookup_projects_update AFTER UPDATE ON public.projects
FOR EACH ROW
WHEN ((OLD.id, OLD.user_id) IS DISTINCT FROM (NEW.id, NEW.user_id))
EXECUTE FUNCTION unnest.project_conversations__lookup_projects_update();

-- name: project_conversations.lookup_projects_delete
-- migration of_project_conversations, mapping project_conversations: lookup_projects_delete
CREATE OR REPLACE FUNCTION unnest.project_conversations__lookup_projects_delete() RETURNS trigger
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
IF u_guard = 'rev' THEN RETURN NULL; END IF;

u_keys := ARRAY(SELECT public.conversations.id
FROM public.conversations
WHERE public.conversations.project_id = OLD.id ORDER BY public.conversations.id);
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.conversations.id
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys) ORDER BY public.conversations.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_project_conversations', 'fwd', true);
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
rows_derived AS MATERIALIZED
(SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.project_conversations WHERE public.project_conversations.conversation_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.conversation_id = public.project_conversations.conversation_id))),
rows_written AS
(INSERT INTO public.project_conversations (conversation_id, project_id, added_at, added_by) SELECT rows_derived.conversation_id AS conversation_id, rows_derived.project_id AS project_id, rows_derived.added_at AS added_at, rows_derived.added_by AS added_by
FROM rows_derived ORDER BY rows_derived.conversation_id ON CONFLICT (conversation_id) DO UPDATE SET project_id = excluded.project_id, added_at = excluded.added_at, added_by = excluded.added_by WHERE public.project_conversations.project_id IS DISTINCT FROM excluded.project_id)
 INSERT INTO unnest.residue_project_conversations (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_project_conversations.value, unnest.residue_project_conversations.account, unnest.residue_project_conversations.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.trigger.lookup_projects_delete
-- locks: public.projects
CREATE OR REPLACE TRIGGER unnest_20_lookup_project_conversations__lookup_projects_delete AFTER DELETE ON public.projects
FOR EACH ROW
EXECUTE FUNCTION unnest.project_conversations__lookup_projects_delete();

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
u_changed := ARRAY(SELECT CAST(n.conversation_id AS TEXT) AS conversation_id
FROM n);
ELSIF TG_OP = 'UPDATE' THEN u_keys := ARRAY(SELECT o.project_id
FROM o UNION SELECT n.project_id
FROM n ORDER BY 1);
u_changed := ARRAY(SELECT CAST(o.conversation_id AS TEXT) AS conversation_id
FROM o UNION SELECT CAST(n.conversation_id AS TEXT) AS conversation_id
FROM n);
ELSIF TG_OP = 'DELETE' THEN u_keys := ARRAY(SELECT DISTINCT o.project_id
FROM o ORDER BY 1);
u_changed := ARRAY(SELECT CAST(o.conversation_id AS TEXT) AS conversation_id
FROM o);
END IF;
IF u_keys = '{}' THEN RETURN NULL; END IF;
IF u_guard = 'row' OR coalesce(current_setting('unnest.d_project_conversations', true), '') <> '' THEN
u_list := coalesce(current_setting('unnest.t0_project_conversations', true), '');
IF u_list <> '' THEN
u_keys := ARRAY(SELECT DISTINCT k FROM unnest(u_keys || u_list::TEXT[]) AS k ORDER BY 1);
END IF;
u_changed := u_changed || coalesce(nullif(coalesce(current_setting('unnest.c_project_conversations', true), ''), ''), '{}')::text[];
IF cardinality(u_keys) <= 200 THEN
u_set := set_config('unnest.t0_project_conversations', u_keys::text, true);
u_set := set_config('unnest.c_project_conversations', u_changed::text, true);
RETURN NULL;
END IF;
u_set := set_config('unnest.t0_project_conversations', '', true);
END IF;
PERFORM public.projects.id
FROM public.projects
WHERE public.projects.id = ANY (u_keys) ORDER BY public.projects.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_project_conversations', 'rev', true);
u_fresh := ARRAY(SELECT k FROM unnest(u_keys) AS k WHERE NOT EXISTS (SELECT 1
FROM unnest.corrected_project_conversations AS c WHERE c.face = 'projects' AND c.key = k::text));
IF u_fresh <> '{}' THEN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_project_conversations', 'project_conversations', 'projects', s.kind, s.key, s.path, s.account, s.evidence FROM (WITH listed AS MATERIALIZED
(SELECT p.id AS holder, jsonb_object_agg(CAST(unnest.read_text(x.element) AS TEXT), true) FILTER (WHERE CAST(unnest.read_text(x.element) AS TEXT) IS NOT NULL) AS ids
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true GROUP BY p.id)
 SELECT found.kind, found.key, found.path, found.account, found.evidence
FROM (SELECT f.key AS key, f.kind AS kind, f.path AS path, f.account AS account, f.evidence AS evidence
FROM (SELECT z.key AS key, z.kind AS kind, z.path AS path, z.account AS account, z.evidence AS evidence
FROM (SELECT CAST(p.id AS TEXT) AS key, CASE WHEN (unnest.read_text(x.element) IS NULL) THEN 'not an id' WHEN (member.id IS NULL) THEN 'stale id' WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'duplicate id' WHEN (member.project_id IS DISTINCT FROM p.id) THEN 'mismatch' WHEN NOT coalesce(p.user_id = member.user_id, false) THEN 'owner differs in array' END AS kind, concat('conversation_ids[', x.ordinal - 1, ']') AS path, CASE WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'merged' ELSE 'quarantined' END AS account, jsonb_build_object('value', x.element, 'position', x.ordinal - 1, 'project_id', member.project_id) AS evidence
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
LEFT JOIN public.conversations AS member ON member.id = unnest.read_text(x.element)) AS z
WHERE z.kind IS NOT NULL UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'missing from array' AS kind, 'conversation_ids' AS path, 'shape' AS account, jsonb_build_object('value', member.id, 'project_id', p.id) AS evidence
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p
JOIN public.conversations AS member ON member.project_id = p.id
LEFT JOIN listed ON listed.holder = p.id
WHERE NOT coalesce(listed.ids ? CAST(member.id AS TEXT), false) AND coalesce(p.user_id = member.user_id, false) UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'not an array' AS kind, 'conversation_ids' AS path, 'quarantined' AS account, jsonb_build_object('value', p.conversation_ids) AS evidence
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p
WHERE (jsonb_typeof(p.conversation_ids) NOT IN ('array', 'null'))) AS f) AS found
WHERE NOT coalesce((found.evidence ->> 'value') = ANY (u_changed), false)) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
INSERT INTO unnest.corrected_project_conversations (face, key)
SELECT 'projects', k::text FROM unnest(u_fresh) AS k
ON CONFLICT DO NOTHING;
END IF;
WITH pointers AS
(SELECT a.id AS conversation_id, a.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(a.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(a._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = a.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(a.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(a._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = a.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM public.conversations AS a
LEFT JOIN public.projects AS holder ON holder.id = a.project_id
WHERE a.project_id IS NOT NULL)
 UPDATE public.projects SET conversation_ids=r.conversation_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.conversation_id) ORDER BY was.place ASC NULLS LAST, r.added_at, r.added_by, r.conversation_id) AS jsonb_agg_1
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS r
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

-- name: project_conversations.put_off
-- migration of_project_conversations, mapping project_conversations: put_off
CREATE OR REPLACE FUNCTION unnest.project_conversations__put_off() RETURNS trigger
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
IF u_guard <> '' THEN RETURN NULL; END IF;
u_set := set_config('unnest.d_project_conversations', 'on', true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.trigger.put_off
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_40_follow_project_conversations__put_off BEFORE DELETE ON public.conversations
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__put_off();

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
u_changed := coalesce(nullif(coalesce(current_setting('unnest.c_project_conversations', true), ''), ''), '{}')::text[];
u_set := set_config('unnest.t0_project_conversations', '', true);
u_set := set_config('unnest.c_project_conversations', '', true);
PERFORM public.projects.id
FROM public.projects
WHERE public.projects.id = ANY (u_keys) ORDER BY public.projects.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_project_conversations', 'rev', true);
u_fresh := ARRAY(SELECT k FROM unnest(u_keys) AS k WHERE NOT EXISTS (SELECT 1
FROM unnest.corrected_project_conversations AS c WHERE c.face = 'projects' AND c.key = k::text));
IF u_fresh <> '{}' THEN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_project_conversations', 'project_conversations', 'projects', s.kind, s.key, s.path, s.account, s.evidence FROM (WITH listed AS MATERIALIZED
(SELECT p.id AS holder, jsonb_object_agg(CAST(unnest.read_text(x.element) AS TEXT), true) FILTER (WHERE CAST(unnest.read_text(x.element) AS TEXT) IS NOT NULL) AS ids
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true GROUP BY p.id)
 SELECT found.kind, found.key, found.path, found.account, found.evidence
FROM (SELECT f.key AS key, f.kind AS kind, f.path AS path, f.account AS account, f.evidence AS evidence
FROM (SELECT z.key AS key, z.kind AS kind, z.path AS path, z.account AS account, z.evidence AS evidence
FROM (SELECT CAST(p.id AS TEXT) AS key, CASE WHEN (unnest.read_text(x.element) IS NULL) THEN 'not an id' WHEN (member.id IS NULL) THEN 'stale id' WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'duplicate id' WHEN (member.project_id IS DISTINCT FROM p.id) THEN 'mismatch' WHEN NOT coalesce(p.user_id = member.user_id, false) THEN 'owner differs in array' END AS kind, concat('conversation_ids[', x.ordinal - 1, ']') AS path, CASE WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'merged' ELSE 'quarantined' END AS account, jsonb_build_object('value', x.element, 'position', x.ordinal - 1, 'project_id', member.project_id) AS evidence
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
LEFT JOIN public.conversations AS member ON member.id = unnest.read_text(x.element)) AS z
WHERE z.kind IS NOT NULL UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'missing from array' AS kind, 'conversation_ids' AS path, 'shape' AS account, jsonb_build_object('value', member.id, 'project_id', p.id) AS evidence
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p
JOIN public.conversations AS member ON member.project_id = p.id
LEFT JOIN listed ON listed.holder = p.id
WHERE NOT coalesce(listed.ids ? CAST(member.id AS TEXT), false) AND coalesce(p.user_id = member.user_id, false) UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'not an array' AS kind, 'conversation_ids' AS path, 'quarantined' AS account, jsonb_build_object('value', p.conversation_ids) AS evidence
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p
WHERE (jsonb_typeof(p.conversation_ids) NOT IN ('array', 'null'))) AS f) AS found
WHERE NOT coalesce((found.evidence ->> 'value') = ANY (u_changed), false)) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
INSERT INTO unnest.corrected_project_conversations (face, key)
SELECT 'projects', k::text FROM unnest(u_fresh) AS k
ON CONFLICT DO NOTHING;
END IF;
WITH pointers AS
(SELECT a.id AS conversation_id, a.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(a.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(a._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = a.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(a.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(a._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = a.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM public.conversations AS a
LEFT JOIN public.projects AS holder ON holder.id = a.project_id
WHERE a.project_id IS NOT NULL)
 UPDATE public.projects SET conversation_ids=r.conversation_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.conversation_id) ORDER BY was.place ASC NULLS LAST, r.added_at, r.added_by, r.conversation_id) AS jsonb_agg_1
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS r
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

-- name: project_conversations.trigger.flush
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_40_follow_project_conversations__flush AFTER INSERT OR UPDATE OR DELETE ON public.conversations
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__flush();

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
IF TG_OP = 'UPDATE' THEN
u_fresh := ARRAY(SELECT k FROM unnest(u_keys) AS k WHERE NOT EXISTS (SELECT 1
FROM unnest.corrected_project_conversations AS c WHERE c.face = 'projects' AND c.key = k::text));
IF u_fresh <> '{}' THEN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_project_conversations', 'project_conversations', 'projects', s.kind, s.key, s.path, s.account, s.evidence FROM (WITH listed AS MATERIALIZED
(SELECT p.id AS holder, jsonb_object_agg(CAST(unnest.read_text(x.element) AS TEXT), true) FILTER (WHERE CAST(unnest.read_text(x.element) AS TEXT) IS NOT NULL) AS ids
FROM (SELECT OLD.id AS id, OLD.user_id AS user_id, OLD.conversation_ids AS conversation_ids) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true GROUP BY p.id)
 SELECT found.kind, found.key, found.path, found.account, found.evidence
FROM (SELECT f.key AS key, f.kind AS kind, f.path AS path, f.account AS account, f.evidence AS evidence
FROM (SELECT z.key AS key, z.kind AS kind, z.path AS path, z.account AS account, z.evidence AS evidence
FROM (SELECT CAST(p.id AS TEXT) AS key, CASE WHEN (unnest.read_text(x.element) IS NULL) THEN 'not an id' WHEN (member.id IS NULL) THEN 'stale id' WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'duplicate id' WHEN (member.project_id IS DISTINCT FROM p.id) THEN 'mismatch' WHEN NOT coalesce(member.user_id = p.user_id, false) THEN 'owner differs in array' END AS kind, concat('conversation_ids[', x.ordinal - 1, ']') AS path, CASE WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'merged' ELSE 'quarantined' END AS account, jsonb_build_object('value', x.element, 'position', x.ordinal - 1, 'project_id', member.project_id) AS evidence
FROM (SELECT OLD.id AS id, OLD.user_id AS user_id, OLD.conversation_ids AS conversation_ids) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
LEFT JOIN public.conversations AS member ON member.id = unnest.read_text(x.element)) AS z
WHERE z.kind IS NOT NULL UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'missing from array' AS kind, 'conversation_ids' AS path, 'shape' AS account, jsonb_build_object('value', member.id, 'project_id', p.id) AS evidence
FROM (SELECT OLD.id AS id, OLD.user_id AS user_id, OLD.conversation_ids AS conversation_ids) AS p
JOIN public.conversations AS member ON member.project_id = p.id
LEFT JOIN listed ON listed.holder = p.id
WHERE NOT coalesce(listed.ids ? CAST(member.id AS TEXT), false) AND coalesce(member.user_id = p.user_id, false) UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'not an array' AS kind, 'conversation_ids' AS path, 'quarantined' AS account, jsonb_build_object('value', p.conversation_ids) AS evidence
FROM (SELECT OLD.id AS id, OLD.user_id AS user_id, OLD.conversation_ids AS conversation_ids) AS p
WHERE (jsonb_typeof(p.conversation_ids) NOT IN ('array', 'null'))) AS f) AS found
WHERE NOT coalesce((found.evidence ->> 'value') = ANY (u_changed), false)) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
INSERT INTO unnest.corrected_project_conversations (face, key)
SELECT 'projects', k::text FROM unnest(u_fresh) AS k
ON CONFLICT DO NOTHING;
END IF;
ELSE
INSERT INTO unnest.corrected_project_conversations (face, key)
SELECT 'projects', k::text FROM unnest(u_keys) AS k
ON CONFLICT DO NOTHING;
END IF;
u_set := set_config('unnest.m_project_conversations', 'rev', true);
WITH pointers AS
(SELECT a.id AS conversation_id, a.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(a.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(a._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = a.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(a.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(a._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = a.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM public.conversations AS a
LEFT JOIN public.projects AS holder ON holder.id = a.project_id
WHERE a.project_id IS NOT NULL)
 UPDATE public.projects SET conversation_ids=r.conversation_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.conversation_id) ORDER BY was.place ASC NULLS LAST, r.added_at, r.added_by, r.conversation_id) AS jsonb_agg_1
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS r
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

-- name: project_conversations.trigger.correct_projects_update
-- locks: public.projects
CREATE OR REPLACE TRIGGER unnest_50_correct_project_conversations__correct_proje_6ea29d17 AFTER UPDATE ON public.projects
FOR EACH ROW
WHEN ((OLD.id, OLD.conversation_ids) IS DISTINCT FROM (NEW.id, NEW.conversation_ids))
EXECUTE FUNCTION unnest.project_conversations__correct_projects();

-- name: project_conversations.trigger.correct_projects_insert
-- locks: public.projects
CREATE OR REPLACE TRIGGER unnest_50_correct_project_conversations__correct_proje_e355aa5b AFTER INSERT ON public.projects
FOR EACH ROW
WHEN (NEW.conversation_ids IS NOT NULL)
EXECUTE FUNCTION unnest.project_conversations__correct_projects();

-- name: project_conversations.truncate_before
-- migration of_project_conversations, mapping project_conversations: truncate_before
CREATE OR REPLACE FUNCTION unnest.project_conversations__truncate_before() RETURNS trigger
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
u_set := set_config('unnest.m_project_conversations', 'fwd', true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.truncate_after
-- migration of_project_conversations, mapping project_conversations: truncate_after
CREATE OR REPLACE FUNCTION unnest.project_conversations__truncate_after() RETURNS trigger
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
DELETE FROM public.project_conversations WHERE true;
DELETE FROM unnest.residue_project_conversations WHERE true;
UPDATE public.projects SET conversation_ids=r.conversation_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.conversation_id) ORDER BY was.place ASC NULLS LAST, r.added_at, r.added_by, r.conversation_id) AS jsonb_agg_1
FROM public.project_conversations AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.conversation_id = was.id
WHERE r.project_id = p.id), CASE WHEN (p.conversation_ids IS NOT NULL) THEN '[]'::jsonb END) AS conversation_ids
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE true) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.projects.id = r.id AND public.projects.conversation_ids IS DISTINCT FROM r.conversation_ids;
u_set := set_config('unnest.m_project_conversations', '', true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.trigger.truncate_before
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_60_truncate_project_conversations__truncate_before BEFORE TRUNCATE ON public.conversations
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__truncate_before();

-- name: project_conversations.trigger.truncate_after
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_60_truncate_project_conversations__truncate_after AFTER TRUNCATE ON public.conversations
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__truncate_after();

-- name: project_conversations.truncate_refused
-- migration of_project_conversations, mapping project_conversations: truncate_refused
CREATE OR REPLACE FUNCTION unnest.project_conversations__truncate_refused() RETURNS trigger
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
IF u_guard <> 'fwd' THEN
RAISE EXCEPTION 'unnest: TRUNCATE is not carried for this table while migration of_project_conversations is under way; use DELETE' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: project_conversations.trigger.truncate_project_conversations
-- locks: public.project_conversations
CREATE OR REPLACE TRIGGER unnest_60_truncate_project_conversations__truncate_pro_19022be1 BEFORE TRUNCATE ON public.project_conversations
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__truncate_refused();

-- name: project_conversations.trigger.truncate_projects
-- locks: public.projects
CREATE OR REPLACE TRIGGER unnest_60_truncate_project_conversations__truncate_projects BEFORE TRUNCATE ON public.projects
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__truncate_refused();

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

-- name: project_conversations.put_off
-- migration of_project_conversations, mapping project_conversations: put_off
CREATE OR REPLACE FUNCTION unnest.project_conversations__put_off() RETURNS trigger
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
IF u_guard <> '' THEN RETURN NULL; END IF;
u_set := set_config('unnest.d_project_conversations', 'on', true);
RETURN NULL;
END $unnest$;

-- name: project_conversations.trigger.put_off
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_40_follow_project_conversations__put_off BEFORE DELETE ON public.conversations
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__put_off();

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

-- name: project_conversations.trigger.flush
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_40_follow_project_conversations__flush AFTER INSERT OR UPDATE OR DELETE ON public.conversations
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.project_conversations__flush();

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

-- name: project_conversations.trigger.correct_projects_update
-- locks: public.projects
CREATE OR REPLACE TRIGGER unnest_50_correct_project_conversations__correct_proje_6ea29d17 AFTER UPDATE ON public.projects
FOR EACH ROW
WHEN ((OLD.id, OLD.conversation_ids) IS DISTINCT FROM (NEW.id, NEW.conversation_ids))
EXECUTE FUNCTION unnest.project_conversations__correct_projects();

-- name: project_conversations.trigger.correct_projects_insert
-- locks: public.projects
CREATE OR REPLACE TRIGGER unnest_50_correct_project_conversations__correct_proje_e355aa5b AFTER INSERT ON public.projects
FOR EACH ROW
WHEN (NEW.conversation_ids IS NOT NULL)
EXECUTE FUNCTION unnest.project_conversations__correct_projects();

-- name: project_conversations.drop_trigger.closed_project_conversations
-- locks: public.project_conversations
DROP TRIGGER IF EXISTS unnest_05_closed_project_conversations__closed_project_ade449cf ON public.project_conversations;
