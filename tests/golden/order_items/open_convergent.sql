-- name: order_items.reverse_rows_orders
-- migration of_order_items, mapping order_items: reverse_rows_orders
CREATE OR REPLACE FUNCTION unnest.order_items__reverse_rows_orders() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;
u_keys BIGINT[];
BEGIN
IF pg_trigger_depth() > 16 THEN RAISE EXCEPTION 'unnest: a trigger on these tables undoes what migration of_order_items writes; they never agree' USING ERRCODE = 'triggered_data_change_violation'; END IF;
IF TG_OP = 'INSERT' THEN u_keys := ARRAY(SELECT DISTINCT n.order_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'UPDATE' THEN u_keys := ARRAY(SELECT o.order_id
FROM o UNION SELECT n.order_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'DELETE' THEN u_keys := ARRAY(SELECT DISTINCT o.order_id
FROM o ORDER BY 1);
END IF;
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.orders.id
FROM public.orders
WHERE public.orders.id = ANY (u_keys) ORDER BY public.orders.id FOR NO KEY UPDATE;
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
IF TG_OP = 'INSERT' THEN
INSERT INTO unnest.recent_order_items (parent, part, element)
SELECT r.id, 'items' AS anon_1, x.element
FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(z.value ORDER BY z.position, z.side) AS jsonb_agg_1
FROM (SELECT r.position AS position, 0 AS side, coalesce(u.value, '{}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('sku', to_jsonb(r.sku), 'quantity', to_jsonb(r.quantity))) AS value
FROM n AS r
LEFT JOIN (SELECT unnest.residue_order_items.parent AS parent, unnest.residue_order_items.part AS part, unnest.residue_order_items.position AS position, unnest.residue_order_items.value AS value, unnest.residue_order_items.account AS account, unnest.residue_order_items.reason AS reason
FROM unnest.residue_order_items
WHERE false) AS u ON u.parent = r.order_id AND u.part = 'items' AND u.position = r.position AND u.account = 'shape'
WHERE p.id = r.order_id UNION ALL SELECT l.position AS position, 1 AS anon_2, l.value AS value
FROM (SELECT unnest.residue_order_items.parent AS parent, unnest.residue_order_items.part AS part, unnest.residue_order_items.position AS position, unnest.residue_order_items.value AS value, unnest.residue_order_items.account AS account, unnest.residue_order_items.reason AS reason
FROM unnest.residue_order_items
WHERE false) AS l
WHERE l.parent = p.id AND l.part = 'items' AND l.position != -1 AND l.account != 'shape') AS z), (SELECT w.value
FROM (SELECT unnest.residue_order_items.parent AS parent, unnest.residue_order_items.part AS part, unnest.residue_order_items.position AS position, unnest.residue_order_items.value AS value, unnest.residue_order_items.account AS account, unnest.residue_order_items.reason AS reason
FROM unnest.residue_order_items
WHERE false) AS w
WHERE w.parent = p.id AND w.part = 'items' AND w.position = -1), CASE WHEN (jsonb_typeof(p.items) = 'array') THEN '[]'::jsonb END) AS items
FROM (SELECT public.orders.id AS id, public.orders.items AS items
FROM public.orders
WHERE public.orders.id = ANY (u_keys)) AS p) AS r
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(r.items) = 'array') THEN r.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true;
END IF;
u_set := set_config('unnest.m_order_items', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: order_items.trigger.reverse_rows_orders_insert
-- locks: public.order_items
CREATE OR REPLACE TRIGGER unnest_30_reverse_order_items__reverse_rows_orders_insert AFTER INSERT ON public.order_items
REFERENCING NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.order_items__reverse_rows_orders();

-- name: order_items.trigger.reverse_rows_orders_update
-- locks: public.order_items
CREATE OR REPLACE TRIGGER unnest_30_reverse_order_items__reverse_rows_orders_update AFTER UPDATE ON public.order_items
REFERENCING OLD TABLE AS o NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.order_items__reverse_rows_orders();

-- name: order_items.trigger.reverse_rows_orders_delete
-- locks: public.order_items
CREATE OR REPLACE TRIGGER unnest_30_reverse_order_items__reverse_rows_orders_delete AFTER DELETE ON public.order_items
REFERENCING OLD TABLE AS o
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.order_items__reverse_rows_orders();

-- name: order_items.keep
-- migration of_order_items, mapping order_items: keep
CREATE OR REPLACE FUNCTION unnest.order_items__keep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;
u_recent jsonb;
u_kept jsonb;
BEGIN
IF u_guard <> '' THEN RETURN NEW; END IF;
SELECT jsonb_agg(r.element ORDER BY r.id) INTO u_recent FROM unnest.recent_order_items AS r WHERE r.parent = OLD.id
AND r.part = 'items' AND r.at > clock_timestamp() - interval '900 seconds';
IF u_recent IS NOT NULL THEN
u_kept := unnest.kept_elements(OLD.items, NEW.items, u_recent);
IF u_kept IS DISTINCT FROM NEW.items THEN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_order_items', 'order_items', 'orders', s.kind, s.key, s.path, s.account, s.evidence FROM (SELECT 'stale overwrite' AS kind, NEW.id::text AS key, 'items' AS path, 'shape' AS account, jsonb_build_object('kept', u_recent, 'written', NEW.items) AS evidence) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
NEW.items := u_kept;
END IF;
END IF;
RETURN NEW;
END $unnest$;

-- name: order_items.trigger.keep
-- locks: public.orders
CREATE OR REPLACE TRIGGER unnest_00_keep_order_items__keep BEFORE UPDATE ON public.orders
FOR EACH ROW
WHEN ((OLD.items) IS DISTINCT FROM (NEW.items))
EXECUTE FUNCTION unnest.order_items__keep();

-- name: order_items.drop_trigger.closed_order_items
-- locks: public.order_items
DROP TRIGGER IF EXISTS unnest_05_closed_order_items__closed_order_items ON public.order_items;
