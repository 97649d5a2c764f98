-- name: order_items.disarm.public.orders
-- locks: public.orders
SELECT unnest.drop_triggers('public.orders', '^unnest_[0-9]+_[a-z]+_order_items__');

-- name: order_items.disarm.public.order_items
-- locks: public.order_items
SELECT unnest.drop_triggers('public.order_items', '^unnest_[0-9]+_[a-z]+_order_items__');

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
