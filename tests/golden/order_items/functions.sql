-- name: order_items.backfill
-- migration of_order_items, mapping order_items: backfill
CREATE OR REPLACE FUNCTION unnest.order_items__backfill(u_after BIGINT, u_upto BIGINT, u_rows integer, u_bytes bigint, u_reconcile boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;
u_last BIGINT;
u_parents bigint;
u_size bigint;
u_keys BIGINT[];
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
FROM (SELECT id AS k, coalesce(pg_column_size(items), 0) AS size FROM public.orders
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_order_items', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.orders.id AS k, CASE WHEN (jsonb_typeof(public.orders.items) = 'array') THEN jsonb_array_length(CASE WHEN (jsonb_typeof(public.orders.items) = 'array') THEN public.orders.items ELSE '[]'::jsonb END) WHEN (jsonb_typeof(public.orders.items) = 'null') THEN 0 WHEN (public.orders.items IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.orders
WHERE (u_after IS NULL OR public.orders.id > u_after) AND public.orders.id <= u_last ORDER BY public.orders.id FOR NO KEY UPDATE) AS l;
IF u_reconcile THEN
WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.order_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_fits THEN elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL) ELSE elements.u_element END AS value, CASE WHEN elements.u_fits THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN elements.u_fits THEN 'unknown keys' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR (elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL)) != '{}'::jsonb UNION ALL SELECT p.id AS id, 'items' AS anon_1, -1 AS anon_2, p.items AS items, CASE WHEN (jsonb_typeof(p.items) != 'array' AND jsonb_typeof(p.items) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_3, CASE WHEN (jsonb_typeof(p.items) = 'null') THEN 'null' WHEN (jsonb_typeof(p.items) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_4
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_order_items WHERE unnest.residue_order_items.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_order_items.parent AND unnest.residue_order_items.part = residue_derived.part AND unnest.residue_order_items.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits),
rows_deleted AS
(DELETE FROM public.order_items WHERE public.order_items.order_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.order_id = public.order_items.order_id AND public.order_items.position = rows_derived.position))),
rows_written AS
(INSERT INTO public.order_items (order_id, position, sku, quantity) SELECT rows_derived.order_id AS order_id, rows_derived.position AS position, rows_derived.sku AS sku, rows_derived.quantity AS quantity
FROM rows_derived ORDER BY rows_derived.order_id, rows_derived.position ON CONFLICT (order_id, position) DO UPDATE SET sku = excluded.sku, quantity = excluded.quantity WHERE (public.order_items.sku, public.order_items.quantity) IS DISTINCT FROM (excluded.sku, excluded.quantity))
 INSERT INTO unnest.residue_order_items (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_order_items.value, unnest.residue_order_items.account, unnest.residue_order_items.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_placed := -1;
ELSE
WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true),
rows_copied AS
(INSERT INTO public.order_items (order_id, position, sku, quantity) SELECT e.order_id AS order_id, e.position AS position, e.sku AS sku, e.quantity AS quantity
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e ORDER BY e.order_id, e.position ON CONFLICT (order_id, position) DO NOTHING RETURNING 1 AS one),
residue_copied AS
(INSERT INTO unnest.residue_order_items (parent, part, position, value, account, reason) SELECT e.parent AS parent, e.part AS part, e.position AS position, e.value AS value, e.account AS account, e.reason AS reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.order_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_fits THEN elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL) ELSE elements.u_element END AS value, CASE WHEN elements.u_fits THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN elements.u_fits THEN 'unknown keys' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR (elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL)) != '{}'::jsonb UNION ALL SELECT p.id AS id, 'items' AS anon_3, -1 AS anon_4, p.items AS items, CASE WHEN (jsonb_typeof(p.items) != 'array' AND jsonb_typeof(p.items) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_5, CASE WHEN (jsonb_typeof(p.items) = 'null') THEN 'null' WHEN (jsonb_typeof(p.items) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_6
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING RETURNING unnest.residue_order_items.account)
 SELECT 0 + (SELECT count(*) AS count_1
FROM rows_copied) AS anon_1, 0 + (SELECT count(*) AS count_2
FROM residue_copied
WHERE residue_copied.account = 'quarantined') AS anon_2, 0 + (SELECT count(*) AS count_3
FROM residue_copied
WHERE residue_copied.account = 'merged') AS anon_7
INTO u_copied, u_out, u_same;
u_placed := u_placed + u_copied;
u_quarantined := u_quarantined + u_out;
u_merged := u_merged + u_same;
END IF;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
u_placed := (SELECT count(*) FROM public.order_items WHERE order_id = ANY (u_keys));
SELECT count(*) FILTER (WHERE account = 'quarantined'), count(*) FILTER (WHERE account = 'merged') INTO u_quarantined, u_merged
FROM unnest.residue_order_items WHERE parent = ANY (u_keys);
END IF;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
RAISE EXCEPTION 'unnest: accounting does not balance (migration of_order_items, mapping order_items): parents %..%: % elements in, % placed, % merged, % quarantined', u_keys[1], u_last, u_elements, u_placed, u_merged, u_quarantined USING ERRCODE = 'data_corrupted';
END IF;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'elements', u_elements,
'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: order_items.window_orders
-- migration of_order_items, mapping order_items: window_orders
CREATE OR REPLACE FUNCTION unnest.order_items__window_orders(u_after BIGINT, u_upto BIGINT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;
u_last BIGINT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT q.k, q.size, sum(q.size) OVER (ORDER BY q.k) - q.size AS before
FROM (SELECT id AS k, coalesce(pg_column_size(items), 0) AS size FROM public.orders
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: order_items.rebuild_orders
-- migration of_order_items, mapping order_items: rebuild_orders
CREATE OR REPLACE FUNCTION unnest.order_items__rebuild_orders(u_after BIGINT, u_upto BIGINT, u_rows integer, u_bytes bigint, u_account boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;
u_last BIGINT;
u_parents bigint;
u_size bigint;
u_keys BIGINT[];
u_fresh BIGINT[];
u_changed bigint := 0;
u_elements bigint := 0;
u_placed bigint := 0;
u_quarantined bigint := 0;
u_merged bigint := 0;
u_apart bigint := 0;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT q.k, q.size, sum(q.size) OVER (ORDER BY q.k) - q.size AS before
FROM (SELECT id AS k, coalesce(pg_column_size(items), 0) AS size FROM public.orders
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_order_items', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.orders.id AS k, CASE WHEN (jsonb_typeof(public.orders.items) = 'array') THEN jsonb_array_length(CASE WHEN (jsonb_typeof(public.orders.items) = 'array') THEN public.orders.items ELSE '[]'::jsonb END) WHEN (jsonb_typeof(public.orders.items) = 'null') THEN 0 WHEN (public.orders.items IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.orders
WHERE (u_after IS NULL OR public.orders.id > u_after) AND public.orders.id <= u_last ORDER BY public.orders.id FOR NO KEY UPDATE) AS l;
UPDATE public.orders SET items=r.items FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(u.value, '{}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('sku', to_jsonb(r.sku), 'quantity', to_jsonb(r.quantity))) AS value
FROM public.order_items AS r
LEFT JOIN unnest.residue_order_items AS u ON u.parent = r.order_id AND u.part = 'items' AND u.position = r.position AND u.account = 'shape'
WHERE r.order_id = p.id UNION ALL SELECT l.position AS position, 1 AS anon_1, l.value AS value
FROM unnest.residue_order_items AS l
WHERE l.parent = p.id AND l.part = 'items' AND l.position != -1 AND l.account != 'shape') AS z), (SELECT w.value
FROM unnest.residue_order_items AS w
WHERE w.parent = p.id AND w.part = 'items' AND w.position = -1), CASE WHEN (jsonb_typeof(p.items) = 'array') THEN '[]'::jsonb END) AS items
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.orders.id = ANY (u_keys) AND public.orders.id = r.id AND public.orders.items IS DISTINCT FROM r.items;
GET DIAGNOSTICS u_changed = ROW_COUNT;
IF EXISTS (WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e
FULL JOIN (SELECT public.order_items.order_id AS order_id, public.order_items.position AS position, public.order_items.sku AS sku, public.order_items.quantity AS quantity
FROM public.order_items
WHERE public.order_items.order_id = ANY (u_keys)) AS t ON e.order_id = t.order_id AND t.position = e.position
WHERE e.order_id IS NULL OR t.order_id IS NULL OR (e.sku, e.quantity) IS DISTINCT FROM (t.sku, t.quantity) UNION ALL SELECT 1 AS one
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.order_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_fits THEN elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL) ELSE elements.u_element END AS value, CASE WHEN elements.u_fits THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN elements.u_fits THEN 'unknown keys' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR (elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL)) != '{}'::jsonb UNION ALL SELECT p.id AS id, 'items' AS anon_1, -1 AS anon_2, p.items AS items, CASE WHEN (jsonb_typeof(p.items) != 'array' AND jsonb_typeof(p.items) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_3, CASE WHEN (jsonb_typeof(p.items) = 'null') THEN 'null' WHEN (jsonb_typeof(p.items) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_4
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue) AS e
FULL JOIN (SELECT unnest.residue_order_items.parent AS parent, unnest.residue_order_items.part AS part, unnest.residue_order_items.position AS position, unnest.residue_order_items.value AS value, unnest.residue_order_items.account AS account, unnest.residue_order_items.reason AS reason
FROM unnest.residue_order_items
WHERE unnest.residue_order_items.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH aside_0 AS
(UPDATE public.order_items SET position=(-2 - z.rank) FROM (SELECT ranked.parent AS order_id, ranked.was AS was, ranked.rank AS rank
FROM (SELECT places.parent AS parent, places.part AS part, places.was AS was, places.side AS side, places.is_dead AS is_dead, CAST((row_number() OVER (PARTITION BY places.parent, places.part ORDER BY places.is_dead, places.was, places.side) - 1) + 0 AS INTEGER) AS rank
FROM (SELECT r.order_id AS parent, 'items' AS part, r.position AS was, 0 AS side, false AS is_dead
FROM public.order_items AS r
WHERE r.order_id = ANY (u_keys) UNION SELECT l.parent AS parent, l.part AS part, l.position AS position, CASE WHEN (l.account = 'shape') THEN 0 ELSE 1 END AS anon_1, false AS anon_2
FROM unnest.residue_order_items AS l
WHERE l.parent = ANY (u_keys) AND l.position != -1) AS places) AS ranked
WHERE ranked.side = 0) AS z WHERE public.order_items.order_id = z.order_id AND public.order_items.position = z.was AND public.order_items.position != z.rank)
 UPDATE unnest.residue_order_items SET position=(-2 - z.rank) FROM (SELECT ranked.parent AS parent, ranked.part AS part, ranked.was AS was, ranked.rank AS rank
FROM (SELECT places.parent AS parent, places.part AS part, places.was AS was, places.side AS side, places.is_dead AS is_dead, CAST((row_number() OVER (PARTITION BY places.parent, places.part ORDER BY places.is_dead, places.was, places.side) - 1) + 0 AS INTEGER) AS rank
FROM (SELECT r.order_id AS parent, 'items' AS part, r.position AS was, 0 AS side, false AS is_dead
FROM public.order_items AS r
WHERE r.order_id = ANY (u_keys) UNION SELECT l.parent AS parent, l.part AS part, l.position AS position, CASE WHEN (l.account = 'shape') THEN 0 ELSE 1 END AS anon_1, false AS anon_2
FROM unnest.residue_order_items AS l
WHERE l.parent = ANY (u_keys) AND l.position != -1) AS places) AS ranked
JOIN unnest.residue_order_items AS m ON m.parent = ranked.parent AND m.part = ranked.part AND m.position = ranked.was AND CASE WHEN (m.account = 'shape') THEN 0 ELSE 1 END = ranked.side) AS z WHERE unnest.residue_order_items.parent = z.parent AND unnest.residue_order_items.part = z.part AND unnest.residue_order_items.position = z.was AND unnest.residue_order_items.position != z.rank;
UPDATE public.order_items SET position=(-2 - public.order_items.position) WHERE public.order_items.order_id = ANY (u_keys) AND public.order_items.position <= -2;
UPDATE unnest.residue_order_items SET position=(-2 - unnest.residue_order_items.position) WHERE unnest.residue_order_items.parent = ANY (u_keys) AND unnest.residue_order_items.position <= -2;
WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.order_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_fits THEN elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL) ELSE elements.u_element END AS value, CASE WHEN elements.u_fits THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN elements.u_fits THEN 'unknown keys' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR (elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL)) != '{}'::jsonb UNION ALL SELECT p.id AS id, 'items' AS anon_1, -1 AS anon_2, p.items AS items, CASE WHEN (jsonb_typeof(p.items) != 'array' AND jsonb_typeof(p.items) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_3, CASE WHEN (jsonb_typeof(p.items) = 'null') THEN 'null' WHEN (jsonb_typeof(p.items) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_4
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_order_items WHERE unnest.residue_order_items.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_order_items.parent AND unnest.residue_order_items.part = residue_derived.part AND unnest.residue_order_items.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.order_items (order_id, position, sku, quantity) SELECT e.order_id AS order_id, e.position AS position, e.sku AS sku, e.quantity AS quantity
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e ORDER BY e.order_id, e.position ON CONFLICT (order_id, position) DO UPDATE SET sku = excluded.sku, quantity = excluded.quantity WHERE (public.order_items.sku, public.order_items.quantity) IS DISTINCT FROM (excluded.sku, excluded.quantity))
 INSERT INTO unnest.residue_order_items (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_order_items.value, unnest.residue_order_items.account, unnest.residue_order_items.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true)
 SELECT 1
FROM public.order_items
WHERE public.order_items.order_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e
WHERE e.order_id = public.order_items.order_id AND public.order_items.position = e.position))) THEN
RAISE EXCEPTION 'unnest: this row of order_items can not be carried back to orders (migration of_order_items); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'order_items';
END IF;
END IF;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'changed', u_changed,
'elements', u_elements, 'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: order_items.verify_orders
-- migration of_order_items, mapping order_items: verify_orders
CREATE OR REPLACE FUNCTION unnest.order_items__verify_orders(u_after BIGINT, u_upto BIGINT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
RETURN QUERY WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE (u_after IS NULL OR public.orders.id > u_after) AND (u_upto IS NULL OR public.orders.id <= u_upto)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true)
 SELECT 'rows of order_items' AS anon_1, CAST(coalesce(e.order_id, t.order_id) AS TEXT) AS coalesce_1, CAST(jsonb_build_object('order_id', coalesce(e.order_id, t.order_id), 'position', coalesce(e.position, t.position)) AS TEXT) AS jsonb_build_object_1, to_jsonb(e.*) AS to_jsonb_1, to_jsonb(t.*) AS to_jsonb_2
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e
FULL JOIN (SELECT public.order_items.order_id AS order_id, public.order_items.position AS position, public.order_items.sku AS sku, public.order_items.quantity AS quantity
FROM public.order_items
WHERE (u_after IS NULL OR public.order_items.order_id > u_after) AND (u_upto IS NULL OR public.order_items.order_id <= u_upto)) AS t ON e.order_id = t.order_id AND t.position = e.position
WHERE e.order_id IS NULL OR t.order_id IS NULL OR (e.sku, e.quantity) IS DISTINCT FROM (t.sku, t.quantity) UNION ALL SELECT 'rows of residue_order_items' AS anon_2, CAST(coalesce(e.parent, t.parent) AS TEXT) AS coalesce_2, CAST(jsonb_build_object('parent', coalesce(e.parent, t.parent), 'part', coalesce(e.part, t.part), 'position', coalesce(e.position, t.position)) AS TEXT) AS jsonb_build_object_2, to_jsonb(e.*) AS to_jsonb_3, to_jsonb(t.*) AS to_jsonb_4
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.order_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_fits THEN elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL) ELSE elements.u_element END AS value, CASE WHEN elements.u_fits THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN elements.u_fits THEN 'unknown keys' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR (elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL)) != '{}'::jsonb UNION ALL SELECT p.id AS id, 'items' AS anon_3, -1 AS anon_4, p.items AS items, CASE WHEN (jsonb_typeof(p.items) != 'array' AND jsonb_typeof(p.items) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_5, CASE WHEN (jsonb_typeof(p.items) = 'null') THEN 'null' WHEN (jsonb_typeof(p.items) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_6
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE (u_after IS NULL OR public.orders.id > u_after) AND (u_upto IS NULL OR public.orders.id <= u_upto)) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue) AS e
FULL JOIN (SELECT unnest.residue_order_items.parent AS parent, unnest.residue_order_items.part AS part, unnest.residue_order_items.position AS position, unnest.residue_order_items.value AS value, unnest.residue_order_items.account AS account, unnest.residue_order_items.reason AS reason
FROM unnest.residue_order_items
WHERE (u_after IS NULL OR unnest.residue_order_items.parent > u_after) AND (u_upto IS NULL OR unnest.residue_order_items.parent <= u_upto)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)
LIMIT u_limit;
RETURN QUERY SELECT 'nested value of orders' AS anon_1, CAST(p.id AS TEXT) AS id, 'items' AS anon_2, to_jsonb(r.items) AS to_jsonb_1, to_jsonb(p.items) AS to_jsonb_2
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE (u_after IS NULL OR public.orders.id > u_after) AND (u_upto IS NULL OR public.orders.id <= u_upto)) AS p
JOIN (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(u.value, '{}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('sku', to_jsonb(r.sku), 'quantity', to_jsonb(r.quantity))) AS value
FROM public.order_items AS r
LEFT JOIN unnest.residue_order_items AS u ON u.parent = r.order_id AND u.part = 'items' AND u.position = r.position AND u.account = 'shape'
WHERE r.order_id = p.id UNION ALL SELECT l.position AS position, 1 AS anon_3, l.value AS value
FROM unnest.residue_order_items AS l
WHERE l.parent = p.id AND l.part = 'items' AND l.position != -1 AND l.account != 'shape') AS z), (SELECT w.value
FROM unnest.residue_order_items AS w
WHERE w.parent = p.id AND w.part = 'items' AND w.position = -1), CASE WHEN (jsonb_typeof(p.items) = 'array') THEN '[]'::jsonb END) AS items
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE (u_after IS NULL OR public.orders.id > u_after) AND (u_upto IS NULL OR public.orders.id <= u_upto)) AS p) AS r ON r.id = p.id
WHERE p.items IS DISTINCT FROM r.items
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: order_items.repair_orders
-- migration of_order_items, mapping order_items: repair_orders
CREATE OR REPLACE FUNCTION unnest.order_items__repair_orders(u_keys BIGINT[], u_direction text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
PERFORM public.orders.id
FROM public.orders
WHERE public.orders.id = ANY (u_keys) ORDER BY public.orders.id FOR NO KEY UPDATE;
IF u_direction = 'legacy' THEN
u_set := set_config('unnest.m_order_items', 'fwd', true);
WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.order_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_fits THEN elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL) ELSE elements.u_element END AS value, CASE WHEN elements.u_fits THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN elements.u_fits THEN 'unknown keys' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR (elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL)) != '{}'::jsonb UNION ALL SELECT p.id AS id, 'items' AS anon_1, -1 AS anon_2, p.items AS items, CASE WHEN (jsonb_typeof(p.items) != 'array' AND jsonb_typeof(p.items) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_3, CASE WHEN (jsonb_typeof(p.items) = 'null') THEN 'null' WHEN (jsonb_typeof(p.items) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_4
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_order_items WHERE unnest.residue_order_items.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_order_items.parent AND unnest.residue_order_items.part = residue_derived.part AND unnest.residue_order_items.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits),
rows_deleted AS
(DELETE FROM public.order_items WHERE public.order_items.order_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.order_id = public.order_items.order_id AND public.order_items.position = rows_derived.position))),
rows_written AS
(INSERT INTO public.order_items (order_id, position, sku, quantity) SELECT rows_derived.order_id AS order_id, rows_derived.position AS position, rows_derived.sku AS sku, rows_derived.quantity AS quantity
FROM rows_derived ORDER BY rows_derived.order_id, rows_derived.position ON CONFLICT (order_id, position) DO UPDATE SET sku = excluded.sku, quantity = excluded.quantity WHERE (public.order_items.sku, public.order_items.quantity) IS DISTINCT FROM (excluded.sku, excluded.quantity))
 INSERT INTO unnest.residue_order_items (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_order_items.value, unnest.residue_order_items.account, unnest.residue_order_items.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
ELSE
u_set := set_config('unnest.m_order_items', 'rev', true);
UPDATE public.orders SET items=r.items FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(u.value, '{}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('sku', to_jsonb(r.sku), 'quantity', to_jsonb(r.quantity))) AS value
FROM public.order_items AS r
LEFT JOIN unnest.residue_order_items AS u ON u.parent = r.order_id AND u.part = 'items' AND u.position = r.position AND u.account = 'shape'
WHERE r.order_id = p.id UNION ALL SELECT l.position AS position, 1 AS anon_1, l.value AS value
FROM unnest.residue_order_items AS l
WHERE l.parent = p.id AND l.part = 'items' AND l.position != -1 AND l.account != 'shape') AS z), (SELECT w.value
FROM unnest.residue_order_items AS w
WHERE w.parent = p.id AND w.part = 'items' AND w.position = -1), CASE WHEN (jsonb_typeof(p.items) = 'array') THEN '[]'::jsonb END) AS items
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.orders.id = ANY (u_keys) AND public.orders.id = r.id AND public.orders.items IS DISTINCT FROM r.items;
IF EXISTS (WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e
FULL JOIN (SELECT public.order_items.order_id AS order_id, public.order_items.position AS position, public.order_items.sku AS sku, public.order_items.quantity AS quantity
FROM public.order_items
WHERE public.order_items.order_id = ANY (u_keys)) AS t ON e.order_id = t.order_id AND t.position = e.position
WHERE e.order_id IS NULL OR t.order_id IS NULL OR (e.sku, e.quantity) IS DISTINCT FROM (t.sku, t.quantity) UNION ALL SELECT 1 AS one
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.order_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_fits THEN elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL) ELSE elements.u_element END AS value, CASE WHEN elements.u_fits THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN elements.u_fits THEN 'unknown keys' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR (elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL)) != '{}'::jsonb UNION ALL SELECT p.id AS id, 'items' AS anon_1, -1 AS anon_2, p.items AS items, CASE WHEN (jsonb_typeof(p.items) != 'array' AND jsonb_typeof(p.items) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_3, CASE WHEN (jsonb_typeof(p.items) = 'null') THEN 'null' WHEN (jsonb_typeof(p.items) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_4
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue) AS e
FULL JOIN (SELECT unnest.residue_order_items.parent AS parent, unnest.residue_order_items.part AS part, unnest.residue_order_items.position AS position, unnest.residue_order_items.value AS value, unnest.residue_order_items.account AS account, unnest.residue_order_items.reason AS reason
FROM unnest.residue_order_items
WHERE unnest.residue_order_items.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH aside_0 AS
(UPDATE public.order_items SET position=(-2 - z.rank) FROM (SELECT ranked.parent AS order_id, ranked.was AS was, ranked.rank AS rank
FROM (SELECT places.parent AS parent, places.part AS part, places.was AS was, places.side AS side, places.is_dead AS is_dead, CAST((row_number() OVER (PARTITION BY places.parent, places.part ORDER BY places.is_dead, places.was, places.side) - 1) + 0 AS INTEGER) AS rank
FROM (SELECT r.order_id AS parent, 'items' AS part, r.position AS was, 0 AS side, false AS is_dead
FROM public.order_items AS r
WHERE r.order_id = ANY (u_keys) UNION SELECT l.parent AS parent, l.part AS part, l.position AS position, CASE WHEN (l.account = 'shape') THEN 0 ELSE 1 END AS anon_1, false AS anon_2
FROM unnest.residue_order_items AS l
WHERE l.parent = ANY (u_keys) AND l.position != -1) AS places) AS ranked
WHERE ranked.side = 0) AS z WHERE public.order_items.order_id = z.order_id AND public.order_items.position = z.was AND public.order_items.position != z.rank)
 UPDATE unnest.residue_order_items SET position=(-2 - z.rank) FROM (SELECT ranked.parent AS parent, ranked.part AS part, ranked.was AS was, ranked.rank AS rank
FROM (SELECT places.parent AS parent, places.part AS part, places.was AS was, places.side AS side, places.is_dead AS is_dead, CAST((row_number() OVER (PARTITION BY places.parent, places.part ORDER BY places.is_dead, places.was, places.side) - 1) + 0 AS INTEGER) AS rank
FROM (SELECT r.order_id AS parent, 'items' AS part, r.position AS was, 0 AS side, false AS is_dead
FROM public.order_items AS r
WHERE r.order_id = ANY (u_keys) UNION SELECT l.parent AS parent, l.part AS part, l.position AS position, CASE WHEN (l.account = 'shape') THEN 0 ELSE 1 END AS anon_1, false AS anon_2
FROM unnest.residue_order_items AS l
WHERE l.parent = ANY (u_keys) AND l.position != -1) AS places) AS ranked
JOIN unnest.residue_order_items AS m ON m.parent = ranked.parent AND m.part = ranked.part AND m.position = ranked.was AND CASE WHEN (m.account = 'shape') THEN 0 ELSE 1 END = ranked.side) AS z WHERE unnest.residue_order_items.parent = z.parent AND unnest.residue_order_items.part = z.part AND unnest.residue_order_items.position = z.was AND unnest.residue_order_items.position != z.rank;
UPDATE public.order_items SET position=(-2 - public.order_items.position) WHERE public.order_items.order_id = ANY (u_keys) AND public.order_items.position <= -2;
UPDATE unnest.residue_order_items SET position=(-2 - unnest.residue_order_items.position) WHERE unnest.residue_order_items.parent = ANY (u_keys) AND unnest.residue_order_items.position <= -2;
WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.order_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_fits THEN elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL) ELSE elements.u_element END AS value, CASE WHEN elements.u_fits THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN elements.u_fits THEN 'unknown keys' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR (elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL)) != '{}'::jsonb UNION ALL SELECT p.id AS id, 'items' AS anon_1, -1 AS anon_2, p.items AS items, CASE WHEN (jsonb_typeof(p.items) != 'array' AND jsonb_typeof(p.items) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_3, CASE WHEN (jsonb_typeof(p.items) = 'null') THEN 'null' WHEN (jsonb_typeof(p.items) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_4
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_order_items WHERE unnest.residue_order_items.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_order_items.parent AND unnest.residue_order_items.part = residue_derived.part AND unnest.residue_order_items.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.order_items (order_id, position, sku, quantity) SELECT e.order_id AS order_id, e.position AS position, e.sku AS sku, e.quantity AS quantity
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e ORDER BY e.order_id, e.position ON CONFLICT (order_id, position) DO UPDATE SET sku = excluded.sku, quantity = excluded.quantity WHERE (public.order_items.sku, public.order_items.quantity) IS DISTINCT FROM (excluded.sku, excluded.quantity))
 INSERT INTO unnest.residue_order_items (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_order_items.value, unnest.residue_order_items.account, unnest.residue_order_items.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true)
 SELECT 1
FROM public.order_items
WHERE public.order_items.order_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e
WHERE e.order_id = public.order_items.order_id AND public.order_items.position = e.position))) THEN
RAISE EXCEPTION 'unnest: this row of order_items can not be carried back to orders (migration of_order_items); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'order_items';
END IF;
END IF;
END IF;
u_set := set_config('unnest.m_order_items', u_guard, true);
RETURN cardinality(u_keys);
END $unnest$;

-- name: order_items.window_rows
-- migration of_order_items, mapping order_items: window_rows
CREATE OR REPLACE FUNCTION unnest.order_items__window_rows(u_after BIGINT, u_upto BIGINT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;
u_last BIGINT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT id AS k, 0 AS size FROM public.orders
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: order_items.verify_rows
-- migration of_order_items, mapping order_items: verify_rows
CREATE OR REPLACE FUNCTION unnest.order_items__verify_rows(u_after BIGINT, u_upto BIGINT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
RETURN QUERY WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT p.id AS id, r.items AS items
FROM (SELECT public.orders.id AS id, CAST(NULL AS JSONB) AS items
FROM public.orders
WHERE (u_after IS NULL OR public.orders.id > u_after) AND (u_upto IS NULL OR public.orders.id <= u_upto)) AS p
JOIN (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(u.value, '{}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('sku', to_jsonb(r.sku), 'quantity', to_jsonb(r.quantity))) AS value
FROM public.order_items AS r
LEFT JOIN unnest.residue_order_items AS u ON u.parent = r.order_id AND u.part = 'items' AND u.position = r.position AND u.account = 'shape'
WHERE r.order_id = p.id UNION ALL SELECT l.position AS position, 1 AS anon_3, l.value AS value
FROM unnest.residue_order_items AS l
WHERE l.parent = p.id AND l.part = 'items' AND l.position != -1 AND l.account != 'shape') AS z), (SELECT w.value
FROM unnest.residue_order_items AS w
WHERE w.parent = p.id AND w.part = 'items' AND w.position = -1), CASE WHEN (jsonb_typeof(p.items) = 'array') THEN '[]'::jsonb END) AS items
FROM (SELECT public.orders.id AS id, CAST(NULL AS JSONB) AS items
FROM public.orders
WHERE (u_after IS NULL OR public.orders.id > u_after) AND (u_upto IS NULL OR public.orders.id <= u_upto)) AS p) AS r ON r.id = p.id) AS again
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(again.items) = 'array') THEN again.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT again.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true)
 SELECT 'rows of order_items that R and E give back' AS anon_1, CAST(coalesce(x.k, y.k) AS TEXT) AS coalesce_1, 'order_items' AS anon_2, to_jsonb(x.n) AS to_jsonb_1, to_jsonb(y.n) AS to_jsonb_2
FROM (SELECT e.order_id AS k, count(*) AS n
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e GROUP BY e.order_id) AS x
FULL JOIN (SELECT public.order_items.order_id AS k, count(*) AS n
FROM public.order_items
WHERE (u_after IS NULL OR public.order_items.order_id > u_after) AND (u_upto IS NULL OR public.order_items.order_id <= u_upto) GROUP BY public.order_items.order_id) AS y ON x.k = y.k
WHERE x.n IS DISTINCT FROM y.n
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: order_items.note_findings
-- migration of_order_items, mapping order_items: note_findings
CREATE OR REPLACE FUNCTION unnest.order_items__note_findings() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_order_items', 'order_items', 'orders', s.kind, s.key, s.path, s.account, s.evidence FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_order_items AS r WHERE r.account IN ('quarantined', 'merged')) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
UPDATE unnest.finding AS f SET state = 'resolved', last_seen = clock_timestamp()
WHERE f.migration = 'of_order_items' AND f.mapping = 'order_items'
AND f.table_name = 'orders' AND f.state <> 'resolved' AND f.kind <> 'stale overwrite'
AND NOT EXISTS (SELECT 1 FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_order_items AS r WHERE r.account IN ('quarantined', 'merged')) AS s WHERE s.key = f.key AND s.kind = f.kind AND s.path = f.path
AND s.evidence = f.evidence);
RETURN;
END $unnest$;

-- name: order_items.sweep
-- migration of_order_items, mapping order_items: sweep
CREATE OR REPLACE FUNCTION unnest.order_items__sweep() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
u_set := set_config('unnest.m_order_items', 'fwd', true);
DELETE FROM public.order_items WHERE NOT (EXISTS (SELECT public.orders.id
FROM public.orders
WHERE public.orders.id = public.order_items.order_id));
DELETE FROM unnest.residue_order_items WHERE NOT (EXISTS (SELECT public.orders.id
FROM public.orders
WHERE public.orders.id = unnest.residue_order_items.parent));
u_set := set_config('unnest.m_order_items', u_guard, true);
RETURN;
END $unnest$;
