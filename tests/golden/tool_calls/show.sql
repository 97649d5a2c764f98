-- name: tool_calls.create.dirty
CREATE TABLE IF NOT EXISTS unnest.dirty_tool_calls (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lookup text NOT NULL, value text NOT NULL, due xid8);

-- name: tool_calls.create.recent
CREATE TABLE IF NOT EXISTS unnest.recent_tool_calls (parent TEXT NOT NULL, part text NOT NULL, element jsonb NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), id bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (parent, id));

-- name: show_column.public.messages.tool_calls
-- locks: public.messages
SELECT unnest.show_column('of_tool_calls', 'public.messages', 'tool_calls', 'unnest_retired_tool_calls');

-- name: show_column.public.messages.partial_tool_calls
-- locks: public.messages
SELECT unnest.show_column('of_tool_calls', 'public.messages', 'partial_tool_calls', 'unnest_retired_partial_tool_calls');

-- name: tool_calls.reverse_rows_messages
-- migration of_tool_calls, mapping tool_calls: reverse_rows_messages
CREATE OR REPLACE FUNCTION unnest.tool_calls__reverse_rows_messages() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;
u_keys TEXT[];
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
IF TG_OP = 'INSERT' THEN u_keys := ARRAY(SELECT DISTINCT n.message_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'UPDATE' THEN u_keys := ARRAY(SELECT o.message_id
FROM o UNION SELECT n.message_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'DELETE' THEN u_keys := ARRAY(SELECT DISTINCT o.message_id
FROM o ORDER BY 1);
END IF;
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.messages.id
FROM public.messages
WHERE public.messages.id = ANY (u_keys) ORDER BY public.messages.id FOR NO KEY UPDATE;
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
IF TG_OP = 'INSERT' THEN
INSERT INTO unnest.recent_tool_calls (parent, part, element)
SELECT r.id, 'tool_calls' AS anon_1, x.element
FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM n AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN p.tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE p.id = r.message_id AND r.is_partial = false UNION ALL SELECT l.position AS position, 1 AS anon_2, l.value AS value
FROM (SELECT unnest.residue_tool_calls.parent AS parent, unnest.residue_tool_calls.part AS part, unnest.residue_tool_calls.position AS position, unnest.residue_tool_calls.value AS value, unnest.residue_tool_calls.account AS account, unnest.residue_tool_calls.reason AS reason
FROM unnest.residue_tool_calls
WHERE false) AS l
WHERE l.parent = p.id AND l.part = 'tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM n AS s
WHERE p.id = s.message_id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM (SELECT unnest.residue_tool_calls.parent AS parent, unnest.residue_tool_calls.part AS part, unnest.residue_tool_calls.position AS position, unnest.residue_tool_calls.value AS value, unnest.residue_tool_calls.account AS account, unnest.residue_tool_calls.reason AS reason
FROM unnest.residue_tool_calls
WHERE false) AS w
WHERE w.parent = p.id AND w.part = 'tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN '[]'::jsonb END) AS tool_calls, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_2
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM n AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN p.partial_tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE p.id = r.message_id AND r.is_partial = true UNION ALL SELECT l.position AS position, 1 AS anon_3, l.value AS value
FROM (SELECT unnest.residue_tool_calls.parent AS parent, unnest.residue_tool_calls.part AS part, unnest.residue_tool_calls.position AS position, unnest.residue_tool_calls.value AS value, unnest.residue_tool_calls.account AS account, unnest.residue_tool_calls.reason AS reason
FROM unnest.residue_tool_calls
WHERE false) AS l
WHERE l.parent = p.id AND l.part = 'partial_tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM n AS s
WHERE p.id = s.message_id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM (SELECT unnest.residue_tool_calls.parent AS parent, unnest.residue_tool_calls.part AS part, unnest.residue_tool_calls.position AS position, unnest.residue_tool_calls.value AS value, unnest.residue_tool_calls.account AS account, unnest.residue_tool_calls.reason AS reason
FROM unnest.residue_tool_calls
WHERE false) AS w
WHERE w.parent = p.id AND w.part = 'partial_tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN '[]'::jsonb END) AS partial_tool_calls
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p) AS r
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(r.tool_calls) = 'array') THEN r.tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
UNION ALL
SELECT r.id, 'partial_tool_calls' AS anon_1, x.element
FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM n AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN p.tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE p.id = r.message_id AND r.is_partial = false UNION ALL SELECT l.position AS position, 1 AS anon_2, l.value AS value
FROM (SELECT unnest.residue_tool_calls.parent AS parent, unnest.residue_tool_calls.part AS part, unnest.residue_tool_calls.position AS position, unnest.residue_tool_calls.value AS value, unnest.residue_tool_calls.account AS account, unnest.residue_tool_calls.reason AS reason
FROM unnest.residue_tool_calls
WHERE false) AS l
WHERE l.parent = p.id AND l.part = 'tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM n AS s
WHERE p.id = s.message_id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM (SELECT unnest.residue_tool_calls.parent AS parent, unnest.residue_tool_calls.part AS part, unnest.residue_tool_calls.position AS position, unnest.residue_tool_calls.value AS value, unnest.residue_tool_calls.account AS account, unnest.residue_tool_calls.reason AS reason
FROM unnest.residue_tool_calls
WHERE false) AS w
WHERE w.parent = p.id AND w.part = 'tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.tool_calls) = 'array') THEN '[]'::jsonb END) AS tool_calls, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_2
FROM (SELECT r.position AS position, 0 AS side, coalesce(r.extra, '{}'::jsonb) || ((jsonb_strip_nulls(jsonb_build_object('id', to_jsonb(r.tool_call_id), 'name', to_jsonb(r.tool_name), 'textPosition', to_jsonb(r.text_position), 'timestamp', to_jsonb(unnest.millis_of(r.timestamp)))) || CASE WHEN (r.args IS NOT NULL) THEN jsonb_build_object('arguments', CASE WHEN (unnest.read_json_text(y.element -> 'arguments') = r.args) THEN y.element -> 'arguments' ELSE to_jsonb(CAST(r.args AS TEXT)) END) ELSE '{}'::jsonb END) || CASE WHEN (r.result IS NOT NULL) THEN jsonb_build_object('result', CASE WHEN (unnest.read_json_text(y.element -> 'result') = r.result) THEN y.element -> 'result' ELSE to_jsonb(CAST(r.result AS TEXT)) END) ELSE '{}'::jsonb END) AS value
FROM n AS r
LEFT JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN p.partial_tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS y(element, ordinal) ON y.ordinal = r.position + 1
WHERE p.id = r.message_id AND r.is_partial = true UNION ALL SELECT l.position AS position, 1 AS anon_3, l.value AS value
FROM (SELECT unnest.residue_tool_calls.parent AS parent, unnest.residue_tool_calls.part AS part, unnest.residue_tool_calls.position AS position, unnest.residue_tool_calls.value AS value, unnest.residue_tool_calls.account AS account, unnest.residue_tool_calls.reason AS reason
FROM unnest.residue_tool_calls
WHERE false) AS l
WHERE l.parent = p.id AND l.part = 'partial_tool_calls' AND l.position != -1 AND l.account != 'shape' AND (l.reason != 'superseded' OR (EXISTS (SELECT 1
FROM n AS s
WHERE p.id = s.message_id AND s.is_partial = false AND to_jsonb(s.tool_call_id) = (l.value -> 'id'))))) AS z), (SELECT w.value
FROM (SELECT unnest.residue_tool_calls.parent AS parent, unnest.residue_tool_calls.part AS part, unnest.residue_tool_calls.position AS position, unnest.residue_tool_calls.value AS value, unnest.residue_tool_calls.account AS account, unnest.residue_tool_calls.reason AS reason
FROM unnest.residue_tool_calls
WHERE false) AS w
WHERE w.parent = p.id AND w.part = 'partial_tool_calls' AND w.position = -1), CASE WHEN (jsonb_typeof(p.partial_tool_calls) = 'array') THEN '[]'::jsonb END) AS partial_tool_calls
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.tool_calls AS tool_calls, public.messages.partial_tool_calls AS partial_tool_calls
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p) AS r
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(r.partial_tool_calls) = 'array') THEN r.partial_tool_calls ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true;
END IF;
u_set := set_config('unnest.m_tool_calls', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: tool_calls.trigger.reverse_rows_messages_insert
-- locks: public.tool_calls
CREATE OR REPLACE TRIGGER unnest_30_reverse_tool_calls__reverse_rows_messages_insert AFTER INSERT ON public.tool_calls
REFERENCING NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.tool_calls__reverse_rows_messages();

-- name: tool_calls.trigger.reverse_rows_messages_update
-- locks: public.tool_calls
CREATE OR REPLACE TRIGGER unnest_30_reverse_tool_calls__reverse_rows_messages_update AFTER UPDATE ON public.tool_calls
REFERENCING OLD TABLE AS o NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.tool_calls__reverse_rows_messages();

-- name: tool_calls.trigger.reverse_rows_messages_delete
-- locks: public.tool_calls
CREATE OR REPLACE TRIGGER unnest_30_reverse_tool_calls__reverse_rows_messages_delete AFTER DELETE ON public.tool_calls
REFERENCING OLD TABLE AS o
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.tool_calls__reverse_rows_messages();
