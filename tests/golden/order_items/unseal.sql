-- name: unseal.residue_order_items
-- locks: public.orders
ALTER TABLE unnest.residue_order_items DROP CONSTRAINT IF EXISTS unnest_residue_order_items_parent;
