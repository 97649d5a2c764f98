-- name: order_items.disarm.public.orders
-- locks: public.orders
SELECT unnest.drop_triggers('public.orders', '^unnest_[0-9]+_[a-z]+_order_items__');

-- name: order_items.disarm.public.order_items
-- locks: public.order_items
SELECT unnest.drop_triggers('public.order_items', '^unnest_[0-9]+_[a-z]+_order_items__');

-- name: hide_column.public.orders.items
-- locks: public.orders
SELECT unnest.hide_column('of_order_items', 'public.orders', 'items', 'unnest_retired_items');
