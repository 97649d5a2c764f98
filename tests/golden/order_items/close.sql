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

-- name: order_items.drop_trigger.reverse_rows_orders_insert
-- locks: public.order_items
DROP TRIGGER IF EXISTS unnest_30_reverse_order_items__reverse_rows_orders_insert ON public.order_items;

-- name: order_items.drop_trigger.reverse_rows_orders_update
-- locks: public.order_items
DROP TRIGGER IF EXISTS unnest_30_reverse_order_items__reverse_rows_orders_update ON public.order_items;

-- name: order_items.drop_trigger.reverse_rows_orders_delete
-- locks: public.order_items
DROP TRIGGER IF EXISTS unnest_30_reverse_order_items__reverse_rows_orders_delete ON public.order_items;

-- name: order_items.drop_trigger.keep
-- locks: public.orders
DROP TRIGGER IF EXISTS unnest_00_keep_order_items__keep ON public.orders;
