-- name: tool_calls.closed_tool_calls
-- migration of_tool_calls, mapping tool_calls: closed_tool_calls
CREATE OR REPLACE FUNCTION unnest.tool_calls__closed_tool_calls() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
IF coalesce(current_setting('unnest.engine', true), '') = '' THEN
RAISE EXCEPTION 'unnest: tool_calls is not open for writing before stage dual_read (migration of_tool_calls); write to the legacy tables, they are carried over' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: tool_calls.trigger.closed_tool_calls
-- locks: public.tool_calls
CREATE OR REPLACE TRIGGER unnest_05_closed_tool_calls__closed_tool_calls BEFORE INSERT OR UPDATE OR DELETE ON public.tool_calls
FOR EACH STATEMENT
WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION unnest.tool_calls__closed_tool_calls();

-- name: tool_calls.forward_insert
-- migration of_tool_calls, mapping tool_calls: forward_insert
CREATE OR REPLACE FUNCTION unnest.tool_calls__forward_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_tool_calls', 'fwd', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN PERFORM 1
FROM public.conversations
WHERE public.conversations.id = NEW.conversation_id FOR SHARE; END IF;
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT NEW.id AS id, NEW.conversation_id AS conversation_id, NEW.user_id AS user_id, NEW.created_at AS created_at, NEW.tool_calls AS tool_calls, NEW.partial_tool_calls AS partial_tool_calls) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b),
rows_written AS
(INSERT INTO public.tool_calls (message_id, is_partial, position, tool_call_id, tool_name, args, result, text_position, timestamp, conversation_id, user_id, created_at, extra) SELECT e.message_id AS message_id, e.is_partial AS is_partial, e.position AS position, e.tool_call_id AS tool_call_id, e.tool_name AS tool_name, e.args AS args, e.result AS result, e.text_position AS text_position, e.timestamp AS timestamp, e.conversation_id AS conversation_id, e.user_id AS user_id, e.created_at AS created_at, e.extra AS extra
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e ORDER BY e.message_id, e.is_partial, e.position ON CONFLICT (message_id, is_partial, position) DO UPDATE SET conversation_id = excluded.conversation_id, user_id = excluded.user_id, tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name, args = excluded.args, result = excluded.result, text_position = excluded.text_position, timestamp = excluded.timestamp, extra = excluded.extra, created_at = excluded.created_at WHERE (public.tool_calls.tool_call_id, public.tool_calls.tool_name, public.tool_calls.args, public.tool_calls.result, public.tool_calls.text_position, public.tool_calls.timestamp, public.tool_calls.conversation_id, public.tool_calls.user_id, public.tool_calls.created_at, public.tool_calls.extra) IS DISTINCT FROM (excluded.tool_call_id, excluded.tool_name, excluded.args, excluded.result, excluded.text_position, excluded.timestamp, excluded.conversation_id, excluded.user_id, excluded.created_at, excluded.extra))
 INSERT INTO unnest.residue_tool_calls (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_1, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_2, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_3
FROM (SELECT NEW.id AS id, NEW.conversation_id AS conversation_id, NEW.user_id AS user_id, NEW.created_at AS created_at, NEW.tool_calls AS tool_calls, NEW.partial_tool_calls AS partial_tool_calls) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_tool_calls.value, unnest.residue_tool_calls.account, unnest.residue_tool_calls.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_tool_calls', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: tool_calls.forward_update
-- migration of_tool_calls, mapping tool_calls: forward_update
CREATE OR REPLACE FUNCTION unnest.tool_calls__forward_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_tool_calls', 'fwd', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT OLD.id AS id, OLD.conversation_id AS conversation_id, OLD.user_id AS user_id, OLD.created_at AS created_at, OLD.tool_calls AS tool_calls, OLD.partial_tool_calls AS partial_tool_calls) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b)
 INSERT INTO public.tool_calls (message_id, is_partial, position, tool_call_id, tool_name, args, result, text_position, timestamp, conversation_id, user_id, created_at, extra) SELECT e.message_id, e.is_partial, e.position, e.tool_call_id, e.tool_name, e.args, e.result, e.text_position, e.timestamp, e.conversation_id, e.user_id, e.created_at, e.extra
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e ORDER BY e.message_id, e.is_partial, e.position ON CONFLICT (message_id, is_partial, position) DO NOTHING;
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT OLD.id AS id, OLD.conversation_id AS conversation_id, OLD.user_id AS user_id, OLD.created_at AS created_at, OLD.tool_calls AS tool_calls, OLD.partial_tool_calls AS partial_tool_calls) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b)
 INSERT INTO unnest.residue_tool_calls (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_1, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_2, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_3
FROM (SELECT OLD.id AS id, OLD.conversation_id AS conversation_id, OLD.user_id AS user_id, OLD.created_at AS created_at, OLD.tool_calls AS tool_calls, OLD.partial_tool_calls AS partial_tool_calls) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
IF current_setting('transaction_isolation') <> 'read committed' THEN PERFORM 1
FROM public.conversations
WHERE public.conversations.id = NEW.conversation_id FOR SHARE; END IF;
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT NEW.id AS id, NEW.conversation_id AS conversation_id, NEW.user_id AS user_id, NEW.created_at AS created_at, NEW.tool_calls AS tool_calls, NEW.partial_tool_calls AS partial_tool_calls) AS p
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
FROM (SELECT NEW.id AS id, NEW.conversation_id AS conversation_id, NEW.user_id AS user_id, NEW.created_at AS created_at, NEW.tool_calls AS tool_calls, NEW.partial_tool_calls AS partial_tool_calls) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_tool_calls WHERE unnest.residue_tool_calls.parent IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE unnest.residue_tool_calls.parent = residue_derived.parent AND unnest.residue_tool_calls.part = residue_derived.part AND unnest.residue_tool_calls.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded),
rows_deleted AS
(DELETE FROM public.tool_calls WHERE public.tool_calls.message_id IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE public.tool_calls.message_id = rows_derived.message_id AND public.tool_calls.is_partial = rows_derived.is_partial AND public.tool_calls.position = rows_derived.position))),
rows_written AS
(INSERT INTO public.tool_calls (message_id, is_partial, position, tool_call_id, tool_name, args, result, text_position, timestamp, conversation_id, user_id, created_at, extra) SELECT rows_derived.message_id AS message_id, rows_derived.is_partial AS is_partial, rows_derived.position AS position, rows_derived.tool_call_id AS tool_call_id, rows_derived.tool_name AS tool_name, rows_derived.args AS args, rows_derived.result AS result, rows_derived.text_position AS text_position, rows_derived.timestamp AS timestamp, rows_derived.conversation_id AS conversation_id, rows_derived.user_id AS user_id, rows_derived.created_at AS created_at, rows_derived.extra AS extra
FROM rows_derived ORDER BY rows_derived.message_id, rows_derived.is_partial, rows_derived.position ON CONFLICT (message_id, is_partial, position) DO UPDATE SET conversation_id = excluded.conversation_id, user_id = excluded.user_id, tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name, args = excluded.args, result = excluded.result, text_position = excluded.text_position, timestamp = excluded.timestamp, extra = excluded.extra, created_at = excluded.created_at WHERE (public.tool_calls.tool_call_id, public.tool_calls.tool_name, public.tool_calls.args, public.tool_calls.result, public.tool_calls.text_position, public.tool_calls.timestamp, public.tool_calls.conversation_id, public.tool_calls.user_id, public.tool_calls.created_at, public.tool_calls.extra) IS DISTINCT FROM (excluded.tool_call_id, excluded.tool_name, excluded.args, excluded.result, excluded.text_position, excluded.timestamp, excluded.conversation_id, excluded.user_id, excluded.created_at, excluded.extra))
 INSERT INTO unnest.residue_tool_calls (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_tool_calls.value, unnest.residue_tool_calls.account, unnest.residue_tool_calls.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_tool_calls', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: tool_calls.forward_delete
-- migration of_tool_calls, mapping tool_calls: forward_delete
CREATE OR REPLACE FUNCTION unnest.tool_calls__forward_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_tool_calls', 'fwd', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT OLD.id AS id, OLD.conversation_id AS conversation_id, OLD.user_id AS user_id, OLD.created_at AS created_at, OLD.tool_calls AS tool_calls, OLD.partial_tool_calls AS partial_tool_calls) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b)
 INSERT INTO public.tool_calls (message_id, is_partial, position, tool_call_id, tool_name, args, result, text_position, timestamp, conversation_id, user_id, created_at, extra) SELECT e.message_id, e.is_partial, e.position, e.tool_call_id, e.tool_name, e.args, e.result, e.text_position, e.timestamp, e.conversation_id, e.user_id, e.created_at, e.extra
FROM (SELECT elements.message_id AS message_id, elements.is_partial AS is_partial, elements.position AS position, elements.tool_call_id AS tool_call_id, elements.tool_name AS tool_name, elements.args AS args, elements.result AS result, elements.text_position AS text_position, elements.timestamp AS timestamp, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(elements.u_element - array_remove(CAST(ARRAY['id', 'name', 'arguments', 'timestamp', CASE WHEN (elements.result IS NOT NULL) THEN 'result' END, CASE WHEN (elements.text_position IS NOT NULL) THEN 'textPosition' END] AS TEXT[]), NULL), '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits AND NOT elements.u_superseded) AS e ORDER BY e.message_id, e.is_partial, e.position ON CONFLICT (message_id, is_partial, position) DO NOTHING;
WITH elements AS
(SELECT b.message_id AS message_id, b.is_partial AS is_partial, b.position AS position, b.tool_call_id AS tool_call_id, b.tool_name AS tool_name, b.args AS args, b.result AS result, b.text_position AS text_position, b.timestamp AS timestamp, b.conversation_id AS conversation_id, b.user_id AS user_id, b.created_at AS created_at, b.u_element AS u_element, b.u_part AS u_part, b.u_fits AS u_fits, b.is_partial != false AND b.u_fits AND bool_or(b.is_partial = false AND b.u_fits) OVER (PARTITION BY b.message_id, b.tool_call_id) AS u_superseded
FROM (SELECT v.message_id AS message_id, v.is_partial AS is_partial, v.position AS position, v.tool_call_id AS tool_call_id, v.tool_name AS tool_name, v.args AS args, v.result AS result, v.text_position AS text_position, v.timestamp AS timestamp, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, arrays.part AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.tool_call_id IS NOT NULL AND v.tool_name IS NOT NULL AND v.args IS NOT NULL AND v.timestamp IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT OLD.id AS id, OLD.conversation_id AS conversation_id, OLD.user_id AS user_id, OLD.created_at AS created_at, OLD.tool_calls AS tool_calls, OLD.partial_tool_calls AS partial_tool_calls) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'id' AS tool_call_id, x.element -> 'name' AS tool_name, x.element -> 'arguments' AS args, x.element -> 'result' AS result, x.element -> 'textPosition' AS text_position, x.element -> 'timestamp' AS timestamp
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, arrays.discriminator AS is_partial, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.tool_call_id) AS tool_call_id, unnest.read_text(f.tool_name) AS tool_name, unnest.read_json_text(f.args) AS args, unnest.read_json_text(f.result) AS result, unnest.read_integer(f.text_position) AS text_position, unnest.read_millis(f.timestamp) AS timestamp, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true) AS b)
 INSERT INTO unnest.residue_tool_calls (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_superseded THEN elements.u_element ELSE elements.u_element END AS value, CASE WHEN elements.u_superseded THEN 'merged' ELSE 'quarantined' END AS account, CASE WHEN elements.u_superseded THEN 'superseded' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR elements.u_superseded UNION ALL SELECT p.id AS id, arrays.part AS part, -1 AS anon_1, arrays.value AS value, CASE WHEN (jsonb_typeof(arrays.value) != 'array' AND jsonb_typeof(arrays.value) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_2, CASE WHEN (jsonb_typeof(arrays.value) = 'null') THEN 'null' WHEN (jsonb_typeof(arrays.value) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_3
FROM (SELECT OLD.id AS id, OLD.conversation_id AS conversation_id, OLD.user_id AS user_id, OLD.created_at AS created_at, OLD.tool_calls AS tool_calls, OLD.partial_tool_calls AS partial_tool_calls) AS p
JOIN LATERAL (SELECT false AS discriminator, 'tool_calls' AS part, p.tool_calls AS value UNION ALL SELECT true AS discriminator, 'partial_tool_calls' AS part, p.partial_tool_calls AS value) AS arrays ON true
WHERE arrays.value IS NOT NULL AND (jsonb_typeof(arrays.value) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(arrays.value) = 'array') THEN arrays.value ELSE '[]'::jsonb END) = 0)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
DELETE FROM public.tool_calls WHERE public.tool_calls.message_id = OLD.id;
DELETE FROM unnest.residue_tool_calls WHERE unnest.residue_tool_calls.parent = OLD.id;
u_set := set_config('unnest.m_tool_calls', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: tool_calls.trigger.insert
-- locks: public.messages
CREATE OR REPLACE TRIGGER unnest_10_forward_tool_calls__insert AFTER INSERT ON public.messages
FOR EACH ROW
WHEN (NEW.tool_calls IS NOT NULL OR NEW.partial_tool_calls IS NOT NULL)
EXECUTE FUNCTION unnest.tool_calls__forward_insert();

-- name: tool_calls.trigger.update
-- locks: public.messages
CREATE OR REPLACE TRIGGER unnest_10_forward_tool_calls__update AFTER UPDATE ON public.messages
FOR EACH ROW
WHEN ((OLD.id, OLD.conversation_id, OLD.user_id, OLD.created_at, OLD.tool_calls, OLD.partial_tool_calls) IS DISTINCT FROM (NEW.id, NEW.conversation_id, NEW.user_id, NEW.created_at, NEW.tool_calls, NEW.partial_tool_calls))
EXECUTE FUNCTION unnest.tool_calls__forward_update();

-- name: tool_calls.trigger.delete
-- locks: public.messages
CREATE OR REPLACE TRIGGER unnest_10_forward_tool_calls__delete AFTER DELETE ON public.messages
FOR EACH ROW
EXECUTE FUNCTION unnest.tool_calls__forward_delete();

-- name: tool_calls.lookup_conversations_insert
-- migration of_tool_calls, mapping tool_calls: lookup_conversations_insert
CREATE OR REPLACE FUNCTION unnest.tool_calls__lookup_conversations_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
INSERT INTO unnest.dirty_tool_calls (lookup, value)
SELECT DISTINCT q.lookup, q.value FROM (VALUES ('conversations', (NEW.id)::text)) AS q(lookup, value) WHERE q.value IS NOT NULL;
RETURN NULL;
END $unnest$;

-- name: tool_calls.trigger.lookup_conversations_insert
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_20_lookup_tool_calls__lookup_conversations_insert AFTER INSERT ON public.conversations
FOR EACH ROW
EXECUTE FUNCTION unnest.tool_calls__lookup_conversations_insert();

-- name: tool_calls.lookup_conversations_update
-- migration of_tool_calls, mapping tool_calls: lookup_conversations_update
CREATE OR REPLACE FUNCTION unnest.tool_calls__lookup_conversations_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
INSERT INTO unnest.dirty_tool_calls (lookup, value)
SELECT DISTINCT q.lookup, q.value FROM (VALUES ('conversations', (OLD.id)::text), ('conversations', (NEW.id)::text)) AS q(lookup, value) WHERE q.value IS NOT NULL;
RETURN NULL;
END $unnest$;

-- name: tool_calls.trigger.lookup_conversations_update
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_20_lookup_tool_calls__lookup_conversations_update AFTER UPDATE ON public.conversations
FOR EACH ROW
WHEN ((OLD.id, OLD.user_id) IS DISTINCT FROM (NEW.id, NEW.user_id))
EXECUTE FUNCTION unnest.tool_calls__lookup_conversations_update();

-- name: tool_calls.lookup_conversations_delete
-- migration of_tool_calls, mapping tool_calls: lookup_conversations_delete
CREATE OR REPLACE FUNCTION unnest.tool_calls__lookup_conversations_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
INSERT INTO unnest.dirty_tool_calls (lookup, value)
SELECT DISTINCT q.lookup, q.value FROM (VALUES ('conversations', (OLD.id)::text)) AS q(lookup, value) WHERE q.value IS NOT NULL;
RETURN NULL;
END $unnest$;

-- name: tool_calls.trigger.lookup_conversations_delete
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_20_lookup_tool_calls__lookup_conversations_delete AFTER DELETE ON public.conversations
FOR EACH ROW
EXECUTE FUNCTION unnest.tool_calls__lookup_conversations_delete();

-- name: tool_calls.truncate_before
-- migration of_tool_calls, mapping tool_calls: truncate_before
CREATE OR REPLACE FUNCTION unnest.tool_calls__truncate_before() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.m_tool_calls', 'fwd', true);
RETURN NULL;
END $unnest$;

-- name: tool_calls.truncate_after
-- migration of_tool_calls, mapping tool_calls: truncate_after
CREATE OR REPLACE FUNCTION unnest.tool_calls__truncate_after() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
DELETE FROM public.tool_calls WHERE true;
DELETE FROM unnest.residue_tool_calls WHERE true;
u_set := set_config('unnest.m_tool_calls', '', true);
RETURN NULL;
END $unnest$;

-- name: tool_calls.trigger.truncate_before
-- locks: public.messages
CREATE OR REPLACE TRIGGER unnest_60_truncate_tool_calls__truncate_before BEFORE TRUNCATE ON public.messages
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.tool_calls__truncate_before();

-- name: tool_calls.trigger.truncate_after
-- locks: public.messages
CREATE OR REPLACE TRIGGER unnest_60_truncate_tool_calls__truncate_after AFTER TRUNCATE ON public.messages
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.tool_calls__truncate_after();

-- name: tool_calls.truncate_refused
-- migration of_tool_calls, mapping tool_calls: truncate_refused
CREATE OR REPLACE FUNCTION unnest.tool_calls__truncate_refused() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
IF u_guard <> 'fwd' THEN
RAISE EXCEPTION 'unnest: TRUNCATE is not carried for this table while migration of_tool_calls is under way; use DELETE' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: tool_calls.trigger.truncate_tool_calls
-- locks: public.tool_calls
CREATE OR REPLACE TRIGGER unnest_60_truncate_tool_calls__truncate_tool_calls BEFORE TRUNCATE ON public.tool_calls
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.tool_calls__truncate_refused();

-- name: tool_calls.trigger.truncate_conversations
-- locks: public.conversations
CREATE OR REPLACE TRIGGER unnest_60_truncate_tool_calls__truncate_conversations BEFORE TRUNCATE ON public.conversations
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.tool_calls__truncate_refused();
