-- name: restore_not_null.public.orders.items
-- locks: public.orders
SELECT unnest.restore_not_null('of_order_items', 'public.orders', 'items');

-- name: release.residue_order_items
-- locks: public.orders
ALTER TABLE unnest.residue_order_items DROP CONSTRAINT IF EXISTS unnest_residue_order_items_parent;
