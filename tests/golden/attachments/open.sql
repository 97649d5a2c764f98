-- name: attachments.reverse_rows_messages
-- migration of_attachments, mapping attachments: reverse_rows_messages
CREATE OR REPLACE FUNCTION unnest.attachments__reverse_rows_messages() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_attachments', true), '');
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
u_set := set_config('unnest.m_attachments', 'rev', true);
UPDATE public.messages SET attachments=r.attachments FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, (coalesce(r.extra, '{}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('type', to_jsonb(r.type), 'name', to_jsonb(r.name), 'storageId', to_jsonb(r.storage_id), 'mimeType', to_jsonb(r.mime_type), 'size', to_jsonb(r.size)))) || CASE WHEN (jsonb_strip_nulls(jsonb_build_object('width', to_jsonb(r.width), 'height', to_jsonb(r.height), 'duration', to_jsonb(r.duration), 'prompt', to_jsonb(r.prompt), 'model', to_jsonb(r.model), 'generationTime', to_jsonb(r.generation_time))) = '{}'::jsonb) THEN '{}'::jsonb ELSE jsonb_build_object('metadata', unnest.object_or_empty(r.extra -> 'metadata') || jsonb_strip_nulls(jsonb_build_object('width', to_jsonb(r.width), 'height', to_jsonb(r.height), 'duration', to_jsonb(r.duration), 'prompt', to_jsonb(r.prompt), 'model', to_jsonb(r.model), 'generationTime', to_jsonb(r.generation_time)))) END AS value
FROM public.attachments AS r
WHERE r.message_id = p.id UNION ALL SELECT l.position AS position, 1 AS anon_1, l.value AS value
FROM unnest.residue_attachments AS l
WHERE l.parent = p.id AND l.part = 'attachments' AND l.position != -1 AND l.account != 'shape') AS z), (SELECT w.value
FROM unnest.residue_attachments AS w
WHERE w.parent = p.id AND w.part = 'attachments' AND w.position = -1), CASE WHEN (jsonb_typeof(p.attachments) = 'array') THEN '[]'::jsonb END) AS attachments
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.attachments AS attachments
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.messages.id = ANY (u_keys) AND public.messages.id = r.id AND public.messages.attachments IS DISTINCT FROM r.attachments;
IF EXISTS (WITH elements AS
(SELECT v.message_id AS message_id, v.position AS position, v.type AS type, v.name AS name, v.storage_id AS storage_id, v.mime_type AS mime_type, v.size AS size, v.width AS width, v.height AS height, v.duration AS duration, v.prompt AS prompt, v.model AS model, v.generation_time AS generation_time, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, 'attachments' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.type IS NOT NULL AND v.name IS NOT NULL AND v.storage_id IS NOT NULL AND v.mime_type IS NOT NULL AND v.size IS NOT NULL AND (SELECT coalesce((type IN ('file', 'image', 'audio')), true) AS coalesce_1
FROM (SELECT v.type AS type) AS r)) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.attachments AS attachments
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.attachments) = 'array') THEN p.attachments ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'type' AS type, x.element -> 'name' AS name, x.element -> 'storageId' AS storage_id, x.element -> 'mimeType' AS mime_type, x.element -> 'size' AS size, (x.element -> 'metadata') -> 'width' AS width, (x.element -> 'metadata') -> 'height' AS height, (x.element -> 'metadata') -> 'duration' AS duration, (x.element -> 'metadata') -> 'prompt' AS prompt, (x.element -> 'metadata') -> 'model' AS model, (x.element -> 'metadata') -> 'generationTime' AS generation_time
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, CAST(x.ordinal + -1 AS INTEGER) AS position, CASE WHEN (jsonb_typeof(f.type) = 'string') THEN CASE WHEN ((f.type #>> '{}') IN ('file', 'image', 'audio')) THEN f.type #>> '{}' END END AS type, unnest.read_text(f.name) AS name, unnest.read_text(f.storage_id) AS storage_id, unnest.read_text(f.mime_type) AS mime_type, unnest.read_bigint(f.size) AS size, unnest.read_integer(f.width) AS width, unnest.read_integer(f.height) AS height, unnest.read_double(f.duration) AS duration, unnest.read_text(f.prompt) AS prompt, unnest.read_text(f.model) AS model, unnest.read_double(f.generation_time) AS generation_time, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT elements.message_id AS message_id, elements.position AS position, elements.type AS type, elements.name AS name, elements.storage_id AS storage_id, elements.mime_type AS mime_type, elements.size AS size, elements.width AS width, elements.height AS height, elements.duration AS duration, elements.prompt AS prompt, elements.model AS model, elements.generation_time AS generation_time, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(CASE WHEN CASE WHEN (jsonb_typeof(elements.u_element -> 'metadata') = 'object' AND (elements.u_element -> 'metadata') != '{}'::jsonb) THEN ((elements.u_element -> 'metadata') - array_remove(CAST(ARRAY[CASE WHEN (elements.width IS NOT NULL) THEN 'width' END, CASE WHEN (elements.height IS NOT NULL) THEN 'height' END, CASE WHEN (elements.duration IS NOT NULL) THEN 'duration' END, CASE WHEN (elements.prompt IS NOT NULL) THEN 'prompt' END, CASE WHEN (elements.model IS NOT NULL) THEN 'model' END, CASE WHEN (elements.generation_time IS NOT NULL) THEN 'generationTime' END] AS TEXT[]), NULL)) = '{}'::jsonb ELSE false END THEN (elements.u_element - CAST(ARRAY['type', 'name', 'storageId', 'mimeType', 'size'] AS TEXT[])) - 'metadata' ELSE CASE WHEN (jsonb_typeof(elements.u_element -> 'metadata') = 'object' AND (elements.u_element -> 'metadata') != '{}'::jsonb) THEN (elements.u_element - CAST(ARRAY['type', 'name', 'storageId', 'mimeType', 'size'] AS TEXT[])) || jsonb_build_object('metadata', (elements.u_element -> 'metadata') - array_remove(CAST(ARRAY[CASE WHEN (elements.width IS NOT NULL) THEN 'width' END, CASE WHEN (elements.height IS NOT NULL) THEN 'height' END, CASE WHEN (elements.duration IS NOT NULL) THEN 'duration' END, CASE WHEN (elements.prompt IS NOT NULL) THEN 'prompt' END, CASE WHEN (elements.model IS NOT NULL) THEN 'model' END, CASE WHEN (elements.generation_time IS NOT NULL) THEN 'generationTime' END] AS TEXT[]), NULL)) ELSE elements.u_element - CAST(ARRAY['type', 'name', 'storageId', 'mimeType', 'size'] AS TEXT[]) END END, '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits) AS e
FULL JOIN (SELECT public.attachments.message_id AS message_id, public.attachments.position AS position, public.attachments.type AS type, public.attachments.name AS name, public.attachments.storage_id AS storage_id, public.attachments.mime_type AS mime_type, public.attachments.size AS size, public.attachments.width AS width, public.attachments.height AS height, public.attachments.duration AS duration, public.attachments.prompt AS prompt, public.attachments.model AS model, public.attachments.generation_time AS generation_time, public.attachments.conversation_id AS conversation_id, public.attachments.user_id AS user_id, public.attachments.created_at AS created_at, public.attachments.extra AS extra
FROM public.attachments
WHERE public.attachments.message_id = ANY (u_keys)) AS t ON e.message_id = t.message_id AND t.position = e.position
WHERE e.message_id IS NULL OR t.message_id IS NULL OR (e.type, e.name, e.storage_id, e.mime_type, e.size, e.width, e.height, e.duration, e.prompt, e.model, e.generation_time, e.conversation_id, e.user_id, e.created_at, e.extra) IS DISTINCT FROM (t.type, t.name, t.storage_id, t.mime_type, t.size, t.width, t.height, t.duration, t.prompt, t.model, t.generation_time, t.conversation_id, t.user_id, t.created_at, t.extra) UNION ALL SELECT 1 AS one
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, elements.u_element AS value, 'quarantined' AS account, 'does not fit' AS reason
FROM elements
WHERE NOT elements.u_fits UNION ALL SELECT p.id AS id, 'attachments' AS anon_1, -1 AS anon_2, p.attachments AS attachments, CASE WHEN (jsonb_typeof(p.attachments) != 'array' AND jsonb_typeof(p.attachments) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_3, CASE WHEN (jsonb_typeof(p.attachments) = 'null') THEN 'null' WHEN (jsonb_typeof(p.attachments) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_4
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.attachments AS attachments
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
WHERE p.attachments IS NOT NULL AND (jsonb_typeof(p.attachments) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.attachments) = 'array') THEN p.attachments ELSE '[]'::jsonb END) = 0)) AS residue) AS e
FULL JOIN (SELECT unnest.residue_attachments.parent AS parent, unnest.residue_attachments.part AS part, unnest.residue_attachments.position AS position, unnest.residue_attachments.value AS value, unnest.residue_attachments.account AS account, unnest.residue_attachments.reason AS reason
FROM unnest.residue_attachments
WHERE unnest.residue_attachments.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH aside_0 AS
(UPDATE public.attachments SET position=(-2 - z.rank) FROM (SELECT ranked.parent AS message_id, ranked.was AS was, ranked.rank AS rank
FROM (SELECT places.parent AS parent, places.part AS part, places.was AS was, places.side AS side, places.is_dead AS is_dead, CAST((row_number() OVER (PARTITION BY places.parent, places.part ORDER BY places.is_dead, places.was, places.side) - 1) + 0 AS INTEGER) AS rank
FROM (SELECT r.message_id AS parent, 'attachments' AS part, r.position AS was, 0 AS side, false AS is_dead
FROM public.attachments AS r
WHERE r.message_id = ANY (u_keys) UNION SELECT l.parent AS parent, l.part AS part, l.position AS position, CASE WHEN (l.account = 'shape') THEN 0 ELSE 1 END AS anon_1, false AS anon_2
FROM unnest.residue_attachments AS l
WHERE l.parent = ANY (u_keys) AND l.position != -1) AS places) AS ranked
WHERE ranked.side = 0) AS z WHERE public.attachments.message_id = z.message_id AND public.attachments.position = z.was AND public.attachments.position != z.rank)
 UPDATE unnest.residue_attachments SET position=(-2 - z.rank) FROM (SELECT ranked.parent AS parent, ranked.part AS part, ranked.was AS was, ranked.rank AS rank
FROM (SELECT places.parent AS parent, places.part AS part, places.was AS was, places.side AS side, places.is_dead AS is_dead, CAST((row_number() OVER (PARTITION BY places.parent, places.part ORDER BY places.is_dead, places.was, places.side) - 1) + 0 AS INTEGER) AS rank
FROM (SELECT r.message_id AS parent, 'attachments' AS part, r.position AS was, 0 AS side, false AS is_dead
FROM public.attachments AS r
WHERE r.message_id = ANY (u_keys) UNION SELECT l.parent AS parent, l.part AS part, l.position AS position, CASE WHEN (l.account = 'shape') THEN 0 ELSE 1 END AS anon_1, false AS anon_2
FROM unnest.residue_attachments AS l
WHERE l.parent = ANY (u_keys) AND l.position != -1) AS places) AS ranked
JOIN unnest.residue_attachments AS m ON m.parent = ranked.parent AND m.part = ranked.part AND m.position = ranked.was AND CASE WHEN (m.account = 'shape') THEN 0 ELSE 1 END = ranked.side) AS z WHERE unnest.residue_attachments.parent = z.parent AND unnest.residue_attachments.part = z.part AND unnest.residue_attachments.position = z.was AND unnest.residue_attachments.position != z.rank;
UPDATE public.attachments SET position=(-2 - public.attachments.position) WHERE public.attachments.message_id = ANY (u_keys) AND public.attachments.position <= -2;
UPDATE unnest.residue_attachments SET position=(-2 - unnest.residue_attachments.position) WHERE unnest.residue_attachments.parent = ANY (u_keys) AND unnest.residue_attachments.position <= -2;
WITH elements AS
(SELECT v.message_id AS message_id, v.position AS position, v.type AS type, v.name AS name, v.storage_id AS storage_id, v.mime_type AS mime_type, v.size AS size, v.width AS width, v.height AS height, v.duration AS duration, v.prompt AS prompt, v.model AS model, v.generation_time AS generation_time, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, 'attachments' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.type IS NOT NULL AND v.name IS NOT NULL AND v.storage_id IS NOT NULL AND v.mime_type IS NOT NULL AND v.size IS NOT NULL AND (SELECT coalesce((type IN ('file', 'image', 'audio')), true) AS coalesce_1
FROM (SELECT v.type AS type) AS r)) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.attachments AS attachments
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.attachments) = 'array') THEN p.attachments ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'type' AS type, x.element -> 'name' AS name, x.element -> 'storageId' AS storage_id, x.element -> 'mimeType' AS mime_type, x.element -> 'size' AS size, (x.element -> 'metadata') -> 'width' AS width, (x.element -> 'metadata') -> 'height' AS height, (x.element -> 'metadata') -> 'duration' AS duration, (x.element -> 'metadata') -> 'prompt' AS prompt, (x.element -> 'metadata') -> 'model' AS model, (x.element -> 'metadata') -> 'generationTime' AS generation_time
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, CAST(x.ordinal + -1 AS INTEGER) AS position, CASE WHEN (jsonb_typeof(f.type) = 'string') THEN CASE WHEN ((f.type #>> '{}') IN ('file', 'image', 'audio')) THEN f.type #>> '{}' END END AS type, unnest.read_text(f.name) AS name, unnest.read_text(f.storage_id) AS storage_id, unnest.read_text(f.mime_type) AS mime_type, unnest.read_bigint(f.size) AS size, unnest.read_integer(f.width) AS width, unnest.read_integer(f.height) AS height, unnest.read_double(f.duration) AS duration, unnest.read_text(f.prompt) AS prompt, unnest.read_text(f.model) AS model, unnest.read_double(f.generation_time) AS generation_time, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.message_id AS parent, elements.u_part AS part, elements.position AS position, elements.u_element AS value, 'quarantined' AS account, 'does not fit' AS reason
FROM elements
WHERE NOT elements.u_fits UNION ALL SELECT p.id AS id, 'attachments' AS anon_1, -1 AS anon_2, p.attachments AS attachments, CASE WHEN (jsonb_typeof(p.attachments) != 'array' AND jsonb_typeof(p.attachments) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_3, CASE WHEN (jsonb_typeof(p.attachments) = 'null') THEN 'null' WHEN (jsonb_typeof(p.attachments) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_4
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.attachments AS attachments
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
WHERE p.attachments IS NOT NULL AND (jsonb_typeof(p.attachments) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.attachments) = 'array') THEN p.attachments ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_attachments WHERE unnest.residue_attachments.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_attachments.parent AND unnest.residue_attachments.part = residue_derived.part AND unnest.residue_attachments.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.attachments (message_id, position, type, name, storage_id, mime_type, size, width, height, duration, prompt, model, generation_time, conversation_id, user_id, created_at, extra) SELECT e.message_id AS message_id, e.position AS position, e.type AS type, e.name AS name, e.storage_id AS storage_id, e.mime_type AS mime_type, e.size AS size, e.width AS width, e.height AS height, e.duration AS duration, e.prompt AS prompt, e.model AS model, e.generation_time AS generation_time, e.conversation_id AS conversation_id, e.user_id AS user_id, e.created_at AS created_at, e.extra AS extra
FROM (SELECT elements.message_id AS message_id, elements.position AS position, elements.type AS type, elements.name AS name, elements.storage_id AS storage_id, elements.mime_type AS mime_type, elements.size AS size, elements.width AS width, elements.height AS height, elements.duration AS duration, elements.prompt AS prompt, elements.model AS model, elements.generation_time AS generation_time, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(CASE WHEN CASE WHEN (jsonb_typeof(elements.u_element -> 'metadata') = 'object' AND (elements.u_element -> 'metadata') != '{}'::jsonb) THEN ((elements.u_element -> 'metadata') - array_remove(CAST(ARRAY[CASE WHEN (elements.width IS NOT NULL) THEN 'width' END, CASE WHEN (elements.height IS NOT NULL) THEN 'height' END, CASE WHEN (elements.duration IS NOT NULL) THEN 'duration' END, CASE WHEN (elements.prompt IS NOT NULL) THEN 'prompt' END, CASE WHEN (elements.model IS NOT NULL) THEN 'model' END, CASE WHEN (elements.generation_time IS NOT NULL) THEN 'generationTime' END] AS TEXT[]), NULL)) = '{}'::jsonb ELSE false END THEN (elements.u_element - CAST(ARRAY['type', 'name', 'storageId', 'mimeType', 'size'] AS TEXT[])) - 'metadata' ELSE CASE WHEN (jsonb_typeof(elements.u_element -> 'metadata') = 'object' AND (elements.u_element -> 'metadata') != '{}'::jsonb) THEN (elements.u_element - CAST(ARRAY['type', 'name', 'storageId', 'mimeType', 'size'] AS TEXT[])) || jsonb_build_object('metadata', (elements.u_element -> 'metadata') - array_remove(CAST(ARRAY[CASE WHEN (elements.width IS NOT NULL) THEN 'width' END, CASE WHEN (elements.height IS NOT NULL) THEN 'height' END, CASE WHEN (elements.duration IS NOT NULL) THEN 'duration' END, CASE WHEN (elements.prompt IS NOT NULL) THEN 'prompt' END, CASE WHEN (elements.model IS NOT NULL) THEN 'model' END, CASE WHEN (elements.generation_time IS NOT NULL) THEN 'generationTime' END] AS TEXT[]), NULL)) ELSE elements.u_element - CAST(ARRAY['type', 'name', 'storageId', 'mimeType', 'size'] AS TEXT[]) END END, '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits) AS e ORDER BY e.message_id, e.position ON CONFLICT (message_id, position) DO UPDATE SET conversation_id = excluded.conversation_id, user_id = excluded.user_id, type = excluded.type, name = excluded.name, storage_id = excluded.storage_id, mime_type = excluded.mime_type, size = excluded.size, width = excluded.width, height = excluded.height, duration = excluded.duration, prompt = excluded.prompt, model = excluded.model, generation_time = excluded.generation_time, extra = excluded.extra, created_at = excluded.created_at WHERE (public.attachments.type, public.attachments.name, public.attachments.storage_id, public.attachments.mime_type, public.attachments.size, public.attachments.width, public.attachments.height, public.attachments.duration, public.attachments.prompt, public.attachments.model, public.attachments.generation_time, public.attachments.conversation_id, public.attachments.user_id, public.attachments.created_at, public.attachments.extra) IS DISTINCT FROM (excluded.type, excluded.name, excluded.storage_id, excluded.mime_type, excluded.size, excluded.width, excluded.height, excluded.duration, excluded.prompt, excluded.model, excluded.generation_time, excluded.conversation_id, excluded.user_id, excluded.created_at, excluded.extra))
 INSERT INTO unnest.residue_attachments (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_attachments.value, unnest.residue_attachments.account, unnest.residue_attachments.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH elements AS
(SELECT v.message_id AS message_id, v.position AS position, v.type AS type, v.name AS name, v.storage_id AS storage_id, v.mime_type AS mime_type, v.size AS size, v.width AS width, v.height AS height, v.duration AS duration, v.prompt AS prompt, v.model AS model, v.generation_time AS generation_time, v.conversation_id AS conversation_id, v.user_id AS user_id, v.created_at AS created_at, x.element AS u_element, 'attachments' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.type IS NOT NULL AND v.name IS NOT NULL AND v.storage_id IS NOT NULL AND v.mime_type IS NOT NULL AND v.size IS NOT NULL AND (SELECT coalesce((type IN ('file', 'image', 'audio')), true) AS coalesce_1
FROM (SELECT v.type AS type) AS r)) THEN true ELSE false END AS u_fits
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.attachments AS attachments
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.attachments) = 'array') THEN p.attachments ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'type' AS type, x.element -> 'name' AS name, x.element -> 'storageId' AS storage_id, x.element -> 'mimeType' AS mime_type, x.element -> 'size' AS size, (x.element -> 'metadata') -> 'width' AS width, (x.element -> 'metadata') -> 'height' AS height, (x.element -> 'metadata') -> 'duration' AS duration, (x.element -> 'metadata') -> 'prompt' AS prompt, (x.element -> 'metadata') -> 'model' AS model, (x.element -> 'metadata') -> 'generationTime' AS generation_time
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS message_id, CAST(x.ordinal + -1 AS INTEGER) AS position, CASE WHEN (jsonb_typeof(f.type) = 'string') THEN CASE WHEN ((f.type #>> '{}') IN ('file', 'image', 'audio')) THEN f.type #>> '{}' END END AS type, unnest.read_text(f.name) AS name, unnest.read_text(f.storage_id) AS storage_id, unnest.read_text(f.mime_type) AS mime_type, unnest.read_bigint(f.size) AS size, unnest.read_integer(f.width) AS width, unnest.read_integer(f.height) AS height, unnest.read_double(f.duration) AS duration, unnest.read_text(f.prompt) AS prompt, unnest.read_text(f.model) AS model, unnest.read_double(f.generation_time) AS generation_time, p.conversation_id AS conversation_id, coalesce(p.user_id, (SELECT public.conversations.user_id
FROM public.conversations
WHERE public.conversations.id = p.conversation_id)) AS user_id, unnest.time_of_millis(CAST(p.created_at AS DOUBLE PRECISION)) AS created_at
 LIMIT ALL OFFSET 0) AS v ON true)
 SELECT 1
FROM public.attachments
WHERE public.attachments.message_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT elements.message_id AS message_id, elements.position AS position, elements.type AS type, elements.name AS name, elements.storage_id AS storage_id, elements.mime_type AS mime_type, elements.size AS size, elements.width AS width, elements.height AS height, elements.duration AS duration, elements.prompt AS prompt, elements.model AS model, elements.generation_time AS generation_time, elements.conversation_id AS conversation_id, elements.user_id AS user_id, elements.created_at AS created_at, nullif(CASE WHEN CASE WHEN (jsonb_typeof(elements.u_element -> 'metadata') = 'object' AND (elements.u_element -> 'metadata') != '{}'::jsonb) THEN ((elements.u_element -> 'metadata') - array_remove(CAST(ARRAY[CASE WHEN (elements.width IS NOT NULL) THEN 'width' END, CASE WHEN (elements.height IS NOT NULL) THEN 'height' END, CASE WHEN (elements.duration IS NOT NULL) THEN 'duration' END, CASE WHEN (elements.prompt IS NOT NULL) THEN 'prompt' END, CASE WHEN (elements.model IS NOT NULL) THEN 'model' END, CASE WHEN (elements.generation_time IS NOT NULL) THEN 'generationTime' END] AS TEXT[]), NULL)) = '{}'::jsonb ELSE false END THEN (elements.u_element - CAST(ARRAY['type', 'name', 'storageId', 'mimeType', 'size'] AS TEXT[])) - 'metadata' ELSE CASE WHEN (jsonb_typeof(elements.u_element -> 'metadata') = 'object' AND (elements.u_element -> 'metadata') != '{}'::jsonb) THEN (elements.u_element - CAST(ARRAY['type', 'name', 'storageId', 'mimeType', 'size'] AS TEXT[])) || jsonb_build_object('metadata', (elements.u_element -> 'metadata') - array_remove(CAST(ARRAY[CASE WHEN (elements.width IS NOT NULL) THEN 'width' END, CASE WHEN (elements.height IS NOT NULL) THEN 'height' END, CASE WHEN (elements.duration IS NOT NULL) THEN 'duration' END, CASE WHEN (elements.prompt IS NOT NULL) THEN 'prompt' END, CASE WHEN (elements.model IS NOT NULL) THEN 'model' END, CASE WHEN (elements.generation_time IS NOT NULL) THEN 'generationTime' END] AS TEXT[]), NULL)) ELSE elements.u_element - CAST(ARRAY['type', 'name', 'storageId', 'mimeType', 'size'] AS TEXT[]) END END, '{}'::jsonb) AS extra
FROM elements
WHERE elements.u_fits) AS e
WHERE e.message_id = public.attachments.message_id AND public.attachments.position = e.position))) THEN
RAISE EXCEPTION 'unnest: this row of attachments can not be carried back to messages (migration of_attachments); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'attachments';
END IF;
END IF;
IF TG_OP = 'INSERT' THEN
INSERT INTO unnest.recent_attachments (parent, part, element)
SELECT r.id, 'attachments' AS anon_1, x.element
FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, (coalesce(r.extra, '{}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('type', to_jsonb(r.type), 'name', to_jsonb(r.name), 'storageId', to_jsonb(r.storage_id), 'mimeType', to_jsonb(r.mime_type), 'size', to_jsonb(r.size)))) || CASE WHEN (jsonb_strip_nulls(jsonb_build_object('width', to_jsonb(r.width), 'height', to_jsonb(r.height), 'duration', to_jsonb(r.duration), 'prompt', to_jsonb(r.prompt), 'model', to_jsonb(r.model), 'generationTime', to_jsonb(r.generation_time))) = '{}'::jsonb) THEN '{}'::jsonb ELSE jsonb_build_object('metadata', unnest.object_or_empty(r.extra -> 'metadata') || jsonb_strip_nulls(jsonb_build_object('width', to_jsonb(r.width), 'height', to_jsonb(r.height), 'duration', to_jsonb(r.duration), 'prompt', to_jsonb(r.prompt), 'model', to_jsonb(r.model), 'generationTime', to_jsonb(r.generation_time)))) END AS value
FROM n AS r
WHERE p.id = r.message_id UNION ALL SELECT l.position AS position, 1 AS anon_2, l.value AS value
FROM (SELECT unnest.residue_attachments.parent AS parent, unnest.residue_attachments.part AS part, unnest.residue_attachments.position AS position, unnest.residue_attachments.value AS value, unnest.residue_attachments.account AS account, unnest.residue_attachments.reason AS reason
FROM unnest.residue_attachments
WHERE false) AS l
WHERE l.parent = p.id AND l.part = 'attachments' AND l.position != -1 AND l.account != 'shape') AS z), (SELECT w.value
FROM (SELECT unnest.residue_attachments.parent AS parent, unnest.residue_attachments.part AS part, unnest.residue_attachments.position AS position, unnest.residue_attachments.value AS value, unnest.residue_attachments.account AS account, unnest.residue_attachments.reason AS reason
FROM unnest.residue_attachments
WHERE false) AS w
WHERE w.parent = p.id AND w.part = 'attachments' AND w.position = -1), CASE WHEN (jsonb_typeof(p.attachments) = 'array') THEN '[]'::jsonb END) AS attachments
FROM (SELECT public.messages.id AS id, public.messages.conversation_id AS conversation_id, public.messages.user_id AS user_id, public.messages.created_at AS created_at, public.messages.attachments AS attachments
FROM public.messages
WHERE public.messages.id = ANY (u_keys)) AS p) AS r
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(r.attachments) = 'array') THEN r.attachments ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true;
END IF;
u_set := set_config('unnest.m_attachments', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: attachments.trigger.reverse_rows_messages_insert
-- locks: public.attachments
CREATE OR REPLACE TRIGGER unnest_30_reverse_attachments__reverse_rows_messages_insert AFTER INSERT ON public.attachments
REFERENCING NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.attachments__reverse_rows_messages();

-- name: attachments.trigger.reverse_rows_messages_update
-- locks: public.attachments
CREATE OR REPLACE TRIGGER unnest_30_reverse_attachments__reverse_rows_messages_update AFTER UPDATE ON public.attachments
REFERENCING OLD TABLE AS o NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.attachments__reverse_rows_messages();

-- name: attachments.trigger.reverse_rows_messages_delete
-- locks: public.attachments
CREATE OR REPLACE TRIGGER unnest_30_reverse_attachments__reverse_rows_messages_delete AFTER DELETE ON public.attachments
REFERENCING OLD TABLE AS o
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.attachments__reverse_rows_messages();

-- name: attachments.keep
-- migration of_attachments, mapping attachments: keep
CREATE OR REPLACE FUNCTION unnest.attachments__keep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_attachments', true), '');
u_set text;
u_recent jsonb;
u_kept jsonb;
BEGIN
IF u_guard <> '' THEN RETURN NEW; END IF;
SELECT jsonb_agg(r.element ORDER BY r.id) INTO u_recent FROM unnest.recent_attachments AS r WHERE r.parent = OLD.id
AND r.part = 'attachments' AND r.at > clock_timestamp() - interval '900 seconds';
IF u_recent IS NOT NULL THEN
u_kept := unnest.kept_elements(OLD.attachments, NEW.attachments, u_recent);
IF u_kept IS DISTINCT FROM NEW.attachments THEN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_attachments', 'attachments', 'messages', s.kind, s.key, s.path, s.account, s.evidence FROM (SELECT 'stale overwrite' AS kind, NEW.id::text AS key, 'attachments' AS path, 'shape' AS account, jsonb_build_object('kept', u_recent, 'written', NEW.attachments) AS evidence) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
NEW.attachments := u_kept;
END IF;
END IF;
RETURN NEW;
END $unnest$;

-- name: attachments.trigger.keep
-- locks: public.messages
CREATE OR REPLACE TRIGGER unnest_00_keep_attachments__keep BEFORE UPDATE ON public.messages
FOR EACH ROW
WHEN ((OLD.attachments) IS DISTINCT FROM (NEW.attachments))
EXECUTE FUNCTION unnest.attachments__keep();

-- name: attachments.drop_trigger.closed_attachments
-- locks: public.attachments
DROP TRIGGER IF EXISTS unnest_05_closed_attachments__closed_attachments ON public.attachments;
