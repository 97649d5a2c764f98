-- name: order_items.disarm.public.orders
-- locks: public.orders
SELECT unnest.drop_triggers('public.orders', '^unnest_[0-9]+_[a-z]+_order_items__');

-- name: order_items.disarm.public.order_items
-- locks: public.order_items
SELECT unnest.drop_triggers('public.order_items', '^unnest_[0-9]+_[a-z]+_order_items__');

-- name: residue.view.drop
DROP VIEW IF EXISTS unnest.residue_of_of_order_items;

-- name: set_aside.order_items
SELECT unnest.set_aside('of_order_items', 'public.order_items');

-- name: drop.residue_order_items
DROP TABLE IF EXISTS unnest.residue_order_items;

-- name: order_items.drop.dirty_order_items
DROP TABLE IF EXISTS unnest.dirty_order_items;

-- name: order_items.drop.recent_order_items
DROP TABLE IF EXISTS unnest.recent_order_items;

-- name: order_items.drop.corrected_order_items
DROP TABLE IF EXISTS unnest.corrected_order_items;
