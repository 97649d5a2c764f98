-- name: drop_column.public.orders.items
-- locks: public.orders
SELECT unnest.drop_column('of_order_items', 'public.orders', 'items', 'unnest_retired_items');
