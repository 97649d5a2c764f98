-- name: order_items.create.order_items
CREATE TABLE IF NOT EXISTS public.order_items (
	order_id BIGINT NOT NULL,
	position INTEGER NOT NULL,
	sku TEXT,
	quantity INTEGER,
	PRIMARY KEY (order_id, position)
);

-- name: order_items.grants.order_items
SELECT unnest.copy_grants('public.orders', 'public.order_items');

-- name: order_items.create.residue_order_items
CREATE TABLE IF NOT EXISTS unnest.residue_order_items (
	parent BIGINT NOT NULL,
	part TEXT NOT NULL,
	position INTEGER NOT NULL,
	value JSONB,
	account TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (parent, part, position)
);

-- name: order_items.create.recent
CREATE TABLE IF NOT EXISTS unnest.recent_order_items (parent BIGINT NOT NULL, part text NOT NULL, element jsonb NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), id bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (parent, id));

-- name: residue.view
CREATE OR REPLACE VIEW unnest.residue_of_of_order_items AS
SELECT 'of_order_items'::text AS migration, 'order_items'::text AS mapping, r.parent::text AS parent, r.part, r.position, r.value, r.account, r.reason FROM unnest.residue_order_items AS r;

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
