-- name: order_items.closed_order_items
-- migration of_order_items, mapping order_items: closed_order_items
CREATE OR REPLACE FUNCTION unnest.order_items__closed_order_items() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
IF coalesce(current_setting('unnest.engine', true), '') = '' THEN
RAISE EXCEPTION 'unnest: order_items is not open for writing before stage dual_read (migration of_order_items); write to the legacy tables, they are carried over' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: order_items.trigger.closed_order_items
-- locks: public.order_items
CREATE OR REPLACE TRIGGER unnest_05_closed_order_items__closed_order_items BEFORE INSERT OR UPDATE OR DELETE ON public.order_items
FOR EACH STATEMENT
WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION unnest.order_items__closed_order_items();

-- name: order_items.forward_insert
-- migration of_order_items, mapping order_items: forward_insert
CREATE OR REPLACE FUNCTION unnest.order_items__forward_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
IF pg_trigger_depth() > 16 THEN RAISE EXCEPTION 'unnest: a trigger on these tables undoes what migration of_order_items writes; they never agree' USING ERRCODE = 'triggered_data_change_violation'; END IF;
u_set := set_config('unnest.m_order_items', 'fwd', true);
WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT NEW.id AS id, NEW.items AS items) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true),
rows_written AS
(INSERT INTO public.order_items (order_id, position, sku, quantity) SELECT e.order_id AS order_id, e.position AS position, e.sku AS sku, e.quantity AS quantity
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e ORDER BY e.order_id, e.position ON CONFLICT (order_id, position) DO UPDATE SET sku = excluded.sku, quantity = excluded.quantity WHERE (public.order_items.sku, public.order_items.quantity) IS DISTINCT FROM (excluded.sku, excluded.quantity))
 INSERT INTO unnest.residue_order_items (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.order_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_fits THEN elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL) ELSE elements.u_element END AS value, CASE WHEN elements.u_fits THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN elements.u_fits THEN 'unknown keys' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR (elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL)) != '{}'::jsonb UNION ALL SELECT p.id AS id, 'items' AS anon_1, -1 AS anon_2, p.items AS items, CASE WHEN (jsonb_typeof(p.items) != 'array' AND jsonb_typeof(p.items) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_3, CASE WHEN (jsonb_typeof(p.items) = 'null') THEN 'null' WHEN (jsonb_typeof(p.items) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_4
FROM (SELECT NEW.id AS id, NEW.items AS items) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_order_items.value, unnest.residue_order_items.account, unnest.residue_order_items.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_order_items', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: order_items.forward_update
-- migration of_order_items, mapping order_items: forward_update
CREATE OR REPLACE FUNCTION unnest.order_items__forward_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
IF pg_trigger_depth() > 16 THEN RAISE EXCEPTION 'unnest: a trigger on these tables undoes what migration of_order_items writes; they never agree' USING ERRCODE = 'triggered_data_change_violation'; END IF;
u_set := set_config('unnest.m_order_items', 'fwd', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT OLD.id AS id, OLD.items AS items) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true)
 INSERT INTO public.order_items (order_id, position, sku, quantity) SELECT e.order_id, e.position, e.sku, e.quantity
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e ORDER BY e.order_id, e.position ON CONFLICT (order_id, position) DO NOTHING;
WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT OLD.id AS id, OLD.items AS items) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true)
 INSERT INTO unnest.residue_order_items (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.order_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_fits THEN elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL) ELSE elements.u_element END AS value, CASE WHEN elements.u_fits THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN elements.u_fits THEN 'unknown keys' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR (elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL)) != '{}'::jsonb UNION ALL SELECT p.id AS id, 'items' AS anon_1, -1 AS anon_2, p.items AS items, CASE WHEN (jsonb_typeof(p.items) != 'array' AND jsonb_typeof(p.items) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_3, CASE WHEN (jsonb_typeof(p.items) = 'null') THEN 'null' WHEN (jsonb_typeof(p.items) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_4
FROM (SELECT OLD.id AS id, OLD.items AS items) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT NEW.id AS id, NEW.items AS items) AS p
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
FROM (SELECT NEW.id AS id, NEW.items AS items) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_order_items WHERE unnest.residue_order_items.parent IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE unnest.residue_order_items.parent = residue_derived.parent AND unnest.residue_order_items.part = residue_derived.part AND unnest.residue_order_items.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits),
rows_deleted AS
(DELETE FROM public.order_items WHERE public.order_items.order_id IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE public.order_items.order_id = rows_derived.order_id AND public.order_items.position = rows_derived.position))),
rows_written AS
(INSERT INTO public.order_items (order_id, position, sku, quantity) SELECT rows_derived.order_id AS order_id, rows_derived.position AS position, rows_derived.sku AS sku, rows_derived.quantity AS quantity
FROM rows_derived ORDER BY rows_derived.order_id, rows_derived.position ON CONFLICT (order_id, position) DO UPDATE SET sku = excluded.sku, quantity = excluded.quantity WHERE (public.order_items.sku, public.order_items.quantity) IS DISTINCT FROM (excluded.sku, excluded.quantity))
 INSERT INTO unnest.residue_order_items (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_order_items.value, unnest.residue_order_items.account, unnest.residue_order_items.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_order_items', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: order_items.forward_delete
-- migration of_order_items, mapping order_items: forward_delete
CREATE OR REPLACE FUNCTION unnest.order_items__forward_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
IF pg_trigger_depth() > 16 THEN RAISE EXCEPTION 'unnest: a trigger on these tables undoes what migration of_order_items writes; they never agree' USING ERRCODE = 'triggered_data_change_violation'; END IF;
u_set := set_config('unnest.m_order_items', 'fwd', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT OLD.id AS id, OLD.items AS items) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true)
 INSERT INTO public.order_items (order_id, position, sku, quantity) SELECT e.order_id, e.position, e.sku, e.quantity
FROM (SELECT elements.order_id AS order_id, elements.position AS position, elements.sku AS sku, elements.quantity AS quantity
FROM elements
WHERE elements.u_fits) AS e ORDER BY e.order_id, e.position ON CONFLICT (order_id, position) DO NOTHING;
WITH elements AS
(SELECT v.order_id AS order_id, v.position AS position, v.sku AS sku, v.quantity AS quantity, x.element AS u_element, 'items' AS u_part, CASE WHEN (jsonb_typeof(x.element) = 'object' AND v.sku IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT OLD.id AS id, OLD.items AS items) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
JOIN LATERAL (SELECT x.element -> 'sku' AS sku, x.element -> 'quantity' AS quantity
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS order_id, CAST(x.ordinal + -1 AS INTEGER) AS position, unnest.read_text(f.sku) AS sku, unnest.read_integer(f.quantity) AS quantity
 LIMIT ALL OFFSET 0) AS v ON true)
 INSERT INTO unnest.residue_order_items (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT elements.order_id AS parent, elements.u_part AS part, elements.position AS position, CASE WHEN elements.u_fits THEN elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL) ELSE elements.u_element END AS value, CASE WHEN elements.u_fits THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN elements.u_fits THEN 'unknown keys' ELSE 'does not fit' END AS reason
FROM elements
WHERE NOT elements.u_fits OR (elements.u_element - array_remove(CAST(ARRAY['sku', CASE WHEN (elements.quantity IS NOT NULL) THEN 'quantity' END] AS TEXT[]), NULL)) != '{}'::jsonb UNION ALL SELECT p.id AS id, 'items' AS anon_1, -1 AS anon_2, p.items AS items, CASE WHEN (jsonb_typeof(p.items) != 'array' AND jsonb_typeof(p.items) != 'null') THEN 'quarantined' ELSE 'shape' END AS anon_3, CASE WHEN (jsonb_typeof(p.items) = 'null') THEN 'null' WHEN (jsonb_typeof(p.items) != 'array') THEN 'not an array' ELSE 'empty' END AS anon_4
FROM (SELECT OLD.id AS id, OLD.items AS items) AS p
WHERE p.items IS NOT NULL AND (jsonb_typeof(p.items) != 'array' OR jsonb_array_length(CASE WHEN (jsonb_typeof(p.items) = 'array') THEN p.items ELSE '[]'::jsonb END) = 0)) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
DELETE FROM public.order_items WHERE public.order_items.order_id = OLD.id;
DELETE FROM unnest.residue_order_items WHERE unnest.residue_order_items.parent = OLD.id;
u_set := set_config('unnest.m_order_items', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: order_items.trigger.insert
-- locks: public.orders
CREATE OR REPLACE TRIGGER unnest_10_forward_order_items__insert AFTER INSERT ON public.orders
FOR EACH ROW
WHEN (NEW.items IS NOT NULL)
EXECUTE FUNCTION unnest.order_items__forward_insert();

-- name: order_items.trigger.update
-- locks: public.orders
CREATE OR REPLACE TRIGGER unnest_10_forward_order_items__update AFTER UPDATE ON public.orders
FOR EACH ROW
WHEN ((OLD.id, OLD.items) IS DISTINCT FROM (NEW.id, NEW.items))
EXECUTE FUNCTION unnest.order_items__forward_update();

-- name: order_items.trigger.delete
-- locks: public.orders
CREATE OR REPLACE TRIGGER unnest_10_forward_order_items__delete AFTER DELETE ON public.orders
FOR EACH ROW
EXECUTE FUNCTION unnest.order_items__forward_delete();

-- name: order_items.truncate_before
-- migration of_order_items, mapping order_items: truncate_before
CREATE OR REPLACE FUNCTION unnest.order_items__truncate_before() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.m_order_items', 'fwd', true);
RETURN NULL;
END $unnest$;

-- name: order_items.truncate_after
-- migration of_order_items, mapping order_items: truncate_after
CREATE OR REPLACE FUNCTION unnest.order_items__truncate_after() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
DELETE FROM public.order_items WHERE true;
DELETE FROM unnest.residue_order_items WHERE true;
u_set := set_config('unnest.m_order_items', '', true);
RETURN NULL;
END $unnest$;

-- name: order_items.trigger.truncate_before
-- locks: public.orders
CREATE OR REPLACE TRIGGER unnest_60_truncate_order_items__truncate_before BEFORE TRUNCATE ON public.orders
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.order_items__truncate_before();

-- name: order_items.trigger.truncate_after
-- locks: public.orders
CREATE OR REPLACE TRIGGER unnest_60_truncate_order_items__truncate_after AFTER TRUNCATE ON public.orders
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.order_items__truncate_after();

-- name: order_items.truncate_refused
-- migration of_order_items, mapping order_items: truncate_refused
CREATE OR REPLACE FUNCTION unnest.order_items__truncate_refused() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_order_items', true), '');
u_set text;

BEGIN
IF u_guard <> 'fwd' THEN
RAISE EXCEPTION 'unnest: TRUNCATE is not carried for this table while migration of_order_items is under way; use DELETE' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: order_items.trigger.truncate_order_items
-- locks: public.order_items
CREATE OR REPLACE TRIGGER unnest_60_truncate_order_items__truncate_order_items BEFORE TRUNCATE ON public.order_items
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.order_items__truncate_refused();
