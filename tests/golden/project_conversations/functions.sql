-- name: project_conversations.backfill
-- migration of_project_conversations, mapping project_conversations: backfill
CREATE OR REPLACE FUNCTION unnest.project_conversations__backfill(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_reconcile boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
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
FROM (SELECT id AS k, 0 AS size FROM public.conversations
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_project_conversations', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.conversations.id AS k, CASE WHEN (public.conversations.project_id IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.conversations
WHERE (u_after IS NULL OR public.conversations.id > u_after) AND public.conversations.id <= u_last ORDER BY public.conversations.id FOR NO KEY UPDATE) AS l;
IF u_reconcile THEN
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
u_placed := -1;
ELSE
WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.conversations.id AS id, public.conversations.user_id AS user_id, public.conversations.project_id AS project_id, public.conversations.created_at AS created_at, public.conversations._creation_time AS _creation_time
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys)) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL),
rows_copied AS
(INSERT INTO public.project_conversations (conversation_id, project_id, added_at, added_by) SELECT e.conversation_id AS conversation_id, e.project_id AS project_id, e.added_at AS added_at, e.added_by AS added_by
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.conversation_id ON CONFLICT (conversation_id) DO NOTHING RETURNING 1 AS one),
residue_copied AS
(INSERT INTO unnest.residue_project_conversations (parent, part, position, value, account, reason) SELECT e.parent AS parent, e.part AS part, e.position AS position, e.value AS value, e.account AS account, e.reason AS reason
FROM (SELECT pointers.conversation_id AS parent, 'project_id' AS part, 0 AS position, to_jsonb(pointers.project_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING RETURNING unnest.residue_project_conversations.account)
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
u_placed := (SELECT count(*) FROM public.project_conversations WHERE conversation_id = ANY (u_keys));
SELECT count(*) FILTER (WHERE account = 'quarantined'), count(*) FILTER (WHERE account = 'merged') INTO u_quarantined, u_merged
FROM unnest.residue_project_conversations WHERE parent = ANY (u_keys);
END IF;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
RAISE EXCEPTION 'unnest: accounting does not balance (migration of_project_conversations, mapping project_conversations): parents %..%: % elements in, % placed, % merged, % quarantined', u_keys[1], u_last, u_elements, u_placed, u_merged, u_quarantined USING ERRCODE = 'data_corrupted';
END IF;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'elements', u_elements,
'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: project_conversations.window_conversations
-- migration of_project_conversations, mapping project_conversations: window_conversations
CREATE OR REPLACE FUNCTION unnest.project_conversations__window_conversations(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT id AS k, 0 AS size FROM public.conversations
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: project_conversations.rebuild_conversations
-- migration of_project_conversations, mapping project_conversations: rebuild_conversations
CREATE OR REPLACE FUNCTION unnest.project_conversations__rebuild_conversations(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_account boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
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
FROM (SELECT id AS k, 0 AS size FROM public.conversations
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_project_conversations', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.conversations.id AS k, CASE WHEN (public.conversations.project_id IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.conversations
WHERE (u_after IS NULL OR public.conversations.id > u_after) AND public.conversations.id <= u_last ORDER BY public.conversations.id FOR NO KEY UPDATE) AS l;
UPDATE public.conversations SET project_id=r.project_id FROM (SELECT p.id AS id, coalesce(r.project_id, CAST(l.value #>> '{}' AS TEXT)) AS project_id
FROM (SELECT public.conversations.id AS id, public.conversations.user_id AS user_id, public.conversations.project_id AS project_id, public.conversations.created_at AS created_at, public.conversations._creation_time AS _creation_time
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys)) AS p
LEFT JOIN public.project_conversations AS r ON r.conversation_id = p.id
LEFT JOIN unnest.residue_project_conversations AS l ON l.parent = p.id AND l.part = 'project_id'
 LIMIT ALL OFFSET 0) AS r WHERE public.conversations.id = ANY (u_keys) AND public.conversations.id = r.id AND public.conversations.project_id IS DISTINCT FROM r.project_id;
GET DIAGNOSTICS u_changed = ROW_COUNT;
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
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'changed', u_changed,
'elements', u_elements, 'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: project_conversations.verify_conversations
-- migration of_project_conversations, mapping project_conversations: verify_conversations
CREATE OR REPLACE FUNCTION unnest.project_conversations__verify_conversations(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;

BEGIN
RETURN QUERY WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.conversations.id AS id, public.conversations.user_id AS user_id, public.conversations.project_id AS project_id, public.conversations.created_at AS created_at, public.conversations._creation_time AS _creation_time
FROM public.conversations
WHERE (u_after IS NULL OR public.conversations.id > u_after) AND (u_upto IS NULL OR public.conversations.id <= u_upto)) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL)
 SELECT 'rows of project_conversations' AS anon_1, CAST(coalesce(e.conversation_id, t.conversation_id) AS TEXT) AS coalesce_1, CAST(jsonb_build_object('conversation_id', coalesce(e.conversation_id, t.conversation_id)) AS TEXT) AS jsonb_build_object_1, to_jsonb(e.*) AS to_jsonb_1, to_jsonb(t.*) AS to_jsonb_2
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS e
FULL JOIN (SELECT public.project_conversations.conversation_id AS conversation_id, public.project_conversations.project_id AS project_id, public.project_conversations.added_at AS added_at, public.project_conversations.added_by AS added_by
FROM public.project_conversations
WHERE (u_after IS NULL OR public.project_conversations.conversation_id > u_after) AND (u_upto IS NULL OR public.project_conversations.conversation_id <= u_upto)) AS t ON e.conversation_id = t.conversation_id
WHERE e.conversation_id IS NULL OR t.conversation_id IS NULL OR e.project_id IS DISTINCT FROM t.project_id UNION ALL SELECT 'rows of residue_project_conversations' AS anon_2, CAST(coalesce(e.parent, t.parent) AS TEXT) AS coalesce_2, CAST(jsonb_build_object('parent', coalesce(e.parent, t.parent), 'part', coalesce(e.part, t.part), 'position', coalesce(e.position, t.position)) AS TEXT) AS jsonb_build_object_2, to_jsonb(e.*) AS to_jsonb_3, to_jsonb(t.*) AS to_jsonb_4
FROM (SELECT pointers.conversation_id AS parent, 'project_id' AS part, 0 AS position, to_jsonb(pointers.project_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e
FULL JOIN (SELECT unnest.residue_project_conversations.parent AS parent, unnest.residue_project_conversations.part AS part, unnest.residue_project_conversations.position AS position, unnest.residue_project_conversations.value AS value, unnest.residue_project_conversations.account AS account, unnest.residue_project_conversations.reason AS reason
FROM unnest.residue_project_conversations
WHERE (u_after IS NULL OR unnest.residue_project_conversations.parent > u_after) AND (u_upto IS NULL OR unnest.residue_project_conversations.parent <= u_upto)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: project_conversations.repair_conversations
-- migration of_project_conversations, mapping project_conversations: repair_conversations
CREATE OR REPLACE FUNCTION unnest.project_conversations__repair_conversations(u_keys TEXT[], u_direction text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
PERFORM public.conversations.id
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys) ORDER BY public.conversations.id FOR NO KEY UPDATE;
IF u_direction = 'legacy' THEN
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
ELSE
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
END IF;
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN cardinality(u_keys);
END $unnest$;

-- name: project_conversations.window_projects
-- migration of_project_conversations, mapping project_conversations: window_projects
CREATE OR REPLACE FUNCTION unnest.project_conversations__window_projects(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT q.k, q.size, sum(q.size) OVER (ORDER BY q.k) - q.size AS before
FROM (SELECT id AS k, coalesce(pg_column_size(conversation_ids), 0) AS size FROM public.projects
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: project_conversations.rebuild_projects
-- migration of_project_conversations, mapping project_conversations: rebuild_projects
CREATE OR REPLACE FUNCTION unnest.project_conversations__rebuild_projects(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_account boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
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
FROM (SELECT id AS k, coalesce(pg_column_size(conversation_ids), 0) AS size FROM public.projects
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_project_conversations', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.projects.id AS k, CASE WHEN (jsonb_typeof(public.projects.conversation_ids) = 'array') THEN jsonb_array_length(CASE WHEN (jsonb_typeof(public.projects.conversation_ids) = 'array') THEN public.projects.conversation_ids ELSE '[]'::jsonb END) WHEN (jsonb_typeof(public.projects.conversation_ids) = 'null') THEN 0 WHEN (public.projects.conversation_ids IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.projects
WHERE (u_after IS NULL OR public.projects.id > u_after) AND public.projects.id <= u_last ORDER BY public.projects.id FOR NO KEY UPDATE) AS l;
u_fresh := ARRAY(SELECT p.id
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_keys)) AS p
JOIN (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.conversation_id) ORDER BY was.place ASC NULLS LAST, r.added_at, r.added_by, r.conversation_id) AS jsonb_agg_1
FROM public.project_conversations AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.conversation_id = was.id
WHERE r.project_id = p.id), CASE WHEN (p.conversation_ids IS NOT NULL) THEN '[]'::jsonb END) AS conversation_ids
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r ON r.id = p.id
WHERE p.conversation_ids IS DISTINCT FROM r.conversation_ids);
IF u_account THEN
u_apart := (SELECT CAST(coalesce(sum(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN jsonb_array_length(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WHEN (jsonb_typeof(p.conversation_ids) = 'null') THEN 0 WHEN (p.conversation_ids IS NOT NULL) THEN 1 ELSE 0 END), 0) AS BIGINT) AS coalesce_1
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p);
u_placed := u_elements - u_apart + (SELECT count(*) AS count_1
FROM (SELECT DISTINCT p.id AS id, r.conversation_id AS conversation_id
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN public.project_conversations AS r ON r.project_id = p.id AND r.conversation_id = unnest.read_text(x.element)) AS pairs);
WITH found AS MATERIALIZED (WITH listed AS MATERIALIZED
(SELECT p.id AS holder, jsonb_object_agg(CAST(unnest.read_text(x.element) AS TEXT), true) FILTER (WHERE CAST(unnest.read_text(x.element) AS TEXT) IS NOT NULL) AS ids
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true GROUP BY p.id)
 SELECT f.key, f.kind, f.path, f.account, f.evidence
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
WHERE (jsonb_typeof(p.conversation_ids) NOT IN ('array', 'null'))) AS f),
kept AS (INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_project_conversations', 'project_conversations', 'projects', s.kind, s.key, s.path, s.account, s.evidence FROM (SELECT * FROM found) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour')
SELECT count(*) FILTER (WHERE f.account = 'quarantined'), count(*) FILTER (WHERE f.account = 'merged') INTO u_quarantined, u_merged FROM found AS f;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
RAISE EXCEPTION 'unnest: accounting does not balance (migration of_project_conversations, mapping project_conversations): parents %..%: % elements in, % placed, % merged, % quarantined', u_keys[1], u_last, u_elements, u_placed, u_merged, u_quarantined USING ERRCODE = 'data_corrupted';
END IF;
END IF;
UPDATE public.projects SET conversation_ids=r.conversation_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.conversation_id) ORDER BY was.place ASC NULLS LAST, r.added_at, r.added_by, r.conversation_id) AS jsonb_agg_1
FROM public.project_conversations AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.conversation_id = was.id
WHERE r.project_id = p.id), CASE WHEN (p.conversation_ids IS NOT NULL) THEN '[]'::jsonb END) AS conversation_ids
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE public.projects.id = ANY (u_fresh)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.projects.id = ANY (u_fresh) AND public.projects.id = r.id AND public.projects.conversation_ids IS DISTINCT FROM r.conversation_ids;
GET DIAGNOSTICS u_changed = ROW_COUNT;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'changed', u_changed,
'elements', u_elements, 'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: project_conversations.verify_projects
-- migration of_project_conversations, mapping project_conversations: verify_projects
CREATE OR REPLACE FUNCTION unnest.project_conversations__verify_projects(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;

BEGIN
RETURN QUERY SELECT 'nested value of projects' AS anon_1, CAST(p.id AS TEXT) AS id, 'conversation_ids' AS anon_2, to_jsonb(r.conversation_ids) AS to_jsonb_1, to_jsonb(p.conversation_ids) AS to_jsonb_2
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE (u_after IS NULL OR public.projects.id > u_after) AND (u_upto IS NULL OR public.projects.id <= u_upto)) AS p
JOIN (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.conversation_id) ORDER BY was.place ASC NULLS LAST, r.added_at, r.added_by, r.conversation_id) AS jsonb_agg_1
FROM public.project_conversations AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.conversation_ids) = 'array') THEN p.conversation_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.conversation_id = was.id
WHERE r.project_id = p.id), CASE WHEN (p.conversation_ids IS NOT NULL) THEN '[]'::jsonb END) AS conversation_ids
FROM (SELECT public.projects.id AS id, public.projects.user_id AS user_id, public.projects.conversation_ids AS conversation_ids
FROM public.projects
WHERE (u_after IS NULL OR public.projects.id > u_after) AND (u_upto IS NULL OR public.projects.id <= u_upto)) AS p) AS r ON r.id = p.id
WHERE p.conversation_ids IS DISTINCT FROM r.conversation_ids
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: project_conversations.repair_projects
-- migration of_project_conversations, mapping project_conversations: repair_projects
CREATE OR REPLACE FUNCTION unnest.project_conversations__repair_projects(u_keys TEXT[], u_direction text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
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
RETURN cardinality(u_keys);
END $unnest$;

-- name: project_conversations.window_rows
-- migration of_project_conversations, mapping project_conversations: window_rows
CREATE OR REPLACE FUNCTION unnest.project_conversations__window_rows(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT id AS k, 0 AS size FROM public.conversations
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: project_conversations.verify_rows
-- migration of_project_conversations, mapping project_conversations: verify_rows
CREATE OR REPLACE FUNCTION unnest.project_conversations__verify_rows(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;

BEGIN
RETURN QUERY WITH pointers AS
(SELECT p.id AS conversation_id, p.project_id AS project_id, CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END AS added_at, holder.user_id AS added_by, holder.id IS NOT NULL AND coalesce(holder.user_id = p.user_id, false) AND CASE WHEN unnest.is_history() THEN coalesce(unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)), unnest.time_of_millis(CAST(p._creation_time AS DOUBLE PRECISION)), now()) ELSE now() END IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'project gone' WHEN NOT coalesce(holder.user_id = p.user_id, false) THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.conversations.id AS id, public.conversations.user_id AS user_id, public.conversations.project_id AS project_id, public.conversations.created_at AS created_at, public.conversations._creation_time AS _creation_time
FROM public.conversations
WHERE (u_after IS NULL OR public.conversations.id > u_after) AND (u_upto IS NULL OR public.conversations.id <= u_upto)) AS p
LEFT JOIN public.projects AS holder ON holder.id = p.project_id
WHERE p.project_id IS NOT NULL)
 SELECT 'rows of project_conversations' AS anon_1, CAST(coalesce(e.conversation_id, t.conversation_id) AS TEXT) AS coalesce_1, CAST(jsonb_build_object('conversation_id', coalesce(e.conversation_id, t.conversation_id)) AS TEXT) AS jsonb_build_object_1, to_jsonb(e.*) AS to_jsonb_1, to_jsonb(t.*) AS to_jsonb_2
FROM (SELECT pointers.conversation_id AS conversation_id, pointers.project_id AS project_id, pointers.added_at AS added_at, pointers.added_by AS added_by
FROM pointers
WHERE pointers.u_fits) AS e
FULL JOIN (SELECT public.project_conversations.conversation_id AS conversation_id, public.project_conversations.project_id AS project_id, public.project_conversations.added_at AS added_at, public.project_conversations.added_by AS added_by
FROM public.project_conversations
WHERE (u_after IS NULL OR public.project_conversations.conversation_id > u_after) AND (u_upto IS NULL OR public.project_conversations.conversation_id <= u_upto)) AS t ON e.conversation_id = t.conversation_id
WHERE e.conversation_id IS NULL OR t.conversation_id IS NULL OR e.project_id IS DISTINCT FROM t.project_id
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: project_conversations.note_findings
-- migration of_project_conversations, mapping project_conversations: note_findings
CREATE OR REPLACE FUNCTION unnest.project_conversations__note_findings() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;

BEGIN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_project_conversations', 'project_conversations', 'conversations', s.kind, s.key, s.path, s.account, s.evidence FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_project_conversations AS r WHERE r.account IN ('quarantined', 'merged')) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
UPDATE unnest.finding AS f SET state = 'resolved', last_seen = clock_timestamp()
WHERE f.migration = 'of_project_conversations' AND f.mapping = 'project_conversations'
AND f.table_name = 'conversations' AND f.state <> 'resolved' AND f.kind <> 'stale overwrite'
AND NOT EXISTS (SELECT 1 FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_project_conversations AS r WHERE r.account IN ('quarantined', 'merged')) AS s WHERE s.key = f.key AND s.kind = f.kind AND s.path = f.path
AND s.evidence = f.evidence);
RETURN;
END $unnest$;

-- name: project_conversations.sweep
-- migration of_project_conversations, mapping project_conversations: sweep
CREATE OR REPLACE FUNCTION unnest.project_conversations__sweep() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
u_set := set_config('unnest.m_project_conversations', 'fwd', true);
DELETE FROM public.project_conversations WHERE NOT (EXISTS (SELECT public.conversations.id
FROM public.conversations
WHERE public.conversations.id = public.project_conversations.conversation_id));
DELETE FROM unnest.residue_project_conversations WHERE NOT (EXISTS (SELECT public.conversations.id
FROM public.conversations
WHERE public.conversations.id = unnest.residue_project_conversations.parent));
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN;
END $unnest$;

-- name: project_conversations.drain
-- migration of_project_conversations, mapping project_conversations: drain
CREATE OR REPLACE FUNCTION unnest.project_conversations__drain(u_rows integer) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;
u_keys TEXT[];
u_ids bigint[];
BEGIN
UPDATE unnest.dirty_project_conversations SET due = pg_snapshot_xmax(pg_current_snapshot()) WHERE due IS NULL;
u_ids := ARRAY(SELECT q.id FROM unnest.dirty_project_conversations AS q WHERE q.due <= pg_snapshot_xmin(pg_current_snapshot())
ORDER BY q.id LIMIT u_rows);
u_keys := ARRAY(SELECT public.conversations.id
FROM public.conversations WHERE public.conversations.project_id IN (SELECT CAST(q.value AS TEXT) FROM unnest.dirty_project_conversations AS q WHERE q.id = ANY (u_ids) AND q.lookup = 'projects') ORDER BY 1);
u_set := set_config('unnest.m_project_conversations', 'fwd', true);
u_set := set_config('unnest.engine', 'on', true);
PERFORM public.conversations.id
FROM public.conversations
WHERE public.conversations.id = ANY (u_keys) ORDER BY public.conversations.id FOR NO KEY UPDATE;
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
DELETE FROM unnest.dirty_project_conversations AS q WHERE q.id = ANY (u_ids);
u_set := set_config('unnest.m_project_conversations', u_guard, true);
RETURN jsonb_build_object('taken', cardinality(u_ids), 'parents', cardinality(u_keys),
'waiting', (SELECT count(*) FROM unnest.dirty_project_conversations));
END $unnest$;
