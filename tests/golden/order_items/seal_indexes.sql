-- name: constraint.unnest_residue_order_items_parent
-- locks: unnest.residue_order_items, public.orders
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_order_items') AND conname = 'unnest_residue_order_items_parent'
ALTER TABLE unnest.residue_order_items ADD CONSTRAINT unnest_residue_order_items_parent FOREIGN KEY (parent) REFERENCES public.orders (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

-- name: validate.unnest_residue_order_items_parent
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_order_items') AND conname = 'unnest_residue_order_items_parent' AND convalidated
ALTER TABLE unnest.residue_order_items VALIDATE CONSTRAINT unnest_residue_order_items_parent;
