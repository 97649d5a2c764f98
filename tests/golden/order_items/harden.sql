-- name: constraint.unnest_order_items_sku_not_null
-- locks: public.order_items
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.order_items') AND attname = 'sku' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.order_items') AND conname = 'unnest_order_items_sku_not_null'
ALTER TABLE public.order_items ADD CONSTRAINT unnest_order_items_sku_not_null CHECK (sku IS NOT NULL) NOT VALID;

-- name: validate.unnest_order_items_sku_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.order_items') AND attname = 'sku' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.order_items') AND conname = 'unnest_order_items_sku_not_null' AND convalidated
ALTER TABLE public.order_items VALIDATE CONSTRAINT unnest_order_items_sku_not_null;

-- name: not_null.order_items.sku
-- locks: public.order_items
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.order_items') AND attname = 'sku' AND attnotnull
ALTER TABLE public.order_items ALTER COLUMN sku SET NOT NULL;

-- name: drop.unnest_order_items_sku_not_null
-- locks: public.order_items
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.order_items') AND conname = 'unnest_order_items_sku_not_null')
ALTER TABLE public.order_items DROP CONSTRAINT IF EXISTS unnest_order_items_sku_not_null;

-- name: constraint.order_items_order_id_fkey
-- locks: public.order_items, public.orders
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.order_items') AND conname = 'order_items_order_id_fkey'
ALTER TABLE public.order_items ADD CONSTRAINT order_items_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders (id) ON UPDATE CASCADE NOT VALID;

-- name: validate.order_items_order_id_fkey
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.order_items') AND conname = 'order_items_order_id_fkey' AND convalidated
ALTER TABLE public.order_items VALIDATE CONSTRAINT order_items_order_id_fkey;
