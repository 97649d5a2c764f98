-- name: tool_calls.backfill
-- migration of_tool_calls, mapping tool_calls: backfill
CREATE OR REPLACE FUNCTION unnest.tool_calls__backfill(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_reconcile boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
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
FROM (SELECT id AS k, coalesce(pg_column_size(tool_calls), 0) + coalesce(pg_column_size(partial_tool_calls), 0) AS size FROM public.messages
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_tool_calls', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.messages.id AS k, CASE WHEN (jsonb_typeof(public.messages.tool_calls) = 'array') THEN jsonb_array_length(CASE WHEN (jsonb_typeof(public.messages.tool_calls) = 'array') THEN public.messages.tool_calls ELSE '[]'::jsonb END) WHEN (jsonb_typeof(public.messages.tool_calls) = 'null') THEN 0 WHEN (public.messages.tool_calls IS NOT NULL) THEN 1 ELSE 0 END + CASE WHEN (jsonb_typeof(public.messages.partial_tool_calls) = 'array') THEN jsonb_array_length(CASE WHEN (jsonb_typeof(public.messages.partial_tool_calls) = 'array') THEN public.messages.partial_tool_calls ELSE '[]'::jsonb END) WHEN (jsonb_typeof(public.messages.partial_tool_calls) = 'null') THEN 0 WHEN (public.messages.partial_tool_calls IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.messages
WHERE (u_after IS NULL OR public.messages.id > u_after) AND public.messages.id <= u_last ORDER BY public.messages.id FOR NO KEY UPDATE) AS l;
IF u_reconcile THEN
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_1, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_2, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_3
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_tool_calls WHERE unnest.residue_tool_calls.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_tool_calls.parent AND unnest.residue_tool_calls.part = residue_derived.part AND unnest.residue_tool_calls.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded),
rows_deleted AS
(DELETE FROM public.tool_calls WHERE public.tool_calls.message_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.message_id = public.tool_calls.message_id AND public.tool_calls.is_partial = rows_derived.is_partial AND public.tool_calls.position = rows_derived.position))),
rows_written AS
(INSERT INTO public.tool_calls (message_id, is_partial, position, tool_call_id, tool_name, args, result, text_position, timestamp, conversation_id, user_id, created_at, extra) SELECT rows_derived.message_id AS message_id, rows_derived.is_partial AS is_partial, rows_derived.position AS position, rows_derived.tool_call_id AS tool_call_id, rows_derived.tool_name AS tool_name, rows_derived.args AS args, rows_derived.result AS result, rows_derived.text_position AS text_position, rows_derived.timestamp AS timestamp, rows_derived.conversation_id AS conversation_id, rows_derived.user_id AS user_id, rows_derived.created_at AS created_at, rows_derived.extra AS extra
FROM rows_derived ORDER BY rows_derived.message_id, rows_derived.is_partial, rows_derived.position ON CONFLICT (message_id, is_partial, position) DO UPDATE SET conversation_id = excluded.conversation_id, user_id = excluded.user_id, tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name, args = excluded.args, result = excluded.result, text_position = excluded.text_position, timestamp = excluded.timestamp, extra = excluded.extra, created_at = excluded.created_at WHERE (public.tool_calls.tool_call_id, public.tool_calls.tool_name, public.tool_calls.args, public.tool_calls.result, public.tool_calls.text_position, public.tool_calls.timestamp, public.tool_calls.conversation_id, public.tool_calls.user_id, public.tool_calls.created_at, public.tool_calls.extra) IS DISTINCT FROM (excluded.tool_call_id, excluded.tool_name, excluded.args, excluded.result, excluded.text_position, excluded.timestamp, excluded.conversation_id, excluded.user_id, excluded.created_at, excluded.extra))
 INSERT INTO unnest.residue_tool_calls (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_tool_calls.value, unnest.residue_tool_calls.account, unnest.residue_tool_calls.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_placed := -1;
ELSE
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b),
rows_copied AS
(INSERT INTO public.tool_calls (message_id, is_partial, position, tool_call_id, tool_name, args, result, text_position, timestamp, conversation_id, user_id, created_at, extra) SELECT e.message_id AS message_id, e.is_partial AS is_partial, e.position AS position, e.tool_call_id AS tool_call_id, e.tool_name AS tool_name, e.args AS args, e.result AS result, e.text_position AS text_position, e.timestamp AS timestamp, e.conversation_id AS conversation_id, e.user_id AS user_id, e.created_at AS created_at, e.extra AS extra
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e ORDER BY e.message_id, e.is_partial, e.position ON CONFLICT (message_id, is_partial, position) DO NOTHING RETURNING 1 AS one),
residue_copied AS
(INSERT INTO unnest.residue_tool_calls (parent, part, position, value, account, reason) SELECT e.parent AS parent, e.part AS part, e.position AS position, e.value AS value, e.account AS account, e.reason AS reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_3, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_4, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_5
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING RETURNING unnest.residue_tool_calls.account)
 SELECT 0 + (SELECT count(*) AS count_1
FROM rows_copied) AS anon_1, 0 + (SELECT count(*) AS count_2
FROM residue_copied
WHERE residue_copied.account = 'quarantined') AS anon_2, 0 + (SELECT count(*) AS count_3
FROM residue_copied
WHERE residue_copied.account = 'merged') AS anon_6
INTO u_copied, u_out, u_same;
u_placed := u_placed + u_copied;
u_quarantined := u_quarantined + u_out;
u_merged := u_merged + u_same;
END IF;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
u_placed := (SELECT count(*) FROM public.tool_calls WHERE message_id = ANY (u_keys));
SELECT count(*) FILTER (WHERE account = 'quarantined'), count(*) FILTER (WHERE account = 'merged') INTO u_quarantined, u_merged
FROM unnest.residue_tool_calls WHERE parent = ANY (u_keys);
END IF;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
RAISE EXCEPTION 'unnest: accounting does not balance (migration of_tool_calls, mapping tool_calls): parents %..%: % elements in, % placed, % merged, % quarantined', u_keys[1], u_last, u_elements, u_placed, u_merged, u_quarantined USING ERRCODE = 'data_corrupted';
END IF;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'elements', u_elements,
'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: tool_calls.window_messages
-- migration of_tool_calls, mapping tool_calls: window_messages
CREATE OR REPLACE FUNCTION unnest.tool_calls__window_messages(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT q.k, q.size, sum(q.size) OVER (ORDER BY q.k) - q.size AS before
FROM (SELECT id AS k, coalesce(pg_column_size(tool_calls), 0) + coalesce(pg_column_size(partial_tool_calls), 0) AS size FROM public.messages
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: tool_calls.rebuild_messages
-- migration of_tool_calls, mapping tool_calls: rebuild_messages
CREATE OR REPLACE FUNCTION unnest.tool_calls__rebuild_messages(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_account boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
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
FROM (SELECT id AS k, coalesce(pg_column_size(tool_calls), 0) + coalesce(pg_column_size(partial_tool_calls), 0) AS size FROM public.messages
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_tool_calls', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.messages.id AS k, CASE WHEN (jsonb_typeof(public.messages.tool_calls) = 'array') THEN jsonb_array_length(CASE WHEN (jsonb_typeof(public.messages.tool_calls) = 'array') THEN public.messages.tool_calls ELSE '[]'::jsonb END) WHEN (jsonb_typeof(public.messages.tool_calls) = 'null') THEN 0 WHEN (public.messages.tool_calls IS NOT NULL) THEN 1 ELSE 0 END + CASE WHEN (jsonb_typeof(public.messages.partial_tool_calls) = 'array') THEN jsonb_array_length(CASE WHEN (jsonb_typeof(public.messages.partial_tool_calls) = 'array') THEN public.messages.partial_tool_calls ELSE '[]'::jsonb END) WHEN (jsonb_typeof(public.messages.partial_tool_calls) = 'null') THEN 0 WHEN (public.messages.partial_tool_calls IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.messages
WHERE (u_after IS NULL OR public.messages.id > u_after) AND public.messages.id <= u_last ORDER BY public.messages.id FOR NO KEY UPDATE) AS l;
UPDATE public.messages SET tool_calls=r.tool_calls, partial_tool_calls=r.partial_tool_calls FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM public.tool_calls AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN p.tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE r.message_id = p.id AND r.is_partial = false UNION ALL SELECT l.position AS position, 1 AS anon_1, l.value AS value
FROM unnest.residue_tool_calls AS l
WHERE l.parent = p.id AND l.part = 'tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = p.id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM unnest.residue_tool_calls AS w
WHERE w.parent = p.id AND w.part = 'tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN '[]'::jsonb END) AS tool_calls, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_2
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM public.tool_calls AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN p.partial_tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE r.message_id = p.id AND r.is_partial = true UNION ALL SELECT l.position AS position, 1 AS anon_2, l.value AS value
FROM unnest.residue_tool_calls AS l
WHERE l.parent = p.id AND l.part = 'partial_tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = p.id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM unnest.residue_tool_calls AS w
WHERE w.parent = p.id AND w.part = 'partial_tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN '[]'::jsonb END) AS partial_tool_calls
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.messages.id = ANY (u_keys) AND public.messages.id = r.id AND (public.messages.tool_calls IS DISTINCT FROM r.tool_calls OR public.messages.partial_tool_calls IS DISTINCT FROM r.partial_tool_calls);
GET DIAGNOSTICS u_changed = ROW_COUNT;
IF EXISTS (WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e
FULL JOIN (SELECT public.tool_calls.message_id AS message_id, public.tool_calls.is_partial AS is_partial, public.tool_calls.position AS position, public.tool_calls.tool_call_id AS tool_call_id, public.tool_calls.tool_name AS tool_name, public.tool_calls.args AS args, public.tool_calls.result AS result, public.tool_calls.text_position AS text_position, public.tool_calls.timestamp AS timestamp, public.tool_calls.conversation_id AS conversation_id, public.tool_calls.user_id AS user_id, public.tool_calls.created_at AS created_at, public.tool_calls.extra AS extra
FROM public.tool_calls
WHERE public.tool_calls.message_id = ANY (u_keys)) AS t ON e.message_id = t.message_id AND t.is_partial = e.is_partial AND t.position = e.position
WHERE e.message_id IS NULL OR t.message_id IS NULL OR (e.tool_call_id, e.tool_name, e.args, e.result, e.text_position, e.timestamp, e.conversation_id, e.user_id, e.created_at, e.extra) IS DISTINCT FROM (t.tool_call_id, t.tool_name, t.args, t.result, t.text_position, t.timestamp, t.conversation_id, t.user_id, t.created_at, t.extra) UNION ALL SELECT 1 AS one
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_1, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_2, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_3
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue) AS e
FULL JOIN (SELECT unnest.residue_tool_calls.parent AS parent, unnest.residue_tool_calls.part AS part, unnest.residue_tool_calls.position AS position, unnest.residue_tool_calls.value AS value, unnest.residue_tool_calls.account AS account, unnest.residue_tool_calls.reason AS reason
FROM unnest.residue_tool_calls
WHERE unnest.residue_tool_calls.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH aside_0 AS
(UPDATE public.tool_calls SET position=(-2 - z.rank) FROM (SELECT ranked.parent AS message_id, CASE WHEN (ranked.part = 'tool_calls') THEN false WHEN (ranked.part = 'partial_tool_calls') THEN true END AS is_partial, ranked.was AS was, ranked.rank AS rank
FROM (SELECT places.parent AS parent, places.part AS part, places.was AS was, places.side AS side, places.is_dead AS is_dead, CAST((row_number() OVER (PARTITION BY places.parent, places.part ORDER BY places.is_dead, places.was, places.side) - 1) + 0 AS INTEGER) AS rank
FROM (SELECT r.message_id AS parent, CASE WHEN (r.is_partial = false) THEN 'tool_calls' WHEN (r.is_partial = true) THEN 'partial_tool_calls' END AS part, r.position AS was, 0 AS side, false AS is_dead
FROM public.tool_calls AS r
WHERE r.message_id = ANY (u_keys) UNION SELECT l.parent AS parent, l.part AS part, l.position AS position, CASE WHEN (l.account = 'shape') THEN 0 ELSE 1 END AS anon_1, NOT (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = l.parent AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id')))) AS anon_2
FROM unnest.residue_tool_calls AS l
WHERE l.parent = ANY (u_keys) AND l.position != -1) AS places) AS ranked
WHERE ranked.side = 0) AS z WHERE public.tool_calls.message_id = z.message_id AND public.tool_calls.is_partial = z.is_partial AND public.tool_calls.position = z.was AND public.tool_calls.position != z.rank)
 UPDATE unnest.residue_tool_calls SET position=(-2 - z.rank) FROM (SELECT ranked.parent AS parent, ranked.part AS part, ranked.was AS was, ranked.rank AS rank
FROM (SELECT places.parent AS parent, places.part AS part, places.was AS was, places.side AS side, places.is_dead AS is_dead, CAST((row_number() OVER (PARTITION BY places.parent, places.part ORDER BY places.is_dead, places.was, places.side) - 1) + 0 AS INTEGER) AS rank
FROM (SELECT r.message_id AS parent, CASE WHEN (r.is_partial = false) THEN 'tool_calls' WHEN (r.is_partial = true) THEN 'partial_tool_calls' END AS part, r.position AS was, 0 AS side, false AS is_dead
FROM public.tool_calls AS r
WHERE r.message_id = ANY (u_keys) UNION SELECT l.parent AS parent, l.part AS part, l.position AS position, CASE WHEN (l.account = 'shape') THEN 0 ELSE 1 END AS anon_1, NOT (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = l.parent AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id')))) AS anon_2
FROM unnest.residue_tool_calls AS l
WHERE l.parent = ANY (u_keys) AND l.position != -1) AS places) AS ranked
JOIN unnest.residue_tool_calls AS m ON m.parent = ranked.parent AND m.part = ranked.part AND m.position = ranked.was AND CASE WHEN (m.account = 'shape') THEN 0 ELSE 1 END = ranked.side) AS z WHERE unnest.residue_tool_calls.parent = z.parent AND unnest.residue_tool_calls.part = z.part AND unnest.residue_tool_calls.position = z.was AND unnest.residue_tool_calls.position != z.rank;
UPDATE public.tool_calls SET position=(-2 - public.tool_calls.position) WHERE public.tool_calls.message_id = ANY (u_keys) AND public.tool_calls.position <= -2;
UPDATE unnest.residue_tool_calls SET position=(-2 - unnest.residue_tool_calls.position) WHERE unnest.residue_tool_calls.parent = ANY (u_keys) AND unnest.residue_tool_calls.position <= -2;
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_1, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_2, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_3
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_tool_calls WHERE unnest.residue_tool_calls.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_tool_calls.parent AND unnest.residue_tool_calls.part = residue_derived.part AND unnest.residue_tool_calls.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.tool_calls (message_id, is_partial, position, tool_call_id, tool_name, args, result, text_position, timestamp, conversation_id, user_id, created_at, extra) SELECT e.message_id AS message_id, e.is_partial AS is_partial, e.position AS position, e.tool_call_id AS tool_call_id, e.tool_name AS tool_name, e.args AS args, e.result AS result, e.text_position AS text_position, e.timestamp AS timestamp, e.conversation_id AS conversation_id, e.user_id AS user_id, e.created_at AS created_at, e.extra AS extra
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e ORDER BY e.message_id, e.is_partial, e.position ON CONFLICT (message_id, is_partial, position) DO UPDATE SET conversation_id = excluded.conversation_id, user_id = excluded.user_id, tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name, args = excluded.args, result = excluded.result, text_position = excluded.text_position, timestamp = excluded.timestamp, extra = excluded.extra, created_at = excluded.created_at WHERE (public.tool_calls.tool_call_id, public.tool_calls.tool_name, public.tool_calls.args, public.tool_calls.result, public.tool_calls.text_position, public.tool_calls.timestamp, public.tool_calls.conversation_id, public.tool_calls.user_id, public.tool_calls.created_at, public.tool_calls.extra) IS DISTINCT FROM (excluded.tool_call_id, excluded.tool_name, excluded.args, excluded.result, excluded.text_position, excluded.timestamp, excluded.conversation_id, excluded.user_id, excluded.created_at, excluded.extra))
 INSERT INTO unnest.residue_tool_calls (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_tool_calls.value, unnest.residue_tool_calls.account, unnest.residue_tool_calls.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b)
 SELECT 1
FROM public.tool_calls
WHERE public.tool_calls.message_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e
WHERE e.message_id = public.tool_calls.message_id AND public.tool_calls.is_partial = e.is_partial AND public.tool_calls.position = e.position))) THEN
RAISE EXCEPTION 'unnest: this row of tool_calls can not be carried back to messages (migration of_tool_calls); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'tool_calls';
END IF;
END IF;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'changed', u_changed,
'elements', u_elements, 'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: tool_calls.verify_messages
-- migration of_tool_calls, mapping tool_calls: verify_messages
CREATE OR REPLACE FUNCTION unnest.tool_calls__verify_messages(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
RETURN QUERY WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE (u_after IS NULL OR public.messages.id > u_after) AND (u_upto IS NULL OR public.messages.id <= u_upto)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b)
 SELECT 'rows of tool_calls' AS anon_1, CAST(coalesce(e.message_id, t.message_id) AS TEXT) AS coalesce_1, CAST(jsonb_build_object('message_id', coalesce(e.message_id, t.message_id), 'is_partial', coalesce(e.is_partial, t.is_partial), 'position', coalesce(e.position, t.position)) AS TEXT) AS jsonb_build_object_1, to_jsonb(e.*) AS to_jsonb_1, to_jsonb(t.*) AS to_jsonb_2
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e
FULL JOIN (SELECT public.tool_calls.message_id AS message_id, public.tool_calls.is_partial AS is_partial, public.tool_calls.position AS position, public.tool_calls.tool_call_id AS tool_call_id, public.tool_calls.tool_name AS tool_name, public.tool_calls.args AS args, public.tool_calls.result AS result, public.tool_calls.text_position AS text_position, public.tool_calls.timestamp AS timestamp, public.tool_calls.conversation_id AS conversation_id, public.tool_calls.user_id AS user_id, public.tool_calls.created_at AS created_at, public.tool_calls.extra AS extra
FROM public.tool_calls
WHERE (u_after IS NULL OR public.tool_calls.message_id > u_after) AND (u_upto IS NULL OR public.tool_calls.message_id <= u_upto)) AS t ON e.message_id = t.message_id AND t.is_partial = e.is_partial AND t.position = e.position
WHERE e.message_id IS NULL OR t.message_id IS NULL OR (e.tool_call_id, e.tool_name, e.args, e.result, e.text_position, e.timestamp, e.conversation_id, e.user_id, e.created_at, e.extra) IS DISTINCT FROM (t.tool_call_id, t.tool_name, t.args, t.result, t.text_position, t.timestamp, t.conversation_id, t.user_id, t.created_at, t.extra) UNION ALL SELECT 'rows of residue_tool_calls' AS anon_2, CAST(coalesce(e.parent, t.parent) AS TEXT) AS coalesce_2, CAST(jsonb_build_object('parent', coalesce(e.parent, t.parent), 'part', coalesce(e.part, t.part), 'position', coalesce(e.position, t.position)) AS TEXT) AS jsonb_build_object_2, to_jsonb(e.*) AS to_jsonb_3, to_jsonb(t.*) AS to_jsonb_4
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_3, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_4, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_5
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE (u_after IS NULL OR public.messages.id > u_after) AND (u_upto IS NULL OR public.messages.id <= u_upto)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue) AS e
FULL JOIN (SELECT unnest.residue_tool_calls.parent AS parent, unnest.residue_tool_calls.part AS part, unnest.residue_tool_calls.position AS position, unnest.residue_tool_calls.value AS value, unnest.residue_tool_calls.account AS account, unnest.residue_tool_calls.reason AS reason
FROM unnest.residue_tool_calls
WHERE (u_after IS NULL OR unnest.residue_tool_calls.parent > u_after) AND (u_upto IS NULL OR unnest.residue_tool_calls.parent <= u_upto)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)
LIMIT u_limit;
RETURN QUERY SELECT 'nested value of messages' AS anon_1, CAST(p.id AS TEXT) AS id, 'tool_calls' AS anon_2, to_jsonb(r.tool_calls) AS to_jsonb_1, to_jsonb(p.tool_calls) AS to_jsonb_2
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE (u_after IS NULL OR public.messages.id > u_after) AND (u_upto IS NULL OR public.messages.id <= u_upto)) AS p
JOIN (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM public.tool_calls AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN p.tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE r.message_id = p.id AND r.is_partial = false UNION ALL SELECT l.position AS position, 1 AS anon_3, l.value AS value
FROM unnest.residue_tool_calls AS l
WHERE l.parent = p.id AND l.part = 'tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = p.id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM unnest.residue_tool_calls AS w
WHERE w.parent = p.id AND w.part = 'tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN '[]'::jsonb END) AS tool_calls, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_2
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM public.tool_calls AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN p.partial_tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE r.message_id = p.id AND r.is_partial = true UNION ALL SELECT l.position AS position, 1 AS anon_4, l.value AS value
FROM unnest.residue_tool_calls AS l
WHERE l.parent = p.id AND l.part = 'partial_tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = p.id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM unnest.residue_tool_calls AS w
WHERE w.parent = p.id AND w.part = 'partial_tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN '[]'::jsonb END) AS partial_tool_calls
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE (u_after IS NULL OR public.messages.id > u_after) AND (u_upto IS NULL OR public.messages.id <= u_upto)) AS p) AS r ON r.id = p.id
WHERE p.tool_calls IS DISTINCT FROM r.tool_calls
LIMIT u_limit;
RETURN QUERY SELECT 'nested value of messages' AS anon_1, CAST(p.id AS TEXT) AS id, 'partial_tool_calls' AS anon_2, to_jsonb(r.partial_tool_calls) AS to_jsonb_1, to_jsonb(p.partial_tool_calls) AS to_jsonb_2
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE (u_after IS NULL OR public.messages.id > u_after) AND (u_upto IS NULL OR public.messages.id <= u_upto)) AS p
JOIN (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM public.tool_calls AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN p.tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE r.message_id = p.id AND r.is_partial = false UNION ALL SELECT l.position AS position, 1 AS anon_3, l.value AS value
FROM unnest.residue_tool_calls AS l
WHERE l.parent = p.id AND l.part = 'tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = p.id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM unnest.residue_tool_calls AS w
WHERE w.parent = p.id AND w.part = 'tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN '[]'::jsonb END) AS tool_calls, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_2
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM public.tool_calls AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN p.partial_tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE r.message_id = p.id AND r.is_partial = true UNION ALL SELECT l.position AS position, 1 AS anon_4, l.value AS value
FROM unnest.residue_tool_calls AS l
WHERE l.parent = p.id AND l.part = 'partial_tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = p.id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM unnest.residue_tool_calls AS w
WHERE w.parent = p.id AND w.part = 'partial_tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN '[]'::jsonb END) AS partial_tool_calls
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE (u_after IS NULL OR public.messages.id > u_after) AND (u_upto IS NULL OR public.messages.id <= u_upto)) AS p) AS r ON r.id = p.id
WHERE p.partial_tool_calls IS DISTINCT FROM r.partial_tool_calls
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: tool_calls.repair_messages
-- migration of_tool_calls, mapping tool_calls: repair_messages
CREATE OR REPLACE FUNCTION unnest.tool_calls__repair_messages(u_keys TEXT[], u_direction text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
PERFORM public.messages.id
FROM public.messages
WHERE public.messages.id = ANY (u_keys) ORDER BY public.messages.id FOR NO KEY UPDATE;
IF u_direction = 'legacy' THEN
u_set := set_config('unnest.m_tool_calls', 'fwd', true);
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_1, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_2, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_3
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_tool_calls WHERE unnest.residue_tool_calls.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_tool_calls.parent AND unnest.residue_tool_calls.part = residue_derived.part AND unnest.residue_tool_calls.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded),
rows_deleted AS
(DELETE FROM public.tool_calls WHERE public.tool_calls.message_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.message_id = public.tool_calls.message_id AND public.tool_calls.is_partial = rows_derived.is_partial AND public.tool_calls.position = rows_derived.position))),
rows_written AS
(INSERT INTO public.tool_calls (message_id, is_partial, position, tool_call_id, tool_name, args, result, text_position, timestamp, conversation_id, user_id, created_at, extra) SELECT rows_derived.message_id AS message_id, rows_derived.is_partial AS is_partial, rows_derived.position AS position, rows_derived.tool_call_id AS tool_call_id, rows_derived.tool_name AS tool_name, rows_derived.args AS args, rows_derived.result AS result, rows_derived.text_position AS text_position, rows_derived.timestamp AS timestamp, rows_derived.conversation_id AS conversation_id, rows_derived.user_id AS user_id, rows_derived.created_at AS created_at, rows_derived.extra AS extra
FROM rows_derived ORDER BY rows_derived.message_id, rows_derived.is_partial, rows_derived.position ON CONFLICT (message_id, is_partial, position) DO UPDATE SET conversation_id = excluded.conversation_id, user_id = excluded.user_id, tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name, args = excluded.args, result = excluded.result, text_position = excluded.text_position, timestamp = excluded.timestamp, extra = excluded.extra, created_at = excluded.created_at WHERE (public.tool_calls.tool_call_id, public.tool_calls.tool_name, public.tool_calls.args, public.tool_calls.result, public.tool_calls.text_position, public.tool_calls.timestamp, public.tool_calls.conversation_id, public.tool_calls.user_id, public.tool_calls.created_at, public.tool_calls.extra) IS DISTINCT FROM (excluded.tool_call_id, excluded.tool_name, excluded.args, excluded.result, excluded.text_position, excluded.timestamp, excluded.conversation_id, excluded.user_id, excluded.created_at, excluded.extra))
 INSERT INTO unnest.residue_tool_calls (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_tool_calls.value, unnest.residue_tool_calls.account, unnest.residue_tool_calls.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
ELSE
u_set := set_config('unnest.m_tool_calls', 'rev', true);
UPDATE public.messages SET tool_calls=r.tool_calls, partial_tool_calls=r.partial_tool_calls FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM public.tool_calls AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN p.tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE r.message_id = p.id AND r.is_partial = false UNION ALL SELECT l.position AS position, 1 AS anon_1, l.value AS value
FROM unnest.residue_tool_calls AS l
WHERE l.parent = p.id AND l.part = 'tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = p.id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM unnest.residue_tool_calls AS w
WHERE w.parent = p.id AND w.part = 'tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN '[]'::jsonb END) AS tool_calls, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_2
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM public.tool_calls AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN p.partial_tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE r.message_id = p.id AND r.is_partial = true UNION ALL SELECT l.position AS position, 1 AS anon_2, l.value AS value
FROM unnest.residue_tool_calls AS l
WHERE l.parent = p.id AND l.part = 'partial_tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = p.id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM unnest.residue_tool_calls AS w
WHERE w.parent = p.id AND w.part = 'partial_tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN '[]'::jsonb END) AS partial_tool_calls
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.messages.id = ANY (u_keys) AND public.messages.id = r.id AND (public.messages.tool_calls IS DISTINCT FROM r.tool_calls OR public.messages.partial_tool_calls IS DISTINCT FROM r.partial_tool_calls);
IF EXISTS (WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e
FULL JOIN (SELECT public.tool_calls.message_id AS message_id, public.tool_calls.is_partial AS is_partial, public.tool_calls.position AS position, public.tool_calls.tool_call_id AS tool_call_id, public.tool_calls.tool_name AS tool_name, public.tool_calls.args AS args, public.tool_calls.result AS result, public.tool_calls.text_position AS text_position, public.tool_calls.timestamp AS timestamp, public.tool_calls.conversation_id AS conversation_id, public.tool_calls.user_id AS user_id, public.tool_calls.created_at AS created_at, public.tool_calls.extra AS extra
FROM public.tool_calls
WHERE public.tool_calls.message_id = ANY (u_keys)) AS t ON e.message_id = t.message_id AND t.is_partial = e.is_partial AND t.position = e.position
WHERE e.message_id IS NULL OR t.message_id IS NULL OR (e.tool_call_id, e.tool_name, e.args, e.result, e.text_position, e.timestamp, e.conversation_id, e.user_id, e.created_at, e.extra) IS DISTINCT FROM (t.tool_call_id, t.tool_name, t.args, t.result, t.text_position, t.timestamp, t.conversation_id, t.user_id, t.created_at, t.extra) UNION ALL SELECT 1 AS one
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_1, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_2, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_3
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue) AS e
FULL JOIN (SELECT unnest.residue_tool_calls.parent AS parent, unnest.residue_tool_calls.part AS part, unnest.residue_tool_calls.position AS position, unnest.residue_tool_calls.value AS value, unnest.residue_tool_calls.account AS account, unnest.residue_tool_calls.reason AS reason
FROM unnest.residue_tool_calls
WHERE unnest.residue_tool_calls.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH aside_0 AS
(UPDATE public.tool_calls SET position=(-2 - z.rank) FROM (SELECT ranked.parent AS message_id, CASE WHEN (ranked.part = 'tool_calls') THEN false WHEN (ranked.part = 'partial_tool_calls') THEN true END AS is_partial, ranked.was AS was, ranked.rank AS rank
FROM (SELECT places.parent AS parent, places.part AS part, places.was AS was, places.side AS side, places.is_dead AS is_dead, CAST((row_number() OVER (PARTITION BY places.parent, places.part ORDER BY places.is_dead, places.was, places.side) - 1) + 0 AS INTEGER) AS rank
FROM (SELECT r.message_id AS parent, CASE WHEN (r.is_partial = false) THEN 'tool_calls' WHEN (r.is_partial = true) THEN 'partial_tool_calls' END AS part, r.position AS was, 0 AS side, false AS is_dead
FROM public.tool_calls AS r
WHERE r.message_id = ANY (u_keys) UNION SELECT l.parent AS parent, l.part AS part, l.position AS position, CASE WHEN (l.account = 'shape') THEN 0 ELSE 1 END AS anon_1, NOT (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = l.parent AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id')))) AS anon_2
FROM unnest.residue_tool_calls AS l
WHERE l.parent = ANY (u_keys) AND l.position != -1) AS places) AS ranked
WHERE ranked.side = 0) AS z WHERE public.tool_calls.message_id = z.message_id AND public.tool_calls.is_partial = z.is_partial AND public.tool_calls.position = z.was AND public.tool_calls.position != z.rank)
 UPDATE unnest.residue_tool_calls SET position=(-2 - z.rank) FROM (SELECT ranked.parent AS parent, ranked.part AS part, ranked.was AS was, ranked.rank AS rank
FROM (SELECT places.parent AS parent, places.part AS part, places.was AS was, places.side AS side, places.is_dead AS is_dead, CAST((row_number() OVER (PARTITION BY places.parent, places.part ORDER BY places.is_dead, places.was, places.side) - 1) + 0 AS INTEGER) AS rank
FROM (SELECT r.message_id AS parent, CASE WHEN (r.is_partial = false) THEN 'tool_calls' WHEN (r.is_partial = true) THEN 'partial_tool_calls' END AS part, r.position AS was, 0 AS side, false AS is_dead
FROM public.tool_calls AS r
WHERE r.message_id = ANY (u_keys) UNION SELECT l.parent AS parent, l.part AS part, l.position AS position, CASE WHEN (l.account = 'shape') THEN 0 ELSE 1 END AS anon_1, NOT (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = l.parent AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id')))) AS anon_2
FROM unnest.residue_tool_calls AS l
WHERE l.parent = ANY (u_keys) AND l.position != -1) AS places) AS ranked
JOIN unnest.residue_tool_calls AS m ON m.parent = ranked.parent AND m.part = ranked.part AND m.position = ranked.was AND CASE WHEN (m.account = 'shape') THEN 0 ELSE 1 END = ranked.side) AS z WHERE unnest.residue_tool_calls.parent = z.parent AND unnest.residue_tool_calls.part = z.part AND unnest.residue_tool_calls.position = z.was AND unnest.residue_tool_calls.position != z.rank;
UPDATE public.tool_calls SET position=(-2 - public.tool_calls.position) WHERE public.tool_calls.message_id = ANY (u_keys) AND public.tool_calls.position <= -2;
UPDATE unnest.residue_tool_calls SET position=(-2 - unnest.residue_tool_calls.position) WHERE unnest.residue_tool_calls.parent = ANY (u_keys) AND unnest.residue_tool_calls.position <= -2;
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_1, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_2, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_3
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_tool_calls WHERE unnest.residue_tool_calls.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_tool_calls.parent AND unnest.residue_tool_calls.part = residue_derived.part AND unnest.residue_tool_calls.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.tool_calls (message_id, is_partial, position, tool_call_id, tool_name, args, result, text_position, timestamp, conversation_id, user_id, created_at, extra) SELECT e.message_id AS message_id, e.is_partial AS is_partial, e.position AS position, e.tool_call_id AS tool_call_id, e.tool_name AS tool_name, e.args AS args, e.result AS result, e.text_position AS text_position, e.timestamp AS timestamp, e.conversation_id AS conversation_id, e.user_id AS user_id, e.created_at AS created_at, e.extra AS extra
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e ORDER BY e.message_id, e.is_partial, e.position ON CONFLICT (message_id, is_partial, position) DO UPDATE SET conversation_id = excluded.conversation_id, user_id = excluded.user_id, tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name, args = excluded.args, result = excluded.result, text_position = excluded.text_position, timestamp = excluded.timestamp, extra = excluded.extra, created_at = excluded.created_at WHERE (public.tool_calls.tool_call_id, public.tool_calls.tool_name, public.tool_calls.args, public.tool_calls.result, public.tool_calls.text_position, public.tool_calls.timestamp, public.tool_calls.conversation_id, public.tool_calls.user_id, public.tool_calls.created_at, public.tool_calls.extra) IS DISTINCT FROM (excluded.tool_call_id, excluded.tool_name, excluded.args, excluded.result, excluded.text_position, excluded.timestamp, excluded.conversation_id, excluded.user_id, excluded.created_at, excluded.extra))
 INSERT INTO unnest.residue_tool_calls (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_tool_calls.value, unnest.residue_tool_calls.account, unnest.residue_tool_calls.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b)
 SELECT 1
FROM public.tool_calls
WHERE public.tool_calls.message_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e
WHERE e.message_id = public.tool_calls.message_id AND public.tool_calls.is_partial = e.is_partial AND public.tool_calls.position = e.position))) THEN
RAISE EXCEPTION 'unnest: this row of tool_calls can not be carried back to messages (migration of_tool_calls); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'tool_calls';
END IF;
END IF;
END IF;
u_set := set_config('unnest.m_tool_calls', u_guard, true);
RETURN cardinality(u_keys);
END $unnest$;

-- name: tool_calls.window_rows
-- migration of_tool_calls, mapping tool_calls: window_rows
CREATE OR REPLACE FUNCTION unnest.tool_calls__window_rows(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT id AS k, 0 AS size FROM public.messages
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: tool_calls.verify_rows
-- migration of_tool_calls, mapping tool_calls: verify_rows
CREATE OR REPLACE FUNCTION unnest.tool_calls__verify_rows(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
RETURN QUERY WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT p.id AS id, p.conversation_id AS conversation_id, p.user_id AS user_id, p.created_at AS created_at, r.tool_calls AS tool_calls, r.partial_tool_calls AS partial_tool_calls
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, CAST(NULL AS JSONB) AS tool_calls, CAST(NULL AS JSONB) AS partial_tool_calls
FROM public.messages
WHERE (u_after IS NULL OR public.messages.id > u_after) AND (u_upto IS NULL OR public.messages.id <= u_upto)) AS p
JOIN (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM public.tool_calls AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN p.tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE r.message_id = p.id AND r.is_partial = false UNION ALL SELECT l.position AS position, 1 AS anon_3, l.value AS value
FROM unnest.residue_tool_calls AS l
WHERE l.parent = p.id AND l.part = 'tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = p.id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM unnest.residue_tool_calls AS w
WHERE w.parent = p.id AND w.part = 'tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN '[]'::jsonb END) AS tool_calls, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_2
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM public.tool_calls AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN p.partial_tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE r.message_id = p.id AND r.is_partial = true UNION ALL SELECT l.position AS position, 1 AS anon_4, l.value AS value
FROM unnest.residue_tool_calls AS l
WHERE l.parent = p.id AND l.part = 'partial_tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM public.tool_calls AS s
WHERE s.message_id = p.id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM unnest.residue_tool_calls AS w
WHERE w.parent = p.id AND w.part = 'partial_tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN '[]'::jsonb END) AS partial_tool_calls
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, CAST(NULL AS JSONB) AS tool_calls, CAST(NULL AS JSONB) AS partial_tool_calls
FROM public.messages
WHERE (u_after IS NULL OR public.messages.id > u_after) AND (u_upto IS NULL OR public.messages.id <= u_upto)) AS p) AS r ON r.id = p.id) AS again
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, again.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, again.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT again.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, again.conversation_id AS conversation_id, coalesce(again.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = again.conversation_id)) AS user_id, unnest.time_of_millis(CAST(again.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b)
 SELECT 'rows of tool_calls that R and E give back' AS anon_1, CAST(coalesce(x.k, y.k) AS TEXT) AS coalesce_1, 'tool_calls' AS anon_2, to_jsonb(x.n) AS to_jsonb_1, to_jsonb(y.n) AS to_jsonb_2
FROM (SELECT e.message_id AS k, count(*) AS n
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e GROUP BY e.message_id) AS x
FULL JOIN (SELECT public.tool_calls.message_id AS k, count(*) AS n
FROM public.tool_calls
WHERE (u_after IS NULL OR public.tool_calls.message_id > u_after) AND (u_upto IS NULL OR public.tool_calls.message_id <= u_upto) GROUP BY public.tool_calls.message_id) AS y ON x.k = y.k
WHERE x.n IS DISTINCT FROM y.n
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: tool_calls.note_findings
-- migration of_tool_calls, mapping tool_calls: note_findings
CREATE OR REPLACE FUNCTION unnest.tool_calls__note_findings() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_tool_calls', 'tool_calls', 'messages', s.kind, s.key, s.path, s.account, s.evidence FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_tool_calls AS r WHERE r.account IN ('quarantined', 'merged')) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
UPDATE unnest.finding AS f SET state = 'resolved', last_seen = clock_timestamp()
WHERE f.migration = 'of_tool_calls' AND f.mapping = 'tool_calls'
AND f.table_name = 'messages' AND f.state <> 'resolved' AND f.kind <> 'stale overwrite'
AND NOT EXISTS (SELECT 1 FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_tool_calls AS r WHERE r.account IN ('quarantined', 'merged')) AS s WHERE s.key = f.key AND s.kind = f.kind AND s.path = f.path
AND s.evidence = f.evidence);
RETURN;
END $unnest$;

-- name: tool_calls.sweep
-- migration of_tool_calls, mapping tool_calls: sweep
CREATE OR REPLACE FUNCTION unnest.tool_calls__sweep() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
u_set := set_config('unnest.m_tool_calls', 'fwd', true);
DELETE FROM public.tool_calls WHERE NOT (EXISTS (SELECT public.messages.id
FROM public.messages
WHERE public.messages.id = public.tool_calls.message_id));
DELETE FROM unnest.residue_tool_calls WHERE NOT (EXISTS (SELECT public.messages.id
FROM public.messages
WHERE public.messages.id = unnest.residue_tool_calls.parent));
u_set := set_config('unnest.m_tool_calls', u_guard, true);
RETURN;
END $unnest$;

-- name: tool_calls.drain
-- migration of_tool_calls, mapping tool_calls: drain
CREATE OR REPLACE FUNCTION unnest.tool_calls__drain(u_rows integer) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;
u_keys TEXT[];
u_ids bigint[];
BEGIN
UPDATE unnest.dirty_tool_calls SET due = pg_snapshot_xmax(pg_current_snapshot()) WHERE due IS NULL;
u_ids := ARRAY(SELECT q.id FROM unnest.dirty_tool_calls AS q WHERE q.due <= pg_snapshot_xmin(pg_current_snapshot())
ORDER BY q.id LIMIT u_rows);
u_keys := ARRAY(SELECT public.messages.id
FROM public.messages WHERE public.messages.conversation_id IN (SELECT CAST(q.value AS TEXT) FROM unnest.dirty_tool_calls AS q WHERE q.id = ANY (u_ids) AND q.lookup = 'conversations') ORDER BY 1);
u_set := set_config('unnest.m_tool_calls', 'fwd', true);
u_set := set_config('unnest.engine', 'on', true);
PERFORM public.messages.id
FROM public.messages
WHERE public.messages.id = ANY (u_keys) ORDER BY public.messages.id FOR NO KEY UPDATE;
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_1, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_2, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_3
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_tool_calls WHERE unnest.residue_tool_calls.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_tool_calls.parent AND unnest.residue_tool_calls.part = residue_derived.part AND unnest.residue_tool_calls.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded),
rows_deleted AS
(DELETE FROM public.tool_calls WHERE public.tool_calls.message_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.message_id = public.tool_calls.message_id AND public.tool_calls.is_partial = rows_derived.is_partial AND public.tool_calls.position = rows_derived.position))),
rows_written AS
(INSERT INTO public.tool_calls (message_id, is_partial, position, tool_call_id, tool_name, args, result, text_position, timestamp, conversation_id, user_id, created_at, extra) SELECT rows_derived.message_id AS message_id, rows_derived.is_partial AS is_partial, rows_derived.position AS position, rows_derived.tool_call_id AS tool_call_id, rows_derived.tool_name AS tool_name, rows_derived.args AS args, rows_derived.result AS result, rows_derived.text_position AS text_position, rows_derived.timestamp AS timestamp, rows_derived.conversation_id AS conversation_id, rows_derived.user_id AS user_id, rows_derived.created_at AS created_at, rows_derived.extra AS extra
FROM rows_derived ORDER BY rows_derived.message_id, rows_derived.is_partial, rows_derived.position ON CONFLICT (message_id, is_partial, position) DO UPDATE SET conversation_id = excluded.conversation_id, user_id = excluded.user_id, tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name, args = excluded.args, result = excluded.result, text_position = excluded.text_position, timestamp = excluded.timestamp, extra = excluded.extra, created_at = excluded.created_at WHERE (public.tool_calls.tool_call_id, public.tool_calls.tool_name, public.tool_calls.args, public.tool_calls.result, public.tool_calls.text_position, public.tool_calls.timestamp, public.tool_calls.conversation_id, public.tool_calls.user_id, public.tool_calls.created_at, public.tool_calls.extra) IS DISTINCT FROM (excluded.tool_call_id, excluded.tool_name, excluded.args, excluded.result, excluded.text_position, excluded.timestamp, excluded.conversation_id, excluded.user_id, excluded.created_at, excluded.extra))
 INSERT INTO unnest.residue_tool_calls (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_tool_calls.value, unnest.residue_tool_calls.account, unnest.residue_tool_calls.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
DELETE FROM unnest.dirty_tool_calls AS q WHERE q.id = ANY (u_ids);
u_set := set_config('unnest.m_tool_calls', u_guard, true);
RETURN jsonb_build_object('taken', cardinality(u_ids), 'parents', cardinality(u_keys),
'waiting', (SELECT count(*) FROM unnest.dirty_tool_calls));
END $unnest$;
